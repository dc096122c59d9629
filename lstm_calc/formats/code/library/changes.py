"""Methods of texts, lists and dicts.

Where it is not known whether the program calls a method that changes a list or dict, what is in that is not known either.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelFileError
from lstm_calc.formats.code.families.rows import words
from lstm_calc.formats.code.library.modules import copy_in_doubt, is_in_doubt, owners
from lstm_calc.formats.code.library.python import bounded, listed, pure, too_long
from lstm_calc.formats.code.unknown import MISSING, Cause, Imported, Unknown, UnknownEntries, UnknownObject, causes_of, is_unknown
from lstm_calc.formats.code.values import MAX_ITEMS, Array, BuiltIn, Instance, MadeLayer, entries_of, is_small, is_wide

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter

_TEXT = words(
    """
    upper lower strip lstrip rstrip split title capitalize startswith endswith replace removeprefix removesuffix isdigit isalpha
    isalnum isupper islower partition rpartition rsplit splitlines count find index casefold swapcase
    """
)
_LIST = words("insert pop index copy count reverse remove clear")
_DICT = words("get pop popitem copy setdefault keys values items")
_CHANGES = words("append extend insert pop remove clear update setdefault popitem reverse sort")
"""The methods of lists and dicts that change them."""
_CHANGES_OF_SETS = words("add update discard remove pop clear")
_OF_SETS = _CHANGES_OF_SETS | words("copy union intersection difference issubset issuperset")
Causes = tuple[Cause, ...]


def method(interpreter: Interpreter, holder: Any, name: str) -> Any:
    """Return a method of a plain value as one of the text's, MISSING for one that is not followed."""
    found = _method_in_doubt(interpreter, holder, name) if interpreter.doubt else MISSING
    if found is not MISSING:
        return found
    if isinstance(holder, list) and name == "append" and len(holder) < MAX_ITEMS:
        return BuiltIn(lambda value=None, *_, **__: holder.append(value))
    if isinstance(holder, dict) and name == "update":
        return BuiltIn(partial(_update, holder))
    if not is_small(holder):
        return BuiltIn(_refused) if isinstance(holder, (list, dict)) else MISSING
    if isinstance(holder, (dict, set)):
        follow: Callable[..., Any] = _of_dict if isinstance(holder, dict) else _of_set
        return BuiltIn(partial(follow, holder, name)) if name in (_DICT if follow is _of_dict else _OF_SETS) else MISSING
    return _of_list(interpreter, holder, name) if isinstance(holder, list) else _of_text(holder, name)


def _of_list(interpreter: Interpreter, holder: list[Any], name: str) -> Any:
    """Return a method of a list."""
    if name == "sort":
        return BuiltIn(partial(_sort, interpreter, holder))
    if name == "extend":
        return BuiltIn(partial(_extend, holder))
    return BuiltIn(lambda *values, at, **_: _call(getattr(holder, name), values, at)) if name in _LIST else MISSING


def _extend(holder: list[Any], values: Any = (), *_: Any, at: Cause, **__: Any) -> None:
    """Follow ``holder.extend(values)``."""
    holder.extend([UnknownEntries(causes_of(values) or [at])] if is_unknown(values) else listed(values))


def _of_text(holder: Any, name: str) -> Any:
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
    found = interpreter.library.call(interpreter, Imported("builtins.sorted", at), [holder], named, at)
    holder[:] = found if isinstance(found, list) else [Unknown(causes_of(found)) for _ in holder]


def _refused(*_: Any, at: Cause, **__: Any) -> Any:
    """Refuse to follow what would leave a list or a dict other than it is in the program."""
    raise ModelFileError("a list or dict grows too large to be followed here", str(at.place))


def _call(function: Callable[..., Any], values: Sequence[Any], at: Cause) -> Any:
    if not is_small(list(values)):
        _refused(at=at)
    return bounded(function(*values), at)


def _of_dict(holder: dict[Any, Any], name: str, *values: Any, at: Cause, **_: Any) -> Any:
    if values and not is_small(values[0]):
        _refused(at=at)
    if values and is_unknown(values[0]):
        return Unknown(causes_of(values[0]))
    found = getattr(holder, name)(*values)
    return list(found) if name in {"keys", "values", "items"} else bounded(found, at)


def _of_set(holder: set[Any], name: str, *values: Any, at: Cause, **_: Any) -> Any:
    """Follow a method of a set; what is added to it and not known, or taken out of it by chance, leaves its entries open."""
    causes = causes_of(list(values)) or ((at,) if name == "pop" or not is_small(list(values)) else ())
    if not causes:
        return getattr(holder, name)(*values)
    if name in _CHANGES_OF_SETS:
        holder.add(UnknownEntries(causes))
    return Unknown(causes)


def _method_in_doubt(interpreter: Interpreter, holder: Any, name: str) -> Any:
    """Return a method that changes a list, dict or set, where it is not known whether it is called; MISSING for any other."""
    causes = interpreter.doubt
    if isinstance(holder, set) and name in _CHANGES_OF_SETS:
        return BuiltIn(lambda *_, **__: holder.add(UnknownEntries(causes)))
    if name not in _CHANGES or not isinstance(holder, (list, dict)):
        return MISSING
    if isinstance(holder, dict):
        return BuiltIn(lambda *values, at, **named: _change_of_dict(holder, name, values, named, causes))  # noqa: ARG005 - as all
    if name not in {"append", "insert", "extend"}:
        return BuiltIn(lambda *_, **__: blur(holder, causes))

    def change(*values: Any, **_: Any) -> None:
        items = values[-1:] if name != "extend" else interpreter.items(values[0]) if values else []
        add(holder, [Unknown(causes)] if items is None else items, causes)

    return BuiltIn(change)


def _change_of_dict(holder: dict[Any, Any], name: str, values: Sequence[Any], named: dict[str, Any], causes: Causes) -> Any:
    """Follow a method that changes a dict, where it is not known whether it is called."""
    if name == "update":
        first = values[0] if values and isinstance(values[0], dict) else {}
        for key, value in {**first, **named}.items():
            put(holder, key, value, causes)
        return None
    if name == "setdefault" and values:
        if is_unknown(values[0]) or values[0] not in holder:
            put(holder, values[0], values[1] if len(values) > 1 else None, causes)
        return None
    return blur(holder, causes)


def since(before: Causes, now: Causes) -> Causes:
    """Return the causes by which it is in doubt that the program comes here from where it was."""
    return tuple(cause for cause in now if cause not in before)


def before(holder: Sequence[Any], key: Any) -> Causes:
    """Return the causes by which it is not known which entry has a position."""
    if not isinstance(key, int) or isinstance(key, bool):
        return ()
    passed = holder[: key + 1] if key >= 0 else holder[key:]
    return next((each.causes for each in passed if isinstance(each, UnknownEntries)), ())


def add_all(holder: list[Any], values: Sequence[Any], causes: Causes) -> None:
    """Add entries to a list, in doubt where there are causes."""
    if causes:
        add(holder, values, causes)
    else:
        holder.extend(values)


def add(holder: list[Any], values: Sequence[Any], causes: Causes) -> None:
    """Add entries to a list that may be there or not: layers in doubt, and for all else one that stands for any number of them."""
    for each in values:
        layer = in_doubt(each, causes)
        if layer is not MISSING:
            holder.append(layer)
        elif not (holder and isinstance(holder[-1], UnknownEntries)):
            holder.append(UnknownEntries(causes))


def put(holder: Any, key: Any, value: Any, causes: Causes) -> None:
    """Set an entry of a list or dict that may have another value."""
    layer = in_doubt(value, causes)
    kept = Unknown(causes) if layer is MISSING else layer
    if isinstance(holder, dict) and (is_unknown(key) or not is_small(key)):
        if not any(isinstance(each, UnknownEntries) for each in holder) or layer is not MISSING:
            holder[UnknownEntries(causes)] = kept
        return
    try:
        same = (
            not isinstance(value, (MadeLayer, Instance))
            and key in holder
            and type(holder[key]) is type(value)
            and holder[key] == value
        )
        holder[key] = value if same else kept
    except (TypeError, LookupError, ValueError):
        return


def merge(holder: dict[Any, Any], value: Any) -> None:
    """Take the entries of another dict; of one that is not known, any entry may come."""
    entries = entries_of(value)
    if entries is not None:
        holder.update(entries)
    elif is_unknown(value):
        blur(holder, causes_of(value))


def _update(holder: dict[Any, Any], first: Any = (), *_: Any, at: Cause, **named: Any) -> None:
    """Follow ``holder.update(first)``."""
    if not is_small([holder, first]):
        raise ModelFileError("a list or dict grows too large to be followed here", str(at.place))
    if isinstance(first, (list, tuple)):
        holder.update(first)
    else:
        merge(holder, first)
    whole = named.pop("**", None)
    holder.update(named)
    merge(holder, whole)


def in_doubt(value: Any, causes: Causes) -> Any:
    """Return a layer as one that may not be there, MISSING for what is no layer."""
    if isinstance(value, (UnknownObject, Array)):
        return value
    if not isinstance(value, (MadeLayer, Instance, list, tuple)) or not owners(value):
        return MISSING
    return value if isinstance(value, (list, tuple)) or is_in_doubt(value, causes) else copy_in_doubt(value, causes)


def blur(holder: Any, causes: Causes) -> Unknown:
    """Make what is in a list or dict unknown, as some of it may be taken away; return what is taken."""
    if isinstance(holder, list):
        layers = [in_doubt(each, causes) for each in holder]
        holder[:] = [Unknown(causes) if each is MISSING else each for each in layers]
        holder.append(UnknownEntries(causes))
    else:
        for key in list(holder):
            put(holder, key, holder[key] if in_doubt(holder[key], causes) is not MISSING else MISSING, causes)
        holder[UnknownEntries(causes)] = Unknown(causes)
    return Unknown(causes)
