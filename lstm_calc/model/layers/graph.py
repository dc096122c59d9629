"""What a graph needs beside its layers: inputs of its own, models within it, and layers that read or give several tensors."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, ClassVar

from lstm_calc.errors import ModelError, quoted
from lstm_calc.model.layers.base import Layer
from lstm_calc.model.sizes import entries, product, shown, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.model.sizes import Shape, Size


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
    outputs: Sequence[str] = ()  # type: ignore[assignment]

    def check_layers(self) -> None:
        """Refuse what is no list of layers, or an empty one."""
        given: Any = self.layers
        layers = () if isinstance(given, (str, bytes)) or not hasattr(given, "__iter__") else tuple(given)
        strange = next((each for each in layers if not isinstance(each, Layer)), None)
        if not layers or strange is not None:
            raise ModelError(f"layers must be a list of layers, not {quoted(strange or given)}", key="layers")
        self.__dict__["layers"] = layers


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


class Concat(Merge):
    """Its inputs beside each other along ``axis`` (the batch is 0; -1, the last, unless set)."""

    kind = "concat"
    value = "axis"
    axis: int = -1

    def merged(self, shapes: tuple[Shape, ...]) -> Shape:
        """Return the shape with the sizes along the axis added up; the others must agree."""
        at = _axis(self.axis, shapes[0])
        if len({len(shape) for shape in shapes}) > 1:
            raise self.unfit(shapes, "which have not the same number of axes")
        found = tuple(_same(sizes) if axis != at else total(sizes) for axis, sizes in enumerate(zip(*shapes, strict=True)))
        if -1 in found:
            raise self.unfit(shapes, f"which differ in another axis than {self.axis}")
        return found


class Broadcast(Merge, kw_only=True):
    """Its inputs combined number by number; a size of 1, or an axis that is missing after the batch, is repeated."""

    def merged(self, shapes: tuple[Shape, ...]) -> Shape:
        """Return the shape that all are broadcast to."""
        batch = _same([shape[0] for shape in shapes])
        backwards = zip_longest(*(reversed(shape[1:]) for shape in shapes), fillvalue=1)
        found = [_broadcast(sizes) for sizes in backwards]
        if -1 in {batch, *found}:
            raise self.unfit(shapes, "which are not of one shape")
        return (batch, *reversed(found))


class Add(Broadcast):
    """The sum of its inputs."""

    kind = "add"


class Multiply(Broadcast):
    """The product of its inputs, number by number."""

    kind = "multiply"
    saves_inputs = True


class Average(Broadcast):
    """The mean of its inputs."""

    kind = "average"


class Subtract(Broadcast):
    """The first input less the second."""

    kind = "subtract"
    most = 2


class Maximum(Broadcast):
    """The larger number of its inputs."""

    kind = "maximum"
    saves_inputs = True


class Minimum(Broadcast):
    """The smaller number of its inputs."""

    kind = "minimum"
    saves_inputs = True


class Dot(Merge):
    """The products of its two inputs summed over one axis of each: ``axis``, or (first, second); the batch is 0."""

    kind = "dot"
    saves_inputs = True
    alike = False
    value = "axis"
    keeps_rank = False
    most = 2
    axis: int | Sequence[int] = -1
    normalize: bool = False

    def check_axis(self) -> None:
        """Refuse another number of axes than one or two."""
        if isinstance(self.axis, tuple) and len(self.axis) != 2:
            raise ModelError(f"axis must be one axis, or one of each input, not {self.axis}", key="axis")

    def summed(self, shapes: Sequence[Shape]) -> tuple[int, int]:
        """Return the axis of each input that is summed over."""
        first, second = self.axis if isinstance(self.axis, tuple) else (self.axis, self.axis)
        return _axis(first, shapes[0]), _axis(second, shapes[1])

    def gives_steps(self, reads_steps: bool) -> bool:
        """Return whether the steps are left."""
        first = self.axis[0] if isinstance(self.axis, tuple) else self.axis
        return reads_steps and first != 1

    def products(self, shapes: tuple[Shape, ...]) -> Size:
        """Return the multiply-accumulates: one for each number that it gives and each that is summed over."""
        given, at = self.give(shapes)[0], self.summed(tuple(map(self.reading, shapes)))[0]
        return product((*given, self.reading(shapes[0])[at]))

    def merged(self, shapes: tuple[Shape, ...]) -> Shape:
        """Return the axes of both that are not summed over, or one of size 1 where none is left."""
        first, second = shapes
        one, other = self.summed(shapes)
        if _same((first[one], second[other])) == -1:
            raise self.unfit(shapes, f"whose axes {one} and {other} are not of one size")
        left = (*first[1:one], *first[one + 1 :], *second[1:other], *second[other + 1 :])
        return (first[0], *(left or (1,)))


class MatMul(Merge):
    """The matrix product of its two inputs over their last two axes."""

    kind = "matmul"
    saves_inputs = True
    alike = False
    most = 2
    keeps_rank = False

    @property
    def least_rank(self) -> int:
        """The batch and two more."""
        return 3

    def among(self, timed: Sequence[bool]) -> bool:
        """Return whether the rows of the first matrix are steps."""
        return timed[0]

    def gives_steps(self, reads_steps: bool) -> bool:
        """Return whether the rows are steps."""
        return reads_steps

    def products(self, shapes: tuple[Shape, ...]) -> Size:
        """Return the multiply-accumulates: one for each number that it gives and each column of the first matrix."""
        return product((*self.give(shapes)[0], shapes[0][-1]))

    def merged(self, shapes: tuple[Shape, ...]) -> Shape:
        """Return the rows of the first by the columns of the second, for what stands before both."""
        first, second = shapes
        if min(len(first), len(second)) < 3 or _same((first[-1], second[-2])) == -1:
            raise self.unfit(shapes, "which cannot be multiplied as matrices")
        front = Add().merged((first[:-2], second[:-2]))
        return (*front, first[-2], second[-1])


class Stack(Merge):
    """Its inputs along a new axis, which stands at ``axis``."""

    kind = "stack"
    value = "axis"
    keeps_rank = False
    axis: int = 1

    def gives_steps(self, reads_steps: bool) -> bool:
        """Return whether axis 1 is steps: where it was, or where the new axis is."""
        return reads_steps or self.axis == 1

    def merged(self, shapes: tuple[Shape, ...]) -> Shape:
        """Return the shape of one input with how many there are at the new axis."""
        if len({len(shape) for shape in shapes}) > 1 or -1 in (one := tuple(map(_same, zip(*shapes, strict=True)))):
            raise self.unfit(shapes, "which are not of one shape")
        at = _axis(self.axis, (*one, 1))
        return (*one[:at], len(shapes), *one[at:])


class ExpandDims(Layer):
    """A new axis of size 1, which stands at ``axis``; the batch is 0."""

    kind = "expand_dims"
    weighted = False
    value = "axis"
    keeps_rank = False
    stepwise = False
    axis: int = -1

    def gives_steps(self, reads_steps: bool) -> bool:
        """Return whether axis 1 is steps: where it was, or where the new axis is."""
        return reads_steps or self.axis == 1

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape with the new axis."""
        at = _axis(self.axis, (*shape, 1))
        return (*shape[:at], 1, *shape[at:])


class Index(Layer):
    """Some entries of a tensor, as Python's ``x[:, -1]``: ``key`` is what stands between the brackets, such as ``:,-1``.

    It consists of whole numbers, slices (``1:``, ``::2``), ``None`` for a new axis and ``...``, with commas between them; the
    batch stays whole.
    """

    kind = "index"
    weighted = False
    value = "key"
    keeps_rank = False
    mixes_axes = True
    stepwise = False
    key: str

    def check_key(self) -> None:
        """Refuse what is no key, and one that does not keep the batch; keep it without blanks."""
        self.__dict__["key"] = ",".join(entries(self.key))
        if entries(self.key)[0] not in {":", "..."}:
            raise ModelError(f"key {quoted(self.key)} must begin with : or ..., for the batch stays whole", key="key")

    @property
    def least_rank(self) -> int:
        """As many axes as it takes entries from, and what is left: the batch and one more."""
        words = [word for word in entries(self.key) if word not in {"...", "None"}]
        return max(len(words), 2 + len([word for word in words if ":" not in word]))

    def gives_steps(self, reads_steps: bool) -> bool:
        """Return whether axis 1 is steps, and is left or cut, not taken from."""
        rest = entries(self.key)[1:]
        return reads_steps and (not rest or ":" in rest[0] or rest[0] == "...")

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape that is left; raise ModelError where the key does not fit the shape."""
        words = entries(self.key)
        counted = len([word for word in words if word not in {"...", "None"}])
        if counted > len(shape):
            raise ModelError(f"key {quoted(self.key)} has more axes than {shown(shape)}", key="key")
        at = words.index("...") if "..." in words else len(words)
        whole = (*words[:at], *(":",) * (len(shape) - counted), *words[at + 1 :])
        sizes = iter(shape)
        found = [each for word in whole for each in _taken(word, None if word == "None" else next(sizes), self.key)]
        if 0 in found:
            raise ModelError(f"key {quoted(self.key)} leaves nothing of {shown(shape)}", key="key")
        return tuple(found)


class Reduce(Layer):
    """A ``function`` (mean, sum, max, ...) over one axis or several; the batch is 0."""

    kind = "reduce"
    weighted = False
    value = "function"
    keeps_rank = False
    mixes_axes = True
    stepwise = False
    function: str = "mean"
    axis: int | Sequence[int] = 1
    keepdims: bool = False

    @property
    def least_rank(self) -> int:
        """The axes that are gone, and what is left: the batch and one more."""
        return 2 + (0 if self.keepdims else len(_tuple(self.axis)))

    def gives_steps(self, reads_steps: bool) -> bool:
        """Return whether the steps are left."""
        return reads_steps and 1 not in _tuple(self.axis)

    def output_shape(self, shape: Shape) -> Shape:
        """Return the axes that are left, or with ``keepdims`` all, those that are gone with a size of 1."""
        gone = {_axis(axis, shape) for axis in _tuple(self.axis)}
        kept = tuple(1 if at in gone else size for at, size in enumerate(shape) if self.keepdims or at not in gone)
        return kept if len(kept) > 1 else (*kept, 1)


class Transpose(Layer):
    """Two axes in each other's place (the last two unless ``axis`` names them), as torch's ``transpose``; the batch is 0."""

    kind = "transpose"
    weighted = False
    value = "axis"
    mixes_axes = True
    stepwise = False
    axis: Sequence[int] = (-2, -1)

    @property
    def least_rank(self) -> int:
        """The batch and two more."""
        return 3

    def check_axis(self) -> None:
        """Refuse another number of axes than two."""
        if len(_tuple(self.axis)) != 2:
            raise ModelError("axis must be the two axes that change places, such as [1, 2]", key="axis")

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape with the two axes exchanged."""
        one, other = sorted(_axis(axis, shape) for axis in self.axis)
        if one == other:
            return shape
        return (*shape[:one], shape[other], *shape[one + 1 : other], shape[one], *shape[other + 1 :])


class Split(Layer):
    """Its input cut along ``axis`` into ``sections``: so many equal parts, or parts of these sizes; each is an output."""

    kind = "split"
    weighted = False
    value = "sections"
    mixes_axes = True
    stepwise = False
    sections: int | Sequence[int]
    axis: int = -1

    @property
    def outputs(self) -> int:
        """How many parts there are."""
        return self.sections if isinstance(self.sections, int) else len(self.sections)

    def give(self, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return the shape of every part."""
        (shape, *_) = super().give(shapes)
        at, sizes = _axis(self.axis, shape), self._sizes(shape)
        return tuple((*shape[:at], size, *shape[at + 1 :]) for size in sizes)

    def _sizes(self, shape: Shape) -> Sequence[Size]:
        whole = shape[_axis(self.axis, shape)]
        fits = whole is None or (whole % self.outputs == 0 if isinstance(self.sections, int) else whole == sum(self.sections))
        if not fits:
            raise ModelError(f"sections {self.sections} do not fit axis {self.axis} of {shown(shape)}", key="sections")
        if isinstance(self.sections, int):
            return (None if whole is None else whole // self.outputs,) * self.outputs
        return self.sections


def _tuple(axis: int | Sequence[int]) -> tuple[int, ...]:
    return (axis,) if isinstance(axis, int) else tuple(axis)


def _axis(axis: int, shape: Shape) -> int:
    """Return an axis of a shape counted from 0; raise ModelError for one that it does not have, and for the batch."""
    found = axis + len(shape) if axis < 0 else axis
    if not 0 < found < len(shape):
        raise ModelError(f"axis {axis} is not one of {shown(shape)} beside the batch", key="axis")
    return found


def _same(sizes: Sequence[Size]) -> Size:
    """Return the one size that all have, as far as they are known; -1 where they differ."""
    known = {size for size in sizes if size is not None}
    return None if not known else known.pop() if len(known) == 1 else -1


def _broadcast(sizes: Sequence[Size]) -> Size:
    """Return the size to which sizes of 1 are repeated; -1 where others differ."""
    wide = [size for size in sizes if size != 1]
    return _same(wide) if wide else 1


def _taken(word: str, size: Size, key: str) -> tuple[Size, ...]:
    """Return what one word of a key leaves of an axis: no axis, or one of some size."""
    if word == "None":
        return (1,)
    if ":" not in word:
        number = int(word)
        if size is not None and not -size <= number < size:
            raise ModelError(f"key {quoted(key)} takes entry {number} of {size:,}", key="key")
        return ()
    bounds = [int(part) if part else None for part in word.split(":")]
    if bounds in ([None, None], [None, None, None]):
        return (size,)
    return (None if size is None else len(range(size)[slice(*bounds)]),)
