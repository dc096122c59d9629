"""Bytes of a file, read in bounded pieces: a size that a file claims is checked against what is there before it is read.

All that reading one file takes draws on one allowance, however many members, shards, pickles and messages the file has.
"""

from __future__ import annotations

import io
import struct
from typing import IO

from lstm_calc.errors import CheckpointError

MOST = {
    "bytes": 32 * 2**20,
    "unpacked": 256 * 2**20,
    "steps": 1_000_000,
    "elements": 300_000,
    "links": 50_000,
    "names": 50_000,
    "seconds": 5,
}
_WORDS = {
    "bytes": "bytes of names and settings",
    "unpacked": "bytes of compressed weights",
    "steps": "steps in its pickles, messages and headers",
    "elements": "containers or copied elements in its pickles",
    "links": "links",
    "names": "tensors",
    "seconds": "seconds of work in its HDF5",
}


class Allowance:
    """What one file may still take. Every reader draws from the allowance of its file, so that no member has one of its own."""

    def __init__(self) -> None:
        self.left: dict[str, float] = dict(MOST)

    def spend(self, what: str, count: float = 1) -> None:
        """Take so much of a kind; raise CheckpointError where the file needs more than there is."""
        self.left[what] -= count
        if self.left[what] < 0:
            raise CheckpointError(f"has more than {MOST[what]:,} {_WORDS[what]}, which is more than is read")


_CHUNK = 2**13
_LONGEST_LINE = 2**20


class Window(io.RawIOBase):
    """A stretch of an open file as a file of its own."""

    def __init__(self, stream: IO[bytes], start: int, size: int) -> None:
        """Take the file, and where the stretch lies in it."""
        self._stream, self._start, self._size, self._at = stream, start, size, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place of the stretch."""
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def tell(self) -> int:
        """Return the place in the stretch."""
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # a Buffer has no slices
        """Fill a buffer as far as the stretch goes."""
        self._stream.seek(self._start + self._at)
        data = self._stream.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class ByteSource:
    """A stream of bytes whose reading draws on an allowance; what is passed over counts only where it can't be jumped."""

    def __init__(self, stream: IO[bytes], size: int, allowance: Allowance, *, jumps: bool = True) -> None:
        """Take a stream at its start, how long it is, what may be read of it, and whether it jumps forward at no cost."""
        self.size, self.allowance = size, allowance
        self._stream, self._jumps = stream, jumps
        self._buffer, self._next, self._start, self._paid = b"", 0, 0, 0

    @property
    def at(self) -> int:
        """The place of the next byte."""
        return self._start + self._next

    def take(self, count: int) -> bytes:
        """Return the next bytes; raise CheckpointError where the file ends before."""
        start, stop = self._next, self._next + count
        if stop > len(self._buffer) or count < 0:
            self._fill(count)
            start, stop = 0, count
        self._next = stop
        return self._buffer[start:stop]

    def _fill(self, count: int) -> None:
        """Have at least so many of the next bytes in the buffer."""
        self._reach(count)
        rest = self._buffer[self._next :]
        self.allowance.spend("bytes", self._next - self._paid + count)  # what is read ahead costs nothing until it is used
        self._start, self._next, self._paid = self.at, 0, count
        self._buffer = rest + self._stream.read(max(count - len(rest), _CHUNK))
        if len(self._buffer) < count:
            end = self._start + len(self._buffer)
            raise CheckpointError(f"ends at byte {end:,}, {count - len(self._buffer):,} bytes before it should")

    def line(self) -> bytes:
        """Return the next line without its end."""
        seen = 0
        while (stop := self._buffer.find(b"\n", self._next + seen)) < 0:
            seen = len(self._buffer) - self._next
            if seen >= min(_LONGEST_LINE, self.size - self.at):
                raise CheckpointError(f"ends at byte {self.size:,}, or has a line that does not end, from byte {self.at:,} on")
            self._fill(min(seen + _CHUNK, self.size - self.at))
        line, self._next = self._buffer[self._next : stop], stop + 1
        return line

    def skip(self, count: int) -> None:
        """Pass over the next bytes; raise CheckpointError where the file ends before."""
        self._reach(count)
        inside = min(count, len(self._buffer) - self._next)
        self._next += inside
        count -= inside
        if self._jumps and count:
            self._start, self._next, self._paid, self._buffer = self.at + count, 0, 0, b""
            self._stream.seek(count, io.SEEK_CUR)
        while not self._jumps and count:
            step = min(count, _CHUNK)
            self.take(step)
            count -= step

    def pass_over(self, count: int) -> None:
        """Jump over the next bytes where that costs nothing; else stay, at the end of what is read."""
        if self._jumps:
            self.skip(count)

    def number(self, form: str) -> int:
        """Return the next number, little-endian, in a form of :mod:`struct`."""
        return int(struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))[0])

    def _reach(self, count: int) -> None:
        if count < 0 or self.at + count > self.size:
            raise CheckpointError(f"ends at byte {self.size:,}, where its own sizes lead to byte {self.at + count:,}")
