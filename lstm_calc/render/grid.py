"""A table as lines of text for a screen; rich's own takes a hundred times as long, and the whole memory for a long one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lstm_calc.render.words import NUMERIC, cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.document import Line, Table, Value


class Grid(NamedTuple):
    """What a table is on a screen: how wide, and its lines, each with its style."""

    width: int
    lines: Iterator[tuple[str, str]]


class _Column(NamedTuple):
    title: list[str]
    width: int
    right: bool


def grid(table: Table) -> Grid:
    """Return the lines of a table: the titles over a rule, numbers to the right, a blank line between groups."""
    drawn = [[_on_one_line(cell) for cell in cells(table, line)] for line in table.lines]
    columns = [_column(table, at, drawn) for at in range(len(table.columns))]
    width = sum(column.width + 2 for column in columns)
    return Grid(width, _lines(table, columns, drawn, width - 2))


def _lines(table: Table, columns: Sequence[_Column], drawn: list[list[str]], rule: int) -> Iterator[tuple[str, str]]:
    yield "\n", ""
    for head in zip(*_heads(columns), strict=True):
        yield f"{_row(head, columns)}\n", "bold"
    yield f" {'─' * rule}\n", ""
    above: tuple[Value, ...] = ()
    for line, row in zip(table.lines, drawn, strict=True):
        if above and table.columns[0].grouped and line.values[0] != above[0]:
            yield "\n", ""
        yield f"{_row(_said_once(table, line, above, row), columns)}\n", "bold" if line.sum else ""
        above = line.values
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


def _row(texts: Iterator[str] | Sequence[str], columns: Sequence[_Column]) -> str:
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


def _on_one_line(text: str) -> str:
    """Return a text without what a screen would take for a command."""
    return text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)
