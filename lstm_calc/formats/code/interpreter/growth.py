"""Lists, dicts, sets and attributes that change where it is not known whether or how often: what is in them is not known then."""

from __future__ import annotations

from typing import Any

from lstm_calc.formats.code.values import Array, External, Foreign, Instance, Unknown

_PLAIN = (int, float, str, bytes, type(None), Unknown, External, Array)
_HOLDERS = (list, dict, set)


class Growth:
    """Which holders of values have an unknown number of them.

    A loop of which the number of turns is not known is followed once, and both branches of a condition that is not known are.
    What a list is given there may be given never or many times. Layers are an exception: each is in doubt itself, and asked for.
    """

    def __init__(self) -> None:
        """Begin outside of every doubt."""
        self.depth = 0
        """How many conditions and loops are around what is followed, of which it is not known whether it happens."""
        self.merged: list[Any] = []
        """The objects whose attributes are compared after a branch or loop by who follows it."""
        self._grown: dict[int, Any] = {}
        self._made: dict[int, tuple[int, Any]] = {}
        self._watched: list[dict[int, Any]] = []

    def __contains__(self, value: object) -> bool:
        """Return whether it is not known how much is in a value."""
        return id(value) in self._grown

    def make(self, value: Any) -> None:
        """Keep in how much doubt an object is made: a change in no more doubt is a certain one."""
        if self.depth and isinstance(value, (*_HOLDERS, Instance)):
            self._made[id(value)] = (self.depth, value)

    def is_older(self, value: Any) -> bool:
        """Return whether an object was there before the doubt in which it changes."""
        return self.depth > self._made.get(id(value), (0, None))[0]

    def change(self, holder: Any, *values: Any) -> None:
        """Note that values are put into a holder, or taken out of it."""
        if all(map(is_plain, values)):
            for watched in self._watched:
                watched[id(holder)] = holder
            if self.is_older(holder):
                self.lose(holder)

    def lose(self, holder: Any) -> None:
        """Note that it is not known from here on how much is in a holder."""
        self._grown[id(holder)] = holder

    def watch(self) -> dict[int, Any]:
        """Return where the holders are kept that change until ``unwatch``."""
        self._watched.append({})
        return self._watched[-1]

    def unwatch(self) -> None:
        """Stop the last watch."""
        self._watched.pop()


def is_plain(value: Any) -> bool:
    """Return whether a value is no layer and holds none."""
    todo, number = [value], 0
    while todo and number < 100:
        each = todo.pop()
        number += 1
        if isinstance(each, (list, tuple, set)):
            todo += list(each)[:100]
        elif isinstance(each, dict):
            todo += list(each.values())[:100]
        elif isinstance(each, Instance):
            if each.cls is not None and each.cls.externals:
                return False
        elif not isinstance(each, (*_PLAIN, Foreign)):
            return False
    return True
