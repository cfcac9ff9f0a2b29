"""AWS::IAM::Group, with the policies that the resource itself has."""

import json

from . import schema
from .private import cloudformation, iam

TYPE = "AWS::IAM::Group"


def install() -> None:
    cloudformation._RESOURCE_HANDLERS[TYPE] = {
        "create": create, "update": update, "update_with_logical_id": True, "delete": delete}


def create(logical_id: str, properties: dict, stack: str) -> tuple:
    schema.validate(TYPE, properties)
    name = properties.get("GroupName") or cloudformation._physical_name(stack, logical_id, max_len=128)
    if name in iam._groups:
        raise ValueError(f"Group with name {name} already exists. (Error Code: EntityAlreadyExists)")
    _call(iam._create_group, GroupName=name, Path=properties.get("Path") or "/")
    return update(name, {}, properties, stack, logical_id)


def update(name: str, old: dict, new: dict, stack: str, logical_id: str) -> tuple:
    schema.validate(TYPE, new)
    if old and old.get("GroupName") != new.get("GroupName"):
        return create(logical_id, new, stack)
    if old and old.get("Path", "/") != new.get("Path", "/"):
        raise ValueError(f"the path of {name} cannot be changed here")  # AWS does it
    before, after = _managed(old), _managed(new)
    for arn in before - after:
        _call(iam._detach_group_policy, GroupName=name, PolicyArn=arn)
    for arn in after - before:
        _call(iam._attach_group_policy, GroupName=name, PolicyArn=arn)
    inline = _inline(new)
    for policy in _inline(old).keys() - inline.keys():
        _call(iam._delete_group_policy, GroupName=name, PolicyName=policy)
    for policy, document in inline.items():
        _call(iam._put_group_policy, GroupName=name, PolicyName=policy, PolicyDocument=document)
    return name, {"Arn": iam._groups[name]["Arn"]}


def delete(name: str, properties: dict) -> None:
    if name in iam._groups:
        for arn in _managed(properties):
            _call(iam._detach_group_policy, GroupName=name, PolicyArn=arn)
        _call(iam._delete_group, GroupName=name)


def _managed(properties: dict) -> set:
    return set(properties.get("ManagedPolicyArns") or [])


def _inline(properties: dict) -> dict:
    return {each["PolicyName"]: json.dumps(each["PolicyDocument"]) for each in properties.get("Policies") or []}


def _call(handler, **parameters: str) -> None:
    status, _, body = handler(parameters)
    if status >= 400:
        raise ValueError(body.decode() if isinstance(body, bytes) else body)
