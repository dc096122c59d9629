"""One cell of a model as what it computes in a step: each value, what it is computed from, and its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.equations.parse import Name, Weighted, gates_of, nodes_of
from lstm_calc.errors import ModelError, did_you_mean, quoted
from lstm_calc.frameworks import equation_words, framework, framework_of, uses_in
from lstm_calc.model.cells import CELLS
from lstm_calc.questions.answer import Answer, Data, plain
from lstm_calc.questions.params import params
from lstm_calc.questions.shapes import Shapes, shapes, shapes_table, stack_graph
from lstm_calc.questions.words import EQUATION_LEGEND, from_file, headline
from lstm_calc.render import worded
from lstm_calc.render.document import Column, Document, Edge, Graph, Line, Node, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.frameworks import Framework
    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.model import Model, Use


class Value(Data):
    """One value of a step: ``reads`` has the keys of what it is computed from, ``matrices`` its gate's stored shapes by role."""

    key: str
    name: str
    expression: str
    gate: str | None
    shape: Shape
    reads: tuple[str, ...]
    matrices: dict[str, Shape]


class Diagram(Answer):
    """A model's run, and one step of one of its cells; the inputs of the step are ``x`` and the states before it."""

    schema = "lstm-calc/diagram/1"

    model: Model
    shapes: Shapes
    layer: str
    cell: str
    inputs: dict[str, Shape]
    values: tuple[Value, ...]

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        cell = {name: plain(getattr(self, name)) for name in ("layer", "cell", "inputs", "values")}
        return {"schema": self.schema, "framework": self.shapes.framework, "stack": self.shapes.data(), "cell": cell}

    def document(self) -> Document:
        """Return the drawings of the model and of one of its cells, and the tables of what they show."""
        framework = self.shapes.framework
        title = f"Diagram of {headline(self.model)} in {framework}{from_file(self.model, framework)}"
        tables = (shapes_table(self.shapes), _values_table(self))
        return Document(title, tables, (EQUATION_LEGEND,), (stack_graph(self.model, self.shapes), _cell_graph(self)))


def diagram(model: Model, framework_name: str | None = None, layer: str | None = None) -> Diagram:
    """Return a model's run and one step of one of its cells: of the layer of a name, or of the first recurrent one.

    Raises FrameworkError where the framework lacks what the model asks for, ModelError where there is no such layer.
    """
    flow = shapes(model, framework_of(model, framework_name).name)
    cells = {use.name: use for use in uses_in(model, framework_of(model, framework_name)) if use.layer.kind in CELLS}
    name = layer if layer is not None else next(iter(cells), "")
    if name not in cells:
        hint = did_you_mean(name, cells) if cells else ": the model has none"
        raise ModelError(
            f"{quoted(name)} is not a recurrent layer of the model{hint}" if name else "the model has no recurrent layer"
        )
    use = cells[name]
    kind = CELLS[use.layer.kind]
    states = {f"{state}_t-1": _shape(state, use) for state in kind.states}
    matrices = _matrices(model, flow.framework, name)
    step = tuple(_values(use, framework(flow.framework), matrices))
    return Diagram(model, flow, name, use.layer.kind, {"x_t": (use.input_dim,), **states}, step)


def _shape(name: str, use: Use) -> Shape:
    return (use.sizes[CELLS[use.layer.kind].size_of(name)],)


def _matrices(model: Model, framework_name: str, name: str) -> dict[str | None, dict[str, Shape]]:
    """Return the stored shapes of each gate's blocks, by role, of a layer's first direction."""
    counted = next(layer for layer in params(model, framework_name).layers if layer.name == name)
    return {part.gate: part.shapes for part in reversed(counted.gates)}


def _values(use: Use, table: Framework, matrices: dict[str | None, dict[str, Shape]]) -> Iterator[Value]:
    """Yield the values of a step in the order in which they are computed."""
    layer = use.layer
    cell = CELLS[layer.kind]
    known = {"x": "x_t", **{state: f"{state}_t-1" for state in cell.states}}
    peepholes = {gate for gate, blocks in matrices.items() if "peephole" in blocks}
    for equation in cell.equations_for(equation_words(layer, table.layout(layer))):
        nodes = list(nodes_of((equation,), peepholes))
        names = {node.name for node in nodes if isinstance(node, Name)}
        reads = dict.fromkeys(key for name, key in known.items() if name in names)
        gate = next(iter(gates_of((equation,))), None)
        blocks = matrices[gate] if any(isinstance(node, Weighted) for node in nodes) else {}
        key = f"{equation.name}_t"
        yield Value(key, equation.name, equation.expression, gate, _shape(equation.name, use), tuple(reads), blocks)
        known[equation.name] = key


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
    """Return one step: its inputs, one box per value, and an arrow to each value from those that it is computed from."""
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
