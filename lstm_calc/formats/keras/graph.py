"""The graph of layers that is read from a config, the shapes that the file declares for them, and remarks on their activations."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import FrameworkError, ModelError, ModelFileError, quoted
from lstm_calc.formats.keras.kinds import PLAIN, RECURRENT
from lstm_calc.frameworks import framework, uses_in
from lstm_calc.frameworks.names import paths
from lstm_calc.frozen import Record
from lstm_calc.model import MAX_LAYERS, Embedding, Input, Layer, Merge, Model, Other, Recurrent, Shared, fresh_name
from lstm_calc.model.sizes import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.formats.keras.node import ConfigObject, Shape
    from lstm_calc.model import Use

_LONGEST_PATH = 200
"""A name as long as a name may be."""
_INPUT_LAYER = "input_layer"
_LONGEST_NUMBER = 10

Value = tuple[int, int]
"""A tensor: the position of the layer that gives it, and which of what that layer gives it is, the states after the outputs."""


class _Read(Record):
    """A use of a layer, where the layer stands in the file, and what it reads."""

    layer: Layer
    node: ConfigObject
    reads: tuple[Value, ...]


class LayerGraph:
    """The layers that have been read, in an order in which they can run."""

    def __init__(self, spare: int | None) -> None:
        self._spare = spare
        """The width of the input, for a config that does not say it."""
        self._read: list[_Read] = []
        self._first: dict[str, int] = {}
        """The position of each layer that has been read, by its place in the file."""
        self._remarks: list[str] = []
        self._scope: tuple[str | None, ...] = ()
        """The names of the models and wrappers around what is read, under which Keras keeps its weights."""
        self._inputs: int | None = None
        """Which of the inputs that Keras named the model around reads: they count up as they are made."""
        self._around = 0
        """How many wrappers apply what is read at each step."""
        self._batches: set[int | None] = set()
        """The batch sizes of the inputs."""

    @contextmanager
    def distributed(self, node: ConfigObject) -> Iterator[None]:
        """Apply what is read at each step of what comes in."""
        self._around += 1
        with self.scope(*self._scope, node.path):
            yield
        self._around -= 1

    @contextmanager
    def scope(self, *names: str | None) -> Iterator[None]:
        """Keep the weights of what is read under some names."""
        before, self._scope = self._scope, names
        yield
        self._scope = before

    @contextmanager
    def sequential(self, node: ConfigObject, first: ConfigObject) -> Iterator[None]:
        """Keep the weights of a Sequential under its name; and under those around it, where it is built as one of their layers.

        One that is built by itself has an input that is older than that of the model around it.
        """
        own = _number_of_input(first.label)
        around = self._scope if own is not None and self._inputs is not None and own > self._inputs else ()
        with self.reading([first.label]), self.scope(*around, node.path):
            yield

    @contextmanager
    def reading(self, inputs: Sequence[str]) -> Iterator[None]:
        """Read the layers of a model that has inputs of these names."""
        numbers = [number for name in inputs if (number := _number_of_input(name)) is not None]
        before, self._inputs = self._inputs, max(numbers, default=None)
        yield
        self._inputs = before

    def paths(self, *ends: tuple[str | None, ...]) -> tuple[str, ...]:
        """Return the path of a layer's weights for each direction, given how it ends; none where a name is missing."""
        whole = ["/".join(map(str, (*self._scope, *end))) for end in ends]
        named = all(None not in (*self._scope, *end) for end in ends)
        return tuple(whole) if named and max(map(len, whole)) <= _LONGEST_PATH else ()

    def input(self, node: ConfigObject, shape: Shape) -> tuple[Value, ...]:
        """Take up an input of the model, of a shape that has its batch first; return its value."""
        if len(shape) == 1:
            raise node.error("an input of a single number for each of the batch cannot be read", "config.batch_shape")
        self._batches.add(shape[0])
        inside = (None,) * self._around
        return self._take(node, Input(shape=(*inside, *shape[1:]), name=node.name), ())

    def add(self, node: ConfigObject, layer: Layer, reads: Sequence[Value]) -> tuple[Value, ...]:
        """Take up a use of a layer; return the values of its outputs, and of its states.

        A layer that was read before, at the same place in the file, is used again with its weights.
        """
        if node.place in self._first:
            return self._take(node, Shared(uses="itself", name=layer.name), reads)
        if isinstance(layer, Recurrent):
            self._remarks += _remarks_on(node)
        self._first[node.place] = len(self._read)
        return self._take(node, layer.replace(time_distributed=self._around) if self._around else layer, reads)

    def unknown(self, node: ConfigObject, layer: Layer, reads: Sequence[Value], number: int) -> tuple[Value, ...]:
        """Take up a layer that stands for one output of what is not known; each has a place of its own."""
        return self.add(node.replace(place=f"{node.place}#{number}") if number else node, layer, reads)

    def _take(self, node: ConfigObject, layer: Layer, reads: Sequence[Value]) -> tuple[Value, ...]:
        if len(self._read) == MAX_LAYERS:
            raise node.error(f"a model has at most {MAX_LAYERS:,} layers")
        self._read.append(_Read(layer, node, tuple(reads)))
        position = len(self._read) - 1
        layer = self._layer(position)
        return tuple((position, at) for at in range(layer.outputs + len(layer.states)))

    def model(self, root: ConfigObject, gives: Sequence[Value]) -> Model:
        """Return the model that was read and gives some values; ``root`` is its config."""
        if not self._read:
            raise root.error("the model has no layers")
        said = self._input(root)
        if self._begins_with_its_input() and (0, 0) not in gives:
            said, gives = self._without_input(), [(position - 1, output) for position, output in gives]
        try:
            return _without_usual_paths(self._agreeing(self._filled(self._made(gives, said))))
        except ModelFileError:
            raise
        except ModelError as error:
            node = root if error.layer is None else self._read[error.layer].node
            raise node.error(error.without_key, _key_of(node, error.key)) from None

    def _made(self, gives: Sequence[Value], said: dict[str, Any]) -> Model:
        """Return the model; its outputs are set where they are not all that nothing reads."""
        more = {"remarks": tuple(dict.fromkeys(self._remarks)), "framework": "keras", "batch": self._batch, **said}
        self._with_wanted_ranks()
        model = Model(self._layers(()), **more)
        if tuple(gives) == tuple(model.gives):
            return model
        names = self._names(gives)
        return Model(self._layers(gives), outputs=tuple(self._reference(value, names) for value in gives), **more)

    @property
    def _batch(self) -> int | None:
        """The batch size that all inputs have, None where they have none or differ."""
        return next(iter(self._batches)) if len(self._batches) == 1 else None

    def _with_wanted_ranks(self) -> None:
        """Give what is not known the shape, or as many axes, as those want that read it, where the file does not say its shape."""
        wanted: dict[int, Shape] = {}
        for position in reversed(range(len(self._read))):
            read, layer = self._read[position], self._layer(position)
            if isinstance(layer, Other) and layer.shape is None and wanted.get(position) and not isinstance(read.layer, Shared):
                self._read[position] = read.replace(layer=layer.replace(shape=wanted[position][1:] or None))
            shape = None if isinstance(layer, Embedding) else layer.input_shape(None)
            rank = len(shape) + layer.time_distributed if shape else len(wanted.get(position, ())) if layer.keeps_rank else 0
            built = {} if layer.time_distributed else dict(zip(read.reads, self._declared_at(position), strict=False))
            for source in read.reads if isinstance(layer, Merge) else read.reads[:1]:
                if declared := built.get(source):
                    wanted[source[0]] = declared
                elif rank:
                    wanted.setdefault(source[0], (None,) * rank)

    def _input(self, root: ConfigObject) -> dict[str, Any]:
        """Return what the model reads where no layer is an input; give an input the width that is set beside the file."""
        places = [position for position, read in enumerate(self._read) if isinstance(read.layer, Input)]
        if not places:
            return self._beside()
        if self._spare is not None:
            layer = self._read[places[0]].layer
            shape = layer.asdict()["shape"]
            if shape[-1] is not None:
                raise root.error("the config states its own input; --input is for one that does not")
            self._read[places[0]] = self._read[places[0]].replace(layer=layer.replace(shape=(*shape[:-1], self._spare)))
        return {}

    def _begins_with_its_input(self) -> bool:
        """Say whether the first layer is the only input, and the second alone reads it: as the layer before."""
        inputs = [read for read in self._read if isinstance(read.layer, Input)]
        readers = [read.reads for read in self._read if (0, 0) in read.reads]
        return len(inputs) == 1 and readers == [((0, 0),)] and self._read[1].reads == readers[0] and not self._read[0].reads

    def _without_input(self) -> dict[str, Any]:
        """Take the input out, as the shape that the model reads; return that."""
        first, *rest = self._read
        self._read = [read.replace(reads=tuple((at - 1, out) for at, out in read.reads if at)) for read in rest]
        self._first = {place: position - 1 for place, position in self._first.items()}
        return {"input_shape": first.layer.asdict()["shape"]}

    def _beside(self) -> dict[str, Any]:
        first = self._read[0]
        if self._spare is None and not isinstance(first.layer, Embedding):
            what = f"the config does not state the input of {first.node.shown}; give it beside the file, as --input 32"
            raise first.node.error(what)
        return {"input_dim": self._spare}

    def _layers(self, gives: Sequence[Value]) -> list[Layer]:
        """Return the layers with names that are taken once, and the names of what they read where that is not the one before."""
        names = self._names(gives)
        layers = []
        for position, read in enumerate(self._read):
            layer = read.layer.replace(name=names[position])
            if isinstance(layer, Shared):
                layer = layer.replace(uses=names[self._first[read.node.place]])
            if not self._follows(position):
                layer = layer.replace(inputs=tuple(self._reference(value, names) for value in read.reads))
            layers.append(layer)
        return layers

    def _names(self, gives: Sequence[Value]) -> list[str | None]:
        """Return the name of each layer: its own, else None, or one that is made up where another layer refers to it."""
        taken: dict[str, int] = {read.layer.name: 1 for read in self._read if read.layer.name is not None}
        given: set[str] = set()
        referred = self._referred() | {position for position, _ in gives}
        names: list[str | None] = []
        for position, read in enumerate(self._read):
            name = None if read.layer.name in given else read.layer.name
            if name is None and position in referred:
                name = fresh_name(read.layer.name or self._layer(position).kind, taken)
            given |= {name} if name is not None else set()
            names.append(name)
        return names

    def _referred(self) -> set[int]:
        """Return the positions of the layers that another refers to by name."""
        read = {at for position, each in enumerate(self._read) if not self._follows(position) for at, _ in each.reads}
        return read | {self._first[each.node.place] for each in self._read if isinstance(each.layer, Shared)}

    def _follows(self, position: int) -> bool:
        """Say whether a layer reads nothing, or all outputs of the layer before and no more, as one does that names no inputs."""
        reads = self._read[position].reads
        outputs = self._layer(position - 1).outputs if position else 1
        return not reads or reads == tuple((position - 1, output) for output in range(outputs))

    def _layer(self, position: int) -> Layer:
        """Return the layer that is used at a position, also where it is shared."""
        read = self._read[position]
        return self._read[self._first[read.node.place]].layer if isinstance(read.layer, Shared) else read.layer

    def _reference(self, value: Value, names: list[str | None]) -> str:
        """Return the name of a value: ``encoder``, its second output ``encoder.1``, its state ``encoder.h``."""
        (position, output), layer = value, self._layer(value[0])
        if output == 0:
            return str(names[position])
        suffix = output if output < layer.outputs else layer.states[output - layer.outputs]
        return f"{names[position]}.{suffix}"

    def _filled(self, model: Model) -> Model:
        """Return a model in which a layer has the width that it was built on, where none follows from the layers before."""
        layers = []
        for layer, use, declared in zip(model.layers, _firsts(model), self._declared(), strict=True):
            known = declared[0] if len(declared) == 1 and layer.weighted and not layer.inputs else None
            missing = known is not None and use.layer.width(use.layer.reading(use.input)) is None
            layers.append(layer.replace(input_dim=use.layer.width(known)) if missing and known else layer)
        return model if tuple(layers) == model.layers else model.replace(layers=layers)

    def _agreeing(self, model: Model) -> Model:
        """Return a model; raise ModelError for a layer that was built on another shape than it reads."""
        for position, (use, declared) in enumerate(zip(_firsts(model), self._declared(), strict=True)):
            for shape, built in zip(use.inputs, declared, strict=False):
                reads = use.layer.reading(shape)
                if built is not None and not _agree(reads, built):
                    what = f"{use.name} was built on {shown(built)}, and {shown(reads)} comes in"
                    raise ModelError(what, key="build_config", layer=position)
        return model

    def _declared(self) -> list[tuple[Shape | None, ...]]:
        """Return the shapes that each layer was built on, where the file says it; of one that is shared, for its first use."""
        return [self._declared_at(position) for position in range(len(self._read))]

    def _declared_at(self, position: int) -> tuple[Shape | None, ...]:
        """Return the shapes that the layer at a position was built on."""
        read = self._read[position]
        return () if isinstance(read.layer, (Shared, Input)) else read.node.built_on


def _number_of_input(name: str) -> int | None:
    """Return which input a name of Keras' own is of; None for a name that its author gave.

    >>> _number_of_input("input_layer"), _number_of_input("input_layer_2"), _number_of_input("words")
    (0, 2, None)
    """
    if not name.startswith(_INPUT_LAYER):
        return None
    number = name.removeprefix(_INPUT_LAYER).removeprefix("_")
    return int(number) if number.isdecimal() and len(number) < _LONGEST_NUMBER else None if number else 0


def _key_of(node: ConfigObject, field: str | None) -> str:
    """Return the key of the file that a field was read from; empty where it is in none."""
    if field == "build_config":
        return field
    argument = (RECURRENT | PLAIN)[node.class_name].arguments.get(str(field)) if node.class_name in RECURRENT | PLAIN else None
    return f"config.{argument}" if argument else ""


def _without_usual_paths(model: Model) -> Model:
    """Return a model without the paths of its weights where these follow from the names of its layers."""
    table = framework("keras")
    try:
        uses = [use for use in uses_in(model, table) if not use.shared]
        usual = [tuple(each.values()) for each in paths(uses, table)]
    except FrameworkError:
        return model
    own = [tuple(f"{path}/" for path in use.layer.paths) for use in uses]
    if any(path and path != other for path, other in zip(own, usual, strict=True)):
        return model
    return model.replace(layers=[layer.replace(paths=()) for layer in model.layers])


def _agree(shape: Shape, declared: Shape) -> bool:
    """Say whether two shapes may be one, their batch apart."""
    pairs = zip(shape[1:], declared[1:], strict=False)
    return len(shape) == len(declared) and not any(None not in pair and pair[0] != pair[1] for pair in pairs)


def _firsts(model: Model) -> list[Use]:
    """Return the first use of each layer of a model."""
    return [use for use in model.uses if use.depth == 0]


_USUAL_ACTIVATIONS = {"activation": "tanh", "recurrent_activation": "sigmoid"}
_INSIDE = ("layer", "cell")


def _remarks_on(node: ConfigObject) -> Iterator[str]:
    """Yield a sentence for each activation of a recurrent layer, or of what it is a wrapper of, that its equations do not have."""
    for key, value in _activations(node):
        if value != _USUAL_ACTIVATIONS[key]:
            yield f"{node.shown} has {key}={quoted(value)}, and its equations here have {_USUAL_ACTIVATIONS[key]}"


def _activations(node: ConfigObject) -> Iterator[tuple[str, Any]]:
    """Yield the activations that a layer says, and those of the layers and cells inside it."""
    config = node.config
    inside = [config.node(key) for key in _INSIDE if key in config.values]
    for inner in (*inside, *(config.nodes("cells") if "cells" in config.values else ())):
        yield from _activations(inner)
    yield from ((key, _activation_name(config.values[key])) for key in _USUAL_ACTIVATIONS if key in config.values)


def _activation_name(value: Any) -> Any:
    """Return the name of an activation: as a word, or in the object that Keras 3 writes for a function; none is linear."""
    if isinstance(value, dict):
        value = value.get("config") if isinstance(value.get("config"), str) else value.get("class_name")
    return "linear" if value is None else value
