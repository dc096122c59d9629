"""Python's own functions, and those of its library and of NumPy that say sizes: as far as they are harmless and bounded."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelFileError
from lstm_calc.formats.code.values import (
    MAX_ITEMS,
    MISSING,
    Array,
    Built,
    Cause,
    Class,
    Function,
    Instance,
    Made,
    Unknown,
    causes_of,
    is_small,
    is_unknown,
    is_wide,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter

_TYPES: dict[str, Any] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "list": list,
    "tuple": tuple,
    "dict": dict,
    "set": set,
}


def pure(function: Callable[..., Any]) -> Built:
    """Return a function of plain values as one of the text's: of values that are not known, it gives one that is not."""

    def call(*values: Any, at: Cause, **named: Any) -> Any:
        causes = causes_of([*values, *named.values()])
        if causes or not is_small([*values, *named.values()]):
            return Unknown(causes or [at])
        try:
            return _bounded(function(*values, **named), at)
        except OverflowError:
            return Unknown([at])

    return Built(call)


def _structural(function: Callable[..., Any]) -> Built:
    """Return a function that puts values in order, known or not; of a sequence that is not known, it gives one that is not."""

    def call(*values: Any, at: Cause, **named: Any) -> Any:
        unknown = [each for each in values if is_unknown(each)]
        return Unknown(causes_of(unknown)) if unknown else _bounded(function(*values, **named), at)

    return Built(call)


def _bounded(value: Any, at: Cause) -> Any:
    if isinstance(value, (list, tuple, str, dict)) and len(value) > MAX_ITEMS:
        return Unknown([at])
    return value


def _length(*values: Any, at: Cause) -> Any:
    (value,) = values
    if isinstance(value, Array) and value.shape:
        return value.shape[0]
    if isinstance(value, Made) and value.inner:
        return len(value.inner)
    return len(value) if isinstance(value, (list, tuple, dict, set, str, range)) else Unknown([at])


def _listed(value: Any = ()) -> list[Any]:
    if isinstance(value, Made):
        return list(value.inner)
    return list(value)[:MAX_ITEMS]


def _enumerate(values: Any, start: int = 0) -> list[Any]:
    return list(enumerate(_listed(values), start))


def _sum(values: Any, start: Any = 0) -> Any:
    causes = causes_of(list(values))
    return Unknown(causes) if causes else sum(values, start)


def _extreme(function: Callable[..., Any]) -> Built:
    def call(*values: Any, at: Cause, **named: Any) -> Any:
        found = list(values[0]) if len(values) == 1 and isinstance(values[0], (list, tuple, dict)) else list(values)
        causes = causes_of(found)
        if causes or named:
            return Unknown(causes or [at])
        return function(found)

    return Built(call)


def _dict(*values: Any, at: Cause, **named: Any) -> Any:
    del at
    first = values[0] if values else {}
    if is_unknown(first):
        return first
    return {**(first if isinstance(first, dict) else dict(first)), **named}


def _isinstance(value: Any, kind: Any, *, at: Cause) -> Any:
    kinds = kind if isinstance(kind, (tuple, list)) else (kind,)
    wanted = [_TYPES_BY_BUILT.get(id(each)) for each in kinds]
    if is_unknown(value):
        return Unknown(causes_of(value))
    if isinstance(value, Instance) and any(isinstance(each, Class) for each in kinds):
        return value.cls is not None and any(each in value.cls.lineage for each in kinds)
    if None not in wanted:
        return isinstance(value, tuple(each for each in wanted if each))
    return False if isinstance(value, (int, float, str)) else Unknown([at])


BUILTINS: dict[str, Any] = {
    **{name: pure(kind) for name, kind in _TYPES.items() if name not in {"list", "tuple", "dict"}},
    "list": _structural(_listed),
    "tuple": _structural(lambda value=(): tuple(_listed(value))),
    "dict": Built(_dict),
    "len": Built(_length),
    "max": _extreme(max),
    "min": _extreme(min),
    "sum": pure(_sum),
    "abs": pure(abs),
    "round": pure(round),
    "divmod": pure(divmod),
    "sorted": pure(lambda values, **_: sorted(values)),
    "reversed": _structural(lambda values: list(reversed(_listed(values)))),
    **dict.fromkeys(("range", "xrange"), pure(range)),
    "zip": _structural(lambda *values, **_: list(zip(*map(_listed, values), strict=False))),
    "enumerate": _structural(_enumerate),
    "any": pure(lambda values: any(_listed(values))),
    "all": pure(lambda values: all(_listed(values))),
    "isinstance": Built(_isinstance),
    "print": Built(lambda *_, **__: None),
    "__name__": "__main__",
    "object": None,
}
"""Python's own names, by name; those that run, open or import something are not among them."""
_TYPES_BY_BUILT = {id(BUILTINS[name]): kind for name, kind in _TYPES.items()}


def _root(value: float) -> float:
    return math.sqrt(value)


def _array(value: Any, *_: Any, **__: Any) -> Array:
    shape = []
    while isinstance(value, (list, tuple)):
        shape.append(len(value))
        value = value[0] if value else None
    return Array(shape)


def _of_shape(*sizes: Any, at: Cause, **named: Any) -> Any:
    """Return a tensor of a shape that is given as sizes, or as one list of them."""
    del at
    first = named.get("size", named.get("shape", sizes[0] if sizes else ()))
    if isinstance(first, Array):
        return first
    if isinstance(first, (list, tuple)):
        return Array(first)
    return Array(sizes) if sizes else Array([first])


def reshaped(shape: Any, at: Cause) -> Any:
    """Return a tensor of which nothing is known in a shape: sizes that are not known are asked for, where a count needs them."""
    if not isinstance(shape, (list, tuple)) or not shape:
        return Unknown(causes_of(shape) or [at])
    return Array(Unknown([at]) if each == -1 else each for each in shape)


def _permuted(value: Any, at: Cause) -> Any:
    """Return numbers in another order: as many as are said, or as a list has."""
    length = len(value) if isinstance(value, (list, tuple)) else value
    return value if isinstance(value, Array) else Array([length if isinstance(length, (int, Unknown)) else Unknown([at])])


def _of_first(*values: Any, at: Cause, **named: Any) -> Any:
    """Return a tensor like another one, or of the shape that stands first."""
    shape = named.get("size", named.get("shape", values[0] if values else ()))
    return _of_shape(*(shape if isinstance(shape, (list, tuple)) else [shape]), at=at)


def _square(rows: Any, columns: Any = None, *, at: Cause, **_: Any) -> Any:
    """Return a tensor with ones on its diagonal."""
    del at
    return Array((rows, rows if columns is None else columns))


def _spaced(_: Any, __: Any, steps: Any = 100, *, at: Cause, **___: Any) -> Any:
    """Return so many numbers between two others."""
    del at
    return Array((steps,))


def _counted(*ends: Any, at: Cause, **_: Any) -> Any:
    """Return the whole numbers up to one, or between two."""
    try:
        return Array((len(range(*ends)),))
    except (TypeError, ValueError, OverflowError):
        return Unknown(causes_of(list(ends)) or [at])


_SHAPED = (
    "zeros ones empty rand randn Tensor FloatTensor DoubleTensor LongTensor Size random.rand random.randn random.random_sample"
)
FUNCTIONS: dict[str, Any] = {
    **{f"math.{name}": pure(getattr(math, name)) for name in ("floor", "ceil", "log2", "log", "log10", "pow", "gcd")},
    "math.sqrt": pure(_root),
    "math.prod": pure(math.prod),
    **{
        f"{home}.{name}": Built(_of_shape)
        for home in ("torch", "numpy", "jax.numpy", "paddle", "mlx.core", "tensorflow")
        for name in _SHAPED.split()
    },
    **{f"{home}.eye": Built(_square) for home in ("torch", "numpy", "jax.numpy")},
    "torch.linspace": Built(_spaced),
    **{f"{home}.arange": Built(_counted) for home in ("torch", "numpy", "jax.numpy")},
    **{f"{home}.full": Built(_of_first) for home in ("torch", "numpy", "jax.numpy")},
    **{
        f"{home}.random.{name}": Built(_of_first)
        for home in ("numpy",)
        for name in ("random", "uniform", "normal")
        if name == "random"
    },
    **{
        f"{home}.{name}": Built(lambda value, *_, at, **__: _made_array(value, at))
        for home in ("torch", "numpy", "jax.numpy")
        for name in ("array", "tensor", "asarray", "from_numpy")
    },
    "numpy.prod": pure(math.prod),
    "numpy.reshape": Built(lambda _=None, shape=(), *__, at, **named: reshaped(named.get("newshape", shape), at)),
    "numpy.random.permutation": Built(lambda value=None, *_, at, **__: _permuted(value, at)),
    "numpy.floor": pure(math.floor),
    "numpy.ceil": pure(math.ceil),
    "numpy.log2": pure(math.log2),
    "numpy.sqrt": pure(_root),
    "collections.OrderedDict": Built(_dict),
    **{
        f"tensorflow.random.{name}": Built(_of_first)
        for name in ("uniform", "normal", "truncated_normal", "stateless_uniform", "stateless_normal")
    },
    "torch.cuda.is_available": Built(lambda *_, at: Unknown([at])),
    "os.environ.get": Built(lambda *_, at: Unknown([at])),
}
"""Functions of modules that are imported, by path."""


def _made_array(value: Any, at: Cause) -> Any:
    if isinstance(value, (list, tuple)):
        return _array(value)
    if isinstance(value, (int, float)):
        return Array(())
    return value if isinstance(value, Array) or is_unknown(value) else Unknown([at])


_TEXT = frozenset(
    [
        "upper",
        "lower",
        "strip",
        "lstrip",
        "rstrip",
        "split",
        "title",
        "capitalize",
        "startswith",
        "endswith",
        "replace",
        "removeprefix",
        "removesuffix",
        "isdigit",
    ]
)
_LIST = frozenset(["append", "extend", "insert", "pop", "index", "copy", "count", "reverse", "remove", "clear"])
_DICT = frozenset(["get", "pop", "update", "copy", "setdefault", "keys", "values", "items"])
_SET = frozenset(["add", "update", "discard", "remove", "clear", "union", "intersection", "difference", "copy"])
_CHANGING = frozenset(["append", "extend", "insert", "pop", "remove", "clear", "update", "setdefault", "add", "discard"])
"""The methods after which a list, dict or set has more or fewer entries."""


def method(interpreter: Interpreter, holder: Any, name: str) -> Any:  # noqa: PLR0911 - a case for each kind of value
    """Return a method of a plain value as one of the text's, MISSING for one that is not followed."""
    if isinstance(holder, list) and name == "append" and len(holder) < MAX_ITEMS:
        return Built(lambda value=None, *_, **__: _append(interpreter, holder, value))
    if not is_small(holder):
        return Built(_refused) if isinstance(holder, (list, dict)) else MISSING
    if isinstance(holder, str) and name == "replace":
        return pure(lambda old, new, *_: holder.replace(old, new) if len(holder) * len(new) <= MAX_ITEMS else _too_long())
    if isinstance(holder, str) and name in _TEXT:
        return pure(getattr(holder, name))
    if isinstance(holder, str) and name == "format":
        return MISSING if is_wide(holder) else pure(holder.format)
    if isinstance(holder, str) and name == "join":
        return pure(lambda values: holder.join(map(str, values)) if len(holder) * len(values) <= MAX_ITEMS else _too_long())
    known = _LIST if isinstance(holder, list) else _DICT if isinstance(holder, dict) else _SET if isinstance(holder, set) else ()
    if name in known:
        return Built(lambda *values, at, **named: _of_holder(interpreter, holder, name, values, named, at))
    if isinstance(holder, list) and name in _CHANGING:
        interpreter.growth.lose(holder)
    return MISSING


def _append(interpreter: Interpreter, holder: list[Any], value: Any) -> None:
    holder.append(value)
    interpreter.growth.change(holder, value)


def _of_holder(interpreter: Interpreter, holder: Any, name: str, values: Sequence[Any], named: dict[str, Any], at: Cause) -> Any:
    """Return what a method of a list, dict or set gives; how much is in it is not known, where what it takes is not."""
    if name not in _CHANGING:
        return _of_dict(holder, name, values, named, at) if isinstance(holder, dict) else _call(getattr(holder, name), values, at)
    try:
        found = _of_dict(holder, name, values, named, at) if isinstance(holder, dict) else _call(getattr(holder, name), values, at)
    except (TypeError, ValueError, LookupError):
        interpreter.growth.lose(holder)
        raise
    if not isinstance(holder, list) and any(map(is_unknown, values[:1])):
        interpreter.growth.lose(holder)
    interpreter.growth.change(holder, *values)
    return found


def _refused(*_: Any, at: Cause, **__: Any) -> Any:
    """Refuse to follow what would leave a list or a dict other than it is in the program."""
    raise ModelFileError("a list or dict grows too large to be followed here", str(at.place))


def _too_long() -> Any:
    raise ValueError("too long")


def _call(function: Callable[..., Any], values: Sequence[Any], at: Cause) -> Any:
    if not is_small(list(values)):
        _refused(at=at)
    return _bounded(function(*values), at)


def _of_dict(holder: dict[Any, Any], name: str, values: Sequence[Any], named: dict[str, Any], at: Cause) -> Any:
    if values and not is_small(values[0]):
        _refused(at=at)
    if values and is_unknown(values[0]):
        return Unknown(causes_of(values[0]))
    found = getattr(holder, name)(*values, **(named if name == "update" else {}))
    return list(found) if name in {"keys", "values", "items"} else _bounded(found, at)


def clone(value: Any, known: dict[int, Any] | None = None) -> Any:
    """Return a deep copy of a layer or object, in which what is shared inside stays shared."""
    known = {} if known is None else known
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, list):
        return [clone(each, known) for each in value]
    if isinstance(value, dict):
        return {key: clone(each, known) for key, each in value.items()}
    if isinstance(value, Array):
        copied: Any = Array(value.shape, value.width, trained=value.trained)
    elif isinstance(value, Made):
        copied = Made(value.family, value.name, dict(value.arguments), value.place, value.doubt)
        copied.frozen = value.frozen
    elif isinstance(value, Instance):
        copied = Instance(value.cls, value.place)
        copied.made = value.made
    else:
        return value
    known[id(value)] = copied
    if not isinstance(value, Array):
        copied.attributes = {name: clone(each, known) for name, each in value.attributes.items()}
    if isinstance(value, Made):
        copied.inner = [clone(each, known) for each in value.inner]
    return copied


__all__ = ["BUILTINS", "FUNCTIONS", "Function", "clone", "method", "pure"]
