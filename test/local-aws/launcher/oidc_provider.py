"""AWS::IAM::OIDCProvider as a real provider, which AssumeRoleWithWebIdentity trusts."""

from . import schema
from .private import change_sets, cloudformation, iam, responses

TYPE = "AWS::IAM::OIDCProvider"


def install() -> None:
    cloudformation._RESOURCE_HANDLERS[TYPE] = {"create": create, "update": update, "delete": delete, "import": adopt}
    change_sets._IMPORT_LOOKUPS[TYPE] = ("Arn",), import_problem


def create(_logical_id: str, properties: dict, _stack: str) -> tuple:
    schema.validate(TYPE, properties)
    host = properties["Url"].removeprefix("https://").rstrip("/")
    arn = f"arn:aws:iam::{responses.get_account_id()}:oidc-provider/{host}"
    if arn in iam._oidc_providers:
        raise ValueError(f"Provider with url {properties['Url']} already exists. (Error Code: EntityAlreadyExists)")
    iam._create_oidc_provider({"Url": [properties["Url"]]})
    _keep(arn, properties)
    return arn, {"Arn": arn}


def update(arn: str, old: dict, new: dict, stack: str) -> tuple:
    schema.validate(TYPE, new)
    if old["Url"] != new["Url"]:
        return create("", new, stack)
    _keep(arn, new)
    return arn, {"Arn": arn}


def delete(arn: str, _properties: dict) -> None:
    iam._oidc_providers.pop(arn, None)


def adopt(identifier: dict) -> tuple:
    return identifier["Arn"], {"Arn": identifier["Arn"]}


def import_problem(arn: str) -> str | None:
    return None if arn in iam._oidc_providers else change_sets._IMPORT_NOT_FOUND.format(type=TYPE, value=arn)


def _keep(arn: str, properties: dict) -> None:
    iam._oidc_providers[arn].update(
        ClientIDList=list(properties.get("ClientIdList") or []),
        ThumbprintList=list(properties.get("ThumbprintList") or []), Tags=list(properties.get("Tags") or []))
