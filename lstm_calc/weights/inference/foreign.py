"""Recurrent layers under names that no table has: tensors that stand together and whose shapes only a recurrent layer has.

What stands together is what has one parent, or one name but for the word that says what a tensor is for (``enc_w_ih``,
``enc_w_hh``). A dense layer's matrix is as good as a simple recurrent layer's, so forms that others are like need a name that says
so; the two kernels of an LSTM or a GRU that share one bias do not.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from itertools import product
from typing import TYPE_CHECKING

from lstm_calc.frozen import Record
from lstm_calc.model.cells import CELLS
from lstm_calc.weights.inference.fits import Fit
from lstm_calc.weights.inference.forms import Form, Slot, forms, solved
from lstm_calc.weights.inference.named import names_a_cell, rank
from lstm_calc.weights.inference.sorting import slashed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.model import Layer
    from lstm_calc.weights.readers.stored import Stored

_KINDS = ("lstm", "gru", "rnn")
_OWN = "textbook"
"""Whose formula is held against a layer that is stored as no framework around its file does."""
_MOST = 24
"""More tensors than any form of one direction has."""
_ROLE_WORDS = (
    "w u b r p wx wh ux uh bx bh wi bi weight weights kernel kernels bias biases recurrent ih hh i2h h2h x2h xh hx ii hi "
    "input hidden to x h matrix mat var vars param params peephole proj projection gate gates state "
    "forget output cell update reset candidate new"
)
_ROLES = {*_ROLE_WORDS.split(), *map("".join, product(("", "w", "u", "b"), ("", "x", "h"), "ifcogzrnj"))}
"""Words that say what a tensor is for, and a gate's letter with those of its matrix and of what it meets."""
_GATED = r"(?i)lstm|gru|rnn|recurrent|(?<![a-z])hh|h2h"
_RECURRENT = r"(?i)(?<![a-z])(u|r|[wu]_?h|rec|hidden|recur|state)(?![a-gi-z])"
"""Words for what meets h, in the names of tensors."""
_NUMBERED = r"(?i)^(var|param|weight|arr|array|tensor|variable|w)?[_-]?\d+$"
_IN_ORDER = r"(^|/)vars$"
"""Where Keras 3 numbers a layer's weights as they were made: the kernel, the recurrent kernel, the bias."""
_WORDS = re.compile(r"[_\-]+|(?<=[a-z])(?=[A-Z])")
_PARTS = re.compile(r"\d+$")
_MODULE = r"(^|[^a-z])(lstm|gru|rnn|bilstm|bigru|blstm|lstm_?cell|gru_?cell|rnn_?cell)(?![a-z])"


def foreign_fits(tensors: Sequence[Stored], preferred: Sequence[str]) -> Iterator[Fit]:
    """Yield the layers among tensors whose names no table has, each tensor used once."""
    used: set[str] = set()
    for path, cluster in _clusters(tensors):
        free = [tensor for tensor in cluster if tensor.name not in used]
        for fit in _fits_of(path, free, preferred):
            used.update(tensor.name for tensor in fit.tensors)
            yield fit


def _clusters(tensors: Sequence[Stored]) -> Iterator[tuple[str, list[Stored]]]:
    """Yield what stands together: by one parent, by one name but for its role, by a module that bears a cell's name."""
    for key in (_parent, _stem, _stem_of_two, _module):
        found: dict[str, list[Stored]] = {}
        for tensor in tensors:
            path = key(slashed(tensor.name))
            if path is not None:
                found.setdefault(path, []).append(tensor)
        yield from found.items()


def _parent(name: str) -> str | None:
    return name.rpartition("/")[0]


def _stem(name: str) -> str | None:
    """Return a name without the words that say what a tensor is for, None where it has no such words."""
    parent, _, own = name.rpartition("/")
    words = _WORDS.split(own)
    kept = [word for word in words if (_PARTS.sub("", word).lower() or word) not in _ROLES]
    numbers = [match[0] for word in words if (match := _PARTS.search(word)) and word not in kept]
    if len(kept) == len(words):
        return None
    return f"{parent}/{'_'.join([*kept, *dict.fromkeys(numbers)])}".strip("/")


def _stem_of_two(name: str) -> str | None:
    """Return the path above two parts that only say what a tensor is for: the ``decoder`` of ``decoder/h2h/weight``."""
    *above, role, own = ["", *name.split("/")][-3:] if name.count("/") < 2 else name.rsplit("/", 2)
    words = [*_WORDS.split(role), *_WORDS.split(own)]
    return "/".join(above) if all(word.lower() in _ROLES for word in words) else None


def _module(name: str) -> str | None:
    """Return the path to the innermost part that bears a cell's name, None where none does."""
    parts = name.split("/")
    named = [at for at, part in enumerate(parts[:-1]) if re.search(_MODULE, part.lower())]
    return "/".join(parts[: named[-1] + 1]) if named else None


def _fits_of(path: str, cluster: list[Stored], preferred: Sequence[str]) -> Iterator[Fit]:
    """Yield the layer that a cluster is as a whole, or those that follow each other in a numbered list."""
    numbered = all(re.match(_NUMBERED, slashed(tensor.name).rpartition("/")[2]) for tensor in cluster)
    if len(cluster) <= _MOST:
        fit = _fit(path, cluster, preferred, numbered=numbered)
        if fit is not None:
            yield fit
            return
    if numbered:
        yield from _windows(path, sorted(cluster, key=_number), preferred)


def _number(tensor: Stored) -> int:
    return int("".join(re.findall(r"\d+$", slashed(tensor.name))) or 0)


def _windows(path: str, cluster: list[Stored], preferred: Sequence[str]) -> Iterator[Fit]:
    """Yield the layers in a numbered list, each two kernels and then their biases."""
    at = 0
    while at < len(cluster):
        window = [cluster[at : at + count] for count in (4, 3)]
        fits = [fit for part in window if (fit := _fit(_joined(path, part[0]), part, preferred, numbered=True)) is not None]
        if fits:
            yield fits[0]
        at += len(fits[0].tensors) if fits else 1


def _joined(path: str, tensor: Stored) -> str:
    return f"{path}/{slashed(tensor.name).rpartition('/')[2]}".strip("/")


def _fit(path: str, cluster: list[Stored], preferred: Sequence[str], *, numbered: bool) -> Fit | None:
    """Return the layer that all tensors of a cluster make together, None where they make none or might be something else."""
    shapes = tuple(tensor.shape for tensor in cluster)
    if not 2 <= len(shapes) <= _MOST or (numbered and not _in_order(shapes) and not re.search(_GATED, path)):
        return None
    if sum(len(shape) > 1 for shape in shapes) < 2 and not any(names_a_cell(kind, path) for kind in _KINDS):
        return None  # one matrix is a dense layer's, unless a name says that it holds both kernels
    names = " ".join(tensor.name for tensor in cluster)
    candidates = [each for each in _matches(tuple(sorted(shapes))) if _believable(each[0], path, names, numbered=numbered)]
    candidates.sort(
        key=lambda each: (each[0].kind not in path.lower(), _reversed(each, shapes), rank(each[0].framework, preferred))
    )
    if not candidates:
        return None
    if re.search(_IN_ORDER, path):
        candidates = [each for each in candidates if not _reversed(each, shapes)] or candidates
    form, layer, width = candidates[0]
    told = form.kind in path.lower()
    others = {_sizes(other, size): (other, size) for _, other, size in candidates if not told}
    others.pop(_sizes(layer, width), None)
    guessed = numbered and not told
    framework = _named_after(cluster, form, preferred)
    return Fit(framework, form, layer, width, tuple(cluster), path, guessed=guessed, others=tuple(others.values())[:3])


def _sizes(layer: Layer, width: int) -> tuple[object, ...]:
    return layer.kind, width, *sorted(layer.sizes(layer.input_shape(width) or ()).items())


def _in_order(shapes: Sequence[Shape]) -> bool:
    """Say whether a numbered list begins with two matrices and goes on with biases, as a recurrent layer's does."""
    ranks = [len(shape) for shape in shapes]
    return ranks[:2] == [2, 2] and len(ranks) > 2 and (set(ranks[2:]) == {1} or ranks[2:] == [2])


def _believable(form: Form, path: str, names: str, *, numbered: bool) -> bool:
    """Say whether only a recurrent layer has a form's shapes, or else the names say that this is one."""
    biases = sum("bias" in slot.role for slot in form.slots.values())
    if form.kind == "conv_lstm":
        return "convlstm" in path.lower().replace("_", "")
    if form.kind == "rnn" or form.joined:
        says = re.search("rnn|recurrent|(?<![a-z])hh|h2h", f"{path} {names}", re.IGNORECASE)
        return names_a_cell(form.kind, path) if form.joined else says is not None
    told = numbered or biases == 1 or re.search(_RECURRENT, names) is not None
    return (biases > 0 and told) or re.search(_GATED, f"{path} {names}") is not None


def _reversed(candidate: tuple[Form, Layer, int], shapes: Sequence[Shape]) -> bool:
    """Say whether a candidate takes the second matrix of the file for the one over the input."""
    form, _, width = candidate
    first = next((shape for shape in shapes if len(shape) > 1), ())
    return not form.joined and width not in first


def _named_after(cluster: Sequence[Stored], form: Form, preferred: Sequence[str]) -> str:
    """Return whose names a cluster has, where they are a framework's with the layer's number, else whose form it is."""
    torch = any(re.search(r"(weight|w)_(ih|hh)", tensor.name) for tensor in cluster)
    if torch and "pytorch" in preferred:
        return "pytorch"
    return form.framework if form.framework in preferred else _OWN


@lru_cache(maxsize=4096)
def _matches(shapes: tuple[Shape, ...]) -> tuple[tuple[Form, Layer, int], ...]:
    """Return every form, with its sizes, whose tensors have just these shapes."""
    found = []
    for ratio, alike in _forms_by_ranks().get(tuple(sorted(map(len, shapes))), {}).items():
        if ratio is None or any(len(shape) == 2 and shape[ratio.units] == ratio.gates * shape[1 - ratio.units] for shape in shapes):
            for form in alike:
                found += [(form, *sizes) for placed in _placings(form, shapes) if (sizes := solved(form, placed)) is not None]
    return tuple(found)


@cache
def own_forms() -> tuple[Form, ...]:
    """Return the forms that no framework has and people write: each kernel or one for both, either way round, with any biases."""
    found = []
    for kind in _KINDS:
        layer = next(form.layer for form in forms() if form.framework == _OWN and form.kind == kind)
        gates = len(CELLS[kind].gates)
        for kernels, biases in product(_OWN_KERNELS, _OWN_BIASES):
            rows = (*kernels, *biases)
            slots = {f"{at}": Slot(axes, gates, role) for at, (axes, role) in enumerate(rows)}
            found.append(Form(_OWN, kind, layer.replace(bias=bool(biases)), slots))
    return tuple(found)


_OWN_KERNELS = (
    (("gates*units input", "kernel"), ("gates*units output", "recurrent_kernel")),
    (("input gates*units", "kernel"), ("output gates*units", "recurrent_kernel")),
    (("gates*units input+output", "kernel recurrent_kernel"),),
    (("input+output gates*units", "kernel recurrent_kernel"),),
)
_OWN_BIASES: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("gates*units", "bias"),),
    (("gates*units", "bias"), ("gates*units", "recurrent_bias")),
    (("biases*gates*units", "bias recurrent_bias"),),
    (("biases gates*units", "bias recurrent_bias"),),
)


class _Ratio(Record):
    """What a recurrent kernel from units to units has: one axis so many times as long as the other, which axis ``units`` says."""

    units: int
    gates: int


@cache
def _forms_by_ranks() -> dict[tuple[int, ...], dict[_Ratio | None, list[Form]]]:
    """Return the forms by how many axes their tensors have, and by the ratio of their recurrent kernel, None where it has none."""
    found: dict[tuple[int, ...], dict[_Ratio | None, list[Form]]] = {}
    for form in (*forms(), *own_forms()):
        if form.kind in {*_KINDS, "conv_lstm"}:
            ranks = tuple(sorted(slot.rank for slot in form.slots.values()))
            found.setdefault(ranks, {}).setdefault(_ratio(form), []).append(form)
    return found


def _ratio(form: Form) -> _Ratio | None:
    slot = form.slots[form.recurrent]
    axes = slot.axes.split()
    if "+" in slot.axes or len(axes) != 2 or getattr(form.layer, "projection", None):
        return None
    return _Ratio(axes.index("output") ^ 1, slot.gates if "gates" in slot.axes else 1)


def _placings(form: Form, shapes: tuple[Shape, ...]) -> Iterator[dict[str, Shape]]:
    """Yield the ways to give each slot a shape, slots with the same axes the same one."""
    kinds = Counter((slot.axes, slot.gates) for slot in form.slots.values())
    for chosen in _choices(list(kinds.items()), Counter(shapes)):
        yield {name: chosen[slot.axes, slot.gates] for name, slot in form.slots.items()}


def _choices(kinds: list[tuple[tuple[str, int], int]], left: Counter[Shape]) -> Iterator[dict[tuple[str, int], Shape]]:
    """Yield the shapes that kinds of slots may have, each as often as it is there."""
    if not kinds:
        yield {}
        return
    (kind, count), *rest = kinds
    for shape in [shape for shape, there in left.items() if there >= count and len(shape) == len(kind[0].split())]:
        remaining = left.copy()
        remaining[shape] -= count
        for chosen in _choices(rest, remaining):
            yield {kind: shape, **chosen}
