"""Who may do what in whose registry.

ministack looks for every repository in the caller's own account. AWS lets a caller name another registry (registryId,
resourceArn), and then both that repository's policy and the caller's identity policies must allow.
"""

import json

from .private import ecr, iam_actions, responses


def install() -> None:
    extract, policy_in_scope, handle = (
        iam_actions.extract_resource_arn, ecr.repository_policy_for_arn, ecr.handle_request)

    def resource_arn(service, method, path, headers, body, parameters, region, account):
        if service != "ecr":
            return extract(service, method, path, headers, body, parameters, region, account)
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        return arn_named_in(action, _members(body), region, account)

    def repository_policy(arn: str):
        _, _, _, region, account, _ = (arn + ":" * 5).split(":", 5)
        with responses.request_scope(account, region):
            # One that is not there belongs to its account all the same: no other account reaches it.
            return policy_in_scope(arn) or ("", account)

    async def handle_in_named_registry(method, path, headers, body, parameters):
        account = _registry_of(_members(body)) or responses.get_account_id()
        with responses.request_scope(account, responses.get_region()):
            return await handle(method, path, headers, body, parameters)

    iam_actions.extract_resource_arn = resource_arn
    ecr.repository_policy_for_arn = repository_policy
    ecr.handle_request = handle_in_named_registry


def arn_named_in(action: str, members: dict, region: str, account: str) -> str:
    if "resourceArn" in members:
        return members["resourceArn"]
    prefix = f"arn:aws:ecr:{region}:{members.get('registryId') or account}:repository/"
    if action == "DescribeRepositories":
        # One ARN must stand for several names, or for all: only who may describe every repository gets through.
        names = members.get("repositoryNames") or []
        return prefix + (names[0] if len(names) == 1 else "*")
    return prefix + members["repositoryName"] if members.get("repositoryName") else "*"


def _registry_of(members: dict):
    _, _, service, _, account, *_ = (str(members.get("resourceArn", "")) + ":" * 5).split(":")
    return account if service == "ecr" and account else members.get("registryId")


def _members(body: bytes) -> dict:
    try:
        members = json.loads(body or b"{}")
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}
