"""Layers without weights that keep the axes, on traced tensors: functions of each number, dropout, functions over the features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.families.weightless import ACTIVATIONS, CLASSES_OF_FUNCTIONS, DROPOUTS
from lstm_calc.formats.code.trace import NotFollowed, Traced
from lstm_calc.model import Activation, Dropout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
