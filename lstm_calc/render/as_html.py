"""A Document as one HTML page that needs nothing else: no script, no network; light and dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, TextIO

from lstm_calc.render.maths import mathml, written
from lstm_calc.render.words import NUMERIC, cells

if TYPE_CHECKING:
    from lstm_calc.document import Block, Document, Line, Table

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; padding: 0 1rem; max-width: fit-content; }
h1, h2, p, ul { max-width: 50rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .25rem .75rem; text-align: left; white-space: nowrap; }
thead th { border-bottom: 1px solid; } tr.sum { border-top: 1px solid; font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.formula { margin: .25rem 0 .25rem 2rem; padding-bottom: .2rem; overflow: auto hidden; }
"""
_PLACES = {
    "heading": "<h2>%s</h2>",
    "text": "<p>%s</p>",
    "item": "<ul><li>%s</li></ul>",
    "formula": '<p class="formula">%s</p>',
}


def render(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the document as a whole page, sums in bold."""
    parts = [f"<h1>{escape(document.title)}</h1>"]
    parts += [_block(block) for block in document.body]
    parts += [_table(table) for table in document.tables_for_people()]
    parts += [f"<p>{escape(note)}</p>" for note in document.notes]
    body = "\n".join(parts).replace("</ul>\n<ul>", "\n")
    title = f"<title>{escape(document.title)}</title>"
    view = '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">'
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{view}\n{title}\n<style>{_STYLE}</style>\n</head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _block(block: Block) -> str:
    return _PLACES[block.kind] % written(block.pieces(), escape, mathml)


def _table(table: Table) -> str:
    sides = [' class="number"' * (column.kind in NUMERIC) for column in table.columns]
    titles = zip(sides, table.columns, strict=True)
    heads = "".join(f'<th scope="col"{side}>{escape(column.title)}</th>' for side, column in titles)
    lines = "\n".join(_row(table, line, sides) for line in table.lines)
    return f'<div class="wide">\n<table>\n<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{lines}\n</tbody>\n</table>\n</div>'


def _row(table: Table, line: Line, sides: list[str]) -> str:
    words = zip(sides, cells(table, line), strict=True)
    data = "".join(f"<td{side}>{escape(cell)}</td>" for side, cell in words)
    return f'<tr class="sum">{data}</tr>' if line.sum else f"<tr>{data}</tr>"
