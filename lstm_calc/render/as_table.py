"""A Document for a screen, drawn by rich."""

from __future__ import annotations

import sys
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, TextIO

from lstm_calc.errors import listed
from lstm_calc.render.grid import grid, lines, rich_table
from lstm_calc.render.maths import spelled, written
from lstm_calc.render.words import cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console
    from rich.segment import Segments
    from rich.text import Text

    from lstm_calc.render.document import Document, Table


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
        "µ": "u",
        "✓": "+",
        "✗": "x",
        "–": "-",
        "γ": "gamma",
        "β": "beta",
    }
    | {"✓": "+", "✗": "x", "–": "-"}
)
"""The signs of formulas and verdicts, for a screen that does not have them."""

_MOST_BY_RICH = 300
"""The lines up to which rich draws a table; longer ones are written as plain lines, which look the same.

Measured for five columns: rich takes 0.12 ms and 3 kB for a line, the plain writer 0.009 ms. So 300 lines take rich 37 ms, nearly
as long as the program takes to start; a sweep of a million rows would take it two minutes and 3 GB.
"""


def render(document: Document, stream: TextIO, body_width: int | None = None) -> str:
    """Return the document for a screen: each table as such where the terminal is wide enough, else one line a value.

    On anything but a terminal the tables are as wide as they need to be, and lines of text are broken at ``body_width`` alone.
    """
    from rich.console import Console
    from rich.text import Text

    on_a_terminal = stream.isatty()
    escapes = None if stream is sys.stdout else False
    console = Console(file=stream, force_terminal=escapes, soft_wrap=not on_a_terminal)
    width = console.width
    with console.capture() as captured:
        console.print(Text(document.title, style="bold"))
        console.print(_body(document, console, width if on_a_terminal else body_width), end="", soft_wrap=True)
        left_out: list[str] = []
        for table in document.tables_for_people():
            shown = _narrowed(table, width) if on_a_terminal else table
            left_out += [column.title for column in table.columns if column.key not in {each.key for each in shown.columns}]
            drawn = grid(shown)
            if on_a_terminal and drawn.width > width:
                console.print(_segments(_stacked(shown)), soft_wrap=True)
            elif len(shown.lines) > _MOST_BY_RICH:
                console.print(_segments(lines(drawn)), soft_wrap=True)
            else:
                console.width = drawn.width
                console.print(rich_table(drawn))
            console.width = width
        for note in document.notes:
            console.print(Text(note))
        if left_out:
            console.print(Text(f"left out, for want of width: {listed(dict.fromkeys(left_out))}"))
    text = "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
    page = text if (stream.encoding or "utf-8").lower().startswith("utf") else text.translate(IN_ASCII)
    return "\n".join([page, *(render(section, stream) for section in document.sections_in_words())])


def _narrowed(table: Table, width: int) -> Table:
    """Return a table without as many of the columns that give way as it takes to fit; itself where that is not enough."""
    kept = table
    for leaving in sorted((column for column in table.columns if column.gives_way), key=lambda column: column.gives_way):
        if grid(kept).width <= width:
            return kept
        kept = kept.with_columns([column.key for column in kept.columns if column.key != leaving.key])
    return kept if grid(kept).width <= width else table


def _body(document: Document, console: Console, width: int | None) -> Text:
    """Return the blocks of a document: headings bold, formulas further in; lines fit into a width where there is one."""
    from rich.text import Text

    text, above = Text(), ""
    for block in document.body:
        words = written(block.pieces(), str, spelled)
        if block.kind == "heading" or (block.kind == "text" and above not in {"", "heading"}):
            text.append("\n")
        if block.kind == "heading":
            text.append(f"{words}\n", style="bold")
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
    return f"{line}\n" if width is None or len(line) <= width else line.replace(" = ", "\n      = ") + "\n"


def _segments(pieces: Iterable[tuple[str, str]]) -> Segments:
    """Return pieces of text as rich takes them, as much at once as is of one style."""
    from rich.segment import Segment, Segments
    from rich.style import Style

    return Segments(
        [Segment("".join([text for text, _ in run]), Style.parse(style)) for style, run in groupby(pieces, key=itemgetter(1))]
    )


def _stacked(table: Table) -> Iterator[tuple[str, str]]:
    """Yield a table as one line a value, for a terminal that it does not fit into, in pieces with the style of each."""
    for line in table.lines:
        yield "\n", ""
        for column, cell in zip(table.columns, cells(table, line), strict=True):
            if cell:
                yield f"{column.title}: ", "dim"
                yield f"{cell}\n", "bold" if line.sum else ""
    yield "\n", ""
