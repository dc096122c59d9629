"""Keras' own archive: config.json, and model.weights.h5 in the layers' order.

Source: keras/src/saving/saving_lib.py.
"""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from lstm_calc.checkpoint.hdf5 import layer_classes, parsed_config, read_hdf5

if TYPE_CHECKING:
    from lstm_calc.checkpoint.archive import Archive
    from lstm_calc.checkpoint.stored import Checkpoint


def read_keras(archive: Archive) -> Checkpoint:
    """Return the tensors and the layers' classes of a .keras file."""
    weights = next(name for name in archive.names if name.endswith(".weights.h5"))
    classes = {}
    if "config.json" in archive.sizes:
        with archive.open("config.json") as source:
            classes = layer_classes(parsed_config(source.take(source.size)))
    start, size = archive.start(weights), archive.sizes[weights]
    if start is not None:
        return read_hdf5(archive.stream, start, size, archive.allowance).replace(format="keras", classes=classes)
    with TemporaryFile() as unpacked:
        archive.unpack(weights, unpacked)
        return read_hdf5(unpacked, 0, size, archive.allowance).replace(format="keras", classes=classes)
