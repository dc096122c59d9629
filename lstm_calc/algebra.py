"""Whether one cell's equations compute what another's do, its gates renamed or their sums negated: by algebra, exactly.

A value is a polynomial with whole factors over atoms: names, and functions of polynomials. Since sigmoid(-x) = 1 - sigmoid(x)
and tanh(-x) = -tanh(x), every value is written with arguments that begin with a plus; equal polynomials are then equal functions.
"""

from __future__ import annotations

import ast
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from lstm_calc.equations import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lstm_calc.cells import Equation

    Affine = Callable[[str, str, "Polynomial"], "Polynomial"]

Polynomial = tuple[tuple[tuple[Any, ...], int], ...]
"""Products of atoms and how often each is there, sorted, so that equal ones are the same."""
States = tuple[Polynomial, ...]
_STATES = ("h", "c")
_HALVES = (("back", "h"), ("peephole", "c"))
"""What a gate's whole sum has beside what flows in, and the state that each reads."""


@cache
def gate_map(source: tuple[Equation, ...], target: tuple[Equation, ...]) -> Mapping[str, tuple[str, int]] | None:
    """Return, for each gate of the target's equations, the source's gate and the sign with which it makes the two the same.

    A gate is its namesake, or, where the source has none, one that the target has not; signs are plus wherever they can be. None
    where no such map is: no weights then make the one cell compute what the other does.

    >>> from lstm_calc.cells import CELLS
    >>> gru = CELLS["gru"]
    >>> gate_map(gru.equations_for({"reset_before"}), gru.equations_for({"reset_before", "update_takes_new"}))
    {'reset': ('reset', 1), 'update': ('update', -1), 'candidate': ('candidate', 1)}
    >>> gate_map(gru.equations_for({"reset_before"}), gru.equations_for({"reset_after"}))
    """
    ours, theirs = gates_read(source), gates_read(target)
    spare = [gate for gate in ours if gate not in theirs]
    choices = [[(name, sign) for sign in (1, -1) for name in ([gate] if gate in ours else spare)] for gate in theirs]
    wanted = _states(source, _plain)
    for choice in sorted(product(*choices), key=lambda choice: sum(sign < 0 for _, sign in choice)):
        found = dict(zip(theirs, choice, strict=True))
        if _states(target, _mapped(found)) == wanted:
            return found
    return None


def _mapped(gates: Mapping[str, tuple[str, int]]) -> Affine:
    """Return the sums of a cell whose gates stand for others, with a sign."""

    def affine(half: str, gate: str, operand: Polynomial) -> Polynomial:
        name, sign = gates[gate]
        return _scaled(_plain(half, name, operand), sign)

    return affine


@cache
def gates_read(equations: tuple[Equation, ...]) -> tuple[str, ...]:
    """Return the gates whose sums the equations read, in the order in which they do."""
    read: dict[str, None] = {}

    def noting(half: str, gate: str, operand: Polynomial) -> Polynomial:
        read[gate] = None
        return _plain(half, gate, operand)

    _states(equations, noting)
    return tuple(read)


@cache
def biases_merge(equations: tuple[Equation, ...], gate: str | None) -> bool:
    """Say whether a number added to what flows back into a gate could as well be added to what flows in.

    >>> from lstm_calc.cells import CELLS
    >>> [biases_merge(CELLS["gru"].equations_for({"reset_after"}), gate) for gate in ("update", "candidate")]
    [True, False]
    """

    def added_to(place: str) -> States:
        def affine(half: str, name: str, operand: Polynomial) -> Polynomial:
            value = _plain(half, name, operand)
            return _plus(value, _atom("bias")) if (half, name) == (place, gate) else value

        return _states(equations, affine)

    return added_to("into") == added_to("back")


def _plain(half: str, gate: str, operand: Polynomial) -> Polynomial:
    return _atom(half, gate, operand)


def _states(equations: tuple[Equation, ...], affine: Affine) -> States:
    """Return the states after a step; ``affine`` says what each summand of each gate is worth."""
    scope = {state: _atom(state) for state in _STATES}
    for equation in equations:
        scope[equation.name] = _value(parsed(equation.expression), scope, affine)
    return tuple(scope[state] for state in _STATES)


def _sorted(terms: Iterable[tuple[tuple[Any, ...], int]]) -> Polynomial:
    total: dict[tuple[Any, ...], int] = {}
    for atoms, factor in terms:
        total[atoms] = total.get(atoms, 0) + factor
    return tuple(sorted(((atoms, factor) for atoms, factor in total.items() if factor), key=repr))


def _atom(*words: Any) -> Polynomial:
    return (((words,), 1),)


def _scaled(value: Polynomial, factor: int) -> Polynomial:
    return _sorted((atoms, factor * times) for atoms, times in value)


def _plus(left: Polynomial, right: Polynomial) -> Polynomial:
    return _sorted((*left, *right))


def _times(left: Polynomial, right: Polynomial) -> Polynomial:
    return _sorted((tuple(sorted((*one, *other), key=repr)), m * n) for (one, m), (other, n) in product(left, right))


_ONE: Polynomial = (((), 1),)
_OPERATORS: dict[type[ast.operator], Callable[[Polynomial, Polynomial], Polynomial]] = {
    ast.Add: _plus,
    ast.Sub: lambda left, right: _plus(left, _scaled(right, -1)),
    ast.Mult: _times,
}
_NEGATED: dict[str, Callable[[Polynomial], Polynomial]] = {
    "sigmoid": lambda value: _plus(_ONE, _scaled(value, -1)),
    "tanh": lambda value: _scaled(value, -1),
}
"""For a function with such a law: its value at -x from that at x."""


def _applied(function: str, argument: Polynomial) -> Polynomial:
    if function in _NEGATED and argument and argument[0][1] < 0:
        return _NEGATED[function](_atom(function, _scaled(argument, -1)))
    return _atom(function, argument)


def _value(node: ast.expr, scope: Mapping[str, Polynomial], affine: Affine) -> Polynomial:
    match node:
        case ast.Constant(value=int(number)):
            return _scaled(_ONE, number)
        case ast.Name(id=name):
            return scope[name]
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_value(left, scope, affine), _value(right, scope, affine))
        case ast.Call(func=ast.Name(id=function), args=[argument, *operands]):
            return _called(function, argument, [_value(operand, scope, affine) for operand in operands], scope, affine)
        case _:
            raise ValueError(ast.unparse(node))


def _called(
    function: str, argument: ast.expr, operands: list[Polynomial], scope: Mapping[str, Polynomial], affine: Affine
) -> Polynomial:
    """Return the value of a call: a gate's sum or one half of it, else a function of a value."""
    match function, argument:
        case "pre", ast.Name(id=gate):
            halves = [affine(half, gate, scope[state]) for half, state in _HALVES]
            return _sorted(term for half in (affine("into", gate, ()), *halves) for term in half)
        case "into" | "back", ast.Name(id=gate):
            return affine(function, gate, *(operands or [()]))
        case _:
            return _applied(function, _value(argument, scope, affine))
