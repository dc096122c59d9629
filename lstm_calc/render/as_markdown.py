"""A Document as GitHub Markdown."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, TextIO

from lstm_calc.render.as_mermaid import flowchart
from lstm_calc.render.maths import tex, written
from lstm_calc.render.words import NUMERIC, batches, cells, worded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.document import Block, Column, Document, Line, Table, Value

_STARTS = {"heading": "#### ", "item": "- "}


def render(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the document as GitHub Markdown, sums in bold, formulas between dollars."""
    parts = [f"### {_escaped(document.title)}"]
    parts += _blocks(document.body)
    parts += [_table(table) for table in document.tables_for_people()]
    parts += [f"```mermaid\n{flowchart(graph)}```" for graph in document.graphs]
    parts += [_escaped(note) for note in document.notes]
    return "\n\n".join(parts) + "\n"


def rows(columns: Sequence[Column], lines: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Yield lines as a table."""
    kinds = [column.kind for column in columns]
    yield "".join(_joined(row) for row in _head(columns))
    for batch in batches(lines):
        worded_lines = ([_escaped(worded(*cell)) for cell in zip(kinds, line, strict=True)] for line in batch)
        yield "".join(map(_joined, worded_lines))


def _blocks(body: Iterable[Block]) -> list[str]:
    """Return the blocks, those of one list together."""
    groups = groupby(body, lambda block: block.kind)
    return [("\n" if kind == "item" else "\n\n").join(map(_block, group)) for kind, group in groups]


def _block(block: Block) -> str:
    return _STARTS.get(block.kind, "") + written(block.pieces(), _escaped, lambda formula: f"${tex(formula)}$")


def _table(table: Table) -> str:
    lines = [[_cell(cell, line) for cell in cells(table, line)] for line in table.lines]
    return "".join(_joined(row) for row in (*_head(table.columns), *lines)).rstrip("\n")


def _head(columns: Sequence[Column]) -> tuple[list[str], list[str]]:
    return [_escaped(column.title) for column in columns], ["---:" if column.kind in NUMERIC else "---" for column in columns]


def _joined(row: Sequence[str]) -> str:
    return f"| {' | '.join(row)} |\n"


def _cell(cell: str, line: Line) -> str:
    return f"**{_escaped(cell)}**" if line.sum and cell else _escaped(cell)


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\|*_`<>[]#" else char for char in text)
