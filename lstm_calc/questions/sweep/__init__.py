"""The metrics of a model over a grid of sizes and options, row by row.

For each choice of options every metric is a polynomial of the sizes, found from a few counts (:func:`closed_form`), and a row is
its value. What is possible at the least and the greatest value of every size is possible throughout, for a condition compares two
products of sizes; where a corner is refused, or a metric is no polynomial (where steps may become features, their number tells
how often a layer runs), each row is counted as it stands.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import chain, product, repeat
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import FrameworkError, LstmCalcError, ModelError, did_you_mean, quoted
from lstm_calc.frameworks import framework_of
from lstm_calc.questions.answer import Answer
from lstm_calc.questions.metrics import NAMES, chosen, metric_words, metrics, value_words
from lstm_calc.questions.sweep.polynomials import Form, NoPolynomialError, along_last, closed_form, nodes_of
from lstm_calc.questions.titles import from_file, headline, runs_words
from lstm_calc.questions.varied import CONDITIONS, Axis, long_axis, read_axis, varied
from lstm_calc.render.chart import MOST_CURVES, Chart, Curve
from lstm_calc.render.document import Column, Document, Line, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from lstm_calc.model import Model


Row = tuple[str | int | None, ...]

COLUMNS = ("params", "bytes", "macs")
"""The metrics that a sweep lists where none are named."""

_MOST_FORMS = 100_000
"""How many combinations of options keep their polynomials."""


class Sweep:
    """The rows of a grid, made while they are read: the values of the axes, of which the last varies fastest, and the metrics.

    The metrics of a row are None where there is no such model; ``refused`` then counts those read so far and ``reason`` is the
    first sentence that says why.
    """

    def __init__(
        self, model: Model, framework: str, axes: Sequence[Axis], names: Sequence[str], conditions: dict[str, Any] | None
    ) -> None:
        """Take checked axes and names; :func:`sweep` checks them."""
        self.axes = tuple(axes)
        self.metrics = tuple(names)
        self.columns = (*(axis.name for axis in axes), *names)
        self.total = prod(len(axis.values) for axis in axes)
        self.refused = 0
        self.reason = ""
        self.framework = framework
        self.model, self._conditions = model, conditions or {}
        self._long = long_axis(self.axes)
        sizes = [axis for axis in axes if axis.is_size]
        self._sizes = sorted(sizes, key=lambda axis: self.axes.index(axis) == self._long)
        self._nodes = [nodes_of(axis.values) for axis in self._sizes]
        self._jumps = any(not layer.stepwise for layer in model.calls)
        self._forms: dict[tuple[Any, ...], list[Form] | None] = {}

    def __iter__(self) -> Iterator[Row]:
        """Yield every row: where an axis is long, those along it together, once for each combination of the axes after it."""
        if self._long is None:
            for settings, words in _combinations(self.axes):
                yield (*words, *self._counted(settings))
            return
        before, long, after = self.axes[: self._long], self.axes[self._long], self.axes[self._long + 1 :]
        for settings, head in _combinations(before):
            along = [self._along(long, settings | more, head, tail) for more, tail in _combinations(after)]
            yield from chain.from_iterable(zip(*along, strict=True))

    def of(self, rows: Iterable[Row]) -> SweepRows:
        """Return some of the rows as an answer that can be shown."""
        return SweepRows(self, tuple(rows))

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns of a table: the axes, then the metrics."""
        axes = [Column(axis.name, axis.title, "number" if axis.is_size else "text", shown=True) for axis in self.axes]
        return (*axes, *(Column(name, metric_words(name), "number", shown=True) for name in self.metrics))

    @property
    def several_steps(self) -> bool:
        """Whether sequences have more than one step, in any row."""
        if self._conditions.get("lengths") is not None:
            return True
        steps = next((axis.values for axis in self.axes if axis.name == "steps"), (self._conditions.get("steps") or 1,))
        return max(steps) > 1

    def plain(self, rows: Iterable[Row]) -> Iterable[Row]:
        """Return rows with what options are in place of the words for it: True for ``"true"``, None for ``"none"``."""
        meant = [dict(zip(axis.words, axis.values, strict=True)) for axis in self.axes if not axis.is_size]
        if all(word == value for words in meant for word, value in words.items()):
            return rows
        places = [{} if axis.is_size else meant.pop(0) for axis in self.axes] + [{}] * len(self.metrics)
        return (tuple(words.get(value, value) for words, value in zip(places, row, strict=True)) for row in rows)

    def _along(self, long: Axis, settings: dict[str, Any], head: Row, tail: Row) -> Iterator[Row]:
        """Return the rows along one axis: where there are polynomials, these over its sizes."""
        forms = self._forms_of(settings)
        if forms is None:
            return ((*head, size, *tail, *self._counted(settings | {long.name: size})) for size in long.values)
        sizes = [settings[axis.name] for axis in self._sizes[:-1]]
        columns = (_values(*along_last(form, self._nodes, sizes), long.values) for form in forms)
        return zip(*map(repeat, head), long.values, *map(repeat, tail), *columns, strict=False)

    def _forms_of(self, settings: Mapping[str, Any]) -> list[Form] | None:
        """Return the polynomials of the metrics under some options, None where there are none."""
        options = {axis.name: settings[axis.name] for axis in self.axes if not axis.is_size}
        key = tuple(options.values())
        if key not in self._forms:
            if len(self._forms) == _MOST_FORMS:
                self._forms.clear()
            self._forms[key] = self._fitted(options)
        return self._forms[key]

    def _fitted(self, options: dict[str, Any]) -> list[Form] | None:
        values, names = [axis.values for axis in self._sizes], [axis.name for axis in self._sizes]
        if self._jumps or not all(self._metric(name, options).polynomial for name in self.metrics):
            return None
        try:
            return [
                closed_form(lambda *sizes, name=name: self._count(name, options | dict(zip(names, sizes, strict=True))), values)
                for name in self.metrics
            ]
        except (ModelError, FrameworkError, NoPolynomialError):
            return None

    def _metric(self, name: str, settings: Mapping[str, Any]) -> Any:
        now = self._conditions | {condition: settings[condition] for condition in CONDITIONS if condition in settings}
        return chosen(metrics(**now), [name])[name]

    def _count(self, name: str, settings: Mapping[str, Any]) -> int:
        """Return one metric of the model under some settings, counted directly."""
        changed = {key: value for key, value in settings.items() if key not in CONDITIONS}
        counted: int = self._metric(name, settings).of(*varied(self.model, self.framework, changed))
        return counted

    def _counted(self, settings: Mapping[str, Any]) -> Row:
        """Return the metrics of one row, or note that there is no such model."""
        try:
            return tuple(self._count(name, settings) for name in self.metrics)
        except (ModelError, FrameworkError) as error:
            self.refused += 1
            self.reason = self.reason or str(error)
            return (None,) * len(self.metrics)


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
    framework_name: str | None = None,
    *,
    columns: Sequence[str] = COLUMNS,
    conditions: dict[str, Any] | None = None,
) -> Sweep:
    """Return the rows of the metrics in ``columns`` over every combination of what varies.

    ``vary`` has the values by name, such as ``{"units": range(16, 513, 16), "framework": ["keras", "pytorch"]}``; sizes are of all
    recurrent layers. ``conditions`` are the keywords of :func:`lstm_calc.cost` (``steps``, ``dtype``, ...).

    Raises LstmCalcError for names and values that are not known.

    >>> from lstm_calc import read, sweep
    >>> list(sweep(read("64 > lstm 1"), {"units": [16, 32]}, "keras", columns=["params"]))
    [(16, 5184), (32, 12416)]
    """
    if not vary:
        raise LstmCalcError(_NOTHING)
    return sweep_over(model, vary, framework_name, columns=columns, conditions=conditions)


_NOTHING = "a sweep needs something to vary and a column, such as units=16:512:16 and params"


def sweep_over(
    model: Model,
    vary: Mapping[str, Sequence[Any]],
    framework_name: str | None = None,
    *,
    columns: Sequence[str] = COLUMNS,
    conditions: dict[str, Any] | None = None,
) -> Sweep:
    """Return the rows of :func:`sweep`, a single one where nothing varies."""
    for name in columns:
        if name not in NAMES:
            raise LstmCalcError(f"{quoted(name)} is not a column{did_you_mean(name, NAMES)}")
    if not columns:
        raise LstmCalcError(_NOTHING)
    axes = [Axis(name, values) for name, values in vary.items()]
    _check_once(vary, conditions or {})
    chosen(metrics(**conditions or {}), list(columns))
    name = framework_of(model, framework_name).name
    with suppress(ModelError):
        varied(model, name, {axis.name: axis.values[0] for axis in axes if axis.name not in CONDITIONS})
    return Sweep(model, name, axes, tuple(dict.fromkeys(columns)), conditions)


def _check_once(vary: Mapping[str, Sequence[Any]], conditions: Mapping[str, Any]) -> None:
    """Raise LstmCalcError where the batch or its steps both vary and are given."""
    for name in ("batch", "steps"):
        given = next((each for each in (name, "lengths") if conditions.get(each) is not None), None)
        if name in vary and given:
            raise LstmCalcError(f"{name} varies, and {given} says already what it is; give one of the two")


_LARGEST = 10**300
"""What can still be use on an axis."""


class SweepRows(Answer):
    """Rows of a sweep: all of them, or those that were selected."""

    schema = "lstm-calc/sweep/1"

    sweep: Sweep
    rows: tuple[Row, ...]

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return {"schema": self.schema, "rows": [dict(zip(self.sweep.columns, row, strict=True)) for row in self.rows]}

    def document(self) -> Document:
        """Return the rows as a table."""
        return Document(_title(self.sweep), (Table(self.sweep.shown_columns, tuple(map(Line, self.rows))),), ())

    def chart(self, budget: int | None = None) -> Chart:
        """Return the rows as curves: the first metric over the first size that varies, one curve per combination of the others.

        Raises LstmCalcError where no size varies, or where there are more curves than can be told apart.
        """
        at = next((at for at, axis in enumerate(self.sweep.axes) if axis.is_size and len(axis.values) > 1), None)
        if at is None:
            raise LstmCalcError("a plot needs a size that varies, such as --vary units=16:512:16")
        points: dict[Row, list[tuple[int, int]]] = {}
        for row in self.rows:
            x, y = row[at], row[len(self.sweep.axes)]
            if isinstance(x, int) and isinstance(y, int):
                points.setdefault((*row[:at], *row[at + 1 : len(self.sweep.axes)]), []).append((x, y))
        if len(points) > MOST_CURVES:
            raise LstmCalcError(
                f"a plot has at most {MOST_CURVES} curves, and these are {len(points):,}; vary less, or use --where"
            )
        if any(number > _LARGEST for found in points.values() for point in found for number in point):
            raise LstmCalcError("a plot shows numbers up to 10**300, and some here are larger")
        if not points:
            raise LstmCalcError("there is nothing to plot: no row is left that has numbers")
        others = [axis for place, axis in enumerate(self.sweep.axes) if place != at]
        curves = tuple(Curve(_curve_name(others, key), tuple(sorted(found))) for key, found in points.items())
        metric = self.sweep.metrics[0]
        line_name = f"budget {value_words(metric, budget)}" if budget else ""
        return Chart(_title(self.sweep), self.sweep.axes[at].name, metric_words(metric), curves, budget, line_name)


def _title(answer: Sweep) -> str:
    """Return what varies, in which framework if nobody asked for one, and which steps a framework gives by default."""
    model, varied_over = answer.model, {axis.name: axis.values for axis in answer.axes}
    because = "" if "framework" in varied_over else from_file(model, answer.framework)
    where = f" in {answer.framework}{because}" if because else ""
    frameworks = varied_over.get("framework", (answer.framework,))
    counts_steps = set(answer.metrics) - {"params", "bytes"}
    how = runs_words([(name, model, name) for name in frameworks], several_steps=bool(counts_steps) and answer.several_steps)
    return f"Variants of {headline(model)}{where}{how}"


def _curve_name(axes: Sequence[Axis], words: Row) -> str:
    """Return the name of a curve: the values of the other axes, as ``keras, layers 2``."""
    named = zip(axes, words, strict=True)
    return ", ".join(str(word) if axis.stands_alone else f"{axis.name.replace('_', ' ')} {word}" for axis, word in named)


# A polynomial is in Newton's form: over nodes n0, n1, n2 it is a + (x - n0) * (b + (x - n1) * c), where a, b and c are polynomials
# of the other sizes, or whole numbers. A count is a sum of products of sizes with whole coefficients, so all of them are whole;
# what leaves a remainder, or disagrees with a count that was not used, is no such polynomial.


PREFIX = "set."
_MOST = 1_000
"""How many times code is read."""


class VariedSetting(Axis):
    """A value of the code that varies, and its values in order."""

    def check(self) -> None:
        """Accept any name and any values: they are the code's own."""

    @property
    def title(self) -> str:
        """The name as it is."""
        return self.name

    @property
    def words(self) -> Sequence[Any]:
        """The values as they are."""
        return self.values


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


class Variants(Sweep):
    """The rows of a sweep for every combination of values that are set beside code, those of one combination together."""

    def __init__(
        self,
        settings: Sequence[VariedSetting],
        read: Callable[[dict[str, Any]], Model],
        conditions: dict[str, Any] | None,
        **asked: Any,
    ) -> None:
        """Take what varies in the code, what reads it with some values, and what :func:`sweep_over` takes beside a model."""
        if prod(len(each.values) for each in settings) > _MOST:
            raise LstmCalcError(f"code is read once for each combination of values, and at most {_MOST:,} times")
        names = [each.name.removeprefix(PREFIX) for each in settings]
        combinations = product(*(each.values for each in settings))
        self._parts = [
            (words, sweep_over(read(dict(zip(names, words, strict=True))), conditions=conditions, **asked))
            for words in combinations
        ]
        first = self._parts[0][1]
        super().__init__(first.model, first.framework, (*settings, *first.axes), first.metrics, conditions)

    def __iter__(self) -> Iterator[Row]:
        """Yield every row."""
        refused = 0
        for words, sweep in self._parts:
            for row in sweep:
                self.refused, self.reason = refused + sweep.refused, self.reason or sweep.reason
                yield (*words, *row)
            refused += sweep.refused


def variants(settings: Sequence[str], read: Callable[[dict[str, Any]], Model], vary: Mapping[str, Any], **asked: Any) -> Variants:
    """Return the rows for every combination of values of code, and of what else varies; raises as :func:`sweep` does."""
    return Variants([read_setting(text) for text in settings], read, vary=vary, **asked)
