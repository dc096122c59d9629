"""The config inside a file of Keras: a member of a ``.keras`` archive, a zip, or an attribute of the root of an HDF5 file.

Of an archive one small member is read, and nothing is unpacked. HDF5 needs h5py, which reads it in a process of its own.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from lstm_calc.errors import FOR_WEIGHTS, CheckpointError, ModelFileError, quoted
from lstm_calc.zipped import FAULTS, Bounded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_CONFIG = "config.json"
_MAX_DIRECTORY = 2**20
"""A directory of some ten thousand members; an archive of Keras has a handful."""


def config_in_archive(stream: BinaryIO, file: str, most: int) -> bytes:
    """Return the config in an archive, at most ``most`` bytes; raise ModelFileError where there is none that can be read."""
    if not stream.seekable():
        raise ModelFileError("a .keras archive cannot be read from a pipe; give its path", file)
    try:
        with ZipFile(Bounded(stream, _MAX_DIRECTORY)) as archive, archive.open(_member(archive, file, most)) as member:
            return member.read()
    except FAULTS as error:
        raise ModelFileError(f"not a .keras archive that can be read: {str(error).lower() or 'it ends too early'}", file) from None


def _member(archive: ZipFile, file: str, most: int) -> ZipInfo:
    """Return the entry of the config, once it and its neighbours are such as Keras writes."""
    found = []
    for entry in archive.infolist():
        if entry.filename.startswith("/") or ".." in entry.filename.split("/") or "\\" in entry.filename:
            raise ModelFileError(f"the archive holds a path that leaves it, {quoted(entry.filename)}", file)
        found += [entry] if entry.filename == _CONFIG else []
    if not found:
        raise ModelFileError(f"a zip without the {_CONFIG} of a .keras archive; {FOR_WEIGHTS}", file)
    if len(found) > 1:
        raise ModelFileError(f"a .keras archive has one {_CONFIG}, and this one has {len(found)}", file)
    entry = found[0]
    if entry.flag_bits & 1:
        raise ModelFileError(f"{_CONFIG} in the archive is encrypted", file)
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise ModelFileError(f"{_CONFIG} in the archive is compressed in a way that Keras does not use", file)
    if entry.file_size > most:
        raise ModelFileError(f"{_CONFIG} in the archive is too large for a model", file)
    return entry


def config_in_hdf5(stream: BinaryIO, file: str) -> bytes:
    """Return the config in an HDF5 file; raise ModelFileError where there is none that can be read.

    Raises NotInstalledError, with the pip line, where h5py is not there.
    """
    from lstm_calc.weights.readers.formats import hdf5

    if not stream.seekable():
        raise ModelFileError("an HDF5 file cannot be read from a pipe; give its path", file)
    try:
        with _in_a_file(stream) as held:
            found = hdf5.config_of(held, os.fstat(held.fileno()).st_size)
    except CheckpointError as error:
        raise ModelFileError(str(error), file) from None
    if found is None:
        raise ModelFileError(f"an HDF5 file without the configuration of a model; {FOR_WEIGHTS}", file)
    return json.dumps(found).encode()


@contextmanager
def _in_a_file(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Yield the stream, or a file with what it has where it is in memory, since another process is to read it."""
    if not isinstance(stream, BytesIO):
        yield stream
        return
    from tempfile import TemporaryFile

    with TemporaryFile() as file:
        file.write(stream.getbuffer())
        file.flush()
        yield file
