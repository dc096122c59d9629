"""Whole numbers as people type them: ``1_000``, ``20k``, ``1.5M``."""

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
        whole, fraction, suffix = match[1].replace("_", ""), (match[2] or "").rstrip("0"), match[3]
        if len(fraction) <= _ZEROS[suffix]:
            return int(whole + fraction.ljust(_ZEROS[suffix], "0"))
    if text == UNKNOWN:
        raise LstmCalcError("? is the size that solve looks for; anywhere else write a number")
    raise LstmCalcError(f"{quoted(text)} is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M")
