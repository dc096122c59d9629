"""``shapes`` as a Document."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from lstm_calc.formats.notation import written
from lstm_calc.render import worded
from lstm_calc.render.document import Column, Document, Edge, Graph, Line, Node, Table
from lstm_calc.report.words import FLOW_WORDS, from_file, headline

if TYPE_CHECKING:
    from lstm_calc.model import Layer, Model
    from lstm_calc.questions.shapes import Shapes


_START, _END = "start", "end"


def shapes_document(model: Model, answer: Shapes) -> Document:
    """Return what flows through a model, layer by layer, and the stack as a drawing."""
    title = f"Shapes of {headline(model)} in {answer.framework}{from_file(model, answer.framework)}"
    return Document(title, (shapes_table(answer),), answer.notes, (stack_graph(model, answer),))


def shapes_table(answer: Shapes) -> Table:
    """Return what flows, a line a tensor."""
    columns = (
        Column("layer", "layer", grouped=True),
        Column("name", "name"),
        Column("role", "what", gives_way=2),
        Column("shape", "shape", "shape"),
        Column("axes", "axes", gives_way=1),
    )
    lines = tuple(Line((flow.layer, flow.name, FLOW_WORDS[flow.role], flow.shape, flow.axes)) for flow in answer.tensors)
    return Table(columns, lines)


def stack_graph(model: Model, answer: Shapes) -> Graph:
    """Return the layers from the input up, and on each arrow the shape of what flows along it."""
    named = {use.name: use.layer for use in model.uses}
    apart = len(answer.reads) == len(named)
    boxes = [Node(f"layer {name}", (name, _described(named[name], apart=apart))) for name in answer.reads]
    keys = [_START, *(box.key for box in boxes)]
    flows = zip(pairwise(keys), answer.reads.values(), strict=True)
    edges = [Edge(start, stop, worded("shape", shape)) for (start, stop), shape in flows]
    top = next(reversed(answer.reads))
    given = [flow for flow in answer.tensors if (flow.layer, flow.role) == (top, "output")]
    edges += [Edge(keys[-1], _END, f"{flow.name} {worded('shape', flow.shape)}") for flow in given]
    return Graph("stack", (Node(_START, ("input",), end=True), *boxes, Node(_END, ("output",), end=True)), tuple(edges))


def _described(layer: Layer, *, apart: bool) -> str:
    """Return a layer in the words of the notation; one of those that it repeats where they are drawn apart."""
    return " ".join(written(layer.replace(repeat=1) if apart and layer.repeat > 1 else layer))
