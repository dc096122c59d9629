"""A Document as text: one module per format, each with its own escaping and rounding; nothing here knows what an LSTM is.

A format is a module of this folder whose name is ``as_`` and its own, with a :class:`Format` called ``FORMAT``. There is no list of
them: a module that is put here is in the help, in completions and in the endings of files.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO

from lstm_calc.folders import modules_in
from lstm_calc.frozen import Record
from lstm_calc.render.words import plain, size_like, size_words, worded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lstm_calc.render.document import Column, Value

__all__ = ["TABLE", "Format", "format_of", "format_with_ending", "formats", "plain", "size_like", "size_words", "worded"]

TABLE = "table"
"""The format for a screen, which is the first of every list."""


class Format(Record):
    """What a format does.

    ``render`` takes a document or, in a format that is ``of_data``, the plain values of an answer, and the stream that the text is
    for. ``rows`` yields lines while they are made; a format without it is written as a whole. ``endings`` are those of its files,
    the usual one first; they are other names of the format, too.

    No person reads a format ``for_machines``. One that is ``typed`` tells a number, a truth value and null from text. One with
    ``graphs_alone`` shows nothing else of a document.
    """

    render: Callable[[Any, TextIO], str]
    rows: Callable[[Sequence[Column], Iterable[Sequence[Value]]], Iterator[str]] | None = None
    endings: tuple[str, ...] = ()
    of_data: bool = False
    for_machines: bool = False
    typed: bool = False
    graphs_alone: bool = False


def formats() -> list[str]:
    """Return the name of every format, that for a screen first; none is imported."""
    return sorted(modules_in(__path__, "as_"), key=lambda name: (name != TABLE, name))


def format_of(name: str) -> Format:
    """Return a format by its name, which is one of :func:`formats`; its module is imported."""
    found: Format = import_module(f"{__name__}.as_{name}").FORMAT
    return found


def format_with_ending(ending: str) -> str | None:
    """Return the name of the format whose files have an ending, None where there is none.

    The format of that name is looked at first, so that others are imported only for an ending that is not their name.
    """
    named = sorted(formats(), key=lambda name: name != ending)
    return next((name for name in named if ending in format_of(name).endings), None)
