"""HDF5, by its metadata: Keras' weights and whole models, and any other file of datasets.

Needs h5py, which reads no data unless asked to; links that leave the file are not followed.
"""

from __future__ import annotations

import json
import re
from typing import IO, TYPE_CHECKING, Any

from lstm_calc.errors import CheckpointError, quoted
from lstm_calc.formats.keras.hdf5 import FAULTS, MAX_CONFIG, config_text, imported, why
from lstm_calc.weights.readers.configured import configured_layers
from lstm_calc.weights.readers.stored import Checkpoint, Stored

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_LINKS = 50_000
_DEEPEST = 50
_OF_KERAS = re.compile(r"(_layer_checkpoint_dependencies|layers)[/\\]")
"""How the names in an archive of Keras begin; Keras on Windows parted them by backslashes."""


def read_hdf5(stream: IO[bytes]) -> Checkpoint:
    """Return the datasets of an HDF5 file and, where Keras wrote it, its layers' classes.

    Raises NotInstalledError, with the pip line, where h5py is not there, CheckpointError where the file is broken.
    """
    h5py = imported()
    try:
        with h5py.File(stream, "r") as file:
            root = h5py.h5g.open(file.id, b"/")
            tensors = tuple(_datasets(h5py, root))
            text = config_text(h5py, root)
            config = None if text is None else parsed_config(text)
            is_keras = config is not None or any(h5py.h5a.exists(root, name) for name in (b"layer_names", b"keras_version"))
    except FAULTS as error:
        raise CheckpointError(f"is an HDF5 file that is broken or cut short: {why(error)}") from None
    keras = is_keras or any(_OF_KERAS.match(tensor.name) for tensor in tensors)
    return Checkpoint(
        "keras-hdf5" if keras else "hdf5", tensors, classes=layer_classes(config), configured=configured_layers(config)
    )


def _datasets(h5py: Any, root: Any) -> Iterator[Stored]:
    """Yield every dataset below a group, hard links only, each object once."""
    seen = {h5py.h5o.get_info(root).addr}
    left = [(root, "")]
    links = 0
    while left:
        group, path = left.pop()
        inner = []
        for name in group:
            links += 1
            if links > _MOST_LINKS or path.count("/") > _DEEPEST:
                raise CheckpointError(f"has more than {_MOST_LINKS:,} links, or nests them more than {_DEEPEST} deep")
            if group.links.get_info(name).type != h5py.h5l.TYPE_HARD:
                continue
            found = h5py.h5o.open(group, name)
            inside = f"{path}{name.decode('utf-8', 'replace')}"
            if isinstance(found, h5py.h5d.DatasetID):
                yield _stored(h5py, inside, found)
            elif isinstance(found, h5py.h5g.GroupID) and (address := h5py.h5o.get_info(found).addr) not in seen:
                seen.add(address)
                inner.append((found, f"{inside}/"))
        left += reversed(inner)


def _stored(h5py: Any, name: str, dataset: Any) -> Stored:
    kinds = {h5py.h5t.FLOAT: "float", h5py.h5t.INTEGER: "int"}
    held = dataset.get_type()
    bits, kind = held.get_size() * 8, held.get_class()
    sign = "u" if kind == h5py.h5t.INTEGER and held.get_sign() == h5py.h5t.SGN_NONE else ""
    dtype = f"{sign}{kinds[kind]}{bits}" if kind in kinds else "other"
    return Stored(name, tuple(int(size) for size in dataset.shape), dtype, (h5py.h5o.get_info(dataset).addr,))


def parsed_config(text: str | bytes) -> Any:
    """Return a configuration, or raise CheckpointError where it is no JSON."""
    if len(text) > MAX_CONFIG:
        raise CheckpointError(f"has a configuration of {len(text):,} bytes; at most {MAX_CONFIG:,} are read")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise CheckpointError(f"has a model configuration that is not JSON: {quoted(why)}") from None


def layer_classes(config: Any) -> dict[str, str]:
    """Return the class of every layer in Keras' configuration of a model, by the layer's name, in the model's order."""
    inner = config.get("config") if isinstance(config, dict) else None
    layers = inner.get("layers") if isinstance(inner, dict) else inner
    classes: dict[str, str] = {}
    for layer in layers if isinstance(layers, list) else ():
        own = layer.get("config") if isinstance(layer, dict) else None
        name, cls = (own.get("name"), layer.get("class_name")) if isinstance(own, dict) else (None, None)
        if isinstance(name, str) and isinstance(cls, str):
            classes[name] = cls
    return classes
