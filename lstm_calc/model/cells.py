"""The recurrent cells: their gates, their states and their equations; no framework.

An equation is written as ``("c", "f * c + i * g")``: a name, and an expression over names, ``+ - *`` and the functions

    sigmoid tanh relu           element by element
    pre(gate)                   W x + U h + b, and + p * c where the gate has a peephole
    into(gate), back(gate, v)   its two halves: W x + b and U v + b'
    project(v)                  P v

and, in layers that carry no state, ``row(x)``, the row of a table that a token names, ``shared(x)``, W x with a matrix that is
another layer's, and ``copy(x)``, the one vector that comes in at every step.

They are taken in order: what stands before c is computed sees the c of the step before, what stands after sees the new one.
"""

from __future__ import annotations

from lstm_calc.record import Record


class Equation(Record):
    """One line of a cell: ``name`` becomes the value of ``expression``, where all words of ``when`` and none of ``unless`` hold."""

    name: str
    expression: str
    when: str = ""
    unless: str = ""


class Cell(Record):
    """One recurrent cell.

    ``gates`` are all its affine maps of input and state, the candidate among them, in the order of every screen, each with what it
    is for; ``states`` what is carried from step to step. The words of its equations are a layer's option words and a framework's
    quirks.
    """

    name: str
    purposes: dict[str, str]
    states: tuple[str, ...]
    equations: tuple[Equation, ...]

    @property
    def gates(self) -> tuple[str, ...]:
        """The gates by name."""
        return tuple(self.purposes)

    def equations_for(self, words: set[str]) -> tuple[Equation, ...]:
        """Return the equations that hold under some words."""
        return holding(self.equations, words)


def holding(equations: tuple[Equation, ...], words: set[str]) -> tuple[Equation, ...]:
    """Return the equations that hold under some words."""
    return tuple(
        equation
        for equation in equations
        if words.issuperset(equation.when.split()) and not words.intersection(equation.unless.split())
    )


FUNCTIONS = {
    "sigmoid": "bounds every number to between 0 and 1: a valve, where 0 lets nothing through and 1 all",
    "tanh": "bounds every number to between -1 and 1: content that can add or take away",
    "relu": "makes negative numbers 0 and leaves the others; it bounds nothing from above",
}
"""What each function of one number does to it."""

_LSTM_GATES = {
    "input": "decides, number by number, how much of the new content is written into the cell",
    "forget": "decides how much of the old cell is kept",
    "cell": "proposes the new content (the candidate), from what comes in and the previous output",
    "output": "decides how much of the cell is shown as the output h",
}
_LSTM = (
    Equation("i", "sigmoid(pre(input))", unless="i_from_f"),
    Equation("f", "sigmoid(pre(forget))", unless="f_from_i"),
    Equation("i", "1 - f", when="i_from_f"),
    Equation("f", "1 - i", when="f_from_i"),
    Equation("g", "tanh(pre(cell))"),
    Equation("c", "f * c + i * g"),
    Equation("o", "sigmoid(pre(output))"),
    Equation("h", "o * tanh(c)", unless="projection"),
    Equation("h", "project(o * tanh(c))", when="projection"),
)

CELLS = {
    cell.name: cell
    for cell in (
        Cell(
            name="lstm",
            purposes=_LSTM_GATES,
            states=("h", "c"),
            equations=_LSTM,
        ),
        Cell(
            name="gru",
            purposes={
                "reset": "decides how much of the previous output the new content may draw on",
                "update": "decides how much of the output stays as it was and how much is replaced by the new content",
                "candidate": "proposes the new content",
            },
            states=("h",),
            equations=(
                Equation("r", "sigmoid(pre(reset))"),
                Equation("z", "sigmoid(pre(update))"),
                Equation("n", "tanh(into(candidate) + back(candidate, r * h))", when="reset_before"),
                Equation("n", "tanh(into(candidate) + r * back(candidate, h))", when="reset_after"),
                Equation("h", "z * h + (1 - z) * n", unless="update_takes_new"),
                Equation("h", "(1 - z) * h + z * n", when="update_takes_new"),
            ),
        ),
        Cell(
            name="rnn",
            purposes={"hidden": "is the new output, made from what comes in and the previous output"},
            states=("h",),
            equations=(
                Equation("h", "tanh(pre(hidden))", unless="relu"),
                Equation("h", "relu(pre(hidden))", when="relu"),
            ),
        ),
        Cell(
            name="mgu",
            purposes={
                "forget": "decides how much of the output stays as it was and how much is replaced by the new content",
                "candidate": "proposes the new content",
            },
            states=("h",),
            equations=(
                Equation("f", "sigmoid(pre(forget))"),
                Equation("n", "tanh(pre(candidate))", when="ungated"),
                Equation("n", "tanh(into(candidate) + back(candidate, f * h))", when="gated", unless="gates_after"),
                Equation("n", "tanh(into(candidate) + f * back(candidate, h))", when="gated gates_after"),
                Equation("h", "(1 - f) * h + f * n", unless="forget_keeps_old"),
                Equation("h", "f * h + (1 - f) * n", when="forget_keeps_old"),
            ),
        ),
        Cell(
            name="conv_lstm",
            purposes=_LSTM_GATES,
            states=("h", "c"),
            equations=_LSTM,
        ),
    )
}

MAPS = {
    "dense": (Equation("y", "into(None)", when="untied"), Equation("y", "shared(x) + into(None)", when="tied")),
    "embedding": (Equation("y", "row(x)"),),
    "conv": (Equation("y", "into(None)"),),
    "repeat_vector": (Equation("y", "copy(x)"),),
}
"""The equations of the layers that carry no state."""
