"""PyTorch's files: the zip of ``torch.save`` and of TorchScript, and the form before 1.6, which is a row of pickles.

Source: torch/serialization.py, functions _save and _legacy_save.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import CheckpointError, quoted
from lstm_calc.weights.readers.formats import Reader
from lstm_calc.weights.readers.formats.pickle import PROTOCOLS
from lstm_calc.weights.readers.stored import Checkpoint, Stored

if TYPE_CHECKING:
    from lstm_calc.weights.readers.archive import Archive
    from lstm_calc.weights.readers.formats import File
    from lstm_calc.weights.readers.source import ByteSource

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
"""That number as a pickle writes it, after two bytes for the protocol, or after a few more."""
_WIDTHS = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int64": 8,
    "int32": 4,
    "int16": 2,
    "complex64": 8,
    "complex128": 16,
}


def _is_torch_zip(file: File) -> bool:
    return file.is_zip and any(name == "data.pkl" or name.endswith("/data.pkl") for name in file.archive.names)


def _is_legacy(file: File) -> bool:
    return file.head[2:].startswith(_LEGACY) or (file.head.startswith(PROTOCOLS) and _LEGACY in file.head[:32])


def read_torch_zip(archive: Archive) -> Checkpoint:
    """Return the tensors of a zip that torch.save or torch.jit.save wrote, from its pickles and the sizes of its members.

    A frozen TorchScript module has its weights among the constants of its code, in constants.pkl; beside parameters those are none.
    """
    pickle = next(name for name in archive.names if name == "data.pkl" or name.endswith("/data.pkl"))
    root = pickle.removesuffix("data.pkl")
    tensors = _pickled(archive, root, "data")
    constants = f"{root}constants.pkl" in archive.sizes
    if constants:
        kind = "buffer" if tensors else ""
        tensors += tuple(
            tensor.within("constants").replace(name=f"constants/{tensor.name}", kind=kind)
            for tensor in _pickled(archive, root, "constants")
        )
    scripted = constants or any(name.startswith(f"{root}code/") for name in archive.names)
    return Checkpoint("torchscript" if scripted else "pytorch", tensors)


def _pickled(archive: Archive, root: str, name: str) -> tuple[Stored, ...]:
    """Return the tensors of one pickle of the archive, whose storages are in the folder of the same name."""
    from lstm_calc.weights.readers.pickled import tensors_of
    from lstm_calc.weights.readers.pickles import unpickled

    with archive.open(f"{root}{name}.pkl") as source:
        tensors = tuple(tensors_of(unpickled(source), source.allowance))
    for tensor in tensors:
        _held(tensor, archive.sizes, root, name)
    return tensors


def _held(tensor: Stored, sizes: dict[str, int], root: str, folder: str) -> None:
    """Refuse a tensor whose storage is not in the archive, or too short for it."""
    if tensor.place is None or tensor.dtype not in _WIDTHS or not isinstance(tensor.place[0], str):
        return
    key, _, reach, *_ = tensor.place
    size = next((sizes[name] for name in (f"{root}{folder}/{key}", f"{root}{key}", f"{root}tensors/{key}") if name in sizes), None)
    if size is None:
        raise CheckpointError(f"has no storage {quoted(key)} for the tensor {quoted(tensor.name)}")
    if reach * _WIDTHS[tensor.dtype] > size:
        raise CheckpointError(f"has {size:,} bytes for the tensor {quoted(tensor.name)}, which needs more: cut short")


def read_torch_legacy(source: ByteSource) -> Checkpoint:
    """Return the tensors of a file of before 1.6: a magic number, version, system, the value, the storages' keys; then numbers."""
    from lstm_calc.weights.readers.pickled import tensors_of
    from lstm_calc.weights.readers.pickles import unpickled, words

    if unpickled(source) != LEGACY_MAGIC:
        raise CheckpointError("is not a file of torch.save")
    unpickled(source)
    unpickled(source)
    value = unpickled(source)
    tensors = tuple(tensors_of(value, source.allowance))
    keys = unpickled(source)
    widths = {tensor.place[0]: _WIDTHS.get(tensor.dtype or "", 1) for tensor in tensors if tensor.place}
    if not isinstance(keys, list):
        raise CheckpointError("has no list of its storages")
    for key in keys:
        count = source.number("q")
        try:
            source.skip(count * widths.get(words(key), 1))
        except CheckpointError:
            raise CheckpointError(
                f"ends at byte {source.size:,}, in the middle of the storage {quoted(words(key))} of {count:,} numbers: cut short"
            ) from None
    return Checkpoint("pytorch-legacy", tensors)


READERS = (
    Reader(20, _is_torch_zip, lambda file: read_torch_zip(file.archive), "PyTorch"),
    Reader(65, _is_legacy, lambda file: read_torch_legacy(file.source())),
)
