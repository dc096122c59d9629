"""The rows of the tables, measured: words x sizes give shapes, and shapes give counts."""

from __future__ import annotations

import itertools
from functools import cache
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError
from lstm_calc.frameworks import (
    OPTION_FIELDS,
    check_limits,
    framework,
    framework_of,
    layout_for,
    layout_of,
    option_words,
    with_defaults,
)
from lstm_calc.model.cells import CELLS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from lstm_calc.frameworks import Framework, Layout, Row
    from lstm_calc.model import Layer, Model, Use
    from lstm_calc.model.sizes import Shape as Flowing

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
    if any([layer.mixes_axes for layer in model.calls]):  # noqa: C419 - a list is faster
        model = with_defaults(model, table)
    calls, flat = model.calls, model.flat
    return sum([_numbers(table, calls[at], reads) for at, _, _, reads, _, _ in model.steps if calls[at] is flat[at]])


def _numbers(table: Framework, layer: Layer, shapes: tuple[Flowing, ...]) -> int:
    """Return how many numbers a framework stores for a layer that reads some shapes."""
    layout = layout_for(table, layer) if layer.combinations else layout_of(table, layer) or layout_for(table, layer)
    sizes, total = layer.input_sizes(shapes), 0
    terms = _terms_for(table, layout, layer, layer.shape_words(shapes))
    check_limits(table, layout, sizes)
    for held, words in terms:
        for word in words:
            size = sizes[word]
            if size is None:
                what = "the count depends on a size that is not known"
                raise ModelError(f"{what}: give the shape of the model's input, as 20x40 for 20 steps of 40", key="input_shape")
            held *= size  # noqa: PLW2901 - as a function of its own, this would take longer than the product
        total += held
    return total


_OPTION_VALUES: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys((*OPTION_FIELDS, "merge"), str),
    "projection": bool,
    "cudnn": str,
}
"""The fields of a layer on which its terms depend, and what of their values it is."""


def _terms_for(table: Framework, layout: Layout, layer: Layer, words: frozenset[str]) -> tuple[_Term, ...]:
    """Return the count of a layer as a sum of products, worked out once for all layers of the same options."""
    options: tuple[Any, ...] = (words,)
    if not _OPTION_VALUES.keys().isdisjoint(vars(layer)):
        options = (words, *((name, _OPTION_VALUES[name](value)) for name, value in vars(layer).items() if name in _OPTION_VALUES))
    if options not in layout.terms:
        layout.terms[options] = tuple(_terms(layout_for(table, layer), layer, words))
    return layout.terms[options]


def _terms(layout: Layout, layer: Layer, words: frozenset[str] = frozenset()) -> Iterator[_Term]:
    """Yield the products of sizes whose sum is what a framework stores for a layer.

    >>> from lstm_calc import LSTM
    >>> list(_terms(framework("pytorch").layouts["lstm"], LSTM(4)))
    [(4, ('units', 'input')), (4, ('units', 'output')), (8, ('units',))]
    """
    sums: dict[tuple[str, ...], int] = {}
    for row, gates, _ in rows_of(layout, layer, words):
        for factors, number in _products(row.axes, frozenset(gates), len(layer.directions)) if row.counted else ():
            sums[factors] = sums.get(factors, 0) + number
    yield from ((number, factors) for factors, number in sums.items())


@cache
def _products(axes: str, gates: frozenset[str], directions: int) -> list[tuple[tuple[str, ...], int]]:
    """Return the products of sizes whose sum is what a tensor holds, each with how many blocks of it there are."""
    blocks, found = blocks_of(gates, directions), []
    for words in itertools.product(*map(terms_of, axes.split())):
        each = [word for term in words for word in term]
        number = prod(blocks[word] if word in blocks else int(word) for word in each if word in blocks or word.isdigit())
        found.append((tuple(word for word in each if word not in blocks and not word.isdigit()), number))
    return found


def rows_of(layout: Layout, layer: Layer, shape_words: Collection[str] = ()) -> Iterator[tuple[Row, tuple[str, ...], str]]:
    """Yield each tensor a layer has as its row, its gates and its direction: one per direction and per gate where rows say so.

    ``shape_words`` are the option words that follow from the shapes that the layer reads.
    """
    words = option_words(layer, layout.defaults).union(shape_words)
    left = (layout.coupled if "coupled" in words and layout.coupled else layout.gates).split()
    for direction in layer.directions:
        for row in layout.rows:
            if not words.issuperset(row.when.split()) or ("directions" in row.axes and direction != layer.directions[0]):
                continue
            gates = tuple(gate for gate in (row.gates or layout.gates).split() if gate in left)
            if "{gate}" in row.name or "{letter}" in row.name:
                yield from ((row, (gate,), direction) for gate in gates)
            else:
                yield row, gates, direction


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


def rows_in(layout: Layout, use: Use) -> Iterator[tuple[Row, tuple[str, ...], str]]:
    """Yield each tensor of a layer in a model, as :func:`rows_of`."""
    return rows_of(layout, use.layer, use.layer.shape_words(use.inputs))


def axes_of(row: Row, sizes: Mapping[str, Any]) -> str:
    """Return a row's axes with a word for each axis of a word that measures several, as a kernel's size does.

    >>> from lstm_calc.frameworks import Row
    >>> axes_of(Row("kernel", "kernel_size input units", "kernel"), {"kernel_1": 3, "kernel_2": 3, "input": 4, "units": 8})
    'kernel_1 kernel_2 input units'
    """
    return " ".join(part for axis in row.axes.split() for part in _each_axis(axis, sizes))


def _each_axis(axis: str, sizes: Mapping[str, Any]) -> list[str]:
    stem = axis.removesuffix("_size")
    return list(itertools.takewhile(sizes.__contains__, (f"{stem}_{place}" for place in itertools.count(1)))) or [axis]


def general_axes(row: Row, layer: Layer) -> str:
    """Return the axes of a row, as :func:`axes_of`, for a layer of which only the layer itself is known."""
    return axes_of(row, layer.input_sizes((layer.input_shape(None) or (None, None),)))


def sizes_of(use: Use, gates: Sequence[str]) -> Sizes:
    """Return what each word of the axes measures in one layer."""
    return {**use.sizes, **blocks_of(gates, len(use.layer.directions))}


def size_of(word: str, sizes: Sizes) -> int:
    """Return what a word of the axes measures; a plain number is its own size."""
    return int(word) if word.isdigit() else sizes[word]


def blocks_of(gates: Collection[str], directions: int) -> Sizes:
    """Return how many blocks each word of the axes that counts blocks stands for."""
    return {"gates": len(gates), "directions": directions, "biases": 2, **{f"{gate}_gate": 1 for gate in gates}}


@cache
def terms_of(axis: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of an axis: the terms that are concatenated, each as the words that nest in it."""
    return tuple(tuple(term.split("*")) for term in axis.split("+"))


def shape_of(axes: str, sizes: Sizes) -> Shape:
    """Return the size of every axis."""
    return tuple(sum(prod(size_of(word, sizes) for word in term) for term in terms_of(axis)) for axis in axes.split())
