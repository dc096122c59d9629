"""Methods of texts, lists and dicts that are followed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelFileError
from lstm_calc.formats.code.plain import bounded, listed, pure, too_long
from lstm_calc.formats.code.values import (
    MAX_ITEMS,
    MISSING,
    Built,
    Cause,
    External,
    Rest,
    Unknown,
    causes_of,
    is_small,
    is_unknown,
    is_wide,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter

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
        "isalpha",
        "isalnum",
        "isupper",
        "islower",
        "partition",
        "rpartition",
        "rsplit",
        "splitlines",
        "count",
        "find",
        "index",
        "casefold",
        "swapcase",
    ]
)
_LIST = frozenset(["append", "extend", "insert", "pop", "index", "copy", "count", "reverse", "remove", "clear"])
_DICT = frozenset(["get", "pop", "update", "copy", "setdefault", "keys", "values", "items"])


def method(interpreter: Interpreter, holder: Any, name: str) -> Any:  # noqa: PLR0911 - a case for each kind of value
    """Return a method of a plain value as one of the text's, MISSING for one that is not followed."""
    if isinstance(holder, list) and name == "append" and len(holder) < MAX_ITEMS:
        return Built(lambda value=None, *_, **__: holder.append(value))
    if not is_small(holder):
        return Built(_refused) if isinstance(holder, (list, dict)) else MISSING
    if isinstance(holder, (str, tuple)):
        return _of_text(holder, name)
    if isinstance(holder, list) and name == "sort":
        return Built(partial(_sort, interpreter, holder))
    if isinstance(holder, list) and name == "extend":
        return Built(
            lambda values=(), *_, at, **__: holder.extend(
                [Rest(causes_of(values) or [at])] if is_unknown(values) else listed(values)
            )
        )
    if isinstance(holder, list) and name in _LIST:
        return Built(lambda *values, at, **_: _call(getattr(holder, name), values, at))
    if isinstance(holder, dict) and name in _DICT:
        return Built(lambda *values, at, **named: _of_dict(holder, name, values, named, at))
    return MISSING


def _of_text(holder: str | tuple[Any, ...], name: str) -> Any:
    """Return a method of a text or a tuple, which change nothing."""
    if isinstance(holder, str) and name == "replace":
        return pure(lambda old, new, *_: holder.replace(old, new) if len(holder) * len(new) <= MAX_ITEMS else too_long())
    if isinstance(holder, str) and name in _TEXT:
        return pure(getattr(holder, name))
    if isinstance(holder, tuple) and name in {"index", "count"}:
        return pure(getattr(holder, name))
    if isinstance(holder, str) and name == "format":
        return MISSING if is_wide(holder) else pure(holder.format)
    if isinstance(holder, str) and name == "join":
        return pure(lambda values: holder.join(map(str, values)) if len(holder) * len(values) <= MAX_ITEMS else too_long())
    return MISSING


def _sort(interpreter: Interpreter, holder: list[Any], *_: Any, at: Cause, **named: Any) -> None:
    """Put a list in order; where that is not known, nothing is known of its entries."""
    found = interpreter.library.call(interpreter, External("builtins.sorted", at), [holder], named, at)
    holder[:] = found if isinstance(found, list) else [Unknown(causes_of(found)) for _ in holder]


def _refused(*_: Any, at: Cause, **__: Any) -> Any:
    """Refuse to follow what would leave a list or a dict other than it is in the program."""
    raise ModelFileError("a list or dict grows too large to be followed here", str(at.place))


def _call(function: Callable[..., Any], values: Sequence[Any], at: Cause) -> Any:
    if not is_small(list(values)):
        _refused(at=at)
    return bounded(function(*values), at)


def _of_dict(holder: dict[Any, Any], name: str, values: Sequence[Any], named: dict[str, Any], at: Cause) -> Any:
    if values and not is_small(values[0]):
        _refused(at=at)
    if values and is_unknown(values[0]):
        return Unknown(causes_of(values[0]))
    found = getattr(holder, name)(*values, **(named if name == "update" else {}))
    return list(found) if name in {"keys", "values", "items"} else bounded(found, at)
