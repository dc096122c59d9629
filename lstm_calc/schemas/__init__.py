"""The JSON Schemas of every JSON answer and of the model file, each in a file beside this module.

An answer says which is its own: ``"schema": "lstm-calc/NAME/1"`` is that of ``NAME.json``. They describe what is there and do not
refuse more, as an answer may get further fields; the model file's does refuse what :mod:`lstm_calc.formats.modelfile` refuses in a single
layer. How layers follow each other (widths, names, what is tied) is beyond a schema, and left to the program.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable


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
    {'type': 'integer', 'minimum': 0}
    """
    known = schema_names()
    if name not in known:
        raise LstmCalcError(f"{quoted(name)} is not a schema{did_you_mean(name, known)}")
    whole, *others = _read(name)
    return whole | {"$defs": whole.get("$defs", {}) | {other["$id"]: other for other in others}} if others else whole


def schema_list() -> dict[str, Any]:
    """Return the plain values of the JSON answer that lists every schema with its title."""
    schemas = [{"name": name, "title": schema(name)["title"]} for name in schema_names()]
    return {"schema": "lstm-calc/schemas/1", "schemas": schemas}


def _read(name: str) -> Iterator[dict[str, Any]]:
    """Yield the schema of a name, and those that it refers to by their files."""
    text = (_here() / f"{name}.json").read_text(encoding="utf-8")
    yield json.loads(text)
    for other in re.findall(r'"\$ref": "([a-z-]+)\.json', text):
        yield from _read(other)
