"""The only door to ministack's private names.

A `Private` is a module of which just the declared names can be read or replaced. So the lists below are complete by
construction, and `check` can say at start, before anything is half patched, which of them the installed version lacks.
"""

import importlib
from importlib import metadata

VERSION = "1.5.33"


class Drift(Exception):
    """The installed ministack is not the one the launcher was written against."""


class Private:
    def __init__(self, module: str, *names: str):
        self.__dict__.update(_name=module, _names=frozenset(names))

    def __getattr__(self, name: str):
        return getattr(self._module(name), name)

    def __setattr__(self, name: str, value) -> None:
        setattr(self._module(name), name, value)

    def _module(self, name: str):
        if name not in self._names:
            raise AttributeError(f"{self._name}.{name} is used but not declared in {__name__}")
        return importlib.import_module(self._name)

    def missing(self) -> list:
        try:
            module = importlib.import_module(self._name)
        except ImportError as error:
            return [f"{self._name} ({error})"]
        return [f"{self._name}.{name}" for name in sorted(self._names) if not hasattr(module, name)]


app = Private("ministack.app", "app", "_is_ecr_registry_path")
responses = Private(
    "ministack.core.responses", "get_account_id", "get_region", "request_scope", "json_response", "error_response_json")
router = Private("ministack.core.router", "extract_access_key_id")
iam_actions = Private(
    "ministack.core.iam_actions", "extract_iam_action", "extract_resource_arn", "access_denied_response",
    "request_tag_context")
iam_evaluator = Private(
    "ministack.core.iam_evaluator", "_is_root_key", "is_root_access_key", "_anonymous", "_signed_request", "enforce",
    "pin_request_caller", "resolve_credential", "resolve_principal", "PrincipalInfo", "_principal_keys",
    "_principal_org_id", "_account_from_arn", "parse_policy_document", "evaluate_resource_policy", "evaluate_trust_policy",
    "combine_resource_policy", "_resolve_condition_key", "_conditions_met", "_first_match", "_CONDITION_OPS",
    "fnmatch_iam_cs", "caller_arn")
cloudformation = Private(
    "ministack.services.cloudformation.provisioners", "_RESOURCE_HANDLERS", "_physical_name")
change_sets = Private("ministack.services.cloudformation.changesets", "_IMPORT_LOOKUPS", "_IMPORT_NOT_FOUND")
ecr = Private(
    "ministack.services.ecr", "handle_request", "handle_registry_request", "repository_policy_for_arn",
    "_repositories", "_images", "_layer_blobs", "_manifest_blobs", "_uploads", "_repo_policies", "_lifecycle_policies",
    "_create_repository", "_delete_repository", "_repo_shape", "_put_image_tag_mutability", "_set_repository_policy",
    "_get_repository_policy", "_select_registry_request_scope", "_put_lifecycle_policy", "_put_image", "_batch_get_image", "_batch_delete_image", "_list_images",
    "_describe_images", "_initiate_layer_upload", "_upload_layer_part", "_complete_layer_upload",
    "_batch_check_layer_availability", "_get_download_url_for_layer", "_get_authorization_token", "_parse_v2_path", "_find_image")
inspector2 = Private("ministack.services.inspector2", "handle_request")
eventbridge = Private("ministack.services.eventbridge", "_put_events", "_dispatch_event", "_rules")
cloudwatch = Private("ministack.services.cloudwatch", "_list_dashboards")
iam = Private(
    "ministack.services.iam", "_oidc_providers", "_create_oidc_provider", "_roles", "_users", "_mfa_devices", "_groups",
    "_create_group", "_delete_group", "_attach_group_policy", "_detach_group_policy", "_put_group_policy", "_delete_group_policy",
    "_gen_session_access_key", "_gen_secret", "_gen_session_token")
sts = Private(
    "ministack.services.sts", "is_root_access_key", "handle_request", "register_session", "_sessions", "_principal_keys",
    "_caller_identity", "_error", "_p", "_web_identity_principal", "_web_identity_trust_denied")
ec2 = Private("ministack.services.ec2", "_vpcs", "_vpc_endpoints")
sns = Private("ministack.services.sns", "_topics")
lambda_svc = Private("ministack.services.lambda_svc", "_functions", "_esm_wake")
lambda_runtime = Private("ministack.core.lambda_runtime", "Worker")

ALL = [value for value in list(globals().values()) if isinstance(value, Private)]


def check() -> None:
    installed = metadata.version("ministack")
    if installed != VERSION:
        raise Drift(f"ministack {installed} is installed, but the launcher was written against {VERSION}")
    missing = [name for module in ALL for name in module.missing()]
    if missing:
        raise Drift(f"ministack {installed} has no {', '.join(missing)}; the launcher needs each of them")
