"""Every tensor that the real frameworks were seen to keep: its name, shape, order and count."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from lstm_calc.formats.modelfile import loads
from lstm_calc.frameworks.counting import count
from lstm_calc.questions.params import params
from lstm_calc.questions.tensors import tensors
from tests.recorded import cases, model_of, published, why_not

RECORDED = (
    *("keras", "pytorch", "onnx", "cudnn", "flax_linen", "flax_nnx", "haiku", "equinox", "mlx", "openvino", "paddle"),
    *("tensorflow1", "tflite"),
)
NOT_OURS = {
    "keras": {"a cell called alone, outside a layer": 13},
    "pytorch": {"a cell called alone, outside a layer": 38},
    "onnx": {"what a converter wrote": 13, "states listed among the weights": 10},
    "flax_linen": {"a cell called alone, outside a layer": 47},
    "flax_nnx": {"a cell called alone, outside a layer": 47},
    "haiku": {"a cell called alone, outside a layer": 5, "skip connections": 15, "the second bias left out": 11},
    "equinox": {"a cell called alone, outside a layer": 6},
    "openvino": {"a cell called alone, outside a layer": 19},
    "paddle": {"a cell called alone, outside a layer": 27, "one of the two biases left out": 2},
    "tensorflow1": {"a cell called alone, outside a layer": 8},
    "tflite": {"what a converter wrote": 23},
}
"""How many recorded cases of each framework are no models of ours, and why."""

WHOLE_NAMES = {"keras", "cudnn"}
"""The frameworks that name every tensor themselves, from the model's root down; elsewhere its author names what is around."""

UNORDERED = {"flax-linen", "flax-nnx", "flax-nnx-optimized", "haiku", "equinox", "tensorflow1"}
"""The frameworks that list their tensors by the alphabet (TensorFlow 1: one direction of the stack before the other)."""


def framework_of(file: str, case: dict[str, Any]) -> str:
    optimized = file == "flax_nnx" and "OptimizedLSTMCell" in case["class"]
    return "flax-nnx-optimized" if optimized else file.replace("_", "-")


def recorded() -> list[Any]:
    found = [(file, case, model_of(file, case)) for file in RECORDED for case in cases(file)]
    return [pytest.param(framework_of(file, case), case, model, id=f"{file}-{case['id']}") for file, case, model in found if model]


def test_no_case_is_passed_over_in_silence() -> None:
    reasons = {file: Counter(why for case in cases(file) if (why := why_not(file, case))) for file in RECORDED}
    assert {file: dict(found) for file, found in reasons.items() if found} == NOT_OURS


def own_name(framework: str, name: str) -> str:
    """Return the part of a tensor's name that is the framework's own."""
    if framework in WHOLE_NAMES:
        return name.replace("time_distributed/", "")
    parts = re.split("[./]", name)
    by_gate = len(parts) > 1 and re.fullmatch(r"[ih][ifgorznh]?_?|dense_[ih]|gates|candidate|projection", parts[-2])
    return "/".join(parts[-2:] if by_gate else parts[-1:])


@pytest.mark.spread(400)
@pytest.mark.parametrize(("framework", "case", "model"), recorded())
def test_tensors_are_those_recorded(framework: str, case: dict[str, Any], model: dict[str, Any]) -> None:
    stored = tensors(loads(json.dumps(model)), framework)
    ours = [(own_name(framework, t.name), list(t.shape), t.trainable) for t in stored.tensors]
    theirs = [(own_name(framework, name), shape, trainable) for name, shape, trainable in case["tensors"]]
    if framework in UNORDERED:
        ours, theirs = sorted(ours), sorted(theirs)
    assert ours == theirs
    assert stored.total == case["total"]
    assert sum(t.params for t in stored.tensors if t.trainable) == case.get("trainable_total", case["total"])


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in published() if case["command"] == "params"])
def test_published_counts(case: dict[str, Any]) -> None:
    model = loads(json.dumps(case["model"]))
    assert count(model, case["framework"]) == case["expect"]["total"]
    if per_layer := case["expect"].get("per_layer"):
        by_module: Counter[str] = Counter()
        for placed, layer in zip(model.uses, params(model, case["framework"]).layers, strict=True):
            by_module[placed.module] += layer.total
        assert list(by_module.values()) == per_layer
