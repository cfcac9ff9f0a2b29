"""Repositories: what CloudFormation and the API say about them is validated and kept whole."""

import json

from . import schema
from .ecr_answers import Refused, call, document, operation, repository_of
from .ecr_images import exclusion_filters
from .private import change_sets, cloudformation, ecr, responses

TYPE = "AWS::ECR::Repository"


def install() -> None:
    shape, create, put_mutability = ecr._repo_shape, ecr._create_repository, ecr._put_image_tag_mutability
    put_lifecycle = ecr._put_lifecycle_policy

    def full_shape(repository: dict) -> dict:
        filters = exclusion_filters(repository)
        return {**shape(repository), **({"imageTagMutabilityExclusionFilters": filters} if filters else {})}

    def create_with_filters(data: dict):
        answer = create(data)
        if answer[0] >= 400:
            return answer
        remember_filters(data)
        return responses.json_response({"repository": full_shape(repository_of(data))})

    def put_mutability_with_filters(data: dict):
        answer = put_mutability(data)
        if answer[0] >= 400:
            return answer
        remember_filters(data)
        return responses.json_response(
            {**json.loads(answer[2]), "imageTagMutabilityExclusionFilters": exclusion_filters(repository_of(data))})

    ecr._repo_shape = full_shape
    ecr._create_repository = create_with_filters
    ecr._put_image_tag_mutability = put_mutability_with_filters
    ecr._delete_repository = operation(delete)
    ecr._put_lifecycle_policy = after(check_lifecycle, put_lifecycle)
    cloudformation._RESOURCE_HANDLERS[TYPE] = {
        "create": create_resource, "update": update_resource, "update_with_logical_id": True,
        "delete": delete_resource, "import": import_resource}
    change_sets._IMPORT_LOOKUPS[TYPE] = ("RepositoryName",), import_problem


def after(check, handler):
    def checked(data: dict):
        refused = operation(check)(data)
        return refused if refused[0] >= 400 else handler(data)
    return checked


def check_lifecycle(data: dict) -> dict:
    if not isinstance(document(data.get("lifecyclePolicyText"), "LifecyclePolicyText").get("rules"), list):
        raise Refused("InvalidParameterException", "Invalid parameter at 'LifecyclePolicyText' failed to satisfy "
                      "constraint: 'Lifecycle policy validation failure: object has missing required properties'")
    return {}


def remember_filters(data: dict) -> None:
    repository_of(data)["imageTagMutabilityExclusionFilters"] = data.get("imageTagMutabilityExclusionFilters") or []


def delete(data: dict) -> dict:
    repository = repository_of(data)
    name = repository["repositoryName"]
    if ecr._images.get(name) and not data.get("force"):
        raise Refused("RepositoryNotEmptyException", f"The repository with name '{name}' in registry with id "
                      f"'{responses.get_account_id()}' cannot be deleted because it still contains images")
    for store in (ecr._repositories, ecr._images, ecr._repo_policies, ecr._lifecycle_policies, ecr._layer_blobs,
                  ecr._manifest_blobs, ecr._uploads):
        store.pop(name, None)
    return {"repository": ecr._repo_shape(repository)}


def create_resource(logical_id: str, properties: dict, stack: str) -> tuple:
    schema.validate(TYPE, properties)
    name = properties.get("RepositoryName") or cloudformation._physical_name(
        stack, logical_id, lowercase=True, max_len=256)
    call(ecr._create_repository, {"repositoryName": name, **api_members(properties)})
    try:
        apply_policies(name, properties)
    except ValueError:
        ecr._repositories.pop(name)  # CloudFormation knows no id yet, so its roll-back would leave it behind
        raise
    return name, attributes(name)


def update_resource(name: str, old: dict, new: dict, stack: str, logical_id: str) -> tuple:
    schema.validate(TYPE, new)
    if any(old.get(key) != new.get(key) for key in schema.names(TYPE, "createOnlyProperties")):
        return create_resource(logical_id, new, stack)
    members = {"repositoryName": name, **api_members(new)}
    call(ecr._put_image_tag_mutability, members)
    repository_of(members).update(
        tags=members["tags"], imageScanningConfiguration=members["imageScanningConfiguration"])
    apply_policies(name, new)
    return name, attributes(name)


def delete_resource(name: str, properties: dict) -> None:
    if name in ecr._repositories:
        force = str(properties.get("EmptyOnDelete", False)).lower() == "true"
        call(ecr._delete_repository, {"repositoryName": name, "force": force})


def import_resource(identifier: dict) -> tuple:
    """Nothing of the repository changes: CloudFormation compares nothing, and sets what differs with the next update."""
    name = identifier["RepositoryName"]
    return name, attributes(name)


def import_problem(name: str) -> str | None:
    return None if name in ecr._repositories else change_sets._IMPORT_NOT_FOUND.format(type=TYPE, value=name)


def apply_policies(name: str, properties: dict) -> None:
    lifecycle = (properties.get("LifecyclePolicy") or {}).get("LifecyclePolicyText")
    policy = properties.get("RepositoryPolicyText")
    for text, store, member, handler in (
            (lifecycle, ecr._lifecycle_policies, "lifecyclePolicyText", ecr._put_lifecycle_policy),
            (policy, ecr._repo_policies, "policyText", ecr._set_repository_policy)):
        if text:
            call(handler, {"repositoryName": name, member: text if isinstance(text, str) else json.dumps(text)})
        else:
            store.pop(name, None)


def api_members(properties: dict) -> dict:
    """CreateRepository's members of what a template says."""
    encryption = properties.get("EncryptionConfiguration") or {"EncryptionType": "AES256"}
    scanning = properties.get("ImageScanningConfiguration") or {}
    return {
        "imageTagMutability": properties.get("ImageTagMutability", "MUTABLE"),
        "imageTagMutabilityExclusionFilters": [
            {"filterType": entry["ImageTagMutabilityExclusionFilterType"],
             "filter": entry["ImageTagMutabilityExclusionFilterValue"]}
            for entry in properties.get("ImageTagMutabilityExclusionFilters") or []],
        "imageScanningConfiguration": {"scanOnPush": str(scanning.get("ScanOnPush", False)).lower() == "true"},
        "encryptionConfiguration": {
            "encryptionType": encryption["EncryptionType"],
            **({"kmsKey": encryption["KmsKey"]} if encryption.get("KmsKey") else {})},
        "tags": properties.get("Tags") or []}


def attributes(name: str) -> dict:
    repository = ecr._repositories[name]
    return {"Arn": repository["repositoryArn"], "RepositoryUri": repository["repositoryUri"]}
