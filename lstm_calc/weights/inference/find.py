"""All recurrent layers of a file: those that it declares, by name and by shape; and what looks like one but is none."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from lstm_calc.weights.inference.by_name import groups, matches_by_name, rank, variants_with
from lstm_calc.weights.inference.layers import FoundLayer, Match, assembled
from lstm_calc.weights.inference.sorting import outermost, slashed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.frameworks.counting import Shape
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


def found_layers(checkpoint: Checkpoint, learned: Sequence[Stored]) -> tuple[FoundLayer, ...]:
    """Return the recurrent layers of a file, in the order of their tensors in it."""
    preferred = _PREFERRED[_FAMILY.get(checkpoint.format, "pytorch")]
    matches, left = _declared(checkpoint, learned, preferred)
    for search in (matches_by_name, _of_no_name, _mismatches):
        matches += _without_gates(search(left, preferred), left) if left else ()
        left = _without(left, matches)
    names = _configured(checkpoint)
    places = {tensor.name: at for at, tensor in enumerate(checkpoint.tensors)}

    def place(each: FoundLayer) -> tuple[int, int]:
        first = min((places[tensor.name] for tensor in each.tensors), default=len(places))
        return names.get(outermost(each.path), ("", len(names)))[1], first

    found = sorted(assembled(matches, _layers_apart(checkpoint)), key=place)
    return tuple(each.replace(path=_renamed(each.path, names)) for each in found)


def _declared(checkpoint: Checkpoint, learned: Sequence[Stored], preferred: Sequence[str]) -> tuple[list[Match], list[Stored]]:
    """Return the layers that the file itself declares, and the tensors that may be those of others."""
    if not checkpoint.operators and preferred[0] != "keras":
        return [], list(learned)
    from lstm_calc.weights.inference.declared import matches_by_operator, matches_by_order, of_other_layers

    matches = list(matches_by_operator(checkpoint.operators, checkpoint.tensors))
    left = _without(learned, matches)
    if preferred[0] == "keras":
        matches += matches_by_order(left, checkpoint.configured)
        elsewhere = of_other_layers(left, checkpoint.configured)
        left = [tensor for tensor in _without(left, matches) if tensor.name not in elsewhere]
    return matches, left


def _of_no_name(left: Sequence[Stored], preferred: Sequence[str]) -> Iterable[Match]:
    """Return the layers by shapes, where one can be: its two matrices have a size in common, or a name says that one is both."""
    sizes = [size for tensor in left if len(tensor.shape) > 1 for size in set(tensor.shape)]
    has_name = any(cell in tensor.name.lower() for tensor in left for cell in _CELLS)
    if len(set(sizes)) == len(sizes) and not has_name:
        return ()
    from lstm_calc.weights.inference.by_shape import matches_by_shape

    return matches_by_shape(left, preferred)


def _configured(checkpoint: Checkpoint) -> dict[str, tuple[str, int]]:
    """Return, for what stands for a layer in the paths of Keras' files, its name in the model's configuration, and its place there.

    Before Keras 3 that is the name itself, since then the class in small letters, counted up.
    """
    names: dict[str, tuple[str, int]] = {}
    if not checkpoint.classes:
        return names
    from lstm_calc.weights.readers.formats.keras import counted_names

    for at, (name, counted) in enumerate(zip(checkpoint.classes, counted_names(checkpoint.classes.values()), strict=True)):
        names[f"layers/{counted}"] = names[name] = (name, at)
    return names


def _layers_apart(checkpoint: Checkpoint) -> frozenset[str]:
    """Return the parts of paths that each stand for a layer of its own in the configuration, and for no direction of one."""
    alone = [each for each in checkpoint.configured if not each.is_direction]
    return frozenset(part for each in alone for part in (each.name, each.path.rpartition("/")[2]))


def _renamed(path: str, names: dict[str, tuple[str, int]]) -> str:
    """Return a path with the layer's own name in the place of its counted class, where it is a layer of the outermost model."""
    part = outermost(path)
    rest = path.removeprefix(part)
    return f"{names[part][0]}{rest}" if part in names and part.startswith("layers/") and "/layers/" not in rest else path


def _without(tensors: Sequence[Stored], matches: Sequence[Match]) -> list[Stored]:
    used = {tensor.name for match in matches for tensor in match.tensors}
    return [tensor for tensor in tensors if tensor.name not in used]


def _mismatches(left: Sequence[Stored], preferred: Sequence[str]) -> Iterator[Match]:
    """Yield what has a recurrent kernel's name and not the shapes of any variant, as a preferred framework's."""
    for (path, depth, direction), group in groups(left).items():
        telling = [
            name
            for name in group
            if name not in _VAGUE and any(variant.specs[name].role == "recurrent_kernel" for variant in variants_with(name))
        ]
        if telling:
            shapes = ", ".join(f"{slashed(tensor.name).removeprefix(f'{path}/')} {tensor.shape}" for tensor in group.values())
            framework = min((variant.framework for variant in variants_with(telling[0])), key=lambda name: rank(name, preferred))
            kind = next((word for word in _CELLS if word in path.lower()), None)
            why = f"no recurrent layer that is known here has the shapes {shapes}"
            yield Match(framework, None, None, None, tuple(group.values()), path, depth, direction, why, kind=kind)


_GATE = re.compile(r"_?gate(?!s)_?")
"""A word that stands beside the gate's own, and beside some gates only."""
_WORD = re.compile(r"[a-z]+")
_GATE_WORDS = "input in output out forget cell candidate cand update upd reset res new relevance memory modulation"
_GATES = set(_GATE_WORDS.split())
_LETTERS = set("ifgocjzrnuh")
_LONGEST_CODE = 3
"""A word of more letters does not hold a gate's letter: ``whi`` does, ``weight`` does not."""
_LAST_WORDS, _LONGEST_NAME = 6, 200
"""How many of the last words of a name may hold it, in a name that is not longer than any by a person."""
_OTHERS = 2
"""How many more gates the smallest layer with gates has beside one: a GRU has three."""


def _without_gates(matches: Iterable[Match], tensors: Sequence[Stored]) -> list[Match]:
    """Return layers without the simple ones that are one gate of a larger layer: other gates stand beside it by their names."""
    found = list(matches)
    shapes = {tensor.shape for match in found if _may_be(match) for tensor in _matrices(match)}
    counts = Counter(key for tensor in tensors if tensor.shape in shapes for key in _without_gate(tensor))
    return [match for match in found if not (_may_be(match) and _has_others(match, counts))]


def _may_be(match: Match) -> bool:
    return match.layer is None or match.layer.kind == "rnn"


def _matrices(match: Match) -> list[Stored]:
    return [tensor for tensor in match.tensors if len(tensor.shape) == 2]


def _has_others(match: Match, counts: Counter[tuple[str, Shape]]) -> bool:
    own = [key for tensor in _matrices(match) for key in _without_gate(tensor)]
    return any(counts[key] - own.count(key) >= _OTHERS for key in own)


def _without_gate(tensor: Stored) -> Iterator[tuple[str, Shape]]:
    """Yield a tensor's name with each word or letter left out that may be a gate's, with its shape."""
    name = _GATE.sub("", slashed(tensor.name).lower())
    words = list(_WORD.finditer(name)) if len(name) <= _LONGEST_NAME else []
    for word in words[-_LAST_WORDS:]:
        first, last = word.span()
        if word[0] in _GATES:
            yield f"{name[:first]}*{name[last:]}", tensor.shape
        elif last - first <= _LONGEST_CODE:
            letters = (at for at in range(first, last) if name[at] in _LETTERS)
            yield from ((f"{name[:at]}*{name[at + 1 :]}", tensor.shape) for at in letters)
