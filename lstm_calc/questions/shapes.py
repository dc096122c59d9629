"""What flows through a model: the shape of every input, state and output, under a framework's conventions."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from lstm_calc.cells import CELLS
from lstm_calc.errors import ModelError, few
from lstm_calc.flow import reshaped, reshaping_note
from lstm_calc.frameworks import Signal, check_run, equation_words, framework_of, layout_for
from lstm_calc.measure import shape_of, terms_of
from lstm_calc.questions.stream import Sizes, Stream, after, order_of, read_by, start
from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.frameworks import Framework
    from lstm_calc.model import Model, Placed
    from lstm_calc.questions.stream import Size

_Around = tuple[dict[str, list[str]], dict[str, int]]
_Known = dict[tuple[Any, ...], dict[tuple[str, ...], tuple[Sizes, str]]]
_INPUT = Signal("input", "sequence space features", "input")
_PLAIN = (Signal("output", "flow space features", "output"),)
"""What comes out of a layer that is not recurrent."""


class Flow(Record):
    """One tensor of a run; ``layer`` is the name of its layer, None for the model's input.

    ``role`` is input, lengths, initial, value, output, state or final; ``axes`` has a word for each size of ``shape``. A size that
    is not known is None.
    """

    name: str
    layer: str | None
    role: str
    shape: Sizes
    axes: str


class Shapes(Record):
    """Every tensor of a run, from the model's input up; ``warnings`` say what in the question looks wrong.

    ``reads`` is the shape of what flows into each layer.
    """

    framework: str
    tensors: tuple[Flow, ...]
    reads: dict[str, Sizes]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer; a size that is not known is null."""
        return {"schema": "lstm-calc/shapes/1", **self.asdict(), "tensors": [flow.asdict() for flow in self.tensors]}


class _Place(Record):
    """One layer, or one module of repeated layers, in its place; ``cell`` counts the recurrent ones of the model."""

    table: Framework
    order: str
    group: tuple[Placed, ...]
    cell: int
    cells: int
    is_last: bool
    before: Stream
    after: Stream

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.group[0].name

    @property
    def alike(self) -> tuple[Any, ...]:
        """All that the shapes depend on, as a key."""
        first, streams = self.group[0], (*vars(self.before).values(), *vars(self.after).values())
        return first.layer.traits, first.input_dim, len(self.group), streams

    @cached_property
    def outward(self) -> _Around:
        """What is around a signal that flows out."""
        steps = self.before.steps if self.group[0].layer.kind in CELLS else self.after.steps
        return self._around(self.after.replace(steps=steps))

    @cached_property
    def inward(self) -> _Around:
        """What is around a signal that flows in: of a layer that changes the image, the one that it reads."""
        return self._around(self.before.replace(batch=self.after.batch, features=self.after.features))

    def _around(self, stream: Stream) -> _Around:
        """Return the axes in words, and the sizes that are known."""
        first, layer = self.group[0], self.group[0].layer
        own = {**layer.sizes, "input": first.input_dim, "ways": len(layer.ways), "layers": len(self.group)}
        flow = self.after.words(self.order)["sequence"]
        return stream.words(self.order) | {"flow": flow}, stream.sizes() | own


def shapes(
    model: Model,
    framework_name: str | None = None,
    *,
    shape: Sequence[Size] | None = None,
    batch: Size = None,
    steps: Size = None,
    batch_first: bool | None = None,
) -> Shapes:
    """Return the shapes of all that flows when a framework (None: the model's own) runs a model on a batch.

    ``shape`` is the input's, in the framework's order of axes; without it ``batch`` and ``steps`` are what is known of them.
    ``batch_first`` asks for (batch, steps, features) or (steps, batch, features); None is the framework's own order.

    Raises FrameworkError where the framework lacks what is asked for, ModelError where a layer can't read what flows into it.

    >>> from lstm_calc import read, shapes
    >>> found = shapes(read("32 > lstm 64"), "pytorch", shape=(10, 8, 32))
    >>> [(flow.name, flow.shape) for flow in found.tensors if flow.role != "initial"]
    [('input', (10, 8, 32)), ('output', (10, 8, 64)), ('h_n', (1, 8, 64)), ('c_n', (1, 8, 64))]
    """
    table = framework_of(model, framework_name)
    order = order_of(table, batch_first=batch_first)
    stream, warnings = start(model, table, order, shape=shape, batch=batch, steps=steps)
    first = _measured(_INPUT, stream.words(order), stream.sizes(), features_first=model.layers[0].features_first)
    places = list(_places(model, table, order, stream))
    known: _Known = {}
    flows = [Flow("input", None, "input", *first), *(flow for place in places for flow in _flows(place, known))]
    notes = (*reshaping_note(model), *_notes(places, table))
    return Shapes(table.name, tuple(flows), {place.name: _read_by(place) for place in places}, notes, tuple(warnings))


def _places(model: Model, table: Framework, order: str, stream: Stream) -> Iterator[_Place]:
    """Yield the layers in their places, each with what flows in and out."""
    groups = [tuple(group) for _, group in groupby(reshaped(model), lambda each: each[0].module if table.modules else each[0].name)]
    cells = sum(group[0][0].layer.kind in CELLS for group in groups)
    cell, below = -1, None
    for pairs in groups:
        group, between = tuple(placed for placed, _ in pairs), pairs[0][1]
        layout_for(table, group[0].layer)
        check_run(table, group[0].layer)
        cell += group[0].layer.kind in CELLS
        stream = read_by(group[0], below, stream, between)
        following, below = after(group, stream, table), group[-1]
        _check_stateful(group[0], stream, table)
        yield _Place(table, order, group, cell, cells, pairs is groups[-1], stream, following)
        stream = following


def _check_stateful(placed: Placed, stream: Stream, table: Framework) -> None:
    if table.selective and getattr(placed.layer, "stateful", False) and None in stream.batch:
        raise ModelError(f"{placed.name} is stateful, which needs the batch size: give the batch (--batch 8)", key="stateful")


def _flows(place: _Place, known: _Known) -> Iterator[Flow]:
    """Yield every tensor of one layer's run; ``known`` keeps the shapes of each kind of place, of which a stack has many."""
    layer = place.group[0].layer
    is_cell = layer.kind in CELLS
    words = _words(place) if is_cell else set()
    sized = known.setdefault(place.alike, {})
    for signal in place.table.signals if is_cell else _PLAIN:
        if words.issuperset(signal.when.split()):
            for name, value in _named(signal.name, place):
                key = signal.axes, signal.role, value
                if key not in sized:
                    sized[key] = _sized(signal, value, place)
                yield Flow(_full_name(name, signal, place), place.name, signal.role, *sized[key])


def _words(place: _Place) -> set[str]:
    """Return the words that bring a signal in."""
    layer = place.group[0].layer
    outputs = "two_outputs" if layer.asdict()["merge"] == "none" else "one_output"
    turned = "straight" if place.order == place.table.sequence else "turned"
    return {outputs, turned, *CELLS[layer.kind].states}


def _named(pattern: str, place: _Place) -> Iterator[tuple[str, str]]:
    """Yield a signal's names, by direction and by state or equation, each with the state or equation it is of."""
    layer, table = place.group[0].layer, place.table
    states = CELLS[layer.kind].states if layer.kind in CELLS else {}
    if "{" not in pattern:
        yield pattern, ""
        return
    ways = table.ways[: len(layer.ways)] if "{way}" in pattern or "{side}" in pattern else ("",)
    for way in ways:
        side = f"{way}_" if len(layer.ways) > 1 and way else ""
        for value in _values(pattern, place):
            long = states[value].long if value in states else ""
            words = {"state": value, "equation": value, "long": long, "capital": value.upper()}
            at = f"{place.cell}_" if place.cells > 1 else ""
            yield pattern.format(way=way, side=side, cell=place.cell, at=at, **words), value


def _values(pattern: str, place: _Place) -> tuple[str, ...]:
    """Return the states, or the results of the equations, that a pattern makes one signal of each."""
    layer = place.group[0].layer
    cell = CELLS[layer.kind]
    if "{equation}" in pattern:
        equations = cell.equations_for(equation_words(layer, place.table.layout(layer)))
        return tuple(equation.name for equation in equations)
    return tuple(cell.states) if any(f"{{{word}}}" in pattern for word in ("state", "long", "capital")) else ("",)


def _full_name(name: str, signal: Signal, place: _Place) -> str:
    """Return a name that is the tensor's own in the model: bare in the top recurrent layer, and for the model's output."""
    counted = "{cell}" in signal.name or "{at}" in signal.name
    is_top = place.group[0].layer.kind in CELLS and place.cell == place.cells - 1
    bare = place.is_last if name == "output" else is_top or counted
    return name if bare else f"{place.name}/{name}"


def _read_by(place: _Place) -> Sizes:
    """Return the shape of what flows into a layer."""
    stream, features_first = place.before, place.group[0].layer.features_first
    return _measured(_INPUT, stream.words(place.order), stream.sizes(), features_first=features_first)[0]


def _sized(signal: Signal, value: str, place: _Place) -> tuple[Sizes, str]:
    """Return the shape and the axes of one signal in one layer."""
    axes, sizes = place.inward if signal.role == "input" else place.outward
    layer = place.group[0].layer
    around = axes | {"value": [CELLS[layer.kind].size_of(value) if value else "units"]}
    return _measured(signal, around, sizes, features_first=layer.features_first)


def _measured(signal: Signal, axes: dict[str, list[str]], sizes: dict[str, int], *, features_first: bool) -> tuple[Sizes, str]:
    """Return a signal's shape and its axes in words, the axes of a stream put in the place of its words."""
    found = [word for axis in signal.axes.split() for word in axes.get(axis, [axis])]
    if features_first and axes["space"] and axes["space"][0] in found:
        found.insert(found.index(axes["space"][0]), found.pop())
    return tuple(_size(axis, sizes) for axis in found), " ".join(found)


def _size(axis: str, sizes: dict[str, int]) -> Size:
    """Return the size of one axis, or None where one of its words has none that is known."""
    known = all(word in sizes for term in terms_of(axis) for word in term)
    return shape_of(axis, sizes)[0] if known else None


def _notes(places: Sequence[_Place], table: Framework) -> Iterator[str]:
    """Yield what else is to be known of this run."""
    cells = [place for place in places if place.group[0].layer.kind in CELLS]
    if cells and table.flow_note:
        yield table.flow_note
    if cells and table.selective:
        yield from _selective_notes(cells)
    backwards = [place.name for place in cells if place.group[0].layer.asdict()["go_backwards"]]
    if backwards:
        yield f"{few(backwards)}: read from the last step to the first, and the output is in that order"
    dense = [each.name for each in places if each.group[0].layer.kind == "dense" and each.after.steps and "steps" in each.order]
    if dense:
        yield f"{few(dense)}: applied at every step"


def _selective_notes(cells: Sequence[_Place]) -> Iterator[str]:
    """Yield what the layers have to be told to return what flows here."""
    every = [place.name for place in cells if place.after.steps]
    if every:
        yield f"return_sequences=True in {few(every)}"
    silent = [place.name for place in cells if not place.group[0].layer.asdict()["return_state"]]
    if silent:
        yield f"final states: returned with return_state=True only, which {few(silent)} {_lacks(len(silent))}"
    stateful = [place.name for place in cells if place.group[0].layer.asdict()["stateful"]]
    if stateful:
        yield f"{few(stateful)}: stateful, the final states are the initial ones of the next batch"


def _lacks(count: int) -> str:
    return "do not have" if count > 1 else "does not have"
