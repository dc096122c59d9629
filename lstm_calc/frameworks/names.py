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
        path = prefix + _path(layout, bidirectional=len(use.layer.directions) > 1, stacked=several)
        places = {"index": index, "depth": use.depth, "cell": cell - 1}
        usual = {
            direction: path.format(direction=word, **places, **words)
            for (direction, words), word in zip(_names(use, table, layout, taken).items(), table.directions, strict=False)
        }
        yield (
            {direction: f"{own}/" for direction, own in zip(usual, use.layer.paths, strict=True)}
            if written and use.layer.paths
            else usual
        )


def _path(layout: Layout, *, bidirectional: bool, stacked: bool) -> str:
    """Return the pattern for a layer's place; one that says nothing of its own is that of the plainer place."""
    one, two = layout.path, layout.bidirectional
    if stacked:
        one, two = layout.stacked or one, layout.stacked_bidirectional or two
    return (two or one) if bidirectional else one


def _names(use: Use, table: Framework, layout: Layout, taken: dict[str, int]) -> dict[str, dict[str, str]]:
    """Return, by direction, ``name`` and the ``inner`` name of the layer in a bidirectional wrapper; note them as taken."""
    directions = use.layer.directions
    if not layout.label:
        return {direction: {"name": use.module if table.modules else use.name, "inner": ""} for direction in directions}
    label = layout.label.format(dims=len(use.layer.window))
    wrapped = len(directions) > 1 and bool(table.wrapper)
    inner = fresh_name(label, taken) if wrapped else ""
    own = use.layer.name or (table.wrapper if wrapped else label)
    given = use.layer.name is not None and use.depth == 0
    first = own if given else fresh_name(own, taken)
    apart = use.layer.name or label
    return {
        direction: {"name": fresh_name(apart, taken) if turn and table.apart else first, "inner": inner}
        for turn, direction in enumerate(directions)
    }
