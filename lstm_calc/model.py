"""What was asked: a stack of layers, checked on construction and frozen afterwards."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from lstm_calc.errors import ModelError, quoted
from lstm_calc.fields import count
from lstm_calc.layers import GRU, KINDS, LSTM, MGU, RNN, ConvLSTM, Dense, Embedding, Layer, Recurrent, RepeatVector
from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from lstm_calc.reshaping import Between

__all__ = [
    "GRU",
    "KINDS",
    "LSTM",
    "MAX_LAYERS",
    "MGU",
    "RNN",
    "ConvLSTM",
    "Dense",
    "Embedding",
    "Layer",
    "Model",
    "Placed",
    "Recurrent",
    "RepeatVector",
    "fresh_name",
]

MAX_LAYERS = 10_000


class Placed(Record):
    """One layer in its place; a layer with ``repeat`` has several, that share ``module`` and count up ``depth``.

    ``sequences``: whether a recurrent layer gives every step or the last alone; None at the top, where the framework decides.
    """

    layer: Layer
    name: str
    module: str
    depth: int
    input_dim: int
    output_dim: int
    sequences: bool | None


class Model(Record):
    """A stack of layers; ``input_dim`` is the features a time step has, None where an embedding comes first.

    ``between`` is what stands between the layers without parameters, and changes what flows; ``remarks`` are sentences on what the
    layers of a file compute that no field has.
    """

    layers: Sequence[Layer]
    input_dim: int | None = None
    between: Sequence[Between] = ()
    remarks: Sequence[str] = ()

    widths: ClassVar[tuple[int, ...]]
    """The features that flow into each layer, the first of its repeats."""
    sequences: ClassVar[tuple[bool | None, ...]]
    """Whether each layer, the last of its repeats, gives every step; None where the framework decides."""

    def check(self) -> None:
        """Refuse a stack that is empty, too long, or whose widths, outputs or names do not follow from each other."""
        values = self.__dict__
        values["layers"] = layers = _layers(self.layers)
        if self.input_dim is not None:
            values["input_dim"] = count("input_dim", self.input_dim)
        if sum([layer.repeat for layer in layers]) > MAX_LAYERS:
            raise ModelError(f"a model has at most {MAX_LAYERS:,} layers", key="layers")
        values["widths"] = _widths(layers, self.input_dim)
        _check_names(layers)
        values["between"] = tuple(self.between)
        values["sequences"] = _sequences(layers, {each.position for each in self.between})

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """The layers in their places, repeats apart, each with its name and the width that flows in and out."""
        return tuple(_placed(self))

    def __str__(self) -> str:
        """Return the model in the one-line notation."""
        from lstm_calc.notation import write

        return write(self)


def _layers(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return the layers, equal ones as one object, so that what is worked out for one is known of all."""
    if isinstance(layers, Layer):
        raise ModelError("layers must be a list of layers", key="layers")
    layers = tuple(layers)
    if not layers:
        raise ModelError("the model has no layers", key="layers")
    for position, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise ModelError(f"{quoted(layer)} is not a layer", key="layers", layer=position)
    if len(layers) == 1:
        return layers
    known: dict[Layer, Layer] = {}
    return tuple(known.setdefault(layer, layer) for layer in layers)


def _widths(layers: tuple[Layer, ...], width: int | None) -> tuple[int, ...]:
    """Return the features that flow into each layer; ``width`` is what flows into the first."""
    found: list[int] = []
    for position, layer in enumerate(layers):
        if position and layer.input_dim is None:
            _check_reads(layer, layers[position - 1], position)
        if layer.repeat > 1:
            _check_reads(layer, layer, position + 1)
        reads = _width(layers, position, layer.input_dim or width)
        found.append(reads)
        width = layer.output_dim(reads)
    return tuple(found)


def _check_reads(layer: Layer, below: Layer, position: int) -> None:
    """Refuse a layer that would read two outputs, or the last axis of an image that has its features first."""
    if getattr(below, "merge", None) == "none":
        raise ModelError("merge=none gives two outputs, and the next layer reads one", key="merge", layer=position - 1)
    if below.features_first and not layer.features_first:
        raise ModelError(
            f"the last axis of channels_first is the image's, and {layer.kind} reads it: say how wide it is, as in=...",
            key="input_dim",
            layer=position,
        )


def _placed(model: Model) -> Iterator[Placed]:
    """Yield the layers in their places."""
    names, module = iter(_names(model.layers)), ""
    for layer, width, sequences in zip(model.layers, model.widths, model.sequences, strict=True):
        for depth in range(layer.repeat):
            name, output_dim = next(names), layer.output_dim(width)
            module = name if depth == 0 else module
            every = depth < layer.repeat - 1 or sequences
            yield Placed(layer, name, module, depth, output_dim if depth else width, output_dim, every)


_NEEDS = {"steps": True, "vector": False, "tokens": None}
"""For what a layer reads: whether the recurrent layer below has to give every step; one that reads either asks nothing."""

_BROKEN = {
    False: "gives the last step alone, (batch, features), and the {} above reads steps: Keras' 'expected ndim=3, found ndim=2'",
    True: "gives every step, (batch, steps, features), and the {} above reads a vector: Keras' 'expected ndim=2, found ndim=3'",
}


def _sequences(layers: Sequence[Layer], apart: Container[int]) -> tuple[bool | None, ...]:
    """Return whether each layer gives every step, as it says itself or what reads it needs; refuse one where these differ.

    ``apart`` are the positions of the layers that do not read what the layer below gives.
    """
    found: list[bool | None] = []
    needed, reader = None, ""
    for layer in reversed(layers):
        given = layer.return_sequences
        if given is not None and needed not in {None, given}:
            position, what = len(layers) - len(found) - 1, _BROKEN[given].format(reader)
            message = f"return_sequences={quoted(given)} of {layer.name or layer.kind}, layer {position + 1}, {what}"
            raise ModelError(message, key="return_sequences", layer=position)
        found.append(needed if given is None else given)
        if layer.reads in _NEEDS:
            needed, reader = _NEEDS[layer.reads], layer.kind
        if len(layers) - len(found) in apart:
            needed = None
    return tuple(reversed(found))


def _width(layers: tuple[Layer, ...], position: int, width: int | None) -> int:
    """Return the width that flows into a layer, or say why there is none."""
    layer = layers[position]
    if isinstance(layer, Embedding):
        if position == 0 and width is not None:
            raise ModelError("input_dim does not go with an embedding first, which reads token ids", key="input_dim")
        return layer.vocab_size
    if width is None:
        raise ModelError("input_dim is missing (the features of a time step), and no embedding comes first", key="input_dim")
    if (
        isinstance(layer, Dense)
        and layer.tied
        and not any(
            isinstance(below, Embedding) and (below.vocab_size, below.dim) == (layer.units, width) for below in layers[:position]
        )
    ):
        raise ModelError(
            f"tied shares an embedding's matrix, and none below is {layer.units:,} x {width:,}", key="tied", layer=position
        )
    return width


def _check_names(layers: tuple[Layer, ...]) -> None:
    """Refuse a name that two layers are given."""
    taken = set()
    for position, layer in enumerate(layers):
        if layer.name is not None:
            if layer.name in taken:
                raise ModelError(f"name {quoted(layer.name)} is taken by a layer before", key="name", layer=position)
            taken.add(layer.name)


def _names(layers: Sequence[Layer]) -> list[str]:
    """Return a name of its own for every layer: the one given, else its kind, counted up where taken."""
    taken = {layer.name: 1 for layer in layers if layer.name is not None}
    return [
        layer.name if layer.name is not None and depth == 0 else fresh_name(layer.name or layer.kind, taken)
        for layer in layers
        for depth in range(layer.repeat)
    ]


def fresh_name(base: str, taken: dict[str, int]) -> str:
    """Return the base, or base_1, base_2, ... where that is taken; ``taken`` counts the names and is kept up.

    >>> taken = {}
    >>> fresh_name("lstm", taken), fresh_name("lstm", taken), fresh_name("op_0", taken), fresh_name("op_0", taken)
    ('lstm', 'lstm_1', 'op_0', 'op_1')
    """
    name = base
    while name in taken:
        name = f"{base.removesuffix('_0')}_{taken[base]}"
        taken[base] += 1
    taken[name] = 1
    return name
