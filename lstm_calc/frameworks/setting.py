"""The framework that a user has set for every model that is of none: found when the first such model asks for it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


PROJECT = "pyproject.toml"
"""The file of a project, in which a framework may be set."""


class Setting(Record):
    """A framework's name, and where it is set, as a sentence says it."""

    framework: str
    place: str


class _Lookup:
    """A search for a setting, made once and only if somebody asks."""

    def __init__(self, find: Callable[[], Setting | None], *, has_option: bool) -> None:
        self._find: Callable[[], Setting | None] | None = find
        self.has_option = has_option
        self.found: Setting | None = None
        self.is_named = False

    @property
    def was_asked(self) -> bool:
        """Whether a model that is of no framework has asked."""
        return self._find is None

    def ask(self) -> Setting | None:
        find, self._find = self._find, None
        if find is not None:
            self.found = find()
        return self.found


_lookup: ContextVar[_Lookup | None] = ContextVar("lookup", default=None)


@contextmanager
def looking_up(find: Callable[[], Setting | None], *, has_option: bool = True) -> Iterator[None]:
    """Let ``find`` say the framework of models that are of none, from here on to the end of the context.

    ``has_option``: the command that is called has an option that names a framework.
    """
    token = _lookup.set(_Lookup(find, has_option=has_option))
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


def note_option() -> None:
    """Note that a call names the framework itself."""
    if lookup := _lookup.get():
        lookup.is_named = True


def framework_from() -> str | None:
    """Return why the framework of the one model of a call was taken; None where no command asks for one.

    An ``option`` names it, it is that of the ``input``, it is set in the ``environment`` or in ``pyproject``, or it is the
    ``default``.
    """
    lookup = _lookup.get()
    if lookup is None or not lookup.has_option:
        return None
    if lookup.is_named:
        return "option"
    if lookup.found is not None:
        return "pyproject" if lookup.found.place == PROJECT else "environment"
    return "default" if lookup.was_asked else "input"
