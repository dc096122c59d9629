"""What ends a block early, and conditions that are not known: after both branches, what differs is not known either."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.interpreter.binding import store
from lstm_calc.formats.code.library.doubts import copy_in_doubt, is_in_doubt
from lstm_calc.formats.code.library.modules import module_family, owners
from lstm_calc.formats.code.values import MISSING, Cause, Choice, Instance, Made, Rest, Scope, Unknown, causes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


class Raised(Exception):  # noqa: N818 - it stands for an exception of the program that is read
    """The program raises an exception here."""


class Endless(Exception):  # noqa: N818 - it ends what is followed, and is no error
    """A generator gives more than is worth to follow, or it is not known how often."""


class Flow:
    """What ends a block before its end: return (with a value), break or continue."""

    def __init__(self, kind: str, value: Any = None) -> None:
        """Take what it is, and the value that is returned."""
        self.kind = kind
        self.value = value


def either_branch(
    interpreter: Interpreter, test: Any, node: ast.expr, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt], scope: Scope
) -> Flow | None:
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
    interpreter: Interpreter, causes: tuple[Cause, ...], branches: list[Callable[[], Flow | None]], scope: Scope
) -> list[Flow | None]:
    """Follow one of two ways and the other, each from the same names; return how each ends."""
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
    return Unknown(causes) if any(cause.text == ast.unparse(node) for cause in causes) else Rest(causes)


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
    layers = [each for each in (one, other) if isinstance(each, Made) or (isinstance(each, Instance) and module_family(each.cls))]
    if layers:
        doubted = [each for each in layers if is_in_doubt(each, causes)]
        return doubted[0] if doubted else copy_in_doubt(layers[0], causes)
    for each in (one, other):
        if isinstance(each, list) and (owners(each) or one == other):
            return each
    return Choice([*causes, *(cause for each in (one, other) if isinstance(each, Unknown) for cause in each.causes)])


def _joined(ends: list[Flow | None], causes: tuple[Cause, ...]) -> Flow | None:
    """Return how a condition that is not known ends, where both branches end the same way."""
    kinds = {"" if end is None else end.kind for end in ends}
    if kinds == {"return"}:
        one, other = (end.value for end in ends if end is not None)
        return Flow("return", either_of(one, other, causes))
    return ends[0] if len(kinds) == 1 else None
