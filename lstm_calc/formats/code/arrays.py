"""Calls of layers on tensors that a program passes on: their shapes, or the widths that layers of linen and Haiku read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.array_methods import joined
from lstm_calc.formats.code.array_shapes import given_by, known, reshaped_by, through
from lstm_calc.formats.code.families import FAMILIES, READ_WHAT_COMES, WEIGHTLESS
from lstm_calc.formats.code.unknown import MISSING, Cause, Place, Unknown, UnknownObject, causes_of, unknown_input
from lstm_calc.formats.code.values import Array, FunctionValue, Instance, MadeLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


def incoming(place: Place, what: str) -> Array:
    """Return what a model reads, of which nothing is known; its width is asked for only where a size depends on it."""
    return Array(None, unknown_input(place, what))


def shape_of(interpreter: Interpreter, value: Any, cause: Cause) -> tuple[Any, Any]:
    """Return the two sizes of a table of vectors; those that are set beside the program, where the text does not say them."""
    if isinstance(value, Array) and value.shape is not None and len(value.shape) == 2:
        return value.shape[0], value.shape[1]
    found = causes_of(value) or (cause,)
    text = f"{found[0].text}.shape"
    said = interpreter.settings.named(text)
    if isinstance(said, (list, tuple)) and len(said) == 2:
        return said[0], said[1]
    unknown = Unknown([found[0].replace(text=text, shown="", why="is not in the code")])
    return unknown, unknown


_RESHAPING = frozenset({"Flatten", "Reshape"})


def call(interpreter: Interpreter, layer: MadeLayer, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
    """Return what a layer gives on what it is called on."""
    if layer.family not in READ_WHAT_COMES:
        return _torch_call(layer, positional, cause)
    inputs = list(positional) + [named[name] for name in ("inputs", "x") if name in named]
    if layer.inner:
        return _around_cell(interpreter, layer, inputs, named, cause)
    kind = FAMILIES[layer.family].get(layer.name)
    if kind is None and layer.name not in WEIGHTLESS | _RESHAPING:
        _once(interpreter, layer)
        return Array(None)
    if kind is None or kind.layer is None:
        source = inputs[0] if inputs else Unknown([cause])
        return reshaped_by(layer, source) if layer.name in _RESHAPING else source
    cell = kind.layer.kind in {"lstm", "gru", "rnn", "mgu"}
    at = int(cell and layer.family != "haiku")
    source = inputs[at] if len(inputs) > at else None
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
        return joined([each[1] for each in given], -1, "concat")
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


def scan_axes(function: FunctionValue) -> tuple[int, int] | None:
    """Return the axes along which linen's scan, as the decorator of a method, takes steps and gives them; None without one."""
    for each in getattr(function.node, "decorator_list", ()):
        parts = [each.func, *each.args[:1]] if isinstance(each, ast.Call) else []
        if any(ast.unparse(part).rpartition(".")[2] == "scan" for part in parts):
            said = {word.arg: word.value.value for word in each.keywords if isinstance(word.value, ast.Constant)}
            before, behind = said.get("in_axes", 0), said.get("out_axes", 0)
            return (before, behind) if isinstance(before, int) and isinstance(behind, int) else None
    return None


def scanned(
    interpreter: Interpreter, function: FunctionValue, positional: Sequence[Any], axes: tuple[int, int], cause: Cause
) -> Any:
    """Return what a method gives that is applied to each step: its state, and what it gives for all steps."""
    state, *inputs = positional
    found = interpreter.call(function, [state, *(_step(each, axes[0]) for each in inputs)], {}, cause)
    if not isinstance(found, tuple) or len(found) != 2:
        return found
    sizes = [each.shape[axes[0]] for each in _arrays_in(inputs) if each.shape and -len(each.shape) <= axes[0] < len(each.shape)]
    return found[0], _all_steps(found[1], axes[1], sizes[0] if sizes else None)


def _arrays_in(values: Any) -> list[Array]:
    inner = values if isinstance(values, (list, tuple)) else ()
    return [values] if isinstance(values, Array) else [array for each in inner for array in _arrays_in(each)]


def _step(value: Any, axis: int) -> Any:
    """Return one step of an array, or of each in a tuple."""
    if isinstance(value, (list, tuple)):
        return tuple(_step(each, axis) for each in value)
    if not isinstance(value, Array) or not value.shape or not -len(value.shape) <= axis < len(value.shape):
        return value
    at = axis % len(value.shape)
    return Array((*value.shape[:at], *value.shape[at + 1 :]))


def _all_steps(value: Any, axis: int, size: Any) -> Any:
    """Return the steps of an array as one, or of each in a tuple."""
    if isinstance(value, (list, tuple)):
        return tuple(_all_steps(each, axis, size) for each in value)
    if not isinstance(value, Array) or value.shape is None:
        return value
    if size is None or not 0 <= axis <= len(value.shape):
        return Array(None, value.width)
    return Array((*value.shape[:axis], size, *value.shape[axis:]))
