"""Layers and cells of the author's: what their methods make, as the output of one layer with the weights that they add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.configuration import shape_of
from lstm_calc.formats.code.keras_operations import known_shape
from lstm_calc.formats.code.keras_tensors import Call, Layer, Network, Tensor, tensors_in
from lstm_calc.formats.code.values import MISSING, Array, Built, Cause, Function, Instance, Unknown, causes_of, is_unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


def keep_variables(instance: Instance) -> None:
    """Count the variables that a layer of the author's keeps beside those of add_weight, each once."""
    weights = instance.attributes.setdefault("__weights__", [])
    kept = instance.attributes.setdefault("__variables__", set())
    for each in list(instance.attributes.values()):
        if isinstance(each, Array) and each.trained is not None and id(each) not in kept:
            kept.add(id(each))
            weights.append(each.shape or ())


def around_own(interpreter: Interpreter, layer: Layer, positional: Sequence[Any], cause: Cause) -> Any:
    """Return what an RNN gives around a cell of the author's: a layer with the weights that the cell makes."""
    cell, source = layer.config["cell"], next(tensors_in(list(positional[:1])), None)
    if source is None:
        return Unknown(causes_of(list(positional)) or [cause])
    build = cell.cls.find("build") if cell.cls else MISSING
    shape = known_shape(source, cause)
    if isinstance(build, Function) and isinstance(shape, tuple) and "__built__" not in cell.attributes:
        cell.attributes["__built__"] = True
        interpreter.call(build.bound(cell), [(shape[0], *shape[2:])], {}, cause)
    keep_variables(cell)
    made = Layer(cell.cls.name if cell.cls else "cell", {"name": layer.config.get("name")}, layer.place)
    own = any(isinstance(each, (Layer, Network)) for each in cell.attributes.values())
    made.params = None if own else _total(cell.attributes["__weights__"])
    size = cell.attributes.get("state_size", cell.attributes.get("units"))
    steps = shape[1:2] if isinstance(shape, tuple) and layer.config.get("return_sequences") is True else ()
    made.shape = (None, *(each if isinstance(each, int) else None for each in steps), size) if isinstance(size, int) else None
    return Tensor(Call(made, [source], {}))


def _declared_shape(interpreter: Interpreter, instance: Instance, first: Tensor, cause: Cause) -> tuple[Any, ...] | None:
    """Return the shape that a layer of the author's says that it gives, None where it says none."""
    follow = instance.cls.find("compute_output_shape") if instance.cls else MISSING
    shape = known_shape(first, cause)
    given = interpreter.call(follow.bound(instance), [shape], {}, cause) if isinstance(follow, Function) else None
    if not isinstance(given, (list, tuple)):
        return None
    return tuple(size if isinstance(size, int) else None for size in given)


def with_weights(
    interpreter: Interpreter, instance: Instance, result: Tensor | None, first: Tensor, weights: list[Any], cause: Cause
) -> Tensor:
    """Return what a layer of the author's gives, as the output of a layer with its weights."""
    layer = Layer(instance.cls.name if instance.cls else "Layer", {"name": None}, cause.place)
    layer.params = _total(weights)
    source = first if result is None else result
    layer.shape = (None if result is None else shape_of(result)) or _declared_shape(interpreter, instance, first, cause)
    return Tensor(Call(layer, [source], {}))


def _total(shapes: list[Any]) -> Any:
    total = 0
    for shape in shapes:
        numbers = 1
        for size in shape if isinstance(shape, (list, tuple)) else (shape,):
            if not isinstance(size, int):
                return Unknown(causes_of(size) or ()) if is_unknown(size) else None
            numbers *= size
        total += numbers
    return total


def instance_method(interpreter: Interpreter, holder: Instance, name: str) -> Any:
    """Return what a layer or model of the author's inherits from Keras."""
    del interpreter
    if name in {"add_weight", "add_variable"}:
        return Built(lambda *values, at, **named: _add_weight(holder, values, named, at))
    if name in {"compile", "fit", "summary", "save", "load_weights", "predict", "evaluate"}:
        return Built(lambda *_, **__: None)
    return MISSING


def _add_weight(holder: Instance, values: Sequence[Any], named: dict[str, Any], at: Cause) -> Any:
    shape = named.get("shape", next((each for each in values if isinstance(each, (list, tuple))), ()))
    holder.attributes.setdefault("__weights__", []).append(shape)
    return Array(shape) if isinstance(shape, (list, tuple)) else Unknown([at])
