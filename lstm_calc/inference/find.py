"""All recurrent layers of a file: from its graph, by the tables' names, by shapes alone; and what was meant as one but is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.inference.fits import Fit
from lstm_calc.inference.foreign import foreign_fits
from lstm_calc.inference.graph import graph_fits
from lstm_calc.inference.layers import Found, assembled
from lstm_calc.inference.named import forms_by_slot, groups, named_fits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.checkpoint.stored import Checkpoint, Stored

_PREFERRED = {
    "pytorch": ("pytorch", "equinox", "mlx", "paddle", "keras", "cudnn"),
    "keras": ("keras", "cudnn", "tensorflow1", "pytorch"),
}
"""Whose layers come first where several frameworks store the same, by the first word of the format."""
_FAMILY = {"keras": "keras", "keras-hdf5": "keras", "hdf5": "keras"}
_VAGUE = {"R", "kernel", "w", "W", "Wh"}
"""Names of recurrent kernels that other layers' matrices have as well."""


def found_layers(checkpoint: Checkpoint, learned: Sequence[Stored]) -> tuple[Found, ...]:
    """Return the recurrent layers of a file, in the order of their tensors in it."""
    preferred = _PREFERRED[_FAMILY.get(checkpoint.format, "pytorch")]
    fits = list(graph_fits(checkpoint.operators, checkpoint.tensors))
    left = _without(learned, fits)
    for search in (named_fits, foreign_fits):
        fits += search(left, preferred)
        left = _without(left, fits)
    fits += _misfits(left)
    order = {tensor.name: at for at, tensor in enumerate(checkpoint.tensors)}
    found = assembled(fits)
    return tuple(sorted(found, key=lambda each: min((order[tensor.name] for tensor in each.tensors), default=len(order))))


def _without(tensors: Sequence[Stored], fits: Sequence[Fit]) -> list[Stored]:
    used = {tensor.name for fit in fits for tensor in fit.tensors}
    return [tensor for tensor in tensors if tensor.name not in used]


def _misfits(left: Sequence[Stored]) -> Iterator[Fit]:
    """Yield what has a recurrent kernel's name and not the shapes of any form."""
    for (path, depth, way), group in groups(left).items():
        telling = [name for name in group if name in forms_by_slot() and name not in _VAGUE]
        if telling:
            shapes = ", ".join(f"{name} {tensor.shape}" for name, tensor in group.items())
            form = forms_by_slot()[telling[0]][0]
            kind = next((word for word in ("lstm", "gru", "rnn") if word in path.lower()), None)
            why = f"no recurrent layer that is known here has the shapes {shapes}"
            yield Fit(form.framework, None, None, None, tuple(group.values()), path, depth, way, why, kind)
