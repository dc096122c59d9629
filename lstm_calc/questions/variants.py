"""Sweeps over values that Python code does not say, or says otherwise: ``set.hidden=64,128``, the code read anew for each."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, quoted
from lstm_calc.frozen import Record
from lstm_calc.questions.axes import read_axis
from lstm_calc.questions.sweep import SweepRows, sweep_over
from lstm_calc.render.document import Column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from lstm_calc.model import Model
    from lstm_calc.questions.axes import Axis
    from lstm_calc.questions.sweep import Row

PREFIX = "set."
_MOST = 1_000
"""How many times code is read."""


class VariedSetting(Record):
    """A value of the code that varies, and its values in order."""

    name: str
    values: Sequence[Any]

    @property
    def is_size(self) -> bool:
        """Whether every value is a whole number."""
        return all(type(value) is int for value in self.values)

    @property
    def stands_alone(self) -> bool:
        """Whether its values say what they are without its name."""
        return False


def read_setting(text: str) -> VariedSetting:
    """Return what varies in code; raise LstmCalcError where the text says nothing to vary.

    >>> read_setting("set.hidden=64:128:32").values, read_setting("set.cell='LSTM','GRU'").values
    ((64, 96, 128), ('LSTM', 'GRU'))
    """
    from lstm_calc.formats.code.settings import read_settings

    name, _, values = text.removeprefix(PREFIX).rpartition("=")
    parts = [part.strip() for part in values.split(",")]
    if not name or not all(parts):
        raise LstmCalcError(f"{quoted(text)} is nothing to vary; write set.hidden=64,128")
    found: list[Any] = []
    for part in parts:
        found += read_axis(f"units={part}").values[: _MOST + 1] if ":" in part else read_settings([f"{name}={part}"]).values()
    return VariedSetting(PREFIX + name, tuple(dict.fromkeys(found)))


class Variants:
    """The rows of a sweep for every combination of values that are said beside code; it has what a Sweep has."""

    def __init__(self, settings: Sequence[VariedSetting], read: Callable[[dict[str, Any]], Model], **asked: Any) -> None:
        """Take what varies in the code, what reads it with some values, and what :func:`sweep_over` takes beside a model."""
        if prod(len(each.values) for each in settings) > _MOST:
            raise LstmCalcError(f"code is read once for each combination of values, and at most {_MOST:,} times")
        names = [each.name.removeprefix(PREFIX) for each in settings]
        self._parts = []
        for words in product(*(each.values for each in settings)):
            model = read(dict(zip(names, words, strict=True)))
            self._parts.append((words, model, sweep_over(model, **asked)))
        _, self.model, first = self._parts[0]
        self.axes: tuple[Axis | VariedSetting, ...] = (*settings, *first.axes)
        self.metrics = first.metrics
        self.columns = (*(each.name for each in settings), *first.columns)
        self.framework = first.framework

    @property
    def total(self) -> int:
        """How many rows there are."""
        return sum(sweep.total for _, _, sweep in self._parts)

    @property
    def refused(self) -> int:
        """How many of the rows read so far have no numbers."""
        return sum(sweep.refused for _, _, sweep in self._parts)

    @property
    def reason(self) -> str:
        """Why the first of these has none."""
        return next((sweep.reason for _, _, sweep in self._parts if sweep.reason), "")

    @property
    def several_steps(self) -> bool:
        """Whether sequences have more than one step, in any row."""
        return any(sweep.several_steps for _, _, sweep in self._parts)

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns of a table: what varies, then the metrics."""
        settings = self.axes[: len(self.axes) - len(self._parts[0][2].axes)]
        shown = (Column(axis.name, axis.name, "number" if axis.is_size else "text", shown=True) for axis in settings)
        return (*shown, *self._parts[0][2].shown_columns)

    def of(self, rows: Iterable[Row]) -> SweepRows:
        """Return some of the rows as an answer that can be shown."""
        return SweepRows(self, tuple(rows))

    def __iter__(self) -> Iterator[Row]:
        """Yield every row, those of one combination together."""
        for words, _, sweep in self._parts:
            for row in sweep:
                yield (*words, *row)

    def plain(self, rows: Iterable[Row]) -> Iterable[Row]:
        """Return rows with what options are in place of the words for it."""
        number = len(self.axes) - len(self._parts[0][2].axes)
        sweep = self._parts[0][2]
        return ((*row[:number], *next(iter(sweep.plain([row[number:]])))) for row in rows)


def variants(settings: Sequence[str], read: Callable[[dict[str, Any]], Model], vary: Mapping[str, Any], **asked: Any) -> Variants:
    """Return the rows for every combination of values of code, and of what else varies; raises as :func:`sweep` does."""
    return Variants([read_setting(text) for text in settings], read, vary=vary, **asked)
