"""The operators, indices and functions on tensors of Keras and TensorFlow: each gives a tensor of an operation without weights."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from lstm_calc.formats.code.keras_api.configuration import shape_of
from lstm_calc.formats.code.keras_api.graph import (
    KerasCall,
    KerasTensor,
    MadeKerasLayer,
    is_input,
    part_of,
    said_shape,
    snake,
    tensors_in,
)
from lstm_calc.formats.code.unknown import MISSING, Cause, Imported, LostTensor, Place, Unknown, UnknownObject, causes_of
from lstm_calc.formats.code.values import Array, FunctionValue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_OPERATORS = {"Add": "Add", "Sub": "Subtract", "Mult": "Multiply", "Div": "TrueDivide", "MatMult": "Matmul", "Pow": "Power"}


def lost_in(value: Any) -> LostTensor | None:
    """Return what a layer gave that no graph has, where it is among some values: what is made of it is not in the graph either."""
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, LostTensor):
            return each
        if isinstance(each, (list, tuple, dict)):
            todo += reversed(list(each.values() if isinstance(each, dict) else each))
    return None


def reshaped(layer: MadeKerasLayer, tensor: KerasTensor, sizes: Sequence[Any]) -> KerasTensor:
    """Return a tensor in a shape of which some sizes are not known; a vector that is repeated keeps its own."""
    own = shape_of(tensor) if layer.name == "RepeatVector" else ()
    rest = None if own is None else own[1:]
    return shaped(
        tensor, snake(layer.name), None if rest is None else (None, *(None if each == -1 else each for each in sizes), *rest)
    )


def operation_on(name: str, args: list[Any], kwargs: dict[str, Any]) -> KerasTensor:
    """Return what an operation of Keras gives, by its class, on tensors and with its arguments."""
    return KerasTensor(KerasCall(name, args, kwargs))


def operate(name: str, left: Any, right: Any) -> Any:
    """Return what an operator gives on tensors; a number beside one changes no shape."""
    lost = lost_in([left, right])
    if lost is not None:
        return lost
    operands = [each for each in (left, right) if isinstance(each, KerasTensor)]
    if name == "MatMult" and isinstance(right, Array) and right.shape:
        return _widened(left, right.shape[-1])
    return operation_on(_OPERATORS.get(name, name) if len(operands) == 2 else "Identity", operands, {})


def _widened(tensor: KerasTensor, width: Any) -> KerasTensor:
    """Return the product of a tensor and a matrix, which gives another width."""
    shape = shape_of(tensor)
    return shaped(tensor, "matmul", None if shape is None else (*shape[:-1], width))


def shaped(tensor: KerasTensor, name: str, shape: tuple[Any, ...] | None) -> KerasTensor:
    """Return a tensor of a shape that is made of another one, without weights."""
    layer = MadeKerasLayer(name, {}, Place("", 1))
    layer.params = 0
    layer.shape = None if shape is None else tuple(size if isinstance(size, (int, Unknown)) else None for size in shape)
    return KerasTensor(KerasCall(layer, [tensor], {}))


def item(tensor: KerasTensor, key: Any) -> KerasTensor:
    """Return an entry or slice of a tensor; None in its key is a new axis, as ``tf.newaxis`` is."""
    keys = [None if _is_new_axis(each) else each for each in (key if isinstance(key, tuple) else (key,))]
    if isinstance(tensor.call.layer, UnknownObject) and isinstance(key, int):
        return KerasTensor(tensor.call, max(key, 0))
    if isinstance(key, (int, str)) and (part := part_of(tensor, key)) is not None:
        return part
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
    return key is None or (isinstance(key, Imported) and key.path.endswith("newaxis"))


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
    if axis == 0 and is_input(tensor) and tensor.call.layer.config.get("name") == CONSTANT:
        return tensor
    return operation_on("ExpandDims", [tensor], {"axis": axis})


CONSTANT = "constant"
"""The name of an input that stands for numbers a program makes itself, such as positions."""


def unpacked(tensor: KerasTensor, number: int) -> list[Any]:
    """Return the tensors that one is unpacked into."""
    return [part_of(tensor, at) or KerasTensor(tensor.call, at) for at in range(number)]


def known_shape(tensor: KerasTensor, cause: Cause) -> Any:
    """Return the shape of a tensor, the batch first; sizes that are not known are unknown."""
    layer = tensor.call.layer
    said = layer.config.get("shape") if is_input(layer) else said_shape(tensor)
    shape = shape_of(tensor)
    if shape is None:
        return Unknown([cause])
    if is_input(layer):
        said = (None, *said) if isinstance(said, (list, tuple)) else None
    causes = (
        [causes_of(each) for each in said] if isinstance(said, (list, tuple)) and len(said) == len(shape) else [()] * len(shape)
    )
    return tuple(
        Unknown(of or [cause.replace(text=f"{cause.text}[{at}]", shown="")]) if size is None else size
        for at, (size, of) in enumerate(zip(shape, causes, strict=True))
    )


_UNARY = """
relu tanh sigmoid softmax elu selu gelu swish silu softplus exp log sqrt square abs cast stop_gradient identity sign negative
dropout l2_normalize bias_add sin cos linear exponential softsign mish clip clip_by_value leaky_relu relu6 log_softmax
hard_sigmoid rsqrt pow reverse flip zeros_like ones_like cumsum ensure_shape not_equal equal greater less
"""
"""The functions of one tensor that give its shape."""
_REDUCED = {f"{prefix}{name}": name.capitalize() for prefix in ("", "reduce_") for name in ("mean", "sum", "max", "min")}
_PAIRS = {
    "add": "Add",
    "subtract": "Subtract",
    "multiply": "Multiply",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "divide": "TrueDivide",
}
_MOST_PARTS = 10_000
"""Parts that a tensor is cut into."""
_MAPPED = frozenset({"map_fn", "vectorized_map"})
"""The functions that apply another one to each entry of a tensor, and keep its shape as a rule."""


class _Given(NamedTuple):
    """What a function is called on."""

    name: str
    positional: Sequence[Any]
    named: dict[str, Any]

    @property
    def first(self) -> Any:
        """The first argument, which is or holds the tensors."""
        return self.positional[0] if self.positional else next(iter(self.named.values()))

    @property
    def second(self) -> Any:
        """The second argument, None where there is none."""
        return self.positional[1] if len(self.positional) > 1 else None

    @property
    def axis(self) -> Any:
        """The axis, by its name or as the second argument."""
        return self.named.get("axis", self.second)

    def third(self, name: str, default: Any) -> Any:
        """Return the third argument, or that of a name."""
        return self.named.get(name, self.positional[2] if len(self.positional) > 2 else default)


def operation(name: str, positional: Sequence[Any], named: dict[str, Any]) -> Any:
    """Return what a function on tensors gives, MISSING where no tensor flows into it."""
    if not list(tensors_in([list(positional), named])):
        return MISSING
    lost = lost_in([list(positional), named])
    if lost is not None:
        return lost
    if name in _MAPPED and isinstance(positional[0], FunctionValue):
        positional = positional[1:]
    given = _Given(name, positional, named)
    found = _FUNCTIONS[name](given) if name in _FUNCTIONS else MISSING
    return _unknown(list(tensors_in([list(positional), named]))) if found is MISSING else found


def _unknown(tensors: list[Any]) -> KerasTensor:
    """Return a tensor of which nothing is known but what it is made of."""
    return KerasTensor(KerasCall(MadeKerasLayer("Lambda", {}, Place("", 1)), tensors, {}))


def _unary(given: _Given) -> Any:
    alone = len(list(tensors_in([list(given.positional), given.named]))) == 1
    return operation_on("Identity", [given.first], {}) if alone else MISSING


def _reduced(given: _Given) -> Any:
    if not isinstance(given.axis, (int, list, tuple)):
        return MISSING
    arguments = {"axis": given.axis, "keepdims": given.third("keepdims", default=False) is True}
    return operation_on(_REDUCED[given.name], [given.first], arguments)


def _joined(given: _Given) -> Any:
    return operation_on("Concatenate", [given.first], {"axis": -1 if given.axis is None else given.axis})


def _stacked(given: _Given) -> Any:
    return MISSING if given.axis in {None, 0} else operation_on("Stack", [given.first], {"axis": given.axis})


def _expanded(given: _Given) -> Any:
    return with_axis(given.first, -1 if given.axis is None else given.axis)


def _squeezed(given: _Given) -> Any:
    axis = given.axis
    if not isinstance(axis, int):
        return MISSING
    return item(given.first, (*(slice(None),) * axis, 0) if axis >= 0 else (..., 0, *(slice(None),) * (-axis - 1)))


def _transposed(given: _Given) -> Any:
    axes = given.named.get("perm", given.named.get("axes")) if given.axis is None else given.axis
    return operation_on("Transpose", [given.first], {"axes": list(axes)}) if isinstance(axes, (list, tuple)) else MISSING


def _cut(given: _Given) -> Any:
    return _split(given.first, given.named.get("indices_or_sections", given.second), given.third("axis", 0))


def _in_shape(given: _Given) -> Any:
    shape = given.named.get("shape", given.axis)
    return _reshaped(given.first, shape) if isinstance(shape, (list, tuple)) else MISSING


def _paired(given: _Given) -> Any:
    if isinstance(given.first, (list, tuple)):
        return operation_on(_PAIRS[given.name], [list(given.first)], {})
    return operate(_PAIRS[given.name], given.first, given.second) if len(given.positional) > 1 else MISSING


def _product(given: _Given) -> Any:
    pair = given.positional[:2]
    return operate("MatMult", *_turned(pair, given.named)) if len(pair) > 1 else MISSING


def _batch_dot(given: _Given) -> Any:
    pair = list(given.positional[:2])
    if len(pair) < 2 or not all(map(_is_sequence, pair)):
        return MISSING
    axes = given.third("axes", None)
    return (
        operate("MatMult", *pair)
        if axes is None
        else KerasTensor(KerasCall(MadeKerasLayer("Dot", {"axes": axes}, Place("", 1)), pair, {}))
    )


def _one_hot(given: _Given) -> Any:
    depth = given.named.get("depth", given.named.get("num_classes", given.second))
    if not isinstance(depth, int):
        return MISSING
    sizes = shape_of(given.first) if isinstance(given.first, KerasTensor) else None
    return shaped(given.first, given.name, None if sizes is None else (*sizes, depth))


def _place(given: _Given) -> Any:
    """Return the places of the largest or smallest numbers along an axis, which is gone."""
    sizes = shape_of(given.first) if isinstance(given.first, KerasTensor) else None
    if sizes is None or not isinstance(given.axis, int) or not -len(sizes) <= given.axis < len(sizes):
        return MISSING
    at = given.axis % len(sizes)
    return shaped(given.first, given.name, (*sizes[:at], *sizes[at + 1 :]))


def _tiled(given: _Given) -> Any:
    return _repeated(given.first, given.name, given.second) if isinstance(given.first, KerasTensor) else MISSING


_FUNCTIONS: dict[str, Callable[[_Given], Any]] = {
    **dict.fromkeys(_UNARY.split(), _unary),
    **dict.fromkeys(_REDUCED, _reduced),
    **dict.fromkeys(_PAIRS, _paired),
    **dict.fromkeys(("concat", "concatenate"), _joined),
    **dict.fromkeys(("transpose", "permute_dimensions"), _transposed),
    **dict.fromkeys(("matmul", "dot", "tensordot"), _product),
    **dict.fromkeys(("tile", "repeat"), _tiled),
    **dict.fromkeys(("argmax", "argmin"), _place),
    "stack": _stacked,
    "expand_dims": _expanded,
    "squeeze": _squeezed,
    "split": _cut,
    "reshape": _in_shape,
    "batch_dot": _batch_dot,
    "one_hot": _one_hot,
}


def _split(tensor: KerasTensor, parts: Any, axis: Any) -> Any:
    """Return the parts of a tensor: so many equal ones, or those between some places."""
    if not isinstance(axis, int) or not isinstance(parts, (int, list, tuple)):
        return _unknown([tensor])
    if isinstance(parts, int):
        call = KerasCall("Split", [tensor], {"indices_or_sections": parts, "axis": axis}, parts)
        return [KerasTensor(call, at) for at in range(min(parts, _MOST_PARTS))]
    before = (slice(None),) * axis if axis >= 0 else (...,)
    after = (slice(None),) * (-axis - 1) if axis < 0 else ()
    ends = [None, *parts, None]
    return [item(tensor, (*before, slice(start, end), *after)) for start, end in pairwise(ends)]


def _is_sequence(value: Any) -> bool:
    """Return whether a tensor has a batch, steps and features, or no steps."""
    sizes = shape_of(value) if isinstance(value, KerasTensor) else None
    return sizes is not None and len(sizes) < 4


def _reshaped(tensor: Any, shape: Sequence[Any]) -> KerasTensor:
    """Return a tensor in another shape, which counts the batch."""
    known = [each for each in shape[1:] if isinstance(each, int)]
    if shape[:1] not in [(-1,), [-1]] and len(known) == len(shape) - 1:
        return operation_on("Reshape", [tensor], {"shape": [-1, *known]})
    return shaped(tensor, "reshape", (None, *(None if each == -1 else each for each in shape[1:])))


def _turned(pair: Sequence[Any], named: dict[str, Any]) -> list[Any]:
    """Return two factors of a product, with the last two axes of one exchanged that is said to be transposed."""
    found = []
    for each, key in zip(pair, ("transpose_a", "transpose_b"), strict=False):
        sizes = shape_of(each) if isinstance(each, KerasTensor) and named.get(key) is True else None
        if sizes is not None and len(sizes) > 2:
            axes = list(range(len(sizes)))
            found.append(operation_on("Transpose", [each], {"axes": [*axes[:-2], axes[-1], axes[-2]]}))
        else:
            found.append(each)
    return found


def _repeated(tensor: KerasTensor, name: str, times: Any) -> KerasTensor:
    """Return a tensor that is repeated: by a number along each axis, or as often as a backend's ``repeat`` says."""
    sizes = shape_of(tensor)
    if name == "repeat" and sizes is not None and len(sizes) == 2:
        return shaped(tensor, name, (None, times, sizes[1]))
    if sizes is None or not isinstance(times, (list, tuple)) or len(times) != len(sizes):
        return shaped(tensor, name, None)
    return shaped(tensor, name, tuple(_times(size, number) for size, number in zip(sizes, times, strict=True)))


def _times(size: Any, number: Any) -> Any:
    known = isinstance(size, int) and isinstance(number, int)
    return size * number if known else size if number == 1 else number if size == 1 else None
