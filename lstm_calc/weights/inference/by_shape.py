"""Recurrent layers under names that no table has: tensors that stand together and whose shapes only a recurrent layer has.

What stands together is what has one parent, or one name but for the word that says what a tensor is for (``enc_w_ih``,
``enc_w_hh``). The matrices of two dense layers may have the shapes of a simple recurrent layer, so such a variant needs a name that
says so; the two kernels of an LSTM or a GRU that share one bias do not.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from itertools import product
from typing import TYPE_CHECKING

from lstm_calc.frozen import Record
from lstm_calc.model.cells import CELLS
from lstm_calc.weights.inference.by_name import names_a_cell, rank
from lstm_calc.weights.inference.layers import Match
from lstm_calc.weights.inference.sorting import slashed
from lstm_calc.weights.inference.storage_variants import TensorSpec, Variant, solved, variants

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.model import Layer
    from lstm_calc.weights.readers.stored import Stored

_KINDS = ("lstm", "gru", "rnn")
_OWN = "textbook"
"""Whose equations a layer has that is stored as no framework around its file does."""
_MOST = 24
"""More tensors than any variant of one direction has."""
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


def matches_by_shape(tensors: Sequence[Stored], preferred: Sequence[str]) -> Iterator[Match]:
    """Yield the layers among tensors whose names no table has, each tensor used once."""
    used: set[str] = set()
    for path, cluster in _clusters(tensors):
        free = [tensor for tensor in cluster if tensor.name not in used]
        for match in _matches_of(path, free, preferred):
            used.update(tensor.name for tensor in match.tensors)
            yield match


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
    left = [word for word in words if (_PARTS.sub("", word).lower() or word) not in _ROLES]
    numbers = [match[0] for word in words if (match := _PARTS.search(word)) and word not in left]
    if len(left) == len(words):
        return None
    return f"{parent}/{'_'.join([*left, *dict.fromkeys(numbers)])}".strip("/")


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


def _matches_of(path: str, cluster: list[Stored], preferred: Sequence[str]) -> Iterator[Match]:
    """Yield the layer that a cluster is as a whole, or those that follow each other in a numbered list."""
    numbered = all(re.match(_NUMBERED, slashed(tensor.name).rpartition("/")[2]) for tensor in cluster)
    if len(cluster) <= _MOST:
        match = _match(path, cluster, preferred, numbered=numbered)
        if match is not None:
            yield match
            return
    if numbered:
        yield from _windows(
            path, sorted(cluster, key=lambda tensor: int("".join(re.findall(r"\d+$", slashed(tensor.name))) or 0)), preferred
        )


def _windows(path: str, cluster: list[Stored], preferred: Sequence[str]) -> Iterator[Match]:
    """Yield the layers in a numbered list, each two kernels and then their biases."""
    at = 0
    while at < len(cluster):
        window = [cluster[at : at + count] for count in (4, 3)]
        own = f"{path}/{slashed(cluster[at].name).rpartition('/')[2]}".strip("/")
        matches = [match for part in window if (match := _match(own, part, preferred, numbered=True)) is not None]
        if matches:
            yield matches[0]
        at += len(matches[0].tensors) if matches else 1


def _match(path: str, cluster: list[Stored], preferred: Sequence[str], *, numbered: bool) -> Match | None:
    """Return the layer that all tensors of a cluster make together, None where they make none or might be something else."""
    shapes = tuple(tensor.shape for tensor in cluster)
    if not 2 <= len(shapes) <= _MOST or (numbered and not _in_order(shapes) and not re.search(_GATED, path)):
        return None
    if sum(len(shape) > 1 for shape in shapes) < 2 and not any(names_a_cell(kind, path) for kind in _KINDS):
        return None  # one matrix is a dense layer's, unless a name says that it holds both kernels
    names = " ".join(tensor.name for tensor in cluster)
    candidates = [each for each in _solutions(tuple(sorted(shapes))) if _believable(each[0], path, names, numbered=numbered)]
    candidates.sort(
        key=lambda each: (each[0].kind not in path.lower(), _reversed(each, shapes), rank(each[0].framework, preferred))
    )
    if not candidates:
        return None
    if re.search(_IN_ORDER, path):
        candidates = [each for each in candidates if not _reversed(each, shapes)] or candidates
    variant, layer, width = candidates[0]
    is_named = variant.kind in path.lower()
    others = {_sizes(other, size): (other, size) for _, other, size in candidates if not is_named}
    others.pop(_sizes(layer, width), None)
    guessed = numbered and not is_named
    framework = _named_after(cluster, variant, preferred)
    return Match(framework, variant, layer, width, tuple(cluster), path, guessed=guessed, others=tuple(others.values())[:3])


def _sizes(layer: Layer, width: int) -> tuple[object, ...]:
    return layer.kind, width, *sorted(layer.sizes(layer.input_shape(width) or ()).items())


def _in_order(shapes: Sequence[Shape]) -> bool:
    """Say whether a numbered list begins with two matrices and goes on with biases, as a recurrent layer's does."""
    ranks = [len(shape) for shape in shapes]
    return ranks[:2] == [2, 2] and len(ranks) > 2 and (set(ranks[2:]) == {1} or ranks[2:] == [2])


def _believable(variant: Variant, path: str, names: str, *, numbered: bool) -> bool:
    """Say whether only a recurrent layer has a variant's shapes, or else the names say that this is one."""
    biases = sum("bias" in spec.role for spec in variant.specs.values())
    if variant.kind == "conv_lstm":
        return "convlstm" in path.lower().replace("_", "")
    if variant.kind == "rnn" or variant.joined:
        says = re.search("rnn|recurrent|(?<![a-z])hh|h2h", f"{path} {names}", re.IGNORECASE)
        return names_a_cell(variant.kind, path) if variant.joined else says is not None
    is_marked = numbered or biases == 1 or re.search(_RECURRENT, names) is not None
    return (biases > 0 and is_marked) or re.search(_GATED, f"{path} {names}") is not None


def _reversed(candidate: tuple[Variant, Layer, int], shapes: Sequence[Shape]) -> bool:
    """Say whether a candidate takes the second matrix of the file for the one over the input."""
    variant, _, width = candidate
    first = next((shape for shape in shapes if len(shape) > 1), ())
    return not variant.joined and width not in first


def _named_after(cluster: Sequence[Stored], variant: Variant, preferred: Sequence[str]) -> str:
    """Return whose names a cluster has, where they are a framework's with the layer's number, else whose variant it is."""
    torch = any(re.search(r"(weight|w)_(ih|hh)", tensor.name) for tensor in cluster)
    if torch and "pytorch" in preferred:
        return "pytorch"
    return variant.framework if variant.framework in preferred else _OWN


@lru_cache(maxsize=4096)
def _solutions(shapes: tuple[Shape, ...]) -> tuple[tuple[Variant, Layer, int], ...]:
    """Return every variant, with its sizes, whose tensors have just these shapes."""
    found = []
    for ratio, alike in _variants_by_ranks().get(tuple(sorted(map(len, shapes))), {}).items():
        if ratio is None or any(len(shape) == 2 and shape[ratio.units] == ratio.gates * shape[1 - ratio.units] for shape in shapes):
            for variant in alike:
                found += [
                    (variant, *sizes)
                    for assigned in _assignments(variant, shapes)
                    if (sizes := solved(variant, assigned)) is not None
                ]
    return tuple(found)


@cache
def own_variants() -> tuple[Variant, ...]:
    """Return the variants that no framework has and people write: two kernels or one, either way round, with any biases."""
    found = []
    for kind in _KINDS:
        layer = next(variant.layer for variant in variants() if variant.framework == _OWN and variant.kind == kind)
        gates = len(CELLS[kind].gates)
        for kernels, biases in product(_OWN_KERNELS, _OWN_BIASES):
            rows = (*kernels, *biases)
            specs = {f"{at}": TensorSpec(axes, gates, role) for at, (axes, role) in enumerate(rows)}
            found.append(Variant(_OWN, kind, layer.replace(bias=bool(biases)), specs))
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
def _variants_by_ranks() -> dict[tuple[int, ...], dict[_Ratio | None, list[Variant]]]:
    """Return the variants by how many axes their tensors have, then by the ratio of their recurrent kernel (None: it has none)."""
    found: dict[tuple[int, ...], dict[_Ratio | None, list[Variant]]] = {}
    for variant in (*variants(), *own_variants()):
        if variant.kind in {*_KINDS, "conv_lstm"}:
            ranks = tuple(sorted(spec.rank for spec in variant.specs.values()))
            found.setdefault(ranks, {}).setdefault(_ratio(variant), []).append(variant)
    return found


def _ratio(variant: Variant) -> _Ratio | None:
    spec = variant.specs[variant.recurrent]
    axes = spec.axes.split()
    if "+" in spec.axes or len(axes) != 2 or getattr(variant.layer, "projection", None):
        return None
    return _Ratio(axes.index("output") ^ 1, spec.gates if "gates" in spec.axes else 1)


def _assignments(variant: Variant, shapes: tuple[Shape, ...]) -> Iterator[dict[str, Shape]]:
    """Yield every assignment of shapes to tensors, the same one to tensors with the same axes."""
    kinds = Counter((spec.axes, spec.gates) for spec in variant.specs.values())
    for chosen in _choices(list(kinds.items()), Counter(shapes)):
        yield {name: chosen[spec.axes, spec.gates] for name, spec in variant.specs.items()}


def _choices(kinds: list[tuple[tuple[str, int], int]], left: Counter[Shape]) -> Iterator[dict[tuple[str, int], Shape]]:
    """Yield the shapes that kinds of tensors may have, each as often as it is there."""
    if not kinds:
        yield {}
        return
    (kind, count), *rest = kinds
    for shape in [shape for shape, there in left.items() if there >= count and len(shape) == len(kind[0].split())]:
        remaining = left.copy()
        remaining[shape] -= count
        for chosen in _choices(rest, remaining):
            yield {kind: shape, **chosen}
