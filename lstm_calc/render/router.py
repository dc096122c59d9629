"""Lines on a grid, each the cheapest from what is there of its source: they cross others only at a right angle, and pass no box."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
            way = _ACROSS if before[1] == after[1] else _DOWN
            for cell in (before, after):
                self._runs.setdefault(cell, {}).setdefault(source, set()).add(way)
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
        return [ways for other, ways in self._runs.get(cell, {}).items() if other != source]

    def _is_free(self, source: str, cell: Cell, step: Cell) -> bool:
        """Say whether a line may come to a point by a step: inside the grid, and only straight across other lines."""
        left, right, top, bottom = self._bounds
        if cell in self._inside or not (left <= cell[0] <= right and top <= cell[1] <= bottom):
            return False
        across = {_ACROSS if step[1] else _DOWN}
        return all(ways == across for ways in self._others(source, cell))


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
