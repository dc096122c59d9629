"""Objects whose class has no constructor in the text: dataclasses, namespaces, enumerations, and what a framework makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.library.layers import begin
from lstm_calc.formats.code.library.modules import module_family
from lstm_calc.formats.code.values import (
    MISSING,
    BuiltIn,
    Cause,
    ClassValue,
    FunctionValue,
    Instance,
    Place,
    Unknown,
    UnknownObject,
    causes_of,
    is_small,
    is_unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


def make(interpreter: Interpreter, instance: Instance, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> None:
    """Make an object of a class without a constructor of its own: as a dataclass, or as what it inherits from does."""
    cls = instance.cls
    if cls is None:
        return
    family = module_family(cls)
    named_fields = family in {"flax-linen", "equinox"} or any(each.rpartition(".")[2] == "dataclass" for each in cls.decorators)
    if named_fields or any(each.endswith(("NamedTuple", "BaseModel", "Struct", "PretrainedConfig")) for each in cls.externals):
        _fill(interpreter, instance, positional, named, cause)
    else:
        begin(interpreter, instance, positional, named, cause)
    if family == "flax-linen":
        instance.attributes["__set_up__"] = False


def _fill(interpreter: Interpreter, instance: Instance, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> None:
    """Set the fields of a dataclass; one without a value is not known."""
    cls = instance.cls
    fields = cls.fields if cls else {}
    given = {**dict(zip(fields, positional, strict=False)), **named}
    for name, node in fields.items():
        value = given.pop(name, MISSING)
        if value is MISSING:
            value = _field_default(interpreter, instance, name, node, cause)
        instance.attributes[name] = value
    instance.attributes.update({name: value for name, value in given.items() if name not in {"name", "parent"}})
    finish = cls.find("__post_init__") if cls else MISSING
    if isinstance(finish, FunctionValue):
        interpreter.call(finish.bound(instance), [], {}, cause)


def _field_default(interpreter: Interpreter, instance: Instance, name: str, node: Any, cause: Cause) -> Any:
    cls = instance.cls
    value = cls.find(name) if cls else MISSING
    if isinstance(value, UnknownObject) and value.path.endswith("field"):
        value = value.attributes.get("default", MISSING)
    if value is MISSING:
        said = interpreter.settings.named(name)
        if said is not MISSING:
            return said
        place = Place(cause.place.file, node.lineno) if cls is None else Place(cls.place.file, node.lineno)
        return Unknown([Cause(name, place, f"is a field of {cls.name if cls else 'it'} without a value")])
    return value


def field(interpreter: Interpreter, *_: Any, at: Cause, **named: Any) -> Any:
    """Return the default of a field of a dataclass."""
    found = UnknownObject(at, "dataclasses.field")
    if "default_factory" in named:
        named["default"] = interpreter.call(named["default_factory"], [], {}, at)
    found.attributes = named
    return found


def fields_of(interpreter: Interpreter, value: Any = None, *, at: Cause, **_: Any) -> Any:
    """Return the fields of a dataclass as a dict."""
    if not isinstance(value, Instance):
        return Unknown(causes_of(value) or [at])
    names = value.cls.fields if value.cls is not None else value.attributes
    return {
        name: fields_of(interpreter, each, at=at) if isinstance(each, Instance) else each
        for name, each in value.attributes.items()
        if name in names
    }


def replaced(interpreter: Interpreter, value: Any = None, *, at: Cause, **named: Any) -> Any:
    """Return a copy of a dataclass with other values for some fields."""
    del interpreter
    if not isinstance(value, Instance):
        return Unknown(causes_of(value) or [at])
    copy = Instance(value.cls, value.place, **{**value.attributes, **named})
    copy.made = value.made
    return copy


def named_tuple(interpreter: Interpreter, _: Any = None, names: Any = (), *__: Any, at: Cause, **more: Any) -> Any:
    """Return the class of a tuple with names for its entries: what it makes is a namespace."""
    del interpreter
    if is_unknown(names):
        return Unknown(causes_of(names) or [at])
    fields = [str(each) for each in (names.replace(",", " ").split() if isinstance(names, str) else names)]
    defaults = more.get("defaults") or ()
    spare = dict(zip(fields[len(fields) - len(defaults) :], defaults, strict=False))

    def make(*values: Any, at: Cause, **named: Any) -> Instance:
        return Instance(None, at.place, **{**spare, **dict(zip(fields, values, strict=False)), **named})

    return BuiltIn(make)


def namespace(interpreter: Interpreter, *first: Any, at: Cause, **named: Any) -> Any:
    """Return an object with the given attributes; a dict among them is one, too."""
    del interpreter
    given = first[0] if first and isinstance(first[0], dict) else {}
    found = {str(key): value for key, value in given.items()} | named
    return Instance(None, at.place, **{key: _nested(value, at) for key, value in found.items()})


def _nested(value: Any, at: Cause) -> Any:
    return (
        Instance(None, at.place, **{str(key): _nested(each, at) for key, each in value.items()})
        if isinstance(value, dict)
        else value
    )


_ENUMS = frozenset({"Enum", "Flag"})
_PLAIN = frozenset({"IntEnum", "StrEnum", "IntFlag"})
"""Those whose members are plain values."""


def is_enum(cls: ClassValue | None) -> bool:
    """Return whether a class is an enumeration."""
    return cls is not None and any(path.rpartition(".")[2] in _ENUMS | _PLAIN for path in cls.externals)


def enumerated(cls: ClassValue, *, plain: bool) -> None:
    """Make members of the values in the body of an enumeration; those that are ``plain`` values stay what they are."""
    if not is_enum(cls):
        return
    plain = plain or any(path.rpartition(".")[2] in _PLAIN for path in cls.externals)
    names = cls.scope.names
    for at, name in enumerate([name for name, _ in _assigned(cls)], 1):
        value = names[name]
        if isinstance(value, UnknownObject) and value.path.rpartition(".")[2] == "auto":
            value = name.lower() if any(path.endswith("StrEnum") for path in cls.externals) else at
        names[name] = value if plain else Instance(cls, cls.place, name=name, value=value)


def _assigned(cls: ClassValue) -> Iterator[tuple[str, Any]]:
    for name, value in cls.scope.names.items():
        if not name.startswith("_") and not isinstance(value, (FunctionValue, ClassValue)):
            yield name, value


def members(cls: ClassValue) -> list[Any]:
    """Return the members of an enumeration, in order."""
    return [value for _, value in _assigned(cls)]


def member(cls: ClassValue, value: Any) -> Any:
    """Return the member of an enumeration that has a value, MISSING without one."""
    if not is_small(value):
        return MISSING
    for each in members(cls):
        held = each.attributes.get("value", MISSING) if isinstance(each, Instance) else each
        if each is value or (type(held) is type(value) and held == value):
            return each
    return MISSING
