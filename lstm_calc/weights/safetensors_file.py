"""Weights out of a safetensors file and into one. Needs the package safetensors, and NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lstm_calc.errors import CheckpointError, NotInstalledError, WeightsError, quoted
from lstm_calc.weights.readers import opened
from lstm_calc.weights.readers.formats.safetensors import Entry, is_safetensors, read_entries
from lstm_calc.weights.readers.source import Allowance, ByteSource

try:
    import numpy as np
    from safetensors.numpy import save
except ModuleNotFoundError as error:
    raise NotInstalledError("safetensors files need two packages; pip install 'lstm-calc[safetensors]'") from error

_KINDS = {
    **{f"F{8 * size}": f"<f{size}" for size in (2, 4, 8)},
    **{f"{sign}{8 * size}": f"<{sign.lower()}{size}" for sign in "IU" for size in (1, 2, 4, 8)},
    "BOOL": "?",
    "BF16": "<u2",
}
"""NumPy's name for each kind of number of a file; that of BF16 is for its bits."""


def read_weights(path: str) -> Mapping[str, Any]:
    """Return the tensors of a safetensors file by name, from its header; numbers are read when NumPy makes an array of a tensor.

    BF16 becomes F32, exactly. Raises CheckpointError where there is no such file, or where it is not a whole safetensors file, and,
    from the mapping, WeightsError where a tensor holds a kind of number that NumPy does not have, such as F8_E4M3.
    """
    with opened(path) as (stream, size):
        if not is_safetensors(stream.read(16), size):
            raise CheckpointError("is not a safetensors file")
        stream.seek(0)
        return _LazyArrays(path, read_entries(ByteSource(stream, size, Allowance())))


class _LazyArrays(Mapping[str, Any]):
    """The tensors of a file, of which those that are not asked for need not be of a kind that NumPy has."""

    def __init__(self, path: str, entries: dict[str, Entry]) -> None:
        self.path = path
        self.entries = entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, name: str) -> Any:
        entry = self.entries[name]
        if entry.dtype not in _KINDS:
            raise WeightsError(f"{quoted(self.path)} holds {entry.dtype}, which NumPy does not have; save it as F32 first")
        return _LazyArray(self.path, entry)


class _LazyArray:
    """A tensor of a file, whose shape is known before its numbers are read."""

    def __init__(self, path: str, entry: Entry) -> None:
        self.path, self.entry, self.shape = path, entry, entry.shape

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """Read the numbers; NumPy calls this."""
        with opened(self.path) as (stream, size):
            if size < self.entry.stop:
                raise CheckpointError(f"ends at byte {size:,}, and was longer before")
            stream.seek(self.entry.start)
            array = np.frombuffer(bytearray(stream.read(self.entry.stop - self.entry.start)), _KINDS[self.entry.dtype])
        wide = (array.astype("<u4") << 16).view("<f4") if self.entry.dtype == "BF16" else array
        return np.array(wide.reshape(self.shape), dtype, copy=copy)


def written(weights: Mapping[str, Any]) -> bytes:
    """Return the content of a safetensors file with some arrays."""
    return bytes(save({name: np.ascontiguousarray(array) for name, array in weights.items()}))
