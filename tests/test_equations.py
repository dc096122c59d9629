"""The language of the equations: what every walker of an equation refuses."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc import algebra, arithmetic, formulas
from lstm_calc.cells import CELLS, MAPS, Cell, Equation
from lstm_calc.equations import parsed
from lstm_calc.notation import read
from lstm_calc.questions.diagram import diagram
from lstm_calc.reference import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable

WALKERS: dict[str, Callable[[Equation], object]] = {
    "operations": lambda _: arithmetic.step_of("odd", frozenset()),
    "saved for backward": lambda _: arithmetic.kept_of("odd", frozenset()),
    "gates read": lambda equation: algebra.gates_read((equation,)),
    "same function": lambda equation: algebra.gate_map((equation,), (equation,)),
    "merged biases": lambda equation: algebra.biases_merge((equation,), "a"),
    "readers": lambda equation: formulas.readers((equation,)),
    "functions": lambda equation: formulas.functions_of((equation,)),
    "written": lambda equation: formulas.written((equation,), {}, {"h": ("units",)}),
    "computed": lambda equation: evaluate(equation.expression, {"h": 1, "a": 2}),
    "drawn": lambda _: diagram(read("2 > lstm 2")),
}
"""Everything that walks an equation's tree, asked about one equation."""

OPERATORS = ["/", "//", "%", "**", "@", "<<", "&", "|", "^", " and ", " or ", " < ", " == ", " is "]
ODD = [
    *(f"h{operator}h" for operator in OPERATORS),
    *("-h", "not h", "h.a", "h[0]", "h if h else h", "(h, h)", "lambda: h", "1.5 * h", "'h'", "None", "True"),
    *("softplus(h)", "sigmoid(h, h)", "tanh()", "relu(v=h)", "pre(h)(h)", "pre(1)", "back(a)", "into(a, h)", "h(h)"),
]
"""What is not in the language, each in a place where an equation could have it."""


@pytest.fixture
def odd_cell(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Equation]:
    """Return a function that gives an LSTM, and a cell called odd, one more equation, and returns it."""

    def add(expression: str) -> Equation:
        equation = Equation("h", expression)
        monkeypatch.setitem(CELLS, "odd", Cell("odd", {"a": ""}, ("h",), (equation,)))
        lstm = CELLS["lstm"]
        monkeypatch.setitem(CELLS, "lstm", lstm.replace(equations=(*lstm.equations, equation)))
        arithmetic.step_of.cache_clear()
        arithmetic.kept_of.cache_clear()
        return equation

    return add


@pytest.mark.parametrize("walker", WALKERS)
@pytest.mark.parametrize("place", ["{}", "sigmoid({})", "h * ({})", "1 - ({})", "back(a, {})"])
def test_every_walker_refuses_what_is_not_in_the_language(odd_cell: Callable[[str], Equation], walker: str, place: str) -> None:
    for expression in ODD:
        equation = odd_cell(place.format(expression))
        with pytest.raises(ValueError, match="not part of an equation"):
            WALKERS[walker](equation)


def test_every_equation_of_the_cells_is_in_the_language() -> None:
    for equation in (each for equations in (*(cell.equations for cell in CELLS.values()), *MAPS.values()) for each in equations):
        assert ast.unparse(parsed(equation.expression)) == equation.expression


@given(st.recursive(
    st.sampled_from(["h", "c", "1", "x"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner),
        st.builds("{}({})".format, st.sampled_from(["sigmoid", "tanh", "relu", "project"]), inner),
        st.builds("back(a, {})".format, inner),
        st.sampled_from(["pre(a)", "into(a)"]),
    ),
))  # fmt: skip
def test_all_that_the_language_builds_is_parsed(expression: str) -> None:
    assert ast.dump(parsed(expression)) == ast.dump(ast.parse(expression, mode="eval").body)
