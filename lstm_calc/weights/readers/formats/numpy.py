"""NumPy's npy and npz, by their headers alone.

Source: numpy/lib/_format_impl.py, the module's docstring.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from lstm_calc.errors import CheckpointError
from lstm_calc.weights.readers.formats import Reader
from lstm_calc.weights.readers.stored import Checkpoint, Stored, check_shape

if TYPE_CHECKING:
    from lstm_calc.weights.readers.archive import Archive
    from lstm_calc.weights.readers.source import ByteSource

MAGIC = b"\x93NUMPY"
_MAX_HEADER = 10_000
"""As NumPy has it."""
_LENGTHS = {1: "H", 2: "I", 3: "I"}
KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex", "b": "bool", "V": "void", "S": "bytes", "U": "str"} | dict.fromkeys(
    "Mm", "time"
)
_MOST_ARRAYS = 10_000


def read_npy(source: ByteSource) -> Checkpoint:
    """Return the array of an npy file, those that follow each other in one, numbered, or those in an array of objects."""
    tensors: list[Stored] = []
    while not tensors or (source.at < source.size and tensors[-1].dtype is not None):
        tensors += _arrays(str(len(tensors)), source)
    return Checkpoint("npy", (tensors[0].replace(name="array"),) if len(tensors) == 1 else tuple(tensors))


def read_npz(archive: Archive) -> Checkpoint:
    """Return the arrays of an npz file, each named after its member."""
    tensors: list[Stored] = []
    if len(archive.names) > _MOST_ARRAYS:
        raise CheckpointError(f"has {len(archive.names):,} members; at most {_MOST_ARRAYS:,} are read")
    for member in archive.names:
        if member.endswith(".npy"):
            with archive.open(member) as source:
                tensors += _arrays(member.removesuffix(".npy"), source)
    return Checkpoint("npz", tuple(tensors))


def _arrays(name: str, source: ByteSource) -> list[Stored]:
    """Return the array behind a header, or, where its dtype is object, the arrays in its pickle."""
    dtype, shape, width = _header(source)
    source.allowance.spend("names")
    if dtype == "object":
        from lstm_calc.weights.readers.pickled import tensors_of
        from lstm_calc.weights.readers.pickles import unpickled

        inside = tensors_of(unpickled(source), source.allowance)
        found = [tensor.within(name).replace(name=f"{name}/{tensor.name}") for tensor in inside]
        return found or [Stored(name, shape, dtype)]
    check_shape(name, shape)
    end = source.at + prod(shape) * width
    if end > source.size:
        raise CheckpointError(f"ends at byte {source.size:,}, and the array {name!r} at byte {end:,}: cut short")
    source.pass_over(prod(shape) * width)
    return [Stored(name, shape, dtype)]


def _header(source: ByteSource) -> tuple[str, tuple[int, ...], int]:
    """Return the dtype, the shape and the bytes a number takes."""
    import ast

    if source.take(6) != MAGIC:
        raise CheckpointError("has an array that does not begin with NumPy's magic bytes")
    version, _ = source.take(2)
    if version not in _LENGTHS:
        raise CheckpointError(f"has an array of npy version {version}; 1, 2 and 3 are read")
    length = source.number(_LENGTHS[version])
    if length > _MAX_HEADER:
        raise CheckpointError(f"claims an npy header of {length:,} bytes; at most {_MAX_HEADER:,} are read")
    try:
        text = source.take(length).decode("utf-8").strip()
        source.allowance.spend("steps", len(text))
        header = ast.literal_eval(text)
        shape = tuple(size for size in header["shape"] if type(size) is int and size >= 0)
        right = len(shape) == len(header["shape"])
        dtype, width = dtype_words(header["descr"])
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError):
        right, dtype, width, shape = False, "", 0, ()
    if not right:
        raise CheckpointError("has an npy header that does not say dtype and shape")
    return dtype, shape, width


def dtype_words(descr: object) -> tuple[str, int]:
    """Return NumPy's name for a dtype as its files write it, and how many bytes a number takes.

    >>> dtype_words("<f4"), dtype_words("|b1"), dtype_words("|O")
    (('float32', 4), ('bool', 1), ('object', 0))
    """
    if not isinstance(descr, str):
        return "record", 0
    kind, digits = descr.lstrip("<>|=")[:1], descr.lstrip("<>|=")[1:]
    if kind == "O":
        return "object", 0
    width = int(digits.partition("[")[0] or 1)
    if kind not in KINDS or width < 0:
        raise ValueError(descr)
    bits = "" if kind in "bVSUMm" else str(width * 8)
    return f"{KINDS[kind]}{bits}", width * (4 if kind == "U" else 1)


READERS = (
    Reader(22, lambda file: file.has_member(".npy"), lambda file: read_npz(file.archive), "NumPy"),
    Reader(30, lambda file: file.head.startswith(MAGIC), lambda file: read_npy(file.source())),
)
