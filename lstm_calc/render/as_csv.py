"""A Document as CSV."""

from __future__ import annotations

import csv
from io import StringIO
from itertools import chain
from typing import TYPE_CHECKING, TextIO

from lstm_calc.render.words import NUMERIC, batches, cells, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.render.document import Column, Document, Line, Table, Value


def render(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the lines as CSV, sums left out; several tables are parted by an empty line."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    tables = [table for part in document.parts() for table in part.tables]
    for position, table in enumerate(tables):
        out.write("\n" * (position > 0))
        writer.writerow([column.key for column in table.columns])
        writer.writerows(_row(table, line) for line in table.lines if not line.sum)
    return out.getvalue()


def rows(columns: Sequence[Column], lines: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Yield lines of numbers and plain words as CSV, the keys of the columns first."""
    head: list[Sequence[Value]] = [[column.key for column in columns]]
    for batch in chain([head], batches(lines)):
        out = StringIO()
        csv.writer(out, lineterminator="\n").writerows(batch)
        yield out.getvalue()


def _row(table: Table, line: Line) -> list[str]:
    words = zip(cells(table, line, plain), table.columns, strict=True)
    return [word if column.kind in NUMERIC else _unformula(word) for word, column in words]


def _unformula(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell
