"""The one propagation of shapes: what each use of a layer reads and gives when a model reads some shape.

The shapes come first, since a model is checked and counted by them alone; the names of the uses, what gives each of them its input
and which of their axes are steps are found when somebody asks for the uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError
from lstm_calc.frozen import Record
from lstm_calc.model.layers import Embedding, Input, Layer, Merge, Recurrent
from lstm_calc.model.reading import is_state, reads_steps, wanted_ranks
from lstm_calc.model.sizes import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lstm_calc.model.graph import Source
    from lstm_calc.model.model import Model
    from lstm_calc.model.sizes import Shape, Size

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
            raise ModelError(f"{what}: give the shape of the model's input", key="input_shape")
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
    flow = _Flow(model, shape, others or {}, steps)
    for position in range(len(model.calls)):
        try:
            flow.through(position)
        except ModelError as error:
            if error.layer is not None:
                raise
            what = f"{model.modules[position]} {error}{_cure(model, position)}"
            raise ModelError(what, key=error.key, layer=model.origins[position]) from None
    return tuple(flow.steps)


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


class _Flow:
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
            one = _giving_every_step(call)
            gives = one.give(reads)
            self.steps.append((position, depth, one, reads, gives, own))
            reads = (*gives, *initial)
        one = _giving_the_last(call) if position in self._last_alone else call
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
        reads = flowing = self._last[-1][4] if position else (self._shape,)
        if call.input_dim is not None or (self._behind_features and isinstance(call, Embedding)):
            reads = _own_input(call, flowing, self._begins)
        if len(reads) > 1 and not call.reads_several:
            _refuse_two(self._model, position - 1)
            raise ModelError(f"reads one input, and {len(reads)} come in", key="inputs")
        return reads, reads != flowing and not _fill(reads, flowing)

    def _given(self, source: int, number: int) -> Shape:
        """Return the shape of an output or a state of a layer, or of the model's input."""
        if source < 0:
            return self._shape
        call, (*_, reads, gives, _own) = self._model.calls[source], self._last[source]
        return gives[number] if number < len(gives) else call.state_shapes(reads[0], gives)[number - len(gives)]


def _fill(reads: Sequence[Shape], flowing: Sequence[Shape]) -> bool:
    """Return whether shapes are those that come in, with sizes in the place of some that are not known."""
    if [len(shape) for shape in reads] != [len(shape) for shape in flowing]:
        return False
    pairs = [pair for shapes in zip(reads, flowing, strict=True) for pair in zip(*shapes, strict=True)]
    return all(one == other or other is None for one, other in pairs)


def uses_of(model: Model, shape: Shape, steps: Iterable[Step]) -> tuple[Use, ...]:
    """Return the uses of layers of which these are the shapes, where the model reads a shape."""
    timed, last = {-1: reads_steps(model, -1, shape)}, {-1: -1}
    found: list[Use] = []
    flows = False
    sources: tuple[Source, ...] = ()
    begun: tuple[Source, ...] = ()
    for (name, module), (position, depth, one, reads, gives, own) in zip(model.names, steps, strict=True):
        call = model.calls[position]
        if depth == 0:
            flows, sources = _wiring(model, position, reads[0], timed, last, own=own)
            begun = sources[1:] if call.states else ()
        gives_steps = one.time_distributed > 0 or one.gives_steps(flows)
        found.append(Use(call, name, module, depth, reads, gives, flows, gives_steps, model.flat[position] is not call, sources))
        timed[position], last[position] = gives_steps, len(found) - 1
        flows, sources = gives_steps, (*((len(found) - 1, number) for number in range(call.outputs)), *begun)
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
    flows = call.among([timed[source] and not is_state(model, source, number) for source, number in sources])
    flows = flows or call.time_distributed > 0 or call.reads_steps is True
    if own:
        return flows if call.reads_steps is None else call.reads_steps, ()
    return flows, tuple((last[source], number) for source, number in sources)


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


def _named_input(layer: Layer, flowing: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Return what a layer reads that names it; raise ModelError where that is not as wide as the layer says."""
    (shape, *more), said = flowing, layer.input_dim
    width = layer.width(layer.reading(shape))
    if said is not None and width is None and not layer.channels_first:
        return ((*shape[:-1], said), *more)
    if said not in {None, width}:
        raise ModelError(f"input_dim is {said:,}, and {shown(shape)} comes in", key="input_dim")
    return flowing


def _own_input(layer: Layer, flowing: tuple[Shape, ...], begins: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Return what a layer reads of what comes in, or an input of its own where it reads something else.

    It reads something else where what comes in is not as wide as it says or has another number of axes, and where it reads tokens
    and features come in: it is then part of a larger model, and reads as many sequences and steps as come in, or as the model does.
    """
    (shape, *more), width = flowing, layer.input_dim
    read = layer.reading(shape)
    if not more and width is not None and layer.rank in {None, len(read)} and layer.width(read) == width:
        return flowing
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


def _giving_every_step(layer: Layer) -> Layer:
    """Return a layer that gives every step to its own repeat."""
    one_step = isinstance(layer, Recurrent) and layer.return_sequences is False
    return layer.replace(return_sequences=True) if one_step else layer


def _giving_the_last(layer: Layer) -> Layer:
    """Return a layer that gives the last step alone where that is open."""
    is_open = isinstance(layer, Recurrent) and layer.return_sequences is None
    return layer.replace(return_sequences=False) if is_open else layer
