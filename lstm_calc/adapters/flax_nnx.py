"""Flax NNX: modules by abstract evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flax
import jax
import jax.numpy as jnp
from flax import nnx

from lstm_calc.adapters import Array, Real

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lstm_calc.model import Model, Use


def build(model: Model, lstm: Any = nnx.LSTMCell) -> Real:
    """Build each layer abstractly on its own input width, under the names of an nnx.Sequential; ``lstm`` is the LSTM's cell."""
    tensors = []
    for index, use in enumerate(model.uses):
        if use.layer.kind == "repeat_vector":
            continue
        prefix = f"layers.{index}." if len(model.uses) > 1 else ""
        module = nnx.eval_shape(lambda use=use: _module(use, lstm))
        tensors += [(prefix + _dotted(path), value.shape) for path, value in nnx.to_flat_state(nnx.state(module, nnx.Param))]
    return Real(flax.__version__, tensors, lambda weights, x: _run(_module(model.uses[0], lstm), weights, x))


def _dotted(path: tuple[Any, ...]) -> str:
    return ".".join(map(str, path))


def _module(use: Use, lstm: Any) -> Any:
    layer: Any = use.layer
    rngs = nnx.Rngs(0)
    if layer.kind == "embedding":
        return nnx.Embed(layer.vocab_size, layer.dim, rngs=rngs)
    if layer.kind == "dense":
        return nnx.Linear(use.input_dim, layer.units, use_bias=layer.bias, rngs=rngs)
    kind = {"lstm": lstm, "gru": nnx.GRUCell, "rnn": nnx.SimpleCell}[layer.kind]
    cores = [nnx.RNN(kind(use.input_dim, layer.units, rngs=rngs), rngs=rngs) for _ in layer.directions]
    return nnx.Bidirectional(*cores, rngs=rngs) if layer.bidirectional else cores[0]


def _run(module: Any, weights: Mapping[str, Array], x: Array) -> Array:
    state = nnx.state(module, nnx.Param)
    for path, value in nnx.to_flat_state(state):
        value.set_value(jnp.asarray(weights[_dotted(path)]))
    nnx.update(module, state)
    return jax.device_get(module(jnp.asarray(x)))
