"""The rules of a layer's fields: each gives the value that a field then has, or refuses it in a sentence."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

from lstm_calc.counts import UNKNOWN
from lstm_calc.errors import ModelError, did_you_mean, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

MERGES = ("concat", "sum", "mul", "average", "none")
"""How the two directions of a bidirectional layer become one output; ``none`` keeps two."""

PADDINGS = ("valid", "same")
"""Whether a convolution stays inside its input, or keeps its size."""

DATA_FORMATS = ("channels_last", "channels_first")
"""Where the features of an image stand."""

MAX_SIZE = 10**500
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}"


def count(field: str, value: Any) -> int:
    """Return the value as a whole number from 1 up."""
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if isinstance(value, bool) or number < 1:
        if value == UNKNOWN:
            raise ModelError(f"{field} is ?, the size that solve looks for; anywhere else write a number", key=field)
        raise ModelError(f"{field} must be a whole number from 1 up, not {quoted(value)}", key=field)
    if number > MAX_SIZE:
        raise ModelError(f"{field} is too large: sizes go up to 10**500", key=field)
    return number


def flag(field: str, value: Any) -> bool:
    """Return the value as true or false."""
    if not isinstance(value, bool):
        raise ModelError(f"{field} must be true or false, not {quoted(value)}", key=field)
    return value


def one_of(*words: str) -> Callable[[str, Any], str]:
    """Return the rule of a field whose value is one of some words."""

    def rule(field: str, value: Any) -> str:
        if value not in words:
            hint = did_you_mean(value, words) if isinstance(value, str) else f"; it is one of {listed(words, 'or')}"
            raise ModelError(f"{field}={quoted(value)} is not known{hint}", key=field)
        return str(value)

    return rule


def name(field: str, value: Any) -> str:
    """Return the value as a name that stands unharmed in every format."""
    if not (isinstance(value, str) and re.fullmatch(_NAME, value)):
        raise ModelError(f"{field} must be letters, digits and _ . / - (at most 200), not {quoted(value)}", key=field)
    return value


def sizes(field: str, value: Any) -> tuple[int, ...]:
    """Return the value as the sizes of a window."""
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        value = ()
    found = tuple(count(field, size) for size in value)
    if len(found) not in {1, 2, 3}:
        raise ModelError(f"{field} must be one, two or three sizes, such as [3, 3]", key=field)
    return found


RULES: dict[str, Callable[[str, Any], Any]] = {
    "units": count,
    "filters": count,
    "vocab_size": count,
    "dim": count,
    "steps": count,
    "repeat": count,
    "projection": count,
    "input_dim": count,
    "kernel_size": sizes,
    "strides": sizes,
    "dilation_rate": sizes,
    "padding": one_of(*PADDINGS),
    "data_format": one_of(*DATA_FORMATS),
    "bias": flag,
    "bidirectional": flag,
    "peephole": flag,
    "coupled": flag,
    "tied": flag,
    "cudnn": flag,
    "trainable": flag,
    "return_state": flag,
    "stateful": flag,
    "go_backwards": flag,
    "return_sequences": flag,
    "reset_after": flag,
    "reset_gate": flag,
    "projection_bias": flag,
    "merge": one_of(*MERGES),
    "name": name,
}
"""For each field of a layer: the rule that gives its value or refuses it; None is a value where it is the default."""

PLAIN: dict[Callable[[str, Any], Any], str] = {count: "type({0}) is int and 0 < {0} < 2**62", flag: "type({0}) is bool"}
"""What most values are, as a condition on ``{0}``: the rule would give them as they are."""
