"""python -m launcher: prints one line of JSON when it can be used, then serves until it is killed."""

import asyncio
import json
import os
import signal
import sys

from . import certificate, private, server, settings


def main() -> None:
    # All state is in memory and thrown away: the quickest end is the right one.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    pem, key = certificate.make(settings.directory(), settings.HOST)
    listener = server.listen()
    settings.prepare(listener.getsockname()[1], pem, key)
    try:
        private.check()
    except private.Drift as drift:
        sys.exit(f"local-aws: {drift}")
    install()
    ready = json.dumps({"endpoint": settings.endpoint(), "certificate": pem})
    asyncio.run(server.run(listener, pem, key, lambda: print(ready, flush=True)))


def install() -> None:
    from . import (
        access_log, cloudtrail, conditions, denials, ecr_authorization, ecr_images, ecr_layers, ecr_referrers, ecr_repository, events,
        iam_group, mends, mfa, oidc_provider, principals, record_only, registry_v2, repository_policy, root_user, scans,
        tokens, web_identity)
    # access_log comes after whatever has a say in what IAM says.
    # ecr_authorization comes late: it turns to the named registry before any of the others sees the request.
    for part in (root_user, principals, mfa, conditions, denials, record_only, oidc_provider, iam_group, mends, events, ecr_layers,
                 ecr_images, ecr_repository, repository_policy, ecr_referrers, scans, cloudtrail, ecr_authorization, tokens,
                 registry_v2, web_identity, access_log):
        part.install()


main()
