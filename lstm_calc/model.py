"""What was asked: the layers and the model, checked on construction and frozen afterwards.

Sizes are whole numbers of features: a layer reads ``(batch, steps, input_dim)`` and gives ``(batch, steps, output_dim)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lstm_calc.errors import ModelError, quoted
from lstm_calc.fields import RULES, count
from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_LAYERS = 10_000


class Layer(Record, kw_only=True):
    """What every layer has: a width that may override the one that flows in, a name, and whether it is trained."""

    kind: ClassVar[str]
    size: ClassVar[str] = "units"
    """The field that a number right after the kind's name is."""
    reads: ClassVar[str] = "either"
    """What flows in: a vector a sequence, steps of vectors, either, or the tokens that steps are."""
    input_dim: int | None = None
    name: str | None = None
    trainable: bool = True

    def check(self) -> None:
        """Refuse a field whose value cannot be, naming the field."""
        defaults = self.fields
        for field, value in self.__dict__.items():
            if value is defaults[field]:
                continue
            rule, optional = RULES[field]
            if not (optional and value is None):
                self.__dict__[field] = rule(field, value)

    @property
    def repeats(self) -> int:
        """How many layers of this kind follow each other."""
        return 1

    @property
    def ways(self) -> tuple[str, ...]:
        """The directions the layer reads in; one without a name where it has none."""
        return ("",)

    @property
    def window(self) -> tuple[int, ...]:
        """The size of a convolution's kernel, one number a dimension; empty where nothing is convolved."""
        return ()

    @property
    def features_first(self) -> bool:
        """Whether the features of an image stand before its positions."""
        return False

    @property
    def sizes(self) -> dict[str, int]:
        """The layer's own sizes by name; ``output`` is the size of h, or of what flows out."""
        return {}

    def output_dim(self, input_dim: int) -> int:
        """Return the features a step of the output has."""
        return self.sizes.get("output", input_dim)


class Recurrent(Layer, kw_only=True):
    """What every recurrent layer has beside its units.

    ``return_sequences`` gives every step, or the last alone (None: as the stack needs, or the framework does at its top);
    ``return_state``, ``stateful`` and ``go_backwards`` are Keras' and change no parameter.
    """

    reads = "steps"
    bias: bool = True
    bidirectional: bool = False
    merge: str = "concat"
    repeat: int = 1
    return_sequences: bool | None = None
    return_state: bool = False
    stateful: bool = False
    go_backwards: bool = False

    def check(self) -> None:
        """Refuse, beside wrong values, a merge with nothing to merge."""
        super().check()
        if self.merge != "concat" and not self.bidirectional:
            raise ModelError(f"merge={self.merge} needs bidirectional", key="merge")
        if self.go_backwards and self.bidirectional:
            raise ModelError("go_backwards does not go with bidirectional, which reads both ways", key="go_backwards")

    @property
    def repeats(self) -> int:
        """How many layers of this kind follow each other."""
        return self.repeat

    @property
    def ways(self) -> tuple[str, ...]:
        """The directions the layer reads in."""
        return ("forward", "backward") if self.bidirectional else ("forward",)

    def output_dim(self, input_dim: int) -> int:
        """Return the size of h, twice where two directions are concatenated."""
        return super().output_dim(input_dim) * (len(self.ways) if self.merge == "concat" else 1)


class LSTM(Recurrent):
    """Long short-term memory: four gates over the input and h, and a cell state of ``units``.

    ``projection`` makes h smaller (or larger) than the cell, with a bias of its own where ``projection_bias`` (None: as the
    framework does); ``peephole`` lets the input, forget and output gate see the cell; ``coupled`` ties the input and the forget
    gate to a sum of one.
    """

    kind = "lstm"
    units: int
    projection: int | None = None
    projection_bias: bool | None = None
    peephole: bool = False
    coupled: bool = False

    @property
    def sizes(self) -> dict[str, int]:
        """The units, the projection where there is one, and the size of h."""
        return {"units": self.units, "projection": self.projection or 0, "output": self.projection or self.units}

    def check(self) -> None:
        """Refuse, beside wrong values, the bias of a projection that is not there."""
        super().check()
        if self.projection_bias is not None and self.projection is None:
            raise ModelError("projection_bias needs a projection", key="projection_bias")


class GRU(Recurrent):
    """Gated recurrent unit; ``reset_after`` says whether the reset gate meets h after its matrix (None: as the framework does)."""

    kind = "gru"
    units: int
    reset_after: bool | None = None

    @property
    def sizes(self) -> dict[str, int]:
        """The units, which are the size of h."""
        return {"units": self.units, "output": self.units}


class RNN(Recurrent):
    """The simple recurrent layer: h' = tanh(W x + U h + b)."""

    kind = "rnn"
    units: int

    @property
    def sizes(self) -> dict[str, int]:
        """The units, which are the size of h."""
        return {"units": self.units, "output": self.units}


class MGU(Recurrent):
    """Minimal gated unit: one gate, forget, and the candidate; without ``reset_gate`` it does not damp the candidate's h."""

    kind = "mgu"
    units: int
    reset_gate: bool = True

    @property
    def sizes(self) -> dict[str, int]:
        """The units, which are the size of h."""
        return {"units": self.units, "output": self.units}


class ConvLSTM(Recurrent):
    """An LSTM whose products are convolutions over a ``kernel_size`` of one, two or three dimensions.

    ``strides``, ``dilation_rate`` and ``padding`` are those of the convolution of the input (None: 1, 1, and as the framework
    does); ``data_format`` says where the features of an image stand (None: last).
    """

    kind = "conv_lstm"
    size = "filters"
    filters: int
    kernel_size: Sequence[int]
    strides: Sequence[int] | None = None
    dilation_rate: Sequence[int] | None = None
    padding: str | None = None
    data_format: str | None = None

    def check(self) -> None:
        """Refuse, beside wrong values, strides or dilations of another number of dimensions."""
        super().check()
        for field in ("strides", "dilation_rate"):
            if len(self.__dict__[field] or self.window) != len(self.window):
                raise ModelError(f"{field} must have a size for each of the {len(self.window)} of kernel_size", key=field)
        if max(self.strides or (1,)) > 1 and max(self.dilation_rate or (1,)) > 1:
            raise ModelError("strides above 1 do not go with a dilation_rate above 1", key="strides")
        if self.features_first and self.bidirectional and self.merge == "concat":
            raise ModelError("channels_first does not go with merge=concat, which joins the last axis, the image's", key="merge")

    @property
    def sizes(self) -> dict[str, int]:
        """The filters, in the place of the units."""
        return {"units": self.filters, "output": self.filters}

    @property
    def window(self) -> tuple[int, ...]:
        """The kernel size."""
        return tuple(self.kernel_size)

    @property
    def features_first(self) -> bool:
        """Whether the features of an image stand before its positions."""
        return self.data_format == "channels_first"


class Dense(Layer):
    """A linear layer; ``tied`` shares the matrix of an embedding below, so that only the bias is its own."""

    kind = "dense"
    units: int
    bias: bool = True
    tied: bool = False

    @property
    def sizes(self) -> dict[str, int]:
        """The units."""
        return {"units": self.units, "output": self.units}


class Embedding(Layer):
    """A table of one vector of ``dim`` for each of ``vocab_size`` tokens."""

    kind = "embedding"
    size = "dim"
    reads = "tokens"
    vocab_size: int
    dim: int

    def check(self) -> None:
        """Refuse, beside wrong values, an input width: an embedding reads token ids."""
        super().check()
        if self.input_dim is not None:
            raise ModelError("an embedding reads token ids and has no input_dim; its table is vocab_size x dim", key="input_dim")

    @property
    def sizes(self) -> dict[str, int]:
        """The table's two sides."""
        return {"vocab_size": self.vocab_size, "dim": self.dim, "output": self.dim}


class RepeatVector(Layer):
    """Repeats a vector for ``steps`` steps; it has no parameters."""

    kind = "repeat_vector"
    size = "steps"
    reads = "vector"
    steps: int


KINDS: dict[str, type[Layer]] = {kind.kind: kind for kind in (Embedding, LSTM, GRU, RNN, MGU, ConvLSTM, Dense, RepeatVector)}


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
    """A stack of layers; ``input_dim`` is the features a time step has, None where an embedding comes first."""

    layers: Sequence[Layer]
    input_dim: int | None = None

    placed: ClassVar[tuple[Placed, ...]]
    """The layers in their places, repeats apart, each with the width that flows in and out."""

    def check(self) -> None:
        """Refuse a stack that is empty, too long, or whose widths do not follow from each other."""
        values = self.__dict__
        values["layers"] = layers = _layers(self.layers)
        if self.input_dim is not None:
            values["input_dim"] = count("input_dim", self.input_dim)
        if sum(layer.repeats for layer in layers) > MAX_LAYERS:
            raise ModelError(f"a model has at most {MAX_LAYERS:,} layers", key="layers")
        values["placed"] = tuple(_place(layers, self.input_dim))

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
    known: dict[Layer, Layer] = {}
    return tuple(known.setdefault(layer, layer) for layer in layers)


def _place(layers: tuple[Layer, ...], width: int | None) -> Iterator[Placed]:
    """Yield the layers in their places; ``width`` is what flows into the first."""
    names, below = _names(layers), None
    for position, (layer, sequences) in enumerate(zip(layers, reversed(list(_sequences(layers))), strict=True)):
        module, override = "", layer.input_dim
        for depth in range(layer.repeats):
            if override is None and getattr(below, "merge", None) == "none":
                raise ModelError(
                    "merge=none gives two outputs, and the next layer reads one", key="merge", layer=position - (not depth)
                )
            if override is None and below is not None and below.features_first and not layer.features_first:
                raise ModelError(
                    f"the last axis of channels_first is the image's, and {layer.kind} reads it: say how wide it is, as in=...",
                    key="input_dim",
                    layer=position,
                )
            width = _width(layers, position, override or width)
            name, below, override = next(names), layer, None
            module = module or name
            output_dim = layer.output_dim(width)
            yield Placed(layer, name, module, depth, width, output_dim, depth < layer.repeats - 1 or sequences)
            width = output_dim


_NEEDS = {"steps": True, "vector": False, "tokens": None}
"""For what a layer reads: whether the recurrent layer below has to give every step; one that reads either asks nothing."""

_BROKEN = {
    False: "gives the last step alone, (batch, features), and the {} above reads steps: Keras' 'expected ndim=3, found ndim=2'",
    True: "gives every step, (batch, steps, features), and the {} above reads a vector: Keras' 'expected ndim=2, found ndim=3'",
}


def _sequences(layers: tuple[Layer, ...]) -> Iterator[bool | None]:
    """Yield whether each layer gives every step, the top one first: as it says itself, else as what reads it needs."""
    needed, reader = None, ""
    for position in range(len(layers) - 1, -1, -1):
        layer = layers[position]
        given = getattr(layer, "return_sequences", None)
        if given is not None and needed not in {None, given}:
            what = _BROKEN[given].format(reader)
            message = f"return_sequences={quoted(given)} of {layer.name or layer.kind}, layer {position + 1}, {what}"
            raise ModelError(message, key="return_sequences", layer=position)
        yield needed if given is None else given
        if layer.reads in _NEEDS:
            needed, reader = _NEEDS[layer.reads], layer.kind


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


def _names(layers: tuple[Layer, ...]) -> Iterator[str]:
    """Yield a name of its own for every layer: the one given, else its kind, counted up where taken."""
    taken: dict[str, int] = {}
    for position, layer in enumerate(layers):
        if layer.name in taken:
            raise ModelError(f"name {quoted(layer.name)} is taken by a layer before", key="name", layer=position)
        if layer.name is not None:
            taken[layer.name] = 1
    for layer in layers:
        for depth in range(layer.repeats):
            yield layer.name if layer.name is not None and depth == 0 else fresh_name(layer.name or layer.kind, taken)


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
