"""Whether one cell's equations compute what another's do, its gates renamed or negated: by algebra, exactly.

A value is a polynomial with whole factors over atoms: names, and functions of polynomials. Since sigmoid(-x) = 1 - sigmoid(x)
and tanh(-x) = -tanh(x), every value is written with arguments that begin with a plus; equal polynomials are then equal functions.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from lstm_calc.equations.parse import Visitor, gates_of
from lstm_calc.model.cells import CELL, FUNCTIONS, Equation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Gates = Mapping[str, tuple[str, int]]
    """For each gate, the one that it stands for and its sign."""

Polynomial = tuple[tuple[tuple[Any, ...], int], ...]
"""Products of atoms and how often each is there, sorted, so that equal ones are the same."""


@cache
def gate_map(states: tuple[str, ...], source: tuple[Equation, ...], target: tuple[Equation, ...]) -> Gates | None:
    """Return, for each gate of the target's equations, the source's gate and the sign with which it makes the two the same.

    A gate is its namesake, or, where the source has none, one that the target has not; signs are plus wherever they can be. None
    where no such map is: no weights then make the one cell compute what the other does.

    >>> from lstm_calc.model.cells import CELLS
    >>> gru = CELLS["gru"]
    >>> before = gru.equations_for({"reset_before"})
    >>> gate_map(("h",), before, gru.equations_for({"reset_before", "update_takes_new"}))
    {'reset': ('reset', 1), 'update': ('update', -1), 'candidate': ('candidate', 1)}
    >>> gate_map(("h",), before, gru.equations_for({"reset_after"}))
    """
    ours, theirs = gates_of(source), gates_of(target)
    spare = [gate for gate in ours if gate not in theirs]
    choices = [[(name, sign) for sign in (1, -1) for name in ([gate] if gate in ours else spare)] for gate in theirs]
    wanted = _after_step(states, source, {})
    for choice in sorted(product(*choices), key=lambda choice: sum(sign < 0 for _, sign in choice)):
        found = dict(zip(theirs, choice, strict=True))
        if _after_step(states, target, found) == wanted:
            return found
    return None


@cache
def biases_merge(states: tuple[str, ...], equations: tuple[Equation, ...], gate: str | None) -> bool:
    """Say whether a bias added to a gate's recurrent sum, U h, could as well be added to its W x.

    >>> from lstm_calc.model.cells import CELLS
    >>> [biases_merge(("h",), CELLS["gru"].equations_for({"reset_after"}), gate) for gate in ("update", "candidate")]
    [True, False]
    """
    one, other = (_after_step(states, equations, {}, biased=(role, gate)) for role in ("kernel", "recurrent_kernel"))
    return one == other


def _after_step(
    states: tuple[str, ...], equations: tuple[Equation, ...], gates: Gates, *, biased: tuple[str, str | None] | None = None
) -> tuple[Polynomial, ...]:
    """Return the states after a step, with gates that stand for others, and a bias more on the weights of one role and gate."""
    peepholes = gates_of(equations) if CELL.name in states else ()
    cell = _Algebra({name: _atom(name) for name in ("x", *states)}, peepholes)
    cell.gates, cell.biased = gates, biased
    cell.step(equations)
    return tuple(cell.scope[state] for state in states)


class _Algebra(Visitor[Polynomial]):
    """A value is a polynomial."""

    gates: Gates
    biased: tuple[str, str | None] | None

    def number(self, number: int, /) -> Polynomial:
        return _scaled(_ONE, number)

    def apply(self, function: str, /, *arguments: Polynomial) -> Polynomial:
        if function in _OPERATORS:
            return _OPERATORS[function](*arguments)
        mirror, first = FUNCTIONS[function].mirror, arguments[0]
        if mirror and first and first[0][1] < 0:
            constant, factor = mirror
            return _plus(_scaled(_ONE, constant), _scaled(_atom(function, _scaled(first, -1)), factor))
        return _atom(function, *arguments)

    def weigh(self, role: str, gate: str | None, value: Polynomial, /) -> Polynomial:
        name, sign = self.gates.get(gate or "", (gate, 1))
        product = _scaled(_atom(role, name, value), sign)
        return _plus(product, _atom("bias")) if (role, gate) == self.biased else product


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
_OPERATORS: dict[str, Callable[..., Polynomial]] = {
    "+": _plus,
    "-": lambda left, right: _plus(left, _scaled(right, -1)),
    "*": _times,
}
