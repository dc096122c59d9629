"""Protocol buffers' wire format, walked in a file that is mapped, not read: what is passed over never comes into memory.

Source: protobuf.dev, Encoding. The onnx package reads every weight of a file, so that one of 2 GB takes 2 GB.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from lstm_calc.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from mmap import mmap

MOST_FIELDS = 400_000
_DEEPEST = 100
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIDTHS = {_FIXED64: 8, _FIXED32: 4}


class Message:
    """A stretch of a mapped file that is one message; ``left`` counts down the fields that may still be walked."""

    __slots__ = ("_left", "data", "depth", "start", "stop")

    def __init__(self, data: mmap, start: int, stop: int, left: list[int] | None = None, depth: int = 0) -> None:
        if depth > _DEEPEST:
            raise CheckpointError(f"nests its messages more than {_DEEPEST} deep")
        self.data, self.start, self.stop, self.depth = data, start, stop, depth
        self._left = [MOST_FIELDS] if left is None else left

    def __len__(self) -> int:
        return self.stop - self.start

    def fields(self, wanted: Container[int]) -> Iterator[tuple[int, int | Message]]:
        """Yield the number of each field that is wanted and its value: a number, or the stretch of the file that it takes."""
        data, at, stop, left = self.data, self.start, self.stop, self._left
        while at < stop:
            left[0] -= 1
            if left[0] < 0:
                raise CheckpointError(f"has more than {MOST_FIELDS:,} fields, which is more than are read")
            tag = data[at]
            tag, at = (tag, at + 1) if tag < 128 else self._varint(at)
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
                yield number, Message(self.data, at, at + length, left, self.depth + 1)
            at += length

    def _varint(self, at: int) -> tuple[int, int]:
        """Return a number of up to ten bytes, and the place behind it."""
        if at < self.stop and (byte := self.data[at]) < 128:
            return byte, at + 1
        value = shift = 0
        for place in range(at, min(at + 10, self.stop)):
            byte = self.data[place]
            value |= (byte & 127) << shift
            if byte < 128:
                return value, place + 1
            shift += 7
        raise CheckpointError(f"ends at byte {min(at + 10, self.stop):,}, in the middle of a number")

    def raw(self, most: int = 4096) -> bytes:
        """Return the bytes themselves, no more than so many."""
        return self.data[self.start : min(self.stop, self.start + most)]

    def text(self) -> str:
        """Return the bytes as text."""
        return self.raw().decode("utf-8", "replace")

    def numbers(self, most: int = 64) -> list[int]:
        """Return packed whole numbers, as far as so many."""
        at = self.start
        values: list[int] = []
        while at < self.stop and len(values) < most:
            value, at = self._varint(at)
            values.append(signed(value))
        return values


def signed(value: int) -> int:
    """Return a number as the int64 that its 64 bits are.

    >>> signed(3), signed(2**64 - 1)
    (3, -1)
    """
    return (value & (2**64 - 1)) - (2**64 if value & 2**63 else 0)


def int64s(data: bytes) -> list[int]:
    """Return little-endian int64 numbers."""
    return list(struct.unpack(f"<{len(data) // 8}q", data[: len(data) // 8 * 8]))
