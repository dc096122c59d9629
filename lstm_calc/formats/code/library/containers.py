"""Containers of layers, as programs change them: entries that are added, replaced and taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelFileError
from lstm_calc.formats.code.families import CONTAINERS
from lstm_calc.formats.code.library.doubts import doubt
from lstm_calc.formats.code.values import MISSING, Array, Built, Cause, Foreign, Instance, Made, Unknown, causes_of, is_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter

_UNSAID = "?"
"""What the name of an entry begins with that is not known."""


def is_container(value: Any) -> bool:
    """Return whether a value is a container of layers."""
    return isinstance(value, Made) and value.name in CONTAINERS


def is_layer(value: Any) -> bool:
    """Return whether a value can be a layer, or a parameter."""
    return isinstance(value, (Made, Instance, Foreign)) or (isinstance(value, Array) and value.trained is not None)


def key_of(key: Any, value: Any, kept: dict[Any, Any]) -> Any:
    """Return the key of an entry; a layer whose key is not known has one of its own, and is in doubt as far as that goes.

    MISSING stands for a key that is not known and has no layer.
    """
    if not is_unknown(key):
        return key
    if not is_layer(value):
        return MISSING
    if isinstance(value, (Made, Array)):
        value.doubt = tuple(dict.fromkeys((*value.doubt, *causes_of(key))))
    return f"{_UNSAID}{len(kept)}"


def put(holder: Made, key: Any, value: Any) -> None:
    """Set an entry of a container, by name or position; one that has this name or position is replaced."""
    key = key_of(key, value, holder.attributes)
    if isinstance(key, str):
        before = holder.attributes.get(key, MISSING)
        before = holder.inner[int(key)] if before is MISSING and key.isdigit() and int(key) < len(holder.inner) else before
        at = next((at for at, each in enumerate(holder.inner) if each is before), None)
        if value is not None:
            holder.inner[len(holder.inner) if at is None else at : len(holder.inner) if at is None else at + 1] = [value]
        elif at is not None:
            del holder.inner[at]
        holder.attributes[key] = value
    elif isinstance(key, (int, slice)):
        before = list(holder.inner)
        holder.inner[key] = value
        _forget(holder, before, value)


def take(holder: Made, key: Any) -> Any:
    """Take an entry out of a container, by name, position or slice, and return it."""
    if isinstance(key, str):
        named = holder.attributes.pop(key, MISSING)
        position = int(key) if named is MISSING and key.isdigit() else None
        found = holder.inner[position] if position is not None else named
        holder.inner[:] = [each for each in holder.inner if each is not found]
        return found
    before, found = list(holder.inner), holder.inner[key]
    del holder.inner[key]
    _forget(holder, before, MISSING)
    return found


def _forget(holder: Made, before: list[Any], value: Any) -> None:
    """Take the names from entries that are no longer there; one that stands in for another has its name."""
    left = {id(each) for each in holder.inner}
    gone = [name for name, each in holder.attributes.items() if id(each) not in left and any(each is other for other in before)]
    for name in gone:
        del holder.attributes[name]
        if is_layer(value):
            holder.attributes[name] = value


def _extend(holder: Made, values: Any) -> None:
    if isinstance(values, dict):
        for name, each in values.items():
            put(holder, name, each)
    elif is_container(values):
        named = {id(each): name for name, each in values.attributes.items()}
        for each in list(values.inner):
            put(holder, named.get(id(each), len(holder.inner)), each) if id(each) in named else holder.inner.append(each)
    elif isinstance(values, (list, tuple)):
        pairs = holder.name in {"ModuleDict", "ParameterDict", "Dict"} and all(_is_pair(each) for each in values)
        for each in values:
            put(holder, each[0], each[1]) if pairs else holder.inner.append(each)
    else:
        holder.inner.append(values if isinstance(values, Unknown) else Unknown(causes_of(values)))


def _is_pair(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and isinstance(value[0], str)


def joined(holder: Made, values: Any, *, new: bool) -> Made:
    """Return a container with further entries: itself, or a new one."""
    made = holder
    if new:
        made = Made(holder.family, holder.name, dict(holder.arguments), holder.place, holder.doubt)
        made.inner, made.attributes = list(holder.inner), dict(holder.attributes)
    _extend(made, values)
    return made


def _insert(holder: Made, at: Any, value: Any) -> None:
    if isinstance(at, int):
        holder.inner.insert(at, value)
    else:
        _extend(holder, [value])


def _named(holder: Made) -> dict[str, Any]:
    """Return the entries of a container by name; those without a name have their position."""
    names = {id(each): name for name, each in holder.attributes.items()}
    return {names.get(id(each), str(at)): each for at, each in enumerate(holder.inner)}


def _pop(holder: Made, key: Any = -1, *rest: Any) -> Any:
    if isinstance(key, str) and key not in holder.attributes and rest:
        return rest[0]
    return take(holder, key)


_METHODS: dict[str, Callable[..., Any]] = {
    "append": lambda holder, value=None, *_: holder.inner.append(value),
    "extend": _extend,
    "update": _extend,
    "insert": _insert,
    "pop": _pop,
    "clear": lambda holder, *_: (holder.inner.clear(), holder.attributes.clear())[0],
    "keys": lambda holder: list(_named(holder)),
    "values": lambda holder: list(holder.inner),
    "items": lambda holder: list(_named(holder).items()),
    "named_children": lambda holder: list(_named(holder).items()),
    "get": lambda holder, key=None, *default: holder.attributes.get(key, *default),
}
"""The methods of containers that are followed, by name."""


_TAKING = frozenset({"pop", "clear"})


def method(interpreter: Interpreter, holder: Any, name: str) -> Any:
    """Return a method of a container as one of the text's, MISSING for one that is not followed."""
    if not is_container(holder) or name not in _METHODS or name in holder.attributes:
        return MISSING

    def call(*values: Any, at: Cause, **named: Any) -> Any:
        first: Sequence[Any] = values or tuple(named.values())
        if interpreter.doubt and name in _TAKING:
            doubt(holder, interpreter.doubt)
            return Unknown(interpreter.doubt)
        try:
            return _METHODS[name](holder, *first)
        except (LookupError, TypeError, ValueError):
            raise ModelFileError(f"what {at.text[:80]} changes cannot be followed", str(at.place)) from None

    return Built(call)
