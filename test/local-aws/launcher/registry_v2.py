"""The registry protocol (/v2) with ECR's authorization.

ministack serves it to anybody. Here, as in AWS, a client needs the token of GetAuthorizationToken, and each request
needs the ECR permission of whoever fetched that token. The name of the host says whose registry is meant; a request to
the plain endpoint means that of the token's own account.
"""

import json
import time

from . import denials, ecr_referrers, hosts, settings, tokens
from .private import ecr, iam_evaluator, responses

ACTIONS = {
    ("manifest", "PUT"): "PutImage", ("manifest", "GET"): "BatchGetImage", ("manifest", "HEAD"): "BatchGetImage",
    ("manifest", "DELETE"): "BatchDeleteImage", ("blob", "GET"): "GetDownloadUrlForLayer",
    ("blob", "HEAD"): "BatchCheckLayerAvailability", ("blob_uploads", "POST"): "InitiateLayerUpload",
    ("blob_upload_session", "PATCH"): "UploadLayerPart", ("blob_upload_session", "PUT"): "CompleteLayerUpload",
    ("tags_list", "GET"): "ListImages", ("referrers", "GET"): "BatchGetImage"}
# What PutImage refuses, as the registry protocol says it.
ERRORS = {"ImageTagAlreadyExistsException": "TAG_INVALID", "LayersNotFoundException": "MANIFEST_BLOB_UNKNOWN",
          "ReferencedImagesNotFoundException": "MANIFEST_UNKNOWN"}


def install() -> None:
    serve = ecr.handle_registry_request

    async def authorized(method, path, headers, body, parameters):
        named = hosts.registry_of(headers.get("host", ""))
        token = tokens.read(headers.get("authorization", ""))
        refused = _unauthenticated(headers, token, named)
        if refused:
            return refused
        verb, name, reference = ecr._parse_v2_path(path) or ("", "", "")
        account, region = named or (token.account, token.region)
        if verb == "ping":
            return await serve(method, path, headers, body, parameters)
        actions = _actions(verb, method, body)
        if not actions:
            return _error(405, "UNSUPPORTED", f"{method} {path}")
        for action in actions:
            denial = _denial(token, action, account, region, name)
            if denial:
                return _error(403, "DENIED", denial)
        with responses.request_scope(account, region):
            if verb == "manifest" and method in ("PUT", "DELETE"):
                return (_put if method == "PUT" else _delete)(name, reference, headers, body)
            if verb == "referrers":
                return ecr_referrers.registry_answer(name, reference, parameters)
            # No mount: it would read another repository without asking that one's policy. No upload within the POST:
            # it was asked about its beginning only. Clients then upload in the usual steps.
            taken = {key: value for key, value in parameters.items()
                     if key not in ("mount", "from") and (key, verb) != ("digest", "blob_uploads")}
            return await serve(method, path, headers, body, taken)

    ecr.handle_registry_request = authorized
    # It would turn to whatever registry `Host` or `?ns=` names, after the permission was asked for another one.
    ecr._select_registry_request_scope = lambda name, headers, parameters: None


def _unauthenticated(headers: dict, token, named):
    registry = f"https://{hosts.name_of(*named)}" if named else settings.endpoint()
    if not headers.get("authorization"):
        return _error(401, "UNAUTHORIZED", "Not Authorized",
                      {"WWW-Authenticate": f'Basic realm="{registry}/",service="ecr.amazonaws.com"'})
    if not token or (named and named[1] != token.region):
        return _error(400, "DENIED", "Your Authorization Token is invalid.")
    if token.expires < time.time():
        return _error(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.")
    return None


def _actions(verb: str, method: str, body: bytes) -> list:
    action = ACTIONS.get((verb, method))
    # The request that completes an upload may bring the last part, or all of it.
    return (["UploadLayerPart"] if action == "CompleteLayerUpload" and body else []) + ([action] if action else [])


def _denial(token: tokens.Token, action: str, account: str, region: str, name: str) -> str:
    """Why the token's holder may not do this, now; nothing when it may."""
    # The token stands for the signature, which was checked when it was fetched.
    iam_evaluator._anonymous.set(False)
    iam_evaluator._signed_request.set(None)
    arn = f"arn:aws:ecr:{region}:{account}:repository/{name}"
    with responses.request_scope(token.account, region):  # users and groups are looked for in the scope's account
        iam_evaluator.pin_request_caller({"authorization": f"AWS4-HMAC-SHA256 Credential={token.access_key}/"}, {})
        denied = iam_evaluator.enforce(token.access_key, f"ecr:{action}", "ecr", region, resource_arn=arn)
    if denied is None:
        return ""
    return getattr(denied, "message", "") or denials.message(f"ecr:{action}", arn, denied)


def _put(name: str, reference: str, headers: dict, body: bytes):
    by_digest = reference.startswith("sha256:")
    status, _, answer = ecr._put_image({
        "repositoryName": name, "imageManifest": body.decode(errors="replace"),
        "imageManifestMediaType": headers.get("content-type"),
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
