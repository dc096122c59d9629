"""A metric as a polynomial in the sizes that vary: counted at a few sizes, and known at all others."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


Form = int | tuple["Form", ...]
"""A whole number, or the coefficients over one size; the outermost are those of the last size."""
Nodes = tuple[int, ...]


class NoPolynomialError(ValueError):
    """A count that is no polynomial of degree two in each of its sizes."""


def nodes_of(values: Sequence[int]) -> Nodes:
    """Return up to three values to count at: the smallest, the largest, and one between them."""
    ordered = values if isinstance(values, range) else sorted(values)
    return tuple(dict.fromkeys((ordered[0], ordered[-1], ordered[len(ordered) // 2])))


def closed_form(count: Callable[..., int], axes: Sequence[Sequence[int]]) -> Form:
    """Return the polynomial of a count of several sizes, each of which takes the distinct values of its axis.

    Raises NoPolynomialError where a division leaves a remainder, or one more count disagrees with the polynomial.
    """
    nodes = tuple(map(nodes_of, axes))
    form = fitted(count, nodes)
    more = [values[len(values) // 4] for values in axes]
    if value_at(form, nodes, more) != count(*more):
        raise NoPolynomialError
    return form


def value_at(form: Form, nodes: Sequence[Nodes], sizes: Sequence[int]) -> int:
    """Return the value of a polynomial."""
    if isinstance(form, int):
        return form
    return _horner([value_at(part, nodes[:-1], sizes[:-1]) for part in form], nodes[-1], sizes[-1])


def along_last(form: Form, nodes: Sequence[Nodes], sizes: Sequence[int]) -> tuple[int, int, int]:
    """Return the coefficients (a, b, c) of a + b x + c x x over the last size x, the others being given."""
    parts = form if isinstance(form, tuple) else (form,)
    a, b, c = ([value_at(part, nodes[:-1], sizes) for part in parts] + [0, 0])[:3]
    first, second = (*nodes[-1], 0)[:2]
    return a - first * b + first * second * c, b - (first + second) * c, c


def _horner(parts: Sequence[int], nodes: Nodes, size: int) -> int:
    total = 0
    for part, node in zip(reversed(parts), reversed(nodes[: len(parts)]), strict=True):
        total = part + (size - node) * total
    return total


def fitted(count: Callable[..., int], nodes: tuple[Nodes, ...]) -> Form:
    """Return the polynomial that takes the values of a count at all nodes: divided differences, one size after the other."""
    if not nodes:
        return count()
    *others, last = nodes
    forms = [fitted(lambda *sizes, at=at: count(*sizes, at), tuple(others)) for at in last]
    parts = [forms[0]]
    for apart in range(1, len(last)):
        forms = [_divided(one, other, last[at + apart] - last[at]) for at, (one, other) in enumerate(pairwise(forms))]
        parts.append(forms[0])
    return tuple(parts)


def _divided(one: Form, other: Form, apart: int) -> Form:
    """Return the difference of two polynomials, divided by the distance of their nodes."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return tuple(_divided(left, right, apart) for left, right in zip(one, other, strict=True))
    assert isinstance(one, int) and isinstance(other, int)  # noqa: PT018, S101  counts at the same nodes have the same form
    whole, rest = divmod(other - one, apart)
    if rest:
        raise NoPolynomialError
    return whole
