"""What a file of weights holds, as far as its names and shapes tell."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import CheckpointError, quoted
from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.weights.readers.formats.keras import Configured


MOST_AXES = 64
_LONGEST_NAME, _LARGEST = 4096, 2**63


class Stored(Record):
    """One tensor in a file.

    ``place`` is what it lies in and where, equal for two names of the same numbers, None where each name has numbers of its own.
    ``kind`` is what the file itself says of it: learned, optimizer, buffer, or nothing. ``dtype`` is in NumPy's words, None where
    it is not known.
    """

    name: str
    shape: Shape
    dtype: str | None
    place: tuple[Any, ...] | None = None
    kind: str = ""

    def check(self) -> None:
        """Refuse a name or a shape that no tensor has, so that nothing later grows with it."""
        if len(self.name) > _LONGEST_NAME:
            raise CheckpointError(f"has a tensor whose name has {len(self.name):,} characters")
        check_shape(self.name, self.shape)

    def within(self, part: str) -> Stored:
        """Return the tensor as one of a part of a file, or of one of several files: equal places in two parts are not the same."""
        return self if self.place is None else self.replace(place=(part, self.place))

    @property
    def params(self) -> int:
        """How many numbers the tensor has."""
        return prod(self.shape)


def check_shape(name: str, shape: Sequence[int]) -> None:
    """Refuse a shape that no tensor has; a reader asks this before it multiplies sizes."""
    if len(shape) > MOST_AXES or any(size >= _LARGEST for size in shape):
        raise CheckpointError(f"has a tensor {quoted(name)} of a shape that cannot be")


class Operator(Record):
    """A recurrent node of a graph: its inputs' shapes by their names (X, W, R, B, P), None where nothing tells.

    ``sources`` are the tensors of the file behind them, ``attributes`` the node's plain settings; ``transposed``: W and R are
    stored (input, units). ``zero_half``: of the two bias vectors the second is all zeros.
    """

    name: str
    type: str
    shapes: dict[str, Shape | None]
    sources: dict[str, tuple[str, ...]]
    attributes: dict[str, Any]
    transposed: bool = False
    zero_half: bool = False


class Checkpoint(Record):
    """A file's tensors in their order, its recurrent nodes where it is a graph, and what the file says of its layers.

    ``classes`` are the classes of the outermost model's layers by their names, ``configured`` all layers of its configuration.
    """

    format: str
    tensors: tuple[Stored, ...]
    operators: tuple[Operator, ...] = ()
    classes: dict[str, str] = {}  # noqa: RUF012  a Record's default, never changed
    configured: tuple[Configured, ...] = ()
