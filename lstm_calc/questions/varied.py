"""What a sweep may vary: the sizes and options of the recurrent layers, the input, the output, the framework, the batch."""

from __future__ import annotations

from itertools import chain, islice
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.dtypes import DTYPES
from lstm_calc.errors import LstmCalcError, ModelError, did_you_mean, listed, quoted
from lstm_calc.frameworks import FRAMEWORKS, usual_name
from lstm_calc.frozen import Record, parse_count
from lstm_calc.model import KINDS, Dense, Layer, Model, Recurrent
from lstm_calc.model.cells import CELLS
from lstm_calc.model.graph import named
from lstm_calc.model.rules import RULES, count, flag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_FIELDS = tuple(
    dict.fromkeys(
        field
        for cell in CELLS
        for field in KINDS[cell].fields
        if field not in {"units", "filters", "repeat", "input_dim", "name", "trainable", "return_sequences", "return_state"}
        and RULES[field] in {count, flag, RULES["merge"]}
    )
)
"""The fields of recurrent layers that a sweep varies under their own names."""

CONDITIONS = ("batch", "steps", "dtype")
"""What a sweep varies beside the model and the framework: keywords of :func:`lstm_calc.cost`."""
NAMES = ("cell", "units", "layers", "input", "output", "framework", *CONDITIONS, *_FIELDS)
"""Everything that a sweep varies, by the name of its axis; the cell first, since other fields depend on it."""

_WORDS: dict[str, Callable[[], Sequence[str]]] = {
    "cell": lambda: tuple(CELLS),
    "framework": lambda: tuple(FRAMEWORKS),
    "dtype": lambda: tuple(DTYPES),
}
_SIZES = {"units", "layers", "input", "output", "batch", "steps", *(field for field in _FIELDS if RULES[field] is count)}
_FLAGS = {field for field in _FIELDS if RULES[field] is flag}
_OPTIONAL = {field for cell in CELLS for field in _FIELDS if KINDS[cell].fields.get(field, ...) is None}

_MOST = 10**15
"""How many values of a range can be counted one by one in a lifetime, and by ``len`` on every machine."""
_MOST_LISTED = 1_000_000
_MOST_AT_ONCE = 10_000
"""How many rows of different axes are made side by side."""


class Axis(Record):
    """One thing that a sweep varies, with its values in order and without repetition: whole numbers, booleans, words or None."""

    name: str
    values: Sequence[Any]

    def check(self) -> None:
        """Refuse a name that is not known and values that it cannot have."""
        if self.name not in NAMES:
            raise LstmCalcError(f"{quoted(self.name)} is not what a sweep varies{did_you_mean(self.name, NAMES)}")
        if isinstance(self.values, range):
            if self.values[_MOST:]:
                raise LstmCalcError(f"{self.name} has more than {_MOST:,} values")
            ends = {self.values[0], self.values[-1]} if self.values else set()
        else:
            self.__dict__["values"] = tuple(dict.fromkeys(self.values))
            ends = set(self.values)
        if not ends:
            raise LstmCalcError(f"{self.name} has no values to vary over")
        for value in ends:
            self._check_value(value)

    def _check_value(self, value: Any) -> None:
        field = self.name if self.name in RULES else "units"
        if self.name in _WORDS:
            if value not in _WORDS[self.name]():
                raise LstmCalcError(f"{quoted(value)} is not a {self.name}{did_you_mean(str(value), _WORDS[self.name]())}")
        elif value is not None or field not in _OPTIONAL:
            RULES[field](self.name, value)

    @property
    def is_size(self) -> bool:
        """Whether every value is a whole number."""
        return isinstance(self.values, range) or all(type(value) is int for value in self.values)

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ")

    @property
    def stands_alone(self) -> bool:
        """Whether its values are clear without its name."""
        return self.name in _WORDS

    @property
    def words(self) -> Sequence[str | int | None]:
        """The values as they are written in CSV and JSON."""
        return self.values if self.is_size else tuple(_word(value) for value in self.values)


def _word(value: Any) -> str | int | None:
    return {True: "true", False: "false", None: "none"}[value] if value is None or isinstance(value, bool) else value


def read_axis(text: str) -> Axis:
    """Return the axis that a text such as ``units=16:512:16`` describes; raise LstmCalcError for a text that describes none.

    >>> read_axis("units=16:512:16").values, read_axis("bias=true,false").values
    (range(16, 513, 16), (True, False))
    """
    name, equals, values = text.partition("=")
    if not equals or not values:
        raise LstmCalcError(f"{quoted(text)} is nothing to vary; write units=16:512:16, layers=1,2,3 or framework=keras,pytorch")
    name = name.strip()
    try:
        parts = [_part(name, part.strip()) for part in values.split(",")]
        return Axis(name, parts[0] if len(parts) == 1 else _joined(parts))
    except LstmCalcError as error:
        raise LstmCalcError(f"{quoted(text)}: {error}") from None


def _joined(parts: Sequence[Sequence[Any]]) -> list[Any]:
    """Return the values of all parts; raise LstmCalcError where they would be too many to be kept in memory."""
    values = list(islice(chain.from_iterable(parts), _MOST_LISTED + 1))
    if len(values) > _MOST_LISTED:
        raise LstmCalcError(f"a list of more than {_MOST_LISTED:,} values would be kept in memory; vary a single range")
    return values


def _part(name: str, text: str) -> Sequence[Any]:
    """Return the values that one part of a list stands for: START:STOP:STEP, the stop included, or a single one."""
    if text == "none" and name in _OPTIONAL:
        return (None,)
    if name in _FLAGS and text in {"true", "false"}:
        return (text == "true",)
    if name not in _SIZES:
        return (usual_name(text) if name == "framework" else text,)
    numbers = [parse_count(number) for number in text.split(":")]
    if len(numbers) == 1:
        return numbers
    start, stop, step = numbers if len(numbers) == 3 else (*numbers[:2], 1)
    if len(numbers) > 3 or step < 1:
        raise LstmCalcError(f"{quoted(text)} is not a range; write 16:512:16 (start, the last, and the step)")
    return range(start, stop + 1, step)


def varied(model: Model, framework: str, settings: Mapping[str, Any]) -> tuple[Model, str]:
    """Return a model, and the framework, with some settings changed; raise ModelError where there is no such model."""
    layers = list(named(model) if "cell" in settings else model.flat)
    for name in sorted(settings, key=NAMES.index):
        for position, layer in _changes(layers, name, settings[name]):
            layers[position] = layer
    fields = {"layers": layers, "input_dim": settings.get("input", model.input_dim), "outputs": model.flat_outputs}
    return model.replace(**fields), settings.get("framework", framework)


def _changes(layers: Sequence[Layer], name: str, value: Any) -> Iterator[tuple[int, Layer]]:
    """Yield the layers that a setting changes."""
    if name == "output":
        position = next((at for at in reversed(range(len(layers))) if isinstance(layers[at], Dense)), None)
        if position is None:
            raise LstmCalcError("output is the units of the last dense layer, and the model has none")
        yield position, layers[position].replace(units=value)
    elif name in {"cell", "units", "layers", *_FIELDS}:
        recurrent = [(position, layer) for position, layer in enumerate(layers) if isinstance(layer, Recurrent)]
        if not recurrent:
            raise LstmCalcError(f"{name} is of the recurrent layers, and the model has none")
        if name == "layers":
            _check_one_width([layer for _, layer in recurrent])
        for position, layer in recurrent:
            yield position, _as_cell(layer, value) if name == "cell" else _with(layer, name, value)


def _check_one_width(layers: Sequence[Recurrent]) -> None:
    """Refuse to vary the number of layers of a stack of several widths: it would not be clear which of them to repeat."""
    widths = list(dict.fromkeys(layer.output for layer in layers))
    if len(widths) > 1:
        shown = listed([f"{width:,}" for width in widths])
        what = f"layers says how many layers of one width there are, and the model has {shown} units"
        raise LstmCalcError(f"{what}; write a stack of one width, as '32 > lstm {widths[0]}', or vary units")


def _with(layer: Recurrent, name: str, value: Any) -> Layer:
    """Return a recurrent layer with one field changed."""
    field = {"units": layer.size, "layers": "repeat"}.get(name, name)
    if field not in layer.fields:
        raise ModelError(f"{layer.kind} has no {name}", key=name)
    return layer.replace(**{field: value})


def _as_cell(layer: Recurrent, cell: str) -> Layer:
    """Return a layer of another cell with the same fields."""
    kind = KINDS[cell]
    values = layer.changed()
    fields: dict[str, Any] = {kind.size: values.pop(layer.size), **values}
    for field in fields:
        if field not in kind.fields:
            raise ModelError(f"{cell} has no {field}", key=field)
    for field, default in kind.fields.items():
        if default is ... and field not in fields:
            raise ModelError(f"{cell} needs its {field}", key=field)
    return kind(**fields)


def long_axis(axes: Sequence[Axis]) -> int | None:
    """Return the position of the longest axis of sizes among those followed by few combinations; None where there is none."""
    found = [at for at, axis in enumerate(axes) if axis.is_size]
    few = [at for at in found if prod(len(axis.values) for axis in axes[at + 1 :]) <= _MOST_AT_ONCE]
    return max(few, key=lambda at: len(axes[at].values), default=None)
