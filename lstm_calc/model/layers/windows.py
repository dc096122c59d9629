"""Layers with positions: convolution, pooling, cropping, padding and upsampling, in one to three dimensions.

They share one split of a shape: what stands before the positions, the positions, and the features. With ``data_format``
channels_first the features stand before the positions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from lstm_calc.errors import ModelError
from lstm_calc.model.layers.base import UNITS, Layer
from lstm_calc.model.sizes import product, shown, transposed_window, windowed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lstm_calc.model.sizes import Shape, Size


class Positions(Layer, kw_only=True):
    """A layer that reads (batch, *positions, features); a subclass has a field ``data_format``."""

    per_dimension: ClassVar[str]
    """The field with one value per dimension."""
    front: ClassVar[int] = 1
    """How many axes stand before the positions and the features."""
    keeps_rank = False
    stepwise = False

    @property
    def dimensions(self) -> int:
        """How many axes of positions it reads."""
        return len(getattr(self, self.per_dimension))

    @property
    def rank(self) -> int:
        """The axes before the positions, the positions and the features."""
        return self.front + self.dimensions + 1

    @property
    def reads_steps(self) -> bool:
        """Whether axis 1 is steps: in front of an image, or as the only positions."""
        return self.front > 1 or self.dimensions == 1

    def gives_steps(self, reads_steps: bool) -> bool:
        """Return whether axis 1 of what it gives is steps: where it was, as many as the window leaves."""
        return reads_steps

    @property
    def axes(self) -> str:
        """The axes it reads, as a sentence says them."""
        front = ["batch", "steps"][: self.front]
        positions = ["space"] * self.dimensions if self.front > 1 or self.dimensions > 1 else ["steps"]
        back = ["features", *positions] if self.channels_first else [*positions, "features"]
        return f"({', '.join([*front, *back])})"

    @property
    def channels_first(self) -> bool:
        """Whether the features stand before the positions."""
        return vars(self).get("data_format") == "channels_first"

    def input_shape(self, width: Size) -> Shape:
        """Return the shape it reads where only the features are known."""
        return self.join((None,) * self.front, (None,) * self.dimensions, width)

    def split(self, shape: Shape) -> tuple[Shape, Shape, Size]:
        """Return what stands before the positions, the positions, and the features."""
        front, rest = shape[: self.front], shape[self.front :]
        return (front, rest[1:], rest[0]) if self.channels_first else (front, rest[:-1], rest[-1])

    def join(self, front: Shape, positions: Shape, features: Size) -> Shape:
        """Return the shape that consists of these parts."""
        return (*front, features, *positions) if self.channels_first else (*front, *positions, features)

    def width(self, shape: Shape) -> Size:
        """Return how many features a shape has that it reads."""
        return self.split(shape)[2]

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape with its positions as the layer leaves them, and the features it gives."""
        front, positions, features = self.split(shape)
        given = tuple(self.along(axis, size) for axis, size in enumerate(positions))
        if any(size is not None and size < 1 for size in given):
            raise ModelError(
                f"leaves nothing of {shown(positions)}: its window does not fit; use padding=same", key=self.per_dimension
            )
        return self.join(front, given, features if self.output_dim is None else self.output_dim)

    def along(self, axis: int, size: Size) -> Size:
        """Return how many positions it gives along an axis of the positions that has so many."""
        raise NotImplementedError

    def times(self, shape: Shape, given: Shape) -> Mapping[str, Size]:  # noqa: ARG002 - it is applied at what it gives
        """Return how often its rows are applied: once at each position of what it gives."""
        front, positions, _ = self.split(given)
        return {"": product((*front, *positions))}


class Windowed(Positions, kw_only=True):
    """A layer whose window slides; a subclass has the fields ``strides``, ``padding`` and ``data_format``."""

    default_stride: ClassVar[str] = ""
    """The field whose values are the strides where none are set; empty: strides of 1."""

    def check_strides(self) -> None:
        """Refuse strides for another number of dimensions."""
        self._check_dimensions("strides")

    def check_dilation_rate(self) -> None:
        """Refuse dilations for another number of dimensions."""
        self._check_dimensions("dilation_rate")

    def check_padding(self) -> None:
        """Refuse paddings for another number of dimensions."""
        if not isinstance(vars(self)["padding"], str):
            self._check_dimensions("padding")

    def _check_dimensions(self, field: str) -> None:
        if len(getattr(self, field)) != self.dimensions:
            raise ModelError(f"{field} must have a size for each of the {self.dimensions} of {self.per_dimension}", key=field)

    @property
    def combinations(self) -> frozenset[str]:
        """The words for settings that not every framework takes together."""
        fields = vars(self)
        strided = max(fields.get("strides") or (1,)) > 1
        found = {
            "strided_dilation": strided and max(fields.get("dilation_rate") or (1,)) > 1,
            "strided_same": strided and fields.get("padding") == "same",
        }
        return frozenset(word for word, holds in found.items() if holds)

    def along(self, axis: int, size: Size) -> Size:
        """Return how many positions the window has along an axis."""
        fields = self.asdict()
        strides = fields["strides"] or fields.get(self.default_stride)
        padding, dilations = fields["padding"], fields.get("dilation_rate")
        return windowed(
            size,
            fields[self.per_dimension][axis],
            stride=strides[axis] if strides else 1,
            dilation=dilations[axis] if dilations else 1,
            padding=padding[axis] if isinstance(padding, tuple) else padding,
        )


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


class Pool(Windowed):
    """Max or average pooling; the strides are the window unless they are set."""

    kind = "pool"
    weighted = False
    per_dimension = "pool_size"
    default_stride = "pool_size"
    value = "pool_size"
    pool_size: Sequence[int]
    strides: Sequence[int] | None = None
    padding: Any = "valid"
    data_format: str | None = None
    function: str = "max"

    @property
    def combinations(self) -> frozenset[str]:
        """The words for settings that not every framework takes together."""
        zeros = self.padding if isinstance(self.padding, tuple) else ()
        wide = any(2 * each > size for each, size in zip(zeros, self.pool_size, strict=False))
        return frozenset({"wide_padding"} if wide else ())


class AdaptivePool(Positions):
    """Max or average pooling to ``output_size`` positions, whatever their number was."""

    kind = "adaptive_pool"
    weighted = False
    per_dimension = "output_size"
    value = "output_size"
    output_size: Sequence[int]
    data_format: str | None = None
    function: str = "max"

    def along(self, axis: int, size: Size) -> Size:  # noqa: ARG002 - it does not depend on what comes in
        """Return how many positions are left along an axis."""
        return self.output_size[axis]


class Upsample(Positions):
    """Each position repeated along each axis, as often as ``factors`` say."""

    kind = "upsample"
    weighted = False
    per_dimension = "factors"
    value = "factors"
    factors: Sequence[int]
    data_format: str | None = None

    def along(self, axis: int, size: Size) -> Size:
        """Return how many positions are left along an axis."""
        return None if size is None else size * self.factors[axis]


class Crop(Positions):
    """Positions taken away: ``margins`` are (before, after) for each axis."""

    kind = "crop"
    weighted = False
    per_dimension = "margins"
    value = "margins"
    sign: ClassVar[int] = -1
    margins: Sequence[tuple[int, int]]
    data_format: str | None = None

    def along(self, axis: int, size: Size) -> Size:
        """Return how many positions are left along an axis."""
        return None if size is None else size + self.sign * sum(self.margins[axis])


class Pad(Crop):
    """Positions of zeros added: ``margins`` are (before, after) for each axis."""

    kind = "pad"
    sign = 1


class GlobalPool(Layer):
    """The maximum or average over all positions, which are left as axes of 1 with ``keepdims``."""

    kind = "global_pool"
    weighted = False
    keeps_rank = False
    stepwise = False
    data_format: str | None = None
    keepdims: bool = False
    function: str = "max"

    @property
    def channels_first(self) -> bool:
        """Whether the features stand before the positions."""
        return self.data_format == "channels_first"

    def input_shape(self, width: Size) -> Shape:
        """Return the shape it reads where only the features are known: one axis of positions, where it reads any number."""
        return (None, width, None) if self.channels_first else (None, None, width)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the batch and the features."""
        if len(shape) < 3:
            raise ModelError(f"reads positions, as (batch, steps, features), and {shown(shape)} comes in", key="shape")
        features = 1 if self.channels_first else len(shape) - 1
        if self.keepdims:
            return tuple(size if axis in {0, features} else 1 for axis, size in enumerate(shape))
        return (shape[0], shape[features])

    def width(self, shape: Shape) -> Size:
        """Return how many features a shape has that it reads."""
        return shape[1 if self.channels_first else -1]
