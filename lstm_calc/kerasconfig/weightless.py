"""Keras' layers without weights, each class with how it is read; the rule is None where the shape stays."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import quoted
from lstm_calc.reshaping import Flatten, GlobalPooling, Permute, Resampling, Reshape

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.kerasconfig.node import Node
    from lstm_calc.reshaping import Reshaping, Window


def _same(_config: Node) -> None:
    return None


def _flatten(_config: Node) -> Flatten:
    return Flatten()


def _reshape(config: Node) -> Reshape:
    return Reshape(_numbers(config, "target_shape", least=-1))


def _permute(config: Node) -> Permute:
    return Permute(_numbers(config, "dims", least=1))


def _global_pooling(config: Node, dims: int) -> GlobalPooling:  # noqa: ARG001  one rule for any number of dimensions
    return GlobalPooling(_features_first(config), config.flag("keepdims", default=False))


def _pooling(config: Node, dims: int) -> Resampling:
    """Return windows that move by their own size unless told otherwise, and over the edge where padding is the same.

    Where the config does not say their size, it is not known how far they reach, whatever their strides.
    """
    sizes = _each(config, "pool_size", dims)
    strides = _each(config, "strides", dims) or sizes
    same = config.values.get("padding") == "same"
    return _resampling(config, [(1, 1 if same else size, stride) for size, stride in zip(sizes, strides, strict=False)], dims)


def _adaptive(config: Node, dims: int) -> Resampling:
    return _resampling(config, [(0, 1 - size, 1) for size in _each(config, "output_size", dims)], dims)


def _cropping(config: Node, dims: int) -> Resampling:
    return _resampling(config, [(1, sum(pair) + 1, 1) for pair in _pairs(config, "cropping", dims)], dims)


def _padding(config: Node, dims: int) -> Resampling:
    return _resampling(config, [(1, 1 - sum(pair), 1) for pair in _pairs(config, "padding", dims)], dims)


def _upsampling(config: Node, dims: int) -> Resampling:
    return _resampling(config, [(size, 1, 1) for size in _each(config, "size", dims)], dims)


def _resampling(config: Node, windows: list[Window], dims: int) -> Resampling:
    return Resampling(tuple(windows) or (None,) * dims, _features_first(config))


def _features_first(config: Node) -> bool:
    return config.values.get("data_format") == "channels_first"


def _numbers(config: Node, key: str, *, least: int) -> tuple[int, ...]:
    values: Any = config.values.get(key)
    if not isinstance(values, list) or not 0 < len(values) < 8 or not all(_is_whole(value, least) for value in values):
        raise config.error(f"must be a list of whole numbers, not {quoted(values)}", key)
    return tuple(values)


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _each(config: Node, key: str, dims: int) -> list[int]:
    """Return a number for each dimension, written out or once for all; none where the config does not say."""
    value: Any = config.values.get(key)
    values: Any = value if isinstance(value, list) else [value] * dims
    if value is not None and (len(values) != dims or not all(_is_whole(each, 1) for each in values)):
        raise config.error(f"must be a whole number, or {dims} in a list, not {quoted(value)}", key)
    return [] if value is None else values


def _pairs(config: Node, key: str, dims: int) -> list[list[int]]:
    """Return what is taken from or put to both ends of each dimension; none where the config does not say."""
    value: Any = config.values.get(key)
    values: Any = value if isinstance(value, list) else [value] * dims
    values = [values] if dims == 1 and len(values) == 2 else values
    pairs: Any = [each if isinstance(each, list) else [each, each] for each in values]
    fit = len(pairs) == dims and all(len(pair) == 2 and all(_is_whole(each, 0) for each in pair) for pair in pairs)
    if value is not None and not fit:
        raise config.error(f"must be a whole number, or both ends of {dims} in a list, not {quoted(value)}", key)
    return [] if value is None else pairs


_SAME = (
    "Activation ActivityRegularization AlphaDropout Dropout ELU GaussianDropout GaussianNoise Identity InputLayer LeakyReLU "
    "Masking ReLU Rescaling Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D ThresholdedReLU UnitNormalization"
)
_BY_DIMENSIONS = {
    _global_pooling: "GlobalAveragePooling GlobalAvgPool GlobalMaxPooling GlobalMaxPool",
    _pooling: "AveragePooling AvgPool MaxPooling MaxPool",
    _adaptive: "AdaptiveAveragePooling AdaptiveMaxPooling",
    _cropping: "Cropping",
    _padding: "ZeroPadding",
    _upsampling: "UpSampling",
}
WEIGHTLESS: dict[str, Callable[[Node], Reshaping | None]] = {
    **dict.fromkeys(_SAME.split(), _same),
    **{
        f"{name}{dims}D": partial(rule, dims=dims)
        for rule, names in _BY_DIMENSIONS.items()
        for name in names.split()
        for dims in (1, 2, 3)
    },
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
}
"""For a class: the rule of the shape it gives, from its config."""
