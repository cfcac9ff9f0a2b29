"""Layer upload and download. ministack answers these operations without keeping a byte."""

import base64
import hashlib
import secrets
import uuid

from . import settings
from .ecr_answers import Refused, operation, repository_of
from .private import ecr, responses

PART_SIZE = 10 * 1024 * 1024
_tickets: dict = {}


def install() -> None:
    ecr._initiate_layer_upload = operation(initiate)
    ecr._upload_layer_part = operation(upload_part)
    ecr._complete_layer_upload = operation(complete)
    ecr._batch_check_layer_availability = operation(check)
    ecr._get_download_url_for_layer = operation(download_url)


def layers(repository: str) -> dict:
    return ecr._layer_blobs.setdefault(repository, {})


def initiate(data: dict) -> dict:
    name = repository_of(data)["repositoryName"]
    upload = str(uuid.uuid4())
    ecr._uploads.setdefault(name, {})[upload] = bytearray()
    return {"uploadId": upload, "partSize": PART_SIZE}


def upload_part(data: dict) -> dict:
    content = _upload(data)
    part = base64.b64decode(data.get("layerPartBlob") or "")
    first, last = int(data.get("partFirstByte", -1)), int(data.get("partLastByte", -1))
    if first != len(content) or last != first + len(part) - 1:
        raise Refused("InvalidLayerPartException", f"Layer part {first}-{last} of {len(part)} bytes does not follow "
                      f"the {len(content)} bytes received so far")
    content.extend(part)
    return {**_common(data), "uploadId": data["uploadId"], "lastByteReceived": len(content) - 1}


def complete(data: dict) -> dict:
    content = bytes(_upload(data))
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    if not content:
        raise Refused("EmptyUploadException", "No layer parts were uploaded")
    if digest not in (data.get("layerDigests") or []):
        raise Refused("InvalidLayerException", f"The uploaded layer's digest is {digest}, not one of layerDigests")
    name = data["repositoryName"]
    del ecr._uploads[name][data["uploadId"]]
    if digest in layers(name):
        raise Refused("LayerAlreadyExistsException", f"The layer with digest '{digest}' already exists")
    layers(name)[digest] = content
    return {**_common(data), "uploadId": data["uploadId"], "layerDigest": digest}


def check(data: dict) -> dict:
    held = layers(repository_of(data)["repositoryName"])
    return {"failures": [], "layers": [
        {"layerDigest": digest, "layerSize": len(held[digest]), "layerAvailability": "AVAILABLE"}
        if digest in held else {"layerDigest": digest, "layerAvailability": "UNAVAILABLE"}
        for digest in data.get("layerDigests") or []]}


def download_url(data: dict) -> dict:
    name, digest = repository_of(data)["repositoryName"], data.get("layerDigest", "")
    if digest not in layers(name):
        raise Refused("LayersNotFoundException", f"The layer '{digest}' does not exist in repository '{name}'")
    # As the presigned S3 URL of AWS: whoever has it may read this one layer.
    ticket = secrets.token_urlsafe(32)
    _tickets[ticket] = layers(name)[digest]
    return {"downloadUrl": f"{settings.endpoint()}/_local/layers/{ticket}", "layerDigest": digest}


def redeem(ticket: str):
    return _tickets.get(ticket)


def _upload(data: dict) -> bytearray:
    name = repository_of(data)["repositoryName"]
    uploads = ecr._uploads.get(name, {})
    if data.get("uploadId") not in uploads:
        raise Refused("UploadNotFoundException", f"The upload '{data.get('uploadId')}' could not be found")
    return uploads[data["uploadId"]]


def _common(data: dict) -> dict:
    return {"registryId": responses.get_account_id(), "repositoryName": data["repositoryName"]}
