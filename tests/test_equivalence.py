"""When two sets of equations are the same function."""

from __future__ import annotations

import pytest

from lstm_calc.equations.equivalence import biases_merge, gate_map
from lstm_calc.equations.parse import gates_of
from lstm_calc.model.cells import CELLS, Equation


def equations(cell: str, words: str = "") -> tuple[Equation, ...]:
    return CELLS[cell].equations_for(set(words.split()))


def states(cell: str) -> tuple[str, ...]:
    return tuple(CELLS[cell].states)


def written(*lines: str) -> tuple[Equation, ...]:
    """Return equations of the form ``h = tanh(pre(a))``."""
    return tuple(Equation(*line.split(" = ")) for line in lines)


FORMS = {
    "lstm": ("", "projection", "f_from_i", "i_from_f"),
    "gru": ("reset_before", "reset_after", "reset_before update_takes_new"),
    "rnn": ("", "relu"),
    "mgu": ("gated", "gated gates_after", "gated gates_after forget_keeps_old", "ungated"),
    "conv_lstm": ("",),
    "conv_gru": ("reset_before", "reset_after", "reset_before update_takes_new"),
}


@pytest.mark.parametrize(("cell", "words"), [(cell, words) for cell in CELLS for words in FORMS[cell]])
def test_the_same_equations_need_no_change(cell: str, words: str) -> None:
    found = gate_map(states(cell), equations(cell, words), equations(cell, words))
    assert found == {gate: (gate, 1) for gate in gates_of(equations(cell, words))}


@pytest.mark.parametrize(
    ("cell", "source", "target", "negated"),
    [
        ("gru", "reset_before", "reset_before update_takes_new", "update"),
        ("gru", "reset_after update_takes_new", "reset_after", "update"),
        ("mgu", "ungated", "ungated forget_keeps_old", "forget"),
    ],
)
def test_a_gate_of_the_other_meaning_is_negated(cell: str, source: str, target: str, negated: str) -> None:
    found = gate_map(states(cell), equations(cell, source), equations(cell, target))
    assert found == {gate: (gate, -1 if gate == negated else 1) for gate in CELLS[cell].gates}


@pytest.mark.parametrize(("stored", "wanted"), [("f_from_i", "i_from_f"), ("i_from_f", "f_from_i")])
def test_one_of_two_coupled_gates_is_the_other_negated(stored: str, wanted: str) -> None:
    gates = {"f_from_i": "input", "i_from_f": "forget"}
    assert gate_map(states("lstm"), equations("lstm", stored), equations("lstm", wanted)) == {
        gates[wanted]: (gates[stored], -1),
        "cell": ("cell", 1),
        "output": ("output", 1),
    }


@pytest.mark.parametrize(
    ("cell", "source", "target"),
    [
        ("rnn", "", "relu"),
        ("gru", "reset_before", "reset_after"),
        ("mgu", "gated", "gated gates_after"),
        ("mgu", "gated", "gated forget_keeps_old"),
        ("lstm", "", "projection"),
        ("lstm", "", "f_from_i"),
        ("lstm", "f_from_i", ""),
    ],
)
def test_what_no_weights_make_the_same_has_no_map(cell: str, source: str, target: str) -> None:
    assert gate_map(states(cell), equations(cell, source), equations(cell, target)) is None


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("h = tanh(pre(a))", "h = 0 - tanh(pre(a))", {"a": ("a", -1)}),
        ("h = sigmoid(pre(a))", "h = 1 - sigmoid(pre(a))", {"a": ("a", -1)}),
        ("h = sigmoid(pre(a))", "h = 2 - sigmoid(pre(a))", None),
        ("h = relu(pre(a))", "h = 0 - relu(pre(a))", None),
        ("h = tanh(pre(a))", "h = tanh(pre(b))", {"b": ("a", 1)}),
        ("h = (c + h) * tanh(pre(a))", "h = h * tanh(pre(a)) + tanh(pre(a)) * c", {"a": ("a", 1)}),
        ("h = tanh(pre(a))", "h = tanh(into(a) + back(a, h))", None),
        ("h = tanh(into(a) + back(a, 2 * h - h))", "h = tanh(into(a) + back(a, h))", {"a": ("a", 1)}),
    ],
)
def test_small_equations(source: str, target: str, expected: dict[str, tuple[str, int]] | None) -> None:
    assert gate_map(("h", "c"), written(source), written(target)) == expected


def test_which_cell_state_a_peephole_sees_makes_a_difference() -> None:
    after = equations("lstm")
    before = (after[4], *after[:4], after[5])
    assert [equation.name for equation in before] == ["o", "i", "f", "g", "c", "h"]
    assert gate_map(states("lstm"), after, before) is None


def test_biases_merge_unless_a_gate_scales_one() -> None:
    assert all(biases_merge(states("lstm"), equations("lstm", "peephole"), gate) for gate in CELLS["lstm"].gates)
    for words, merges in (("reset_before", True), ("reset_after", False)):
        assert [biases_merge(states("gru"), equations("gru", words), gate) for gate in CELLS["gru"].gates] == [True, True, merges]
    assert not biases_merge(states("mgu"), equations("mgu", "gated gates_after"), "candidate")
    assert biases_merge(states("mgu"), equations("mgu", "ungated"), "candidate")
