"""The measures of a model over a grid of sizes and options, row by row.

For each choice of options every measure is a polynomial of the sizes, found from a few counts (:mod:`.closed_form`), and a row is
its value. What is possible at the least and the greatest value of every size is possible throughout, for a condition compares two
products of sizes; where a corner is refused, or a measure is no polynomial, each row is counted as it stands.
"""

from __future__ import annotations

from itertools import repeat
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import FrameworkError, LstmCalcError, ModelError, did_you_mean, quoted
from lstm_calc.questions.axes import CONDITIONS, Axis, varied
from lstm_calc.questions.closed_form import Form, NoPolynomialError, along_last, closed_form, nodes_of, value_at
from lstm_calc.questions.measures import NAMES, chosen, measures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lstm_calc.model import Model

Row = tuple[str | int | None, ...]

COLUMNS = ("params", "bytes", "macs")
"""The measures that a sweep lists where none are named."""


class Sweep:
    """The rows of a grid, made as they are read: the values of the axes, the last one running fastest, and the measures.

    The measures of a row are None where there is no such model; ``refused`` then counts those read so far and ``reason`` is the
    first sentence that says why.
    """

    def __init__(
        self, model: Model, framework: str, axes: Sequence[Axis], names: Sequence[str], conditions: dict[str, Any] | None
    ) -> None:
        """Take checked axes and names; :func:`sweep` checks them."""
        self.axes = tuple(axes)
        self.measures = tuple(names)
        self.columns = (*(axis.name for axis in axes), *names)
        self.total = prod(len(axis.values) for axis in axes)
        self.refused = 0
        self.reason = ""
        self._model, self._framework, self._conditions = model, framework, conditions or {}
        self._sizes = [axis for axis in axes if axis.is_size]
        self._nodes = [nodes_of(axis.values) for axis in self._sizes]
        self._forms: dict[tuple[Any, ...], list[Form] | None] = {}

    def __iter__(self) -> Iterator[Row]:
        """Yield every row."""
        *others, last = self.axes
        in_rows = self._along_sizes if last.is_size else self._along_words
        for settings, head in _combinations(others):
            yield from in_rows(settings, head, last)

    def _along_sizes(self, settings: dict[str, Any], head: Row, last: Axis) -> Iterator[Row]:
        """Return the rows over a last axis of sizes: where there are polynomials, these over one size."""
        forms = self._forms_of(settings)
        if forms is None:
            return self._along_words(settings, head, last)
        sizes = [settings[axis.name] for axis in self._sizes[:-1]]
        columns = (_values(*along_last(form, self._nodes, sizes), last.values) for form in forms)
        return zip(*map(repeat, head), last.values, *columns, strict=False)

    def _along_words(self, settings: dict[str, Any], head: Row, last: Axis) -> Iterator[Row]:
        """Yield the rows over a last axis, each by itself."""
        for value, word in zip(last.values, last.words, strict=True):
            now = {**settings, last.name: value}
            forms = self._forms_of(now)
            if forms is None:
                yield (*head, word, *self._counted(now))
            else:
                sizes = [now[axis.name] for axis in self._sizes]
                yield (*head, word, *(value_at(form, self._nodes, sizes) for form in forms))

    def _forms_of(self, settings: Mapping[str, Any]) -> list[Form] | None:
        """Return the polynomials of the measures under some options, None where there are none."""
        options = {axis.name: settings[axis.name] for axis in self.axes if not axis.is_size}
        key = tuple(options.values())
        if key not in self._forms:
            self._forms[key] = self._fitted(options)
        return self._forms[key]

    def _fitted(self, options: dict[str, Any]) -> list[Form] | None:
        values, names = [axis.values for axis in self._sizes], [axis.name for axis in self._sizes]
        if not all(self._measure(name, options).polynomial for name in self.measures):
            return None
        try:
            return [
                closed_form(lambda *sizes, name=name: self._count(name, options | dict(zip(names, sizes, strict=True))), values)
                for name in self.measures
            ]
        except (ModelError, FrameworkError, NoPolynomialError):
            return None

    def _measure(self, name: str, settings: Mapping[str, Any]) -> Any:
        now = self._conditions | {condition: settings[condition] for condition in CONDITIONS if condition in settings}
        return chosen(measures(**now), [name])[name]

    def _count(self, name: str, settings: Mapping[str, Any]) -> int:
        """Return one measure of the model under some settings, counted as it stands."""
        changed = {key: value for key, value in settings.items() if key not in CONDITIONS}
        counted: int = self._measure(name, settings).of(*varied(self._model, self._framework, changed))
        return counted

    def _counted(self, settings: Mapping[str, Any]) -> Row:
        """Return the measures of one row, or note that there is no such model."""
        try:
            return tuple(self._count(name, settings) for name in self.measures)
        except (ModelError, FrameworkError) as error:
            self.refused += 1
            self.reason = self.reason or str(error)
            return (None,) * len(self.measures)


def _combinations(axes: Sequence[Axis]) -> Iterator[tuple[dict[str, Any], Row]]:
    """Yield every combination of the values of some axes, by name, and as a row's words."""
    if not axes:
        yield {}, ()
        return
    *others, last = axes
    for settings, head in _combinations(others):
        for value, word in zip(last.values, last.words, strict=True):
            yield settings | {last.name: value}, (*head, word)


def _values(a: int, b: int, c: int, sizes: Sequence[int]) -> Iterator[int]:
    return (a + size * (b + size * c) for size in sizes)


def sweep(
    model: Model,
    vary: Mapping[str, Sequence[Any]],
    framework_name: str = "textbook",
    *,
    columns: Sequence[str] = COLUMNS,
    conditions: dict[str, Any] | None = None,
) -> Sweep:
    """Return the rows of the measures in ``columns`` over every combination of what varies.

    ``vary`` has the values by name, such as ``{"units": range(16, 513, 16), "framework": ["keras", "pytorch"]}``; sizes are of all
    recurrent layers. ``conditions`` are the keywords of :func:`lstm_calc.cost` (``steps``, ``dtype``, ...).

    Raises LstmCalcError for names and values that are not known.

    >>> from lstm_calc import read, sweep
    >>> list(sweep(read("64 > lstm 1"), {"units": [16, 32]}, "keras", columns=["params"]))
    [(16, 5184), (32, 12416)]
    """
    for name in columns:
        if name not in NAMES:
            raise LstmCalcError(f"{quoted(name)} is not a column{did_you_mean(name, NAMES)}")
    if not vary or not columns:
        raise LstmCalcError("a sweep needs something to vary and a column, such as units=16:512:16 and params")
    axes = [Axis(name, values) for name, values in vary.items()]
    chosen(measures(**conditions or {}), list(columns))
    return Sweep(model, framework_name, axes, tuple(dict.fromkeys(columns)), conditions)
