"""A graph laid out: boxes, lines and labels in pixels, before anyone has decided how they look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from lstm_calc.render.document import Node

Point = tuple[float, float]


class Box(Record):
    """A node in its place: the upper left corner, the width and the height."""

    node: Node
    x: float
    y: float
    width: float
    height: float


class Wire(Record):
    """A line through points; ``curved``: its middle part, of four points, leaves and arrives vertically. ``arrow``: it ends in a tip."""

    points: tuple[Point, ...]
    curved: bool = False
    arrow: bool = False


class Label(Record):
    """A text in the gap of a line: its middle, and the width and height that are left free for it."""

    text: str
    x: float
    y: float
    width: float
    height: float


class Drawing(Record):
    """A whole picture; ``dots`` are where a line branches."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    labels: tuple[Label, ...] = ()
    dots: tuple[Point, ...] = ()
