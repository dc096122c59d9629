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
    """A line through points, with a tip at its end where it is an ``arrow``.

    One that is ``curved`` has four points; the part between the second and the third leaves and arrives vertically.
    """

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
