"""The path before a tensor's own name, as each framework builds it from its layers."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from lstm_calc.frameworks import layout_for
from lstm_calc.model import Input, fresh_name
from lstm_calc.model.cells import CELLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.frameworks import Framework, Layout
    from lstm_calc.model import Use


def paths(uses: Sequence[Use], table: Framework, *, written: bool = False) -> Iterator[dict[str, str]]:
    """Yield, for each layer of a model, at its first use, the path of its tensors by direction.

    ``written``: the model was written in this framework, and a layer's own ``paths`` are its.
    """
    modules = {use.module if table.modules else use.name for use in uses if not isinstance(use.layer, Input)}
    prefix = table.prefix if len(modules) > 1 else ""
    cells = [use.layer.kind in CELLS for use in uses]
    several = sum(cells) > 1
    taken = {use.layer.name: 1 for use in uses if use.layer.name is not None}
    for index, (use, cell) in enumerate(zip(uses, accumulate(cells), strict=True)):
        layout = layout_for(table, use.layer)
        path = prefix + _path(layout, two_way=len(use.layer.directions) > 1, stacked=several)
        places = {"index": index, "depth": use.depth, "cell": cell - 1}
        usual = {
            way: path.format(way=word, **places, **words)
            for (way, words), word in zip(_names(use, table, layout, taken).items(), table.ways, strict=False)
        }
        yield {way: f"{own}/" for way, own in zip(usual, use.layer.paths, strict=True)} if written and use.layer.paths else usual


def _path(layout: Layout, *, two_way: bool, stacked: bool) -> str:
    """Return the pattern for a layer's place; one that says nothing of its own is that of the plainer place."""
    one, two = layout.path, layout.two_way
    if stacked:
        one, two = layout.stacked or one, layout.stacked_two_way or two
    return (two or one) if two_way else one


def _names(use: Use, table: Framework, layout: Layout, taken: dict[str, int]) -> dict[str, dict[str, str]]:
    """Return, by direction, ``name`` and the ``inner`` name of the layer in a bidirectional wrapper; note them as taken."""
    ways = use.layer.directions
    if not layout.label:
        return {way: {"name": use.module if table.modules else use.name, "inner": ""} for way in ways}
    label = layout.label.format(dims=len(use.layer.window))
    wrapped = len(ways) > 1 and bool(table.wrapper)
    inner = fresh_name(label, taken) if wrapped else ""
    own = use.layer.name or (table.wrapper if wrapped else label)
    given = use.layer.name is not None and use.depth == 0
    first = own if given else fresh_name(own, taken)
    apart = use.layer.name or label
    return {
        way: {"name": fresh_name(apart, taken) if turn and table.apart else first, "inner": inner} for turn, way in enumerate(ways)
    }
