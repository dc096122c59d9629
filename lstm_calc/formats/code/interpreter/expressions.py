"""Expressions, a function for each kind: it returns the value of one in a scope."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.interpreter.binding import function, store
from lstm_calc.formats.code.interpreter.control import either_of
from lstm_calc.formats.code.interpreter.growth import is_plain
from lstm_calc.formats.code.interpreter.operators import binary, boolean, comparison, unary
from lstm_calc.formats.code.values import (
    MAX_ITEMS,
    MISSING,
    Cause,
    Foreign,
    Instance,
    Scope,
    Super,
    Unknown,
    causes_of,
    is_small,
    is_unknown,
    truth_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


def _constant(_: Interpreter, node: ast.Constant, __: Scope) -> Any:
    return node.value


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
    if isinstance(holder, Unknown):
        cause = _within(cause, holder, f".{node.attr}")
        said = interpreter.settings.named(cause.source)
        if said is not MISSING:
            return said
    return interpreter.attribute(holder, node.attr, cause)


def _within(cause: Cause, holder: Unknown, part: str) -> Cause:
    """Return what an attribute or entry of something unknown is, with the expression that this stands for."""
    if len(holder.causes) != 1:
        return cause
    first = holder.causes[0]
    whole = (holder.name if isinstance(holder, Foreign) else "") or first.source or first.text
    source = f"{whole}{part}"
    return cause if source == cause.text else cause.replace(source=source)


def _subscript(interpreter: Interpreter, node: ast.Subscript, scope: Scope) -> Any:
    holder, key = interpreter.value(node.value, scope), interpreter.value(node.slice, scope)
    if isinstance(holder, (list, tuple, dict, str, range)) and not is_unknown(key) and is_small(key):
        try:
            return holder[key]
        except (TypeError, LookupError, ValueError):
            return interpreter.unknown(node, scope)
    if isinstance(holder, (list, tuple, dict)) and is_unknown(key):
        return Unknown(causes_of(key))
    cause = interpreter.cause(node, scope)
    if isinstance(holder, Unknown) and isinstance(key, (str, int)):
        cause = _within(cause, holder, f"[{key!r}]")
        said = interpreter.settings.named(cause.source)
        if said is not MISSING:
            return said
    return interpreter.library.item(interpreter, holder, key, cause)


def _slice(interpreter: Interpreter, node: ast.Slice, scope: Scope) -> Any:
    bounds = [None if each is None else interpreter.value(each, scope) for each in (node.lower, node.upper, node.step)]
    causes = causes_of(bounds)
    return Unknown(causes) if causes else slice(*bounds)


def _call(interpreter: Interpreter, node: ast.Call, scope: Scope) -> Any:
    if isinstance(node.func, ast.Name) and node.func.id in {"super", "locals"}:
        return _frame(interpreter, node, scope)
    function = interpreter.value(node.func, scope)
    positional, named = _arguments(interpreter, node, scope)
    cause = interpreter.cause(node, scope)
    if is_unknown(function) and getattr(node.func, "attr", "") == "get" and interpreter.is_default(*positional[1:]):
        return interpreter.assume(positional[1], cause)
    found = interpreter.call(function, positional, named, cause)
    interpreter.origins.layer(found, node, scope)
    return found


def _frame(interpreter: Interpreter, node: ast.Call, scope: Scope) -> Any:
    """Return what ``super()`` and ``locals()`` find in the scope that they are called in."""
    if node.func.id == "locals":  # type: ignore[attr-defined]  # seen by the caller
        return dict(scope.names)
    inner = next((each for each in scope.chain() if each.owner is not None and each is not each.owner.scope), scope)
    first = next(iter(inner.names.values()), None)
    if inner.owner is None or not isinstance(first, Instance):
        return interpreter.unknown(node, scope)
    return Super(first, inner.owner)


def _arguments(interpreter: Interpreter, node: ast.Call, scope: Scope) -> tuple[list[Any], dict[str, Any]]:
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for each in node.args:
        if isinstance(each, ast.Starred):
            value = interpreter.value(each.value, scope)
            positional += _spread(interpreter, value)
        else:
            positional.append(interpreter.value(each, scope))
    for keyword in node.keywords:
        value = interpreter.value(keyword.value, scope)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif isinstance(value, dict):
            named |= {str(key): each for key, each in value.items()}
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


def _tuple(interpreter: Interpreter, node: ast.Tuple, scope: Scope) -> Any:
    return tuple(_elements(interpreter, node.elts, scope))


def _list(interpreter: Interpreter, node: ast.List, scope: Scope) -> Any:
    found = _elements(interpreter, node.elts, scope)
    interpreter.growth.make(found)
    return found


def _set(interpreter: Interpreter, node: ast.Set, scope: Scope) -> Any:
    return _distinct(interpreter, _elements(interpreter, node.elts, scope), interpreter.cause(node, scope))


def _distinct(interpreter: Interpreter, values: Any, cause: Cause) -> Any:
    """Return the values of a set, in order, each once; not known, where two of them may be the same."""
    if not isinstance(values, list):
        return values
    if any(isinstance(each, Unknown) for each in values) and len(values) > 1:
        return Unknown([cause])
    found = list(dict.fromkeys(values)) if all(isinstance(each, (int, float, str, bool)) for each in values) else values
    interpreter.growth.make(found)
    return found


def _elements(interpreter: Interpreter, nodes: Iterable[ast.expr], scope: Scope) -> list[Any]:
    found: list[Any] = []
    for each in nodes:
        if isinstance(each, ast.Starred):
            value = interpreter.value(each.value, scope)
            found += _spread(interpreter, value)
        else:
            found.append(interpreter.value(each, scope))
    return found


def _spread(interpreter: Interpreter, value: Any) -> list[Any]:
    """Return the values that a starred one stands for."""
    found = interpreter.items(value)
    return [value] if found is None else found


def _dict(interpreter: Interpreter, node: ast.Dict, scope: Scope) -> Any:
    found: dict[Any, Any] = {}
    interpreter.growth.make(found)
    for key, each in zip(node.keys, node.values, strict=True):
        value = interpreter.value(each, scope)
        if key is None:
            found |= value if isinstance(value, dict) else {}
            if not isinstance(value, dict) or value in interpreter.growth:
                interpreter.growth.lose(found)
            continue
        name = interpreter.value(key, scope)
        if isinstance(name, (str, int, float, bool, tuple, type(None))) and is_small(name):
            found[name] = value
        else:
            interpreter.growth.lose(found)
    return found


def _text(interpreter: Interpreter, node: ast.JoinedStr, scope: Scope) -> Any:
    parts = [interpreter.value(each.value if isinstance(each, ast.FormattedValue) else each, scope) for each in node.values]
    causes = causes_of(parts)
    if causes or not is_small(parts):
        return Unknown(causes or [interpreter.cause(node, scope)])
    text = "".join(map(str, parts))
    return text if len(text) <= MAX_ITEMS else interpreter.unknown(node, scope)


def _comprehension(interpreter: Interpreter, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> Any:
    inner = Scope(scope.module, scope, scope.owner)
    found: list[Any] = []
    is_certain = _generate(interpreter, node.generators, inner, lambda: found.append(interpreter.value(node.elt, inner)))
    if not is_certain and is_plain(found):
        return interpreter.unknown(node, scope)
    interpreter.growth.make(found)
    return found


def _set_comprehension(interpreter: Interpreter, node: ast.SetComp, scope: Scope) -> Any:
    as_list = ast.copy_location(ast.ListComp(node.elt, node.generators), node)
    return _distinct(interpreter, _comprehension(interpreter, as_list, scope), interpreter.cause(node, scope))


def _dict_comprehension(interpreter: Interpreter, node: ast.DictComp, scope: Scope) -> Any:
    inner = Scope(scope.module, scope, scope.owner)
    found: dict[Any, Any] = {}
    lost: list[Any] = []

    def add() -> None:
        key, value = interpreter.value(node.key, inner), interpreter.value(node.value, inner)
        if isinstance(key, (str, int, float, tuple)) and is_small(key):
            found[key] = value
        else:
            lost.append(value)

    is_certain = _generate(interpreter, node.generators, inner, add) and not lost
    if not is_certain and is_plain([found, lost]):
        return interpreter.unknown(node, scope)
    interpreter.growth.make(found)
    return found


def _generate(interpreter: Interpreter, generators: Sequence[ast.comprehension], scope: Scope, add: Callable[[], Any]) -> bool:
    """Add an entry for each turn of nested loops; for loops that are not known, one that is in doubt.

    Return whether it is known which entries there are.
    """
    if not generators:
        add()
        return True
    first, *rest = generators
    sequence = interpreter.value(first.iter, scope)
    items = interpreter.items(sequence)
    causes = () if items is not None else causes_of(sequence) or (interpreter.cause(first.iter, scope),)
    certain = [items is not None]
    for item in [Unknown(causes)] if items is None else items:
        store(interpreter, first.target, item, scope)
        tests = [truth_of(interpreter.value(each, scope)) for each in first.ifs]
        if False in tests:
            continue
        certain.append(None not in tests)
        doubts = causes_of([interpreter.value(each, scope) for each in first.ifs])

        def follow() -> bool:
            return _generate(interpreter, rest, scope, add)

        found = interpreter.doubted((*causes, *doubts), follow) if causes or doubts else follow()
        certain.append(found is True)
    return all(certain)


def _lambda(interpreter: Interpreter, node: ast.Lambda, scope: Scope) -> Any:
    return function(interpreter, node, scope)


def _walrus(interpreter: Interpreter, node: ast.NamedExpr, scope: Scope) -> Any:
    value = interpreter.value(node.value, scope)
    store(interpreter, node.target, value, scope)
    return value


def _awaited(interpreter: Interpreter, node: ast.Await, scope: Scope) -> Any:
    return interpreter.value(node.value, scope)


EXPRESSIONS: dict[type[ast.expr], Callable[..., Any]] = {
    ast.Constant: _constant,
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
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.JoinedStr: _text,
    ast.ListComp: _comprehension,
    ast.SetComp: _set_comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.Lambda: _lambda,
    ast.NamedExpr: _walrus,
    ast.Await: _awaited,
}
"""What gives the value of each kind of expression."""
