"""The recurrent layers whose products are convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError
from lstm_calc.model.layers.base import UNITS
from lstm_calc.model.layers.convolutions import kernel_sizes
from lstm_calc.model.layers.recurrent import Recurrent
from lstm_calc.model.layers.windows import Windowed
from lstm_calc.model.sizes import Shape, Size, product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ConvRecurrent(Windowed, Recurrent):
    """A recurrent layer whose products are convolutions over a ``kernel_size`` of one, two or three dimensions.

    ``strides``, ``dilation_rate`` and ``padding`` are those of the convolution of the input (None: 1, 1, and as the framework
    does); ``data_format`` says where the features of an image stand (None: last). It reads (batch, steps, *space, features).
    """

    words = UNITS | {"kernel_size"}
    size = "filters"
    per_dimension = "kernel_size"
    front = 2
    stepwise = True
    filters: int
    kernel_size: Sequence[int]
    strides: Sequence[int] | None = None
    dilation_rate: Sequence[int] | None = None
    padding: Any = None
    data_format: str | None = None

    def check_data_format(self) -> None:
        """Refuse two directions that are joined on the last axis, where that is the image's."""
        if self.channels_first and self.bidirectional and self.merge == "concat":
            raise ModelError("channels_first does not go with merge=concat, which joins the last axis, the image's", key="merge")

    @property
    def window(self) -> tuple[int, ...]:
        """The kernel size."""
        return tuple(getattr(self, self.per_dimension))

    def gives_steps(self, reads_steps: bool) -> bool:
        """Return whether it gives every step."""
        return Recurrent.gives_steps(self, reads_steps)

    def every_step(self, shape: Shape) -> Shape:
        """Return the shape of h at every step: the batch, the steps, the image as it is convolved, and the features."""
        return super().output_shape(shape)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape of h at every step, or at the last one."""
        given = self.every_step(shape)
        return (given[0], *given[2:]) if self.return_sequences is False else given

    def sizes(self, shape: Shape) -> dict[str, Size]:
        """Return the width it reads, the filters in the place of the units, and the kernel along each dimension."""
        return super().sizes(shape) | kernel_sizes(self)

    def state_shapes(self, shape: Shape, given: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return the shapes of the states: an image for every sequence."""
        every = self.every_step(self.reading(shape))
        state = self.join(given[0][:1], self.split(every)[1], self.output)
        return (state,) * len(self.states)

    def times(self, shape: Shape, given: Shape) -> Mapping[str, Size]:  # noqa: ARG002 - a step is computed whether it is given or not
        """Return how often a step is computed at a position: once for each step of each sequence and position of h."""
        front, positions, _ = self.split(self.every_step(shape))
        return {"": product((*front, *positions))}


class ConvLSTM(ConvRecurrent):
    """An LSTM whose products are convolutions."""

    kind = "conv_lstm"


class ConvGRU(ConvRecurrent):
    """A GRU whose products are convolutions."""

    kind = "conv_gru"
    reset_after: bool | None = None
