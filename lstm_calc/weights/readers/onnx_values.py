"""Values that flow through a graph of ONNX, as far as they are known, and what operators make of them."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.frameworks.counting import Shape


class GraphValue(Record):
    """What is known of a value: its shape, the stored tensors it comes from, and its numbers where they are few and whole."""

    shape: Shape | None
    sources: tuple[str, ...] = ()
    ints: list[int] | None = None


_Shapes = list["Shape | None"]


def _same(given: list[GraphValue], _: dict[str, Any], count: int) -> _Shapes:
    return [given[0].shape] * count


def _setting(given: list[GraphValue], attributes: dict[str, Any], name: str, at: int) -> list[int] | None:
    """Return whole numbers that are an attribute in old releases of an operator and an input in new ones."""
    values = attributes.get(name)
    if values is None and len(given) > at:
        values = given[at].ints
    return [values] if isinstance(values, int) else values


def _unsqueeze(given: list[GraphValue], attributes: dict[str, Any], _: int) -> _Shapes:
    axes, shape = _setting(given, attributes, "axes", 1), given[0].shape
    if axes is None or shape is None:
        return [None]
    rank, sizes = len(shape) + len(axes), iter(shape)
    new = {axis % rank for axis in axes}
    return [tuple(1 if at in new else next(sizes) for at in range(rank))]


def _squeeze(given: list[GraphValue], attributes: dict[str, Any], _: int) -> _Shapes:
    axes, shape = _setting(given, attributes, "axes", 1), given[0].shape
    if shape is None:
        return [None]
    gone = {axis % len(shape) for axis in axes} if axes else {at for at, size in enumerate(shape) if size == 1}
    return [tuple(size for at, size in enumerate(shape) if at not in gone)]


def _slice(given: list[GraphValue], attributes: dict[str, Any], _: int) -> _Shapes:
    starts, stops = _setting(given, attributes, "starts", 1), _setting(given, attributes, "ends", 2)
    axes, steps = _setting(given, attributes, "axes", 3), _setting(given, attributes, "steps", 4)
    shape = given[0].shape
    if shape is None or starts is None or stops is None:
        return [None]
    sizes = list(shape)
    for at, start, stop, step in zip(axes or range(len(starts)), starts, stops, steps or [1] * len(starts), strict=True):
        sizes[at] = len(range(*slice(start, stop, step).indices(sizes[at])))
    return [tuple(sizes)]


def _concat(given: list[GraphValue], attributes: dict[str, Any], _: int) -> _Shapes:
    shapes, axis = [each.shape for each in given], attributes.get("axis", 0)
    if None in shapes or not shapes:
        return [None]
    whole = list(shapes[0] or ())
    whole[axis] = sum(shape[axis] for shape in shapes if shape is not None)
    return [tuple(whole)]


def _transpose(given: list[GraphValue], attributes: dict[str, Any], _: int) -> _Shapes:
    shape = given[0].shape
    if shape is None:
        return [None]
    return [tuple(shape[axis] for axis in attributes.get("perm") or reversed(range(len(shape))))]


def _reshape(given: list[GraphValue], attributes: dict[str, Any], _: int) -> _Shapes:
    wanted, shape = _setting(given, attributes, "shape", 1), given[0].shape
    if wanted is None or shape is None:
        return [None]
    sizes = [shape[at] if size == 0 else size for at, size in enumerate(wanted)]
    known = prod(size for size in sizes if size > 0)
    return [tuple(prod(shape) // known if size < 0 else size for size in sizes)]


def _split(given: list[GraphValue], attributes: dict[str, Any], count: int) -> _Shapes:
    shape, axis = given[0].shape, attributes.get("axis", 0)
    if shape is None:
        return [None] * count
    sizes = _setting(given, attributes, "split", 1) or [-(-shape[axis] // count)] * count
    at = axis % len(shape)
    return [(*shape[:at], size, *shape[at + 1 :]) for size in sizes]


def _together(given: list[GraphValue], _: dict[str, Any], count: int) -> _Shapes:
    """Return the larger shape, as an element-wise operator does with weights of one shape or a scalar."""
    shapes = [each.shape for each in given if each.shape is not None]
    return [max(shapes, key=prod) if len(shapes) == len(given) else None] * count


OPERATORS: dict[str, Callable[[list[GraphValue], dict[str, Any], int], _Shapes]] = {
    "Identity": _same,
    "Cast": _same,
    "DequantizeLinear": _same,
    "QuantizeLinear": _same,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Slice": _slice,
    "Concat": _concat,
    "Transpose": _transpose,
    "Reshape": _reshape,
    "Split": _split,
    "Expand": lambda _given, _attributes, count: [None] * count,
    "Add": _together,
    "Sub": _together,
    "Mul": _together,
    "Div": _together,
}
"""For each operator: the shapes of its outputs, from its inputs, its attributes, and how many outputs there are."""
