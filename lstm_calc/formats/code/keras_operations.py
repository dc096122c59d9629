"""The functions and operators on tensors of Keras and TensorFlow: each gives a tensor of an operation, which has no weights."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.configuration import shape_of
from lstm_calc.formats.code.keras_tensors import Call, Layer, Tensor, tensors_in
from lstm_calc.formats.code.values import MISSING, Array, Cause, Place, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNARY = frozenset(
    [
        "relu",
        "tanh",
        "sigmoid",
        "softmax",
        "elu",
        "selu",
        "gelu",
        "swish",
        "silu",
        "softplus",
        "exp",
        "log",
        "sqrt",
        "square",
        "abs",
        "cast",
        "stop_gradient",
        "identity",
        "sign",
        "negative",
        "dropout",
        "l2_normalize",
        "bias_add",
    ]
)

_REDUCED = {f"{prefix}{name}": name.capitalize() for prefix in ("", "reduce_") for name in ("mean", "sum", "max", "min")}
_MOST_PARTS = 10_000
"""Parts that a tensor is cut into."""
_PAIRS = {
    "add": "Add",
    "subtract": "Subtract",
    "multiply": "Multiply",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "divide": "TrueDivide",
}

_OPERATORS = {"Add": "Add", "Sub": "Subtract", "Mult": "Multiply", "Div": "TrueDivide", "MatMult": "Matmul", "Pow": "Power"}


def operation(name: str, positional: Sequence[Any], named: dict[str, Any]) -> Any:  # noqa: C901, PLR0911, PLR0912 - a case for each function
    """Return what a function on tensors gives, MISSING where no tensor flows into it."""
    if not list(tensors_in([list(positional), named])):
        return MISSING
    second = positional[1] if len(positional) > 1 else None
    axis = named.get("axis", second)
    first = positional[0] if positional else next(iter(named.values()))
    if name in _UNARY:
        return operation_on("Identity", [first], {})
    if name in _REDUCED and isinstance(axis, (int, list, tuple)):
        kept = named.get("keepdims", positional[2] if len(positional) > 2 else False)
        return operation_on(_REDUCED[name], [first], {"axis": axis, "keepdims": kept is True})
    if name in {"concat", "concatenate"}:
        return operation_on("Concatenate", [first], {"axis": -1 if axis is None else axis})
    if name == "stack" and axis not in {None, 0}:
        return operation_on("Stack", [first], {"axis": axis or 0})
    if name == "expand_dims":
        return operation_on("ExpandDims", [first], {"axis": -1 if axis is None else axis})
    if name == "squeeze" and isinstance(axis, int):
        return item(first, (*(slice(None),) * axis, 0) if axis >= 0 else (..., 0, *(slice(None),) * (-axis - 1)))
    if name in {"transpose", "permute_dimensions"} and axis is None:
        axis = named.get("perm", named.get("axes"))
    if name in {"transpose", "permute_dimensions"} and isinstance(axis, (list, tuple)):
        return operation_on("Transpose", [first], {"axes": list(axis)})
    if name == "split":
        return _split(
            first, named.get("indices_or_sections", second), named.get("axis", positional[2] if len(positional) > 2 else 0)
        )
    shape = named.get("shape", axis)
    if name == "reshape" and isinstance(shape, (list, tuple)) and shape[:1] in [(-1,), [-1]]:
        return _shaped(first, "reshape", (None, *shape[1:]))
    if name == "reshape" and isinstance(shape, (list, tuple)):
        return operation_on("Reshape", [first], {"shape": [-1, *shape[1:]]})
    if name in _PAIRS and len(positional) > 1:
        return operate(_PAIRS[name], first, positional[1])
    if name in {"matmul", "dot", "tensordot"} and len(positional) > 1:
        return operate("MatMult", first, positional[1])
    return Tensor(Call(Layer("Lambda", {}, Place("", 1)), [first], {}))


def operation_on(name: str, args: list[Any], kwargs: dict[str, Any]) -> Tensor:
    """Return what an operation of Keras gives, by its class, on tensors and with its arguments."""
    return Tensor(Call(name, args, kwargs))


def _split(tensor: Tensor, parts: Any, axis: Any) -> Any:
    """Return the parts of a tensor: so many equal ones, or those between some places."""
    if not isinstance(axis, int) or not isinstance(parts, (int, list, tuple)):
        return Tensor(Call(Layer("Lambda", {}, Place("", 1)), [tensor], {}))
    if isinstance(parts, int):
        call = Call("Split", [tensor], {"indices_or_sections": parts, "axis": axis}, parts)
        return [Tensor(call, at) for at in range(min(parts, _MOST_PARTS))]
    before = (slice(None),) * axis if axis >= 0 else (...,)
    after = (slice(None),) * (-axis - 1) if axis < 0 else ()
    ends = [None, *parts, None]
    return [item(tensor, (*before, slice(start, end), *after)) for start, end in pairwise(ends)]


def operate(name: str, left: Any, right: Any) -> Tensor:
    """Return what an operator gives on tensors; a number beside one changes no shape."""
    operands = [each for each in (left, right) if isinstance(each, Tensor)]
    if name == "MatMult" and isinstance(right, Array) and right.shape:
        return _widened(left, right.shape[-1])
    return operation_on(_OPERATORS.get(name, name) if len(operands) == 2 else "Identity", operands, {})


def _widened(tensor: Tensor, width: Any) -> Tensor:
    """Return the product of a tensor and a matrix, which gives another width."""
    shape = shape_of(tensor)
    return _shaped(tensor, "matmul", None if shape is None else (*shape[:-1], width))


def _shaped(tensor: Tensor, name: str, shape: tuple[Any, ...] | None) -> Tensor:
    """Return a tensor of a shape that is made of another one, without weights."""
    layer = Layer(name, {}, Place("", 1))
    layer.params = 0
    layer.shape = None if shape is None else tuple(size if isinstance(size, int) else None for size in shape)
    return Tensor(Call(layer, [tensor], {}))


def item(tensor: Tensor, key: Any) -> Tensor:
    """Return an entry or slice of a tensor."""
    keys = key if isinstance(key, tuple) else (key,)
    return operation_on("GetItem", [tensor], {"key": [_part(each) for each in keys]})


def _part(key: Any) -> Any:
    if isinstance(key, slice):
        bounds = {"start": key.start, "stop": key.stop, "step": key.step}
        return {
            "class_name": "slice",
            "config": {name: bound if isinstance(bound, int) else None for name, bound in bounds.items()},
        }
    if key is Ellipsis:
        return {"class_name": "__ellipsis__"}
    return key if isinstance(key, int) else {"class_name": "slice", "config": {"start": None, "stop": None, "step": None}}


def unpacked(tensor: Tensor, number: int) -> list[Any]:
    """Return the tensors that one is unpacked into."""
    return [Tensor(tensor.call, at) for at in range(number)]


def known_shape(tensor: Tensor, cause: Cause) -> Any:
    """Return the shape of a tensor, the batch first; sizes that are not known are unknown."""
    shape = shape_of(tensor)
    if shape is None:
        return Unknown([cause])
    return tuple(
        Unknown([cause.replace(text=f"{cause.text}[{at}]", shown="")]) if size is None else size for at, size in enumerate(shape)
    )
