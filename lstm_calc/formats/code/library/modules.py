"""What a module is made of: the parts that have parameters, the names of their tensors, and which of these are trained."""

from __future__ import annotations

from typing import Any

from lstm_calc.formats.code.families import MODULES, family_of
from lstm_calc.formats.code.values import (
    Array,
    Choice,
    Class,
    Foreign,
    Instance,
    Made,
    Rest,
    Unknown,
    Weight,
)

BASE = "__base__"
"""The attribute that holds the layer which an object is, where its class inherits from one."""
_WITHOUT_BIAS = frozenset({"Embedding", "EmbeddingBag", "RMSNorm", "PReLU"})


_BESIDE_MODELS = frozenset(
    ["callbacks", "losses", "metrics", "optimizers", "regularizers", "constraints", "initializers", "utils", "preprocessing"]
)
"""The modules of Keras whose classes are no layers and no models."""


def module_family(cls: Class | None) -> str | None:
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
        inner = (_outside(each) if isinstance(each, Unknown) and not isinstance(each, Foreign) else each for each in value.inner)
        pairs = ((f"{path}.{at}".lstrip("."), each) for at, each in enumerate(inner))
        found += [pair for name, each in pairs for pair in owners(each, name, seen)]
    if isinstance(value, Made):
        held = {f"{path}.{name}".lstrip("."): each for name, each in value.attributes.items() if _is_held(each)}
        found += [pair for name, each in held.items() for pair in owners(each, name, seen)]
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


def children(value: Any) -> list[Any]:
    """Return the modules that are directly inside a module, each once."""
    found: list[Any] = list(value.inner) if isinstance(value, Made) else []
    for name, each in value.attributes.items() if isinstance(value, Instance) else ():
        if name == BASE:
            found += children(each)
        elif isinstance(each, (Made, Foreign)) or (isinstance(each, Instance) and module_family(each.cls)):
            found.append(each)
    return list({id(each): each for each in found}.values())


def _is_held(value: Any) -> bool:
    """Return whether an attribute of a layer is a part that it was given."""
    return isinstance(value, (Made, Instance)) or (isinstance(value, Array) and value.trained is not None)


def _outside(value: Unknown) -> Foreign:
    """Return what stands among layers and is not known, as a layer that is not."""
    found = Foreign(value.causes[0], value.causes[0].text)
    found.used = True
    found.chosen = value.causes if isinstance(value, (Choice, Rest)) else ()
    return found


def is_part(holder: Any, value: Any) -> bool:
    """Return whether an attribute of a module counts as a part of it: in PyTorch a plain list of layers does not."""
    if isinstance(value, (list, tuple, dict)):
        return isinstance(holder, Instance) and module_family(holder.cls) not in {"pytorch", "paddle", None}
    if isinstance(value, Array):
        return value.trained is not None
    return isinstance(value, (Made, Foreign)) or (isinstance(value, Instance) and value.cls is not None)


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


def weights(holder: Any) -> list[Weight]:
    """Return all tensors of each part of a module, as one Weight for each part."""
    return [Weight(owner, "*") for _, owner in owners(holder)]


def named_weights(holder: Any) -> list[tuple[str, Weight]]:
    """Return the tensors of a module with their names, as ``named_parameters`` does."""
    found = []
    for path, owner in owners(holder):
        names = names_of(owner)
        whole = isinstance(owner, Made) and owner.name != "Embedding"
        found += [(f"{path}.{name}", Weight(owner, name)) for name in names] if whole else [(f"{path}.weight", Weight(owner, "*"))]
    return found


def freeze(weight: Weight, *, frozen: bool) -> None:
    """Set whether a tensor, or a layer as a whole, is not trained."""
    owner = weight.owner
    if isinstance(owner, Array):
        owner.trained = not frozen
    elif isinstance(owner, (Made, Foreign)):
        owner.used = True  # type: ignore[union-attr]  # a Made may carry it as well
        if frozen:
            owner.frozen.add(weight.name)
        else:
            owner.frozen.discard(weight.name)
