"""What optimizers keep held against the states that their libraries made; data/optimizers.json says how."""

from __future__ import annotations

import json
from math import prod
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc import cost, read, tensors
from lstm_calc.questions.training import OPTIMIZERS
from tests.recorded import DATA

if TYPE_CHECKING:
    from tests.conftest import Cli

WIDTHS = {"float32": 4, "uint8": 1}
APART = {"step": [], "RMS": [], "qmap1": [256], "qmap2": [256]}
OPTIMIZED: list[dict[str, Any]] = json.loads((DATA / "optimizers.json").read_text())["cases"]


@pytest.mark.parametrize("case", OPTIMIZED, ids=lambda case: f"{case['class']} of {case['model']}")
def test_an_optimizer_keeps_the_states_that_its_library_made(case: dict[str, Any]) -> None:
    states = OPTIMIZERS[case["optimizer"]].states
    for name, shape, kept in case["tensors"]:
        real = [WIDTHS[dtype] * prod(size) for state, (dtype, size) in kept.items() if state not in APART]
        assert states(tuple(shape)) == sum(real), name
        assert all(kept[state] == ["float32", APART[state]] for state in kept.keys() & APART.keys())


@pytest.mark.parametrize(
    "case", [case for case in OPTIMIZED if " > " in case["model"]], ids=lambda case: f"{case['class']} of {case['model']}"
)
def test_a_model_s_states_are_those_of_its_tensors(case: dict[str, Any]) -> None:
    model = read(case["model"])
    assert {tuple(shape) for _, shape, _ in case["tensors"]} == {tensor.shape for tensor in tensors(model, "pytorch").tensors}
    training = cost(model, "pytorch", optimizer=case["optimizer"]).bytes.training
    assert training is not None
    assert training.optimizer == sum(OPTIMIZERS[case["optimizer"]].states(tuple(shape)) for _, shape, _ in case["tensors"])


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_the_rule_of_an_optimizer_is_told_where_its_states_are_counted(cli: Cli, optimizer: str) -> None:
    assert f"its states: {OPTIMIZERS[optimizer].words};" in cli("cost", "8 > lstm 6", "--optimizer", optimizer, "--notes").stdout
