"""Every tensor that the real frameworks were seen to keep: its name, shape, order and count."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from lstm_calc.measure import count
from lstm_calc.modelfile import loads
from lstm_calc.questions.params import params
from lstm_calc.questions.tensors import tensors
from tests.recorded import cases, model_of, published

ASKED = {"keras": 254, "pytorch": 225, "onnx": 212, "cudnn": 120}
"""How many recorded cases of each framework are models of ours; the others are single cells, converted files
and operators with their initial states listed as weights."""

FULL_NAMES = {"keras", "cudnn"}
"""The frameworks that name every tensor themselves, from the model's root down."""


def recorded(framework: str) -> list[Any]:
    found = [(case, model) for case in cases(framework) if (model := model_of(case)) is not None]
    return [pytest.param(framework, case, model, id=f"{framework}-{case['id']}") for case, model in found]


def test_no_case_is_skipped_in_silence() -> None:
    assert {framework: len(recorded(framework)) for framework in ASKED} == ASKED


@pytest.mark.parametrize(("framework", "case", "model"), [case for framework in ASKED for case in recorded(framework)])
def test_tensors_are_those_recorded(framework: str, case: dict[str, Any], model: dict[str, Any]) -> None:
    stored = tensors(loads(json.dumps(model)), framework)
    name = str if framework in FULL_NAMES else lambda full: re.split("[./]", full)[-1]
    ours = [(name(t.name), list(t.shape), t.trainable) for t in stored.tensors]
    theirs = [(name(_whole(full, case)), shape, trainable) for full, shape, trainable in case["tensors"]]
    assert ours == theirs
    assert stored.total == case["total"]
    assert sum(t.params for t in stored.tensors if t.trainable) == case["trainable_total"]


def _whole(name: str, case: dict[str, Any]) -> str:
    """Return a recorded name without the time_distributed wrapper, which we do not model."""
    return name.replace("time_distributed/", "") if case["config"].get("time_distributed") else name


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in published() if case["command"] == "params"])
def test_published_counts(case: dict[str, Any]) -> None:
    from lstm_calc.frameworks import FRAMEWORKS

    if case["framework"] not in FRAMEWORKS:
        pytest.skip(f"{case['framework']} is not here yet")
    model = loads(json.dumps(case["model"]))
    assert count(model, case["framework"]) == case["expect"]["total"]
    if per_layer := case["expect"].get("per_layer"):
        by_module: Counter[str] = Counter()
        for placed, layer in zip(model.placed, params(model, case["framework"]).layers, strict=True):
            by_module[placed.module] += layer.total
        assert list(by_module.values()) == per_layer
