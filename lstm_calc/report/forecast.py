"""``forecast`` as a Document: one question, or the four set-ups side by side."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from lstm_calc.render import worded
from lstm_calc.render.document import Column, Document, Edge, Graph, Line, Node, Table
from lstm_calc.report.params import convention_note
from lstm_calc.report.words import headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.questions.forecast import Array, Forecast, ForecastList, Question

_UNKNOWN = "N"


def forecast_document(answer: Forecast) -> Document:
    """Return the arrays, the layers and the windows of one forecast."""
    asked = answer.question
    title = f"Forecast, {asked.setup}, {asked.strategy.name}: {headline(answer.model)} in {answer.counted.framework}"
    notes = (*_strategy_notes(asked), _windows_note(asked), convention_note(answer.model, answer.counted))
    return Document(title, (_arrays_table(answer), _layers_table(answer)), notes, (_graph(answer),))


def forecasts_document(answer: ForecastList) -> Document:
    """Return the four set-ups of a question, one a line."""
    columns = (
        Column("setup", "set-up"),
        Column("X", "X", "shape"),
        Column("y", "y", "shape"),
        Column("windows", "windows", "number"),
        Column("model", "model"),
        Column("reshape", "reshape", "shape"),
        Column("params", "parameters", "number"),
    )
    *_, last = answer.forecasts
    title = f"Forecasts, {last.question.strategy.name}, in {last.counted.framework}"
    notes = (*_strategy_notes(last.question), _series_note(last.question))
    table = Table(columns, tuple(map(_setup_line, answer.forecasts)))
    return Document(title, (table,), notes, tuple(map(_graph, answer.forecasts)))


def _graph(answer: Forecast) -> Graph:
    """Return what flows from X to y, layer by layer, and on each arrow its shape."""
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
    read = f"{_counted(asked.window, 'step')} of {_counted(asked.features, 'feature')}"
    told = f"{_counted(asked.targets, 'target')} at the next {'step' if asked.ahead == 1 else f'{asked.ahead:,} steps'}"
    told = f"for each of them, {told}" if asked.strategy.every_step else told
    columns = (Column("array", "array"), Column("shape", "shape", "shape"), Column("holds", "holds"))
    return Table(columns, (Line(("X", _shape(answer.X), read)), Line(("y", _shape(answer.y), told))))


def _layers_table(answer: Forecast) -> Table:
    columns = (
        Column("layer", "layer"),
        Column("type", "type", shown=any(not layer.name.startswith(layer.type) for layer in answer.layers)),
        Column("output", "output", "shape"),
        Column("params", "parameters", "number"),
    )
    lines = [Line((layer.name, layer.type, _shape(layer.output), layer.params)) for layer in answer.layers]
    return Table(columns, (*lines, Line(("total", None, None, answer.params), sum="total")))


def _strategy_notes(asked: Question) -> Iterator[str]:
    yield f"{asked.strategy.name}: {asked.strategy.summary}"
    if asked.runs > 1:
        yield f"a forecast of {_counted(asked.horizon, 'step')} is {asked.runs:,} runs of the model"
    if asked.known_ahead:
        others = _counted(asked.known_ahead, "other feature")
        cure = f"must be known for those steps, or forecast too (--targets {asked.features})"
        yield f"only what is forecast is fed back: the {others} {cure}"


def _windows_note(asked: Question) -> str:
    takes = f"each takes {asked.span:,} steps, {asked.window:,} of X and {asked.ahead:,} after them"
    gives = "" if asked.windows is None else f"{_counted(asked.windows, 'window')} from "
    return f"{gives}{_series_note(asked)}; {takes}"


def _series_note(asked: Question) -> str:
    if asked.length is None:
        return f"{_UNKNOWN}: the windows of the series, which --length tells"
    return f"a series of {_counted(asked.length, 'step')} at a stride of {asked.stride:,}"


def _shape(array: Array) -> tuple[int | str, ...]:
    return tuple(_UNKNOWN if size is None else size for size in array)


def _counted(number: int, noun: str) -> str:
    """Return a number and its noun: ``1 step``, ``3 steps``."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
