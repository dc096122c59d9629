"""The framework that a user has set for every model that is of none: found when the first such model asks for it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Setting(Record):
    """A framework's name, and where it is set, as a sentence says it."""

    framework: str
    place: str


class _Lookup:
    """A search for a setting, made once and only if somebody asks."""

    def __init__(self, find: Callable[[], Setting | None]) -> None:
        self._find: Callable[[], Setting | None] | None = find
        self.found: Setting | None = None

    def ask(self) -> Setting | None:
        find, self._find = self._find, None
        if find is not None:
            self.found = find()
        return self.found


_lookup: ContextVar[_Lookup | None] = ContextVar("lookup", default=None)


@contextmanager
def looking_up(find: Callable[[], Setting | None]) -> Iterator[None]:
    """Let ``find`` say the framework of models that are of none, from here on to the end of the context."""
    token = _lookup.set(_Lookup(find))
    try:
        yield
    finally:
        _lookup.reset(token)


def setting() -> Setting | None:
    """Return what is set, None where nothing is, or where nobody looks it up: outside the command line."""
    lookup = _lookup.get()
    return None if lookup is None else lookup.ask()


def setting_used() -> Setting | None:
    """Return what is set if a model has asked for it already, without a search."""
    lookup = _lookup.get()
    return None if lookup is None else lookup.found
