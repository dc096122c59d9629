"""The operations of one step of a cell and what it saves for the backward pass, worked out by hand."""

from __future__ import annotations

import pytest

from lstm_calc.equations.op_counts import OpCounts, op_counts
from lstm_calc.equations.saved import SavedForBackward, saved_for_backward

U = "units"
LSTM_GATES = ("input", "forget", "cell", "output")
OP_COUNTS = {
    ("lstm", ""): OpCounts(LSTM_GATES, {U: 30}, (U,) * 4),
    ("lstm", "i_from_f"): OpCounts(LSTM_GATES[1:], {U: 26}, (U,) * 4),
    ("lstm", "projection"): OpCounts(LSTM_GATES, {U: 30}, (U,) * 4),
    ("gru", "reset_before"): OpCounts(("reset", "update", "candidate"), {U: 21}, (U,) * 3),
    ("gru", "reset_after update_takes_new"): OpCounts(("reset", "update", "candidate"), {U: 21}, (U,) * 3),
    ("rnn", ""): OpCounts(("hidden",), {U: 6}, ()),
    ("rnn", "relu"): OpCounts(("hidden",), {U: 2}, ()),
    ("mgu", "gated"): OpCounts(("forget", "candidate"), {U: 16}, (U,) * 2),
    ("mgu", "ungated"): OpCounts(("forget", "candidate"), {U: 15}, (U,) * 2),
}
"""By cell and words. An LSTM: a sum each of four gates, three sigmoids of 4, two tanh of 5, three products and a sum."""


@pytest.mark.parametrize(("kind", "words"), OP_COUNTS)
def test_the_operations_of_a_step(kind: str, words: str) -> None:
    assert op_counts(kind, frozenset(words.split())) == OP_COUNTS[kind, words]


def test_a_peephole_is_a_product_and_a_sum() -> None:
    assert op_counts("lstm", frozenset(), frozenset({"input", "forget", "output"})).flops == {U: 30 + 3 * 2}
    assert op_counts("conv_lstm", frozenset(), frozenset({"output"})).flops == {U: 30 + 2}


H, C, NONE = frozenset("h"), frozenset("c"), frozenset[str]()
SAVED = {
    ("lstm", "", "trainable input_gradient"): SavedForBackward((U,) * 5, H | C, NONE, input=True),
    ("lstm", "", "trainable"): SavedForBackward((U,) * 5, H | C, NONE, input=True),
    ("lstm", "", "input_gradient"): SavedForBackward((U,) * 5, C, NONE, input=False),
    ("lstm", "", "input_gradient initial_step"): SavedForBackward((U,) * 5, C, NONE, input=False),
    ("lstm", "", ""): SavedForBackward((), NONE, NONE, input=False),
    ("lstm", "projection", "trainable input_gradient"): SavedForBackward((U,) * 6, H | C, NONE, input=True),
    ("lstm", "projection", "input_gradient"): SavedForBackward((U,) * 5, C, NONE, input=False),
    ("gru", "reset_before", "trainable input_gradient"): SavedForBackward((U,) * 5, H, NONE, input=True),
    ("gru", "reset_before", "input_gradient"): SavedForBackward((U,) * 4, H, NONE, input=False),
    ("gru", "reset_after", "trainable input_gradient"): SavedForBackward((U,) * 5, H, NONE, input=True),
    ("gru", "reset_after", ""): SavedForBackward((), NONE, NONE, input=False),
    ("gru", "reset_after", "input_gradient initial_step"): SavedForBackward((U,) * 5, H, NONE, input=False),
    ("rnn", "", "trainable input_gradient"): SavedForBackward((), H, H, input=True),
    ("rnn", "relu", "input_gradient"): SavedForBackward((), NONE, H, input=False),
    ("mgu", "gated", "trainable input_gradient"): SavedForBackward((U,) * 4, H, NONE, input=True),
    ("mgu", "gated", "trainable input_gradient initial_step"): SavedForBackward((U,) * 3, H, NONE, input=True),
    ("mgu", "gated", "input_gradient initial_step"): SavedForBackward((U,) * 2, H, NONE, input=False),
    ("mgu", "ungated", "input_gradient"): SavedForBackward((U,) * 3, H, NONE, input=False),
}
"""By cell, words, and what holds: the weights are trained, the input needs a gradient, the step is the initial one."""


@pytest.mark.parametrize(("kind", "words", "holds"), SAVED)
def test_what_a_step_saves_for_the_backward_pass(kind: str, words: str, holds: str) -> None:
    holding = {word: word in holds.split() for word in ("trainable", "input_gradient", "initial_step")}
    assert saved_for_backward(kind, frozenset(words.split()), **holding) == SAVED[kind, words, holds]


def test_by_default_all_is_trained_and_needs_a_gradient() -> None:
    for kind in ("lstm", "rnn", "mgu"):
        words = frozenset({"gated"})
        assert saved_for_backward(kind, words) == saved_for_backward(
            kind, words, trainable=True, input_gradient=True, initial_step=False
        )


def test_a_trained_peephole_meets_the_cell_after_the_step_too() -> None:
    peepholes = frozenset({"input", "forget", "output"})
    assert saved_for_backward("lstm", frozenset(), peepholes) == SavedForBackward((U,) * 5, H | C, C, input=True)
    assert saved_for_backward("lstm", frozenset(), peepholes, trainable=False) == SavedForBackward((U,) * 5, C, NONE, input=False)
    assert saved_for_backward("lstm", frozenset(), peepholes - {"output"}).after == NONE
