"""What programs import: what is known of it, and what a program does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code import flows, keras, plain
from lstm_calc.formats.code.families import CONTAINERS, FAMILIES, MODULES, READ_WHAT_COMES, WEIGHTLESS, family_of
from lstm_calc.formats.code.passed import known
from lstm_calc.formats.code.source import expression
from lstm_calc.formats.code.values import (
    MISSING,
    Array,
    Built,
    Cause,
    Choice,
    Class,
    External,
    Foreign,
    Function,
    Instance,
    Made,
    Module,
    Place,
    Super,
    Unknown,
    Weight,
    causes_of,
    is_unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter
    from lstm_calc.formats.code.source import Source

_USUAL = {
    "nn": "torch.nn",
    "torch": "torch",
    "F": "torch.nn.functional",
    "tf": "tensorflow",
    "tensorflow": "tensorflow",
    "keras": "keras",
    "layers": "keras.layers",
    "models": "keras.models",
    "K": "keras.backend",
    "np": "numpy",
    "numpy": "numpy",
    "jnp": "jax.numpy",
    "jax": "jax",
    "eqx": "equinox",
    "hk": "haiku",
    "nnx": "flax.nnx",
    "math": "math",
    "paddle": "paddle",
}
"""Names that are nearly always imported as one thing, for a piece of code without its imports."""
_TRANSPARENT = frozenset(
    [
        "DataParallel",
        "DistributedDataParallel",
        "script",
        "compile",
        "jit",
        "transform",
        "remat",
        "weight_norm",
        "spectral_norm",
        "orthogonal",
        "scan",
        "vmap",
        "transform_with_state",
        "without_apply_rng",
        "filter_jit",
        "BatchApply",
        "Dtype",
        "cast",
    ]
)
"""Functions around a layer that change no parameter; weight_norm is counted apart."""
_SAME = frozenset(
    [
        "to",
        "cuda",
        "cpu",
        "eval",
        "train",
        "float",
        "half",
        "double",
        "bfloat16",
        "apply",
        "requires_grad_",
        "share_memory",
        "type_as",
        "contiguous",
        "detach",
        "clone",
        "copy",
        "normal_",
        "uniform_",
        "zero_",
        "fill_",
        "copy_",
        "data",
        "t",
        "T",
        "permute",
        "view",
        "reshape",
        "unsqueeze",
        "squeeze",
        "type",
        "xavier_uniform_",
        "long",
        "numpy",
        "astype",
    ]
)
_NO_SIZES = frozenset({"dropout", "p", "rate", "batch_first", "device", "dtype", "recurrent_dropout", "name"})
"""Arguments of layers on which no size depends."""
_ARRAYS_ARE_PARAMETERS = frozenset({"equinox", "mlx"})
"""The frameworks in which every array that a module holds is a parameter."""
_NORM_OF_WEIGHTS = "weight_norm"
BASE = "__base__"
"""The attribute that holds the layer which an object is, where its class inherits from one."""


class Library:
    """What the interpreter asks about everything that is not plain Python."""

    def __init__(self, source: Source) -> None:
        """Take the files beside the program."""
        self.source = source
        self.imports: dict[str, Cause] = {}
        """The first import of each framework, by the path that is imported."""
        self.called: list[Any] = []
        """The layers that read what comes in, and were called, in order; and parameters that were made on the way."""
        self.made: list[Made] = []
        """The layers that read what comes in, called or not."""

    # Imports

    def imported(self, interpreter: Interpreter, path: str, cause: Cause, module: Module) -> Any:
        """Return what ``import path`` binds: a module of the files beside the program, or something outside."""
        found = self.source.module(interpreter, path, module)
        self.imports.setdefault(path, cause)
        return External(path, cause) if found is None else found

    def member(self, interpreter: Interpreter, path: str, name: str, cause: Cause, module: Module) -> Any:
        """Return what ``from path import name`` binds."""
        found = self.source.module(interpreter, path, module)
        if found is not None and name in found.scope.names:
            return found.scope.names[name]
        inner = self.source.module(interpreter, f"{path}.{name}" if path.strip(".") else path + name, module)
        if inner is not None:
            return inner
        self.imports.setdefault(f"{path}.{name}", cause)
        return External(f"{path}.{name}", cause)

    def star(self, interpreter: Interpreter, path: str, place: Place, module: Module) -> dict[str, Any]:
        """Return the names that ``from path import *`` binds, as far as they are known."""
        found = self.source.module(interpreter, path, module)
        if found is not None:
            return {name: value for name, value in found.scope.names.items() if not name.startswith("_")}
        self.imports.setdefault(path, Cause(path, place))
        home = family_of(f"{path}.x")
        names = (*keras.CLASSES, *keras.FUNCTIONS) if home and home[0] == "keras" else FAMILIES[home[0]] if home else ()
        return {name: External(f"{path}.{name}", Cause(name, place)) for name in names}

    def builtin(self, name: str, cause: Cause) -> Any:
        """Return what a name means that the text does not define."""
        if name in plain.BUILTINS:
            return plain.BUILTINS[name]
        if name == "getattr":
            return _GETATTR
        if name in {"setattr", "hasattr", "vars", "type", "eval"}:
            return {"setattr": _SETATTR, "hasattr": _HASATTR, "vars": _VARS, "type": _TYPE, "eval": _EVAL}[name]
        if name in _USUAL:
            self.imports.setdefault(_USUAL[name], cause)
            return External(_USUAL[name], cause)
        if name in keras.CLASSES or name in keras.FUNCTIONS:
            return External(f"keras.layers.{name}", cause)
        return External(f"torch.nn.{name}", cause) if name in FAMILIES["pytorch"] else MISSING

    # Attributes

    def attribute(self, interpreter: Interpreter, holder: Any, name: str, cause: Cause) -> Any:  # noqa: C901, PLR0911, PLR0912 - a case for each kind of value
        """Return an attribute of a value that is no object of the text, or that such an object does not have."""
        if isinstance(holder, Foreign) and name in holder.attributes:
            return holder.attributes[name]
        if isinstance(holder, Unknown) and name in {"view", "reshape"}:
            return Built(lambda *values, at, **__: _viewed(holder, values, at))
        if isinstance(holder, (Instance, Made, Foreign)):
            found = _module_method(interpreter, holder, name)
            if found is not MISSING:
                return found
        if isinstance(holder, Instance) and BASE in holder.attributes:
            return self.attribute(interpreter, holder.attributes[BASE], name, cause)
        if isinstance(holder, (keras.Layer, keras.Tensor, keras.Network)):
            return keras.attribute(interpreter, holder, name, cause)
        if isinstance(holder, Made):
            return _made_attribute(holder, name, cause)
        if isinstance(holder, Array):
            return flows.array_attribute(holder, name, cause)
        if isinstance(holder, Weight) and name == "requires_grad_":
            return Built(lambda flag=True, *_, at, **__: _freeze(holder, frozen=flag is False))  # noqa: ARG005 - as every call
        if isinstance(holder, Weight) and name in _SAME:
            return holder if name == "data" else Built(lambda *_, at, **__: holder)  # noqa: ARG005 - as every call
        if isinstance(holder, dict) and name == "__dict__":
            return holder
        if isinstance(holder, Instance) and name == "__dict__":
            return holder.attributes
        if isinstance(holder, Unknown) and name in {"upper", "lower", "strip", "title", "capitalize"}:
            return Built(lambda *_, at, **__: Unknown(holder.causes))  # noqa: ARG005 - as every call
        found = plain.method(interpreter, holder, name)
        return Unknown([cause]) if found is MISSING else found

    def class_attribute(self, interpreter: Interpreter, cls: Class, name: str, cause: Cause) -> Any:
        """Return an attribute that a class of the text does not have itself; a constructor is what makes it."""
        del interpreter
        return cls.name if name == "__name__" else Unknown([cause])

    def base_attribute(self, interpreter: Interpreter, holder: Super, name: str, cause: Cause) -> Any:
        """Return a method that is inherited from outside the text, called through ``super()``."""
        if name != "__init__":
            return self.attribute(interpreter, holder.instance, name, cause)

        def start(*values: Any, at: Cause, **named: Any) -> None:
            self._begin(interpreter, holder.instance, values, named, at)

        return Built(start)

    def set_attribute(self, interpreter: Interpreter, holder: Any, name: str, value: Any) -> None:  # noqa: C901 - a case for each kind of value
        """Set an attribute: a layer of a module, a tensor of a layer, whether it is trained."""
        if isinstance(holder, (Instance, Foreign)):
            holder.attributes[name] = value
            if isinstance(value, Array) and isinstance(holder, Instance) and module_family(holder.cls) in _ARRAYS_ARE_PARAMETERS:
                value.trained = True if value.trained is not False and not name.startswith("_") else None
            if isinstance(value, Array) and value.trained is not None:
                value.doubt = value.doubt or interpreter.doubt
        elif isinstance(holder, Weight) and name == "requires_grad":
            _freeze(holder, frozen=value is False)
        elif isinstance(holder, Array) and name == "requires_grad" and isinstance(value, bool):
            holder.trained = value
        elif isinstance(holder, keras.Layer):
            holder.config[name] = value
        elif isinstance(holder, keras.Network):
            holder.trainable = value is not False
        elif isinstance(holder, Made) and isinstance(value, Array) and name in {"weight", "bias"}:
            if value.trained is False:
                holder.frozen.add(name)
        elif isinstance(holder, Made):
            holder.attributes[name] = value
        elif isinstance(holder, Class):
            holder.scope.names[name] = value

    # What is iterated over, unpacked, indexed, computed

    def items(self, value: Any) -> list[Any] | None:
        """Return the entries of a value that is iterated over, None where they are not known."""
        value = value.attributes.get(BASE, value) if isinstance(value, Instance) else value
        if isinstance(value, Made) and value.name in CONTAINERS:
            return list(value.inner)
        if isinstance(value, Instance) and value.cls is not None and "__parameters__" in value.attributes:
            return [Weight(value, "*")]
        return None

    def unpacked(self, value: Any, number: int) -> list[Any]:
        """Return so many entries of a value of which no number is known."""
        if isinstance(value, keras.Tensor):
            return keras.unpacked(value, number)
        if isinstance(value, Array) and value.shape is not None:
            return [Array(value.shape[1:]) for _ in range(number)]
        if isinstance(value, Array):
            return [Array(None, value.width) for _ in range(number)]
        if isinstance(value, External):
            return [Unknown([value.cause]) for _ in range(number)]
        causes = causes_of(value)
        return [Unknown(cause.replace(text=f"{cause.text}[{at}]", shown="") for cause in causes) for at in range(number)]

    def item(self, interpreter: Interpreter, holder: Any, key: Any, cause: Cause) -> Any:  # noqa: PLR0911 - a case for each kind of value
        """Return an entry of a value."""
        del interpreter
        holder = holder.attributes.get(BASE, holder) if isinstance(holder, Instance) else holder
        if isinstance(holder, Instance) and isinstance(key, str):
            return holder.attributes.get(key, Unknown([cause]))
        if isinstance(holder, keras.Tensor):
            return keras.item(holder, key)
        if isinstance(holder, Array):
            return flows.item(holder, key)
        if isinstance(holder, flows.Shape) and key == -1 and holder.array.width is not None:
            return holder.array.width
        if isinstance(holder, Made) and holder.inner and isinstance(key, (int, slice)):
            try:
                found = holder.inner[key]
            except IndexError:
                return Unknown([cause])
            return _sliced(holder, found) if isinstance(key, slice) else found
        if isinstance(holder, Made) and isinstance(key, str):
            return holder.attributes.get(key, Unknown([cause]))
        return Unknown([cause])

    def operate(self, interpreter: Interpreter, name: str, left: Any, right: Any, cause: Cause) -> Any:
        """Return what an operator gives on values of which one is no plain value."""
        del interpreter
        if isinstance(left, keras.Tensor) or isinstance(right, keras.Tensor):
            return keras.operate(name, left, right)
        for one in (left, right):
            if isinstance(one, Array):
                return flows.operate(one, right if one is left else left)
        causes = causes_of([left, right])
        return Unknown(causes or [cause])

    # Calls

    def call(self, interpreter: Interpreter, function: Any, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
        """Return what the call of something outside the text gives."""
        if isinstance(function, External):
            return self._call_external(interpreter, function.path, positional, named, cause)
        if isinstance(function, (keras.Layer, keras.Network)):
            return keras.call(interpreter, function, positional, named, cause)
        if isinstance(function, Made):
            return flows.call(interpreter, function, positional, named, cause)
        shape = positional[0] if positional else named.get("shape")
        if isinstance(function, Foreign) and "initializers" in function.path and isinstance(shape, (list, tuple)):
            return Array(shape)
        found = Foreign(cause, cause.text.partition("(")[0])
        causes = causes_of(function) if isinstance(function, Unknown) and not isinstance(function, Foreign) else ()
        found.chosen = tuple(each for each in causes if isinstance(function, Choice) or "(" not in each.text)
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
            flows.set_up(interpreter, instance, cause)
        if family == "keras":
            return keras.call_instance(interpreter, instance, positional, named, cause)
        if BASE in instance.attributes and instance.cls and instance.cls.find("forward") is MISSING:
            return flows.call(interpreter, instance.attributes[BASE], positional, named, cause)
        for name in ("__call__", "forward"):
            found = instance.cls.find(name) if instance.cls else MISSING
            traced = family not in {"pytorch", "paddle"} or any(known(each) for each in positional)
            if isinstance(found, Function) and traced:
                return interpreter.call(found.bound(instance), positional, named, cause)
        return Unknown([cause])

    def _call_external(  # noqa: PLR0911 - a case for each kind of thing that is imported
        self, interpreter: Interpreter, path: str, positional: Sequence[Any], named: dict[str, Any], cause: Cause
    ) -> Any:
        path = _usual_path(path)
        special = plain.FUNCTIONS.get(path) or _SPECIAL.get(path) or _SPECIAL.get(path.rpartition(".")[2])
        if special is not None:
            return (
                special(interpreter, *positional, at=cause, **named)
                if not isinstance(special, Built)
                else special.call(*positional, at=cause, **named)
            )
        home = family_of(path)
        if path.endswith(".from_pretrained") and "Embedding" in path:
            return _pretrained(interpreter, positional, named, cause)
        traced = flows.function(path, positional, named, cause)
        if traced is not MISSING:
            return traced
        if (home is None and path.startswith(("tensorflow.", "keras.", "K."))) or (home is not None and home[0] == "keras"):
            found = keras.make(interpreter, path, positional, named, cause)
            return Foreign(cause, path) if found is MISSING else found
        last = path.rpartition(".")[2]
        if last in _TRANSPARENT and positional:
            return _around(last, positional[0])
        if home is None:
            return Foreign(cause, path)
        return self._make(interpreter, *home, positional, named, cause, path)

    def _make(
        self,
        interpreter: Interpreter,
        family: str,
        name: str,
        positional: Sequence[Any],
        named: dict[str, Any],
        cause: Cause,
        path: str,
    ) -> Any:
        """Return a layer of a framework."""
        if name in {"Parameter", "Param", "Variable", "create_parameter"}:
            return _parameter(positional, named, cause)
        if name[:1].islower():
            layer = next((each for each in positional if isinstance(each, (Array, Made, Instance, Weight))), None)
            return Foreign(cause, path) if layer is None else layer
        kind = FAMILIES[family].get(name)
        arguments = dict(named)
        if kind is not None:
            arguments = {**kind.arguments, **dict(zip(list(kind.arguments), positional, strict=False)), **named}
        missing = {each: interpreter.settings.named(each) for each, value in arguments.items() if value is ...}
        arguments |= {each: value for each, value in missing.items() if value is not MISSING}
        made = Made(family, name, arguments, cause.place, interpreter.doubt)
        made.given = () if kind is not None else tuple(positional)
        if name in CONTAINERS or (
            name in {"RNN", "Bidirectional"} and any(isinstance(each, (Made, Instance)) for each in positional)
        ):
            made.inner = _contained(positional, named, made)
            made.name = made.name if name in CONTAINERS else f"{name}()"
        elif kind is None and name not in WEIGHTLESS and not name.endswith("Loss"):
            made.attributes["__unknown__"] = True
        if family in READ_WHAT_COMES and kind is not None:
            self.made.append(made)
        return made

    def make(
        self, interpreter: Interpreter, instance: Instance, positional: Sequence[Any], named: dict[str, Any], cause: Cause
    ) -> None:
        """Make an object of a class without a constructor of its own: as a dataclass, or as what it inherits from does."""
        cls = instance.cls
        if cls is None:
            return
        family = module_family(cls)
        named_fields = family in {"flax-linen", "equinox"} or any(each.rpartition(".")[2] == "dataclass" for each in cls.decorators)
        if named_fields or any(each.endswith(("NamedTuple", "BaseModel", "Struct", "PretrainedConfig")) for each in cls.externals):
            _fill(interpreter, instance, positional, named, cause)
        else:
            self._begin(interpreter, instance, positional, named, cause)
        if family == "flax-linen":
            instance.attributes["__set_up__"] = False

    def _begin(
        self, interpreter: Interpreter, instance: Instance, positional: Sequence[Any], named: dict[str, Any], cause: Cause
    ) -> None:
        """Keep what a constructor outside the text is given; what inherits from a layer has the parameters of that layer."""
        instance.attributes["__given__"] = (tuple(positional), dict(named))
        for path in instance.cls.externals if instance.cls else ():
            family, name = family_of(_usual_path(path)) or ("keras", "")
            if family != "keras" and (name in FAMILIES[family] or name in CONTAINERS):
                instance.attributes[BASE] = self._make(interpreter, family, name, positional, named, cause, path)
                return


def _usual_path(path: str) -> str:
    """Return a path with the names of modules that are the same."""
    for short, long in (("np.", "numpy."), ("torch.nn.parameter.", "torch.nn."), ("mlx.core.", "mlx.core.")):
        if path.startswith(short):
            return long + path[len(short) :]
    return path


def module_family(cls: Class | None) -> str | None:
    """Return the framework whose modules a class of the text inherits from, None where it is of none."""
    for path in cls.externals if cls else ():
        for family, homes in MODULES.items():
            if path in homes:
                return family
        home = family_of(path)
        if home is not None and home[1][:1].isupper():
            return home[0]
        if path.rpartition(".")[2] in {"LightningModule", "Module"} or path.endswith("nn.Module"):
            return "pytorch"
    return None


def _fill(interpreter: Interpreter, instance: Instance, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> None:
    """Set the fields of a dataclass; one without a value is not known."""
    cls = instance.cls
    fields = cls.fields if cls else {}
    given = {**dict(zip(fields, positional, strict=False)), **named}
    for name, node in fields.items():
        value = given.pop(name, MISSING)
        if value is MISSING:
            value = _field_default(interpreter, instance, name, node, cause)
        instance.attributes[name] = value
    instance.attributes.update({name: value for name, value in given.items() if name not in {"name", "parent"}})
    finish = cls.find("__post_init__") if cls else MISSING
    if isinstance(finish, Function):
        interpreter.call(finish.bound(instance), [], {}, cause)


def _field_default(interpreter: Interpreter, instance: Instance, name: str, node: Any, cause: Cause) -> Any:
    cls = instance.cls
    value = cls.find(name) if cls else MISSING
    if isinstance(value, Foreign) and value.path.endswith("field"):
        value = value.attributes.get("default", MISSING)
    if value is MISSING:
        said = interpreter.settings.named(name)
        if said is not MISSING:
            return said
        place = Place(cause.place.file, node.lineno) if cls is None else Place(cls.place.file, node.lineno)
        return Unknown([Cause(name, place, f"is a field of {cls.name if cls else 'it'} without a value")])
    return value


def _field(interpreter: Interpreter, *_: Any, at: Cause, **named: Any) -> Any:
    """Return the default of a field of a dataclass."""
    found = Foreign(at, "dataclasses.field")
    if "default_factory" in named:
        named["default"] = interpreter.call(named["default_factory"], [], {}, at)
    found.attributes = named
    return found


def _contained(positional: Sequence[Any], named: dict[str, Any], made: Made) -> list[Any]:
    """Return the layers in a container, whose names may be given."""
    first = positional[0] if positional else next(iter(named.values()), [])
    if made.name in {"TransformerEncoder", "TransformerDecoder"}:
        times = named.get("num_layers", positional[1] if len(positional) > 1 else 1)
        norm = named.get("norm", positional[2] if len(positional) > 2 else None)
        made.arguments["num_layers"] = times
        each = [plain.clone(first) for _ in range(times if isinstance(times, int) else 1)]
        return [*each, *([norm] if norm is not None else [])]
    if isinstance(first, (list, tuple)):
        return [each[1] if isinstance(each, tuple) and len(each) == 2 and isinstance(each[0], str) else each for each in first]
    if isinstance(first, Made) and len(positional) == 1 and first.name in CONTAINERS and made.name != "Sequential":
        return list(first.inner)
    if isinstance(first, dict):
        made.attributes.update({str(name): each for name, each in first.items()})
        return list(first.values())
    return list(positional)


def _viewed(holder: Unknown, values: Sequence[Any], at: Cause) -> Any:
    """Return a tensor of which nothing is known, in a shape of which all sizes but the first are said."""
    shape = values[0] if len(values) == 1 and isinstance(values[0], (list, tuple)) else values
    if len(shape) > 1 and all(isinstance(size, int) and size > 0 for size in shape[1:]):
        return Array((shape[0] if isinstance(shape[0], int) and shape[0] > 0 else Unknown([at]), *shape[1:]))
    return Foreign(at, at.text.partition("(")[0]) if isinstance(holder, Foreign) else Unknown([at])


def _sliced(holder: Made, found: list[Any]) -> Made:
    """Return some of the layers of a container, as a container."""
    made = Made(holder.family, holder.name, {}, holder.place, holder.doubt)
    made.inner = found
    return made


def _parameter(positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
    """Return a parameter: a tensor that is trained unless it says otherwise."""
    value = positional[0] if positional else named.get("data", named.get("shape"))
    trained = named.get("requires_grad", positional[1] if len(positional) > 1 else True) is not False
    if isinstance(value, (list, tuple)):
        value = Array(value)
    if isinstance(value, Weight):
        return value
    shape = value.shape if isinstance(value, Array) and value.shape is not None else None
    if isinstance(value, (int, float)):
        shape = ()
    found = Array((Unknown(causes_of(value) or [cause]),) if shape is None else shape, trained=trained)
    found.place = cause.place
    return found


def _around(name: str, layer: Any) -> Any:
    """Return a layer inside a function that changes no parameter; weight_norm adds a gain for each output."""
    if name == _NORM_OF_WEIGHTS and isinstance(layer, Made):
        layer.attributes["__gain__"] = True
    return layer


def _pretrained(interpreter: Interpreter, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Made:
    """Return an embedding whose table is given: of its shape, and not trained unless it says so."""
    table = named.get("embeddings", positional[0] if positional else None)
    freeze = named.get("freeze", positional[1] if len(positional) > 1 else True)
    shape = flows.shape_of(interpreter, table, cause)
    made = Made("pytorch", "Embedding", {"num_embeddings": shape[0], "embedding_dim": shape[1]}, cause.place, interpreter.doubt)
    if freeze is not False:
        made.frozen.add("*")
    if is_unknown(freeze):
        made.doubt = (*made.doubt, *causes_of(freeze))
    return made


def _made_attribute(holder: Made, name: str, cause: Cause) -> Any:
    if name in holder.attributes:
        return holder.attributes[name]
    if name == "bias" and holder.name not in {"LSTM", "GRU", "RNN"}:
        return None if holder.arguments.get("bias") is False else Weight(holder, "bias")
    if name in holder.arguments:
        return holder.arguments[name]
    if name in {"weight", "bias", "kernel"} or name.startswith(("weight_", "bias_")):
        return Weight(holder, "weight" if name == "kernel" else name)
    return Unknown([cause])


def _freeze(weight: Weight, *, frozen: bool) -> None:
    owner = weight.owner
    if isinstance(owner, Array):
        owner.trained = not frozen
    elif isinstance(owner, (Made, Foreign)):
        owner.used = True  # type: ignore[union-attr]  # a Made may carry it as well
        if frozen:
            owner.frozen.add(weight.name)
        else:
            owner.frozen.discard(weight.name)


def owners(value: Any, path: str = "", seen: set[int] | None = None) -> list[tuple[str, Any]]:
    """Return everything inside a module that has parameters, each once, with its path."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return []
    seen.add(id(value))
    if isinstance(value, Array):
        return [(path, value)] if value.trained is not None else []
    found: list[tuple[str, Any]] = []
    if isinstance(value, Made) and not value.inner:
        found.append((path, value))
    elif isinstance(value, Made):
        inner = (_outside(each) if type(each) is Unknown else each for each in value.inner)
        pairs = ((f"{path}.{at}".lstrip("."), each) for at, each in enumerate(inner))
        found += [pair for name, each in pairs for pair in owners(each, name, seen)]
    if isinstance(value, Foreign):
        found.append((path, value))
    if isinstance(value, (Instance, Foreign)):
        pairs = ((path if name == BASE else f"{path}.{name}".lstrip("."), each) for name, each in value.attributes.items())
        found += [pair for name, each in pairs if is_part(value, each) for pair in owners(each, name, seen)]
    if isinstance(value, (list, tuple)):
        found += [pair for at, each in enumerate(value) for pair in owners(each, f"{path}.{at}".lstrip("."), seen)]
    if isinstance(value, dict):
        found += [pair for name, each in value.items() for pair in owners(each, f"{path}.{name}".lstrip("."), seen)]
    return found


def _outside(value: Unknown) -> Foreign:
    """Return what stands among layers and is not known, as a layer that is not."""
    found = Foreign(value.causes[0], value.causes[0].text)
    found.used = True
    return found


def is_part(holder: Any, value: Any) -> bool:
    """Return whether an attribute of a module counts as a part of it: in PyTorch a plain list of layers does not."""
    if isinstance(value, (list, tuple, dict)):
        return isinstance(holder, Instance) and module_family(holder.cls) not in {"pytorch", "paddle", None}
    if isinstance(value, Array):
        return value.trained is not None
    return isinstance(value, (Made, Foreign)) or (isinstance(value, Instance) and value.cls is not None)


def _weights(holder: Any) -> list[Weight]:
    return [Weight(owner, "*") for _, owner in owners(holder)]


def _named_weights(holder: Any) -> list[tuple[str, Weight]]:
    found = []
    for path, owner in owners(holder):
        names = names_of(owner)
        whole = isinstance(owner, Made) and owner.name != "Embedding"
        found += [(f"{path}.{name}", Weight(owner, name)) for name in names] if whole else [(f"{path}.weight", Weight(owner, "*"))]
    return found


_WITHOUT_BIAS = frozenset({"Embedding", "EmbeddingBag", "RMSNorm", "PReLU"})


def names_of(owner: Any) -> tuple[str, ...]:
    """Return the names of the tensors of a layer, as PyTorch gives them."""
    has_bias = isinstance(owner, Made) and owner.name not in _WITHOUT_BIAS and owner.arguments.get("bias") is not False
    if isinstance(owner, Made) and owner.name in {"LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell"}:
        depth = owner.arguments.get("num_layers", 1)
        ends = [""] if owner.name.endswith("Cell") else [f"_l{at}" for at in range(depth if isinstance(depth, int) else 1)]
        ends = [f"{end}{back}" for end in ends for back in (["", "_reverse"] if owner.arguments.get("bidirectional") else [""])]
        kinds = ("weight_ih", "weight_hh", *(("bias_ih", "bias_hh") if has_bias else ()))
        return tuple(f"{kind}{end}" for end in ends for kind in kinds)
    return ("weight", "bias") if has_bias else ("weight",)


def _add(holder: Any) -> Callable[..., Any]:
    def add(name: Any, value: Any = None, *, at: Cause, **_: Any) -> Any:
        del at
        if isinstance(name, str):
            holder.attributes[name] = value
            if isinstance(holder, Made):
                holder.inner.append(value)
        return value

    return add


def _module_method(interpreter: Interpreter, holder: Any, name: str) -> Any:  # noqa: C901, PLR0911 - a case for each name
    """Return what modules of PyTorch offer beside what they are made of."""
    if name in _SAME:
        return Built(lambda *values, at, **__: _same(holder, name, values))  # noqa: ARG005 - as every call
    if name in {"parameters", "trainable_parameters"}:
        return Built(lambda *_, at, **__: _marked(_weights(holder), holder))  # noqa: ARG005 - as every call
    if name == "named_parameters":
        return Built(lambda *_, at, **__: _named_weights(holder))  # noqa: ARG005 - as every call
    if name in {"modules", "children"} and not isinstance(holder, Foreign):
        return Built(lambda *_, at, **__: [owner for _, owner in owners(holder)])  # noqa: ARG005 - as every call
    if name in {"add_module", "register_module", "register_parameter", "add_sublayer", "add_parameter"}:
        return Built(_add(holder))
    if name in {"freeze", "unfreeze"} and isinstance(holder, Made):
        return Built(lambda *_, at, **__: holder.frozen.add("*") if name == "freeze" else holder.frozen.clear())  # noqa: ARG005
    if name == "register_buffer":
        return Built(lambda *_, at, **__: None)  # noqa: ARG005 - as every call
    if name in {"append", "extend", "insert"} and isinstance(holder, Made):
        return Built(lambda *values, at, **__: getattr(holder.inner, name)(*values))  # noqa: ARG005 - as every call
    if name == "save_hyperparameters" and isinstance(holder, Instance):
        return Built(lambda *_, at, **__: None)  # noqa: ARG005 - as every call
    if name == "create_parameter" and isinstance(holder, Instance):
        return Built(lambda *values, at, **named: _parameter(values, named, at))
    if isinstance(holder, Instance) and module_family(holder.cls) == "keras":
        return keras.instance_method(interpreter, holder, name)
    if isinstance(holder, Instance) and module_family(holder.cls) == "flax-linen" and name == "param":
        return Built(lambda _, __=None, shape=(), *___, at, **____: flows.linen_parameter(interpreter, shape, at))
    return MISSING


def _marked(weights: list[Weight], holder: Any) -> list[Weight]:
    if isinstance(holder, Foreign):
        holder.used = True
    return weights


def _same(holder: Any, name: str, values: Sequence[Any]) -> Any:
    if name == "requires_grad_":
        for weight in _weights(holder):
            _freeze(weight, frozen=values[:1] == (False,))
    return holder


def _get(interpreter: Interpreter, holder: Any, name: Any, *default: Any, at: Cause) -> Any:
    if not isinstance(name, str):
        return Unknown(causes_of(name) or [at])
    found = interpreter.attribute(holder, name, at)
    if default and is_unknown(found) and interpreter.is_default(default[0]):
        return interpreter.assume(default[0], at)
    return default[0] if default and is_unknown(found) and not isinstance(holder, (Unknown, External)) else found


def _set(interpreter: Interpreter, holder: Any, name: Any, value: Any, *, at: Cause) -> None:
    del at
    if isinstance(name, str):
        interpreter.library.set_attribute(interpreter, holder, name, value)


def _has(interpreter: Interpreter, holder: Any, name: Any, *, at: Cause) -> Any:
    if is_unknown(holder) or is_unknown(name):
        return Unknown([at])
    return not is_unknown(interpreter.attribute(holder, name, at))


_GETATTR = External("builtins.getattr", Cause("getattr", Place("", 1)))
_SETATTR = External("builtins.setattr", Cause("setattr", Place("", 1)))
_HASATTR = External("builtins.hasattr", Cause("hasattr", Place("", 1)))
_VARS = External("builtins.vars", Cause("vars", Place("", 1)))
_EVAL = External("builtins.eval", Cause("eval", Place("", 1)))
_TYPE = External("builtins.type", Cause("type", Place("", 1)))


def _partial(interpreter: Interpreter, function: Any, *first: Any, at: Cause, **given: Any) -> Any:
    del at
    return Built(lambda *values, at, **named: interpreter.call(function, [*first, *values], given | named, at))


def _parser(interpreter: Interpreter, *_: Any, at: Cause, **__: Any) -> Any:
    """Return a parser of arguments: a namespace that has what it was told of."""
    del interpreter
    parser, given = Instance(None, at.place), Instance(None, at.place)

    def add(*flags: Any, at: Cause, **named: Any) -> Any:
        del at
        words = [flag for flag in flags if isinstance(flag, str)]
        name = named.get("dest") or next((word for word in words if word.startswith("--")), words[0] if words else "")
        key = str(name).lstrip("-").replace("-", "_")
        switch = {"store_true": False, "store_false": True}.get(named.get("action", ""))
        positional = words[:1] == [key] or named.get("required") is True
        if "default" in named or switch is not None or not positional:
            given.attributes[key] = _as_type(named.get("default", switch), named.get("type"))
        return None

    def preset(*_: Any, at: Cause, **named: Any) -> None:
        del at
        given.attributes.update(named)

    parser.attributes = {
        "add_argument": Built(add),
        "set_defaults": Built(preset),
        "parse_args": Built(lambda *_, at, **__: given),  # noqa: ARG005 - as every call
        "parse_known_args": Built(lambda *_, at, **__: (given, [])),  # noqa: ARG005 - as every call
        **dict.fromkeys(
            ("add_argument_group", "add_mutually_exclusive_group"),
            Built(lambda *_, at, **__: parser),  # noqa: ARG005 - as every call
        ),
    }
    return parser


def _as_type(value: Any, kind: Any) -> Any:
    """Return a default as argparse converts it: a text by the type that is asked for."""
    if isinstance(value, str) and isinstance(kind, Built):
        for name, convert in (("int", int), ("float", float)):
            if kind is plain.BUILTINS[name]:
                try:
                    return convert(value)
                except ValueError:
                    return value
    return value


def _namespace(interpreter: Interpreter, *first: Any, at: Cause, **named: Any) -> Any:
    del interpreter
    given = first[0] if first and isinstance(first[0], dict) else {}
    found = {str(key): value for key, value in given.items()} | named
    return Instance(None, at.place, **{key: _nested(value, at) for key, value in found.items()})


def _nested(value: Any, at: Cause) -> Any:
    return (
        Instance(None, at.place, **{str(key): _nested(each, at) for key, each in value.items()})
        if isinstance(value, dict)
        else value
    )


def _clone(interpreter: Interpreter, value: Any, *_: Any, at: Cause, **__: Any) -> Any:
    del interpreter, at
    return plain.clone(value)


def _split(interpreter: Interpreter, _: Any = None, number: Any = 2, *, at: Cause, **named: Any) -> Any:
    """Return so many random keys."""
    del interpreter
    number = named.get("num", number)
    return (
        [Foreign(at, "jax.random.split") for _ in range(min(number, 10_000))]
        if isinstance(number, int)
        else Unknown(causes_of(number))
    )


def _scan(interpreter: Interpreter, function: Any, start: Any = None, inputs: Any = None, *_: Any, at: Cause, **named: Any) -> Any:
    """Return what a function gives that is applied to each step; it is followed once."""
    inputs = named.get("xs", inputs)
    found = interpreter.call(
        function, [named.get("init", start), flows.item(inputs, 0) if isinstance(inputs, Array) else inputs], {}, at
    )
    return found if isinstance(found, tuple) and len(found) == 2 else (Unknown([at]), Unknown([at]))


def _unroll(interpreter: Interpreter, core: Any, inputs: Any = None, state: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
    """Return what a core of Haiku gives on a sequence."""
    found = interpreter.call(core, [inputs, state], {}, at)
    return found if isinstance(found, tuple) else (found, Unknown([at]))


def _vars(interpreter: Interpreter, value: Any = None, *, at: Cause) -> Any:
    del interpreter
    return value.attributes if isinstance(value, Instance) else Unknown([at])


def _fields_of(interpreter: Interpreter, value: Any = None, *, at: Cause, **_: Any) -> Any:
    """Return the fields of a dataclass as a dict."""
    if not isinstance(value, Instance):
        return Unknown(causes_of(value) or [at])
    names = value.cls.fields if value.cls is not None else value.attributes
    return {
        name: _fields_of(interpreter, each, at=at) if isinstance(each, Instance) else each
        for name, each in value.attributes.items()
        if name in names
    }


def _replaced(interpreter: Interpreter, value: Any = None, *, at: Cause, **named: Any) -> Any:
    """Return a copy of a dataclass with other values for some fields."""
    del interpreter
    if not isinstance(value, Instance):
        return Unknown(causes_of(value) or [at])
    copy = Instance(value.cls, value.place, **{**value.attributes, **named})
    copy.made = value.made
    return copy


def _named_tuple(interpreter: Interpreter, _: Any = None, names: Any = (), *__: Any, at: Cause, **more: Any) -> Any:
    """Return the class of a tuple with names for its entries: what it makes is a namespace."""
    del interpreter
    if is_unknown(names):
        return Unknown(causes_of(names) or [at])
    fields = [str(each) for each in (names.replace(",", " ").split() if isinstance(names, str) else names)]
    defaults = more.get("defaults") or ()
    spare = dict(zip(fields[len(fields) - len(defaults) :], defaults, strict=False))

    def make(*values: Any, at: Cause, **named: Any) -> Instance:
        return Instance(None, at.place, **{**spare, **dict(zip(fields, values, strict=False)), **named})

    return Built(make)


def _evaluated(interpreter: Interpreter, text: Any = None, *_: Any, at: Cause, **__: Any) -> Any:
    """Return the value of an expression that stands in a text, in the scope of the program; it is followed as all others are."""
    node = expression(text, at.place.line) if isinstance(text, str) else None
    if node is None or interpreter.module is None:
        return Unknown(causes_of(text) or [at])
    return interpreter.value(node, interpreter.module.scope)


def _type(interpreter: Interpreter, value: Any = None, *_: Any, at: Cause) -> Any:
    del interpreter
    return value.cls if isinstance(value, Instance) and value.cls else Unknown([at])


_SPECIAL: dict[str, Callable[..., Any]] = {
    "builtins.getattr": _get,
    "builtins.setattr": _set,
    "builtins.hasattr": _has,
    "builtins.vars": _vars,
    "builtins.type": _type,
    "functools.partial": _partial,
    "jax.random.split": _split,
    "mlx.core.random.split": _split,
    "jax.lax.scan": _scan,
    "haiku.scan": _scan,
    "haiku.dynamic_unroll": _unroll,
    "haiku.static_unroll": _unroll,
    "argparse.ArgumentParser": _parser,
    "ArgumentParser": _parser,
    "argparse.Namespace": _namespace,
    "types.SimpleNamespace": _namespace,
    "omegaconf.OmegaConf.create": _namespace,
    "Box": _namespace,
    "Munch": _namespace,
    "EasyDict": _namespace,
    "edict": _namespace,
    "AttrDict": _namespace,
    "ConfigDict": _namespace,
    "copy.deepcopy": _clone,
    "copy.copy": _clone,
    "dataclasses.field": _field,
    "dataclasses.asdict": _fields_of,
    "dataclasses.replace": _replaced,
    "collections.namedtuple": _named_tuple,
    "builtins.eval": _evaluated,
}
"""Functions that are followed, by path or by their last name."""
