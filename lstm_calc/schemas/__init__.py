"""The JSON Schemas of every JSON answer, each in a file beside this module, and of the model file.

An answer says which is its own: ``"schema": "lstm-calc/NAME/1"`` is that of ``NAME.json``. They describe what is there and do not
refuse more, as an answer may get further fields.

The schema of the model file refuses what :mod:`lstm_calc.formats.modelfile` refuses in a single layer. Its kinds are made from the
classes of the layers. How layers follow each other (widths, names, what is tied) is beyond a schema, and left to the program.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

    from lstm_calc.model import Layer


def _here() -> Traversable:
    """Return the folder of the schemas, which may lie in an archive (a zipapp)."""
    from importlib.resources import files

    return files(__name__)


def schema_names() -> list[str]:
    """Return the name of every schema."""
    return sorted(file.name.removesuffix(".json") for file in _here().iterdir() if file.name.endswith(".json"))


def schema(name: str) -> dict[str, Any]:
    """Return a schema (JSON Schema 2020-12) that needs no other file; raise LstmCalcError where there is none of the name.

    >>> schema("params")["properties"]["total"]
    {'description': 'null where a layer is not counted', 'type': ['integer', 'null'], 'minimum': 0}
    """
    known = schema_names()
    if name not in known:
        raise LstmCalcError(f"{quoted(name)} is not a schema{did_you_mean(name, known)}")
    whole, *others = _read(name)
    if name == "model":
        return whole | {"$defs": whole["$defs"] | _kinds(whole["$defs"])}
    return whole | {"$defs": whole.get("$defs", {}) | {other["$id"]: other for other in others}} if others else whole


def _read(name: str) -> Iterator[dict[str, Any]]:
    """Yield the schema of a name, and those that it refers to by their files."""
    text = (_here() / f"{name}.json").read_text(encoding="utf-8")
    yield json.loads(text)
    for other in re.findall(r'"\$ref": "([a-z-]+)\.json', text):
        yield from _read(other)


def _kinds(definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition of a layer of any kind, and that of each kind, made from its class."""
    from lstm_calc.model import KINDS

    choices = [{"if": {"properties": {"type": {"const": kind}}}, "then": {"$ref": f"#/$defs/{kind}"}} for kind in KINDS]
    layer = {"type": "object", "required": ["type"], "properties": {"type": {"enum": [*KINDS]}}, "allOf": choices}
    return {"layer": layer} | {kind: _kind(layer, definitions) for kind, layer in KINDS.items()}


def _kind(kind: type[Layer], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of one kind: its fields, which of them it needs, and what goes with which."""
    conditions = definitions["conditions"]["$defs"]
    named = [{"$ref": f"#/$defs/conditions/$defs/{name}"} for name in (kind.kind, *kind.fields) if name in conditions]
    schema = {
        "description": (kind.__doc__ or kind.kind).partition("\n")[0],  # python -OO drops docstrings
        "type": "object",
        "required": ["type", *(name for name, default in kind.fields.items() if default is ...)],
        "properties": {"type": {"const": kind.kind}} | {name: _field(kind, name) for name in kind.fields},
        "additionalProperties": False,
    }
    together = [*named, *_per_dimension(kind)]
    return schema | ({"allOf": together} if together else {})


def _field(kind: type[Layer], name: str) -> dict[str, Any]:
    """Return the schema of a field: that of its rule, and null where that is the default."""
    rule = kind.rules.get(name)
    words = getattr(rule, "words", None)
    schema = {"enum": [*words]} if words else {"$ref": f"#/$defs/{getattr(rule, '__name__', name)}"}
    return {"anyOf": [schema, {"type": "null"}]} if kind.fields[name] is None else schema


def _per_dimension(kind: type[Layer]) -> Iterator[dict[str, Any]]:
    """Yield that the fields with a size for each dimension have equally many."""
    first = getattr(kind, "per_dimension", None)
    others = [name for name in ("strides", "dilation_rate", "padding", "output_padding") if name in kind.fields]
    for count in (1, 2, 3) if first and others else ():
        exactly = {"minItems": count, "maxItems": count}
        yield {"if": {"properties": {first: exactly}}, "then": {"properties": dict.fromkeys(others, exactly)}}
