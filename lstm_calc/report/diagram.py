"""``diagram`` as a Document: the stack, and one cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.render import worded
from lstm_calc.render.document import Column, Document, Edge, Graph, Line, Node, Table
from lstm_calc.report.shapes import shapes_table, stack_graph
from lstm_calc.report.words import EQUATION_LEGEND, from_file, headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.model import Model
    from lstm_calc.questions.diagram import Diagram, Value


def diagram_document(model: Model, answer: Diagram) -> Document:
    """Return the drawings of a model and of one of its cells, and the tables of what they show."""
    tables = (shapes_table(answer.shapes), _values_table(answer))
    graphs = (stack_graph(model, answer.shapes), _cell_graph(answer))
    return Document(
        f"Diagram of {headline(model)} in {answer.shapes.framework}{from_file(model, answer.shapes.framework)}",
        tables,
        (EQUATION_LEGEND,),
        graphs,
    )


def _values_table(answer: Diagram) -> Table:
    columns = (
        Column("value", "value"),
        Column("equation", "equation"),
        Column("shape", "shape", "shape"),
        Column("reads", "computed from"),
        Column("matrices", "with"),
    )
    lines = [
        Line((value.key, value.expression, value.shape, ", ".join(value.reads), ", ".join(_matrix_words(value)) or None))
        for value in answer.values
    ]
    return Table(columns, tuple(lines))


def _matrix_words(value: Value) -> Iterator[str]:
    for role, shape in value.matrices.items():
        yield f"{role.replace('_', ' ')} {worded('shape', shape)}"


def _cell_graph(answer: Diagram) -> Graph:
    """Return one step: what comes in, a box a value, and an arrow to each from what it is computed from."""
    inputs = [Node(key, (key, worded("shape", shape)), end=True) for key, shape in answer.inputs.items()]
    values = [Node(value.key, tuple(_lines(value))) for value in answer.values]
    shown = answer.inputs | {value.key: value.shape for value in answer.values}
    edges = [Edge(key, value.key, worded("shape", shown[key])) for value in answer.values for key in value.reads]
    return Graph(f"{answer.layer}: one step of {answer.cell}", (*inputs, *values), tuple(edges))


def _lines(value: Value) -> Iterator[str]:
    """Yield the lines of a value's box: its gate, its equation, its matrices, its shape."""
    if value.gate:
        yield f"{value.gate} gate"
    yield f"{value.key} = {value.expression}"
    yield from _matrix_words(value)
    yield f"gives {worded('shape', value.shape)}"
