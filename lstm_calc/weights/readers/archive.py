"""A zip archive whose directory and members are read in bounded pieces."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from shutil import copyfileobj
from typing import IO, TYPE_CHECKING

from lstm_calc.errors import CheckpointError, printable, quoted
from lstm_calc.weights.readers.source import ByteSource
from lstm_calc.zipped import FAULTS, Bounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.weights.readers.source import Allowance

_MAX_DIRECTORY = 8 * 2**20
_CHUNK = 2**20
_LOCAL = b"PK\x03\x04"


def _short(error: Exception) -> str:
    """Return what zipfile says, without the bytes that it quotes."""
    return printable(str(error).partition(" and header ")[0]).lower() or type(error).__name__


class Archive:
    """The members of a zip archive, which all draw on one allowance."""

    def __init__(self, stream: IO[bytes], size: int, allowance: Allowance) -> None:
        """Read the directory; raise CheckpointError where it is broken or not there."""
        self.stream, self.allowance = stream, allowance
        try:
            self._zip = zipfile.ZipFile(Bounded(stream, _MAX_DIRECTORY))
        except FAULTS as error:
            raise CheckpointError(
                f"is a zip archive that ends at byte {size:,} without a sound directory ({_short(error)})"
            ) from None
        self.size = size
        self.sizes = {info.filename: info.file_size for info in self._zip.infolist()}
        self.names = tuple(self.sizes)

    @contextmanager
    def open(self, name: str) -> Iterator[ByteSource]:
        """Give a member as a source, its broken parts as a CheckpointError."""
        with self._member(name) as member:
            yield ByteSource(member, self.sizes[name], self.allowance, jumps=False)

    def unpack(self, name: str, into: IO[bytes]) -> None:
        """Write a compressed member out, at most as many bytes as the directory says."""
        self.allowance.spend("unpacked", self.sizes[name])
        with self._member(name) as member:
            copyfileobj(member, into, _CHUNK)
        into.seek(0)

    @contextmanager
    def _member(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with self._zip.open(name) as member:
                yield member
        except FAULTS as error:
            raise CheckpointError(f"has a broken member {quoted(name)}: {_short(error)}") from None

    def start(self, name: str) -> int | None:
        """Return where in the file the bytes of a member begin, None where it is compressed."""
        info = self._zip.getinfo(name)
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            return None
        with self.open(name):  # checks the local header against the directory
            self.stream.seek(info.header_offset)
            head = self.stream.read(30)
        start = info.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        if head[:4] != _LOCAL or start + info.file_size > self.size:
            raise CheckpointError(f"ends at byte {self.size:,}, before its member {quoted(name)} does: cut short")
        return start
