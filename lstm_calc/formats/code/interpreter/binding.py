"""Names and their values: targets of assignments, and the parameters of functions that are called."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.values import (
    MISSING,
    Cause,
    Choice,
    Foreign,
    Function,
    Lost,
    Place,
    Scope,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


def store(interpreter: Interpreter, target: ast.expr, value: Any, scope: Scope) -> None:
    """Bind a target to a value."""
    if isinstance(target, ast.Name):
        interpreter.origins.place(scope, target.id, interpreter.place(target, scope))
        store_name(interpreter, target.id, value, scope)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(interpreter, target.elts, value, scope)
    elif isinstance(target, ast.Attribute):
        owner = interpreter.value(target.value, scope)
        interpreter.origins.place(owner, target.attr, interpreter.place(target, scope))
        interpreter.library.set_attribute(interpreter, owner, target.attr, value)
    elif isinstance(target, ast.Subscript):
        holder, key = interpreter.value(target.value, scope), interpreter.value(target.slice, scope)
        interpreter.library.set_item(interpreter, holder, key, value)
    elif isinstance(target, ast.Starred):
        store(interpreter, target.value, value, scope)


def store_name(interpreter: Interpreter, name: str, value: Any, scope: Scope) -> None:
    """Give a name its value, or the one that is said for it beside the program."""
    if scope is scope.module.scope:
        said = interpreter.settings.named(name)
        value = value if said is MISSING else said
    if type(value) in {Unknown, Choice, Lost}:
        value = type(value)(cause.replace(names=tuple(dict.fromkeys((*cause.names, name)))) for cause in value.causes)
    if isinstance(value, Foreign):
        value.name = value.name or name
    if name in scope.outside:
        scope = next((each for each in list(scope.chain())[1:] if name in each.names), scope.module.scope)
    scope.names[name] = value


def _unpack(interpreter: Interpreter, targets: Sequence[ast.expr], value: Any, scope: Scope) -> None:
    items = interpreter.items(value)
    starred = next((at for at, each in enumerate(targets) if isinstance(each, ast.Starred)), None)
    if items is not None and starred is not None and len(items) >= len(targets) - 1:
        after = len(targets) - starred - 1
        middle = items[starred : len(items) - after]
        items = [*items[:starred], middle, *items[len(items) - after :]]
    if items is None or len(items) != len(targets):
        items = interpreter.library.unpacked(value, len(targets))
    for target, item in zip(targets, items, strict=True):
        store(interpreter, target, item, scope)


def function(interpreter: Interpreter, node: Any, scope: Scope) -> Function:
    """Return a function as a value; its defaults are evaluated where it is defined."""
    made = Function(node, scope, scope.owner)
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = list(zip(reversed(positional), reversed(arguments.defaults), strict=False))
    pairs += [(name, default) for name, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default]
    made.defaults = {argument.arg: interpreter.value(default, scope) for argument, default in pairs}
    made.decorators = tuple(decorator_name(each) for each in getattr(node, "decorator_list", ()))
    return made


def bind(
    interpreter: Interpreter, function: Function, positional: Sequence[Any], named: dict[str, Any], scope: Scope, cause: Cause
) -> None:
    """Bind the parameters of a function that is called; one without a value is not known."""
    arguments = function.node.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    given = dict(zip(names, positional, strict=False))
    rest = dict(named)
    whole = rest.pop("**", None)
    for name in (*names, *(each.arg for each in arguments.kwonlyargs)):
        is_given = name in given or name in rest
        where = cause.place if is_given else interpreter.place(_argument(function.node, name), function.scope)
        interpreter.origins.place(scope, name, where)
        if name not in given:
            given[name] = rest.pop(name) if name in rest else _default(function, name, whole)
        store_name(interpreter, name, given[name], scope)
    if arguments.vararg:
        scope.names[arguments.vararg.arg] = tuple(positional[len(names) :])
    if arguments.kwarg:
        scope.names[arguments.kwarg.arg] = rest


def _default(function: Function, name: str, whole: Any) -> Any:
    if name in function.defaults:
        return function.defaults[name]
    if whole is not None:
        return Unknown(whole.causes)
    what = function.owner.name if function.owner is not None and function.name == "__init__" else function.name
    place = Place(function.scope.module.file, _argument(function.node, name).lineno)
    return Unknown([Cause(name, place, f"is an argument of {what} without a value")])


def _argument(node: Any, name: str) -> Any:
    """Return a parameter of a function as it stands in its definition."""
    return next(each for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs) if each.arg == name)


def decorator_name(node: ast.expr) -> str:
    """Return the name of a decorator, without its arguments."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)
