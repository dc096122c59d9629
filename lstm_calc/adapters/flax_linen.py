"""Flax linen: modules by abstract evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flax
import jax
import jax.numpy as jnp
from flax import linen as nn

from lstm_calc.adapters import Array, Real

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lstm_calc.model import Model, Use


def build(model: Model) -> Real:
    """Initialise each layer abstractly on its own input width, under the names of an nn.Sequential."""
    tensors = []
    for index, use in enumerate(model.uses):
        if use.layer.kind == "repeat_vector":
            continue
        prefix = f"layers_{index}/" if len(model.uses) > 1 else ""
        shapes = jax.eval_shape(_module(use).init, jax.random.key(0), _input(use))["params"]
        tensors += [(prefix + "/".join(path), value.shape) for path, value in flax.traverse_util.flatten_dict(shapes).items()]
    return Real(flax.__version__, tensors, lambda weights, x: _run(_module(model.uses[0]), weights, x))


def _input(use: Use) -> Any:
    if use.layer.kind == "embedding":
        return jnp.zeros((2, 5), jnp.int32)
    return jnp.zeros((2, 5, *(5 for _ in use.layer.window), use.input_dim))


def _module(use: Use) -> Any:
    layer: Any = use.layer
    if layer.kind == "embedding":
        return nn.Embed(layer.vocab_size, layer.dim)
    if layer.kind == "dense":
        return nn.Dense(layer.units, use_bias=layer.bias)
    if not layer.bidirectional:
        return nn.RNN(_cell(layer))
    return nn.Bidirectional(nn.RNN(_cell(layer)), nn.RNN(_cell(layer)))


def _cell(layer: Any) -> Any:
    if layer.kind == "conv_lstm":
        return nn.ConvLSTMCell(layer.filters, layer.window, use_bias=layer.bias)
    if layer.kind == "mgu":
        return nn.MGUCell(layer.units, reset_gate=layer.reset_gate)
    return {"lstm": nn.LSTMCell, "gru": nn.GRUCell, "rnn": nn.SimpleCell}[layer.kind](layer.units)


def _run(module: Any, weights: Mapping[str, Array], x: Array) -> Array:
    params = flax.traverse_util.unflatten_dict({tuple(name.split("/")): jnp.asarray(value) for name, value in weights.items()})
    return jax.device_get(module.apply({"params": params}, jnp.asarray(x)))
