"""Functions and methods of PyTorch, operators and indices on traced tensors."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.trace import NotFollowed, Traced, TracedStates, in_axes
from lstm_calc.formats.code.trace.layers import changed, elementwise, flattened, is_elementwise
from lstm_calc.formats.code.unknown import MISSING, Cause, Unknown, UnknownSize
from lstm_calc.formats.code.values import BuiltIn
from lstm_calc.model import Add, Concat, ExpandDims, Layer, MatMul, Multiply, Reduce, Reshape, Split, Stack, Subtract

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_SAME_WORDS = """
abs clamp clone contiguous cos cpu cuda detach double exp feature_alpha_dropout float half log masked_fill masked_fill_ neg
normalize pow requires_grad_ rsqrt sin sqrt square to type type_as
"""
_SAME = frozenset(_SAME_WORDS.split())
"""Functions and methods that change no shape and that multiply nothing with weights."""
_POOLS = ("max_pool", "avg_pool", "adaptive_max_pool", "adaptive_avg_pool")
_MERGED = 3
"""The axes of a sequence: batch, steps and features."""
_REDUCING = frozenset({"mean", "sum", "amax", "amin", "prod"})
_PAIRS: dict[str, type[Layer]] = {"Add": Add, "Sub": Subtract, "Mult": Multiply}
"""The layers of operators, by the name of their node."""
_OPERATORS = {
    "add": "Add",
    "sub": "Sub",
    "subtract": "Sub",
    "mul": "Mult",
    "multiply": "Mult",
    "matmul": "MatMult",
    "bmm": "MatMult",
}
"""The operators that functions and methods stand for."""


def of_states(states: TracedStates, name: str) -> Any:
    """Return a method of the states of a recurrent layer: of those of one layer in one direction, the axis of layers may go."""
    if name != "squeeze":
        raise NotFollowed
    return BuiltIn(lambda axis=None, *_, **__: states.entry(0) if states.is_single and axis == 0 else _not_followed())


def _not_followed() -> Any:
    raise NotFollowed


def attribute(tensor: Traced, name: str, cause: Cause) -> Any:
    """Return an attribute or a method of a traced tensor."""
    if name == "shape":
        return tuple(_size(tensor, axis, cause) for axis in range(tensor.rank))
    if name == "ndim":
        return tensor.rank
    if name in {"data", "real"}:
        return tensor
    if name in {"T", "mT"} and tensor.rank == 2:
        return tensor.reordered((1, 0))
    if name in {"device", "dtype", "is_cuda"}:
        return Unknown([cause])
    return BuiltIn(lambda *values, at, **named: method(tensor, name, values, named, at))


def _size(tensor: Traced, axis: Any, cause: Cause) -> Any:
    known = tensor.sizes[tensor.axis(axis)]
    return UnknownSize(tensor.axes[tensor.axis(axis)], cause) if known is None else known


def function(path: str, positional: Sequence[Any], named: Mapping[str, Any], cause: Cause) -> Any:
    """Return what a function of PyTorch gives for traced tensors; MISSING for one that is none of PyTorch's."""
    name = path.rpartition(".")[2]
    if not path.startswith("torch."):
        return MISSING
    if name == "pack_padded_sequence":
        return positional[0]
    if name == "pad_packed_sequence":
        return positional[0], Unknown([cause])
    first = positional[0] if positional else named.get("input", named.get("tensors"))
    rest = positional[1:]
    if name in {"cat", "concat", "concatenate", "hstack", "stack"} and isinstance(first, (list, tuple)):
        axis = named.get("dim", named.get("axis", rest[0] if rest else 0))
        return _stacked(first, axis) if name == "stack" else _joined(first, 1 if name == "hstack" else axis)
    if not isinstance(first, Traced):
        raise NotFollowed
    return method(first, name, rest, {key: value for key, value in named.items() if key != "input"}, cause)


def method(tensor: Traced, name: str, values: Sequence[Any], named: Mapping[str, Any], cause: Cause) -> Any:
    """Return what a method of a traced tensor gives; raise NotFollowed for one that is not followed."""
    if is_elementwise(name):
        return elementwise(name, tensor, values, named)
    if name in _SAME:
        return tensor
    if name.startswith(_POOLS):
        return _pooled(tensor, name, values, named, cause)
    if name in _REDUCING or (name in {"max", "min"} and (values or named)):
        return _reduced(tensor, name, values, named, cause)
    if name in _OPERATORS and len(values) == 1:
        return operate(_OPERATORS[name], tensor, values[0])
    follow = _METHODS.get(name)
    by_name = [named[key] for key in ("dim", "start_dim", "end_dim") if key in named]
    if follow is None or len(by_name) < len(named) or (named.keys() == {"end_dim"} and not values):
        raise NotFollowed
    return follow(tensor, [*values, *by_name], cause)


def _pooled(tensor: Traced, name: str, values: Sequence[Any], named: Mapping[str, Any], cause: Cause) -> Any:
    adaptive = "Adaptive" * name.startswith("adaptive")
    stem = adaptive + ("AvgPool" if "avg" in name else "MaxPool")
    if not name.endswith(f"{tensor.rank - 2}d"):
        raise NotFollowed
    order = ("output_size",) if adaptive else ("kernel_size", "stride", "padding", "ceil_mode" if "avg" in name else "dilation")
    if len(values) > len(order):
        raise NotFollowed
    whole = values[0] if values else named.get("kernel_size")
    if not adaptive and len(values) <= 1 and _is_whole(tensor, whole):
        axes = list(range(2, tensor.rank))
        return _reduced(tensor, "amax" if stem == "MaxPool" else "mean", [axes, True], {}, cause)
    return changed(stem, dict(zip(order, values, strict=False)) | dict(named), tensor)


def _is_whole(tensor: Traced, window: Any) -> bool:
    """Return whether a window is as large as all positions, which are not known."""
    sizes = window if isinstance(window, (list, tuple)) else [window]
    axes = range(2, tensor.rank)
    same = len(sizes) == len(axes) and all(_is_size(tensor, axis, size) for axis, size in zip(axes, sizes, strict=True))
    return same and any(isinstance(size, UnknownSize) for size in sizes)


def _reduced(tensor: Traced, name: str, values: Sequence[Any], named: Mapping[str, Any], cause: Cause) -> Any:
    dims = named.get("dim", named.get("axis", values[0] if values else None))
    keepdims = named.get("keepdim", named.get("keepdims", values[1] if len(values) > 1 else False))
    given = dims if isinstance(dims, (list, tuple)) else [dims]
    if tensor.tokens or not isinstance(keepdims, bool):
        raise NotFollowed
    own = sorted(tensor.axis(each) for each in given)
    axes = tuple(sorted(tensor.axes[at] for at in own))
    if 0 in axes:
        raise NotFollowed
    kind = {"amax": "max", "amin": "min"}.get(name, name)
    added = tensor.graph.add(Reduce(kind, axes if len(axes) > 1 else axes[0], keepdims), tensor.name)
    if keepdims:
        found = tensor.again(added, [1 if at in own else size for at, size in enumerate(tensor.sizes)])
    else:
        left = [at for at in range(tensor.rank) if at not in own]
        shifted = [tensor.axes[at] - sum(axis < tensor.axes[at] for axis in axes) for at in left]
        found = Traced(tensor.graph, added, shifted, [tensor.sizes[at] for at in left])
    return (found, Unknown([cause])) if name in {"max", "min"} else found


def _flatten(tensor: Traced, values: Sequence[Any], _: Cause) -> Traced:
    start = values[0] if values else 0
    return flattened(tensor, start, values[1] if len(values) > 1 else -1)


def _viewed(tensor: Traced, values: Sequence[Any], _: Cause) -> Traced:
    wanted = list(values[0]) if len(values) == 1 and isinstance(values[0], (list, tuple)) else list(values)
    if len(wanted) == tensor.rank and all(_is_size(tensor, at, value) for at, value in enumerate(wanted)):
        return tensor
    if tensor.tokens or tensor.axes[0] != 0 or len(wanted) < 2:
        raise NotFollowed
    *front, last = wanted
    if len(wanted) == _MERGED and tensor.rank > _MERGED and all(_is_size(tensor, at, value) for at, value in enumerate(front)):
        return _merged(tensor, last)
    batch, *rest = wanted
    whole = isinstance(batch, UnknownSize) and batch.axis == 0
    if not whole and (batch != -1 or not all(isinstance(each, int) and each > 0 for each in rest)):
        raise NotFollowed
    if len(rest) == 1 and rest[0] != tensor.sizes[-1]:
        width = rest[0] if isinstance(rest[0], int) and rest[0] > 0 else None
        if rest[0] != -1 and width is None:
            raise NotFollowed
        flat = flattened(tensor, 1, -1) if tensor.rank > 2 else tensor
        known = flat.sizes[-1]
        behind = prod(size for size in tensor.sizes[1:] if size is not None)
        if width is not None and (width % behind if known is None else width != known):
            raise NotFollowed
        return flat.again(flat.name, (None, known if width is None else width))
    rest = [-1 if isinstance(each, UnknownSize) else each for each in rest]
    if not whole or not all(isinstance(each, int) for each in rest) or rest.count(-1) > 1:
        raise NotFollowed
    read = tensor.in_order()
    name = read.graph.add(Reshape(tuple(rest)), read.name)
    return Traced(read.graph, name, range(len(wanted)), [None, *(None if each == -1 else each for each in rest)])


def _merged(tensor: Traced, last: Any) -> Traced:
    """Return a tensor with all axes behind the second as one, whose size the program gives or the next layer reads."""
    read = tensor.in_order()
    behind = read.sizes[_MERGED - 1 :]
    whole = prod(size for size in behind if size is not None)
    width = whole if None not in behind else last if isinstance(last, int) and last > 0 else None
    if not (isinstance(last, Unknown) or last in {-1, width}):
        raise NotFollowed
    name = read.graph.add_merged(read.name)
    if width is not None:
        read.graph.settle(name, width)
    return Traced(read.graph, name, range(_MERGED), (None, None, width))


def _is_size(tensor: Traced, axis: int, value: Any) -> bool:
    """Return whether a value that a program asks for is the size of an axis."""
    return (
        value.axis == tensor.axes[axis]
        if isinstance(value, UnknownSize)
        else isinstance(value, int) and value == tensor.sizes[axis]
    )


def _permuted(tensor: Traced, values: Sequence[Any], _: Cause) -> Traced:
    order = values[0] if len(values) == 1 and isinstance(values[0], (list, tuple)) else values
    return tensor.reordered([tensor.axis(each) for each in order])


def _transposed(tensor: Traced, values: Sequence[Any], _: Cause) -> Traced:
    if len(values) != 2:
        raise NotFollowed
    one, other = (tensor.axis(each) for each in values)
    order = list(range(tensor.rank))
    order[one], order[other] = other, one
    return tensor.reordered(order)


def _squeezed(tensor: Traced, values: Sequence[Any], _: Cause) -> Traced:
    own = [tensor.axis(each) for each in values] if values else [at for at, size in enumerate(tensor.sizes) if size == 1]
    if any(tensor.sizes[at] is None for at in own) or (not values and None in tensor.sizes[1:]):
        raise NotFollowed
    return in_axes(tensor, {at: "0" for at in own if tensor.sizes[at] == 1})


def _unsqueezed(tensor: Traced, values: Sequence[Any], _: Cause) -> Traced:
    at = values[0] if len(values) == 1 else None
    if not isinstance(at, int) or not -tensor.rank - 1 <= at <= tensor.rank or tensor.tokens:
        raise NotFollowed
    at %= tensor.rank + 1
    read = tensor.in_order()
    if at == 0:
        raise NotFollowed
    name = read.graph.add(ExpandDims(at), read.name)
    return Traced(read.graph, name, range(read.rank + 1), (*read.sizes[:at], 1, *read.sizes[at:]))


def _sized(tensor: Traced, values: Sequence[Any], cause: Cause) -> Any:
    return _size(tensor, values[0], cause) if values else tuple(_size(tensor, axis, cause) for axis in range(tensor.rank))


def _split(tensor: Traced, values: Sequence[Any], _: Cause, *, chunks: bool = False) -> tuple[Traced, ...]:
    axis = tensor.axis(values[1] if len(values) > 1 else 0)
    size, given = tensor.sizes[axis], values[0]
    if size is None and chunks and isinstance(given, int) and given > 0 and tensor.axes[axis]:
        name = tensor.graph.add(Split(given, tensor.axes[axis]), tensor.name)
        return tuple(tensor.again(f"{name}.{at}" if at else name) for at in range(given))
    if size is None or tensor.tokens or not (isinstance(given, (list, tuple)) or (isinstance(given, int) and given > 0)):
        raise NotFollowed
    each = -(-size // given) if chunks and isinstance(given, int) else given
    parts = list(each) if isinstance(each, (list, tuple)) else [min(each, size - at) for at in range(0, size, each)]
    if not all(isinstance(part, int) and part > 0 for part in parts) or sum(parts) != size:
        raise NotFollowed
    name = tensor.graph.add(Split(tuple(parts), tensor.axes[axis]), tensor.name)
    sizes = [[*tensor.sizes[:axis], part, *tensor.sizes[axis + 1 :]] for part in parts]
    return tuple(tensor.again(f"{name}.{at}" if at else name, found) for at, found in enumerate(sizes))


_METHODS: dict[str, Callable[[Traced, Sequence[Any], Cause], Any]] = {
    "flatten": _flatten,
    "view": _viewed,
    "reshape": _viewed,
    "permute": _permuted,
    "transpose": _transposed,
    "swapaxes": _transposed,
    "t": lambda tensor, _, cause: _transposed(tensor, (0, 1), cause),
    "squeeze": _squeezed,
    "unsqueeze": _unsqueezed,
    "size": _sized,
    "dim": lambda tensor, _, __: tensor.rank,
    "chunk": lambda tensor, values, cause: _split(tensor, values, cause, chunks=True),
    "split": _split,
}


def _alike(tensors: Sequence[Any]) -> list[Traced]:
    """Return traced tensors with the same order of axes; raise NotFollowed where something else is among them."""
    found = [each for each in tensors if isinstance(each, Traced) and not each.tokens]
    if len(found) != len(tensors) or len({each.rank for each in found}) != 1:
        raise NotFollowed
    return found if len({each.axes for each in found}) == 1 else [each.in_order() for each in found]


def _joined(tensors: Sequence[Any], axis: Any) -> Traced:
    found = _alike(tensors)
    at = found[0].axis(axis)
    if found[0].axes[at] == 0:
        raise NotFollowed
    if len(found) == 1:
        return found[0]
    parts = [each.sizes[at] for each in found]
    sizes = list(found[0].sizes)
    sizes[at] = None if None in parts else sum(part for part in parts if part is not None)
    return found[0].again(found[0].graph.add(Concat(found[0].axes[at]), *(each.name for each in found)), sizes)


def _stacked(tensors: Sequence[Any], axis: Any) -> Traced:
    found = [each.in_order() for each in _alike(tensors)]
    rank = found[0].rank
    at = axis % (rank + 1) if isinstance(axis, int) and -rank - 1 <= axis <= rank else 0
    if at == 0:
        raise NotFollowed
    name = found[0].graph.add(Stack(at), *(each.name for each in found))
    sizes = found[0].sizes
    return Traced(found[0].graph, name, range(rank + 1), (*sizes[:at], len(found), *sizes[at:]))


def operate(name: str, left: Any, right: Any) -> Any:
    """Return what an operator gives on traced tensors, or on one and a number."""
    tensors = [each for each in (left, right) if isinstance(each, Traced)]
    if len(tensors) == 1:
        other = right if tensors[0] is left else left
        if name == "MatMult" or not isinstance(other, (int, float)):
            raise NotFollowed
        return tensors[0]
    if name == "MatMult":
        one, other = (each.in_order() for each in _alike(tensors))
        return one.again(one.graph.add(MatMul(), one.name, other.name), (*one.sizes[:-1], other.sizes[-1]))
    kind = _PAIRS.get(name)
    if kind is None:
        raise NotFollowed
    one, other = _alike(tensors)
    sizes = [_wider(*pair) for pair in zip(one.sizes, other.sizes, strict=True)]
    return one.again(one.graph.add(kind(), one.name, other.name), sizes)


def _wider(one: int | None, other: int | None) -> int | None:
    return other if one in {None, 1} else one


def item(tensor: Traced, key: Any) -> Traced:
    """Return the entries of a traced tensor that stand at an index."""
    keys = list(key) if isinstance(key, tuple) else [key]
    if keys.count(...) > 1 or len([each for each in keys if each is not ...]) > tensor.rank:
        raise NotFollowed
    at = keys.index(...) if ... in keys else len(keys)
    rest = keys[at + 1 :]
    placed = [*enumerate(keys[:at]), *((tensor.rank - len(rest) + each, value) for each, value in enumerate(rest))]
    return in_axes(tensor, {axis: _word(value) for axis, value in placed})


def _word(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, slice) or not all(
        each is None or (isinstance(each, int) and not isinstance(each, bool)) for each in (value.start, value.stop, value.step)
    ):
        raise NotFollowed
    start, stop = ("" if each is None else str(each) for each in (value.start, value.stop))
    return f"{start}:{stop}" + ("" if value.step is None else f":{value.step}")
