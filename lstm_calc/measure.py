"""The rows of :mod:`lstm_calc.frameworks`, measured: words x sizes give shapes, and shapes give counts."""

from __future__ import annotations

from functools import cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.cells import CELLS
from lstm_calc.frameworks import OPTION_FIELDS, broken_limits, framework, framework_of, layout_for, option_words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from types import CodeType

    from lstm_calc.frameworks import Framework, Layout, Row
    from lstm_calc.model import Layer, Model, Placed

Shape = tuple[int, ...]
Sizes = dict[str, int]


def count(model: Model, framework_name: str | None = None) -> int:
    """Return the parameters of a model as a framework (None: its own) stores it, without naming or placing a tensor.

    Raises FrameworkError where the framework is unknown or lacks what the model asks for.
    """
    table, total = framework_of(model, framework_name), 0
    for layer, width, output_dim in model.flows:
        own, each = eval(_form_of(table, layer), _NOTHING, layer.__dict__)  # noqa: S307 - made of our own words
        more = layer.repeat - 1
        total += own + each * width + more * (own + each * output_dim)
    return total


_NOTHING: dict[str, Any] = {"__builtins__": {}}
_TOLD: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys((*OPTION_FIELDS, "merge"), str),
    "projection": bool,
    "kernel_size": len,
    "cudnn": str,
}
"""The fields of a layer on which its closed form depends, and what of their values it depends on."""
_TELLING = frozenset(_TOLD)


def _form_of(table: Framework, layer: Layer) -> CodeType:
    """Return how many numbers a framework stores for a layer, worked out once for all layers of the same options."""
    options: tuple[Any, ...] = ()
    try:
        layout = table.layouts[layer.kind]
        if not _TELLING.isdisjoint(layer.__dict__):
            layout = table.layout(layer)
            options = _options_of(layer, layout)
        return layout.forms[options]
    except KeyError:
        layout = layout_for(table, layer)
    layout.forms[options] = form = _compiled(_multiplied_out(layout, layer))
    return form


@cache
def _compiled(form: str) -> CodeType:
    return compile(form, "<closed form>", "eval")


def _options_of(layer: Layer, layout: Layout) -> tuple[Any, ...]:
    """Return all that the closed form of a layer depends on, and whether there is one."""
    told = ((name, _TOLD[name](value)) for name, value in vars(layer).items() if name in _TOLD)
    return *told, *broken_limits(layer, layout)


def _multiplied_out(layout: Layout, layer: Layer) -> str:
    """Return the closed form of a layer's tensors in its fields: a sum of products, and another for each feature that flows in.

    >>> from lstm_calc import LSTM
    >>> _multiplied_out(framework("pytorch").layouts["lstm"], LSTM(4, projection=2))
    '4*units*projection + 8*units + 1*projection*units, 4*units'
    """
    fields = {"units": layer.size, "output": "projection" if "projection" in vars(layer) else layer.size}
    fields |= {f"kernel_{dimension + 1}": f"kernel_size[{dimension}]" for dimension in range(len(layer.window))}
    sums: dict[tuple[str, ...], int] = {}
    for row, gates, _ in rows_of(layout, layer):
        for sizes, number in _products(axes_of(row, layer), frozenset(gates), len(layer.ways)):
            sums[sizes] = sums.get(sizes, 0) + number
    sides: dict[bool, list[str]] = {False: [], True: []}
    for sizes, number in sums.items():
        sides["input" in sizes].append("*".join((str(number), *(fields.get(word, word) for word in sizes if word != "input"))))
    return ", ".join(" + ".join(side) or "0" for side in sides.values())


@cache
def _products(axes: str, gates: frozenset[str], ways: int) -> list[tuple[tuple[str, ...], int]]:
    """Return the products of sizes whose sum is what a tensor holds, each with how many blocks of it there are."""
    blocks, found = blocks_of(gates, ways), []
    for words in product(*map(terms_of, axes.split())):
        each = [word for term in words for word in term]
        number = prod(blocks[word] for word in each if word in blocks)
        found.append((tuple(word for word in each if word not in blocks), number))
    return found


def rows_of(layout: Layout, layer: Layer) -> tuple[tuple[Row, tuple[str, ...], str], ...]:
    """Return each tensor of a layer as its row, its gates and its direction: one a direction, and one a gate, where rows say so."""
    words, ways = frozenset(option_words(layer, layout.defaults)), layer.ways
    if (words, ways) not in layout.chosen:
        layout.chosen[words, ways] = tuple(_chosen(layout, words, ways))
    return layout.chosen[words, ways]


def _chosen(layout: Layout, words: frozenset[str], ways: tuple[str, ...]) -> Iterator[tuple[Row, tuple[str, ...], str]]:
    left = (layout.coupled if "coupled" in words and layout.coupled else layout.gates).split()
    for way in ways:
        for row in layout.rows:
            if not words.issuperset(row.when.split()) or ("ways" in row.axes and way != ways[0]):
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


def sizes_of(placed: Placed, gates: Sequence[str]) -> Sizes:
    """Return what each word of the axes measures in one layer."""
    layer = placed.layer
    return {**layer.sizes, "input": placed.input_dim, **blocks_of(gates, len(layer.ways))}


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
