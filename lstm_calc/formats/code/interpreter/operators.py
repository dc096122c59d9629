"""Operators of Python on values of a program: numbers, texts, containers, tensors, and what is not known."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.library.layers import is_container
from lstm_calc.formats.code.library.modules import doubt, layer_among
from lstm_calc.formats.code.unknown import (
    Imported,
    Unknown,
    UnknownEntries,
    causes_of,
    is_unknown,
)
from lstm_calc.formats.code.values import (
    MAX_ITEMS,
    Array,
    Instance,
    MadeLayer,
    Scope,
    entries_of,
    is_imported_class,
    is_small,
    is_wide,
    truth_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.formats.code.interpreter import Interpreter


_MOST_BITS = 4_096


def binary(interpreter: Interpreter, node: ast.BinOp, scope: Scope) -> Any:
    """Return the value of ``left + right``, and of its like."""
    left, right = interpreter.value(node.left, scope), interpreter.value(node.right, scope)
    return operate(interpreter, type(node.op), left, right, node, scope)


def operate(interpreter: Interpreter, kind: type[ast.operator], left: Any, right: Any, node: ast.expr, scope: Scope) -> Any:
    """Return what an operator gives on two values; ``node`` is the expression, for one that is not known."""
    operation = _OPERATORS.get(kind)
    if kind is ast.Mult and isinstance(left, list) and is_unknown(right) and layer_among(left) is not None:
        doubt(left, causes_of(right))
        return left
    if kind is ast.Mult and isinstance(left, list) and is_unknown(right):
        return [UnknownEntries(causes_of(right))]
    plain = not any(is_unknown(each) or isinstance(each, (Array, MadeLayer, Instance)) for each in (left, right))
    if operation is None or not plain:
        return interpreter.library.operate(interpreter, kind.__name__, left, right, interpreter.cause(node, scope))
    if not _is_bounded(kind, left, right):
        return interpreter.unknown(node, scope)
    try:
        return operation(left, right)
    except (TypeError, ValueError, ArithmeticError, LookupError):
        return interpreter.library.operate(interpreter, kind.__name__, left, right, interpreter.cause(node, scope))


def _is_bounded(kind: type[ast.operator], left: Any, right: Any) -> bool:
    """Return whether an operation gives something of a size that is worth having."""
    if isinstance(left, int) and isinstance(right, int):
        if kind is ast.Pow:
            return left.bit_length() * abs(right) <= _MOST_BITS
        if kind is ast.LShift:
            return left.bit_length() + right <= _MOST_BITS
        return left.bit_length() + right.bit_length() <= _MOST_BITS
    for one, other in ((left, right), (right, left)):
        if kind is ast.Mult and isinstance(one, (list, tuple, str)) and isinstance(other, int):
            return len(one) * other <= MAX_ITEMS
        if kind is ast.Add and isinstance(one, (list, tuple, str)) and isinstance(other, (list, tuple, str)):
            return len(one) + len(other) <= MAX_ITEMS
    return not (kind is ast.Mod and isinstance(left, str) and is_wide(left))


def unary(interpreter: Interpreter, node: ast.UnaryOp, scope: Scope) -> Any:
    """Return the value of ``not value``, ``-value`` and their like."""
    value = interpreter.value(node.operand, scope)
    if isinstance(node.op, ast.Not):
        truth = truth_of(value)
        return Unknown(causes_of(value)) if truth is None else not truth
    if isinstance(value, (int, float)):
        return -value if isinstance(node.op, ast.USub) else value if isinstance(node.op, ast.UAdd) else ~int(value)
    return Unknown(causes_of(value)) if is_unknown(value) else value


def boolean(interpreter: Interpreter, node: ast.BoolOp, scope: Scope) -> Any:
    """Return the value of ``one and other`` or ``one or other``; what stands behind an unknown value may decide it alone."""
    wanted = isinstance(node.op, ast.Or)
    value: Any = None
    for each in node.values:
        value = interpreter.value(each, scope)
        truth = truth_of(value)
        if truth is None:
            rest = [interpreter.value(other, scope) for other in node.values[node.values.index(each) + 1 :]]
            decided = any(truth_of(other) is wanted for other in rest) and all(isinstance(other, bool) for other in rest)
            return wanted if decided else Unknown(causes_of([value, *rest]))
        if truth is wanted:
            return value
    return value


def comparison(interpreter: Interpreter, node: ast.Compare, scope: Scope) -> Any:
    """Return whether a chain of comparisons holds."""
    left, values = interpreter.value(node.left, scope), []
    for sign, each in zip(node.ops, node.comparators, strict=True):
        right = interpreter.value(each, scope)
        found = _compare(type(sign), left, right)
        if found is False:
            return False
        values.append(found)
        left = right
    causes = causes_of(values)
    return Unknown(causes) if causes else True


def _compare(kind: type[ast.cmpop], left: Any, right: Any) -> Any:
    causes = causes_of([left, right]) if kind not in {ast.Is, ast.IsNot} else causes_of([left] if right is None else [left, right])
    same = _is_same(left, right)
    if same is not None and kind in {ast.Is, ast.Eq, ast.IsNot, ast.NotEq}:
        return same is (kind in {ast.Is, ast.Eq})
    if causes:
        return Unknown(causes)
    if kind in {ast.In, ast.NotIn}:
        entries = entries_of(right)
        right = right.attributes if is_container(right) else right if entries is None else entries
        rest = (
            causes_of([each for each in right if isinstance(each, UnknownEntries)])
            if isinstance(right, (list, tuple, dict))
            else ()
        )
        if rest and is_small([left, right]) and left not in right:
            return Unknown(rest)
    if not is_small([left, right]):
        return False
    try:
        return bool(_COMPARISONS[kind](left, right))
    except TypeError:
        return False


def _is_same(left: Any, right: Any) -> bool | None:
    """Return whether two values are the same class of a framework, None where neither is one or it is not known."""
    if isinstance(left, Imported) and isinstance(right, Imported) and left.path == right.path:
        return True
    known = [is_imported_class(each) for each in (left, right)]
    plain = [not is_unknown(each) for each in (left, right)]
    return False if any(known) and all(one or other for one, other in zip(known, plain, strict=True)) else None


_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}
