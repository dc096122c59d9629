"""The rows of :mod:`lstm_calc.frameworks`, measured: words x sizes give shapes, and shapes give counts."""

from __future__ import annotations

from functools import cache
from math import prod
from typing import TYPE_CHECKING

from lstm_calc.frameworks import framework, layout_for, option_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.frameworks import Layout, Row
    from lstm_calc.model import Layer, Model, Placed

Shape = tuple[int, ...]
Sizes = dict[str, int]


def count(model: Model, framework_name: str = "textbook") -> int:
    """Return the parameters of a model as a framework stores it, without naming or placing a tensor.

    Raises FrameworkError where the framework is unknown or lacks what the model asks for.
    """
    table = framework(framework_name)
    known: dict[tuple[int, int], int] = {}
    total = 0
    for placed in model.placed:
        key = id(placed.layer), placed.input_dim
        if key not in known:
            known[key] = _count_of(placed, layout_for(table, placed.layer))
        total += known[key]
    return total


def _count_of(placed: Placed, layout: Layout) -> int:
    rows = rows_of(layout, placed.layer)
    return sum(prod(shape_of(axes_of(row, placed.layer), sizes_of(placed, gates))) for row, gates, _ in rows)


def rows_of(layout: Layout, layer: Layer) -> Iterator[tuple[Row, tuple[str, ...], str]]:
    """Yield each tensor a layer has as its row, its gates and its direction: one a direction, and one a gate, where rows say so."""
    words = option_words(layer, layout.defaults)
    left = (layout.coupled if "coupled" in words and layout.coupled else layout.gates).split()
    for way in layer.ways:
        for row in layout.rows:
            if not words.issuperset(row.when.split()) or ("ways" in row.axes and way != layer.ways[0]):
                continue
            gates = tuple(gate for gate in (row.gates or layout.gates).split() if gate in left)
            if "{gate}" in row.name or "{letter}" in row.name:
                yield from ((row, (gate,), way) for gate in gates)
            else:
                yield row, gates, way


def axes_of(row: Row, layer: Layer) -> str:
    """Return a row's axes with one word for each dimension of a convolution's window."""
    window = " ".join(f"kernel_{dimension + 1}" for dimension in range(len(layer.window)))
    return row.axes.replace("kernel_size", window)


def sizes_of(placed: Placed, gates: Sequence[str]) -> Sizes:
    """Return what each word of the axes measures in one layer."""
    layer = placed.layer
    windows = {f"kernel_{dimension + 1}": size for dimension, size in enumerate(layer.window)}
    blocks = {"gates": len(gates), "ways": len(layer.ways), "biases": 2, **{f"{gate}_gate": 1 for gate in gates}}
    return {**layer.sizes, "input": placed.input_dim, **blocks, **windows}


@cache
def terms_of(axis: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of an axis: the terms that are concatenated, each as the words that nest in it."""
    return tuple(tuple(term.split("*")) for term in axis.split("+"))


def shape_of(axes: str, sizes: Sizes) -> Shape:
    """Return the size of every axis."""
    return tuple(sum(prod(sizes[word] for word in term) for term in terms_of(axis)) for axis in axes.split())
