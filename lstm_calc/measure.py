"""The rows of :mod:`lstm_calc.frameworks`, measured: words x sizes give shapes, and shapes give counts."""

from __future__ import annotations

from functools import cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from lstm_calc.cells import CELLS
from lstm_calc.frameworks import OPTION_FIELDS, framework, layout_for, option_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lstm_calc.frameworks import Framework, Layout, Row
    from lstm_calc.model import Layer, Model, Placed

Shape = tuple[int, ...]
Sizes = dict[str, int]


def count(model: Model, framework_name: str = "textbook") -> int:
    """Return the parameters of a model as a framework stores it, without naming or placing a tensor.

    Raises FrameworkError where the framework is unknown or lacks what the model asks for.
    """
    table = framework(framework_name)
    lines: dict[int, tuple[int, int]] = {}
    total = 0
    for layer, width in zip(model.layers, model.widths, strict=True):
        if id(layer) not in lines:
            lines[id(layer)] = _line_of(_form_of(table, layer), layer)
        own, each = lines[id(layer)]
        total += own * layer.repeat + each * (width + (layer.repeat - 1) * layer.output_dim(width))
    return total


Term = tuple[int, tuple[str, ...]]
"""A whole number, and the words of the sizes that it is multiplied by."""


class Form(NamedTuple):
    """A count in closed form: the sum of some terms, and of others for each feature that flows in."""

    own: tuple[Term, ...]
    each: tuple[Term, ...]


_FORMS: dict[tuple[Any, ...], tuple[Layout, Form]] = {}
"""The closed forms by layout and options; each with its layout, whose id is then not given again."""
_TOLD: dict[str, Callable[[Any], Any]] = {**dict.fromkeys((*OPTION_FIELDS, "merge"), str), "projection": bool, "kernel_size": len}
"""The fields of a layer on which its closed form depends, and what of their values it depends on."""


def _form_of(table: Framework, layer: Layer) -> Form:
    """Return how many numbers a framework stores for a layer, made once for all layers of the same options."""
    layout = table.layouts.get(layer.kind)
    key = (table.name, id(layout), *[(name, _TOLD[name](value)) for name, value in vars(layer).items() if name in _TOLD])
    if key not in _FORMS or layout is None:
        layout = layout_for(table, layer)
        _FORMS[key] = layout, _multiplied_out(layout, layer)
    elif layout.limits and any(getattr(layer, limited) is not None for limited, _, _ in layout.limits):
        layout_for(table, layer)
    return _FORMS[key][1]


def _multiplied_out(layout: Layout, layer: Layer) -> Form:
    """Return the tensors of a layer as one sum of products."""
    sums: dict[tuple[str, ...], int] = {}
    for row, gates, _ in rows_of(layout, layer):
        blocks = blocks_of(layer, gates)
        for words in product(*(terms_of(axis) for axis in axes_of(row, layer).split())):
            each = [word for term in words for word in term]
            sizes = tuple(word for word in each if word not in blocks)
            sums[sizes] = sums.get(sizes, 0) + prod(blocks[word] for word in each if word in blocks)
    return Form(
        tuple((count, words) for words, count in sums.items() if "input" not in words),
        tuple((count, tuple(word for word in words if word != "input")) for words, count in sums.items() if "input" in words),
    )


def _line_of(form: Form, layer: Layer) -> tuple[int, int]:
    """Return the numbers a layer has however wide its input is, and those it has for each feature that flows in."""
    sizes = layer.sizes | windows_of(layer) if layer.window else layer.sizes
    return _valued(form.own, sizes), _valued(form.each, sizes)


def _valued(terms: tuple[Term, ...], sizes: Sizes) -> int:
    """Return the sum of some terms."""
    total = 0
    for number, words in terms:
        value = number
        for word in words:
            value *= sizes[word]
        total += value
    return total


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
    window = " ".join(f"kernel_{dimension + 1}" for dimension in range(len(layer.window)))
    return row.axes.replace("kernel_size", window)


def sizes_of(placed: Placed, gates: Sequence[str]) -> Sizes:
    """Return what each word of the axes measures in one layer."""
    layer = placed.layer
    return {**layer.sizes, "input": placed.input_dim, **blocks_of(layer, gates), **windows_of(layer)}


def blocks_of(layer: Layer, gates: Sequence[str]) -> Sizes:
    """Return how many blocks each word of the axes that counts blocks stands for."""
    return {"gates": len(gates), "ways": len(layer.ways), "biases": 2, **{f"{gate}_gate": 1 for gate in gates}}


def windows_of(layer: Layer) -> Sizes:
    """Return the size of a convolution's window along each dimension."""
    return {f"kernel_{dimension + 1}": size for dimension, size in enumerate(layer.window)}


@cache
def terms_of(axis: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of an axis: the terms that are concatenated, each as the words that nest in it."""
    return tuple(tuple(term.split("*")) for term in axis.split("+"))


def shape_of(axes: str, sizes: Sizes) -> Shape:
    """Return the size of every axis."""
    return tuple(sum(prod(sizes[word] for word in term) for term in terms_of(axis)) for axis in axes.split())
