"""How the ECR operations here answer: a dict is the response, a Refused is the service's exception."""

import json
from functools import wraps

from .private import ecr, responses


class Refused(Exception):
    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


def operation(function):
    """Turns a function from request to response into one of ministack's handlers."""
    @wraps(function)
    def handler(data: dict):
        try:
            return responses.json_response(function(data))
        except Refused as refused:
            return responses.error_response_json(refused.code, str(refused), 400)
    return handler


def call(handler, data: dict) -> dict:
    """Calls one of ministack's handlers from a CloudFormation handler: a refusal fails the resource."""
    status, _, body = handler(data)
    answer = json.loads(body)
    if status >= 400:
        code = str(answer.get("__type", "")).rpartition("#")[2]
        raise ValueError(f"{answer.get('message', '')} (Service: Ecr, Status Code: {status}, Error Code: {code})")
    return answer


def repository_of(data: dict) -> dict:
    name = data.get("repositoryName", "")
    if name not in ecr._repositories:
        raise Refused("RepositoryNotFoundException", f"The repository with name '{name}' does not exist in the "
                      f"registry with id '{responses.get_account_id()}'")
    return ecr._repositories[name]


def page(items: list, data: dict, key: str) -> dict:
    """One page of a listing, as maxResults and nextToken ask."""
    try:
        start = int(data.get("nextToken") or 0)
    except ValueError:
        raise Refused("InvalidParameterException", "Invalid parameter at 'nextToken'") from None
    end = start + int(data.get("maxResults") or 100)
    answer = {key: items[start:end]}
    if end < len(items):
        answer["nextToken"] = str(end)
    return answer


def document(text, parameter: str) -> dict:
    """A policy that came as JSON."""
    try:
        found = json.loads(text or "")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused("InvalidParameterException", f"Invalid parameter at '{parameter}' failed to satisfy constraint: "
                      "'Invalid JSON'")
    return found
