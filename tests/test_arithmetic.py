"""What one step of a cell computes and what a backward pass has to find, worked out by hand."""

from __future__ import annotations

import pytest

from lstm_calc.arithmetic import Kept, Step, kept_of, step_of

U = "units"
LSTM_GATES = ("input", "forget", "cell", "output")
STEPS = {
    ("lstm", ""): Step(LSTM_GATES, {U: 30}, (U,) * 4),
    ("lstm", "i_from_f"): Step(LSTM_GATES[1:], {U: 26}, (U,) * 4),
    ("lstm", "projection"): Step(LSTM_GATES, {U: 30}, (U,) * 4),
    ("gru", "reset_before"): Step(("reset", "update", "candidate"), {U: 21}, (U,) * 3),
    ("gru", "reset_after update_takes_new"): Step(("reset", "update", "candidate"), {U: 21}, (U,) * 3),
    ("rnn", ""): Step(("hidden",), {U: 6}, ()),
    ("rnn", "relu"): Step(("hidden",), {U: 2}, ()),
    ("mgu", "gated"): Step(("forget", "candidate"), {U: 16}, (U,) * 2),
    ("mgu", "ungated"): Step(("forget", "candidate"), {U: 15}, (U,) * 2),
}
"""By cell and words. An LSTM: a sum each of four gates, three sigmoids of 4, two tanh of 5, three products and a sum."""


@pytest.mark.parametrize(("kind", "words"), STEPS)
def test_the_arithmetic_of_a_step(kind: str, words: str) -> None:
    assert step_of(kind, frozenset(words.split())) == STEPS[kind, words]


def test_a_peephole_is_a_product_and_a_sum() -> None:
    assert step_of("lstm", frozenset(), frozenset({"input", "forget", "output"})).flops == {U: 30 + 3 * 2}
    assert step_of("conv_lstm", frozenset(), frozenset({"output"})).flops == {U: 30 + 2}


H, C, NONE = frozenset("h"), frozenset("c"), frozenset[str]()
KEPT = {
    ("lstm", "", "trained fed"): Kept((U,) * 5, H | C, NONE, input=True),
    ("lstm", "", "trained"): Kept((U,) * 5, H | C, NONE, input=True),
    ("lstm", "", "fed"): Kept((U,) * 5, C, NONE, input=False),
    ("lstm", "", "fed first"): Kept((U,) * 5, C, NONE, input=False),
    ("lstm", "", ""): Kept((), NONE, NONE, input=False),
    ("lstm", "projection", "trained fed"): Kept((U,) * 6, H | C, NONE, input=True),
    ("lstm", "projection", "fed"): Kept((U,) * 5, C, NONE, input=False),
    ("gru", "reset_before", "trained fed"): Kept((U,) * 5, H, NONE, input=True),
    ("gru", "reset_before", "fed"): Kept((U,) * 4, H, NONE, input=False),
    ("gru", "reset_after", "trained fed"): Kept((U,) * 5, H, NONE, input=True),
    ("gru", "reset_after", "fed first"): Kept((U,) * 5, H, NONE, input=False),
    ("rnn", "", "trained fed"): Kept((), H, H, input=True),
    ("rnn", "relu", "fed"): Kept((), NONE, H, input=False),
    ("mgu", "gated", "trained fed"): Kept((U,) * 4, H, NONE, input=True),
    ("mgu", "gated", "trained fed first"): Kept((U,) * 3, H, NONE, input=True),
    ("mgu", "gated", "fed first"): Kept((U,) * 2, H, NONE, input=False),
    ("mgu", "ungated", "fed"): Kept((U,) * 3, H, NONE, input=False),
}
"""By cell, words, and what holds: the weights are trained, what flows in has a derivative, the step is the first."""


@pytest.mark.parametrize(("kind", "words", "holds"), KEPT)
def test_what_a_backward_pass_finds_of_a_step(kind: str, words: str, holds: str) -> None:
    said = {word: word in holds.split() for word in ("trained", "fed", "first")}
    assert kept_of(kind, frozenset(words.split()), **said) == KEPT[kind, words, holds]


def test_by_default_all_is_trained_and_has_a_derivative() -> None:
    for kind in ("lstm", "rnn", "mgu"):
        words = frozenset({"gated"})
        assert kept_of(kind, words) == kept_of(kind, words, trained=True, fed=True, first=False)


def test_a_trained_peephole_meets_the_cell_after_the_step_too() -> None:
    peepholes = frozenset({"input", "forget", "output"})
    assert kept_of("lstm", frozenset(), peepholes) == Kept((U,) * 5, H | C, C, input=True)
    assert kept_of("lstm", frozenset(), peepholes, trained=False) == Kept((U,) * 5, C, NONE, input=False)
    assert kept_of("lstm", frozenset(), peepholes - {"output"}).after == NONE
