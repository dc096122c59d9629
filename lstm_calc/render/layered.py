"""Layers from the top down: a box is below all that it reads, and lines run between the rows.

Boxes stand in the even rows and labels in the odd ones. A line that passes a row of boxes has a place of its own there, as a box
has, so that no line crosses a box and no text another.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from itertools import pairwise
from typing import TYPE_CHECKING

from lstm_calc.render.boxes import LABEL_SIZE, LINE, Box, Drawing, Label, Wire, size_of, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.render.document import Edge, Graph, Node

_MARGIN, _GAP = 12.0, 26.0
_ABOVE_LABEL, _ABOVE_BOX, _TIP = 7.0, 20.0, 9.0
"""The least room between rows, of a line that leaves and of one that arrives, and how far it is straight for its tip."""
_SLANT, _MOST_ROOM = 0.2, 56.0
"""How much more room there is for a line that goes far to the side."""
_ORDERS, _MOVES, _STRAIGHTENED = 8, 10, 6
"""How often the rows are gone through, to order what stands in them and to move it."""
_STRAIGHT = 8.0
"""How much more a long line is worth kept straight than a box kept in the middle."""
_PUSH = 100.0
_PORT = 22.0


class _Vertex:
    """A box, a label or a line that passes, in a row: ``above`` and ``below`` are its neighbours in the next rows."""

    __slots__ = ("above", "at", "below", "height", "label", "node", "width", "x")

    def __init__(self, width: float, height: float, node: Node | None = None, label: str = "") -> None:
        self.width, self.height, self.node, self.label = width, height, node, label
        self.x, self.at = 0.0, 0
        self.above: list[_Vertex] = []
        self.below: list[_Vertex] = []


MOST_PLACES = 50_000
"""How many places boxes and lines may take in all rows: more would take longer than anyone waits, and fill no screen."""


class TooLargeError(ValueError):
    """A graph whose lines are too many and too long to be drawn."""


def layered(graph: Graph) -> Drawing:
    """Return a graph laid out; raise TooLargeError where it is too large, ValueError where its arrows run in a circle."""
    rows = _rows(graph)
    if any(len(row) > 1 for row in rows):
        _order(rows)
        _place(rows)
    left = min((vertex.x - vertex.width / 2 for row in rows for vertex in row), default=0.0) - _MARGIN
    right = max((vertex.x + vertex.width / 2 for row in rows for vertex in row), default=0.0) + _MARGIN
    for row in rows:
        for vertex in row:
            vertex.x -= left
    tops = _tops(rows)
    boxes = [
        _box(vertex.node, vertex, top, _height(row)) for row, top in zip(rows, tops, strict=True) for vertex in row if vertex.node
    ]
    labels = [
        Label(vertex.label, vertex.x, top + vertex.height / 2, vertex.width, vertex.height)
        for row, top in zip(rows, tops, strict=True)
        for vertex in row
        if vertex.label
    ]
    height = tops[-1] + _height(rows[-1]) + _MARGIN if rows else 2 * _MARGIN
    return Drawing(right - left, height, tuple(boxes), tuple(_wires(rows, tops)), tuple(labels))


def _ranks(graph: Graph) -> dict[str, int]:
    """Return, for each node, how many boxes the longest path to it passes; one that reads nothing is right above what reads it."""
    reads: dict[str, list[str]] = {node.key: [] for node in graph.nodes}
    gives: dict[str, list[str]] = {node.key: [] for node in graph.nodes}
    for edge in graph.edges:
        reads[edge.stop].append(edge.start)
        gives[edge.start].append(edge.stop)
    open_ = {key: len(starts) for key, starts in reads.items()}
    ready = [key for key, count in open_.items() if not count]
    ranks = dict.fromkeys(ready, 0)
    for key in ready:
        for stop in gives[key]:
            ranks[stop] = max(ranks.get(stop, 0), ranks[key] + 1)
            open_[stop] -= 1
            if not open_[stop]:
                ready.append(stop)
    if len(ready) < len(graph.nodes):
        raise ValueError(f"the arrows of {graph.title} run in a circle")
    late = {key: min(ranks[stop] for stop in gives[key]) - 1 for key in ready if not reads[key] and gives[key]}
    return ranks | late


def _rows(graph: Graph) -> list[list[_Vertex]]:
    """Return the rows of a graph: its boxes, and in and between these one line for all arrows of one label from a box."""
    ranks = _ranks(graph)
    rows: list[list[_Vertex]] = [[] for _ in range(2 * max(ranks.values(), default=-1) + 1)]
    boxes = {node.key: _Vertex(*size_of(node), node) for node in graph.nodes}
    for key, vertex in boxes.items():
        rows[2 * ranks[key]].append(vertex)
    together: dict[tuple[str, str], list[Edge]] = {}
    for edge in graph.edges:
        together.setdefault((edge.start, edge.label), []).append(edge)
    places = {group: max(2 * ranks[edge.stop] for edge in edges) - 2 * ranks[group[0]] for group, edges in together.items()}
    if sum(places.values()) + len(boxes) > MOST_PLACES:
        raise TooLargeError(f"a graph of {len(boxes):,} layers and {len(graph.edges):,} arrows is too large for a picture")
    for (start, label), edges in together.items():
        first, last = 2 * ranks[start] + 1, max(2 * ranks[edge.stop] for edge in edges)
        line = [_Vertex(text_width(label, LABEL_SIZE) + 4, LINE if label else 0.0, label=label)]
        line += [_Vertex(4.0, 0.0) for _ in range(first + 1, last)]
        for above, below in pairwise([boxes[start], *line]):
            _join(above, below)
        for rank, vertex in enumerate(line, first):
            rows[rank].append(vertex)
        for stop in dict.fromkeys(edge.stop for edge in edges):
            _join(line[2 * ranks[stop] - 1 - first], boxes[stop])
    return rows


def _join(above: _Vertex, below: _Vertex) -> None:
    above.below.append(below)
    below.above.append(above)


def _order(rows: list[list[_Vertex]]) -> None:
    """Order each row by the middle of its neighbours, downwards and upwards in turn; the order with the fewest crossings stays."""
    _number(rows)
    best, fewest = [list(row) for row in rows], _crossings(rows)
    for turn in range(_ORDERS):
        if not fewest:
            break
        for row in rows if turn % 2 == 0 else reversed(rows):
            middles = {id(vertex): _middle(vertex, vertex.above if turn % 2 == 0 else vertex.below) for vertex in row}
            row.sort(key=lambda vertex: middles[id(vertex)])
            _number([row])
        crossings = _crossings(rows)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    rows[:] = best
    _number(rows)


def _number(rows: Iterable[list[_Vertex]]) -> None:
    for row in rows:
        for at, vertex in enumerate(row):
            vertex.at = at


def _middle(vertex: _Vertex, neighbours: list[_Vertex]) -> float:
    return sum(each.at for each in neighbours) / len(neighbours) if neighbours else vertex.at


def _crossings(rows: list[list[_Vertex]]) -> int:
    """Return how many pairs of lines cross."""
    found = 0
    for row in rows:
        seen: list[int] = []
        for vertex in row:
            stops = [each.at for each in vertex.below]
            found += sum(len(seen) - bisect_right(seen, stop) for stop in stops)
            for stop in stops:
                insort(seen, stop)
    return found


def _place(rows: list[list[_Vertex]]) -> None:
    """Move what stands in each row to the middle of its neighbours, as far as the others in the row let it."""
    for row in rows:
        _set(row, [0.0] * len(row), [1.0] * len(row))
    for turn in range(_MOVES):
        down, both = turn % 2 == 0, turn >= _MOVES - 2
        for row in rows if down else reversed(rows):
            near = [_pulls(vertex, above=down or both, below=both or not down) for vertex in row]
            wanted = [
                sum(x * pull for x, pull in pulls) / sum(pull for _, pull in pulls) if pulls else vertex.x
                for vertex, pulls in zip(row, near, strict=True)
            ]
            _set(row, wanted, [max((pull for _, pull in pulls), default=0.1) for pulls in near])
    for _ in range(_STRAIGHTENED):
        _straighten(rows)


def _pulls(vertex: _Vertex, *, above: bool, below: bool) -> list[tuple[float, float]]:
    """Return where the neighbours of a vertex are, and how hard each pulls it there."""
    near = [(each, _is_straight(each, vertex)) for each in vertex.above if above]
    near += [(each, _is_straight(vertex, each)) for each in vertex.below if below]
    return [(each.x, _STRAIGHT if straight else 1.0) for each, straight in near]


def _is_straight(above: _Vertex, below: _Vertex) -> bool:
    """Say whether a line between two neighbours should be straight: a part of a long line, or the only one between them."""
    if below.node is None:
        return above.node is None or len(above.below) == 1
    return len(below.above) == len(above.below) == 1


def _straighten(rows: list[list[_Vertex]]) -> None:
    """Put what hangs together by straight lines below each other, beside what stands there, or pushing it a little."""
    parts: dict[int, list[_Vertex]] = {}
    for row in rows:
        for vertex in row:
            above = next((each for each in vertex.above if _is_straight(each, vertex)), None)
            part = [] if above is None else parts[id(above)]
            part.append(vertex)
            parts[id(vertex)] = part
    at = {id(vertex): row for row in rows for vertex in row}
    for part in {id(part): part for part in parts.values()}.values():
        least = max((_beside(at[id(vertex)], vertex, -1) for vertex in part), default=0.0)
        most = min((_beside(at[id(vertex)], vertex, 1) for vertex in part), default=0.0)
        x = sum(vertex.x for vertex in part) / len(part)
        if least <= most:
            for vertex in part:
                vertex.x = min(max(x, least), most)
        else:
            for vertex in part:
                _push(at[id(vertex)], vertex, x)


def _push(row: list[_Vertex], pushed: _Vertex, x: float) -> None:
    """Move a vertex to a place, and what is in its way there no further than it has to."""
    _set(row, [x if vertex is pushed else vertex.x for vertex in row], [_PUSH if vertex is pushed else 1.0 for vertex in row])


def _beside(row: list[_Vertex], vertex: _Vertex, side: int) -> float:
    """Return how far a vertex may be moved to the left (-1) or to the right (1)."""
    at = vertex.at + side
    if not 0 <= at < len(row):
        return side * float("inf")
    return row[at].x - side * ((row[at].width + vertex.width) / 2 + _GAP)


def _set(row: Sequence[_Vertex], wanted: Sequence[float], weights: Sequence[float]) -> None:
    """Put a row as near as can be to where it is wanted, in its order and without overlaps: the least squares.

    Less what lies between a vertex and the first of the row, the places must not decrease; neighbours that would are pooled.
    """
    pools: list[list[float]] = []
    away = 0.0
    offsets = []
    for at, vertex in enumerate(row):
        away += (row[at - 1].width + vertex.width) / 2 + _GAP if at else 0.0
        offsets.append(away)
        pools.append([wanted[at] - away, weights[at], 1])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (one, light, few), (two, heavy, more) = pools[-2:]
            pools[-2:] = [[(one * light + two * heavy) / (light + heavy), light + heavy, few + more]]
    places = [place for place, _, count in pools for _ in range(int(count))]
    for vertex, place, offset in zip(row, places, offsets, strict=True):
        vertex.x = place + offset


def _height(row: list[_Vertex]) -> float:
    return max((vertex.height for vertex in row), default=0.0)


def _tops(rows: list[list[_Vertex]]) -> list[float]:
    """Return where each row begins."""
    tops, y = [], _MARGIN
    for at, row in enumerate(rows):
        if at:
            far = max((abs(vertex.x - each.x) for vertex in row for each in vertex.above), default=0.0)
            y += (_ABOVE_LABEL if at % 2 else _ABOVE_BOX) + min(_SLANT * far, _MOST_ROOM)
        tops.append(y)
        y += _height(row)
    return tops


def _box(node: Node, vertex: _Vertex, top: float, height: float) -> Box:
    return Box(node, vertex.x - vertex.width / 2, top + (height - vertex.height) / 2, vertex.width, vertex.height)


def _wires(rows: list[list[_Vertex]], tops: list[float]) -> Iterator[Wire]:
    """Yield the lines from each row to the next, and through a row where they pass it."""
    entries = {
        (id(above), id(vertex)): port
        for row in rows
        for vertex in row
        for port, above in zip(_ports(vertex, vertex.above), vertex.above, strict=True)
    }
    for at, row in enumerate(rows):
        top, bottom = tops[at], tops[at] + _height(row)
        for vertex in row:
            if vertex.node is None and not vertex.label and bottom > top:
                yield Wire(((vertex.x, top), (vertex.x, bottom)))
            start = (top + bottom + vertex.height) / 2 if vertex.node else bottom if not vertex.label else top + vertex.height
            for port, below in zip(_ports(vertex, vertex.below), vertex.below, strict=True):
                entry = entries[id(vertex), id(below)]
                inside = (_height(rows[at + 1]) - below.height) / 2 if below.node else 0.0
                end, tip = tops[at + 1], _TIP if below.node else 0.0
                points = ((port, start), (port, bottom), (entry, end - tip), (entry, end + inside))
                yield Wire(points, curved=True, arrow=below.node is not None)


def _ports(vertex: _Vertex, neighbours: list[_Vertex]) -> list[float]:
    """Return where the line to each neighbour touches a vertex: side by side, in the order of the neighbours."""
    if vertex.node is None or len(neighbours) < 2:
        return [vertex.x] * len(neighbours)
    step = min(_PORT, (vertex.width - 16) / (len(neighbours) - 1))
    order = sorted(range(len(neighbours)), key=lambda each: neighbours[each].x)
    places = {each: vertex.x + (place - (len(neighbours) - 1) / 2) * step for place, each in enumerate(order)}
    return [places[each] for each in range(len(neighbours))]
