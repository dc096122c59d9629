"""One step in time from the left to the right: gates side by side, the state that runs through along the top.

Everything stands on a grid. What is computed number by number is above the gates that it reads, what runs through is in the top
row, and what comes in is at the left. Lines are found one by one, each the cheapest from what is there of its source: it passes no
box, covers no other line and crosses others only at a right angle.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from lstm_calc.render.boxes import SIZE, Box, Drawing, Wire, size_of, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lstm_calc.render.boxes import Point
    from lstm_calc.render.document import Graph, Node

Cell = tuple[int, int]
State = tuple[Cell, Cell]
"""A point of the grid, and the step by which a line comes to it; (0, 0) at the beginning."""

STEPS = ((1, 0), (0, -1), (-1, 0), (0, 1))
"""To the right, up, to the left, down."""
_STILL = (0, 0)
_ROOM = 6
"""How far around all boxes lines may go."""
_BEND, _CROSS, _NEAR, _BRANCH = 2.5, 3.0, 2.5, 1.0
"""What a bend, a crossing, a step beside a box and a branch cost; a step costs 1."""
_ACROSS, _DOWN, _TURN = 0, 1, 2


class Router:
    """The grid: which of its points are inside boxes, and which lines run over the others."""

    def __init__(self, boxes: Sequence[tuple[int, int, int, int]]) -> None:
        """Take the boxes, each by its middle and by how many steps to the sides and up and down the points around it are."""
        self._inside = {cell for box in boxes for cell in _cells(*box, 1)}
        self._near = {cell for box in boxes for cell in _cells(*box, 0)} - self._inside
        xs, ys = [x for x, _ in self._near], [y for _, y in self._near]
        self._bounds = min(xs) - _ROOM, max(xs) + _ROOM, min(ys) - _ROOM, max(ys) + _ROOM
        self._runs: dict[Cell, dict[str, set[int]]] = {}
        """For each point, the lines over it by source, and how they run there."""
        self._ends: set[Cell] = set()
        self.branches: list[Cell] = []
        """Where a line leaves another of the same source."""

    def route(self, source: str, starts: Mapping[Cell, Cell], stops: Mapping[Cell, Cell]) -> list[Cell]:
        """Return the points of a line from a source to one of the points ``stops``.

        It begins at one of the points ``starts`` or on a line that the source has already. The points are known with the side of
        the box that they are at, where the line arrives straight. Raises ValueError where there is no way.
        """
        own = [cell for cell, runs in self._runs.items() if list(runs) == [source] and cell not in self._ends]
        begins = [(_BRANCH, cell, _STILL) for cell in own] or [
            (0.0, *start) for start in starts.items() if start[0] not in self._runs
        ]
        path = self._cheapest(source, begins, {cell: side for cell, side in stops.items() if cell not in self._runs})
        if own:
            self.branches.append(path[0])
        for before, after in pairwise(path):
            direction = _ACROSS if before[1] == after[1] else _DOWN
            for cell in (before, after):
                self._runs.setdefault(cell, {}).setdefault(source, set()).add(direction)
        self._ends.add(path[-1])
        for cell in (path[0], path[-1]):
            self._runs.setdefault(cell, {}).setdefault(source, set()).add(_TURN)
        return path

    def _cheapest(self, source: str, begins: list[tuple[float, Cell, Cell]], stops: Mapping[Cell, Cell]) -> list[Cell]:
        """Return the cheapest line from one of some points to one of others."""
        costs: dict[State, float] = {(cell, step): cost for cost, cell, step in begins}
        before: dict[State, State] = {}
        heap = sorted((cost + _left(state[0], stops), cost, state) for state, cost in costs.items())
        while heap:
            _, cost, state = heappop(heap)
            if state[1] == _ARRIVED:
                return _path(state, before)
            if cost > costs[state]:
                continue
            for more, follower in self._onward(source, state, stops):
                if cost + more < costs.get(follower, float("inf")):
                    costs[follower] = cost + more
                    before[follower] = state
                    heappush(heap, (cost + more + _left(follower[0], stops), cost + more, follower))
        raise ValueError(f"no line leads from {source}")

    def _onward(self, source: str, state: State, stops: Mapping[Cell, Cell]) -> Iterator[tuple[float, State]]:
        """Yield where a line may go from a point, and what that costs."""
        (x, y), came = state
        if state[0] in stops:
            dx, dy = stops[state[0]]
            if came == (-dx, -dy):
                yield 0.0, (state[0], _ARRIVED)
        crosses = self._others(source, state[0])
        for dx, dy in STEPS:
            cell, step = (x + dx, y + dy), (dx, dy)
            if (-dx, -dy) == came or (crosses and step != came) or not self._is_free(source, cell, step):
                continue
            turn = _BEND if came not in (step, _STILL) else 0.0
            beside = _NEAR if cell in self._near and cell not in stops else 0.0
            yield 1 + turn + beside + (_CROSS if self._others(source, cell) else 0.0), (cell, step)

    def _others(self, source: str, cell: Cell) -> list[set[int]]:
        return [directions for other, directions in self._runs.get(cell, {}).items() if other != source]

    def _is_free(self, source: str, cell: Cell, step: Cell) -> bool:
        """Say whether a line may come to a point by a step: inside the grid, and only straight across other lines."""
        left, right, top, bottom = self._bounds
        if cell in self._inside or not (left <= cell[0] <= right and top <= cell[1] <= bottom):
            return False
        across = {_ACROSS if step[1] else _DOWN}
        return all(directions == across for directions in self._others(source, cell))


_ARRIVED = (9, 9)
"""In the place of a step, at the end."""


def _left(cell: Cell, stops: Iterable[Cell]) -> int:
    """Return the least number of steps from a point to the nearest of some others."""
    return min((abs(cell[0] - x) + abs(cell[1] - y) for x, y in stops), default=0)


def _path(state: State, before: Mapping[State, State]) -> list[Cell]:
    """Return the points by which a line came, from its beginning."""
    found = [state[0]]
    while state in before:
        state = before[state]
        if state[0] != found[-1]:
            found.append(state[0])
    return found[::-1]


def _cells(x: int, y: int, across: int, down: int, less: int) -> Iterator[Cell]:
    for at_x in range(x - across + less, x + across - less + 1):
        for at_y in range(y - down + less, y + down - less + 1):
            yield at_x, at_y


_GRID, _MARGIN = 18, 14.0
_FREE = 7.0
"""How far the grid's points around a box are away from it."""
_CIRCLE = 22.0
_LEVEL = 3
"""From one row of operations to the next, in steps of the grid."""


class _PlacedNode:
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
        self.reads: list[_PlacedNode] = []
        self.read_by: list[_PlacedNode] = []

    @property
    def is_gate(self) -> bool:
        return not (self.is_operation or self.node.end)

    def beside(self, side: tuple[int, int], along: int = 0) -> tuple[int, int]:
        """Return the point of the grid next to a side, so many steps from its middle."""
        dx, dy = side
        return self.x + dx * self.across + along * abs(dy), self.y + dy * self.down + along * abs(dx)


def wired(graph: Graph, through: tuple[str, str]) -> Drawing:
    """Return a graph laid out, with the line between two of its nodes along the top."""
    parts = {node.key: _PlacedNode(node) for node in graph.nodes}
    for edge in graph.edges:
        parts[edge.stop].reads.append(parts[edge.start])
        parts[edge.start].read_by.append(parts[edge.stop])
    _place(list(parts.values()), *(parts[key] for key in through))
    wires, dots = _wires(graph, parts)
    return _shifted(list(parts.values()), wires, dots)


def _place(parts: list[_PlacedNode], came: _PlacedNode, goes: _PlacedNode) -> None:
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
    rows: dict[int, list[_PlacedNode]] = {}
    for part in [*standing, *reversed(hanging)]:
        row = rows.setdefault(part.level, [])
        part.x, part.y = _column(part, row, hangs=part in hanging), (deepest - part.level) * _LEVEL if part.level else 0
        row.append(part)
    _place_ends(parts, came, goes)


def _order(parts: list[_PlacedNode], goes: _PlacedNode) -> list[_PlacedNode]:
    """Return the parts as they are computed: what goes out at the top comes first, and before it what it reads, in its order."""
    found: dict[_PlacedNode, None] = {}

    def visit(part: _PlacedNode) -> None:
        if part not in found:
            for each in part.reads:
                visit(each)
            found[part] = None

    for last in (goes, *(part for part in parts if not part.read_by)):
        visit(last)
    return list(found)


def _through(came: _PlacedNode, goes: _PlacedNode) -> set[_PlacedNode]:
    """Return the operations on the paths from the input at the top to the output there that pass no gate."""

    def paths(part: _PlacedNode) -> set[_PlacedNode] | None:
        if part is came:
            return set()
        found = [each for each in map(paths, part.reads) if each is not None] if part.is_operation else []
        return {part}.union(*found) if found else None

    return set().union(*(paths(each) or () for each in goes.reads))


def _set_levels(standing: list[_PlacedNode], hanging: list[_PlacedNode], through: set[_PlacedNode]) -> None:
    """Set how high above the gates each operation is, 0 for one that is in the top row; one that hangs is above what reads it."""
    for part in standing:
        if part not in through:
            part.level = 1 + max((each.level for each in part.reads if each not in hanging), default=0)
    for part in reversed(hanging):
        part.level = 1 + max((each.level for each in part.read_by), default=0)


def _column(part: _PlacedNode, row: list[_PlacedNode], *, hangs: bool) -> int:
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


def _place_ends(parts: list[_PlacedNode], came: _PlacedNode, goes: _PlacedNode) -> None:
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


def _wires(graph: Graph, parts: dict[str, _PlacedNode]) -> tuple[list[Wire], list[Point]]:
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


def _far(pair: tuple[_PlacedNode, _PlacedNode]) -> tuple[int, int, int]:
    """Return what lines are sorted by: those of what comes in after all others, from above first; and then by their length."""
    start, stop = pair
    turn = 0 if not start.node.end or start.y == stop.y else 1 if stop.is_gate else 2
    return turn, start.y if turn else 0, abs(start.x - stop.x) + abs(start.y - stop.y)


def _sides_out(part: _PlacedNode) -> list[tuple[int, int]]:
    """Return the sides at which a line may leave a part."""
    return [(1, 0)] if part.node.end else [(0, -1), (1, 0)] if part.is_gate else list(STEPS)


def _entries(start: _PlacedNode, stop: _PlacedNode) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
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


def _border(part: _PlacedNode, point: tuple[int, int], side: tuple[int, int]) -> Point:
    """Return the point of the border of a part that is next to a point of the grid at a side."""
    dx, dy = side
    return (
        part.x * _GRID + dx * part.width / 2 if dx else point[0] * _GRID,
        part.y * _GRID + dy * part.height / 2 if dy else point[1] * _GRID,
    )


def _shifted(parts: list[_PlacedNode], wires: list[Wire], dots: list[Point]) -> Drawing:
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
