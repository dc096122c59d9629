"""The model that the flags of a call describe, and the template where one of them is ``?``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.cli.numbers import flag_of, read_counts
from lstm_calc.errors import LstmCalcError, ModelError, did_you_mean, quoted
from lstm_calc.frozen import UNKNOWN
from lstm_calc.model import Dense, Embedding, Layer, Model, Recurrent, layer_kind
from lstm_calc.model.cells import CELLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.model.template import Place, Template

_OPEN = {"units": "", "layers": "repeat", "projection": "projection", "input_dim": "", "output": ""}
"""For a flag in which ? may stand: the field of the recurrent layers that is then open, where it is not their own size."""


def model_from_flags(flags: dict[str, Any]) -> Model:
    """Return the model that flags describe."""
    kind = _kind(flags.pop("cell", "lstm"))
    head = [Dense(size) for size in read_counts("output", flags.pop("output", None))]
    front = _embedding(flags.pop("embedding", None))
    width = read_counts("input_dim", flags.pop("input_dim", None), at_most=1)
    units = read_counts("units", flags.pop("units", None))
    repeat = read_counts("layers", flags.pop("layers", None), at_most=1)
    if not units:
        raise LstmCalcError("--units is missing: how many units the recurrent layer has")
    if repeat and len(units) > 1:
        raise LstmCalcError("--layers repeats one width, and --units has several: give one of the two")
    options = {name: _parsed(name, value) for name, value in flags.items()} | ({"repeat": repeat[0]} if repeat else {})
    try:
        return Model([*front, *(_recurrent(kind, size, options) for size in units), *head], width[0] if width else None)
    except ModelError as error:
        raise LstmCalcError(f"{flag_of(error.key or 'input_dim')}: {error.without_key}") from None


def template_from_flags(flags: dict[str, Any]) -> Template:
    """Return the template that flags describe; where no flag is ?, and none says the units, these are open."""
    from lstm_calc.model.template import template_of

    unknown = [name for name, value in flags.items() if name in _OPEN and value == UNKNOWN] or ["units"] * ("units" not in flags)
    model = model_from_flags(flags | dict.fromkeys(unknown, "1"))
    places: list[Place] = []
    for name in unknown:
        places += [(None, name)] if name == "input_dim" else _open_places(model, name)
    return template_of(model, tuple(places))


def _open_places(model: Model, name: str) -> Iterator[Place]:
    """Yield where the size of a flag stands in the layers of a model."""
    for position, layer in enumerate(model.layers):
        if isinstance(layer, Recurrent) and name != "output":
            yield position, _OPEN[name] or layer.size
        elif isinstance(layer, Dense) and name == "output":
            yield position, "units"


def _kind(name: str) -> type[Layer]:
    if name not in CELLS:
        raise LstmCalcError(f"--cell: {quoted(name)} is not a recurrent layer{did_you_mean(name, CELLS)}")
    return layer_kind(name)


def _recurrent(kind: type[Layer], size: int, options: dict[str, Any]) -> Layer:
    """Return one recurrent layer, or say which flag its kind does not have."""
    for name in options:
        if name not in kind.fields:
            raise LstmCalcError(f"{flag_of(name)} does not go with {kind.kind}")
    if "kernel_size" in kind.fields and "kernel_size" not in options:
        raise LstmCalcError("--kernel-size is missing: conv_lstm needs its window, such as 3x3")
    values: dict[str, Any] = {kind.size: size, **options}
    return kind(**values)


def _embedding(text: str | None) -> list[Layer]:
    if text is None:
        return []
    sizes = read_counts("embedding", text, separator="x") if text.count("x") == 1 else []
    if not sizes:
        raise LstmCalcError(f"--embedding: {quoted(text)} is not a vocabulary and a size; write 20000x128")
    return [Embedding(*sizes)]


def _parsed(name: str, value: Any) -> Any:
    """Return a flag's value as the layer's field takes it."""
    if name == "kernel_size":
        if "," in value:
            raise LstmCalcError(f"--kernel-size: {quoted(value)} is not a window; write 3x3")
        return read_counts(name, value, separator="x")
    return read_counts(name, value, at_most=1)[0] if name == "projection" else value
