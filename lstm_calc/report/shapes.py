"""``shapes`` as a Document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.formats.notation import written
from lstm_calc.model import Input
from lstm_calc.render import worded
from lstm_calc.render.document import Column, Document, Edge, Graph, Line, Node, Table
from lstm_calc.report.words import FLOW_WORDS, from_file, headline

if TYPE_CHECKING:
    from lstm_calc.model import Layer, Model, Use
    from lstm_calc.questions.shapes import Link, Shapes


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
    """Return the layers from the inputs up, and on each arrow the shape of what flows along it."""
    named = {use.name: use for use in model.uses}
    apart = len(answer.reads) == len(named)
    boxes = [_box(named[name], apart=apart) for name in answer.reads]
    edges = tuple(Edge(_key(link.source, _START), _key(link.target, _END), _label(answer, link)) for link in answer.links)
    reached = {edge.start for edge in edges} | {edge.stop for edge in edges}
    ends = [node for node in (Node(_START, ("input",), end=True), Node(_END, ("output",), end=True)) if node.key in reached]
    return Graph("stack", (*ends[:-1], *boxes, *ends[-1:]), edges)


def _box(use: Use, *, apart: bool) -> Node:
    """Return the box of a layer; that of an input has its name alone."""
    if isinstance(use.layer, Input):
        return Node(_key(use.name), (use.name,), end=True)
    if use.shared:
        return Node(_key(use.name), (use.name, f"the weights of {use.layer.name}"))
    return Node(_key(use.name), (use.name, _described(use.layer.replace(inputs=(), name=None), apart=apart)))


def _key(name: str | None, end: str = "") -> str:
    return end if name is None else f"layer {name}"


def _label(answer: Shapes, link: Link) -> str:
    """Return what is written on an arrow: the shape, and the name of a state, of a further output, or of what the model gives."""
    shape = worded("shape", link.shape)
    if link.output or link.target is not None:
        return f"{link.output} {shape}".strip()
    given = [flow for flow in answer.tensors if (flow.layer, flow.role) == (link.source, "output")]
    return " ".join([*(flow.name for flow in given[:1]), shape])


def _described(layer: Layer, *, apart: bool) -> str:
    """Return a layer in the words of the notation; one of those that it repeats where they are drawn apart."""
    return " ".join(written(layer.replace(repeat=1) if apart and layer.repeat > 1 else layer))
