"""Convolutions: plain, depthwise, separable and transposed, in one to three dimensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError
from lstm_calc.model.layers.base import UNITS, Layer
from lstm_calc.model.layers.windows import Windowed
from lstm_calc.model.sizes import Shape, Size, product, several, transposed_window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Convolution(Windowed, kw_only=True):
    """A layer that convolves over a ``kernel_size``; a subclass has the fields of a convolution.

    ``padding`` is valid, same, causal, or the zeros at each end as in PyTorch (None: as the framework does).
    """

    words = UNITS | {"kernel_size", "point"}
    per_dimension = "kernel_size"

    @property
    def window(self) -> tuple[int, ...]:
        """The kernel size."""
        return tuple(getattr(self, self.per_dimension))

    def sizes(self, shape: Shape) -> dict[str, Size]:
        """Return the width it reads, the filters in the place of the units, and the kernel along each dimension."""
        return super().sizes(shape) | kernel_sizes(self)


class Conv(Convolution):
    """A convolution over a ``kernel_size`` of one, two or three dimensions, in ``groups`` of channels that are convolved apart."""

    kind = "conv"
    words = Convolution.words | {"group_input"}
    size = "filters"
    filters: int
    kernel_size: Sequence[int]
    strides: Sequence[int] | None = None
    dilation_rate: Sequence[int] | None = None
    padding: Any = None
    bias: bool = True
    data_format: str | None = None
    groups: int = 1

    def check_groups(self) -> None:
        """Refuse groups that do not divide the filters."""
        _check_divided("filters", self.filters, self.groups)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape with its positions as the window leaves them, and the filters; refuse channels that are not divided."""
        _check_divided("channels that come in", self.width(shape), self.groups)
        return super().output_shape(shape)

    def sizes(self, shape: Shape) -> dict[str, Size]:
        """Return the width it reads and that of a group, the filters in the place of the units, and the kernel."""
        channels = self.width(shape)
        return super().sizes(shape) | {"group_input": None if channels is None else channels // self.groups}


def _check_divided(what: str, size: Size, groups: int) -> None:
    if groups < 1 or (size is not None and size % groups):
        raise ModelError(f"groups must divide the {size:,} {what}, not {groups:,}", key="groups")


class DepthwiseConv(Convolution):
    """A convolution of each channel by itself, with ``depth_multiplier`` kernels each."""

    kind = "depthwise_conv"
    value = "kernel_size"
    words = (Convolution.words | {"multiplier"}) - {"units"}
    kernel_size: Sequence[int]
    depth_multiplier: int = 1
    strides: Sequence[int] | None = None
    dilation_rate: Sequence[int] | None = None
    padding: Any = None
    bias: bool = True
    data_format: str | None = None

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape with its positions as the window leaves them, and the channels multiplied."""
        front, positions, channels = self.split(super().output_shape(shape))
        return self.join(front, positions, product((channels, self.depth_multiplier)))

    def sizes(self, shape: Shape) -> dict[str, Size]:
        """Return the width it reads, how many kernels each channel has, and the kernel along each dimension."""
        given = product((self.width(shape), self.depth_multiplier))
        return super().sizes(shape) | {"multiplier": self.depth_multiplier, "output": given}


class SeparableConv(Convolution):
    """A convolution of each channel by itself, then one at each position over the channels, to ``filters``."""

    kind = "separable_conv"
    size = "filters"
    words = Convolution.words | {"multiplier"}
    filters: int
    kernel_size: Sequence[int]
    depth_multiplier: int = 1
    strides: Sequence[int] | None = None
    dilation_rate: Sequence[int] | None = None
    padding: Any = None
    bias: bool = True
    data_format: str | None = None

    def sizes(self, shape: Shape) -> dict[str, Size]:
        """Return the width it reads, how many kernels each channel has, the filters and the kernel along each dimension."""
        return super().sizes(shape) | {"multiplier": self.depth_multiplier}


class LocallyConnected(Convolution):
    """A convolution whose kernel is another one at each position, and so is its bias."""

    kind = "locally_connected"
    size = "filters"
    words = UNITS | {"patch", "places", "place"}
    filters: int
    kernel_size: Sequence[int]
    strides: Sequence[int] | None = None
    padding: Any = None
    bias: bool = True
    data_format: str | None = None

    def sizes(self, shape: Shape) -> dict[str, Size]:
        """Return the numbers that a kernel reads, and the positions that have one each, in one axis and in several."""
        places = self.split(self.output_shape(shape))[1]
        patch = product((*self.window, self.width(shape)))
        return super().sizes(shape) | {"patch": patch, "places": product(places), **several("place", places)}

    def times(self, shape: Shape, given: Shape) -> Mapping[str, Size]:  # noqa: ARG002 - the positions are in its rows
        """Return how often its rows are applied: once for each entry of the batch."""
        return {"": product(shape[: self.front])}


class ConvTranspose(Convolution):
    """A transposed convolution, which gives more positions than it reads; ``output_padding`` adds some at the end.

    Zeros in ``padding``, as in PyTorch, take positions away at each end.
    """

    kind = "conv_transpose"
    words = Convolution.words | {"group_input", "group_units"}
    size = "filters"
    filters: int
    kernel_size: Sequence[int]
    strides: Sequence[int] | None = None
    dilation_rate: Sequence[int] | None = None
    padding: Any = None
    output_padding: Sequence[int] | None = None
    bias: bool = True
    data_format: str | None = None
    groups: int = 1

    def check_groups(self) -> None:
        """Refuse groups that do not divide the filters."""
        _check_divided("filters", self.filters, self.groups)

    def check_output_padding(self) -> None:
        """Refuse another number of dimensions."""
        self._check_dimensions("output_padding")

    @property
    def combinations(self) -> frozenset[str]:
        """The words for settings that not every framework takes together."""
        ones = (1,) * self.dimensions
        strides, dilations = self.strides or ones, self.dilation_rate or ones
        added = tuple(zip(self.output_padding or (0,) * self.dimensions, strides, dilations, strict=True))
        full = any(extra >= stride for extra, stride, _ in added)
        fuller = any(extra >= max(stride, dilation) for extra, stride, dilation in added)
        found = {
            "transposed_same": self.padding == "same",
            "full_output_padding": full and not fuller,
            "fuller_output_padding": fuller,
        }
        return (super().combinations - {"strided_same"}).union(word for word, holds in found.items() if holds)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape with more positions, and the filters; refuse channels that are not divided."""
        _check_divided("channels that come in", self.width(shape), self.groups)
        return super().output_shape(shape)

    def along(self, axis: int, size: Size) -> Size:
        """Return how many positions it gives along an axis."""
        padding = self.padding
        return transposed_window(
            size,
            self.kernel_size[axis],
            stride=self.strides[axis] if self.strides else 1,
            dilation=self.dilation_rate[axis] if self.dilation_rate else 1,
            padding=padding[axis] if isinstance(padding, tuple) else padding,
            extra=self.output_padding[axis] if self.output_padding else None,
        )

    def sizes(self, shape: Shape) -> dict[str, Size]:
        """Return the width it reads, the filters in the place of the units, both for one group, and the kernel."""
        channels, groups = self.width(shape), self.groups
        of_a_group = {"group_input": None if channels is None else channels // groups, "group_units": self.filters // groups}
        return super().sizes(shape) | {"groups": groups, **of_a_group}

    def times(self, shape: Shape, given: Shape) -> Mapping[str, Size]:
        """Return how often its rows are applied: the kernel at each position that it reads, the bias at each that it gives."""
        front, positions, _ = self.split(shape)
        return {"": product((*front, *positions)), "output": super().times(shape, given)[""]}


def kernel_sizes(layer: Layer) -> dict[str, Size]:
    """Return the words for the sizes of a kernel, ``kernel_1`` and on, ``kernel_size`` for all, and those for a kernel of ones."""
    dimensions = range(1, len(layer.window) + 1)
    ones = {f"point_{dimension}": 1 for dimension in dimensions}
    each = {f"kernel_{dimension}": size for dimension, size in zip(dimensions, layer.window, strict=True)}
    return {"kernel_size": product(layer.window), "point": 1, **each, **ones}
