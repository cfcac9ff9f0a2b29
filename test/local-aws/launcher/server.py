"""Serves ministack's application, and /_local beside it, on one socket."""

import asyncio
import hmac
import json
import socket
from urllib.parse import parse_qs

from hypercorn.asyncio import serve
from hypercorn.config import Config

from . import ecr_layers, events, record_only, settings
from .private import app

# ministack lets anybody reset it or change its settings; nobody here needs that.
CLOSED = ("/_ministack/reset", "/_ministack/config", "/_localstack")


def listen() -> socket.socket:
    """Takes a free port now: ministack must be told its number before it is imported."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind((settings.HOST, 0))
    listener.listen(128)
    return listener


async def run(listener: socket.socket, certificate: str, key: str, on_ready) -> None:
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.certfile, config.keyfile = certificate, key
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    # A trigger that never comes, or hypercorn would take SIGTERM for itself and wait for what is running.
    await serve(application(on_ready), config, shutdown_trigger=asyncio.Event().wait)


def application(on_ready):
    async def respond(scope, receive, send):
        if scope["type"] == "lifespan":
            return await app.app(scope, receive, announcing(send, on_ready))
        path = scope.get("path", "")
        if scope["type"] == "http" and path.startswith("/_local/"):
            return await answer(send, *local(path, scope))
        if path.startswith(CLOSED):
            return await answer(send, 404, b"not served here")
        return await app.app(scope, receive, send)
    return respond


def announcing(send, on_ready):
    async def forward(message):
        await send(message)
        if message["type"] == "lifespan.startup.complete":
            on_ready()
    return forward


def local(path: str, scope: dict) -> tuple:
    """The layers a download URL points to, and, for the process that started the run, what was recorded."""
    kind, _, rest = path.removeprefix("/_local/").partition("/")
    if kind == "layers":
        layer = ecr_layers.redeem(rest)
        return (200, layer) if layer is not None else (403, b"AccessDenied")
    headers = dict(scope["headers"])
    if not hmac.compare_digest(headers.get(b"x-local-aws-token", b""), settings.token().encode()):
        return 403, b"AccessDenied"
    query = parse_qs(scope.get("query_string", b"").decode())
    if kind == "resources":
        return 200, json.dumps(record_only.records(query.get("type", [""])[0])).encode()
    if kind == "events":
        return 200, json.dumps(events.recent()).encode()
    return 404, b"not found"


async def answer(send, status: int, body: bytes) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
