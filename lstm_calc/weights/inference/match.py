"""A match: the tensors of a recurrent layer, the storage variant that they have, and the sizes that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from lstm_calc.model import Layer
    from lstm_calc.weights.inference.storage_variants import Variant
    from lstm_calc.weights.readers.stored import Stored


class Match(Record):
    """One direction of one layer (both, where the variant holds both), at a path of the file.

    ``framework`` is the one that the layer belongs to; the variant may be another framework's where only the shapes agree.
    ``layer`` is None where the names say that this is a recurrent layer and no variant has its shapes; ``why`` then says so, and
    ``kind`` and ``units`` are what is known. ``guessed``: only the shapes say that this is a layer. ``others`` are further layers
    that could have the same shapes.
    """

    framework: str
    variant: Variant | None
    layer: Layer | None
    input_dim: int | None
    tensors: tuple[Stored, ...]
    path: str
    depth: int = 0
    direction: str = ""
    why: str = ""
    guessed: bool = False
    kind: str | None = None
    units: int | None = None
    others: tuple[tuple[Layer, int], ...] = ()
