"""CloudFormation's own resource schemas, as cfn-lint ships them.

The files are read where cfn-lint keeps them instead of through its API: importing cfn-lint costs half a second and its
whole dependency tree, and what is wanted is the JSON.
"""

import importlib.util
import json
from functools import lru_cache
from pathlib import Path

import regex
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend


@lru_cache(maxsize=None)
def load(resource_type: str) -> dict:
    data = Path(importlib.util.find_spec("cfnlint").submodule_search_locations[0], "data", "schemas")
    # us-east-1 has every type, ECR's public repositories among them.
    types = json.loads(Path(data, "providers", "us-east-1.json").read_text())
    if resource_type not in types:
        raise ValueError(f"cfn-lint ships no schema of {resource_type}")
    return json.loads(Path(data, "resources", f"{types[resource_type]}.json").read_text())


def names(resource_type: str, keyword: str) -> list:
    """The top-level properties a schema lists under primaryIdentifier, readOnlyProperties or createOnlyProperties."""
    paths = (path.split("/")[2:] for path in load(resource_type).get(keyword, []))
    return [path[0] for path in paths if len(path) == 1]


def validate(resource_type: str, properties: dict) -> None:
    """Raises ValueError, in CloudFormation's words, when CloudFormation would refuse these properties."""
    problems = [f"#{''.join(f'/{part}' for part in error.absolute_path)}: {error.message}"
                for error in _validator(resource_type).iter_errors(properties)]
    problems += [f"#: read-only key [{name}] is not permitted"
                 for name in names(resource_type, "readOnlyProperties") if name in properties]
    if problems:
        raise ValueError(f"Properties validation failed for resource type {resource_type} with message: "
                         + "; ".join(sorted(problems)))


@lru_cache(maxsize=None)
def _validator(resource_type: str):
    return _LenientValidator(load(resource_type))


def _is_boolean(_, value) -> bool:
    return isinstance(value, bool) or value in ("true", "false", "True", "False")


def _is_number(whole: bool):
    def check(_, value) -> bool:
        if isinstance(value, bool):
            return False
        try:
            return not whole or float(value) == int(float(value))
        except (TypeError, ValueError):
            return False
    return check


def _is_string(_, value) -> bool:
    return isinstance(value, (str, int, float, bool))


def _pattern(_, pattern, value, __):
    # The schemas' patterns are Java's; `regex` knows what `re` does not (\p{L}). One it cannot read judges nothing.
    try:
        matches = regex.search(pattern, value if isinstance(value, str) else "")
    except regex.error:
        return
    if isinstance(value, str) and not matches:
        yield ValidationError(f"[{value}] does not match pattern {pattern}")


def _extraneous(validator, allowed, value, schema):
    if allowed is False and validator.is_type(value, "object"):
        known = schema.get("properties", {})
        patterns = schema.get("patternProperties", {})
        for key in value:
            if key not in known and not any(regex.search(pattern, key) for pattern in patterns):
                yield ValidationError(f"extraneous key [{key}] is not permitted")


# CloudFormation turns "true" into true and "5" into 5 where the schema asks for them (a parameter is always a string).
_LenientValidator = extend(
    Draft7Validator,
    validators={"pattern": _pattern, "additionalProperties": _extraneous},
    type_checker=Draft7Validator.TYPE_CHECKER.redefine_many({
        "boolean": _is_boolean, "integer": _is_number(True), "number": _is_number(False), "string": _is_string}),
)
