"""Layers as a program makes them: with their arguments, in containers that it changes, and inside functions around a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelFileError
from lstm_calc.formats.code import arrays
from lstm_calc.formats.code.families import CONTAINERS, FAMILIES, READ_WHAT_COMES, family_of
from lstm_calc.formats.code.families.rows import words
from lstm_calc.formats.code.library import python
from lstm_calc.formats.code.library.modules import BASE, doubt, shape_of_tensor
from lstm_calc.formats.code.unknown import MISSING, Cause, Unknown, UnknownObject, causes_of, is_unknown
from lstm_calc.formats.code.values import Array, BuiltIn, Instance, LayerTensor, MadeLayer, entries_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lstm_calc.formats.code.interpreter import Interpreter


TRANSPARENT = words(
    """
    DataParallel DistributedDataParallel script compile jit transform remat weight_norm spectral_norm orthogonal scan vmap
    transform_with_state without_apply_rng filter_jit BatchApply Dtype cast
    """
)
"""Functions around a layer that change no parameter; weight_norm is counted apart."""
_CONFIGURED = frozenset({"PreTrainedModel", "ModelMixin"})
"""Classes that keep the configuration which they are given as ``config``."""
_VARIABLES = frozenset({"Variable", "BatchStat", "Cache", "Intermediate", "RngState", "RngKey", "RngCount", "VariableState"})
"""What modules of NNX keep that is no parameter."""
_NORM_OF_WEIGHTS = "weight_norm"


def make_layer(
    interpreter: Interpreter,
    family: str,
    name: str,
    positional: Sequence[Any],
    named: dict[str, Any],
    cause: Cause,
    path: str,
) -> Any:
    """Return a layer of a framework."""
    if family == "flax-nnx" and name in _VARIABLES:
        return Array(getattr(positional[0] if positional else None, "shape", None))
    if name in {"Parameter", "Param", "Variable", "create_parameter"}:
        return parameter(positional, named, cause)
    if name[:1].islower():
        layer = next((each for each in positional if isinstance(each, (Array, MadeLayer, Instance, LayerTensor))), None)
        return UnknownObject(cause, path) if layer is None else layer
    if family == "haiku" and name == "MLP":
        return _perceptron(interpreter, positional, named, cause)
    kind = FAMILIES[family].get(name)
    arguments = dict(named)
    if kind is not None:
        arguments = {**kind.arguments, **dict(zip(list(kind.arguments), positional, strict=False)), **named}
    missing = {each: interpreter.settings.named(each) for each, value in arguments.items() if value is ...}
    arguments |= {each: value for each, value in missing.items() if value is not MISSING}
    made = MadeLayer(family, name, arguments, cause.place, interpreter.doubt)
    interpreter.layers += 1
    made.given = () if kind is not None else tuple(positional)
    if name in CONTAINERS or (
        name in {"RNN", "Bidirectional"} and any(isinstance(each, (MadeLayer, Instance)) for each in positional)
    ):
        made.inner = _contained(positional, named, made)
        made.name = made.name if name in CONTAINERS else f"{name}()"
    if family in READ_WHAT_COMES and kind is not None:
        interpreter.library.made.append(made)
    return made


def _perceptron(interpreter: Interpreter, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
    """Return the layers of Haiku's MLP."""
    sizes = positional[0] if positional else named.get("output_sizes")
    if not isinstance(sizes, (list, tuple)):
        return Unknown(causes_of(sizes) or [cause])
    made = MadeLayer("haiku", "Sequential", {}, cause.place, interpreter.doubt)
    bias = {"with_bias": named.get("with_bias", True)}
    made.inner = [make_layer(interpreter, "haiku", "Linear", [size], bias, cause, "haiku.Linear") for size in sizes]
    return made


def begin(interpreter: Interpreter, instance: Instance, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> None:
    """Keep what a constructor outside the text is given; what inherits from a layer has the parameters of that layer."""
    externals = instance.cls.externals if instance.cls else []
    if entries_of(instance) is not None:
        first = entries_of(positional[0]) if positional else None
        instance.attributes.update({**(first or {}), **named})
        return
    if positional and any(path.rpartition(".")[2] in _CONFIGURED for path in externals):
        instance.attributes.setdefault("config", positional[0])
    instance.notes["given"] = (tuple(positional), dict(named))
    for path in externals:
        family, name = family_of(usual_path(path)) or ("keras", "")
        if family != "keras" and (name in FAMILIES[family] or name in CONTAINERS):
            instance.attributes[BASE] = make_layer(interpreter, family, name, positional, named, cause, path)
            return


def usual_path(path: str) -> str:
    """Return a path with the names of modules that are the same."""
    for short, long in (("np.", "numpy."), ("torch.nn.parameter.", "torch.nn.")):
        if path.startswith(short):
            return long + path[len(short) :]
    return path


def _contained(positional: Sequence[Any], named: dict[str, Any], made: MadeLayer) -> list[Any]:
    """Return the layers in a container, whose names may be given."""
    by_name: Any = dict(named) if made.name == "Dict" else next(iter(named.values()), [])
    first = positional[0] if positional else by_name
    if made.name in {"TransformerEncoder", "TransformerDecoder"}:
        times = named.get("num_layers", positional[1] if len(positional) > 1 else 1)
        norm = named.get("norm", positional[2] if len(positional) > 2 else None)
        made.arguments["num_layers"] = times
        each = [python.clone(first) for _ in range(times if isinstance(times, int) else 1)]
        doubt(each, causes_of(times))
        return [*each, *([norm] if norm is not None else [])]
    if _is_named(first):
        first = positional
    if isinstance(first, (list, tuple)):
        first = [tuple(each) if isinstance(each, list) and made.name == "ModuleDict" else each for each in first]
        made.attributes.update({each[0]: each[1] for each in first if _is_named(each)})
        return [each[1] if _is_named(each) else each for each in first]
    if isinstance(first, MadeLayer) and len(positional) == 1 and first.name in CONTAINERS and made.name != "Sequential":
        return list(first.inner)
    if isinstance(first, dict):
        made.attributes.update({str(name): each for name, each in first.items()})
        return list(first.values())
    return list(positional)


def _is_named(value: Any) -> bool:
    """Return whether a value is a layer with its name before it: ``("fc", nn.Linear(4, 3))``."""
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str)


def sliced(holder: MadeLayer, found: list[Any]) -> MadeLayer:
    """Return some of the layers of a container, as a container."""
    made = MadeLayer(holder.family, holder.name, {}, holder.place, holder.doubt)
    made.inner = found
    return made


def parameter(positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> Any:
    """Return a parameter: a tensor that is trained unless it says otherwise."""
    value = positional[0] if positional else named.get("data", named.get("shape"))
    trained = named.get("requires_grad", positional[1] if len(positional) > 1 else True) is not False
    if isinstance(value, (list, tuple)):
        value = Array(value)
    if isinstance(value, LayerTensor) and value.name in getattr(value.owner, "removed", {}):
        del value.owner.removed[value.name]
        return value
    if isinstance(value, LayerTensor):
        value = Array(shape_of_tensor(value.owner, value.name) if isinstance(value.owner, MadeLayer) else None)
    shape = value.shape if isinstance(value, Array) and value.shape is not None else None
    if isinstance(value, (int, float)):
        shape = ()
    found = Array((Unknown(causes_of(value) or [cause]),) if shape is None else shape, trained=trained)
    found.place = cause.place
    return found


def around(name: str, layer: Any, more: Sequence[Any], named: dict[str, Any]) -> Any:
    """Return a layer inside a function that changes no parameter; weight_norm adds gains for one of its tensors."""
    if name == _NORM_OF_WEIGHTS and isinstance(layer, MadeLayer):
        tensor = named.get("name", more[0] if more else "weight")
        layer.gains.append((tensor, named.get("dim", more[1] if len(more) > 1 else 0)))
    return layer


def pretrained(interpreter: Interpreter, positional: Sequence[Any], named: dict[str, Any], cause: Cause) -> MadeLayer:
    """Return an embedding whose table is given: of its shape, and not trained unless it says so."""
    table = named.get("embeddings", positional[0] if positional else None)
    freeze = named.get("freeze", positional[1] if len(positional) > 1 else True)
    shape = arrays.shape_of(interpreter, table, cause)
    made = MadeLayer(
        "pytorch", "Embedding", {"num_embeddings": shape[0], "embedding_dim": shape[1]}, cause.place, interpreter.doubt
    )
    if freeze is not False:
        made.frozen.add("*")
    made.keep_doubt(causes_of(freeze))
    return made


class TensorsByName:
    """The tensors of a layer by name, as ``layer._parameters`` has them."""

    def __init__(self, owner: MadeLayer) -> None:
        """Take the layer."""
        self.owner = owner


def take_away(owner: MadeLayer, name: Any, cause: Cause) -> None:
    """Take a tensor out of a layer: it is counted with the layer still, and not again where it comes back under another name."""
    owner.removed.setdefault(str(name), cause)


_UNSAID = "?"
"""What the name of an entry begins with that is not known."""


def is_container(value: Any) -> bool:
    """Return whether a value is a container of layers."""
    return isinstance(value, MadeLayer) and value.name in CONTAINERS


def is_layer(value: Any) -> bool:
    """Return whether a value can be a layer, or a parameter."""
    return isinstance(value, (MadeLayer, Instance, UnknownObject)) or (isinstance(value, Array) and value.trained is not None)


def key_of(key: Any, value: Any, kept: dict[Any, Any]) -> Any:
    """Return the key of an entry; a layer whose key is not known has one of its own, and is in doubt as far as that goes.

    MISSING stands for a key that is not known and has no layer.
    """
    if not is_unknown(key):
        return key
    if not is_layer(value):
        return MISSING
    if isinstance(value, (MadeLayer, Array)):
        value.keep_doubt(causes_of(key))
    return f"{_UNSAID}{len(kept)}"


def put_in_container(holder: MadeLayer, key: Any, value: Any) -> None:
    """Set an entry of a container, by name or position; one that has this name or position is replaced."""
    key = key_of(key, value, holder.attributes)
    if isinstance(key, str):
        before = holder.attributes.get(key, MISSING)
        before = holder.inner[int(key)] if before is MISSING and key.isdigit() and int(key) < len(holder.inner) else before
        at = next((at for at, each in enumerate(holder.inner) if each is before), None)
        if value is not None:
            holder.inner[len(holder.inner) if at is None else at : len(holder.inner) if at is None else at + 1] = [value]
        elif at is not None:
            del holder.inner[at]
        holder.attributes[key] = value
    elif isinstance(key, (int, slice)):
        before = list(holder.inner)
        holder.inner[key] = value
        _forget(holder, before, value)


def take_from_container(holder: MadeLayer, key: Any) -> Any:
    """Take an entry out of a container, by name, position or slice, and return it."""
    if isinstance(key, str):
        named = holder.attributes.pop(key, MISSING)
        position = int(key) if named is MISSING and key.isdigit() else None
        found = holder.inner[position] if position is not None else named
        holder.inner[:] = [each for each in holder.inner if each is not found]
        return found
    before, found = list(holder.inner), holder.inner[key]
    del holder.inner[key]
    _forget(holder, before, MISSING)
    return found


def _forget(holder: MadeLayer, before: list[Any], value: Any) -> None:
    """Take the names from entries that are no longer there; one that stands in for another has its name."""
    left = {id(each) for each in holder.inner}
    gone = [name for name, each in holder.attributes.items() if id(each) not in left and any(each is other for other in before)]
    for name in gone:
        del holder.attributes[name]
        if is_layer(value):
            holder.attributes[name] = value


def _extend(holder: MadeLayer, values: Any) -> None:
    if isinstance(values, dict):
        for name, each in values.items():
            put_in_container(holder, name, each)
    elif is_container(values):
        named = {id(each): name for name, each in values.attributes.items()}
        for each in list(values.inner):
            put_in_container(holder, named.get(id(each), len(holder.inner)), each) if id(each) in named else holder.inner.append(
                each
            )
    elif isinstance(values, (list, tuple)):
        pairs = holder.name in {"ModuleDict", "ParameterDict", "Dict"} and all(_is_pair(each) for each in values)
        for each in values:
            put_in_container(holder, each[0], each[1]) if pairs else holder.inner.append(each)
    else:
        holder.inner.append(values if isinstance(values, Unknown) else Unknown(causes_of(values)))


def _is_pair(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and isinstance(value[0], str)


def joined_container(holder: MadeLayer, values: Any, *, new: bool) -> MadeLayer:
    """Return a container with further entries: itself, or a new one."""
    made = holder
    if new:
        made = MadeLayer(holder.family, holder.name, dict(holder.arguments), holder.place, holder.doubt)
        made.inner, made.attributes = list(holder.inner), dict(holder.attributes)
    _extend(made, values)
    return made


def _insert(holder: MadeLayer, at: Any, value: Any) -> None:
    if isinstance(at, int):
        holder.inner.insert(at, value)
    else:
        _extend(holder, [value])


def _named(holder: MadeLayer) -> dict[str, Any]:
    """Return the entries of a container by name; those without a name have their position."""
    names = {id(each): name for name, each in holder.attributes.items()}
    return {names.get(id(each), str(at)): each for at, each in enumerate(holder.inner)}


def _pop(holder: MadeLayer, key: Any = -1, *rest: Any) -> Any:
    if isinstance(key, str) and key not in holder.attributes and rest:
        return rest[0]
    return take_from_container(holder, key)


_METHODS: dict[str, Callable[..., Any]] = {
    "append": lambda holder, value=None, *_: holder.inner.append(value),
    "extend": _extend,
    "update": _extend,
    "insert": _insert,
    "pop": _pop,
    "clear": lambda holder, *_: (holder.inner.clear(), holder.attributes.clear())[0],
    "keys": lambda holder: list(_named(holder)),
    "values": lambda holder: list(holder.inner),
    "items": lambda holder: list(_named(holder).items()),
    "named_children": lambda holder: list(_named(holder).items()),
    "get": lambda holder, key=None, *default: holder.attributes.get(key, *default),
}
"""The methods of containers that are followed, by name."""


_TAKING = frozenset({"pop", "clear"})


def container_method(interpreter: Interpreter, holder: Any, name: str) -> Any:
    """Return a method of a container as one of the text's, MISSING for one that is not followed."""
    if not is_container(holder) or name not in _METHODS or name in holder.attributes:
        return MISSING

    def call(*values: Any, at: Cause, **named: Any) -> Any:
        first: Sequence[Any] = values or tuple(named.values())
        if interpreter.doubt and name in _TAKING:
            doubt(holder, interpreter.doubt)
            return Unknown(interpreter.doubt)
        try:
            return _METHODS[name](holder, *first)
        except (LookupError, TypeError, ValueError):
            raise ModelFileError(f"what {at.text[:80]} changes cannot be followed", str(at.place)) from None

    return BuiltIn(call)
