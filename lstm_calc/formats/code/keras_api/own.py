"""Layers, cells and models of the author's: what their methods make, as layers with the weights that they add.

A Sequential whose layers only the program explains is followed as the calls that it makes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.keras_api.configuration import counted, declared, shape_of
from lstm_calc.formats.code.keras_api.graph import (
    KerasCall,
    KerasModel,
    KerasTensor,
    MadeKerasLayer,
    calls_of,
    cells_of,
    incoming,
    input_tensor,
    is_around_own,
    own_layer,
    part_of,
    replaced,
    tensors_in,
    within,
)
from lstm_calc.formats.code.keras_api.operations import known_shape
from lstm_calc.formats.code.unknown import MISSING, Cause, Place, Unknown, causes_of, is_unknown
from lstm_calc.formats.code.values import Array, BuiltIn, FunctionValue, Instance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


def follow(interpreter: Interpreter, network: KerasModel, source: KerasTensor | None = None) -> None:
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
    if isinstance(layer, KerasModel):
        return layer.outputs is None and any(map(_is_explained, layer.layers))
    if not isinstance(layer, MadeKerasLayer):
        return False
    inner = layer.config.get("layer")
    return isinstance(layer.config.get("function"), FunctionValue) or isinstance(inner, Instance) or is_around_own(layer)


def ends(interpreter: Interpreter, network: KerasModel, source: KerasTensor | None = None) -> tuple[Any, Any]:
    """Return the input and the output of layers that follow each other, as tensors; what they are called on is kept."""
    if network.outputs is not None:
        return network.inputs, network.outputs
    if network.ends is None:
        first, *rest = network.layers or [None]
        start = first if isinstance(first, KerasTensor) else _start(network, first, source)
        given: Any = start
        for each in rest if isinstance(first, KerasTensor) else network.layers:
            given = interpreter.call(each, [given], {}, Cause("", network.place))
        network.ends = (start, given)
    return network.ends


def _start(network: KerasModel, layer: Any, source: KerasTensor | None) -> KerasTensor:
    """Return the input of a model whose first layer says what it reads, or that is built on a shape or called on a tensor."""
    shape = declared(layer, dict(layer.config)) if isinstance(layer, MadeKerasLayer) else MISSING
    shape = network.built if shape is MISSING and isinstance(network.built, (list, tuple)) else shape
    if not isinstance(shape, (list, tuple)) and source is not None:
        shape = known_shape(source, Cause("", network.place))
    return input_tensor([shape[1:] if isinstance(shape, (list, tuple)) else MISSING], {}, network.place)


def layers_of(holder: Instance) -> list[Any] | None:
    """Return the layers of an object of the author's that is a Sequential; None for one that is none."""
    values, named = holder.notes.get("given", ((), {}))
    if "layers" in holder.notes:
        return list(holder.notes["layers"])
    given = values[0] if values else named.get("layers")
    if isinstance(given, (list, tuple)):
        return list(given)
    is_sequential = holder.cls is not None and any(each.endswith("Sequential") for each in holder.cls.externals)
    return [] if is_sequential else None


def change_layers(holder: Instance, name: str, layer: Any) -> Any:
    """Add a layer at the end of those that follow each other, or take the last one."""
    layers = holder.notes.setdefault("layers", layers_of(holder) or [])
    return layers.pop() if name == "pop" and layers else layers.append(layer)


def held(interpreter: Interpreter, holder: Instance) -> KerasModel | None:
    """Return the models that an object holds, as one; None where it holds none, or layers beside them."""
    parts = [each for each in holder.attributes.values() if isinstance(each, KerasModel)]
    if not parts or any(isinstance(each, (MadeKerasLayer, Instance)) for each in holder.attributes.values()):
        return None
    pairs = [ends(interpreter, each) for each in dict.fromkeys(parts)]
    inputs, outputs = ([tensor for pair in pairs for tensor in tensors_in(pair[at])] for at in (0, 1))
    return KerasModel(holder.place, None, inputs, outputs)


def input_of(shape: Sequence[Any], place: Place) -> KerasTensor:
    """Return an input of a shape, the batch first."""
    return input_tensor([tuple(shape)[1:]], {}, place)


def keep_variables(instance: Instance) -> None:
    """Count the variables that a layer of the author's keeps beside those of add_weight, each once."""
    kept = instance.notes.setdefault("variables", set())
    instance.notes.setdefault("weights", [])
    for each in list(instance.attributes.values()):
        if isinstance(each, Array) and each.trained is not None and id(each) not in kept:
            kept.add(id(each))
            _keep(instance, each.shape or (), trained=each.trained)


def _keep(instance: Instance, shape: Any, *, trained: bool) -> None:
    instance.notes.setdefault("weights" if trained else "frozen", []).append(shape)


def around_own(interpreter: Interpreter, layer: MadeKerasLayer, positional: Sequence[Any], cause: Cause) -> Any:
    """Return what an RNN gives around cells of the author's: a layer with the weights that the cells make."""
    around, layer = layer, layer.config["layer"] if layer.name == "Bidirectional" else layer
    cells, source = cells_of(layer), next(tensors_in(list(positional[:1])), None)
    if source is None:
        return Unknown(causes_of(list(positional)) or [cause])
    shape = known_shape(source, cause)
    steps = shape[1:2] if isinstance(shape, tuple) and layer.config.get("return_sequences") is True else ()
    made = around.own or _made_around(interpreter, layer, cells, shape, cause)
    if around is not layer and around.own is None and made.params is not None:
        made.params = _sum([made.params, made.params])
    around.own = made
    width = _size_of(interpreter, cells[-1], cause)
    if around.name == "Bidirectional" and isinstance(width, int) and around.config.get("merge_mode", "concat") == "concat":
        width *= 2
    number = 1 + len(cells) if layer.config.get("return_state") is True else 1
    call = KerasCall(made, [source], {}, number)
    call.shape = (None, *(each if isinstance(each, int) else None for each in steps), width) if isinstance(width, int) else None
    interpreter.library.calls.append(call)
    return KerasTensor(call) if number == 1 else [KerasTensor(call, at) for at in range(number)]


def _made_around(interpreter: Interpreter, layer: MadeKerasLayer, cells: list[Any], shape: Any, cause: Cause) -> MadeKerasLayer:
    """Return a layer with the weights that cells of the author's make for what an RNN reads."""
    width = shape[-1] if isinstance(shape, tuple) else Unknown([cause])
    first = next((each for each in cells if isinstance(each, Instance)), None)
    made = own_layer(first.cls.name if first and first.cls else "cell", {"name": layer.config.get("name")}, layer.place)
    counts = []
    for cell in cells:
        counts.append(_params_of(interpreter, cell, width, cause) if isinstance(cell, Instance) else None)
        width = _size_of(interpreter, cell, cause)
    made.params = _sum(counts)
    return made


def _size_of(interpreter: Interpreter, cell: Any, cause: Cause) -> Any:
    """Return the width of what a cell gives."""
    if isinstance(cell, MadeKerasLayer):
        return cell.config.get("units")
    found = [interpreter.attribute(cell, name, cause) for name in ("output_size", "units", "state_size")]
    return next((each for each in found if isinstance(each, int)), None)


def _params_of(interpreter: Interpreter, cell: Instance, width: Any, cause: Cause) -> Any:
    """Return the number of parameters of a cell that reads a width, None where it does not follow."""
    build, follow = (cell.cls.find(name) if cell.cls else MISSING for name in ("build", "call"))
    if isinstance(build, FunctionValue) and "built" not in cell.notes:
        cell.notes["built"] = True
        interpreter.call(build.bound(cell), [(None, width)], {}, cause)
    keep_variables(cell)
    own = None if cell.notes.get("frozen") else _total(cell.notes["weights"])
    if not any(isinstance(each, (MadeKerasLayer, KerasModel, Instance, list)) for each in cell.attributes.values()):
        return own
    size = interpreter.attribute(cell, "state_size", cause)
    sizes = list(size) if isinstance(size, (list, tuple)) else [size]
    if not isinstance(follow, FunctionValue) or not isinstance(width, int) or not all(isinstance(each, int) for each in sizes):
        return None
    inputs = [input_tensor([(each,)], {}, cause.place) for each in (width, *sizes)]
    start = len(interpreter.library.calls)
    given = interpreter.call(follow.bound(cell), [inputs[0], inputs[1:]], {}, cause)
    return _sum([own, _inside(interpreter, start, given, inputs)])


def _inside(interpreter: Interpreter, start: int, given: Any, inputs: list[KerasTensor]) -> int | None:
    """Return the number of parameters of the layers that were called since a start, None where it does not follow.

    The layer that stands for them is called in their place.
    """
    calls = interpreter.library.calls[start:]
    del interpreter.library.calls[start:]
    if not all(isinstance(each, KerasCall) for each in calls):
        return None
    return counted(KerasModel(Place("", 1), None, inputs, [*tensors_in(given), *unread_calls(calls, given)]))


def at_each_step(interpreter: Interpreter, layer: MadeKerasLayer, source: KerasTensor, cause: Cause) -> Any:
    """Return what a layer of the author's gives that is applied at each step: a layer with as many parameters as it has."""
    inner, shape = layer.config["layer"], known_shape(source, cause)
    is_open = part_of(source, 0) is not None
    if not is_open and (not isinstance(shape, tuple) or len(shape) < 3):
        return Unknown([cause])
    step = incoming(cause.place, "step") if is_open else input_tensor([shape[2:]], {}, cause.place)
    start = len(interpreter.library.calls)
    given = interpreter.call(inner, [step], {}, cause)
    result = next(tensors_in(given), None)
    sizes = None if result is None else shape_of(result)
    if layer.own is None:
        layer.own = own_layer(inner.cls.name if inner.cls else "Layer", {"name": None}, layer.place)
        layer.own.params = _inside(interpreter, start, given, [step])
    call = KerasCall(layer.own, [source], {})
    steps = None if is_open or not isinstance(shape[1], int) else shape[1]
    call.shape = None if sizes is None else (None, steps, *sizes[1:])
    interpreter.library.calls.append(call)
    return KerasTensor(call)


def _sum(counts: list[Any]) -> Any:
    unknown = causes_of(counts)
    return None if None in counts else Unknown(unknown) if unknown else sum(counts)


def unread_calls(calls: list[KerasCall], given: Any) -> list[KerasTensor]:
    """Return the outputs of calls of layers that what is given does not need."""
    needed: set[int] = set()
    for each in calls_of(KerasModel(Place("", 1), None, None, list(tensors_in(given)))):
        needed |= within(each.layer)
    rest = []
    for each in reversed(calls):
        if id(each.layer) not in needed:
            rest.append(KerasTensor(each))
            needed |= within(each.layer)
    return rest


def _declared_shape(interpreter: Interpreter, instance: Instance, first: KerasTensor, cause: Cause) -> tuple[Any, ...] | None:
    """Return the shape that a layer of the author's says that it gives, None where it says none."""
    follow = instance.cls.find("compute_output_shape") if instance.cls else MISSING
    shape = known_shape(first, cause)
    given = interpreter.call(follow.bound(instance), [shape], {}, cause) if isinstance(follow, FunctionValue) else None
    if not isinstance(given, (list, tuple)):
        return None
    return tuple(size if isinstance(size, int) else None for size in given)


def with_weights(
    interpreter: Interpreter, instance: Instance, given: Any, first: KerasTensor, calls: list[KerasCall], cause: Cause
) -> Any:
    """Return what a layer of the author's gives, each output with all of its weights: its own, and those of layers inside it.

    ``calls`` are those of the layers inside, whose outputs it may give or not.
    """
    results = list(tensors_in(given))
    shape = shape_of(results[0]) if results else None
    if shape is None or None in shape[1:]:
        shape = _declared_shape(interpreter, instance, first, cause) or shape
    own = source = results[0] if results else first
    for name in ("weights", "frozen"):
        if instance.notes.get(name):
            own = _called(instance, name, instance.notes[name], own, cause)
            own.call.shape = shape
    others: dict[int, KerasTensor] = {}
    for each in results or [source]:
        is_first = each is source
        beside = [*unread_calls(calls, each), *([] if is_first or own is source else [own])]
        base, size = (own, shape) if is_first else (each, shape_of(each))
        others[id(each)] = _beside(instance, base, beside, size, cause) if beside else base
    return replaced(given, others) if results else others[id(source)]


def _called(instance: Instance, kind: str, shapes: list[Any], source: KerasTensor, cause: Cause) -> KerasTensor:
    """Return the output of the layer that stands for the weights of an object: the same one at each call."""
    kept = instance.notes.setdefault("layers_of_weights", {})
    if kind not in kept:
        config = {"name": None} if kind == "weights" else {"name": None, "trainable": False}
        kept[kind] = own_layer(instance.cls.name if instance.cls else "Layer", config, cause.place)
    kept[kind].params = _total(shapes)
    return KerasTensor(KerasCall(kept[kind], [source], {}))


def _beside(instance: Instance, tensor: KerasTensor, others: list[KerasTensor], shape: Any, cause: Cause) -> KerasTensor:
    """Return a tensor as it is, which needs others beside it: their layers are in the same model."""
    layer = own_layer(instance.cls.name if instance.cls else "Layer", {"name": None}, cause.place)
    layer.params = 0
    call = KerasCall(layer, [*others, tensor], {})
    call.shape = shape
    return KerasTensor(call)


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
    if name in {"add", "pop"} and layers_of(holder) is not None:
        return BuiltIn(lambda layer=None, *_, **__: change_layers(holder, name, layer))
    if name == "build":
        return BuiltIn(lambda shape=None, *_, **named: holder.notes.update(shape=named.get("input_shape", shape)))
    if name in {"add_weight", "add_variable"}:
        return BuiltIn(lambda *values, at, **named: _add_weight(holder, values, named, at))
    if name in {"compile", "fit", "summary", "save", "load_weights", "predict", "evaluate"}:
        return BuiltIn(lambda *_, **__: None)
    return MISSING


def _add_weight(holder: Instance, values: Sequence[Any], named: dict[str, Any], at: Cause) -> Any:
    shape = named.get("shape", next((each for each in values if isinstance(each, (list, tuple))), ()))
    _keep(holder, shape, trained=named.get("trainable") is not False)
    return Array(shape) if isinstance(shape, (list, tuple)) else Unknown([at])
