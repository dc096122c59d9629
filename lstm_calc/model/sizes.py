"""The arithmetic of sizes: shapes of which some sizes may be unknown.

A shape is a tuple of sizes, the batch first; None is a size that is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, quoted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Size = int | None
Shape = tuple[Size, ...]

_MOST_ENTRIES = 16
_ENTRY = r"\.\.\.|None|-?\d{1,9}|(-?\d{1,9})?:(-?\d{1,9})?(:(-?[1-9]\d{0,8})?)?"


def product(sizes: Iterable[Size]) -> Size:
    """Return the product of some sizes, None where one of them is not known.

    >>> product((2, 3)), product((2, None)), product(())
    (6, None, 1)
    """
    found = 1
    for size in sizes:
        if size is None:
            return None
        found *= size
    return found


def windowed(size: Size, window: int, *, stride: int = 1, dilation: int = 1, padding: int | str | None = "valid") -> Size:
    """Return how many positions a sliding window has along one axis.

    ``padding`` is ``valid``, ``same`` or ``causal`` as in Keras, or how many zeros stand at each end as in PyTorch. The answer is
    None where the size is not known, or where the padding matters and is not known.

    >>> windowed(10, 3), windowed(10, 3, padding="same"), windowed(10, 3, stride=2, padding=1), windowed(10, 3, padding=None)
    (8, 10, 5, None)
    """
    reach = dilation * (window - 1)
    if size is None or (padding is None and reach):
        return None
    if padding in {"same", "causal"}:
        return -(-size // stride)
    around = 2 * padding if isinstance(padding, int) else 0
    return (size + around - reach - 1) // stride + 1


def transposed_window(
    size: Size, window: int, *, stride: int = 1, dilation: int = 1, padding: int | str | None = "valid", extra: int | None = None
) -> Size:
    """Return how many positions a transposed convolution gives along one axis.

    ``padding`` is ``valid`` or ``same`` as in Keras, or the zeros at each end as in PyTorch, which here take positions away.
    ``extra`` are the positions added at the end (``output_padding``).

    >>> transposed_window(10, 3, stride=2), transposed_window(10, 3, stride=2, padding="same")
    (21, 20)
    >>> transposed_window(10, 3, stride=2, padding=1, extra=1), transposed_window(10, 2, stride=3)
    (20, 30)
    """
    if size is None or padding is None:
        return None
    reach = dilation * (window - 1) + 1
    if padding == "same":
        return size * stride if extra is None else (size - 1) * stride + reach % 2 + extra
    if isinstance(padding, int):
        return (size - 1) * stride + reach - 2 * padding + (extra or 0)
    return (size - 1) * stride + (max(reach, stride) if extra is None else reach + extra)


def several(word: str, sizes: Shape) -> dict[str, Size]:
    """Return what a word measures that stands for several axes: ``word_1``, ``word_2``, ..., and the word itself for their product.

    >>> several("slopes", (8, 4)), several("slopes", (8,))
    ({'slopes': 32, 'slopes_1': 8, 'slopes_2': 4}, {'slopes': 8})
    """
    axes = {f"{word}_{place + 1}": size for place, size in enumerate(sizes)} if len(sizes) > 1 else {}
    return {word: product(sizes), **axes}


def total(sizes: Iterable[Size]) -> Size:
    """Return the sum of some sizes, None where one of them is not known."""
    found = tuple(sizes)
    return None if None in found else sum(size for size in found if size is not None)


def shown(shape: Sequence[Size]) -> str:
    """Return a shape as a sentence says it.

    >>> shown((None, 28, 3))
    '(None, 28, 3)'
    """
    return shortened(f"({', '.join('None' if size is None else f'{size:,}' for size in shape)})")


def entries(key: Any) -> tuple[str, ...]:
    """Return the words of an index such as ``:,-1``; raise ModelError for what is none.

    >>> entries(":, -1"), entries("...,None,1:5")
    ((':', '-1'), ('...', 'None', '1:5'))
    """
    words = tuple(word.strip() for word in key.split(",")) if isinstance(key, str) else ()
    if not 0 < len(words) <= _MOST_ENTRIES or not all(re.fullmatch(_ENTRY, word) for word in words) or words.count("...") > 1:
        raise ModelError(f"key {quoted(key)} is not an index; write :,-1 or :,1:5 or ...,0", key="key")
    return words


def axis_of(axis: int, shape: Shape) -> int:
    """Return an axis of a shape counted from 0; raise ModelError for one that it does not have, and for the batch."""
    found = axis + len(shape) if axis < 0 else axis
    if not 0 < found < len(shape):
        raise ModelError(f"axis {axis} is not one of {shown(shape)} beside the batch", key="axis")
    return found
