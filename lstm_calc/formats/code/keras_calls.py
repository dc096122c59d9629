"""Calls of layers and models of Keras, and of layers of the author's: the tensors that they give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.keras_classes import CELL_CLASSES, DROPPED, LOOKUPS, STATES
from lstm_calc.formats.code.keras_operations import item, known_shape, operation_on
from lstm_calc.formats.code.keras_own import around_own, keep_variables, with_weights
from lstm_calc.formats.code.keras_tensors import Call, Layer, Network, Tensor, functional, input_tensor, tensors_in
from lstm_calc.formats.code.values import MISSING, Array, Cause, Function, Instance, Place, Unknown, causes_of, is_unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


def call(  # noqa: PLR0911 - a case for each kind of layer
    interpreter: Interpreter, layer: Any, positional: Sequence[Any], named: dict[str, Any], cause: Cause
) -> Any:
    """Return the tensors that a layer or a model gives on what it is called on."""
    if isinstance(layer, Layer) and layer.name in LOOKUPS and positional:
        return positional[0]
    if isinstance(layer, Layer) and layer.name in CELL_CLASSES and positional:
        return _cell_alone(interpreter, layer, positional, cause)
    if isinstance(layer, Layer) and isinstance(layer.config.get("cell"), Instance):
        return around_own(interpreter, layer, positional, cause)
    if isinstance(layer, Layer) and layer.name == "Lambda":
        return _lambda(interpreter, layer, positional, cause)
    args = [_as_tensor(each, cause.place) for each in positional[: 1 if _is_recurrent(layer) else None]]
    kwargs = {name: value for name, value in named.items() if name not in DROPPED and list(tensors_in(value))}
    if not list(tensors_in([args, kwargs])):
        return Unknown(causes_of(list(positional)) or [cause])
    if any(is_unknown(each) for each in args[:1]):
        return Unknown(causes_of(args))
    args = [each for each in args if list(tensors_in(each))]
    number = _outputs(layer, named)
    made = Call(layer, args[0] if len(args) == 1 else args, kwargs, number)
    if isinstance(layer, Layer):
        layer.called = made
    return Tensor(made) if number == 1 else [Tensor(made, at) for at in range(number)]


def _is_recurrent(layer: Any) -> bool:
    inner = layer.config.get("layer") if isinstance(layer, Layer) and layer.name == "Bidirectional" else layer
    return isinstance(inner, Layer) and (inner.name in STATES or inner.name == "RNN")


def _as_tensor(value: Any, place: Place) -> Any:
    """Return an array as an input of its shape; anything else as it is."""
    if isinstance(value, Array) and value.shape:
        return input_tensor([value.shape[1:]], {}, place)
    return value


def _outputs(layer: Any, named: dict[str, Any]) -> int:
    """Return how many tensors a layer gives."""
    if isinstance(layer, Network):
        return max(1, len(list(tensors_in(layer.outputs))))
    if layer.name == "Bidirectional" and isinstance(layer.config.get("layer"), Layer):
        inner = layer.config["layer"]
        outputs = 2 if layer.config.get("merge_mode", "concat") is None else 1
        return outputs + 2 * _states(inner)
    if layer.name == "MultiHeadAttention":
        return 2 if named.get("return_attention_scores") is True else 1
    return 1 + _states(layer)


def _states(layer: Layer) -> int:
    if layer.config.get("return_state") is not True:
        return 0
    cell = layer.config.get("cell")
    cells = cell if isinstance(cell, list) else [cell]
    return STATES.get(layer.name) or sum(2 if isinstance(each, Layer) and each.name == "LSTMCell" else 1 for each in cells)


def _lambda(interpreter: Interpreter, layer: Layer, positional: Sequence[Any], cause: Cause) -> Any:
    """Return what a function of the author's gives: followed, where it can be."""
    if not list(tensors_in(list(positional[:1]))):
        return Unknown(causes_of(list(positional)) or [cause])
    function = layer.config.get("function", layer.config.get("body"))
    if isinstance(function, Function):
        found = interpreter.call(function, positional[:1], {}, cause)
        if list(tensors_in(found)):
            return found
    return Tensor(Call(Layer("Lambda", {"output_shape": layer.config.get("output_shape")}, layer.place), list(positional[:1]), {}))


def _cell_alone(interpreter: Interpreter, cell: Layer, positional: Sequence[Any], cause: Cause) -> Any:
    """Return what a cell gives for one step, and its states: what the RNN around it gives for a sequence of one."""
    if not isinstance(positional[0], Tensor):
        return Unknown(causes_of(list(positional)) or [cause])
    cell.around = cell.around or Layer("RNN", {"cell": cell, "return_state": True}, cell.place)
    found = call(interpreter, cell.around, [operation_on("ExpandDims", [positional[0]], {"axis": 1})], {}, cause)
    output, *states = found if isinstance(found, list) else [found]
    if cell.around.config.get("return_sequences") is True:
        output = item(output, (slice(None), 0))
    return output, states or [output]


def call_instance(
    interpreter: Interpreter, instance: Instance, positional: Sequence[Any], named: dict[str, Any], cause: Cause
) -> Any:
    """Return what a layer or model of the author's gives: its ``call`` is followed, after its ``build``."""
    args = [_as_tensor(each, cause.place) for each in positional]
    first = next(tensors_in(args), None)
    build = instance.cls.find("build") if instance.cls else MISSING
    if isinstance(build, Function) and first is not None and "__built__" not in instance.attributes:
        instance.attributes["__built__"] = True
        shape = known_shape(first, cause)
        interpreter.call(build.bound(instance), [shape], {}, cause)
    keep_variables(instance)
    follow = instance.cls.find("call") if instance.cls else MISSING
    given = interpreter.call(follow.bound(instance), args, _fitting(follow, named), cause) if isinstance(follow, Function) else None
    weights = instance.attributes["__weights__"]
    results = list(tensors_in(given))
    if follow is MISSING and "__given__" in instance.attributes:
        values, words = instance.attributes["__given__"]
        return call(interpreter, functional(values, words, cause.place), args, named, cause)
    if first is None or (results and not weights):
        return given
    return with_weights(interpreter, instance, results[0] if results else None, first, weights, cause)


def _fitting(function: Function, named: dict[str, Any]) -> dict[str, Any]:
    arguments = function.node.args
    names = {each.arg for each in (*arguments.args, *arguments.kwonlyargs)}
    return {name: value for name, value in named.items() if name in names or arguments.kwarg}
