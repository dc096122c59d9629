"""A graph laid out in pixels, before anyone has decided how it looks; the lines of text in a box, and how wide they are about.

Widths are those of a wide sans-serif font, as the font is not known: boxes are rather too large.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lstm_calc.frozen import Record
from lstm_calc.render.maths import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.render.document import Node

Point = tuple[float, float]


class Box(Record):
    """A node in its place: the upper left corner, the width and the height."""

    node: Node
    x: float
    y: float
    width: float
    height: float


class Wire(Record):
    """A line through points, with a tip at its end where it is an ``arrow``.

    One that is ``curved`` has four points; the part between the second and the third leaves and arrives vertically.
    """

    points: tuple[Point, ...]
    curved: bool = False
    arrow: bool = False


class Label(Record):
    """A text in the gap of a line: its middle, and the width and height that are left free for it."""

    text: str
    x: float
    y: float
    width: float
    height: float


class Drawing(Record):
    """A whole picture; ``dots`` are where a line branches."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    labels: tuple[Label, ...] = ()
    dots: tuple[Point, ...] = ()


_WIDTHS = {
    **dict.fromkeys("iljI.,:;'|!′", 0.34),
    **dict.fromkeys('frt()[]{}-/\\ "`·', 0.43),
    **dict.fromkeys("mwMW%@", 1.0),
    **dict.fromkeys("+=×−<>~⊙∗→…", 0.84),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&", 0.76),
}
"""In ems."""
_USUAL, _WIDE = 0.64, 1.3
_BOLD = 1.1


@cache
def _char_width(char: str) -> float:
    from unicodedata import combining, east_asian_width

    if char in _WIDTHS or char.isascii():
        return _WIDTHS.get(char, _USUAL)
    return 0.0 if combining(char) else _WIDE if east_asian_width(char) in "WF" else 0.76


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide a text is at a font size, in the unit of the size.

    >>> text_width("lstm", 10)
    24.1
    """
    return round(sum(map(_char_width, text)) * size * (_BOLD if bold else 1), 2)


def wrapped(text: str, longest: int) -> list[str]:
    """Return a text in lines of at most so many characters: broken between words, words that are longer also within.

    >>> wrapped("conv 320 kernel=26", 10)
    ['conv 320', 'kernel=26']
    """
    from textwrap import wrap

    return wrap(text, longest, break_on_hyphens=False) or [text]


SIZE, LINE = 13.0, 17.0
"""The size of the letters and the height of a line, in pixels."""
LABEL_SIZE = 12.0
_BELOW = 0.75
"""The size of what stands below the line, of that of the line."""
PAD_X, PAD_Y = 12.0, 8.0
_LONGEST_LINE, _LONGEST_TEXT = 30, 120
_LEAST_WIDTH = 56.0


def lines_of(node: Node) -> Iterator[tuple[str, str]]:
    """Yield the lines of a box, each with what it is: the ``name``, more ``text`` or a ``formula``."""
    for at, line in enumerate(node.texts()):
        if line in node.formula:
            yield line, "formula"
        else:
            for part in wrapped(_shortened(line), _LONGEST_LINE):
                yield part, "text" if at or node.form == "operation" else "name"


def _shortened(text: str) -> str:
    """Return a text of a file that is too long for a box without its middle."""
    half = _LONGEST_TEXT // 2
    return text if len(text) <= _LONGEST_TEXT else f"{text[:half]}…{text[-half:]}"


def line_width(text: str, kind: str) -> float:
    """Return about how wide a line of a box is."""
    if kind == "formula":
        return sum(text_width(part, SIZE * (_BELOW if how == "below" else 1)) for part, how in tokens(text))
    return text_width(text, SIZE, bold=kind == "name")


def size_of(node: Node) -> tuple[float, float]:
    """Return the width and the height of the box of a node."""
    lines = list(lines_of(node))
    width = max([line_width(*line) for line in lines]) + 2 * PAD_X
    return float(round(max(width, _LEAST_WIDTH))), LINE * len(lines) + 2 * PAD_Y
