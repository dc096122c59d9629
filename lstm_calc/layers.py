"""The layers: one class a kind, so that a GRU with a peephole cannot be written; each checked on construction and frozen.

Sizes are whole numbers of features: a layer reads ``(batch, steps, input_dim)`` and gives ``(batch, steps, output_dim)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lstm_calc.errors import ModelError
from lstm_calc.fields import RULES
from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence


class Layer(Record, kw_only=True):
    """What every layer has: a width that may override the one that flows in, a name, and whether it is trained."""

    rules = RULES
    kind: ClassVar[str]
    size: ClassVar[str] = "units"
    """The field that a number right after the kind's name is."""
    reads: ClassVar[str] = "either"
    """What flows in: a vector a sequence, steps of vectors, either, or the tokens that steps are."""
    input_dim: int | None = None
    name: str | None = None
    trainable: bool = True

    @property
    def repeat(self) -> int:
        """How many layers of this kind follow each other."""
        return 1

    @property
    def return_sequences(self) -> bool | None:
        """Whether the layer says that it gives every step, or the last alone; None where it says nothing."""
        return None

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
        """Refuse a merge with nothing to merge, and two directions of which one is turned."""
        if self.merge != "concat" and not self.bidirectional:
            raise ModelError(f"merge={self.merge} needs bidirectional", key="merge")
        if self.go_backwards and self.bidirectional:
            raise ModelError("go_backwards does not go with bidirectional, which reads both ways", key="go_backwards")

    @property
    def ways(self) -> tuple[str, ...]:
        """The directions the layer reads in."""
        return ("forward", "backward") if self.bidirectional else ("forward",)

    def output_dim(self, input_dim: int) -> int:
        """Return the size of h, twice where two directions are concatenated."""
        size = self.sizes.get("output", input_dim)
        return 2 * size if self.bidirectional and self.merge == "concat" else size


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
        units, projection = self.units, self.projection
        return {"units": units, "projection": projection or 0, "output": projection or units}

    def check(self) -> None:
        """Refuse, beside what no recurrent layer has, the bias of a projection that is not there."""
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
        """Refuse, beside what no recurrent layer has, strides or dilations of another number of dimensions."""
        super().check()
        for field in ("strides", "dilation_rate"):
            if len(getattr(self, field) or self.window) != len(self.window):
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
        """Refuse an input width: an embedding reads token ids."""
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
