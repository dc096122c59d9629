"""Objects whose class has no constructor in the text: dataclasses, namespaces, enumerations, and what a framework makes.

Configurations in JSON and the plain part of YAML, in texts and in files beside the program, become such objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.library.layers import begin
from lstm_calc.formats.code.library.modules import module_family
from lstm_calc.formats.code.settings import parsed_json, parsed_yaml
from lstm_calc.formats.code.unknown import MISSING, Cause, Place, Unknown, UnknownObject, causes_of, is_unknown
from lstm_calc.formats.code.values import Array, BuiltIn, ClassValue, FunctionValue, Instance, entries_of, is_small

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
        instance.notes["set_up"] = False


def _fill(interpreter: Interpreter, instance: Instance, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> None:
    """Set the fields of a dataclass; one without a value is not known."""
    cls = instance.cls
    fields = cls.fields if cls else {}
    given = {**dict(zip(fields, positional, strict=False)), **named}
    for name, node in fields.items():
        value = given.pop(name, MISSING)
        if value is MISSING:
            value = _field_default(interpreter, instance, name, node, cause)
        if isinstance(value, (Array, list, tuple)):
            interpreter.library.set_attribute(interpreter, instance, name, value)
        else:
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


def replaced(value: Any = None, /, *, at: Cause, **named: Any) -> Any:
    """Return a copy of a dataclass with other values for some fields."""
    if not isinstance(value, Instance):
        return Unknown(causes_of(value) or [at])
    copy = Instance(value.cls, value.place, **{**value.attributes, **named})
    copy.made, copy.notes = value.made, dict(value.notes)
    return copy


def named_tuple(_: Any = None, names: Any = (), *__: Any, at: Cause, **more: Any) -> Any:
    """Return the class of a tuple with names for its entries: what it makes is a namespace."""
    if is_unknown(names):
        return Unknown(causes_of(names) or [at])
    fields = [str(each) for each in (names.replace(",", " ").split() if isinstance(names, str) else names)]
    defaults = more.get("defaults") or ()
    spare = dict(zip(fields[len(fields) - len(defaults) :], defaults, strict=False))

    def make(*values: Any, at: Cause, **named: Any) -> Instance:
        return Instance(None, at.place, **{**spare, **dict(zip(fields, values, strict=False)), **named})

    return BuiltIn(make)


def namespace(*first: Any, at: Cause, **named: Any) -> Any:
    """Return an object with the given attributes; a dict among them is one, too."""
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


def opened(path: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
    """Return an open file, of which the path is known where the program says it."""
    found = UnknownObject(at, at.text)
    found.file = path
    return found


def _text(interpreter: Interpreter, value: Any) -> str | None:
    """Return the text of a value: itself, or that of the open file that it is."""
    if isinstance(value, UnknownObject) and isinstance(value.file, str):
        return interpreter.library.files.text(value.file)
    return value if isinstance(value, str) else None


def _reader(parse: Callable[[str], Any]) -> Callable[..., Any]:
    def read(interpreter: Interpreter, value: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
        text = _text(interpreter, value)
        found = MISSING if text is None else parse(text)
        return UnknownObject(at, at.text.partition("(")[0]) if found is MISSING else found

    return read


read_json, read_yaml = _reader(parsed_json), _reader(parsed_yaml)


def _loaded(interpreter: Interpreter, path: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
    return created(interpreter, read_yaml(interpreter, opened(path, at=at), at=at), at=at)


def created(interpreter: Interpreter, value: Any = None, /, *_: Any, at: Cause, **named: Any) -> Any:
    """Return a namespace of what a text in YAML, a dict or a dataclass has."""
    if isinstance(value, str):
        value = read_yaml(interpreter, value, at=at)
    if isinstance(value, ClassValue):
        value = interpreter.make(value, [], {}, at)
    if is_unknown(value):
        return value
    return namespace(as_dicts(value), at=at, **named)


def as_dicts(value: Any) -> Any:
    """Return what an object or namespace has as dicts inside dicts."""
    entries = value.attributes if isinstance(value, Instance) else entries_of(value)
    return value if entries is None else {name: as_dicts(each) for name, each in entries.items()}


def merged(interpreter: Interpreter, *values: Any, at: Cause, **_: Any) -> Any:
    """Return a namespace with the entries of several, of which later ones come first."""
    unknown = [each for each in values if is_unknown(each)]
    if unknown:
        return Unknown(causes_of(unknown))
    whole: dict[Any, Any] = {}
    for each in values:
        _merge(whole, as_dicts(created(interpreter, each, at=at)))
    return namespace(whole, at=at)


def _merge(whole: dict[Any, Any], more: Any) -> None:
    for name, value in more.items() if isinstance(more, dict) else ():
        if isinstance(value, dict) and isinstance(whole.get(name), dict):
            _merge(whole[name], value)
        else:
            whole[name] = value


CONFIGURATIONS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("json.loads", "json.load"), read_json),
    **{f"yaml.{name}": read_yaml for name in ("load", "safe_load", "full_load", "unsafe_load")},
    "omegaconf.OmegaConf.create": created,
    "omegaconf.OmegaConf.structured": created,
    "omegaconf.OmegaConf.merge": merged,
    "omegaconf.OmegaConf.load": _loaded,
}
"""Functions that read and make configurations, by path."""
