"""``sweep`` as a Document, or as the columns of rows that are written while they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import LstmCalcError
from lstm_calc.render.chart import MOST_CURVES, Chart, Curve
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.report.words import FROM_FILE, headline, measure_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lstm_calc.model import Model
    from lstm_calc.questions.axes import Axis
    from lstm_calc.questions.sweep import Row, Sweep


_LARGEST = 10**300
"""What can still be use on an axis."""


def sweep_columns(answer: Sweep) -> tuple[Column, ...]:
    """Return the columns of a sweep: its axes, then its measures."""
    axes = [
        Column(axis.name, axis.name.replace("_", " "), "number" if axis.is_size else "text", shown=True) for axis in answer.axes
    ]
    return (*axes, *(Column(name, measure_words(name), "number", shown=True) for name in answer.measures))


def sweep_document(model: Model, answer: Sweep, rows: Iterable[Row]) -> Document:
    """Return rows of a sweep."""
    return Document(_title(model, answer), (Table(sweep_columns(answer), tuple(Line(row) for row in rows)),), ())


def _title(model: Model, answer: Sweep) -> str:
    """Return what varies, and in which framework where that is the file's own and does not vary."""
    own = answer.framework == model.framework and all(axis.name != "framework" for axis in answer.axes)
    return f"Variants of {headline(model)}{f' in {answer.framework}{FROM_FILE}' * own}"


def sweep_chart(model: Model, answer: Sweep, rows: Iterable[Row], budget: int | None = None) -> Chart:
    """Return rows as curves: the first measure over the first size that varies, a curve for each combination of the others.

    Raises LstmCalcError where no size varies, or where there are more curves than can be told apart.
    """
    at = next((at for at, axis in enumerate(answer.axes) if axis.is_size and len(axis.values) > 1), None)
    if at is None:
        raise LstmCalcError("a plot needs a size that varies, such as --vary units=16:512:16")
    points: dict[Row, list[tuple[int, int]]] = {}
    for row in rows:
        x, y = row[at], row[len(answer.axes)]
        if isinstance(x, int) and isinstance(y, int):
            points.setdefault((*row[:at], *row[at + 1 : len(answer.axes)]), []).append((x, y))
    if len(points) > MOST_CURVES:
        raise LstmCalcError(f"a plot has at most {MOST_CURVES} curves, and these are {len(points):,}; vary less, or use --where")
    if any(number > _LARGEST for found in points.values() for point in found for number in point):
        raise LstmCalcError("a plot shows numbers up to 10**300, and some here are larger")
    if not points:
        raise LstmCalcError("there is nothing to plot: no row is left that has numbers")
    others = [axis for place, axis in enumerate(answer.axes) if place != at]
    curves = tuple(Curve(_curve_name(others, key), tuple(sorted(found))) for key, found in points.items())
    measure = measure_words(answer.measures[0])
    title, line_name = _title(model, answer), f"budget {budget:,}" if budget else ""
    return Chart(title, answer.axes[at].name, measure, curves, budget, line_name)


def _curve_name(axes: Sequence[Axis], words: Row) -> str:
    """Return what sets a curve apart, in words: ``keras, layers 2``."""
    told = (
        str(word) if axis.stands_alone else f"{axis.name.replace('_', ' ')} {word}" for axis, word in zip(axes, words, strict=True)
    )
    return ", ".join(told)
