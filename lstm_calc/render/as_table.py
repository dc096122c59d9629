"""A Document for a screen, drawn by rich."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from lstm_calc.render.maths import spelled, written
from lstm_calc.render.words import NUMERIC, cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console
    from rich.text import Text

    from lstm_calc.document import Document, Line, Table, Value


_IN_ASCII = str.maketrans({"σ": "sigmoid", "×": "x", "⊙": "*", "∗": "conv", "·": "@", "→": "->", "─": "-"})
"""The signs of formulas and rules, for a screen that does not have them."""


def render(document: Document, stream: TextIO) -> str:
    """Return the document for a screen: each table as such where the terminal is wide enough, else one line a value.

    On anything but a terminal the tables are as wide as they need to be, and no line of text is broken.
    """
    from rich.console import Console
    from rich.text import Text

    on_a_terminal = stream.isatty()
    escapes = None if stream is sys.stdout else False
    console = Console(file=stream, force_terminal=escapes, highlight=False, soft_wrap=not on_a_terminal)
    width = console.width
    with console.capture() as captured:
        console.print(Text(document.title, style="bold"))
        console.print(_body(document, console, width if on_a_terminal else None), end="", soft_wrap=True)
        for shown in document.tables_for_people():
            drawn, needed = _drawn(shown)
            console.print(_stacked(shown) if on_a_terminal and needed > width else drawn, soft_wrap=True)
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


def _drawn(table: Table) -> tuple[Text, int]:
    """Return a table as text, and how wide it is: titles, a rule, and the lines, with an empty one before each group."""
    from rich.cells import cell_len
    from rich.text import Text

    rows = [cells(table, line) for line in table.lines]
    widest = [max((cell_len(row[at]) for row in rows), default=0) for at in range(len(table.columns))]
    titles = [_folded(column.title, width).split("\n") for column, width in zip(table.columns, widest, strict=True)]
    widths = [max(width, *map(cell_len, title)) for width, title in zip(widest, titles, strict=True)]
    height = max(map(len, titles), default=0)
    to_the_right = [column.kind in NUMERIC for column in table.columns]

    def line_of(row: Iterable[str]) -> str:
        return " " + "  ".join(map(_padded, row, widths, to_the_right)).rstrip() + "\n"

    text = Text("\n")
    for head in zip(*([""] * (height - len(title)) + title for title in titles), strict=True):
        text.append(line_of(head), style="bold")
    text.append(f" {'─' * (inner := sum(widths) + 2 * (len(widths) - 1))}\n")
    for line, row, starts in _grouped(table, rows):
        text.append("\n" * starts)
        text.append(line_of(row), style="bold" if line.sum else "")
    return text, inner + 1


def _padded(cell: str, width: int, to_the_right: bool) -> str:
    """Return a cell as wide as its column."""
    from rich.cells import cell_len

    spaces = " " * (width - cell_len(cell))
    return spaces + cell if to_the_right else cell + spaces


def _grouped(table: Table, rows: list[list[str]]) -> Iterator[tuple[Line, list[str], bool]]:
    """Yield each line with its cells, those left empty that repeat the line above, and whether a group starts with it."""
    above: tuple[Value, ...] = ()
    for line, row in zip(table.lines, rows, strict=True):
        starts = bool(above) and table.columns[0].grouped and line.values[0] != above[0]
        repeated = [
            column.grouped and line.sum != "total" and above[: at + 1] == line.values[: at + 1]
            for at, column in enumerate(table.columns)
        ]
        yield line, ["" if again else cell for cell, again in zip(row, repeated, strict=True)], starts
        above = line.values
