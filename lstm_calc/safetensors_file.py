"""Weights out of a safetensors file and into one. Needs the package safetensors, and NumPy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import NotInstalledError, WeightsError, printable, quoted

try:
    import numpy as np
    import safetensors.numpy as library
    from safetensors import SafetensorError
except ModuleNotFoundError as error:
    raise NotInstalledError("safetensors files need two packages; pip install 'lstm-calc[safetensors]'") from error

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_weights(path: str) -> dict[str, Any]:
    """Return the arrays of a safetensors file by name.

    Raises WeightsError where there is no such file, where it is not a whole safetensors file, and where it holds a kind of number
    that NumPy does not have, such as BF16.
    """
    try:
        weights: dict[str, Any] = library.load(Path(path).read_bytes())
    except (OSError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) and fault.strerror else "not a file name"
        raise WeightsError(f"{quoted(path)} cannot be read: {why.lower()}") from None
    except KeyError as kind:
        raise WeightsError(f"{quoted(path)} holds {kind.args[0]}, which NumPy does not have; save it as F32 first") from None
    except SafetensorError as fault:
        raise WeightsError(f"{quoted(path)} is not a safetensors file: {printable(str(fault))}") from None
    return weights


def written(weights: Mapping[str, Any]) -> bytes:
    """Return the content of a safetensors file with some arrays."""
    return bytes(library.save({name: np.ascontiguousarray(array) for name, array in weights.items()}))
