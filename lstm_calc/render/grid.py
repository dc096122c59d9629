"""A table laid out for a screen: titles, widths and cells; and its drawing, by rich or, for a very long table, as plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lstm_calc.frozen import Record
from lstm_calc.render.words import NUMERIC, VERDICTS, cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    from lstm_calc.render.document import Line, Table, Value


class _Column(Record):
    title: list[str]
    width: int
    right: bool


class _Row(Record):
    cells: list[str]
    starts: bool
    style: str


class Grid(Record):
    """What a table is on a screen; ``rows`` are made while they are drawn."""

    columns: list[_Column]
    rows: Iterator[_Row]

    @property
    def width(self) -> int:
        """How many columns of the screen it takes."""
        return sum(column.width + 2 for column in self.columns)


def grid(table: Table) -> Grid:
    """Return a table with its cells worded, those that repeat the line above left empty, and its columns as wide as they need."""
    worded = [cells(table, line) for line in table.lines]
    return Grid([_column(table, at, worded) for at in range(len(table.columns))], _rows(table, worded))


def _rows(table: Table, worded: list[list[str]]) -> Iterator[_Row]:
    """Yield the rows; one starts a group where the value of a grouped first column is new."""
    above: tuple[Value, ...] = ()
    for line, row in zip(table.lines, worded, strict=True):
        starts = bool(above) and table.columns[0].grouped and line.values[0] != above[0]
        yield _Row(list(_said_once(table, line, above, row)), starts, "bold" if line.sum else "")
        above = line.values


def rich_table(drawn: Grid) -> RichTable:
    """Return the table as rich draws it: the titles over a rule, numbers to the right, a blank line between groups."""
    from rich import box
    from rich.table import Table as RichTable

    made = RichTable(box=box.SIMPLE_HEAD, header_style="bold", padding=(0, 1, 0, 0), pad_edge=False)
    for column in drawn.columns:
        justify: Literal["left", "right"] = "right" if column.right else "left"
        made.add_column("\n".join(column.title), justify=justify, width=column.width)
    for block in _blocks(drawn.rows):
        if block[0].starts:
            made.add_section()
        made.add_row(*map(_coloured, zip(*(row.cells for row in block), strict=True)), style=block[0].style)
    return made


def _coloured(cells_below: tuple[str, ...]) -> RichText:
    """Return cells that stand below each other as rich takes them, verdicts in their colours."""
    from rich.text import Text

    text = Text("\n".join(cells_below))
    for sign, colour in dict(VERDICTS.values()).items():
        if sign in text.plain:
            text.highlight_regex(rf"(?m)^{sign} .*$", colour)
    return text


def _blocks(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    """Yield the rows that follow each other in one group and style; as one row of several lines, rich draws them a third faster."""
    block: list[_Row] = []
    for row in rows:
        if block and (row.starts or row.style != block[0].style):
            yield block
            block = []
        block.append(row)
    if block:
        yield block


def lines(drawn: Grid) -> Iterator[tuple[str, str]]:
    """Yield the lines of the same table, each with its style."""
    yield "\n", ""
    for head in zip(*_heads(drawn.columns), strict=True):
        yield f"{_row(head, drawn.columns)}\n", "bold"
    yield f" {'─' * (drawn.width - 2)}\n", ""
    for row in drawn.rows:
        if row.starts:
            yield "\n", ""
        yield f"{_row(row.cells, drawn.columns)}\n", row.style
    yield "\n", ""


def _said_once(table: Table, line: Line, above: tuple[Value, ...], row: list[str]) -> Iterator[str]:
    """Yield the cells of a line, those of grouped columns empty where the line above begins with the same values."""
    same = line.sum != "total" and bool(above)
    for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
        same = same and line.values[at] == above[at]
        yield "" if same and column.grouped else cell


def _column(table: Table, at: int, drawn: list[list[str]]) -> _Column:
    widest = max((_wide(row[at]) for row in drawn), default=0)
    title = _folded(table.columns[at].title, widest)
    return _Column(title, max(widest, *map(_wide, title)), table.columns[at].kind in NUMERIC)


def _folded(title: str, width: int) -> list[str]:
    """Return a title in as many lines as keep it from being wider than what stands under it, words kept whole."""
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        lines[-1:] = [longer] if not lines[-1] or len(longer) <= width else [lines[-1], word]
    return lines


def _heads(columns: Sequence[_Column]) -> Iterator[list[str]]:
    """Yield the lines of each title, as many for each, the words at the bottom."""
    deepest = max(len(column.title) for column in columns)
    for column in columns:
        yield [""] * (deepest - len(column.title)) + column.title


def _row(texts: Iterable[str], columns: Sequence[_Column]) -> str:
    padded = (
        f"{' ' * (column.width - _wide(text))}{text}" if column.right else f"{text}{' ' * (column.width - _wide(text))}"
        for column, text in zip(columns, texts, strict=True)
    )
    return f" {'  '.join(padded)}"


def _wide(text: str) -> int:
    """Return how many columns of a screen a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
