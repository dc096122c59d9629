"""Models of Keras whose layers follow each other, and those of the author's that are made of models: their inputs and outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.configuration import declared
from lstm_calc.formats.code.keras_operations import known_shape
from lstm_calc.formats.code.keras_tensors import Layer, Network, Tensor, input_tensor, is_around_own, tensors_in
from lstm_calc.formats.code.values import MISSING, Cause, Function, Instance, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


def follow(interpreter: Interpreter, network: Network, source: Tensor | None = None) -> None:
    """Make calls of layers that follow each other, where some are only known by what they do; nothing, where none is such."""
    if network.outputs is not None or not any(map(_is_explained, network.layers)):
        return
    start, given = ends(interpreter, network, source)
    outputs = list(tensors_in(given))
    if outputs:
        network.inputs, network.outputs = start, outputs[0]


def _is_explained(layer: Any) -> bool:
    """Return whether only the program says what a layer does: the author's own, or a function."""
    if isinstance(layer, Instance):
        return True
    if isinstance(layer, Network):
        return layer.outputs is None and any(map(_is_explained, layer.layers))
    if not isinstance(layer, Layer):
        return False
    inner = layer.config.get("layer")
    return isinstance(layer.config.get("function"), Function) or isinstance(inner, Instance) or is_around_own(layer)


def ends(interpreter: Interpreter, network: Network, source: Tensor | None = None) -> tuple[Any, Any]:
    """Return the input and the output of layers that follow each other, as tensors; what they are called on is kept."""
    if network.outputs is not None:
        return network.inputs, network.outputs
    if network.ends is None:
        first, *rest = network.layers or [None]
        start = first if isinstance(first, Tensor) else _start(network, first, source)
        given: Any = start
        for each in rest if isinstance(first, Tensor) else network.layers:
            given = interpreter.call(each, [given], {}, Cause("", network.place))
        network.ends = (start, given)
    return network.ends


def _start(network: Network, layer: Any, source: Tensor | None) -> Tensor:
    """Return the input of a model whose first layer says what it reads, or that is built on a shape or called on a tensor."""
    shape = declared(layer, dict(layer.config)) if isinstance(layer, Layer) else MISSING
    shape = network.built if shape is MISSING and isinstance(network.built, (list, tuple)) else shape
    if not isinstance(shape, (list, tuple)) and source is not None:
        shape = known_shape(source, Cause("", network.place))
    return input_tensor([shape[1:] if isinstance(shape, (list, tuple)) else MISSING], {}, network.place)


def layers_of(holder: Instance) -> list[Any] | None:
    """Return the layers of an object of the author's that is a Sequential; None for one that is none."""
    values, named = holder.attributes.get("__given__", ((), {}))
    if "__layers__" in holder.attributes:
        return list(holder.attributes["__layers__"])
    given = values[0] if values else named.get("layers")
    if isinstance(given, (list, tuple)):
        return list(given)
    is_sequential = holder.cls is not None and any(each.endswith("Sequential") for each in holder.cls.externals)
    return [] if is_sequential else None


def change_layers(holder: Instance, name: str, layer: Any) -> Any:
    """Add a layer at the end of those that follow each other, or take the last one."""
    layers = holder.attributes.setdefault("__layers__", layers_of(holder) or [])
    return layers.pop() if name == "pop" and layers else layers.append(layer)


def held(interpreter: Interpreter, holder: Instance) -> Network | None:
    """Return the models that an object holds, as one; None where it holds none, or layers beside them."""
    parts = [each for each in holder.attributes.values() if isinstance(each, Network)]
    if not parts or any(isinstance(each, (Layer, Instance)) for each in holder.attributes.values()):
        return None
    pairs = [ends(interpreter, each) for each in dict.fromkeys(parts)]
    inputs, outputs = ([tensor for pair in pairs for tensor in tensors_in(pair[at])] for at in (0, 1))
    return Network(holder.place, None, inputs, outputs)


def input_of(shape: Sequence[Any], place: Place) -> Tensor:
    """Return an input of a shape, the batch first."""
    return input_tensor([tuple(shape)[1:]], {}, place)
