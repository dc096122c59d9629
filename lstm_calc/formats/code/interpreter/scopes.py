"""Names and their values: assignments, the parameters of calls, and what is known of both after a condition that is not known.

Where it is not known which branch a program takes, both are followed from the same names, and what differs after them is unknown.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.library.modules import copy_in_doubt, is_in_doubt, module_family, owners
from lstm_calc.formats.code.unknown import (
    MISSING,
    Cause,
    LostTensor,
    Place,
    Unknown,
    UnknownChoice,
    UnknownEntries,
    UnknownObject,
    causes_of,
)
from lstm_calc.formats.code.values import FunctionValue, Instance, MadeLayer, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    """Give a name its value, or the one that is set for it beside the program."""
    if scope is scope.module.scope:
        said = interpreter.settings.named(name)
        value = value if said is MISSING else said
    if type(value) in {Unknown, UnknownChoice, LostTensor}:
        value = type(value)(cause.replace(names=tuple(dict.fromkeys((*cause.names, name)))) for cause in value.causes)
    if isinstance(value, UnknownObject):
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
        items = interpreter.library.unpacked(interpreter, value, len(targets))
    for target, item in zip(targets, items, strict=True):
        store(interpreter, target, item, scope)


def function(interpreter: Interpreter, node: Any, scope: Scope) -> FunctionValue:
    """Return a function as a value; its defaults are evaluated where it is defined."""
    made = FunctionValue(node, scope, scope.owner)
    arguments = node.args
    pairs = list(zip(reversed(made.positional), reversed(arguments.defaults), strict=False))
    pairs += [(each.arg, default) for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default]
    made.defaults = {name: interpreter.value(default, scope) for name, default in pairs}
    made.decorators = tuple(decorator_name(each) for each in getattr(node, "decorator_list", ()))
    return made


def bind(
    interpreter: Interpreter, function: FunctionValue, positional: Sequence[Any], named: dict[str, Any], scope: Scope, cause: Cause
) -> None:
    """Bind the parameters of a function that is called; one without a value is not known."""
    arguments = function.node.args
    names = function.positional
    given = dict(zip(names, positional, strict=False))
    rest = dict(named)
    whole = rest.pop("**", None)
    for name, node in function.parameters.items():
        is_given = name in given or name in rest
        where = cause.place if is_given else interpreter.place(node, function.scope)
        interpreter.origins.place(scope, name, where)
        if name not in given:
            given[name] = rest.pop(name) if name in rest else _default(function, name, whole)
        store_name(interpreter, name, given[name], scope)
    if arguments.vararg:
        scope.names[arguments.vararg.arg] = tuple(positional[len(names) :])
    if arguments.kwarg:
        scope.names[arguments.kwarg.arg] = rest


def _default(function: FunctionValue, name: str, whole: Any) -> Any:
    if name in function.defaults:
        return function.defaults[name]
    if whole is not None:
        return Unknown(whole.causes)
    what = function.owner.name if function.owner is not None and function.name == "__init__" else function.name
    place = Place(function.scope.module.file, function.parameters[name].lineno)
    return Unknown([Cause(name, place, f"is an argument of {what} without a value")])


def decorator_name(node: ast.expr) -> str:
    """Return the name of a decorator, without its arguments."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


class Raised(Exception):  # noqa: N818 - it stands for an exception of the program that is read
    """The program raises an exception here."""


class Endless(Exception):  # noqa: N818 - it ends what is followed, and is no error
    """A generator gives more than is worth to follow, or it is not known how often."""


class BlockEnd:
    """What ends a block before its end: return (with a value), break or continue."""

    def __init__(self, kind: str, value: Any = None) -> None:
        """Take what it is, and the value that is returned."""
        self.kind = kind
        self.value = value


def either_branch(
    interpreter: Interpreter, test: Any, node: ast.expr, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt], scope: Scope
) -> BlockEnd | None:
    """Follow both branches of a condition that is not known; what differs after them is not known either.

    ``node`` is the condition. Where one branch alone ends the block around it, all that follows in the block is in doubt.
    """
    causes = causes_of(test) or (interpreter.cause(node, scope),)
    if body and isinstance(body[-1], ast.Raise):
        return interpreter.block(orelse, scope)
    ends = _branches(interpreter, causes, [lambda: interpreter.block(body, scope), lambda: interpreter.block(orelse, scope)], scope)
    found = _joined(ends, causes)
    if found is None:
        scope.returned += [(end.value, causes) for end in ends if end is not None and end.kind == "return"]
        interpreter.doubt = (*interpreter.doubt, *causes) if any(ends) else interpreter.doubt
    return found


def _branches(
    interpreter: Interpreter, causes: tuple[Cause, ...], branches: list[Callable[[], BlockEnd | None]], scope: Scope
) -> list[BlockEnd | None]:
    """Follow one of two branches and the other, each from the same names; return how each ends."""
    ends, afterwards = [], []
    holder = scope.names.get("self")
    objects = [scope.names, *([holder.attributes] if isinstance(holder, Instance) else [])]
    before = [dict(names) for names in objects]
    for branch in branches:
        for names, saved in zip(objects, before, strict=True):
            names.clear()
            names.update(saved)
        ends.append(interpreter.doubted(causes, branch))
        afterwards.append([dict(names) for names in objects])
    for at, names in enumerate(objects):
        names.update(_merged(afterwards[0][at], afterwards[1][at], causes))
    return ends


def once(
    interpreter: Interpreter, target: ast.expr | None, sequence: Any, node: ast.expr, body: Sequence[ast.stmt], scope: Scope
) -> None:
    """Follow the body of a loop once of which it is not known how often it runs; what it changes is not known behind it."""
    causes = causes_of(sequence) or (interpreter.cause(node, scope),)

    def follow() -> None:
        if target is not None:
            store(interpreter, target, an_entry(node, causes), scope)
        interpreter.block(body, scope)

    around, interpreter.turns = interpreter.turns, (*interpreter.turns, *causes)
    _branches(interpreter, causes, [follow, lambda: None], scope)
    interpreter.turns = around


def an_entry(node: ast.expr, causes: tuple[Cause, ...]) -> Unknown:
    """Return an entry of a sequence that is not known; its parts have names of their own where the sequence itself has no value."""
    return Unknown(causes) if any(cause.text == ast.unparse(node) for cause in causes) else UnknownEntries(causes)


def _merged(one: dict[str, Any], other: dict[str, Any], causes: tuple[Cause, ...]) -> dict[str, Any]:
    """Return the values of names after either of two branches."""
    found = {}
    for name in {**one, **other}:
        first, second = one.get(name, MISSING), other.get(name, MISSING)
        found[name] = second if first is MISSING else first if second is MISSING else either_of(first, second, causes)
    return found


def either_of(one: Any, other: Any, causes: tuple[Cause, ...]) -> Any:
    """Return one of two values of which it is not known which; a layer among them is in doubt, and stays."""
    if one is other or (type(one) is type(other) and isinstance(one, (int, float, str, bool)) and one == other):
        return one
    layers = [
        each for each in (one, other) if isinstance(each, MadeLayer) or (isinstance(each, Instance) and module_family(each.cls))
    ]
    if layers:
        doubted = [each for each in layers if is_in_doubt(each, causes)]
        return doubted[0] if doubted else copy_in_doubt(layers[0], causes)
    for each in (one, other):
        if isinstance(each, list) and (owners(each) or one == other):
            return each
    return UnknownChoice([*causes, *(cause for each in (one, other) if isinstance(each, Unknown) for cause in each.causes)])


def _joined(ends: list[BlockEnd | None], causes: tuple[Cause, ...]) -> BlockEnd | None:
    """Return how a condition that is not known ends, where both branches end the same way."""
    kinds = {"" if end is None else end.kind for end in ends}
    if kinds == {"return"}:
        one, other = (end.value for end in ends if end is not None)
        return BlockEnd("return", either_of(one, other, causes))
    return ends[0] if len(kinds) == 1 else None
