"""JSON answers held against their schemas, which are closed for it: here, a field that no schema describes is an error."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from lstm_calc.schemas import schema


def closed(value: Any) -> Any:
    """Return a schema whose objects have no more fields than it describes."""
    if isinstance(value, list):
        return [closed(item) for item in value]
    if not isinstance(value, dict):
        return value
    shut = {"additionalProperties": False} if value.get("type") in ("object", ["object", "null"]) and "properties" in value else {}
    return shut | {key: closed(item) for key, item in value.items()}


@cache
def validator(name: str) -> Draft202012Validator:
    """Return what holds answers against the closed schema of a name."""
    return Draft202012Validator(closed(schema(name)))


def assert_follows_its_schema(text: str) -> None:
    """Assert that a JSON answer follows the schema that it names."""
    answer = json.loads(text)
    program, name, version = answer["schema"].split("/")
    assert (program, version) == ("lstm-calc", "1")
    validator(name).validate(answer)
