"""What a program makes of Keras: layers, models, calls of them, and the symbolic tensors that calls read and give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.unknown import MISSING, Cause, Place, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class MadeKerasLayer:
    """A layer of Keras: its class and its arguments."""

    def __init__(self, name: str, config: dict[str, Any], place: Place, doubt: tuple[Cause, ...] = ()) -> None:
        """Take the class, its arguments by name, and where it is made."""
        self.name = name
        self.config = config
        self.place = place
        self.doubt = doubt
        self.params: Any = None
        """The number of parameters of a layer of the author's, where it is known."""
        self.called: KerasCall | None = None
        """The last call of it."""
        self.around: MadeKerasLayer | None = None
        """The RNN around a cell."""
        self.shape: Any = None
        self.is_of_keras_1 = False
        self.is_own = False
        """Whether it stands for the weights of a class of the author's, whatever the name of that is."""
        self.own: MadeKerasLayer | None = None
        """The layer with the weights of the author's cells inside it."""
        self.parts: dict[Any, KerasTensor] = {}
        """The inputs that an input turns out to be, by their place or name among them."""


def own_layer(name: str, config: dict[str, Any], place: Place) -> MadeKerasLayer:
    """Return a layer that stands for the weights of a class of the author's."""
    layer = MadeKerasLayer(name, config, place)
    layer.is_own = True
    return layer


class KerasModel:
    """A model of Keras: layers that follow each other, or inputs and outputs."""

    def __init__(self, place: Place, layers: list[Any] | None = None, inputs: Any = None, outputs: Any = None) -> None:
        """Take the layers of a Sequential, or the tensors of a functional model."""
        self.place = place
        self.layers = layers if layers is not None else []
        self.inputs = inputs
        self.outputs = outputs
        self.name: str | None = None
        self.trainable = True
        self.built: Any = None
        self.turns: tuple[Cause, ...] = ()
        """The loops of which it is not known how often they run, in a turn of which it is made as a whole."""
        self.ends: tuple[Any, Any] | None = None
        """The input and output of layers that follow each other, once they are asked for."""


class KerasCall:
    """A call of a layer or an operation on tensors."""

    def __init__(self, layer: Any, args: Any, kwargs: dict[str, Any], outputs: int = 1) -> None:
        """Take the layer, what it is called on, and how many tensors it gives."""
        self.layer = layer
        self.args = args
        self.kwargs = kwargs
        self.outputs = outputs
        self.shape: Any = None
        """The shape of what it gives, where that does not follow from the layer."""
        self.given: tuple[Any, ...] | None = None
        """The shapes of all that it gives, once somebody has asked."""


class KerasTensor:
    """A symbolic tensor: an output of a call."""

    def __init__(self, call: KerasCall, index: int = 0) -> None:
        """Take the call, and which of its outputs it is."""
        self.call = call
        self.index = index


def is_input(value: Any) -> bool:
    """Return whether a layer is that of an input of a model, or a call or tensor is one of such a layer."""
    call = value.call if isinstance(value, KerasTensor) else value
    layer = call.layer if isinstance(call, KerasCall) else call
    return isinstance(layer, MadeKerasLayer) and layer.name == "InputLayer"


def said_shape(tensor: KerasTensor) -> Any:
    """Return the shape that a tensor is said to have, None where it follows from its layer."""
    return tensor.call.shape if tensor.call.shape is not None else getattr(tensor.call.layer, "shape", None)


def replaced(value: Any, others: dict[int, KerasTensor]) -> Any:
    """Return a value with other tensors in place of some, which are given by their identity."""
    if isinstance(value, KerasTensor):
        return others.get(id(value), value)
    if isinstance(value, (list, tuple)):
        return type(value)([replaced(each, others) for each in value])
    return {key: replaced(each, others) for key, each in value.items()} if isinstance(value, dict) else value


def tensors_in(value: Any) -> Iterator[KerasTensor]:
    """Yield the tensors in an argument."""
    if isinstance(value, KerasTensor):
        yield value
    for each in value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else ():
        yield from tensors_in(each)


def cells_of(layer: MadeKerasLayer) -> list[Any]:
    """Return the cells of an RNN."""
    cell = layer.config.get("cell")
    if isinstance(cell, MadeKerasLayer) and cell.name == "StackedRNNCells":
        cell = cell.config.get("cells")
    return list(cell) if isinstance(cell, (list, tuple)) else [cell]


def is_around_own(layer: MadeKerasLayer) -> bool:
    """Return whether a layer is an RNN around cells of the author's, or both directions of one."""
    inner = layer.config.get("layer") if layer.name == "Bidirectional" else layer
    return isinstance(inner, MadeKerasLayer) and not all(
        isinstance(each, (MadeKerasLayer, Unknown, type(None))) for each in cells_of(inner)
    )


def calls_of(network: KerasModel) -> list[KerasCall]:
    """Return the calls that a model's outputs need, each after those that it reads; those of its inputs are the first."""
    done: dict[int, KerasCall] = {id(each.call): each.call for each in tensors_in(network.inputs)}
    inputs = set(done)
    todo = [(each.call, False) for each in reversed(list(tensors_in(network.outputs)))]
    while todo:
        call, ready = todo.pop()
        if id(call) in done:
            continue
        if ready:
            done[id(call)] = call
            continue
        todo.append((call, True))
        todo += [(each.call, False) for each in reversed(list(tensors_in([call.args, call.kwargs]))) if id(each.call) not in inputs]
    return list(done.values())


def within(layer: Any) -> set[int]:
    """Return the identities of a layer and of those inside it."""
    found: set[int] = set()
    todo = [layer]
    while todo:
        each = todo.pop()
        if id(each) in found:
            continue
        found.add(id(each))
        if isinstance(each, KerasModel):
            todo += each.layers if each.outputs is None else [call.layer for call in calls_of(each)]
        if isinstance(each, MadeKerasLayer):
            held = [each.config[key] for key in ("layer", "backward_layer", "layers") if key in each.config]
            todo += [inner for one in held for inner in (one if isinstance(one, (list, tuple)) else [one])]
            todo += [inner for inner in cells_of(each) if isinstance(inner, MadeKerasLayer)]
            todo += [each.around] if each.around is not None else []
    return found


def functional(positional: Sequence[Any], named: dict[str, Any], place: Place) -> KerasModel:
    """Return the functional model of some inputs and outputs."""
    inputs = named.get("inputs", named.get("input", positional[0] if positional else None))
    outputs = named.get("outputs", named.get("output", positional[1] if len(positional) > 1 else None))
    network = KerasModel(place, None, inputs, outputs)
    network.name = text_or_none(named.get("name"))
    return network


def text_or_none(value: Any) -> str | None:
    """Return a name that a program gives, None for what is no text."""
    return value if isinstance(value, str) else None


def input_tensor(positional: Sequence[Any], named: dict[str, Any], place: Place, doubt: tuple[Cause, ...] = ()) -> KerasTensor:
    """Return an input of a model; its shape is without the batch, unless it says otherwise."""
    whole = named.get("batch_shape", named.get("batch_input_shape"))
    shape = named.get("shape", positional[0] if positional else None)
    if isinstance(whole, (list, tuple)):
        shape = tuple(whole)[1:]
    if isinstance(shape, int):
        shape = (shape,)
    return KerasTensor(KerasCall(MadeKerasLayer("InputLayer", {"name": named.get("name"), "shape": shape}, place, doubt), (), {}))


def incoming(place: Place, name: str) -> KerasTensor:
    """Return an input of which the shape follows from the layer that reads it first."""
    return KerasTensor(KerasCall(MadeKerasLayer("InputLayer", {"name": name, "shape": MISSING}, place), (), {}))


def part_of(tensor: KerasTensor, key: Any) -> KerasTensor | None:
    """Return one of the inputs that an input of which nothing is known turns out to be; None for any other tensor."""
    layer = tensor.call.layer
    if not isinstance(layer, MadeKerasLayer) or layer.name != "InputLayer" or layer.config.get("shape") is not MISSING:
        return None
    return layer.parts.setdefault(key, incoming(layer.place, f"{layer.config.get('name')}_{key}"))


def snake(name: str) -> str:
    """Return the name that Keras gives a layer of a class.

    >>> snake("SimpleRNN"), snake("TimeDistributed"), snake("Conv1D"), snake("ConvLSTM1D")
    ('simple_rnn', 'time_distributed', 'conv1d', 'conv_lstm1d')
    """
    text = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", "GroupedQueryAttention" if name == "GroupQueryAttention" else name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", text).lower()
