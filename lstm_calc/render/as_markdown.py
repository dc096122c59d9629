"""A Document as GitHub Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from lstm_calc.render.words import NUMERIC, cells

if TYPE_CHECKING:
    from lstm_calc.document import Document, Line, Table


def render(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the document as GitHub Markdown, sums in bold."""
    parts = [f"### {_escaped(document.title)}"]
    parts += [_table(table.for_people()) for table in document.tables]
    parts += [_escaped(note) for note in document.notes]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    heads = [_escaped(column.title) for column in table.columns]
    rules = ["---:" if column.kind in NUMERIC else "---" for column in table.columns]
    lines = [[_cell(cell, line) for cell in cells(table, line)] for line in table.lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, rules, *lines))


def _cell(cell: str, line: Line) -> str:
    return f"**{_escaped(cell)}**" if line.sum and cell else _escaped(cell)


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\|*_`<>[]#" else char for char in text)
