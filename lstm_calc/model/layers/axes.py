"""Layers without weights that change which axes there are: flatten, reshape, permute, repeat_vector."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError
from lstm_calc.model.layers.base import Layer
from lstm_calc.model.sizes import Shape, product, shown

if TYPE_CHECKING:
    from collections.abc import Sequence


class Flatten(Layer):
    """All axes but the batch become features."""

    kind = "flatten"
    weighted = False
    keeps_rank = False
    mixes_axes = True
    stepwise = False

    def output_shape(self, shape: Shape) -> Shape:
        """Return the batch, and the product of all else."""
        return (shape[0], product(shape[1:]))


class Reshape(Layer):
    """The axes after the batch become those of ``target_shape``, of which one may be -1: what remains."""

    kind = "reshape"
    weighted = False
    keeps_rank = False
    mixes_axes = True
    stepwise = False
    value = "target_shape"
    target_shape: Sequence[int]

    def gives_steps(self, reads_steps: bool) -> bool:  # noqa: ARG002 - as in the base class
        """Return whether it gives (batch, steps, features)."""
        return len(self.target_shape) == 2

    def output_shape(self, shape: Shape) -> Shape:
        """Return the batch and the target."""
        target, numbers = self.target_shape, product(shape[1:])
        known = prod(size for size in target if size != -1)
        if numbers is not None and (numbers % known if -1 in target else numbers != known):
            raise ModelError(f"target_shape {shown(target)} does not fit {shown(shape[1:])}", key="target_shape")
        rest = None if numbers is None else numbers // known
        return (shape[0], *(rest if size == -1 else size for size in target))


class Permute(Layer):
    """The axes after the batch in another order, counted from 1."""

    kind = "permute"
    weighted = False
    mixes_axes = True
    stepwise = False
    value = "dims"
    dims: Sequence[int]

    @property
    def rank(self) -> int:
        """The batch, and as many axes as are put in order."""
        return len(self.dims) + 1

    def check_dims(self) -> None:
        """Refuse what is no order of axes."""
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ModelError(f"dims {shown(self.dims)} must have each axis once, counted from 1", key="dims")

    def output_shape(self, shape: Shape) -> Shape:
        """Return the batch, and the axes in their new order."""
        return (shape[0], *(shape[axis] for axis in self.dims))


class RepeatVector(Layer):
    """A vector repeated for ``steps`` steps."""

    kind = "repeat_vector"
    weighted = False
    value = "steps"
    keeps_rank = False
    steps: int

    @property
    def rank(self) -> int:
        """A vector per sequence."""
        return 2

    @property
    def axes(self) -> str:
        """The axes it reads, as a sentence says them."""
        return "(batch, features)"

    @property
    def reads_steps(self) -> bool:
        """A vector."""
        return False

    def gives_steps(self, reads_steps: bool) -> bool:  # noqa: ARG002 - as in the base class
        """Return true: it makes steps of a vector."""
        return True

    def output_shape(self, shape: Shape) -> Shape:
        """Return the batch, the steps and the features of the vector."""
        return (shape[0], self.steps, shape[1])
