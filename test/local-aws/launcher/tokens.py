"""The tokens of GetAuthorizationToken. Each stands for whoever fetched it, in one Region and for twelve hours."""

import base64
import binascii
import secrets
import time
from contextvars import ContextVar
from dataclasses import dataclass

from . import hosts
from .private import ecr, responses, router

LIFETIME_SECONDS = 12 * 3600

_caller: ContextVar = ContextVar("caller", default="")
_tokens: dict = {}


@dataclass
class Token:
    access_key: str
    account: str
    region: str
    expires: float


def install() -> None:
    handle = ecr.handle_request

    async def remember_caller(method, path, headers, body, parameters):
        _caller.set(router.extract_access_key_id(headers, parameters))
        return await handle(method, path, headers, body, parameters)

    ecr.handle_request = remember_caller
    ecr._get_authorization_token = issue


def issue(_data: dict):
    secret = secrets.token_urlsafe(48)
    expires = int(time.time()) + LIFETIME_SECONDS
    token = Token(_caller.get(), responses.get_account_id(), responses.get_region(), expires)
    _tokens[secret] = token
    return responses.json_response({"authorizationData": [{
        "authorizationToken": base64.b64encode(f"AWS:{secret}".encode()).decode(), "expiresAt": token.expires,
        "proxyEndpoint": f"https://{hosts.name_of(token.account, token.region)}"}]})


def read(authorization: str):
    """The token of an Authorization header, expired or not; None when it was never issued."""
    encoded = authorization.partition(" ")[2]
    try:
        user, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return _tokens.get(secret) if user == "AWS" else None


def expire() -> None:
    """For a test that cannot wait for twelve hours."""
    for token in _tokens.values():
        token.expires = 0
