"""The claims of a web identity token as IAM's condition keys, and the checks of STS before any policy is asked.

ministack knows the keys aud, sub and amr only, and takes a token for a provider that the account has not.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
"""

import base64
import json
import time

from .private import iam, responses, sts

STANDARD = ("aud", "sub", "amr")
GITHUB = ("actor", "actor_id", "job_workflow_ref", "repository", "repository_id", "repository_owner_id", "workflow", "ref",
          "environment", "enterprise_id")


def install() -> None:
    denied = sts._web_identity_trust_denied

    def principal(token: str, _provider_id: str, role_arn: str) -> tuple:
        claims = _claims(token)
        provider = _provider(claims)
        names = STANDARD + GITHUB if _is_github(provider) else STANDARD
        return _arn(provider, role_arn), {
            f"{provider}:{name}".lower(): claims[name] for name in names if name in claims}

    def check_token_first(role_arn: str, params: dict, use_json: bool):
        problem = _problem(_claims(sts._p(params, "WebIdentityToken")), role_arn)
        if problem:
            return sts._error(400, *problem, ns="sts")
        return denied(role_arn, params, use_json)

    sts._web_identity_principal = principal
    sts._web_identity_trust_denied = check_token_first


def _problem(claims: dict, role_arn: str):
    provider = _provider(claims)
    with responses.request_scope(role_arn.split(":")[4], responses.get_region()):
        known = iam._oidc_providers.get(_arn(provider, role_arn))
    if not provider or known is None:
        return "InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {claims.get('iss')}"
    if claims.get("aud") not in known["ClientIDList"]:
        return "InvalidIdentityToken", "Incorrect token audience"
    if not claims.get("exp") or claims["exp"] <= time.time():
        return "ExpiredTokenException", "Token expired"
    return None


def _claims(token: str) -> dict:
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (AttributeError, IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _provider(claims: dict) -> str:
    scheme, _, name = str(claims.get("iss") or "").partition("://")
    return name if scheme == "https" else ""


def _is_github(provider: str) -> bool:
    host, _, _ = provider.partition("/")
    return host == "token.actions.githubusercontent.com" or (host.startswith("token.actions.") and host.endswith(".ghe.com"))


def _arn(provider: str, role_arn: str) -> str:
    _, partition, _, _, account, _ = role_arn.split(":", 5)
    return f"arn:{partition}:iam::{account}:oidc-provider/{provider}"
