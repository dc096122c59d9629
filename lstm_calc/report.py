"""Answers as Documents: what stands in which column, in which words, beside which note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.cells import CELLS
from lstm_calc.document import Column, Document, Line, Table
from lstm_calc.errors import listed
from lstm_calc.frameworks import FRAMEWORKS, OPTIONS, offers
from lstm_calc.params import bias_vectors, elsewhere, params
from lstm_calc.render import size_words
from lstm_calc.tensors import ROLES, tensors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.document import Value
    from lstm_calc.frameworks import Framework
    from lstm_calc.model import Model
    from lstm_calc.params import LayerCount, ParamCount
    from lstm_calc.tensors import Tensor

_FLOAT32 = 4


def params_document(model: Model, framework_name: str) -> Document:
    """Return the parameters of a model by layer and gate."""
    answer = params(model, framework_name)
    return Document(
        title=f"Parameters of {_headline(model)} in {framework_name}",
        tables=(_params_table(answer),),
        notes=tuple(_params_notes(model, answer)),
        data={"schema": "lstm-calc/params/1", **answer.asdict()},
        number=answer.total,
    )


def _headline(model: Model) -> str:
    """Return the model in its notation, short enough for a title."""
    text = str(model)
    return text if len(text) <= 100 else f"a model of {len(model.placed):,} layers"


_ROLE_TITLES = {role: role.replace("_", " ") for role in ROLES}


def _params_table(answer: ParamCount) -> Table:
    columns = (
        Column("layer", "layer", "group"),
        Column("type", "type", "group"),
        Column("way", "direction", "group"),
        Column("gate", "gate"),
        *(Column(role, title, "shape") for role, title in _ROLE_TITLES.items()),
        Column("params", "parameters", "number"),
        Column("share", "share", "share"),
    )
    lines = [line for layer in answer.layers for line in _layer_lines(layer, answer)]
    lines.append(_sum_line("total", answer.total, answer))
    return Table(columns, tuple(lines), ruled=True).without_empty()


def _layer_lines(layer: LayerCount, answer: ParamCount) -> Iterator[Line]:
    """Yield a line a gate, and the layer's sum where it adds up several of them in a model of several layers."""
    two_ways = any(part.way == "backward" for part in layer.gates)
    named = layer.type if not layer.name.startswith(layer.type) else None
    for part in layer.gates:
        shapes = [part.shapes.get(role) for role in ROLES]
        share = part.total / answer.total
        yield Line((layer.name, named, part.way if two_ways else None, part.gate, *shapes, part.total, share))
    if len(layer.gates) != 1 and len(answer.layers) > 1:
        yield _sum_line(layer.name, layer.total, answer)


def _sum_line(name: str, total: int, answer: ParamCount) -> Line:
    blank: tuple[Value, ...] = (None,) * (2 + len(ROLES))
    return Line((name, None, *blank, total, total / answer.total if answer.total else None), sum=True)


def _params_notes(model: Model, answer: ParamCount) -> Iterator[str]:
    size = size_words(_FLOAT32 * answer.total)
    yield f"trainable {answer.trainable:,}, frozen {answer.non_trainable:,}, {size} in float32"
    convention = "; ".join(_convention(kind, gates) for kind, gates in bias_vectors(model, answer.framework).items())
    others = [f"{total:,} in {listed(names)}{_why(model, names[0])}" for total, names in elsewhere(model, answer.framework).items()]
    if convention:
        yield f"{answer.framework} keeps {convention}"
    if others:
        yield f"the same model has {'; '.join(others)}"
    for placed in model.placed:
        if getattr(placed.layer, "tied", False):
            yield f"{placed.name} shares the embedding's matrix, so only its bias is counted"


def _why(model: Model, framework_name: str) -> str:
    """Return how many bias vectors a framework keeps, as the reason for its other total."""
    kinds = bias_vectors(model, framework_name).items()
    return f" ({'; '.join(_convention(kind, gates) for kind, gates in kinds)})" if kinds else ""


_VECTORS = ("no bias", "one bias vector", "two bias vectors")


def _convention(kind: str, gates: dict[str, int]) -> str:
    """Return in words how many bias vectors each gate of a kind of layer has."""
    fewest = min(gates.values())
    more = [gate for gate, vectors in gates.items() if vectors > fewest]
    words = f"{_VECTORS[fewest]} a gate in {kind}"
    return f"{words}, and {_VECTORS[max(gates.values())]} for {listed(more)}" if more else words


def tensors_document(model: Model, framework_name: str, *, gates: bool) -> Document:
    """Return the tensors a framework stores for a model; with ``gates``, also the slice of every gate in each."""
    stored = tensors(model, framework_name)
    total = sum(tensor.params for tensor in stored)
    return Document(
        title=f"Tensors of {_headline(model)} in {framework_name}",
        tables=(_gates_table(stored) if gates else _tensors_table(stored, total),),
        notes=tuple(_tensor_notes(stored)) if gates else (),
        data=_tensors_data(framework_name, stored, total),
        number=total,
    )


def _tensors_table(stored: tuple[Tensor, ...], total: int) -> Table:
    columns = (
        Column("layer", "layer", "group"),
        Column("name", "tensor"),
        Column("shape", "shape", "shape"),
        Column("axes", "axes"),
        Column("trainable", "trained"),
        Column("params", "parameters", "number"),
    )
    frozen = any(not tensor.trainable for tensor in stored)
    lines = [
        Line((t.layer, t.name, t.shape, t.axes, ("frozen", "trained")[t.trainable] if frozen else None, t.params)) for t in stored
    ]
    lines.append(Line(("total", None, None, None, None, total), sum=True))
    return Table(columns, tuple(lines), ruled=True).without_empty()


def _gates_table(stored: tuple[Tensor, ...]) -> Table:
    columns = (
        Column("tensor", "tensor", "group"),
        Column("shape", "shape", "group"),
        Column("way", "direction"),
        Column("gate", "gate"),
        Column("role", "role"),
        Column("slice", "slice", "slice"),
        Column("block", "block"),
        Column("params", "parameters", "number"),
    )
    two_ways = {tensor.layer for tensor in stored for part in tensor.parts if part.way == "backward"}
    lines = [
        Line(
            (
                tensor.name,
                f"({', '.join(map(str, tensor.shape))})",
                part.way if tensor.layer in two_ways else None,
                part.gate,
                part.role,
                tuple((*cut, size) for cut, size in zip(part.slice, tensor.shape, strict=True)),
                "(input, units)" if part.transposed else "(units, input)" if len(part.shape) > 1 else None,
                part.params,
            )
        )
        for tensor in stored
        for part in tensor.parts
    ]
    return Table(columns, tuple(lines), ruled=True).without_empty()


def _tensor_notes(stored: tuple[Tensor, ...]) -> Iterator[str]:
    if any(part.raveled for tensor in stored for part in tensor.parts):
        yield "each kernel block holds a (units, input) matrix row by row, inside a place of shape (input, units)"


def _tensors_data(framework_name: str, stored: tuple[Tensor, ...], total: int) -> dict[str, Any]:
    listed_tensors = [
        tensor._asdict() | {"params": tensor.params, "parts": [part._asdict() for part in tensor.parts]} for tensor in stored
    ]
    return {"schema": "lstm-calc/tensors/1", "framework": framework_name, "tensors": listed_tensors, "total": total}


def frameworks_document() -> Document:
    """Return what each framework offers and how it stores it, side by side."""
    columns = (
        Column("framework", "framework"),
        Column("release", "release"),
        Column("cells", "cells"),
        Column("gate_order", "gate order"),
    )
    return Document("Frameworks", (Table(columns, ()),), (), {"schema": "lstm-calc/frameworks/1"})


def _unused(table: Framework) -> list[Any]:
    return [CELLS, FRAMEWORKS, OPTIONS, offers, table]
