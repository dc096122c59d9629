"""Calls of PyTorch's layers on traced tensors, with and without weights."""

from __future__ import annotations

import re
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.families import FAMILIES, WEIGHTLESS, window
from lstm_calc.formats.code.families.torch import ACTIVATIONS, CLASSES_OF_FUNCTIONS, DROPOUTS, KEEP_SHAPES, WEIGHTLESS_ARGUMENTS
from lstm_calc.formats.code.trace import NotFollowed, Traced, TracedStates
from lstm_calc.model import Activation, AdaptivePool, Dropout, Flatten, Pad, Pool, Reshape, Upsample
from lstm_calc.model.layers.windows import Positions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter
    from lstm_calc.formats.code.unknown import Cause
    from lstm_calc.formats.code.values import MadeLayer
    from lstm_calc.model import Layer

_RATE = 0.5
"""What PyTorch drops where nothing is said."""
_OVER_FEATURES = frozenset({"softmax", "log_softmax", "softmin", "glu"})


def is_elementwise(name: str) -> bool:
    """Return whether a class or a function is one of these."""
    return name.lower().rstrip("_") in CLASSES_OF_FUNCTIONS


def elementwise(
    name: str, tensor: Traced, positional: Sequence[Any], named: Mapping[str, Any], add: Callable[..., str] | None = None
) -> Traced:
    """Return what such a class or function gives for a tensor; ``add`` adds the layer, under a name of its own by default."""
    if tensor.tokens:
        return tensor
    known = CLASSES_OF_FUNCTIONS[name.lower().rstrip("_")]
    first = positional[0] if positional else None
    add = add or tensor.graph.add
    if known in DROPOUTS:
        rate = named.get("p", _RATE if first is None else first)
        return tensor.again(add(Dropout(rate if type(rate) in {int, float} and 0 <= rate <= 1 else None), tensor.name))
    layer = Activation(ACTIVATIONS[known])
    if layer.function in _OVER_FEATURES:
        axis = named.get("dim", first)
        if axis is None:  # as PyTorch takes it where nothing is said
            axis = 1 if known == "Softmax2d" else -1 if layer.is_gated else int(tensor.rank in {2, 4})
        return _over_features(layer, axis, tensor, add)
    return tensor.again(add(layer, tensor.name))


def _over_features(layer: Activation, axis: Any, tensor: Traced, add: Callable[..., str]) -> Traced:
    """Return what a function of all features gives; over another axis, a softmax is no layer of ours, and changes no shape."""
    at = tensor.axis(axis) if isinstance(axis, int) else None
    if at is None or tensor.axes[at] != tensor.rank - 1:
        if layer.is_gated:
            raise NotFollowed
        return tensor
    sizes, size = list(tensor.sizes), tensor.sizes[at]
    if layer.is_gated and size is not None:
        if size % 2:
            raise NotFollowed  # PyTorch refuses it
        sizes[at] = size // 2
    return tensor.again(add(layer, tensor.name), sizes)


def call_traced(
    interpreter: Interpreter, made: MadeLayer, positional: Sequence[Any], named: Mapping[str, Any], cause: Cause
) -> Any:
    """Return what a layer gives for traced tensors; raise NotFollowed where that does not follow."""
    first = positional[0] if positional else next(iter(named.values()), None)
    if made.family != "pytorch" or interpreter.doubt or not isinstance(first, Traced):
        raise NotFollowed
    if made.name == "Sequential":
        for each in made.inner:
            first = interpreter.call(each, [first], {}, cause)
        return first
    kind = FAMILIES["pytorch"].get(made.name)
    if kind is not None and kind.layer is not None:
        follow = _BY_KIND.get(kind.layer.kind)
        if follow is None or made.name in {"EmbeddingBag", "LSTMCell", "GRUCell", "RNNCell"}:
            raise NotFollowed
        return follow(made, first, cause)
    if made.name not in WEIGHTLESS:
        raise NotFollowed
    return _weightless(made, first)


def _weightless(made: MadeLayer, tensor: Traced) -> Traced:
    if is_elementwise(made.name):
        return elementwise(made.name, tensor, made.given, made.arguments, partial(tensor.graph.add_weightless, made))
    if made.name in KEEP_SHAPES:
        return tensor
    stem = re.sub(r"[123]d$", "", made.name)
    if stem != made.name and made.name[-2:] != f"{tensor.rank - 2}d":
        raise NotFollowed
    stem = "Upsample" if stem.startswith("Upsampl") else stem
    names = WEIGHTLESS_ARGUMENTS.get(stem)
    if names is None:
        raise NotFollowed
    given = dict(zip(names.split(), made.given, strict=False)) | made.arguments
    return changed(stem, given, tensor, partial(tensor.graph.add_weightless, made))


def changed(stem: str, given: Mapping[str, Any], tensor: Traced, add: Callable[..., str] | None = None) -> Traced:
    """Return what pooling, padding and their like give, by the class's name without its dimensions.

    ``add`` adds the layer, under a name of its own by default.
    """
    if stem == "Flatten":
        return flattened(tensor, given.get("start_dim", 1), given.get("end_dim", -1), add)
    dims = tensor.rank - 2
    if dims < 1 or given.get("ceil_mode") or given.get("return_indices") or given.get("dilation", 1) != 1:
        raise NotFollowed
    layer = _positional(stem, given, dims)
    return channelled(tensor, layer, partial(add or tensor.graph.add, layer))


def _positional(stem: str, given: Mapping[str, Any], dims: int) -> Layer:
    """Return the layer of ours for pooling, padding and their like."""
    function = "max" if "Max" in stem else "average"
    if stem.startswith("Adaptive"):
        return AdaptivePool(_whole(window(given.get("output_size"), dims)), function=function)
    if "Pool" in stem:
        size = _whole(window(given.get("kernel_size"), dims))
        stride = None if given.get("stride") is None else _whole(window(given["stride"], dims))
        return Pool(size, strides=stride, padding=_whole(window(given.get("padding", 0), dims), 0), function=function)
    if stem == "Upsample" and given.get("size") is None:
        return Upsample(_whole(window(given.get("scale_factor"), dims)))
    if stem.endswith("Pad"):
        margins = _whole(window(given.get("padding"), 2 * dims), 0)
        return Pad(tuple((margins[2 * at], margins[2 * at + 1]) for at in reversed(range(dims))))
    raise NotFollowed


def _whole(values: Any, least: int = 1) -> tuple[int, ...]:
    if not isinstance(values, (list, tuple)) or not all(isinstance(each, int) and each >= least for each in values):
        raise NotFollowed
    return tuple(values)


def channelled(tensor: Traced, layer: Layer, add: Callable[[str], str], features: int | None = None) -> Traced:
    """Return what a layer gives that reads (batch, channels, positions)."""
    read = tensor.with_channels()
    name = add(read.name)
    rank = read.rank
    sizes: list[int | None] = [None] * rank
    sizes[1] = read.sizes[1] if features is None else features
    if isinstance(layer, Positions):
        sizes[2:] = [_along(layer, axis, size) for axis, size in enumerate(read.sizes[2:])]
    return Traced(read.graph, name, (0, rank - 1, *range(1, rank - 1)), sizes)


def _along(layer: Positions, axis: int, size: int | None) -> int | None:
    """Return how many positions a layer gives along an axis; raise NotFollowed where its window does not fit."""
    found = layer.output_size[axis] if isinstance(layer, AdaptivePool) else None if size is None else layer.along(axis, size)
    if found is not None and found < 1:
        raise NotFollowed
    return found


def flattened(tensor: Traced, start: Any, end: Any, add: Callable[..., str] | None = None) -> Traced:
    """Return a tensor with some of its axes as one: all but the batch, or the positions of channels."""
    first, last = tensor.axis(start), tensor.axis(end)
    if first == last:
        return tensor
    if last != tensor.rank - 1 or tensor.tokens or tensor.axes[0] != 0:
        raise NotFollowed
    if first == 1:
        sizes = tensor.sizes[1:]
        known = [size for size in tensor.sizes[1:] if size is not None]
        whole = prod(known) if len(known) == len(sizes) else None
        return Traced(tensor.graph, (add or tensor.graph.add)(Flatten(), tensor.name), (0, 1), (None, whole))
    read = tensor.with_channels()
    channels = read.sizes[1]
    if first != 2 or channels is None:
        raise NotFollowed
    name = read.graph.add(Reshape((-1, channels)), read.name)
    return Traced(read.graph, name, (0, 2, 1), (None, channels, None))


def _checked(layer: Layer, size: int | None) -> None:
    """Refuse to follow what PyTorch would refuse to run: a layer on another number of features than it reads."""
    if size is not None and layer.input_dim is not None and size != layer.input_dim:
        raise NotFollowed


def _checked_features(layer: Layer, tensor: Traced) -> None:
    """Check the features of the last axis; where their number is open, it is what the layer reads."""
    _checked(layer, tensor.sizes[-1])
    if layer.input_dim is not None:
        tensor.graph.settle(tensor.name, layer.input_dim)


def _window(made: MadeLayer, tensor: Traced, _: Cause) -> Traced:
    layer, add = tensor.graph.add_own(made)
    if tensor.rank != FAMILIES["pytorch"][made.name].dims + 2:
        raise NotFollowed
    _checked(layer, tensor.sizes[1])
    return channelled(tensor, layer, add, layer.output)


def _normal(made: MadeLayer, tensor: Traced, _: Cause) -> Traced:
    """Follow a normalisation of the channels, which stand behind the batch."""
    layer, add = tensor.graph.add_own(made)
    dims = made.name.removeprefix("BatchNorm")[:1]
    ranks = {"1": (2, 3), "2": (4,), "3": (5,)}.get(dims, (2, 3, 4, 5))
    if tensor.rank not in ranks:
        raise NotFollowed
    _checked(layer, tensor.sizes[1])
    given = channelled(tensor, layer, add, layer.input_dim)
    return given if tensor.rank > 2 else Traced(given.graph, given.name, (0, 1), (None, layer.input_dim))


def _last(made: MadeLayer, tensor: Traced, _: Cause) -> Traced:
    """Follow a layer of the last axis: linear, or a normalisation."""
    layer, add = tensor.graph.add_own(made)
    if tensor.tokens:
        raise NotFollowed
    _checked_features(layer, tensor)
    read = tensor if tensor.axes[-1] == tensor.rank - 1 else tensor.in_order()
    return read.again(add(read.name), (*read.sizes[:-1], layer.output or layer.input_dim))


def _embedding(made: MadeLayer, tensor: Traced, _: Cause) -> Traced:
    layer, add = tensor.graph.add_own(made)
    if not tensor.tokens:
        raise NotFollowed
    return Traced(tensor.graph, add(tensor.name), (*tensor.axes, tensor.rank), (*tensor.sizes, layer.output))


def _slopes(made: MadeLayer, tensor: Traced, _: Cause) -> Traced:
    """Follow a PReLU, whose slopes are for the channels behind the batch."""
    layer, add = tensor.graph.add_own(made)
    if tensor.rank == 2 or layer.asdict()["num_parameters"] == 1:
        return tensor.again(add(tensor.name))
    _checked(layer, tensor.sizes[1])
    return channelled(tensor, layer, add, tensor.sizes[1])


def _recurrent(made: MadeLayer, tensor: Traced, _: Cause) -> Any:
    layer, add = tensor.graph.add_own(made, return_sequences=True)
    order = (0, 1, 2) if made.arguments.get("batch_first") is True else (1, 0, 2)
    _checked_features(layer, tensor)
    if tensor.tokens or tensor.rank != 3:
        raise NotFollowed
    read = tensor if tensor.axes == order else tensor.laid_out(order)
    name = add(read.name)
    given = Traced(read.graph, name, order, (None, None, layer.output_dim))
    h, *c = (TracedStates(read.graph, layer, name, state) for state in ("h", "c")[: 1 + (layer.kind == "lstm")])
    return given, (h, *c) if c else h


_BY_KIND: dict[str, Callable[[MadeLayer, Traced, Cause], Any]] = {
    "conv": _window,
    "conv_transpose": _window,
    "batch_norm": _normal,
    "group_norm": _normal,
    "dense": _last,
    "layer_norm": _last,
    "rms_norm": _last,
    "prelu": _slopes,
    "embedding": _embedding,
    "lstm": _recurrent,
    "gru": _recurrent,
    "rnn": _recurrent,
}
