"""The text of a model file, read no further than one can be long, and its plain values, from TOML or JSON."""

from __future__ import annotations

import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import FOR_WEIGHTS, ModelError, ModelFileError, quoted
from lstm_calc.inputs import note
from lstm_calc.streams import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

MAX_BYTES = 4 * 2**20
_STRING_OR_COMMENT = r'"""(?s:.*?)(?:"{3,5}|\Z)|\'{3}(?s:.*?)(?:\'{3,5}|\Z)|"[^"\n]*"?|\'[^\'\n]*\'?|#.*'
"""In a TOML text without escaped quotes and backslashes; one that is not closed goes on to the end, so that one pass is enough."""
_MOST_DOTS = 2
"""A key costs the square of its parts, and those of the header above it; a model needs one dot, in ``budget.params``."""
_LONGEST_WORD = 2000
"""The largest size has 1,661 binary digits."""
_ZIP = b"PK\x03\x04"
_HDF5 = b"\x89HDF\r\n\x1a\n"


def read_text(path: str) -> tuple[str, str]:
    """Return the text of a file or of standard input, and its name in messages."""
    try:
        if path == "-":
            if sys.stdin is None:
                raise ModelFileError("nothing to read: standard input is closed", STDIN)
            note(sys.stdin.buffer)
            text = text_in(sys.stdin.buffer, STDIN)
            if not text:
                raise ModelFileError("nothing to read: standard input is empty, or was read already", STDIN)
            return text, STDIN
        with Path(path).open("rb") as stream:
            note(stream)
            return text_in(stream, path), path
    except OSError as error:
        raise ModelFileError(f"cannot be read: {(error.strerror or str(error)).lower()}", path) from None
    except ValueError:
        raise ModelFileError("cannot be read: not a file name", path) from None


def text_in(stream: BinaryIO, file: str) -> str:
    """Return the text of a stream, read no further than a model file can be long."""
    data = stream.read(MAX_BYTES + 1)
    if data.startswith(_ZIP):
        from lstm_calc.formats.keras.files import config_in_archive

        data = config_in_archive(stream, file, MAX_BYTES)
    elif data.startswith(_HDF5):
        from lstm_calc.formats.keras.files import config_in_hdf5

        data = config_in_hdf5(stream, file)
    if len(data) > MAX_BYTES:
        raise ModelFileError("too large for a model file, which has at most 4 MiB", file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ModelFileError(f"not UTF-8 text (byte {error.start:,}); {FOR_WEIGHTS}", file) from None


def values_in(text: str, file: str) -> Any:
    """Return the values of a TOML or JSON text."""
    is_json = text.lstrip().startswith(("{", "[{", '"{')) or file.lower().endswith((".json", ".keras"))
    return _parsed(_json, "JSON", text, file) if is_json else read_toml(text, file)


def read_toml(text: str, file: str) -> Any:
    """Return the values of a TOML text; raise ModelFileError, with the place, for what is none."""
    return _parsed(_toml, "TOML", text, file)


def _parsed(parse: Callable[[str], Any], form: str, text: str, file: str) -> Any:
    try:
        return parse(text)
    except ModelError as error:
        raise ModelFileError(str(error), file) from None
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        why = "a number has too many digits" if "integer string conversion" in why else why
        raise ModelFileError(f"not {form}: {why}", file) from None


def _toml(text: str) -> Any:
    import tomllib

    _check_words(text)
    return tomllib.loads(text)


def _check_words(text: str) -> None:
    """Raise ModelError where a key or a number of a TOML text is so long that the parser takes much time or memory for it."""
    words = re.sub(_STRING_OR_COMMENT, "s", text.replace(r"\\", "").replace(r"\"", ""))
    if re.search(rf"(?:\.[ \t]*[\w-]+[ \t]*){{{_MOST_DOTS + 1}}}", words):
        raise ModelError(f"a key has more than {_MOST_DOTS} dots")
    if any(len(word) > _LONGEST_WORD for word in re.findall(r"[\w-]+", words)):
        raise ModelError(f"a key or a number has more than {_LONGEST_WORD:,} characters")


def _json(text: str) -> Any:
    import json

    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs as a dict; JSON would let the last of two equal keys win in silence."""
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = sorted(key for key, _ in pairs)
        twice = next(key for key, following in pairwise(keys) if key == following)
        raise ModelError(f"the key {quoted(twice)} stands twice")
    return table
