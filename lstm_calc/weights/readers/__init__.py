"""Names and shapes out of a file of weights, one module a format; the format is told by the content, not by the name.

Nothing in a file is run or built, no weights are read, and what a file claims is held against its length first.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from lstm_calc.errors import CheckpointError, printable
from lstm_calc.inputs import note
from lstm_calc.weights.readers.source import Allowance, ByteSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.weights.readers.stored import Checkpoint

_HEAD = 2048
_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_NPY = b"\x93NUMPY"
_LEGACY = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
_PROTOCOLS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_ONNX = rb"\x08[\x01-\x7f]([\x12\x1a\"(2:Br\xa2\xca]|$)|\x12[\x00-\x7f][\x1a -~]|[:B]"
"""How a model begins: the version of its format and a field after that, the name of its producer, its graph or its operators."""
_OLD_PICKLE = b"(]}cl"
"""The opcodes that a pickle of protocol 0 or 1 begins with."""


def read(path: str, allowance: Allowance | None = None) -> Checkpoint:
    """Return what a file of weights holds; raise CheckpointError, which names the file and what is wrong with it.

    Raises NotInstalledError, with the pip line, where the format needs a package that is not there. The file draws on the
    ``allowance``, which is that of the index where it is a shard.
    """
    with opened(path) as (stream, size):
        return _read(stream, size, path, Allowance() if allowance is None else allowance)


@contextmanager
def opened(path: str) -> Iterator[tuple[IO[bytes], int]]:
    """Give a regular file and its length; what goes wrong with it becomes a CheckpointError that names the file."""
    try:
        _refuse_what_is_no_file(Path(path))
        with Path(path).open("rb") as stream:
            note(stream)
            yield stream, os.fstat(stream.fileno()).st_size
    except CheckpointError as error:
        raise CheckpointError(f"{printable(path)}: {error}") from None
    except OSError as error:
        raise CheckpointError(f"{printable(path)}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    except (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError) as error:
        raise CheckpointError(f"{printable(path)}: cannot be read: {type(error).__name__}") from None


def _refuse_what_is_no_file(path: Path) -> None:
    """Refuse folders, saying what they are, and pipes and devices, which have no length."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        from lstm_calc.weights.readers.foreign import folder_words

        raise CheckpointError(f"is {folder_words(path)}")
    if not stat.S_ISREG(mode):
        raise CheckpointError("is not a regular file; inspect needs one that it can seek in")


def _read(stream: IO[bytes], size: int, path: str, allowance: Allowance) -> Checkpoint:
    """Return what a file holds, by the reader that its first bytes ask for."""
    head = stream.read(_HEAD)
    stream.seek(0)
    source = ByteSource(stream, size, allowance)
    if not head:
        raise CheckpointError("is empty")
    if _is_hdf5(stream, head, size):
        from lstm_calc.weights.readers.hdf5 import read_hdf5

        return read_hdf5(stream, 0, size, allowance)
    if head.startswith(_ZIP):
        return _read_zip(stream, size, allowance)
    if head.startswith(_NPY):
        from lstm_calc.weights.readers.numpy import read_npy

        return read_npy(source)
    _refuse_bare_numbers(Path(path))
    if is_safetensors(head, size):
        from lstm_calc.weights.readers.safetensors import read_safetensors

        return read_safetensors(source)
    if head.lstrip().startswith(b"{") and b"weight_map" in head + _rest(stream, size):
        return _read_index(source, path)
    return _read_pickle_or_graph(stream, source, head)


def _is_hdf5(stream: IO[bytes], head: bytes, size: int) -> bool:
    """Say whether HDF5's mark stands at the start, or at 512, 1024, 2048, ... as after a user's block."""
    at = 512
    while at < min(size, 2**20):
        stream.seek(at)
        if stream.read(len(_HDF5)) == _HDF5:
            stream.seek(0)
            return True
        at *= 2
    stream.seek(0)
    return head.startswith(_HDF5)


def _refuse_bare_numbers(path: Path) -> None:
    """Refuse a file that its name says has numbers alone, before what they happen to look like is taken for a format."""
    if path.match("*.data-[0-9]*-of-[0-9]*"):
        from lstm_calc.weights.readers.foreign import BARE_NUMBERS

        raise CheckpointError(f"is {BARE_NUMBERS}")


def is_safetensors(head: bytes, size: int) -> bool:
    """Say whether a file begins with a length and a JSON table of that length, as far as is there."""
    return size > 8 and head[8:9] == b"{" and (head[9:10] in b'"} \n\r\t' or not head[9:10])


def _rest(stream: IO[bytes], size: int) -> bytes:
    """Return the last bytes of a file."""
    stream.seek(max(0, size - _HEAD))
    tail = stream.read(_HEAD)
    stream.seek(0)
    return tail


def _read_zip(stream: IO[bytes], size: int, allowance: Allowance) -> Checkpoint:
    from lstm_calc.weights.readers.archive import Archive

    archive = Archive(stream, size, allowance)
    if any(name == "data.pkl" or name.endswith("/data.pkl") for name in archive.names):
        from lstm_calc.weights.readers.torch import read_torch_zip

        return read_torch_zip(archive)
    if any(name.endswith(".weights.h5") for name in archive.names):
        from lstm_calc.weights.readers.keras import read_keras

        return read_keras(archive)
    if any(name.endswith(".npy") for name in archive.names):
        from lstm_calc.weights.readers.numpy import read_npz

        return read_npz(archive)
    from lstm_calc.weights.readers.foreign import zip_words

    raise CheckpointError(f"is {zip_words(archive.names)}")


def _read_index(source: ByteSource, path: str) -> Checkpoint:
    """Return the tensors of a file in shards, from its index."""
    from lstm_calc.weights.readers.safetensors import MAX_HEADER, json_table, read_index

    if source.size > MAX_HEADER:
        raise CheckpointError(f"is an index of {source.size:,} bytes; at most {MAX_HEADER:,} are read")
    table = json_table(source.take(source.size), "an index")
    if not isinstance(table.get("weight_map"), dict):
        raise CheckpointError("is JSON without a weight_map")
    return read_index(table, Path(path).parent, partial(_read_shard, source.allowance))


def _read_shard(allowance: Allowance, path: str) -> Checkpoint:
    _refuse_what_is_no_file(Path(path))
    with Path(path).open("rb") as stream:
        if stream.read(16).lstrip().startswith(b"{"):
            raise CheckpointError("names itself or another index as a shard")
    return read(path, allowance)


def _read_pickle_or_graph(stream: IO[bytes], source: ByteSource, head: bytes) -> Checkpoint:
    """Return what a pickle or an ONNX graph holds, or say what else the file is."""
    from lstm_calc.weights.readers.foreign import UNKNOWN, file_words
    from lstm_calc.weights.readers.pickles import NotAPickleError

    if head[2:].startswith(_LEGACY) or (head.startswith(_PROTOCOLS) and _LEGACY in head[:32]):
        from lstm_calc.weights.readers.torch import read_torch_legacy

        return read_torch_legacy(source)
    words = file_words(head, _rest(stream, source.size)[-8:])
    unknown = words == UNKNOWN
    if head.startswith(_PROTOCOLS):
        return _read_pickle(source)
    if head[0] in _OLD_PICKLE and (unknown or words == "a text file"):
        with suppress(NotAPickleError):
            return _read_pickle(source)
    if unknown and re.match(_ONNX, head):
        from lstm_calc.weights.readers.onnx import read_onnx

        graph = read_onnx(stream, source.size, source.allowance)
        if graph is not None:
            return graph
        words = "a message of protocol buffers, but no ONNX model (Core ML, TensorFlow or another)"
    raise CheckpointError(f"is {words}; safetensors, PyTorch, Keras, HDF5, ONNX, NumPy and pickles are read")


def _read_pickle(source: ByteSource) -> Checkpoint:
    from lstm_calc.weights.readers.pickled import parameters_of
    from lstm_calc.weights.readers.pickles import unpickled
    from lstm_calc.weights.readers.stored import Checkpoint

    return Checkpoint(*parameters_of(unpickled(source), source.allowance))
