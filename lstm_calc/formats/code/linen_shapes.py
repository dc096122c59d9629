"""The shapes of tensors that pass through layers of linen and Haiku, as far as they are known: features last."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.families import window
from lstm_calc.formats.code.passed import known
from lstm_calc.formats.code.values import Array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.values import Made

KEEPING = frozenset(
    [
        *("relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "swish", "tanh", "sigmoid", "softmax", "log_softmax"),
        *("softplus", "hard_tanh", "exp", "log", "sqrt", "abs", "square", "clip", "maximum", "minimum", "asarray", "array", "sign"),
        *(
            "stop_gradient",
            "nan_to_num",
            "where",
            "add",
            "multiply",
            "subtract",
            "divide",
            "standardize",
            "mish",
            "celu",
            "sin",
            "cos",
        ),
    ]
)
"""Functions whose result has the shape of what they read."""


def given_by(layer: Made, kind: str, source: Any, size: Any) -> Array:
    """Return what a layer gives for a tensor: of a known shape where that of the tensor is."""
    shape = known(source)
    if shape is None or not isinstance(size, int):
        return Array(None, size)
    if kind == "conv":
        return _convolved(layer, shape, size)
    return Array((*shape, size) if kind == "embedding" else (*shape[:-1], size))


def _convolved(layer: Made, shape: tuple[int, ...], size: int) -> Array:
    values = layer.arguments
    try:
        kernel = window(values.get("kernel_size", values.get("kernel_shape")), max(1, len(shape) - 2))
        sizes = _slid(shape[-1 - len(kernel) : -1], kernel, values.get("strides", values.get("stride", 1)), values.get("padding"))
    except (TypeError, ValueError, IndexError):
        return Array(None, size)
    plain = all(values.get(name, 1) in {None, 1} for name in ("input_dilation", "kernel_dilation", "rate"))
    return Array((*shape[: -1 - len(kernel)], *sizes, size)) if plain and sizes else Array(None, size)


def _slid(sizes: Sequence[int], kernel: Sequence[int], strides: Any, padding: Any) -> list[int]:
    """Return the positions that a window is at along each axis; none where the padding is not followed."""
    steps = window(1 if strides is None else strides, len(kernel))
    if padding == "SAME":
        return [ceil(size / step) for size, step in zip(sizes, steps, strict=True)]
    if padding == "VALID":
        return [(size - width) // step + 1 for size, width, step in zip(sizes, kernel, steps, strict=True)]
    return []


def pooled(source: Array, positional: Sequence[Any], named: dict[str, Any]) -> Array:
    """Return what ``max_pool`` or ``avg_pool`` of linen gives."""
    shape = known(source)
    values = dict(zip(("window_shape", "strides", "padding"), positional, strict=False)) | named
    kernel = values.get("window_shape")
    if shape is None or not isinstance(kernel, (list, tuple)):
        return Array(None, source.width)
    try:
        sizes = _slid(shape[-1 - len(kernel) : -1], kernel, values.get("strides"), values.get("padding", "VALID"))
    except (TypeError, ValueError):
        sizes = []
    return Array((*shape[: -1 - len(kernel)], *sizes, shape[-1])) if sizes else Array(None, source.width)


def reduced(holder: Array, axis: Any, *, keeps: bool) -> Array:
    """Return the mean of a tensor, or its like, over an axis or several."""
    shape = known(holder)
    axes = axis if isinstance(axis, (list, tuple)) else (axis,)
    if shape is not None and all(isinstance(each, int) and -len(shape) <= each < len(shape) for each in axes):
        taken = {each % len(shape) for each in axes}
        sizes = [1 if at in taken else size for at, size in enumerate(shape) if keeps or at not in taken]
        return Array(sizes)
    inner = all(isinstance(each, int) and each >= 0 for each in axes)
    return Array(None, holder.width) if inner and len(axes) == 1 else Array(None)
