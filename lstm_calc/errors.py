"""What can go wrong, as one small tree; every message is one sentence that names the cure.

LstmCalcError
├── ModelError              a model that cannot exist
│   ├── NotationError       ... written in the one-line notation: text and place
│   └── ModelFileError      ... written in a model file: file and key
├── FrameworkError          a framework that is unknown, or that lacks what the model asks for
├── WeightsError            weights that are not those of the model
├── CheckpointError         a file of weights that is not one we read, or that is broken
├── NotInstalledError       a package that is needed and not there
└── OutputError             an answer that cannot be written where or how it was asked for
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class LstmCalcError(Exception):
    """The base of all errors of this package."""


class ModelError(LstmCalcError):
    """A model that cannot exist; ``key`` is the field at fault and ``layer`` the layer's position, where known."""

    def __init__(self, message: str, *, key: str | None = None, layer: int | None = None) -> None:
        super().__init__(message)
        self.key = key
        self.layer = layer

    @property
    def without_key(self) -> str:
        """The message for a place that names the key itself."""
        return str(self).removeprefix(f"{self.key} ")


class NotationError(ModelError):
    """A fault in the one-line notation; shows the text with a caret under the place."""

    def __init__(self, message: str, text: str, start: int, stop: int) -> None:
        super().__init__(f"{message}\n{_underlined(text, start, stop)}")


class ModelFileError(ModelError):
    """A fault in a model file; says the file and the key."""

    def __init__(self, message: str, file: str, key: str = "") -> None:
        place = ":".join(printable(part) for part in (file, key) if part)
        super().__init__(f"{place}: {message}")

    @classmethod
    def of(cls, faults: list[str]) -> ModelFileError:
        """Return several faults as one error, a line each; each says its file and key already."""
        found = cls("", "")
        found.args = ("\n".join(faults),)
        return found


class FrameworkError(LstmCalcError):
    """A framework that is unknown, or that does not offer what the model asks for."""


class WeightsError(LstmCalcError):
    """Weights that are not those of the model: a tensor missing, unknown, or of another shape or kind of number."""


class CheckpointError(LstmCalcError):
    """A file of weights that is of another format than those we read, or that is broken."""


class NotInstalledError(LstmCalcError):
    """A package that an answer needs and that is not installed; the message has the pip line."""


class OutputError(LstmCalcError):
    """An answer that cannot be written where or how it was asked for."""


_LONGEST = 60


def printable(text: str) -> str:
    """Return a text as it may stand in a sentence: no control characters, and not too long."""
    return shortened(visible(text[: 2 * _LONGEST + 1]))


def shortened(text: str) -> str:
    """Return a text, or its beginning where it is too long for a sentence."""
    return text if len(text) <= 2 * _LONGEST else f"{text[: 2 * _LONGEST - 1]}…"


def quoted(value: object) -> str:
    """Return a value as a model file would write it, short enough for a sentence."""
    try:
        text = {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else repr(value)
    except RecursionError:
        text = "a value that is nested too deeply"
    except ValueError:
        text = "a number with too many digits"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


_MANY = 20
"""As many names as a sentence lists."""


LAYER_PAGE = "lstm-calc help notation lists the layers"
"""Where the names of layers are."""


def did_you_mean(word: str, known: Iterable[str], page: str = "", synonyms: Mapping[str, str] | None = None) -> str:
    """Return ``"; did you mean 'lstm'?"`` for a synonym or a near miss, else where the names are or which; nothing without any."""
    known = list(known)
    near = (synonyms or {}).get(word.lower()) or nearest(word[:_LONGEST].lower(), known)
    if near:
        return f"; did you mean {near!r}?"
    if page:
        return f"; {page}"
    return f"; known are {few(known, _MANY)}" if known else ""


_MOST_NAMES, _MOST_COMPARED, _LONGEST_COMPARED = 10_000, 100, 200


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the name that is most like a word, None where none is; of many names only those that share most letters are compared.

    >>> nearest("ltsm", ["gru", "lstm"])
    'lstm'
    """
    from difflib import SequenceMatcher, get_close_matches
    from heapq import nlargest
    from itertools import islice

    matcher = SequenceMatcher(b=word)

    def most(name: str) -> float:
        """Return a bound on how like the word a name is, which takes the time of reading it."""
        matcher.set_seq1(name)
        return matcher.quick_ratio()

    short = (name for name in islice(known, _MOST_NAMES) if len(name) <= _LONGEST_COMPARED >= len(word))
    return next(iter(get_close_matches(word, nlargest(_MOST_COMPARED, short, key=most), n=1)), None)


FOR_WEIGHTS = "a file of weights goes to lstm-calc inspect, whose --as-model writes a model file of it"
"""What is set beside a file that is no model, and may be weights."""


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return the words as a list in a sentence: ``a, b and c``."""
    *front, end = words
    return f"{', '.join(front)} {last} {end}" if front else end


def few(names: Iterable[str], most: int = 3) -> str:
    """Return the names as a list in a sentence, the first of them where they are many."""
    names = list(names)
    more = len(names) - most
    return listed(names if more <= 1 else [*names[:most], f"{more:,} more"])


def _underlined(text: str, start: int, stop: int) -> str:
    """Return the part of the text around the fault, on one line, and carets under the fault."""
    left, right = max(0, start - _LONGEST), min(len(text), start + 2 * _LONGEST)
    shown = "".join(char if char.isprintable() else " " for char in text[left:right])
    before, after = "…" * (left > 0), "…" * (right < len(text))
    width = max(1, min(stop, right) - start)
    return f"  {before}{shown}{after}\n  {' ' * (len(before) + start - left)}{'^' * width}"
