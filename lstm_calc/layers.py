"""The layers: one class a kind, so that a GRU with a peephole cannot be written; each checked on construction and frozen.

Sizes are whole numbers of features: a layer reads ``(batch, steps, input_dim)`` and gives ``(batch, steps, output_dim)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from lstm_calc.errors import ModelError
from lstm_calc.fields import PLAIN, RULES
from lstm_calc.record import Checked

if TYPE_CHECKING:
    from collections.abc import Sequence


class Layer(Checked, kw_only=True):
    """What every layer has: a width that may override the one that flows in, a name, and whether it is trained."""

    rules, plain = RULES, PLAIN
    kind: ClassVar[str]
    size: ClassVar[str] = "units"
    """The field that a number right after the kind's name is."""
    reads: ClassVar[str] = "either"
    """What flows in: a vector a sequence, steps of vectors, either, or the tokens that steps are."""
    width: ClassVar[str] = "input_dim"
    """The field that says how wide what flows in is, where that is not the width of what the layer below gives."""
    words: ClassVar[frozenset[str]] = frozenset({"units", "output"})
    """The words that measure the layer's own sizes in the rows of the frameworks."""
    input_dim: int | None = None
    name: str | None = None
    trainable: bool = True

    @property
    def traits(self) -> tuple[Any, ...]:
        """All of a layer but its name, as a key: layers that agree in it are stored alike, run alike and cost the same."""
        return type(self), *(item for item in self.__dict__.items() if item[0] != "name")

    @property
    def repeat(self) -> int:
        """How many layers of this kind follow each other."""
        return 1

    @property
    def return_sequences(self) -> bool | None:
        """Whether the layer says that it gives every step, or the last alone; None where it says nothing."""
        return None

    @property
    def variant(self) -> str:
        """The other way of storing it that the layer asks a framework for; empty for the usual one."""
        return ""

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
    def output(self) -> int:
        """The size of h, or of what flows out."""
        size: int = getattr(self, self.size)
        return size

    @property
    def sizes(self) -> dict[str, int]:
        """The layer's own sizes by name."""
        return {"units": self.output, "output": self.output}

    def output_dim(self, input_dim: int) -> int:  # noqa: ARG002 - asked by what passes on what it reads
        """Return the features a step of the output has."""
        return self.output


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

    def check_merge(self) -> None:
        """Refuse a merge with nothing to merge."""
        if self.merge != "concat" and not self.bidirectional:
            raise ModelError(f"merge={self.merge} needs bidirectional", key="merge")

    def check_go_backwards(self) -> None:
        """Refuse two directions of which one is turned."""
        if self.go_backwards and self.bidirectional:
            raise ModelError("go_backwards does not go with bidirectional, which reads both ways", key="go_backwards")

    @property
    def ways(self) -> tuple[str, ...]:
        """The directions the layer reads in."""
        return ("forward", "backward") if self.bidirectional else ("forward",)

    def output_dim(self, input_dim: int) -> int:  # noqa: ARG002 - asked by what passes on what it reads
        """Return the size of h, twice where two directions are concatenated."""
        size = self.output
        return 2 * size if self.bidirectional and self.merge == "concat" else size


class OnCuDNN(Recurrent, kw_only=True):
    """What a layer has that Keras 2 offers in a class of its own for cuDNN.

    ``cudnn``: it is of that class, and stored as such by a framework that has one; elsewhere it is a layer like any other.
    """

    cudnn: bool = False

    @property
    def variant(self) -> str:
        """The other way of storing it that the layer asks a framework for; empty for the usual one."""
        return "cudnn" if self.cudnn else ""

    def check_cudnn(self) -> None:
        """Refuse what the classes for cuDNN do not have."""
        for field, value in self.changed().items():
            if field in {"bias", "projection", "peephole", "coupled"} or (field, value) == ("reset_after", False):
                raise ModelError(f"cudnn does not go with {field}={str(value).lower()}", key="cudnn")


class LSTM(OnCuDNN):
    """Long short-term memory: four gates over the input and h, and a cell state of ``units``.

    ``projection`` makes h smaller (or larger) than the cell, with a bias of its own where ``projection_bias`` (None: as the
    framework does); ``peephole`` lets the input, forget and output gate see the cell; ``coupled`` ties the input and the forget
    gate to a sum of one.
    """

    kind = "lstm"
    words = Layer.words | {"projection"}
    units: int
    projection: int | None = None
    projection_bias: bool | None = None
    peephole: bool = False
    coupled: bool = False

    @property
    def output(self) -> int:
        """The size of h: the projection where there is one."""
        return self.projection or self.units

    @property
    def sizes(self) -> dict[str, int]:
        """The units, the projection where there is one, and the size of h."""
        units, projection = self.units, self.projection or 0
        return {"units": units, "projection": projection, "output": projection or units}

    def check_projection_bias(self) -> None:
        """Refuse the bias of a projection that is not there."""
        if self.projection is None:
            raise ModelError("projection_bias needs a projection", key="projection_bias")


class GRU(OnCuDNN):
    """Gated recurrent unit; ``reset_after`` says whether the reset gate meets h after its matrix (None: as the framework does)."""

    kind = "gru"
    units: int
    reset_after: bool | None = None

    def check_cudnn(self) -> None:
        """Refuse what the class for cuDNN does not have, and make the choice that it does not leave open: it resets after."""
        super().check_cudnn()
        self.__dict__["reset_after"] = True


class RNN(Recurrent):
    """The simple recurrent layer: h' = tanh(W x + U h + b)."""

    kind = "rnn"
    units: int


class MGU(Recurrent):
    """Minimal gated unit: one gate, forget, and the candidate; without ``reset_gate`` it does not damp the candidate's h."""

    kind = "mgu"
    units: int
    reset_gate: bool = True


class ConvLSTM(Recurrent):
    """An LSTM whose products are convolutions over a ``kernel_size`` of one, two or three dimensions.

    ``strides``, ``dilation_rate`` and ``padding`` are those of the convolution of the input (None: 1, 1, and as the framework
    does); ``data_format`` says where the features of an image stand (None: last).
    """

    kind = "conv_lstm"
    size = "filters"
    words = Layer.words | {"kernel_size"}
    filters: int
    kernel_size: Sequence[int]
    strides: Sequence[int] | None = None
    dilation_rate: Sequence[int] | None = None
    padding: str | None = None
    data_format: str | None = None

    def check_strides(self) -> None:
        """Refuse strides of another number of dimensions."""
        self._check_dimensions("strides")

    def check_dilation_rate(self) -> None:
        """Refuse dilations of another number of dimensions, and those that do not go with strides."""
        self._check_dimensions("dilation_rate")
        if max(self.strides or (1,)) > 1 and max(self.dilation_rate or (1,)) > 1:
            raise ModelError("strides above 1 do not go with a dilation_rate above 1", key="strides")

    def _check_dimensions(self, field: str) -> None:
        if len(getattr(self, field)) != len(self.window):
            raise ModelError(f"{field} must have a size for each of the {len(self.window)} of kernel_size", key=field)

    def check_data_format(self) -> None:
        """Refuse two directions that are joined on the last axis, where that is the image's."""
        if self.features_first and self.bidirectional and self.merge == "concat":
            raise ModelError("channels_first does not go with merge=concat, which joins the last axis, the image's", key="merge")

    @property
    def sizes(self) -> dict[str, int]:
        """The filters, in the place of the units, and the window along each dimension."""
        window = {f"kernel_{dimension + 1}": size for dimension, size in enumerate(self.window)}
        return {**super().sizes, **window}

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


class Embedding(Layer):
    """A table of one vector of ``dim`` for each of ``vocab_size`` tokens."""

    kind = "embedding"
    size = "dim"
    reads = "tokens"
    width = "vocab_size"
    words = frozenset({"vocab_size", "dim", "output"})
    vocab_size: int
    dim: int

    def check_input_dim(self) -> None:
        """Refuse an input width: an embedding reads token ids."""
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
    words = frozenset()
    steps: int

    @property
    def sizes(self) -> dict[str, int]:
        """None that a tensor has."""
        return {}

    def output_dim(self, input_dim: int) -> int:
        """Return the features of the vector."""
        return input_dim


KINDS: dict[str, type[Layer]] = {kind.kind: kind for kind in (Embedding, LSTM, GRU, RNN, MGU, ConvLSTM, Dense, RepeatVector)}
