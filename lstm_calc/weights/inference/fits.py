"""A recurrent layer found: which tensors it is made of, as which form, with which sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from lstm_calc.model import Layer
    from lstm_calc.weights.inference.forms import Form
    from lstm_calc.weights.readers.stored import Stored


class Fit(Record):
    """One direction of one layer (both, where the form holds both), at a path of the file.

    ``framework`` is whose layer it is, which is not the form's where only the shapes are alike. ``layer`` is None where the names
    say that a recurrent layer is here and no form has the shapes; ``why`` then says so, and ``kind`` and ``units`` are what is told
    all the same. ``guessed``: the shapes alone told. ``others`` are the layers that the same shapes could be as well.
    """

    framework: str
    form: Form | None
    layer: Layer | None
    input_dim: int | None
    tensors: tuple[Stored, ...]
    path: str
    depth: int = 0
    way: str = ""
    why: str = ""
    guessed: bool = False
    kind: str | None = None
    units: int | None = None
    others: tuple[tuple[Layer, int], ...] = ()
