"""Entries that a program reads, sets and deletes: of containers, modules, layers, tensors and values that are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code import array_methods, keras_api
from lstm_calc.formats.code.keras_api.graph import KerasTensor
from lstm_calc.formats.code.library import changes
from lstm_calc.formats.code.library.attributes import doubtful
from lstm_calc.formats.code.library.layers import (
    TensorsByName,
    is_container,
    key_of,
    put_in_container,
    sliced,
    take_away,
    take_from_container,
)
from lstm_calc.formats.code.library.modules import (
    BASE,
    copy_in_doubt,
)
from lstm_calc.formats.code.library.objects import is_enum
from lstm_calc.formats.code.trace import Traced, TracedStates
from lstm_calc.formats.code.trace import functions as traced
from lstm_calc.formats.code.unknown import MISSING, Cause, Imported, Unknown, UnknownObject, causes_of, is_unknown
from lstm_calc.formats.code.values import (
    Array,
    ClassValue,
    FunctionValue,
    Instance,
    MadeLayer,
    entries_of,
    is_small,
)

if TYPE_CHECKING:
    from lstm_calc.formats.code.interpreter import Interpreter


def item(interpreter: Interpreter, holder: Any, key: Any, cause: Cause) -> Any:
    """Return an entry of a value; ``cause`` is the expression, for one that is not known."""
    getter = holder.cls.find("__getitem__") if isinstance(holder, Instance) and holder.cls else MISSING
    if isinstance(getter, FunctionValue):
        return interpreter.call(getter.bound(holder), [key], {}, cause)
    holder = holder.attributes.get(BASE, holder) if isinstance(holder, Instance) else holder
    if isinstance(holder, KerasTensor):
        return keras_api.item(holder, key)
    if isinstance(holder, (Traced, TracedStates)):
        return holder.entry(key) if isinstance(holder, TracedStates) else traced.item(holder, key)
    if isinstance(holder, Array):
        return array_methods.item(holder, key)
    if isinstance(holder, array_methods.UnknownShape) and key == -1 and holder.array.width is not None:
        return holder.array.width
    found = _in_layer(holder, key) if isinstance(holder, MadeLayer) else _named(holder, key)
    return Unknown([cause]) if found is MISSING else found


def _named(holder: Any, key: Any) -> Any:
    """Return an entry of an object, an enumeration, or the names of a module; MISSING without one."""
    if is_unknown(key) or not is_small(key):
        return MISSING
    if isinstance(holder, Instance) and (isinstance(key, str) or entries_of(holder) is not None):
        return holder.attributes.get(key, MISSING)
    if isinstance(holder, ClassValue) and is_enum(holder) and isinstance(key, str):
        return holder.find(key)
    if isinstance(holder, Imported) and holder.path.endswith(".__dict__") and isinstance(key, str):
        return Imported(f"{holder.path.removesuffix('.__dict__')}.{key}", holder.cause)
    return MISSING


def _in_layer(holder: MadeLayer, key: Any) -> Any:
    """Return a layer of a container, some of its layers, or an attribute of a layer; MISSING without one."""
    if holder.inner and is_unknown(key):
        return copy_in_doubt(holder, causes_of(key))
    if isinstance(key, str):
        return holder.attributes.get(key, MISSING)
    if not holder.inner or not isinstance(key, (int, slice)):
        return MISSING
    try:
        found = holder.inner[key]
    except IndexError:
        return MISSING
    return sliced(holder, found) if isinstance(key, slice) else found


def set_item(interpreter: Interpreter, holder: Any, key: Any, value: Any) -> None:
    """Set an entry of a value: of a list or dict, of an object that is one, of a container of layers."""
    setter = holder.cls.find("__setitem__") if isinstance(holder, Instance) and holder.cls else MISSING
    if isinstance(setter, FunctionValue):
        interpreter.call(setter.bound(holder), [key, value], {}, Cause("__setitem__", holder.place))
        return
    holder = holder.attributes.get(BASE, holder) if isinstance(holder, Instance) else holder
    if is_container(holder):
        put_in_container(holder, key, value)
        return
    holder = holder if isinstance(holder, list) else entries_of(holder)
    key = key if holder is None or interpreter.doubt else key_of(key, value, holder)
    if holder is None or key is MISSING or not is_small(key):
        return
    if interpreter.doubt:
        changes.put(holder, key, value, interpreter.doubt)
        return
    try:
        holder[key] = value
    except (TypeError, LookupError, ValueError):
        return


def delete(interpreter: Interpreter, holder: Any, key: Any, cause: Cause) -> None:
    """Take away an attribute or an entry of a value; a tensor of a layer has to come back under another name."""
    if interpreter.doubt and not is_unknown(key):
        doubtful(interpreter, holder, key)
        return
    holder = holder.attributes.get(BASE, holder) if isinstance(holder, Instance) and not isinstance(key, int) else holder
    if isinstance(holder, TensorsByName):
        take_away(holder.owner, key, cause)
    elif is_container(holder) and (not isinstance(key, str) or key in holder.attributes or key.isdigit()):
        take_from_container(holder, key)
    elif isinstance(holder, MadeLayer) and isinstance(key, str) and key not in holder.attributes:
        take_away(holder, key, cause)
    elif isinstance(holder, list) and isinstance(key, (int, slice)):
        del holder[key]
    elif isinstance(holder, (Instance, MadeLayer, UnknownObject)) and isinstance(key, str):
        holder.attributes.pop(key, None)
    elif isinstance(holder, dict) and not is_unknown(key) and is_small(key):
        holder.pop(key, None)
