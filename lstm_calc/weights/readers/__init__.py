"""Names and shapes out of a file of weights, one module per format; the format is recognised by the content, not by the name.

Nothing in a file is run or built, no weights are read, and what a file claims is held against its length first.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from lstm_calc.errors import CheckpointError, printable
from lstm_calc.inputs import note
from lstm_calc.weights.readers.formats import File, readers, unread
from lstm_calc.weights.readers.source import Allowance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.weights.readers.stored import Checkpoint


def read(path: str, allowance: Allowance | None = None) -> Checkpoint:
    """Return what a file of weights holds; raise CheckpointError, which names the file and what is wrong with it.

    Raises NotInstalledError, with the pip line, where the format needs a package that is not there. The file draws on the
    ``allowance``, which is that of the index where it is a shard.
    """
    with opened(path) as (stream, size):
        return _read(File(Path(path), stream, size, Allowance() if allowance is None else allowance))


@contextmanager
def opened(path: str) -> Iterator[tuple[IO[bytes], int]]:
    """Give a regular file and its length; what goes wrong with it becomes a CheckpointError that names the file."""
    try:
        refuse_what_is_no_file(Path(path))
        with Path(path).open("rb") as stream:
            note(stream)
            yield stream, os.fstat(stream.fileno()).st_size
    except CheckpointError as error:
        raise CheckpointError(f"{printable(path)}: {error}") from None
    except OSError as error:
        raise CheckpointError(f"{printable(path)}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    except (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError) as error:
        raise CheckpointError(f"{printable(path)}: cannot be read: {type(error).__name__}") from None


def refuse_what_is_no_file(path: Path) -> None:
    """Refuse folders, saying what they are, and pipes and devices, which have no length."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        from lstm_calc.weights.readers.formats.foreign import folder_words

        raise CheckpointError(f"is {folder_words(path)}")
    if not stat.S_ISREG(mode):
        raise CheckpointError("is not a regular file; inspect needs one that it can seek in")


def _read(file: File) -> Checkpoint:
    """Return what a file holds, by the first reader that recognises it and finds what it looks for."""
    if not file.head:
        raise CheckpointError("is empty")
    for reader in readers():
        if reader.recognises(file):
            found = reader.read(file)
            if found is not None:
                return found
    raise unread(file.other or "of no format that is known here")
