"""A Document as CSV."""

from __future__ import annotations

import csv
from io import StringIO
from itertools import chain
from typing import TYPE_CHECKING, TextIO

from lstm_calc.render import Format
from lstm_calc.render.words import NUMERIC, batches, cells, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.render.document import Column, Document, Line, Table, Value

_TABLE = "record"
"""The column that says which of several tables a line is of."""


def render(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the lines as CSV of one rectangle, sums left out; where tables have other columns, the first says which one it is."""
    out = StringIO()
    tables = [table for part in document.for_machines().parts() for table in part.tables]
    keys = [[column.key for column in table.columns] for table in tables]
    whole = list(dict.fromkeys(chain.from_iterable(keys)))
    named = any(own != whole for own in keys)
    writer = csv.DictWriter(out, [_TABLE] * named + whole, restval="", lineterminator="\n")
    if whole:
        writer.writeheader()
    for number, (table, own) in enumerate(zip(tables, keys, strict=True), start=1):
        start = {_TABLE: table.name or str(number)} if named else {}
        writer.writerows(start | dict(zip(own, _row(table, line), strict=True)) for line in table.lines if not line.sum)
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


FORMAT = Format(render, rows, endings=("csv",), for_machines=True)
