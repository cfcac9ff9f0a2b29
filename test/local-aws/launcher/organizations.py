"""Where accounts are in organizations. ministack knows only organizations of one account."""

import re

PATH = re.compile(r"o-[a-z0-9]{10,32}/r-[0-9a-z]{4,32}/(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}/)*")

_paths: dict = {}


def place(account: str, path: str) -> None:
    """The path as aws:PrincipalOrgPaths has it: organization, root, units, and a slash at the end."""
    if not PATH.fullmatch(path):
        raise ValueError(f"'{path}' is no path of an organization, such as o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/")
    _paths[account] = path


def id_of(account: str):
    return _paths[account].split("/")[0] if account in _paths else None


def paths_of(account: str):
    return [_paths[account]] if account in _paths else None
