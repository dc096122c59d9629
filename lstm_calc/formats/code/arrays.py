"""Tensors that a program makes and passes on, as far as their shapes go: attributes, methods, functions, and calls of layers."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.array_shapes import KEEPING, flattened, given_by, known, pooled, pooled_last, reduced, reshaped, through
from lstm_calc.formats.code.families import FAMILIES, READ_WHAT_COMES, WEIGHTLESS
from lstm_calc.formats.code.families.rows import words
from lstm_calc.formats.code.unknown import MISSING, Cause, Place, Unknown, UnknownObject, causes_of, is_unknown
from lstm_calc.formats.code.values import Array, BuiltIn, FunctionValue, Instance, MadeLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.interpreter import Interpreter

INPUT = "input_dim"
"""What the width of the model's input is called where nothing in the text stands for it; ``--input`` says it."""


def incoming(place: Place, what: str) -> Array:
    """Return what a model reads, of which nothing is known; its width is asked for only where a size depends on it."""
    return Array(
        None, Unknown([Cause(INPUT, place, f"(the width that flows into {what}) is not in the code; say it as --input N")])
    )


def shape_of(interpreter: Interpreter, value: Any, cause: Cause) -> tuple[Any, Any]:
    """Return the two sizes of a table of vectors; those that are said beside the program, where the text does not say them."""
    if isinstance(value, Array) and value.shape is not None and len(value.shape) == 2:
        return value.shape[0], value.shape[1]
    found = causes_of(value) or (cause,)
    text = f"{found[0].text}.shape"
    said = interpreter.settings.named(text)
    if isinstance(said, (list, tuple)) and len(said) == 2:
        return said[0], said[1]
    unknown = Unknown([found[0].replace(text=text, shown="", why="is not in the code")])
    return unknown, unknown


def array_attribute(holder: Array, name: str, cause: Cause) -> Any:  # noqa: PLR0911 - a case for each name
    """Return an attribute or method of a tensor."""
    if name == "shape":
        return holder.shape if holder.shape is not None else UnknownShape(holder, cause)
    if name == "ndim" and holder.shape is not None:
        return len(holder.shape)
    if name in {"T", "t"}:
        turned = None if holder.shape is None else Array(reversed(holder.shape), trained=holder.trained)
        return (turned or Array(None)) if name == "T" else BuiltIn(lambda *_, **__: turned or Array(None))
    if holder.numbers is not None and name in _OF_NUMBERS:
        numbers = holder.numbers
        return BuiltIn(lambda *_, **__: _OF_NUMBERS[name](numbers))
    if name in {"numel", "nelement"}:
        shape = known(holder)
        return BuiltIn(lambda *_, at, **__: Unknown([at]) if shape is None else prod(shape))
    if name == "size":
        return BuiltIn(lambda axis=None, *_, at, **__: _size(holder, axis, at))
    if name in {"mean", "sum", "max", "min", "squeeze", "reshape", "view", "permute", "transpose", "flatten", "swapaxes"}:
        return BuiltIn(lambda *values, at, **named: _method(name, holder, values, named))  # noqa: ARG005 - not one of the named
    if name in {"repeat", "tile", "expand"}:
        return BuiltIn(lambda *values, at, **__: _widened(holder, name, values) or Unknown([at]))
    if name in _OTHER_SHAPES:
        return BuiltIn(lambda *_, at, **__: Unknown([at]))
    return holder if name in {"data", "at"} else BuiltIn(lambda *_, **__: holder)


_OTHER_SHAPES = words(
    """
    expand_as repeat_interleave unfold index_select gather narrow masked_select select diag diagonal chunk split unbind
    """
)
"""Methods whose result has another shape, which is not followed."""


def _widened(holder: Array, name: str, values: Sequence[Any]) -> Array | None:
    """Return a tensor whose axes are repeated, or expanded to other sizes; None where that does not follow."""
    shape = known(holder)
    given = values[0] if len(values) == 1 and isinstance(values[0], (list, tuple)) else values
    if shape is None or len(given) < len(shape) or not all(isinstance(each, int) for each in given):
        return None
    before = (1,) * (len(given) - len(shape)) + shape
    pairs = zip(before, given, strict=True)
    sizes = [(own if each == -1 else each) if name == "expand" else own * each for own, each in pairs]
    return Array(sizes, trained=holder.trained)


_OF_NUMBERS: dict[str, Any] = {"prod": prod, "sum": sum, "max": max, "min": min, "tolist": list}
"""Methods of an array of numbers that are known."""


class UnknownShape(Unknown):
    """The shape of a tensor of which the last size alone is known."""

    def __init__(self, array: Array, cause: Cause) -> None:
        """Take the tensor, and the expression."""
        super().__init__([cause])
        self.array = array


def _size(holder: Array, axis: Any, at: Cause) -> Any:
    if axis is None:
        return holder.shape if holder.shape is not None else Unknown([at])
    if axis == -1:
        return holder.width if holder.width is not None else Unknown([at])
    if holder.shape is not None and isinstance(axis, int) and axis < len(holder.shape):
        return holder.shape[axis]
    return Unknown([at])


def _method(name: str, holder: Array, values: Sequence[Any], named: dict[str, Any]) -> Any:
    shape = known(holder)
    if shape is not None and name in {"flatten", "permute", "transpose"}:
        return _turned(name, shape, [*values, *([named["start_dim"]] if "start_dim" in named else [])])
    if name in {"reshape", "view"}:
        return _reshaped(holder, values[0] if len(values) == 1 else values)
    if name in {"mean", "sum", "max", "min"}:
        axis = named.get("axis", named.get("dim", values[0] if values else None))
        return reduced(holder, axis, keeps=named.get("keepdims", named.get("keepdim")) is True)
    return Array(None, holder.width if name == "squeeze" else None)


def _turned(name: str, shape: tuple[int, ...], values: Sequence[Any]) -> Array:
    """Return a tensor of a known shape with its axes joined, or in another order."""
    if not all(isinstance(each, int) and -len(shape) <= each < len(shape) for each in values):
        return Array(None)
    if name == "flatten":
        return flattened(shape, *values[:2])
    axes = list(range(len(shape)))
    if name == "permute":
        axes = [int(each) for each in values]
    elif len(values) == 2:
        one, other = values
        axes[one], axes[other] = axes[other], axes[one]
    return Array(shape[axis] for axis in axes)


def _reshaped(holder: Array, shape: Any) -> Array:
    whole = known(holder)
    found = reshaped(whole, shape) if whole is not None and isinstance(shape, (list, tuple)) else None
    if found is not None:
        return found
    if whole is not None and shape == -1:
        return Array([prod(whole)])
    last = shape[-1] if isinstance(shape, (list, tuple)) and shape else None
    if isinstance(last, int) and last > 0:
        return Array(None, last)
    fixed = holder.shape is not None and all(isinstance(size, int) for size in holder.shape[1:])
    if last == -1 and fixed and len(shape) == 2:
        total = 1
        for size in holder.shape[1:] if holder.shape else ():
            total *= size
        return Array(None, total)
    return Array(None, last if is_unknown(last) else None)


def item(holder: Array, key: Any) -> Any:
    """Return an entry or slice of a tensor: with its last axis, unless the key takes an entry of that."""
    if holder.numbers is not None and isinstance(key, int) and -len(holder.numbers) <= key < len(holder.numbers):
        return holder.numbers[key]
    keys = key if isinstance(key, tuple) else (key,)
    if holder.shape is None:
        return Array(None, None if ... in keys and isinstance(keys[-1], int) else holder.width)
    if len(keys) == 1 and isinstance(key, Array) and len(key.shape or ()) == 1:
        return Array([*(key.shape or ()), *holder.shape[1:]])
    if any(not isinstance(each, (int, slice)) for each in keys) or len(keys) > len(holder.shape):
        return Array(None, holder.width)
    rest = holder.shape[len(keys) :]
    kept = [size for size, each in zip(holder.shape, keys, strict=False) if isinstance(each, slice)]
    return Array([*kept, *rest])


def operate(one: Array, other: Any) -> Array:
    """Return a tensor that an operator gives."""
    width = one.width if one.width is not None else getattr(other, "width", None)
    return Array(one.shape, width, trained=None) if not isinstance(other, Array) else Array(None, width)


def function(  # noqa: PLR0911 - a case for each kind of function
    path: str, positional: Sequence[Any], named: dict[str, Any], cause: Cause
) -> Any:
    """Return what a function of a framework gives on tensors, MISSING for one that is not known."""
    name = path.rpartition(".")[2]
    home = path.partition(".")[0]
    if home not in {"jax", "flax", "haiku", "torch", "numpy", "mlx", "paddle"} or name[:1].isupper():
        return MISSING
    if name in {"concatenate", "concat", "cat", "hstack"} and positional and isinstance(positional[0], (list, tuple)):
        return _joined(positional[0], named.get("axis", named.get("dim", positional[1] if len(positional) > 1 else 0)), name)
    first = next((each for each in positional if isinstance(each, Array)), None)
    if first is not None and path.startswith("torch.nn.init."):
        return first
    if name == "one_hot" and home in {"jax", "flax", "haiku"}:
        return Array(None, named.get("num_classes", positional[1] if len(positional) > 1 else None))
    if first is not None and home == "torch" and not path.startswith("torch.nn.utils"):
        return torch_function(name, positional, named, cause)
    if first is None or not home.startswith(("jax", "flax", "haiku")):
        return MISSING
    if name in {"mean", "sum", "max", "min", "squeeze", "reshape"}:
        return _method(name, first, [each for each in positional if each is not first], named)
    if name in {"max_pool", "avg_pool"}:
        return pooled_last(first, [each for each in positional if each is not first], named)
    return first if name in KEEPING else Array(None, first.width)


def _joined(arrays: Sequence[Any], axis: Any, name: str) -> Any:
    shapes = [shape for shape in map(known, arrays) if shape]
    if shapes and len(shapes) == len(arrays) and name != "hstack" and isinstance(axis, int):
        return _put_together(shapes, axis) or Array(None)
    widths = [each.width if isinstance(each, Array) else None for each in arrays]
    if (
        axis != -1
        and name != "hstack"
        and not (axis == 1 and all(isinstance(each, Array) and each.shape and len(each.shape) == 2 for each in arrays))
    ):
        return Array(None, widths[0] if axis in {0, 1} else None)
    causes = causes_of(widths)
    if causes or None in widths:
        return Array(None, Unknown(causes) if causes else None)
    return Array(None, sum(widths))


def _put_together(shapes: Sequence[tuple[int, ...]], axis: int) -> Array | None:
    """Return tensors of known shapes as one along an axis; None where they do not fit."""
    rank = len(shapes[0])
    if not -rank <= axis < rank or len({(*shape[: axis % rank], *shape[axis % rank + 1 :]) for shape in shapes}) > 1:
        return None
    at = axis % rank
    return Array((*shapes[0][:at], sum(shape[at] for shape in shapes), *shapes[0][at + 1 :]))


def call(interpreter: Interpreter, layer: MadeLayer, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
    """Return what a layer gives on what it is called on."""
    if layer.family not in READ_WHAT_COMES:
        return _torch_call(layer, positional, cause)
    inputs = list(positional) + [named[name] for name in ("inputs", "x") if name in named]
    if layer.inner:
        return _around_cell(interpreter, layer, inputs, named, cause)
    kind = FAMILIES[layer.family].get(layer.name)
    if kind is None and layer.name not in WEIGHTLESS:
        _once(interpreter, layer)
        return Array(None)
    if kind is None or kind.layer is None:
        return inputs[0] if inputs else Unknown([cause])
    cell = kind.layer.kind in {"lstm", "gru", "rnn", "mgu"}
    source = inputs[0] if not cell or layer.family == "haiku" else (inputs[1] if len(inputs) > 1 else None)
    _read(layer, source, cause)
    _once(interpreter, layer)
    size = layer.arguments.get(kind.names.get(kind.layer.size, ""), None) if kind.layer.size else getattr(source, "width", None)
    given = given_by(layer, "cell" if cell else kind.layer.kind, source, size)
    if not cell:
        return given
    state = (Array(None, size), Array(None, size)) if kind.layer.kind == "lstm" else Array(None, size)
    return (given, state) if layer.family == "haiku" else (state, given)


def _once(interpreter: Interpreter, layer: MadeLayer) -> None:
    """Keep that a layer is called, once."""
    if not any(layer is each for each in interpreter.library.called):
        interpreter.library.called.append(layer)


def _read(layer: MadeLayer, source: Any, cause: Cause) -> None:
    """Keep the width of what a layer is called on."""
    if isinstance(source, Array) and source.width is not None:
        layer.reads = source.width
    elif isinstance(source, Array):
        layer.reads = MISSING if layer.reads is None else layer.reads
    elif layer.reads is None:
        found = causes_of(source)
        outside = not found or any("is an argument" in each.why for each in found)
        layer.reads = incoming(cause.place, layer.name).width if outside else Unknown(found)


_POINTWISE = words(
    """
    relu relu_ leaky_relu elu selu gelu silu tanh sigmoid softmax log_softmax dropout dropout2d layer_norm normalize
    """
)


def torch_function(name: str, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
    """Return what a function of PyTorch gives for a tensor."""
    first, *rest = positional
    shape = known(first)
    if name in {"flatten", "reshape", "permute", "transpose", "squeeze", "mean", "sum"} and isinstance(first, Array):
        return _method(name, first, rest, named)
    if shape is not None and "_pool" in name:
        return pooled(name, shape, rest, named) or Unknown([cause])
    return first if name in _POINTWISE else Unknown([cause])


def _torch_call(layer: MadeLayer, positional: Sequence[Any], cause: Cause) -> Any:
    """Return what a layer gives that states its sizes itself."""
    shape = known(positional[0]) if positional and layer.family in {"pytorch", "paddle"} else None
    if shape is not None:
        found = through(layer, shape)
        return Unknown([cause]) if found is None else found
    kind = FAMILIES[layer.family].get(layer.name)
    if kind is None or kind.layer is None or kind.layer.kind not in {"dense", "embedding"}:
        first = positional[0] if positional else None
        return first if isinstance(first, Array) and layer.name in WEIGHTLESS else Unknown([cause])
    return Array(None, layer.arguments.get(kind.names[kind.layer.size]))


def _around_cell(interpreter: Interpreter, layer: MadeLayer, inputs: list[Any], named: dict[str, Any], cause: Cause) -> Any:
    """Return what an RNN around a cell gives, both directions of one, or layers that follow each other."""
    source = inputs[0] if inputs else Unknown([cause])
    if layer.name == "Sequential":
        for each in layer.inner:
            source = interpreter.call(each, [source], {}, cause)
        return source
    if layer.name == "DeepRNN":
        for each in layer.inner:
            found = interpreter.call(each, [source, None], {}, cause)
            source = found[0] if isinstance(found, tuple) else found
        return source, Unknown([cause])
    given = [_cell_call(interpreter, each, source, cause) for each in layer.inner]
    if layer.name.startswith("Bidirectional"):
        return _joined([each[1] for each in given], -1, "concat")
    carry, output = given[0]
    with_carry = layer.arguments.get("return_carry", named.get("return_carry")) is True
    return (carry, output) if with_carry else output


def _cell_call(interpreter: Interpreter, cell: Any, source: Any, cause: Cause) -> tuple[Any, Any]:
    inner = cell.inner[0] if isinstance(cell, MadeLayer) and cell.inner else cell
    found = interpreter.call(inner, [None, source], {}, cause)
    return found if isinstance(found, tuple) and len(found) == 2 else (found, found)


def set_up(interpreter: Interpreter, instance: Instance, cause: Cause) -> None:
    """Follow ``setup`` of a linen module, once."""
    if instance.notes.get("set_up") is False:
        instance.notes["set_up"] = True
        start = instance.cls.find("setup") if instance.cls else MISSING
        if isinstance(start, FunctionValue):
            interpreter.call(start.bound(instance), [], {}, cause)


def linen_parameter(interpreter: Interpreter, shape: Any, at: Cause) -> Any:
    """Return a parameter of a linen module of its own."""
    if not isinstance(shape, (list, tuple)):
        return UnknownObject(at, "param")
    found = Array(shape, trained=True)
    found.place = at.place
    interpreter.library.called.append(found)
    return found
