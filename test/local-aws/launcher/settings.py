"""What one run is told by its parent, and what it tells ministack through the environment."""

import os

HOST = "127.0.0.1"


def token() -> str:
    """Guards /_local: only the process that started the run knows it."""
    return os.environ["LOCAL_AWS_TOKEN"]


def directory() -> str:
    return os.environ["LOCAL_AWS_DIRECTORY"]


def endpoint() -> str:
    return f"https://{HOST}:{os.environ['GATEWAY_PORT']}"


def prepare(port: int, certificate: str, key: str) -> None:
    """Must run before ministack is imported: it reads most of these once, at import."""
    os.environ.update({
        "AUTH": "true",
        "BIND_HOST": HOST,
        "DOCKER_HOST": "unix:///nonexistent",  # the same local processes everywhere, also where docker runs
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",  # or an MQTT listener opens on every interface
        "SFTP_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "1",
        "MINISTACK_ACCOUNT_ID": os.environ["AWS_ACCESS_KEY_ID"],
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": os.environ["AWS_REGION"],
        "MINISTACK_SSL_CERT": certificate,
        "MINISTACK_SSL_KEY": key,
        "USE_SSL": "1",
        # Handlers call back, and inherit these.
        "AWS_CA_BUNDLE": certificate,
        "NODE_EXTRA_CA_CERTS": certificate,
    })
    os.environ.setdefault("LOG_LEVEL", "WARNING")
