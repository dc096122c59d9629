"""All recurrent layers of a file: from its graph, by the tables' names, by shapes alone; and what was meant as one but is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.weights.inference.fits import Fit
from lstm_calc.weights.inference.gates import without_gates
from lstm_calc.weights.inference.layers import Found, assembled
from lstm_calc.weights.inference.named import forms_with, groups, named_fits, rank
from lstm_calc.weights.inference.numbered import numbered_fits, settled
from lstm_calc.weights.inference.sorting import outermost, slashed
from lstm_calc.weights.readers.configured import counted_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.weights.readers.stored import Checkpoint, Stored

_PREFERRED = {
    "pytorch": ("pytorch", "equinox", "mlx", "paddle", "keras", "cudnn"),
    "keras": ("keras", "cudnn", "tensorflow1", "pytorch"),
    "paddle": ("paddle", "pytorch"),
}
"""Whose layers come first where several frameworks store the same, by the first word of the format."""
_FAMILY = {"keras": "keras", "keras-hdf5": "keras", "hdf5": "keras", "paddle": "paddle"}
_CELLS = ("lstm", "gru", "rnn")
_VAGUE = {"R", "kernel", "w", "W", "Wh"}
"""Names of recurrent kernels that other layers' matrices have as well."""


def found_layers(checkpoint: Checkpoint, learned: Sequence[Stored]) -> tuple[Found, ...]:
    """Return the recurrent layers of a file, in the order of their tensors in it."""
    preferred = _PREFERRED[_FAMILY.get(checkpoint.format, "pytorch")]
    fits = _of_a_graph(checkpoint)
    left = _without(learned, fits)
    if preferred[0] == "keras":
        fits += numbered_fits(left, checkpoint.configured)
        elsewhere = settled(left, checkpoint.configured)
        left = [tensor for tensor in _without(left, fits) if tensor.name not in elsewhere]
    for search in (named_fits, _of_no_name, _misfits):
        fits += without_gates(search(left, preferred), left) if left else ()
        left = _without(left, fits)
    names = _configured(checkpoint)
    places = {tensor.name: at for at, tensor in enumerate(checkpoint.tensors)}

    def place(each: Found) -> tuple[int, int]:
        first = min((places[tensor.name] for tensor in each.tensors), default=len(places))
        return names.get(outermost(each.path), ("", len(names)))[1], first

    found = sorted(assembled(fits, _layers_apart(checkpoint)), key=place)
    return tuple(each.replace(path=_renamed(each.path, names)) for each in found)


def _of_a_graph(checkpoint: Checkpoint) -> list[Fit]:
    if not checkpoint.operators:
        return []
    from lstm_calc.weights.inference.graph import graph_fits

    return list(graph_fits(checkpoint.operators, checkpoint.tensors))


def _of_no_name(left: Sequence[Stored], preferred: Sequence[str]) -> Iterable[Fit]:
    """Return the layers by shapes, where one can be: its two matrices have a size in common, or a name says that one is both."""
    sizes = [size for tensor in left if len(tensor.shape) > 1 for size in set(tensor.shape)]
    told = any(cell in tensor.name.lower() for tensor in left for cell in _CELLS)
    if len(set(sizes)) == len(sizes) and not told:
        return ()
    from lstm_calc.weights.inference.foreign import foreign_fits

    return foreign_fits(left, preferred)


def _configured(checkpoint: Checkpoint) -> dict[str, tuple[str, int]]:
    """Return, for what stands for a layer in the paths of Keras' files, its name in the model's configuration, and its place there.

    Before Keras 3 that is the name itself, since then the class in small letters, counted up.
    """
    names: dict[str, tuple[str, int]] = {}
    for at, (name, counted) in enumerate(zip(checkpoint.classes, counted_names(checkpoint.classes.values()), strict=True)):
        names[f"layers/{counted}"] = names[name] = (name, at)
    return names


def _layers_apart(checkpoint: Checkpoint) -> frozenset[str]:
    """Return the parts of paths that each stand for a layer of its own in the configuration, and for no direction of one."""
    alone = [each for each in checkpoint.configured if not each.way]
    return frozenset(part for each in alone for part in (each.name, each.path.rpartition("/")[2]))


def _renamed(path: str, names: dict[str, tuple[str, int]]) -> str:
    """Return a path with the layer's own name in the place of its counted class, where it is a layer of the outermost model."""
    part = outermost(path)
    rest = path.removeprefix(part)
    return f"{names[part][0]}{rest}" if part in names and part.startswith("layers/") and "/layers/" not in rest else path


def _is_recurrent_kernel(name: str) -> bool:
    """Say whether a name is that of a recurrent kernel alone, in some form."""
    return any(form.slots[name].role == "recurrent_kernel" for form in forms_with(name))


def _without(tensors: Sequence[Stored], fits: Sequence[Fit]) -> list[Stored]:
    used = {tensor.name for fit in fits for tensor in fit.tensors}
    return [tensor for tensor in tensors if tensor.name not in used]


def _misfits(left: Sequence[Stored], preferred: Sequence[str]) -> Iterator[Fit]:
    """Yield what has a recurrent kernel's name and not the shapes of any form, as a preferred framework's."""
    for (path, depth, way), group in groups(left).items():
        telling = [name for name in group if name not in _VAGUE and _is_recurrent_kernel(name)]
        if telling:
            shapes = ", ".join(f"{slashed(tensor.name).removeprefix(f'{path}/')} {tensor.shape}" for tensor in group.values())
            framework = min((form.framework for form in forms_with(telling[0])), key=lambda name: rank(name, preferred))
            kind = next((word for word in _CELLS if word in path.lower()), None)
            why = f"no recurrent layer that is known here has the shapes {shapes}"
            yield Fit(framework, None, None, None, tuple(group.values()), path, depth, way, why, kind=kind)
