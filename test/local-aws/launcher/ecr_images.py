"""The image operations, with what AWS does and ministack does not.

Several tags of one image, tag immutability with exclusion filters, references to layers that were never uploaded,
digests as imageIds, pages, sizes, and the events.
"""

import hashlib
import json
import re
import time
from fnmatch import fnmatchcase

from . import events
from .ecr_answers import Refused, operation, page, repository_of
from .ecr_layers import layers
from .private import ecr, responses

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,299}")


def install() -> None:
    ecr._put_image = operation(put)
    ecr._batch_get_image = operation(batch_get)
    ecr._batch_delete_image = operation(batch_delete)
    ecr._list_images = operation(list_images)
    ecr._describe_images = operation(describe)


def put(data: dict) -> dict:
    repository = repository_of(data)
    name, tag, text = repository["repositoryName"], data.get("imageTag"), data.get("imageManifest", "")
    manifest = _parse(text)
    digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    if data.get("imageDigest", digest) != digest:
        raise Refused("ImageDigestDoesNotMatchException", f"The manifest's digest is {digest}")
    if tag is not None and not TAG.fullmatch(tag):
        raise Refused("InvalidParameterException", f"Invalid parameter at 'imageTag': '{tag}'")
    _check_references(name, manifest)
    images = ecr._images.setdefault(name, [])
    image = _by_digest(name, digest)
    if image and (not tag or tag in image["imageTags"]):
        raise Refused("ImageAlreadyExistsException", f"Image with digest '{digest}' and tag '{tag}' already exists in "
                      f"the repository with name '{name}'")
    holder = next((other for other in images if tag in other["imageTags"]), None) if tag else None
    if holder and is_immutable(repository, tag):
        raise Refused("ImageTagAlreadyExistsException", f"The image tag '{tag}' already exists in the '{name}' "
                      "repository and cannot be overwritten because the tag is immutable.")
    if holder:
        holder["imageTags"].remove(tag)
    if not image:
        image = _record(name, digest, text, manifest, data.get("imageManifestMediaType"))
        images.append(image)
        ecr._manifest_blobs.setdefault(name, {})[digest] = text.encode()
    if tag:
        image["imageTags"].append(tag)
    _raise_event("PUSH", image, tag)
    return {"image": _image(image, tag)}


def is_immutable(repository: dict, tag: str) -> bool:
    mode = repository.get("imageTagMutability", "MUTABLE")
    excluded = any(fnmatchcase(tag, entry["filter"]) for entry in exclusion_filters(repository))
    return {"IMMUTABLE": True, "MUTABLE": False, "IMMUTABLE_WITH_EXCLUSION": not excluded,
            "MUTABLE_WITH_EXCLUSION": excluded}[mode]


def exclusion_filters(repository: dict) -> list:
    return repository.get("imageTagMutabilityExclusionFilters") or []


def batch_get(data: dict) -> dict:
    name = repository_of(data)["repositoryName"]
    found, failures = [], []
    for wanted in data.get("imageIds") or []:
        image = find(name, wanted)
        if image:
            found.append(_image(image, wanted.get("imageTag")))
        else:
            failures.append(_not_found(wanted))
    return {"images": found, "failures": failures}


def batch_delete(data: dict) -> dict:
    name = repository_of(data)["repositoryName"]
    deleted, failures = [], []
    for wanted in data.get("imageIds") or []:
        image = find(name, wanted)
        if not image:
            failures.append(_not_found(wanted))
            continue
        # A tag takes only itself away, and the image with the last one; a digest takes all.
        tags = [wanted["imageTag"]] if wanted.get("imageTag") else list(image["imageTags"])
        if set(tags) == set(image["imageTags"]):
            index = _referrer(name, image["imageDigest"])
            if index:
                failures.append({"imageId": wanted, "failureCode": "ImageReferencedByManifestList",
                                 "failureReason": f"Requested image referenced by manifest list: [{index}]"})
                continue
            ecr._images[name].remove(image)
            ecr._manifest_blobs.get(name, {}).pop(image["imageDigest"], None)
        image["imageTags"] = [tag for tag in image["imageTags"] if tag not in tags]
        for tag in tags or [None]:
            deleted.append(_image_id(image, tag))
            _raise_event("DELETE", image, tag)
    return {"imageIds": deleted, "failures": failures}


def list_images(data: dict) -> dict:
    name = repository_of(data)["repositoryName"]
    images = _with_status(ecr._images.get(name, []), data)
    return page([_image_id(image, tag) for image in images for tag in image["imageTags"] or [None]], data, "imageIds")


def describe(data: dict) -> dict:
    name = repository_of(data)["repositoryName"]
    images = _with_status(ecr._images.get(name, []), data)
    if data.get("imageIds"):
        images = []
        for wanted in data["imageIds"]:
            image = find(name, wanted)
            if not image:
                raise Refused("ImageNotFoundException", f"The image with imageId {json.dumps(wanted)} does not exist "
                              f"within the repository with name '{name}'")
            images.append(image)
    keys = ("registryId", "repositoryName", "imageDigest", "imageTags", "imageSizeInBytes", "imagePushedAt",
            "imageManifestMediaType", "artifactMediaType")
    return page([{key: image[key] for key in keys if image.get(key)} for image in images], data, "imageDetails")


def find(name: str, wanted: dict):
    digest, tag = wanted.get("imageDigest"), wanted.get("imageTag")
    for image in ecr._images.get(name, []) if digest or tag else []:
        if digest in (None, image["imageDigest"]) and (not tag or tag in image["imageTags"]):
            return image
    return None


def _parse(text: str) -> dict:
    try:
        manifest = json.loads(text)
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("schemaVersion") != 2:
        raise Refused("InvalidParameterException", "Invalid parameter at 'ImageManifest' failed to satisfy constraint: "
                      "'Invalid JSON syntax or not a schema 2 manifest'")
    return manifest


def _check_references(name: str, manifest: dict) -> None:
    blobs = [blob["digest"] for blob in [manifest.get("config"), *manifest.get("layers", [])] if blob]
    absent = [digest for digest in blobs if digest not in layers(name)]
    if absent:
        raise Refused("LayersNotFoundException", f"Layers with digests {absent} required for pushing image into "
                      f"repository with name '{name}' do not exist")
    children = [child["digest"] for child in manifest.get("manifests", [])]
    absent = [digest for digest in children if not _by_digest(name, digest)]
    if absent:
        raise Refused("ReferencedImagesNotFoundException", f"Images with digests {absent} required for pushing image "
                      f"into repository with name '{name}' do not exist")


def _record(name: str, digest: str, text: str, manifest: dict, media_type) -> dict:
    config = manifest.get("config") or {}
    parts = [config, *manifest.get("layers", [])]
    return {
        "registryId": responses.get_account_id(), "repositoryName": name, "imageDigest": digest,
        "imageId": {"imageDigest": digest}, "imageTags": [], "imageManifest": text,
        "imageManifestMediaType": media_type or manifest.get("mediaType") or DOCKER_MANIFEST,
        "artifactMediaType": manifest.get("artifactType") or config.get("mediaType"),
        "imagePushedAt": int(time.time()), "imageSizeInBytes": sum(part.get("size", 0) for part in parts)}


def _by_digest(name: str, digest: str):
    return find(name, {"imageDigest": digest})


def _referrer(name: str, digest: str):
    for image in ecr._images.get(name, []):
        if any(child["digest"] == digest for child in json.loads(image["imageManifest"]).get("manifests", [])):
            return image["imageDigest"]
    return None


def _with_status(images: list, data: dict) -> list:
    status = (data.get("filter") or {}).get("tagStatus", "ANY")
    return [image for image in images if status == "ANY" or bool(image["imageTags"]) == (status == "TAGGED")]


def _image_id(image: dict, tag) -> dict:
    return {"imageDigest": image["imageDigest"], **({"imageTag": tag} if tag else {})}


def _image(image: dict, tag) -> dict:
    return {"registryId": image["registryId"], "repositoryName": image["repositoryName"],
            "imageId": _image_id(image, tag), "imageManifest": image["imageManifest"],
            "imageManifestMediaType": image["imageManifestMediaType"]}


def _not_found(wanted: dict) -> dict:
    return {"imageId": wanted, "failureCode": "ImageNotFound", "failureReason": "Requested image not found"}


def _raise_event(action: str, image: dict, tag) -> None:
    events.image_action(action, image["repositoryName"], image["imageDigest"], tag,
                        image["imageManifestMediaType"], image.get("artifactMediaType"))
