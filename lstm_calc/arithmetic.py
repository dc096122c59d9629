"""The equations of :mod:`lstm_calc.cells` as arithmetic: what one step computes, and what a backward pass has to find again.

Element-wise operations are counted for each element of their result: + - * as one, the functions as in :data:`FLOPS`, the sum of
W x and U h as one, a peephole's p * c and its addition as two. Matrix products and biases belong to a framework's rows, and are
counted there.

What is kept for the backward pass is what a derivative needs: of sigmoid, tanh and relu the result; of a product of two values
both; of a matrix product the vector that meets the (trained) matrix; of sums and differences nothing. A value that several
operations need is kept once.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from lstm_calc.cells import CELLS
from lstm_calc.record import Record

if TYPE_CHECKING:
    from lstm_calc.cells import Equation

FLOPS = {"sigmoid": 4, "tanh": 5, "relu": 1}
"""Operations an element: sigmoid is 1 / (1 + exp(-x)), tanh is 1 - 2 / (exp(2 x) + 1), relu max(x, 0); exp counts as one."""

MERGE_FLOPS = {"concat": 0, "none": 0, "sum": 1, "mul": 1, "average": 2}
"""Operations an element in which two directions become one output."""

SIZE_OF_STATE = {"h": "output", "c": "units"}
"""The word for the size of each state."""


class Step(Record):
    """What one step of a cell computes; sizes are the words of :mod:`lstm_calc.frameworks.rows`.

    ``gates`` are those whose products the equations read, in the cell's order; ``flops`` the element-wise operations an element,
    by the size of the result; ``values`` the sizes of what the equations name beside the states.

    ``kept`` are the sizes of the values that are kept of every step, ``before`` and ``after`` the states of which the value before
    the step, or after it, is kept; ``input``: what flows in is kept, too.
    """

    gates: tuple[str, ...]
    flops: dict[str, int]
    values: tuple[str, ...]
    kept: tuple[str, ...]
    before: frozenset[str]
    after: frozenset[str]
    input: bool


@cache
def step_of(kind: str, words: frozenset[str], peepholes: frozenset[str] = frozenset(), *, trained: bool = True) -> Step:
    """Return the arithmetic of one step of a cell, of which ``words`` choose the equations.

    ``peepholes`` are the gates that see c; the matrices of a layer that is not ``trained`` need no gradient.

    >>> step_of("lstm", frozenset()).flops
    {'units': 30}
    """
    cell = CELLS[kind]
    walk = _Walk(cell.states, peepholes, trained=trained)
    for equation in cell.equations_for(set(words)):
        walk.take(equation)
    ends = {walk.scope[state].name: state for state in cell.states}
    starts = {_before(state): state for state in cell.states}
    inside = walk.kept.keys() - ends.keys() - starts.keys() - {_INPUT.name}
    return Step(
        gates=tuple(gate for gate in cell.gates if gate in walk.gates),
        flops=walk.flops,
        values=tuple(value.size for name, value in walk.scope.items() if name not in cell.states),
        kept=tuple(size for name, size in walk.kept.items() if name in inside),
        before=frozenset(starts[name] for name in walk.kept.keys() & starts.keys()),
        after=frozenset(ends[name] for name in walk.kept.keys() & ends.keys()),
        input=_INPUT.name in walk.kept,
    )


class _Value(NamedTuple):
    """A value of a step: a name of its own and the word for its size, both empty for a number."""

    name: str
    size: str


_INPUT = _Value("x", "input")
_NUMBER = _Value("", "")


def _before(state: str) -> str:
    return f"{state} before"


class _Walk:
    """One way through the equations of a cell, which tallies what they do."""

    def __init__(self, states: tuple[str, ...], peepholes: frozenset[str], *, trained: bool) -> None:
        self.peepholes = peepholes
        self.trained = trained
        self.scope = {state: _Value(_before(state), SIZE_OF_STATE[state]) for state in states}
        self.gates: set[str] = set()
        self.flops: dict[str, int] = {}
        self.kept: dict[str, str] = {}
        self._made = 0

    def take(self, equation: Equation) -> None:
        """Compute one equation."""
        self.scope[equation.name] = self._value(ast.parse(equation.expression, mode="eval").body)

    def _value(self, node: ast.expr) -> _Value:
        match node:
            case ast.Constant():
                return _NUMBER
            case ast.Name(id=name):
                return self.scope[name]
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(op, self._value(left), self._value(right))
            case ast.Call(func=ast.Name(id=name), args=[argument]) if name in FLOPS:
                return self._function(name, self._value(argument))
            case ast.Call(func=ast.Name(id="project"), args=[argument]):
                return self._product("output", self._value(argument))
            case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=gate), *rest]):
                self.gates.add(gate)
                return self._affine(name, gate, *map(self._value, rest))
            case _:
                raise ValueError(ast.unparse(node))

    def _made_of(self, size: str, flops: int) -> _Value:
        """Return a new value of a size, each element of which took some operations."""
        self._made += 1
        if flops:
            self.flops[size] = self.flops.get(size, 0) + flops
        return _Value(f"value {self._made}", size)

    def _keep(self, *values: _Value) -> None:
        self.kept |= dict(values)

    def _binary(self, op: ast.operator, left: _Value, right: _Value) -> _Value:
        if isinstance(op, ast.Mult) and _NUMBER not in {left, right}:
            self._keep(left, right)
        return self._made_of(left.size or right.size, 1)

    def _function(self, name: str, argument: _Value) -> _Value:
        result = self._made_of(argument.size, FLOPS[name])
        self._keep(result)
        return result

    def _product(self, size: str, vector: _Value) -> _Value:
        if self.trained:
            self._keep(vector)
        return self._made_of(size, 0)

    def _affine(self, name: str, gate: str, *rest: _Value) -> _Value:
        """Return ``into(gate)``, ``back(gate, v)`` or their sum ``pre(gate)``, to which a peephole adds p * c."""
        if name == "into":
            return self._product("units", _INPUT)
        if name == "back":
            return self._product("units", *rest)
        whole = self._binary(ast.Add(), self._product("units", _INPUT), self._product("units", self.scope["h"]))
        if gate not in self.peepholes:
            return whole
        return self._binary(ast.Add(), whole, self._weighted(self.scope["c"]))

    def _weighted(self, value: _Value) -> _Value:
        """Return the product of a value with weights of its size."""
        if self.trained:
            self._keep(value)
        return self._made_of(value.size, 1)
