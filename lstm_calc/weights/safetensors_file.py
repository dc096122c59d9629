"""Weights out of a safetensors file and into one. Needs the package safetensors, and NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lstm_calc.errors import NotInstalledError, WeightsError, printable, quoted
from lstm_calc.inputs import note

try:
    import numpy as np
    import safetensors
    from safetensors import SafetensorError
    from safetensors.numpy import save
except ModuleNotFoundError as error:
    raise NotInstalledError("safetensors files need two packages; pip install 'lstm-calc[safetensors]'") from error

_deserialize: Callable[[bytes], list[tuple[str, dict[str, Any]]]] = safetensors.deserialize
_KINDS = {
    **{f"F{8 * size}": f"<f{size}" for size in (2, 4, 8)},
    **{f"{sign}{8 * size}": f"<{sign.lower()}{size}" for sign in "IU" for size in (1, 2, 4, 8)},
    "BOOL": "?",
    "BF16": "<u2",
}
"""NumPy's name for each kind of number of a file; that of BF16 is for its bits."""


def read_weights(path: str) -> Mapping[str, Any]:
    """Return the arrays of a safetensors file by name, each made when it is asked for; BF16 becomes F32, exactly.

    Raises WeightsError where there is no such file, where it is not a whole safetensors file, and, from the mapping, where an array
    holds a kind of number that NumPy does not have, such as F8_E4M3.
    """
    try:
        with Path(path).open("rb") as stream:
            note(stream)
            return _Arrays(path, dict(_deserialize(stream.read())))
    except (OSError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) and fault.strerror else "not a file name"
        raise WeightsError(f"{quoted(path)} cannot be read: {why.lower()}") from None
    except SafetensorError as fault:
        raise WeightsError(f"{quoted(path)} is not a safetensors file: {printable(str(fault))}") from None


class _Arrays(Mapping[str, Any]):
    """The arrays of a file, whose other tensors need not be of a kind that NumPy has."""

    def __init__(self, path: str, stored: dict[str, dict[str, Any]]) -> None:
        self.path = path
        self.stored = stored

    def __iter__(self) -> Iterator[str]:
        return iter(self.stored)

    def __len__(self) -> int:
        return len(self.stored)

    def __getitem__(self, name: str) -> Any:
        tensor = self.stored[name]
        kind = tensor["dtype"]
        if kind not in _KINDS:
            raise WeightsError(f"{quoted(self.path)} holds {kind}, which NumPy does not have; save it as F32 first")
        array = np.ndarray(tensor["shape"], _KINDS[kind], tensor["data"])
        return (array.astype("<u4") << 16).view("<f4") if kind == "BF16" else array


def written(weights: Mapping[str, Any]) -> bytes:
    """Return the content of a safetensors file with some arrays."""
    return bytes(save({name: np.ascontiguousarray(array) for name, array in weights.items()}))
