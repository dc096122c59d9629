"""Our tables held against the frameworks that are installed: ``pytest -m oracle``, with the extra ``oracle``."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from lstm_calc.model import Model, Recurrent
from lstm_calc.questions.tensors import tensors
from tests import oracles
from tests.strategies import models

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]
few = settings(max_examples=30, suppress_health_check=list(HealthCheck))


def ours(model: Model, framework: str) -> oracles.Tensors:
    return [(tensor.name, tensor.shape) for tensor in tensors(model, framework).tensors]


def with_plain_names(model: Model) -> Model:
    """Return the model with names that a PyTorch module and a Keras layer may have."""
    names = [layer.name and f"n{at}" for at, layer in enumerate(model.layers)]
    return Model([layer.replace(name=name) for layer, name in zip(model.layers, names, strict=True)], model.input_dim)


@few
@given(model=models("pytorch").map(with_plain_names))
def test_pytorch(model: Model) -> None:
    assert ours(model, "pytorch") == oracles.pytorch(model)


@few
@given(model=models("keras").map(with_plain_names))
def test_keras(model: Model) -> None:
    assert ours(model, "keras") == oracles.keras(model)


@few
@given(model=models("onnx"))
def test_onnxruntime(model: Model) -> None:
    first = next((layer for layer in model.layers if isinstance(layer, Recurrent)), None)
    if first is None:
        return
    alone = Model([first.replace(repeat=1, merge="concat", input_dim=None)], 3)
    assert oracles.onnx_accepts(alone) == (5, len(first.ways), 2, first.sizes["units"])
