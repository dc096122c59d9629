"""What stands between layers and has no parameters: what it makes of the shape that flows, under Keras' names.

A shape is (batch, axes, features), or (batch, features, axes) where the features of an image come first; a size that is not known
is None.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError, quoted
from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from lstm_calc.layers import Layer

Shape = tuple[int | None, ...]
Window = tuple[int, int, int]
"""An axis that is sampled anew: n becomes (up * n - window) // stride + 1."""


class Reshaping(Record):
    """A rule for shapes; raises ModelError, with the argument at fault, for a shape that it does not read."""

    def shape(self, shape: Shape) -> Shape:
        """Return what comes out of it."""
        raise NotImplementedError

    @property
    def keeps_features(self) -> bool:
        """Whether the features that flow in flow on, however many they are."""
        return False


class Flatten(Reshaping):
    """All axes become features."""

    def shape(self, shape: Shape) -> Shape:
        """Return the batch, and the product of all else."""
        return (shape[0], _product(shape[1:]))


class Reshape(Reshaping):
    """The axes become those of a target, whose one -1 is what remains."""

    target: tuple[int, ...]

    def shape(self, shape: Shape) -> Shape:
        """Return the batch and the target."""
        target, total = self.target, _product(shape[1:])
        known = prod(size for size in target if size != -1)
        if 0 in target or target.count(-1) > 1 or (total is not None and (total % known or (total != known and -1 not in target))):
            message = f"target_shape {quoted(list(target))} does not fit what flows in, {quoted(list(shape[1:]))}"
            raise ModelError(message, key="target_shape")
        rest = None if total is None else total // known
        return (shape[0], *(rest if size == -1 else size for size in target))


class Permute(Reshaping):
    """The axes in another order, counted from 1."""

    dims: tuple[int, ...]

    def shape(self, shape: Shape) -> Shape:
        """Return the batch, and the axes in their new order."""
        if sorted(self.dims) != list(range(1, len(shape))):
            message = f"dims {quoted(list(self.dims))} does not order the {len(shape) - 1} axes that flow in"
            raise ModelError(message, key="dims")
        return (shape[0], *(shape[axis] for axis in self.dims))


class GlobalPooling(Reshaping):
    """One vector for each sequence or image; ``keepdims`` leaves axes of one."""

    features_first: bool = False
    keepdims: bool = False

    def shape(self, shape: Shape) -> Shape:
        """Return the batch and the features."""
        features = 1 if self.features_first else len(shape) - 1
        if self.keepdims:
            return tuple(size if axis in {0, features} else 1 for axis, size in enumerate(shape))
        return (shape[0], shape[features])

    @property
    def keeps_features(self) -> bool:
        """Whether the features that flow in flow on."""
        return not self.features_first


class Resampling(Reshaping):
    """Pooling, cropping, padding or upsampling: what becomes of each axis that is no feature (None: that is not known)."""

    windows: tuple[Window | None, ...]
    features_first: bool = False

    def shape(self, shape: Shape) -> Shape:
        """Return the shape with its features, and the other axes sampled anew."""
        if len(shape) != len(self.windows) + 2:
            raise ModelError(f"reads {len(self.windows) + 2} axes, batch and features too, and {quoted(list(shape))} flows in")
        axes = list(shape[1:])
        features = axes.pop(0 if self.features_first else -1)
        sizes = [_sampled(size, window) for size, window in zip(axes, self.windows, strict=True)]
        if any(size is not None and size < 1 for size in sizes):
            raise ModelError(f"leaves nothing of {quoted(list(shape))}")
        return (shape[0], features, *sizes) if self.features_first else (shape[0], *sizes, features)

    @property
    def keeps_features(self) -> bool:
        """Whether the features that flow in flow on."""
        return True


class TimeDistributed(Reshaping):
    """The same at each step."""

    inner: Reshaping

    def shape(self, shape: Shape) -> Shape:
        """Return the shape with its steps, and what becomes of each."""
        batch, *rest = self.inner.shape((shape[0], *shape[2:]))
        return (batch, shape[1], *rest)

    @property
    def keeps_features(self) -> bool:
        """Whether the features that flow in flow on."""
        return self.inner.keeps_features


class Between(Record):
    """A rule with its name, which stands below the layer at ``position``."""

    position: int
    name: str
    rule: Reshaping

    def shape(self, shape: Shape) -> Shape:
        """Return what comes out of it; raise ModelError, with its name, for a shape that it does not read."""
        try:
            return self.rule.shape(shape)
        except ModelError as error:
            raise ModelError(f"{self.name}: {error}", key="shape") from None


def check_resized(between: Iterable[Between], layers: Sequence[Layer], positions: Container[int]) -> None:
    """Raise ModelError where layers at some positions are to change, and what reads them is told how many features there are."""
    for each in between:
        below = each.position - 1
        while below and layers[below].reads == "vector":
            below -= 1
        if below in positions and not each.rule.keeps_features:
            raise ModelError(
                f"{each.name} makes features of other axes, and the width of the layer above it is that of the file: "
                "another size below it is not followed"
            )


def _product(sizes: Sequence[int | None]) -> int | None:
    known = [size for size in sizes if size is not None]
    return prod(known) if len(known) == len(sizes) else None


def _sampled(size: int | None, window: Window | None) -> int | None:
    if size is None or window is None:
        return None
    up, reach, stride = window
    return (up * size - reach) // stride + 1
