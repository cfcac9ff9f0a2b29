"""What scanners say of images, which ministack does not know: answered by test/stand-in, once the run has named one.

IAM has decided on a request before it comes here.
"""

import asyncio
import os
import urllib.error
import urllib.request

from . import settings
from .private import ecr, inspector2

ECR_OPERATION = "DescribeImageScanFindings"
PASSED_ON = ("content-type", "x-amz-target")


def install() -> None:
    ecr_handle, inspector_handle = ecr.handle_request, inspector2.handle_request

    async def ecr_or_stand_in(method, path, headers, body, parameters):
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        url = stand_in() if action == ECR_OPERATION else None
        return await (ask(url, path, headers, body) if url else ecr_handle(method, path, headers, body, parameters))

    async def inspector_or_stand_in(method, path, headers, body, parameters):
        url = stand_in()
        return await (ask(url, path, headers, body) if url else inspector_handle(method, path, headers, body, parameters))

    ecr.handle_request, inspector2.handle_request = ecr_or_stand_in, inspector_or_stand_in


def stand_in():
    """Read anew for each request: tests name it when the run is already going on."""
    try:
        with open(os.path.join(settings.directory(), "scans")) as file:
            return file.read()
    except FileNotFoundError:
        return None


async def ask(url: str, path: str, headers: dict, body: bytes) -> tuple:
    passed = {name: headers[name] for name in PASSED_ON if name in headers}
    request = urllib.request.Request(url + path, data=body, headers=passed, method="POST")
    return await asyncio.to_thread(answer, request)


def answer(request) -> tuple:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as response:
            return response.status, dict(response.headers.items()), response.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, dict(refusal.headers.items()), refusal.read()
