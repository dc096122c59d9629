"""Keras' own archive, its configuration of a model, and where the weights of each layer stand.

Source: keras/src/saving/saving_lib.py (_walk_saveable, _save_container_state) and keras/src/utils/naming.py (to_snake_case).
"""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import CheckpointError, quoted
from lstm_calc.frozen import Record
from lstm_calc.weights.readers import read
from lstm_calc.weights.readers.formats import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lstm_calc.model import Model
    from lstm_calc.weights.readers.archive import Archive
    from lstm_calc.weights.readers.stored import Checkpoint


MAX_CONFIG = 4 * 2**20
_MOST_LAYERS, _LONGEST_PATH = 50_000, 500
_CAPITAL = r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])"
_DIRECTIONS = {"forward_layer", "backward_layer"}
_LISTS = ("layers", "cells")


class Configured(Record):
    """A layer or a cell that a configuration describes.

    ``path`` is where an archive keeps its weights, ``name`` its own name (empty where it has none). ``leaf`` says whether it is a
    layer of Keras' own with no other layer inside, and ``is_direction`` whether it is one direction of a Bidirectional layer.
    """

    path: str
    name: str
    cls: str
    leaf: bool
    is_direction: bool = False


def configured_layers(config: Any) -> tuple[Configured, ...]:
    """Return every layer and cell in a configuration of a model, none of those that are nested deeper than a file can have them.

    Raises CheckpointError where there are too many.
    """
    found: list[Configured] = []
    left = [("", config if isinstance(config, dict) else {}, False)]
    while left:
        path, node, is_direction = left.pop()
        parts = _parts(node) if len(path) <= _LONGEST_PATH else ()
        inner = [(f"{path}/{step}".strip("/"), part, is_direction or step in _DIRECTIONS) for step, part in parts]
        if path and isinstance(node.get("class_name"), str):
            found.append(_configured(path, node, leaf=not inner, is_direction=is_direction))
        left += reversed(inner)
        if len(found) + len(left) > _MOST_LAYERS:
            raise CheckpointError(f"has a configuration of more than {_MOST_LAYERS:,} layers")
    return tuple(found)


def _configured(path: str, node: dict[str, Any], *, leaf: bool, is_direction: bool) -> Configured:
    own, module = node.get("config"), node.get("module") or ""
    name = own.get("name") if isinstance(own, dict) else None
    is_keras = isinstance(module, str) and module.partition(".")[0] == "keras"
    return Configured(path, name if isinstance(name, str) else "", node["class_name"], leaf and is_keras, is_direction)


def _parts(node: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects inside another, with the path that an archive gives each below its own."""
    own = node.get("config")
    own = {"layers": own} if isinstance(own, list) else own if isinstance(own, dict) else {}
    parts = [(step, own.get(step)) for step in ("layer", "cell")]
    if node.get("class_name") == "Bidirectional":
        parts = [("forward_layer", own.get("layer")), ("backward_layer", own.get("backward_layer") or own.get("layer"))]
    for key in _LISTS:
        listed = [part for part in _list(own.get(key)) if isinstance(part, dict)]
        names = counted_names(str(part.get("class_name")) for part in listed)
        parts += zip((f"{key}/{name}" for name in names), listed, strict=True)
    yield from ((step, part) for step, part in parts if isinstance(part, dict))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def counted_names(classes: Iterable[str]) -> Iterator[str]:
    """Yield what an archive calls the layers of a list: each its class in small letters, counted up from the second on.

    >>> list(counted_names(["LSTM", "SimpleRNN", "LSTM"]))
    ['lstm', 'simple_rnn', 'lstm_1']
    """
    taken: dict[str, int] = {}
    for cls in classes:
        snake = re.sub(_CAPITAL, "_", cls).lower()
        yield f"{snake}_{taken[snake]}" if snake in taken else snake
        taken[snake] = taken.get(snake, 0) + 1


def parsed_config(text: str | bytes) -> Any:
    """Return a configuration, or raise CheckpointError where it is no JSON."""
    import json

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


def read_keras(archive: Archive) -> Checkpoint:
    """Return the tensors of a .keras file, and what its configuration says of the layers."""
    from tempfile import TemporaryFile

    from lstm_calc.weights.readers.formats.hdf5 import read_hdf5

    weights = next(name for name in archive.names if name.endswith(".weights.h5"))
    config = None
    if "config.json" in archive.sizes:
        with archive.open("config.json") as source:
            config = parsed_config(source.take(source.size))
    said = {"format": "keras", "classes": layer_classes(config), "configured": configured_layers(config)}
    start, size = archive.start(weights), archive.sizes[weights]
    if start is not None:
        return read_hdf5(archive.stream, start, size, archive.allowance).replace(**said)
    with TemporaryFile() as unpacked:
        archive.unpack(weights, unpacked)
        return read_hdf5(unpacked, 0, size, archive.allowance).replace(**said)


def with_stored_numbers(model: Model, path: str) -> tuple[Model, list[str]]:
    """Return a model in which layers that are not known have as many parameters as a file of Keras stores for them, and notes.

    Raises CheckpointError for a file that cannot be read.
    """
    from lstm_calc.model import Other

    checkpoint = read(path)
    layers, notes = [], []
    for layer in model.layers:
        numbers = _count_of(layer.name, checkpoint) if isinstance(layer, Other) and layer.params is None and layer.name else 0
        layers.append(layer.replace(params=numbers) if numbers else layer)
        if numbers:
            notes.append(f"{layer.name} has {numbers:,} parameters, as the file stores for it; they are counted as trained")
    return (model.replace(layers=layers) if notes else model), notes


def _count_of(name: str, checkpoint: Checkpoint) -> int:
    """Return how many numbers a file stores for a layer of a name."""
    places = tuple(_weight_paths(name, checkpoint))
    return sum(prod(tensor.shape) for tensor in checkpoint.tensors if tensor.name.startswith(places)) if places else 0


def _weight_paths(name: str, checkpoint: Checkpoint) -> Iterator[str]:
    """Yield the paths under which the weights of a layer stand: that of its name in HDF5, that of its class in an archive."""
    yield f"model_weights/{name}/"
    yield from (f"{each.path}/" for each in checkpoint.configured if each.name == name and each.path.startswith("layers/"))


READERS = (Reader(21, lambda file: file.has_member(".weights.h5"), lambda file: read_keras(file.archive), "Keras"),)
