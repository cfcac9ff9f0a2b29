"""MFA in GetSessionToken and AssumeRole, which ministack ignores.

As in AWS, a session of GetSessionToken keeps it, and a role's session does not: of AssumeRole the trust policy alone
learns of it. Any six digits are taken for the code; whose device it is, is checked.
"""

import re
import time
from contextvars import ContextVar
from urllib.parse import parse_qs

from .private import iam, iam_evaluator, sts

_action: ContextVar = ContextVar("action", default="")


def install() -> None:
    handle, register, keys_of = sts.handle_request, sts.register_session, iam_evaluator._principal_keys

    async def handle_with_device(method, path, headers, body, parameters):
        fields = {name: values[0] for name, values in {**parameters, **parse_qs(body.decode(errors="replace"))}.items()}
        if fields.get("SerialNumber") or fields.get("TokenCode"):
            caller = sts._caller_identity(headers, parameters)
            if not _is_theirs(caller, fields):
                return sts._error(403, "AccessDenied",
                                  "MultiFactorAuthentication failed with invalid MFA one time pass code.", ns="sts")
            presented = _action.set(fields.get("Action", ""))
            try:
                return await handle(method, path, headers, body, parameters)
            finally:
                _action.reset(presented)
        return await handle(method, path, headers, body, parameters)

    def register_with_device(access_key: str, session: dict) -> None:
        register(access_key, {**session, **({"MfaAt": time.time()} if _action.get() == "GetSessionToken" else {})})

    def keys(credential) -> dict:
        session = sts._sessions.get(credential.access_key_id) or {}
        at = session.get("MfaAt")
        at = time.time() if _action.get() == "AssumeRole" else at
        return {**keys_of(credential), **({} if at is None else {
            "aws:multifactorauthpresent": "true", "aws:multifactorauthage": str(session.get("MfaAge", int(time.time() - at)))})}

    sts.handle_request = handle_with_device
    sts.register_session = register_with_device
    iam_evaluator._principal_keys = sts._principal_keys = keys


def age(access_key: str, seconds: str) -> None:
    """For a test that cannot wait: the age stays as it is said here."""
    session = sts._sessions.get(access_key) or {}
    if "MfaAt" not in session:
        raise ValueError("this session began without a second factor")
    session["MfaAge"] = int(seconds)


def _is_theirs(caller, fields: dict) -> bool:
    if not isinstance(caller, dict) or not re.fullmatch(r"\d{6}", fields.get("TokenCode", "")):
        return False
    device = iam._mfa_devices.get_scoped(caller["accountId"], None, fields.get("SerialNumber", "")) or {}
    return caller["principalType"] == "User" and bool(device) and device["User"] == caller["principalName"]
