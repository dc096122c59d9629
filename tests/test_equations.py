"""The language of the cells' equations: what is in it, what is refused, and that a new cell is an entry of a table."""

from __future__ import annotations

from math import exp, log1p, tanh
from operator import add, mul, sub
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc.equations.circuit import circuit
from lstm_calc.equations.equivalence import biases_merge, gate_map
from lstm_calc.equations.op_counts import OpCounts, op_counts
from lstm_calc.equations.parse import Apply, Name, Number, Preactivation, Visitor, Weighted, gates_of, nodes_of, parse
from lstm_calc.equations.saved import SavedForBackward, saved_for_backward
from lstm_calc.equations.text import Blocks, Writer, formulas, symbols
from lstm_calc.model.cells import CELL, CELLS, FUNCTIONS, HIDDEN, MAPS, Cell, Equation, Function, State

if TYPE_CHECKING:
    from collections.abc import Callable

X, H, C = Name("x"), Name("h"), Name("c")
NODES = {
    "1": Number(1),
    "h": H,
    "1 - h": Apply("-", (Number(1), H)),
    "x + h * c": Apply("+", (X, Apply("*", (H, C)))),
    "x - h - c": Apply("-", (Apply("-", (X, H)), C)),
    "tanh(pre(cell))": Apply(
        "tanh",
        (Preactivation((Weighted("kernel", "cell", X), Weighted("recurrent_kernel", "cell", H), Weighted("peephole", "cell", C))),),
    ),
    "into()": Weighted("kernel", None, X),
    "back(candidate, c * h)": Weighted("recurrent_kernel", "candidate", Apply("*", (C, H))),
    "project(c)": Weighted("projection", None, C),
}


@pytest.mark.parametrize("expression", NODES)
def test_an_expression_is_parsed(expression: str) -> None:
    assert parse(expression) == NODES[expression]


REFUSED = {
    "an operator": ("h / 2", "h // 2", "h ** 2", "h % 2", "h @ c", "-h", "not h", "h and c", "h < c"),
    "a function": ("exp2(h)", "Tanh(h)", "peephole(input, c)", "row(h)", "h(c)"),
    "the number of arguments": ("tanh()", "tanh(h, c)", "pre()", "pre(a, b)", "into(a, h)", "back(a)", "project(h, c)"),
    "the kind of an argument": ("pre(1)", "into('a')", "back(h * c, h)", "tanh(x=h)", "tanh(*h)", "into(gate=a)", "into(None)"),
    "a value": ("1.5", "True", "None", "'h'", "h[0]", "h.T", "h if h else c", "lambda: h", "(h, c)", "[h]", "(h := c)"),
}


@pytest.mark.parametrize("expression", [each for kind in REFUSED.values() for each in kind])
def test_what_is_not_in_the_language_is_refused(expression: str) -> None:
    for around in ("{}", "h + ({})", "tanh({})", "back(forget, {})"):
        with pytest.raises(ValueError, match=r": equations have names, whole numbers, \+ - \* and the functions"):
            parse(around.format(expression))


VISITORS: dict[str, Callable[[tuple[Equation, ...]], object]] = {
    "operations": lambda _: op_counts("made_up", frozenset()),
    "saved": lambda _: saved_for_backward("made_up", frozenset()),
    "text": lambda equations: formulas(equations, {}, {"h": ("units",)}),
    "equivalence": lambda equations: gate_map(("h",), equations, equations),
    "biases": lambda equations: biases_merge(("h",), equations, None),
    "pictures": lambda equations: list(nodes_of(equations)),
    "numpy": lambda equations: unrolled(CELLS["made_up"], equations, {}),
}


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("expression", ["h / 2", "h * square(h)", "h[0]"])
def test_every_visitor_refuses_it(visitor: str, expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    equations = (Equation("h", expression),)
    monkeypatch.setitem(CELLS, "made_up", Cell("made up", {}, {"h": HIDDEN}, equations))
    with pytest.raises(ValueError, match="equations have names"):
        VISITORS[visitor](equations)


def unrolled(cell: Cell, equations: tuple[Equation, ...], kernels: dict[str, float], x: tuple[float, ...] = (1.0,)) -> list[float]:
    """Return h at every step of a cell of one unit without recurrent matrices."""
    np = pytest.importorskip("numpy")
    from lstm_calc.equations import numpy_reference

    weights = {(gate, "kernel"): np.array([[number]]) for gate, number in (kernels or {"a": 1}).items()}
    weights |= {(gate, "recurrent_kernel"): np.array([[0.5]]) for gate in kernels}
    found = numpy_reference.unrolled(equations, weights, np.array(x)[None, :, None], cell.states, forget_bias=0)
    return [float(value) for value in found.ravel()]


@pytest.mark.parametrize("name", [*CELLS, *MAPS])
def test_the_equations_of_the_tables_read_what_is_there(name: str) -> None:
    cell = CELLS.get(name)
    equations = cell.equations if cell else MAPS[name]
    gates, states = (cell.gates, cell.states) if cell else ((), {})
    known = {"x", *states, *(equation.name for equation in equations)}
    assert set(gates_of(equations)) == set(gates)
    assert {node.name for node in nodes_of(equations) if isinstance(node, Name)} <= known
    assert known.issuperset(states)


class Plain(Visitor[int]):
    """Whole numbers, and no weights."""

    def number(self, number: int, /) -> int:
        return number

    def apply(self, function: str, /, *arguments: int) -> int:
        return {"+": add, "-": sub, "*": mul}[function](*arguments)

    def weigh(self, role: str, gate: str | None, value: int, /) -> int:
        raise NotImplementedError


leaves = st.one_of(st.integers(0, 3).map(str), st.sampled_from(("h", "c")))
expressions = st.recursive(
    leaves, lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map("({0[0]} {0[1]} {0[2]})".format)
)


@given(expressions, st.integers(-9, 9), st.integers(-9, 9))
def test_a_formula_means_what_its_expression_does(expression: str, h: int, c: int) -> None:
    (formula,) = formulas((Equation("y", expression),), {}, {"h": ("units",), "c": ("units",)})
    again = formula.text.removeprefix("y[t] = ").replace("⊙", "*").replace("[t-1]", "")
    scope = {"h": h, "c": c}
    assert Plain(scope).value(parse(again)) == Plain(scope).value(parse(expression))


ADDED = {
    "exp": Function("makes every number positive", 1, "result", lambda np, x: np.exp(x)),
    "reciprocal": Function("divides one by every number", 1, "result", lambda _, x: 1 / x),
    "softplus": Function("makes every number positive, smoothly", 3, "arguments", lambda np, x: np.logaddexp(0, x)),
    "maximum": Function("takes the larger of two numbers", 1, "arguments", lambda np, x, y: np.maximum(x, y), arity=2),
}
SLSTM = Cell(
    "sLSTM",
    dict.fromkeys(("input", "forget", "cell", "output"), "is a gate"),
    {
        state.name: state
        for state in (
            HIDDEN,
            CELL,
            State("n", "units", "normalizer", "its normalizer", dtype="cell"),
            State("m", "units", "stabilizer", "its stabilizer", dtype="cell"),
        )
    },
    (
        Equation("a", "pre(input)"),
        Equation("b", "0 - softplus(0 - pre(forget)) + m"),
        Equation("m", "maximum(b, a)"),
        Equation("i", "exp(a - m)"),
        Equation("f", "exp(b - m)"),
        Equation("c", "f * c + i * tanh(pre(cell))"),
        Equation("n", "f * n + i"),
        Equation("o", "sigmoid(pre(output))"),
        Equation("h", "o * (c * reciprocal(n))"),
    ),
)
"""An sLSTM (xLSTM, Beck and others 2024), written with what the tables offer."""


def test_a_value_that_meets_itself_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CELLS, "made_up", Cell("made up", {}, {"h": HIDDEN}, (Equation("h", "h * h + 1"),)))
    assert saved_for_backward("made_up", frozenset()).before == {"h"}
    assert saved_for_backward("made_up", frozenset(), initial_step=True).before == frozenset()


def test_what_a_peephole_reads_is_read_where_there_is_one() -> None:
    output = (Equation("o", "sigmoid(pre(output))"),)
    read = [[node.name for node in nodes_of(output, peepholes) if isinstance(node, Name)] for peepholes in ((), ("output",))]
    assert read == [["x", "h"], ["x", "h", "c"]]


@pytest.fixture
def slstm(monkeypatch: pytest.MonkeyPatch) -> Cell:
    monkeypatch.setitem(CELLS, "slstm", SLSTM)
    for name, function in ADDED.items():
        monkeypatch.setitem(FUNCTIONS, name, function)
    return SLSTM


def test_a_cell_of_four_states_is_an_entry(slstm: Cell) -> None:
    assert op_counts("slstm", frozenset()) == OpCounts(slstm.gates, {"units": 1 + 7 + 1 + 2 + 2 + 9 + 2 + 5 + 3}, ("units",) * 5)
    saved = saved_for_backward("slstm", frozenset())
    assert saved == SavedForBackward(("units",) * 9, frozenset("hcn"), frozenset("c"), input=True)
    assert gate_map(tuple(slstm.states), slstm.equations, slstm.equations) == {gate: (gate, 1) for gate in slstm.gates}


def test_a_cell_of_four_states_is_a_circuit(slstm: Cell) -> None:
    axes = {"kernel": ("units", "input"), "recurrent_kernel": ("units", "output")}
    blocks: Blocks = {(gate, role): each for gate in slstm.gates for role, each in axes.items()}
    states = {name: (state.size,) for name, state in slstm.states.items()}
    found = circuit(slstm.equations, slstm.states, Writer(symbols(slstm.equations, blocks), blocks, states))
    assert [part.text for part in found.parts] == [
        *("a[t] = W_a x[t] + U_a h[t-1]", "W_b x[t] + U_b h[t-1]", "0 −", "softplus", "0 −", "+", "maximum", "a − m", "exp"),
        *("b − m", "exp", "×", "tanh(W_c x[t] + U_c h[t-1])", "×", "+", "×", "+"),
        *("o[t] = σ(W_o x[t] + U_o h[t-1])", "reciprocal", "×", "×"),
    ]
    assert set(found.gives) == {f"{name}[t]" for name in slstm.states}
    known = {"x[t]", *(f"{name}[t-1]" for name in slstm.states)}
    for part in found.parts:
        assert known.issuperset(part.reads)
        known.add(part.key)


def test_sums_and_numbers_of_a_circuit() -> None:
    equations = (Equation("h", "tanh(x + (h + 1 * 2) + into(a)) * 3"), Equation("c", "h - 1 + relu(h - tanh(back(a, h)))"))
    blocks: Blocks = {("a", "kernel"): ("units", "input"), ("a", "recurrent_kernel"): ("units", "output")}
    found = circuit(equations, ("h", "c"), Writer(symbols(equations, blocks), blocks, {"h": ("units",), "c": ("units",)}))
    assert [(part.text, part.reads, part.gate) for part in found.parts] == [
        ("1 × 2", (), None),
        ("W_c x[t]", ("x[t]",), "a"),
        ("+", ("x[t]", "h[t-1]", "part 0", "part 1"), None),
        ("tanh", ("part 2",), None),
        ("× 3", ("part 3",), None),
        ("− 1", ("part 4",), None),
        ("tanh(U_c h[t])", ("part 4",), "a"),
        ("h − …", ("part 4", "part 6"), None),
        ("relu", ("part 7",), None),
        ("+", ("part 5", "part 8"), None),
    ]
    assert found.gives == {"h[t]": "part 4", "c[t]": "part 9"}


def test_a_cell_of_four_states_is_written_out(slstm: Cell) -> None:
    axes = {"kernel": ("units", "input"), "recurrent_kernel": ("units", "output")}
    blocks: Blocks = {(gate, role): each for gate in slstm.gates for role, each in axes.items()}
    lines = formulas(slstm.equations, blocks, {name: (state.size,) for name, state in slstm.states.items()})
    assert [line.text for line in lines] == [
        "a[t] = W_a x[t] + U_a h[t-1]",
        "b[t] = 0 - softplus(0 - (W_b x[t] + U_b h[t-1])) + m[t-1]",
        "m[t] = maximum(b[t], a[t])",
        "i[t] = exp(a[t] - m[t])",
        "f[t] = exp(b[t] - m[t])",
        "c[t] = f[t] ⊙ c[t-1] + i[t] ⊙ tanh(W_c x[t] + U_c h[t-1])",
        "n[t] = f[t] ⊙ n[t-1] + i[t]",
        "o[t] = σ(W_o x[t] + U_o h[t-1])",
        "h[t] = o[t] ⊙ c[t] ⊙ reciprocal(n[t])",
    ]


def test_a_cell_of_four_states_computes_what_its_paper_says(slstm: Cell) -> None:
    kernels, x = {"input": 0.5, "forget": -1.0, "cell": 2.0, "output": 0.25}, (2.0, -1.0, 0.5)
    h = c = n = m = 0.0
    expected = []
    for value in x:
        gate = {name: number * value + 0.5 * h for name, number in kernels.items()}
        decayed = m - softplus(-gate["forget"])
        m = max(decayed, gate["input"])
        i, f = exp(gate["input"] - m), exp(decayed - m)
        c, n = f * c + i * tanh(gate["cell"]), f * n + i
        h = c / n / (1 + exp(-gate["output"]))
        expected.append(h)
    assert unrolled(slstm, slstm.equations, kernels, x) == pytest.approx(expected, rel=1e-12)


def softplus(value: float) -> float:
    return log1p(exp(value))
