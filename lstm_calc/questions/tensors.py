"""A model in a framework: its tensors as stored, and where each gate lies in each of them.

The nesting of the words in a row's axes gives the slice of every gate.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate, product
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.frameworks import framework_of, layout_for, option_words
from lstm_calc.measure import Shape, Sizes, axes_of, rows_of, shape_of, sizes_of, terms_of
from lstm_calc.names import paths
from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.frameworks import Framework, Layout, Row
    from lstm_calc.model import Layer, Model, Placed

_BLOCKS = {"gates", "ways", "biases"}
"""The words that count blocks, not features; a single gate's ``..._gate`` is one more."""
_INTO = {"kernel": {"input", "vocab_size"}, "recurrent_kernel": {"output"}, "projection": {"units"}}
_OUT_OF = {"kernel": {"units", "dim"}, "recurrent_kernel": {"units"}, "projection": {"projection"}}
"""For the matrix of each role, the words of the axis that meets what flows in and of the one that gives what flows out."""


ROLES = ("kernel", "recurrent_kernel", "bias", "recurrent_bias", "peephole", "projection")
"""What a block of numbers is for."""


class Part(Record):
    """One block of a tensor: a gate's kernel, a direction's bias, ...

    ``slice`` has (start, stop) for each axis of the tensor; ``shape`` is the block's, without the axes that only count blocks,
    and ``axes`` has a word for each.
    ``transposed``: the block is (input, units) rather than (units, input). ``raveled``: it is (units, input), but lies row by
    row in a place of shape (input, units).
    """

    gate: str | None
    role: str
    way: str | None
    slice: tuple[tuple[int, int], ...]
    shape: Shape
    axes: str
    transposed: bool
    raveled: bool

    @property
    def params(self) -> int:
        """How many numbers the block has."""
        return prod(self.shape)


class Tensor(Record):
    """One tensor as a framework stores it; ``layer`` is the name of the layer in the model."""

    name: str
    layer: str
    shape: Shape
    axes: str
    trainable: bool
    parts: tuple[Part, ...]

    @property
    def params(self) -> int:
        """How many numbers the tensor has."""
        return prod(self.shape)


class Storage(Record):
    """Every tensor that a framework stores for a model, in the framework's order."""

    framework: str
    tensors: tuple[Tensor, ...]

    @property
    def total(self) -> int:
        """All parameters."""
        return sum(tensor.params for tensor in self.tensors)

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        tensors = [t.asdict() | {"params": t.params, "parts": [part.asdict() for part in t.parts]} for t in self.tensors]
        return {"schema": "lstm-calc/tensors/1", "framework": self.framework, "tensors": tensors, "total": self.total}


def tensors(model: Model, framework_name: str | None = None) -> Storage:
    """Return every tensor that a framework (None: the model's own) stores for a model, in the framework's order.

    Raises FrameworkError where the framework is unknown or lacks what the model asks for.

    >>> from lstm_calc import LSTM, Model, tensors
    >>> first, *_ = tensors(Model([LSTM(32)], input_dim=8), "keras").tensors
    >>> first.name, first.shape, first.parts[1].gate, first.parts[1].slice
    ('lstm/lstm_cell/kernel', (8, 128), 'forget', ((0, 8), (32, 64)))
    """
    table = framework_of(model, framework_name)
    for layer in model.layers:
        layout_for(table, layer)
    layers = zip(model.placed, paths(model, table), strict=True)
    known: dict[tuple[Any, ...], list[tuple[str, Tensor]]] = {}
    return Storage(table.name, tuple(tensor for placed, path in layers for tensor in _stored(placed, table, path, known)))


def _stored(
    placed: Placed, table: Framework, path: dict[str, str], known: dict[tuple[Any, ...], list[tuple[str, Tensor]]]
) -> Iterator[Tensor]:
    """Yield the tensors of one layer; ``known`` keeps those of each layer and width, which a stack has many times over."""
    key = placed.layer.traits, placed.input_dim
    if key not in known:
        known[key] = list(_unplaced(placed, table.layout(placed.layer), table))
    for way, tensor in known[key]:
        yield tensor.replace(name=path[way] + tensor.name.format(layer=placed.depth), layer=placed.name)


def _unplaced(placed: Placed, layout: Layout, table: Framework) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of a layer by direction, under names that leave the place in the stack open."""
    letters = dict(zip(layout.gates.split(), layout.letters.split(), strict=True))
    way_words = dict(zip(placed.layer.ways, table.ways, strict=False))
    for row, gates, way in rows_of(layout, placed.layer):
        one = gates[0] if gates else ""
        name = row.name.format(gate=one, letter=letters.get(one), way=way_words[way], layer="{layer}")
        axes, sizes = axes_of(row, placed.layer), sizes_of(placed, gates)
        parts = tuple(_parts(row, axes, sizes, gates, placed.layer, way))
        trainable = placed.layer.trainable and not _is_frozen(row, placed.layer, layout)
        yield way, Tensor(name, placed.name, shape_of(axes, sizes), axes, trainable, parts)


class _Segment(Record):
    """A stretch of one axis: the words that measure it, and what it is known to be; ``turn`` says which of a row's roles."""

    words: tuple[str, ...]
    known: dict[str, str]
    turn: int


@cache
def _segments(axis: str, gates: tuple[str, ...], ways: tuple[str, ...]) -> tuple[_Segment, ...]:
    """Return the stretches of one axis in order, term by term, block by block."""
    labels = {"gates": gates, "ways": ways, "biases": (0, 1), **{f"{gate}_gate": (gate,) for gate in gates}}
    found = []
    for turn, term in enumerate(terms_of(axis)):
        blocks = [word for word in term if word in labels]
        features = tuple(word for word in term if word not in labels)
        for choice in product(*(labels[word] for word in blocks)):
            chosen: dict[str, Any] = dict(zip(blocks, choice, strict=True))
            known = {_meaning(word): label for word, label in chosen.items()}
            found.append(_Segment(features, known, chosen.get("biases", turn)))
    return tuple(found)


def _cuts(segments: Sequence[_Segment], sizes: Sizes) -> list[tuple[int, int]]:
    """Return the start and the stop of each stretch of an axis."""
    stops = list(accumulate(prod(sizes[word] for word in segment.words) for segment in segments))
    return list(zip([0, *stops], stops, strict=False))


def _meaning(word: str) -> str:
    """Return what the label of a block word is the name of."""
    return "gate" if word.endswith("_gate") else word.removesuffix("s")


def _is_frozen(row: Row, layer: Layer, layout: Layout) -> bool:
    return bool(row.frozen) and option_words(layer, layout.defaults).issuperset(row.frozen.split())


class _Block(Record):
    """A part of a tensor before its sizes are known; ``at`` counts, on each axis, the stretches before the block's."""

    at: tuple[int, ...]
    gate: str | None
    role: str
    way: str | None
    axes: str
    transposed: bool


@cache
def _blocks(row: Row, axes: str, gates: tuple[str, ...], ways: tuple[str, ...], way: str) -> tuple[_Block, ...]:
    """Return the blocks of one tensor, in the order in which they lie."""
    roles, turned, featured = row.role.split(), transposed(row, axes), feature_axes(axes)
    found = []
    for cut in product(*(enumerate(_segments(axis, gates, ways)) for axis in axes.split())):
        known = {"gate": gates[0] if len(gates) == 1 else None, "way": way or None}
        for _, segment in cut:
            known |= segment.known
        role = roles[max(segment.turn for _, segment in cut)]
        words = " ".join("*".join(cut[axis][1].words) for axis in featured)
        found.append(_Block(tuple(at for at, _ in cut), known["gate"], role, known["way"], words, turned[role]))
    return tuple(found)


def _parts(row: Row, axes: str, sizes: Sizes, gates: tuple[str, ...], layer: Layer, way: str) -> Iterator[Part]:
    """Yield the blocks of one tensor with their places, in the order in which they lie."""
    cuts = [_cuts(_segments(axis, gates, layer.ways), sizes) for axis in axes.split()]
    featured = feature_axes(axes)
    for block in _blocks(row, axes, gates, layer.ways, way):
        place = tuple(axis[at] for axis, at in zip(cuts, block.at, strict=True))
        shape = tuple(place[axis][1] - place[axis][0] for axis in featured)
        yield Part(block.gate, block.role, block.way, place, shape, block.axes, block.transposed, row.raveled)


@cache
def feature_axes(axes: str) -> list[int]:
    """Return the positions of the axes that hold features, not only count blocks.

    >>> feature_axes("ways gates*units input")
    [1, 2]
    """
    return [at for at, axis in enumerate(axes.split()) if axis not in _BLOCKS]


def transposed(row: Row, axes: str) -> dict[str, bool]:
    """Return for each role of a tensor whether the axis that meets what flows in comes before the one that gives what flows out."""
    return {role: not row.raveled and _input_comes_first(role, axes) for role in row.role.split()}


@cache
def _input_comes_first(role: str, axes: str) -> bool:
    order = [_meaning_of(axis, role) for axis in axes.split() if axis not in _BLOCKS]
    return 1 in order and order.index(1) < order.index(0)


def axis_order(axes: str, part: Part) -> list[int]:
    """Return, for each axis of a block, which axis of (units, input, *window) it is.

    >>> from lstm_calc import read, tensors
    >>> kernel = tensors(read("3 > conv_lstm 4 kernel=3x5"), "keras").tensors[0]
    >>> kernel.axes, axis_order(kernel.axes, kernel.parts[0])
    ('kernel_1 kernel_2 input gates*units', [2, 3, 1, 0])
    """
    if part.raveled:
        return [1, 0]
    return [_meaning_of(axis, part.role) for axis in axes.split() if axis not in _BLOCKS]


def _meaning_of(axis: str, role: str) -> int:
    """Return 0 for what flows out of a matrix (or a vector's only axis), 1 for what flows in, 2 and on for a window."""
    words = {word for term in terms_of(axis) for word in term}
    if axis.startswith("kernel_"):
        return int(axis.removeprefix("kernel_")) + 1
    return int(bool(words & _INTO.get(role, set())) and not words & _OUT_OF[role])
