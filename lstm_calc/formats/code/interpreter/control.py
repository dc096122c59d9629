"""What ends a block early, and conditions that are not known: after both branches, what differs is not known either."""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.interpreter.binding import store
from lstm_calc.formats.code.interpreter.growth import is_plain
from lstm_calc.formats.code.values import MISSING, Cause, Choice, Instance, Made, Scope, Unknown, causes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


class Raised(Exception):  # noqa: N818 - it stands for an exception of the program that is read
    """The program raises an exception here."""


class Flow:
    """What ends a block before its end: return (with a value), break or continue."""

    def __init__(self, kind: str, value: Any = None) -> None:
        """Take what it is, and the value that is returned."""
        self.kind = kind
        self.value = value


def either_branch(
    interpreter: Interpreter, test: Any, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt], scope: Scope
) -> Flow | None:
    """Follow both branches of a condition that is not known; what differs after them is not known either."""
    causes = causes_of(test)
    if body and isinstance(body[-1], ast.Raise):
        return interpreter.block(orelse, scope)
    ends, afterwards = [], []
    holder = scope.names.get("self")
    objects = [scope.names, *([holder.attributes] if isinstance(holder, Instance) else [])]
    before = [dict(names) for names in objects]
    interpreter.growth.merged.append(holder)
    for branch in (body, orelse):
        for names, saved in zip(objects, before, strict=True):
            names.clear()
            names.update(saved)
        ends.append(interpreter.doubted(causes, partial(interpreter.block, branch, scope)))
        afterwards.append([dict(names) for names in objects])
    interpreter.growth.merged.pop()
    for at, names in enumerate(objects):
        names.update(_merged(afterwards[0][at], afterwards[1][at], causes))
    return _joined(ends, causes)


def once(
    interpreter: Interpreter, target: ast.expr | None, sequence: Any, node: ast.expr, body: Sequence[ast.stmt], scope: Scope
) -> None:
    """Follow the body of a loop once of which it is not known how often it runs."""
    causes = causes_of(sequence) or (interpreter.cause(node, scope),)

    def follow() -> None:
        if target is not None:
            store(interpreter, target, Unknown(causes), scope)
        interpreter.block(body, scope)

    holder = scope.names.get("self")
    objects = [("", scope.names), *([("self.", holder.attributes)] if isinstance(holder, Instance) else [])]
    before = [dict(names) for _, names in objects]
    interpreter.growth.merged.append(holder)
    around, interpreter.turns = interpreter.turns, (*interpreter.turns, *causes)
    interpreter.doubted(causes, follow)
    interpreter.turns = around
    interpreter.growth.merged.pop()
    for (prefix, names), saved in zip(objects, before, strict=True):
        changed = [name for name, old in saved.items() if _differs(old, names.get(name, old))]
        names.update({name: Unknown([Cause(f"{prefix}{name}", interpreter.place(node, scope))]) for name in changed})


def _differs(old: Any, new: Any) -> bool:
    """Return whether a plain value is another one after a turn of a loop, so that it depends on the number of turns."""
    if old is new or old is None or not (is_plain(old) and is_plain(new)):
        return False
    scalars = (int, float, str, bool)
    return not (isinstance(old, scalars) and isinstance(new, scalars) and old == new)


def _merged(one: dict[str, Any], other: dict[str, Any], causes: tuple[Cause, ...]) -> dict[str, Any]:
    """Return the values of names after either of two branches."""
    found = {}
    for name in {**one, **other}:
        first, second = one.get(name, MISSING), other.get(name, MISSING)
        found[name] = second if first is MISSING else first if second is MISSING else either_of(first, second, causes)
    return found


def either_of(one: Any, other: Any, causes: tuple[Cause, ...]) -> Any:
    """Return one of two values of which it is not known which; a layer among them is in doubt already, and stays."""
    if one is other or (type(one) is type(other) and isinstance(one, (int, float, str, bool)) and one == other):
        return one
    for each in (one, other):
        if isinstance(each, (Made, Instance, list)):
            return each
    return Choice([*causes, *(cause for each in (one, other) if isinstance(each, Unknown) for cause in each.causes)])


def _joined(ends: list[Flow | None], causes: tuple[Cause, ...]) -> Flow | None:
    """Return how a condition that is not known ends: with a return where both branches do, or one returns something."""
    returns = [end for end in ends if end is not None and end.kind == "return"]
    if len(returns) == 2:
        return Flow("return", either_of(returns[0].value, returns[1].value, causes))
    return None
