"""Which layer reads what: names, references such as ``encoder.h``, and models within a model laid out as layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError, did_you_mean, quoted
from lstm_calc.model.layers import Input, Layer, Nested, Shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.model.model import Model

MAX_LAYERS = 10_000
_DEEPEST = 50
"""Models within models that are followed."""

INPUT = "input"
"""What the input of a model is called where no layer of kind input comes first."""

Source = tuple[int, int]
"""One tensor of a model: the position of the layer that gives it, -1 for the model's own input, and which of its outputs it is."""


def check_layers(layers: Sequence[Layer]) -> None:
    """Refuse what is no layer."""
    for position, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise ModelError(f"{quoted(layer)} is not a layer", key="layers", layer=position)


def calls_of(layers: Sequence[Layer]) -> Iterator[Layer]:
    """Yield the layers, those that are shared in the place of their further uses; ModelError for a use of none."""
    named: dict[str | None, Layer] = {}
    for position, layer in enumerate(layers):
        if isinstance(layer, Shared):
            if layer.uses not in named:
                what = f"no layer before is called {quoted(layer.uses)}{did_you_mean(layer.uses, filter(None, named))}"
                raise ModelError(what, key="uses", layer=position)
            yield named[layer.uses]
            continue
        named[layer.name] = layer
        yield layer


def names_of(layers: Sequence[Layer], calls: Sequence[Layer]) -> Iterator[tuple[str, str]]:
    """Yield the name of every use of a layer, and that of its module: the one given, else the layer's kind, counted up."""
    taken = {layer.name: 1 for layer in layers if layer.name is not None}
    if not isinstance(layers[0], Input):
        taken.setdefault(INPUT, 1)
    for each, layer in zip(layers, calls, strict=True):
        module = ""
        for depth in range(layer.repeat):
            given = each.name if depth == 0 else None
            name = given or fresh_name(each.name or layer.name or layer.kind, taken)
            module = module or name
            yield name, module


def modules_of(layers: Sequence[Layer], calls: Sequence[Layer]) -> list[str]:
    """Return the name by which each layer is referred to."""
    return list(dict.fromkeys(module for _, module in names_of(layers, calls)))


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


def check_names(layers: Sequence[Layer]) -> None:
    """Refuse a name that two layers are given, and one that would be mistaken for the model's input."""
    names = [layer.name for layer in layers if layer.name is not None]
    if len(set(names)) < len(names):
        taken: set[str | None] = set()
        for position, layer in enumerate(layers):
            if layer.name is not None and layer.name in taken:
                raise ModelError(f"name {quoted(layer.name)} is taken by a layer before", key="name", layer=position)
            taken.add(layer.name)
    if INPUT in names and not isinstance(layers[0], Input) and any(INPUT in layer.inputs for layer in layers):
        what = f"name {INPUT!r} is that of the model's input, which a layer reads; give the layer another name"
        raise ModelError(what, key="name", layer=[layer.name for layer in layers].index(INPUT))


class References:
    """What can be referred to by name, as the layers follow each other."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        """Take the layers of a model, whose own input has a name where none of them is it."""
        self._known: dict[str, tuple[int, Layer | None]] = {} if isinstance(layers[0], Input) else {INPUT: (-1, None)}

    def add(self, name: str, position: int, layer: Layer) -> None:
        """Take a layer up under its name."""
        self._known[name] = position, layer

    def find(self, reference: str) -> Source:
        """Return what a name refers to: ``encoder``, its second output ``encoder.1``, or its state ``encoder.h``.

        Raises ModelError for what nothing before gives.
        """
        name, _, output = (reference, "", "0") if reference in self._known else reference.rpartition(".")
        position, layer = self._known.get(name, (-1, None))
        outputs, states = (layer.outputs, layer.states) if layer else (1, ())
        if output in states:
            return position, outputs + states.index(output)
        if name in self._known and output.isdecimal() and int(output[:9]) < outputs + len(states):
            return position, int(output)
        given = [f"{name}.{state}" for state in states] if name in self._known else self._known
        raise ModelError(f"reads {quoted(reference)}, which nothing before it gives{did_you_mean(reference, given)}", key="inputs")


def sources_of(layers: Sequence[Layer], calls: Sequence[Layer], modules: Sequence[str]) -> list[tuple[Source, ...]]:
    """Return what each layer reads: what its ``inputs`` name, else all outputs of the one before; an input reads nothing."""
    known = References(layers)
    found: list[tuple[Source, ...]] = []
    for position, (layer, call) in enumerate(zip(layers, calls, strict=True)):
        if isinstance(layer, Input):
            found.append(())
        elif layer.inputs:
            try:
                found.append(tuple(known.find(reference) for reference in layer.inputs))
            except ModelError as error:
                raise ModelError(f"{modules[position]} {error}", key=error.key, layer=position) from None
        else:
            found.append(_before(calls, position))
        known.add(modules[position], position, call)
    return found


def _before(calls: Sequence[Layer], position: int) -> tuple[Source, ...]:
    """Return the outputs of the layer before a position, which a layer there reads that names no others."""
    return tuple((position - 1, number) for number in range(calls[position - 1].outputs if position else 1))


def named(model: Model) -> list[Layer]:
    """Return the layers of a graph under names of their own, by which others refer to them whatever becomes of their kinds."""
    if not any(layer.inputs for layer in model.flat):
        return list(model.flat)
    return [layer.replace(name=name) for layer, name in zip(model.flat, model.modules, strict=True)]


def canonical(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return the layers with their ``inputs`` under their usual names, and none where these are what a layer reads anyway."""
    calls = list(calls_of(layers))
    modules = modules_of(layers, calls)
    sources = sources_of(layers, calls, modules)
    found = []
    for position, layer in enumerate(layers):
        needless = layer.input_dim is None and sources[position] == _before(calls, position)
        inputs = () if needless else tuple(_reference(calls, modules, *source) for source in sources[position])
        found.append(layer.replace(inputs=inputs) if layer.inputs and inputs != layer.inputs else layer)
    return tuple(found)


def _reference(calls: Sequence[Layer], modules: Sequence[str], position: int, number: int) -> str:
    """Return the usual name of an output or a state."""
    if position < 0:
        return INPUT
    call, name = calls[position], modules[position]
    return f"{name}.{call.states[number - call.outputs]}" if number >= call.outputs else f"{name}.{number}" if number else name


def unread(calls: Sequence[Layer], sources: Sequence[tuple[Source, ...]]) -> list[Source]:
    """Return the outputs that no layer reads, of layers of which none is read at all: what a model gives."""
    read = {position for found in sources for position, _ in found}
    return [(position, number) for position, call in enumerate(calls) if position not in read for number in range(call.outputs)]


class _Flat:
    """Layers laid out, with the position of the layer of the model that each belongs to."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.origins: list[int] = []
        self.given: dict[str, list[str]] = {}
        """What the names of the models that were laid out stand for."""

    def add(self, layer: Layer, origin: int) -> None:
        """Take a layer up; raise ModelError for one too many."""
        if len(self.layers) == MAX_LAYERS:
            raise ModelError(f"a model has at most {MAX_LAYERS:,} layers", key="layers", layer=origin)
        self.layers.append(layer)
        self.origins.append(origin)

    def renamed(self, reference: str) -> str:
        """Return a reference to an output of a nested model as one to the layer that gives it."""
        name, _, number = (reference, "", "0") if reference in self.given else reference.rpartition(".")
        outputs = self.given.get(name, [])
        return outputs[int(number)] if number.isdecimal() and int(number[:9]) < len(outputs) else reference


def laid_out(
    layers: Sequence[Layer], outputs: Sequence[str], *, reads: bool
) -> tuple[tuple[Layer, ...], tuple[int, ...], tuple[str, ...]]:
    """Return the layers with those of nested models in their place, the position each came from, and the outputs by their names.

    ``reads``: the model has an input beside its layers of kind input.
    """
    flat = _lay_out(layers, [INPUT] if reads else [], 0)
    return tuple(flat.layers), tuple(flat.origins), tuple(flat.renamed(output) for output in outputs)


def _lay_out(layers: Sequence[Layer], last: Sequence[str], depth: int) -> _Flat:
    """Return layers laid out, all of them named; ``last`` is what the first one reads."""
    if depth > _DEEPEST:
        raise ModelError("models within models are nested too deeply", key="layers")
    flat, nested, after_nested = _Flat(), dict[str, Nested](), False
    for position, (layer, name) in enumerate(zip(layers, modules_of(layers, list(calls_of(layers))), strict=True)):
        reads = [flat.renamed(each) for each in layer.inputs]
        origin = layer.uses if isinstance(layer, Shared) else name
        inner = layer if isinstance(layer, Nested) else nested.get(origin)
        if inner is None:
            implied = last if after_nested and not isinstance(layer, Input) else ()
            flat.add(layer.replace(name=name, inputs=tuple(reads or implied)), position)
            last = [name]
        else:
            nested[name] = inner
            last = flat.given[name] = list(_Inlined(inner, name, origin, reads or last, position, depth).into(flat))
        after_nested = inner is not None
    return flat


class _Inlined:
    """A nested model at one of its uses: ``origin`` is the name of the first one, ``reads`` the inputs of this one."""

    def __init__(self, model: Nested, name: str, origin: str, reads: Sequence[str], position: int, depth: int) -> None:
        self._model, self._name, self._origin, self._position = model, name, origin, position
        try:
            self._inside = _lay_out(model.layers, [INPUT], depth + 1)
        except ModelError as error:
            raise ModelError(f"{name}: {error}", key=error.key, layer=position) from None
        layers = self._inside.layers
        inputs = [str(layer.name) for layer in layers if isinstance(layer, Input)]
        places = inputs if isinstance(layers[0], Input) else [INPUT, *inputs]
        if reads and len(reads) != len(places):
            raise ModelError(f"{name} reads {len(places)} inputs, and {len(reads)} come in", key="inputs", layer=position)
        self._bound = dict(zip(places, reads, strict=False))

    def into(self, flat: _Flat) -> Iterator[str]:
        """Add the layers to others, and yield the names of the outputs."""
        before = INPUT
        for layer in self._inside.layers:
            name = str(layer.name)
            if name not in self._bound:
                implied = (before,) if before in self._bound else ()
                flat.add(self._placed(layer, tuple(map(self._outside, layer.inputs or implied))), self._position)
            before = name
        yield from map(self._outside, self._outputs())

    def _placed(self, layer: Layer, inputs: tuple[str, ...]) -> Layer:
        """Return a layer as one of the model around it; at a further use it shares the weights of the first."""
        name = f"{self._name}/{layer.name}"
        if self._name != self._origin:
            return Shared(f"{self._origin}/{layer.uses if isinstance(layer, Shared) else layer.name}", name=name, inputs=inputs)
        if isinstance(layer, Shared):
            return layer.replace(name=name, inputs=inputs, uses=f"{self._name}/{layer.uses}")
        trainable = layer.trainable and self._model.trainable
        deeper = layer.time_distributed + self._model.time_distributed
        return layer.replace(name=name, inputs=inputs, trainable=trainable, time_distributed=deeper)

    def _outside(self, reference: str) -> str:
        """Return a reference of the nested model as one of the model around it."""
        bound = self._bound.get(reference) or self._bound.get(reference.rpartition(".")[0])
        return bound or f"{self._name}/{reference}"

    def _outputs(self) -> list[str]:
        """Return the references, inside, to what the model gives."""
        if self._model.outputs:
            return [self._inside.renamed(output) for output in self._model.outputs]
        layers = self._inside.layers
        calls, names = list(calls_of(layers)), [str(layer.name) for layer in layers]
        found = unread(calls, sources_of(layers, calls, names))
        return [f"{names[position]}.{number}" if number else names[position] for position, number in found]
