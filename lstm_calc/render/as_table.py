"""A Document for a screen, drawn by rich."""

from __future__ import annotations

import sys
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, TextIO

from lstm_calc.errors import listed
from lstm_calc.render import Format
from lstm_calc.render.grid import broken, drawn, fitted, grid, lines, rich_table, wide
from lstm_calc.render.maths import spelled, written
from lstm_calc.render.words import cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console
    from rich.segment import Segments
    from rich.text import Text

    from lstm_calc.render.document import Document, Table
    from lstm_calc.render.grid import Grid


IN_ASCII = str.maketrans(
    {
        "σ": "sigmoid",
        "−": "-",
        "′": "'",
        "×": "x",
        "⊙": "*",
        "∗": "conv",
        "·": "@",
        "→": "->",
        "─": "-",
        "…": "~",
        "µ": "u",
        "✓": "+",
        "✗": "x",
        "–": "-",
        "γ": "gamma",
        "β": "beta",
    }
)
"""The signs of formulas and verdicts, for a screen that does not have them."""

_MOST_BY_RICH = 300
"""The lines up to which rich draws a table; longer ones are written as plain lines, which look the same.

Measured for five columns: rich takes 0.12 ms and 3 kB for a line, the plain writer 0.009 ms. So 300 lines take rich 37 ms, nearly
as long as the program takes to start; a sweep of a million rows would take it two minutes and 3 GB.
"""


def render(document: Document, stream: TextIO, body_width: int | None = None) -> str:
    """Return the document for a screen: each table as such where the terminal is wide enough, else one line per value.

    On anything but a terminal the tables are as wide as they need to be, and lines of text are broken at ``body_width`` alone.
    """
    from rich.console import Console
    from rich.text import Text

    on_a_terminal = stream.isatty()
    escapes = None if stream is sys.stdout else False
    console = Console(file=stream, force_terminal=escapes, soft_wrap=not on_a_terminal)
    width = console.width if on_a_terminal else None
    with console.capture() as captured:
        console.print(Text(document.title, style="bold"))
        console.print(_body(document, console, width or body_width), end="", soft_wrap=True)
        left_out = [title for table in document.tables_for_people() for title in _draw(table, console, width)]
        narrow = [f"left out, for want of width: {listed(dict.fromkeys(left_out))}"] if left_out else []
        for note in (*document.notes, *narrow):
            console.print(Text(note))
    text = "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
    page = text if (stream.encoding or "utf-8").lower().startswith("utf") else text.translate(IN_ASCII)
    return "\n".join([page, *(render(section, stream) for section in document.sections_in_words())])


def _draw(table: Table, console: Console, width: int | None) -> list[str]:
    """Print a table, made to fit a width where there is one; return what is left out of it."""
    from rich.text import Text

    if width is None:
        _print(grid(table), len(table.lines), console)
        return []
    sheet = fitted(table, width)
    if sheet is None:
        console.print(_segments(_stacked(table, width)), soft_wrap=True)
        return []
    _print(drawn(sheet, width), len(table.lines), console)
    if sheet.shorter:
        console.print(Text("; ".join(f"{short}: {long}" for long, short in sheet.shorter)))
    if sheet.same:
        console.print(Text(f"in every row, {'; '.join(sheet.in_common)}\n"))
    return [*sheet.left_out, *(["the middle of long names"] if any(sheet.names.values()) else [])]


def _print(made: Grid, length: int, console: Console) -> None:
    """Print a table that fits, by rich where it is short and has nothing that rich has no place for."""
    if made.indent or length > _MOST_BY_RICH:
        console.print(_segments(lines(made)), soft_wrap=True)
        return
    width, console.width = console.width, made.width
    console.print(rich_table(made))
    console.width = width


def _body(document: Document, console: Console, width: int | None) -> Text:
    """Return the blocks of a document: headings bold, formulas further in; lines fit into a width where there is one."""
    from rich.text import Text

    text, above = Text(), ""
    for block in document.body:
        words = written(block.pieces(), str, spelled)
        if block.kind == "heading" or (block.kind == "text" and above not in {"", "heading"}):
            text.append("\n")
        if block.kind == "heading":
            text.append(_filled(words, "", console, width), style="bold")
        elif block.kind == "formula":
            text.append(_broken(words, width))
        else:
            text.append(_filled(words, "- " * (block.kind == "item"), console, width))
        above = block.kind
    return text


def _filled(words: str, start: str, console: Console, width: int | None) -> str:
    """Return a paragraph or an item, its lines broken between words."""
    from rich.text import Text

    lines = [words] if width is None else [str(line) for line in Text(words).wrap(console, max(width - len(start), 1))]
    return "".join(f"{' ' * len(start) if at else start}{line}\n" for at, line in enumerate(lines))


def _broken(formula: str, width: int | None) -> str:
    """Return a formula a little further in, each side of it on a line of its own where it is wider than the terminal."""
    line = f"    {formula}"
    if width is None or wide(line) <= width:
        return f"{line}\n"
    first, *others = formula.split(" = ")
    sides = [("    ", first), *(("      ", f"= {side}") for side in others)]
    return "".join(_hanging(margin, side, width) for margin, side in sides)


def _hanging(margin: str, text: str, width: int) -> str:
    """Return a text behind a margin in lines of a width, all but the first a little further in."""
    lines = [text] if len(margin) + wide(text) <= width else broken(text, width - len(margin) - 2)
    between = f"\n{margin}  "
    return f"{margin}{between.join(lines)}\n"


def _segments(pieces: Iterable[tuple[str, str]]) -> Segments:
    """Return pieces of text as rich takes them, as much at once as is of one style."""
    from rich.segment import Segment, Segments
    from rich.style import Style

    return Segments(
        [Segment("".join([text for text, _ in run]), Style.parse(style)) for style, run in groupby(pieces, key=itemgetter(1))]
    )


def _stacked(table: Table, width: int) -> Iterator[tuple[str, str]]:
    """Yield a table as one line per value, for a terminal that it does not fit into, in pieces with the style of each."""
    for line in table.lines:
        yield "\n", ""
        for column, cell in zip(table.columns, cells(table, line), strict=True):
            if cell:
                yield f"{column.title}:", "dim"
                if len(column.title) + 2 + wide(cell) <= width:
                    yield f" {cell}\n", "bold" if line.sum else ""
                else:
                    yield "".join(f"\n  {part}" for part in broken(cell, width - 2)) + "\n", ""
    yield "\n", ""


FORMAT = Format(render)
