"""What the learned tensors outside recurrent layers are, where names and ranks tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.weights.inference.sorting import outermost, slashed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lstm_calc.weights.readers.stored import Stored

_EMBEDDINGS = ("emb", "wte", "wpe", "lookup", "vocab")
_NORMS = ("norm", "bn", "gamma", "beta", "ln_")
_ATTENTION = ("attention", "attn", "mha")
_RANKS = {2: "dense", 3: "convolution", 4: "convolution", 5: "convolution"}


def kinds_of(tensors: Sequence[Stored], counted: Sequence[Stored], classes: Mapping[str, str]) -> dict[str, int]:
    """Return how many numbers each kind of layer has, of the kinds that are there; only some tensors count.

    ``classes`` are the classes that the file's configuration gives the layers of the outermost model, by their names.
    """
    counts = {tensor.name: tensor.params for tensor in counted}
    families: dict[str, list[Stored]] = {}
    for tensor in tensors:
        families.setdefault(_family(slashed(tensor.name)), []).append(tensor)
    found: dict[str, int] = {}
    for name, members in families.items():
        kind = kind_of(f"{classes.get(outermost(name), '')} {name}", members)
        found[kind] = found.get(kind, 0) + sum(counts.get(tensor.name, 0) for tensor in members)
    return {kind: found[kind] for kind in sorted(found) if found[kind]}


def _family(name: str) -> str:
    parent, _, own = name.rpartition("/")
    return parent or own.rpartition("_")[0]


def kind_of(name: str, members: Sequence[Stored]) -> str:
    """Return what a layer with these tensors is; a kernel of three axes is a convolution's unless a word tells otherwise."""
    rank = max(len(tensor.shape) for tensor in members)
    words = " ".join([name, *(tensor.name for tensor in members)]).lower()
    if rank == 2 and any(word in words for word in _EMBEDDINGS):
        return "embedding"
    if rank == 1 and (len(members) > 1 or any(word in words for word in _NORMS)):
        return "normalization"
    if 1 < rank < 4 and "conv" not in words and any(word in words for word in _ATTENTION):
        return "attention"
    return "dense" if rank == 3 and "dense" in words else _RANKS.get(rank, "rest")
