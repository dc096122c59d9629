"""Layers without weights that keep the axes, on traced tensors: functions of each number, dropout, functions over the features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.families.weightless import LAYERS_WITHOUT_WEIGHTS
from lstm_calc.formats.code.trace import NotFollowed, Traced
from lstm_calc.model import Activation, Dropout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_RATE = 0.5
"""What PyTorch drops where nothing is said."""
_CLASSES = {
    word: name
    for name, kind in LAYERS_WITHOUT_WEIGHTS.items()
    if kind.layer in {Activation, Dropout}
    for word in (name.lower(), kind.fixed.get("function", name.lower()))
}
"""PyTorch's classes by the names of the functions that do the same: ``relu``, ``log_softmax``, ``dropout2d``."""
_OVER_FEATURES = frozenset({"softmax", "log_softmax", "softmin", "glu"})


def is_elementwise(name: str) -> bool:
    """Return whether a class or a function is one of these."""
    return name.lower().rstrip("_") in _CLASSES


def elementwise(
    name: str, tensor: Traced, positional: Sequence[Any], named: Mapping[str, Any], add: Callable[..., str] | None = None
) -> Traced:
    """Return what such a class or function gives for a tensor; ``add`` adds the layer, under a name of its own by default."""
    if tensor.tokens:
        return tensor
    kind = LAYERS_WITHOUT_WEIGHTS[_CLASSES[name.lower().rstrip("_")]]
    first = positional[0] if positional else None
    add = add or tensor.graph.add
    if kind.layer is Dropout:
        rate = named.get("p", _RATE if first is None else first)
        return tensor.again(add(Dropout(rate if isinstance(rate, float) else None), tensor.name))
    layer = Activation(kind.fixed["function"])
    if layer.function in _OVER_FEATURES:
        axis = named.get("dim", -1 if first is None and layer.is_gated else first)
        return _over_features(layer, axis, tensor, add)
    return tensor.again(add(layer, tensor.name))


def _over_features(layer: Activation, axis: Any, tensor: Traced, add: Callable[..., str]) -> Traced:
    """Return what a function of all features gives; over another axis, a softmax is no layer of ours, and changes no shape."""
    at = None if axis is None else tensor.axis(axis)
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
