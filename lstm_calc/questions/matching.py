"""Which layers of two models stand for each other."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    class OfAKind(Protocol):
        """What is of a kind."""

        @property
        def kind(self) -> str:
            """What it is."""
            ...


Item = TypeVar("Item", bound="OfAKind")

_MOST_COMPARED = 10**6
"""With more pairs of layers than this, they are matched by position alone."""


def matched(lists: Sequence[Sequence[Item]]) -> list[tuple[Item | None, ...]]:
    """Return the items of several lists in rows, None where a list has none; each list is matched with those before it.

    Items are matched by position. Where one list is longer, items of one kind are matched as far as the order allows.
    """
    first, *others = lists
    rows: list[tuple[Item | None, ...]] = [(item,) for item in first]
    for found in others:
        kinds = [next(item.kind for item in row if item) for row in rows]
        width = len(rows[0]) if rows else 1
        pairs = list(pairs_of(kinds, [item.kind for item in found]))
        nothing: tuple[None, ...] = (None,) * width
        rows = [(*(nothing if one is None else rows[one]), None if other is None else found[other]) for one, other in pairs]
    return rows


def pairs_of(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the positions in two lists of kinds that stand for each other, None where one list has nothing.

    >>> list(pairs_of(["lstm", "dense"], ["gru", "dropout", "dense"]))
    [(0, 0), (None, 1), (1, 2)]
    >>> list(pairs_of(["lstm", "lstm", "dense"], ["lstm", "dense"]))
    [(0, 0), (1, None), (2, 1)]
    """
    if len(one) == len(other) or len(one) * len(other) > _MOST_COMPARED:
        yield from zip_longest(range(len(one)), range(len(other)))
        return
    start = _alike(one, other)
    end = _alike(one[start:][::-1], other[start:][::-1])
    last, others_last = len(one) - end, len(other) - end
    yield from zip(range(start), range(start), strict=True)
    for left, right in _between(one[start:last], other[start:others_last]):
        yield None if left is None else start + left, None if right is None else start + right
    yield from zip(range(last, len(one)), range(others_last, len(other)), strict=True)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many kinds at the beginning of two lists are the same."""
    return next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), min(len(one), len(other)))


def _between(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the pairs of what neither begins nor ends alike."""
    from difflib import SequenceMatcher

    for _, start, stop, begin, end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield from zip_longest(range(start, stop), range(begin, end))
