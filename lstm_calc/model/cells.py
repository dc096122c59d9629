"""The recurrent cells: their gates, states and equations, and the functions that the equations use; no framework.

An equation is written as ``("c", "f * c + i * g")``: a name, and an expression over names, whole numbers, ``+ - *``, the
element-wise functions of :data:`FUNCTIONS`, and

    pre(gate)                   W x + U h + b, and + p * c where the gate has a peephole
    into(gate), back(gate, v)   its two halves: W x + b and U v + b'
    project(v)                  P v

In a layer without gates, ``into()`` has no argument. :mod:`lstm_calc.equations` parses all of this and refuses anything else.

Equations are computed in order: those before the one of c read the c of the previous step, those after it read the new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Callable


class State(Record):
    """A value that a cell carries from step to step.

    ``size`` is the word for its size in a framework's rows, ``long`` its name in frameworks that spell it out, and ``meaning`` what
    it is to the layer. ``dtype`` is the field of :class:`lstm_calc.dtypes.Dtype` that says how its numbers are stored.
    """

    name: str
    size: str
    long: str
    meaning: str
    dtype: str


class Function(Record):
    """A function or operator that is applied element by element.

    ``meaning`` says what it does to a number, and ``flops`` how many operations that takes; exp counts as one. The derivative is
    computed from what is saved: the "result", the "arguments", for each argument the "others", or "nothing". ``compute`` takes the
    NumPy module and the arrays.

    ``sign`` is how formulas write it where that is not its name. ``mirror`` holds (a, b) where f(-x) = a + b f(x).
    """

    meaning: str
    flops: int
    saves: str
    compute: Callable[..., Any]
    sign: str = ""
    mirror: tuple[int, int] | None = None
    arity: int = 1


class Equation(Record):
    """One line of a cell: ``name`` becomes the value of ``expression``, where all words of ``when`` and none of ``unless`` hold."""

    name: str
    expression: str
    when: str = ""
    unless: str = ""


class Cell(Record):
    """One recurrent cell.

    ``title`` is its name for people. ``purposes`` has its gates, each with what it is for, in the order of every screen; they are
    all its affine maps of input and state, the candidate among them. ``states`` are those that it carries from step to step, by
    name. The words of its equations are a layer's option words and a framework's quirks.
    """

    title: str
    purposes: dict[str, str]
    states: dict[str, State]
    equations: tuple[Equation, ...]

    @property
    def gates(self) -> tuple[str, ...]:
        """The gates by name."""
        return tuple(self.purposes)

    def equations_for(self, words: set[str]) -> tuple[Equation, ...]:
        """Return the equations that hold under some words."""
        return tuple(
            equation
            for equation in self.equations
            if words.issuperset(equation.when.split()) and not words.intersection(equation.unless.split())
        )

    def size_of(self, name: str) -> str:
        """Return the word for the size of a value: a state's own, and units for everything else."""
        return self.states[name].size if name in self.states else "units"


HIDDEN = State("h", "output", "hidden", "its output", dtype="value")
"""The state that is every layer's output, and that ``pre`` multiplies with the recurrent matrix."""
CELL = State("c", "units", "cell", "its cell", dtype="cell")
"""The state that peepholes read."""


def _by_name(*states: State) -> dict[str, State]:
    return {state.name: state for state in states}


FUNCTIONS = {
    "+": Function("adds", 1, "nothing", lambda _, x, y: x + y, arity=2),
    "-": Function("subtracts", 1, "nothing", lambda _, x, y: x - y, arity=2),
    "*": Function("multiplies", 1, "others", lambda _, x, y: x * y, arity=2, sign="⊙"),
    "sigmoid": Function(
        "bounds every number to between 0 and 1: a valve, where 0 lets nothing through and 1 all",
        4,  # 1 / (1 + exp(-x))
        "result",
        lambda np, x: 1 / (1 + np.exp(-x)),
        sign="σ",
        mirror=(1, -1),
    ),
    "tanh": Function(
        "bounds every number to between -1 and 1: content that can add or take away",
        5,  # 1 - 2 / (exp(2 x) + 1)
        "result",
        lambda np, x: np.tanh(x),
        mirror=(0, -1),
    ),
    "relu": Function(
        "makes negative numbers 0 and leaves the others; it bounds nothing from above",
        1,
        "result",
        lambda np, x: np.maximum(x, 0),
    ),
}
"""The element-wise operators and functions of equations, by name."""

_LSTM = Cell(
    title="LSTM (long short-term memory)",
    purposes={
        "input": "decides, number by number, how much of the new content is written into the cell",
        "forget": "decides how much of the old cell is kept",
        "cell": "proposes the new content (the candidate), from what comes in and the previous output",
        "output": "decides how much of the cell is shown as the output h",
    },
    states=_by_name(HIDDEN, CELL),
    equations=(
        Equation("i", "sigmoid(pre(input))", unless="i_from_f"),
        Equation("f", "sigmoid(pre(forget))", unless="f_from_i"),
        Equation("i", "1 - f", when="i_from_f"),
        Equation("f", "1 - i", when="f_from_i"),
        Equation("g", "tanh(pre(cell))"),
        Equation("c", "f * c + i * g"),
        Equation("o", "sigmoid(pre(output))"),
        Equation("h", "o * tanh(c)", unless="projection"),
        Equation("h", "project(o * tanh(c))", when="projection"),
    ),
)

_GRU = Cell(
    title="GRU (gated recurrent unit)",
    purposes={
        "reset": "decides how much of the previous output the new content may draw on",
        "update": "decides how much of the output stays as it was and how much is replaced by the new content",
        "candidate": "proposes the new content",
    },
    states=_by_name(HIDDEN),
    equations=(
        Equation("r", "sigmoid(pre(reset))"),
        Equation("z", "sigmoid(pre(update))"),
        Equation("n", "tanh(into(candidate) + back(candidate, r * h))", when="reset_before"),
        Equation("n", "tanh(into(candidate) + r * back(candidate, h))", when="reset_after"),
        Equation("h", "z * h + (1 - z) * n", unless="update_takes_new"),
        Equation("h", "(1 - z) * h + z * n", when="update_takes_new"),
    ),
)

CELLS = {
    "lstm": _LSTM,
    "gru": _GRU,
    "rnn": Cell(
        title="simple recurrent layer",
        purposes={"hidden": "is the new output, made from what comes in and the previous output"},
        states=_by_name(HIDDEN),
        equations=(
            Equation("h", "tanh(pre(hidden))", unless="relu"),
            Equation("h", "relu(pre(hidden))", when="relu"),
        ),
    ),
    "mgu": Cell(
        title="MGU (minimal gated unit)",
        purposes={
            "forget": "decides how much of the output stays as it was and how much is replaced by the new content",
            "candidate": "proposes the new content",
        },
        states=_by_name(HIDDEN),
        equations=(
            Equation("f", "sigmoid(pre(forget))"),
            Equation("n", "tanh(pre(candidate))", when="ungated"),
            Equation("n", "tanh(into(candidate) + back(candidate, f * h))", when="gated", unless="gates_after"),
            Equation("n", "tanh(into(candidate) + f * back(candidate, h))", when="gated gates_after"),
            Equation("h", "(1 - f) * h + f * n", unless="forget_keeps_old"),
            Equation("h", "f * h + (1 - f) * n", when="forget_keeps_old"),
        ),
    ),
    "conv_lstm": _LSTM.replace(title="ConvLSTM, an LSTM whose products are convolutions"),
    "conv_gru": _GRU.replace(title="ConvGRU, a GRU whose products are convolutions"),
}
"""The recurrent cells by the kind of their layer."""

MAPS = {
    "dense": (Equation("y", "into()"),),
    "conv": (Equation("y", "into()"),),
    "embedding": (Equation("y", "into()"),),
    "repeat_vector": (Equation("y", "x"),),
}
"""The equations of the layers that carry no state."""
