"""Keras' own archive: config.json, and model.weights.h5 in the layers' order.

Source: keras/src/saving/saving_lib.py.
"""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from lstm_calc.weights.readers.configured import Configured, configured_layers
from lstm_calc.weights.readers.hdf5 import layer_classes, parsed_config, read_hdf5

if TYPE_CHECKING:
    from lstm_calc.weights.readers.archive import Archive
    from lstm_calc.weights.readers.stored import Checkpoint


def read_keras(archive: Archive) -> Checkpoint:
    """Return the tensors and the layers' classes of a .keras file."""
    weights = next(name for name in archive.names if name.endswith(".weights.h5"))
    classes: dict[str, str] = {}
    configured: tuple[Configured, ...] = ()
    if "config.json" in archive.sizes:
        with archive.open("config.json") as source:
            config = parsed_config(source.take(source.size))
            classes, configured = layer_classes(config), configured_layers(config)
    start, size = archive.start(weights), archive.sizes[weights]
    if start is not None:
        found = read_hdf5(archive.stream, start, size, archive.allowance)
        return found.replace(format="keras", classes=classes, configured=configured)
    with TemporaryFile() as unpacked:
        archive.unpack(weights, unpacked)
        found = read_hdf5(unpacked, 0, size, archive.allowance)
        return found.replace(format="keras", classes=classes, configured=configured)
