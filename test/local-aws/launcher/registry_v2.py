"""The registry protocol (/v2) with ECR's authorization.

ministack serves it to anybody. Here, as in AWS, a client needs the token of GetAuthorizationToken, and each request
needs the ECR permission of whoever fetched that token.
"""

import base64
import binascii
import json
import secrets
import time
from contextvars import ContextVar

from . import ecr_referrers, settings
from .private import ecr, iam_evaluator, responses, router

LIFETIME_SECONDS = 12 * 3600
ACTIONS = {
    ("manifest", "PUT"): "PutImage", ("manifest", "GET"): "BatchGetImage", ("manifest", "HEAD"): "BatchGetImage",
    ("manifest", "DELETE"): "BatchDeleteImage", ("blob", "GET"): "GetDownloadUrlForLayer",
    ("blob", "HEAD"): "BatchCheckLayerAvailability", ("blob_uploads", "POST"): "InitiateLayerUpload",
    ("blob_upload_session", "PATCH"): "UploadLayerPart", ("blob_upload_session", "PUT"): "CompleteLayerUpload",
    ("tags_list", "GET"): "ListImages", ("referrers", "GET"): "BatchGetImage"}
# What PutImage refuses, as the registry protocol says it.
ERRORS = {"ImageTagAlreadyExistsException": "TAG_INVALID", "LayersNotFoundException": "MANIFEST_BLOB_UNKNOWN",
          "ReferencedImagesNotFoundException": "MANIFEST_UNKNOWN"}

_caller: ContextVar = ContextVar("caller", default="")
_tokens: dict = {}


def install() -> None:
    handle, registry = ecr.handle_request, ecr.handle_registry_request

    async def remember_caller(method, path, headers, body, parameters):
        _caller.set(router.extract_access_key_id(headers, parameters))
        return await handle(method, path, headers, body, parameters)

    async def authorized(method, path, headers, body, parameters):
        holder = _holder(headers.get("authorization", ""))
        if not holder:
            return _error(401, "UNAUTHORIZED", "Not Authorized",
                          {"WWW-Authenticate": f'Basic realm="{settings.endpoint()}/",service="ecr.amazonaws.com"'})
        access_key, account, region = holder
        with responses.request_scope(account, region):
            verb, name, reference = ecr._parse_v2_path(path) or ("", "", "")
            if verb == "ping":
                return await registry(method, path, headers, body, parameters)
            action = ACTIONS.get((verb, method))
            if not action:
                return _error(405, "UNSUPPORTED", f"{method} {path}")
            if not _allowed(access_key, action, account, region, name):
                return _error(403, "DENIED", f"not authorized to perform ecr:{action} on {name}")
            if verb == "manifest" and method in ("PUT", "DELETE"):
                return (_put if method == "PUT" else _delete)(name, reference, headers, body)
            if verb == "referrers":
                return ecr_referrers.registry_answer(name, reference, parameters)
            # Mounting would read another repository without asking that one's policy; clients then upload.
            parameters = {key: value for key, value in parameters.items() if key not in ("mount", "from")}
            return await registry(method, path, headers, body, parameters)

    ecr.handle_request = remember_caller
    ecr.handle_registry_request = authorized
    ecr._get_authorization_token = authorization_token


def authorization_token(_data: dict):
    token, expires = secrets.token_urlsafe(48), int(time.time()) + LIFETIME_SECONDS
    _tokens[token] = (_caller.get(), responses.get_account_id(), responses.get_region(), expires)
    return responses.json_response({"authorizationData": [{
        "authorizationToken": base64.b64encode(f"AWS:{token}".encode()).decode(), "expiresAt": expires,
        "proxyEndpoint": settings.endpoint()}]})


def _holder(authorization: str):
    scheme, _, encoded = authorization.partition(" ")
    try:
        user, _, token = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    *holder, expires = _tokens.get(token, (0,))
    return holder if scheme.lower() == "basic" and user == "AWS" and expires > time.time() else None


def _allowed(access_key: str, action: str, account: str, region: str, name: str) -> bool:
    # The token stands for the signature, which was checked when it was fetched.
    iam_evaluator._anonymous.set(False)
    iam_evaluator._signed_request.set(None)
    iam_evaluator.pin_request_caller({"authorization": f"AWS4-HMAC-SHA256 Credential={access_key}/"}, {})
    arn = f"arn:aws:ecr:{region}:{account}:repository/{name}"
    return iam_evaluator.enforce(access_key, f"ecr:{action}", "ecr", region, resource_arn=arn) is None


def _put(name: str, reference: str, headers: dict, body: bytes):
    by_digest = reference.startswith("sha256:")
    status, _, answer = ecr._put_image({
        "repositoryName": name, "imageManifest": body.decode(), "imageManifestMediaType": headers.get("content-type"),
        **({"imageDigest": reference} if by_digest else {"imageTag": reference})})
    refusal = json.loads(answer) if status >= 400 else {}
    code = refusal.get("__type", "").rpartition("#")[2]
    if refusal and code != "ImageAlreadyExistsException":  # pushing the same again is no error to a client
        return _error(404 if code == "RepositoryNotFoundException" else 400,
                      "NAME_UNKNOWN" if code == "RepositoryNotFoundException" else ERRORS.get(code, "MANIFEST_INVALID"),
                      refusal.get("message", code))
    digest = ecr._find_image(name, {"imageDigest" if by_digest else "imageTag": reference})["imageDigest"]
    subject = json.loads(body).get("subject")  # named back to the client, which then needs no fallback tag
    return 201, {"Location": f"/v2/{name}/manifests/{digest}", "Docker-Content-Digest": digest,
                 **({"OCI-Subject": subject["digest"]} if subject else {})}, b""


def _delete(name: str, reference: str, _headers: dict, _body: bytes):
    kind = "imageDigest" if reference.startswith("sha256:") else "imageTag"
    status, _, answer = ecr._batch_delete_image({"repositoryName": name, "imageIds": [{kind: reference}]})
    if status >= 400 or json.loads(answer)["failures"]:
        return _error(404, "MANIFEST_UNKNOWN", reference)
    return 202, {}, b""


def _error(status: int, code: str, message: str, headers=None):
    body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
    return status, {"Content-Type": "application/json", **(headers or {})}, body
