"""The recurrent cells: their gates, their states and their equations; no framework.

An equation is written as ``("c", "f * c + i * g")``: a name, and an expression over names, ``+ - *`` and the functions

    sigmoid tanh relu           element by element
    pre(gate)                   W x + U h + b, and + p * c where the gate has a peephole
    into(gate), back(gate, v)   its two halves: W x + b and U v + b'
    project(v)                  P v

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

    ``gates`` are all its affine maps of input and state, the candidate among them, in the order of every screen; ``states`` what
    is carried from step to step. The words of its equations are a layer's option words and a framework's quirks.
    """

    name: str
    gates: tuple[str, ...]
    states: tuple[str, ...]
    equations: tuple[Equation, ...]

    def equations_for(self, words: set[str]) -> tuple[Equation, ...]:
        """Return the equations that hold under some words."""
        return tuple(
            equation
            for equation in self.equations
            if words.issuperset(equation.when.split()) and not words.intersection(equation.unless.split())
        )


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
            gates=("input", "forget", "cell", "output"),
            states=("h", "c"),
            equations=_LSTM,
        ),
        Cell(
            name="gru",
            gates=("reset", "update", "candidate"),
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
            gates=("hidden",),
            states=("h",),
            equations=(
                Equation("h", "tanh(pre(hidden))", unless="relu"),
                Equation("h", "relu(pre(hidden))", when="relu"),
            ),
        ),
        Cell(
            name="mgu",
            gates=("forget", "candidate"),
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
            gates=("input", "forget", "cell", "output"),
            states=("h", "c"),
            equations=_LSTM,
        ),
    )
}
