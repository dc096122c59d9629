"""One cell of a model as what it computes in a step: each value, what it is computed from, and its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.equations.circuit import Circuit, CircuitPart, circuit
from lstm_calc.equations.parse import Name, Weighted, gates_of, nodes_of
from lstm_calc.equations.text import writer_of
from lstm_calc.errors import ModelError, did_you_mean, listed, quoted
from lstm_calc.frameworks import equation_words, framework, framework_of, uses_in
from lstm_calc.model.cells import CELLS, Cell, Equation
from lstm_calc.questions.answer import Answer, Data, plain
from lstm_calc.questions.params import params
from lstm_calc.questions.shapes import Shapes, shapes, shapes_table, stack_graph
from lstm_calc.questions.titles import in_framework
from lstm_calc.render import worded
from lstm_calc.render.document import Column, Document, Edge, Graph, Line, Node, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.model import Model, Use


class Value(Data):
    """One value of a step: ``reads`` has the keys of what it is computed from, ``matrices`` its gate's stored shapes by role.

    ``expression`` is its equation in the words of the cells' table, ``formula`` as people write it.
    """

    key: str
    name: str
    expression: str
    formula: str
    gate: str | None
    shape: Shape
    reads: tuple[str, ...]
    matrices: dict[str, Shape]


class Diagram(Answer):
    """A model's run, and one step of one of its cells; the inputs of the step are ``x`` and the states before it.

    ``step`` has the operations of the step; it is the same in each of the layer's ``directions``. A model without a recurrent layer
    has a run alone.
    """

    schema = "lstm-calc/diagram/1"

    model: Model
    shapes: Shapes
    layer: str | None = None
    cell: str | None = None
    inputs: dict[str, Shape] = {}  # noqa: RUF012  a record is frozen
    values: tuple[Value, ...] = ()
    step: Circuit = Circuit((), {})
    directions: int = 0

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        cell = {name: plain(getattr(self, name)) for name in ("layer", "cell", "inputs", "values")}
        return {"schema": self.schema, "framework": self.shapes.framework, "stack": self.shapes.data(), "cell": cell}

    def document(self) -> Document:
        """Return the drawings of the model and of one of its cells, and the tables of what they show."""
        title = f"Diagram of {in_framework(self.model, self.shapes.framework)}"
        table, graph = shapes_table(self.shapes), stack_graph(self.model, self.shapes)
        if self.cell is None:
            return Document(title, (table,), (), (graph,))
        return Document(title, (table, _values_table(self)), (_LEGEND,), (graph, _cell_graph(self, CELLS[self.cell])))


def diagram(model: Model, framework_name: str | None = None, layer: str | None = None) -> Diagram:
    """Return a model's run and one step of one of its cells: of the layer of a name, or of the first recurrent one if any.

    Raises FrameworkError where the framework lacks what the model asks for, ModelError where there is no such layer.
    """
    whole = shapes(model, framework_of(model, framework_name).name)
    cells = {use.name: use for use in uses_in(model, framework_of(model, framework_name)) if use.layer.kind in CELLS}
    if layer is not None and layer not in cells:
        hint = did_you_mean(layer, cells) if cells else ": the model has none"
        raise ModelError(f"{quoted(layer)} is not a recurrent layer of the model{hint}")
    if not cells:
        return Diagram(model, whole)
    return _with_a_step(model, whole, cells[layer or next(iter(cells))])


def _with_a_step(model: Model, whole: Shapes, use: Use) -> Diagram:
    """Return a model's run and one step of a recurrent layer."""
    kind, name = CELLS[use.layer.kind], use.name
    states = {f"{state}_t-1": _shape(state, use) for state in kind.states}
    matrices = _matrices(model, whole.framework, name)
    layout = framework(whole.framework).layout(use.layer)
    equations = kind.equations_for(equation_words(use.layer, layout))
    ranks = {(gate, role): len(shape) for gate, stored in matrices.items() for role, shape in stored.items()}
    writer = writer_of(equations, ranks, kind.states, layout.forget_bias)
    formulas = [writer.formula(equation).text for equation in equations]
    values = tuple(_values(use, equations, formulas, matrices))
    step = circuit(equations, kind.states, writer_of(equations, ranks, kind.states, layout.forget_bias))
    return Diagram(model, whole, name, use.layer.kind, {"x_t": (use.input_dim,), **states}, values, step, len(use.layer.directions))


_Matrices = dict[str | None, dict[str, "Shape"]]


def _shape(name: str, use: Use) -> Shape:
    return (use.sizes[CELLS[use.layer.kind].size_of(name)],)


def _matrices(model: Model, framework_name: str, name: str) -> _Matrices:
    """Return the stored shapes of each gate's blocks, by role, of a layer's first direction."""
    counted = next(layer for layer in params(model, framework_name).layers if layer.name == name)
    return {part.gate: part.shapes for part in reversed(counted.gates)}


def _values(use: Use, equations: tuple[Equation, ...], formulas: list[str], matrices: _Matrices) -> Iterator[Value]:
    """Yield the values of a step in the order in which they are computed."""
    known = {"x": "x_t", **{state: f"{state}_t-1" for state in CELLS[use.layer.kind].states}}
    peepholes = {gate for gate, blocks in matrices.items() if "peephole" in blocks}
    for equation, formula in zip(equations, formulas, strict=True):
        nodes = list(nodes_of((equation,), peepholes))
        names = {node.name for node in nodes if isinstance(node, Name)}
        reads = dict.fromkeys(key for name, key in known.items() if name in names)
        gate = next(iter(gates_of((equation,))), None)
        blocks = matrices[gate] if any(isinstance(node, Weighted) for node in nodes) else {}
        key = f"{equation.name}_t"
        shape = _shape(equation.name, use)
        yield Value(key, equation.name, equation.expression, formula, gate, shape, tuple(reads), blocks)
        known[equation.name] = key


_LEGEND = "t is this step, t-1 the one before; ⊙ (× in the picture) multiplies number by number; σ is the sigmoid"


def _values_table(answer: Diagram) -> Table:
    columns = (
        Column("value", "value", shown=False),
        Column("equation", "equation", shown=False),
        Column("formula", "equation", "formula"),
        Column("shape", "shape", "shape"),
        Column("reads", "computed from", shown=False),
        Column("matrices", "with", gives_way=1),
    )
    return Table(columns, tuple(map(_value_line, answer.values)))


def _value_line(value: Value) -> Line:
    matrices = ", ".join(f"{role.replace('_', ' ')} {worded('shape', shape)}" for role, shape in value.matrices.items())
    return Line((value.key, value.expression, value.formula, value.shape, ", ".join(value.reads), matrices or None))


def _cell_graph(answer: Diagram, cell: Cell) -> Graph:
    """Return one step: what comes in, a box per gate, a sign per operation and what goes out, with the shapes between them."""
    values = {value.name: value.shape for value in answer.values}
    units = next((shape for name, shape in values.items() if f"{name}[t]" not in answer.step.gives), (*values.values(),)[-1])
    entering = {at_step(key): shape for key, shape in answer.inputs.items()}
    leaving = {key: values[key.partition("[")[0]] for key in answer.step.gives}
    shapes = entering | {part.key: units for part in answer.step.parts}
    shapes |= {answer.step.gives[key]: shape for key, shape in leaving.items()}
    ends = [
        [Node(key, (worded("shape", each),), end=True, formula=(key,)) for key, each in side.items()]
        for side in (entering, leaving)
    ]
    links = [(start, part.key) for part in answer.step.parts for start in part.reads]
    links += [(start, key) for key, start in answer.step.gives.items()]
    top = list(cell.states)[-1]
    twice = ", the same in each direction" if answer.directions > 1 else ""
    return Graph(
        f"{answer.layer}: one step of {cell.title}{twice}",
        (*ends[0], *map(_part_node, answer.step.parts), *ends[1]),
        tuple(Edge(start, stop, worded("shape", shapes[start])) for start, stop in links),
        through=(f"{top}[t-1]", f"{top}[t]"),
    )


def at_step(key: str) -> str:
    """Return the key of an input of the step as formulas write it.

    >>> at_step("h_t-1")
    'h[t-1]'
    """
    name, _, step = key.partition("_")
    return f"{name}[{step}]"


def _part_node(part: CircuitPart) -> Node:
    """Return the box of a part: of a gate with its equation, a term per line; of an operation with its sign."""
    if part.gate is None:
        return Node(part.key, (part.text,), form="operation")
    return Node(part.key, (_part_name(part),), formula=tuple(_terms(part.text)))


def _part_name(part: CircuitPart) -> str:
    """Return what is written above the equation of a gate, or of a part of it that is computed by itself."""
    if not part.gate:
        return "projection"
    reads = listed([key.partition("[")[0] for key in part.reads])
    return f"{part.gate} gate" if " = " in part.text else f"{part.gate}, from {reads}"


def _terms(formula: str) -> Iterator[str]:
    """Yield the terms of a sum, of which the first has all that stands before it.

    >>> list(_terms("f[t] = σ(W_f x[t] + U_f (a + b) + b_f)"))
    ['f[t] = σ(W_f x[t]', '+ U_f (a + b)', '+ b_f)']
    """
    line, depth = "", 0
    for word in formula.split(" "):
        if word == "+" and depth <= 1:
            yield line
            line = word
        else:
            line = f"{line} {word}".lstrip()
        depth += word.count("(") - word.count(")")
    yield line
