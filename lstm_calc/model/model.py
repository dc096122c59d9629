"""The model that was asked about: a graph of layers. It is checked when it is made, and frozen.

In a chain each layer reads the output of the one before. ``inputs`` of a layer say what else it reads, and :class:`Shared` is a
layer that is used again. Shapes are propagated through the model here, and nowhere else.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from lstm_calc.errors import ModelError, did_you_mean, quoted
from lstm_calc.frozen import Checked, Record, count, input_shape, name
from lstm_calc.model.layers import Dense, Embedding, Layer, Recurrent, Shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lstm_calc.model.sizes import Shape, Size

MAX_LAYERS = 10_000


class Use(Record):
    """One use of a layer in a model, with the shapes of its ``inputs`` and ``outputs``.

    A layer with ``repeat`` has several uses, which share ``module`` and count up ``depth``. ``reads_steps`` and ``gives_steps`` say
    whether axis 1 of the first input and output is steps. ``shared``: its weights are those of an
    earlier use.
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
        return self._known(self.layer.width(self.layer.reading(self.input)))

    @property
    def output_dim(self) -> int:
        """The features it gives; raises ModelError where they depend on a size that is not known."""
        return self._known(self.layer.output_width(self.layer.reading(self.output)))

    @property
    def sizes(self) -> dict[str, int]:
        """What each word of its rows' axes measures; raises ModelError where a size is not known."""
        return {word: self._known(size) for word, size in self.layer.sizes(self.layer.reading(self.input)).items()}

    @property
    def times(self) -> Mapping[str, Size]:
        """How often each group of its rows is applied, None where that depends on a size that is not known."""
        return self.layer.times(self.layer.reading(self.input), self.layer.reading(self.output))

    def _known(self, size: Size) -> int:
        if size is None:
            what = f"the features at {self.name} depend on a size that is not known"
            raise ModelError(f"{what}: give the shape of the model's input", key="input_shape")
        return size


class Model(Checked):
    """Layers, in the order in which they run.

    ``input_dim`` is the features of what the first layer reads, None where that is token ids; ``input_shape`` is all of it but the
    batch, with None for a size that is not known. ``remarks`` are sentences on what the layers of a file compute that no field has.
    ``framework`` is the one that the model was written in, where its file says so: it answers where no other is asked for.
    """

    rules = {"input_dim": count, "input_shape": input_shape, "remarks": lambda _, values: tuple(values), "framework": name}  # noqa: RUF012 - as above
    layers: Sequence[Layer]
    input_dim: int | None = None
    input_shape: Sequence[Size] | None = None
    remarks: Sequence[str] = ()
    framework: str | None = None

    owners: ClassVar[tuple[int, ...]]
    """For each layer, the position of the one that has its weights: its own, or for :class:`Shared` that of the layer it uses."""
    calls: ClassVar[tuple[Layer, ...]]
    """The layers as they are called: the one that has the weights, which gives every step or the last as its readers need."""
    reader: ClassVar[Layer | None]
    """The first layer that says how many axes the model reads; None where any number will do."""
    input: ClassVar[Shape]
    """The shape of what the model reads, the batch included; None stands for each size that is not known."""
    steps: ClassVar[tuple[_Step, ...]]
    """Every use of a layer, in order, with the shapes as far as they follow from the model alone."""

    def check_layers(self) -> None:
        """Refuse what is no list of layers, and a list that is empty or too long."""
        try:
            layers = tuple(self.layers)
        except TypeError:
            raise ModelError("layers must be a list of layers", key="layers") from None
        owners = tuple(_owners(layers))
        self.__dict__.update(layers=layers, owners=owners)
        if not 0 < sum([layers[owner].repeat for owner in owners]) <= MAX_LAYERS:
            raise ModelError(f"a model has at most {MAX_LAYERS:,} layers" if layers else "the model has no layers", key="layers")

    def check(self) -> None:
        """Refuse an input that is missing, and a layer that cannot read what another one gives."""
        if self.input_dim is not None and self.input_shape is not None:
            raise ModelError("input_shape has the width already; give one of the two", key="input_dim")
        _check_names(self)
        found = self.__dict__
        found["calls"] = _calls(self)
        found["reader"] = _first_reader(self)
        found["input"] = _input_shape(self) if self.input_shape is None else (None, *self.input_shape)
        found["steps"] = tuple(_steps(self, self.input))
        _check_shared(self, self.steps)
        _check_tied(self)

    @cached_property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The name of every use, and that of its module: the one given, else the layer's kind, counted up where it is taken."""
        return tuple(_names(self))

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every use of a layer, in order, with the shapes as far as they follow from the model alone."""
        return _named(self, self.__dict__["steps"])

    def __str__(self) -> str:
        """Return the model in the one-line notation."""
        from lstm_calc.formats.notation import write

        return write(self)


def propagate(model: Model, shape: Shape) -> tuple[Use, ...]:
    """Return every use of a layer, in order, when the model reads a shape, the batch included.

    Raises ModelError, with the layer's position, for a layer that cannot read what comes in.

    >>> from lstm_calc import LSTM, Dense
    >>> [use.output for use in propagate(Model([LSTM(8, return_sequences=False), Dense(2)], 4), (16, 10, 4))]
    [(16, 8), (16, 2)]
    """
    steps = tuple(_steps(model, shape))
    _check_shared(model, steps)
    return _named(model, steps)


def _calls(model: Model) -> tuple[Layer, ...]:
    """Return the layers as they are called: the recurrent ones give every step, or the last, where that is what their readers need.

    Where these need both, or read any number of axes, the choice stays open.
    """
    layers = list(model.layers)
    if any(isinstance(layer, Recurrent) and layer.return_sequences is None for layer in layers[:-1]):
        for position, ranks in enumerate(_wanted_ranks(model)):
            layers[position] = _giving(layers[position], ranks)
    return tuple(layers[owner] for owner in model.owners)


def _giving(layer: Layer, ranks: set[int]) -> Layer:
    """Return a layer that gives a shape with so many axes where it leaves the choice open and has it."""
    if isinstance(layer, Recurrent) and layer.return_sequences is None and ranks in ({layer.rank}, {layer.rank - 1}):
        return layer.replace(return_sequences=layer.rank in ranks)
    return layer


def _wanted_ranks(model: Model) -> list[set[int]]:
    """Return, for each layer, how many axes those want that read what it gives, also through layers that keep them."""
    wanted: list[set[int]] = [set() for _ in model.layers]
    sources = _sources(model)
    for position in range(len(wanted) - 1, -1, -1):
        owner = model.owners[position]
        layer, ranks = model.layers[owner], wanted[position]
        wanted[owner] |= ranks
        if not sources[position]:
            continue
        shape = None if layer.reads_tokens else layer.input_shape(None)
        if shape or layer.time_distributed:
            ranks = {len(shape or (None, None)) + layer.time_distributed}
        elif not layer.keeps_rank:
            continue
        for source in sources[position]:
            wanted[source] |= ranks
    return wanted


def _sources(model: Model) -> list[list[int]]:
    """Return, for each layer, the positions of those whose outputs it reads."""
    if not any(layer.inputs for layer in model.layers):
        return [[], *([position] for position in range(len(model.layers) - 1))]
    uses = (position for position, owner in enumerate(model.owners) for _ in range(model.layers[owner].repeat))
    places = {name: position for (name, _), position in zip(model.names, uses, strict=True)}
    chain = [[position - 1] if position else [] for position in range(len(model.layers))]
    found = [[places.get(name, places.get(name.rpartition(".")[0])) for name in layer.inputs] for layer in model.layers]
    return [[at for at in named if at is not None] or before for named, before in zip(found, chain, strict=True)]


_Step = tuple[Layer, int, tuple["Shape", ...], tuple["Shape", ...], bool, bool, bool]
"""A use before it has a name: the layer, its depth, the shapes it reads and gives, whether each has steps, whether it is shared."""


def _named(model: Model, steps: Iterable[_Step]) -> tuple[Use, ...]:
    pairs = zip(model.names, steps, strict=True)
    return tuple(Use(layer, name, module, *step) for (name, module), (layer, *step) in pairs)  # type: ignore[arg-type]


def _steps(model: Model, shape: Shape) -> Iterator[_Step]:
    """Yield every use of a layer with the shapes it reads and gives."""
    flowing: tuple[Shape, ...] = (shape,)
    timed, features, use = _reads_steps(model, shape), False, 0
    given: dict[str, tuple[tuple[Shape, ...], bool]] = {}
    named = any(layer.inputs for layer in model.layers)
    for position, (each, layer) in enumerate(zip(model.layers, model.calls, strict=True)):
        try:
            if each.inputs:
                flowing, timed = _found(each.inputs, given)
            elif layer.input_dim is not None or (features and layer.reads_tokens):
                flowing, timed = _own_input(layer, flowing, shape, timed=timed)
            for depth in range(layer.repeat):
                if depth or not each.inputs:
                    _check_single(flowing, position if depth else position - 1)
                one = layer if depth == layer.repeat - 1 else _giving_every_step(layer)
                reads, reads_steps = flowing, timed or one.time_distributed > 0 or one.reads_steps is True
                flowing, timed = one.give(reads), one.time_distributed > 0 or one.gives_steps(reads_steps)
                yield layer, depth, reads, flowing, reads_steps, timed, isinstance(each, Shared)
        except ModelError as error:
            what = str(error) if error.layer is not None else f"{model.names[use][0]} {error}"
            raise ModelError(what, key=error.key, layer=position if error.layer is None else error.layer) from None
        features = features or layer.output_dim is not None
        use += layer.repeat
        if named:
            given[model.names[use - 1][0]] = flowing, timed


def _check_single(flowing: tuple[Shape, ...], source: int) -> None:
    """Refuse the two outputs of a layer, at a position, where the next layer reads the one before."""
    if len(flowing) > 1:
        raise ModelError("merge=none gives two outputs, and the next layer reads one", key="merge", layer=source)


def _reads_steps(model: Model, shape: Shape) -> bool:
    """Return whether axis 1 of what a model reads is steps: as the layer says that reads it, else where there are three axes."""
    reader = model.reader
    said = None if reader is None else reader.time_distributed > 0 or reader.reads_steps
    return len(shape) > 2 if said is None else said


def _found(inputs: Iterable[str], given: Mapping[str, tuple[tuple[Shape, ...], bool]]) -> tuple[tuple[Shape, ...], bool]:
    """Return the shapes of some outputs by name, and whether the first has steps; raise ModelError for one that nothing gives."""
    found = [_output(each, given) for each in inputs]
    return tuple(shape for shape, _ in found), found[0][1]


def _output(reference: str, given: Mapping[str, tuple[tuple[Shape, ...], bool]]) -> tuple[Shape, bool]:
    """Return the shape that a name refers to, and whether it has steps: ``encoder``, or ``encoder.1`` for a second output."""
    name, _, number = (reference, "", "0") if reference in given else reference.rpartition(".")
    shapes, timed = given.get(name, ((), False))
    if not number.isdigit() or int(number) >= len(shapes):
        raise ModelError(f"reads {quoted(reference)}, which nothing before it gives{did_you_mean(reference, given)}", key="inputs")
    return shapes[int(number)], timed


def _own_input(layer: Layer, flowing: tuple[Shape, ...], start: Shape, *, timed: bool) -> tuple[tuple[Shape, ...], bool]:
    """Return what a layer reads, and whether that has steps: what comes in, or an input of its own where it reads something else.

    It reads something else where what comes in is not as wide as it says or has another number of axes, and where it reads tokens
    and features come in: it is then part of a larger model, and reads as many sequences and steps as come in or as the model reads.
    """
    (shape, *more), width = flowing, layer.input_dim
    read = layer.reading(shape)
    if not more and width is not None and layer.rank in {None, len(read)} and layer.width(read) == width:
        return flowing, timed
    own = layer.input_shape(width) or (*(None,) * (len(shape) - 1), width)
    known = (shape[:-1], start[:-1])
    whole = tuple(size or next((each[axis] for each in known if axis < len(each)), None) for axis, size in enumerate(own))
    return (whole,), timed if layer.reads_steps is None else layer.reads_steps


def _giving_every_step(layer: Layer) -> Layer:
    """Return a layer whose own repeat follows, which reads every step."""
    return layer.replace(return_sequences=True) if isinstance(layer, Recurrent) and layer.return_sequences is False else layer


def _owners(layers: tuple[Layer, ...]) -> Iterator[int]:
    """Yield the position of the layer that has the weights of each; raise ModelError for what is no layer, or uses none."""
    named: dict[str | None, int] = {}
    for position, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise ModelError(f"{quoted(layer)} is not a layer", key="layers", layer=position)
        if not isinstance(layer, Shared):
            named[layer.name] = position
            yield position
        elif layer.uses in named:
            yield named[layer.uses]
        else:
            what = f"no layer before is called {quoted(layer.uses)}{did_you_mean(layer.uses, filter(None, named))}"
            raise ModelError(what, key="uses", layer=position)


def _input_shape(model: Model) -> Shape:
    """Return the shape that a model reads: as many axes as the first layer that minds reads, else two."""
    layer = model.reader
    width = model.layers[0].input_dim if model.input_dim is None else model.input_dim
    if isinstance(layer, Embedding) and model.input_dim is not None:
        raise ModelError("input_dim does not go with an embedding first, which reads token ids", key="input_dim")
    if width is None and not isinstance(layer, Embedding):
        raise ModelError("input_dim is missing (the features of a time step), and no embedding comes first", key="input_dim")
    shape = (layer and layer.input_shape(width)) or (None, width)
    return (*(None,) * (layer.time_distributed if layer else 0), *shape)


def _first_reader(model: Model) -> Layer | None:
    """Return the first layer that says how many axes a model reads; None where any number will do."""
    features = False
    for layer in model.layers:
        if features and layer.reads_tokens:
            return None
        if layer.rank is not None or layer.time_distributed or layer.input_shape(None) is not None:
            return layer
        if not layer.keeps_rank:
            return None
        features = features or layer.output_dim is not None
    return None


def input_axes(model: Model, *, timed: bool = False) -> tuple[str, ...]:
    """Return a word for each axis that a model reads: batch, steps, space (space_1, ... where there are several), features.

    ``timed``: there are steps also where the model reads any number of axes.

    >>> from lstm_calc import LSTM, Dense
    >>> input_axes(Model([LSTM(8)], 4)), input_axes(Model([Dense(8)], 4)), input_axes(Model([Dense(8)], 4), timed=True)
    (('batch', 'steps', 'features'), ('batch', 'features'), ('batch', 'steps', 'features'))
    """
    reader, rank = model.reader, len(model.input)
    free = reader is None and model.input_shape is None
    return axis_words(
        rank + (timed and free),
        steps=timed if free else _reads_steps(model, model.input),
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


def _names(model: Model) -> Iterator[tuple[str, str]]:
    """Yield the name of every use, and that of its module."""
    taken = {layer.name: 1 for layer in model.layers if layer.name is not None}
    for each, owner in zip(model.layers, model.owners, strict=True):
        layer, module = model.layers[owner], ""
        for depth in range(layer.repeat):
            given = each.name if depth == 0 else None
            name = given or fresh_name(each.name or layer.name or layer.kind, taken)
            module = module or name
            yield name, module


def fresh_name(base: str, taken: dict[str, int]) -> str:
    """Return the base, or base_1, base_2, ... where that is taken; ``taken`` counts the names and is kept up.

    >>> taken = {}
    >>> fresh_name("lstm", taken), fresh_name("lstm", taken), fresh_name("op_0", taken), fresh_name("op_0", taken)
    ('lstm', 'lstm_1', 'op_0', 'op_1')
    """
    name = base
    while name in taken:
        name = f"{base.removesuffix('_0')}_{taken[base]}"
        taken[base] += 1
    taken[name] = 1
    return name


def _check_names(model: Model) -> None:
    """Refuse a name that two layers are given."""
    taken: set[str] = set()
    for position, layer in enumerate(model.layers):
        if layer.name is not None:
            if layer.name in taken:
                raise ModelError(f"name {quoted(layer.name)} is taken by a layer before", key="name", layer=position)
            taken.add(layer.name)


def _check_shared(model: Model, steps: Sequence[_Step]) -> None:
    """Refuse a layer that is used again with another width: it has the weights for one."""
    if not any(isinstance(layer, Shared) for layer in model.layers):
        return
    starts = [(name, inputs[0]) for (name, _), (_, depth, inputs, *_) in zip(model.names, steps, strict=True) if depth == 0]
    for position, (layer, owner) in enumerate(zip(model.calls, model.owners, strict=True)):
        (name, shape), (first, own) = starts[position], starts[owner]
        width, weights = layer.width(layer.reading(shape)), layer.width(layer.reading(own))
        if None not in {width, weights} and width != weights:
            what = f"{name} reads {width:,} features, and {first}, whose weights it uses, reads {weights:,}"
            raise ModelError(what, key="uses", layer=position)


def _check_tied(model: Model) -> None:
    """Refuse a layer that shares the matrix of an embedding that is not there."""
    tables: set[tuple[int, int]] = set()
    for use in model.uses if any(isinstance(layer, Dense) and layer.tied for layer in model.calls) else ():
        layer = use.layer
        if isinstance(layer, Embedding):
            tables.add((layer.vocab_size, layer.dim))
        elif isinstance(layer, Dense) and layer.tied and (layer.units, use.input_dim) not in tables:
            what = f"tied shares an embedding's matrix, and none before is {layer.units:,} x {use.input_dim:,}"
            raise ModelError(what, key="tied", layer=model.calls.index(layer))
