"""Single gates of layers that are stored one matrix a gate, each of which has the tensors of a simple recurrent layer."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from lstm_calc.weights.inference.sorting import slashed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.weights.inference.match import Match
    from lstm_calc.weights.readers.stored import Stored

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


def without_gates(matches: Iterable[Match], tensors: Sequence[Stored]) -> list[Match]:
    """Return layers without the simple ones that are one gate of a larger layer: other gates stand beside it by their names."""
    found = list(matches)
    counts = _counts(tensors, {tensor.shape for match in found if _may_be(match) for tensor in _matrices(match)})
    return [match for match in found if not (_may_be(match) and _has_others(match, counts))]


def _may_be(match: Match) -> bool:
    return match.layer is None or match.layer.kind == "rnn"


def _matrices(match: Match) -> list[Stored]:
    return [tensor for tensor in match.tensors if len(tensor.shape) == 2]


def _counts(tensors: Sequence[Stored], shapes: set[Shape]) -> Counter[tuple[str, Shape]]:
    """Return how many tensors of each shape have one name but for the gate, of the shapes that are asked for."""
    return Counter(key for tensor in tensors if tensor.shape in shapes for key in _without_gate(tensor))


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
