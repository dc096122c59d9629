"""Calls of layers and models of Keras, and of layers of the author's: the tensors that they give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.keras_api.classes import CELL_CLASSES, DROPPED, LOOKUPS, STATES, WITHOUT_WEIGHTS
from lstm_calc.formats.code.keras_api.graph import (
    KerasCall,
    KerasModel,
    KerasTensor,
    MadeKerasLayer,
    cells_of,
    functional,
    input_tensor,
    is_around_own,
    is_input,
    tensors_in,
)
from lstm_calc.formats.code.keras_api.operations import CONSTANT, item, known_shape, operation_on, reshaped
from lstm_calc.formats.code.keras_api.own import around_own, at_each_step, follow, keep_variables, unread_calls, with_weights
from lstm_calc.formats.code.unknown import MISSING, Cause, LostTensor, Place, Unknown, causes_of, is_unknown
from lstm_calc.formats.code.values import Array, FunctionValue, Instance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


def call(interpreter: Interpreter, layer: Any, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
    """Return the tensors that a layer or a model gives on what it is called on."""
    found = _without_a_call(interpreter, layer, positional, cause) if isinstance(layer, MadeKerasLayer) and positional else MISSING
    if found is not MISSING:
        return found
    if isinstance(layer, KerasModel):
        follow(interpreter, layer, next(tensors_in(list(positional[:1])), None))
    if isinstance(layer, MadeKerasLayer) and layer.name == "Embedding" and positional and _is_made_up(positional[0]):
        positional = [constant((), cause.place), *positional[1:]]
    args = [_as_tensor(each, cause.place) for each in positional[: 1 if _is_recurrent(layer) else None]]
    kwargs = {name: value for name, value in named.items() if name not in DROPPED and list(tensors_in(value))}
    if _is_open_input(kwargs.get("initial_state")):
        del kwargs["initial_state"]
    may_have_weights = getattr(layer, "name", "") not in WITHOUT_WEIGHTS
    if not list(tensors_in([args, kwargs])) or any(map(_is_lost, args[:1])):
        lost = LostTensor(causes_of(list(positional)) or [cause])
        interpreter.library.calls += [lost] if may_have_weights else []
        return lost
    args = [each for each in args if list(tensors_in(each))]
    number = _outputs(layer, named)
    made = KerasCall(layer, args[0] if len(args) == 1 else args, kwargs, number)
    interpreter.library.calls += [made] if may_have_weights else []
    if isinstance(layer, MadeKerasLayer):
        layer.called = made
    tensors = [KerasTensor(made, at) for at in range(number)]
    if number == 1:
        return tensors[0]
    return _by_cell(layer, tensors) if isinstance(layer, MadeKerasLayer) and layer.name == "RNN" else tensors


def is_lookup(layer: Any) -> bool:
    """Return whether a layer turns words into numbers, one for each."""
    return isinstance(layer, MadeKerasLayer) and layer.name in LOOKUPS and layer.config.get("output_mode", "int") == "int"


def _without_a_call(interpreter: Interpreter, layer: MadeKerasLayer, positional: Sequence[Any], cause: Cause) -> Any:
    """Return what a layer gives that is no call of its own in the graph; MISSING for one that is."""
    if is_lookup(layer):
        return positional[0]
    if layer.name in CELL_CLASSES:
        return _cell_alone(interpreter, layer, positional, cause)
    if is_around_own(layer):
        return around_own(interpreter, layer, positional, cause)
    if (
        layer.name == "TimeDistributed"
        and isinstance(layer.config.get("layer"), Instance)
        and isinstance(positional[0], KerasTensor)
    ):
        return at_each_step(interpreter, layer, positional[0], cause)
    if layer.name == "Lambda":
        return _lambda(interpreter, layer, positional, cause)
    sizes = _open_sizes(layer)
    return reshaped(layer, positional[0], sizes) if sizes is not None and isinstance(positional[0], KerasTensor) else MISSING


def _open_sizes(layer: Any) -> Any:
    """Return the sizes that a layer without weights gives a tensor, where some are not known: most counts do not depend on them."""
    if not isinstance(layer, MadeKerasLayer) or layer.name not in {"RepeatVector", "Reshape"}:
        return None
    sizes = (layer.config.get("n"),) if layer.name == "RepeatVector" else layer.config.get("target_shape")
    return sizes if isinstance(sizes, (list, tuple)) and causes_of(sizes) else None


def _is_open_input(value: Any) -> bool:
    """Return whether a value is an input of a model of the author's of which nothing is known: one or several states."""
    return isinstance(value, KerasTensor) and is_input(value) and value.call.layer.config.get("shape") is MISSING


def _is_made_up(value: Any) -> bool:
    """Return whether a value is numbers that a program makes itself, and not what a layer gives that is not known."""
    return is_unknown(value) and not isinstance(value, LostTensor)


def _is_lost(value: Any) -> bool:
    """Return whether what a layer reads first is not known, or a part of it."""
    return is_unknown(value) or (isinstance(value, (list, tuple)) and any(map(is_unknown, value)))


def constant(shape: tuple[Any, ...], place: Place) -> KerasTensor:
    """Return numbers that are the same for the whole batch, such as positions, as an input of a shape, or of one axis."""
    return input_tensor([shape or (None,)], {"name": CONSTANT}, place)


def _states_of(cell: Any) -> int:
    return 2 if isinstance(cell, MadeKerasLayer) and cell.name == "LSTMCell" else 1


def _by_cell(layer: MadeKerasLayer, tensors: list[KerasTensor]) -> list[Any]:
    """Return the output of an RNN and its states: those of a cell are a list, where there are several cells and it has several."""
    cells = cells_of(layer)
    if len(cells) == 1 or len(tensors) == 1:
        return list(tensors)
    found: list[Any] = [tensors[0]]
    rest = tensors[1:]
    for cell in cells:
        number = _states_of(cell)
        found.append(rest[:number] if number > 1 else rest[0])
        rest = rest[number:]
    return found


def _is_recurrent(layer: Any) -> bool:
    inner = layer.config.get("layer") if isinstance(layer, MadeKerasLayer) and layer.name == "Bidirectional" else layer
    return isinstance(inner, MadeKerasLayer) and (inner.name in STATES or inner.name == "RNN")


def _as_tensor(value: Any, place: Place) -> Any:
    """Return an array as an input of its shape; anything else as it is."""
    if isinstance(value, Array) and value.shape:
        return input_tensor([value.shape[1:]], {}, place)
    return value


def _outputs(layer: Any, named: dict[str, Any]) -> int:
    """Return how many tensors a layer gives."""
    if isinstance(layer, KerasModel):
        return max(1, len(list(tensors_in(layer.outputs))))
    if not isinstance(layer, MadeKerasLayer):
        return 1
    if layer.name == "Bidirectional" and isinstance(layer.config.get("layer"), MadeKerasLayer):
        inner = layer.config["layer"]
        outputs = 2 if layer.config.get("merge_mode", "concat") is None else 1
        return outputs + 2 * _states(inner)
    if layer.name == "MultiHeadAttention":
        return 2 if named.get("return_attention_scores") is True else 1
    return 1 + _states(layer)


def _states(layer: MadeKerasLayer) -> int:
    if layer.config.get("return_state") is not True:
        return 0
    return STATES.get(layer.name) or sum(map(_states_of, cells_of(layer)))


def _lambda(interpreter: Interpreter, layer: MadeKerasLayer, positional: Sequence[Any], cause: Cause) -> Any:
    """Return what a function of the author's gives: followed, where it can be."""
    if not list(tensors_in(list(positional[:1]))):
        return Unknown(causes_of(list(positional)) or [cause])
    function = layer.config.get("function", layer.config.get("body"))
    if isinstance(function, FunctionValue):
        found = interpreter.call(function, positional[:1], {}, cause)
        if list(tensors_in(found)):
            return found
    return KerasTensor(
        KerasCall(
            MadeKerasLayer("Lambda", {"output_shape": layer.config.get("output_shape")}, layer.place), list(positional[:1]), {}
        )
    )


def _cell_alone(interpreter: Interpreter, cell: MadeKerasLayer, positional: Sequence[Any], cause: Cause) -> Any:
    """Return what a cell gives for one step, and its states: what the RNN around it gives for a sequence of one."""
    if not isinstance(positional[0], KerasTensor):
        return Unknown(causes_of(list(positional)) or [cause])
    cell.around = cell.around or MadeKerasLayer("RNN", {"cell": cell, "return_state": True}, cell.place)
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
    first = next(tensors_in([args, named]), None)
    start = len(interpreter.library.calls)
    build = instance.cls.find("build") if instance.cls else MISSING
    if isinstance(build, FunctionValue) and first is not None and "built" not in instance.notes:
        instance.notes["built"] = True
        given = args[0] if args else first
        shapes = [known_shape(each, cause) for each in tensors_in(given)]
        shape = shapes if isinstance(given, (list, tuple)) else shapes[0] if shapes else known_shape(first, cause)
        interpreter.call(build.bound(instance), [shape], {}, cause)
    keep_variables(instance)
    follow = instance.cls.find("call") if instance.cls else MISSING
    given = (
        interpreter.call(follow.bound(instance), args, _fitting(follow, named), cause)
        if isinstance(follow, FunctionValue)
        else None
    )
    instance.notes["read"] = (args, named)
    weights = instance.notes["weights"]
    results = list(tensors_in(given))
    if follow is MISSING and "given" in instance.notes:
        values, words = instance.notes["given"]
        return call(interpreter, functional(values, words, cause.place), args, named, cause)
    if first is None:
        return given
    calls = interpreter.library.calls[start:]
    lost = [each for each in calls if isinstance(each, LostTensor)]
    if lost:
        return LostTensor(causes_of(lost))
    is_bare = not weights and not instance.notes.get("frozen")
    if results and is_bare and not any(unread_calls(calls, each) for each in results):
        return given
    return with_weights(interpreter, instance, given, first, calls, cause)


def _fitting(function: FunctionValue, named: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in named.items() if name in function.parameters or function.node.args.kwarg}
