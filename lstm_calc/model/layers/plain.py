"""Layers that compute each position of what they read by itself: dense, embedding, normalisation, activations, dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lstm_calc.errors import ModelError
from lstm_calc.model.layers.base import UNITS, Layer

if TYPE_CHECKING:
    from lstm_calc.model.sizes import Shape, Size


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


class Shared(Layer):
    """An earlier layer that is used again: ``uses`` is its name, and the weights are its own."""

    kind = "shared"
    weighted = False
    value = "uses"
    uses: str


class LayerNorm(Layer):
    """Layer normalisation over the features: a gain (``scale``) and a shift (``center``) for each of them."""

    kind = "layer_norm"
    words = frozenset({"output"})
    center: bool = True
    scale: bool = True

    def sizes(self, shape: Shape) -> dict[str, Size]:
        """Return the width it reads and gives."""
        return {"input": shape[-1], "output": shape[-1]}


class Elementwise(Layer):
    """A layer without weights that changes no shape."""

    weighted = False
    saves_output: ClassVar[bool] = False
    """Whether training saves what it gives."""


class Dropout(Elementwise):
    """Dropout of a share ``rate``, of any form; it acts in training alone."""

    kind = "dropout"
    value = "rate"
    rate: float | None = None


class Activation(Elementwise):
    """A function of each number by itself, such as relu."""

    kind = "activation"
    value = "function"
    saves_output = True
    function: str = "relu"


class Masking(Elementwise):
    """A mask of the steps that are padding."""

    kind = "masking"
