"""The language of the cells' equations, parsed in one place.

Every walker of an equation gets its syntax tree from :func:`parsed`, so that all of them refuse what the language does not have.
"""

from __future__ import annotations

import ast
from functools import cache

_OF_A_VALUE = {"sigmoid", "tanh", "relu", "project", "row", "shared", "copy"}
_OF_A_GATE = {"pre": 0, "into": 0, "back": 1}
"""The functions whose first argument names a gate (None in layers without gates), and how many values follow."""


@cache
def parsed(expression: str) -> ast.expr:
    """Return the syntax tree of an expression: names, whole numbers, ``+ - *`` and the functions of :mod:`lstm_calc.cells`.

    Raises ValueError, with the part that is at fault, for anything else.

    >>> ast.unparse(parsed("f * c + (1 - f) * g"))
    'f * c + (1 - f) * g'
    """
    tree = ast.parse(expression, mode="eval").body
    _check(tree)
    return tree


def _check(node: ast.expr) -> None:
    """Raise ValueError where a tree has a part that is not in the language."""
    values: list[ast.expr]
    match node:
        case ast.Name():
            values = []
        case ast.Constant(value=number) if type(number) is int:
            values = []
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult(), right=right):
            values = [left, right]
        case ast.Call(func=ast.Name(id=name), args=[value], keywords=[]) if name in _OF_A_VALUE:
            values = [value]
        case ast.Call(func=ast.Name(id=name), args=[ast.Name() | ast.Constant(value=None), *values], keywords=[]) if _OF_A_GATE.get(
            name
        ) == len(values):
            pass
        case _:
            raise ValueError(f"not part of an equation: {ast.unparse(node)}")
    for value in values:
        _check(value)
