"""The path before a tensor's own name, as each framework builds it from its layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.model import fresh_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.frameworks import Framework, Layout
    from lstm_calc.model import Model, Placed


def paths(model: Model, table: Framework) -> Iterator[dict[str, str]]:
    """Yield, for each layer of a model, the path of its tensors by direction."""
    modules = {placed.module if table.modules else placed.name for placed in model.placed}
    prefix = table.prefix if len(modules) > 1 else ""
    taken = {layer.name: 1 for layer in model.layers if layer.name is not None}
    for placed in model.placed:
        layout = table.layouts[placed.layer.kind]
        two_way = len(placed.layer.ways) > 1
        path = prefix + (layout.two_way if two_way and layout.two_way else layout.path)
        words = _words(placed, table, layout, taken)
        yield {way: path.format(way=word, **words) for way, word in zip(placed.layer.ways, table.ways, strict=False)}


def _words(placed: Placed, table: Framework, layout: Layout, taken: dict[str, int]) -> dict[str, str]:
    """Return ``name`` and, for the layer inside a bidirectional wrapper, ``inner``; count the names given out."""
    if not layout.label:
        return {"name": placed.module if table.modules else placed.name, "inner": ""}
    label = layout.label.format(dims=len(placed.layer.window))
    wrapped = len(placed.layer.ways) > 1 and bool(table.wrapper)
    inner = fresh_name(label, taken) if wrapped else ""
    named = placed.layer.name is not None
    return {"name": placed.name if named else fresh_name(table.wrapper if wrapped else label, taken), "inner": inner}
