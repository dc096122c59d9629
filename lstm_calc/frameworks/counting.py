"""The rows of the tables, measured: words x sizes give shapes, and shapes give counts."""

from __future__ import annotations

import itertools
from functools import cache
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError
from lstm_calc.frameworks import (
    OPTION_FIELDS,
    broken_limits,
    framework,
    framework_of,
    layout_for,
    layout_of,
    option_words,
    with_defaults,
)
from lstm_calc.model.cells import CELLS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from lstm_calc.frameworks import Framework, Layout, Row
    from lstm_calc.model import Layer, Model, Use
    from lstm_calc.model.sizes import Size

Shape = tuple[int, ...]
Sizes = dict[str, int]

_Term = tuple[int, tuple[str, ...]]
"""A number and the words of the sizes by which it is multiplied."""


def count(model: Model, framework_name: str | None = None) -> int:
    """Return how many parameters a model has as a framework (None: its own) stores it: the total alone.

    Raises FrameworkError where the framework is unknown or lacks what the model asks for, ModelError where the count depends on a
    size that is not known.

    >>> from lstm_calc import LSTM, Model
    >>> count(Model([LSTM(32)], 32)), count(Model([LSTM(32)], 32), "pytorch")
    (8320, 8448)
    """
    table = framework_of(model, framework_name)
    if any(layer.mixes_axes for layer in model.calls):
        model = with_defaults(model, table)
    total, terms = 0, tuple[_Term, ...]()
    for layer, depth, inputs, _, _, _, shared in model.steps:
        if not shared:
            terms = terms if depth else _terms_for(table, layer)  # the layers of a repeat have the same
            total += _numbers(terms, layer.sizes(layer.reading(inputs[0])))
    return total


def _numbers(terms: Iterable[_Term], sizes: Mapping[str, Size]) -> int:
    """Return the sum of some products of sizes; raise ModelError where a size is not known."""
    total = 0
    for number, words in terms:
        factors = number
        for word in words:
            size = sizes[word]
            if size is None:
                what = "the count depends on a size that is not known"
                raise ModelError(f"{what}: give the shape of the model's input", key="input_shape")
            factors *= size
        total += factors
    return total


_TOLD: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys((*OPTION_FIELDS, "merge"), str),
    "projection": bool,
    "kernel_size": len,
    "cudnn": str,
}
"""The fields of a layer on which its terms depend, and what of their values it is."""


def _terms_for(table: Framework, layer: Layer) -> tuple[_Term, ...]:
    """Return the count of a layer as a sum of products, worked out once for all layers of the same options."""
    options: tuple[Any, ...] = ()
    layout = layout_of(table, layer)
    if layout is not None and not _TOLD.keys().isdisjoint(vars(layer)):
        told = ((name, _TOLD[name](value)) for name, value in vars(layer).items() if name in _TOLD)
        options = (*told, *broken_limits(layer, layout))
    if layout is None or options not in layout.terms:
        layout = layout_for(table, layer)
        layout.terms[options] = tuple(_terms(layout, layer))
    return layout.terms[options]


def _terms(layout: Layout, layer: Layer) -> Iterator[_Term]:
    """Yield the products of sizes whose sum is what a framework stores for a layer.

    >>> from lstm_calc import LSTM
    >>> list(_terms(framework("pytorch").layouts["lstm"], LSTM(4)))
    [(4, ('units', 'input')), (4, ('units', 'output')), (8, ('units',))]
    """
    sums: dict[tuple[str, ...], int] = {}
    for row, gates, _ in rows_of(layout, layer):
        for words, number in _products(axes_of(row, layer), frozenset(gates), len(layer.directions)):
            sums[words] = sums.get(words, 0) + number
    yield from ((number, words) for words, number in sums.items())


@cache
def _products(axes: str, gates: frozenset[str], directions: int) -> list[tuple[tuple[str, ...], int]]:
    """Return the products of sizes whose sum is what a tensor holds, each with how many blocks of it there are."""
    blocks, found = blocks_of(gates, directions), []
    for words in itertools.product(*map(terms_of, axes.split())):
        each = [word for term in words for word in term]
        number = prod(blocks[word] for word in each if word in blocks)
        found.append((tuple(word for word in each if word not in blocks), number))
    return found


def rows_of(layout: Layout, layer: Layer) -> Iterator[tuple[Row, tuple[str, ...], str]]:
    """Yield each tensor a layer has as its row, its gates and its direction: one a direction, and one a gate, where rows say so."""
    words = option_words(layer, layout.defaults)
    left = (layout.coupled if "coupled" in words and layout.coupled else layout.gates).split()
    for way in layer.directions:
        for row in layout.rows:
            if not words.issuperset(row.when.split()) or ("ways" in row.axes and way != layer.directions[0]):
                continue
            gates = tuple(gate for gate in (row.gates or layout.gates).split() if gate in left)
            if "{gate}" in row.name or "{letter}" in row.name:
                yield from ((row, (gate,), way) for gate in gates)
            else:
                yield row, gates, way


def bias_vectors(layer: Layer, framework_name: str) -> dict[str, int]:
    """Return how many bias vectors each gate of a recurrent layer has, in the order of its cell.

    >>> from lstm_calc import GRU
    >>> bias_vectors(GRU(8), "keras")
    {'reset': 2, 'update': 2, 'candidate': 2}
    """
    roles: dict[str, set[str]] = {gate: set() for gate in CELLS[layer.kind].gates}
    for row, gates, _ in rows_of(layout_for(framework(framework_name), layer), layer):
        for gate, role in _held(row, gates):
            roles[gate].add(role)
    return {gate: len(found & {"bias", "recurrent_bias"}) for gate, found in roles.items() if found}


def _held(row: Row, gates: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each gate of a tensor with each role that it has there, without measuring the blocks.

    >>> from lstm_calc.frameworks import Row
    >>> list(_held(Row("B", "gates*units+candidate_gate*units", "bias recurrent_bias"), ("reset", "candidate")))
    [('reset', 'bias'), ('candidate', 'bias'), ('candidate', 'recurrent_bias')]
    """
    axes = [terms_of(axis) for axis in row.axes.split()]
    for turn, role in enumerate(row.role.split()):
        words = {word for terms in axes for word in terms[turn if len(terms) > 1 else 0]}
        yield from ((gate, role) for gate in gates if len(gates) == 1 or words & {"gates", f"{gate}_gate"})


def axes_of(row: Row, layer: Layer) -> str:
    """Return a row's axes with one word for each dimension of a convolution's window."""
    if "kernel_size" not in row.axes:
        return row.axes
    window = " ".join(f"kernel_{dimension + 1}" for dimension in range(len(layer.window)))
    return row.axes.replace("kernel_size", window)


def sizes_of(use: Use, gates: Sequence[str]) -> Sizes:
    """Return what each word of the axes measures in one layer."""
    return {**use.sizes, **blocks_of(gates, len(use.layer.directions))}


def blocks_of(gates: Collection[str], ways: int) -> Sizes:
    """Return how many blocks each word of the axes that counts blocks stands for."""
    return {"gates": len(gates), "ways": ways, "biases": 2, **{f"{gate}_gate": 1 for gate in gates}}


@cache
def terms_of(axis: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of an axis: the terms that are concatenated, each as the words that nest in it."""
    return tuple(tuple(term.split("*")) for term in axis.split("+"))


def shape_of(axes: str, sizes: Sizes) -> Shape:
    """Return the size of every axis."""
    return tuple(sum(prod(sizes[word] for word in term) for term in terms_of(axis)) for axis in axes.split())
