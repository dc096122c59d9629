"""Whole numbers as people type them: ``1_000``, ``20k``, ``1.5M``; and sizes in bytes: ``256KiB``, ``1.5MB``."""

from __future__ import annotations

import re

from lstm_calc.errors import LstmCalcError, quoted

_COUNT = r"([0-9]+(?:_[0-9]+)*)(?:\.([0-9]+))?([kKMGBT]?)"
_ZEROS = {"": 0, "k": 3, "K": 3, "M": 6, "G": 9, "B": 9, "T": 12}
_MOST_DIGITS = 600

UNKNOWN = "?"
"""What stands where a model leaves a size open."""


def parse_count(text: str) -> int:
    """Return the whole number that the text names, exactly; raise LstmCalcError for anything else.

    >>> parse_count("1_000"), parse_count("20k"), parse_count("1.5M")
    (1000, 20000, 1500000)
    """
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)  # without the pattern, which takes longer to compile than all the counting
    match = re.fullmatch(_COUNT, text.strip())
    if match and len(text) > _MOST_DIGITS:
        raise LstmCalcError(f"{quoted(text)} is too large: sizes go up to 10**500")
    if match:
        whole, fraction, suffix = match[1], (match[2] or "").rstrip("0"), match[3]
        if len(fraction) <= _ZEROS[suffix]:
            return int(whole + fraction.ljust(_ZEROS[suffix], "0"))
    if text == UNKNOWN:
        raise LstmCalcError("? is the size that solve looks for; anywhere else write a number")
    raise LstmCalcError(f"{quoted(text)} is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M")


_TIME = r"([0-9]+(?:_[0-9]+)*)(?:\.([0-9]+))?\s*(ns|[uµμ]s|ms|s)"
_NANOSECONDS = {"ns": 1, **dict.fromkeys(("us", "µs", "μs"), 10**3), "ms": 10**6, "s": 10**9}


def parse_time(text: str) -> int:
    """Return the whole nanoseconds that the text names, rounded down; raise LstmCalcError for anything else.

    >>> parse_time("50us"), parse_time("50 µs"), parse_time("1.5ms")
    (50000, 50000, 1500000)
    """
    match = re.fullmatch(_TIME, text.strip()) if len(text) <= _MOST_DIGITS else None
    if match is None:
        raise LstmCalcError(f"{quoted(text)} is not a time; write 200ns, 50us, 1.5ms or 2s")
    fraction = match[2] or ""
    parts: int = 10 ** len(fraction)
    return int(match[1] + fraction) * _NANOSECONDS[match[3]] // parts


_SIZE = r"([0-9]+(?:_[0-9]+)*)(?:\.([0-9]+))?\s*([kKMGT]?)(i?)B?"
_POWERS = {"": 0, "k": 1, "K": 1, "M": 2, "G": 3, "T": 4}


def parse_size(text: str) -> int:
    """Return the whole bytes that the text names, rounded down; raise LstmCalcError for anything else.

    >>> parse_size("256KiB"), parse_size("1MB"), parse_size("1.5MiB"), parse_size("65536")
    (262144, 1000000, 1572864, 65536)
    """
    match = re.fullmatch(_SIZE, text.strip()) if len(text) <= _MOST_DIGITS else None
    if match is None or (match[4] and not match[3]):
        raise LstmCalcError(f"{quoted(text)} is not a size in bytes; write 65536, 256KiB (of 1,024) or 1.5MB (of 1,000,000)")
    fraction = match[2] or ""
    unit: int = (1024 if match[4] else 1000) ** _POWERS[match[3]]
    parts: int = 10 ** len(fraction)
    return int(match[1] + fraction) * unit // parts


def quotient(one: int, other: int) -> float | None:
    """Return one number divided by another, None where that is larger than any float.

    >>> quotient(3, 2), quotient(10**400, 2)
    (1.5, None)
    """
    try:
        return one / other
    except OverflowError:
        return None
