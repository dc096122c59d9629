"""Recurrent layers from the nodes of a graph, which say themselves what they are."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import listed
from lstm_calc.model.cells import CELLS
from lstm_calc.weights.inference.fits import Fit
from lstm_calc.weights.inference.forms import Form, forms, solved
from lstm_calc.weights.inference.sorting import slashed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.weights.readers.stored import Operator, Stored

_FRAMEWORK = "onnx"
_ZERO_HALF = "the second bias vector of each gate is all zeros: the layer had one before it was exported"
_SETTINGS = {"coupled": "input_forget", "reset_after": "linear_before_reset"}
"""For a field of a layer, the attribute of a node that sets it."""


def graph_fits(operators: Sequence[Operator], tensors: Sequence[Stored]) -> Iterator[Fit]:
    """Yield a layer for each recurrent node, nodes that share all their weights once."""
    stored = {tensor.name: tensor for tensor in tensors}
    seen: set[Any] = set()
    for operator in operators:
        sources = tuple(dict.fromkeys(name for part in operator.sources.values() for name in part))
        if not sources or sources not in seen:
            seen.add(sources)
            yield _fit(operator, tuple(stored[name] for name in sources if name in stored and stored[name].kind != "buffer"))


def _fit(operator: Operator, tensors: tuple[Stored, ...]) -> Fit:
    """Return the layer that a node is, as far as the shapes of what flows into it are known or follow from its settings."""
    kind, path, units = operator.type.lower(), slashed(operator.name), operator.attributes.get("hidden_size")
    shapes = _weights(operator)
    known = {part: shape for part, shape in shapes.items() if shape is not None}
    for form in _forms(kind, operator, frozenset(shapes)):
        if known.keys() == form.slots.keys() and all(len(known[name]) == slot.rank for name, slot in form.slots.items()):
            found = solved(form, known)
            if found is not None and units in {None, found[0].asdict()[found[0].size]}:
                why = _computed(operator) or _merged(known, tensors) or _ZERO_HALF * operator.zero_half
                return Fit(_FRAMEWORK, form, *found, tensors, path, why=why)
    why = _computed(operator) or _misfit(operator, known)
    return Fit(_FRAMEWORK, None, None, None, tensors, path, why=why, kind=kind, units=units)


def _weights(operator: Operator) -> dict[str, Shape | None]:
    """Return the shapes of a node's weights, as W, R, B and P lie; those not told as the node's settings give them."""
    units, flow = operator.attributes.get("hidden_size"), operator.shapes.get("X")
    ways, gates = 2 if operator.attributes.get("direction") == "bidirectional" else 1, len(CELLS[operator.type.lower()].gates)
    shapes: dict[str, Shape | None] = {}
    for part, shape in operator.shapes.items():
        turned = shape[:1] + shape[:0:-1] if shape and operator.transposed and part in "WR" else shape
        if turned is None and isinstance(units, int) and (part != "W" or flow):
            last = {"W": (gates * units, flow[-1] if flow else 0), "R": (gates * units, units), "B": (2 * gates * units,)}
            turned = (ways, *last.get(part, (3 * units,)))
        if part != "X":
            shapes[part] = turned
    return shapes


def _forms(kind: str, operator: Operator, parts: frozenset[str]) -> Iterator[Form]:
    """Yield the forms that a node's inputs and settings leave."""
    for form in forms():
        if form.framework == _FRAMEWORK and form.kind == kind and form.slots.keys() == parts:
            options = form.layer.asdict()
            wanted = {field: bool(operator.attributes.get(word)) for field, word in _SETTINGS.items() if field in options}
            yield form.replace(layer=form.layer.replace(**wanted))


def _computed(operator: Operator) -> str:
    """Return, in words, which weights are not tensors of the file, nothing where all are."""
    missing = [part for part, shape in operator.shapes.items() if part != "X" and (shape is None or not operator.sources[part])]
    return f"what flows into {listed(missing)} is computed, or given, when the graph runs, and not stored" if missing else ""


def _merged(known: dict[str, Shape], tensors: Sequence[Stored]) -> str:
    """Return, in words, how many numbers flow in from a tensor that is there already, nothing where none do."""
    more = sum(map(prod, known.values())) - sum(tensor.params for tensor in tensors)
    return f"{more:,} of its numbers equal others and are stored once with them: an exporter merged equal tensors" * (more > 0)


def _misfit(operator: Operator, known: dict[str, Shape]) -> str:
    size = operator.attributes.get("hidden_size")
    told = f" and hidden_size {size:,}" if isinstance(size, int) else ""
    return f"no {operator.type} has the shapes {', '.join(f'{part} {shape}' for part, shape in known.items())}{told}"
