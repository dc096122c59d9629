"""The path before a tensor's own name, as each framework builds it from its layers."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from lstm_calc.cells import CELLS
from lstm_calc.model import fresh_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.frameworks import Framework, Layout
    from lstm_calc.model import Model, Placed


def paths(model: Model, table: Framework) -> Iterator[dict[str, str]]:
    """Yield, for each layer of a model, the path of its tensors by direction."""
    modules = {placed.module if table.modules else placed.name for placed in model.placed}
    prefix = table.prefix if len(modules) > 1 else ""
    cells = [placed.layer.kind in CELLS for placed in model.placed]
    several = sum(cells) > 1
    taken = {layer.name: 1 for layer in model.layers if layer.name is not None}
    for index, (placed, cell) in enumerate(zip(model.placed, accumulate(cells), strict=True)):
        layout = table.layout(placed.layer)
        path = prefix + _path(layout, two_way=len(placed.layer.ways) > 1, stacked=several)
        places = {"index": index, "depth": placed.depth, "cell": cell - 1}
        yield {
            way: path.format(way=word, **places, **words)
            for (way, words), word in zip(_names(placed, table, layout, taken).items(), table.ways, strict=False)
        }


def _path(layout: Layout, *, two_way: bool, stacked: bool) -> str:
    """Return the pattern for a layer's place; one that says nothing of its own is that of the plainer place."""
    one, two = layout.path, layout.two_way
    if stacked:
        one, two = layout.stacked or one, layout.stacked_two_way or two
    return (two or one) if two_way else one


def _names(placed: Placed, table: Framework, layout: Layout, taken: dict[str, int]) -> dict[str, dict[str, str]]:
    """Return, by direction, ``name`` and the ``inner`` name of the layer in a bidirectional wrapper; note them as taken."""
    ways = placed.layer.ways
    if not layout.label:
        return {way: {"name": placed.module if table.modules else placed.name, "inner": ""} for way in ways}
    label = layout.label.format(dims=len(placed.layer.window))
    wrapped = len(ways) > 1 and bool(table.wrapper)
    inner = fresh_name(label, taken) if wrapped else ""
    own = placed.layer.name or (table.wrapper if wrapped else label)
    given = placed.layer.name is not None and placed.depth == 0
    first = own if given else fresh_name(own, taken)
    apart = placed.layer.name or label
    return {
        way: {"name": fresh_name(apart, taken) if turn and table.apart else first, "inner": inner} for turn, way in enumerate(ways)
    }
