"""Programs in Python as models: read statically, by following what they say; nothing of them is executed or imported.

``model.py:Encoder`` names an entry. What a size depends on and the text does not say is asked for, and only that.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, ModelError, ModelFileError, listed
from lstm_calc.formats.code import keras
from lstm_calc.formats.code.configuration import Configuration, with_params
from lstm_calc.formats.code.entries import entry_value, makes_layers
from lstm_calc.formats.code.flows import INPUT, incoming, set_up
from lstm_calc.formats.code.interpreter import Interpreter
from lstm_calc.formats.code.interpreter.control import Raised
from lstm_calc.formats.code.library import Library
from lstm_calc.formats.code.library.modules import module_family, owners
from lstm_calc.formats.code.origins import Origins
from lstm_calc.formats.code.parts import Parts, family_within, reads_what_comes, stored_weights
from lstm_calc.formats.code.piece import around_piece, without_prompts
from lstm_calc.formats.code.settings import Settings
from lstm_calc.formats.code.source import Source, parsed, read_text, text_in
from lstm_calc.formats.code.values import (
    MISSING,
    Cause,
    Foreign,
    Function,
    Instance,
    Made,
    Module,
    causes_of,
    is_unknown,
)
from lstm_calc.model import Model, Other

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_TEXT = "<code>"
_MOST_ASKED = 40
_MOST_TAKEN = 3
"""How many defaults are said to be taken."""
_LONGEST_SHOWN, _LONG = 120, "CODE"
"""A piece of code that is repeated in the command to copy."""


def load_code(
    path: str,
    entry: str | None,
    values: Mapping[str, Any] | None = None,
    input_dim: int | None = None,
    spare: Mapping[str, Any] | None = None,
    tell: Callable[[str], None] | None = None,
) -> Model:
    """Return the model of an entry of a file of Python or a notebook.

    ``values`` are by the expressions that they stand for; ``input_dim`` is the width of what flows in, where no layer states it.
    ``tell`` is given a line for each layer: where it is made, and where its sizes come from.
    Raises ModelFileError, with the line, where a value is missing, where there is no such model, and where the file is no Python.
    """
    text = read_text(Path(path), path)
    return _read(text, Path(path).name, entry, Settings(values or {}, spare), input_dim, Path(path), tell)


def read_code(
    text: str,
    values: Mapping[str, Any] | None = None,
    input_dim: int | None = None,
    spare: Mapping[str, Any] | None = None,
    tell: Callable[[str], None] | None = None,
) -> Model:
    """Return the model of a piece of a program, such as a single call that states its input.

    >>> read_code("nn.LSTM(10, 20, num_layers=2)").framework
    'pytorch'
    """
    return _read(without_prompts(text), _TEXT, None, Settings(values or {}, spare), input_dim, None, tell)


def read_program(
    data: bytes, file: str, entry: str | None, values: Mapping[str, Any] | None = None, spare: Mapping[str, Any] | None = None
) -> Model:
    """Return the model of an entry of a program that is no file on the disk; what it imports is not read."""
    text = text_in(data, file)
    return _read(text, file, entry, Settings(values or {}, spare), None, Path(file), None, source=Source(None))


def _read(
    text: str,
    file: str,
    entry: str | None,
    settings: Settings,
    input_dim: int | None,
    path: Path | None,
    tell: Callable[[str], None] | None,
    source: Source | None = None,
) -> Model:
    module = Module("__main__", file, parsed(text, file))
    module.lines = text.splitlines()
    library = Library(source or Source(None if path is None else path.parent))
    interpreter = Interpreter(library, settings, Origins(settings, kept=tell is not None))
    if path is None:
        module.scope.names.update(around_piece(module))
    piece = text if len(text) <= _LONGEST_SHOWN and "\n" not in text else _LONG
    asked = piece if path is None else f"{path}:{entry}" if entry else str(path)
    try:
        interpreter.run(module)
        value, remark = entry_value(interpreter, module, entry)
        model = _Reading(interpreter, module, input_dim, asked).model(value, remark)
    except Raised as error:
        raise ModelFileError(str(error), file) from None
    except RecursionError:
        raise ModelFileError("goes too deep to be followed", file) from None
    interpreter.settings.check_used()
    if tell is not None:
        for line in interpreter.origins.lines():
            tell(line)
    return model


class _Reading:
    """From the value of an entry to a Model, or to what is missing for one."""

    def __init__(self, interpreter: Interpreter, module: Module, input_dim: int | None, asked: str) -> None:
        self.interpreter = interpreter
        self.module = module
        self.input_dim = input_dim
        self.asked = asked

    def model(self, value: Any, remark: str) -> Model:
        """Return the model of a value."""
        if isinstance(value, tuple) and value and not isinstance(value[0], keras.Tensor):
            value = next((each for each in value if isinstance(each, (keras.Network, Instance, Made))), value)
        if _is_plain(value) and not _holds_models(value):
            value = self._method_result(value)
        kerased = self._keras_value(value)
        if kerased is not None:
            return self._keras(kerased, remark)
        family = family_within(value)
        if reads_what_comes(family) or (family is None and self._called()):
            return self._called_parts(value, family, remark)
        if is_unknown(value) and not owners(value):
            self._ask(list(causes_of(value)))
        return self._parts(value, owners(value) if not _is_plain(value) else _everything(value), family, remark)

    def _method_result(self, value: Instance) -> Any:
        """Return what the first method of an object gives that makes a model; the object, where it keeps the model or none does."""
        for name, method in (value.cls.scope.names if value.cls else {}).items():
            if name != "__init__" and isinstance(method, Function) and makes_layers(method):
                given = self.interpreter.call(method.bound(value), [], {}, Cause(name, value.place))
                if _holds_models(value):
                    return value
                if isinstance(given, (keras.Network, Made, Instance)):
                    return given
        return value

    def _called(self) -> list[Any]:
        return list(self.interpreter.library.called)

    # Frameworks whose layers are parts

    def _parts(self, value: Any, found: list[tuple[str, Any]], family: str | None, remark: str) -> Model:
        parts = Parts(self.input_dim)
        parts.add_all(found, value)
        self._ask(parts.missing)
        if self.input_dim is not None and not parts.used_input:
            raise LstmCalcError("--input is for layers that do not state what they read, and every layer here does")
        stored = [] if parts.layers else list(stored_weights(value))
        parts.add_all(stored, value)
        if not parts.layers:
            raise ModelFileError("has no layers that are known", self.module.file)
        name = "textbook" if stored else _framework(family or "pytorch", value, found)
        first = parts.layers[0].input_dim
        remarks = [remark, *(f"{unknown} is made in {place}" for unknown, place in parts.unknown.items())]
        try:
            origin = self._origin(name, "; ".join(filter(None, remarks)))
            return Model(parts.layers, first, origin=origin, framework=name, batch_first=parts.batch_first)
        except ModelError as error:
            raise ModelFileError(str(error), self.module.file) from None

    def _called_parts(self, value: Any, family: str | None, remark: str) -> Model:
        """Return the layers that are called, as they are met when the model is followed."""
        before = self._called()
        if isinstance(value, Instance):
            set_up(self.interpreter, value, Cause(value.cls.name if value.cls else "", value.place))
            if not before:
                self._follow(value)
        elif isinstance(value, Made) and not before:
            place = value.place
            self.interpreter.call(value, [incoming(place, value.name)] * 2, {}, Cause(value.name, place))
        called = self._called()
        found = [(str(getattr(each, "name", "param")).lower(), each) for each in called]
        made = () if isinstance(value, Made) else self.interpreter.library.made
        missed = [each for each in made if each not in called and each.arguments.get("parent", ...) is not None]
        found += [(each.name.lower(), Foreign(Cause(each.name, each.place), each.name)) for each in missed]
        for _, each in found[len(called) :]:
            each.used = True
        if not found:
            raise ModelFileError("has no layer that is called on anything", self.module.file)
        family = family or next((each.family for each in called if isinstance(each, Made)), None)
        return self._parts(value, _numbered(found), family, remark)

    def _follow(self, value: Instance) -> None:
        """Follow what a module does with an input of which nothing is known."""
        function = value.cls.find("__call__") if value.cls else MISSING
        if isinstance(function, Function):
            names = [each.arg for each in function.node.args.args][1:]
            inputs = {
                name: incoming(value.place, value.cls.name if value.cls else "") for name in names if name not in function.defaults
            }
            self.interpreter.call(function.bound(value), [], inputs, Cause(function.name, value.place))

    # Keras

    def _keras_value(self, value: Any) -> Any:
        """Return the model of Keras that a value is or holds, None where there is none."""
        if isinstance(value, (keras.Network, keras.Layer, keras.Tensor)):
            return value
        if isinstance(value, (list, tuple)) and value and isinstance(value[0], keras.Tensor):
            return value[0]
        if not isinstance(value, Instance):
            return None
        if module_family(value.cls) == "keras":
            return self._subclassed(value)
        held = [each for each in value.attributes.values() if isinstance(each, keras.Network)]
        if not held and value.cls is not None:
            return None
        inside = {id(layer) for each in held for layer in each.layers}
        outer = [each for each in held if id(each) not in inside]
        return outer[-1] if outer else None

    def _subclassed(self, value: Instance) -> Any:
        """Return what a model of the author's gives on inputs of which nothing is known."""
        place = value.place
        values, named = value.attributes.get("__given__", ((), {}))
        if list(keras.tensors_in([list(values), named])):
            return keras.functional(values, named, place)
        if value.attributes.get("layers") or (values and isinstance(values[0], (list, tuple))):
            return keras.Network(place, list(values[0]))
        function = value.cls.find("call") if value.cls else MISSING
        if not isinstance(function, Function):
            raise ModelFileError(f"{value.cls.name if value.cls else 'it'} has no call that could be followed", str(place))
        names = [each.arg for each in function.node.args.args][1:]
        inputs = {
            name: keras.incoming(place, name)
            for name in names
            if name not in function.defaults and name not in {"training", "mask"}
        }
        given = keras.call_instance(self.interpreter, value, [], inputs, Cause(function.name, place))
        outputs = list(keras.tensors_in(given))
        if not outputs:
            raise ModelFileError(
                f"{function.name} cannot be followed: what it returns does not follow from its layers",
                str(self.interpreter.place(function.node, function.scope)),
            )
        return keras.Network(place, None, [], outputs)

    def _keras(self, value: Any, remark: str) -> Model:
        from lstm_calc.formats import keras as configurations

        network = value
        if isinstance(value, keras.Tensor):
            network = keras.Network(self._place(), None, [], [value])
        if isinstance(value, keras.Layer):
            network = keras.Network(value.place, [value])
        configuration = Configuration(self.module.file, self.input_dim)
        config = configuration.network(network)
        spare = None if configuration.used_input else self.input_dim

        def read(filled: Any, width: int | None) -> Model:
            model = with_params(configurations.read(filled, self.module.file, width), configuration.params)
            return model.replace(origin=self._origin("keras", remark))

        try:
            model = self._countable(read, config, spare, configuration)
            return model.replace(origin="; ".join(filter(None, (model.origin, *_about(model, configuration)))) or None)
        except ModelFileError as error:
            if "--input" in str(error):
                self._ask(
                    [Cause(INPUT, self._first_place(network), "(the width of the input) is not in the code; say it as --input N")]
                )
            raise configuration.located(error, config) from None

    def _countable(self, read: Callable[..., Model], config: Any, spare: int | None, configuration: Configuration) -> Model:
        """Return the model; ask for what its inputs' sizes depend on where it cannot be counted without."""

        def is_countable() -> bool:
            try:
                _check_widths(read(config, spare))
            except ModelError:
                return False
            return True

        if configuration.missing or (configuration.open and not is_countable()):
            self._ask([*configuration.missing, *configuration.needed(is_countable)])
        return read(config, spare)

    def _place(self) -> Any:
        from lstm_calc.formats.code.values import Place

        return Place(self.module.file, 1)

    def _first_place(self, network: Any) -> Any:
        return network.layers[0].place if network.layers and hasattr(network.layers[0], "place") else network.place

    # What is missing, and what is said

    def _ask(self, causes: list[Cause]) -> None:
        """Raise ModelFileError, a line for each expression that has no value, and a command to copy; nothing without one."""
        found: dict[str, Cause] = {}
        for cause in causes:
            found.setdefault(cause.text, cause)
        if not found:
            return
        lines = [f"{cause.place}: {cause.shown or cause.text} {_why(cause)}" for cause in list(found.values())[:_MOST_ASKED]]
        more = [f"and {len(found) - _MOST_ASKED} more"] if len(found) > _MOST_ASKED else []
        options = " ".join(_option(cause) for cause in list(found.values())[:_MOST_ASKED])
        command = f"try: lstm-calc params {_quoted(self.asked)} {options}"
        raise Missing("\n".join([*lines, *more, command]))

    def _origin(self, name: str, remark: str) -> str | None:
        """Return which framework it is and from which import, and where the arguments of the model come from."""
        root = {"pytorch": "torch", "mlx": "mlx"}.get(name, name.partition("-")[0])
        said = f"{name}, for {self.asked}" if self.module.file == _TEXT and self.asked != _LONG else ""
        for path, cause in self.interpreter.library.imports.items():
            if root in path.split("."):
                where = "is in the code" if cause.place.file == _TEXT else f"is imported in {cause.place}"
                said = said or f"{name}, as {path} {where}"
                break
        taken = [f"{text} is taken as {value!r}" for text, value in list(self.interpreter.assumed.items())[:_MOST_TAKEN]]
        return "; ".join(filter(None, (said, remark, *taken))) or None


class Missing(ModelError):  # noqa: N818 - what it is for whoever catches it
    """Values that a program does not say, and on which its sizes depend."""


def _about(model: Model, configuration: Configuration) -> Iterator[str]:
    """Yield what is to be said of layers of Keras: the release that was assumed, and where those are made that are not known."""
    if configuration.assumes_reset_after:
        yield "GRU as since TensorFlow 2 and Keras 2.4, with reset_after=True; before, the default was False"
    for layer in model.layers:
        if not isinstance(layer, Other) or layer.params is not None:
            continue
        place = configuration.places.get(str(layer.name))
        if place is not None:
            yield f"{layer.class_name} is made in {place}"


def _why(cause: Cause) -> str:
    names = [name for name in cause.names if name != cause.text][:3]
    held = f", kept in {listed(names)}" if names else ""
    source = f", which is {cause.source}" if cause.source and not cause.text.endswith(cause.source) else ""
    return f"{cause.why or 'has no value in the code'}{source}{held}"


def _option(cause: Cause) -> str:
    if cause.text == INPUT:
        return "--input N"
    value = "N,N" if cause.text.endswith(".shape") else "N"
    text = f"{cause.shown or cause.text}={value}"
    return f"--set {text}" if re.fullmatch(r"[\w.=,]+", text) else f'--set "{text}"' if "'" in text else f"--set '{text}'"


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[\w./:-]+", text) else f'"{text}"' if "'" in text else f"'{text}'"


def _is_plain(value: Any) -> bool:
    return isinstance(value, Instance) and module_family(value.cls) is None


def _holds_models(value: Instance) -> bool:
    """Return whether an object has layers or models among its attributes."""
    return any(isinstance(each, keras.Network) for each in value.attributes.values()) or bool(_everything(value))


def _everything(value: Instance) -> list[tuple[str, Any]]:
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


def _framework(family: str, value: Any, found: list[tuple[str, Any]]) -> str:
    """Return the name of a framework; that of NNX depends on its cells."""
    del value
    names = {each.name for _, each in found if isinstance(each, Made)}
    if family == "flax-nnx" and "OptimizedLSTMCell" in names:
        return "flax-nnx-optimized"
    return family


def _check_widths(model: Model) -> None:
    """Raise ModelError where the count depends on a size that is not known."""
    for use in model.uses:
        if use.layer.weighted:
            _ = use.sizes if not _is_uncounted(use.layer) else None


def _is_uncounted(layer: Any) -> bool:
    return isinstance(layer, Other)


__all__ = ["Missing", "load_code", "read_code"]
