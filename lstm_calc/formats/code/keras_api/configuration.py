"""A Keras configuration of a model that a program makes, and the shapes of its tensors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, ModelFileError
from lstm_calc.formats.code.keras_api.graph import (
    KerasCall,
    KerasModel,
    KerasTensor,
    MadeKerasLayer,
    calls_of,
    input_tensor,
    is_input,
    replaced,
    said_shape,
    snake,
    tensors_in,
)
from lstm_calc.formats.code.unknown import MISSING, Cause, Place, UnknownObject, causes_of, is_unknown, unknown_input
from lstm_calc.model import MAX_LAYERS, BatchNorm, Other, fresh_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.model import Model

_MODULE = "keras.layers"
_PROBE = 96
"""A size that stands for one that is not known, while it is tried which others a count depends on."""
_FLAGS = frozenset(
    ["return_sequences", "return_state", "use_bias", "go_backwards", "reset_after", "center", "scale", "trainable", "keepdims"]
)
_WORDS = frozenset(["merge_mode", "padding", "data_format", "name"])
_ALWAYS: dict[str, dict[str, Any]] = {
    "LayerNormalization": {"axis": -1},
    "GroupNormalization": {"groups": 32, "axis": -1},
    "RMSNormalization": {"axis": -1},
    "Attention": {"use_scale": False},
    "AdditiveAttention": {"use_scale": True},
    "MultiHeadAttention": {"use_bias": True},
}
"""The defaults of arguments that a configuration of Keras always has, by which its class is told from one of the author's."""
_ONE = {"Dense", "Dropout", "Activation", "BatchNormalization", "Add", "Multiply", "RepeatVector"}
_IMAGE = {"Conv2D": 4, "Conv3D": 5, "ConvLSTM1D": 4, "ConvLSTM2D": 5, "ConvLSTM3D": 6, "MaxPooling2D": 4, "AveragePooling2D": 4}


class Configuration:
    """The configuration of a model that is written as its calls are met, and what is missing in it."""

    def __init__(self, file: str = "", input_dim: int | None = None) -> None:
        """Take the file's name in messages, and the width of an input that does not say it."""
        self.file = file
        self.missing: list[Cause] = []
        self.open: list[tuple[list[Any], int, tuple[Cause, ...]]] = []
        """The sizes of inputs that are not known: the shape, the axis, and what they depend on, asked for only if a count does."""
        self.params: dict[str, Any] = {}
        """The number of parameters of the layers of the author's, by name."""
        self.places: dict[str, Place] = {}
        """Where each layer is made, by its name."""
        self.assumes_reset_after = False
        """Whether a GRU does not say how it resets, which depends on the release of Keras."""
        self.assumes_keras_1 = False
        """Whether a GRU has arguments that Keras 1 alone has."""
        self.used_input = False
        self.turns: tuple[Cause, ...] = ()
        """The loops in a turn of which the whole model is made: how often they run changes nothing."""
        self._input_dim = input_dim
        self._taken: dict[str, int] = {}
        self._names: dict[int, str] = {}

    def name(self, layer: Any) -> str:
        """Return the name of a layer, which no other one has."""
        if id(layer) not in self._names:
            given = layer.config.get("name") if isinstance(layer, MadeKerasLayer) else getattr(layer, "name", None)
            base = (
                given
                if isinstance(given, str)
                else snake(layer if isinstance(layer, str) else getattr(layer, "name", None) or "model")
            )
            self._names[id(layer)] = fresh_name(base, self._taken)
        return self._names[id(layer)]

    def network(self, network: KerasModel) -> dict[str, Any]:
        """Return the configuration of a model."""
        if network.outputs is None:
            layers = [self.layer(each) for each in network.layers]
            if isinstance(network.built, (list, tuple)) and layers:
                layers[0]["config"].setdefault("batch_input_shape", self._sizes(network.built))
            config = {"name": self.name(network), "layers": layers, "trainable": network.trainable}
            return {"class_name": "Sequential", "config": config}
        return self._functional(network)

    def layer(self, layer: Any) -> dict[str, Any]:
        """Return the configuration of a layer, or of a model that is one."""
        if isinstance(layer, KerasModel):
            return self.network(layer)
        if isinstance(layer, KerasTensor) and isinstance(layer.call.layer, MadeKerasLayer):
            layer = layer.call.layer
        if not isinstance(layer, MadeKerasLayer):
            return self._own(layer)
        self.missing += [each for each in layer.doubt if each not in self.turns]
        self.places[self.name(layer)] = layer.place
        if layer.name in {"GRU", "GRUCell"} and "reset_after" not in layer.config:
            self.assumes_reset_after = True
        self.assumes_keras_1 = self.assumes_keras_1 or layer.is_of_keras_1
        config = {"name": self.name(layer), **_ALWAYS.get(layer.name, {}), **self._arguments(layer)}
        if layer.params is not None:
            self.params[config["name"]] = layer.params
        module = "code" if layer.is_own or layer.params is not None else _MODULE
        return {"class_name": layer.name, "module": module, "config": config}

    def _own(self, layer: Any) -> dict[str, Any]:
        """Return the configuration of what is no layer of Keras, and of which the class is all that is known."""
        chosen = layer.chosen if isinstance(layer, UnknownObject) else causes_of(layer)
        self.missing += chosen
        name = (
            layer.path.rpartition(".")[2] if isinstance(layer, UnknownObject) else getattr(getattr(layer, "cls", None), "name", "")
        )
        given = fresh_name(snake(name) or "layer", self._taken)
        if isinstance(layer, UnknownObject):
            self.places[given] = layer.causes[0].place
        return {"class_name": re.sub(r"\W", "_", name) or "Unknown", "module": "code", "config": {"name": given}}

    def _arguments(self, layer: MadeKerasLayer) -> dict[str, Any]:
        """Return the arguments of a layer as plain values; what a size needs and is not known is missing."""
        given = {key: value for key, value in layer.config.items() if key != "name"}
        found: dict[str, Any] = {}
        shape = declared(layer, given)
        if shape is not MISSING:
            found["batch_input_shape"] = self._sizes(shape)
        for key, value in given.items():
            if isinstance(value, (MadeKerasLayer, KerasModel)):
                found[key] = self.layer(value)
            elif key == "layers" and isinstance(value, (list, tuple)):
                found[key] = [self.layer(each) for each in value]
            elif key in {"cell", "cells"} and isinstance(value, (list, tuple)):
                found |= self._cells(key, value)
            else:
                plain = self._plain(value, key)
                if plain is not MISSING:
                    found[key] = plain
        return found

    def located(self, error: ModelFileError, config: dict[str, Any]) -> ModelFileError:
        """Return an error of the reader of configurations with the line of the program in place of the path to a key."""
        match = re.match(rf"{re.escape(self.file)}:(config[\w.\[\]]*): ((?s:.*))", str(error))
        node: Any = config
        found: tuple[str, Place] | None = None
        for part in re.findall(r"\w+", match[1]) if match else ():
            if isinstance(node, list):
                node = node[int(part)] if part.isdigit() and int(part) < len(node) else None
            elif isinstance(node, dict):
                node = node.get(part)
            own = node.get("config", node) if isinstance(node, dict) else {}
            name = str(own.get("name", ""))
            found = (name, self.places[name]) if name in self.places else found
        if match is None or found is None:
            return error
        key = match[1].rpartition(".")[2]
        what = f"{key} " if re.fullmatch(r"[a-z_]+", key) and key not in {"config", "layer", "inbound_nodes"} else ""
        said = "" if not what and match[2].startswith(f"{found[0]} ") else f"{found[0]}: {what}"
        return ModelFileError(f"{said}{match[2]}", str(found[1]))

    def _cells(self, key: str, cells: Any) -> dict[str, Any]:
        inner = [self.layer(each) for each in cells]
        if key == "cells":
            return {"cells": inner}
        return {"cell": {"class_name": "StackedRNNCells", "module": _MODULE, "config": {"cells": inner}}}

    def _plain(self, value: Any, key: str) -> Any:
        """Return an argument as JSON has it, MISSING for one that has no plain value."""
        if is_unknown(value):
            self.missing += causes_of(value)
            return False if key in _FLAGS else MISSING if key in _WORDS else _PROBE
        if isinstance(value, (list, tuple)):
            parts = [self._plain(each, key) for each in value]
            return MISSING if MISSING in parts else parts
        if isinstance(value, float) and value.is_integer() and key != "rate":
            return int(value)
        return value if isinstance(value, (int, str, float, bool, type(None))) else MISSING

    def _sizes(self, shape: Any) -> list[Any]:
        """Return a shape in which a size that is not known is None; what it depends on is asked for where a count needs it."""
        if not isinstance(shape, (list, tuple)):
            self.missing += causes_of(shape)
            return [None, None, None]
        sizes = [size if isinstance(size, int) and size > 0 else None for size in shape]
        self.open += [(sizes, axis, causes_of(size)) for axis, size in enumerate(shape) if causes_of(size)]
        return sizes

    def needed(self, is_countable: Callable[[], bool]) -> list[Cause]:
        """Return what those sizes of inputs depend on without which a model of the configuration cannot be counted."""
        for sizes, axis, _ in self.open:
            sizes[axis] = _PROBE
        found: list[Cause] = []
        probed = is_countable()
        for sizes, axis, causes in self.open:
            sizes[axis] = None
            if not probed or not is_countable():
                found += causes
            sizes[axis] = _PROBE
        return found

    def _functional(self, network: KerasModel) -> dict[str, Any]:
        """Return the configuration of a model of calls."""
        network = _with_read_outputs(network)
        self.missing += causes_of(network.outputs)
        calls = calls_of(network)
        if len(calls) > MAX_LAYERS:
            raise ModelFileError(f"has more than {MAX_LAYERS:,} layers", self.file)
        entries: dict[int, dict[str, Any]] = {}
        places: dict[int, tuple[str, int]] = {}
        begins = {id(each.call): each for each in tensors_in(network.inputs) if not is_input(each)}
        for call in calls:
            if id(call) in begins:
                entries[id(call)] = self._begin(begins[id(call)])
                places[id(call)] = (entries[id(call)]["name"], 0)
                continue
            key = id(call.layer) if not isinstance(call.layer, str) else id(call)
            if key not in entries:
                entries[key] = self._entry(call, calls)
            entry = entries[key]
            places[id(call)] = (entry["name"], len(entry["inbound_nodes"]))
            if call.args or call.kwargs:
                node = {
                    "args": [self._value(each, places) for each in _listed(call.args)],
                    "kwargs": self._value(call.kwargs, places),
                }
                entry["inbound_nodes"].append(node)
        ends = [[self._reference(each, places) for each in tensors_in(end)] for end in (network.inputs, network.outputs)]
        known = [each for each in ends[0] if each is not None]
        config = {"name": self.name(network), "layers": list(entries.values()), "input_layers": known, "output_layers": ends[1]}
        return {"class_name": "Functional", "config": config | {"trainable": network.trainable}}

    def _entry(self, call: KerasCall, calls: list[KerasCall]) -> dict[str, Any]:
        layer = call.layer
        if isinstance(layer, str):
            name = fresh_name(snake(layer), self._taken)
            return {"class_name": layer, "module": "keras.src.ops", "config": {"name": name}, "name": name, "inbound_nodes": []}
        if is_input(layer):
            shape = layer.config.get("shape")
            shape = self._first_shape(call, calls) if shape is MISSING else shape
            name = self.name(layer)
            self.missing += [each for each in layer.doubt if each not in self.turns]
            config = {"name": name, "batch_shape": [None, *self._sizes(shape if shape is not None else ())]}
            return {"class_name": "InputLayer", "module": _MODULE, "config": config, "name": name, "inbound_nodes": []}
        entry = self.layer(layer)
        entry["config"].pop("batch_input_shape", None)
        return entry | {"name": entry["config"]["name"], "inbound_nodes": []}

    def _begin(self, tensor: KerasTensor) -> dict[str, Any]:
        """Return the configuration of the input of a model that begins behind a layer of another one."""
        shape = shape_of(tensor)
        if shape is None:
            raise ModelFileError("a model begins at a tensor whose shape does not follow from the code", self.file)
        name = fresh_name("input_layer", self._taken)
        config = {"name": name, "batch_shape": [None, *self._sizes(shape[1:])]}
        return {"class_name": "InputLayer", "module": _MODULE, "config": config, "name": name, "inbound_nodes": []}

    def _first_shape(self, source: KerasCall, calls: list[KerasCall]) -> list[Any]:
        """Return the shape that an input has for the layer that reads it first."""
        reader = next(
            (each for each in calls if any(tensor.call is source for tensor in tensors_in([each.args, each.kwargs]))), None
        )
        layer = reader.layer if reader else None
        name = layer.name if isinstance(layer, MadeKerasLayer) else ""
        if name == "Embedding":
            return [None]
        if isinstance(layer, KerasModel) and (shape := _declared_by(layer)) is not None:
            return shape
        self.used_input = True
        place = source.layer.place
        width = self._input_dim or unknown_input(place)
        is_flat = name in _ONE or (reader is not None and reader.layer == "ExpandDims")
        rank = 2 if is_flat else _IMAGE.get(name, 3)
        return [*(None,) * (rank - 2), width]

    def _value(self, value: Any, places: dict[int, tuple[str, int]]) -> Any:
        if isinstance(value, KerasTensor):
            return {"class_name": "__keras_tensor__", "config": self._history(value, places)}
        if isinstance(value, dict):
            return {key: self._value(each, places) for key, each in value.items()}
        return [self._value(each, places) for each in value] if isinstance(value, (list, tuple)) else value

    def _history(self, tensor: KerasTensor, places: dict[int, tuple[str, int]]) -> dict[str, Any]:
        shape = said_shape(tensor)
        declared = {"shape": self._sizes(shape)} if shape is not None else {}
        return {"keras_history": [*places[id(tensor.call)], tensor.index], **declared}

    def _reference(self, tensor: KerasTensor, places: dict[int, tuple[str, int]]) -> list[Any] | None:
        place = places.get(id(tensor.call))
        return None if place is None else [*place, tensor.index]


def _with_read_outputs(network: KerasModel) -> KerasModel:
    """Return a model in which an operation reads each output that declares a shape; a configuration has shapes of what is read."""
    ends = list(tensors_in(network.outputs))
    if all(said_shape(each) is None for each in ends):
        return network
    read = [KerasTensor(KerasCall("Identity", [each], {})) for each in ends]
    copy = KerasModel(network.place, None, network.inputs, read)
    copy.name, copy.trainable = network.name, network.trainable
    return copy


def _declared_by(network: KerasModel) -> list[Any] | None:
    """Return the shape that a model inside another says it reads, without the batch; None where it says none, or several."""
    inputs = list(tensors_in(network.inputs))
    layer = inputs[0].call.layer if len(inputs) == 1 else None
    shape = layer.config.get("shape") if isinstance(layer, MadeKerasLayer) and layer.name == "InputLayer" else None
    return list(shape) if isinstance(shape, (list, tuple)) else None


def declared(layer: MadeKerasLayer, given: dict[str, Any]) -> Any:
    """Take the shape that a layer says it reads out of its arguments; MISSING where it says none."""
    whole = given.pop("batch_input_shape", given.pop("batch_shape", MISSING))
    shape = given.pop("input_shape", given.pop("shape", MISSING) if layer.name == "InputLayer" else MISSING)
    length = given.pop("input_length", MISSING)
    batch = given.pop("batch_size", None)
    del batch
    if whole is not MISSING:
        return whole
    if shape is not MISSING:
        return (None, *shape) if isinstance(shape, (list, tuple)) else (None, shape) if isinstance(shape, int) else shape
    if layer.name == "Embedding":
        return MISSING if length is MISSING else (None, length)
    width = given.pop("input_dim", MISSING)
    if width is MISSING:
        return MISSING
    return (None, width) if layer.name == "Dense" else (None, None if length is MISSING else length, width)


def _listed(args: Any) -> list[Any]:
    return (
        list(args)
        if isinstance(args, (list, tuple)) and not all(isinstance(each, KerasTensor) for each in args)
        else [args]
        if args
        else []
    )


def shape_of(tensor: KerasTensor) -> tuple[Any, ...] | None:
    """Return the shape of a tensor, None where it does not follow."""
    if is_input(tensor):
        shape = tensor.call.layer.config.get("shape")
        if isinstance(shape, (list, tuple)):
            return (None, *(size if isinstance(size, int) else None for size in shape))
        return None
    left = [tensor.call]
    while left:
        before = [each.call for each in tensors_in([left[-1].args, left[-1].kwargs]) if each.call.given is None]
        before = [each for each in before if not is_input(each)]
        if before and left[-1] not in before:
            left += before
        elif (call := left.pop()).given is None:
            call.given = _shapes(call)
    given = tensor.call.given or ()
    return given[tensor.index] if tensor.index < len(given) else None


def _shapes(call: KerasCall) -> tuple[Any, ...]:
    """Return the shapes of what a call gives, by itself where those of what it reads are known; none where they do not follow."""
    from lstm_calc.formats import keras as configurations

    reads = list(tensors_in([call.args, call.kwargs]))
    if any(each.call.given == () for each in reads):
        return ()
    shapes = [shape_of(each) for each in reads]
    alone = call
    if reads and None not in shapes:
        inputs = {
            id(each): input_tensor((shape[1:],), {}, Place("", 1)) for each, shape in zip(reads, shapes, strict=True) if shape
        }
        alone = KerasCall(call.layer, replaced(call.args, inputs), replaced(call.kwargs, inputs), call.outputs)
        alone.shape = call.shape
    try:
        model = configurations.read(Configuration().network(KerasModel(Place("", 1), None, (), KerasTensor(alone))), "")
    except ModelError:
        return ()
    return tuple(map(tuple, model.uses[-1].outputs))


def counted(network: KerasModel) -> int | None:
    """Return how many parameters a model has that is made on the way; None where that is not known, or some are not trained."""
    from lstm_calc.formats import keras as configurations
    from lstm_calc.frameworks.counting import count

    configuration = Configuration()
    try:
        model = with_params(configurations.read(configuration.network(network), ""), configuration.params)
        open_ = any(isinstance(each, Other) and each.params is None for each in model.layers)
        frozen = any(each.trainable is False or isinstance(each, BatchNorm) for each in model.layers)
        return None if configuration.missing or open_ or frozen else count(model, "keras")
    except ModelError:
        return None


def with_params(model: Model, params: dict[str, Any]) -> Model:
    """Return a model with the number of parameters of the layers of the author's."""
    layers = [
        layer.replace(params=params[str(layer.name)])
        if isinstance(layer, Other) and isinstance(params.get(str(layer.name)), int)
        else layer
        for layer in model.layers
    ]
    return model if tuple(layers) == tuple(model.layers) else model.replace(layers=layers)
