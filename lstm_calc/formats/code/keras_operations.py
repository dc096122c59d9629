"""The functions and operators on tensors of Keras and TensorFlow: each gives a tensor of an operation, which has no weights."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.configuration import shape_of
from lstm_calc.formats.code.keras_tensors import Call, Layer, Tensor, said_shape, snake, tensors_in
from lstm_calc.formats.code.values import MISSING, Array, Cause, External, Foreign, Function, Lost, Place, Unknown, causes_of

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
        "sin",
        "cos",
        "linear",
        "exponential",
        "softsign",
        "mish",
        "clip",
        "clip_by_value",
        "leaky_relu",
        "relu6",
        "log_softmax",
        "hard_sigmoid",
        "rsqrt",
        "pow",
        "reverse",
        "flip",
        "zeros_like",
        "ones_like",
        "cumsum",
        "ensure_shape",
        "not_equal",
        "equal",
        "greater",
        "less",
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
    lost = lost_in([list(positional), named])
    if lost is not None:
        return lost
    if name in _MAPPED and isinstance(positional[0], Function):
        positional = positional[1:]
    second = positional[1] if len(positional) > 1 else None
    axis = named.get("axis", second)
    first = positional[0] if positional else next(iter(named.values()))
    tensors = list(tensors_in([list(positional), named]))
    if name in _UNARY and len(tensors) == 1:
        return operation_on("Identity", [first], {})
    if name in _REDUCED and isinstance(axis, (int, list, tuple)):
        kept = named.get("keepdims", positional[2] if len(positional) > 2 else False)
        return operation_on(_REDUCED[name], [first], {"axis": axis, "keepdims": kept is True})
    if name in {"concat", "concatenate"}:
        return operation_on("Concatenate", [first], {"axis": -1 if axis is None else axis})
    if name == "stack" and axis not in {None, 0}:
        return operation_on("Stack", [first], {"axis": axis or 0})
    if name == "expand_dims":
        return with_axis(first, -1 if axis is None else axis)
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
    if name == "reshape" and isinstance(shape, (list, tuple)):
        return _reshaped(first, shape)
    if name in _PAIRS and isinstance(first, (list, tuple)):
        return operation_on(_PAIRS[name], [list(first)], {})
    if name in _PAIRS and len(positional) > 1:
        return operate(_PAIRS[name], first, positional[1])
    if name in {"matmul", "dot", "tensordot"} and len(positional) > 1:
        return operate("MatMult", *_turned(positional[:2], named))
    if name == "batch_dot" and len(positional) > 1 and all(map(_is_sequence, positional[:2])):
        axes = named.get("axes", positional[2] if len(positional) > 2 else None)
        dot = Layer("Dot", {"axes": axes}, Place("", 1))
        return operate("MatMult", *positional[:2]) if axes is None else Tensor(Call(dot, list(positional[:2]), {}))
    depth = named.get("depth", named.get("num_classes", second))
    if name == "one_hot" and isinstance(depth, int):
        sizes = shape_of(first) if isinstance(first, Tensor) else None
        return _shaped(first, name, None if sizes is None else (*sizes, depth))
    if name in {"tile", "repeat"} and isinstance(first, Tensor):
        return _repeated(first, name, second)
    return Tensor(Call(Layer("Lambda", {}, Place("", 1)), tensors, {}))


_MAPPED = frozenset({"map_fn", "vectorized_map"})
"""The functions that apply another one to each entry of a tensor, and keep its shape as a rule."""


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


def _is_sequence(value: Any) -> bool:
    """Return whether a tensor has a batch, steps and features, or no steps."""
    sizes = shape_of(value) if isinstance(value, Tensor) else None
    return sizes is not None and len(sizes) < 4


def _reshaped(tensor: Any, shape: Sequence[Any]) -> Tensor:
    """Return a tensor in another shape, which counts the batch."""
    known = [each for each in shape[1:] if isinstance(each, int)]
    if shape[:1] not in [(-1,), [-1]] and len(known) == len(shape) - 1:
        return operation_on("Reshape", [tensor], {"shape": [-1, *known]})
    return _shaped(tensor, "reshape", (None, *(None if each == -1 else each for each in shape[1:])))


def _turned(pair: Sequence[Any], named: dict[str, Any]) -> list[Any]:
    """Return two factors of a product, with the last two axes of one exchanged that is said to be transposed."""
    found = []
    for each, key in zip(pair, ("transpose_a", "transpose_b"), strict=False):
        sizes = shape_of(each) if isinstance(each, Tensor) and named.get(key) is True else None
        if sizes is not None and len(sizes) > 2:
            axes = list(range(len(sizes)))
            each = operation_on("Transpose", [each], {"axes": [*axes[:-2], axes[-1], axes[-2]]})  # noqa: PLW2901
        found.append(each)
    return found


def _repeated(tensor: Tensor, name: str, times: Any) -> Tensor:
    """Return a tensor that is repeated: by a number along each axis, or as often as a backend's ``repeat`` says."""
    sizes = shape_of(tensor)
    if name == "repeat" and sizes is not None and len(sizes) == 2:
        return _shaped(tensor, name, (None, times, sizes[1]))
    if sizes is None or not isinstance(times, (list, tuple)) or len(times) != len(sizes):
        return _shaped(tensor, name, None)
    return _shaped(tensor, name, tuple(_times(size, number) for size, number in zip(sizes, times, strict=True)))


def reshaped(layer: Layer, tensor: Tensor, sizes: Sequence[Any]) -> Tensor:
    """Return a tensor in a shape of which some sizes are not known; a vector that is repeated keeps its own."""
    own = shape_of(tensor) if layer.name == "RepeatVector" else ()
    rest = None if own is None else own[1:]
    return _shaped(
        tensor, snake(layer.name), None if rest is None else (None, *(None if each == -1 else each for each in sizes), *rest)
    )


def _times(size: Any, number: Any) -> Any:
    known = isinstance(size, int) and isinstance(number, int)
    return size * number if known else size if number == 1 else number if size == 1 else None


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
    return _shaped(tensor, "matmul", None if shape is None else (*shape[:-1], width))


def _shaped(tensor: Tensor, name: str, shape: tuple[Any, ...] | None) -> Tensor:
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
