"""What refers to an image: signatures, SBOMs and other artifacts whose manifest names it as their subject.

ministack knows neither ECR's ListImageReferrers nor the registry protocol's /referrers/.
"""

import json

from .ecr_answers import Refused, operation, page, repository_of
from .private import app, ecr, iam_actions, responses

INDEX = "application/vnd.oci.image.index.v1+json"
TARGET = "AmazonEC2ContainerRegistry_V20150921.ListImageReferrers"


def install() -> None:
    handle, action_of, is_registry_path, parse = (
        ecr.handle_request, iam_actions.extract_iam_action, app._is_ecr_registry_path, ecr._parse_v2_path)

    async def handle_referrers(method, path, headers, body, parameters):
        if headers.get("x-amz-target") == TARGET:
            return operation(list_referrers)(json.loads(body))
        return await handle(method, path, headers, body, parameters)

    def action(service, method, path, headers, body, parameters):
        # AWS has no action of this name: whoever may get an image may list what refers to it.
        if headers.get("x-amz-target") == TARGET:
            return "ecr:BatchGetImage"
        return action_of(service, method, path, headers, body, parameters)

    def parse_referrers(path: str):
        name, found, digest = path.removeprefix("/v2/").partition("/referrers/")
        return ("referrers", name, digest) if found else parse(path)

    ecr.handle_request = handle_referrers
    ecr._parse_v2_path = parse_referrers
    iam_actions.extract_iam_action = action
    app._is_ecr_registry_path = lambda path: (path.startswith("/v2/") and "/referrers/" in path) or is_registry_path(path)


def list_referrers(data: dict) -> dict:
    name = repository_of(data)["repositoryName"]
    subject = (data.get("subjectId") or {}).get("imageDigest")
    if not subject:
        raise Refused("InvalidParameterException", "Invalid parameter at 'subjectId'")
    wanted = (data.get("filter") or {}).get("artifactTypes")
    found = [{**referrer, "artifactStatus": "ACTIVE"} for referrer in referrers(name, subject)
             if not wanted or referrer.get("artifactType") in wanted]
    return page(found, {"maxResults": 50, **data}, "referrers")


def referrers(name: str, subject: str) -> list:
    found = []
    for image in ecr._images.get(name, []):
        manifest = json.loads(image["imageManifest"])
        if (manifest.get("subject") or {}).get("digest") != subject:
            continue
        descriptor = {
            "mediaType": image["imageManifestMediaType"], "digest": image["imageDigest"],
            "size": len(image["imageManifest"].encode()), "artifactType": image.get("artifactMediaType"),
            "annotations": manifest.get("annotations")}
        found.append({key: value for key, value in descriptor.items() if value})
    return found


def registry_answer(name: str, subject: str, parameters: dict) -> tuple:
    """The registry protocol's answer: an index of descriptors, empty when there are none."""
    if name not in ecr._repositories:
        return 404, {"Content-Type": "application/json"}, b'{"errors":[{"code":"NAME_UNKNOWN"}]}'
    wanted = parameters.get("artifactType")
    manifests = [entry for entry in referrers(name, subject) if not wanted or entry.get("artifactType") in wanted]
    headers = {"Content-Type": INDEX, **({"OCI-Filters-Applied": "artifactType"} if wanted else {})}
    return 200, headers, json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}).encode()
