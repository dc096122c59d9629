"""Which recurrent layers have a tensor of a name and a shape, as an error about sizes that do not match names it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, quoted
from lstm_calc.questions.answer import Answer, Data
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.weights.inference.sorting import plain, slashed
from lstm_calc.weights.inference.storage_variants import partly_solved, variants

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHAPE = r"[\[(]?[\d\sx\u00d7,]+[\])]?|torch\.Size\(\[[\d,\s]+\]\)"
_DEPTH = r"_l\d+(_reverse)?$"


class Owner(Data):
    """A layer that has such a tensor; ``input_dim`` and ``units`` are None where the tensor alone does not tell them."""

    framework: str
    cell: str
    tensor: str
    input_dim: int | None
    units: int | None
    projection: int | None


class Owners(Answer):
    """The layers that have a tensor."""

    schema = "lstm-calc/inspect-tensor/1"
    json = ("schema", "tensor", "shape", "layers")

    tensor: str
    shape: tuple[int, ...]
    layers: tuple[Owner, ...]

    def document(self) -> Document:
        """Return the layers as a table."""
        columns = (
            Column("framework", "framework"),
            Column("cell", "cell"),
            Column("tensor", "tensor"),
            Column("input_dim", "input", "number"),
            Column("units", "units", "number"),
            Column("projection", "projection", "number", shown=any(layer.projection for layer in self.layers)),
        )
        lines = tuple(Line(tuple(layer.asdict().values())) for layer in self.layers)
        shape = " x ".join(map(str, self.shape))
        title = f"{len(lines) or 'No'} layers have a tensor {self.tensor} of {shape}"
        notes = () if not lines else ("a size that is left out does not follow from this tensor alone",)
        return Document(title, (Table(columns, lines),) if lines else (), notes)


def owners(text: str) -> Owners:
    """Return the layers that have a tensor, ``NAME=ROWSxCOLUMNS``; raise LstmCalcError for a text of another form.

    >>> [(each.cell, each.units) for each in owners("weight_ih_l0=240x81").layers if each.framework == "pytorch"]
    [('lstm', 60), ('gru', 80), ('rnn', 240)]
    """
    name, _, sizes = text.rpartition("=")
    shape = tuple(int(size) for size in re.findall(r"\d{1,15}", sizes))
    if not name or not shape or 0 in shape or not re.fullmatch(_SHAPE, sizes.strip()):
        raise LstmCalcError(f"--tensor: {quoted(text)} is not a name and a shape; write weight_ih_l0=240x81")
    return Owners(name, shape, tuple(_owners(name, shape)))


def _owners(name: str, shape: tuple[int, ...]) -> Iterator[Owner]:
    own = re.sub(_DEPTH, "_l0", plain(slashed(name)))
    seen: set[tuple[Any, ...]] = set()
    for variant in variants():
        tensor = next((each for each in variant.specs if own == each or own.endswith(f"/{each}")), None)
        sizes = partly_solved(variant, tensor, shape) if tensor else None
        if tensor and sizes:
            found = Owner(variant.framework, variant.kind, tensor, sizes.get("input"), sizes.get("units"), sizes.get("projection"))
            key = tuple(found.asdict().values())
            if key not in seen:
                seen.add(key)
                yield found
