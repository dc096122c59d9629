"""Every kind of layer with weights, against what Keras and PyTorch make of the same layer."""

from __future__ import annotations

from typing import Any

import pytest

from lstm_calc import cost, count, params, tensors
from lstm_calc.frameworks import framework, with_defaults
from lstm_calc.model.model import propagate
from tests.layer_kinds import BATCH, CASES, MAKERS, Case, read, recorded

RECORDED = [(name, found) for name, cases in recorded().items() for found in cases]
IDS = [f"{name}-{found['case']}" for name, found in RECORDED]


def ours(case: Case, name: str) -> dict[str, Any]:
    """Return what we say of a case, as it is recorded."""
    model = read(case, name)
    stored = tensors(model, name)
    shape = (BATCH, *model.input[1:])
    output = propagate(with_defaults(model, framework(name)), shape)[-1].output
    weights = [[tensor.name, list(tensor.shape), tensor.trainable] for tensor in stored.tensors]
    return {"weights": weights, "params": stored.total, "output": [BATCH, *output[1:]]}


@pytest.mark.parametrize(("name", "found"), RECORDED, ids=IDS)
def test_weights_and_shapes_are_those_of_the_framework(name: str, found: dict[str, Any]) -> None:
    """Names, shapes and trained or not; the number of parameters; the shape of the output."""
    said = ours(found["case"], name)
    assert said == {key: found[key] for key in said}
    model = read(found["case"], name)
    assert count(model, name) == params(model, name).total == found["params"]


@pytest.mark.parametrize("found", recorded()["pytorch"], ids=lambda found: str(found["case"]))
def test_operations_are_those_that_pytorch_counts(found: dict[str, Any]) -> None:
    """The multiply-accumulates of FlopCounterMode, which counts fused attention on the CPU as none."""
    layer, _ = found["case"]
    if layer["type"] == "attention":
        pytest.skip("fused: FlopCounterMode finds nothing")
    assert cost(read(found["case"], "pytorch"), "pytorch", batch=BATCH).macs == found["macs"]


@pytest.mark.oracle
@pytest.mark.parametrize(("name", "found"), RECORDED, ids=IDS)
def test_the_record_is_what_the_installed_framework_makes(name: str, found: dict[str, Any]) -> None:
    """The record holds for the framework that is installed."""
    pytest.importorskip("torchcrf" if found["case"][0]["type"] == "crf" else name.removeprefix("py"))
    made = MAKERS[name](found["case"])
    assert made == {key: found[key] for key in made}


def test_every_case_is_recorded() -> None:
    """A case that is added must be recorded."""
    assert {name: [found["case"] for found in cases] for name, cases in recorded().items()} == {
        name: [list(case) for case in cases] for name, cases in CASES.items()
    }
