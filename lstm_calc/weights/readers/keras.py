"""Keras' own archive: config.json, and model.weights.h5 in the layers' order.

Source: keras/src/saving/saving_lib.py.
"""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from lstm_calc.errors import CheckpointError
from lstm_calc.weights.readers.configured import Configured, configured_layers
from lstm_calc.weights.readers.hdf5 import layer_classes, parsed_config, read_hdf5

if TYPE_CHECKING:
    from lstm_calc.weights.readers.archive import Archive
    from lstm_calc.weights.readers.stored import Checkpoint

_MAX_CONFIG = 4 * 2**20
_MAX_UNPACKED = 256 * 2**20
_CHUNK = 2**20


def read_keras(archive: Archive) -> Checkpoint:
    """Return the tensors and the layers' classes of a .keras file."""
    weights = next(name for name in archive.names if name.endswith(".weights.h5"))
    classes: dict[str, str] = {}
    configured: tuple[Configured, ...] = ()
    if "config.json" in archive.sizes:
        with archive.open("config.json", _MAX_CONFIG) as source:
            config = parsed_config(source.take(source.size))
            classes, configured = layer_classes(config), configured_layers(config)
    stream = archive.window(weights)
    if stream is not None:
        return read_hdf5(stream).replace(format="keras", classes=classes, configured=configured)
    with TemporaryFile() as unpacked:
        _unpack(archive, weights, unpacked)
        return read_hdf5(unpacked).replace(format="keras", classes=classes, configured=configured)


def _unpack(archive: Archive, name: str, into: IO[bytes]) -> None:
    """Write a compressed member out, no further than its limit."""
    if archive.sizes[name] > _MAX_UNPACKED:
        raise CheckpointError(f"has weights compressed from {archive.sizes[name]:,} bytes; at most {_MAX_UNPACKED:,} are unpacked")
    with archive.open(name, _MAX_UNPACKED) as source:
        while source.at < source.size:
            into.write(source.take(min(_CHUNK, source.size - source.at)))
    into.seek(0)
