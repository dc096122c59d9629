"""The rules of the fields of layers and models: each gives the value of a field, or refuses it in a sentence."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, did_you_mean, listed, quoted
from lstm_calc.frozen import UNKNOWN, UNKNOWN_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable

MERGES = ("concat", "sum", "mul", "average", "none")
"""How the two directions of a bidirectional layer become one output; ``none`` keeps two."""

PADDINGS = ("valid", "same", "causal")
"""Whether a convolution stays inside its input, or keeps its size."""

DATA_FORMATS = ("channels_last", "channels_first")
"""Where the features of an image stand."""

MAX_SIZE = 10**500
_MAX_DIMENSIONS = 3
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}"
_PATH = r"[A-Za-z0-9_][A-Za-z0-9_./ +:()\[\],#@-]{0,199}"
"""A path may have more characters than a name, as Keras' names of layers do, but none that ends a text of Python or HTML."""


def count(field: str, value: Any) -> int:
    """Return the value as a whole number from 1 up."""
    if type(value) is int and 0 < value < MAX_SIZE:
        return value
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


class one_of:  # noqa: N801 - a rule, as the functions beside it
    """The rule of a field whose value is one of some ``words``."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __call__(self, field: str, value: Any) -> str:
        """Return the value as one of the words."""
        if value not in self.words:
            hint = did_you_mean(value, self.words) if isinstance(value, str) else f"; it is one of {listed(self.words, 'or')}"
            raise ModelError(f"{field}={quoted(value)} is not known{hint}", key=field)
        return str(value)


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
    if not 0 < len(found) <= _MAX_DIMENSIONS:
        raise ModelError(f"{field} must be one, two or three sizes, such as [3, 3]", key=field)
    return found


_MAX_AXES = 7


def _listed(field: str, value: Any) -> tuple[Any, ...]:
    """Return the value as a tuple of at most so many as a tensor has axes."""
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        raise ModelError(f"{field} must be a list, not {quoted(value)}", key=field)
    found = tuple(value)
    if not 0 < len(found) <= _MAX_AXES:
        raise ModelError(f"{field} must have 1 to {_MAX_AXES} values, not {len(found)}", key=field)
    return found


def input_shape(field: str, value: Any) -> tuple[int | None, ...]:
    """Return the value as a shape without its batch; None, or "_" where a file has no null, is a size that is not known."""
    return tuple(None if size is None or size == UNKNOWN_SIZE else count(field, size) for size in _listed(field, value))


def target_shape(field: str, value: Any) -> tuple[int, ...]:
    """Return the value as the shape that a reshape gives, of which one size may be -1."""
    found = tuple(-1 if size == -1 else count(field, size) for size in _listed(field, value))
    if found.count(-1) > 1:
        raise ModelError(f"{field} may have one -1, not {found.count(-1)}", key=field)
    return found


def axes(field: str, value: Any) -> tuple[int, ...]:
    """Return the value as axes, counted from 1."""
    return tuple(count(field, axis) for axis in _listed(field, value))


def any_axes(field: str, value: Any) -> tuple[int, ...]:
    """Return the value as axes, counted from 1, of which there may be none."""
    return () if value in ((), []) else axes(field, value)


def groups(field: str, value: Any) -> int:
    """Return the value as a number of groups, or -1 where each channel is one."""
    return -1 if value == -1 else count(field, value)


def wholes(field: str, value: Any) -> tuple[int, ...]:
    """Return the value as whole numbers from 0 up, one for each of one to three axes."""
    return tuple(whole(field, size) for size in _listed(field, value))


_EQUATION = r"(\.{3})?([A-Za-z]+)(\.{3})?,([A-Za-z]+)(?:->|:)(\.{3})?([A-Za-z]+)(\.{3})?"


def equation(field: str, value: Any) -> str:
    """Return the value as the equation of an einsum of two operands; ``:`` may stand for its arrow."""
    match = re.fullmatch(_EQUATION, value.replace(" ", "")) if isinstance(value, str) else None
    if match is None or any(len(set(part)) < len(part) for part in (match[2], match[4], match[6])):
        raise ModelError(f"{field} must be an einsum such as abc,cd->abd, not {quoted(value)}", key=field)
    if (match[1], match[3]) != (match[5], match[7]) or (match[1] and match[3]) or not set(match[6]) <= {*match[2], *match[4]}:
        raise ModelError(f"{field} {quoted(value)} does not give what it reads", key=field)
    return match[0].replace(":", "->")


def letters(field: str, value: Any) -> str:
    """Return the value as letters of an equation, each once."""
    if not (isinstance(value, str) and re.fullmatch("[A-Za-z]+", value) and len(set(value)) == len(value)):
        raise ModelError(f"{field} must be letters of the equation, such as d, not {quoted(value)}", key=field)
    return value


def whole(field: str, value: Any) -> int:
    """Return the value as a whole number from 0 up."""
    return 0 if type(value) is int and value == 0 else count(field, value)


def margins(field: str, value: Any) -> tuple[tuple[int, int], ...]:
    """Return the value as (before, after) for each of one to three axes."""
    found = _listed(field, value)
    pairs = tuple(tuple(whole(field, size) for size in _listed(field, pair)) for pair in found)
    if len(pairs) > _MAX_DIMENSIONS or any(len(pair) != 2 for pair in pairs):
        raise ModelError(f"{field} must have (before, after) for each of one to three axes", key=field)
    return tuple((before, after) for before, after in pairs)


def padding(field: str, value: Any) -> str | tuple[int, ...]:
    """Return the value as one of the words for padding, or as zeros at each end of one to three axes."""
    if isinstance(value, str):
        return one_of(*PADDINGS)(field, value)
    found = tuple(whole(field, size) for size in _listed(field, value))
    if len(found) > _MAX_DIMENSIONS:
        raise ModelError(f"{field} must have one, two or three sizes", key=field)
    return found


def names(field: str, value: Any) -> tuple[str, ...]:
    """Return the value as a list of names."""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise ModelError(f"{field} must be a list of names, not {quoted(value)}", key=field)
    return tuple(name(field, each) for each in value)


def paths(field: str, value: Any) -> tuple[str, ...]:
    """Return the value as a list of the paths of weights."""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise ModelError(f"{field} must be a list of paths, not {quoted(value)}", key=field)
    return tuple(_path(field, each) for each in value)


def _path(field: str, value: Any) -> str:
    if not (isinstance(value, str) and re.fullmatch(_PATH, value)):
        what = f"{field} must be letters, digits, blanks and _ . / - + : ( ) [ ] , # @ (at most 200), not {quoted(value)}"
        raise ModelError(what, key=field)
    return value


def rate(field: str, value: Any) -> float:
    """Return the value as a share."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ModelError(f"{field} must be a number from 0 to 1, not {quoted(value)}", key=field)
    return value


def axis(field: str, value: Any) -> int | tuple[int, ...]:
    """Return the value as an axis, or as several; negative ones count from the last, and the batch, 0, is none."""
    if isinstance(value, (list, tuple)):
        return tuple(_one_axis(field, each) for each in _listed(field, value))
    return _one_axis(field, value)


def _one_axis(field: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < abs(value) <= _MAX_AXES + 1:
        raise ModelError(f"{field} must be an axis from 1 up, or from -1 down, not {quoted(value)}", key=field)
    return value


def text(field: str, value: Any) -> str:
    """Return the value as a short text."""
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise ModelError(f"{field} must be a text of at most {_LONGEST_TEXT} characters, not {quoted(value)}", key=field)
    return value


_LONGEST_TEXT = 200


def sections(field: str, value: Any) -> int | tuple[int, ...]:
    """Return the value as a number of equal parts, or as the sizes of parts."""
    if isinstance(value, (list, tuple)) and 0 < len(value) <= _MOST_PARTS:
        return tuple(count(field, size) for size in value)
    parts = count(field, value)
    if parts > _MOST_PARTS:
        raise ModelError(f"{field} may be {_MOST_PARTS:,} parts at most", key=field)
    return parts


_MOST_PARTS = 1000


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
    "padding": padding,
    "pool_size": sizes,
    "output_size": sizes,
    "factors": sizes,
    "margins": margins,
    "target_shape": target_shape,
    "dims": axes,
    "rate": rate,
    "function": name,
    "keepdims": flag,
    "time_distributed": whole,
    "center": flag,
    "scale": flag,
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
    "uses": name,
    "groups": groups,
    "depth_multiplier": count,
    "output_padding": wholes,
    "shared_axes": any_axes,
    "num_parameters": count,
    "num_heads": count,
    "key_heads": count,
    "key_dim": count,
    "value_dim": count,
    "attention_axes": axes,
    "use_gate": flag,
    "use_scale": flag,
    "score_mode": one_of("dot", "concat"),
    "use_boundary": flag,
    "renorm": flag,
    "whole": flag,
    "equation": equation,
    "bias_axes": letters,
    "params": whole,
    "class_name": name,
    "inputs": names,
    "paths": paths,
    "outputs": names,
    "shape": input_shape,
    "axis": axis,
    "sections": sections,
    "key": text,
    "normalize": flag,
}
"""For each field of a layer: the rule that gives its value or refuses it; None is a value where it is the default."""
