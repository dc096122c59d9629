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
    """
    if len(one) == len(other) or len(one) * len(other) > _MOST_COMPARED:
        yield from zip_longest(range(len(one)), range(len(other)))
        return
    from difflib import SequenceMatcher

    for _, start, stop, begin, end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield from zip_longest(range(start, stop), range(begin, end))
