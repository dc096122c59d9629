"""The shapes of the tensors of single layers, as PyTorch and Paddle have them by name."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.families import window
from lstm_calc.formats.code.values import Unknown, causes_of

if TYPE_CHECKING:
    from lstm_calc.formats.code.values import Made

_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1, "SimpleRNN": 1}


def shape_of_tensor(made: Made, name: str) -> tuple[Any, ...] | None:
    """Return the shape of a tensor of a layer, None where the layer has none of this name or it is not known.

    Sizes are unknown values where they depend on such.
    """
    values = made.arguments
    kind = re.sub(r"\d[dD]$", "", made.name)
    gates = _GATES.get(kind.removesuffix("Cell"))
    if gates is not None:
        return _recurrent(values, name, gates)
    if kind not in _WEIGHTS or name not in {"weight", "bias"}:
        return None
    causes = causes_of(list(values.values()))
    try:
        shape: tuple[Any, ...] = _WEIGHTS[kind](values)
    except (KeyError, TypeError, ValueError):
        return (Unknown(causes),) if causes else None
    if name == "bias":
        return (values["out_channels"],) if "out_channels" in values else shape[:1]
    return tuple(reversed(shape)) if kind == "Linear" and made.family == "paddle" else shape


def _convolution(values: dict[str, Any], outer: str, inner: str) -> tuple[Any, ...]:
    dims = len(values["kernel_size"]) if isinstance(values["kernel_size"], (list, tuple)) else 1
    return (values[outer], values[inner] // values["groups"], *window(values["kernel_size"], dims))


_WEIGHTS: dict[str, Any] = {
    "Linear": lambda values: (values["out_features"], values["in_features"]),
    "Embedding": lambda values: (values["num_embeddings"], values["embedding_dim"]),
    "Conv": lambda values: _convolution(values, "out_channels", "in_channels"),
    "ConvTranspose": lambda values: _convolution(values, "in_channels", "out_channels"),
    "LayerNorm": lambda values: tuple(window(values["normalized_shape"], 1)),
    "BatchNorm": lambda values: (values["num_features"],),
}


def _recurrent(values: dict[str, Any], name: str, gates: int) -> tuple[Any, ...] | None:
    """Return the shape of a tensor such as ``weight_ih_l1_reverse``."""
    match = re.fullmatch(r"(weight|bias)_(ih|hh|hr)(?:_l(\d+))?(?:_reverse)?", name)
    needed: list[Any] = [values.get(each) for each in ("input_size", "hidden_size", "proj_size", "bidirectional")]
    if match is None:
        return None
    if causes := causes_of(needed):
        return (Unknown(causes),)
    width, units, projection, both = needed
    given = projection or units
    if match[2] == "hr":
        return (projection, units)
    if match[1] == "bias":
        return (gates * units,)
    below = width if match[3] in {None, "0"} else given * (2 if both else 1)
    return (gates * units, given if match[2] == "hh" else below)


def gain_of(made: Made, name: str, axis: Any) -> Any:
    """Return how many gains weight_norm adds for a tensor: one per entry of an axis, a single one without; None if unknown."""
    shape = shape_of_tensor(made, name)
    if axis is None or axis == -1:
        return 1
    if shape is None or not isinstance(axis, int) or axis >= len(shape):
        return Unknown(causes_of(list(shape))) if shape and causes_of(list(shape)) else None
    return shape[axis]


def numbers_of(made: Made, name: str) -> int | None:
    """Return how many numbers a tensor of a layer has, None where that is not known."""
    shape = shape_of_tensor(made, name)
    return None if shape is None or causes_of(list(shape)) else prod(shape)
