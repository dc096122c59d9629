"""Protocol buffers' wire format, walked in a file page by page: what is passed over never comes into memory.

Source: protobuf.dev, Encoding. The onnx package reads every weight of a file, so that one of 2 GB takes 2 GB. A mapped file would
end the process with SIGBUS where it is cut short while it is read.
"""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING

from lstm_calc.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from lstm_calc.weights.readers.source import Allowance

_DEEPEST = 100
_PAGE = 2**13
_LONGEST_TEXT = 4096
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIDTHS = {_FIXED64: 8, _FIXED32: 4}


class Pages:
    """The bytes of a file by their places, one page of them in memory, and what may be read of it."""

    def __init__(self, stream: IO[bytes], size: int, allowance: Allowance) -> None:
        """Take a file that can seek, its length, and what may be read of it."""
        self.size, self.allowance = size, allowance
        self._stream, self._first, self._page = stream, 0, b""

    def byte(self, at: int) -> int:
        """Return the byte at a place."""
        place = at - self._first
        if not 0 <= place < len(self._page):
            self._first, place = at, 0
            self._page = self.between(at, min(self.size, at + _PAGE))
        return self._page[place]

    def between(self, start: int, stop: int) -> bytes:
        """Return the bytes from one place to another; raise CheckpointError where the file has become shorter."""
        self._stream.seek(start)
        data = self._stream.read(stop - start)
        if len(data) < stop - start:
            raise CheckpointError(f"ends at byte {start + len(data):,}, while it is read, and was longer before")
        return data


class Message:
    """A stretch of a file that is one message; every field, number and text of it draws on the file's allowance."""

    __slots__ = ("depth", "pages", "start", "stop")

    def __init__(self, pages: Pages, start: int, stop: int, depth: int = 0) -> None:
        if depth > _DEEPEST:
            raise CheckpointError(f"nests its messages more than {_DEEPEST} deep")
        self.pages, self.start, self.stop, self.depth = pages, start, stop, depth

    def __len__(self) -> int:
        return self.stop - self.start

    def fields(self, wanted: Container[int]) -> Iterator[tuple[int, int | Message]]:
        """Yield the number of each field that is wanted and its value: a number, or the stretch of the file that it takes."""
        at, stop, spend = self.start, self.stop, self.pages.allowance.spend
        while at < stop:
            spend("steps")
            tag, at = self._varint(at)
            number, wire = tag >> 3, tag & 7
            if wire == _VARINT:
                value, at = self._varint(at)
                if number in wanted:
                    yield number, value
                continue
            length, at = self._varint(at) if wire == _BYTES else (_WIDTHS.get(wire, -1), at)
            if length < 0 or number == 0:
                raise CheckpointError(f"makes no sense as protocol buffers at byte {at:,}")
            if at + length > stop:
                raise CheckpointError(f"ends at byte {stop:,}, where its own sizes lead to byte {at + length:,}: cut short")
            if number in wanted:
                yield number, Message(self.pages, at, at + length, self.depth + 1)
            at += length

    def _varint(self, at: int) -> tuple[int, int]:
        """Return a number of up to ten bytes, and the place behind it."""
        value = shift = 0
        for place in range(at, min(at + 10, self.stop)):
            byte = self.pages.byte(place)
            value |= (byte & 127) << shift
            if byte < 128:
                return value, place + 1
            shift += 7
        raise CheckpointError(f"ends at byte {min(at + 10, self.stop):,}, in the middle of a number")

    def raw(self, most: int = _LONGEST_TEXT) -> bytes:
        """Return the bytes themselves, no more than so many."""
        stop = min(self.stop, self.start + most)
        self.pages.allowance.spend("steps")
        self.pages.allowance.spend("bytes", stop - self.start)
        return self.pages.between(self.start, stop)

    def text(self) -> str:
        """Return the bytes as text."""
        return self.raw().decode("utf-8", "replace")

    def numbers(self) -> Iterator[int]:
        """Yield packed whole numbers."""
        at = self.start
        while at < self.stop:
            self.pages.allowance.spend("steps")
            value, at = self._varint(at)
            yield signed(value)


def signed(value: int) -> int:
    """Return a number as the int64 that its 64 bits are.

    >>> signed(3), signed(2**64 - 1)
    (3, -1)
    """
    return (value & (2**64 - 1)) - (2**64 if value & 2**63 else 0)


def int64s(data: bytes) -> list[int]:
    """Return little-endian int64 numbers."""
    return list(struct.unpack(f"<{len(data) // 8}q", data[: len(data) // 8 * 8]))
