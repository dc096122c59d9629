"""A table laid out for a screen: titles, widths and cells; and its drawing, by rich or, for a very long table, as plain lines."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Literal

from lstm_calc.frozen import Record
from lstm_calc.render.words import NUMERIC, VERDICTS, cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    from lstm_calc.render.document import Kind, Line, Table, Value


class GridColumn(Record):
    """A column: the lines of its title, how wide it is, and whether it is aligned to the right."""

    title: list[str]
    width: int
    right: bool


class GridRow(Record):
    """One line of cells; ``starts``: a blank line comes before it; ``above``: pieces of text in between, with their styles."""

    cells: list[str]
    starts: bool
    style: str
    above: tuple[tuple[str, str], ...] = ()


class Grid(Record):
    """What a table is on a screen; ``rows`` are made while they are drawn. ``indent``: how far in its rows stand."""

    columns: list[GridColumn]
    rows: Iterator[GridRow]
    indent: int = 0

    @property
    def width(self) -> int:
        """How many columns of the screen it takes."""
        return self.indent + sum(column.width + 2 for column in self.columns)


def grid(table: Table) -> Grid:
    """Return a table with its cells worded, those that repeat the line above left empty, and its columns as wide as they need."""
    worded = [cells(table, line) for line in table.lines]
    widest = (max((wide(row[at]) for row in worded), default=0) for at in range(len(table.columns)))
    columns = zip(table.columns, widest, strict=True)
    return Grid([grid_column(column.title, width, column.kind) for column, width in columns], grid_rows(table, worded))


def grid_rows(table: Table, worded: list[list[str]]) -> Iterator[GridRow]:
    """Yield the rows; a group of several rows, those of one value in a grouped first column, is set apart by blank lines."""
    above: tuple[Value, ...] = ()
    several, starting = False, set[int]()
    for start, length in _groups(table) if table.columns[0].grouped else ():
        starting |= {start} if start and (several or length > 1) else set()
        several = length > 1
    for at, (line, row) in enumerate(zip(table.lines, worded, strict=True)):
        yield GridRow(list(_said_once(table, line, above, row)), at in starting, "bold" if line.sum else "")
        above = line.values


def _groups(table: Table) -> Iterator[tuple[int, int]]:
    """Yield where each run of one value in the first column begins, and how many rows it has."""
    start = 0
    for _, run in groupby(table.lines, key=lambda line: line.values[0]):
        length = sum(1 for _ in run)
        yield start, length
        start += length


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


def _blocks(rows: Iterable[GridRow]) -> Iterator[list[GridRow]]:
    """Yield the rows that follow each other in one group and style; as one row of several lines, rich draws them a third faster."""
    block: list[GridRow] = []
    for row in rows:
        if block and (row.starts or row.style != block[0].style):
            yield block
            block = []
        block.append(row)
    if block:
        yield block


def lines(drawn: Grid) -> Iterator[tuple[str, str]]:
    """Yield the lines of the same table, each with its style."""
    margin = " " * drawn.indent
    yield "\n", ""
    for head in zip(*_heads(drawn.columns), strict=True):
        yield f"{margin}{_row(head, drawn.columns)}\n", "bold"
    yield f" {'─' * (drawn.width - 2)}\n", ""
    for row in drawn.rows:
        if row.starts:
            yield "\n", ""
        yield from row.above
        yield f"{margin}{_row(row.cells, drawn.columns)}\n", row.style
    yield "\n", ""


def _said_once(table: Table, line: Line, above: tuple[Value, ...], row: list[str]) -> Iterator[str]:
    """Yield the cells of a line, those of grouped columns empty where the line above begins with the same values."""
    same = line.sum != "total" and bool(above)
    for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
        same = same and line.values[at] == above[at]
        yield "" if same and column.grouped else cell


def grid_column(title: str, width: int, kind: Kind) -> GridColumn:
    """Return a column whose cells are so wide, its title folded."""
    lines = folded(title, width)
    return GridColumn(lines, max(width, *map(wide, lines)), kind in NUMERIC)


def folded(text: str, width: int) -> list[str]:
    """Return a text in as many lines as keep it from being wider than a width, words kept whole."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        lines[-1:] = [longer] if not lines[-1] or wide(longer) <= width else [lines[-1], word]
    return lines


def _heads(columns: Sequence[GridColumn]) -> Iterator[list[str]]:
    """Yield the lines of each title, as many for each, the words at the bottom."""
    deepest = max(len(column.title) for column in columns)
    for column in columns:
        yield [""] * (deepest - len(column.title)) + column.title


def _row(texts: Iterable[str], columns: Sequence[GridColumn]) -> str:
    padded = (
        f"{' ' * (column.width - wide(text))}{text}" if column.right else f"{text}{' ' * (column.width - wide(text))}"
        for column, text in zip(columns, texts, strict=True)
    )
    return f" {'  '.join(padded)}"


def wide(text: str) -> int:
    """Return how many columns of a screen a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
