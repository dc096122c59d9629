"""What a shell makes of a model without quotes: ``32 > lstm 64`` writes into a file named lstm."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from lstm_calc.formats.notation.names import begins_a_layer
from lstm_calc.streams import is_file

_F_GETPATH = 50
"""What asks macOS for the name of an open file."""
_LONGEST_PATH = 1024


def taken_word(stream: Any = None) -> str | None:
    """Return the name of the file that standard output is, where it is the word of a layer; None otherwise.

    None, too, where the system does not tell the name of an open file.
    """
    stream = sys.stdout if stream is None else stream
    if not is_file(stream):
        return None
    with suppress(OSError):
        word = Path(_path(stream.fileno())).name
        return word if begins_a_layer(word) else None
    return None


def _path(number: int) -> str:
    """Return the path of an open file; raise OSError where the system does not tell it."""
    if sys.platform == "darwin":
        import fcntl

        found = fcntl.fcntl(number, _F_GETPATH, bytes(_LONGEST_PATH))
        return os.fsdecode(found.partition(b"\0")[0])
    return os.readlink(f"/proc/self/fd/{number}")  # noqa: PTH115  it is a name, and no path to follow


def advice(word: str, words: list[str], *, failed: bool) -> str:
    """Return what happened where the output goes to a file of that word, and how to write the model.

    >>> advice("lstm", ["32", "64"], failed=True).split("; ")[1]
    "write the model in quotes, '32 > lstm 64', or without >, as 32 lstm 64"
    """
    plain = [each for each in words if not each.startswith("-")]
    if failed:
        line = {1: " > ".join([*plain, word]), 2: f"{plain[0]} > {word} {plain[-1]}"}.get(len(plain), "") if plain else ""
        what = f"the shell took '> {word}' for itself, and made or emptied the file {word}"
    else:
        line = f"{' '.join(plain)} > {word}"
        what = f"the answer went into the file {word}; if > {word} was meant as a layer"
    line = line or "32 > lstm 64 > dense 10"
    sign = "; " if failed else ", "
    return f"note: {what}{sign}write the model in quotes, '{line}', or without >, as {line.replace(' > ', ' ')}"
