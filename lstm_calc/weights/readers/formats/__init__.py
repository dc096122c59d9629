"""The formats of files of weights, a module each: how its files are recognised, and how they are read.

A module of this folder has its :class:`Reader` records in ``READERS``. There is no list of them: a format whose module is put here
is recognised. All modules are imported when a file is opened, so what only the reading needs is imported where it reads.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import IO, TYPE_CHECKING

from lstm_calc.errors import CheckpointError, listed
from lstm_calc.folders import modules_in
from lstm_calc.frozen import Record
from lstm_calc.weights.readers.source import ByteSource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lstm_calc.weights.readers.archive import Archive
    from lstm_calc.weights.readers.source import Allowance
    from lstm_calc.weights.readers.stored import Checkpoint

_HEAD = 2048
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


class File:
    """An open file that is to be recognised: its first and last bytes, its members if it is a zip, and what may be read of it."""

    def __init__(self, path: Path, stream: IO[bytes], size: int, allowance: Allowance) -> None:
        """Take a file that can seek, its length, and what may be read of it."""
        self.path, self.stream, self.size, self.allowance = path, stream, size, allowance
        self.head = self.at(0, _HEAD)
        """Its first bytes."""

    def at(self, place: int, count: int) -> bytes:
        """Return so many bytes from a place on, fewer where the file ends before."""
        self.stream.seek(place)
        found = self.stream.read(count)
        self.stream.seek(0)
        return found

    @cached_property
    def tail(self) -> bytes:
        """Its last bytes."""
        return self.at(max(0, self.size - _HEAD), _HEAD)

    @property
    def is_zip(self) -> bool:
        """Whether it begins as a zip archive does."""
        return self.head.startswith(_ZIP)

    @cached_property
    def archive(self) -> Archive:
        """The zip archive that it is; raise CheckpointError where that is broken."""
        from lstm_calc.weights.readers.archive import Archive

        return Archive(self.stream, self.size, self.allowance)

    @cached_property
    def other(self) -> str:
        """What it is, in words, where its bytes say that it is of a format without a reader; else empty."""
        from lstm_calc.weights.readers.formats.foreign import file_words

        return file_words(self.head, self.tail[-8:])

    def source(self) -> ByteSource:
        """Return what reads the file from its start."""
        self.stream.seek(0)
        return ByteSource(self.stream, self.size, self.allowance)

    def has_member(self, *endings: str) -> bool:
        """Say whether it is a zip archive with a member whose name has one of the endings."""
        return self.is_zip and any(name.endswith(endings) for name in self.archive.names)


class Reader(Record):
    """One format.

    ``recognises`` says whether a file is of the format, ``read`` returns what it holds, or None where it turns out to be of another
    one. ``order`` says when it is asked, the lowest first: up to 40 go the marks that nothing else begins with, up to 70 what is
    unlikely to be anything else, and above that what a file of another format may look like. ``title`` is the format's name in the
    list of what is read; empty where it is that of another one, or where ``read`` is a refusal.
    """

    order: int
    recognises: Callable[[File], bool]
    read: Callable[[File], Checkpoint | None]
    title: str = ""


def unread(words: str) -> CheckpointError:
    """Return the error for a file that has no reader: what it is, and what is read."""
    titles = dict.fromkeys(reader.title for reader in readers() if reader.title)
    return CheckpointError(f"is {words}; {listed(titles)} are read")


def readers() -> list[Reader]:
    """Return the reader of every format, in the order in which they are asked."""
    found = [reader for name in modules_in(__path__) for reader in import_module(f"{__name__}.{name}").READERS]
    return sorted(found, key=lambda reader: reader.order)
