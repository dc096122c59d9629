"""A Document as newline-delimited JSON."""

from __future__ import annotations

from json import JSONEncoder
from typing import TYPE_CHECKING, TextIO

from lstm_calc.render import Format
from lstm_calc.render.words import batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.render.document import Column, Document, Value


def render(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return each line as a JSON object on a line of its own, sums left out."""
    found = (table for part in document.for_machines().parts() for table in part.tables)
    tables = ((table.columns, (line.values for line in table.lines if not line.sum)) for table in found)
    return "".join(text for columns, lines in tables for text in rows(columns, lines))


def rows(columns: Sequence[Column], lines: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Yield lines as JSON objects by the keys of the columns."""
    encode, keys = JSONEncoder().encode, [column.key for column in columns]
    for batch in batches(lines):
        yield "".join([f"{encode(dict(zip(keys, line, strict=True)))}\n" for line in batch])


FORMAT = Format(render, rows, endings=("ndjson", "jsonl"), for_machines=True, typed=True)
