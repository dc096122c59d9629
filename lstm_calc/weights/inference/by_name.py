"""Recurrent layers by the names of the tables' rows, with the shapes to confirm them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from lstm_calc.weights.inference.layers import Match
from lstm_calc.weights.inference.sorting import plain, slashed
from lstm_calc.weights.inference.storage_variants import Variant, solved, stores, tensor_names, variants_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.weights.readers.stored import Stored

_DEPTH = re.compile(r"_l(\d{1,4})(_reverse)?$")
_DIRECTIONS = {"forward", "backward", "fw", "bw", "fwd", "bwd"}
_INNER = {"linear", "gates", "gate", "cell"}
_CELL = r"^(basic_|block_|fused_)*(vanilla_)?(bi|b)?(?P<kind>lstm|gru|rnn)_?(cell|layer)?(_?\d+)?$"
_CELL_OF_A_MODULE = "_l0"
Group = dict[str, "Stored"]
Place = tuple[str, int, str]
"""A path, the layer inside a module, and the word for its direction."""


@cache
def variants_with(name: str) -> tuple[Variant, ...]:
    """Return the variants of which a tensor of some name holds the recurrent kernel."""
    places = _stores().get(name, ())
    found = [variant for variants in (variants_of, _cells) for place in places for variant in variants(*place)]
    return tuple(variant for variant in found if variant.recurrent == name)


@cache
def _cells(framework: str, kind: str) -> tuple[Variant, ...]:
    """Return the variants of PyTorch's cells, which are its layers without _l0."""
    modules = [
        variant for variant in variants_of(framework, kind) if all(name.endswith(_CELL_OF_A_MODULE) for name in variant.specs)
    ]
    return tuple(
        variant.replace(specs={name.removesuffix(_CELL_OF_A_MODULE): spec for name, spec in variant.specs.items()})
        for variant in modules
    )


@cache
def _stores() -> dict[str, list[tuple[str, str]]]:
    """Return, for the name of every tensor of a variant, the frameworks and cells whose recurrent kernel has that name."""
    index: dict[str, list[tuple[str, str]]] = {}
    for place in stores():
        names = tensor_names(*place)
        for name, recurrent in names | {(name.removesuffix(_CELL_OF_A_MODULE), recurrent) for name, recurrent in names}:
            index.setdefault(name, []).extend([place] if recurrent else [])
    return index


@cache
def _claims(framework: str, kind: str) -> frozenset[str]:
    """Return the names that any variant of a framework's cell has: a layer is one only with all of them that are there."""
    return frozenset(name for variant in (*variants_of(framework, kind), *_cells(framework, kind)) for name in variant.specs)


def matches_by_name(tensors: Sequence[Stored], preferred: Sequence[str]) -> Iterator[Match]:
    """Yield the layers whose tensors have the names and shapes of a variant, each tensor used once; preferred frameworks first."""
    used: set[str] = set()
    for place, group in groups(tensors).items():
        free = {name: tensor for name, tensor in group.items() if tensor.name not in used}
        match = _best(place, free, preferred)
        if match is not None:
            used.update(tensor.name for tensor in match.tensors)
            yield match


def groups(tensors: Sequence[Stored]) -> dict[Place, Group]:
    """Return the tensors that have a variant's name, by where they stand; the last part or the last two may be the name."""
    found: dict[Place, Group] = {}
    known = _stores()
    for tensor in tensors:
        parts = plain(slashed(tensor.name)).split("/")
        deep = _DEPTH.search(parts[-1])
        depth, direction = (int(deep[1]), deep[2] or "") if deep else (0, "")
        if deep:
            parts[-1] = f"{parts[-1][: deep.start()]}_l0"
        for count in (2, 1):
            name = "/".join(parts[-count:])
            if name in known and len(parts) >= count:
                found.setdefault(("/".join(parts[:-count]), depth, direction), {})[name] = tensor
    return found


def _best(place: Place, group: Group, preferred: Sequence[str]) -> Match | None:
    """Return the layer that explains most of a group, a preferred framework's first, None where nothing matches."""
    path, depth, direction = place
    matches = []
    for variant in (variant for name in group for variant in variants_with(name)):
        if variant.specs.keys() != group.keys() & _claims(variant.framework, variant.kind) or (
            # dense layers have such a variant, too, unless it has many tensors
            variant.joined and len(variant.specs) <= 4 and not names_a_cell(variant.kind, path)
        ):
            continue
        tensors = {name: group[name] for name in variant.specs}
        if any(len(tensor.shape) != variant.specs[name].rank for name, tensor in tensors.items()):
            continue
        found = solved(variant, {name: tensor.shape for name, tensor in tensors.items()})
        if found is not None:
            matches.append(Match(variant.framework, variant, *found, tuple(tensors.values()), path, depth, direction))
    return min(matches, key=lambda match: (-len(match.tensors), rank(match.framework, preferred)), default=None)


def rank(framework: str, preferred: Sequence[str]) -> int:
    """Return how late a framework comes among the preferred ones; the others come last."""
    return preferred.index(framework) if framework in preferred else len(preferred)


def names_a_cell(kind: str, path: str) -> bool:
    """Say whether a path ends with the name of a cell of a kind, or with that of its one matrix."""
    own = [part for part in path.lower().split("/") if part not in _DIRECTIONS] or [""]
    last = own[-2] if own[-1] in _INNER and len(own) > 1 else own[-1]
    found = re.match(_CELL, last)
    return found is not None and found["kind"] in {kind.removeprefix("conv_"), "rnn" * (own[-1] in _INNER)}
