"""Recurrent layers in archives of Keras 3, which number a layer's weights: the class says what the layer is, the order what for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lstm_calc.formats.keras.kinds import CELLS, RECURRENT
from lstm_calc.weights.inference.match import Match
from lstm_calc.weights.inference.sorting import slashed
from lstm_calc.weights.inference.storage_variants import solved, variants_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.weights.readers.configured import Configured
    from lstm_calc.weights.readers.stored import Stored

_VARIABLES = re.compile(r"/vars/(\d{1,4})$")
_CELL = re.compile(r"(^|[/_])cell(_\d+)?$")
"""How the path of a cell ends; a layer that runs over time keeps its weights in one."""
_STORES = {
    name: (("cudnn" if name.startswith("CuDNN") else "keras"), kind.layer.kind) for name, kind in (RECURRENT | CELLS).items()
}
"""For each class of Keras that is a recurrent layer or a cell: whose variants it has, and of which cell."""
_ANY = tuple(dict.fromkeys(_STORES[name] for name in RECURRENT if _STORES[name][0] == "keras"))


def matches_by_order(tensors: Sequence[Stored], configured: Sequence[Configured]) -> Iterator[Match]:
    """Yield the layers whose class the configuration names, or whose path ends in a cell, from the order of their weights.

    One whose weights are not those of its class is a layer that does not match, not a layer of another class.
    """
    classes = _classes(configured)
    for path, numbered in _places(tensors).items():
        cls = classes.get(path)
        if cls in _STORES or (cls is None and _CELL.search(path)):
            stored = tuple(numbered[at] for at in sorted(numbered))
            matches = [match for store in _stores(cls) for match in _matches(*store, path, stored)]
            yield from matches[:1]
            if cls is not None and not matches:
                yield _mismatch(cls, path, stored)


def _classes(configured: Sequence[Configured]) -> dict[str, str]:
    """Return the class that says what the weights at a path are: a layer that makes its own cell keeps them in that."""
    classes = {each.path: each.cls for each in configured}
    made = {f"{each.path}/cell": each.cls for each in configured if each.cls in RECURRENT and _STORES[each.cls][0] == "keras"}
    return classes | made


def _stores(cls: str | None) -> tuple[tuple[str, str], ...]:
    return _ANY if cls is None else (_STORES[cls],)


def _places(tensors: Sequence[Stored]) -> dict[str, dict[int, Stored]]:
    """Return the numbered weights by the path of what they belong to."""
    found: dict[str, dict[int, Stored]] = {}
    for tensor in tensors:
        name = slashed(tensor.name)
        if match := _VARIABLES.search(name):
            found.setdefault(name[: match.start()], {})[int(match[1])] = tensor
    return found


def _matches(framework: str, kind: str, path: str, stored: tuple[Stored, ...]) -> Iterator[Match]:
    """Yield the layers of a cell that weights in their order are."""
    for variant in variants_of(framework, kind):
        if [spec.rank for spec in variant.specs.values()] == [len(tensor.shape) for tensor in stored]:
            shapes = {name: tensor.shape for name, tensor in zip(variant.specs, stored, strict=True)}
            found = solved(variant, shapes)
            if found is not None:
                yield Match(framework, variant, *found, stored, f"{path}/vars")


def _mismatch(cls: str, path: str, stored: tuple[Stored, ...]) -> Match:
    framework, kind = _STORES[cls]
    why = f"no {cls} has weights of the shapes {', '.join(str(tensor.shape) for tensor in stored)}"
    return Match(framework, None, None, None, stored, f"{path}/vars", why=why, kind=kind)


def of_other_layers(tensors: Sequence[Stored], configured: Sequence[Configured]) -> set[str]:
    """Return the names of the tensors that belong to layers of which the configuration says that they are not recurrent."""
    others = {each.path for each in configured if each.leaf and each.cls not in _STORES}
    return {tensor.name for tensor in tensors if not others.isdisjoint(_above(slashed(tensor.name)))} if others else set()


def _above(name: str) -> Iterator[str]:
    """Yield the paths above a name."""
    while name := name.rpartition("/")[0]:
        yield name
