"""Normalisation: over the batch, or over features, groups of them or several axes of each entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError
from lstm_calc.model.layers.base import Layer
from lstm_calc.model.sizes import Shape, Size, product, several, shown

if TYPE_CHECKING:
    from collections.abc import Sequence


class Norm(Layer, kw_only=True):
    """A normalisation with a number for each entry of ``axis``, which is one or several: the last, the features, unless set.

    The word input of its rows measures these axes, and output the entries of them all. The batch is axis 0, and -1 the last.
    """

    words = frozenset({"output"})
    mixes_axes = True
    axis: int | Sequence[int] = -1

    @property
    def axes_apart(self) -> tuple[int, ...]:
        """The axes that have numbers of their own."""
        return (self.axis,) if isinstance(self.axis, int) else tuple(self.axis)

    def width(self, shape: Shape) -> Size:
        """Return how many features a shape has that it reads."""
        return shape[max(self._places(shape))]

    def normalized(self, shape: Shape) -> Shape:
        """Return the sizes of the axes that have numbers of their own; raise ModelError for one that is not there."""
        return tuple(shape[place] for place in self._places(shape))

    def _places(self, shape: Shape) -> list[int]:
        """Return where these axes stand, in the order of their numbers: Keras sorts ``(1, -1)`` to (-1, 1)."""
        places = [axis if axis > 0 else axis + len(shape) for axis in sorted(self.axes_apart)]
        if min(places) < 1 or max(places) >= len(shape):
            raise ModelError(f"axis {shown(self.axes_apart)} is not one of {shown(shape)}", key="axis")
        return places

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape it reads."""
        self.normalized(shape)
        return shape

    def sizes(self, shape: Shape) -> dict[str, Size]:
        """Return the sizes of the axes that have numbers of their own, one by one where there are several."""
        axes = self.normalized(shape)
        return {"output": product(axes), **several("input", axes)}


class LayerNorm(Norm):
    """Layer normalisation over ``axis``: a gain (``scale``) and a shift (``center``) for each entry."""

    kind = "layer_norm"
    center: bool = True
    scale: bool = True


class RMSNorm(Norm):
    """Division by the root mean square over ``axis``, with a gain (``scale``) for each entry."""

    kind = "rms_norm"
    scale: bool = True


class OneAxis(Norm, kw_only=True):
    """A normalisation with a number for each entry of a single axis, the channels."""

    def check_axis(self) -> None:
        """Refuse several axes."""
        if len(self.axes_apart) > 1:
            raise ModelError(f"axis must be one axis, not {shown(self.axes_apart)}", key="axis")


class BatchNorm(OneAxis):
    """Batch normalisation: a gain (``scale``) and a shift (``center``) for each channel, and its running mean and variance.

    ``renorm`` is Keras' batch renormalisation, which keeps three more statistics.
    """

    kind = "batch_norm"
    center: bool = True
    scale: bool = True
    renorm: bool = False


class GroupNorm(OneAxis):
    """Normalisation over each of ``groups`` groups of channels (-1: each channel is one), with a gain and a shift per channel."""

    kind = "group_norm"
    value = "groups"
    groups: int = 32
    center: bool = True
    scale: bool = True

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape it reads."""
        channels = self.width(shape)
        if channels is not None and self.groups > 0 and channels % self.groups:
            raise ModelError(f"groups must divide the {channels:,} channels, not {self.groups:,}", key="groups")
        return super().output_shape(shape)


class Normalization(Norm):
    """Numbers less their mean, over their deviation, both found in data before training: for each entry of ``axis``, and a count.

    ``whole``: one mean and one variance of all numbers.
    """

    kind = "normalization"
    whole: bool = False

    def _places(self, shape: Shape) -> list[int]:
        """Return where the axes stand, from the front: Keras counts them so before it sorts them here."""
        return sorted(super()._places(shape))

    def shape_words(self, shapes: tuple[Shape, ...]) -> frozenset[str]:  # noqa: ARG002 - whatever it reads
        """Return whether its statistics are of all numbers."""
        return frozenset({"of_all" if self.whole else "by_axis"})
