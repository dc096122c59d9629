"""A Document as one HTML page that needs nothing else: no script, no network; light and dark, on a phone and on paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, TextIO

from lstm_calc.render import Format
from lstm_calc.render.maths import mathml, written
from lstm_calc.render.words import NUMERIC, VERDICTS, cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.render.document import Block, Column, Document, Graph, Line, Table, Value

_STYLE = """
:root {
  color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; print-color-adjust: exact; -webkit-text-size-adjust: 100%;
  --bar: #a3c4f3; --over: #f2a590; --line: #d5dae1; --box: #f4f6f9; --quiet: #5a6472; --alarm: #b3261e;
}
@media screen and (prefers-color-scheme: dark) {
  :root { --bar: #31598f; --over: #96452c; --line: #3b434e; --box: #20262e; --quiet: #a0aab6; --alarm: #ff8a7a; }
}
body { margin: 2rem auto; padding: 0 1rem; box-sizing: border-box; width: fit-content; max-width: min(100%, 76rem); }
body { overflow-wrap: anywhere; }
h1, h2, h3, p, ul { max-width: 50rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin-top: 1.5rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; border-block: 1px solid var(--line); padding: .5rem 0; }
.wide, figure { overflow-x: auto; margin: 1rem 0; background: no-repeat right / 2rem 100% local, no-repeat right / .8rem 100%; }
.wide, figure { background-image: linear-gradient(to left, Canvas 50%, #0000), linear-gradient(to left, var(--line), #0000); }
table { border-collapse: collapse; }
th, td { padding: .25rem .75rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
thead th { vertical-align: bottom; border-bottom: 1px solid; } tr.sum td { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.share { --full: 6rem; padding-left: calc(var(--full) + 1.25rem); }
td.share { background: linear-gradient(var(--bar) 0 0) no-repeat .75rem 50% / calc(var(--full) * var(--length)) .7em; }
.facts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; }
.facts div { border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .8rem; background: var(--box); }
.facts .over { border-color: var(--alarm); } .facts .over dd, td.over { color: var(--alarm); font-weight: 600; }
.facts dt { font-size: .85rem; color: var(--quiet); }
.facts dd { margin: 0; font-size: 1.1rem; font-weight: 600; font-variant-numeric: tabular-nums; }
figure svg { display: block; max-width: 100%; height: auto; }
figcaption { font-size: .85rem; color: var(--quiet); position: sticky; left: 0; }
.formula { margin: .25rem 0 .25rem 2rem; padding-bottom: .2rem; overflow: auto hidden; }
@media screen and (max-width: 60rem) {
  table { font-size: .8rem; } th, td { padding-inline: .4rem; }
}
@media screen and (max-width: 36rem) {
  td.share { --full: 2rem; } .gives-way, table:has(.share) .shape { display: none; } th.share, td.share { display: table-cell; }
  td { white-space: normal; overflow-wrap: break-word; } td.long { overflow-wrap: anywhere; min-width: 4.8rem; }
  td.number, td.shape, td:first-child { white-space: nowrap; } th, td { padding-inline: .25rem; }
}
@media print {
  :root { font-size: 9pt; } body { margin: 0; padding: 0; } nav { display: none; }
  .wide, figure { overflow: visible; background: none; } table { font-size: 7.5pt; }
  td { white-space: normal; } th { white-space: normal; overflow-wrap: normal; } th, td { padding: .15rem .4rem; }
  td.number, td:first-child { white-space: nowrap; } td.share { --full: 4rem; }
  h1, h2, h3, p:has(+ .wide) { break-after: avoid; } tr, .facts, figure { break-inside: avoid; }
}
"""
"""How the page looks: light and dark, wide and narrow, on a screen and on paper."""
_PLACES = {
    "text": "<p>%s</p>",
    "item": "<ul><li>%s</li></ul>",
    "formula": '<p class="formula">%s</p>',
}


def render(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the document as a whole page, sums in bold, shares as bars."""
    body = "\n".join(_parts(document, 1, "section")).replace("</ul>\n<ul>", "\n")
    title = f"<title>{escape(document.title)}</title>"
    view = '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">'
    drawings = _drawing_style() if any(part.graphs for part in document.parts()) else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{view}\n{title}\n<style>{_STYLE}{drawings}</style>\n</head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _drawing_style() -> str:
    from lstm_calc.render.drawing import STYLE

    return STYLE


def _parts(document: Document, level: int, place: str) -> Iterator[str]:
    """Yield what a document says under its title, then links to its sections, then these under their titles."""
    yield f"<h{level}>{escape(document.title)}</h{level}>"
    yield from (_block(block, f"<h{level + 1}>%s</h{level + 1}>") for block in document.body)
    yield from map(_drawing, document.graphs)
    yield from (_facts(table) if len(table.lines) == 1 else _table(table) for table in document.tables_for_people())
    yield from (f"<p>{escape(note)}</p>" for note in document.notes)
    sections = {f"{place}-{number}": section for number, section in enumerate(document.sections, 1)}
    if sections:
        links = [f'<a href="#{name}">{escape(section.title)}</a>' for name, section in sections.items()]
        yield "\n".join(["<nav>", *links, "</nav>"])
    for name, section in sections.items():
        yield "\n".join([f'<section id="{name}">', *_parts(section, level + 1, name), "</section>"])


def _block(block: Block, heading: str) -> str:
    return _PLACES.get(block.kind, heading) % written(block.pieces(), escape, mathml)


def _drawing(graph: Graph) -> str:
    """Return a graph as a picture with its title below it."""
    from lstm_calc.render.drawing import laid_out, shrinkable, svg
    from lstm_calc.render.layered import TooLargeError

    try:
        drawing = laid_out(graph)
    except TooLargeError as error:
        return f"<p>{escape(str(error))}; the format mermaid has it.</p>"
    picture = svg(graph, drawing, more=shrinkable(drawing))
    return f"<figure>\n{picture}\n<figcaption>{escape(graph.title)}</figcaption>\n</figure>"


def _facts(table: Table) -> str:
    """Return a table of one line as names and values."""
    (line,) = table.lines
    facts = zip(table.columns, line.values, cells(table, line), strict=True)
    return "\n".join(['<dl class="facts">', *(_fact(*fact, line) for fact in facts), "</dl>"])


def _fact(column: Column, value: Value, cell: str, line: Line) -> str:
    over = _class(*["over"][: _is_over(column, value, line)])
    return f"<div{over}><dt>{escape(column.title)}</dt><dd>{_cell(column, cell, line)}</dd></div>"


def _table(table: Table) -> str:
    heads = "".join(f'<th scope="col"{_class(*_looks(column))}>{escape(column.title)}</th>' for column in table.columns)
    longest = [_longest(table, at) if column.kind == "share" else None for at, column in enumerate(table.columns)]
    long = [_is_long(table, at) for at in range(len(table.columns))]
    lines = "\n".join(_row(table, line, longest, long) for line in table.lines)
    return f'<div class="wide">\n<table>\n<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{lines}\n</tbody>\n</table>\n</div>'


_LONG = 20
"""Letters from which on a text has room of its own on a phone, where it is broken into lines."""


def _is_long(table: Table, at: int) -> bool:
    """Say whether a column has long texts."""
    return table.columns[at].kind == "text" and any(len(str(line.values[at])) > _LONG for line in table.lines)


def _row(table: Table, line: Line, longest: list[float | None], long: list[bool]) -> str:
    bars = ["" if line.sum == "total" else _bar(*each) for each in zip(line.values, longest, strict=True)]
    words = zip(table.columns, line.values, bars, cells(table, line), long, strict=True)
    data = "".join(
        f"<td{_class(*_looks(column), *_more(column, value, line, long=is_long))}{bar}>{_cell(column, cell, line)}</td>"
        for column, value, bar, cell, is_long in words
    )
    return f'<tr class="sum">{data}</tr>' if line.sum else f"<tr>{data}</tr>"


def _cell(column: Column, cell: str, line: Line) -> str:
    """Return what stands in a cell; what is over its limit has a sign, as not everyone sees its colour."""
    text = mathml(cell) if column.kind == "formula" and cell else escape(cell)
    return f"{VERDICTS['over'][0]} {text}" if column.key in line.over else text


def _looks(column: Column) -> Iterator[str]:
    """Yield the classes of a column: numbers stand at the right, shares beside their bars."""
    if column.kind in NUMERIC:
        yield "number"
    if column.kind in {"share", "shape"}:
        yield column.kind
    if column.gives_way:
        yield "gives-way"


def _more(column: Column, value: Value, line: Line, *, long: bool) -> Iterator[str]:
    """Yield the further classes of a cell."""
    if long:
        yield "long"
    if _is_over(column, value, line):
        yield "over"


def _is_over(column: Column, value: Value, line: Line) -> bool:
    """Say whether a value is over its limit, or is the verdict that something is."""
    return column.key in line.over or (column.kind == "verdict" and VERDICTS.get(str(value), ("", ""))[1] == "red")


def _class(*names: str) -> str:
    """Return the attribute of some classes; nothing where there are none."""
    words = " ".join(names)
    return f' class="{words}"' if words else ""


def _longest(table: Table, at: int) -> float:
    """Return the share whose bar is the longest: that of the largest part where they are parts of a total, else the whole."""
    shares = [(line.sum, line.values[at]) for line in table.lines]
    parts = [share for kind, share in shares if kind != "total" and isinstance(share, float)]
    return max(parts) if parts and any(kind == "total" and share for kind, share in shares) else 1.0


def _bar(share: Value, longest: float | None) -> str:
    """Return the length of a share's bar, and its colour where it is more than the whole."""
    if longest is None or not isinstance(share, float):
        return ""
    return f' style="--length: {min(share / longest, 1):.4f}{"; --bar: var(--over)" * (share > 1)}"'


FORMAT = Format(render, endings=("html", "htm"))
