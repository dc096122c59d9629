"""``verify`` as a Document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.report.words import from_file, headline

if TYPE_CHECKING:
    from lstm_calc.model import Model
    from lstm_calc.questions.verify import Verification


def verify_document(model: Model, answer: Verification) -> Document:
    """Return whether a framework agrees with our tables, and where not."""
    title = f"{headline(model)} in {answer.framework}{from_file(model, answer.framework)}, held against the tables"
    tables = (_verdict_table(answer), _differences_table(answer), _runs_table(answer))
    runs = ["largest error: of the output over 8 steps, beside the cell's equations, both on the same random gates"]
    return Document(title, tuple(table for table in tables if table.lines), tuple(runs * bool(answer.gates)))


def _verdict_table(answer: Verification) -> Table:
    columns = (
        Column("framework", "framework"),
        Column("release", "release"),
        Column("tensors", "tensors", "number"),
        Column("differing", "differing", "number"),
        Column("verdict", "verdict"),
    )
    verdict = "agrees" if answer.agrees else "differs"
    return Table(columns, (Line((answer.framework, answer.release, answer.compared, len(answer.differences), verdict)),))


def _differences_table(answer: Verification) -> Table:
    shapes = (Column("ours", "ours", "shape", shown=True), Column("theirs", "theirs", "shape", shown=True))
    return Table(
        (Column("name", "tensor"), *shapes), tuple(Line((each.name, each.ours, each.theirs)) for each in answer.differences)
    )


def _runs_table(answer: Verification) -> Table:
    columns = (Column("layer", "layer"), Column("error", "largest error", "error"))
    return Table(columns, tuple(Line((check.layer, check.error)) for check in answer.gates))
