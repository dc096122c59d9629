"""``explain --difference`` as a Document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import few
from lstm_calc.render.document import Block, Column, Document, Line, Table
from lstm_calc.report.explain import bias_notes, unread
from lstm_calc.report.words import headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.model import Model
    from lstm_calc.questions.difference import Difference, Row


def difference_document(model: Model, answer: Difference) -> Document:
    """Return why the totals of two frameworks differ: in words what differs, and all tensors in a table."""
    one, two = (f"{total:,} parameters in {name}" for total, name in zip(answer.totals, answer.frameworks, strict=True))
    return Document(f"{headline(model)}: {one}, {two}", (_table(answer),), (), body=tuple(_blocks(answer)))


def _blocks(answer: Difference) -> Iterator[Block]:
    differing = [row for row in answer.rows if row.difference]
    if not differing:
        yield Block("They do not differ: every matrix and vector has as many numbers in the one as in the other.")
        return
    yield from _total_blocks(answer)
    for row in differing:
        yield from _row_blocks(row, answer)
    for note in dict.fromkeys(_notes(answer)):
        yield Block(note)


def _total_blocks(answer: Difference) -> Iterator[Block]:
    least, most = sorted(answer.totals)
    if least == most:
        yield Block("The totals do not differ, though what is counted does:")
    else:
        yield Block("What makes the difference:")
        yield Block(f"{most} - {least} = {most - least}", "formula")


def _row_blocks(row: Row, answer: Difference) -> Iterator[Block]:
    """Yield the count of one role in each framework, in symbols and numbers."""
    each = f", for each of the {len(row.layers):,} layers" * (len(row.layers) > 1)
    for name, side in zip(answer.frameworks, row.sides, strict=True):
        told = f"in {few(side.tensors)}" if side else "none"
        yield Block(f"{few(row.layers)}, {row.role.replace('_', ' ')} of {name}: {told}{each * (side is not None)}", "item")
        if side:
            yield Block(side.count.text, "formula")


def _notes(answer: Difference) -> Iterator[str]:
    """Yield what is peculiar about the biases of the layers that differ."""
    differing = {row.layers for row in answer.rows if row.difference}
    for explanation in answer.explanations:
        for layer in explanation.layers:
            if layer.names in differing:
                yield from (unread(gate, explanation.framework) for gate in layer.gates if gate.symbol is None)
                yield from bias_notes(explanation, layer)


def _table(answer: Difference) -> Table:
    columns = [Column("layers", "layer", grouped=True), Column("role", "holds")]
    for name in answer.frameworks:
        columns += [Column(f"{name}_tensors", name), Column(f"{name}_params", "parameters", "number")]
    lines = [_line(row) for row in answer.rows]
    one, two = answer.totals
    total = Line(("total", None, None, one, None, two, answer.difference), sum="total")
    return Table((*columns, Column("difference", "difference", "delta")), (*lines, total))


def _line(row: Row) -> Line:
    values = [(few(side.tensors, 1), len(row.layers) * side.params) if side else (None, None) for side in row.sides]
    return Line((few(row.layers), row.role, *values[0], *values[1], row.difference))
