"""A Document for a screen, drawn by rich."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal, TextIO

from lstm_calc.render.maths import spelled, written
from lstm_calc.render.words import NUMERIC, cells

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    from lstm_calc.document import Document, Table, Value


_IN_ASCII = str.maketrans({"σ": "sigmoid", "×": "x", "⊙": "*", "∗": "conv", "·": "@", "→": "->"})
"""The signs of formulas, for a screen that does not have them."""


def render(document: Document, stream: TextIO, body_width: int | None = None) -> str:
    """Return the document for a screen: each table as such where the terminal is wide enough, else one line a value.

    On anything but a terminal the tables are as wide as they need to be, and lines of text are broken at ``body_width`` alone.
    """
    from rich.console import Console
    from rich.text import Text

    on_a_terminal = stream.isatty()
    escapes = None if stream is sys.stdout else False
    console = Console(file=stream, force_terminal=escapes, highlight=False, soft_wrap=not on_a_terminal)
    width = console.width
    with console.capture() as captured:
        console.print(Text(document.title, style="bold"))
        console.print(_body(document, console, width if on_a_terminal else body_width), end="", soft_wrap=True)
        for shown in document.tables_for_people():
            drawn = _drawn(shown)
            needed = Console(width=10**6).measure(drawn).maximum
            if on_a_terminal and needed > width:
                console.print(_stacked(shown), soft_wrap=True)
            else:
                console.width = needed
                console.print(drawn)
            console.width = width
        for note in document.notes:
            console.print(Text(note))
    text = "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
    page = text if (stream.encoding or "utf-8").lower().startswith("utf") else text.translate(_IN_ASCII)
    return "\n".join([page, *(render(section, stream) for section in document.sections)])


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


def _stacked(table: Table) -> Text:
    """Return a table as one line a value, for a terminal that it does not fit into."""
    from rich.text import Text

    text = Text()
    for line in table.lines:
        text.append("\n")
        for column, cell in zip(table.columns, cells(table, line), strict=True):
            if cell:
                text.append(f"{column.title}: ", style="dim").append(f"{cell}\n", style="bold" if line.sum else "")
    return text


def _folded(title: str, width: int) -> str:
    """Return a title in as many lines as keep it from being wider than what stands under it, words kept whole."""
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        lines[-1:] = [longer] if not lines[-1] or len(longer) <= width else [lines[-1], word]
    return "\n".join(lines)


def _drawn(table: Table) -> RichTable:
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=box.SIMPLE_HEAD, header_style="bold", padding=(0, 1, 0, 0), pad_edge=False)
    drawn_cells = [cells(table, line) for line in table.lines]
    for at, column in enumerate(table.columns):
        widest = max((cell_len(row[at]) for row in drawn_cells), default=0)
        title = _folded(column.title, widest)
        width = max(widest, *map(len, title.split("\n")))
        justify: Literal["left", "right"] = "right" if column.kind in NUMERIC else "left"
        drawn.add_column(title, justify=justify, width=width, no_wrap=True, vertical="bottom")
    above: tuple[Value, ...] = ()
    for line, row in zip(table.lines, drawn_cells, strict=True):
        if above and table.columns[0].grouped and line.values[0] != above[0]:
            drawn.add_section()
        for at, column in enumerate(table.columns):
            if column.grouped and line.sum != "total" and above[: at + 1] == line.values[: at + 1]:
                row[at] = ""
        above = line.values
        drawn.add_row(*(Text(cell) for cell in row), style="bold" if line.sum else "")
    return drawn
