"""Python's own functions, and those of its library and of NumPy that say sizes: as far as they are harmless and bounded."""

from __future__ import annotations

import collections
import itertools
import math
import operator
import posixpath
import re
import string
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.unknown import Cause, Unknown, UnknownEntries, causes_of, is_unknown
from lstm_calc.formats.code.values import (
    MAX_ITEMS,
    Array,
    BuiltIn,
    ClassValue,
    Instance,
    MadeLayer,
    TensorSize,
    is_imported_class,
    is_small,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_TEXTS = "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation printable whitespace"
CONSTANTS: dict[str, Any] = {
    **{f"math.{name}": getattr(math, name) for name in ("pi", "e", "inf")},
    **{f"numpy.{name}": getattr(math, name) for name in ("pi", "inf")},
    **{f"{home}.newaxis": None for home in ("numpy", "jax.numpy", "tensorflow")},
    **{f"string.{name}": getattr(string, name) for name in _TEXTS.split()},
}
"""Names of modules that are imported and have a plain value, by path."""

_TYPES: dict[str, Any] = {kind.__name__: kind for kind in (int, float, str, bool, list, tuple, dict, set)}


def pure(function: Callable[..., Any]) -> BuiltIn:
    """Return a function of plain values as one of the text's: of values that are not known, it gives one that is not."""

    def call(*values: Any, at: Cause, **named: Any) -> Any:
        causes = causes_of([*values, *named.values()])
        if causes or not is_small([*values, *named.values()]):
            return Unknown(causes or [at])
        try:
            return bounded(function(*values, **named), at)
        except OverflowError:
            return Unknown([at])

    return BuiltIn(call)


def _structural(function: Callable[..., Any]) -> BuiltIn:
    """Return a function that puts values in order, known or not; of a sequence that is not known, it gives one that is not."""

    def call(*values: Any, at: Cause, **named: Any) -> Any:
        unknown = [each for each in values if is_unknown(each)]
        unknown += [part for each in values if isinstance(each, (list, tuple)) for part in each if isinstance(part, UnknownEntries)]
        return Unknown(causes_of(unknown)) if unknown else bounded(function(*values, **named), at)

    return BuiltIn(call)


def bounded(value: Any, at: Cause) -> Any:
    """Return a value; one of too many entries is not known."""
    if isinstance(value, (list, tuple, str, dict)) and len(value) > MAX_ITEMS:
        return Unknown([at])
    return value


def length(value: Any, at: Cause) -> Any:
    """Return how many entries a value has, as far as that is known."""
    if isinstance(value, (list, tuple, dict, set)) and any(isinstance(each, UnknownEntries) for each in value):
        return Unknown([at])
    if isinstance(value, Array) and value.shape:
        return value.shape[0]
    if isinstance(value, MadeLayer) and value.inner:
        return len(value.inner)
    return len(value) if isinstance(value, (list, tuple, dict, set, str, range)) else Unknown([at])


def listed(value: Any = ()) -> list[Any]:
    """Return what a value has as a list, cut off where it is too long: by one entry more than :func:`bounded` takes."""
    if isinstance(value, MadeLayer):
        return list(value.inner)
    return list(itertools.islice(value, MAX_ITEMS + 1))


def _enumerate(values: Any, start: int = 0) -> list[Any]:
    return list(enumerate(listed(values), start))


def _next(values: Any, *default: Any, at: Cause) -> Any:
    """Return the next entry of what is iterated over, which is a list here: it is taken out."""
    if not isinstance(values, list) or any(isinstance(each, UnknownEntries) for each in values[:1]):
        return Unknown(causes_of(values) or [at])
    return values.pop(0) if values else default[0] if default else Unknown([at])


def _sum(values: Any, start: Any = 0) -> Any:
    causes = causes_of(list(values))
    return Unknown(causes) if causes else sum(values, start)


def _extreme(function: Callable[..., Any]) -> BuiltIn:
    def call(*values: Any, at: Cause, **named: Any) -> Any:
        found = list(values[0]) if len(values) == 1 and isinstance(values[0], (list, tuple, dict)) else list(values)
        causes = causes_of(found)
        if causes or named:
            return Unknown(causes or [at])
        return function(found)

    return BuiltIn(call)


def _dict(*values: Any, at: Cause, **named: Any) -> Any:
    del at
    first = values[0] if values else {}
    if is_unknown(first):
        return first
    if "**" in named:
        return Unknown(causes_of(named["**"]))
    return {**(first if isinstance(first, dict) else dict(first)), **named}


def _isinstance(value: Any, kind: Any, *, at: Cause) -> Any:
    kinds = kind if isinstance(kind, (tuple, list)) else (kind,)
    wanted = [_TYPES_BY_BUILT.get(id(each)) for each in kinds]
    if is_unknown(value):
        return Unknown(causes_of(value))
    if isinstance(value, Instance) and any(isinstance(each, ClassValue) for each in kinds):
        return value.cls is not None and any(each in value.cls.lineage for each in kinds)
    if isinstance(value, (MadeLayer, Instance)) and all(is_imported_class(each) for each in kinds):
        found = [_is_a(value, each.path.rpartition(".")[2]) for each in kinds]
        return True if True in found else Unknown([at]) if None in found else False
    if None not in wanted:
        return isinstance(value, tuple(each for each in wanted if each))
    return False if isinstance(value, (int, float, str)) else Unknown([at])


_BASES = {
    "Module": r".*",
    "RNNBase": r"LSTM|GRU|RNN",
    "RNNCellBase": r"(LSTM|GRU|RNN)Cell",
    "_ConvNd": r"Conv(Transpose)?\dd",
    "_BatchNorm": r"BatchNorm\dd|SyncBatchNorm",
}
"""The layers that inherit from a class of PyTorch."""


def _is_a(value: MadeLayer | Instance, name: str) -> bool | None:
    """Return whether a layer or an object is one of a class of a framework, None where that is not known."""
    own = (
        [value.name]
        if isinstance(value, MadeLayer)
        else [path.rpartition(".")[2] for path in (value.cls.externals if value.cls else ())]
    )
    if any(re.fullmatch(_BASES.get(name, re.escape(name)), each) for each in own):
        return True
    return None if name.startswith("_") and name not in _BASES else False


BUILTINS: dict[str, Any] = {
    **{name: pure(kind) for name, kind in _TYPES.items() if name not in {"list", "tuple", "dict"}},
    "list": _structural(listed),
    "tuple": _structural(lambda value=(): tuple(listed(value))),
    "dict": BuiltIn(_dict),
    "max": _extreme(max),
    "min": _extreme(min),
    "sum": pure(_sum),
    **{function.__name__: pure(function) for function in (abs, ord, chr, round, divmod)},
    "reversed": _structural(lambda values: list(reversed(listed(values)))),
    **dict.fromkeys(("range", "xrange"), pure(range)),
    "zip": _structural(lambda *values, **_: list(zip(*map(listed, values), strict=False))),
    "enumerate": _structural(_enumerate),
    "iter": _structural(listed),
    "next": BuiltIn(_next),
    "any": pure(lambda values: any(listed(values))),
    "all": pure(lambda values: all(listed(values))),
    "isinstance": BuiltIn(_isinstance),
    "print": BuiltIn(lambda *_, **__: None),
    "__name__": "__main__",
    "__file__": "",
    "object": None,
}
"""Python's own names, by name; those that run, open or import something are not among them."""
_TYPES_BY_BUILT = {id(BUILTINS[name]): kind for name, kind in _TYPES.items()}


def _array(value: Any, *_: Any, **__: Any) -> Array:
    shape = []
    while isinstance(value, (list, tuple)):
        shape.append(len(value))
        value = value[0] if value else None
    return Array([*shape, *(value.shape or ())] if isinstance(value, Array) else shape)


def _of_shape(*sizes: Any, at: Cause, **named: Any) -> Any:
    """Return a tensor of a shape that is given as sizes, or as one list of them."""
    del at
    first = named.get("size", named.get("shape", sizes[0] if sizes else ()))
    if isinstance(first, Array):
        return first
    if isinstance(first, (list, tuple)):
        return Array(first)
    return Array(sizes) if sizes else Array([first])


def _tensor(*sizes: Any, at: Cause, **named: Any) -> Any:
    """Return a tensor of PyTorch of some sizes, or of those of another one; a list of numbers is what it has in it."""
    if len(sizes) == 1 and isinstance(sizes[0], (list, tuple)) and not isinstance(sizes[0], TensorSize):
        return _made_array(sizes[0], at)
    return _of_shape(*sizes, at=at, **named)


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


def _counted(*ends: Any, at: Cause, **_: Any) -> Any:
    """Return the whole numbers up to one, or between two."""
    try:
        return Array((len(range(*ends)),))
    except (TypeError, ValueError, OverflowError):
        return Unknown(causes_of(list(ends)) or [at])


_SHAPED = "zeros ones empty rand randn Size random.rand random.randn random.random_sample"
_ARRAYS = ("torch", "numpy", "jax.numpy", "paddle", "mlx.core")
"""Modules whose functions make tensors."""
_FILLED = ("zeros", "ones", "rand", "randn", "empty")
_COPIED = ("array", "tensor", "asarray", "from_numpy", "as_tensor")


def _of_numbers(function: Callable[..., Any]) -> BuiltIn:
    """Return a function of all numbers of a list or an array of one axis."""

    def call(value: Any = None, *rest: Any, at: Cause, **named: Any) -> Any:
        numbers = value.numbers if isinstance(value, Array) else value
        plain = isinstance(numbers, (list, tuple)) and all(isinstance(each, (int, float)) for each in numbers)
        return function(numbers) if plain and numbers and not rest and not named else Unknown(causes_of(value) or [at])

    return BuiltIn(call)


def _product(value: Any) -> Any:
    return math.prod(value.numbers if isinstance(value, Array) and value.numbers is not None else value)


def _accumulated(values: Any, function: Any = None, **_: Any) -> list[Any]:
    return list(itertools.accumulate(listed(values), function))


def _chained(*values: Any) -> list[Any]:
    return [each for value in values for each in listed(value)]


def _product_of(*values: Any, repeat: int = 1) -> list[Any]:
    lists = [listed(each) for each in values] * repeat
    return list(itertools.product(*lists)) if math.prod(map(len, lists)) <= MAX_ITEMS else too_long()


_MOST_COMBINED = 64


def _combined(values: Any, size: int) -> list[Any]:
    entries = listed(values)
    few = len(entries) <= _MOST_COMBINED and math.comb(len(entries), size) <= MAX_ITEMS
    return list(itertools.combinations(entries, size)) if few else too_long()


_ITERATORS: dict[str, Any] = {
    "itertools.chain": _structural(_chained),
    "itertools.chain.from_iterable": _structural(lambda values: _chained(*listed(values))),
    "itertools.product": _structural(_product_of),
    "itertools.pairwise": _structural(lambda values: list(itertools.pairwise(listed(values)))),
    "itertools.accumulate": pure(_accumulated),
    "itertools.islice": _structural(lambda values, *bounds: listed(values)[slice(*bounds)]),
    "itertools.zip_longest": _structural(
        lambda *values, fillvalue=None: list(itertools.zip_longest(*map(listed, values), fillvalue=fillvalue))
    ),
    "itertools.repeat": _structural(lambda value, times: [value] * times if times <= MAX_ITEMS else too_long()),
    "itertools.combinations": _structural(_combined),
}
"""Functions of itertools, which give lists here; of an endless one, nothing is known."""
FUNCTIONS: dict[str, Any] = {
    **_ITERATORS,
    **{f"operator.{name}": pure(getattr(operator, name)) for name in ("add", "sub", "floordiv", "truediv", "mod", "neg")},
    "operator.mul": pure(lambda one, other: one * other if is_small([one, other]) else too_long()),
    **{
        f"math.{name}": pure(getattr(math, name))
        for name in ["floor", "ceil", "log2", "log", "log10", "pow", "gcd", "sqrt", "prod", "isqrt"]
    },
    **{f"{home}.{name}": BuiltIn(_of_shape) for home in (*_ARRAYS, "tensorflow") for name in _SHAPED.split()},
    **{f"torch.{kind}Tensor": BuiltIn(_tensor) for kind in ("", "Float", "Double", "Half", "Long", "Int", "Bool")},
    **{f"{home}.eye": BuiltIn(lambda rows, columns=None, **_: Array((rows, columns or rows))) for home in _ARRAYS},
    "torch.autograd.Variable": BuiltIn(lambda value=None, *_, at, **__: _made_array(value, at)),
    "torch.linspace": BuiltIn(lambda _, __, steps=100, **___: Array((steps,))),
    **{f"{home}.arange": BuiltIn(_counted) for home in _ARRAYS[:3]},
    **{f"{home}.full": BuiltIn(_of_first) for home in _ARRAYS[:3]},
    **{
        f"jax.random.{name}": BuiltIn(lambda _=None, shape=(), *__, at, **named: _of_shape(named.get("shape", shape), at=at))
        for name in ("normal", "uniform", "truncated_normal", "orthogonal")
    },
    "numpy.random.random": BuiltIn(_of_first),
    **{
        f"{home}.{name}": BuiltIn(lambda value, *_, at, **__: _made_array(value, at))
        for home in _ARRAYS
        for name in (*_COPIED, *(f"{name}_like" for name in _FILLED))
    },
    "numpy.prod": pure(_product),
    **{f"numpy.{name}": _of_numbers(function) for name, function in (("sum", sum), ("max", max), ("min", min))},
    "numpy.reshape": BuiltIn(lambda _=None, shape=(), *__, at, **named: reshaped(named.get("newshape", shape), at)),
    "numpy.random.permutation": BuiltIn(lambda value=None, *_, at, **__: _permuted(value, at)),
    **{f"numpy.{name}": pure(getattr(math, name)) for name in ("floor", "ceil", "log2", "sqrt")},
    "collections.OrderedDict": BuiltIn(_dict),
    **{
        f"tensorflow.random.{name}": BuiltIn(_of_first)
        for name in ("uniform", "normal", "truncated_normal", "stateless_uniform", "stateless_normal")
    },
    "collections.Counter": pure(lambda values=(): dict(collections.Counter(listed(values)))),
    **{f"os.path.{name}": pure(getattr(posixpath, name)) for name in ("join", "dirname", "basename")},
    **dict.fromkeys(("os.path.abspath", "os.path.realpath"), pure(str)),
    "pathlib.Path": pure(posixpath.join),
    "torch.cuda.is_available": BuiltIn(lambda *_, at: Unknown([at])),
}
"""Functions of modules that are imported, by path."""


_MOST_NUMBERS = 100
"""The length of an array whose numbers are kept."""


def _made_array(value: Any, at: Cause) -> Any:
    if isinstance(value, (list, tuple)):
        rest = next((each for each in value if isinstance(each, UnknownEntries)), None)
        if rest is not None:
            return Unknown(rest.causes)
        found = _array(value)
        is_flat = len(value) <= _MOST_NUMBERS and all(isinstance(each, (int, float)) for each in value)
        found.numbers = tuple(value) if is_flat else None
        return found
    if isinstance(value, (int, float)):
        return Array(())
    return value if isinstance(value, Array) or is_unknown(value) else Unknown([at])


def too_long() -> Any:
    """Raise ValueError for what would be too long to be followed."""
    raise ValueError("too long")


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
    elif isinstance(value, MadeLayer):
        copied = MadeLayer(value.family, value.name, dict(value.arguments), value.place, value.doubt)
        copied.frozen, copied.gains, copied.removed = set(value.frozen), list(value.gains), dict(value.removed)
    elif isinstance(value, Instance):
        copied = Instance(value.cls, value.place)
        copied.made, copied.notes = value.made, dict(value.notes)
    else:
        return value
    known[id(value)] = copied
    if not isinstance(value, Array):
        copied.attributes = {name: clone(each, known) for name, each in value.attributes.items()}
    if isinstance(value, MadeLayer):
        copied.inner = [clone(each, known) for each in value.inner]
    return copied
