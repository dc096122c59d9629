"""Methods, functions, operators and indices of tensors, as far as their shapes go.

What is not listed here gives a tensor whose shape is not known: nothing is taken to keep its shape.
"""

from __future__ import annotations

from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.array_shapes import Sizes, flattened, known, pooled, pooled_everywhere, pooled_last, reduced, reshaped
from lstm_calc.formats.code.families.rows import words
from lstm_calc.formats.code.unknown import MISSING, Cause, Imported, Unknown, causes_of, is_unknown
from lstm_calc.formats.code.values import Array, BuiltIn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_KEEPING = words(
    """
    abs add apply array asarray astype bfloat16 bool byte celu clamp clip clone contiguous copy cos cpu cuda cumprod cumsum detach
    div divide double dropout dropout1d dropout2d elu exp expm1 flip float gelu half hard_tanh int layer_norm leaky_relu log log1p
    log_softmax logsigmoid long masked_fill maximum minimum mish mul multiply nan_to_num neg normalize numpy pow reciprocal relu
    relu6 requires_grad_ roll round rsqrt selu share_memory short sigmoid sign silu sin softmax softplus sqrt square standardize
    stop_gradient sub subtract swish tanh to tril triu type type_as where
    """
)
"""Methods and functions whose result has the shape of what they are called on."""
_IN_PLACE = frozenset({"squeeze_", "unsqueeze_", "t_", "transpose_", "swapaxes_", "resize_"})
"""Methods that change the tensor itself to another shape; all others whose name ends so keep it."""
_BESIDE = frozenset({"dtype", "device", "out", "order", "requires_grad", "inplace", "training"})
"""Arguments on which no shape depends."""


class UnknownShape(Unknown):
    """The shape of a tensor of which the last size alone is known."""

    def __init__(self, array: Array, cause: Cause) -> None:
        """Take the tensor, and the expression."""
        super().__init__([cause])
        self.array = array


def array_attribute(holder: Array, name: str, cause: Cause) -> Any:  # noqa: PLR0911 - a case for each name
    """Return an attribute or method of a tensor."""
    shape = known(holder)
    if name == "shape" or (name == "ndim" and holder.shape is not None):
        sizes: Any = UnknownShape(holder, cause) if holder.shape is None else holder.shape
        return sizes if name == "shape" else len(sizes)
    if name == "dim" and holder.shape is not None:
        rank = len(holder.shape)
        return BuiltIn(lambda *_, **__: rank)
    if name in {"T", "mT", "data"}:
        return holder if name == "data" else _turned_round(holder, 2 if name == "mT" else None)
    if holder.numbers is not None and name in _OF_NUMBERS:
        numbers = holder.numbers
        return BuiltIn(lambda *_, **__: _OF_NUMBERS[name](numbers))
    if name in {"numel", "nelement"}:
        return BuiltIn(lambda *_, at, **__: Unknown([at]) if shape is None else prod(shape))
    if name == "size":
        return BuiltIn(lambda axis=None, *_, at, **__: _size(holder, axis, at))
    return BuiltIn(lambda *values, at, **named: method(name, holder, values, named, at))


_OF_NUMBERS: dict[str, Any] = {"prod": prod, "sum": sum, "max": max, "min": min, "tolist": list}
"""Methods of an array of numbers that are known."""


def _turned_round(holder: Array, last: int | None = None) -> Array:
    """Return a tensor with its axes in the opposite order: all of them, or so many at the end."""
    if holder.shape is None or (last is not None and len(holder.shape) < last):
        return Array(None)
    at = 0 if last is None else len(holder.shape) - last
    return Array((*holder.shape[:at], *reversed(holder.shape[at:])))


def _size(holder: Array, axis: Any, at: Cause) -> Any:
    if axis is None:
        return holder.shape if holder.shape is not None else Unknown([at])
    if axis == -1:
        return holder.width if holder.width is not None else Unknown([at])
    if holder.shape is not None and isinstance(axis, int) and -len(holder.shape) <= axis < len(holder.shape):
        return holder.shape[axis]
    return Unknown([at])


def method(name: str, holder: Array, values: Sequence[Any], named: dict[str, Any], at: Cause) -> Any:
    """Return what a method of a tensor gives, or the function of its name on it."""
    named = {key: value for key, value in named.items() if key not in _BESIDE}
    if name in _KEEPING or (name.endswith("_") and name not in _IN_PLACE):
        return holder
    if name == "t":
        return _turned_round(holder)
    follow = _FOLLOWED.get(name)
    if follow is None:
        return Unknown([at])
    shape = known(holder)
    if shape is None:
        return _by_width(name, holder, values, named)
    try:
        found = follow(shape, list(values), named)
    except (TypeError, ValueError, LookupError, ArithmeticError):
        found = None
    if found is None and name in _RESHAPING:
        return _reshaped(holder, _shape_in(values, named))
    return Array(None) if found is None else found


def _by_width(name: str, holder: Array, values: Sequence[Any], named: dict[str, Any]) -> Array:
    """Return what a method gives for a tensor of which not all sizes are known: with its last size, where that is."""
    if name in _RESHAPING:
        return _reshaped(holder, _shape_in(values, named))
    if name in _REDUCING or name in {"max", "min"}:
        axis, keeps = _reduction(values, named)
        return reduced(holder, axis, keeps=keeps)
    axis = named.get("axis")
    keeps_last = name == "squeeze" or (name == "repeat" and isinstance(axis, int) and axis >= 0)
    return Array(None, holder.width if keeps_last else None)


_RESHAPING = frozenset({"reshape", "view"})


def _shape_in(values: Sequence[Any], named: dict[str, Any]) -> Any:
    """Return a shape that is given as several sizes, or as one list of them."""
    wanted = named.get("shape", named.get("size", named.get("newshape", values[0] if len(values) == 1 else list(values))))
    return wanted if isinstance(wanted, (list, tuple)) else [wanted]


def _reshaped(holder: Array, shape: Sequence[Any]) -> Array:
    """Return a tensor in a shape of which some sizes are not known, or that it has not enough numbers for."""
    last = shape[-1] if shape else None
    if isinstance(last, int) and last > 0:
        return Array(None, last)
    rest = known(Array(holder.shape[1:])) if holder.shape is not None else None
    if last == -1 and rest is not None and len(shape) == 2:
        return Array(None, prod(rest))
    return Array(None, last if is_unknown(last) else None)


def _arguments(values: Sequence[Any], named: dict[str, Any], **defaults: Any) -> list[Any]:
    """Return arguments in order; raise ValueError for one that is not among them."""
    if len(values) > len(defaults) or not named.keys() <= defaults.keys():
        raise ValueError
    return list((defaults | dict(zip(defaults, values, strict=False)) | named).values())


def _axis(shape: Sequence[Any], axis: Any) -> int:
    """Return an axis, counted from the front; raise ValueError for one that there is not."""
    if not isinstance(axis, int) or not -len(shape) <= axis < len(shape):
        raise ValueError
    return axis % len(shape)


def _flatten(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Array:
    start, end = _arguments(values, named, start_dim=0, end_dim=-1)
    return flattened(shape, _axis(shape, start), _axis(shape, end))


def _permute(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Array:
    order = named.get("dims", named.get("axes", values[0] if len(values) == 1 else values))
    axes = [_axis(shape, each) for each in order]
    if sorted(axes) != list(range(len(shape))):
        raise ValueError
    return Array(shape[axis] for axis in axes)


def _transpose(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Array:
    """Follow ``transpose``, of two axes as in PyTorch or of all as in NumPy."""
    if not values and not named:
        return Array(reversed(shape))
    if len(values) == 2 or "dim0" in named:
        return _swap(shape, values, named)
    return _permute(shape, values, named)


def _swap(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Array:
    one, other = (_axis(shape, each) for each in _arguments(values, named, dim0=None, dim1=None))
    sizes = list(shape)
    sizes[one], sizes[other] = sizes[other], sizes[one]
    return Array(sizes)


def _move(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Array:
    source, target = (_axis(shape, each) for each in _arguments(values, named, source=None, destination=None))
    rest = [size for at, size in enumerate(shape) if at != source]
    return Array([*rest[:target], shape[source], *rest[target:]])


def _squeeze(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Array:
    axis = named.get("dim", named.get("axis", values[0] if values else None))
    axes = axis if isinstance(axis, (list, tuple)) else range(len(shape)) if axis is None else [axis]
    gone = {own for own in (_axis(shape, each) for each in axes) if shape[own] == 1}
    return Array(size for at, size in enumerate(shape) if at not in gone)


def _unsqueeze(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Array:
    (axis,) = [*values, *named.values()]
    at = _axis((*shape, 1), axis)
    return Array((*shape[:at], 1, *shape[at:]))


def _widened(shape: Sizes, values: list[Any], named: dict[str, Any], *, name: str) -> Array | None:
    """Return a tensor whose axes are repeated, or expanded to other sizes."""
    if "axis" in named:
        return _interleave(shape, [*values, named["axis"]], {})
    given = _shape_in(values, {})
    if name == "tile":
        given = [*(1,) * (len(shape) - len(given)), *given]
    if len(given) < len(shape) or not all(isinstance(each, int) for each in given):
        return None
    pairs = zip((1,) * (len(given) - len(shape)) + shape, given, strict=True)
    return Array((own if each == -1 else each) if name == "expand" else own * each for own, each in pairs)


def _reduction(values: Sequence[Any], named: dict[str, Any]) -> tuple[Any, bool]:
    axis = named.get("axis", named.get("dim", values[0] if values else None))
    keeps = named.get("keepdims", named.get("keepdim", values[1] if len(values) > 1 else False))
    return axis, keeps is True


def _reduce(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Array:
    axis, keeps = _reduction(values, named)
    if axis is None:
        return Array((1,) * len(shape) if keeps else ())
    axes = axis if isinstance(axis, (list, tuple)) else [axis]
    return reduced(Array(shape), [_axis(shape, each) for each in axes], keeps=keeps)


def _extreme(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Any:
    """Follow ``max`` and ``min``: PyTorch's, of a ``dim``, give the places, too; it is not known which one a bare number is for."""
    if values:
        return None
    found = _reduce(shape, values, named)
    return (found, found) if "dim" in named else found


def _parts(shape: Sizes, values: list[Any], named: dict[str, Any], *, chunks: bool = False) -> tuple[Array, ...]:
    named = {
        {"chunks": "parts", "split_size": "parts", "split_size_or_sections": "parts"}.get(key, key): each
        for key, each in named.items()
    }
    parts, dim = _arguments(values, named, parts=None, dim=0)
    at = _axis(shape, dim)
    each = -(-shape[at] // parts) if chunks else parts
    sizes = each if isinstance(each, (list, tuple)) else [min(each, shape[at] - start) for start in range(0, shape[at], each)]
    return tuple(Array((*shape[:at], size, *shape[at + 1 :])) for size in sizes)


def _unbind(shape: Sizes, values: list[Any], named: dict[str, Any]) -> tuple[Array, ...]:
    (dim,) = _arguments(values, named, dim=0)
    at = _axis(shape, dim)
    return tuple(Array((*shape[:at], *shape[at + 1 :])) for _ in range(shape[at]))


def _narrow(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Array:
    dim, _, length = _arguments(values, named, dim=None, start=None, length=None)
    at = _axis(shape, dim)
    return Array((*shape[:at], length, *shape[at + 1 :]))


def _select(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Array:
    dim, _ = _arguments(values, named, dim=None, index=None)
    at = _axis(shape, dim)
    return Array((*shape[:at], *shape[at + 1 :]))


def _like(_: Sizes, values: list[Any], named: dict[str, Any]) -> Array | None:
    shape = known([*values, *named.values()][-1])
    return None if shape is None else Array(shape)


def _interleave(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Array:
    times, dim = _arguments(values, named, repeats=None, dim=None)
    at = _axis(shape, dim)
    return Array((*shape[:at], shape[at] * int(times), *shape[at + 1 :]))


def _unflatten(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Array | None:
    dim, sizes = _arguments(values, named, dim=None, sizes=None)
    at = _axis(shape, dim)
    inner = reshaped((shape[at],), sizes)
    return None if inner is None else Array((*shape[:at], *(inner.shape or ()), *shape[at + 1 :]))


def _new(_: Sizes, values: list[Any], named: dict[str, Any]) -> Array:
    return Array(_shape_in(values, named))


def _multiply(shape: Sizes, values: list[Any], named: dict[str, Any]) -> Array | None:
    (other,) = [*values, *named.values()]
    second = known(other)
    return None if second is None else _product(shape, second)


def _product(one: Sizes, other: Sizes) -> Array | None:
    """Return the product of two matrices, or of stacks of them; None where it does not follow."""
    if len(other) == 1:
        return Array(one[:-1])
    if len(one) < 2 or len(other) < 2:
        return None
    before = _broadcast(one[:-2], other[:-2])
    return None if before is None else Array((*before, one[-2], other[-1]))


def _broadcast(one: Sizes, other: Sizes) -> Sizes | None:
    """Return the shape of two tensors together; None where they do not fit."""
    rank = max(len(one), len(other))
    pairs = list(zip((1,) * (rank - len(one)) + one, (1,) * (rank - len(other)) + other, strict=True))
    if any(1 not in pair and pair[0] != pair[1] for pair in pairs):
        return None
    return tuple(right if left == 1 else left for left, right in pairs)


_REDUCING = words("mean sum prod std var amax amin nanmean logsumexp any all argmax argmin")
_FOLLOWED: dict[str, Callable[[Sizes, list[Any], dict[str, Any]], Any]] = {
    **dict.fromkeys(_REDUCING, _reduce),
    **dict.fromkeys(("max", "min"), _extreme),
    **dict.fromkeys(_RESHAPING, lambda shape, values, named: reshaped(shape, _shape_in(values, named))),
    **dict.fromkeys(("swapaxes", "swapdims"), _swap),
    **dict.fromkeys(("movedim", "moveaxis"), _move),
    **dict.fromkeys(("unsqueeze", "expand_dims"), _unsqueeze),
    **dict.fromkeys(("view_as", "reshape_as", "expand_as", "gather"), _like),
    **dict.fromkeys(("new_zeros", "new_ones", "new_empty"), _new),
    **dict.fromkeys(("matmul", "bmm", "mm", "mv", "dot"), _multiply),
    **{name: partial(_widened, name=name) for name in ("repeat", "tile", "expand")},
    "flatten": _flatten,
    "ravel": _flatten,
    "permute": _permute,
    "transpose": _transpose,
    "squeeze": _squeeze,
    "chunk": partial(_parts, chunks=True),
    "split": _parts,
    "unbind": _unbind,
    "narrow": _narrow,
    "select": _select,
    "repeat_interleave": _interleave,
    "unflatten": _unflatten,
}
"""Methods, and the functions of their names, that give another shape: each for one that is known."""


def item(holder: Array, key: Any) -> Any:
    """Return an entry or slice of a tensor."""
    if holder.numbers is not None and isinstance(key, int) and -len(holder.numbers) <= key < len(holder.numbers):
        return holder.numbers[key]
    keys = [None if isinstance(each, Imported) else each for each in (key if isinstance(key, tuple) else (key,))]
    if holder.shape is None:
        last = keys[-1] if ... in keys else slice(None)
        return Array(None, holder.width if last in (..., slice(None)) else None)
    found = _entries(holder.shape, keys)
    if found is not None:
        return Array(found)
    reaches_last = ... in keys or len([each for each in keys if each is not None]) >= len(holder.shape)
    return Array(None, None if reaches_last else holder.width)


def _entries(shape: tuple[Any, ...], keys: list[Any]) -> list[Any] | None:
    """Return the shape of what stands at some keys; None where one of them does not say it."""
    rest = len(shape) - sum(each is not None and each is not ... for each in keys)
    if rest < 0 or keys.count(...) > 1:
        return None
    at = keys.index(...) if ... in keys else len(keys)
    sizes = iter(shape)
    found: list[Any] = []
    for each in [*keys[:at], *[slice(None)] * rest, *keys[at + 1 :]]:
        size = 1 if each is None else next(sizes)
        if each is None or each == slice(None):
            found.append(size)
        elif isinstance(each, slice) and isinstance(size, int):
            found.append(len(range(*each.indices(size))))
        elif isinstance(each, (list, Array)) and len(keys) == 1:
            found += [len(each)] if isinstance(each, list) else each.shape or [Unknown(causes_of(size))]
        elif not isinstance(each, int) or isinstance(each, bool):
            return None
    return found


def operate(name: str, left: Any, right: Any) -> Array:
    """Return a tensor that an operator gives."""
    one, other = (each if isinstance(each, Array) else None for each in (left, right))
    if one is None or other is None:
        alone = one or other
        if alone is None or name == "MatMult":
            return Array(None, other.width if other is not None and len(other.shape or ()) != 1 else None)
        return Array(alone.shape, alone.width)
    first, second = known(one), known(other)
    if first is not None and second is not None:
        return (_product(first, second) if name == "MatMult" else Array(_broadcast(first, second))) or Array(None)
    if name == "MatMult":
        return Array(None, other.width)
    return Array(None, next((each.width for each in (one, other) if each.width not in {None, 1}), None))


def function(path: str, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
    """Return what a function of a framework gives on tensors, MISSING for one that is not known."""
    name, home = path.rpartition(".")[2], path.partition(".")[0]
    if home not in {"jax", "flax", "haiku", "torch", "numpy", "mlx", "paddle"} or name[:1].isupper():
        return MISSING
    first = positional[0] if positional else None
    if name in _JOINING and isinstance(first, (list, tuple)):
        return joined(first, named.get("axis", named.get("dim", positional[1] if len(positional) > 1 else 0)), name)
    if name == "one_hot" and home in {"jax", "flax", "haiku"}:
        return Array(None, named.get("num_classes", positional[1] if len(positional) > 1 else None))
    tensor = next((each for each in positional if isinstance(each, Array)), None)
    if tensor is None or home in {"numpy", "mlx", "paddle"} or path.startswith("torch.nn.utils"):
        return MISSING
    if path.startswith("torch.nn.init.") or name in _KEEPING:
        return tensor
    return _on_tensor(name, home, positional, named, cause) if first is tensor else Unknown([cause])


def _on_tensor(name: str, home: str, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
    """Return what a function gives for the tensor that it is called on first."""
    tensor, *rest = positional
    shape = known(tensor)
    if "_pool" in name and home != "torch":
        return (pooled_everywhere if home == "haiku" else pooled_last)(tensor, rest, named)
    if name == "broadcast_to":
        wanted = _shape_in(rest, named)
        return Array(wanted) if not causes_of(wanted) else Array(None, None if tensor.width == 1 else tensor.width)
    if name == "split" and home != "torch":
        return _sections(tensor, *rest, **named) or Unknown([cause])
    if "_pool" in name:
        return (None if shape is None else pooled(name, shape, rest, named)) or Unknown([cause])
    if name in {"max", "min"} and rest:
        named, rest = {"dim" if home == "torch" else "axis": rest[0], **named}, []
    return method(name, tensor, rest, named, cause)


def _sections(tensor: Array, parts: Any = None, axis: Any = 0) -> Any:
    """Return what NumPy's split gives: so many equal parts, or those between some places; None where that does not follow."""
    shape = known(tensor)
    if shape is None and axis == -1 and isinstance(tensor.width, int):
        found = _sections(Array((tensor.width,)), parts)
        return None if found is None else [Array(None, each.width) for each in found]
    if shape is None or not isinstance(axis, int) or not -len(shape) <= axis < len(shape):
        return None
    at = axis % len(shape)
    places = list(range(0, shape[at], shape[at] // parts)) if isinstance(parts, int) and parts and shape[at] % parts == 0 else None
    ends = [0, *parts] if isinstance(parts, (list, tuple)) else places
    if ends is None or not all(isinstance(each, int) and 0 <= each <= shape[at] for each in ends):
        return None
    sizes = [end - start for start, end in zip(ends, [*ends[1:], shape[at]], strict=True)]
    return [Array((*shape[:at], size, *shape[at + 1 :])) for size in sizes]


_JOINING = words("concatenate concat cat hstack vstack stack")


def joined(arrays: Sequence[Any], axis: Any, name: str) -> Any:
    """Return tensors as one, along an axis or a new one."""
    shapes = [shape for shape in map(known, arrays) if shape]
    if shapes and len(shapes) == len(arrays) and isinstance(axis, int):
        try:
            return _put_together(shapes, axis, name)
        except ValueError:
            return Array(None)
    widths = [each.width if isinstance(each, Array) else None for each in arrays]
    flat = all(isinstance(each, Array) and each.shape and len(each.shape) == 2 for each in arrays)
    if name in {"stack", "vstack"} or (axis != -1 and name != "hstack" and not (axis == 1 and flat)):
        return Array(None, widths[0] if axis in {0, 1} else None)
    if name == "hstack" and not flat:
        return Array(None)
    causes = causes_of(widths)
    if causes or None in widths:
        return Array(None, Unknown(causes) if causes else None)
    return Array(None, sum(widths) if all(isinstance(width, int) for width in widths) else None)


def _put_together(shapes: Sequence[Sizes], axis: int, name: str) -> Array:
    """Return tensors of known shapes as one; raise ValueError where they do not fit."""
    if name == "stack":
        at = _axis((*shapes[0], 1), axis)
        if len(set(shapes)) > 1:
            raise ValueError
        return Array((*shapes[0][:at], len(shapes), *shapes[0][at:]))
    if name == "vstack":
        shapes = [(1, *shape) if len(shape) == 1 else shape for shape in shapes]
    at = _axis(shapes[0], {"hstack": int(len(shapes[0]) > 1), "vstack": 0}.get(name, axis))
    if len({(*shape[:at], *shape[at + 1 :]) for shape in shapes}) > 1:
        raise ValueError
    return Array((*shapes[0][:at], sum(shape[at] for shape in shapes), *shapes[0][at + 1 :]))
