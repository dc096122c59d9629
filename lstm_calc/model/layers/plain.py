"""Layers that compute each position of what they read by itself: dense, embedding, activations, dropout; and crf and other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError
from lstm_calc.model.layers.base import UNITS, Layer
from lstm_calc.model.sizes import Shape, Size, product, several, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Dense(Layer):
    """A linear layer; ``tied`` shares the matrix of an embedding before it, so that only the bias is its own."""

    kind = "dense"
    words = UNITS
    size = "units"
    units: int
    bias: bool = True
    tied: bool = False


class Embedding(Layer):
    """A table of one vector of ``dim`` for each of ``vocab_size`` tokens. It reads token ids, which have no features."""

    kind = "embedding"
    size = "dim"
    words = frozenset({"vocab_size", "dim", "output"})
    keeps_rank = False
    vocab_size: int
    dim: int

    @property
    def reads_steps(self) -> bool:
        """A sequence of tokens."""
        return True

    @property
    def reads_tokens(self) -> bool:
        """Yes."""
        return True

    def check_input_dim(self) -> None:
        """Refuse an input width: an embedding reads token ids."""
        raise ModelError("an embedding reads token ids and has no input_dim; its table is vocab_size x dim", key="input_dim")

    def input_shape(self, width: Size) -> Shape:  # noqa: ARG002 - token ids have no features
        """Return the shape of a batch of sequences of tokens."""
        return (None, None)

    def gives_steps(self, reads_steps: bool) -> bool:
        """Return whether the tokens are steps."""
        return reads_steps

    def width(self, shape: Shape) -> int:  # noqa: ARG002 - token ids have no features
        """Return how many tokens there are, which are the rows of the table."""
        return self.vocab_size

    def output_shape(self, shape: Shape) -> Shape:
        """Return the axes of the token ids, and the features of a vector."""
        return (*shape, self.dim)

    def sizes(self, shape: Shape) -> dict[str, Size]:  # noqa: ARG002 - token ids have no features
        """Return the two sides of the table."""
        return {"vocab_size": self.vocab_size, "dim": self.dim, "output": self.dim, "input": self.vocab_size}


class PReLU(Layer):
    """relu with a slope for negative numbers that is learned, one for each number of an entry; ``shared_axes`` share theirs.

    With ``num_parameters``, which PyTorch has in the place of axes, it has one slope, or one for each feature.
    """

    kind = "prelu"
    words = frozenset({"slopes", "all_slopes"})
    mixes_axes = True
    shared_axes: Sequence[int] = ()
    num_parameters: int | None = None

    def check_num_parameters(self) -> None:
        """Refuse a number of slopes beside the axes that share them."""
        if self.shared_axes:
            raise ModelError("num_parameters says which axes share their slopes; give one of the two", key="num_parameters")

    def axes_shared(self, rank: int) -> Sequence[int]:
        """Return the axes along which the slopes are the same, of an input with so many axes, the batch included."""
        if self.num_parameters is None:
            return self.shared_axes
        return range(1, rank if self.num_parameters == 1 else rank - 1)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape it reads."""
        if max(self.shared_axes, default=0) >= len(shape):
            raise ModelError(f"shared_axes {shown(self.shared_axes)} are not all axes of {shown(shape)}", key="shared_axes")
        if self.num_parameters not in {None, 1, shape[-1]} and shape[-1] is not None:
            what = f"num_parameters is 1 or the {shape[-1]:,} features that come in, not {self.num_parameters:,}"
            raise ModelError(what, key="num_parameters")
        return shape

    def sizes(self, shape: Shape) -> dict[str, Size]:
        """Return the sizes of the slopes, 1 along an axis that shares them; a number of them does not depend on the features."""
        shared = self.axes_shared(len(shape))
        slopes = tuple(1 if axis in shared else size for axis, size in enumerate(shape) if axis)
        if self.num_parameters is not None:
            slopes = (*slopes[:-1], self.num_parameters)
        features = self.num_parameters if shape[-1] is None else shape[-1]
        return {"input": features, "all_slopes": product(slopes), **several("slopes", slopes)}


class CRF(Layer):
    """A conditional random field over ``units`` tags: scores of tags, of each tag after each other one, and of both ends.

    The ends have scores of their own where ``use_boundary``, and the tags a ``bias`` where the layer computes their scores itself.
    """

    kind = "crf"
    words = UNITS
    size = "units"
    units: int
    use_boundary: bool = True
    bias: bool = True

    @property
    def rank(self) -> int:
        """A sequence of scores or features."""
        return 3

    @property
    def axes(self) -> str:
        """The axes it reads, as a sentence says them."""
        return "(batch, steps, features)"

    @property
    def reads_steps(self) -> bool:
        """The steps that are tagged."""
        return True


class Other(Layer):
    """A layer that is described by what is known of it: ``params``, its number of parameters, and ``shape``, what it gives.

    Without ``params`` the number is not known; without ``shape`` it gives as many axes as it reads, of sizes that are not known.
    ``class_name`` is what it is called where it was found.
    """

    kind = "other"
    value = "params"
    words = frozenset({"params"})
    reads_several = True
    keeps_rank = False
    stepwise = False
    params: int | None = None
    shape: Sequence[Size] | None = None
    class_name: str | None = None

    @property
    def knows_shape(self) -> bool:
        """Whether all that it gives is known, the batch apart."""
        return self.shape is not None and None not in self.shape

    def give(self, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return the shape of its output; it may read any number of inputs."""
        return super().give(shapes[:1])

    def output_shape(self, shape: Shape) -> Shape:
        """Return the batch and what is declared."""
        return (shape[0], *((None,) * (len(shape) - 1) if self.shape is None else self.shape))

    def sizes(self, shape: Shape) -> dict[str, Size]:  # noqa: ARG002 - whatever it reads
        """Return the number of parameters."""
        return {"params": self.params}

    def shape_words(self, shapes: tuple[Shape, ...]) -> frozenset[str]:  # noqa: ARG002 - whatever it reads
        """Return whether it may have weights."""
        return frozenset() if self.params == 0 else frozenset({"weights"})

    def times(self, shape: Shape, given: Shape) -> Mapping[str, Size]:  # noqa: ARG002 - what it computes is not known
        """Return that it is applied once for each entry of the batch."""
        return {"": shape[0]}


class Elementwise(Layer):
    """A layer without weights that changes no shape."""

    weighted = False


class Dropout(Elementwise):
    """Dropout of a share ``rate``, of any form; it acts in training alone."""

    kind = "dropout"
    value = "rate"
    rate: float | None = None


class Activation(Layer):
    """A function of each number by itself, such as relu; glu multiplies half of the features with a gate of the other half."""

    kind = "activation"
    weighted = False
    value = "function"
    function: str = "relu"

    @property
    def is_gated(self) -> bool:
        """Whether it gives half of the features that it reads."""
        return self.function.lower() == "glu"

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape it reads, with half of the features where it is gated; raise ModelError where they have no half."""
        if not self.is_gated or shape[-1] is None:
            return shape
        if shape[-1] % 2:
            raise ModelError(f"glu gives half of the features, and {shape[-1]:,} come in", key="function")
        return (*shape[:-1], shape[-1] // 2)


class Masking(Elementwise):
    """A mask of the steps that are padding."""

    kind = "masking"
