"""The files that a call reads, so that it does not write its answer over one of them.

Files are told apart by device and inode, so that a link or another path to the same file counts as that file.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_noted: ContextVar[set[tuple[int, int]] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[None]:
    """Note the files that are opened from here on, and forget them at the end; outside of this, nothing is noted."""
    token = _noted.set(set())
    try:
        yield
    finally:
        _noted.reset(token)


def note(stream: IO[Any]) -> None:
    """Note an open file; a pipe, a device or a stream in memory can't be overwritten and is not noted."""
    noted = _noted.get()
    if noted is not None:
        with suppress(OSError):  # a stream in memory has no descriptor
            status = os.fstat(stream.fileno())
            if stat.S_ISREG(status.st_mode):
                noted.add((status.st_dev, status.st_ino))


def is_noted(path: Path) -> bool:
    """Say whether a path leads to a file that was noted; raise OSError where there is no such file."""
    status = path.stat()
    return (status.st_dev, status.st_ino) in (_noted.get() or ())
