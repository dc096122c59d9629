"""Enumerations of the text: their members are objects of their own, with a name and a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.values import MISSING, Class, Foreign, Function, Instance, is_small

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENUMS = frozenset({"Enum", "Flag"})
_PLAIN = frozenset({"IntEnum", "StrEnum", "IntFlag"})
"""Those whose members are plain values."""


def is_enum(cls: Class | None) -> bool:
    """Return whether a class is an enumeration."""
    return cls is not None and any(path.rpartition(".")[2] in _ENUMS | _PLAIN for path in cls.externals)


def enumerated(cls: Class, *, plain: bool) -> None:
    """Make members of the values in the body of an enumeration; those that are ``plain`` values stay what they are."""
    if not is_enum(cls):
        return
    plain = plain or any(path.rpartition(".")[2] in _PLAIN for path in cls.externals)
    names = cls.scope.names
    for at, name in enumerate([name for name, _ in _assigned(cls)], 1):
        value = names[name]
        if isinstance(value, Foreign) and value.path.rpartition(".")[2] == "auto":
            value = name.lower() if any(path.endswith("StrEnum") for path in cls.externals) else at
        names[name] = value if plain else Instance(cls, cls.place, name=name, value=value)


def _assigned(cls: Class) -> Iterator[tuple[str, Any]]:
    for name, value in cls.scope.names.items():
        if not name.startswith("_") and not isinstance(value, (Function, Class)):
            yield name, value


def members(cls: Class) -> list[Any]:
    """Return the members of an enumeration, in order."""
    return [value for _, value in _assigned(cls)]


def member(cls: Class, value: Any) -> Any:
    """Return the member of an enumeration that has a value, MISSING without one."""
    if not is_small(value):
        return MISSING
    for each in members(cls):
        held = each.attributes.get("value", MISSING) if isinstance(each, Instance) else each
        if each is value or (type(held) is type(value) and held == value):
            return each
    return MISSING
