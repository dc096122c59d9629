"""Keras configurations, read into a Model: ``model.to_json()``, a layer's ``get_config()``, the config of a ``.keras`` archive.

The dialects of Keras 2 (tf.keras too) and Keras 3 differ in where a shape stands and in how a functional model names its tensors.
What a config says is held against what flows: a layer that was built on another width than flows in is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.keras.layers import read_layer
from lstm_calc.formats.keras.node import Node
from lstm_calc.formats.keras.stack import Stack

if TYPE_CHECKING:
    from lstm_calc.model import Model

_MARKS = (
    ("Bidirectional", "layer merge_mode"),
    ("RNN", "cell"),
    ("ConvLSTM{dims}D", "filters unit_forget_bias kernel_size"),
    ("LSTM", "unit_forget_bias return_sequences"),
    ("GRU", "recurrent_activation return_sequences"),
    ("SimpleRNN", "recurrent_initializer return_sequences activation"),
    ("CuDNNGRU", "recurrent_initializer return_sequences"),
    ("Embedding", "embeddings_initializer output_dim"),
    ("Dense", "units bias_constraint activation"),
    ("TimeDistributed", "layer"),
    ("RepeatVector", "n trainable"),
    ("Functional", "input_layers output_layers"),
    ("Sequential", "layers"),
)
"""For a bare ``get_config()``: the keys that tell its class, the first that are all there."""


def recognised(data: Any) -> bool:
    """Say whether what a JSON file holds is a config of Keras; a model file in this package's own words is none."""
    layers = data.get("layers") if isinstance(data, dict) else data
    if isinstance(data, dict) and ("class_name" in data or {"name", "trainable"} <= data.keys()):
        return True
    return isinstance(layers, list) and any(isinstance(layer, dict) and "class_name" in layer for layer in layers)


def read(data: Any, file: str, input_dim: int | None = None) -> Model:
    """Return the model of a config; ``input_dim`` is the width that flows in, where the config does not say it.

    Raises ModelFileError, with the file and the key, for a layer that cannot be counted and for a model that is no chain.
    """
    stack = Stack(input_dim)
    root = Node(_classed(data, file), file)
    read_layer(root, stack)
    return stack.model(root)


def _classed(data: Any, file: str) -> dict[str, Any]:
    """Return a config together with its class: as given, or as its keys tell."""
    if isinstance(data, list):
        return {"class_name": "Sequential", "config": {"layers": data}}
    if "class_name" in data:
        return dict(data)
    for name, keys in _MARKS:
        if data.keys() >= set(keys.split()):
            window = data.get("kernel_size")
            dims = len(window) if isinstance(window, list) else 2
            return {"class_name": name.format(dims=dims), "config": data}
    raise Node(data, file).error("the config does not tell its layer; save it with its class_name (serialize_keras_object)")
