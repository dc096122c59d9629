"""A graph as an SVG picture: light and dark, as wide as there is room, with its words for those who do not see it; no script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from lstm_calc.render.boxes import LABEL_SIZE, LINE, SIZE, lines_of, text_width
from lstm_calc.render.layered import layered
from lstm_calc.render.maths import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lstm_calc.render.boxes import Box, Drawing, Point, Wire
    from lstm_calc.render.document import Graph

STYLE = """
.drawing { color-scheme: light dark; }
.drawing text { font: 13px system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; text-anchor: middle; fill: #1f2733; }
.drawing .name { font-weight: 600; } .drawing .label { font-size: 12px; fill: #5a6472; }
.drawing .letter { font-style: italic; } .drawing .below { font-size: 75%; }
.drawing .caption { font-size: 14px; font-weight: 600; text-anchor: start; } .drawing .paper { fill: #fff; }
.drawing .wire { fill: none; stroke: #7d8896; stroke-width: 1.5; } .drawing .tip { fill: #7d8896; }
.drawing .layer, .drawing .shared, .drawing .end, .drawing .operation { fill: #f4f6f9; stroke: #5a6472; }
.drawing .shared { stroke-dasharray: 5 3; } .drawing .operation { fill: #dbe7fb; stroke: #3f6cb0; }
@media screen and (prefers-color-scheme: dark) {
  .drawing text { fill: #e6eaf0; } .drawing .label { fill: #a0aab6; } .drawing .paper { fill: #12161c; }
  .drawing .wire { stroke: #8a95a3; } .drawing .tip { fill: #8a95a3; }
  .drawing .layer, .drawing .shared, .drawing .end, .drawing .operation { fill: #20262e; stroke: #a0aab6; }
  .drawing .operation { fill: #24406b; stroke: #7fa6e0; }
}
"""
"""How a drawing looks, alone or on a page; plain colours, as programs that place pictures know no variables."""
_LEAST_SCALE = 0.72
"""How much smaller than drawn a picture in a page gets before it scrolls: the letters stay as large as small print."""
_MOST_IN_WORDS = 50
"""Arrows that the description in words has."""
_CAPTION, _CAPTION_SIZE = 26.0, 14.0
_ROUND = 5
_TIP = 8.0, 3.5
"""The length and half the width of an arrow's tip."""
_BASELINE = 0.35
"""How far, in ems, the middle of a line is above its baseline."""


def laid_out(graph: Graph) -> Drawing:
    """Return a graph laid out: a step in time from the left to the right, any other from the top down."""
    if graph.through is None:
        return layered(graph)
    from lstm_calc.render.wiring import wired

    return wired(graph, graph.through)


def svg(graph: Graph, drawing: Drawing, *, more: str = "") -> str:
    """Return a graph that is laid out as an SVG element; ``more`` are further attributes of it."""
    return "\n".join([_head(drawing.width, drawing.height, more, ""), *_words(graph.title, (graph,)), *_shapes(drawing), "</svg>"])


def sheet(title: str, graphs: tuple[Graph, ...]) -> str:
    """Return graphs as one picture that needs nothing else, one below the other; where there are several, each under its title."""
    parts, width, height = [], 0.0, 0.0
    for graph in graphs:
        drawing = laid_out(graph)
        if len(graphs) > 1:
            height += _CAPTION
            parts.append(f'<text class="caption" x="12" y="{_number(height)}">{escape(graph.title)}</text>')
            width = max(width, text_width(graph.title, _CAPTION_SIZE, bold=True) + 24)
        parts += [f'<g transform="translate(0 {_number(height)})">', *_shapes(drawing), "</g>"]
        width, height = max(width, drawing.width), height + drawing.height
    head = _head(width, height, ' style="max-width: 100%; height: auto"', ' xmlns="http://www.w3.org/2000/svg"')
    paper = '<rect class="paper" width="100%" height="100%"/>'
    return "\n".join([head, *_words(title, graphs), f"<style>{STYLE}</style>", paper, *parts, "</svg>"]) + "\n"


def _head(width: float, height: float, more: str, space: str) -> str:
    size = f'viewBox="0 0 {_number(width)} {_number(height)}" width="{_number(width)}" height="{_number(height)}"'
    return f'<svg{space} {size} class="drawing" role="img"{more}>'


def _words(title: str, graphs: tuple[Graph, ...]) -> Iterator[str]:
    """Yield what a picture is called, and what it shows, for those who do not see it."""
    yield f"<title>{escape(title)}</title>"
    yield f"<desc>{escape('. '.join(map(_in_words, graphs)))}</desc>"


def _in_words(graph: Graph) -> str:
    """Return the arrows of a graph in words; the first ones, where there are many."""
    names = {node.key: ", ".join(node.texts()) for node in graph.nodes}
    arrows = [
        f"{names[edge.start]} to {names[edge.stop]}: {edge.label}".removesuffix(": ") for edge in graph.edges[:_MOST_IN_WORDS]
    ]
    left = len(graph.edges) - len(arrows)
    return f"{graph.title}: {'; '.join(arrows)}{f'; and {left:,} more' if left else ''}"


def shrinkable(drawing: Drawing) -> str:
    """Return the attribute of a picture in a page that shrinks with it, down to small print."""
    return f' style="min-width: {round(drawing.width * _LEAST_SCALE)}px"'


def _shapes(drawing: Drawing) -> Iterator[str]:
    """Yield the elements of a picture: lines first, then the boxes and all texts."""
    if drawing.wires:
        yield f'<path class="wire" d="{"".join(map(_path, drawing.wires))}"/>'
    tips = "".join(_tip(*wire.points[-2:]) for wire in drawing.wires if wire.arrow)
    if tips:
        yield f'<path class="tip" d="{tips}"/>'
    yield from (f'<circle class="tip" cx="{_number(x)}" cy="{_number(y)}" r="3"/>' for x, y in drawing.dots)
    for label in drawing.labels:
        y = label.y + _BASELINE * LABEL_SIZE
        yield f'<text class="label" x="{_number(label.x)}" y="{_number(y)}">{escape(label.text)}</text>'
    for box in drawing.boxes:
        yield from _box(box)


def _number(number: float) -> str:
    return f"{round(number, 1):.10g}"


def _point(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _path(wire: Wire) -> str:
    points = wire.points
    if wire.curved:
        start, leave, arrive, end = points
        if leave[0] == arrive[0]:
            return f"M{_point(start)}V{_number(end[1])}"
        middle = (leave[1] + arrive[1]) / 2
        curve = " ".join(map(_point, ((leave[0], middle), (arrive[0], middle), arrive)))
        return f"M{_point(start)}L{_point(leave)}C{curve}L{_point(end)}"
    return f"M{'L'.join(map(_point, points))}"


def _tip(before: Point, end: Point) -> str:
    """Return the tip of an arrow that comes from a point, along an axis; without a way to come it points down."""
    dx, dy = end[0] - before[0], end[1] - before[1]
    length = abs(dx) + abs(dy)
    dx, dy = (dx / length, dy / length) if length else (0.0, 1.0)
    long, half = _TIP
    base = end[0] - long * dx, end[1] - long * dy
    sides = ((base[0] + side * half * dy, base[1] - side * half * dx) for side in (1, -1))
    return f"M{_point(end)}L{'L'.join(map(_point, sides))}Z"


def _box(box: Box) -> Iterator[str]:
    node = box.node
    kind = "end" if node.end else node.form
    radius = box.height / 2 if node.end or node.form == "operation" else _ROUND
    place = f'x="{_number(box.x)}" y="{_number(box.y)}" width="{_number(box.width)}" height="{_number(box.height)}"'
    yield f'<rect class="{kind}" {place} rx="{_number(min(radius, box.height / 2))}"/>'
    lines = list(lines_of(node))
    x, y = box.x + box.width / 2, box.y + box.height / 2 - LINE * (len(lines) - 1) / 2 + _BASELINE * SIZE
    for at, (text, how) in enumerate(lines):
        inside = _formula(tokens(text)) if how == "formula" else escape(text)
        yield f'<text class="{how}" x="{_number(x)}" y="{_number(y + at * LINE)}">{inside}</text>'


def _formula(parts: Iterable[tuple[str, str]]) -> str:
    """Return a formula as parts of a text: what stands below is smaller and lower, and what follows is raised again."""
    found, lowered = [], False
    for text, how in parts:
        down = how == "below"
        move = f' dy="{"3" if down else "-3"}"' if down != lowered else ""
        name = f' class="{how}"' if how != "plain" else ""
        found.append(f"<tspan{name}{move}>{escape(text)}</tspan>" if name or move else escape(text))
        lowered = down
    return "".join(found)
