"""The names under which registries are reached: <account>.dkr.ecr.<Region>.amazonaws.com."""

import importlib.util
import json
import re
from pathlib import Path

REGISTRY = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?::443)?")


def name_of(account: str, region: str) -> str:
    return f"{account}.dkr.ecr.{region}.amazonaws.com"


def registry_of(host: str):
    """Account and Region of a registry's name, or None for another host."""
    found = REGISTRY.fullmatch(host.lower())
    return found.groups() if found else None


def wildcards() -> list:
    """Names for a certificate: every registry of every Region. A wildcard stands for one label only."""
    data = Path(importlib.util.find_spec("botocore").submodule_search_locations[0], "data", "partitions.json")
    regions = next(part["regions"] for part in json.loads(data.read_text())["partitions"] if part["id"] == "aws")
    return [f"*.dkr.ecr.{region}.amazonaws.com" for region in regions if region != "aws-global"]
