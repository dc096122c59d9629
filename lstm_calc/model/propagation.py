"""The one propagation of shapes: what each use of a layer reads and gives when a model reads some shape.

The shapes come first, since a model is checked and counted by them alone; the names of the uses, what gives each of them its input
and which of their axes are steps are found when somebody asks for the uses. At the end stands what the layers of a model want of
what they read as far as it is the same for every shape: axes, steps and widths.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError
from lstm_calc.frozen import Record
from lstm_calc.model.layers import Embedding, Input, Layer, Merge, Other, Recurrent
from lstm_calc.model.sizes import Shape, Size, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lstm_calc.model.graph import Source
    from lstm_calc.model.model import Model

Step = tuple[int, int, Layer, tuple["Shape", ...], tuple["Shape", ...], bool]
"""The shapes of one use: the position of its layer and the depth inside it, the layer as it gives there, what it reads and gives,
and whether that is an input of its own, not what comes in."""


class FirstShapes:
    """The first shapes of what has ``inputs`` and ``outputs``."""

    if TYPE_CHECKING:  # a class that inherits from this one annotates them, in its own order of fields
        inputs: tuple[Shape, ...]
        outputs: tuple[Shape, ...]

    @property
    def input(self) -> Shape:
        """The shape of its first input."""
        return self.inputs[0]

    @property
    def output(self) -> Shape:
        """The shape of its first output."""
        return self.outputs[0]


class Use(FirstShapes, Record):
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
            raise ModelError(f"{what}: give the shape of the model's input, as 20x40 for 20 steps of 40", key="input_shape")
        return size


def propagate(model: Model, shape: Shape, others: Mapping[str, Shape] | None = None, steps: Size = None) -> tuple[Use, ...]:
    """Return every use of a layer, in order, when the model reads a shape, the batch included.

    ``others`` are the shapes of its further inputs by name, where they are not as the model has them; ``steps`` are those of an
    input of a layer's own, where no shape says them. Raises ModelError, with the layer's position, for a layer that cannot read
    what comes in.

    >>> from lstm_calc import LSTM, Dense, Model
    >>> [use.output for use in propagate(Model([LSTM(8, return_sequences=False), Dense(2)], 4), (16, 10, 4))]
    [(16, 8), (16, 2)]
    """
    return uses_of(model, shape, steps_of(model, shape, others, steps))


def steps_of(model: Model, shape: Shape, others: Mapping[str, Shape] | None = None, steps: Size = None) -> tuple[Step, ...]:
    """Return the shapes of every use of a layer, in order; the arguments and the errors are those of :func:`propagate`."""
    propagation = _Propagation(model, shape, others or {}, steps)
    for position in range(len(model.calls)):
        try:
            propagation.through(position)
        except ModelError as error:
            if error.layer is not None:
                raise
            what = f"{model.modules[position]} {error}{_cure(model, position)}"
            raise ModelError(what, key=error.key, layer=model.origins[position]) from None
    return tuple(propagation.steps)


def _cure(model: Model, position: int) -> str:
    """Return what gives a layer the steps that it reads and does not get: the one before that gives its last step alone."""
    if not (model.calls[position].reads_steps or model.calls[position].time_distributed):
        return ""
    for source, number in model.sources[position][:1]:
        while source >= 0 and model.calls[source].keeps_rank and model.calls[source].rank is None and model.sources[source]:
            source, number = model.sources[source][0]  # noqa: PLW2901 - on to what this one reads
        call = model.calls[source]
        if source >= 0 and number < call.outputs and call.asdict().get("return_sequences") is False:
            return f"; {model.modules[source]} gives its last step alone, and every step with return_sequences=True"
    return ""


class _Propagation:
    """The shapes of the uses so far."""

    def __init__(self, model: Model, shape: Shape, others: Mapping[str, Shape], steps: Size) -> None:
        self._model, self._shape, self._others = model, shape, others
        self._begins = (shape[:-1], (None, steps))
        self.steps: list[Step] = []
        self._last: list[Step] = []
        """The last use of each layer, which gives what others read of it."""
        self._last_alone = _last_alone(model)
        self._behind_features = False

    def through(self, position: int) -> None:
        """Add the uses of the layer at a position; raise ModelError where it cannot read what comes in."""
        call, each = self._model.calls[position], self._model.flat[position]
        reads, own = self._read(position, call, each)
        deepest = call.repeat - 1
        if deepest:
            _refuse_two(self._model, position)
        initial = reads[1:] if len(reads) > 1 and call.states else ()
        for depth in range(deepest):
            one = _returning(call, every_step=True, where=False)
            gives = one.give(reads)
            self.steps.append((position, depth, one, reads, gives, own))
            reads = (*gives, *initial)
        one = _returning(call, every_step=False, where=None) if position in self._last_alone else call
        last = (position, deepest, one, reads, one.give(reads), own)
        self.steps.append(last)
        self._last.append(last)
        self._behind_features = not isinstance(each, Input) and (self._behind_features or call.output_dim is not None)

    def _read(self, position: int, call: Layer, each: Layer) -> tuple[tuple[Shape, ...], bool]:
        """Return the shapes that a layer reads, and whether they are an input of its own, not what comes in."""
        if isinstance(each, Input):
            return (_shape_of_input(self._model, position, self._shape, self._others),), False
        if each.inputs:
            return _named_input(call, tuple(self._given(*source) for source in self._model.sources[position])), False
        reads = incoming = self._last[-1][4] if position else (self._shape,)
        if call.input_dim is not None or (self._behind_features and isinstance(call, Embedding)):
            reads = _own_input(call, incoming, self._begins)
        if len(reads) > 1 and not call.reads_several:
            _refuse_two(self._model, position - 1)
            raise ModelError(f"reads one input, and {len(reads)} come in", key="inputs")
        return reads, reads != incoming and not _fill(reads, incoming)

    def _given(self, source: int, number: int) -> Shape:
        """Return the shape of an output or a state of a layer, or of the model's input."""
        if source < 0:
            return self._shape
        call, (*_, reads, gives, _own) = self._model.calls[source], self._last[source]
        return gives[number] if number < len(gives) else call.state_shapes(reads[0], gives)[number - len(gives)]


def _fill(reads: Sequence[Shape], incoming: Sequence[Shape]) -> bool:
    """Return whether shapes are those that come in, with sizes in the place of some that are not known."""
    if [len(shape) for shape in reads] != [len(shape) for shape in incoming]:
        return False
    pairs = [pair for shapes in zip(reads, incoming, strict=True) for pair in zip(*shapes, strict=True)]
    return all(one == other or other is None for one, other in pairs)


def uses_of(model: Model, shape: Shape, steps: Iterable[Step]) -> tuple[Use, ...]:
    """Return the uses of layers of which these are the shapes, where the model reads a shape."""
    timed, last = {-1: reads_steps(model, -1, shape)}, {-1: -1}
    found: list[Use] = []
    has_steps = False
    sources: tuple[Source, ...] = ()
    begun: tuple[Source, ...] = ()
    for (name, module), (position, depth, one, reads, gives, own) in zip(model.names, steps, strict=True):
        call = model.calls[position]
        if depth == 0:
            has_steps, sources = _wiring(model, position, reads[0], timed, last, own=own)
            begun = sources[1:] if call.states else ()
        gives_steps = one.time_distributed > 0 or one.gives_steps(has_steps)
        found.append(
            Use(call, name, module, depth, reads, gives, has_steps, gives_steps, model.flat[position] is not call, sources)
        )
        timed[position], last[position] = gives_steps, len(found) - 1
        has_steps, sources = gives_steps, (*((len(found) - 1, number) for number in range(call.outputs)), *begun)
    return tuple(found)


def _wiring(
    model: Model, position: int, shape: Shape, timed: Mapping[int, bool], last: Mapping[int, int], *, own: bool
) -> tuple[bool, tuple[Source, ...]]:
    """Return whether axis 1 of what a layer reads, of such a shape, is steps, and the uses that give what it reads.

    ``timed`` says of each layer before whether axis 1 of what it gives is steps, ``last`` which of the uses its last one is.
    """
    call, sources = model.calls[position], model.sources[position]
    if isinstance(model.flat[position], Input):
        return reads_steps(model, position, shape), ()
    has_steps = call.among([timed[source] and not is_state(model, source, number) for source, number in sources])
    has_steps = has_steps or call.time_distributed > 0 or call.reads_steps is True
    if own:
        return has_steps if call.reads_steps is None else call.reads_steps, ()
    return has_steps, tuple((last[source], number) for source, number in sources)


def _refuse_two(model: Model, position: int) -> None:
    """Refuse two directions that are not merged where one tensor is read."""
    if getattr(model.calls[position], "merge", "") == "none":
        what = "merge=none gives two outputs, and the next layer reads one"
        raise ModelError(what, key="merge", layer=model.origins[position])


def _shape_of_input(model: Model, position: int, shape: Shape, others: Mapping[str, Shape]) -> Shape:
    """Return the shape of a layer of kind input: that of what the model reads, or its own, with the same batch."""
    if position == 0:
        return shape
    return others.get(model.modules[position]) or (shape[0], *model.flat[position].asdict()["shape"])


def _named_input(layer: Layer, incoming: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Return what a layer reads that names it; raise ModelError where that is not as wide as the layer says."""
    (shape, *more), said = incoming, layer.input_dim
    width = layer.width(layer.reading(shape))
    if said is not None and width is None and not layer.channels_first:
        return ((*shape[:-1], said), *more)
    if said not in {None, width}:
        raise ModelError(f"input_dim is {said:,}, and {shown(shape)} comes in", key="input_dim")
    return incoming


def _own_input(layer: Layer, incoming: tuple[Shape, ...], begins: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Return what a layer reads of what comes in, or an input of its own where it reads something else.

    It reads something else where what comes in is not as wide as it says or has another number of axes, and where it reads tokens
    and features come in: it is then part of a larger model, and reads as many sequences and steps as come in, or as the model does.
    """
    (shape, *more), width = incoming, layer.input_dim
    read = layer.reading(shape)
    if not more and width is not None and layer.rank in {None, len(read)} and layer.width(read) == width:
        return incoming
    own = layer.input_shape(width) or (*(None,) * (len(shape) - 1), width)
    known = (shape[:-1], *begins)
    whole = (size or next((each[axis] for each in known if axis < len(each) and each[axis]), None) for axis, size in enumerate(own))
    return (tuple(whole),)


def _last_alone(model: Model) -> set[int]:
    """Return the positions of the layers that leave open what they give, and are read by what wants the last step alone."""
    if all(map(_reads_every_step, model.calls)):
        return set()
    pairs = enumerate(zip(model.calls, wanted_ranks(model), strict=True))
    return {at for at, (layer, ranks) in pairs if isinstance(layer, Recurrent) and ranks == {layer.rank - 1}}


def _reads_every_step(layer: Layer) -> bool:
    """Return whether a layer reads sequences, or any number of axes, so that none before it need give the last step alone."""
    if isinstance(layer, Recurrent):
        return not layer.window
    return layer.input_shape(None) is None and not isinstance(layer, Merge)


def _returning(layer: Layer, *, every_step: bool, where: bool | None) -> Layer:
    """Return a layer that gives every step, or the last alone, where its ``return_sequences`` is as said; else the layer itself."""
    changes = isinstance(layer, Recurrent) and layer.return_sequences is where
    return layer.replace(return_sequences=every_step) if changes else layer


def first_reader(model: Model) -> Layer | None:
    """Return the first layer that reads a certain number of axes of the input, before any that changes it; None without one.

    An embedding after a layer that gives features reads an input of its own.
    """
    first = model.calls[0]
    if (first.input_shape(None) is not None or first.time_distributed) and not isinstance(first, Input):
        return first
    reached = {-1: False, 0: False} if isinstance(first, Input) else {-1: False}
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

    >>> from lstm_calc import LSTM, Dense, Model
    >>> input_axes(Model([LSTM(8)], 4)), input_axes(Model([Dense(8)], 4)), input_axes(Model([Dense(8)], 4), timed=True)
    (('batch', 'steps', 'features'), ('batch', 'features'), ('batch', 'steps', 'features'))
    """
    reader, rank = first_reader(model), len(model.input)
    free = reader is None and model.input_shape is None and not isinstance(model.flat[0], Input)
    return axis_words(
        rank + (timed and free),
        steps=timed if free else reads_steps(model, 0 if isinstance(model.flat[0], Input) else -1, model.input),
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


def shape_read(model: Model) -> Shape:
    """Return the shape that a model reads: what it says of it, else as many axes as the first layer that minds reads, else two.

    Raises ModelError where the model says nothing of it.
    """
    if isinstance(model.flat[0], Input):
        return (None, *model.flat[0].shape)
    if model.input_shape is not None:
        return (None, *model.input_shape)
    layer = first_reader(model)
    width = model.calls[0].input_dim if model.input_dim is None else model.input_dim
    if isinstance(layer, Embedding) and model.input_dim is not None:
        raise ModelError("input_dim does not go with an embedding first, which reads token ids", key="input_dim")
    if width is None and not isinstance(layer or model.calls[0], (Embedding, Other)):
        raise ModelError("input_dim is missing (the features of a time step), and no embedding comes first", key="input_dim")
    shape = (layer and layer.input_shape(width)) or (None, width)
    return (*(None,) * (layer.time_distributed if layer else 0), *shape)


def further_inputs(model: Model, batch: Size, steps: Size) -> dict[str, Shape]:
    """Return the shapes of a model's inputs beside the first, by name: of so many sequences, of so many steps where not known.

    >>> from lstm_calc.model import Input, LSTM, Model
    >>> further_inputs(Model([LSTM(8), Input((None, 3), name="more")], 4), 2, 10)
    {'more': (2, 10, 3)}
    """
    found = {}
    for position, layer in list(enumerate(model.flat))[1:]:
        if isinstance(layer, Input):
            first, *rest = layer.shape
            timed = reads_steps(model, position, (batch, *layer.shape))
            found[model.modules[position]] = (batch, steps if first is None and timed else first, *rest)
    return found


def wanted_ranks(model: Model) -> list[set[int]]:
    """Return, for each of a model's layers, how many axes those want that read its output, also through layers that keep them.

    >>> from lstm_calc import LSTM, Dense, Model, RepeatVector
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
            if source >= 0 and not is_state(model, source, number):
                wanted[source] |= {rank - 1 for rank in ranks} if call.states and place else ranks
    return wanted


def _certain_ranks(model: Model) -> dict[int, int]:
    """Return how many axes outputs have, by position, where that does not depend on a choice that is left to the framework."""
    found = {-1: len(model.input)}
    for position, (call, each) in enumerate(zip(model.calls, model.flat, strict=True)):
        sources = [source for source, number in model.sources[position] if not is_state(model, source, number)]
        with suppress(ModelError):
            if isinstance(each, Input):
                found[position] = len(each.shape) + 1
            elif isinstance(call, Recurrent):
                if call.return_sequences is not None:
                    found[position] = call.rank - (not call.return_sequences) + call.time_distributed
            elif all(source in found for source in sources):
                found[position] = len(call.give(tuple((None,) * found[source] for source in sources))[0])
    return found


def steps_wanted(model: Model) -> dict[int, bool]:
    """Return, by the position of a layer or -1, whether those that read it want axis 1 to be steps, where they mind."""
    found: dict[int, bool] = {}
    apart = _reading_other_tokens(model)
    for position in reversed(range(len(model.calls))):
        call = model.calls[position]
        if position in apart:
            continue
        minds = call.time_distributed > 0 or call.reads_steps
        minds = found.get(position) if minds is None and call.keeps_rank else minds
        if minds is not None:
            found.update({source: minds for source, number in model.sources[position] if not is_state(model, source, number)})
    return found


def _reading_other_tokens(model: Model) -> set[int]:
    """Return the positions of the embeddings that follow features: they read an input of their own, which says nothing of these."""
    found, behind = set(), False
    for position, (call, each) in enumerate(zip(model.calls, model.flat, strict=True)):
        if behind and isinstance(call, Embedding) and not each.inputs:
            found.add(position)
        behind = not isinstance(each, Input) and (behind or call.output_dim is not None)
    return found


def reads_steps(model: Model, position: int, shape: Shape) -> bool:
    """Return whether axis 1 of an input is steps: as those mind that read it, else where there are three axes."""
    said = model.steps_wanted.get(position)
    return len(shape) > 2 if said is None else said


def is_state(model: Model, position: int, number: int) -> bool:
    """Return whether an output of a layer by its number is one of its states."""
    return position >= 0 and number >= model.calls[position].outputs
