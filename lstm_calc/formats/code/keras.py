"""Programs that use Keras: their layers and calls become a Keras configuration, which the reader of configurations reads.

What the interpreter asks of Keras is here: what a class or a function makes, and the attributes of what was made. The classes
are a table in ``keras_classes``; layers, models and tensors are in ``keras_tensors``, calls of them in ``keras_calls``, functions
and operators in ``keras_operations``, the author's own layers in ``keras_own``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.configuration import declared
from lstm_calc.formats.code.keras_calls import call, call_instance
from lstm_calc.formats.code.keras_classes import CLASSES, FUNCTIONS, LOOKUPS, WITHOUT_SIZE
from lstm_calc.formats.code.keras_operations import item, known_shape, operate, operation, unpacked
from lstm_calc.formats.code.keras_own import instance_method
from lstm_calc.formats.code.keras_tensors import (
    Layer,
    Network,
    Tensor,
    calls_of,
    functional,
    incoming,
    input_tensor,
    tensors_in,
    text_or_none,
)
from lstm_calc.formats.code.values import MISSING, Array, Built, Cause, Unknown, causes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.interpreter import Interpreter

__all__ = [
    "CLASSES",
    "FUNCTIONS",
    "Layer",
    "Network",
    "Tensor",
    "attribute",
    "call",
    "call_instance",
    "functional",
    "incoming",
    "instance_method",
    "item",
    "make",
    "operate",
    "tensors_in",
    "unpacked",
]


def make(interpreter: Interpreter, path: str, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:  # noqa: PLR0911 - a case for each kind of class
    """Return what a class or function of Keras or TensorFlow makes, MISSING for one that makes no part of a model."""
    name = path.rpartition(".")[2]
    if name == "Input":
        return input_tensor(positional, named, cause.place, interpreter.doubt)
    if name == "Sequential":
        given = named.get("layers", positional[0] if positional else [])
        inner = given if isinstance(given, (list, tuple)) else []
        network = Network(cause.place, [each for each in inner if getattr(each, "name", None) not in LOOKUPS])
        network.name = text_or_none(named.get("name"))
        return network
    if name in {"Model", "Functional"}:
        return functional(positional, named, cause.place)
    if name in CLASSES and (".layers" in path or path.startswith("keras.") or "keras" in path):
        layer = Layer(name, _arguments(name, positional, named), cause.place, interpreter.doubt)
        cell = layer.config.get("cell")
        if isinstance(cell, Layer):
            cell.around = cell.around or layer
        return layer
    if name[:1].isupper() and (".layers." in path or ".applications." in path):
        return Layer(name, {"name": named.get("name")}, cause.place, interpreter.doubt)
    if name in {"variable", "Variable"} and not list(tensors_in([list(positional), named])):
        return _variable(positional, named, cause)
    merged = name.capitalize()
    if ".layers" in path and merged in CLASSES and positional:
        return call(interpreter, Layer(merged, _arguments(merged, positional[1:], named), cause.place), positional[:1], {}, cause)
    return operation(name, positional, named)


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
    if isinstance(holder, Tensor):
        if name in {"shape", "_keras_shape"}:
            return known_shape(holder, cause)
        if name == "get_shape":
            return Built(lambda *_, at, **__: known_shape(holder, at))
        return Unknown([cause])
    if isinstance(holder, Layer):
        if name in holder.config:
            return holder.config[name]
        if name in {"output", "input"} and holder.called is not None:
            return Tensor(holder.called) if name == "output" else holder.called.args
        return {"name": text_or_none(holder.config.get("name"))}.get(name, Unknown([cause]))
    if name == "add":
        return Built(lambda layer=None, *_, **__: _append(holder, layer))
    if name == "pop":
        return Built(lambda *_, **__: holder.layers.pop() if holder.layers else None)
    if name == "build":
        return Built(lambda shape=None, *_, **named: setattr(holder, "built", named.get("input_shape", shape)))
    if name in {"input", "inputs", "output", "outputs"} and holder.outputs is not None:
        return holder.inputs if name.startswith("input") else holder.outputs
    if name in {"input", "inputs", "output", "outputs"} and holder.layers:
        return _ends(interpreter, holder)[name.startswith("output")]
    if name == "layers":
        return network_layers(holder)
    if name == "get_layer":
        _ends(interpreter, holder)
        return Built(lambda label=None, index=None, *, at: _named_layer(network_layers(holder), label, index, at))
    if name in {"compile", "fit", "summary", "load_weights", "save"}:
        return Built(lambda *_, **__: None)
    return Unknown([cause])


def _ends(interpreter: Interpreter, network: Network) -> tuple[Any, Any]:
    """Return the input and the output of layers that follow each other, as tensors; what they are called on is kept."""
    if network.outputs is not None:
        return network.inputs, network.outputs
    if network.ends is None:
        first, *rest = network.layers or [None]
        start = first if isinstance(first, Tensor) else _start(first)
        given: Any = start
        for each in rest if isinstance(first, Tensor) else network.layers:
            given = call(interpreter, each, [given], {}, Cause("", network.place))
        network.ends = (start, given)
    return network.ends


def _start(layer: Any) -> Tensor:
    """Return the input of a model whose first layer says what it reads."""
    shape = declared(layer, dict(layer.config)) if isinstance(layer, Layer) else MISSING
    return input_tensor([shape[1:] if isinstance(shape, (list, tuple)) else MISSING], {}, layer.place)


def _append(network: Network, layer: Any) -> None:
    """Add a layer at the end of those that follow each other."""
    if getattr(layer, "name", None) not in LOOKUPS:
        network.layers.append(layer)
        network.ends = None


def network_layers(network: Network) -> list[Any]:
    """Return the layers of a model, those of its inputs first."""
    if network.outputs is None:
        return network.layers
    found = [call.layer for call in calls_of(network) if not isinstance(call.layer, str)]
    return list({id(layer): layer for layer in found}.values())


def _named_layer(layers: list[Any], label: Any, index: Any, at: Cause) -> Any:
    if isinstance(label, str):
        return next((each for each in layers if isinstance(each, Layer) and each.config.get("name") == label), Unknown([at]))
    return layers[index if isinstance(index, int) else label]
