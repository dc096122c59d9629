"""Safetensors: eight bytes for the length of a JSON header, the header, the numbers; and the index of a file in shards.

Source: huggingface/safetensors, README, section Format.
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import CheckpointError, quoted
from lstm_calc.frozen import Record
from lstm_calc.weights.readers.formats import Reader
from lstm_calc.weights.readers.stored import Checkpoint, Stored, check_shape

if TYPE_CHECKING:
    from lstm_calc.frameworks.counting import Shape
    from lstm_calc.weights.readers.formats import File
    from lstm_calc.weights.readers.source import Allowance, ByteSource

MAX_HEADER = 4 * 2**20
_MOST_SHARDS = 1000
DTYPES = {
    "BOOL": ("bool", 8),
    "U8": ("uint8", 8),
    "I8": ("int8", 8),
    "F8_E5M2": ("float8_e5m2", 8),
    "F8_E4M3": ("float8_e4m3fn", 8),
    "F8_E8M0": ("float8_e8m0fnu", 8),
    "F8_E5M2FNUZ": ("float8_e5m2fnuz", 8),
    "F8_E4M3FNUZ": ("float8_e4m3fnuz", 8),
    "F4": ("float4_e2m1fn", 4),
    "F6_E2M3": ("float6_e2m3fn", 6),
    "F6_E3M2": ("float6_e3m2fn", 6),
    "I16": ("int16", 16),
    "U16": ("uint16", 16),
    "F16": ("float16", 16),
    "BF16": ("bfloat16", 16),
    "I32": ("int32", 32),
    "U32": ("uint32", 32),
    "F32": ("float32", 32),
    "F64": ("float64", 64),
    "I64": ("int64", 64),
    "U64": ("uint64", 64),
    "C64": ("complex64", 64),
}
"""For each dtype of the format, NumPy's word for it and its bits."""


class Entry(Record):
    """One tensor of a header: its dtype as the format calls it, its shape, and where in the file its first and last bytes lie."""

    dtype: str
    shape: Shape
    start: int
    stop: int


def is_safetensors(head: bytes, size: int) -> bool:
    """Say whether a file begins with a length and a JSON table of that length, as far as is there."""
    return size > 8 and head[8:9] == b"{" and (head[9:10] in b'"} \n\r\t' or not head[9:10])


def read_safetensors(source: ByteSource) -> Checkpoint:
    """Return the tensors of a file in safetensors' format from its header alone."""
    stored = (Stored(name, entry.shape, DTYPES[entry.dtype][0]) for name, entry in read_entries(source).items())
    return Checkpoint("safetensors", tuple(stored))


def read_entries(source: ByteSource) -> dict[str, Entry]:
    """Return what the header of a file says of every tensor, checked against the length of the file."""
    length = source.number("Q")
    if length > MAX_HEADER:
        raise CheckpointError(f"claims a safetensors header of {length:,} bytes; at most {MAX_HEADER:,} are read")
    header = json_table(source.take(length), "the safetensors header")
    header.pop("__metadata__", None)
    source.allowance.spend("names", len(header))
    return {name: _entry(name, entry, source.at, source.size) for name, entry in header.items()}


def json_table(data: bytes, what: str) -> dict[str, Any]:
    """Return the table that JSON bytes which begin with a brace hold, in which no key stands twice."""
    import json

    try:
        table: dict[str, Any] = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise CheckpointError(f"has {what} that is not JSON: {why}") from None
    return table


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a key stands twice")
    return table


def _entry(name: str, entry: Any, start: int, size: int) -> Entry:
    """Return one tensor of the header, its claims checked against each other and against the length of the file."""
    try:
        word, shape, (first, last) = entry["dtype"], entry["shape"], entry["data_offsets"]
        check_shape(name, shape)
        right = all(type(part) is int and part >= 0 for part in (*shape, first, last - first))
        right = right and (last - first) * 8 == prod(shape) * DTYPES[word][1]
    except (KeyError, TypeError, ValueError):
        raise CheckpointError(f"has no dtype, shape and offsets for the tensor {quoted(name)} that go together") from None
    if not right:
        raise CheckpointError(f"gives the tensor {quoted(name)} a shape and offsets that do not go together")
    if start + last > size:
        raise CheckpointError(f"ends at byte {size:,}, and the tensor {quoted(name)} at byte {start + last:,}: cut short")
    return Entry(word, tuple(shape), start + first, start + last)


def _is_index(file: File) -> bool:
    return file.head.lstrip().startswith(b"{") and b"weight_map" in file.head + file.tail


def read_index(file: File) -> Checkpoint:
    """Return the tensors that an index lists, each read from its shard, a file beside the index."""
    if file.size > MAX_HEADER:
        raise CheckpointError(f"is an index of {file.size:,} bytes; at most {MAX_HEADER:,} are read")
    table = json_table(file.source().take(file.size), "an index")
    if not isinstance(table.get("weight_map"), dict):
        raise CheckpointError("is JSON without a weight_map")
    shards = _shards(table["weight_map"])
    found: list[Stored] = []
    form = ""
    for shard, names in shards.items():
        checkpoint = _read_shard(file.path.parent / shard, file.allowance)
        by_name = {tensor.name: tensor for tensor in checkpoint.tensors}
        missing = [name for name in names if name not in by_name]
        if missing:
            raise CheckpointError(f"says that {quoted(missing[0])} is in {quoted(shard)}, and it is not")
        found += [by_name[name].within(shard) for name in names]
        form = checkpoint.format
    return Checkpoint(f"{form}, {len(shards)} shards", tuple(found))


def _shards(weight_map: dict[str, Any]) -> dict[str, list[str]]:
    """Return the names of the tensors in each shard; refuse what is no file beside the index, and too many of them."""
    shards: dict[str, list[str]] = {}
    for name, shard in weight_map.items():
        if not isinstance(shard, str) or shard != Path(shard).name:
            raise CheckpointError(f"names {quoted(shard)} as a shard, which is not a file beside it")
        shards.setdefault(shard, []).append(name)
    if len(shards) > _MOST_SHARDS:
        raise CheckpointError(f"names {len(shards):,} shards; at most {_MOST_SHARDS:,} are read")
    return shards


def _read_shard(path: Path, allowance: Allowance) -> Checkpoint:
    """Return what a shard holds, which is no index; it draws on the allowance of the index."""
    from lstm_calc.weights.readers import read, refuse_what_is_no_file

    refuse_what_is_no_file(path)
    with path.open("rb") as stream:
        if stream.read(16).lstrip().startswith(b"{"):
            raise CheckpointError("names itself or another index as a shard")
    return read(str(path), allowance)


READERS = (
    Reader(50, lambda file: is_safetensors(file.head, file.size), lambda file: read_safetensors(file.source()), "safetensors"),
    Reader(60, _is_index, read_index),
)
