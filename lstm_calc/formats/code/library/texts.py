"""Configurations in texts and in files beside the program, and the objects that hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.documents import parsed_json, parsed_yaml
from lstm_calc.formats.code.library.objects import namespace
from lstm_calc.formats.code.values import MISSING, Class, Foreign, Instance, Unknown, causes_of, entries_of, is_unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.formats.code.interpreter import Interpreter
    from lstm_calc.formats.code.values import Cause


def opened(interpreter: Interpreter, path: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
    """Return an open file, of which the path is known where the program says it."""
    del interpreter
    found = Foreign(at, at.text)
    found.file = path
    return found


def _text(interpreter: Interpreter, value: Any) -> str | None:
    """Return the text of a value: itself, or that of the open file that it is."""
    if isinstance(value, Foreign) and isinstance(value.file, str):
        return interpreter.library.source.text(value.file)
    return value if isinstance(value, str) else None


def _reader(parse: Callable[[str], Any]) -> Callable[..., Any]:
    def read(interpreter: Interpreter, value: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
        text = _text(interpreter, value)
        found = MISSING if text is None else parse(text)
        return Foreign(at, at.text.partition("(")[0]) if found is MISSING else found

    return read


read_json, read_yaml = _reader(parsed_json), _reader(parsed_yaml)


def _loaded(interpreter: Interpreter, path: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
    return created(interpreter, read_yaml(interpreter, opened(interpreter, path, at=at), at=at), at=at)


def created(interpreter: Interpreter, value: Any = None, *_: Any, at: Cause, **named: Any) -> Any:
    """Return a namespace of what a text in YAML, a dict or a dataclass has."""
    if isinstance(value, str):
        value = read_yaml(interpreter, value, at=at)
    if isinstance(value, Class):
        value = interpreter.make(value, [], {}, at)
    if is_unknown(value):
        return value
    return namespace(interpreter, _fields(value), at=at, **named)


def _fields(value: Any) -> Any:
    """Return what an object or namespace has as dicts inside dicts."""
    entries = value.attributes if isinstance(value, Instance) else entries_of(value)
    return value if entries is None else {name: _fields(each) for name, each in entries.items()}


def merged(interpreter: Interpreter, *values: Any, at: Cause, **_: Any) -> Any:
    """Return a namespace with the entries of several, of which later ones come first."""
    unknown = [each for each in values if is_unknown(each)]
    if unknown:
        return Unknown(causes_of(unknown))
    whole: dict[Any, Any] = {}
    for each in values:
        _merge(whole, _fields(created(interpreter, each, at=at)))
    return namespace(interpreter, whole, at=at)


def _merge(whole: dict[Any, Any], more: Any) -> None:
    for name, value in more.items() if isinstance(more, dict) else ():
        if isinstance(value, dict) and isinstance(whole.get(name), dict):
            _merge(whole[name], value)
        else:
            whole[name] = value


def _same(interpreter: Interpreter, value: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
    del interpreter, at
    return _fields(value)


CONFIGURATIONS: dict[str, Callable[..., Any]] = {
    "builtins.open": opened,
    "json.loads": read_json,
    "json.load": read_json,
    **{f"yaml.{name}": read_yaml for name in ("load", "safe_load", "full_load", "unsafe_load")},
    "omegaconf.OmegaConf.create": created,
    "omegaconf.OmegaConf.structured": created,
    "omegaconf.OmegaConf.merge": merged,
    "omegaconf.OmegaConf.load": _loaded,
    "omegaconf.OmegaConf.to_container": _same,
}
"""Functions that read and make configurations, by path."""
