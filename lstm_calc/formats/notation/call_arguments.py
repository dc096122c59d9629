"""The arguments of a call that is a layer, by the fields of that layer: by their names, or in the order of Keras and of PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, did_you_mean
from lstm_calc.formats.code.families import FAMILIES, window
from lstm_calc.formats.code.keras_api.classes import CLASSES
from lstm_calc.formats.code.single_call import ParsedCall
from lstm_calc.formats.code.unknown import Imported, is_unknown
from lstm_calc.formats.keras.kinds import NEUTRAL, PLAIN, RECURRENT
from lstm_calc.formats.keras.node import name_of
from lstm_calc.formats.notation.names import (
    ARGUMENTS,
    EACH,
    EQUAL_WORDS,
    LayerName,
    compact,
    field_of,
    function_named,
    value_of,
)
from lstm_calc.model import layer_kind
from lstm_calc.model.rules import RULES, count, flag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


SHAPES = ("input_shape", "batch_input_shape", "batch_shape", "shape")
"""Arguments that say the shape which a layer of Keras reads."""
_AFFINE = frozenset({"affine", "elementwise_affine"})
"""Arguments of PyTorch's normalisations that stand for both the gain and the shift."""
_OURS = frozenset({"inputs", "paths"})
"""Fields of our layers that no call says."""


class UnreadError(ModelError):
    """What makes a call one that only a program can have."""


def named_arguments(called: ParsedCall, name: LayerName) -> tuple[dict[str, Any], str | None]:
    """Return the arguments by name, those without one in the order in which the call is complete; and the framework's family.

    A bare name is of a family where the call says what it reads, as only that one does: ``LSTM(40, 96)``.
    """
    orders = list(_orders(called, name))
    fitting = [(owner, given) for owner, order in orders for given in _in_order(called, name, order)]
    if not fitting:
        _refuse_order(called, name, orders[-2 if called.family is None and len(orders) > 1 else 0][1])
        return called.named, called.family
    readings = [_fields(given, name) for _, given in fitting[:2]]
    if not _is_a_class(called.name) and readings[0] != readings[-1] and called.family is None:
        raise ModelError(f"{called.text}(...) is one layer as PyTorch's call and another as Keras'; name its arguments")
    owner, found = fitting[0]
    family = called.family or (owner if "input_dim" in readings[0] else None)
    return found, family or ("keras" if not set(SHAPES).isdisjoint(found) else None)


def _in_order(called: ParsedCall, name: LayerName, order: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the arguments by name where those without one fit an order."""
    first = dict(zip(order, called.positional, strict=False))
    given = first | called.named
    fits = len(called.positional) <= len(order) and first.keys().isdisjoint(called.named)
    if fits and _is_complete(given, order, name):
        yield given


def _is_a_class(name: str) -> bool:
    """Say whether a bare name is spelt as a class of PyTorch or Keras."""
    return name in FAMILIES["pytorch"] or name in CLASSES


def _spelt(name: str, classes: Iterable[str]) -> str | None:
    """Return the class of a name: itself, else, where it is no class of any framework, the one in other capitals."""
    if name in classes or _is_a_class(name):
        return name if name in classes else None
    return next((each for each in classes if each.lower() == compact(name)), None)


def _refuse_order(called: ParsedCall, name: LayerName, order: Mapping[str, Any]) -> None:
    """Refuse arguments that are not those of a class: one is missing, or there are too many."""
    first = dict(zip(order, called.positional, strict=False))
    given = first | called.named
    twice = next((argument for argument in first if argument in called.named), None)
    if twice:
        raise ModelError(f"{twice} is given twice in {called.text}(...)")
    values_by_field(called, name, given)
    missing = [argument for argument, default in order.items() if default is ... and argument not in given]
    if missing:
        signature = ", ".join(argument for argument, default in order.items() if default is ...)
        raise ModelError(f"{called.text}(...) needs {missing[0]}; its arguments are {signature}")
    if called.positional:
        example = f"{value_of(name.kind)}=64" if value_of(name.kind) else "name=first"
        raise ModelError(f"{called.text}(...) has arguments that fit no order that is known; name them, as {example}")


def _orders(called: ParsedCall, name: LayerName) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Yield the orders in which arguments without a name may stand, and whose each is; the arguments have their defaults.

    A bare name is taken for PyTorch's, for Keras', and for one that has its size alone.
    """
    kinds = FAMILIES["pytorch"]
    spelt = _spelt(called.name, kinds)
    if called.family is None and spelt in kinds:
        yield "pytorch", kinds[str(spelt)].arguments
    spelt = _spelt(called.name, CLASSES) if called.family is None else called.name
    if spelt in CLASSES:
        yield "keras", dict.fromkeys(CLASSES[str(spelt)].split())
    own = value_of(name.kind)
    yield None, {"vocab_size": ..., "dim": ...} if name.kind == "embedding" else {own: None} if own else {}


def _fields(arguments: Mapping[str, Any], name: LayerName) -> dict[str | None, Any]:
    """Return the values of arguments by the fields that they set."""
    return {field_of(argument, layer_kind(name.kind).fields): value for argument, value in arguments.items()}


def _is_complete(found: Mapping[str, Any], order: Mapping[str, Any], name: LayerName) -> bool:
    """Say whether arguments are all that an order needs, and each is what it may be."""
    given = _fields(found, name)
    sized = all(type(value) is int or is_unknown(value) for field, value in given.items() if field and RULES.get(field) is count)
    functions = all(not isinstance(value, int) for argument, value in found.items() if argument == "activation")
    cells = all(isinstance(value, (ParsedCall, list, tuple)) for argument, value in found.items() if argument == "cell")
    needed = _fields({argument: default for argument, default in order.items() if default is ...}, name).keys()
    own = _fields({argument: value for argument, value in found.items() if argument in order}, name).keys()
    return sized and functions and cells and needed <= own


def values_by_field(called: ParsedCall, name: LayerName, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a layer that arguments set; raise ModelError for an argument that is not known."""
    fields = layer_kind(name.kind).fields
    values: dict[str, Any] = {}
    for argument, value in arguments.items():
        field = _field(called, argument, fields)
        if field is None:
            _check_neutral(called, name, argument)
            continue
        if value is None:
            continue
        if is_unknown(value):
            raise UnreadError(f"{argument} of {called.name} has no value here; write the number")
        if field in values:
            raise ModelError(f"{field} is given twice in {called.name}(...)")
        if not (field == "projection" and value == 0):
            values[field] = _value(field, value, name.dims)
        if argument in _AFFINE and "center" in fields:
            values["center"] = values[field]
    return values


def _field(called: ParsedCall, argument: str, fields: Mapping[str, Any]) -> str | None:
    """Return the field that an argument sets: by the table of Keras' class, of a bare name by all names that a field has."""
    kind = _keras_kind(called)
    if kind is None:
        return None if argument in _OURS else field_of(argument, fields)
    if argument in {"name", "trainable", "input_dim"} and argument not in kind.arguments.values():
        return argument
    return next((field for field, each in kind.arguments.items() if each == argument), None)


def _keras_kind(called: ParsedCall) -> Any:
    """Return how a class of Keras is read, None for a bare name."""
    return {**RECURRENT, **PLAIN}.get(called.name) if called.family == "keras" else None


def _arguments_of(called: ParsedCall) -> set[str] | None:
    """Return the arguments of a class of Keras, None for a bare name."""
    kind = _keras_kind(called)
    return None if kind is None else {*kind.arguments.values(), *CLASSES.get(called.name, "").split(), *NEUTRAL}


def _check_neutral(called: ParsedCall, name: LayerName, argument: str) -> None:
    """Refuse an argument that might change what is counted."""
    known = _arguments_of(called)
    neutral = NEUTRAL | EQUAL_WORDS | {"dim", "axis", "inplace", "approximate"} | set(SHAPES)
    if known is None:
        classes = (FAMILIES["pytorch"].get(called.name), CLASSES.get(called.name))
        neutral |= set(classes[0].arguments if classes[0] else ()) | set((classes[1] or "").split())
    if argument not in (neutral if known is None else known):
        kind = {**RECURRENT, **PLAIN}.get(called.name)
        offered = known or {*layer_kind(name.kind).fields.keys() - _OURS, *(kind.arguments.values() if kind else ())}
        raise ModelError(f"{called.text}(...) has no argument {argument}{did_you_mean(argument, sorted(offered))}")


def _value(field: str, value: Any, dims: int) -> Any:
    """Return an argument as the field of our layer takes it."""
    if field == "function":
        word = value.path.rpartition(".")[2] if isinstance(value, Imported) else value
        return (function_named(word) or word) if isinstance(word, str) else word
    if isinstance(value, str):
        return value.lower() if field == "padding" else name_of(value) if field == "name" else value
    if field in EACH or field == "padding":
        return _window(field, value, dims)
    if RULES.get(field) is flag and value in (0, 1):
        return bool(value)
    if isinstance(value, float) and value.is_integer() and field != "rate":
        return int(value)
    value = [value] if field == "shape" and isinstance(value, int) else value
    return tuple(value) if isinstance(value, list) else value


def _window(field: str, value: Any, dims: int) -> Any:
    """Return an argument that has a size for each dimension, or the margins at both ends of each."""
    sizes = window(value, dims or 1)
    if field == "margins" and dims == 1 and len(sizes) == 2 and isinstance(sizes[0], int):
        sizes = (sizes,)
    if dims and len(sizes) != dims:
        raise ModelError(f"{field} has {len(sizes)} sizes, for a layer of {dims} dimensions")
    if field != "margins":
        return sizes
    return tuple(each if isinstance(each, (list, tuple)) else (each, each) for each in sizes)


def declared_shape(arguments: Mapping[str, Any]) -> tuple[int | None, ...] | None:
    """Return the shape, the batch apart, that a layer says it reads; None where it says none that is known."""
    key = next((key for key in SHAPES[:3] if arguments.get(key) is not None), None)
    shape = arguments[key] if key else None
    shape = shape[1:] if key and key.startswith("batch") and isinstance(shape, (list, tuple)) else shape
    shape = (shape,) if type(shape) is int else shape
    is_plain = isinstance(shape, (list, tuple)) and all(size is None or type(size) is int for size in shape)
    return tuple(shape) if shape and is_plain else None


def argument_for(called: ParsedCall, field: str) -> str:
    """Return the argument of a class that sets a field, by its own name where it is known."""
    return next((each for each in sorted(_arguments_of(called) or ()) if field in ARGUMENTS.get(each, (each,))), field)
