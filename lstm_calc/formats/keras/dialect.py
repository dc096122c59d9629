"""What other releases of Keras say in other words: said here in those of today.

Keras 1 and 2.0 to 2.2.2 (a Sequential's config is a list), tf.keras, and TensorFlow.js, which has the same config under a key of
its own. Source: keras/legacy/interfaces.py of Keras 2, which translates the arguments of Keras 1.
"""

from __future__ import annotations

from typing import Any

from lstm_calc.errors import ModelFileError

WRAPPERS = frozenset({"modelTopology", "model_config"})
"""Keys under which a file has the config."""
_MOST_WRAPPERS = 5
_CLASSES = {
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "Container": "Functional",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "Convolution1DTranspose": "Conv1DTranspose",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Convolution3DTranspose": "Conv3DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "GRUV1": "GRU",
    "GRUV2": "GRU",
    "LSTMV1": "LSTM",
    "LSTMV2": "LSTM",
    "Model": "Functional",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "TimeDistributedDense": "Dense",
    "UnifiedGRU": "GRU",
    "UnifiedLSTM": "LSTM",
}
_ARGUMENTS = {
    "output_dim": "units",
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "subsample": "strides",
    "subsample_length": "strides",
    "stride": "strides",
    "border_mode": "padding",
    "atrous_rate": "dilation_rate",
    "bias": "use_bias",
    "dim_ordering": "data_format",
    "pool_length": "pool_size",
    "length": "size",
    "p": "rate",
    "inner_activation": "recurrent_activation",
    "concat_axis": "axis",
    "dot_axes": "axes",
}
"""Arguments of Keras 1 by their names of today."""
_WINDOWS = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
_ORDERS = {"th": "channels_first", "tf": "channels_last", "default": None}


def unwrapped(data: Any, file: str) -> Any:
    """Return the config inside a text in JSON, a ``model.json`` of TensorFlow.js, or an object that holds it under a key.

    Raises ModelFileError for a text that is no JSON, and for a model that has operations in the place of layers.
    """
    for _ in range(_MOST_WRAPPERS):
        key = next((key for key in WRAPPERS if isinstance(data, dict) and key in data), None)
        if isinstance(data, str):
            data = _parsed(data, file)
        elif key is not None:
            data = data[key]
        else:
            break
    if isinstance(data, dict) and isinstance(data.get("node"), list):
        raise ModelFileError(
            "a graph model of TensorFlow.js has operations and no layers; give the config of the layers model", file
        )
    return data


def _parsed(text: str, file: str) -> Any:
    """Return what a JSON text inside a file says."""
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ModelFileError(f"the text inside is not JSON: {why}", file) from None


def class_today(name: str) -> str:
    """Return the name that a class has today.

    >>> class_today("Convolution1D"), class_today("LSTM")
    ('Conv1D', 'LSTM')
    """
    return _CLASSES.get(name, name)


def arguments_today(class_name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a layer under their names of today; one that is there under its name of today stays as it is.

    >>> arguments_today("Conv1D", {"nb_filter": 8, "filter_length": 3, "border_mode": "same"})
    {'filters': 8, 'kernel_size': 3, 'padding': 'same'}
    """
    if class_name == "Embedding":
        return values
    today = {_name_today(key, values): value for key, value in values.items()}
    for sides in _WINDOWS:
        if today.keys() >= set(sides):
            today["kernel_size"] = [today.pop(side) for side in sides]
    if today.get("data_format") in tuple(_ORDERS):
        today["data_format"] = _ORDERS[today["data_format"]]
    return today


def _name_today(key: str, values: dict[str, Any]) -> str:
    name = _ARGUMENTS.get(key, key)
    return key if name in values else name
