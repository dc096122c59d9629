"""The model that was asked about: a graph of layers. It is checked when it is made, and frozen.

In a chain each layer reads the output of the one before. ``inputs`` of a layer say what else it reads, and :class:`Shared` is a
layer that is used again. Shapes are propagated through it when it is made.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from lstm_calc.errors import ModelError
from lstm_calc.frozen import Checked
from lstm_calc.model.graph import (
    MAX_LAYERS,
    References,
    Source,
    calls_of,
    canonical,
    check_layers,
    check_names,
    laid_out,
    names_of,
    sources_of,
    unread,
)
from lstm_calc.model.layers import Dense, Embedding, Input, Layer, Nested, Other, Shared
from lstm_calc.model.propagation import Step, Use, shape_read, steps_of, steps_wanted, uses_of
from lstm_calc.model.rules import count, flag, input_shape, name, names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.model.sizes import Shape, Size

_LISTED = "the layers with weights are listed here, not how they are connected"


class Model(Checked):
    """Layers, in the order in which they run.

    ``input_dim`` is the features of what the first layer reads, None where that is token ids; ``input_shape`` is all of it but the
    batch, with None for a size that is not known. A first layer of kind ``input`` says it as well. ``outputs`` are the names of
    what the model gives: all that nothing reads, unless they are set. ``remarks`` are sentences on what the layers of a file
    compute that no field has. ``framework`` is the one that the model was written in, where its file says so: it answers where no
    other is asked for. ``origin`` says, in words, which part of a program the model was read from. ``batch`` is the batch size that
    the model is built for, None where it reads a batch of any size. ``batch_first``: its layers are made to read (batch, steps,
    features), where its framework lets them read (steps, batch, features), too. ``listed``: its layers stand in the order in which
    a program or a text lists them, and what each of them reads is not known.
    """

    rules = {  # noqa: RUF012 - as above
        "input_dim": count,
        "input_shape": input_shape,
        "outputs": names,
        "remarks": lambda _, values: tuple(values),
        "framework": name,
        "batch": count,
        "batch_first": flag,
        "listed": flag,
    }
    layers: Sequence[Layer]
    input_dim: int | None = None
    input_shape: Sequence[Size] | None = None
    remarks: Sequence[str] = ()
    framework: str | None = None
    outputs: Sequence[str] = ()
    origin: str | None = None
    batch: int | None = None
    batch_first: bool = False
    listed: bool = False

    flat: ClassVar[tuple[Layer, ...]]
    """The layers, with those of models within the model in the place of these."""
    origins: ClassVar[Sequence[int]]
    """For each of ``flat``, the position of the layer of the model that it belongs to."""
    flat_outputs: ClassVar[Sequence[str]]
    """``outputs`` as those of ``flat``."""
    calls: ClassVar[tuple[Layer, ...]]
    """``flat`` with, in the place of each layer that is :class:`Shared`, the one that it uses again."""
    input: ClassVar[Shape]
    """The shape of what the model reads, the batch included; None stands for each size that is not known."""
    steps: ClassVar[tuple[Step, ...]]
    """The shapes of every use of a layer, as far as they follow from the model alone."""

    def check(self) -> None:
        """Refuse what is no list of layers, an input that is missing, and a layer that cannot read what another one gives."""
        known = self.__dict__
        layers = known["layers"] = known["flat"] = self._listed()
        known["origins"], known["flat_outputs"] = tuple(range(len(layers))), self.outputs
        kinds = {layer.kind for layer in layers}
        if "model" in kinds:
            reads = self.input_dim is not None or self.input_shape is not None
            known["flat"], known["origins"], known["flat_outputs"] = laid_out(layers, self.outputs, reads=reads)
            kinds = {layer.kind for layer in self.flat}
            check_names(self.flat)
        known["calls"] = tuple(calls_of(self.flat)) if "shared" in kinds else self.flat
        if sum([layer.repeat for layer in self.calls]) > MAX_LAYERS:
            raise ModelError(f"a model has at most {MAX_LAYERS:,} layers", key="layers")
        _check_input(self)
        known["input"] = shape_read(self)
        known["steps"] = steps_of(self, self.input)
        if "shared" in kinds:
            _check_shared(self)
        if "dense" in kinds:
            _check_tied(self)
        if self.outputs:
            _ = self.gives

    def _listed(self) -> tuple[Layer, ...]:
        """Return the layers as a tuple, their ``inputs`` as they are usually written; raise ModelError for what is none."""
        try:
            layers = tuple(self.layers)
        except TypeError:
            raise ModelError("layers must be a list of layers", key="layers") from None
        if not 0 < len(layers) <= MAX_LAYERS:
            raise ModelError(f"a model has at most {MAX_LAYERS:,} layers" if layers else "the model has no layers", key="layers")
        check_layers(layers)
        check_names(layers)
        is_graph = any([layer.inputs for layer in layers])  # noqa: C419 - on the way of every count, a list is faster
        return canonical(layers) if is_graph and not any(isinstance(layer, Nested) for layer in layers) else layers

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """The uses that read another width than that of what comes in: parts of something larger."""
        inputs = (Input, Embedding)
        return tuple(use.name for use in self.uses[1:] if not use.sources and not isinstance(use.layer, inputs))

    @property
    def disconnected(self) -> str:
        """Why no shape follows from a list of layers, as a sentence: around a window a program pools, flattens and reshapes."""
        if not self.listed:
            return ""
        from lstm_calc.model.layers.windows import Positions

        name = next((use.name for use in self.uses if isinstance(use.layer, Positions)), "")
        return name and f"what comes in at {name} is not known: {_LISTED}, and there may be pooling or flattening between them"

    def check_connected(self) -> None:
        """Raise ModelError where no shape follows."""
        if self.disconnected:
            raise ModelError(self.disconnected)

    @property
    def assumed(self) -> str:
        """What is taken for granted of the layers of a list, as a sentence; empty for any other model."""
        many = self.listed and len(self.calls) > 1
        return f"each layer is taken to read what the one before it gives: {_LISTED}" if many else ""

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
    def steps_wanted(self) -> dict[int, bool]:
        """For the positions of layers and -1, whether those that read them want axis 1 to be steps, where they mind."""
        return steps_wanted(self)

    @cached_property
    def is_known(self) -> bool:
        """Whether its layers are all of a kind that is known."""
        return not any(isinstance(call, Other) and (call.params is None or not call.knows_shape) for call in self.calls)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every use of a layer, in order, with the shapes as far as they follow from the model alone."""
        return uses_of(self, self.input, self.steps)

    def __str__(self) -> str:
        """Return the model in the one-line notation, or a sentence where only a model file can say it."""
        from lstm_calc.formats.notation import shown

        return shown(self)


def _check_shared(model: Model) -> None:
    """Refuse a layer that is used again on something of another width."""
    reads = [reads for _, depth, _, reads, *_ in model.steps if depth == 0]
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


def _check_input(model: Model) -> None:
    """Refuse an input that is given twice, and one that is missing."""
    if model.input_dim is not None and model.input_shape is not None:
        raise ModelError("input_shape has the width already; give one of the two", key="input_dim")
    for field in ("input_dim", "input_shape") if isinstance(model.flat[0], Input) else ():
        if getattr(model, field) is not None:
            raise ModelError(f"{field} does not go with a first layer of kind input, which says what the model reads", key=field)
