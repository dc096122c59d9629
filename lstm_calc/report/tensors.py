"""``tensors`` as a Document, alone and side by side."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from lstm_calc.errors import listed
from lstm_calc.questions.tensors import ROLES
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.report.words import BLOCK_LEGEND, RAVELED_LEGEND, block_words, from_file, headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.model import Model
    from lstm_calc.questions.tensors import Part, Storage, Tensor


def tensors_document(model: Model, answer: Storage, *, gates: bool) -> Document:
    """Return the tensors a framework stores for a model; with ``gates``, the slice of every gate in each."""
    title = f"Tensors of {headline(model)} in {answer.framework}{from_file(model, answer.framework)}"
    if not gates:
        return Document(title, (_tensors_table(answer),), ())
    return Document(title, (_gates_table(answer),), tuple(_block_notes(answer)))


def side_by_side_document(model: Model, answers: tuple[Storage, ...]) -> Document:
    """Return the tensors that several frameworks store for a model beside each other: those of a direction and role in a line."""
    columns = [Column("layer", "layer", grouped=True)]
    for answer in answers:
        name = answer.framework
        columns += [
            Column(f"{name}_name", name),
            Column(f"{name}_shape", "shape", "shape"),
            Column(f"{name}_params", "parameters", "number"),
        ]
    lines = [line for use in model.uses for line in _side_by_side_lines(use.name, answers)]
    totals = [value for answer in answers for value in (None, None, answer.total)]
    title = f"Tensors of {headline(model)} in {listed(answer.framework for answer in answers)}"
    return Document(title, (Table(tuple(columns), (*lines, Line(("total", *totals), sum="total"))),), ())


def _side_by_side_lines(layer: str, answers: tuple[Storage, ...]) -> Iterator[Line]:
    stored = [[tensor for tensor in answer.tensors if tensor.layer == layer] for answer in answers]
    places = {_place(tensor): None for tensors in stored for tensor in tensors}
    for place in sorted(places, key=lambda place: (place[0] != "forward", ROLES.index(place[1]))):
        for row in zip_longest(*([tensor for tensor in tensors if _place(tensor) == place] for tensors in stored)):
            values = ((tensor.name, tensor.shape, tensor.params) if tensor else (None, None, None) for tensor in row)
            yield Line((layer, *(value for three in values for value in three)))


def _place(tensor: Tensor) -> tuple[str | None, str]:
    """Return the direction and the role of a tensor's first block."""
    return tensor.parts[0].way, tensor.parts[0].role


def _tensors_table(answer: Storage) -> Table:
    columns = (
        Column("layer", "layer", grouped=True),
        Column("name", "tensor"),
        Column("shape", "shape", "shape"),
        Column("axes", "axes", gives_way=1),
        Column("trained", "trained", shown=any(not tensor.trainable for tensor in answer.tensors)),
        Column("params", "parameters", "number"),
    )
    lines = [Line((t.layer, t.name, t.shape, t.axes, ("frozen", "yes")[t.trainable], t.params)) for t in answer.tensors]
    return Table(columns, (*lines, Line(("total", None, None, None, None, answer.total), sum="total")))


def _gates_table(answer: Storage) -> Table:
    columns = (
        Column("tensor", "tensor", grouped=True),
        Column("tensor_shape", "shape", "shape", grouped=True, gives_way=2),
        Column("way", "direction", shown=any(part.way == "backward" for tensor in answer.tensors for part in tensor.parts)),
        Column("gate", "gate"),
        Column("role", "role"),
        Column("slice", "slice", "slice"),
        Column("block", "block", gives_way=1),
        Column("params", "parameters", "number"),
    )
    lines = [_part_line(tensor, part) for tensor in answer.tensors for part in tensor.parts]
    return Table(columns, (*lines, Line(("total", *[None for _ in columns[2:]], answer.total), sum="total")))


def _part_line(tensor: Tensor, part: Part) -> Line:
    cuts = tuple((*cut, size) for cut, size in zip(part.slice, tensor.shape, strict=True))
    block = None if len(part.shape) == 1 else block_words(transposed=part.transposed, raveled=part.raveled)
    return Line((tensor.name, tensor.shape, part.way, part.gate, part.role, cuts, block, part.params))


def _block_notes(answer: Storage) -> Iterator[str]:
    yield BLOCK_LEGEND
    if any(part.raveled for tensor in answer.tensors for part in tensor.parts):
        yield RAVELED_LEGEND
