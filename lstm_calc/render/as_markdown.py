"""A Document as GitHub Markdown."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, TextIO

from lstm_calc.render import Format
from lstm_calc.render.as_mermaid import flowchart
from lstm_calc.render.maths import tex, written
from lstm_calc.render.words import NUMERIC, batches, cells, worded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.render.document import Block, Column, Document, Line, Table, Value

_TITLE = 3
"""The level of a document's title."""
_ESCAPES = str.maketrans({char: f"\\{char}" for char in "\\|*_`<>[]#$~"})


def render(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the document as GitHub Markdown, sums in bold, formulas between dollars."""
    return "\n\n".join(_parts(document, "#" * _TITLE)) + "\n"


def rows(columns: Sequence[Column], lines: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Yield lines as a table."""
    kinds = [column.kind for column in columns]
    yield "".join(_joined(row) for row in _head(columns))
    for batch in batches(lines):
        worded_lines = ([_escaped(worded(*cell)) for cell in zip(kinds, line, strict=True)] for line in batch)
        yield "".join(map(_joined, worded_lines))


def _parts(document: Document, level: str) -> Iterator[str]:
    """Yield what a document says under its title, then its sections under theirs."""
    yield f"{level} {_escaped(document.title)}"
    yield from _blocks(document.body, {"heading": f"{level}# ", "item": "- "})
    yield from map(_table, document.tables_for_people())
    yield from (f"```mermaid\n{flowchart(graph)}```" for graph in document.graphs)
    yield from map(_escaped, document.notes)
    for section in document.sections:
        yield from _parts(section, f"{level}#")


def _blocks(body: Iterable[Block], starts: dict[str, str]) -> list[str]:
    """Return the blocks, those of one list together."""
    groups = groupby(body, lambda block: block.kind)
    parted = (("\n" if kind == "item" else "\n\n", starts.get(kind, ""), group) for kind, group in groups)
    return [between.join(_block(block, start) for block in group) for between, start, group in parted]


def _block(block: Block, start: str) -> str:
    return start + written(block.pieces(), _escaped, lambda formula: f"${tex(formula)}$")


def _table(table: Table) -> str:
    lines = [
        [_cell(column, cell, line) for column, cell in zip(table.columns, cells(table, line), strict=True)] for line in table.lines
    ]
    return "".join(_joined(row) for row in (*_head(table.columns), *lines)).rstrip()


def _head(columns: Sequence[Column]) -> tuple[list[str], list[str]]:
    return [_escaped(column.title) for column in columns], ["---:" if column.kind in NUMERIC else "---" for column in columns]


def _joined(row: Sequence[str]) -> str:
    return f"| {' | '.join(row)} |\n"


def _cell(column: Column, cell: str, line: Line) -> str:
    if column.kind == "formula" and cell:
        return f"${tex(cell)}$"
    return f"**{_escaped(cell)}**" if line.sum and cell else _escaped(cell)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


FORMAT = Format(render, rows, endings=("md", "markdown"))
