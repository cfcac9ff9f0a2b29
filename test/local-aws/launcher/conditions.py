"""Condition keys, operators and policy variables, where ministack has none or others than AWS."""

import re
from dataclasses import replace

from . import network, organizations
from .private import ecr, iam, iam_evaluator, responses

VARIABLE = re.compile(r"\$\{([^},]+)(?:,\s*'([^']*)')?\}")
RESOURCE_TAG = re.compile(r"(?:aws|ecr):resourcetag/(.+)")


def install() -> None:
    resolve, met, first = (
        iam_evaluator._resolve_condition_key, iam_evaluator._conditions_met, iam_evaluator._first_match)

    def value(key: str, ctx):
        name = key.lower()
        if name in KEYS:
            return KEYS[name](ctx)
        tag = RESOURCE_TAG.fullmatch(name)
        if tag and ctx.resource_arn.startswith("arn:aws:ecr:"):
            return _repository_tags(ctx.resource_arn).get(tag[1])
        return resolve(key, ctx)

    def text(pattern: str, ctx) -> str:
        def known(variable):
            found = value(variable[1].strip(), ctx)
            # One without a value stays as it is, and equals nothing.
            return found if isinstance(found, str) else variable[2] or variable[0]
        return VARIABLE.sub(known, pattern)

    def texts(expected, ctx):
        return [text(str(each), ctx) for each in (expected if isinstance(expected, list) else [expected])]

    def conditions_met(conditions: dict, ctx) -> bool:
        if "${" in str(conditions):
            conditions = {operator: {key: texts(expected, ctx) for key, expected in keys.items()}
                          for operator, keys in conditions.items() if isinstance(keys, dict)}
        return met(conditions, ctx)

    def first_match(ctx, statements: list, effect: str):
        return first(ctx, [
            replace(each, resources=texts(each.resources, ctx), not_resources=texts(each.not_resources, ctx))
            if "${" in str(each.resources + each.not_resources) else each for each in statements], effect)

    iam_evaluator._resolve_condition_key = value
    iam_evaluator._conditions_met = conditions_met
    iam_evaluator._first_match = first_match
    iam_evaluator._CONDITION_OPS.update({
        "arnequals": _arn_like, "arnlike": _arn_like,
        "arnnotequals": lambda actual, pattern: not _arn_like(actual, pattern),
        "arnnotlike": lambda actual, pattern: not _arn_like(actual, pattern)})


def _arn_like(actual: str, pattern: str) -> bool:
    """Each of the six parts for itself, so that a wildcard never reaches over a colon into the next."""
    parts, patterns = actual.split(":", 5), pattern.split(":", 5)
    return pattern == "*" or len(parts) == len(patterns) and all(map(iam_evaluator.fnmatch_iam_cs, parts, patterns))


def _principal_arn(ctx) -> str:
    """Of a session the ARN of its role, with its path."""
    _, _, service, _, account, resource = (ctx.principal_arn.split(":", 5) + [""] * 6)[:6]
    if service != "sts" or not resource.startswith("assumed-role/"):
        return ctx.principal_arn
    name = resource.split("/")[1]
    role = iam._roles.get_scoped(account, None, name)
    return role["Arn"] if role else f"arn:aws:iam::{account}:role/{name}"


def _organization_id(ctx):
    return organizations.id_of(ctx.principal_account) or iam_evaluator._principal_org_id(ctx.principal_account)


def _owner(ctx) -> str:
    return iam_evaluator._account_from_arn(ctx.resource_arn) or ctx.principal_account


def _source_ip(ctx):
    """Known to AWS only of what comes over the internet, and straight from the caller."""
    return None if network.endpoint() or "aws:calledvia" in ctx.principal_keys else ctx.source_ip


def _repository_tags(arn: str) -> dict:
    _, _, _, region, account, resource = arn.split(":", 5)
    with responses.request_scope(account, region):
        repository = ecr._repositories.get(resource.removeprefix("repository/")) or {}
    return {tag["Key"].lower(): tag["Value"] for tag in repository.get("tags") or []}


KEYS = {
    "aws:principalarn": _principal_arn,
    "aws:principalisawsservice": lambda ctx: str(ctx.principal_type == "Service").lower(),
    "aws:principalorgid": _organization_id,
    "aws:principalorgpaths": lambda ctx: organizations.paths_of(ctx.principal_account),
    "aws:resourceorgid": lambda ctx: organizations.id_of(_owner(ctx)),
    "aws:resourceorgpaths": lambda ctx: organizations.paths_of(_owner(ctx)),
    "aws:sourceip": _source_ip,
    "aws:sourcevpc": lambda ctx: (network.endpoint() or {}).get("VpcId"),
    "aws:sourcevpce": lambda ctx: (network.endpoint() or {}).get("VpcEndpointId"),
    "aws:viaawsservice": lambda ctx: str("aws:calledvia" in ctx.principal_keys).lower(),
}
