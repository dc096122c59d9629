"""A forecasting question as a model: the arrays it is trained on, its layers, its head and how many windows a series gives.

``X`` is (windows, window, features). What ``y`` is depends on the strategy; an array's first axis is the windows, None where the
length of the series is not known.

    multi-output   one head for the whole horizon; y (N, targets * horizon), reshaped (N, horizon, targets) where both are above 1
    direct         a model of its own for each step of the horizon, all with the same X; y (N, targets) for each
    recursive      the model of one step, y (N, targets); its forecast is fed back as the next step's features
    seq2seq        an encoder, its last output repeated, a decoder and a head at each of its steps; y (N, horizon, targets)
    many-to-many   a head at every step of the window: y holds, for each of them, the horizon that follows it
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, did_you_mean, quoted
from lstm_calc.formats.modelfile import table_of
from lstm_calc.frozen import Record
from lstm_calc.model import KINDS, Dense, Layer, Model, Recurrent, RepeatVector
from lstm_calc.model.propagation import propagate
from lstm_calc.model.rules import count as whole
from lstm_calc.questions.answer import Answer, Data, plain
from lstm_calc.questions.params import ParamCount, convention_note, whole_params
from lstm_calc.questions.titles import counted, headline
from lstm_calc.render import worded
from lstm_calc.render.document import Column, Document, Edge, Graph, Line, Node, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


Array = tuple[int | None, ...]
"""The shape of an array; None where the number of windows is not known."""


class Strategy(Record):
    """One way to forecast several steps.

    ``decoder``: a second stack reads the last output of the first, repeated for each step of the horizon. ``every_step``: the
    head stands at every step of the window. ``one_step``: the model is trained on one step, and its forecast fed back.
    ``each_step``: there is a model for each step.
    """

    name: str
    summary: str
    decoder: bool = False
    every_step: bool = False
    one_step: bool = False
    each_step: bool = False


STRATEGIES = {
    strategy.name: strategy
    for strategy in (
        Strategy("multi-output", "one head gives the whole horizon"),
        Strategy("direct", "a model for each step of the horizon, all reading the same window", each_step=True),
        Strategy("recursive", "the model gives one step, which is fed back for the next", one_step=True),
        Strategy("seq2seq", "an encoder, its last output repeated, a decoder, a head at each step of the horizon", decoder=True),
        Strategy("many-to-many", "a head at every step gives the horizon after it, the last one the forecast", every_step=True),
    )
}
"""Every strategy by name, in the order of every list."""
_OTHER_NAMES = {
    **dict.fromkeys(("mimo", "single-shot", "single_shot", "multioutput", "multi_output", "joint"), "multi-output"),
    **dict.fromkeys(("iterated", "iterative", "autoregressive"), "recursive"),
    **dict.fromkeys(("encoder-decoder", "sequence-to-sequence"), "seq2seq"),
    "many_to_many": "many-to-many",
}
"""Other names of strategies."""

CELLS = {kind: layer for kind, layer in KINDS.items() if issubclass(layer, Recurrent) and layer.size == "units"}
"""The recurrent layers that read a series of plain features, by name."""


class Question(Record):
    """A forecasting question; sizes are whole numbers from 1 up, ``length`` and ``stride`` are steps of the series."""

    features: int
    targets: int
    window: int
    horizon: int
    strategy: Strategy
    length: int | None
    stride: int

    def check(self) -> None:
        """Refuse an impossible size, a series without a window, and a forecast that cannot be fed back."""
        for field, value in self.asdict().items():
            if field != "strategy" and not (field == "length" and value is None):
                self.__dict__[field] = whole(field, value)
        self._check_series()
        self._check_feedback()

    def _check_series(self) -> None:
        if self.length is not None and self.length < self.span:
            parts = f"{self.window:,} of X and {self.span - self.window:,} after them"
            raise ModelError(f"length {self.length:,} gives no window: each takes {self.span:,} steps, {parts}", key="length")

    def _check_feedback(self) -> None:
        if self.feeds_back and self.targets > self.features:
            what = f"targets {self.targets:,} cannot be fed back as the next step's {self.features:,} features"
            raise ModelError(f"{what}; make every target a feature, or take another strategy than recursive", key="targets")

    @property
    def setup(self) -> str:
        """The set-up by name: univariate where one variable is all there is, single-step where the horizon is one step."""
        variables = "univariate" if self.features == self.targets == 1 else "multivariate"
        return f"{variables} {'single-step' if self.horizon == 1 else 'multi-step'}"

    @property
    def ahead(self) -> int:
        """The steps after a step that one run of a model forecasts."""
        return 1 if self.strategy.one_step or self.strategy.each_step else self.horizon

    @property
    def models(self) -> int:
        """How many models there are: one, or one for each step of the horizon."""
        return self.horizon if self.strategy.each_step else 1

    @property
    def feeds_back(self) -> bool:
        """Whether a forecast is fed back as the next step's features."""
        return self.strategy.one_step and self.horizon > 1

    @property
    def span(self) -> int:
        """The steps of the series that a window of X and its y take together, the y of every model."""
        return self.window + self.ahead * self.models

    @property
    def windows(self) -> int | None:
        """How many windows the series gives; None where its length is not known."""
        return None if self.length is None else (self.length - self.span) // self.stride + 1

    @property
    def runs(self) -> int:
        """How often a model runs for one forecast of the horizon, each of several once."""
        return self.horizon // self.ahead

    @property
    def known_ahead(self) -> int:
        """The features that are not forecast and so have to be known for the steps that are fed back."""
        return self.features - self.targets if self.feeds_back else 0


class ForecastLayer(Data):
    """A layer of the model, or the reshape after it: its output shape, and its parameters."""

    name: str
    type: str
    output: Array
    params: int


class Forecast(Answer):
    """The model for a forecasting question, what it is trained on, and its parameters as one framework stores them.

    ``X`` and ``y`` are shapes, as is the output of every layer; ``layers`` end in the reshape where there is one.
    """

    schema = "lstm-calc/forecast/1"

    question: Question
    model: Model
    counted: ParamCount
    X: Array
    y: Array
    layers: tuple[ForecastLayer, ...]

    @property
    def params(self) -> int:
        """All parameters, those of every model where there are several."""
        return self.counted.known_total * self.question.models

    @property
    def reshape(self) -> tuple[int, ...] | None:
        """The shape that the head's output takes, windows apart; None where it stays as it is."""
        return tuple(size for size in self.y[1:] if size is not None) if self.layers[-1].type == "reshape" else None

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer; shapes are lists, null where the number of windows is not known."""
        head, asked = self.counted.layers[-1], self.question
        return {
            "schema": self.schema,
            "setup": asked.setup,
            **asked.asdict(),
            "strategy": asked.strategy.name,
            "arrays": {"X": plain(self.X), "y": plain(self.y)},
            "windows": asked.windows,
            "span": asked.span,
            "runs": asked.runs,
            "models": asked.models,
            "known_ahead": asked.known_ahead,
            "framework": self.counted.framework,
            "layers": plain(self.layers),
            "head": {"units": head.output_dim, "reshape": plain(self.reshape), "params": head.total},
            "params": self.params,
            "notation": str(self.model),
            "model": table_of(self.model),
        }

    def document(self) -> Document:
        """Return the arrays, the layers and the windows of the forecast."""
        asked = self.question
        title = f"Forecast, {asked.setup}, {asked.strategy.name}: {headline(self.model)} in {self.counted.framework}"
        notes = (*_strategy_notes(asked), *_models_note(self), _windows_note(asked), convention_note(self.model, self.counted))
        return Document(title, (_arrays_table(self), _layers_table(self)), notes, (_graph(self),))


class ForecastList(Answer):
    """The four set-ups of one question: univariate or multivariate, single-step or multi-step."""

    schema = "lstm-calc/forecasts/1"
    json = ("schema", "forecasts")

    forecasts: tuple[Forecast, ...]

    def document(self) -> Document:
        """Return the four set-ups, one per line."""
        columns = (
            Column("setup", "set-up"),
            Column("X", "X", "shape"),
            Column("y", "y", "shape"),
            Column("windows", "windows", "number"),
            Column("model", "model"),
            Column("reshape", "reshape", "shape"),
            Column("params", "parameters", "number"),
        )
        *_, last = self.forecasts
        title = f"Forecasts, {last.question.strategy.name}, in {last.counted.framework}"
        notes = (*_strategy_notes(last.question), _series_note(last.question))
        table = Table(columns, tuple(map(_setup_line, self.forecasts)))
        return Document(title, (table,), notes, tuple(map(_graph, self.forecasts)))


def forecast(
    *,
    features: int,
    window: int,
    units: int | Iterable[int],
    targets: int = 1,
    horizon: int = 1,
    strategy: str = "multi-output",
    cell: str = "lstm",
    length: int | None = None,
    stride: int = 1,
    framework_name: str | None = None,
) -> Forecast:
    """Return the model that forecasts ``targets`` variables ``horizon`` steps ahead from ``window`` steps of ``features``.

    Several ``units`` are a stack of recurrent layers, which a seq2seq has twice. Raises ModelError, with the argument as its key,
    for a question that cannot be, and FrameworkError where the framework is unknown or has no such cell.

    >>> from lstm_calc import forecast
    >>> answer = forecast(features=5, targets=1, window=64, horizon=3, units=32)
    >>> answer.question.setup, answer.X, answer.y, answer.params
    ('multivariate multi-step', (None, 64, 5), (None, 3), 4963)
    """
    found = _known("strategy", _OTHER_NAMES.get(strategy.lower(), strategy), STRATEGIES)
    asked = Question(features, targets, window, horizon, found, length, stride)
    kind = _known("cell", cell, CELLS)
    model = Model(_layers(asked, kind, tuple(units) if hasattr(units, "__iter__") else (units,)), asked.features)
    counted = whole_params(model, framework_name)
    x = (asked.windows, asked.window, asked.features)
    pairs = zip(counted.layers, propagate(model, x), strict=True)
    outputs = [ForecastLayer(layer.name, layer.type, use.output, layer.total or 0) for layer, use in pairs]
    if asked.targets > 1 and asked.ahead > 1 and not asked.strategy.decoder:
        *outer, _ = outputs[-1].output
        outputs.append(ForecastLayer("reshape", "reshape", (*outer, asked.ahead, asked.targets), 0))
    return Forecast(asked, model, counted, x, outputs[-1].output, tuple(outputs))


def set_ups(*, features: int, targets: int = 1, horizon: int = 1, **others: Any) -> ForecastList:
    """Return the forecasts of one variable and of several, each one step and ``horizon`` steps ahead.

    ``others`` are the further arguments of :func:`forecast`. Raises ModelError, beside its errors, where there are not several
    variables or steps.
    """
    for field, value in (("features", features), ("horizon", horizon)):
        if whole(field, value) == 1:
            raise ModelError(f"{field} must be above 1 to stand beside a set-up of one", key=field)
    variables = ((1, 1), (features, targets))
    return ForecastList(
        tuple(
            forecast(features=read, targets=given, horizon=ahead, **others) for read, given in variables for ahead in (1, horizon)
        )
    )


def _known(field: str, name: str, known: dict[str, Any]) -> Any:
    if name not in known:
        raise ModelError(f"{field} {quoted(name)} is not known{did_you_mean(name, known)}", key=field)
    return known[name]


def _layers(asked: Question, kind: Callable[..., Layer], units: tuple[int, ...]) -> list[Layer]:
    """Return the layers of the model: a stack, in a seq2seq its last output repeated for another one, and the head."""
    if not units:
        raise ModelError("units must be one or more whole numbers from 1 up", key="units")
    strategy = asked.strategy
    layers = _stack(kind, units, every_step=strategy.every_step)
    if strategy.decoder:
        layers += [RepeatVector(asked.horizon), *_stack(kind, units, every_step=True)]
    return [*layers, Dense(asked.targets * (1 if strategy.decoder else asked.ahead))]


def _stack(kind: Callable[..., Layer], units: tuple[int, ...], *, every_step: bool) -> list[Layer]:
    """Return recurrent layers, of which the last gives every step or its last output alone."""
    return [*(kind(units=size) for size in units[:-1]), kind(units=units[-1], return_sequences=every_step)]


_UNKNOWN = "N"


def _graph(answer: Forecast) -> Graph:
    """Return the layers from X to y, and the shape on each arrow."""
    boxes = [Node(layer.name, (layer.name, f"{layer.params:,} parameters")) for layer in answer.layers]
    keys = ["X", *(box.key for box in boxes), "y"]
    shapes = [answer.X, *(layer.output for layer in answer.layers)]
    edges = [Edge(start, stop, worded("shape", _shape(shape))) for (start, stop), shape in zip(pairwise(keys), shapes, strict=True)]
    return Graph(answer.question.setup, (Node("X", ("X",), end=True), *boxes, Node("y", ("y",), end=True)), tuple(edges))


def _setup_line(answer: Forecast) -> Line:
    asked = answer.question
    arrays = (_shape(answer.X), _shape(answer.y), asked.windows)
    return Line((asked.setup, *arrays, headline(answer.model), answer.reshape, answer.params))


def _arrays_table(answer: Forecast) -> Table:
    asked = answer.question
    read = f"{counted(asked.window, 'step')} of {counted(asked.features, 'feature')}"
    when = f"the next {'step' if asked.ahead == 1 else f'{asked.ahead:,} steps'}"
    when = f"one of the next {asked.horizon:,} steps, for each model another" if asked.models > 1 else when
    forecasts = f"{counted(asked.targets, 'target')} at {when}"
    forecasts = f"for each of them, {forecasts}" if asked.strategy.every_step else forecasts
    columns = (Column("array", "array"), Column("shape", "shape", "shape"), Column("holds", "holds"))
    return Table(columns, (Line(("X", _shape(answer.X), read)), Line(("y", _shape(answer.y), forecasts))), "arrays")


def _layers_table(answer: Forecast) -> Table:
    columns = (
        Column("layer", "layer"),
        Column("type", "type", shown=any(not layer.name.startswith(layer.type) for layer in answer.layers)),
        Column("output", "output", "shape"),
        Column("params", "parameters", "number"),
    )
    lines = [Line((layer.name, layer.type, _shape(layer.output), layer.params)) for layer in answer.layers]
    return Table(columns, (*lines, Line(("total", None, None, answer.counted.known_total), sum="total")), "layers")


def _strategy_notes(asked: Question) -> Iterator[str]:
    yield f"{asked.strategy.name}: {asked.strategy.summary}"
    if asked.feeds_back:
        yield f"a forecast of {counted(asked.horizon, 'step')} is {asked.runs:,} runs of the model"
    if asked.known_ahead:
        others = counted(asked.known_ahead, "other feature")
        cure = f"must be known for those steps, or forecast too (--targets {asked.features})"
        yield f"only what is forecast is fed back: the {others} {cure}"


def _models_note(answer: Forecast) -> Iterator[str]:
    """Yield how many models there are and what they have together, where there are several."""
    number = answer.question.models
    if number > 1:
        yield f"{number:,} models of {answer.counted.known_total:,} parameters, {answer.params:,} together"


def _windows_note(asked: Question) -> str:
    takes = f"each takes {asked.span:,} steps, {asked.window:,} of X and {asked.span - asked.window:,} after them"
    gives = "" if asked.windows is None else f"{counted(asked.windows, 'window')} from "
    return f"{gives}{_series_note(asked)}; {takes}"


def _series_note(asked: Question) -> str:
    if asked.length is None:
        return f"{_UNKNOWN}: the windows of the series, which depend on --length"
    return f"a series of {counted(asked.length, 'step')} at a stride of {asked.stride:,}"


def _shape(array: Array) -> tuple[int | str, ...]:
    return tuple(_UNKNOWN if size is None else size for size in array)
