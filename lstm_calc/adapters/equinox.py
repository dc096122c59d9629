"""Equinox: cells by abstract evaluation, scanned over time; a second direction is a second cell, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import equinox as eqx
import jax
import jax.numpy as jnp

from lstm_calc.adapters import Array, Real

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lstm_calc.model import Model, Use


def build(model: Model) -> Real:
    """Build each layer abstractly on its own input width, as the layers of an eqx.nn.Sequential."""
    tensors = []
    for index, use in enumerate(model.uses):
        prefix = f"layers[{index}]." if len(model.uses) > 1 else ""
        for direction, module in _modules(use, eqx.filter_eval_shape).items():
            arrays = [(name, value) for name, value in vars(module).items() if hasattr(value, "shape")]
            tensors += [(f"{prefix}{direction}{name}", value.shape) for name, value in arrays]
    return Real(eqx.__version__, tensors, lambda weights, x: _run(model.uses[0], weights, x))


def _modules(use: Use, make: Any) -> dict[str, Any]:
    """Return the modules of a layer by the prefix of their direction."""
    layer: Any = use.layer
    if layer.kind == "repeat_vector":
        return {}
    return {f"{direction}." if len(layer.directions) > 1 else "": make(_module, use) for direction in layer.directions}


def _module(use: Use) -> Any:
    layer: Any = use.layer
    key = jax.random.key(0)
    if layer.kind == "embedding":
        return eqx.nn.Embedding(layer.vocab_size, layer.dim, key=key)
    if layer.kind == "dense":
        return eqx.nn.Linear(use.input_dim, layer.units, use_bias=layer.bias, key=key)
    kind = {"lstm": eqx.nn.LSTMCell, "gru": eqx.nn.GRUCell}[layer.kind]
    return kind(use.input_dim, layer.units, use_bias=layer.bias, key=key)


def _run(use: Use, weights: Mapping[str, Array], x: Array) -> Array:
    outputs = []
    for prefix, cell in _modules(use, lambda make, use: make(use)).items():
        own = {name.removeprefix(prefix): jnp.asarray(value) for name, value in weights.items() if name.startswith(prefix)}
        filled = eqx.tree_at(lambda cell, own=own: [getattr(cell, name) for name in own], cell, list(own.values()))
        backward = prefix == "backward."
        output = jax.vmap(lambda steps, cell=filled: _scan(cell, steps))(jnp.flip(x, 1) if backward else jnp.asarray(x))
        outputs.append(jnp.flip(output, 1) if backward else output)
    return jax.device_get(jnp.concatenate(outputs, -1))


def _scan(cell: Any, steps: Any) -> Any:
    zeros = jnp.zeros(cell.hidden_size)
    pair = isinstance(cell, eqx.nn.LSTMCell)

    def step(state: Any, x: Any) -> tuple[Any, Any]:
        state = cell(x, state)
        return state, state[0] if pair else state

    return jax.lax.scan(step, (zeros, zeros) if pair else zeros, steps)[1]
