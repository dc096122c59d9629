"""Matches of tensors with a storage variant, made into layers: directions into one layer, layers of a module into a stack."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from lstm_calc.frozen import Record
from lstm_calc.model import Recurrent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.model import Layer
    from lstm_calc.weights.inference.storage_variants import Variant
    from lstm_calc.weights.readers.stored import Stored


class Match(Record):
    """One direction of one layer (both, where the variant holds both), at a path of the file: its tensors and its sizes.

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


_FORWARD = "forward fw l2r left", r"(?i)(?<![a-z])(forward|fwd|fw)(?![a-z])|(?<=/)(l2r|left)(?=/|$)"
_BACKWARD = "backward bw reverse r2l right", r"(?i)(?<![a-z])(backward|bwd|bw|reverse)(?![a-z])|(?<=/)(r2l|right)(?=/|$)"
"""The words for a direction, and how they stand in a path; a pattern is compiled only for a path with such a word."""
_COUNTED = r"_\d+(?=/|$)"
_HEAD = r"^(model_weights|state_dict|model_state_dict|params|model_state|layers(?=/[a-z]))/"
_TAIL = r"/(cell|linear|([a-z_]+_)?(lstm|gru|rnn)_cell(_\d+)?)$|/[^/]*\*[^/]*$|/vars$"
"""What stands at the beginning, and at the end, of the path of every layer of some framework."""


class FoundLayer(Record):
    """A recurrent layer, or a stack of ``depth`` of them; ``directions`` is 2 where it reads in both directions."""

    path: str
    matches: tuple[Match, ...]
    depth: int
    directions: int

    @property
    def tensors(self) -> tuple[Stored, ...]:
        """All tensors, in the order of the layers."""
        return tuple(tensor for match in self.matches for tensor in match.tensors)

    @property
    def layer(self) -> Recurrent | None:
        """The layer with its directions and repeats, None where no variant has the shapes."""
        first = self.matches[0].layer
        if not isinstance(first, Recurrent):
            return None
        return first.replace(bidirectional=self.directions == 2, repeat=self.depth)


def assembled(matches: Sequence[Match], apart: frozenset[str] = frozenset()) -> Iterator[FoundLayer]:
    """Yield the layers that matches make: two directions of one path together, then the layers of one module.

    ``apart`` are parts of paths that each stand for a layer of its own: directions are in the same ones.
    """
    paired = [FoundLayer(path, tuple(pair), 1, _directions(pair)) for path, pair in _pairs(matches, apart)]
    for _, run in groupby(paired, key=lambda found: (found.matches[0].framework, found.path)):
        layers = sorted(run, key=lambda found: found.matches[0].depth)
        layers = layers if _is_stack(layers) else _in_pairs(layers)
        if _is_stack(layers):
            yield FoundLayer(
                layers[0].path, tuple(match for found in layers for match in found.matches), len(layers), layers[0].directions
            )
        else:
            yield from layers


def _pairs(matches: Sequence[Match], apart: frozenset[str]) -> Iterator[tuple[str, list[Match]]]:
    """Yield each layer's directions, with the path in which the word for the direction is left out."""
    waiting: dict[Any, list[Match]] = {}
    for match in matches:
        owners = tuple(part for part in match.path.split("/") if part in apart)
        waiting.setdefault((_neutral(match.path), owners, match.depth, match.framework, match.layer, match.input_dim), []).append(
            match
        )
    for (path, *_), alike in waiting.items():
        directions = [_direction(match) for match in alike]
        if alike[0].layer is not None and sorted(directions) == ["backward", "forward"]:
            yield path, sorted(alike, key=_direction, reverse=True)
        else:
            yield from ((match.path, [match]) for match in alike)


def _direction(match: Match) -> str:
    backward = match.direction or _starred(match.path, _BACKWARD) != match.path
    return "backward" if backward else "forward"


def _neutral(path: str) -> str:
    """Return a path without the word for a direction, and without the counters that Keras gives the cells behind it."""
    head, star, tail = _starred(_starred(path, _BACKWARD), _FORWARD).partition("*")
    here, slash, behind = tail.partition("/")
    return head + star + here + slash + (behind and re.sub(_COUNTED, "", behind))


def _starred(path: str, direction: tuple[str, str]) -> str:
    """Return a path with a star in the place of each word for a direction."""
    words, pattern = direction
    return re.sub(pattern, "*", path) if any(word in path.casefold() for word in words.split()) else path


def _directions(matches: Sequence[Match]) -> int:
    return 2 if len(matches) == 2 or getattr(matches[0].layer, "bidirectional", False) else 1


def _in_pairs(layers: list[FoundLayer]) -> list[FoundLayer]:
    """Return layers that a module counts two by two, both reading the same, as layers of two directions; others as they are."""
    pairs = list(zip(layers[::2], layers[1::2], strict=False))
    alike = all((one.layer, one.matches[0].input_dim) == (other.layer, other.matches[0].input_dim) for one, other in pairs)
    depths = [found.matches[0].depth for found in layers]
    if len(layers) % 2 or not alike or depths != list(range(len(layers))) or layers[0].layer is None or layers[0].directions == 2:
        return layers
    return [
        FoundLayer(one.path, tuple(match.replace(depth=at) for match in (*one.matches, *other.matches)), 1, 2)
        for at, (one, other) in enumerate(pairs)
    ]


def _is_stack(layers: Sequence[FoundLayer]) -> bool:
    """Say whether layers of one module follow each other: counted from 0, alike, each as wide as the one below gives."""
    if [found.matches[0].depth for found in layers] != list(range(len(layers))) or len({found.layer for found in layers}) > 1:
        return False
    first = layers[0].layer
    if first is None:
        return False
    width = first.output_dim
    return all(found.matches[0].input_dim == width for found in layers[1:])


def display_name(found: FoundLayer) -> str:
    """Return a path as a person would call the layer: without what every layer of its framework has at the end."""
    path = re.sub(_HEAD, "", found.path) if "/" in found.path else found.path
    while "/" in path and (shorter := re.sub(_TAIL, "", path)) != path and shorter:
        path = shorter
    parts = [part for part, _ in groupby(path.split("/"))]
    parts = parts[:1] if parts[0] == parts[-1] else parts
    kind = found.matches[0].variant.kind if found.matches[0].variant else "layer"
    name = "/".join(parts)
    return (name.replace("/*/", "/").replace("*", "").strip("_/") if "*" in name else name) or kind
