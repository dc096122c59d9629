"""Haiku: modules by abstract evaluation; a second direction is a second core, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import haiku as hk
import jax
import jax.numpy as jnp

from lstm_calc.adapters import Array, Real

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lstm_calc.model import Model, Use


def build(model: Model) -> Real:
    """Initialise every layer abstractly in one transform, each on its own input width."""

    def forward(x: Any) -> Any:
        outputs = [_apply(use, _input(use) if x is None else x) for use in model.uses]
        return outputs[0]

    whole = hk.without_apply_rng(hk.transform(forward))
    shapes = jax.eval_shape(lambda key: whole.init(key, None), jax.random.key(0))
    tensors = [(f"{module}/{name}", value.shape) for module, name, value in hk.data_structures.traverse(shapes)]
    return Real(hk.__version__, tensors, lambda weights, x: _run(whole, weights, x))


def _input(use: Use) -> Any:
    if use.layer.kind == "embedding":
        return jnp.zeros((2, 5), jnp.int32)
    return jnp.zeros((2, 5, *(5 for _ in use.layer.window), use.input_dim))


def _apply(use: Use, x: Any) -> Any:
    layer: Any = use.layer
    name = layer.name
    if layer.kind == "embedding":
        return hk.Embed(layer.vocab_size, layer.dim, name=name)(x)
    if layer.kind == "dense":
        return hk.Linear(layer.units, with_bias=layer.bias, name=name)(x)
    if layer.kind == "repeat_vector":
        return x
    outputs = []
    for direction in layer.directions:
        core = _core(layer, x, name)
        read = x if direction == "forward" else jnp.flip(x, 1)
        output, _ = hk.dynamic_unroll(core, read, core.initial_state(x.shape[0]), time_major=False)
        outputs.append(output if direction == "forward" else jnp.flip(output, 1))
    return jnp.concatenate(outputs, -1)


def _core(layer: Any, x: Any, name: str | None) -> Any:
    if layer.kind == "conv_lstm":
        kind = (hk.Conv1DLSTM, hk.Conv2DLSTM, hk.Conv3DLSTM)[len(layer.window) - 1]
        return kind(x.shape[2:-1], layer.filters, layer.window, name=name)
    return {"lstm": hk.LSTM, "gru": hk.GRU, "rnn": hk.VanillaRNN}[layer.kind](layer.units, name=name)


def _run(whole: Any, weights: Mapping[str, Array], x: Array) -> Array:
    params: dict[str, dict[str, Any]] = {}
    for name, value in weights.items():
        module, _, own = name.rpartition("/")
        params.setdefault(module, {})[own] = jnp.asarray(value)
    return jax.device_get(whole.apply(params, jnp.asarray(x)))
