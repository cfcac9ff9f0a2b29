"""Resource types that are recorded and validated, but do nothing.

ministack refuses them. A stack with them must still deploy, so what was asked for is checked against CloudFormation's
schema, kept, readable at /_local/resources, and removed with the stack. There is no behaviour behind it: a test of these
proves the wiring and the properties, never what AWS does with them.
"""

import uuid
from datetime import datetime, timezone

from . import schema
from .private import change_sets, cloudformation, responses

# To add a type, add a line: its name, and what its Arn looks like if it has one.
TYPES = {
    "AWS::CloudTrail::Trail": "cloudtrail:{region}:{account}:trail/{id}",
    "AWS::CloudWatch::CompositeAlarm": "cloudwatch:{region}:{account}:alarm:{id}",
    "AWS::ECR::PublicRepository": "ecr-public::{account}:repository/{id}",
    "AWS::ECR::PullThroughCacheRule": None,
    "AWS::ECR::PullTimeUpdateExclusion": None,
    "AWS::ECR::RegistryPolicy": None,
    "AWS::ECR::RegistryScanningConfiguration": None,
    "AWS::ECR::ReplicationConfiguration": None,
    "AWS::ECR::RepositoryCreationTemplate": None,
    "AWS::ECR::SigningConfiguration": None,
    "AWS::GuardDuty::Detector": None,
    "AWS::InspectorV2::Filter": "inspector2:{region}:{account}:owner/{account}/filter/{random}",
    "AWS::Logs::QueryDefinition": None,
    "AWS::SecurityHub::Hub": "securityhub:{region}:{account}:hub/default",
}

_records: dict = {}


def records(type: str = "") -> list:
    return [record for record in _records.values() if type in ("", record["type"])]


def install() -> None:
    for resource_type, arn in TYPES.items():
        cloudformation._RESOURCE_HANDLERS[resource_type] = handlers(resource_type, arn)
        names = tuple(schema.names(resource_type, "primaryIdentifier"))
        change_sets._IMPORT_LOOKUPS[resource_type] = names, import_problem(resource_type)


def handlers(resource_type: str, arn) -> dict:
    def key(physical_id: str) -> tuple:
        return key_of(resource_type, physical_id)

    def create(logical_id: str, properties: dict, stack: str) -> tuple:
        schema.validate(resource_type, properties)
        physical_id, attributes = identify(resource_type, arn, logical_id, properties, stack)
        # Registry settings exist once per account and Region: a second stack must not take over the first one's.
        if key(physical_id) in _records:
            raise ValueError(f"Resource of type '{resource_type}' with identifier '{physical_id}' already exists.")
        account, region, *_ = key(physical_id)
        _records[key(physical_id)] = {
            "type": resource_type, "id": physical_id, "logicalId": logical_id, "stack": stack,
            "account": account, "region": region, "properties": properties, "attributes": attributes}
        return physical_id, attributes

    def update(physical_id: str, old: dict, new: dict, stack: str, logical_id: str) -> tuple:
        schema.validate(resource_type, new)
        fixed = schema.names(resource_type, "createOnlyProperties")
        if any(old.get(name) != new.get(name) for name in fixed):
            return create(logical_id, new, stack)  # CloudFormation deletes the predecessor afterwards
        record = _records[key(physical_id)]
        record["properties"] = new
        return physical_id, record["attributes"]

    def delete(physical_id: str, _properties: dict) -> None:
        _records.pop(key(physical_id), None)

    def adopt(identifier: dict) -> tuple:
        physical_id = "|".join(identifier.values())
        return physical_id, _records[key(physical_id)]["attributes"]

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": delete, "import": adopt}


def key_of(resource_type: str, physical_id: str) -> tuple:
    return responses.get_account_id(), responses.get_region(), resource_type, physical_id


def import_problem(resource_type: str):
    def problem(*identifier: str) -> str | None:
        found = key_of(resource_type, "|".join(identifier)) in _records
        return None if found else change_sets._IMPORT_NOT_FOUND.format(type=resource_type, value="|".join(identifier))
    return problem


def identify(resource_type: str, arn, logical_id: str, properties: dict, stack: str) -> tuple:
    """What Ref and Fn::GetAtt answer: the schema's primary identifier and read-only properties."""
    primary = schema.names(resource_type, "primaryIdentifier")
    read_only = schema.names(resource_type, "readOnlyProperties")
    given = {name: properties.get(name) or cloudformation._physical_name(stack, logical_id)
             for name in primary if name not in read_only}
    facts = {"account": responses.get_account_id(), "region": responses.get_region(), "random": uuid.uuid4().hex[:16],
             "id": "|".join(given.values())}
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    known = {"arn": f"arn:aws:{arn.format(**facts)}" if arn else None, "registryid": facts["account"],
             "id": uuid.uuid4().hex, "querydefinitionid": str(uuid.uuid4()), "createdat": now, "updatedat": now, "subscribedat": now}
    attributes = {name: known[name.lower()] for name in read_only if known.get(name.lower())}
    return "|".join({**given, **attributes}[name] for name in primary), {**given, **attributes}
