"""What all layers share. A layer is checked when it is made, and frozen.

Each kind has its shape rules as methods: the shapes it gives for the shapes it reads, the sizes that the words of its rows measure,
and how often its rows are applied. A shape has the batch first and the features last, unless ``data_format`` says otherwise; a size
that is not known is None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from lstm_calc.errors import ModelError
from lstm_calc.frozen import Checked
from lstm_calc.model.rules import RULES
from lstm_calc.model.sizes import Shape, Size, product, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


UNITS = frozenset({"units", "output"})
"""The words of a layer that has units."""


class Layer(Checked, kw_only=True):
    """One kind of layer.

    ``inputs`` are the names of the layers whose outputs it reads (none: the one before); a second output is called ``name.1``.
    ``input_dim`` is the width it reads, where that is not what comes in. ``paths`` say where the framework that the model was
    written in keeps its weights, one for each direction, where that does not follow from the names.
    """

    rules = RULES
    kind: ClassVar[str]
    size: ClassVar[str] = ""
    """The field that says how many features it gives; empty where it gives as many as it reads."""
    value: ClassVar[str] = ""
    """The field that a value right after the kind's name sets, where that is not its size."""
    words: ClassVar[frozenset[str]] = frozenset()
    """The words that measure the layer's own sizes in the rows of the frameworks, beside ``input``."""
    weighted: ClassVar[bool] = True
    """Whether it has weights, and so rows in the frameworks' tables."""
    keeps_rank: ClassVar[bool] = True
    """Whether it gives as many axes as it reads, whatever their number."""
    mixes_axes: ClassVar[bool] = False
    """Whether the width it gives, or its own sizes, depend on other axes than the features it reads."""
    reads_several: ClassVar[bool] = False
    """Whether it reads all outputs of the layer before it, where that has several."""
    stepwise: ClassVar[bool] = True
    """Whether it can be applied step by step, reading a sequence as it comes."""
    input_dim: int | None = None
    name: str | None = None
    trainable: bool = True
    inputs: Sequence[str] = ()
    paths: Sequence[str] = ()
    time_distributed: int = 0
    """How many axes after the batch it is applied along, one entry at a time, as Keras' TimeDistributed does."""

    @property
    def least_rank(self) -> int:
        """The fewest axes that it can read, where any number from there will do."""
        return 2

    @property
    def variant(self) -> str:
        """The other way of storing it that the layer asks a framework for; empty for the usual one."""
        return ""

    @property
    def combinations(self) -> frozenset[str]:
        """The words for settings that not every framework takes together."""
        return frozenset()

    @property
    def repeat(self) -> int:
        """How many layers of this kind follow each other."""
        return 1

    @property
    def rank(self) -> int | None:
        """How many axes it reads, the batch included; None where it reads any number of them, from two."""
        return None

    def input_shape(self, width: Size) -> Shape | None:
        """Return the shape it reads where only the features are known; None where it reads any number of axes."""
        return None if self.rank is None else (*(None,) * (self.rank - 1), width)

    @property
    def axes(self) -> str:
        """The axes it reads, as a sentence says them."""
        return "(batch, ..., features)"

    @property
    def reads_steps(self) -> bool | None:
        """Whether axis 1 of what it reads is steps; None where it may be anything."""
        return None

    def gives_steps(self, reads_steps: bool) -> bool:
        """Return whether axis 1 of what it gives is steps, given whether that of what it reads is."""
        return reads_steps and self.keeps_rank

    @property
    def directions(self) -> tuple[str, ...]:
        """The directions it reads in; one without a name for a layer that has none."""
        return ("",)

    @property
    def window(self) -> tuple[int, ...]:
        """The size of its kernel, one number per dimension; empty where nothing is convolved."""
        return ()

    @property
    def reads_tokens(self) -> bool:
        """Whether it reads token ids, which have no features."""
        return False

    @property
    def channels_first(self) -> bool:
        """Whether the features stand before the positions."""
        return False

    @property
    def output(self) -> Size:
        """The features of h, or of what it gives; None where it gives as many as it reads."""
        return getattr(self, self.size) if self.size else None

    @property
    def output_dim(self) -> Size:
        """The features it gives, both directions together; None where it gives as many as it reads."""
        return self.output

    @property
    def outputs(self) -> int:
        """How many outputs it has."""
        return 1

    @property
    def states(self) -> tuple[str, ...]:
        """The states that it gives after its outputs, by name; only a recurrent layer has some."""
        return ()

    def state_shapes(self, shape: Shape, given: tuple[Shape, ...]) -> tuple[Shape, ...]:  # noqa: ARG002 - only a recurrent layer has some
        """Return the shapes of its states, for those of what it reads and gives."""
        return ()

    def among(self, timed: Sequence[bool]) -> bool:
        """Return whether axis 1 of what it reads is steps, given whether it is in each input: as in the first."""
        return timed[0]

    def width(self, shape: Shape) -> Size:
        """Return how many features a shape has that it reads."""
        return shape[-1]

    def output_width(self, shape: Shape) -> Size:
        """Return how many features a shape has that it gives."""
        return self.width(shape) if self.output_dim is None else self.output_dim

    def reading(self, shape: Shape) -> Shape:
        """Return what it reads at once of a shape: of one that it is distributed over, each entry as one more of the batch."""
        front = 1 + self.time_distributed
        return shape if front == 1 else (product(shape[:front]), *shape[front:])

    def give(self, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return the shapes of its outputs for those of its inputs; raise ModelError for what it cannot read."""
        if len(shapes) != 1:
            raise ModelError(f"reads one input, and {len(shapes)} come in", key="inputs")
        whole, front = shapes[0], 1 + self.time_distributed
        if len(whole) <= front:
            raise ModelError(f"reads steps, and {shown(whole)} comes in", key="shape")
        shape, rank = self.reading(whole), self.rank
        if rank is not None and rank != len(shape):
            found = f"{shown(shape)} comes in: Keras' 'expected ndim={rank}, found ndim={len(shape)}'"
            raise ModelError(f"reads {rank} axes, {self.axes}, and {found}", key="shape")
        given = self.output_shape(shape)
        return (given if front == 1 else (*whole[:front], *given[1:]),) * self.outputs

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape it gives for the shape it reads.

        Raises ModelError, with the field at fault, for a shape that it cannot read.
        """
        return shape if self.output_dim is None else (*shape[:-1], self.output_dim)

    def sizes(self, shape: Shape) -> dict[str, Size]:
        """Return what each word of a row's axes measures, for the shape it reads."""
        own = {} if self.output is None else {"units": self.output, "output": self.output}
        return {"input": self.width(shape), **own}

    def input_sizes(self, shapes: tuple[Shape, ...]) -> dict[str, Size]:
        """Return what each word of a row's axes measures, for the shapes of all its inputs; most layers ask the first alone."""
        return self.sizes(self.reading(shapes[0]))

    def input_times(self, shapes: tuple[Shape, ...], given: tuple[Shape, ...]) -> Mapping[str, Size]:
        """Return how often each group of its rows is applied, for the shapes of all it reads and gives."""
        return self.times(self.reading(shapes[0]), self.reading(given[0]))

    def shape_words(self, shapes: tuple[Shape, ...]) -> frozenset[str]:  # noqa: ARG002 - asked by what reads several widths
        """Return the option words of rows that follow from the shapes it reads."""
        return frozenset()

    def products(self, shapes: tuple[Shape, ...]) -> Size:  # noqa: ARG002 - asked by attention
        """Return the multiply-accumulates in which no weight takes part."""
        return 0

    def times(self, shape: Shape, given: Shape) -> Mapping[str, Size]:  # noqa: ARG002 - asked by what slides or looks up
        """Return how often each group of its rows is applied, for the shapes it reads and gives.

        The group without a name is that of the rows that name none.
        """
        return {"": product(given[:-1])}
