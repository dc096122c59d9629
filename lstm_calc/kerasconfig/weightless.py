"""Keras' layers without weights: what each makes of the shape that flows in."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.kerasconfig.node import Node, Shape


def _same(_config: Node, shape: Shape) -> Shape:
    return shape


def _flat(_config: Node, shape: Shape) -> Shape:
    return (shape[0], _product(shape[1:]))


def _product(sizes: Shape) -> int | None:
    known = [size for size in sizes if size is not None]
    return prod(known) if len(known) == len(sizes) else None


def _reshaped(config: Node, shape: Shape) -> Shape:
    """Return the target shape, whose one -1 is what remains."""
    target, total = _numbers(config, "target_shape", least=-1), _product(shape[1:])
    known = prod(size for size in target if size != -1)
    if 0 in target or target.count(-1) > 1 or (total is not None and (total % known or (total != known and -1 not in target))):
        raise config.error(f"{quoted(target)} does not fit what flows in, {quoted(list(shape[1:]))}", "target_shape")
    rest = None if total is None else total // known
    return (shape[0], *(rest if size == -1 else size for size in target))


def _permuted(config: Node, shape: Shape) -> Shape:
    dims = _numbers(config, "dims", least=1)
    if sorted(dims) != list(range(1, len(shape))):
        raise config.error(f"{quoted(dims)} does not order the {len(shape) - 1} axes that flow in", "dims")
    return (shape[0], *(shape[axis] for axis in dims))


def _numbers(config: Node, key: str, *, least: int) -> list[int]:
    values: Any = config.values.get(key)
    whole = isinstance(values, list) and 0 < len(values) < 8
    if not whole or not all(isinstance(value, int) and not isinstance(value, bool) and value >= least for value in values):
        raise config.error(f"must be a list of whole numbers, not {quoted(values)}", key)
    return list(values)


def _resampled(config: Node, shape: Shape) -> Shape:
    """Return the shape with its features, and other sizes that are not followed further."""
    return _around(config, shape, None)


def _pooled(config: Node, shape: Shape) -> Shape:
    """Return the shape of one vector for each sequence or image."""
    kept = _around(config, shape, 1)
    return kept if config.flag("keepdims", default=False) else (shape[0], kept[_axis(config)])


def _around(config: Node, shape: Shape, size: int | None) -> Shape:
    """Return the shape with one size in the place of every other than those of batch and features."""
    features = _axis(config) % len(shape)
    return tuple(known if axis in {0, features} else size for axis, known in enumerate(shape))


def _axis(config: Node) -> int:
    return 1 if config.values.get("data_format") == "channels_first" else -1


_SAME = (
    "Activation ActivityRegularization AlphaDropout Dropout ELU GaussianDropout GaussianNoise Identity InputLayer LeakyReLU "
    "Masking ReLU Rescaling Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D ThresholdedReLU UnitNormalization"
)
_KINDS = {
    _pooled: "GlobalAveragePooling{} GlobalAvgPool{} GlobalMaxPooling{} GlobalMaxPool{}",
    _resampled: (
        "AveragePooling{} AvgPool{} MaxPooling{} MaxPool{} AdaptiveAveragePooling{} AdaptiveMaxPooling{} "
        "Cropping{} UpSampling{} ZeroPadding{}"
    ),
}
WEIGHTLESS: dict[str, Callable[[Node, Shape], Shape]] = {
    **dict.fromkeys(_SAME.split(), _same),
    **{name.format(dims): rule for rule, names in _KINDS.items() for name in names.split() for dims in ("1D", "2D", "3D")},
    "Flatten": _flat,
    "Reshape": _reshaped,
    "Permute": _permuted,
}
"""For a class: the shape it gives, from its config and the shape that flows in."""
