"""Recurrent layers from the nodes of a graph, which say themselves what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.inference.fits import Fit
from lstm_calc.inference.forms import Form, forms, solved
from lstm_calc.inference.sorting import slashed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.checkpoint.stored import Operator, Stored
    from lstm_calc.measure import Shape

_FRAMEWORK = "onnx"


def graph_fits(operators: Sequence[Operator], tensors: Sequence[Stored]) -> Iterator[Fit]:
    """Yield a layer for each recurrent node, nodes that share all their weights once."""
    stored = {tensor.name: tensor for tensor in tensors}
    seen: set[Any] = set()
    for operator in operators:
        sources = tuple(dict.fromkeys(name for part in operator.sources.values() for name in part))
        if sources and sources in seen:
            continue
        seen.add(sources)
        yield _fit(operator, tuple(stored[name] for name in sources if name in stored and stored[name].kind == ""))


def _fit(operator: Operator, tensors: tuple[Stored, ...]) -> Fit:
    """Return the layer that a node is, as far as the shapes of what flows into it are known."""
    kind, path = operator.type.lower(), slashed(operator.name)
    shapes = {part: _turned(shape) if operator.transposed and part in "WR" else shape for part, shape in operator.shapes.items()}
    known = {part: shape for part, shape in shapes.items() if shape is not None}
    for form in _forms(kind, operator, frozenset(shapes)):
        if known.keys() == form.slots.keys() and all(len(known[name]) == slot.rank for name, slot in form.slots.items()):
            found = solved(form, known)
            if found is not None:
                return Fit(_FRAMEWORK, form, *found, tensors, path)
    return Fit(_FRAMEWORK, None, None, None, tensors, path, why=_why(operator, known, shapes))


def _turned(shape: Shape | None) -> Shape | None:
    return None if shape is None or len(shape) != 3 else (shape[0], shape[2], shape[1])


def _forms(kind: str, operator: Operator, parts: frozenset[str]) -> Iterator[Form]:
    """Yield the forms that a node's inputs and settings leave."""
    fields = {"coupled": "input_forget", "reset_after": "linear_before_reset"}
    for form in forms():
        if form.framework == _FRAMEWORK and form.kind == kind and form.slots.keys() == parts:
            options = form.layer.asdict()
            wanted = {field: bool(operator.attributes.get(word)) for field, word in fields.items() if field in options}
            yield form.replace(layer=form.layer.replace(**wanted))


def _why(operator: Operator, known: dict[str, Shape], shapes: dict[str, Shape | None]) -> str:
    unknown = [part for part in shapes if part not in known]
    if unknown:
        size = operator.attributes.get("hidden_size")
        told = f"; hidden_size is {size:,}" if isinstance(size, int) else ""
        return f"what flows into {', '.join(unknown)} is computed in the graph, so that its shape is not told{told}"
    listed = ", ".join(f"{part} {shape}" for part, shape in known.items())
    return f"no {operator.type} has the shapes {listed}"
