"""Names of Python's modules and of NumPy that have a plain value."""

from __future__ import annotations

import math
import string
from typing import Any

CONSTANTS: dict[str, Any] = {
    "math.pi": math.pi,
    "math.e": math.e,
    "math.inf": math.inf,
    "numpy.pi": math.pi,
    "numpy.inf": math.inf,
    **{
        f"string.{name}": getattr(string, name)
        for name in (
            "ascii_letters",
            "ascii_lowercase",
            "ascii_uppercase",
            "digits",
            "hexdigits",
            "punctuation",
            "printable",
            "whitespace",
        )
    },
}
"""Names of modules that are imported and have a plain value, by path."""
