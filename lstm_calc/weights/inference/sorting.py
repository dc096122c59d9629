"""What each tensor is for: the model, an optimizer's memory of it, nothing that is learned; and the kinds of the other layers."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from lstm_calc.weights.readers.stored import Stored

_OPTIMIZER = r"(^|[/_])(optims?|optimizers?|opt_state|trainer_state)([/_]|$)|(^|/)(opt|state/\d+)/"
"""PyTorch's, Lightning's and Keras' groups."""
_MEMORY = "exp_avg exp_avg_sq max_exp_avg_sq exp_inf momentum_buffer square_avg grad_avg acc_delta beta1_power beta2_power"
_SLOTS = "adam adam_1 rmsprop rmsprop_1 momentum adagrad adadelta adadelta_1 ftrl ftrl_1 nadam nadam_1"
"""What TensorFlow 1 keeps below a variable's own name."""
_SETTINGS = ("hyper_parameters/", "callbacks/", "loops/", "lr_schedulers/")
"""What Lightning keeps beside the model."""
_PLACED = ("metrics/", "parametrizations/", "stft/")
"""Where Keras and PyTorch keep what they do not learn beside what they do; ``_BUFFER`` says which is which."""
_BUFFER = r"(^|/)(metrics/[^/]+/vars/\d+|parametrizations/[^/]+/\d+/(_[uv]|base)|i?stft/conv_[^/]+/[^/]+)$"
_OF_KERAS = r"((?:^|.*/)batch_normalization[^/]*/vars)/(\d{1,4})"
"""A variable of a batch normalisation in an archive of Keras, which counts them: a gain and a shift where it has them, then two
statistics."""
_MEANS_AND_VARIANCES = ("running_mean", "running_var", "moving_mean", "moving_variance", "moving_var")
_STATISTICS = (
    "running_mean running_var running_std num_batches_tracked moving_mean moving_variance moving_var position_ids inv_freq"
)
_FRONT_ENDS = (
    "window ola_window window_mask fb mel_basis mel_filters melw gammatone_basis dct_mat wsin wcos kernel_sin kernel_cos "
    "kernel_sin_inv kernel_cos_inv cqt_kernels_real cqt_kernels_imag lowpass_filter early_downsample_filter phase_advance"
)
"""What torchaudio, nnAudio, torchlibrosa and NeMo call the windows, Fourier matrices and filter banks of their front ends."""
_COUNTERS = "global_step iterations epoch"
_NEVER_LEARNED = {*_FRONT_ENDS.split(), *_COUNTERS.split()}
_COUNTED = ["int16", "int32", "int64", "uint16", "uint32", "uint64", "bool", "str", "bytes", "string", "object", "time"]
_RAW = "_raw"
_SEPARATORS = str.maketrans(".[]\\", "////")
_RENAMED = (
    (("parametrizations/",), r"(^|/)parametrizations/([^/]+)/original1?$", r"\1\2"),
    (("_v", "_orig", "_raw"), r"(_l\d+|weight_[hi]h)(_reverse)?_(?:v|orig|raw)$", r"\1\2"),
    (("module/",), r"(^|/)module/([^/]+)$", r"\1\2"),
    (("_packed_",), r"(^|/)_packed_weight_([hi]h)/(weight|bias)$", r"\1\3_\2"),
    (("_all_weight_",), r"(^|/)_all_weight_values/(\d+)/param/([^/]+)$", r"\1\3_l\2"),
)
"""What has one of some words in it, and then how it was named before; a pattern is compiled only for a name with such a word."""


class Sorted(Record):
    """The tensors of a file by what they are for."""

    learned: tuple[Stored, ...]
    optimizer: tuple[Stored, ...]
    buffers: tuple[Stored, ...]


def sort(tensors: Sequence[Stored]) -> Sorted:
    """Return the tensors by what they are for, as the file, the names and the dtypes tell."""
    bins: dict[str, list[Stored]] = {"": [], "optimizer": [], "buffer": []}
    names = {tensor.name for tensor in tensors}
    drawn = _drawn(tensors) | _counted_statistics(tensors)
    for tensor in tensors:
        made = tensor.name in drawn or _stands_beside(tensor.name, names)
        bins[_kind(tensor) or "buffer" * made].append(tensor)
    return Sorted(tuple(bins[""]), tuple(bins["optimizer"]), tuple(bins["buffer"]))


def statistics(tensors: Sequence[Stored]) -> tuple[Stored, ...]:
    """Return the means and variances that batch normalisations keep, of which no optimizer has a copy."""
    counted = _counted_statistics(tensors)
    found = (each for each in tensors if each.name in counted or slashed(each.name).rpartition("/")[2] in _MEANS_AND_VARIANCES)
    return tuple(each for each in found if _kind(each) != "optimizer")


def _counted_statistics(tensors: Sequence[Stored]) -> set[str]:
    """Return the names of the statistics in an archive of Keras: the last two variables of each batch normalisation."""
    layers: dict[str, list[tuple[int, str]]] = {}
    for tensor in tensors:
        if "batch_normalization" in tensor.name and (match := re.fullmatch(_OF_KERAS, slashed(tensor.name))):
            layers.setdefault(match[1], []).append((int(match[2]), tensor.name))
    return {name for variables in layers.values() for _, name in sorted(variables)[-2:]}


def _drawn(tensors: Sequence[Stored]) -> set[str]:
    """Return the names of what a weight drop makes anew at each step from the raw weight that stands beside it."""
    raw = {plain(slashed(tensor.name).removesuffix(_RAW)) for tensor in tensors if tensor.name.endswith(_RAW)}
    others = [tensor.name for tensor in tensors if not tensor.name.endswith(_RAW)] if raw else []
    return {name for name in others if plain(slashed(name)) in raw}


def _stands_beside(name: str, names: Container[str]) -> bool:
    """Say whether PyTorch keeps a buffer beside another tensor: spectral_norm's two vectors, the scale of a quantised output."""
    if name.endswith(("_u", "_v")):
        return f"{name[:-2]}_orig" in names
    return name.endswith("scale") and f"{name.removesuffix('scale')}zero_point" in names


def _kind(tensor: Stored) -> str:
    if tensor.kind == "learned":
        return ""
    name = slashed(tensor.name).lower()
    if tensor.kind == "optimizer" or _is_of_an_optimizer(name):
        return "optimizer"
    dtype = tensor.dtype or ""
    return "buffer" if tensor.kind or dtype in _COUNTED or dtype.startswith("void") or _is_a_buffer(name) else ""


def _is_of_an_optimizer(name: str) -> bool:
    variable, _, own = name.rpartition("/")
    named = own in _MEMORY.split() or (variable != "" and own in _SLOTS.split())
    return named or (("opt" in name or "state" in name) and re.search(_OPTIMIZER, name) is not None)


def _is_a_buffer(name: str) -> bool:
    own = name.rpartition("/")[2]
    word, _, count = own.rpartition("_")
    own = word if count.isdecimal() else own
    if any(own == word or own.endswith(f"_{word}") for word in _STATISTICS.split()) or own in _NEVER_LEARNED:
        return True
    if own.endswith(("_buffer", "_mask")) or name.startswith(_SETTINGS) or "/batch_stats/" in f"/{name}":
        return True
    return any(place in name for place in _PLACED) and re.search(_BUFFER, name) is not None


@lru_cache(maxsize=2**16)
def slashed(name: str) -> str:
    """Return a tensor's name with its parts parted by slashes alone, and without TensorFlow's ``:0``.

    >>> slashed("lstm/lstm_cell/kernel:0"), slashed("layers[0].weight_ih")
    ('lstm/lstm_cell/kernel', 'layers/0/weight_ih')
    """
    variable, colon, output = name.rpartition(":")
    parts = (variable if colon and output.isdecimal() else name).replace("::", "/").translate(_SEPARATORS).split("/")
    return "/".join(filter(None, parts))


def plain(name: str) -> str:
    """Return a name as it was before PyTorch's weight_norm, spectral_norm, a weight drop or quantisation renamed it.

    >>> plain("rnn/parametrizations/weight_hh_l0/original1"), plain("rnn/weight_hh_l0_v"), plain("rnns/0/module/bias_ih_l0")
    ('rnn/weight_hh_l0', 'rnn/weight_hh_l0', 'rnns/0/bias_ih_l0')
    """
    for words, pattern, plain in _RENAMED:
        if any(word in name for word in words):
            name = re.sub(pattern, plain, name)
    return name


def outermost(path: str) -> str:
    """Return the part of a path that stands for a layer of the outermost model."""
    parts = path.removeprefix("model_weights/").split("/")
    return "/".join(parts[:2]) if parts[0] == "layers" else parts[0]


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
