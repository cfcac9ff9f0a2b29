"""Repository policies: what AWS refuses is refused, and a role or user that was deleted and made again is another one."""

import json
import re

from .ecr_answers import Refused, document, operation
from .private import ecr, iam, responses

MAX_LENGTH = 10_240
ELEMENTS = {"Sid", "Effect", "Principal", "Action", "NotAction", "Condition"}  # no Resource: it is the repository
ACCOUNT = re.compile(r"\d{12}|arn:aws:iam::\d{12}:root")
ENTITY = re.compile(r"arn:aws:iam::(\d{12}):(role|user)/(?:[^*?]+/)?([^*?/]+)")
SESSION = re.compile(r"arn:aws:sts::(\d{12}):assumed-role/([^*?/]+)/[^*?/]+")
SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com")

# What an ARN stood for when the policy was set, by repository.
_ids: dict = {}


def install() -> None:
    put, get, policy_for_arn = ecr._set_repository_policy, ecr._get_repository_policy, ecr.repository_policy_for_arn

    def checked_put(data: dict):
        refused = operation(check)(data)
        answer = refused if refused[0] >= 400 else put(data)
        if answer[0] < 400:
            _ids[_key(data["repositoryName"])] = {
                arn: entity["id"] for arn in _principals(json.loads(data["policyText"])) if (entity := _entity(arn))}
        return answer

    def get_as_it_is(data: dict):
        status, headers, body = get(data)
        if status >= 400:
            return status, headers, body
        answer = json.loads(body)
        text = _as_it_is(answer["policyText"], data["repositoryName"])
        return responses.json_response({**answer, "policyText": text})

    def policy_as_it_is(arn: str):
        found = policy_for_arn(arn)
        return found and (_as_it_is(found[0], arn.partition(":repository/")[2]), found[1])

    ecr._set_repository_policy = checked_put
    ecr._get_repository_policy = get_as_it_is
    ecr.repository_policy_for_arn = policy_as_it_is


def check(data: dict) -> dict:
    text = data.get("policyText")
    if len(text or "") > MAX_LENGTH:
        raise _invalid(f"Member must have length less than or equal to {MAX_LENGTH}")
    for statement in _statements(document(text, "PolicyText")):
        _check_statement(statement)
    return {}


def _check_statement(statement) -> None:
    if isinstance(statement, dict) and "NotPrincipal" in statement:
        raise _invalid("NotPrincipal is not evaluated here")  # AWS takes it
    if (not isinstance(statement, dict) or not {"Effect", "Principal"} <= set(statement) <= ELEMENTS
            or statement["Effect"] not in ("Allow", "Deny") or len({"Action", "NotAction"} & set(statement)) != 1):
        raise _invalid()
    for action in _list(statement.get("Action", [])) + _list(statement.get("NotAction", [])):
        # The token is for a registry; no repository has a say.
        if action != "*" and not re.fullmatch(r"(?i)ecr:(?!GetAuthorizationToken$)[a-z*?]+", str(action)):
            raise _invalid()
    for kind, principal in _named(statement["Principal"]):
        _check_principal(kind, principal)


def _check_principal(kind: str, principal) -> None:
    if not isinstance(principal, str) or kind not in ("AWS", "Service"):
        raise _invalid()
    if kind == "Service":
        known = SERVICE.fullmatch(principal)
    else:
        known = principal == "*" or any(form.fullmatch(principal) for form in (ACCOUNT, ENTITY, SESSION))
    if not known:
        raise _invalid()
    if kind == "AWS" and any(form.fullmatch(principal) for form in (ENTITY, SESSION)) and not _entity(principal):
        raise _invalid("Principal not found")


def _entity(arn: str):
    """The role or user that an ARN names, if there is one; of a session, its role."""
    named, session = ENTITY.fullmatch(arn), SESSION.fullmatch(arn)
    if session:
        role = iam._roles.get_scoped(session[1], None, session[2])
        return role and {"id": role["RoleId"]}
    if not named:
        return None
    account, kind, name = named.groups()
    found = (iam._roles if kind == "role" else iam._users).get_scoped(account, None, name)
    return {"id": found["RoleId" if kind == "role" else "UserId"]} if found and found["Arn"] == arn else None


def _as_it_is(text: str, repository: str) -> str:
    """The policy, with the id of who is gone in the place of its ARN: nobody is called that any more."""
    for arn, entity_id in _ids.get(_key(repository), {}).items():
        if (_entity(arn) or {}).get("id") != entity_id:
            text = text.replace(f'"{arn}"', f'"{entity_id}"')
    return text


def _key(repository: str) -> tuple:
    return responses.get_account_id(), responses.get_region(), repository


def _principals(policy: dict) -> list:
    return [each for statement in _statements(policy) for kind, each in _named(statement["Principal"]) if kind == "AWS"]


def _named(principal) -> list:
    if principal == "*":
        return [("AWS", "*")]
    if not isinstance(principal, dict) or not principal:
        raise _invalid()
    return [(kind, each) for kind, value in principal.items() for each in _list(value)]


def _statements(policy: dict) -> list:
    return _list(policy.get("Statement"))


def _list(value) -> list:
    return value if isinstance(value, list) else [value]


def _invalid(constraint: str = "Invalid repository policy provided") -> Refused:
    return Refused("InvalidParameterException",
                   f"Invalid parameter at 'PolicyText' failed to satisfy constraint: '{constraint}'")
