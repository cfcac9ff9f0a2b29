"""Small things: what ministack's CloudFormation drops although its services know it, an answer that no SDK can read,
permissions of a name that IAM does not know, messages that reach functions late, and logs that come too late."""

import json
import select
import time

from .private import cloudformation, cloudwatch, ec2, iam_actions, lambda_runtime, lambda_svc, sns

POLL_SECONDS = 0.1
LOG_SECONDS = 5


def install() -> None:
    mend("AWS::EC2::VPC", vpc_cidr)
    mend("AWS::Lambda::Function", dead_letter_queue)
    mend("AWS::SNS::Topic", topic_key)
    cloudwatch._list_dashboards = list_dashboards(cloudwatch._list_dashboards)
    iam_actions.extract_iam_action = one_for_all(iam_actions.extract_iam_action)
    lambda_svc._esm_wake = Wakeful(lambda_svc._esm_wake)
    worker = lambda_runtime.Worker
    worker._drain_stderr_bounded = whole_log(worker._drain_stderr_bounded)


def mend(resource_type: str, complete) -> None:
    """Runs `complete` after create and update; it may return attributes that Fn::GetAtt shall find."""
    handler = cloudformation._RESOURCE_HANDLERS[resource_type]
    create, update = handler["create"], handler["update"]

    def mended_create(logical_id: str, properties: dict, stack: str) -> tuple:
        physical_id, attributes = create(logical_id, properties, stack)
        return physical_id, {**attributes, **complete(physical_id, properties)}

    def mended_update(physical_id: str, old: dict, new: dict, *rest) -> tuple:
        physical_id, attributes = update(physical_id, old, new, *rest)
        return physical_id, {**attributes, **complete(physical_id, new)}

    cloudformation._RESOURCE_HANDLERS[resource_type] = {**handler, "create": mended_create, "update": mended_update}


def vpc_cidr(vpc_id: str, _properties: dict) -> dict:
    return {"CidrBlock": ec2._vpcs[vpc_id]["CidrBlock"]}


def dead_letter_queue(name: str, properties: dict) -> dict:
    lambda_svc._functions[name]["config"]["DeadLetterConfig"] = properties.get("DeadLetterConfig") or {}
    return {}


def topic_key(arn: str, properties: dict) -> dict:
    key = properties.get("KmsMasterKeyId")
    attributes = sns._topics[arn]["attributes"]
    attributes.pop("KmsMasterKeyId", None)
    if key:
        attributes["KmsMasterKeyId"] = key
    return {}


def list_dashboards(listed):
    """ListDashboards answers JSON with a date in a form that no SDK reads."""
    def answer(parameters: dict, data: dict, is_cbor: bool, is_json: bool = False) -> tuple:
        status, headers, body = listed(parameters, data, is_cbor, is_json)
        if not is_json:
            return status, headers, body
        entries = [{**entry, "LastModified": 0} for entry in json.loads(body)["DashboardEntries"]]
        return status, headers, json.dumps({"DashboardEntries": entries}).encode()
    return answer


class Wakeful:
    """What has queues looked at that are before functions: ministack sleeps a second when a delayed message becomes
    visible, which wakes nobody."""

    def __init__(self, event):
        self.set, self.clear = event.set, event.clear
        self._wait = event.wait

    def wait(self, seconds: float) -> bool:
        return self._wait(min(seconds, POLL_SECONDS))


def whole_log(drain):
    """A function has written its log when it answers. ministack keeps what it has read of it 50 ms later: under load, nothing."""
    def drained(worker, **_) -> str:
        ends_at = time.monotonic() + LOG_SECONDS
        if worker._proc is None:  # it failed, and was ended
            worker._stderr_thread.join(LOG_SECONDS)
        while worker._proc and worker._proc.poll() is None and time.monotonic() < ends_at and unread(worker._proc.stderr):
            time.sleep(0.001)
        return drain(worker, first_line_wait=0.1, idle_confirm=0.02, hard_cap=LOG_SECONDS)
    return drained


def unread(pipe) -> bool:
    return bool(select.select([pipe], [], [], 0)[0])


def one_for_all(extract):
    """Amazon SQS has no permissions for batches: whoever may send a message may send ten."""
    def action(*request) -> str | None:
        found = extract(*request)
        return found.removesuffix("Batch") if found and found.startswith("sqs:") else found
    return action
