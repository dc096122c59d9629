"""A model as a line of notation; a graph has layers in branches, ``(lstm 64 | gru 64)``, and layers that name what they read."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError
from lstm_calc.formats.notation.names import KEYS, WORDS
from lstm_calc.frozen import UNKNOWN_SIZE
from lstm_calc.model import Input, Nested

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.model import Layer, Model


def write(model: Model) -> str:
    """Return the model in the one-line notation, such that reading gives it back.

    Raises ModelError for a model that the notation cannot say.

    >>> from lstm_calc import read
    >>> write(read("32 > bilstm 64 merge=sum x2 nobias"))
    '32 > bilstm 64 x2 nobias merge=sum'
    """
    if model.outputs or any(isinstance(layer, Nested) for layer in model.layers):
        what = "its outputs are named" if model.outputs else "it has a model within it"
        raise ModelError(f"the notation cannot say this model, for {what}; a model file can")
    full = [" > ".join(written(layer)) for layer in model.layers]
    if any(layer.inputs for layer in model.layers):
        full = _items(model, [" > ".join(written(layer.replace(inputs=()))) for layer in model.layers], full)
    return " > ".join([*_written_source(model), *full])


def shown(model: Model) -> str:
    """Return the model in the one-line notation, or a sentence where only a model file can say it."""
    try:
        return write(model)
    except ModelError:
        return f"a graph of {len(model.flat):,} layers, which only a model file can say"


def _written_source(model: Model) -> list[str]:
    """Return the words for what a model reads: none where that is token ids of any number."""
    if model.input_shape is not None:
        return [_text(model.input_shape) + "x" * (len(model.input_shape) == 1)]
    return [] if model.input_dim is None else [str(model.input_dim)]


def written(layer: Layer) -> Iterator[str]:
    """Yield the segments of one layer: its vocabulary first where it is an embedding."""
    values = {name: value for name, value in layer.changed().items() if name not in _UNWRITTEN}
    field = layer.value or layer.size
    if layer.kind == "embedding":
        yield f"vocab {values.pop('vocab_size')}"
    words = [f"{'bi' * values.pop('bidirectional', False)}{'embed' if layer.kind == 'embedding' else layer.kind}"]
    words += [_text(values.pop(field))] if field in values else []
    if "repeat" in values:
        words.append(f"x{values.pop('repeat')}")
    said = {name: word for word, (name, value) in WORDS.items() if name in values and values[name] == value}
    keys = {name: key for key, name in KEYS.items()}
    words += said.values()
    words += [f"{key}={_text(values[name])}" for name, key in keys.items() if name in values and name not in said]
    words += [f"{name}={_text(value)}" for name, value in values.items() if name not in said and name not in keys]
    yield " ".join(words)


_UNWRITTEN = {"paths"}
"""Fields that say under which names a file keeps the weights."""


def _text(value: Any) -> str:
    """Return a value as the notation has it: sizes with an x between them, margins with a + inside, names with commas."""
    if value is None or isinstance(value, bool):
        return UNKNOWN_SIZE if value is None else str(value).lower()
    if not isinstance(value, tuple):
        return str(value).replace("->", ":")
    if value and isinstance(value[0], str):
        return ",".join(value)
    return "x".join("+".join(map(str, each)) if isinstance(each, tuple) else _text(each) for each in value)


_DEEPEST = 50
"""Branches within branches that are written as such."""
_Reads = list[int] | None
"""The positions of the layers whose outputs a layer reads, -1 for the model's input; None where that is not all outputs of some."""


def _items(model: Model, plain: Sequence[str], full: Sequence[str]) -> list[str]:
    """Return the items of a line with ``>`` between them; ``plain`` are the layers' own texts, ``full`` those with their inputs."""
    reads = [_whole(model, position) for position in range(len(plain))]
    ends = [position for position, _ in groupby(position for position, _ in model.gives)]
    return _Branches([*plain, ""], [*full, ""], [*reads, ends]).chain(0, len(plain) + 1, -1, 0)[:-1]


def _whole(model: Model, position: int) -> _Reads:
    """Return the layers of which a layer reads all outputs, in order."""
    if isinstance(model.layers[position], Input):
        return None
    outputs = [1, *(call.outputs for call in model.calls)]
    found = [(source, [number for _, number in group]) for source, group in groupby(model.sources[position], lambda each: each[0])]
    complete = all(numbers == list(range(outputs[source + 1])) for source, numbers in found)
    return [source for source, _ in found] if complete else None


class _Branches:
    """The texts of layers, and which each reads."""

    def __init__(self, plain: Sequence[str], full: Sequence[str], reads: Sequence[_Reads]) -> None:
        self._plain, self._full, self._reads = plain, full, reads

    def chain(self, start: int, stop: int, into: int, depth: int) -> list[str]:
        """Return the items for some layers in order, the first of which has ``into`` before it."""
        items: list[str] = []
        while stop > start:
            stop -= 1
            reads = self._reads[stop]
            spans = None if reads is None else self._spans(reads, start, stop, into)
            if reads is None or reads == [stop - 1 if stop > start else into]:
                items.append((self._full if reads is None else self._plain)[stop])
            elif spans is None or depth == _DEEPEST:
                items.append(self._full[stop])
            else:
                first, before = spans[0][0], into if spans[0][0] == start else spans[0][0] - 1
                branches = [" > ".join(self.chain(*span, before, depth + 1)) for span in spans]
                items += [self._plain[stop], f"({' | '.join(branches)})"]
                stop = first
        return items[::-1]

    def _spans(self, reads: list[int], start: int, stop: int, into: int) -> list[tuple[int, int]] | None:
        """Return the layers of each branch, as (start, stop), where the ones before a position end in what is read there."""
        second = self._reads[min(reads) + 1]
        for before in dict.fromkeys((second[0] if second else into, into, min(reads))):
            cursor = start if before == into else before + 1
            found = []
            for end in reads:
                found.append((cursor, cursor if end == before else end + 1))
                cursor = max(cursor, found[-1][1])
            if cursor == stop and found[0][0] >= start and all(one <= other for one, other in found) and len(found) > 1:
                return found
        return None
