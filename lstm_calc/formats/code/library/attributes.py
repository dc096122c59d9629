"""Attributes and entries that no text defines: of modules, layers, tensors, containers, plain values, and what classes inherit."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelFileError
from lstm_calc.formats.code import array_methods, arrays, keras_api
from lstm_calc.formats.code.array_shapes import known
from lstm_calc.formats.code.families import window
from lstm_calc.formats.code.families.rows import words
from lstm_calc.formats.code.keras_api.graph import KerasModel, KerasTensor, MadeKerasLayer
from lstm_calc.formats.code.library import changes
from lstm_calc.formats.code.library.layers import (
    TensorsByName,
    begin,
    container_method,
    is_container,
    is_layer,
    key_of,
    parameter,
    pretrained,
    put_in_container,
)
from lstm_calc.formats.code.library.modules import (
    BASE,
    children,
    copy_in_doubt,
    doubt,
    freeze,
    module_family,
    named_children,
    named_modules,
    named_weights,
    owners,
    shape_of_tensor,
    weights,
)
from lstm_calc.formats.code.trace import Traced, TracedStates
from lstm_calc.formats.code.trace import functions as traced
from lstm_calc.formats.code.unknown import MISSING, Cause, Unknown, UnknownChoice, UnknownObject, causes_of, is_unknown
from lstm_calc.formats.code.values import (
    Array,
    BuiltIn,
    ClassValue,
    FunctionValue,
    Instance,
    LayerTensor,
    MadeLayer,
    Super,
    entries_of,
    is_small,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


_SAME = words(
    """
    to cuda cpu eval train float half double bfloat16 apply requires_grad_ share_memory type_as contiguous detach clone copy
    normal_ uniform_ zero_ fill_ copy_ data t T permute view reshape unsqueeze squeeze type xavier_uniform_ long numpy astype
    """
)
"""Methods whose result counts as the module or tensor itself."""
_TENSORS = frozenset({"weight", "bias"})
_OF_SHAPES = frozenset({"shape", "size", "numel", "dim", "ndim"})
_WINDOWS = frozenset({"kernel_size", "stride", "dilation"})
"""Arguments of convolutions that are sizes along each axis once the layer is made."""
_ARRAYS_ARE_PARAMETERS = frozenset({"equinox", "mlx"})
"""The frameworks in which every array that a module holds is a parameter."""


def attribute(interpreter: Interpreter, holder: Any, name: str, cause: Cause) -> Any:  # noqa: C901, PLR0911, PLR0912 - a case for each kind of value
    """Return an attribute of a value that is no object of the text, or that such an object does not have."""
    if isinstance(holder, UnknownObject) and name in holder.attributes:
        return holder.attributes[name]
    if isinstance(holder, (Traced, TracedStates)):
        return traced.of_states(holder, name) if isinstance(holder, TracedStates) else traced.attribute(holder, name, cause)
    if isinstance(holder, Unknown) and name in {"view", "reshape"}:
        return BuiltIn(lambda *values, at, **__: _viewed(holder, name, values, at))
    if isinstance(holder, (Instance, MadeLayer, UnknownObject)):
        found = _module_method(interpreter, holder, name)
        if found is not MISSING:
            return found
    if isinstance(holder, Instance) and BASE in holder.attributes:
        return attribute(interpreter, holder.attributes[BASE], name, cause)
    if isinstance(holder, (MadeKerasLayer, KerasTensor, KerasModel)):
        return keras_api.attribute(interpreter, holder, name, cause)
    if isinstance(holder, MadeLayer) and name == "from_pretrained" and holder.name == "Embedding":
        return BuiltIn(lambda *values, at, **named: pretrained(interpreter, values, named, at))
    if isinstance(holder, MadeLayer):
        return _made_attribute(holder, name, cause)
    if isinstance(holder, (Array, LayerTensor)):
        found = _tensor_attribute(holder, name, cause)
        if found is not MISSING:
            return found
    if isinstance(holder, FunctionValue) and name == "init":
        return BuiltIn(lambda *values, at, **__: _initialised(holder, values, at))
    if isinstance(holder, (str, int, float)) and name == "value":
        return holder
    if isinstance(holder, Instance) and name == "__dict__":
        return holder.attributes
    if isinstance(holder, Unknown) and name in {"upper", "lower", "strip", "title", "capitalize"}:
        return BuiltIn(lambda *_, **__: Unknown(holder.causes))
    entries = entries_of(holder)
    plain_holder = holder if entries is None else entries
    found = changes.method(interpreter, plain_holder, name)
    return Unknown([cause]) if found is MISSING else found


def _tensor_attribute(holder: Array | LayerTensor, name: str, cause: Cause) -> Any:
    """Return an attribute of an array, or of a tensor of a layer; MISSING where it is one that any value has."""
    if isinstance(holder, Array):
        if holder.trained is not None and name == "requires_grad_":
            return BuiltIn(lambda flag=True, *_, **__: _train(holder, flag))
        return array_methods.array_attribute(holder, name, cause)
    if name in _OF_SHAPES and (shape := _shape(holder)) is not None:
        return array_methods.array_attribute(Array(shape), name, cause)
    if name == "requires_grad_":
        return BuiltIn(lambda flag=True, *_, **__: freeze(holder, frozen=flag is False))
    if name in _SAME:
        return holder if name == "data" else BuiltIn(lambda *_, **__: holder)
    return MISSING


def _shape(tensor: LayerTensor) -> tuple[Any, ...] | None:
    """Return the shape of a tensor of a layer, None where it is not known."""
    owner = tensor.owner
    name = "weight" if tensor.name == "*" and isinstance(owner, MadeLayer) and owner.name == "Embedding" else tensor.name
    return owner.shape if isinstance(owner, Array) else shape_of_tensor(owner, name) if isinstance(owner, MadeLayer) else None


def _train(parameter: Array, flag: Any) -> Array:
    """Return a parameter that is trained or not."""
    parameter.trained = flag is not False
    return parameter


def class_attribute(_: Interpreter, cls: ClassValue, name: str, cause: Cause) -> Any:
    """Return an attribute that a class of the text does not have itself."""
    return cls.name if name == "__name__" else Unknown([cause])


def base_attribute(interpreter: Interpreter, holder: Super, name: str, cause: Cause) -> Any:
    """Return a method that is inherited from outside the text, called through ``super()``."""
    if name != "__init__":
        return attribute(interpreter, holder.instance, name, cause)

    def start(*values: Any, at: Cause, **named: Any) -> None:
        begin(interpreter, holder.instance, values, named, at)

    return BuiltIn(start)


def set_attribute(interpreter: Interpreter, holder: Any, name: str, value: Any) -> None:
    """Set an attribute: a layer of a module, a tensor of a layer, whether it is trained."""
    if isinstance(holder, (Instance, UnknownObject)):
        _set_of_object(interpreter, holder, name, value)
    elif isinstance(holder, LayerTensor) and name == "requires_grad":
        _doubt(interpreter, holder)
        freeze(holder, frozen=value is False)
    elif isinstance(holder, Array) and name == "requires_grad" and isinstance(value, bool):
        holder.trained = value
    elif isinstance(holder, MadeKerasLayer):
        holder.config[name] = value
    elif isinstance(holder, KerasModel):
        holder.trainable = value is not False
    elif (
        isinstance(holder, MadeLayer)
        and isinstance(value, (Array, type(None)))
        and (name in _TENSORS or shape_of_tensor(holder, name))
    ):
        _set_tensor(holder, name, value)
    elif is_container(holder) and (is_layer(value) or name in holder.attributes):
        put_in_container(holder, name, value)
    elif isinstance(holder, MadeLayer):
        holder.attributes[name] = value
    elif isinstance(holder, ClassValue):
        holder.scope.names[name] = value


def _set_tensor(holder: MadeLayer, name: str, value: Array | None) -> None:
    """Give a layer another tensor in place of its own, or none."""
    if value is None:
        if name != "bias" or "bias" not in holder.arguments:
            raise ModelFileError(f"{holder.name} without its {name} cannot be followed", str(holder.place))
        holder.arguments["bias"] = False
        return
    if value.trained is False:
        holder.frozen.add(name)
    own, new = shape_of_tensor(holder, name), known(value)
    if holder.name == "Embedding" and new is not None and len(new) == 2 and "embedding_dim" in holder.arguments:
        holder.arguments |= {"num_embeddings": new[0], "embedding_dim": new[1]}
    elif own is not None and new is not None and not causes_of(list(own)) and own != new:
        raise ModelFileError(f"{name} of {holder.name} with another shape cannot be followed", str(holder.place))


def _set_of_object(interpreter: Interpreter, holder: Instance | UnknownObject, name: str, value: Any) -> None:
    """Set an attribute of an object; where it is not known whether the program does, it has either of two values."""
    if name == "__dict__" and isinstance(holder, Instance):
        holder.attributes.update(entries_of(value) or {})
        return
    before = holder.attributes.get(name, value)
    are_plain = not any(isinstance(each, (MadeLayer, Instance, UnknownObject, Array)) for each in (before, value))
    is_choice = bool(interpreter.doubt) and are_plain and is_small([before, value]) and before != value
    holder.attributes[name] = UnknownChoice(interpreter.doubt) if is_choice else value
    in_all = isinstance(holder, Instance) and module_family(holder.cls) in _ARRAYS_ARE_PARAMETERS
    for each in _arrays_in(value) if in_all else ():
        each.trained = True if each.trained is not False and not name.startswith("_") else None
    if isinstance(value, Array) and value.trained is not None:
        value.doubt = value.doubt or interpreter.doubt


def _arrays_in(value: Any) -> list[Array]:
    """Return an array, or those in lists and dicts."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) and is_small(value) else ()
    return [value] if isinstance(value, Array) else [array for each in inner for array in _arrays_in(each)]


def _doubt(interpreter: Interpreter, weight: LayerTensor) -> None:
    """Keep that it is not known whether a tensor is trained, where it is not known whether the program says so."""
    if isinstance(weight.owner, (MadeLayer, Array)):
        weight.owner.keep_doubt(interpreter.doubt)


def doubtful(interpreter: Interpreter, holder: Any, key: Any) -> None:
    """Keep that it is not known whether an attribute or entry is taken away."""
    parts = holder.attributes if isinstance(holder, (Instance, UnknownObject)) else None
    if parts is not None and key in parts and isinstance(parts[key], (MadeLayer, Instance)):
        parts[key] = copy_in_doubt(parts[key], interpreter.doubt)
    elif isinstance(holder, MadeLayer):
        doubt(holder, interpreter.doubt)
    elif isinstance(holder, (list, dict)):
        changes.blur(holder, interpreter.doubt)


def _viewed(holder: Unknown, name: str, values: Sequence[Any], at: Cause) -> Any:
    """Return a tensor of which nothing is known, in a shape of which all sizes but the first are said."""
    shape = values[0] if len(values) == 1 and isinstance(values[0], (list, tuple)) else values
    if len(shape) > 1 and all(
        (name == "reshape" and is_unknown(size)) or (isinstance(size, int) and size > 0) for size in shape[1:]
    ):
        return Array((shape[0] if isinstance(shape[0], int) and shape[0] > 0 else Unknown([at]), *shape[1:]))
    return UnknownObject(at, at.text.partition("(")[0]) if isinstance(holder, UnknownObject) else Unknown([at])


def _made_attribute(holder: MadeLayer, name: str, cause: Cause) -> Any:
    holder.gives_states = holder.gives_states or name == "initialize_carry"
    if name in holder.attributes:
        return holder.attributes[name]
    if name == "bias" and holder.name not in {"LSTM", "GRU", "RNN"}:
        return None if holder.arguments.get("bias") is False else LayerTensor(holder, "bias")
    if name in _WINDOWS and holder.name.startswith("Conv") and holder.name[-1:] == "d":
        return window(holder.arguments.get(name), int(holder.name[-2]))
    if name in holder.arguments:
        return holder.arguments[name]
    if name in {"weight", "bias", "kernel"} or name.startswith(("weight_", "bias_")):
        return LayerTensor(holder, "weight" if name == "kernel" else name)
    return Unknown([cause])


def _module_method(interpreter: Interpreter, holder: Any, name: str) -> Any:  # noqa: C901, PLR0911, PLR0912 - a case for each name
    """Return what modules of PyTorch offer beside what they are made of."""
    if name in _SAME:
        return BuiltIn(lambda *values, **__: _same(interpreter, holder, name, values))
    if name in {"parameters", "trainable_parameters"}:
        return BuiltIn(lambda *_, **__: _marked(holder))
    if name == "named_parameters":
        return BuiltIn(lambda *_, **__: named_weights(holder))
    if name in {"modules", "children"} and not isinstance(holder, UnknownObject):
        return BuiltIn(lambda *_, **__: children(holder) if name == "children" else [owner for _, owner in owners(holder)])
    if name in {"named_children", "named_modules"} and not isinstance(holder, UnknownObject):
        return BuiltIn(lambda *_, **__: named_children(holder) if name == "named_children" else named_modules(holder))
    if name in {"get_submodule", "get_parameter"} and not isinstance(holder, UnknownObject):
        return BuiltIn(lambda path=None, *_, at, **__: _found(holder, name, path, at))
    if name in {"add_module", "register_module", "register_parameter", "add_sublayer", "add_parameter"}:
        return BuiltIn(_add(holder))
    if name in {"freeze", "unfreeze"} and isinstance(holder, MadeLayer):
        return BuiltIn(lambda *_, **__: holder.frozen.add("*") if name == "freeze" else holder.frozen.clear())
    if name == "register_buffer":
        return BuiltIn(lambda *_, **__: None)
    if (found := container_method(interpreter, holder, name)) is not MISSING:
        return found
    if name in {"_parameters", "_modules"} and not isinstance(holder, UnknownObject):
        held = holder if is_container(holder) else TensorsByName(holder)
        return holder.attributes if isinstance(holder, Instance) else held
    if name == "create_parameter" and isinstance(holder, Instance):
        return BuiltIn(lambda *values, at, **named: parameter(values, named, at))
    if isinstance(holder, Instance) and module_family(holder.cls) == "keras":
        return keras_api.instance_method(interpreter, holder, name)
    if isinstance(holder, Instance) and module_family(holder.cls) == "flax-linen":
        return _linen_method(interpreter, holder, name)
    return MISSING


_STARTS = frozenset({"init", "init_with_output", "tabulate"})


def _linen_method(interpreter: Interpreter, holder: Instance, name: str) -> Any:
    """Return a method of modules of linen, MISSING for one that is not followed."""
    if name in _STARTS:
        return BuiltIn(lambda *values, at, **__: _started(holder, values, at))
    if name == "param":
        return BuiltIn(lambda _, __=None, shape=(), *___, at, **____: arrays.linen_parameter(interpreter, shape, at))
    return MISSING


def _started(holder: Instance, values: Sequence[Any], at: Cause) -> UnknownObject:
    """Keep what a module is initialised with, after the key."""
    holder.notes.setdefault("inputs", list(values[1:]))
    return UnknownObject(at, at.text.partition("(")[0])


def _freezes(function: FunctionValue) -> bool:
    """Return whether a function says which tensors are trained."""
    return "requires_grad" in ast.unparse(function.node)


def _found(holder: Any, name: str, path: Any, at: Cause) -> Any:
    """Return a module inside a module, or one of its tensors, by its path."""
    pairs = named_modules(holder) if name == "get_submodule" else named_weights(holder)
    return next((each for own, each in pairs if own == path), Unknown([at]))


def _initialised(function: FunctionValue, values: Sequence[Any], at: Cause) -> UnknownObject:
    """Keep what a function that Haiku transforms is initialised with, after the key."""
    function.told = function.told or tuple(values[1:])
    return UnknownObject(at, at.text.partition("(")[0])


def _add(holder: Any) -> Callable[..., Any]:
    def add(name: Any, value: Any = None, *, at: Cause, **_: Any) -> Any:
        del at
        if is_container(holder):
            put_in_container(holder, name, value)
            return value
        key = key_of(name, value, holder.attributes)
        if isinstance(key, str):
            holder.attributes[key] = value
        return value

    return add


def _marked(holder: Any) -> list[LayerTensor]:
    """Return the tensors of a module; one that is not in the text is a layer, as its parameters are asked for."""
    if isinstance(holder, UnknownObject):
        holder.used = True
    return [tensor for _, tensor in named_weights(holder)]


def _same(interpreter: Interpreter, holder: Any, name: str, values: Sequence[Any]) -> Any:
    if name == "apply" and values and isinstance(values[0], FunctionValue) and _freezes(values[0]):
        for _, module in reversed(named_modules(holder)):
            interpreter.call(values[0], [module], {}, interpreter.cause(values[0].node, values[0].scope))
    if name == "requires_grad_":
        for weight in weights(holder):
            _doubt(interpreter, weight)
            freeze(weight, frozen=values[:1] == (False,))
    return holder
