"""What can go wrong, as one small tree; every message is one sentence that names the cure.

LstmCalcError
├── ModelError              a model that cannot exist
│   ├── NotationError       ... written in the one-line notation: text and place
│   └── ModelFileError      ... written in a model file: file and key
├── FrameworkError          a framework that is unknown, or that lacks what the model asks for
└── OutputError             an answer that cannot be written where or how it was asked for
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class LstmCalcError(Exception):
    """The base of all errors of this package."""


class ModelError(LstmCalcError):
    """A model that cannot exist; ``key`` is the field at fault and ``layer`` the layer's position, where known."""

    def __init__(self, message: str, *, key: str | None = None, layer: int | None = None) -> None:
        super().__init__(message)
        self.key = key
        self.layer = layer


class NotationError(ModelError):
    """A fault in the one-line notation; shows the text with a caret under the place."""

    def __init__(self, message: str, text: str, start: int, stop: int) -> None:
        super().__init__(f"{message}\n{_underlined(text, start, stop)}")


class ModelFileError(ModelError):
    """A fault in a model file; says the file and the key."""

    def __init__(self, message: str, file: str, key: str = "") -> None:
        super().__init__(f"{file}:{key}: {message}" if key else f"{file}: {message}")


class FrameworkError(LstmCalcError):
    """A framework that is unknown, or that does not offer what the model asks for."""


class OutputError(LstmCalcError):
    """An answer that cannot be written where or how it was asked for."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'lstm'?"`` for a near miss, else the list of what is known."""
    from difflib import get_close_matches

    known = list(known)
    near = get_close_matches(word.lower(), known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {listed(known)}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return the words as a list in a sentence: ``a, b and c``."""
    *front, end = words
    return f"{', '.join(front)} {last} {end}" if front else end


_MARGIN = 60


def _underlined(text: str, start: int, stop: int) -> str:
    """Return the part of the text around the fault, on one line, and carets under the fault."""
    left = max(0, start - _MARGIN)
    right = min(len(text), max(stop, start + 1) + _MARGIN)
    shown = "".join(char if char.isprintable() else " " for char in text[left:right])
    before, after = "…" * (left > 0), "…" * (right < len(text))
    width = max(1, min(stop, right) - start)
    return f"  {before}{shown}{after}\n  {' ' * (len(before) + start - left)}{'^' * width}"
