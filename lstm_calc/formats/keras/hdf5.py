"""The config inside an HDF5 file of Keras: an attribute of its root. Needs h5py, which reads it in a process of its own."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from io import BytesIO
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from lstm_calc.errors import FOR_WEIGHTS, CheckpointError, ModelFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO


def config_of(stream: BinaryIO, file: str) -> bytes:
    """Return the config in an HDF5 file; raise ModelFileError where there is none that can be read.

    Raises NotInstalledError, with the pip line, where h5py is not there.
    """
    from lstm_calc.weights.readers import hdf5

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
    with TemporaryFile() as file:
        file.write(stream.getbuffer())
        file.flush()
        yield file
