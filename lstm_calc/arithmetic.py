"""The equations of :mod:`lstm_calc.cells` as arithmetic: what one step computes, and what a backward pass has to find again.

Element-wise operations are counted for each element of their result: + - * as one, the functions as in :data:`FLOPS`, the sum of
W x and U h as one, a peephole's p * c and its addition as two. Matrix products and biases belong to a framework's rows, and are
counted there.

What is kept for the backward pass is what a derivative needs: of sigmoid, tanh and relu the result; of a product of two values
each one whose other has a derivative; of a matrix product the vector that meets a trained matrix; of sums and differences nothing.
A value that several operations need is kept once. The states before the first step have no derivative.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

from lstm_calc.cells import CELLS
from lstm_calc.equations import parsed
from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable

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
    """

    gates: tuple[str, ...]
    flops: dict[str, int]
    values: tuple[str, ...]


class Kept(Record):
    """What the backward pass finds of one step: the sizes of values, the states before and after the step, and the input."""

    values: tuple[str, ...]
    before: frozenset[str]
    after: frozenset[str]
    input: bool


@cache
def step_of(kind: str, words: frozenset[str], peepholes: frozenset[str] = frozenset()) -> Step:
    """Return the arithmetic of one step of a cell, of which ``words`` choose the equations; ``peepholes`` are the gates that see c.

    >>> step_of("lstm", frozenset()).flops
    {'units': 30}
    """
    cell, walk = CELLS[kind], _Walk(kind, words, peepholes)
    return Step(
        gates=tuple(gate for gate in cell.gates if gate in walk.gates),
        flops=walk.flops,
        values=tuple(value.size for name, value in walk.scope.items() if name not in cell.states),
    )


@cache
def kept_of(
    kind: str,
    words: frozenset[str],
    peepholes: frozenset[str] = frozenset(),
    *,
    trained: bool = True,
    fed: bool = True,
    first: bool = False,
) -> Kept:
    """Return what is kept of one step of a cell.

    ``trained``: its weights have a derivative; ``fed``: what flows in has one; ``first``: the states before the step have none.

    >>> kept_of("lstm", frozenset()).values
    ('units', 'units', 'units', 'units', 'units')
    """
    walk = _Walk(kind, words, peepholes, trained=trained, fed=fed, first=first)
    states = CELLS[kind].states
    starts = {f"{state} before": state for state in states}
    ends = {walk.scope[state].name: state for state in states}
    apart = {"x", *starts, *ends}
    return Kept(
        values=tuple(size for name, size in walk.kept.items() if name not in apart),
        before=frozenset(state for name, state in starts.items() if name in walk.kept),
        after=frozenset(state for name, state in ends.items() if name in walk.kept),
        input="x" in walk.kept,
    )


class _Value(Record):
    """A value of a step: a name of its own, the word for its size (both empty for a number), and whether it has a derivative."""

    name: str
    size: str
    derived: bool


_NUMBER = _Value("", "", derived=False)


class _Walk:
    """One way through the equations of a cell, which tallies what they do."""

    def __init__(
        self,
        kind: str,
        words: frozenset[str],
        peepholes: frozenset[str],
        *,
        trained: bool = True,
        fed: bool = True,
        first: bool = False,
    ) -> None:
        self.peepholes = peepholes
        self.trained = trained
        self.gates: set[str] = set()
        self.flops: dict[str, int] = {}
        self.kept: dict[str, str] = {}
        self._made = 0
        self._input = _Value("x", "input", derived=fed)
        derived = (trained or fed) and not first
        self.scope = {state: _Value(f"{state} before", SIZE_OF_STATE[state], derived) for state in CELLS[kind].states}
        for equation in CELLS[kind].equations_for(set(words)):
            self.scope[equation.name] = self._value(parsed(equation.expression))

    def _value(self, node: ast.expr) -> _Value:
        match node:
            case ast.Constant():
                return _NUMBER
            case ast.Name(id=name):
                return self.scope[name]
            case ast.BinOp(left=left, op=op, right=right):
                return _SIGNS[type(op)](self, self._value(left), self._value(right))
            case ast.Call(func=ast.Name(id=name), args=[argument]) if name in FLOPS:
                return self._function(name, self._value(argument))
            case ast.Call(func=ast.Name(id="project"), args=[argument]):
                return self._weighted("output", self._value(argument))
            case ast.Call(func=ast.Name(id="pre" | "into" | "back" as name), args=[ast.Name(id=gate), *rest]):
                self.gates.add(gate)
                return self._affine(name, gate, *map(self._value, rest))
            case _:
                raise ValueError(ast.unparse(node))

    def _result(self, size: str, flops: int, *, derived: bool) -> _Value:
        """Return a new value of a size, each element of which took some operations."""
        self._made += 1
        if flops:
            self.flops[size] = self.flops.get(size, 0) + flops
        return _Value(f"value {self._made}", size, derived)

    def _keep(self, value: _Value, *, needed: bool) -> None:
        if needed and value is not _NUMBER:
            self.kept[value.name] = value.size

    def multiplied(self, left: _Value, right: _Value) -> _Value:
        """Return a product, for whose derivative each side needs the other."""
        self._keep(left, needed=right.derived)
        self._keep(right, needed=left.derived)
        return self.summed(left, right)

    def summed(self, left: _Value, right: _Value) -> _Value:
        """Return a sum or a difference, whose derivative needs neither side."""
        return self._result(left.size or right.size, 1, derived=left.derived or right.derived)

    def _function(self, name: str, argument: _Value) -> _Value:
        result = self._result(argument.size, FLOPS[name], derived=argument.derived)
        self._keep(result, needed=argument.derived)
        return result

    def _weighted(self, size: str, vector: _Value, *, flops: int = 0) -> _Value:
        """Return the product of weights and a vector; ``flops`` an element where they are no matrix."""
        self._keep(vector, needed=self.trained)
        return self._result(size, flops, derived=self.trained or vector.derived)

    def _affine(self, name: str, gate: str, *rest: _Value) -> _Value:
        """Return ``into(gate)``, ``back(gate, v)`` or their sum ``pre(gate)``, to which a peephole adds p * c."""
        if name == "into":
            return self._weighted("units", self._input)
        if name == "back":
            return self._weighted("units", *rest)
        whole = self.summed(self._affine("into", gate), self._affine("back", gate, self.scope["h"]))
        if gate not in self.peepholes:
            return whole
        return self.summed(whole, self._weighted("units", self.scope["c"], flops=1))


_SIGNS: dict[type[ast.operator], Callable[[_Walk, _Value, _Value], _Value]] = {
    ast.Add: _Walk.summed,
    ast.Sub: _Walk.summed,
    ast.Mult: _Walk.multiplied,
}
