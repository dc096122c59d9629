"""Keras, on whichever backend is there: layers built, not run."""

from __future__ import annotations

import os
from contextlib import nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lstm_calc.adapters import Array, Real

if "KERAS_BACKEND" not in os.environ:
    os.environ["KERAS_BACKEND"] = next((name for name in ("tensorflow", "torch", "jax") if find_spec(name)), "tensorflow")

import keras

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lstm_calc.model import Model, Use

_MERGES = {"average": "ave", "none": None}


def build(model: Model) -> Real:
    """Build each layer on its own input width, in the order and under the names of a Sequential."""
    keras.backend.clear_session()
    with _nowhere():
        layers = [_built(use) for use in model.uses]
    prefix = "sequential/" if len(layers) > 1 else ""
    weights = [weight for layer in layers for weight in layer.weights]
    tensors = [(f"{prefix}{weight.path}", tuple(weight.shape)) for weight in weights]
    return Real(keras.__version__, tensors, lambda values, x: _run(model.uses[0], [name for name, _ in tensors], values, x))


def _nowhere() -> Any:
    """Return a context in which nothing is allocated, where the backend has one."""
    return keras.device("meta") if keras.backend.backend() == "torch" else nullcontext()


def _built(use: Use) -> Any:
    layer = _layer(use)
    layer.build(_input_shape(use))
    return layer


def _input_shape(use: Use) -> tuple[int | None, ...]:
    if use.layer.kind == "embedding":
        return (None,)
    return (2, 5, *(5 for _ in use.layer.window), use.input_dim)


def _layer(use: Use) -> Any:
    layer: Any = use.layer
    name = None if layer.name is None else use.name
    if layer.kind == "embedding":
        return keras.layers.Embedding(layer.vocab_size, layer.dim, name=name)
    if layer.kind == "dense":
        return keras.layers.Dense(layer.units, use_bias=layer.bias, name=name)
    if layer.kind == "repeat_vector":
        return keras.layers.RepeatVector(layer.steps, name=name)
    inner = _recurrent(layer, None if layer.bidirectional else name)
    if not layer.bidirectional:
        return inner
    return keras.layers.Bidirectional(inner, merge_mode=_MERGES.get(layer.merge, layer.merge), name=name)


def _recurrent(layer: Any, name: str | None) -> Any:
    options = {"use_bias": layer.bias, "return_sequences": True, "name": name}
    if layer.kind == "conv_lstm":
        kind = (keras.layers.ConvLSTM1D, keras.layers.ConvLSTM2D, keras.layers.ConvLSTM3D)[len(layer.window) - 1]
        return kind(layer.filters, layer.window, padding="same", **options)
    if layer.kind == "gru" and layer.reset_after is not None:
        options["reset_after"] = layer.reset_after
    if layer.variant:
        raise NotImplementedError(f"Keras {keras.__version__} has no layer for cuDNN alone; Keras 2 had")
    kind = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "rnn": keras.layers.SimpleRNN}[layer.kind]
    return kind(layer.units, **options)


def _run(use: Use, names: list[str], values: Mapping[str, Array], x: Array) -> Array:
    layer = _built(use)
    layer.set_weights([values[name] for name in names])
    return keras.ops.convert_to_numpy(layer(x))
