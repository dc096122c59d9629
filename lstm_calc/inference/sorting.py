"""What in a file is the model, what an optimizer's memory of it, and what is not learned at all."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lstm_calc.record import Record

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from lstm_calc.checkpoint.stored import Stored

_OPTIMIZER = r"(^|[/_])(optims?|optimizers?|opt_state|trainer_state)([/_]|$)|(^|/)(opt|state/\d+)/"
"""PyTorch's, Lightning's and Keras' groups."""
_MEMORY = "exp_avg exp_avg_sq max_exp_avg_sq exp_inf momentum_buffer square_avg grad_avg acc_delta beta1_power beta2_power"
_SLOTS = "adam adam_1 rmsprop rmsprop_1 momentum adagrad adadelta adadelta_1 ftrl ftrl_1 nadam nadam_1"
"""What TensorFlow 1 keeps below a variable's own name."""
_SETTINGS = ("hyper_parameters/", "callbacks/", "loops/", "lr_schedulers/")
"""What Lightning keeps beside the model."""
_PLACED = ("metrics/", "parametrizations/", "batch_normalization")
"""Where Keras and PyTorch number what they do not learn; ``_BUFFER`` says which numbers."""
_BUFFER = r"(^|/)(metrics/[^/]+/vars/\d+|parametrizations/[^/]+/\d+/_[uv]|batch_normalization[^/]*/vars/[23])$"
_STATISTICS = (
    "running_mean running_var running_std num_batches_tracked moving_mean moving_variance moving_var position_ids inv_freq"
)
_COUNTERS = "global_step iterations epoch"
_COUNTED = ["int16", "int32", "int64", "uint16", "uint32", "uint64", "bool", "str", "bytes", "string", "object", "time"]
_SEPARATORS = str.maketrans(".[]", "///")


class Sorted(Record):
    """The tensors of a file by what they are for."""

    learned: tuple[Stored, ...]
    optimizer: tuple[Stored, ...]
    buffers: tuple[Stored, ...]


def sort(tensors: Sequence[Stored]) -> Sorted:
    """Return the tensors by what they are for, as the file, the names and the dtypes tell."""
    bins: dict[str, list[Stored]] = {"": [], "optimizer": [], "buffer": []}
    names = {tensor.name for tensor in tensors}
    for tensor in tensors:
        bins["buffer" if _is_singular_vector(tensor.name, names) else _kind(tensor)].append(tensor)
    return Sorted(tuple(bins[""]), tuple(bins["optimizer"]), tuple(bins["buffer"]))


def _is_singular_vector(name: str, names: Container[str]) -> bool:
    """Say whether a tensor is one of the two buffers that PyTorch's spectral_norm keeps beside the weight that it renames."""
    return name.endswith(("_u", "_v")) and f"{name[:-2]}_orig" in names


def _kind(tensor: Stored) -> str:
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
    if any(own == word or own.endswith(f"_{word}") for word in _STATISTICS.split()) or own in _COUNTERS.split():
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
