"""Functions outside the text that are followed: Python's own on objects, parsers of arguments, and those that apply a function."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code import array_methods, arrays
from lstm_calc.formats.code.library import objects, python
from lstm_calc.formats.code.library.layers import key_of
from lstm_calc.formats.code.library.objects import CONFIGURATIONS
from lstm_calc.formats.code.source import expression
from lstm_calc.formats.code.unknown import Cause, Imported, Unknown, UnknownObject, causes_of, is_unknown
from lstm_calc.formats.code.values import MAX_ITEMS, Array, BuiltIn, DefaultDict, FunctionValue, Instance, entries_of, truth_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.formats.code.interpreter import Interpreter


def _get(interpreter: Interpreter, holder: Any, name: Any, *default: Any, at: Cause) -> Any:
    if not isinstance(name, str):
        return Unknown(causes_of(name) or [at])
    found = interpreter.attribute(holder, name, at)
    if default and is_unknown(found) and interpreter.is_default(default[0]):
        return interpreter.assume(default[0], at)
    return default[0] if default and is_unknown(found) and not isinstance(holder, (Unknown, Imported)) else found


def _set(interpreter: Interpreter, holder: Any, name: Any, value: Any, *, at: Cause) -> None:
    del at
    name = key_of(name, value, getattr(holder, "attributes", {}))
    if isinstance(name, str):
        interpreter.library.set_attribute(interpreter, holder, name, value)


def _delete(interpreter: Interpreter, holder: Any, name: Any, *, at: Cause) -> None:
    interpreter.library.delete(interpreter, holder, name, at)


def _has(interpreter: Interpreter, holder: Any, name: Any, *, at: Cause) -> Any:
    if is_unknown(holder) or is_unknown(name):
        return Unknown([at])
    return not is_unknown(interpreter.attribute(holder, name, at))


def _vars(value: Any = None, *, at: Cause) -> Any:
    if isinstance(value, Imported):
        return Imported(f"{value.path}.__dict__", at)
    entries = entries_of(value)
    return value.attributes if isinstance(value, Instance) else Unknown([at]) if entries is None else entries


def _type(value: Any = None, *_: Any, at: Cause) -> Any:
    return value.cls if isinstance(value, Instance) and value.cls else Unknown([at])


def _evaluated(interpreter: Interpreter, text: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
    """Return the value of an expression that stands in a text, in the scope of the program; it is followed as all others are."""
    node = expression(text, at.place.line) if isinstance(text, str) else None
    if node is None or interpreter.module is None:
        return Unknown(causes_of(text) or [at])
    return interpreter.value(node, interpreter.module.scope)


def _length(interpreter: Interpreter, value: Any = None, *, at: Cause) -> Any:
    """Return how many entries a value has; an object of the text says so itself."""
    method = value.cls.find("__len__") if isinstance(value, Instance) and value.cls else None
    if isinstance(method, FunctionValue):
        return interpreter.call(method.bound(value), [], {}, at)
    return python.length(value, at)


def _default_dict(interpreter: Interpreter, factory: Any = None, /, *first: Any, at: Cause, **named: Any) -> Any:
    """Return a dict that makes an entry for a key that it does not have."""
    del interpreter
    entries = entries_of(first[0]) if first else {}
    return Unknown(causes_of(list(first)) or [at]) if entries is None else DefaultDict(factory, {**entries, **named})


def _partial(interpreter: Interpreter, function: Any, /, *first: Any, at: Cause, **given: Any) -> Any:
    del at
    return BuiltIn(lambda *values, at, **named: interpreter.call(function, [*first, *values], given | named, at))


def _parser(*_: Any, at: Cause, **__: Any) -> Any:
    """Return a parser of arguments: a namespace that has the arguments that are added to it."""
    parser, given = Instance(None, at.place), Instance(None, at.place)

    def add(*flags: Any, at: Cause, **named: Any) -> Any:
        del at
        words = [flag for flag in flags if isinstance(flag, str)]
        name = named.get("dest") or next((word for word in words if word.startswith("--")), words[0] if words else "")
        key = str(name).lstrip("-").replace("-", "_")
        switch = {"store_true": False, "store_false": True}.get(named.get("action", ""))
        positional = words[:1] == [key] or named.get("required") is True
        if "default" in named or switch is not None or not positional:
            given.attributes[key] = _as_type(named.get("default", switch), named.get("type"))
        return None

    def preset(*_: Any, at: Cause, **named: Any) -> None:
        del at
        given.attributes.update(named)

    parser.attributes = {
        "add_argument": BuiltIn(add),
        "set_defaults": BuiltIn(preset),
        "parse_args": BuiltIn(lambda *_, **__: given),
        "parse_known_args": BuiltIn(lambda *_, **__: (given, [])),
        **dict.fromkeys(("add_argument_group", "add_mutually_exclusive_group"), BuiltIn(lambda *_, **__: parser)),
    }
    return parser


def _flag(interpreter: Interpreter, name: Any = None, default: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
    """Return a flag of absl or TensorFlow: an object that has its default as its value, as ``FLAGS`` has under its name."""
    if isinstance(name, str):
        interpreter.library.flags.attributes[name] = default
    return Instance(None, at.place, name=name, value=default, default=default)


def _run(interpreter: Interpreter, function: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
    """Follow what absl runs as the main function: it is given the words of the command line."""
    return interpreter.call(function, [Unknown([at])], {}, at)


def _as_type(value: Any, kind: Any) -> Any:
    """Return a default as argparse converts it: a text by the type that is asked for."""
    convert = next((each for each in (int, float) if kind is python.BUILTINS[each.__name__]), None)
    with suppress(ValueError):
        return convert(value) if convert is not None and isinstance(value, str) else value
    return value


def _split(_: Any = None, number: Any = 2, *, at: Cause, **named: Any) -> Any:
    """Return so many random keys."""
    number = named.get("num", number)
    if not isinstance(number, int) or number > MAX_ITEMS:
        return Unknown(causes_of(number) or [at])
    return [UnknownObject(at, "jax.random.split") for _ in range(number)]


def _scan(interpreter: Interpreter, function: Any, start: Any = None, inputs: Any = None, *_: Any, at: Cause, **named: Any) -> Any:
    """Return what a function gives that is applied to each step; it is followed once."""
    inputs = named.get("xs", inputs)
    first = array_methods.item(inputs, 0) if isinstance(inputs, Array) else inputs
    found = interpreter.call(function, [named.get("init", start), first], {}, at)
    return found if isinstance(found, tuple) and len(found) == 2 else (Unknown([at]), Unknown([at]))


def _unroll(interpreter: Interpreter, core: Any, inputs: Any = None, state: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
    """Return what a core of Haiku gives on a sequence."""
    found = interpreter.call(core, [inputs, state], {}, at)
    return found if isinstance(found, tuple) else (found, Unknown([at]))


def _reset_core(interpreter: Interpreter, core: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
    """Return a core of Haiku that reads, beside its inputs, whether its state begins anew."""
    del at

    def call(inputs: Any, state: Any = None, *, at: Cause) -> Any:
        return interpreter.call(core, [inputs[0] if isinstance(inputs, tuple) and inputs else inputs, state], {}, at)

    return BuiltIn(call)


def _mapped(interpreter: Interpreter, function: Any = None, *more: Any, at: Cause, **named: Any) -> Any:
    """Return a function that JAX maps over the first axis of what it is given; a layer reads any axes in front as it is."""
    del at
    if more or named or not isinstance(function, (Imported, FunctionValue)):
        return function

    def call(*values: Any, at: Cause, **named: Any) -> Any:
        if not values or not all(isinstance(each, Array) and each.shape for each in values):
            return interpreter.call(function, list(values), named, at)
        found = interpreter.call(function, [array_methods.item(each, 0) for each in values], named, at)
        if isinstance(found, Array) and found.shape is not None:
            return Array((values[0].shape[0], *found.shape))
        return found if isinstance(found, Array) else Array(None)

    return BuiltIn(call)


def _map(interpreter: Interpreter, function: Any, *values: Any, at: Cause) -> Any:
    lists = [items for each in values if (items := interpreter.items(each)) is not None]
    if len(lists) < len(values):
        return Unknown(causes_of(list(values)) or [at])
    return [interpreter.call(function, list(each), {}, at) for each in zip(*lists, strict=False)]


def _filter(interpreter: Interpreter, function: Any, values: Any, *, at: Cause) -> Any:
    items = interpreter.items(values)
    if items is None:
        return Unknown(causes_of(values) or [at])
    truths = [truth_of(each if function is None else interpreter.call(function, [each], {}, at)) for each in items]
    return Unknown([at]) if None in truths else [each for each, truth in zip(items, truths, strict=True) if truth]


def _reduce(interpreter: Interpreter, function: Any, values: Any, *start: Any, at: Cause) -> Any:
    items = interpreter.items(values)
    if items is None or not [*start, *items]:
        return Unknown(causes_of(values) or [at])
    first, *rest = [*start, *items]
    for each in rest:
        first = interpreter.call(function, [first, each], {}, at)
    return first


def _sorted(interpreter: Interpreter, values: Any, *, at: Cause, key: Any = None, reverse: Any = False) -> Any:
    items = interpreter.items(values)
    if items is None:
        return Unknown(causes_of(values) or [at])
    keys = items if key is None else [interpreter.call(key, [each], {}, at) for each in items]
    if causes := causes_of([*keys, reverse]):
        return Unknown(causes)
    try:
        order = sorted(range(len(items)), key=lambda place: keys[place], reverse=bool(reverse))
    except TypeError:
        return Unknown([at])
    return [items[place] for place in order]


def _environment(interpreter: Interpreter, _: Any = None, *default: Any, at: Cause) -> Any:
    """Return a variable of the environment: its default, which is said to be taken."""
    return interpreter.assume(default[0], at) if interpreter.is_default(*default) else Unknown([at])


def _haiku_parameter(interpreter: Interpreter, _: Any = None, shape: Any = None, *__: Any, at: Cause, **___: Any) -> Any:
    return arrays.linen_parameter(interpreter, shape, at)


_ALONE: dict[str, Callable[..., Any]] = {
    "builtins.vars": _vars,
    "builtins.type": _type,
    **dict.fromkeys(("copy.copy", "copy.deepcopy"), lambda value, *_, **__: python.clone(value)),
    **dict.fromkeys(("jax.random.split", "mlx.core.random.split"), _split),
    **dict.fromkeys(("argparse.ArgumentParser", "ArgumentParser"), _parser),
    **dict.fromkeys(("argparse.Namespace", "types.SimpleNamespace"), objects.namespace),
    **dict.fromkeys(("Box", "Munch", "EasyDict", "edict", "AttrDict", "ConfigDict"), objects.namespace),
    "dataclasses.replace": objects.replaced,
    "collections.namedtuple": objects.named_tuple,
    "builtins.open": objects.opened,
    "omegaconf.OmegaConf.to_container": lambda value=None, *_, **__: objects.as_dicts(value),
}
"""The functions among these that need no interpreter."""
SPECIAL: dict[str, Callable[..., Any] | BuiltIn] = {
    **CONFIGURATIONS,
    "builtins.getattr": _get,
    "builtins.setattr": _set,
    "builtins.delattr": _delete,
    "builtins.hasattr": _has,
    "builtins.eval": _evaluated,
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.sorted": _sorted,
    "functools.partial": _partial,
    "functools.reduce": _reduce,
    **dict.fromkeys(("jax.lax.scan", "haiku.scan"), _scan),
    "jax.vmap": _mapped,
    "haiku.ResetCore": _reset_core,
    "builtins.len": _length,
    "collections.defaultdict": _default_dict,
    **{f"DEFINE_{kind}": _flag for kind in ("integer", "float", "string", "boolean", "bool", "enum", "list", "multi_integer")},
    "absl.app.run": _run,
    **dict.fromkeys(("haiku.dynamic_unroll", "haiku.static_unroll"), _unroll),
    "haiku.get_parameter": _haiku_parameter,
    "dataclasses.field": objects.field,
    "dataclasses.asdict": objects.fields_of,
    **dict.fromkeys(("os.getenv", "os.environ.get"), _environment),
    **{path: BuiltIn(function) for path, function in _ALONE.items()},
}
"""Functions that are followed, by path or by their last name, each given the interpreter first."""
