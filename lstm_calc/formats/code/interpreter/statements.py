"""Statements, a function for each kind: it follows one, and returns what ends the block around it early, if anything does."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelFileError
from lstm_calc.formats.code.interpreter.operators import operate
from lstm_calc.formats.code.interpreter.scopes import (
    BlockEnd,
    Raised,
    decorator_name,
    either_branch,
    function,
    once,
    store,
    store_name,
)
from lstm_calc.formats.code.library import changes
from lstm_calc.formats.code.library.layers import is_container, joined_container
from lstm_calc.formats.code.library.objects import enumerated
from lstm_calc.formats.code.unknown import Cause, Imported, UnknownEntries, is_unknown
from lstm_calc.formats.code.values import ClassValue, FunctionValue, Scope, is_small, truth_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.formats.code.interpreter import Interpreter

_MOST_TURNS = 5_000
"""How often a ``while`` is followed."""


def _assign(interpreter: Interpreter, node: ast.Assign, scope: Scope) -> None:
    value = interpreter.value(node.value, scope)
    for target in node.targets:
        store(interpreter, target, value, scope)


def _annotated(interpreter: Interpreter, node: ast.AnnAssign, scope: Scope) -> None:
    if node.value is not None:
        store(interpreter, node.target, interpreter.value(node.value, scope), scope)


def _augmented(interpreter: Interpreter, node: ast.AugAssign, scope: Scope) -> None:
    before = interpreter.value(_as_loaded(node.target), scope)
    value = interpreter.value(node.value, scope)
    if isinstance(node.op, ast.Add) and is_container(before):
        joined_container(before, value, new=False)
        return
    if isinstance(node.op, ast.Add) and isinstance(before, list) and isinstance(value, (list, tuple)):
        if not is_small(before):
            raise ModelFileError("a list grows too long to be followed here", str(interpreter.place(node, scope)))
        changes.add_all(before, value, interpreter.doubt)
        return
    store(interpreter, node.target, operate(interpreter, type(node.op), before, value, node.value, scope), scope)


def _as_loaded(node: Any) -> ast.expr:
    """Return a target as the expression that reads it."""
    copy: ast.expr = type(node)(**{name: getattr(node, name) for name in node._fields if name != "ctx"}, ctx=ast.Load())
    return ast.copy_location(copy, node)


def _if(interpreter: Interpreter, node: ast.If, scope: Scope) -> BlockEnd | None:
    test = interpreter.value(node.test, scope)
    truth = truth_of(test)
    if truth is None:
        return either_branch(interpreter, test, node.test, node.body, node.orelse, scope)
    return interpreter.block(node.body if truth else node.orelse, scope)


def _for(interpreter: Interpreter, node: ast.For, scope: Scope) -> BlockEnd | None:
    sequence = interpreter.value(node.iter, scope)
    items = interpreter.items(sequence)
    if items is None:
        once(interpreter, node.target, sequence, node.iter, node.body, scope)
        return None
    doubt = interpreter.doubt
    for item in items:
        if isinstance(item, UnknownEntries):
            once(interpreter, node.target, item, node.iter, node.body, scope)
            continue
        store(interpreter, node.target, item, scope)
        flow = interpreter.block(node.body, scope)
        if flow is not None and flow.kind == "return":
            return flow
        if flow is not None and flow.kind == "break":
            return None
    interpreter.doubt = interpreter.doubt if scope.returned else doubt
    return interpreter.block(node.orelse, scope)


def _while(interpreter: Interpreter, node: ast.While, scope: Scope) -> BlockEnd | None:
    sizes = {name: len(value) for name, value in scope.names.items() if isinstance(value, (list, dict))}
    for _ in range(_MOST_TURNS):
        test = interpreter.value(node.test, scope)
        truth = truth_of(test)
        if truth is None:
            once(interpreter, None, test, node.test, node.body, scope)
            return None
        if not truth:
            return interpreter.block(node.orelse, scope)
        flow = interpreter.block(node.body, scope)
        if flow is not None and flow.kind != "continue":
            return flow if flow.kind == "return" else None
    changed = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    for name in sizes.keys() - changed:
        if len(scope.names[name]) != sizes[name]:
            changes.blur(scope.names[name], (interpreter.cause(node.test, scope),))
    scope.names.update(dict.fromkeys(changed & scope.names.keys(), interpreter.unknown(node.test, scope)))
    return None


def _try(interpreter: Interpreter, node: ast.Try, scope: Scope) -> BlockEnd | None:
    try:
        flow = interpreter.block(node.body, scope) or interpreter.block(node.orelse, scope)
    except Raised:
        flow = interpreter.block(node.handlers[0].body, scope) if node.handlers else None
    return flow or interpreter.block(node.finalbody, scope)


def _with(interpreter: Interpreter, node: ast.With, scope: Scope) -> BlockEnd | None:
    for item in node.items:
        value = interpreter.value(item.context_expr, scope)
        if item.optional_vars is not None:
            store(interpreter, item.optional_vars, value, scope)
    return interpreter.block(node.body, scope)


def _match(interpreter: Interpreter, node: Any, scope: Scope) -> BlockEnd | None:
    """Follow the first case whose pattern is known to match; where that is not known, it or one of those behind it."""
    subject = interpreter.value(node.subject, scope)
    for at, case in enumerate(node.cases):
        matches = _matches(interpreter, case.pattern, subject, scope)
        if matches and case.guard is not None:
            matches = truth_of(interpreter.value(case.guard, scope))
        if matches is None:
            rest = [ast.copy_location(ast.Match(node.subject, node.cases[at + 1 :]), node)]
            return either_branch(interpreter, subject, node.subject, case.body, rest, scope)
        if matches:
            return interpreter.block(case.body, scope)
    return None


def _matches(interpreter: Interpreter, pattern: Any, subject: Any, scope: Scope) -> bool | None:
    """Return whether a pattern matches, None where that is not known; the names in it are bound."""
    if isinstance(pattern, ast.MatchAs):
        matches = True if pattern.pattern is None else _matches(interpreter, pattern.pattern, subject, scope)
        if pattern.name and matches is not False:
            store_name(interpreter, pattern.name, subject, scope)
        return matches
    if isinstance(pattern, ast.MatchSequence) and isinstance(subject, (list, tuple)):
        if any(isinstance(each, ast.MatchStar) for each in pattern.patterns):
            return None
        found = [_matches(interpreter, *pair, scope) for pair in zip(pattern.patterns, subject, strict=False)]
        fits = len(pattern.patterns) == len(subject) and False not in found
        return (None if None in found else True) if fits else False
    if isinstance(pattern, ast.MatchOr):
        found = [_matches(interpreter, each, subject, scope) for each in pattern.patterns]
        return True if True in found else (None if None in found else False)
    if isinstance(pattern, (ast.MatchValue, ast.MatchSingleton)) and not is_unknown(subject):
        value = interpreter.value(pattern.value, scope) if isinstance(pattern, ast.MatchValue) else pattern.value
        return bool(value == subject)
    return None


def _function(interpreter: Interpreter, node: ast.FunctionDef, scope: Scope) -> None:
    made = function(interpreter, node, scope)
    scope.names[node.name] = made
    if node.decorator_list and scope.owner is None:
        _decorate(interpreter, node, made, scope)


def _class(interpreter: Interpreter, node: ast.ClassDef, scope: Scope) -> None:
    bases = tuple(interpreter.library.base(interpreter.value(base, scope), interpreter.cause(base, scope)) for base in node.bases)
    inner = Scope(scope.module, scope)
    made = ClassValue(
        node, tuple(base for base in bases if isinstance(base, (ClassValue, Imported))), inner, interpreter.place(node, scope)
    )
    made.decorators = tuple(decorator_name(each) for each in node.decorator_list)
    inner.owner = made
    scope.names[node.name] = made
    interpreter.block(node.body, inner)
    enumerated(made, plain=len(made.bases) < len(bases))
    _register(interpreter, node, made, scope)
    _decorate(interpreter, node, made, scope)


def _register(interpreter: Interpreter, node: ast.ClassDef, made: ClassValue, scope: Scope) -> None:
    """Follow ``__init_subclass__`` of what a class inherits from: it may keep the class under a name."""
    hook = made.find("__init_subclass__", made)
    if isinstance(hook, FunctionValue):
        named = {each.arg: interpreter.value(each.value, scope) for each in node.keywords if each.arg and each.arg != "metaclass"}
        interpreter.call(hook.bound(made), [], named, interpreter.cause(node.bases[0], scope))


def _decorate(
    interpreter: Interpreter, node: ast.ClassDef | ast.FunctionDef, made: ClassValue | FunctionValue, scope: Scope
) -> None:
    """Apply the decorators that are functions of the text: they may keep what they are given, and give another one."""
    for each in reversed(node.decorator_list):
        decorator = interpreter.value(each, scope)
        if isinstance(decorator, FunctionValue):
            found = interpreter.call(decorator, [scope.names[node.name]], {}, interpreter.cause(each, scope))
            scope.names[node.name] = found if isinstance(found, type(made)) else made


def _return(interpreter: Interpreter, node: ast.Return, scope: Scope) -> BlockEnd:
    return BlockEnd("return", None if node.value is None else interpreter.value(node.value, scope))


def _raise(interpreter: Interpreter, node: ast.Raise, scope: Scope) -> None:
    what = "an exception" if node.exc is None else ast.unparse(node.exc)
    raise Raised(f"{interpreter.place(node, scope)}: the code raises {what} here")


def _expression(interpreter: Interpreter, node: ast.Expr, scope: Scope) -> None:
    interpreter.value(node.value, scope)


def _import(interpreter: Interpreter, node: ast.Import, scope: Scope) -> None:
    for each in node.names:
        top = each.name if each.asname else each.name.partition(".")[0]
        name = each.asname or top
        scope.names[name] = interpreter.library.imported(
            interpreter, top, Cause(name, interpreter.place(node, scope)), scope.module
        )


def _import_from(interpreter: Interpreter, node: ast.ImportFrom, scope: Scope) -> None:
    path = "." * node.level + (node.module or "")
    place = interpreter.place(node, scope)
    for each in node.names:
        if each.name == "*":
            scope.names.update(interpreter.library.star(interpreter, path, place, scope.module))
        else:
            name = each.asname or each.name
            scope.names[name] = interpreter.library.member(interpreter, path, each.name, Cause(name, place), scope.module)


def _delete(interpreter: Interpreter, node: ast.Delete, scope: Scope) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            scope.names.pop(target.id, None)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            holder = interpreter.value(target.value, scope)
            key = target.attr if isinstance(target, ast.Attribute) else interpreter.value(target.slice, scope)
            interpreter.library.delete(interpreter, holder, key, interpreter.cause(target, scope))


STATEMENTS: dict[type[ast.stmt], Callable[..., BlockEnd | None]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.For: _for,
    ast.While: _while,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Try: _try,
    ast.With: _with,
    ast.Expr: _expression,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    **dict.fromkeys((ast.Global, ast.Nonlocal), lambda _, node, scope: scope.outside.update(node.names)),
    ast.Delete: _delete,
    ast.Match: _match,
    ast.Break: lambda *_: BlockEnd("break"),
    ast.Continue: lambda *_: BlockEnd("continue"),
}
"""What follows each kind of statement."""
