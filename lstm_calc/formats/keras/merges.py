"""Keras' layers that make one tensor of several: those of today, and Merge of Keras 1 with its modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError
from lstm_calc.model import Add, Average, Concat, Dot, Layer, Maximum, Minimum, Multiply, Subtract

if TYPE_CHECKING:
    from lstm_calc.formats.keras.node import Node

MERGES: dict[str, type[Layer] | None] = {
    "Add": Add,
    "Average": Average,
    "Concatenate": Concat,
    "Dot": Dot,
    "Maximum": Maximum,
    "Minimum": Minimum,
    "Multiply": Multiply,
    "Subtract": Subtract,
    "Merge": None,
}
_MODES: dict[Any, type[Layer]] = {
    "sum": Add,
    "ave": Average,
    "concat": Concat,
    "dot": Dot,
    "cos": Dot,
    "max": Maximum,
    "mul": Multiply,
}
"""The modes of Merge in Keras 1."""


def merge_layer(node: Node) -> Layer | None:
    """Return the layer that a merge is; None for a Merge of Keras 1 whose mode is a function."""
    values = node.config.values
    mode = values.get("mode")
    kind = MERGES[node.class_name] or (_MODES.get(mode) if isinstance(mode, str) else None)
    if kind is None:
        return None
    fields: dict[str, Any] = {"name": node.name}
    if kind is Concat:
        fields["axis"] = values.get("axis", -1)
    if kind is Dot:
        axes = values.get("axes", -1)
        fields["axis"] = tuple(_first(axis) for axis in axes) if isinstance(axes, list) else axes
        fields["normalize"] = bool(values.get("normalize"))
    try:
        return kind(**fields)
    except ModelError as error:
        raise node.config.error(error.without_key, "axes" if kind is Dot else "axis") from None


def _first(axis: Any) -> Any:
    """Return an axis that Keras 1 writes as a list of one."""
    return axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
