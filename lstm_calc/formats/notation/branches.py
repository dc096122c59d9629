"""A graph as a line: which layers stand in branches, ``(lstm 64 | gru 64)``, and which say what they read."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from lstm_calc.model import Input

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.model import Model

_DEEPEST = 50
"""Branches within branches that are written as such."""
_Reads = list[int] | None
"""The positions of the layers whose outputs a layer reads, -1 for the model's input; None where that is not all outputs of some."""


def line_of(model: Model, plain: Sequence[str], full: Sequence[str]) -> list[str]:
    """Return the items of a line with ``>`` between them; ``plain`` are the layers' own texts, ``full`` those with their inputs."""
    reads = [_whole(model, position) for position in range(len(plain))]
    ends = [position for position, _ in groupby(position for position, _ in model.gives)]
    return _Line([*plain, ""], [*full, ""], [*reads, ends]).chain(0, len(plain) + 1, -1, 0)[:-1]


def _whole(model: Model, position: int) -> _Reads:
    """Return the layers of which a layer reads all outputs, in order."""
    if isinstance(model.layers[position], Input):
        return None
    outputs = [1, *(call.outputs for call in model.calls)]
    found = [(source, [number for _, number in group]) for source, group in groupby(model.sources[position], lambda each: each[0])]
    complete = all(numbers == list(range(outputs[source + 1])) for source, numbers in found)
    return [source for source, _ in found] if complete else None


class _Line:
    """The texts of layers, and which each reads."""

    def __init__(self, plain: Sequence[str], full: Sequence[str], reads: Sequence[_Reads]) -> None:
        self._plain, self._full, self._reads = plain, full, reads

    def chain(self, start: int, stop: int, into: int, depth: int) -> list[str]:
        """Return the items for some layers in order, the first of which has ``into`` before it."""
        items: list[str] = []
        while stop > start:
            stop -= 1
            reads = self._reads[stop]
            spans = None if reads is None else self._spans(reads, start, stop, into)
            if reads is None or reads == [stop - 1 if stop > start else into]:
                items.append((self._full if reads is None else self._plain)[stop])
            elif spans is None or depth == _DEEPEST:
                items.append(self._full[stop])
            else:
                first, before = spans[0][0], into if spans[0][0] == start else spans[0][0] - 1
                branches = [" > ".join(self.chain(*span, before, depth + 1)) for span in spans]
                items += [self._plain[stop], f"({' | '.join(branches)})"]
                stop = first
        return items[::-1]

    def _spans(self, reads: list[int], start: int, stop: int, into: int) -> list[tuple[int, int]] | None:
        """Return the layers of each branch, as (start, stop), where the ones before a position end in what is read there."""
        second = self._reads[min(reads) + 1]
        for before in dict.fromkeys((second[0] if second else into, into, min(reads))):
            cursor = start if before == into else before + 1
            found = []
            for end in reads:
                found.append((cursor, cursor if end == before else end + 1))
                cursor = max(cursor, found[-1][1])
            if cursor == stop and found[0][0] >= start and all(one <= other for one, other in found) and len(found) > 1:
                return found
        return None
