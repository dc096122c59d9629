"""The model that was asked about: a graph of layers. It is checked when it is made, and frozen.

In a chain each layer reads the output of the one before. ``inputs`` of a layer say what else it reads, and :class:`Shared` is a
layer that is used again. Shapes are propagated through the model here, and nowhere else.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from lstm_calc.errors import ModelError
from lstm_calc.frozen import Checked, Record, count, input_shape, name, names
from lstm_calc.model.graph import (
    MAX_LAYERS,
    References,
    calls_of,
    canonical,
    check_names,
    laid_out,
    names_of,
    sources_of,
    unread,
)
from lstm_calc.model.layers import Dense, Embedding, Input, Layer, Merge, Nested, Other, Recurrent, Shared
from lstm_calc.model.sizes import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lstm_calc.model.graph import Source
    from lstm_calc.model.sizes import Shape, Size


class Use(Record):
    """One use of a layer in a model, with the shapes of its ``inputs`` and ``outputs``.

    A layer with ``repeat`` has several uses, which share ``module`` and count up ``depth``. ``reads_steps`` and ``gives_steps`` say
    whether axis 1 of the first input and output is steps. ``shared``: its weights are those of an earlier use. ``sources`` are what
    it reads: the position of the use that gives it, -1 for the model's own input, and which of its outputs and states it is; none
    where it starts from an input of its own.
    """

    layer: Layer
    name: str
    module: str
    depth: int
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    reads_steps: bool
    gives_steps: bool
    shared: bool = False
    sources: tuple[Source, ...] = ()

    @property
    def input(self) -> Shape:
        """The shape of its first input."""
        return self.inputs[0]

    @property
    def output(self) -> Shape:
        """The shape of its first output."""
        return self.outputs[0]

    @property
    def input_dim(self) -> int:
        """The features it reads; raises ModelError where they depend on a size that is not known."""
        return self._known(self.widths[0])

    @property
    def output_dim(self) -> int:
        """The features it gives; raises ModelError where they depend on a size that is not known."""
        return self._known(self.widths[1])

    @property
    def widths(self) -> tuple[Size, Size]:
        """The features it reads and gives, None where they depend on a size that is not known."""
        layer = self.layer
        return layer.width(layer.reading(self.input)), layer.output_width(layer.reading(self.output))

    @property
    def sizes(self) -> dict[str, int]:
        """What each word of its rows' axes measures; raises ModelError where a size is not known."""
        return {word: self._known(size) for word, size in self.layer.input_sizes(self.inputs).items()}

    @property
    def times(self) -> Mapping[str, Size]:
        """How often each group of its rows is applied, None where that depends on a size that is not known."""
        return self.layer.input_times(self.inputs, self.outputs)

    @property
    def products(self) -> Size:
        """The multiply-accumulates in which no weight takes part, None where they depend on a size that is not known."""
        return self.layer.products(self.inputs)

    def _known(self, size: Size) -> int:
        if size is None:
            what = f"the features at {self.name} depend on a size that is not known"
            raise ModelError(f"{what}: give the shape of the model's input", key="input_shape")
        return size


class Model(Checked):
    """Layers, in the order in which they run.

    ``input_dim`` is the features of what the first layer reads, None where that is token ids; ``input_shape`` is all of it but the
    batch, with None for a size that is not known. A first layer of kind ``input`` says it as well. ``outputs`` are the names of
    what the model gives: all that nothing reads, unless they are set. ``remarks`` are sentences on what the layers of a file
    compute that no field has. ``framework`` is the one that the model was written in, where its file says so: it answers where no
    other is asked for. ``origin`` says, in words, which part of a program the model was read from.
    """

    rules = {  # noqa: RUF012 - as above
        "input_dim": count,
        "input_shape": input_shape,
        "outputs": names,
        "remarks": lambda _, values: tuple(values),
        "framework": name,
    }
    layers: Sequence[Layer]
    input_dim: int | None = None
    input_shape: Sequence[Size] | None = None
    remarks: Sequence[str] = ()
    framework: str | None = None
    outputs: Sequence[str] = ()
    origin: str | None = None

    flat: ClassVar[tuple[Layer, ...]]
    """The layers, with those of models within the model in the place of these."""
    origins: ClassVar[tuple[int, ...]]
    """For each of ``flat``, the position of the layer of the model that it belongs to."""
    flat_outputs: ClassVar[tuple[str, ...]]
    """``outputs`` as those of ``flat``."""
    calls: ClassVar[tuple[Layer, ...]]
    """``flat`` with, in the place of each layer that is :class:`Shared`, the one that it uses again."""
    steps: ClassVar[tuple[_Step, ...]]

    def check_layers(self) -> None:
        """Refuse what is no list of layers, and a list that is empty or too long."""
        try:
            layers = tuple(self.layers)
        except TypeError:
            raise ModelError("layers must be a list of layers", key="layers") from None
        if not 0 < len(layers) <= MAX_LAYERS:
            raise ModelError(f"a model has at most {MAX_LAYERS:,} layers" if layers else "the model has no layers", key="layers")
        tuple(calls_of(layers))
        check_names(layers)
        if any(layer.inputs for layer in layers) and not any(isinstance(layer, Nested) for layer in layers):
            layers = canonical(layers)
        self.__dict__["layers"] = layers

    def check(self) -> None:
        """Refuse an input that is missing, and a layer that cannot read what another one gives."""
        known = self.__dict__
        reads = self.input_dim is not None or self.input_shape is not None
        flat, origins, outputs = laid_out(self.layers, self.outputs, reads=reads)
        known["flat"], known["origins"], known["flat_outputs"] = tuple(flat), tuple(origins), tuple(outputs)
        known["calls"] = tuple(calls_of(self.flat))
        if sum([layer.repeat for layer in self.calls]) > MAX_LAYERS:
            raise ModelError(f"a model has at most {MAX_LAYERS:,} layers", key="layers")
        check_names(self.flat)
        _check_input(self)
        known["steps"] = tuple(_steps(self, self.input, {}))
        _check_shared(self)
        _check_tied(self)
        _ = self.gives

    @cached_property
    def input(self) -> Shape:
        """The shape of what the model reads, the batch included; None stands for each size that is not known."""
        if isinstance(self.flat[0], Input):
            return (None, *self.flat[0].shape)
        return _input_shape(self) if self.input_shape is None else (None, *self.input_shape)

    @cached_property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The name of every use, and that of its module: the one given, else the layer's kind, counted up where it is taken."""
        return tuple(names_of(self.flat, self.calls))

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """The name by which each of ``flat`` is referred to."""
        return tuple(dict.fromkeys(module for _, module in self.names))

    @cached_property
    def owners(self) -> tuple[int, ...]:
        """For each of ``flat``, the position of the layer whose weights it has: its own, unless it is shared."""
        named = {layer.name: position for position, layer in enumerate(self.flat) if not isinstance(layer, Shared)}
        return tuple(named[each.uses] if isinstance(each, Shared) else at for at, each in enumerate(self.flat))

    @cached_property
    def sources(self) -> tuple[tuple[Source, ...], ...]:
        """For each of ``flat``, which outputs of which of them it reads; the position -1 is the model's own input."""
        return tuple(sources_of(self.flat, self.calls, self.modules))

    @cached_property
    def gives(self) -> tuple[Source, ...]:
        """Which outputs of which layers the model gives: those that are set, else all of the layers that none reads.

        Raises ModelError for an output that nothing gives.
        """
        if not self.outputs:
            return tuple(unread(self.calls, self.sources))
        known = References(self.flat)
        for position, (module, call) in enumerate(zip(self.modules, self.calls, strict=True)):
            known.add(module, position, call)
        try:
            return tuple(known.find(output) for output in self.flat_outputs)
        except ModelError as error:
            raise ModelError(str(error).replace("reads", "outputs have", 1), key="outputs") from None

    @cached_property
    def minding(self) -> dict[int, bool]:
        """For the positions of layers and -1, whether those that read them want axis 1 to be steps, where they mind."""
        found: dict[int, bool] = {}
        for position in reversed(range(len(self.calls))):
            call = self.calls[position]
            minds = call.time_distributed > 0 or call.reads_steps
            minds = found.get(position) if minds is None and call.keeps_rank else minds
            if minds is not None:
                found.update({source: minds for source, number in self.sources[position] if not _is_state(self, source, number)})
        return found

    @cached_property
    def is_known(self) -> bool:
        """Whether its layers are all of a kind that is known."""
        return not any(isinstance(call, Other) and (call.params is None or not call.knows_shape) for call in self.calls)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every use of a layer, in order, with the shapes as far as they follow from the model alone."""
        return _named(self, self.__dict__["steps"])

    def __str__(self) -> str:
        """Return the model in the one-line notation, or a sentence where only a model file can say it."""
        from lstm_calc.formats.notation import shown

        return shown(self)


def propagate(model: Model, shape: Shape, others: Mapping[str, Shape] | None = None) -> tuple[Use, ...]:
    """Return every use of a layer, in order, when the model reads a shape, the batch included.

    ``others`` are the shapes of its further inputs by name, where they are not as the model has them. Raises ModelError, with the
    layer's position, for a layer that cannot read what comes in.

    >>> from lstm_calc import LSTM, Dense
    >>> [use.output for use in propagate(Model([LSTM(8, return_sequences=False), Dense(2)], 4), (16, 10, 4))]
    [(16, 8), (16, 2)]
    """
    return _named(model, _steps(model, shape, others or {}))


def further_inputs(model: Model, batch: Size, steps: Size) -> dict[str, Shape]:
    """Return the shapes of a model's inputs beside the first, by name: of so many sequences, of so many steps where not known.

    >>> from lstm_calc.model import Input, LSTM
    >>> further_inputs(Model([LSTM(8), Input((None, 3), name="more")], 4), 2, 10)
    {'more': (2, 10, 3)}
    """
    found = {}
    for position, layer in list(enumerate(model.flat))[1:]:
        if isinstance(layer, Input):
            first, *rest = layer.shape
            timed = _reads_steps(model, position, (batch, *layer.shape))
            found[model.modules[position]] = (batch, steps if first is None and timed else first, *rest)
    return found


def wanted_ranks(model: Model) -> list[set[int]]:
    """Return, for each of a model's layers, how many axes those want that read its output, also through layers that keep them.

    >>> from lstm_calc import LSTM, Dense, RepeatVector
    >>> wanted_ranks(Model([LSTM(8), Dense(4), LSTM(4), RepeatVector(3)], 4))
    [{3}, {3}, {2}, set()]
    """
    sets: list[set[int]] = [set() for _ in model.calls]
    wanted = [sets[owner] for owner in model.owners]
    certain = _certain_ranks(model) if any(isinstance(call, Merge) for call in model.calls) else {}
    for position in reversed(range(len(model.calls))):
        call, sources = model.calls[position], model.sources[position]
        shape = None if isinstance(call, Embedding) else call.input_shape(None)
        distributed = call.time_distributed
        if shape or distributed:
            ranks = {len(shape or (None, None)) + distributed}
        else:
            ranks = set(wanted[position]) if call.keeps_rank else set()
            ranks = ranks or ({call.least_rank} if call.least_rank > 2 else set())
        if isinstance(call, Merge) and call.alike:
            ranks |= {certain[source] for source, _ in sources if source in certain}
        for place, (source, number) in enumerate(sources):
            if source >= 0 and not _is_state(model, source, number):
                wanted[source] |= {rank - 1 for rank in ranks} if call.states and place else ranks
    return wanted


def _certain_ranks(model: Model) -> dict[int, int]:
    """Return how many axes outputs have, by position, where that does not depend on a choice that is left to the framework."""
    found = {-1: len(model.input)}
    for position, (call, each) in enumerate(zip(model.calls, model.flat, strict=True)):
        sources = [source for source, number in model.sources[position] if not _is_state(model, source, number)]
        with suppress(ModelError):
            if isinstance(each, Input):
                found[position] = len(each.shape) + 1
            elif isinstance(call, Recurrent):
                if call.return_sequences is not None:
                    found[position] = call.rank - (not call.return_sequences) + call.time_distributed
            elif all(source in found for source in sources):
                found[position] = len(call.give(tuple((None,) * found[source] for source in sources))[0])
    return found


_Step = tuple[Layer, int, tuple["Shape", ...], tuple["Shape", ...], bool, bool, bool, tuple["Source", ...]]
"""A use before it has a name: all its fields but ``name`` and ``module``."""


def _named(model: Model, steps: Iterable[_Step]) -> tuple[Use, ...]:
    pairs = zip(model.names, steps, strict=True)
    return tuple(Use(layer, name, module, *step) for (name, module), (layer, *step) in pairs)  # type: ignore[arg-type]


def _steps(model: Model, shape: Shape, others: Mapping[str, Shape]) -> Iterator[_Step]:
    """Yield every use of a layer with the shapes it reads and gives."""
    flow = _Flow(model, shape, others)
    for position in range(len(model.calls)):
        try:
            yield from flow.through(position)
        except ModelError as error:
            if error.layer is not None:
                raise
            raise ModelError(f"{model.modules[position]} {error}", key=error.key, layer=model.origins[position]) from None


class _Flow:
    """The shapes that have been given so far, by the position of the layer that gave them."""

    def __init__(self, model: Model, shape: Shape, others: Mapping[str, Shape]) -> None:
        self._model, self._shape, self._others = model, shape, others
        self._given: dict[int, tuple[Shape, ...]] = {-1: (shape,)}
        self._timed, self._lasts = {-1: _reads_steps(model, -1, shape)}, {-1: -1}
        self._use, self._last_alone = 0, _last_alone(model)
        self._behind_features = False

    def through(self, position: int) -> Iterator[_Step]:
        """Yield the uses of the layer at a position; raise ModelError where it cannot read what comes in."""
        call, each = self._model.calls[position], self._model.flat[position]
        reads, reads_steps, sources = self._input(position) if isinstance(each, Input) else self._read(position)
        if call.repeat > 1:
            _refuse_two(self._model, position)
        first, (initial, begun) = reads[0], (reads[1:], sources[1:]) if call.states else ((), ())
        gives: tuple[Shape, ...] = ()
        for depth in range(call.repeat):
            one = _giving(call, every_step=depth < call.repeat - 1, last_alone=position in self._last_alone)
            gives, gives_steps = one.give(reads), one.time_distributed > 0 or one.gives_steps(reads_steps)
            yield call, depth, reads, gives, reads_steps, gives_steps, each is not call, sources
            first, reads, reads_steps = reads[0], (*gives, *initial), gives_steps
            sources = (*((self._use + depth, number) for number in range(call.outputs)), *begun)
        self._behind_features = not isinstance(each, Input) and (self._behind_features or call.output_dim is not None)
        self._use += call.repeat
        self._lasts[position], self._timed[position] = self._use - 1, reads_steps
        self._given[position] = (*gives, *call.state_shapes(first, gives))

    def _input(self, position: int) -> tuple[tuple[Shape, ...], bool, tuple[Source, ...]]:
        """Return the shape of a layer of kind input, and whether it has steps; it reads nothing."""
        shape = _shape_of_input(self._model, position, self._shape, self._others)
        return (shape,), _reads_steps(self._model, position, shape), ()

    def _read(self, position: int) -> tuple[tuple[Shape, ...], bool, tuple[Source, ...]]:
        """Return the shapes that a layer reads, whether they have steps, and the uses that give them."""
        model, call, sources = self._model, self._model.calls[position], self._model.sources[position]
        flowing = tuple(self._given[source][number] for source, number in sources)
        timed = call.among([self._timed[source] and not _is_state(model, source, number) for source, number in sources])
        reads = _named_input(call, flowing) if model.flat[position].inputs else self._next(position, flowing)
        if reads != flowing:
            return reads, timed if call.reads_steps is None else call.reads_steps, ()
        return reads, timed, tuple((self._lasts[source], number) for source, number in sources)

    def _next(self, position: int, flowing: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return what a layer reads that names nothing: what the one before gives, or an input of its own."""
        call = self._model.calls[position]
        reads = _own_input(call, flowing, self._shape, behind_features=self._behind_features)
        if len(reads) > 1 and not call.reads_several:
            _refuse_two(self._model, position - 1)
            raise ModelError(f"reads one input, and {len(reads)} come in", key="inputs")
        return reads


def _refuse_two(model: Model, position: int) -> None:
    """Refuse two directions that are not merged where one tensor is read."""
    if model.calls[position].asdict().get("merge") == "none":
        what = "merge=none gives two outputs, and the next layer reads one"
        raise ModelError(what, key="merge", layer=model.origins[position])


def _shape_of_input(model: Model, position: int, shape: Shape, others: Mapping[str, Shape]) -> Shape:
    """Return the shape of a layer of kind input: that of what the model reads, or its own, with the same batch."""
    if position == 0:
        return shape
    return others.get(model.modules[position]) or (shape[0], *model.flat[position].asdict()["shape"])


def _is_state(model: Model, position: int, number: int) -> bool:
    return position >= 0 and number >= model.calls[position].outputs


def _reads_steps(model: Model, position: int, shape: Shape) -> bool:
    """Return whether axis 1 of an input is steps: as those mind that read it, else where there are three axes."""
    said = model.minding.get(position)
    return len(shape) > 2 if said is None else said


def _named_input(layer: Layer, flowing: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Return what a layer reads that names it; raise ModelError where that is not as wide as the layer says."""
    if layer.input_dim is not None and layer.width(layer.reading(flowing[0])) != layer.input_dim:
        raise ModelError(f"input_dim is {layer.input_dim:,}, and {shown(flowing[0])} comes in", key="input_dim")
    return flowing


def _own_input(layer: Layer, flowing: tuple[Shape, ...], start: Shape, *, behind_features: bool) -> tuple[Shape, ...]:
    """Return what a layer reads of what comes in, or an input of its own where it reads something else.

    It reads something else where what comes in is not as wide as it says or has another number of axes, and where it reads tokens
    and features come in: it is then part of a larger model, and reads as many sequences and steps as come in, or as the model does.
    """
    (shape, *more), width = flowing, layer.input_dim
    if width is None and not (behind_features and isinstance(layer, Embedding)):
        return flowing
    read = layer.reading(shape)
    if not more and width is not None and layer.rank in {None, len(read)} and layer.width(read) == width:
        return flowing
    own = layer.input_shape(width) or (*(None,) * (len(shape) - 1), width)
    known = (shape[:-1], start[:-1])
    whole = (size or next((each[axis] for each in known if axis < len(each) and each[axis]), None) for axis, size in enumerate(own))
    return (tuple(whole),)


def _last_alone(model: Model) -> set[int]:
    """Return the positions of the layers that leave open what they give, and are read by what wants the last step alone."""
    merges = any(isinstance(layer, Merge) for layer in model.calls)
    if not merges and all(
        layer.input_shape(None) is None or (isinstance(layer, Recurrent) and not layer.window) for layer in model.calls
    ):
        return set()
    pairs = enumerate(zip(model.calls, wanted_ranks(model), strict=True))
    return {at for at, (layer, ranks) in pairs if isinstance(layer, Recurrent) and ranks == {layer.rank - 1}}


def _giving(layer: Layer, *, every_step: bool, last_alone: bool) -> Layer:
    """Return a layer that gives what is read of it: every step to its own repeat, or the last one alone where that is open."""
    if not isinstance(layer, Recurrent):
        return layer
    if every_step:
        return layer.replace(return_sequences=True) if layer.return_sequences is False else layer
    return layer.replace(return_sequences=False) if last_alone and layer.return_sequences is None else layer


def _check_input(model: Model) -> None:
    """Refuse an input that is given twice, and one that is missing."""
    if model.input_dim is not None and model.input_shape is not None:
        raise ModelError("input_shape has the width already; give one of the two", key="input_dim")
    for field in ("input_dim", "input_shape"):
        if isinstance(model.flat[0], Input) and getattr(model, field) is not None:
            raise ModelError(f"{field} does not go with a first layer of kind input, which says what the model reads", key=field)


def _input_shape(model: Model) -> Shape:
    """Return the shape that a model reads: as many axes as the first layer that minds reads, else two."""
    layer = first_reader(model)
    width = model.calls[0].input_dim if model.input_dim is None else model.input_dim
    if isinstance(layer, Embedding) and model.input_dim is not None:
        raise ModelError("input_dim does not go with an embedding first, which reads token ids", key="input_dim")
    if width is None and not isinstance(layer or model.calls[0], (Embedding, Other)):
        raise ModelError("input_dim is missing (the features of a time step), and no embedding comes first", key="input_dim")
    shape = (layer and layer.input_shape(width)) or (None, width)
    return (*(None,) * (layer.time_distributed if layer else 0), *shape)


def first_reader(model: Model) -> Layer | None:
    """Return the first layer that reads a certain number of axes of the input, before any that changes it; None without one.

    An embedding after a layer that gives features reads an input of its own.
    """
    reached = {-1: False, 0: False} if isinstance(model.flat[0], Input) else {-1: False}
    for position, call in enumerate(model.calls):
        features = [reached[source] for source, _ in model.sources[position] if source in reached]
        if not features or (features[0] and isinstance(call, Embedding)):
            continue
        if call.input_shape(None) is not None or call.time_distributed:
            return call
        if call.keeps_rank:
            reached[position] = features[0] or call.output_dim is not None
    return None


def input_axes(model: Model, *, timed: bool = False) -> tuple[str, ...]:
    """Return a word for each axis that a model reads: batch, steps, space (space_1, ... where there are several), features.

    ``timed``: there are steps also where the model reads any number of axes.

    >>> from lstm_calc import LSTM, Dense
    >>> input_axes(Model([LSTM(8)], 4)), input_axes(Model([Dense(8)], 4)), input_axes(Model([Dense(8)], 4), timed=True)
    (('batch', 'steps', 'features'), ('batch', 'features'), ('batch', 'steps', 'features'))
    """
    reader, rank = first_reader(model), len(model.input)
    free = reader is None and model.input_shape is None and not isinstance(model.flat[0], Input)
    return axis_words(
        rank + (timed and free),
        steps=timed if free else _reads_steps(model, 0 if isinstance(model.flat[0], Input) else -1, model.input),
        features=not isinstance(reader, Embedding),
        channels_first=reader is not None and reader.channels_first,
    )


def axis_words(rank: int, *, steps: bool, features: bool = True, channels_first: bool = False) -> tuple[str, ...]:
    """Return the words for the axes of a shape of so many axes.

    >>> axis_words(5, steps=True), axis_words(4, steps=False, channels_first=True)
    (('batch', 'steps', 'space_1', 'space_2', 'features'), ('batch', 'features', 'space_1', 'space_2'))
    """
    front, back = ("batch", "steps")[: 1 + steps], ("features",) * features
    positions = rank - len(front) - len(back)
    space = ("space",) if positions == 1 else tuple(f"space_{place + 1}" for place in range(positions))
    return (*front, *back, *space) if channels_first else (*front, *space, *back)


def _check_shared(model: Model) -> None:
    """Refuse a layer that is used again on something of another width."""
    if not any(isinstance(layer, Shared) for layer in model.flat):
        return
    reads = [step[2] for step in model.steps if step[1] == 0]
    for position, (owner, call) in enumerate(zip(model.owners, model.calls, strict=True)):
        if owner != position and call.weighted:
            before, sizes = call.input_sizes(reads[owner]), call.input_sizes(reads[position])
            differs = [word for word, size in sizes.items() if None not in {size, before[word]} and size != before[word]]
            if differs:
                own, first = f"{model.modules[position]} reads {sizes[differs[0]]:,} features", model.modules[owner]
                what = f"{own}, and {first}, whose weights it uses, reads {before[differs[0]]:,}"
                raise ModelError(what, key="uses", layer=model.origins[position])


def _check_tied(model: Model) -> None:
    """Refuse a layer that shares the matrix of an embedding that is not there."""
    tables: set[tuple[int, int]] = set()
    for use in model.uses if any(isinstance(layer, Dense) and layer.tied for layer in model.calls) else ():
        layer = use.layer
        if isinstance(layer, Embedding):
            tables.add((layer.vocab_size, layer.dim))
        elif isinstance(layer, Dense) and layer.tied and (layer.units, use.input_dim) not in tables:
            what = f"tied shares an embedding's matrix, and none before is {layer.units:,} x {use.input_dim:,}"
            raise ModelError(what, key="tied", layer=model.origins[model.calls.index(layer)])
