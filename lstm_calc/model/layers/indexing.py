"""Layers that take, add, exchange or reduce axes of any shape, as the functions of an array library do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError, quoted
from lstm_calc.model.layers.base import Layer
from lstm_calc.model.sizes import Shape, Size, axis_of, entries, shown

if TYPE_CHECKING:
    from collections.abc import Sequence


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
        at = axis_of(self.axis, (*shape, 1))
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
        gone = {axis_of(axis, shape) for axis in _tuple(self.axis)}
        return tuple(1 if at in gone else size for at, size in enumerate(shape) if self.keepdims or at not in gone)


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
        one, other = sorted(axis_of(axis, shape) for axis in self.axis)
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
        at, sizes = axis_of(self.axis, shape), self._sizes(shape)
        return tuple((*shape[:at], size, *shape[at + 1 :]) for size in sizes)

    def _sizes(self, shape: Shape) -> Sequence[Size]:
        whole = shape[axis_of(self.axis, shape)]
        fits = whole is None or (whole % self.outputs == 0 if isinstance(self.sections, int) else whole == sum(self.sections))
        if not fits:
            raise ModelError(f"sections {self.sections} do not fit axis {self.axis} of {shown(shape)}", key="sections")
        if isinstance(self.sections, int):
            return (None if whole is None else whole // self.outputs,) * self.outputs
        return self.sections


def _tuple(axis: int | Sequence[int]) -> tuple[int, ...]:
    return (axis,) if isinstance(axis, int) else tuple(axis)


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
