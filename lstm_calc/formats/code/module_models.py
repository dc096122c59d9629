"""Models whose layers are parts of modules: what an entry holds that has parameters, or what is called as it is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, ModelError, ModelFileError, few
from lstm_calc.formats.code.arrays import incoming, set_up
from lstm_calc.formats.code.entries import makes_layers
from lstm_calc.formats.code.families import WEIGHTLESS
from lstm_calc.formats.code.families.torch import KEEP_SHAPES
from lstm_calc.formats.code.keras_api.graph import KerasModel
from lstm_calc.formats.code.library.modules import module_family, owners
from lstm_calc.formats.code.parts import FoundLayers, name_at, reads_what_comes, stored_weights
from lstm_calc.formats.code.trace.follow import followed, is_module
from lstm_calc.formats.code.unknown import MISSING, Cause, UnknownChoice, UnknownObject, causes_of
from lstm_calc.formats.code.values import Array, FunctionValue, Instance, MadeLayer
from lstm_calc.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lstm_calc.formats.code.messages import Request


def parts_model(request: Request, value: Any, found: list[tuple[str, Any]], family: str | None, remark: str) -> Model:
    """Return the model of the layers that are found in a module; ask for what is missing."""
    parts = FoundLayers(request.input_dim)
    parts.add_all(found, value)
    request.ask(parts.missing)
    if request.input_dim is not None and not parts.used_input and not reads_what_comes(family):
        raise LstmCalcError("--input is for layers that do not state what they read, and every layer here does")
    stored = [] if parts.layers else list(stored_weights(value))
    parts.add_all(stored, value)
    if not parts.layers:
        parts.add_weightless(found)
    if not parts.layers:
        choices = [each for each in getattr(value, "attributes", {}).values() if isinstance(each, UnknownChoice)]
        request.ask(list(causes_of(choices)))
        raise ModelFileError("has no layers that are known", request.module.file)
    name = "textbook" if stored else _framework(family or "pytorch", found)
    remarks = [remark, *(f"{unknown} is made in {place}" for unknown, place in parts.unknown.items())]
    origin = request.origin(name, "; ".join(filter(None, remarks)))
    names = {id(each): name_at(path) for path, each in found if isinstance(each, MadeLayer)}
    graph = followed(request.interpreter, value, parts.of, names, origin=origin, framework=name) if is_module(value) else None
    if graph is not None:
        return graph
    said = left_out(each for _, each in found if isinstance(each, MadeLayer) and each.family == "pytorch")
    try:
        return Model(
            parts.layers,
            parts.layers[0].input_dim,
            origin="; ".join(filter(None, [origin, *said])) or None,
            remarks=said,
            framework=name,
            batch_first=parts.batch_first,
            listed=is_module(value) or len(parts.layers) > 1,
        )
    except ModelError as error:
        raise ModelFileError(str(error), request.module.file) from None


def left_out(layers: Iterable[MadeLayer]) -> tuple[str, ...]:
    """Return the sentence on layers without weights that change a shape, of a module that is not followed; none without any."""
    found = [f"{each.name} ({each.place})" for each in layers if each.name in WEIGHTLESS - KEEP_SHAPES]
    if not found:
        return ()
    one = len(found) == 1
    what = f"{few(found)}, which change{'s' if one else ''} the shape of what {'it reads' if one else 'they read'}"
    where = "does not show between which layers it stands" if one else "does not show between which layers they stand"
    return (f"{what}, {'is' if one else 'are'} left out: the code {where}",)


def called_model(request: Request, value: Any, family: str | None, remark: str) -> Model:
    """Return the layers that are called, as they are met when the model is followed."""
    before = list(request.interpreter.library.called)
    if isinstance(value, Instance):
        set_up(request.interpreter, value, Cause(value.cls.name if value.cls else "", value.place))
        if not before:
            _follow(request, value)
    elif isinstance(value, MadeLayer) and not before:
        place = value.place
        request.interpreter.call(value, [incoming(place, value.name)] * 2, {}, Cause(value.name, place))
    called = list(request.interpreter.library.called)
    found = [(str(getattr(each, "name", "param")).lower(), each) for each in called]
    made = () if isinstance(value, MadeLayer) else request.interpreter.library.made
    missed = [each for each in made if each not in called and not _is_for_states(each, called)]
    found += [(each.name.lower(), UnknownObject(Cause(each.name, each.place), each.name)) for each in missed]
    for _, each in found[len(called) :]:
        each.used = True
    if not found:
        raise ModelFileError("has no layer that is called on anything", request.module.file)
    family = family or next((each.family for each in called if isinstance(each, MadeLayer)), None)
    return parts_model(request, value, _numbered(found), family, remark)


def _is_for_states(layer: MadeLayer, called: list[Any]) -> bool:
    """Return whether a layer has no parameters of its own, as one that only gives the first state of another such layer."""
    if layer.arguments.get("parent", ...) is None:
        return True
    return layer.gives_states and any(isinstance(each, MadeLayer) and each.name == layer.name for each in called)


def _input(request: Request, given: Array, said: Any) -> Any:
    """Return what a module reads: with the width that is set beside the program, or what the program itself gives it."""
    if request.input_dim is not None and (said is None or isinstance(said, Array)):
        return Array(None, request.input_dim)
    return said if isinstance(said, (Array, list, tuple)) else given


def _follow(request: Request, value: Instance) -> None:
    """Follow what a module does with an input of which nothing is known."""
    function = value.cls.find("__call__") if value.cls else MISSING
    if isinstance(function, FunctionValue):
        names = function.positional[1:]
        said = dict(zip(names, value.notes.get("inputs", ()), strict=False))
        inputs = {
            name: _input(request, incoming(value.place, value.cls.name if value.cls else ""), said.get(name))
            for name in names
            if name not in function.defaults
        }
        request.interpreter.call(function.bound(value), [], inputs, Cause(function.name, value.place))


def method_result(request: Request, value: Instance) -> Any:
    """Return what the first method of an object gives that makes a model; the object, where it keeps the model or none does."""
    for name, method in (value.cls.scope.names if value.cls else {}).items():
        if name != "__init__" and isinstance(method, FunctionValue) and makes_layers(method):
            given = request.interpreter.call(method.bound(value), [], {}, Cause(name, value.place))
            if holds_models(value):
                return value
            if isinstance(given, (KerasModel, MadeLayer, Instance)):
                return given
    return value


def is_plain(value: Any) -> bool:
    """Return whether a value is an object of the text that is no module of a framework."""
    return isinstance(value, Instance) and module_family(value.cls) is None


def holds_models(value: Instance) -> bool:
    """Return whether an object has layers or models among its attributes."""
    return any(isinstance(each, KerasModel) for each in value.attributes.values()) or bool(everything(value))


def everything(value: Instance) -> list[tuple[str, Any]]:
    """Return the layers inside an object that is no module: all that it holds."""
    seen: set[int] = set()
    return [pair for name, each in value.attributes.items() for pair in owners(each, name, seen)]


def _numbered(found: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return layers with names of which none is there twice."""
    taken: dict[str, int] = {}
    named = []
    for name, each in found:
        taken[name] = taken.get(name, -1) + 1
        named.append((f"{name}_{taken[name]}", each))
    return named


def _framework(family: str, found: list[tuple[str, Any]]) -> str:
    """Return the name of a framework; that of NNX depends on its cells."""
    names = {each.name for _, each in found if isinstance(each, MadeLayer)}
    if family == "flax-nnx" and "OptimizedLSTMCell" in names:
        return "flax-nnx-optimized"
    return family
