"""Keras configurations, read into a Model: ``model.to_json()``, a layer's ``get_config()``, the config of a ``.keras`` archive.

It is read in every dialect, from Keras 1 to Keras 3 and TensorFlow.js, as a graph. Shapes that the file declares must agree with
those that follow from the layers. A layer whose class is not known becomes one of kind ``other`` without a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelFileError, quoted
from lstm_calc.formats.keras.dialect import WRAPPERS, unwrapped
from lstm_calc.formats.keras.graph import LayerGraph
from lstm_calc.formats.keras.layers import read_root
from lstm_calc.formats.keras.node import ConfigObject

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
    ("MultiHeadAttention", "num_heads key_dim"),
    ("SeparableConv{dims}D", "filters kernel_size depth_multiplier"),
    ("Conv{dims}DTranspose", "filters kernel_size output_padding"),
    ("DepthwiseConv{dims}D", "kernel_size depth_multiplier"),
    ("Conv{dims}D", "filters kernel_size"),
    ("BatchNormalization", "momentum axis center scale"),
    ("GroupNormalization", "groups center scale"),
    ("LayerNormalization", "axis center scale"),
    ("EinsumDense", "equation output_shape"),
    ("Dense", "units bias_constraint activation"),
    ("TimeDistributed", "layer"),
    ("RepeatVector", "n trainable"),
    ("Functional", "input_layers output_layers"),
    ("Sequential", "layers"),
)
"""For a bare ``get_config()``: the keys that tell its class, the first that are all there."""


def recognised(data: Any) -> bool:
    """Say whether what a JSON file holds is a config of Keras; a model file in this package's own words is none."""
    if isinstance(data, str) or (isinstance(data, dict) and not WRAPPERS.isdisjoint(data)):
        return True
    layers = data.get("layers") if isinstance(data, dict) else data
    if isinstance(data, dict) and ("class_name" in data or {"name", "trainable"} <= data.keys()):
        return True
    return isinstance(layers, list) and any(isinstance(layer, dict) and "class_name" in layer for layer in layers)


def read(data: Any, file: str, input_dim: int | None = None) -> Model:
    """Return the model of a config; ``input_dim`` is the width of the input, where the config does not state it.

    Raises ModelFileError, with the file and the key, for what Keras would not read either, and for shapes that do not agree.
    """
    graph = LayerGraph(input_dim)
    root = ConfigObject(_classed(unwrapped(data, file), file), file)
    return graph.model(root, read_root(root, graph))


def _classed(data: Any, file: str) -> dict[str, Any]:
    """Return a config together with its class: as given, or as its keys tell."""
    if isinstance(data, list):
        return {"class_name": "Sequential", "config": {"layers": data}}
    if not isinstance(data, dict):
        raise ModelFileError(f"must be the config of a model or a layer, not {quoted(data)}", file)
    if "class_name" in data:
        return dict(data)
    for name, keys in _MARKS:
        if data.keys() >= set(keys.split()):
            window = data.get("kernel_size")
            dims = len(window) if isinstance(window, list) else 2
            return {"class_name": name.format(dims=dims), "config": data}
    raise ConfigObject(data, file).error("the config does not tell its layer; save it with its class_name (serialize_keras_object)")
