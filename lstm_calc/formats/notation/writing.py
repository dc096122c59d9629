"""A model as a line of notation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError
from lstm_calc.formats.notation.names import KEYS, WORDS
from lstm_calc.frozen import UNKNOWN_SIZE
from lstm_calc.model import Nested

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.model import Layer, Model


def write(model: Model) -> str:
    """Return the model in the one-line notation, such that reading gives it back.

    Raises ModelError for a model that the notation cannot say.

    >>> from lstm_calc import read
    >>> write(read("32 > bilstm 64 merge=sum x2 nobias"))
    '32 > bilstm 64 x2 nobias merge=sum'
    """
    if model.outputs or any(isinstance(layer, Nested) for layer in model.layers):
        what = "its outputs are named" if model.outputs else "it has a model within it"
        raise ModelError(f"the notation cannot say this model, for {what}; a model file can")
    full = [" > ".join(written(layer)) for layer in model.layers]
    if any(layer.inputs for layer in model.layers):
        from lstm_calc.formats.notation.branches import line_of

        full = line_of(model, [" > ".join(written(layer.replace(inputs=()))) for layer in model.layers], full)
    return " > ".join([*_written_source(model), *full])


def shown(model: Model) -> str:
    """Return the model in the one-line notation, or a sentence where only a model file can say it."""
    try:
        return write(model)
    except ModelError:
        return f"a graph of {len(model.flat):,} layers, which only a model file can say"


def _written_source(model: Model) -> list[str]:
    """Return the words for what a model reads: none where that is token ids of any number."""
    if model.input_shape is not None:
        return [_text(model.input_shape) + "x" * (len(model.input_shape) == 1)]
    return [] if model.input_dim is None else [str(model.input_dim)]


def written(layer: Layer) -> Iterator[str]:
    """Yield the segments of one layer: its vocabulary first where it is an embedding."""
    values = {name: value for name, value in layer.changed().items() if name not in _UNWRITTEN}
    field = layer.value or layer.size
    if layer.kind == "embedding":
        yield f"vocab {values.pop('vocab_size')}"
    words = [f"{'bi' * values.pop('bidirectional', False)}{'embed' if layer.kind == 'embedding' else layer.kind}"]
    words += [_text(values.pop(field))] if field in values else []
    if "repeat" in values:
        words.append(f"x{values.pop('repeat')}")
    said = {name: word for word, (name, value) in WORDS.items() if name in values and values[name] == value}
    keys = {name: key for key, name in KEYS.items()}
    words += said.values()
    words += [f"{key}={_text(values[name])}" for name, key in keys.items() if name in values and name not in said]
    words += [f"{name}={_text(value)}" for name, value in values.items() if name not in said and name not in keys]
    yield " ".join(words)


_UNWRITTEN = {"paths"}
"""Fields that say under which names a file keeps the weights."""


def _text(value: Any) -> str:
    """Return a value as the notation has it: sizes with an x between them, margins with a + inside, names with commas."""
    if value is None or isinstance(value, bool):
        return UNKNOWN_SIZE if value is None else str(value).lower()
    if not isinstance(value, tuple):
        return str(value).replace("->", ":")
    if value and isinstance(value[0], str):
        return ",".join(value)
    return "x".join("+".join(map(str, each)) if isinstance(each, tuple) else _text(each) for each in value)
