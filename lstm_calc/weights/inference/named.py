"""Recurrent layers by the names of the tables' rows, with the shapes to confirm them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from lstm_calc.weights.inference.fits import Fit
from lstm_calc.weights.inference.forms import Form, forms_of, slot_names, solved, stores
from lstm_calc.weights.inference.sorting import plain, slashed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.weights.readers.stored import Stored

_DEPTH = re.compile(r"_l(\d{1,4})(_reverse)?$")
_WAYS = {"forward", "backward", "fw", "bw", "fwd", "bwd"}
_INNER = {"linear", "gates", "gate", "cell"}
_CELL = r"^(basic_|block_|fused_)*(vanilla_)?(bi|b)?(?P<kind>lstm|gru|rnn)_?(cell|layer)?(_?\d+)?$"
_CELL_OF_A_MODULE = "_l0"
Group = dict[str, "Stored"]
Place = tuple[str, int, str]
"""A path, the layer inside a module, and the word for its direction."""


@cache
def forms_with(name: str) -> tuple[Form, ...]:
    """Return the forms of which a tensor of some name holds the recurrent kernel."""
    places = _stores().get(name, ())
    found = [form for forms in (forms_of, _cells) for place in places for form in forms(*place)]
    return tuple(form for form in found if form.recurrent == name)


@cache
def _cells(framework: str, kind: str) -> tuple[Form, ...]:
    """Return the forms of PyTorch's cells, which are its layers without _l0."""
    modules = [form for form in forms_of(framework, kind) if all(name.endswith(_CELL_OF_A_MODULE) for name in form.slots)]
    return tuple(
        form.replace(slots={name.removesuffix(_CELL_OF_A_MODULE): slot for name, slot in form.slots.items()}) for form in modules
    )


@cache
def _stores() -> dict[str, list[tuple[str, str]]]:
    """Return, for the name of every tensor of a form, the frameworks and cells whose recurrent kernel has it, as the rows tell."""
    index: dict[str, list[tuple[str, str]]] = {}
    for place in stores():
        names = slot_names(*place)
        for name, recurrent in names | {(name.removesuffix(_CELL_OF_A_MODULE), recurrent) for name, recurrent in names}:
            index.setdefault(name, []).extend([place] if recurrent else [])
    return index


@cache
def _claims(framework: str, kind: str) -> frozenset[str]:
    """Return the names that any form of a framework's cell has: a layer is one only with all of them that are there."""
    return frozenset(name for form in (*forms_of(framework, kind), *_cells(framework, kind)) for name in form.slots)


def named_fits(tensors: Sequence[Stored], preferred: Sequence[str]) -> Iterator[Fit]:
    """Yield the layers whose tensors have a form's names and shapes, each tensor used once; the preferred frameworks come first."""
    used: set[str] = set()
    for place, group in groups(tensors).items():
        free = {name: tensor for name, tensor in group.items() if tensor.name not in used}
        fit = _best(place, free, preferred)
        if fit is not None:
            used.update(tensor.name for tensor in fit.tensors)
            yield fit


def groups(tensors: Sequence[Stored]) -> dict[Place, Group]:
    """Return the tensors that have a form's name, by where they stand; the last part or the last two may be the name."""
    found: dict[Place, Group] = {}
    known = _stores()
    for tensor in tensors:
        parts = plain(slashed(tensor.name)).split("/")
        deep = _DEPTH.search(parts[-1])
        depth, way = (int(deep[1]), deep[2] or "") if deep else (0, "")
        if deep:
            parts[-1] = f"{parts[-1][: deep.start()]}_l0"
        for count in (2, 1):
            name = "/".join(parts[-count:])
            if name in known and len(parts) >= count:
                found.setdefault(("/".join(parts[:-count]), depth, way), {})[name] = tensor
    return found


def _best(place: Place, group: Group, preferred: Sequence[str]) -> Fit | None:
    """Return the layer that explains most of a group, a preferred framework's first, None where nothing fits."""
    path, depth, way = place
    fits = []
    for form in (form for name in group for form in forms_with(name)):
        if form.slots.keys() != group.keys() & _claims(form.framework, form.kind) or (form.joined and not _says(form, path)):
            continue
        tensors = {name: group[name] for name in form.slots}
        if any(len(tensor.shape) != form.slots[name].rank for name, tensor in tensors.items()):
            continue
        found = solved(form, {name: tensor.shape for name, tensor in tensors.items()})
        if found is not None:
            fits.append(Fit(form.framework, form, *found, tuple(tensors.values()), path, depth, way))
    return min(fits, key=lambda fit: (-len(fit.tensors), rank(fit.framework, preferred)), default=None)


def rank(framework: str, preferred: Sequence[str]) -> int:
    """Return how late a framework comes among the preferred ones; the others come last."""
    return preferred.index(framework) if framework in preferred else len(preferred)


def _says(form: Form, path: str) -> bool:
    """Say whether a path names the cell, as one must for a form that dense layers have too, or the form has many tensors."""
    return len(form.slots) > 4 or names_a_cell(form.kind, path)


def names_a_cell(kind: str, path: str) -> bool:
    """Say whether a path ends with the name of a cell of a kind, or with that of its one matrix."""
    own = [part for part in path.lower().split("/") if part not in _WAYS] or [""]
    last = own[-2] if own[-1] in _INNER and len(own) > 1 else own[-1]
    found = re.match(_CELL, last)
    return found is not None and found["kind"] in {kind.removeprefix("conv_"), "rnn" * (own[-1] in _INNER)}
