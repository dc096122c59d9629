"""Model files: TOML or JSON in the words of :mod:`lstm_calc.model`, read into a Model.

input_dim = 300
[[layers]]
type = "lstm"
units = 512
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, ModelFileError, did_you_mean, listed, quoted
from lstm_calc.model import KINDS, Layer, Model

if TYPE_CHECKING:
    from typing import BinaryIO

MAX_BYTES = 4 * 2**20
_MOST_DOTS = 1000
"""A dotted key costs tomllib the square of its parts; no model has such a line."""
_TOP = ("input_dim", "layers", "budget")


def load(path: str) -> Model:
    """Return the model in a file, or on standard input where the path is ``-``.

    Raises ModelFileError, with the file and the key, for whatever is not a model.
    """
    try:
        if path == "-":
            if sys.stdin is None:
                raise ModelFileError("nothing to read: standard input is closed", "<stdin>")
            return loads(_text(sys.stdin.buffer, "<stdin>"), "<stdin>")
        with Path(path).open("rb") as stream:
            return loads(_text(stream, path), path)
    except OSError as error:
        raise ModelFileError(f"cannot be read: {(error.strerror or str(error)).lower()}", path) from None
    except ValueError:
        raise ModelFileError("cannot be read: not a file name", path) from None


def _text(stream: BinaryIO, file: str) -> str:
    """Return the text of a stream, read no further than a model file can be long."""
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ModelFileError("too large for a model file, which has at most 4 MiB", file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ModelFileError(f"not UTF-8 text (byte {error.start:,})", file) from None


def loads(text: str, file: str = "<text>") -> Model:
    """Return the model that a TOML or JSON text describes; ``file`` is its name in messages."""
    is_json = text.lstrip().startswith("{") or file.lower().endswith(".json")
    try:
        data = (_json if is_json else _toml)(text)
    except ModelError as error:
        raise ModelFileError(str(error), file) from None
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        why = "a number has too many digits" if "integer string conversion" in why else why
        raise ModelFileError(f"not {'JSON' if is_json else 'TOML'}: {why}", file) from None
    if not isinstance(data, dict):
        raise ModelFileError("a model file is a table with 'layers'", file)
    return _model(data, file)


def dumps(model: Model) -> str:
    """Return a model as the JSON text that :func:`loads` reads.

    >>> from lstm_calc import LSTM, Model
    >>> loads(dumps(Model([LSTM(64, repeat=2)], input_dim=32)))
    Model(layers=(LSTM(units=64, repeat=2),), input_dim=32)
    """
    import json

    layers = [{"type": layer.kind, **layer.changed()} for layer in model.layers]
    return json.dumps(({} if model.input_dim is None else {"input_dim": model.input_dim}) | {"layers": layers}, indent=2) + "\n"


def _toml(text: str) -> Any:
    import tomllib

    if any(line.count(".") > _MOST_DOTS for line in text.splitlines()):
        raise ModelError(f"a line has more than {_MOST_DOTS} dots")
    return tomllib.loads(text)


def _json(text: str) -> Any:
    import json

    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs as a dict; JSON would let the last of two equal keys win in silence."""
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = sorted(key for key, _ in pairs)
        twice = next(key for key, following in pairwise(keys) if key == following)
        raise ModelError(f"the key {quoted(twice)} stands twice")
    return table


def _model(data: dict[str, Any], file: str) -> Model:
    for key in data:
        if key not in _TOP:
            raise ModelFileError(f"unknown key{did_you_mean(key, _TOP)}", file, key)
    tables = data.get("layers")
    if not isinstance(tables, list) or not tables:
        raise ModelFileError("a model file needs its layers, as [[layers]] tables", file, "layers")
    layers = [_layer(table, file, f"layers[{position}]") for position, table in enumerate(tables)]
    try:
        return Model(layers, data.get("input_dim"))
    except ModelError as error:
        where = "" if error.layer is None else f"layers[{error.layer}]."
        raise ModelFileError(error.without_key, file, f"{where}{error.key or 'layers'}") from None


def _layer(table: Any, file: str, where: str) -> Layer:
    """Return the layer that one table describes."""
    if not isinstance(table, dict):
        raise ModelFileError("a layer is a table with a type", file, where)
    values = dict(table)
    name = values.pop("type", None)
    if not isinstance(name, str):
        raise ModelFileError(f"a layer needs its type: {listed(KINDS, 'or')}", file, f"{where}.type")
    kind = KINDS.get(name)
    if kind is None:
        raise ModelFileError(f"{quoted(name)} is not a layer type{did_you_mean(name, KINDS)}", file, f"{where}.type")
    for key in values:
        if key not in kind.fields:
            raise ModelFileError(f"unknown key for {name}{did_you_mean(key, kind.fields)}", file, f"{where}.{key}")
    missing = [field for field, default in kind.fields.items() if default is ... and field not in values]
    if missing:
        raise ModelFileError(f"missing; {name} needs it", file, f"{where}.{missing[0]}")
    try:
        return kind(**values)
    except ModelError as error:
        raise ModelFileError(error.without_key, file, f"{where}.{error.key}") from None
