"""``sweep`` as a Document, or as the columns of rows that are written while they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.document import Column, Document, Line, Table
from lstm_calc.report.words import headline, measure_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lstm_calc.model import Model
    from lstm_calc.questions.sweep import Row, Sweep


def sweep_columns(answer: Sweep) -> tuple[Column, ...]:
    """Return the columns of a sweep: its axes, then its measures."""
    axes = [Column(axis.name, axis.name.replace("_", " "), "number" if axis.is_size else "text") for axis in answer.axes]
    return (*axes, *(Column(name, measure_words(name), "number", shown=True) for name in answer.measures))


def sweep_document(model: Model, answer: Sweep, rows: Iterable[Row]) -> Document:
    """Return rows of a sweep."""
    return Document(f"Variants of {headline(model)}", (Table(sweep_columns(answer), tuple(Line(row) for row in rows)),), ())
