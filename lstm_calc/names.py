"""The path before a tensor's own name, as each framework builds it from its layers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.frameworks import Framework, Layout
    from lstm_calc.model import Model, Placed


def paths(model: Model, table: Framework) -> Iterator[dict[str, str]]:
    """Yield, for each layer of a model, the path of its tensors by direction."""
    modules = {placed.module if table.modules else placed.name for placed in model.placed}
    prefix = table.prefix if len(modules) > 1 else ""
    seen: Counter[str] = Counter()
    for placed in model.placed:
        layout = table.layouts[placed.layer.kind]
        two_way = len(placed.layer.ways) > 1
        path = prefix + (layout.two_way if two_way and layout.two_way else layout.path)
        words = _words(placed, table, layout, seen)
        yield {way: path.format(way=word, **words) for way, word in zip(placed.layer.ways, table.ways, strict=False)}


def _words(placed: Placed, table: Framework, layout: Layout, seen: Counter[str]) -> dict[str, str]:
    """Return ``name`` and, for the layer inside a bidirectional wrapper, ``inner``; count the names given out."""
    if not layout.label:
        return {"name": placed.module if table.modules else placed.name, "inner": ""}
    label = layout.label.format(dims=len(placed.layer.window))
    wrapped = len(placed.layer.ways) > 1 and bool(table.wrapper)
    inner = _next(label, seen) if wrapped else ""
    named = placed.layer.name is not None
    return {"name": placed.name if named else _next(table.wrapper if wrapped else label, seen), "inner": inner}


def _next(label: str, seen: Counter[str]) -> str:
    """Return the label, counted up from its second use: lstm, lstm_1, lstm_2."""
    seen[label] += 1
    return label if seen[label] == 1 else f"{label}_{seen[label] - 1}"
