"""The operators and indices on tensors of Keras and TensorFlow: each gives a tensor of an operation, which has no weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.configuration import shape_of
from lstm_calc.formats.code.keras_tensors import Call, Layer, Tensor, said_shape, snake
from lstm_calc.formats.code.values import Array, Cause, External, Foreign, Lost, Place, Unknown, causes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_OPERATORS = {"Add": "Add", "Sub": "Subtract", "Mult": "Multiply", "Div": "TrueDivide", "MatMult": "Matmul", "Pow": "Power"}


def lost_in(value: Any) -> Lost | None:
    """Return what a layer gave that no graph has, where it is among some values: what is made of it is not in the graph either."""
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, Lost):
            return each
        if isinstance(each, (list, tuple, dict)):
            todo += reversed(list(each.values() if isinstance(each, dict) else each))
    return None


def reshaped(layer: Layer, tensor: Tensor, sizes: Sequence[Any]) -> Tensor:
    """Return a tensor in a shape of which some sizes are not known; a vector that is repeated keeps its own."""
    own = shape_of(tensor) if layer.name == "RepeatVector" else ()
    rest = None if own is None else own[1:]
    return shaped(
        tensor, snake(layer.name), None if rest is None else (None, *(None if each == -1 else each for each in sizes), *rest)
    )


def operation_on(name: str, args: list[Any], kwargs: dict[str, Any]) -> Tensor:
    """Return what an operation of Keras gives, by its class, on tensors and with its arguments."""
    return Tensor(Call(name, args, kwargs))


def operate(name: str, left: Any, right: Any) -> Any:
    """Return what an operator gives on tensors; a number beside one changes no shape."""
    lost = lost_in([left, right])
    if lost is not None:
        return lost
    operands = [each for each in (left, right) if isinstance(each, Tensor)]
    if name == "MatMult" and isinstance(right, Array) and right.shape:
        return _widened(left, right.shape[-1])
    return operation_on(_OPERATORS.get(name, name) if len(operands) == 2 else "Identity", operands, {})


def _widened(tensor: Tensor, width: Any) -> Tensor:
    """Return the product of a tensor and a matrix, which gives another width."""
    shape = shape_of(tensor)
    return shaped(tensor, "matmul", None if shape is None else (*shape[:-1], width))


def shaped(tensor: Tensor, name: str, shape: tuple[Any, ...] | None) -> Tensor:
    """Return a tensor of a shape that is made of another one, without weights."""
    layer = Layer(name, {}, Place("", 1))
    layer.params = 0
    layer.shape = None if shape is None else tuple(size if isinstance(size, (int, Unknown)) else None for size in shape)
    return Tensor(Call(layer, [tensor], {}))


def item(tensor: Tensor, key: Any) -> Tensor:
    """Return an entry or slice of a tensor; None in its key is a new axis, as ``tf.newaxis`` is."""
    keys = [None if _is_new_axis(each) else each for each in (key if isinstance(key, tuple) else (key,))]
    if isinstance(tensor.call.layer, Foreign) and isinstance(key, int):
        return Tensor(tensor.call, max(key, 0))
    old = [each for each in keys if each is not None]
    found = (
        tensor if all(each == slice(None) for each in old) else operation_on("GetItem", [tensor], {"key": list(map(_part, old))})
    )
    for axis in _new_axes(keys):
        found = with_axis(found, axis)
    return found


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


def _is_new_axis(key: Any) -> bool:
    return key is None or (isinstance(key, External) and key.path.endswith("newaxis"))


def _new_axes(keys: list[Any]) -> list[int]:
    """Return the axes that are new, in the order in which they are put in; those behind an ellipsis count from the end."""
    start = keys.index(Ellipsis) if Ellipsis in keys else len(keys)
    kept = [each for each in keys if each is None or not isinstance(each, int)]
    split = kept.index(Ellipsis) if start < len(keys) else len(kept)
    first = [at for at, each in enumerate(kept[:split]) if each is None]
    last = [at - len(kept) for at, each in enumerate(kept) if each is None and at > split]
    return [*first, *reversed(last)]


def with_axis(tensor: Any, axis: Any) -> Any:
    """Return a tensor with a new axis; numbers that are the same for the whole batch have one for it already."""
    layer = tensor.call.layer if isinstance(tensor, Tensor) else None
    if axis == 0 and isinstance(layer, Layer) and layer.name == "InputLayer" and layer.config.get("name") == CONSTANT:
        return tensor
    return operation_on("ExpandDims", [tensor], {"axis": axis})


CONSTANT = "constant"
"""The name of an input that stands for numbers a program makes itself, such as positions."""


def unpacked(tensor: Tensor, number: int) -> list[Any]:
    """Return the tensors that one is unpacked into."""
    return [Tensor(tensor.call, at) for at in range(number)]


def known_shape(tensor: Tensor, cause: Cause) -> Any:
    """Return the shape of a tensor, the batch first; sizes that are not known are unknown."""
    layer = tensor.call.layer
    said = layer.config.get("shape") if isinstance(layer, Layer) and layer.name == "InputLayer" else said_shape(tensor)
    shape = shape_of(tensor)
    if shape is None:
        return Unknown([cause])
    if isinstance(layer, Layer) and layer.name == "InputLayer":
        said = (None, *said) if isinstance(said, (list, tuple)) else None
    causes = (
        [causes_of(each) for each in said] if isinstance(said, (list, tuple)) and len(said) == len(shape) else [()] * len(shape)
    )
    return tuple(
        Unknown(of or [cause.replace(text=f"{cause.text}[{at}]", shown="")]) if size is None else size
        for at, (size, of) in enumerate(zip(shape, causes, strict=True))
    )
