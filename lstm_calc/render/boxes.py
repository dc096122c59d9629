"""What stands in the box of a node, line by line, and how large the box is for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.render.glyphs import text_width, wrapped
from lstm_calc.render.maths import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.render.document import Node

SIZE, LINE = 13.0, 17.0
"""The size of the letters and the height of a line, in pixels."""
LABEL_SIZE = 12.0
BELOW = 0.75
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
        return sum(text_width(part, SIZE * (BELOW if how == "below" else 1)) for part, how in tokens(text))
    return text_width(text, SIZE, bold=kind == "name")


def size_of(node: Node) -> tuple[float, float]:
    """Return the width and the height of the box of a node."""
    lines = list(lines_of(node))
    width = max([line_width(*line) for line in lines]) + 2 * PAD_X
    return float(round(max(width, _LEAST_WIDTH))), LINE * len(lines) + 2 * PAD_Y
