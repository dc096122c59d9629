"""Keras' layers that prepare data. Only Normalization has weights: tables of words are none in Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.keras.kinds import PLAIN, Unreadable, built
from lstm_calc.model import Activation, AdaptivePool, Layer, Other

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.formats.keras.node import ConfigObject


def prepared(node: ConfigObject) -> Layer | None:
    """Return the layer that one is that prepares data; None for one without weights whose shape does not follow from its config.

    Raises Unreadable for a class of that name that is not Keras'.
    """
    return PREPARING[node.class_name](node)


def _normalization(node: ConfigObject) -> Layer:
    """Return a normalisation by a mean and a variance of data: those that the config has are no weights."""
    values = node.config.values
    if "axis" not in values:
        raise Unreadable(node.class_name)
    if values.get("mean") is not None:
        return Activation(function="normalization")
    whole = values["axis"] in (None, [])
    apart = {"mean", "variance", "invert"} | ({"axis"} if whole else set())
    config = {key: value for key, value in values.items() if key not in apart}
    layer: Layer = built(node.replace(values=node.values | {"config": config}), PLAIN[node.class_name], whole=whole)
    return layer


def _resized(node: ConfigObject) -> Layer | None:
    """Return an image of another size, whatever its own is."""
    values = node.config.values
    height, width = _whole(values.get("height")), _whole(values.get("width"))
    if height is None or width is None:
        return None
    return AdaptivePool((height, width), function="resize", data_format=values.get("data_format"))


def _encoded(sizes: Callable[[dict[str, Any]], int | None]) -> Callable[[ConfigObject], Layer | None]:
    """Return what reads a layer that gives a number for each it reads, or as many as there are different ones, its ``sizes``."""

    def layer(node: ConfigObject) -> Layer | None:
        values = node.config.values
        mode = values.get("output_mode", "int")
        if mode == "int":
            return Activation(function=node.class_name)
        size = sizes(values)
        return Other(params=0, shape=(size,), class_name=node.class_name) if size and mode in _MANY_HOT else None

    return layer


_MANY_HOT = frozenset({"binary", "multi_hot", "count", "tf_idf", "tf-idf"})
"""The modes in which what a layer reads becomes one list of numbers; one_hot keeps its axes where it reads several."""


def _bins(values: dict[str, Any]) -> int | None:
    bounds = values.get("bin_boundaries")
    return len(bounds) + 1 if isinstance(bounds, list) else _whole(values.get("num_bins"))


def _tokens(values: dict[str, Any]) -> int | None:
    """Return the size of a table: what it is padded to, else its words, and those for words that it does not have."""
    if values.get("pad_to_max_tokens"):
        return _whole(values.get("max_tokens"))
    words, unknown = values.get("vocabulary"), values.get("num_oov_indices", 1)
    return len(words) + unknown if isinstance(words, list) and type(unknown) is int else None


def _whole(value: Any) -> int | None:
    return value if type(value) is int and value > 0 else None


def _texts(node: ConfigObject) -> Layer:
    """Return the numbers of a text's words, or for each word of the table one."""
    values = node.config.values
    numbers = values.get("output_mode", "int") == "int"
    size = _whole(values.get("output_sequence_length")) if numbers else _tokens(values)
    return Other(params=0, shape=(size,), class_name=node.class_name)


PREPARING: dict[str, Callable[[ConfigObject], Layer | None]] = {
    "Normalization": _normalization,
    **dict.fromkeys(("Resizing", "CenterCrop", "RandomCrop"), _resized),
    "CategoryEncoding": _encoded(lambda values: _whole(values.get("num_tokens"))),
    "Discretization": _encoded(_bins),
    "Hashing": _encoded(lambda values: _whole(values.get("num_bins"))),
    "IntegerLookup": _encoded(_tokens),
    "StringLookup": _encoded(_tokens),
    "TextVectorization": _texts,
    **dict.fromkeys(("HashedCrossing", "MaxNumBoundingBoxes", "MelSpectrogram", "RandomHeight", "RandomWidth"), lambda _: None),
}
"""For every class that is read here: its layer."""
