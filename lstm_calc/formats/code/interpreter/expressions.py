"""Expressions and operators, a function for each kind: it returns the value of one in a scope."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.interpreter.operators import binary, boolean, comparison, unary
from lstm_calc.formats.code.interpreter.scopes import Endless, an_entry, either_of, function, store
from lstm_calc.formats.code.library import changes
from lstm_calc.formats.code.library.modules import copy_in_doubt, layer_among
from lstm_calc.formats.code.unknown import (
    MISSING,
    Cause,
    Unknown,
    UnknownChoice,
    UnknownEntries,
    UnknownObject,
    causes_of,
    is_unknown,
)
from lstm_calc.formats.code.values import (
    MAX_ITEMS,
    DefaultDict,
    FunctionValue,
    Instance,
    Scope,
    Super,
    entries_of,
    is_small,
    is_wide,
    truth_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


_MOST_YIELDED = 500
"""How many values of a generator are followed."""


def _name(interpreter: Interpreter, node: ast.Name, scope: Scope) -> Any:
    value = scope.lookup(node.id)
    if value is MISSING or is_unknown(value):
        said = interpreter.settings.named(node.id)
        if said is not MISSING:
            return said
    if value is MISSING:
        value = interpreter.library.builtin(node.id, interpreter.cause(node, scope))
    return interpreter.unknown(node, scope) if value is MISSING else value


def _attribute(interpreter: Interpreter, node: ast.Attribute, scope: Scope) -> Any:
    holder = interpreter.value(node.value, scope)
    cause = interpreter.cause(node, scope)
    if isinstance(holder, UnknownChoice):
        return Unknown(holder.causes)
    if isinstance(holder, Unknown):
        cause = _within(cause, holder, f".{node.attr}")
        said = interpreter.settings.named(cause.source)
        if said is not MISSING:
            return said
    return interpreter.attribute(holder, node.attr, cause)


def _within(cause: Cause, holder: Unknown, part: str) -> Cause:
    """Return what an attribute or entry of something unknown is, with the expression that this stands for.

    A value that depends on what a call gives, as a list that grows ``len(rows)`` times, is not what the call gives.
    """
    if len(holder.causes) != 1:
        return cause
    first = holder.causes[0]
    whole = (holder.name if isinstance(holder, UnknownObject) else "") or first.source or first.text
    if "(" in whole and not isinstance(holder, UnknownObject):
        return cause
    source = f"{whole}{part}"
    return cause if source == cause.text else cause.replace(source=source)


def _subscript(interpreter: Interpreter, node: ast.Subscript, scope: Scope) -> Any:  # noqa: PLR0911 - a case for each kind of value
    holder, key = interpreter.value(node.value, scope), interpreter.value(node.slice, scope)
    if isinstance(holder, DefaultDict) and holder.factory is not None and not is_unknown(key) and is_small(key):
        return _entry(interpreter, holder, key, interpreter.cause(node, scope))
    if isinstance(holder, (list, tuple, dict, str, range)) and not is_unknown(key) and is_small(key):
        if isinstance(holder, (list, tuple)) and (causes := changes.before(holder, key)):
            return Unknown(causes)
        try:
            return holder[key]
        except (TypeError, LookupError, ValueError):
            return interpreter.unknown(node, scope)
    if isinstance(holder, (list, tuple, dict)) and is_unknown(key):
        layer = layer_among(holder.values() if isinstance(holder, dict) else holder)
        return Unknown(causes_of(key)) if layer is None else copy_in_doubt(layer, causes_of(key))
    if isinstance(holder, UnknownChoice):
        return Unknown(holder.causes)
    cause = interpreter.cause(node, scope)
    if isinstance(holder, Unknown) and isinstance(key, (str, int)):
        cause = _within(cause, holder, f"[{key!r}]")
        said = interpreter.settings.named(cause.source)
        if said is not MISSING:
            return said
    return interpreter.library.item(interpreter, holder, key, cause)


def _entry(interpreter: Interpreter, holder: DefaultDict, key: Any, cause: Cause) -> Any:
    """Return an entry of a dict that makes those which it does not have."""
    try:
        if key not in holder:
            holder[key] = interpreter.call(holder.factory, [], {}, cause)
        return holder[key]
    except TypeError:
        return Unknown([cause])


def _slice(interpreter: Interpreter, node: ast.Slice, scope: Scope) -> Any:
    bounds = [None if each is None else interpreter.value(each, scope) for each in (node.lower, node.upper, node.step)]
    causes = causes_of(bounds)
    return Unknown(causes) if causes else slice(*bounds)


def _call(interpreter: Interpreter, node: ast.Call, scope: Scope) -> Any:
    if isinstance(node.func, ast.Name) and node.func.id in {"super", "locals", "globals"}:
        return _frame(interpreter, node, scope)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "save_hyperparameters":
        return _hyperparameters(interpreter, node, scope)
    function = interpreter.value(node.func, scope)
    positional, named = _arguments(interpreter, node, scope)
    cause = interpreter.cause(node, scope)
    if is_unknown(function) and getattr(node.func, "attr", "") == "get" and interpreter.is_default(*positional[1:]):
        return interpreter.assume(positional[1], cause)
    found = interpreter.call(function, positional, named, cause)
    interpreter.origins.layer(found, node, scope)
    return found


def _frame(interpreter: Interpreter, node: ast.Call, scope: Scope) -> Any:
    """Return what ``super()``, ``locals()`` and ``globals()`` find in the scope that they are called in."""
    if node.func.id != "super":  # type: ignore[attr-defined]  # seen by the caller
        return dict(scope.names) if node.func.id == "locals" else scope.module.scope.names  # type: ignore[attr-defined]  # likewise
    inner = next((each for each in scope.chain() if each.owner is not None and each is not each.owner.scope), scope)
    first = next(iter(inner.names.values()), None)
    if inner.owner is None or not isinstance(first, Instance):
        return interpreter.unknown(node, scope)
    return Super(first, inner.owner)


def _hyperparameters(interpreter: Interpreter, node: ast.Call, scope: Scope) -> None:
    """Keep what a constructor was given as ``self.hparams``, as Lightning's ``save_hyperparameters`` does."""
    positional, named = _arguments(interpreter, node, scope)
    holder = interpreter.value(node.func.value, scope)  # type: ignore[attr-defined]  # seen by the caller
    start = scope.owner.scope.names.get("__init__") if scope.owner is not None else None
    if not isinstance(holder, Instance) or not isinstance(start, FunctionValue):
        return
    first = positional[0] if positional else None
    if (entries := entries_of(first)) is not None or (first is not None and not isinstance(first, (str, list, tuple))):
        holder.attributes["hparams"] = (
            first if entries is None or isinstance(first, Instance) else Instance(None, holder.place, **entries)
        )
        return
    arguments = start.node.args
    kept = {name: scope.names[name] for name in list(start.parameters)[1:] if name in scope.names}
    kept |= scope.names.get(arguments.kwarg.arg, {}) if arguments.kwarg else {}
    holder.attributes["hparams"] = Instance(None, holder.place, **kept)
    del named


def _yield(interpreter: Interpreter, node: ast.Yield | ast.YieldFrom, scope: Scope) -> Any:
    """Keep what a generator gives."""
    value = None if node.value is None else interpreter.value(node.value, scope)
    home = next((each for each in scope.chain() if each.yielded is not None), None)
    items = interpreter.items(value) if isinstance(node, ast.YieldFrom) else [value]
    if home is None or home.yielded is None or items is None or interpreter.doubt or len(home.yielded) >= _MOST_YIELDED:
        raise Endless
    home.yielded += items
    return interpreter.unknown(node, scope)


def _arguments(interpreter: Interpreter, node: ast.Call, scope: Scope) -> tuple[list[Any], dict[str, Any]]:
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for each in node.args:
        if isinstance(each, ast.Starred):
            value = interpreter.value(each.value, scope)
            items = interpreter.items(value)
            positional += [value] if items is None else items
        else:
            positional.append(interpreter.value(each, scope))
    for keyword in node.keywords:
        value = interpreter.value(keyword.value, scope)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif (entries := entries_of(value)) is not None:
            named |= {str(key): each for key, each in entries.items()}
        elif isinstance(value, Unknown):
            named["**"] = value
    return positional, named


def _either_value(interpreter: Interpreter, node: ast.IfExp, scope: Scope) -> Any:
    test = interpreter.value(node.test, scope)
    truth = truth_of(test)
    if truth is not None:
        return interpreter.value(node.body if truth else node.orelse, scope)
    causes = causes_of(test)
    one = interpreter.doubted(causes, lambda: interpreter.value(node.body, scope))
    other = interpreter.doubted(causes, lambda: interpreter.value(node.orelse, scope))
    return either_of(one, other, causes)


def _distinct(values: list[Any]) -> Any:
    """Return values as a set; as they are where they are no plain values, or not all known."""
    plain = all(isinstance(each, (str, int, float, bool, tuple, type(None))) for each in values)
    return set(values) if plain and is_small(values) and not causes_of(values) else values


def _elements(interpreter: Interpreter, nodes: Iterable[ast.expr], scope: Scope) -> list[Any]:
    found: list[Any] = []
    for each in nodes:
        if isinstance(each, ast.Starred):
            value = interpreter.value(each.value, scope)
            items = interpreter.items(value)
            found += [UnknownEntries(causes_of(value) or (interpreter.cause(each.value, scope),))] if items is None else items
        else:
            found.append(interpreter.value(each, scope))
    return found


def _dict(interpreter: Interpreter, node: ast.Dict, scope: Scope) -> Any:
    found: dict[Any, Any] = {}
    for key, each in zip(node.keys, node.values, strict=True):
        value = interpreter.value(each, scope)
        if key is None:
            changes.merge(found, value)
            continue
        name = interpreter.value(key, scope)
        if isinstance(name, (str, int, float, bool, tuple, type(None))) and is_small(name):
            found[name] = value
    return found


def _text(interpreter: Interpreter, node: ast.JoinedStr, scope: Scope) -> Any:
    parts = [interpreter.value(each, scope) for each in node.values]
    causes = causes_of(parts)
    if causes or not is_small(parts):
        return Unknown(causes or [interpreter.cause(node, scope)])
    text = "".join(map(str, parts))
    return text if len(text) <= MAX_ITEMS else interpreter.unknown(node, scope)


def _formatted(interpreter: Interpreter, node: ast.FormattedValue, scope: Scope) -> Any:
    """Return a value in an f-string as it is written there: ``{value!r:>5}``."""
    value = interpreter.value(node.value, scope)
    form = "" if node.format_spec is None else interpreter.value(node.format_spec, scope)
    if causes := causes_of([value, form]):
        return Unknown(causes)
    if node.conversion != -1 and is_small(value):
        value = repr(value) if chr(node.conversion) == "r" else str(value)
    if not form:
        return value
    try:
        return interpreter.unknown(node.value, scope) if is_wide(form) else format(value, form)
    except (TypeError, ValueError):
        return interpreter.unknown(node.value, scope)


def _comprehension(interpreter: Interpreter, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Any:
    inner = Scope(scope.module, scope, scope.owner)
    found: list[Any] = []
    before = interpreter.doubt

    def add() -> None:
        changes.add_all(found, [interpreter.value(node.elt, inner)], changes.since(before, interpreter.doubt))

    _generate(interpreter, node.generators, inner, add)
    return found


def _dict_comprehension(interpreter: Interpreter, node: ast.DictComp, scope: Scope) -> Any:
    inner = Scope(scope.module, scope, scope.owner)
    found: dict[Any, Any] = {}
    before = interpreter.doubt

    def add() -> None:
        key, value = interpreter.value(node.key, inner), interpreter.value(node.value, inner)
        causes = (*changes.since(before, interpreter.doubt), *causes_of(key))
        if causes:
            changes.put(found, key, value, causes)
        elif isinstance(key, (str, int, float, tuple)) and is_small(key):
            found[key] = value

    _generate(interpreter, node.generators, inner, add)
    return found


def _generate(interpreter: Interpreter, generators: Sequence[ast.comprehension], scope: Scope, add: Callable[[], Any]) -> None:
    """Add an entry for each turn of nested loops; for loops that are not known, one that is in doubt."""
    if not generators:
        add()
        return
    first, *rest = generators
    sequence = interpreter.value(first.iter, scope)
    items = interpreter.items(sequence)
    whole = () if items is not None else causes_of(sequence) or (interpreter.cause(first.iter, scope),)
    for item in [an_entry(first.iter, whole)] if items is None else items:
        causes = item.causes if isinstance(item, UnknownEntries) else whole
        store(interpreter, first.target, item, scope)
        tests = [interpreter.value(each, scope) for each in first.ifs]
        if any(truth_of(test) is False for test in tests):
            continue
        interpreter.doubted((*causes, *causes_of(tests)), lambda: _generate(interpreter, rest, scope, add))


def _walrus(interpreter: Interpreter, node: ast.NamedExpr, scope: Scope) -> Any:
    value = interpreter.value(node.value, scope)
    store(interpreter, node.target, value, scope)
    return value


EXPRESSIONS: dict[type[ast.expr], Callable[..., Any]] = {
    ast.Constant: lambda _, node, __: node.value,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Call: _call,
    ast.BinOp: binary,
    ast.UnaryOp: unary,
    ast.BoolOp: boolean,
    ast.Compare: comparison,
    ast.IfExp: _either_value,
    ast.Tuple: lambda interpreter, node, scope: tuple(_elements(interpreter, node.elts, scope)),
    ast.List: lambda interpreter, node, scope: _elements(interpreter, node.elts, scope),
    ast.Set: lambda interpreter, node, scope: _distinct(_elements(interpreter, node.elts, scope)),
    ast.Dict: _dict,
    ast.JoinedStr: _text,
    ast.FormattedValue: _formatted,
    ast.ListComp: _comprehension,
    ast.SetComp: lambda interpreter, node, scope: _distinct(_comprehension(interpreter, node, scope)),
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.Lambda: function,
    ast.NamedExpr: _walrus,
    ast.Await: lambda interpreter, node, scope: interpreter.value(node.value, scope),
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
}
"""What gives the value of each kind of expression."""
