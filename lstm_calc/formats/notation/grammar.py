"""The notation as a table, derived from the kinds of layers and from the names that are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.notation.names import KEYS, WORDS, is_recurrent, other_names, value_of
from lstm_calc.formats.notation.values import READERS
from lstm_calc.frozen import Record
from lstm_calc.model import KINDS, Embedding, Layer, Nested, Recurrent
from lstm_calc.model.rules import RULES, axis, count, flag, margins, names, rate, sizes, target_shape, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

SHAPES = (
    ("MODEL", "READS > LAYER > LAYER ..."),
    ("READS", "40, features | 20x40, a shape, with _ where not known | nothing: vocab follows"),
    ("LAYER", "KIND SIZE OPTION ... | LSTM(96) | nn.LSTM(40, 96) | (LAYERS | LAYERS)"),
    ("OPTION", "x2, so many layers | a word: nobias | name=value: proj=32"),
    (">", "-> → or a comma, too; may be left out before the name of a layer"),
    ("SIZE", "128, 1_000, 20k, 1.5M, 5e3; ? for the size that solve looks for"),
)
"""The grammar: what stands for each word of it."""
_VALUES: dict[Any, str] = {
    count: "N",
    whole: "N",
    rate: "0.5",
    flag: "true",
    sizes: "3x3",
    target_shape: "8x12",
    margins: "1+1",
    names: "a,b",
    axis: "-1",
}
"""What a value looks like, by the rule of its field."""
_OF_ALL = frozenset(Layer.fields)
_OF_RECURRENT = frozenset(Recurrent.fields) - _OF_ALL
_OF_WINDOWS = frozenset({"strides", "dilation_rate", "padding", "data_format"})


class KindHelp(Record):
    """How a kind of layer is written, its own options, and the other names under which it is read."""

    kind: str
    written: str
    options: tuple[str, ...]
    names: tuple[str, ...]


def kinds() -> Iterator[KindHelp]:
    """Yield the help of every kind that a line can have."""
    for kind, layer in KINDS.items():
        if layer is not Nested:
            apart = _OF_ALL | _OF_WINDOWS | (_OF_RECURRENT if is_recurrent(kind) else frozenset()) | {value_of(kind), "vocab_size"}
            options = tuple(option for field in layer.fields if field not in apart for option in _options(field))
            yield KindHelp(kind, _written(layer), options, tuple(_names(kind)))


def recurrent_options() -> list[str]:
    """Return the options of every recurrent layer."""
    return [option for field in Recurrent.fields if field in _OF_RECURRENT for option in _options(field)]


def window_options() -> list[str]:
    """Return the options of every layer with a window, as far as it has them."""
    return ["strides=2x2", "dilation=2x2", "padding=same", "format=channels_first"]


def common_options() -> list[str]:
    """Return the options of every layer."""
    return [option for field in Layer.fields if field != "paths" for option in _options(field)]


def _written(layer: type[Layer]) -> str:
    if layer is Embedding:
        return "vocab N > embed N"
    field = value_of(layer.kind)
    value = _value(field) if field else ""
    return " ".join(filter(None, (layer.kind, value if layer.fields.get(field) is ... or not value else f"[{value}]")))


def _value(field: str) -> str:
    """Return what a value of a field looks like, its own name where it is a word."""
    rule = RULES[field]
    return _VALUES.get(rule, "N") if rule in READERS else field.upper()


def _options(field: str) -> Iterator[str]:
    """Yield the options that set a field."""
    words = [word for word, (name, _) in WORDS.items() if name == field]
    if field == "repeat":
        yield "x2"
    elif words:
        yield from words
    else:
        key = next((key for key, name in KEYS.items() if name == field), field)
        yield f"{key}={_value(field)}"


def _names(kind: str) -> Iterator[str]:
    """Yield the other names of a kind."""
    if kind == Embedding.kind:
        yield "embed 5000x64"
    if is_recurrent(kind):
        yield f"bi{kind}"
    yield from other_names(kind)
