"""What was asked: a stack of layers, checked on construction and frozen afterwards."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

from lstm_calc.errors import ModelError, quoted
from lstm_calc.fields import PLAIN, count, name
from lstm_calc.layers import GRU, KINDS, LSTM, MGU, RNN, ConvLSTM, Dense, Embedding, Layer, Recurrent, RepeatVector
from lstm_calc.record import Checked, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

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


def _lasting(_: str, values: Iterable[Any]) -> tuple[Any, ...]:
    """Return some values as they will stay."""
    return tuple(values)


class Model(Checked):
    """A stack of layers; ``input_dim`` is the features a time step has, None where an embedding comes first.

    ``between`` is what stands between the layers without parameters, and changes what flows; ``remarks`` are sentences on what the
    layers of a file compute that no field has. ``framework`` is the one that the model was written in, where its file says so: it
    answers where no other is asked for.
    """

    rules, plain = {"input_dim": count, "between": _lasting, "remarks": _lasting, "framework": name}, PLAIN
    layers: Sequence[Layer]
    input_dim: int | None = None
    between: Sequence[Between] = ()
    remarks: Sequence[str] = ()
    framework: str | None = None

    flows: ClassVar[Sequence[tuple[Layer, int, int]]]
    """Each layer with the features that flow into it, the first of its repeats, and out of it."""

    def check_layers(self) -> None:
        """Refuse a stack that is empty or too long, or whose widths, outputs or names do not follow from each other."""
        try:
            layers = tuple(self.layers)
        except TypeError:
            raise ModelError("layers must be a list of layers", key="layers") from None
        flows: list[tuple[Layer, int, int]] = []
        width: Any = self.input_dim
        depth, telling = 0, False
        for layer in layers:
            if not isinstance(layer, Layer):
                raise ModelError(f"{quoted(layer)} is not a layer", key="layers", layer=len(flows))
            given = layer.__dict__
            reads = given.get(layer.width, width)
            width = layer.output_dim(reads)
            flows.append((layer, reads, width))
            depth += layer.repeat
            telling = telling or not _TELLING.isdisjoint(given)
        if not 0 < depth <= MAX_LAYERS:
            raise ModelError(f"a model has at most {MAX_LAYERS:,} layers" if flows else "the model has no layers", key="layers")
        if flows[0][1] is None:
            raise ModelError("input_dim is missing (the features of a time step), and no embedding comes first", key="input_dim")
        values = self.__dict__
        values["layers"], values["flows"] = layers, tuple(flows)
        if telling:
            _check_told(self)

    @cached_property
    def sequences(self) -> tuple[bool | None, ...]:
        """Whether each layer, the last of its repeats, gives every step; None where the framework decides."""
        return _sequences(self.layers, {each.position for each in self.between})

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """The layers in their places, repeats apart, each with its name and the width that flows in and out."""
        return tuple(_placed(self))

    def __str__(self) -> str:
        """Return the model in the one-line notation."""
        from lstm_calc.notation import write

        return write(self)


def _joints(model: Model) -> Iterator[tuple[int, Layer, Layer]]:
    """Yield each layer that reads another, or its own repeat, as its position, what it reads and itself."""
    for position, layer in enumerate(model.layers):
        if position and layer.input_dim is None:
            yield position, model.layers[position - 1], layer
        if layer.repeat > 1:
            yield position + 1, layer, layer


def _check_merges(model: Model) -> None:
    """Refuse a layer that would read two outputs."""
    for position, below, _ in _joints(model):
        if getattr(below, "merge", None) == "none":
            raise ModelError("merge=none gives two outputs, and the next layer reads one", key="merge", layer=position - 1)


def _check_last_axes(model: Model) -> None:
    """Refuse a layer that would read the last axis of an image that has its features first."""
    for position, below, layer in _joints(model):
        if below.features_first and not layer.features_first:
            what = f"the last axis of channels_first is the image's, and {layer.kind} reads it: say how wide it is, as in=..."
            raise ModelError(what, key="input_dim", layer=position)


def _check_tied(model: Model) -> None:
    """Refuse a layer that shares the matrix of an embedding that is not there."""
    tables = set()
    for position, (layer, width, _) in enumerate(model.flows):
        if isinstance(layer, Embedding):
            tables.add((layer.vocab_size, layer.dim))
        elif isinstance(layer, Dense) and layer.tied and (layer.units, width) not in tables:
            what = f"tied shares an embedding's matrix, and none below is {layer.units:,} x {width:,}"
            raise ModelError(what, key="tied", layer=position)


def _placed(model: Model) -> Iterator[Placed]:
    """Yield the layers in their places, equal ones as one object, so that what is worked out for one is known of all."""
    names, module, known = iter(_names(model.layers)), "", dict[tuple[object, ...], Layer]()
    for (layer, width, output_dim), sequences in zip(model.flows, model.sequences, strict=True):
        layer = known.setdefault((type(layer), *vars(layer).items()), layer)  # noqa: PLW2901 - equal
        for depth in range(layer.repeat):
            name = next(names)
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


def _check_names(model: Model) -> None:
    """Refuse a name that two layers are given."""
    taken = set()
    for position, layer in enumerate(model.layers):
        if layer.name in taken:
            raise ModelError(f"name {quoted(layer.name)} is taken by a layer before", key="name", layer=position)
        taken |= {layer.name} - {None}


def _check_tokens(model: Model) -> None:
    """Refuse a width of what flows in where that is token ids."""
    if model.input_dim is not None and model.layers[0].reads == "tokens":
        raise ModelError("input_dim does not go with an embedding first, which reads token ids", key="input_dim")


_CHECKS: dict[str, Callable[[Model], object]] = {
    "vocab_size": _check_tokens,
    "merge": _check_merges,
    "data_format": _check_last_axes,
    "tied": _check_tied,
    "name": _check_names,
    "return_sequences": attrgetter("sequences"),
}
"""What refuses a stack, by the field that a layer has to give before there is anything to refuse."""
_TELLING = frozenset(_CHECKS)


def _check_told(model: Model) -> None:
    """Refuse a stack for what its layers tell."""
    told = set(chain.from_iterable(map(vars, model.layers)))
    for field, check in _CHECKS.items():
        if field in told:
            check(model)


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
