"""Models of Keras: the network that an entry is, holds or calls, read as a configuration of Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, ModelFileError
from lstm_calc.formats.code import keras_api
from lstm_calc.formats.code.keras_api.configuration import Configuration, with_params
from lstm_calc.formats.code.keras_api.graph import KerasModel, KerasTensor, MadeKerasLayer, functional, incoming, tensors_in
from lstm_calc.formats.code.keras_api.own import follow, held, input_of, layers_of
from lstm_calc.formats.code.library.modules import module_family
from lstm_calc.formats.code.unknown import MISSING, Cause, Place, unknown_input
from lstm_calc.formats.code.values import FunctionValue, Instance
from lstm_calc.model import Model, Other

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lstm_calc.formats.code.messages import Request


def network_in(request: Request, value: Any) -> Any:
    """Return the model of Keras that a value is or holds, None where there is none."""
    if isinstance(value, (KerasModel, MadeKerasLayer, KerasTensor)):
        return value
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], KerasTensor):
        return value[0]
    if not isinstance(value, Instance):
        return None
    if module_family(value.cls) == "keras":
        return _subclassed(request, value)
    held = [each for each in value.attributes.values() if isinstance(each, KerasModel)]
    if not held and value.cls is not None:
        return None
    inside = {id(layer) for each in held for layer in each.layers}
    outer = [each for each in held if id(each) not in inside]
    return outer[-1] if outer else None


def _subclassed(request: Request, value: Instance) -> Any:
    """Return what a model of the author's gives on inputs of which nothing is known."""
    place = value.place
    values, named = value.notes.get("given", ((), {}))
    if list(tensors_in([list(values), named])):
        return functional(values, named, place)
    layers = layers_of(value)
    if layers is not None:
        return KerasModel(place, layers)
    function = value.cls.find("call") if value.cls else MISSING
    if not isinstance(function, FunctionValue):
        parts = held(request.interpreter, value)
        if parts is not None:
            return parts
        raise ModelFileError(f"{value.cls.name if value.cls else 'it'} has no call that could be followed", str(place))
    names = function.positional[1:]
    inputs = {name: incoming(place, name) for name in names if name not in function.defaults and name not in {"training", "mask"}}
    args, words = _read_by(request, value, inputs)
    given = keras_api.call_instance(request.interpreter, value, args, words, Cause(function.name, place))
    outputs = list(tensors_in(given))
    if not outputs:
        raise ModelFileError(
            f"{function.name} cannot be followed: what it returns does not follow from its layers",
            str(request.interpreter.place(function.node, function.scope)),
        )
    return KerasModel(place, None, [], outputs)


def _read_by(request: Request, value: Instance, inputs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return what a model of the author's reads: what the program calls it on or builds it for, else the inputs of its call."""
    args, named = value.notes.pop("read", ((), {}))
    if list(tensors_in([list(args), named])):
        return list(args), named
    first = next(iter(inputs), None)
    shape = value.notes.get("shape")
    if first is not None and isinstance(shape, (list, tuple)):
        inputs[first] = input_of(shape, value.place)
    elif first is not None and value.cls is not None and value.cls.find("build") is not MISSING:
        inputs[first] = input_of((None, None, request.input_dim or unknown_input(value.place)), value.place)
        request.used_input = True
    return [], inputs


def configured_model(request: Request, value: Any, remark: str) -> Model:
    """Return the model that Keras' own reader makes of a network; ask for what is missing."""
    from lstm_calc.formats import keras as configurations

    network = value
    if isinstance(value, KerasTensor):
        network = KerasModel(Place(request.module.file, 1), None, [], [value])
    if isinstance(value, MadeKerasLayer):
        network = KerasModel(value.place, [value])
    if isinstance(network, KerasModel):
        follow(request.interpreter, network)
    configuration = Configuration(request.module.file, request.input_dim)
    configuration.turns = network.turns
    config = configuration.network(network)
    spare = None if configuration.used_input or request.used_input else request.input_dim

    def read(filled: Any, width: int | None) -> Model:
        model = with_params(configurations.read(filled, request.module.file, width), configuration.params)
        return model.replace(origin=request.origin("keras", remark))

    try:
        model = _countable(request, read, config, spare, configuration)
        return model.replace(origin="; ".join(filter(None, (model.origin, *_about(model, configuration)))) or None)
    except ModelFileError as error:
        if "--input" in str(error):
            request.ask(list(unknown_input(_first_place(network)).causes))
        raise configuration.located(error, config) from None


def _countable(request: Request, read: Callable[..., Model], config: Any, spare: int | None, configuration: Configuration) -> Model:
    """Return the model; ask for what its inputs' sizes depend on where it cannot be counted without."""

    def is_countable() -> bool:
        try:
            _check_widths(read(config, spare))
        except ModelError:
            return False
        return True

    if configuration.missing or (configuration.open and not is_countable()):
        request.ask([*configuration.missing, *configuration.needed(is_countable)])
    return read(config, spare)


def _first_place(network: Any) -> Any:
    return network.layers[0].place if network.layers and hasattr(network.layers[0], "place") else network.place


def _about(model: Model, configuration: Configuration) -> Iterator[str]:
    """Yield what is to be said of layers of Keras: the release that was assumed, and where those are made that are not known."""
    if configuration.assumes_reset_after:
        yield "GRU as since TensorFlow 2 and Keras 2.4, with reset_after=True; before, the default was False"
    if configuration.assumes_keras_1:
        yield "GRU as in Keras 1, of which its arguments are: without reset_after"
    for layer in model.layers:
        if not isinstance(layer, Other) or layer.params is not None:
            continue
        place = configuration.places.get(str(layer.name))
        if place is not None:
            yield f"{layer.class_name} is made in {place}"


def _check_widths(model: Model) -> None:
    """Raise ModelError where the count depends on a size that is not known."""
    for use in model.uses:
        if use.layer.weighted and not isinstance(use.layer, Other):
            _ = use.sizes
