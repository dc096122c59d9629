"""A zip archive whose directory and members are read in bounded pieces."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from lstm_calc.errors import CheckpointError, printable, quoted
from lstm_calc.weights.readers.source import Source, Window
from lstm_calc.zipped import FAULTS, Bounded

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_DIRECTORY = 8 * 2**20
_LOCAL = b"PK\x03\x04"


def _short(error: Exception) -> str:
    """Return what zipfile says, without the bytes that it quotes."""
    return printable(str(error).partition(" and header ")[0]).lower() or type(error).__name__


class Archive:
    """The members of a zip archive."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        """Read the directory; raise CheckpointError where it is broken or not there."""
        self._stream = stream
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
    def open(self, name: str, limit: int) -> Iterator[Source]:
        """Give a member as a source, its broken parts as a CheckpointError."""
        try:
            with self._zip.open(name) as member:
                yield Source(member, self.sizes[name], limit, jumps=False)
        except FAULTS as error:
            raise CheckpointError(f"has a broken member {quoted(name)}: {_short(error)}") from None

    def window(self, name: str) -> IO[bytes] | None:
        """Return a member that is not compressed as a file of its own, None where it is compressed."""
        info = self._zip.getinfo(name)
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            return None
        with self.open(name, 0):  # holds the local header against the directory
            self._stream.seek(info.header_offset)
            head = self._stream.read(30)
        start = info.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        if head[:4] != _LOCAL or start + info.file_size > self.size:
            raise CheckpointError(f"ends at byte {self.size:,}, before its member {quoted(name)} does: cut short")
        return Window(self._stream, start, info.file_size)  # type: ignore[return-value]  # raw files are none of typeshed's IO
