"""Has parliament and policy_sentry read policies: JSON on standard input, their findings as JSON on standard output.

Neither is a linter of templates: policies come with ARNs and without intrinsic functions. What policy_sentry has is
data on every action; what is asked of it is whether an action exists, and whether it is about such a resource.
"""

import json
import re
import sys

import parliament
from policy_sentry.querying.actions import get_action_data, get_actions_for_service


def listed(value):
    return value if isinstance(value, list) else [value]


def parliament_knows(action):
    try:
        return bool(parliament.expand_action(action))
    except (parliament.UnknownActionException, parliament.UnknownPrefixException):
        return False


def ask_parliament(document):
    """An action it does not know keeps it from reading the rest of a statement, so it reads that without the action."""
    statements = []
    for statement in document["Statement"]:
        actions = listed(statement["Action"])
        known = [action for action in actions if parliament_knows(action)]
        yield from (("UNKNOWN_ACTION", action) for action in actions if action not in known)
        if known:
            statements.append({**statement, "Action": known})
    policy = parliament.analyze_policy_string(
        json.dumps({**document, "Statement": statements}), include_community_auditors=True, ignore_private_auditors=True
    )
    for finding in policy.findings:
        detail = finding.detail or finding.location.get("actions") or finding.location.get("string") or ""
        yield finding.issue, detail if isinstance(detail, str) else json.dumps(detail)


def ask_policy_sentry(document):
    for statement in document["Statement"]:
        for pattern in listed(statement["Action"]):
            expression = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.IGNORECASE)
            actions = list(filter(expression.fullmatch, get_actions_for_service(pattern.split(":")[0])))
            if not actions:
                yield "UNKNOWN_ACTION", pattern
            elif statement["Effect"] == "Allow":
                formats = {each for action in actions for each in arn_formats(action)}
                for resource in listed(statement["Resource"]):
                    if resource != "*" and not any(each != "*" and parliament.is_glob_match(each, resource) for each in formats):
                        yield "WRONG_RESOURCE", f"{pattern} on {resource}"


def arn_formats(action):
    service, name = action.split(":")
    return [re.sub(r"\$\{\w+\}", "*", each["resource_arn_format"]) for each in get_action_data(service, name)[service]]


JUDGES = {"parliament": ask_parliament, "policy_sentry": ask_policy_sentry}


def main():
    # In a policy a number is as good as its text; parliament reads texts only.
    policies = json.load(sys.stdin, parse_float=str, parse_int=str)
    found = [
        {"judge": judge, "issue": issue, "detail": detail, "policy": policy["name"], "property": policy["property"]}
        for policy in policies
        for judge, ask in JUDGES.items()
        for issue, detail in ask(policy["document"])
    ]
    json.dump(found, sys.stdout)


main()
