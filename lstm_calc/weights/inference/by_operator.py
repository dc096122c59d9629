"""Recurrent layers from the nodes of a graph, which say themselves what they are."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import listed
from lstm_calc.model.cells import CELLS
from lstm_calc.weights.inference.match import Match
from lstm_calc.weights.inference.sorting import slashed
from lstm_calc.weights.inference.storage_variants import Variant, solved, variants

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.weights.readers.stored import Operator, Stored

_FRAMEWORK = "onnx"
_ZERO_HALF = "the second bias vector of each gate is all zeros: the layer had one before it was exported"
_SETTINGS = {"coupled": "input_forget", "reset_after": "linear_before_reset"}
"""For a field of a layer, the attribute of a node that sets it."""


def matches_by_operator(operators: Sequence[Operator], tensors: Sequence[Stored]) -> Iterator[Match]:
    """Yield a layer for each recurrent node, nodes that share all their weights once."""
    stored = {tensor.name: tensor for tensor in tensors}
    seen: set[Any] = set()
    for operator in operators:
        sources = tuple(dict.fromkeys(name for part in operator.sources.values() for name in part))
        if not sources or sources not in seen:
            seen.add(sources)
            yield _match(operator, tuple(stored[name] for name in sources if name in stored and stored[name].kind != "buffer"))


def _match(operator: Operator, tensors: tuple[Stored, ...]) -> Match:
    """Return the layer that a node is, as far as the shapes of what flows into it are known or follow from its settings."""
    kind, path, units = operator.type.lower(), slashed(operator.name), operator.attributes.get("hidden_size")
    shapes = _weights(operator)
    known = {part: shape for part, shape in shapes.items() if shape is not None}
    for variant in _variants(kind, operator, frozenset(shapes)):
        if known.keys() == variant.specs.keys() and all(len(known[name]) == spec.rank for name, spec in variant.specs.items()):
            found = solved(variant, known)
            if found is not None and units in {None, found[0].asdict()[found[0].size]}:
                why = _computed(operator) or _merged(known, tensors) or _ZERO_HALF * operator.zero_half
                return Match(_FRAMEWORK, variant, *found, tensors, path, why=why)
    why = _computed(operator) or _mismatch(operator, known)
    return Match(_FRAMEWORK, None, None, None, tensors, path, why=why, kind=kind, units=units)


def _weights(operator: Operator) -> dict[str, Shape | None]:
    """Return the shapes of a node's weights, as W, R, B and P lie; those that are not known as the node's settings give them."""
    units, read = operator.attributes.get("hidden_size"), operator.shapes.get("X")
    directions, gates = 2 if operator.attributes.get("direction") == "bidirectional" else 1, len(CELLS[operator.type.lower()].gates)
    shapes: dict[str, Shape | None] = {}
    for part, shape in operator.shapes.items():
        oriented = shape[:1] + shape[:0:-1] if shape and operator.transposed and part in "WR" else shape
        if oriented is None and isinstance(units, int) and (part != "W" or read):
            last = {"W": (gates * units, read[-1] if read else 0), "R": (gates * units, units), "B": (2 * gates * units,)}
            oriented = (directions, *last.get(part, (3 * units,)))
        if part != "X":
            shapes[part] = oriented
    return shapes


def _variants(kind: str, operator: Operator, parts: frozenset[str]) -> Iterator[Variant]:
    """Yield the variants that a node's inputs and settings leave."""
    for variant in variants():
        if variant.framework == _FRAMEWORK and variant.kind == kind and variant.specs.keys() == parts:
            options = variant.layer.asdict()
            wanted = {field: bool(operator.attributes.get(word)) for field, word in _SETTINGS.items() if field in options}
            yield variant.replace(layer=variant.layer.replace(**wanted))


def _computed(operator: Operator) -> str:
    """Return, in words, which weights are not tensors of the file, nothing where all are."""
    missing = [part for part, shape in operator.shapes.items() if part != "X" and (shape is None or not operator.sources[part])]
    return f"what flows into {listed(missing)} is computed, or given, when the graph runs, and not stored" if missing else ""


def _merged(known: dict[str, Shape], tensors: Sequence[Stored]) -> str:
    """Return, in words, how many numbers read in from a tensor that is there already, nothing where none do."""
    more = sum(map(prod, known.values())) - sum(tensor.params for tensor in tensors)
    return f"{more:,} of its numbers equal others and are stored once with them: an exporter merged equal tensors" * (more > 0)


def _mismatch(operator: Operator, known: dict[str, Shape]) -> str:
    size = operator.attributes.get("hidden_size")
    size_words = f" and hidden_size {size:,}" if isinstance(size, int) else ""
    return f"no {operator.type} has the shapes {', '.join(f'{part} {shape}' for part, shape in known.items())}{size_words}"
