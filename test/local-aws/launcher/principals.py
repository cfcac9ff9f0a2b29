"""Callers that ministack does not know, AWS services and roles that call through one; and root users, whom it never
refuses.

A service or a chain of services cannot be had by any call of the API: the process that started the run asks for them
at /_local.
"""

import time
from contextvars import ContextVar

from .private import iam, iam_evaluator, sts

LIFETIME_SECONDS = 3600

_asked: ContextVar = ContextVar("asked", default="")


def install() -> None:
    enforce, resolve, keys_of, evaluate, evaluate_trust = (
        iam_evaluator.enforce, iam_evaluator.resolve_principal, iam_evaluator._principal_keys,
        iam_evaluator.evaluate_resource_policy, iam_evaluator.evaluate_trust_policy)

    def enforce_knowing_service(access_key, action, service, *rest, **options):
        asked = _asked.set(service)
        try:
            return enforce(access_key, action, service, *rest, **options)
        finally:
            _asked.reset(asked)

    def principal(access_key: str, account: str, credential=None):
        credential = credential or iam_evaluator.resolve_credential(access_key, account)
        if getattr(credential, "principal_type", "") == "Service":
            # What a service may do is up to the resource alone; it belongs to no account.
            return iam_evaluator.PrincipalInfo(credential.principal_arn, "Service", "", _everything(), keys(credential))
        found = resolve(access_key, account, None if hasattr(credential, "code") else credential)
        if _asked.get() == "ecr" and getattr(found, "policies", ()) is None:
            found.policies = _everything()  # a root user; repository policies have a say
        return found

    def keys(credential) -> dict:
        session = sts._sessions.get(credential.access_key_id) or {}
        return {**keys_of(credential), **session.get("ContextKeys", {})}

    def evaluate_for_service(policy, ctx, service=None, **options):
        # A topic or a bucket that delivers says itself which service it is.
        named = service or (ctx.principal_arn if ctx.principal_type == "Service" else None)
        return evaluate(policy, ctx, named, **options)

    def trusts(document, caller_arn: str, ctx=None) -> bool:
        # ministack knows services in trust policies only as those that it runs itself.
        if ctx is None or ctx.principal_type != "Service":
            return evaluate_trust(document, caller_arn, ctx)
        return evaluate_for_service(document, ctx).decision == "Allow"

    iam_evaluator.enforce = enforce_knowing_service
    iam_evaluator.resolve_principal = principal
    iam_evaluator._principal_keys = keys
    iam_evaluator.evaluate_resource_policy = evaluate_for_service
    iam_evaluator.evaluate_trust_policy = trusts


def as_service(service: str, source_arn: str = "", source_account: str = "") -> dict:
    """Credentials of an AWS service that acts for a resource."""
    keys = {"aws:principalservicename": service, "aws:sourcearn": source_arn, "aws:sourceaccount": source_account}
    return _session({"Arn": service, "UserId": service, "PrincipalType": "Service",
                     "ContextKeys": {key: value for key, value in keys.items() if value}})


def through(access_key: str, service: str) -> dict:
    """Credentials of the same role, used by a service that it called."""
    session = sts._sessions.get(access_key)
    if not session:
        raise ValueError("only a role's session can be used by a service here")
    chain = [*session.get("ContextKeys", {}).get("aws:calledvia", []), service]
    return _session({**session, "ContextKeys": {
        **session.get("ContextKeys", {}),
        "aws:calledvia": chain, "aws:calledviafirst": chain[0], "aws:calledvialast": chain[-1]}})


def _session(session: dict) -> dict:
    key, secret, token = iam._gen_session_access_key(), iam._gen_secret(), iam._gen_session_token()
    sts.register_session(key, {**session, "SecretAccessKey": secret, "SessionToken": token,
                               "Expiration": time.time() + LIFETIME_SECONDS})
    return {"accessKeyId": key, "secretAccessKey": secret, "sessionToken": token}


def _everything() -> list:
    return [iam_evaluator.parse_policy_document({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})]
