"""The arithmetic of shapes: what layers and functions of tensors give for a shape that is known.

Layers of PyTorch have the channels behind the batch; those of linen and Haiku have the features last.
"""

from __future__ import annotations

from math import ceil, floor, prod
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.families import FAMILIES, window
from lstm_calc.formats.code.families.torch import KEEP_SHAPES, WEIGHTLESS_ARGUMENTS
from lstm_calc.formats.code.values import Array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.values import MadeLayer


Sizes = tuple[int, ...]
_OF_FUNCTIONS = {"MaxPool": "kernel_size stride padding dilation ceil_mode return_indices"}
"""The arguments of functions in order, where it is another one than that of the class."""


def known(value: Any) -> Sizes | None:
    """Return the shape of a tensor of which every size is known; None for anything else."""
    shape = value.shape if isinstance(value, Array) else None
    return shape if shape is not None and all(isinstance(size, int) for size in shape) else None


def through(layer: MadeLayer, shape: Sizes) -> Any:
    """Return the tensor that a layer gives for one of a shape, or its output and states; None where it does not follow."""
    if layer.name in {"Sequential", "ModuleList"}:
        for each in layer.inner:
            found = through(each, shape) if hasattr(each, "inner") else None
            if not isinstance(found, Array) or known(found) is None:
                return None
            shape = found.shape or ()
        return Array(shape)
    try:
        return _through(layer, shape)
    except (TypeError, KeyError, IndexError, ValueError, ZeroDivisionError):
        return None


def _through(layer: MadeLayer, shape: Sizes) -> Any:  # noqa: PLR0911 - a case for each kind of layer
    name, given = layer.name, layer.arguments
    if name.startswith("Conv"):
        return _convolved(layer, shape)
    if name == "Linear":
        return Array((*shape[:-1], given["out_features"]))
    if name == "Embedding":
        return Array((*shape, given["embedding_dim"]))
    if name in {"LSTM", "GRU", "RNN"}:
        return _recurrent(layer, shape)
    given = dict(zip(WEIGHTLESS_ARGUMENTS.get(name.rstrip("123dD"), "").split(), layer.given, strict=False)) | given
    if name == "Flatten":
        return flattened(shape, given.get("start_dim", 1), given.get("end_dim", -1))
    if name.startswith(("MaxPool", "AvgPool", "LPPool", "Adaptive")):
        return _pooled(name, shape, given)
    return Array(shape) if name in KEEP_SHAPES or "Norm" in name or name == "PReLU" else None


def _convolved(layer: MadeLayer, shape: Sizes) -> Array | None:
    given, dims = layer.arguments, FAMILIES["pytorch"][layer.name].dims
    if len(shape) not in {dims + 1, dims + 2} or not isinstance(given["out_channels"], int):
        return None
    kernel, stride, dilation = (window(given[key], dims) for key in ("kernel_size", "stride", "dilation"))
    if given["padding"] == "same":
        sizes = list(shape[-dims:])
    else:
        padding = window(0 if given["padding"] == "valid" else given["padding"], dims)
        extra = window(given.get("output_padding", 0), dims)
        rule = _widened if "Transpose" in layer.name else _slid
        sizes = [rule(*each) for each in zip(shape[-dims:], kernel, stride, padding, dilation, extra, strict=True)]
    return _checked((*shape[: -dims - 1], given["out_channels"], *sizes))


def _slid(size: int, kernel: int, stride: int, padding: int, dilation: int, _: int = 0) -> int:
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def _widened(size: int, kernel: int, stride: int, padding: int, dilation: int, extra: int) -> int:
    return (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1


def _checked(shape: Sizes) -> Array | None:
    return Array(shape) if all(size > 0 for size in shape) else None


def pooled(name: str, shape: Sizes, positional: Sequence[Any], named: dict[str, Any]) -> Array | None:
    """Return what a pooling function such as ``max_pool2d`` gives; None where it does not follow."""
    stem = "Adaptive" * name.startswith("adaptive") + ("AvgPool" if "avg" in name else "MaxPool")
    order = _OF_FUNCTIONS.get(stem, WEIGHTLESS_ARGUMENTS[stem]).split()
    try:
        return _pooled(stem + name[-2:], shape, dict(zip(order, positional, strict=False)) | named)
    except (TypeError, KeyError, IndexError, ValueError, ZeroDivisionError):
        return None


def _pooled(name: str, shape: Sizes, given: dict[str, Any]) -> Array | None:
    dims = int(name[-2])
    before, sizes = shape[:-dims], shape[-dims:]
    if name.startswith("Adaptive"):
        wanted = window(given["output_size"], dims)
        return _checked((*before, *(size if want is None else want for size, want in zip(sizes, wanted, strict=True))))
    kernel = window(given["kernel_size"], dims)
    stride = kernel if given.get("stride") is None else window(given["stride"], dims)
    padding, dilation = (window(given.get(key, default), dims) for key, default in (("padding", 0), ("dilation", 1)))
    rounded = ceil if given.get("ceil_mode") is True else floor
    parts = zip(sizes, kernel, stride, padding, dilation, strict=True)
    left = ((size + 2 * pad - wide * (kern - 1) - 1) / step for size, kern, step, pad, wide in parts)
    return _checked((*before, *(rounded(each) + 1 for each in left)))


def flattened(shape: Sizes, start: int = 0, end: int = -1) -> Array:
    """Return a tensor with the axes from one to another as one."""
    start, end = start % len(shape), end % len(shape)
    return Array((*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :]))


def reshaped(shape: Sizes, wanted: Sequence[Any]) -> Array | None:
    """Return a tensor of other axes with as many entries; None where they do not have as many."""
    rest = prod(size for size in wanted if size != -1)
    if not all(isinstance(size, int) for size in wanted) or rest <= 0 or prod(shape) % rest:
        return None
    return Array(prod(shape) // rest if size == -1 else size for size in wanted)


def _recurrent(layer: MadeLayer, shape: Sizes) -> Any:
    given = layer.arguments
    directions = 2 if given["bidirectional"] else 1
    size = given.get("proj_size") or given["hidden_size"]
    batch = shape[0 if given["batch_first"] else 1]
    state = Array((given["num_layers"] * directions, batch, size))
    memory = Array((given["num_layers"] * directions, batch, given["hidden_size"]))
    return Array((*shape[:-1], size * directions)), (state, memory) if layer.name == "LSTM" else state


def given_by(layer: MadeLayer, kind: str, source: Any, size: Any) -> Array:
    """Return what a layer gives for a tensor: of a known shape where that of the tensor is."""
    shape = known(source)
    if shape is None or not isinstance(size, int):
        return Array(None, size)
    if kind == "conv":
        return _convolved_last(layer, shape, size)
    return Array((*shape, size) if kind == "embedding" else (*shape[:-1], size))


def _convolved_last(layer: MadeLayer, shape: tuple[int, ...], size: int) -> Array:
    values = layer.arguments
    try:
        kernel = window(values.get("kernel_size", values.get("kernel_shape")), max(1, len(shape) - 2))
        sizes = _windows(
            shape[-1 - len(kernel) : -1], kernel, values.get("strides", values.get("stride", 1)), values.get("padding")
        )
    except (TypeError, ValueError, IndexError):
        return Array(None, size)
    plain = all(values.get(name, 1) in {None, 1} for name in ("input_dilation", "kernel_dilation", "rate"))
    return Array((*shape[: -1 - len(kernel)], *sizes, size)) if plain and sizes else Array(None, size)


def _windows(sizes: Sequence[int], kernel: Sequence[int], strides: Any, padding: Any) -> list[int]:
    """Return the positions that a window is at along each axis; none where the padding is not followed."""
    steps = window(1 if strides is None else strides, len(kernel))
    if padding == "SAME":
        return [ceil(size / step) for size, step in zip(sizes, steps, strict=True)]
    if padding == "VALID":
        return [(size - width) // step + 1 for size, width, step in zip(sizes, kernel, steps, strict=True)]
    return []


def pooled_last(source: Array, positional: Sequence[Any], named: dict[str, Any]) -> Array:
    """Return what ``max_pool`` or ``avg_pool`` of linen gives."""
    shape = known(source)
    values = dict(zip(("window_shape", "strides", "padding"), positional, strict=False)) | named
    kernel = values.get("window_shape")
    if shape is None or not isinstance(kernel, (list, tuple)):
        return Array(None, source.width)
    try:
        sizes = _windows(shape[-1 - len(kernel) : -1], kernel, values.get("strides"), values.get("padding", "VALID"))
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


def pooled_everywhere(source: Array, positional: Sequence[Any], named: dict[str, Any]) -> Array:
    """Return what ``max_pool`` or ``avg_pool`` of Haiku gives: windows of the last axes, or one number for inner ones."""
    shape = known(source)
    values = dict(zip(("window_shape", "strides", "padding"), positional, strict=False)) | named
    if shape is None:
        return Array(None)
    try:
        kernel, strides = (_of_last_axes(values.get(name), len(shape)) for name in ("window_shape", "strides"))
        sizes = _windows(shape, kernel, strides, values.get("padding"))
    except (TypeError, ValueError):
        sizes = []
    return Array(sizes) if sizes else Array(None)


def _of_last_axes(value: Any, rank: int) -> Sizes:
    """Return a size for each axis: of the last ones those that are given, and one elsewhere."""
    return (1, *(value,) * (rank - 2), 1) if isinstance(value, int) else (*(1,) * (rank - len(value)), *value)


def reshaped_by(layer: MadeLayer, source: Any) -> Array:
    """Return what a Flatten or Reshape of Haiku gives: axes in front stay as they are."""
    shape = known(source)
    names = ("preserve_dims",) if layer.name == "Flatten" else ("output_shape", "preserve_dims")
    given = dict(zip(names, layer.given, strict=False)) | layer.arguments
    wanted, kept = given.get("output_shape", [-1]), given.get("preserve_dims", 1)
    if shape is None or not isinstance(wanted, (list, tuple)) or not isinstance(kept, int) or not 0 <= kept < len(shape):
        return Array(None)
    found = reshaped(shape[kept:], wanted)
    return Array(None) if found is None else Array((*shape[:kept], *(found.shape or ())))
