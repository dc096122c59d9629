"""Zip archives that may be broken or hostile, as configs and weights come in: what they raise, and their directory in bounds."""

from __future__ import annotations

import zlib
from typing import IO
from zipfile import BadZipFile

FAULTS = (BadZipFile, EOFError, NotImplementedError, OSError, OverflowError, RuntimeError, ValueError, zlib.error)
"""What ``zipfile`` raises for an archive that is broken, encrypted, or compressed in a way that it does not know."""


class Bounded:
    """A stream of which at most so many bytes are read at once; ``zipfile`` would read a directory of any size."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        """Take the stream, which can seek."""
        self._stream, self._most = stream, most
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes, all up to the bound where no size is given; raise BadZipFile above it."""
        if size > self._most:
            raise BadZipFile(f"a directory of {size:,} bytes; at most {self._most:,} are read")
        return self._stream.read(self._most if size < 0 else size)
