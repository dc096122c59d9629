"""What a graph needs beside its layers: inputs of its own, models within it, further uses of a layer, and what merges share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from lstm_calc.errors import ModelError, quoted
from lstm_calc.model.layers.base import Layer
from lstm_calc.model.sizes import Shape, Size, shown

if TYPE_CHECKING:
    from collections.abc import Sequence


class Input(Layer):
    """One more input of the model: tensors of a ``shape``, without the batch, of which None is a size that is not known.

    As the first layer it is what the model reads. A layer that reads token ids reads an input of shape (None,) or (20,).
    """

    kind = "input"
    weighted = False
    value = "shape"
    shape: Sequence[Size]


class Nested(Layer):
    """A model within the model: its ``layers`` read the nested model's inputs, and their names begin with its own.

    Its inputs are its layers of kind ``input``, in order; without one it reads what its first layer reads. It gives its
    ``outputs``: all that none of its layers reads, unless they are named.
    """

    kind = "model"
    weighted = False
    keeps_rank = False
    layers: Sequence[Layer]
    outputs: Sequence[str] = ()  # type: ignore[assignment]  # names, as a model has; of other layers it is how many they give

    def check_layers(self) -> None:
        """Refuse what is no list of layers, or an empty one."""
        given: Any = self.layers
        layers = () if isinstance(given, (str, bytes)) or not hasattr(given, "__iter__") else tuple(given)
        strange = next((each for each in layers if not isinstance(each, Layer)), None)
        if not layers or strange is not None:
            raise ModelError(f"layers must be a list of layers, not {quoted(strange or given)}", key="layers")
        self.__dict__["layers"] = layers


class Shared(Layer):
    """An earlier layer that is used again: ``uses`` is its name, and the weights are its own."""

    kind = "shared"
    weighted = False
    value = "uses"
    uses: str


class Merge(Layer, kw_only=True):
    """A layer without weights that makes one tensor of several."""

    weighted = False
    reads_several = True
    fewest: ClassVar[int] = 2
    most: ClassVar[int | None] = None
    alike: ClassVar[bool] = True
    """Whether all its inputs have as many axes."""
    saves_inputs: ClassVar[bool] = False
    """Whether training saves what it reads: where a gradient is multiplied with another input, or chosen by comparing them."""

    def among(self, timed: Sequence[bool]) -> bool:
        """Return whether axis 1 is steps, given whether it is in each input: where one has them."""
        return any(timed)

    def give(self, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return the shape of its output; raise ModelError for inputs that are too few, too many, or of other shapes."""
        if len(shapes) < self.fewest or len(shapes) > (self.most or len(shapes)):
            wanted = f"{self.fewest} inputs" if self.most else "several inputs"
            come = "1 comes in" if len(shapes) == 1 else f"{len(shapes)} come in"
            raise ModelError(f"reads {wanted}, and {come}", key="inputs")
        front = 1 + self.time_distributed
        given = self.merged(tuple(self.reading(shape) for shape in shapes))
        return ((given if front == 1 else (*shapes[0][:front], *given[1:])),)

    def merged(self, shapes: tuple[Shape, ...]) -> Shape:
        """Return the shape that it makes of those of its inputs; raise ModelError where they do not go together."""
        raise NotImplementedError

    def unfit(self, shapes: Sequence[Shape], why: str) -> ModelError:
        """Return the error for inputs that do not go together."""
        return ModelError(f"reads {' and '.join(map(shown, shapes[:4]))}, {why}", key="inputs")
