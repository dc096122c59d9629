"""A Document as GitHub Markdown."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, TextIO

from lstm_calc.render.as_mermaid import flowchart
from lstm_calc.render.maths import tex, written
from lstm_calc.render.words import NUMERIC, cells

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lstm_calc.document import Block, Document, Line, Table

_STARTS = {"heading": "#### ", "item": "- "}


def render(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the document as GitHub Markdown, sums in bold, formulas between dollars."""
    parts = [f"### {_escaped(document.title)}"]
    parts += _blocks(document.body)
    parts += [_table(table) for table in document.tables_for_people()]
    parts += [f"```mermaid\n{flowchart(graph)}```" for graph in document.graphs]
    parts += [_escaped(note) for note in document.notes]
    return "\n\n".join(parts) + "\n"


def _blocks(body: Iterable[Block]) -> list[str]:
    """Return the blocks, those of one list together."""
    groups = groupby(body, lambda block: block.kind)
    return [("\n" if kind == "item" else "\n\n").join(map(_block, group)) for kind, group in groups]


def _block(block: Block) -> str:
    return _STARTS.get(block.kind, "") + written(block.pieces(), _escaped, lambda formula: f"${tex(formula)}$")


def _table(table: Table) -> str:
    heads = [_escaped(column.title) for column in table.columns]
    rules = ["---:" if column.kind in NUMERIC else "---" for column in table.columns]
    lines = [[_cell(cell, line) for cell in cells(table, line)] for line in table.lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, rules, *lines))


def _cell(cell: str, line: Line) -> str:
    return f"**{_escaped(cell)}**" if line.sum and cell else _escaped(cell)


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\|*_`<>[]#" else char for char in text)
