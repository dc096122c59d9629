"""What programs import: what is known of it, and what a program does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code import array_methods, arrays, keras_api
from lstm_calc.formats.code.array_shapes import known
from lstm_calc.formats.code.families import CONTAINERS, FAMILIES, family_of
from lstm_calc.formats.code.families.rows import pairs, words
from lstm_calc.formats.code.keras_api.classes import CLASSES, FUNCTIONS
from lstm_calc.formats.code.keras_api.graph import KerasModel, KerasTensor, MadeKerasLayer
from lstm_calc.formats.code.library import attributes, items, objects, python
from lstm_calc.formats.code.library.functions import SPECIAL
from lstm_calc.formats.code.library.layers import (
    TRANSPARENT,
    around,
    is_container,
    joined_container,
    make_layer,
    pretrained,
    usual_path,
)
from lstm_calc.formats.code.library.modules import BASE, module_family
from lstm_calc.formats.code.library.objects import is_enum, members
from lstm_calc.formats.code.trace import functions as traced
from lstm_calc.formats.code.trace import traced_in
from lstm_calc.formats.code.trace.layers import call_traced
from lstm_calc.formats.code.unknown import (
    MISSING,
    Cause,
    Imported,
    Place,
    Unknown,
    UnknownChoice,
    UnknownEntries,
    UnknownObject,
    causes_of,
)
from lstm_calc.formats.code.values import (
    Array,
    BuiltIn,
    ClassValue,
    FunctionValue,
    Instance,
    MadeLayer,
    Module,
    entries_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.formats.code.interpreter import Interpreter
    from lstm_calc.formats.code.source import ProgramFiles

_USUAL = pairs(
    """
    nn=torch.nn torch=torch F=torch.nn.functional tf=tensorflow tensorflow=tensorflow keras=keras layers=keras.layers
    models=keras.models K=keras.backend np=numpy numpy=numpy jnp=jax.numpy jax=jax eqx=equinox hk=haiku nnx=flax.nnx math=math
    paddle=paddle
    """
)
"""Names that are nearly always imported as one thing, for a piece of code without its imports."""
_PYTHONS_OWN = frozenset({"six.moves", "builtins", "past.builtins", "future.builtins"})
"""The modules from which programs that run in Python 2 as well import functions that Python has itself."""
_PYTHONS_OWN_NAMES = {"xrange": "range"}
_NO_SIZES = frozenset({"dropout", "p", "rate", "batch_first", "device", "dtype", "recurrent_dropout", "name"})
"""Arguments of layers on which no size depends."""


class Library:
    """What the interpreter asks about everything that is not plain Python."""

    def __init__(self, files: ProgramFiles) -> None:
        """Take the files beside the program."""
        self.files = files
        self.imports: dict[str, Cause] = {}
        """The first import of each framework, by the path that is imported."""
        self.called: list[Any] = []
        """The layers that read what comes in, and were called, in order; and parameters that were made on the way."""
        self.calls: list[Any] = []
        """The calls of layers of Keras that may have weights, in order; a LostTensor for one on what is not known."""
        self.flags = Instance(None, Place("", 1))
        """The flags of a program that uses those of absl or TensorFlow."""
        self.made: list[MadeLayer] = []
        """The layers that read what comes in, called or not."""

    attribute = staticmethod(attributes.attribute)
    class_attribute = staticmethod(attributes.class_attribute)
    base_attribute = staticmethod(attributes.base_attribute)
    set_attribute = staticmethod(attributes.set_attribute)
    make = staticmethod(objects.make)
    item = staticmethod(items.item)
    set_item = staticmethod(items.set_item)
    delete = staticmethod(items.delete)

    def imported(self, interpreter: Interpreter, path: str, cause: Cause, module: Module) -> Any:
        """Return what ``import path`` binds: a module of the files beside the program, or something outside."""
        found = self.files.module(interpreter, path, module)
        self.imports.setdefault(path, cause)
        return Imported(path, cause) if found is None else found

    def member(self, interpreter: Interpreter, path: str, name: str, cause: Cause, module: Module) -> Any:
        """Return what ``from path import name`` binds."""
        if path in _PYTHONS_OWN and (name in python.BUILTINS or name in _PYTHONS_OWN_NAMES):
            return python.BUILTINS[_PYTHONS_OWN_NAMES.get(name, name)]
        found = self.files.module(interpreter, path, module)
        if found is not None and name in found.scope.names:
            return found.scope.names[name]
        inner = self.files.module(interpreter, f"{path}.{name}" if path.strip(".") else path + name, module)
        if inner is not None:
            return inner
        self.imports.setdefault(f"{path}.{name}", cause)
        return Imported(f"{path}.{name}", cause)

    def star(self, interpreter: Interpreter, path: str, place: Place, module: Module) -> dict[str, Any]:
        """Return the names that ``from path import *`` binds, as far as they are known."""
        found = self.files.module(interpreter, path, module)
        if found is not None:
            return {name: value for name, value in found.scope.names.items() if not name.startswith("_")}
        self.imports.setdefault(path, Cause(path, place))
        home = family_of(f"{path}.x")
        names = _keras_names(path) if home and home[0] == "keras" else FAMILIES[home[0]] if home else ()
        return {name: Imported(f"{path}.{name}", Cause(name, place)) for name in names}

    def builtin(self, name: str, cause: Cause) -> Any:
        """Return what a name means that the text does not define."""
        if name in python.BUILTINS:
            return python.BUILTINS[name]
        if f"builtins.{name}" in SPECIAL:
            return Imported(f"builtins.{name}", Cause(name, Place("", 1)))
        if name in _USUAL:
            self.imports.setdefault(_USUAL[name], cause)
            return Imported(_USUAL[name], cause)
        if name in CLASSES or name in {*FUNCTIONS, "Layer"}:
            return Imported(f"keras.layers.{name}", cause)
        return Imported(f"torch.nn.{name}", cause) if name in FAMILIES["pytorch"] else MISSING

    def base(self, value: Any, cause: Cause) -> Any:
        """Return what a class inherits from; a dict is one from outside the text."""
        return Imported("builtins.dict", cause) if value is python.BUILTINS["dict"] else value

    def items(self, value: Any) -> list[Any] | None:
        """Return the entries of a value that is iterated over, None where they are not known."""
        if isinstance(value, ClassValue) and is_enum(value):
            return members(value)
        if isinstance(value, Array) and value.numbers is not None:
            return list(value.numbers)
        value = value.attributes.get(BASE, value) if isinstance(value, Instance) else value
        if isinstance(value, MadeLayer) and value.name in CONTAINERS:
            return list(value.inner)
        entries = entries_of(value)
        return None if entries is None else list(entries)

    def unpacked(self, interpreter: Interpreter, value: Any, number: int) -> list[Any]:
        """Return so many entries of a value of which no number is known; those that are set beside the program, where they are."""
        if isinstance(value, KerasTensor):
            return keras_api.unpacked(value, number)
        if isinstance(value, Array) and value.shape is not None:
            return [Array(value.shape[1:]) for _ in range(number)]
        if isinstance(value, Array):
            return [Array(None, value.width) for _ in range(number)]
        if isinstance(value, Imported):
            return [Unknown([value.cause]) for _ in range(number)]
        causes = causes_of(value)
        if isinstance(value, UnknownEntries):
            return [Unknown(causes) for _ in range(number)]
        parts = [[cause.replace(text=f"{cause.text}[{at}]", shown="") for cause in causes] for at in range(number)]
        said = [interpreter.settings.named(part[0].text) if len(part) == 1 else MISSING for part in parts]
        return [Unknown(part) if each is MISSING else each for part, each in zip(parts, said, strict=True)]

    def operate(self, interpreter: Interpreter, name: str, left: Any, right: Any, cause: Cause) -> Any:
        """Return what an operator gives on values of which one is no plain value."""
        del interpreter
        if isinstance(left, KerasTensor) or isinstance(right, KerasTensor):
            return keras_api.operate(name, left, right)
        if traced_in([left, right]):
            return traced.operate(name, left, right)
        if name == "Add" and is_container(left):
            return joined_container(left, right, new=True)
        if isinstance(left, Array) or isinstance(right, Array):
            return array_methods.operate(name, left, right)
        causes = causes_of([left, right])
        return Unknown(causes or [cause])

    def call(self, interpreter: Interpreter, function: Any, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
        """Return what the call of something outside the text gives."""
        if isinstance(function, Imported):
            return self._call_external(interpreter, function.path, positional, named, cause)
        if isinstance(function, (MadeKerasLayer, KerasModel)):
            return keras_api.call(interpreter, function, positional, named, cause)
        if isinstance(function, MadeLayer) and traced_in([*positional, *named.values()]):
            return call_traced(interpreter, function, positional, named, cause)
        if isinstance(function, MadeLayer):
            return arrays.call(interpreter, function, positional, named, cause)
        return self._call_unknown(interpreter, function, positional, named, cause)

    def _call_unknown(
        self, interpreter: Interpreter, function: Any, positional: Sequence[Any], named: dict[str, Any], cause: Cause
    ) -> Any:
        """Return what the call of something gives that is not known: a layer of Keras, where it reads a tensor."""
        shape = positional[0] if positional else named.get("shape")
        if isinstance(function, UnknownObject) and "initializers" in function.path and isinstance(shape, (list, tuple)):
            return Array(shape)
        if keras_api.is_called_on_tensor(positional, named) and _is_outside(function):
            layer = function if isinstance(function, UnknownObject) else UnknownObject(cause, function.causes[0].text)
            return keras_api.call(interpreter, layer, positional, named, cause)
        found = UnknownObject(cause, cause.text.partition("(")[0])
        causes = causes_of(function) if isinstance(function, Unknown) and not isinstance(function, UnknownObject) else ()
        found.chosen = tuple(each for each in causes if isinstance(function, UnknownChoice) or "(" not in each.text)
        if found.chosen:
            sizes = [*positional, *(value for name, value in named.items() if name not in _NO_SIZES)]
            found.chosen = tuple(dict.fromkeys((*found.chosen, *causes_of(sizes))))
        return found

    def call_instance(
        self, interpreter: Interpreter, instance: Instance, positional: Sequence[Any], named: dict[str, Any], cause: Cause
    ) -> Any:
        """Return what calling an object gives: its ``__call__``, ``call`` or ``forward``."""
        family = module_family(instance.cls)
        if family == "flax-linen":
            arrays.set_up(interpreter, instance, cause)
        if family == "keras":
            return keras_api.call_instance(interpreter, instance, positional, named, cause)
        if BASE in instance.attributes and instance.cls and instance.cls.find("forward") is MISSING:
            return self.call(interpreter, instance.attributes[BASE], positional, named, cause)
        for name in ("__call__", "forward"):
            found = instance.cls.find(name) if instance.cls else MISSING
            shaped = any(known(each) for each in positional) or traced_in([*positional, *named.values()])
            if isinstance(found, FunctionValue) and positional and not named and (axes := arrays.scan_axes(found)) is not None:
                return arrays.scanned(interpreter, found.bound(instance), positional, axes, cause)
            if isinstance(found, FunctionValue) and (family not in {"pytorch", "paddle"} or shaped):
                return interpreter.call(found.bound(instance), positional, named, cause)
        return Unknown([cause])

    def _call_external(  # noqa: PLR0911 - a case for each kind of thing that is imported
        self, interpreter: Interpreter, path: str, positional: Sequence[Any], named: dict[str, Any], cause: Cause
    ) -> Any:
        path = usual_path(path)
        if traced_in([*positional, *named.values()]) and (given := traced.function(path, positional, named, cause)) is not MISSING:
            return given
        special: Any = python.FUNCTIONS.get(path) or SPECIAL.get(path) or SPECIAL.get(path.rpartition(".")[2])
        if special is not None and "at" in named:
            return Unknown(causes_of([*positional, *named.values()]) or [cause])
        if special is not None:
            given = () if isinstance(special, BuiltIn) else (interpreter,)
            return getattr(special, "call", special)(*given, *positional, at=cause, **named)
        home = family_of(path)
        if path.endswith(".from_pretrained") and "Embedding" in path:
            return pretrained(interpreter, positional, named, cause)
        given = array_methods.function(path, positional, named, cause)
        if given is not MISSING:
            return given
        if home is None or home[0] == "keras":
            found = self._call_keras(interpreter, path, positional, named, cause, is_surely=home is not None)
            if found is not MISSING:
                return found
        last = path.rpartition(".")[2]
        if last in TRANSPARENT and positional:
            return around(last, positional[0], positional[1:], named)
        if home is None:
            return UnknownObject(cause, path)
        return make_layer(interpreter, *home, positional, named, cause, path)

    def _call_keras(
        self,
        interpreter: Interpreter,
        path: str,
        positional: Sequence[Any],
        named: dict[str, Any],
        cause: Cause,
        *,
        is_surely: bool,
    ) -> Any:
        """Return what something of Keras or TensorFlow makes or gives; what is neither is a layer, where it reads a tensor."""
        found = MISSING
        if is_surely or path.startswith(("tensorflow.", "keras.", "K.")):
            found = keras_api.make(interpreter, path, positional, named, cause)
        if found is MISSING and keras_api.is_called_on_tensor(positional, named):
            return keras_api.call(interpreter, UnknownObject(cause, path), positional, named, cause)
        return UnknownObject(cause, path) if found is MISSING and is_surely else found


def _is_outside(function: Any) -> bool:
    """Return whether what is called comes from outside the text, and is no argument or choice that is to be asked for."""
    if isinstance(function, UnknownObject):
        return not function.chosen
    causes = function.causes if type(function) is Unknown else ()
    return len(causes) == 1 and not causes[0].why and not causes[0].names and causes[0].text.isidentifier()


def _keras_names(path: str) -> Sequence[str]:
    """Return the names of a module of Keras, of which only some have layers."""
    last = path.rpartition(".")[2]
    if last in {"models", "engine", "training"}:
        return ("Sequential", "Model", "Input") if last == "models" else ("Model", "Input")
    return () if last in _WITHOUT_LAYERS else (*CLASSES, *FUNCTIONS, "Layer")


_WITHOUT_LAYERS = words(
    """
    backend optimizers callbacks utils losses metrics datasets preprocessing initializers regularizers
    """
)
