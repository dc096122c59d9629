"""Graphs held against functional models of Keras and modules of PyTorch: ``pytest -m oracle``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc import ModelError, params, shapes, tensors
from lstm_calc.formats.notation import read
from tests.test_graphs import SEQ2SEQ, TOWERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.model import Model

pytestmark = pytest.mark.oracle


def _parallel(k: Any) -> tuple[Any, Any]:
    x = k.Input((7, 32))
    return x, k.layers.Dense(10)(k.layers.Concatenate()([k.layers.LSTM(64)(x), k.layers.GRU(64)(x)]))


def _residual(k: Any) -> tuple[Any, Any]:
    x = k.Input((7, 32))
    return x, k.layers.Dense(4)(k.layers.Add()([k.layers.LSTM(32, return_sequences=True)(x), x]))


def _captioning(k: Any) -> tuple[Any, Any]:
    words, photo = k.Input((7,)), k.Input((20,))
    text = k.layers.LSTM(32)(k.layers.Embedding(50, 16)(words))
    return [words, photo], k.layers.Dense(50)(k.layers.Add()([text, k.layers.Dense(32)(photo)]))


def _seq2seq(k: Any) -> tuple[Any, Any]:
    source, target = k.Input((7,)), k.Input((7,))
    _, h, c = k.layers.LSTM(16, return_state=True)(k.layers.Embedding(100, 8)(source))
    decoded = k.layers.LSTM(16)(k.layers.Embedding(90, 8)(target), initial_state=[h, c])
    return [source, target], k.layers.Dense(90)(decoded)


def _towers(k: Any) -> tuple[Any, Any]:
    tower = k.Sequential([k.layers.LSTM(8), k.layers.Dense(5)])
    left, right = k.Input((10, 4)), k.Input((10, 4))
    return [left, right], k.layers.Dense(1)(k.layers.Dot(axes=-1)([tower(left), tower(right)]))


def _two_outputs(k: Any) -> tuple[Any, Any]:
    x = k.Input((7, 32))
    last = k.layers.LSTM(8)(x)
    return x, [k.layers.Dense(10)(last), k.layers.Dense(2)(last)]


def _both_ways(k: Any) -> tuple[Any, Any]:
    x = k.Input((7, 3))
    return x, k.layers.Dense(3)(k.layers.Concatenate()(k.layers.Bidirectional(k.layers.LSTM(8), merge_mode=None)(x)))


def _operations(k: Any) -> tuple[Any, Any]:
    x = k.Input((7, 8))
    one, other = k.ops.split(x, 2, axis=-1)
    score = k.ops.matmul(one, k.ops.transpose(other, (0, 2, 1)))
    pooled = k.ops.mean(k.ops.matmul(score, x), axis=1)
    return x, k.layers.Dense(3)(k.ops.concatenate([pooled, x[:, -1]], axis=-1))


GRAPHS: dict[str, tuple[Callable[[Any], tuple[Any, Any]], Model]] = {
    "parallel": (_parallel, read("7x32 > (lstm 64 | gru 64) > concat > dense 10")),
    "residual": (_residual, read("7x32 > (lstm 32 | ) > add > dense 4")),
    "captioning": (_captioning, read("7x > (vocab 50 > embed 16 > lstm 32 | input 20 > dense 32) > add > dense 50")),
    "seq2seq": (_seq2seq, read(SEQ2SEQ)),
    "towers": (_towers, TOWERS),
    "two outputs": (_two_outputs, read("7x32 > lstm 8 > (dense 10 | dense 2)")),
    "both ways": (_both_ways, read("7x3 > bilstm 8 merge=none > concat > dense 3")),
    "operations": (
        _operations,
        read(
            "7x8 > split 2 name=s axis=-1 > transpose inputs=s.1 > matmul inputs=s,transpose > matmul inputs=matmul,input > "
            "reduce mean > index :,-1 inputs=input > concat inputs=reduce,index > dense 3"
        ),
    ),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_has_the_weights_and_the_outputs_of_keras(name: str) -> None:
    import keras

    build, model = GRAPHS[name]
    real = keras.Model(*build(keras))
    assert params(model, "keras").total == real.count_params()
    assert sorted(each.shape for each in tensors(model, "keras").tensors) == sorted(tuple(each.shape) for each in real.weights)
    run = shapes(model, "keras", batch=2, steps=7 if name == "seq2seq" else None)
    given = [link.shape for link in run.links if link.target is None]
    assert given == [(2, *each.shape[1:]) for each in real.outputs]


def test_a_graph_runs_in_pytorch_as_it_is_said() -> None:
    import torch

    lstm, gru, head = torch.nn.LSTM(32, 32), torch.nn.GRU(32, 16, bidirectional=True), torch.nn.Linear(48, 10)
    x = torch.zeros(7, 2, 32)
    both, _ = gru(x)
    out = head(torch.cat([lstm(x)[0] + x, both[..., :16] + both[..., 16:]], -1))
    model = read("32 > ((lstm 32 | ) > add | bigru 16 merge=sum) > concat > dense 10")
    assert params(model, "pytorch").total == sum(each.numel() for module in (lstm, gru, head) for each in module.parameters())
    assert shapes(model, "pytorch", shape=(7, 2, 32)).tensors[-1].shape == tuple(out.shape)


@pytest.mark.parametrize(
    ("shape", "h0"), [((5, 3, 700), None), ((5, 3, 57), (1, 3, 8)), ((5, 3, 57), (2, 4, 8)), ((5, 3, 57), (2, 3, 9))]
)
def test_a_refusal_is_that_of_pytorch(shape: Any, h0: Any) -> None:
    import torch

    state = None if h0 is None else (torch.zeros(h0), torch.zeros(2, 3, 8))
    with pytest.raises(RuntimeError) as theirs:
        torch.nn.LSTM(57, 8, 2)(torch.zeros(shape), state)
    with pytest.raises(ModelError) as ours:
        shapes(read("57 > lstm 8 x2"), "pytorch", shape=shape, h0=h0)
    assert str(theirs.value) in str(ours.value)


def test_a_refusal_is_that_of_keras() -> None:
    import keras
    import numpy as np

    with pytest.raises(ValueError, match="expected ndim=3, found ndim=2"):
        keras.layers.LSTM(8)(np.zeros((700, 57), "float32"))
    assert "expected ndim=3, found ndim=2" in shapes(read("57 > lstm 8"), "keras", shape=(700, 57)).warnings[0]
