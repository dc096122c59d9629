"""Programs that use Keras: their layers and calls become a Keras configuration, which the reader of configurations reads.

What the interpreter asks of Keras is here: what a class or a function makes, and the attributes of what was made. The classes are
a table in ``classes``; the layers, models, calls and tensors that a program makes are in ``graph``. ``calls`` follows the calls of
layers, ``operations`` those of functions and operators on tensors, and ``own`` the author's own classes. ``configuration`` writes
the configuration, and ``model`` has it read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.keras_api.calls import call, call_instance, constant, is_lookup
from lstm_calc.formats.code.keras_api.classes import CELL_CLASSES, CLASSES, DEFAULTS, OF_KERAS_1, WITHOUT_SIZE
from lstm_calc.formats.code.keras_api.configuration import declared
from lstm_calc.formats.code.keras_api.graph import (
    KerasCall,
    KerasModel,
    KerasTensor,
    MadeKerasLayer,
    calls_of,
    functional,
    input_tensor,
    is_input,
    tensors_in,
    text_or_none,
)
from lstm_calc.formats.code.keras_api.operations import item, known_shape, operate, operation, unpacked
from lstm_calc.formats.code.keras_api.own import ends, instance_method
from lstm_calc.formats.code.unknown import MISSING, Cause, Imported, Unknown, causes_of
from lstm_calc.formats.code.values import Array, BuiltIn, FunctionValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.interpreter import Interpreter

__all__ = [
    "attribute",
    "call",
    "call_instance",
    "instance_method",
    "is_called_on_tensor",
    "item",
    "make",
    "operate",
    "unpacked",
]


def make(interpreter: Interpreter, path: str, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:  # noqa: PLR0911 - a case for each kind of class
    """Return what a class or function of Keras or TensorFlow makes, MISSING for one that makes no part of a model."""
    name = path.rpartition(".")[2]
    if name in _MODELS:
        return _MODELS[name](interpreter, positional, named, cause)
    found = _about_tensors(path, name, positional, named, cause)
    if found is not MISSING or _WITH_WEIGHTS.search(path):
        return found
    if name in CLASSES and (".layers" in path or path.startswith("keras.") or "keras" in path):
        return _layer(interpreter, name, positional, named, cause)
    if name[:1].isupper() and (".layers." in path or ".applications." in path):
        return MadeKerasLayer(name, {"name": named.get("name")}, cause.place, interpreter.doubt)
    if name in {"variable", "Variable"} and not list(tensors_in([list(positional), named])):
        return _variable(positional, named, cause)
    merged = name.capitalize()
    if ".layers" in path and merged in CLASSES and positional:
        return call(
            interpreter, MadeKerasLayer(merged, _arguments(merged, positional[1:], named), cause.place), positional[:1], {}, cause
        )
    return operation(name, positional, named)


def _layer(interpreter: Interpreter, name: str, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> MadeKerasLayer:
    layer = MadeKerasLayer(name, _arguments(name, positional, named), cause.place, interpreter.doubt)
    interpreter.layers += 1
    layer.config |= {key: value for key, value in DEFAULTS.get(name, {}).items() if key not in layer.config}
    if name == "GRU" and OF_KERAS_1 & named.keys():
        layer.config.setdefault("reset_after", False)
        layer.is_of_keras_1 = True
    cell = layer.config.get("cell")
    if isinstance(cell, MadeKerasLayer):
        cell.around = cell.around or layer
    return layer


def _input(interpreter: Interpreter, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> KerasTensor:
    return input_tensor(positional, named, cause.place, interpreter.doubt)


def _sequential(interpreter: Interpreter, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> KerasModel:
    given = named.get("layers", positional[0] if positional else [])
    inner = given if isinstance(given, (list, tuple)) else []
    network = KerasModel(cause.place, [each for each in inner if not is_lookup(each)])
    network.name, network.turns = text_or_none(named.get("name")), interpreter.turns
    return network


def _functional(interpreter: Interpreter, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> KerasModel:
    network = functional(positional, named, cause.place)
    network.turns = interpreter.turns
    return network


_MODELS = {"Input": _input, "Sequential": _sequential, "Model": _functional, "Functional": _functional}


def _about_tensors(path: str, name: str, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
    """Return what a function says of Keras, of the shape of a tensor, or of numbers that a program makes; MISSING for another."""
    if path.endswith("activations.get"):
        return _activation(positional[0] if positional else None, cause)
    if name in _SETTINGS:
        return _SETTINGS[name]
    tensor = next((each for each in (*positional, *named.values()) if isinstance(each, KerasTensor)), None)
    if name in {"int_shape", "shape", "ndim"} and tensor is not None:
        shape = known_shape(tensor, cause)
        return len(shape) if name == "ndim" and isinstance(shape, tuple) else shape
    if name in {"range", "arange"}:
        stop = named.get("limit", named.get("stop", positional[-1] if len(positional) in {1, 2} else None))
        return constant((stop,) if isinstance(stop, (int, Unknown)) else (), cause.place)
    return positional[0] if name == "multi_gpu_model" and positional else MISSING


def _activation(name: Any, cause: Cause) -> Any:
    """Return a function by its name; one that is given itself is that."""
    if isinstance(name, (FunctionValue, Imported)):
        return name
    return Imported(f"keras.activations.{name if isinstance(name, str) else 'linear'}", cause)


_SETTINGS = {"image_data_format": "channels_last", "floatx": "float32", "epsilon": 1e-7}
"""Settings of Keras as they are unless somebody changes them."""
_WITH_WEIGHTS = re.compile(r"\.contrib\.|\.nn\..*rnn")
"""The functions of TensorFlow 1 that make weights of their own."""


def _variable(positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Array:
    """Return a variable with the shape of what it begins as."""
    value = positional[0] if positional else named.get("value", named.get("initial_value"))
    shape = value.shape if isinstance(value, Array) else None
    shape = (Unknown(causes_of(value) or [cause]),) if shape is None else shape
    found = Array(shape, trained=named.get("trainable") is not False)
    found.place = cause.place
    return found


def _arguments(name: str, positional: Sequence[Any], named: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a layer by name, those without a size apart; Keras' own names stay as its release had them."""
    found = dict(zip(CLASSES[name].split(), positional, strict=False)) | named
    return {key: value for key, value in found.items() if key not in WITHOUT_SIZE}


def attribute(interpreter: Interpreter, holder: Any, name: str, cause: Cause) -> Any:  # noqa: C901, PLR0911, PLR0912 - a case for each name
    """Return an attribute or method of a layer, a model or a tensor."""
    if isinstance(holder, KerasTensor):
        if name in {"shape", "_keras_shape"}:
            return known_shape(holder, cause)
        if name == "get_shape":
            return BuiltIn(lambda *_, at, **__: known_shape(holder, at))
        return Unknown([cause])
    if isinstance(holder, MadeKerasLayer):
        if name in holder.config:
            return holder.config[name]
        if name in {"state_size", "output_size"} and holder.name in CELL_CLASSES:
            size = holder.config.get("units")
            return [size, size] if name == "state_size" and holder.name == "LSTMCell" else size
        if holder.name not in CLASSES:
            return _of_unknown(holder, name, cause)
        if name in {"output", "input"} and holder.called is not None:
            return KerasTensor(holder.called) if name == "output" else holder.called.args
        return {"name": text_or_none(holder.config.get("name"))}.get(name, Unknown([cause]))
    if name == "add":
        return BuiltIn(lambda layer=None, *_, **__: _append(holder, layer))
    if name == "pop":
        return BuiltIn(lambda *_, **__: holder.layers.pop() if holder.layers else None)
    if name == "build":
        return BuiltIn(lambda shape=None, *_, **named: setattr(holder, "built", named.get("input_shape", shape)))
    if name in {"input", "inputs", "output", "outputs"} and (holder.outputs is not None or holder.layers):
        end = ends(interpreter, holder)[name.startswith("output")]
        tensors = list(tensors_in(end))
        return tensors if name.endswith("s") else tensors[0] if len(tensors) == 1 else end
    if name == "layers":
        return network_layers(holder)
    if name == "get_layer":
        ends(interpreter, holder)
        return BuiltIn(lambda label=None, index=None, *, at: _named_layer(network_layers(holder), label, index, at))
    if name in {"compile", "fit", "summary", "load_weights", "save"}:
        return BuiltIn(lambda *_, **__: None)
    return Unknown([cause])


def _of_unknown(holder: MadeKerasLayer, name: str, cause: Cause) -> Any:
    """Return an attribute of a model that Keras has under a name: what it gives, and one for each of its layers by name."""
    if name in {"output", "outputs", "input", "inputs"}:
        if holder.called is None:
            holder.called = KerasCall(holder, input_tensor([(None, None, None)], {}, cause.place), {})
        found = KerasTensor(holder.called) if name.startswith("output") else holder.called.args
        return [found] if name.endswith("s") else found
    return BuiltIn(lambda *_, **__: holder) if name == "get_layer" else Unknown([cause])


def _append(network: KerasModel, layer: Any) -> None:
    """Add a layer at the end of those that follow each other."""
    if not is_lookup(layer):
        network.layers.append(layer)
        network.ends = None


def network_layers(network: KerasModel) -> list[Any]:
    """Return the layers of a model: of one of calls those of its inputs first, and of a Sequential without its input.

    The first of a Sequential keeps the shape of that, as one that is built in Keras does.
    """
    if network.layers:
        first, *rest = network.layers
        if not is_input(first):
            return network.layers
        layer = first.call.layer if isinstance(first, KerasTensor) else first
        shape = declared(layer, dict(layer.config))
        if rest and isinstance(rest[0], MadeKerasLayer) and shape is not MISSING:
            rest[0].config.setdefault("batch_input_shape", shape)
        return rest
    found = [call.layer for call in calls_of(network) if not isinstance(call.layer, str)]
    return list({id(layer): layer for layer in found}.values())


def _named_layer(layers: list[Any], label: Any, index: Any, at: Cause) -> Any:
    if isinstance(label, str):
        return next(
            (each for each in layers if isinstance(each, MadeKerasLayer) and each.config.get("name") == label), Unknown([at])
        )
    return layers[index if isinstance(index, int) else label]


def is_called_on_tensor(positional: Sequence[Any], named: dict[str, Any]) -> bool:
    """Return whether something is called on a tensor of Keras, as a layer is."""
    return bool(list(tensors_in([list(positional), named])))
