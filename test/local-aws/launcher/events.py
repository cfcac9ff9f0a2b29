"""Amazon ECR's events on the default bus, and a ring of everything any bus was given."""

import json
from collections import deque
from datetime import datetime, timezone

from .private import eventbridge, iam_actions, responses

_ring: deque = deque(maxlen=5000)


def recent() -> list:
    return list(_ring)


def install() -> None:
    dispatch = eventbridge._dispatch_event

    def dispatch_and_record(event: dict, *rest) -> None:
        _ring.append(envelope(event))
        dispatch(event, *rest)

    eventbridge._dispatch_event = dispatch_and_record
    iam_actions.request_tag_context = with_event_keys(iam_actions.request_tag_context)


def with_event_keys(context):
    """The condition keys events:source and events:detail-type of PutEvents."""
    def keys(service: str, action: str, body: bytes, *rest) -> dict:
        found = context(service, action, body, *rest)
        if action != "events:PutEvents":
            return found
        entries = json.loads(body or b"{}").get("Entries") or []
        return {**found, "events:source": [entry.get("Source", "") for entry in entries],
                "events:detail-type": [entry.get("DetailType", "") for entry in entries]}
    return keys


def image_action(action: str, repository: str, digest: str, tag: str, media_type: str, artifact_type: str) -> None:
    detail = {"result": "SUCCESS", "repository-name": repository, "image-digest": digest, "action-type": action,
              "image-tag": tag, "manifest-media-type": media_type, "artifact-media-type": artifact_type}
    eventbridge._put_events({"Entries": [{
        "Source": "aws.ecr", "DetailType": "ECR Image Action", "Resources": [],
        "Detail": json.dumps({key: value for key, value in detail.items() if value}),
    }]}, allow_aws_source=True)


def announce(event: str) -> dict:
    """Puts an event of a service on the default bus, which PutEvents refuses to everybody else."""
    given = json.loads(event)
    eventbridge._put_events({"Entries": [{
        "Source": given["source"], "DetailType": given["detail-type"], "Resources": given.get("resources", []),
        "Detail": json.dumps(given["detail"]),
    }]}, allow_aws_source=True)
    return {}


def envelope(event: dict) -> dict:
    """The event as a target receives it."""
    detail = event.get("Detail") or "{}"
    return {
        "version": "0", "id": event.get("EventId"), "detail-type": event.get("DetailType"),
        "source": event.get("Source"), "account": event.get("Account") or responses.get_account_id(),
        "time": datetime.fromtimestamp(event.get("Time") or 0, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": event.get("Region") or responses.get_region(), "resources": event.get("Resources") or [],
        "detail": json.loads(detail) if isinstance(detail, str) else detail,
        "bus": event.get("EventBusName", "default"),
    }
