"""What a module is made of: the parts that have parameters, the names and shapes of their tensors, and which of them are trained.

A part of which it is not known whether a model has it is in doubt: it keeps the causes, and these are asked for.
"""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.families import MODULES, WEIGHTLESS, family_of, window
from lstm_calc.formats.code.library.python import clone
from lstm_calc.formats.code.unknown import Unknown, UnknownChoice, UnknownEntries, UnknownObject, causes_of
from lstm_calc.formats.code.values import Array, ClassValue, Instance, LayerTensor, MadeLayer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lstm_calc.formats.code.unknown import Cause

BASE = "__base__"
"""The attribute that holds the layer which an object is, where its class inherits from one."""
_WITHOUT_BIAS = frozenset({"Embedding", "EmbeddingBag", "RMSNorm", "PReLU"})


_BESIDE_MODELS = frozenset(
    ["callbacks", "losses", "metrics", "optimizers", "regularizers", "constraints", "initializers", "utils", "preprocessing"]
)
"""The modules of Keras whose classes are no layers and no models."""


def module_family(cls: ClassValue | None) -> str | None:
    """Return the framework whose modules a class of the text inherits from, None where it is of none."""
    for path in cls.externals if cls else ():
        for family, homes in MODULES.items():
            if path in homes:
                return family
        home = family_of(path)
        if home is not None and home[0] == "keras" and _BESIDE_MODELS & set(path.split(".")):
            continue
        if home is not None and home[1][:1].isupper():
            return home[0]
        if path.rpartition(".")[2] in {"LightningModule", "Module"} or path.endswith("nn.Module"):
            return "pytorch"
    return None


def owners(value: Any, path: str = "", seen: set[int] | None = None) -> list[tuple[str, Any]]:
    """Return everything inside a module that has parameters, each once, with its path.

    A layer that stands at two places of a module of Equinox is two layers: a tree has no shared parts.
    """
    seen = set() if seen is None else seen
    if id(value) in seen and not (isinstance(value, MadeLayer) and value.family == "equinox"):
        return []
    seen.add(id(value))
    if isinstance(value, Array):
        return [(path, value)] if value.trained is not None else []
    found: list[tuple[str, Any]] = []
    if isinstance(value, MadeLayer) and not value.inner:
        found.append((path, value))
    elif isinstance(value, MadeLayer):
        inner = (
            _outside(each) if isinstance(each, Unknown) and not isinstance(each, UnknownObject) else each for each in value.inner
        )
        names = {id(each): name for name, each in reversed(value.attributes.items())}
        pairs = ((f"{path}.{names.get(id(each), at)}".lstrip("."), each) for at, each in enumerate(inner))
        found += [pair for name, each in pairs for pair in owners(each, name, seen)]
    if isinstance(value, MadeLayer):
        held = {f"{path}.{name}".lstrip("."): each for name, each in value.attributes.items() if _is_held(each)}
        found += [pair for name, each in held.items() for pair in owners(each, name, seen)]
    if isinstance(value, UnknownObject):
        found.append((path, value))
    if isinstance(value, (Instance, UnknownObject)):
        pairs = ((path if name == BASE else f"{path}.{name}".lstrip("."), each) for name, each in value.attributes.items())
        found += [pair for name, each in pairs if is_part(value, each) for pair in owners(each, name, seen)]
    if isinstance(value, (list, tuple)):
        found += [pair for at, each in enumerate(value) for pair in owners(each, f"{path}.{at}".lstrip("."), seen)]
    if isinstance(value, dict):
        found += [pair for name, each in value.items() for pair in owners(each, f"{path}.{name}".lstrip("."), seen)]
    return found


def children(value: Any) -> list[Any]:
    """Return the modules that are directly inside a module, each once."""
    found: list[Any] = list(value.inner) if isinstance(value, MadeLayer) else []
    for name, each in value.attributes.items() if isinstance(value, Instance) else ():
        if name == BASE:
            found += children(each)
        elif isinstance(each, (MadeLayer, UnknownObject)) or (isinstance(each, Instance) and module_family(each.cls)):
            found.append(each)
    return list({id(each): each for each in found}.values())


def named_children(value: Any) -> list[tuple[str, Any]]:
    """Return the modules that are directly inside a module, with their names."""
    if isinstance(value, MadeLayer):
        names = {id(each): name for name, each in value.attributes.items()}
        return [(names.get(id(each), str(at)), each) for at, each in enumerate(value.inner) if _is_module(each)]
    found = []
    for name, each in value.attributes.items() if isinstance(value, Instance) else ():
        found += named_children(each) if name == BASE else [(name, each)] if _is_module(each) else []
    return found


def named_modules(value: Any, path: str = "", seen: set[int] | None = None) -> list[tuple[str, Any]]:
    """Return a module and all inside it, each once and with its path, as ``named_modules`` does."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return []
    seen.add(id(value))
    inner = [pair for name, each in named_children(value) for pair in named_modules(each, f"{path}.{name}".lstrip("."), seen)]
    return [(path, value), *inner]


def _is_module(value: Any) -> bool:
    return isinstance(value, (MadeLayer, UnknownObject)) or (isinstance(value, Instance) and module_family(value.cls) is not None)


def _is_held(value: Any) -> bool:
    """Return whether an attribute of a layer is a part that it was given."""
    return isinstance(value, (MadeLayer, Instance)) or (isinstance(value, Array) and value.trained is not None)


def _outside(value: Unknown) -> UnknownObject:
    """Return what stands among layers and is not known, as a layer that is not."""
    found = UnknownObject(value.causes[0], value.causes[0].text)
    found.used = True
    found.chosen = value.causes if isinstance(value, (UnknownChoice, UnknownEntries)) else ()
    return found


def is_part(holder: Any, value: Any) -> bool:
    """Return whether an attribute of a module counts as a part of it: in PyTorch a plain list of layers does not."""
    if isinstance(value, (list, tuple, dict)):
        return isinstance(holder, Instance) and module_family(holder.cls) not in {"pytorch", "paddle", None}
    if isinstance(value, Array):
        return value.trained is not None
    return isinstance(value, (MadeLayer, UnknownObject)) or (isinstance(value, Instance) and value.cls is not None)


_AFFINE = ("affine", "elementwise_affine")
"""The arguments of normalisations that say whether they have any weights."""
_ATTENTION = ("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias")


def names_of(owner: Any) -> tuple[str, ...]:
    """Return the names of the tensors of a layer, as PyTorch gives them."""
    if isinstance(owner, MadeLayer) and (owner.name in WEIGHTLESS or any(owner.arguments.get(each) is False for each in _AFFINE)):
        return ()
    if isinstance(owner, MadeLayer) and owner.name == "MultiheadAttention":
        return tuple(name for name in _ATTENTION if owner.arguments.get("bias") is not False or "bias" not in name)
    has_bias = isinstance(owner, MadeLayer) and owner.name not in _WITHOUT_BIAS and owner.arguments.get("bias") is not False
    if isinstance(owner, MadeLayer) and owner.name in {"LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell"}:
        depth = owner.arguments.get("num_layers", 1)
        ends = [""] if owner.name.endswith("Cell") else [f"_l{at}" for at in range(depth if isinstance(depth, int) else 1)]
        ends = [f"{end}{back}" for end in ends for back in (["", "_reverse"] if owner.arguments.get("bidirectional") else [""])]
        projected = ("weight_hr",) if owner.arguments.get("proj_size") else ()
        kinds = ("weight_ih", "weight_hh", *(("bias_ih", "bias_hh") if has_bias else ()), *projected)
        return tuple(f"{kind}{end}" for end in ends for kind in kinds)
    return ("weight", "bias") if has_bias else ("weight",)


def weights(holder: Any) -> list[LayerTensor]:
    """Return all tensors of each part of a module, as one LayerTensor for each part."""
    return [LayerTensor(owner, "*") for _, owner in owners(holder)]


def named_weights(holder: Any) -> list[tuple[str, LayerTensor]]:
    """Return the tensors of a module with their names and in the order of ``named_parameters``."""
    found = []
    for path, owner in _as_named(owners(holder)):
        if isinstance(owner, MadeLayer) and owner.name != "Embedding":
            found += [(f"{path}.{name}".lstrip("."), LayerTensor(owner, name)) for name in names_of(owner)]
        else:
            found.append((path if isinstance(owner, Array) else f"{path}.weight".lstrip("."), LayerTensor(owner, "*")))
    return found


def _as_named(found: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return the parts of a module as PyTorch names them: parameters of its own stand before its layers."""
    ordered: list[tuple[str, Any]] = []
    for path, owner in found:
        home = path.rpartition(".")[0]
        inside = f"{home}." if home else ""
        later = (at for at, (name, each) in enumerate(ordered) if name.startswith(inside) and not _is_direct(name, each, home))
        ordered.insert(next(later, len(ordered)) if isinstance(owner, Array) else len(ordered), (path, owner))
    return ordered


def _is_direct(path: str, owner: Any, home: str) -> bool:
    return isinstance(owner, Array) and path.rpartition(".")[0] == home


def freeze(weight: LayerTensor, *, frozen: bool) -> None:
    """Set whether a tensor, or a layer as a whole, is not trained."""
    owner = weight.owner
    if isinstance(owner, Array):
        owner.trained = not frozen
    elif isinstance(owner, (MadeLayer, UnknownObject)):
        if frozen:
            owner.frozen.add(weight.name)
        elif weight.name == "*":
            owner.frozen.clear()
        else:
            owner.frozen |= set(names_of(owner)) if "*" in owner.frozen else set()
            owner.frozen -= {"*", weight.name}
    if isinstance(owner, UnknownObject):
        owner.used = True


def doubt(value: Any, causes: Iterable[Cause]) -> None:
    """Keep that it is not known whether the layers inside a value are there."""
    causes = tuple(causes)
    for _, part in owners(value) if causes else ():
        if isinstance(part, (MadeLayer, Array)):
            part.keep_doubt(causes)


def copy_in_doubt(value: Any, causes: Iterable[Cause]) -> Any:
    """Return a copy of a layer that is in doubt: a layer that may be it, where it is not known which one is."""
    copied = clone(value)
    doubt(copied, causes)
    return copied


def is_in_doubt(value: Any, causes: Iterable[Cause]) -> bool:
    """Return whether a layer was made where it was not known whether it is."""
    kept = value.doubt if isinstance(value, MadeLayer) else value.made[2] if isinstance(value, Instance) and value.made else ()
    return set(causes) <= set(kept)


def layer_among(values: Iterable[Any]) -> Any:
    """Return the first layer among values, None where there is none."""
    return next((each for each in values if isinstance(each, (MadeLayer, Instance)) and owners(each)), None)


_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1, "SimpleRNN": 1}


def shape_of_tensor(made: MadeLayer, name: str) -> tuple[Any, ...] | None:
    """Return the shape of a tensor of a layer, None where the layer has none of this name or it is not known.

    Sizes are unknown values where they depend on such.
    """
    values = made.arguments
    kind = re.sub(r"\d[dD]$", "", made.name)
    gates = _GATES.get(kind.removesuffix("Cell"))
    if gates is not None:
        return _recurrent(values, name, gates)
    if kind not in _WEIGHTS or name not in {"weight", "bias"}:
        return None
    causes = causes_of(list(values.values()))
    try:
        shape: tuple[Any, ...] = _WEIGHTS[kind](values)
    except (KeyError, TypeError, ValueError):
        return (Unknown(causes),) if causes else None
    if name == "bias":
        return (values["out_channels"],) if "out_channels" in values else shape[:1]
    return tuple(reversed(shape)) if kind == "Linear" and made.family == "paddle" else shape


def _convolution(values: dict[str, Any], outer: str, inner: str) -> tuple[Any, ...]:
    dims = len(values["kernel_size"]) if isinstance(values["kernel_size"], (list, tuple)) else 1
    return (values[outer], values[inner] // values["groups"], *window(values["kernel_size"], dims))


_WEIGHTS: dict[str, Any] = {
    "Linear": lambda values: (values["out_features"], values["in_features"]),
    "Embedding": lambda values: (values["num_embeddings"], values["embedding_dim"]),
    "Conv": lambda values: _convolution(values, "out_channels", "in_channels"),
    "ConvTranspose": lambda values: _convolution(values, "in_channels", "out_channels"),
    "LayerNorm": lambda values: tuple(window(values["normalized_shape"], 1)),
    "BatchNorm": lambda values: (values["num_features"],),
}


def _recurrent(values: dict[str, Any], name: str, gates: int) -> tuple[Any, ...] | None:
    """Return the shape of a tensor such as ``weight_ih_l1_reverse``."""
    match = re.fullmatch(r"(weight|bias)_(ih|hh|hr)(?:_l(\d+))?(?:_reverse)?", name)
    needed: list[Any] = [values.get(each) for each in ("input_size", "hidden_size", "proj_size", "bidirectional")]
    if match is None:
        return None
    if causes := causes_of(needed):
        return (Unknown(causes),)
    width, units, projection, both = needed
    given = projection or units
    if match[2] == "hr":
        return (projection, units)
    if match[1] == "bias":
        return (gates * units,)
    below = width if match[3] in {None, "0"} else given * (2 if both else 1)
    return (gates * units, given if match[2] == "hh" else below)


def gain_of(made: MadeLayer, name: str, axis: Any) -> Any:
    """Return how many gains weight_norm adds for a tensor: one per entry of an axis, a single one without; None if unknown."""
    shape = shape_of_tensor(made, name)
    if axis is None or axis == -1:
        return 1
    if shape is None or not isinstance(axis, int) or axis >= len(shape):
        return Unknown(causes_of(list(shape))) if shape and causes_of(list(shape)) else None
    return shape[axis]


def numbers_of(made: MadeLayer, name: str) -> int | None:
    """Return how many numbers a tensor of a layer has, None where that is not known."""
    shape = shape_of_tensor(made, name)
    return None if shape is None or causes_of(list(shape)) else prod(shape)
