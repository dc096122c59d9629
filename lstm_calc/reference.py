"""The cells' equations, computed: a plain reference to hold a real layer against. Needs NumPy, which every framework brings.

Matrices are (units, input) or (units, output), kernels of a convolution (units, input, *window), values (batch, ..., features).
"""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_calc.equations import parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lstm_calc.cells import Equation

Array = Any
Weights = dict[tuple[str | None, str], Array]
"""The blocks of one direction of a layer by gate and role; a gate of None for what belongs to none."""

_OPERATORS: dict[type[ast.operator], Any] = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
_FUNCTIONS = {
    "sigmoid": lambda v: 1 / (1 + np.exp(-v)),
    "tanh": np.tanh,
    "relu": lambda v: np.maximum(v, 0),
}


def evaluate(expression: str, scope: Mapping[str, Any]) -> Any:
    """Return the value of an expression of :mod:`lstm_calc.cells`, its names and functions taken from a scope.

    >>> evaluate("f * c + (1 - f) * g", {"f": 0.25, "c": 8, "g": 4})
    5.0
    """
    return _value(parsed(expression), scope)


def _value(node: ast.expr, scope: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return scope[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, scope), _value(right, scope))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return scope[name](*(_value(argument, scope) for argument in arguments))
        case _:
            raise ValueError(ast.unparse(node))


def unrolled(equations: tuple[Equation, ...], weights: Weights, x: Array, states: tuple[str, ...], *, forget_bias: float) -> Array:
    """Return h at every step of a batch (batch, steps, ..., input), from states of zero."""
    units = next(value.shape[0] for (gate, role), value in weights.items() if gate and role == "kernel")
    output = next(value.shape[1] for (gate, role), value in weights.items() if gate and role == "recurrent_kernel")
    around = (x.shape[0], *x.shape[2:-1])
    carried = {state: np.zeros((*around, output if state == "h" else units)) for state in states}
    outputs = []
    for step in range(x.shape[1]):
        carried = _step(equations, weights, x[:, step], carried, forget_bias)
        outputs.append(carried["h"])
    return np.stack(outputs, 1)


def _step(
    equations: tuple[Equation, ...], weights: Weights, x: Array, states: dict[str, Array], forget_bias: float
) -> dict[str, Array]:
    """Return the states after one step."""
    scope: dict[str, Any] = {**_FUNCTIONS, **{gate: gate for gate, _ in weights if gate}, **states}

    def into(gate: str) -> Array:
        added = forget_bias if gate == "forget" else 0
        return _product(weights[gate, "kernel"], x) + weights.get((gate, "bias"), 0) + added

    def back(gate: str, v: Array) -> Array:
        return _product(weights[gate, "recurrent_kernel"], v) + weights.get((gate, "recurrent_bias"), 0)

    def pre(gate: str) -> Array:
        return into(gate) + back(gate, scope["h"]) + weights.get((gate, "peephole"), 0) * scope.get("c", 0)

    def project(v: Array) -> Array:
        return _product(weights[None, "projection"], v) + weights.get((None, "bias"), 0)

    scope |= {"into": into, "back": back, "pre": pre, "project": project}
    for equation in equations:
        scope[equation.name] = evaluate(equation.expression, scope)
    return {name: scope[name] for name in states}


def _product(matrix: Array, v: Array) -> Array:
    """Return the matrix product, or the convolution that keeps the size ('same'), over the last axis of v."""
    window = matrix.shape[2:]
    padded = np.pad(v, [(0, 0), *(((size - 1) // 2, size // 2) for size in window), (0, 0)]) if window else v
    total = 0
    for offset in np.ndindex(*window):
        places = tuple(slice(at, at + size) for at, size in zip(offset, v.shape[1:-1], strict=False)) if window else ()
        moved = padded[(slice(None), *places)] if window else padded
        total = total + moved @ matrix[(slice(None), slice(None), *offset)].T
    return total
