"""Serves ministack's application, and /_local beside it, on one socket."""

import asyncio
import hmac
import json
import socket
from urllib.parse import parse_qsl

from hypercorn.asyncio import serve
from hypercorn.config import Config

from . import access_log, ecr_layers, events, mfa, network, organizations, principals, record_only, settings, tokens
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
        network.arrived(scope.get("client"))
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
    """The layers a download URL points to, and what only the process that started the run may ask for or say."""
    name = path.removeprefix("/_local/")
    if name.startswith("layers/"):
        layer = ecr_layers.redeem(name.removeprefix("layers/"))
        return (200, layer) if layer is not None else (403, b"AccessDenied")
    headers = dict(scope["headers"])
    if not hmac.compare_digest(headers.get(b"x-local-aws-token", b""), settings.token().encode()):
        return 403, b"AccessDenied"
    query = dict(parse_qsl(scope.get("query_string", b"").decode()))
    if name not in CONTROLS:
        return 404, b"not found"
    try:
        return 200, json.dumps(CONTROLS[name](**query)).encode()
    except (TypeError, ValueError) as error:
        return 400, str(error).encode()


# Each takes what the query says, by name.
CONTROLS = {
    "resources": record_only.records, "events": events.recent, "announce": events.announce,
    "accesses": access_log.accesses,
    "place-in-organization": organizations.place, "expire-tokens": tokens.expire, "route": network.route,
    "age-second-factor": mfa.age,
    "as-service": principals.as_service, "through-service": principals.through,
}


async def answer(send, status: int, body: bytes) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
