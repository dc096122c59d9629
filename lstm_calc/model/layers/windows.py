"""Layers with positions and without weights: pooling, cropping, padding and upsampling, in one to three dimensions.

They share one split of a shape: what stands before the positions, the positions, and the features. With ``data_format``
channels_first the features stand before the positions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from lstm_calc.errors import ModelError
from lstm_calc.model.layers.base import Layer
from lstm_calc.model.sizes import Shape, Size, product, shown, windowed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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
