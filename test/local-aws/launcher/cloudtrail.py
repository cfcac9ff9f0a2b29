"""What CloudTrail tells EventBridge of calls to ECR's API: "AWS API Call via CloudTrail" on the default bus.

Of calls that change something and of pulls, allowed by IAM; a call that IAM denies does not get this far. Nothing is
written to a bucket or a log group.
"""

import json
import uuid
from datetime import datetime, timezone

from .private import ecr, eventbridge, iam, iam_evaluator, responses

READS = ("Describe", "Get", "List", "BatchCheck")
ALL_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def install() -> None:
    handle, dispatch = ecr.handle_request, eventbridge._dispatch_event

    async def record(method, path, headers, body, parameters):
        answer = await handle(method, path, headers, body, parameters)
        name = headers.get("x-amz-target", "").rpartition(".")[2]
        if name and not name.startswith(READS):
            _tell(_record(name, iam_evaluator.caller_arn(), headers, body, *answer))
        return answer

    def dispatch_to_all(event: dict, *rest) -> None:
        # ministack knows only the state ENABLED; none of the events here is one that such a rule would not get.
        for rule in eventbridge._rules.values():
            if rule.get("State") == ALL_EVENTS:
                rule["State"] = "ENABLED"
        dispatch(event, *rest)

    ecr.handle_request = record
    eventbridge._dispatch_event = dispatch_to_all


def _tell(record: dict) -> None:
    eventbridge._put_events({"Entries": [{
        "Source": "aws.ecr", "DetailType": "AWS API Call via CloudTrail", "Resources": [], "Detail": json.dumps(record),
    }]}, allow_aws_source=True)


def _record(name: str, caller: str, headers: dict, body: bytes, status: int, _headers, answer: bytes) -> dict:
    account, region = responses.get_account_id(), responses.get_region()
    request, response = json.loads(body or b"{}"), json.loads(answer or b"{}")
    record = {
        "eventVersion": "1.11", "userIdentity": _identity(caller, account),
        "eventTime": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "ecr.amazonaws.com", "eventName": name, "awsRegion": region, "sourceIPAddress": "127.0.0.1",
        "userAgent": headers.get("user-agent", ""), "requestParameters": request,
        "responseElements": response if status < 400 else None,
        "requestID": str(uuid.uuid4()), "eventID": str(uuid.uuid4()), "readOnly": name == "BatchGetImage",
        "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": account, "eventCategory": "Management"}
    if status >= 400:
        record["errorCode"] = str(response.get("__type", "")).rpartition("#")[2]
        record["errorMessage"] = response.get("message", "")
    if request.get("repositoryName"):
        arn = f"arn:aws:ecr:{region}:{account}:repository/{request['repositoryName']}"
        record["resources"] = [{"accountId": account, "ARN": arn}]
    return record


def _identity(arn: str, account: str) -> dict:
    if not arn.startswith("arn:"):
        return {"type": "AWSService", "invokedBy": arn}
    _, _, _, _, owner, name = arn.split(":", 5)
    if owner != account:
        return {"type": "AWSAccount", "principalId": owner, "accountId": owner}
    if name == "root":
        return {"type": "Root", "principalId": owner, "arn": arn, "accountId": owner, "accessKeyId": owner}
    kind, _, rest = name.partition("/")
    if kind == "user":
        return {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": arn, "accountId": owner, "userName": rest.rpartition("/")[2]}
    role, _, session = rest.partition("/")
    known = iam._roles.get(role, {})
    issuer = {"type": "Role", "principalId": known.get("RoleId", ""), "accountId": owner, "userName": role,
              "arn": known.get("Arn", f"arn:aws:iam::{owner}:role/{role}")}
    return {"type": "AssumedRole", "principalId": f"{issuer['principalId']}:{session}", "arn": arn, "accountId": owner,
            "sessionContext": {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}}}
