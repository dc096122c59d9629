"""One step in time from the left to the right: gates side by side, the state that runs through along the top.

Everything stands on a grid. What is computed number by number is above the gates that it reads, what runs through is in the top
row, and what comes in is at the left. Lines are found one by one, each the cheapest that passes no box and covers no other line.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from lstm_calc.render.boxes import SIZE, size_of
from lstm_calc.render.geometry import Box, Drawing, Wire
from lstm_calc.render.glyphs import text_width
from lstm_calc.render.router import STEPS, Router

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.render.document import Graph, Node
    from lstm_calc.render.geometry import Point

_GRID, _MARGIN = 18, 14.0
_FREE = 7.0
"""How far the grid's points around a box are away from it."""
_CIRCLE = 22.0
_LEVEL = 3
"""From one row of operations to the next, in steps of the grid."""


class _Part:
    """A node on the grid: its middle, and how many steps of the grid it is from there to the points around it."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.is_operation = node.form == "operation"
        width, height = (max(text_width(node.lines[0], SIZE) + 12, _CIRCLE), _CIRCLE) if self.is_operation else size_of(node)
        self.across, self.down = (ceil((size / 2 + _FREE) / _GRID) for size in (width, height))
        self.width, self.height = width, height
        if not self.is_operation:
            self.width, self.height = (2 * (steps * _GRID - _FREE) for steps in (self.across, self.down))
        self.x = self.y = self.level = 0
        self.reads: list[_Part] = []
        self.read_by: list[_Part] = []

    @property
    def is_gate(self) -> bool:
        return not (self.is_operation or self.node.end)

    def beside(self, side: tuple[int, int], along: int = 0) -> tuple[int, int]:
        """Return the point of the grid next to a side, so many steps from its middle."""
        dx, dy = side
        return self.x + dx * self.across + along * abs(dy), self.y + dy * self.down + along * abs(dx)


def wired(graph: Graph, through: tuple[str, str]) -> Drawing:
    """Return a graph laid out, with the line between two of its nodes along the top."""
    parts = {node.key: _Part(node) for node in graph.nodes}
    for edge in graph.edges:
        parts[edge.stop].reads.append(parts[edge.start])
        parts[edge.start].read_by.append(parts[edge.stop])
    _place(list(parts.values()), *(parts[key] for key in through))
    wires, dots = _wires(graph, parts)
    return _shifted(list(parts.values()), wires, dots)


def _place(parts: list[_Part], came: _Part, goes: _Part) -> None:
    """Give every part its place on the grid."""
    order = _order(parts, goes)
    through = _through(came, goes)
    operations = [part for part in order if part.is_operation]
    hanging = [part for part in operations if part not in through and part.reads and through.issuperset(part.reads)]
    standing = [part for part in operations if part not in hanging]
    _set_levels(standing, hanging, through)
    deepest = 1 + max((part.level for part in operations), default=0)
    left = 0
    for part in order:
        if part.is_gate:
            part.x, part.y = left + part.across, deepest * _LEVEL + part.down - 1
            left = part.x + part.across + 2
    rows: dict[int, list[_Part]] = {}
    for part in [*standing, *reversed(hanging)]:
        row = rows.setdefault(part.level, [])
        part.x, part.y = _column(part, row, hangs=part in hanging), (deepest - part.level) * _LEVEL if part.level else 0
        row.append(part)
    _place_ends(parts, came, goes)


def _order(parts: list[_Part], goes: _Part) -> list[_Part]:
    """Return the parts as they are computed: what goes out at the top comes first, and before it what it reads, in its order."""
    found: dict[_Part, None] = {}

    def visit(part: _Part) -> None:
        if part not in found:
            for each in part.reads:
                visit(each)
            found[part] = None

    for last in (goes, *(part for part in parts if not part.read_by)):
        visit(last)
    return list(found)


def _through(came: _Part, goes: _Part) -> set[_Part]:
    """Return the operations on the ways from what comes in at the top to what goes out there that pass no gate."""

    def ways(part: _Part) -> set[_Part] | None:
        if part is came:
            return set()
        found = [each for each in map(ways, part.reads) if each is not None] if part.is_operation else []
        return {part}.union(*found) if found else None

    return set().union(*(ways(each) or () for each in goes.reads))


def _set_levels(standing: list[_Part], hanging: list[_Part], through: set[_Part]) -> None:
    """Set how high above the gates each operation is, 0 for one that is in the top row; one that hangs is above what reads it."""
    for part in standing:
        if part not in through:
            part.level = 1 + max((each.level for each in part.reads if each not in hanging), default=0)
    for part in reversed(hanging):
        part.level = 1 + max((each.level for each in part.read_by), default=0)


def _column(part: _Part, row: list[_Part], *, hangs: bool) -> int:
    """Return where an operation stands: above the last of what it reads, or of what reads it where it hangs.

    Where that is also read further up, an operation of one value leaves the way free for it.
    """
    near = [each for each in (part.read_by if hangs else part.reads) if not each.node.end]
    last = max(near or part.reads, key=lambda each: each.x, default=part)
    x = last.x
    if not near or (not hangs and len(part.reads) == 1 and len(last.read_by) > 1):
        x += part.across + 1 + last.across * last.is_operation
    while any(abs(x - each.x) <= part.across + each.across for each in row):
        x += 1
    return x


def _place_ends(parts: list[_Part], came: _Part, goes: _Part) -> None:
    """Place what comes in at the left, from the bottom up, and what goes out at the right of what gives it."""
    inner = [part for part in parts if not part.node.end]
    right = max((part.x + part.across for part in inner), default=0)
    y = max((part.y + part.down for part in inner), default=0) + 2
    entering = [part for part in parts if part.node.end and not part.reads]
    is_alone = all(part.is_gate for part in came.read_by)
    beside = [part for part in entering if part is not came or is_alone]
    y = max(y, len(beside) * (2 * came.down + 1))
    for part in beside:
        part.x, part.y = -part.across - 4, y
        y -= 2 * part.down + 1
    if not is_alone:
        came.x, came.y = -came.across - 4, 0
    lowest = 0
    leaving = [part for part in parts if part.node.end and part.reads]
    for part in sorted(leaving, key=lambda part: (part is not goes, part.reads[0].y)):
        part.x = right + 3 + part.across
        part.y = 0 if part is goes and not part.reads[0].is_gate else max(part.reads[0].y, lowest)
        lowest = part.y + 2 * part.down + 1


def _wires(graph: Graph, parts: dict[str, _Part]) -> tuple[list[Wire], list[Point]]:
    """Return the lines of all arrows, the shortest ones found first, and where they branch."""
    every = list(parts.values())
    router = Router([(part.x, part.y, part.across, part.down) for part in every])
    pairs = [(parts[edge.start], parts[edge.stop]) for edge in graph.edges]
    wires: list[Wire] = []
    for start, stop in sorted(pairs, key=_far):
        starts = {start.beside(side): side for side in _sides_out(start)}
        stops = {point: side for side, point in _entries(start, stop)}
        path = router.route(start.node.key, starts, stops)
        points: list[Point] = [(x * _GRID, y * _GRID) for x, y in path]
        if path[0] in starts:
            points.insert(0, _border(start, path[0], starts[path[0]]))
        points.append(_border(stop, path[-1], stops[path[-1]]))
        wires.append(Wire(tuple(map(_floats, points)), arrow=True))
    return wires, [(x * _GRID, y * _GRID) for x, y in router.branches]


def _floats(point: Point) -> Point:
    return float(point[0]), float(point[1])


def _far(pair: tuple[_Part, _Part]) -> tuple[int, int, int]:
    """Return what lines are sorted by: those of what comes in after all others, from above first; and then by their length."""
    start, stop = pair
    turn = 0 if not start.node.end or start.y == stop.y else 1 if stop.is_gate else 2
    return turn, start.y if turn else 0, abs(start.x - stop.x) + abs(start.y - stop.y)


def _sides_out(part: _Part) -> list[tuple[int, int]]:
    """Return the sides at which a line may leave a part."""
    return [(1, 0)] if part.node.end else [(0, -1), (1, 0)] if part.is_gate else list(STEPS)


def _entries(start: _Part, stop: _Part) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield the sides at which a line may arrive at a part, each with a point of the grid."""
    if stop.node.end:
        yield (-1, 0), stop.beside((-1, 0))
    elif stop.is_operation:
        yield from ((side, stop.beside(side)) for side in STEPS)
    elif start.node.end:
        below = sorted((each for each in stop.reads if each.node.end), key=lambda each: each.y)
        along = 2 * below.index(start) - len(below) + 1
        yield (0, 1), stop.beside((0, 1), along)
    else:
        yield (-1, 0), stop.beside((-1, 0))
        yield (0, -1), stop.beside((0, -1), -2)


def _border(part: _Part, point: tuple[int, int], side: tuple[int, int]) -> Point:
    """Return the point of the border of a part that is next to a point of the grid at a side."""
    dx, dy = side
    return (
        part.x * _GRID + dx * part.width / 2 if dx else point[0] * _GRID,
        part.y * _GRID + dy * part.height / 2 if dy else point[1] * _GRID,
    )


def _shifted(parts: list[_Part], wires: list[Wire], dots: list[Point]) -> Drawing:
    """Return the drawing with its upper left corner at 0."""
    boxes = [
        Box(part.node, part.x * _GRID - part.width / 2, part.y * _GRID - part.height / 2, part.width, part.height) for part in parts
    ]
    xs = [x for box in boxes for x in (box.x, box.x + box.width)] + [x for wire in wires for x, _ in wire.points]
    ys = [y for box in boxes for y in (box.y, box.y + box.height)] + [y for wire in wires for _, y in wire.points]
    left, top = min(xs) - _MARGIN, min(ys) - _MARGIN
    return Drawing(
        max(xs) + _MARGIN - left,
        max(ys) + _MARGIN - top,
        tuple(box.replace(x=box.x - left, y=box.y - top) for box in boxes),
        tuple(wire.replace(points=tuple((x - left, y - top) for x, y in wire.points)) for wire in wires),
        dots=tuple((x - left, y - top) for x, y in dots),
    )
