"""``shapes`` as a Document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.document import Column, Document, Line, Table
from lstm_calc.report.words import headline

if TYPE_CHECKING:
    from lstm_calc.model import Model
    from lstm_calc.questions.shapes import Shapes

_WHAT = {
    "input": "input",
    "lengths": "lengths",
    "initial": "initial state",
    "value": "value",
    "output": "output",
    "state": "state",
    "final": "final state",
}


def shapes_document(model: Model, answer: Shapes) -> Document:
    """Return what flows through a model, layer by layer."""
    columns = (
        Column("layer", "layer", grouped=True),
        Column("name", "name"),
        Column("role", "what"),
        Column("shape", "shape", "shape"),
        Column("axes", "axes"),
    )
    lines = tuple(Line((flow.layer, flow.name, _WHAT[flow.role], flow.shape, flow.axes)) for flow in answer.tensors)
    return Document(f"Shapes of {headline(model)} in {answer.framework}", (Table(columns, lines),), answer.notes)
