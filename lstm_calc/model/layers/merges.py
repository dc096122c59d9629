"""The merges: layers without weights that make one tensor of several."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError
from lstm_calc.model.layers.graph import Merge
from lstm_calc.model.sizes import Shape, Size, axis_of, product, total

if TYPE_CHECKING:
    from collections.abc import Sequence


class Concat(Merge):
    """Its inputs beside each other along ``axis`` (the batch is 0; -1, the last, unless set)."""

    kind = "concat"
    value = "axis"
    axis: int = -1

    def merged(self, shapes: tuple[Shape, ...]) -> Shape:
        """Return the shape with the sizes along the axis added up; the others must agree."""
        at = axis_of(self.axis, shapes[0])
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
        return axis_of(first, shapes[0]), axis_of(second, shapes[1])

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
        at = axis_of(self.axis, (*one, 1))
        return (*one[:at], len(shapes), *one[at:])


def _same(sizes: Sequence[Size]) -> Size:
    """Return the one size that all have, as far as they are known; -1 where they differ."""
    known = {size for size in sizes if size is not None}
    return None if not known else known.pop() if len(known) == 1 else -1


def _broadcast(sizes: Sequence[Size]) -> Size:
    """Return the size to which sizes of 1 are repeated; -1 where others differ."""
    wide = [size for size in sizes if size != 1]
    return _same(wide) if wide else 1
