"""How many parameters a layer has whose kind is not known, where the file that describes it holds its weights as well."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from lstm_calc.model import Model, Other
from lstm_calc.weights.readers import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.weights.readers.stored import Checkpoint


def with_stored_numbers(model: Model, path: str) -> tuple[Model, list[str]]:
    """Return a model in which layers that are not known have as many parameters as a file of Keras stores for them, and notes.

    Raises CheckpointError for a file that cannot be read.
    """
    checkpoint = read(path)
    layers, notes = [], []
    for layer in model.layers:
        numbers = _stored(layer.name, checkpoint) if isinstance(layer, Other) and layer.params is None and layer.name else 0
        layers.append(layer.replace(params=numbers) if numbers else layer)
        if numbers:
            notes.append(f"{layer.name} has {numbers:,} parameters, as the file stores for it; they are counted as trained")
    return (model.replace(layers=layers) if notes else model), notes


def _stored(name: str, checkpoint: Checkpoint) -> int:
    """Return how many numbers a file stores for a layer of a name."""
    places = tuple(_places(name, checkpoint))
    return sum(prod(tensor.shape) for tensor in checkpoint.tensors if tensor.name.startswith(places)) if places else 0


def _places(name: str, checkpoint: Checkpoint) -> Iterator[str]:
    """Yield the paths under which the weights of a layer stand: that of its name in HDF5, that of its class in an archive."""
    yield f"model_weights/{name}/"
    yield from (f"{each.path}/" for each in checkpoint.configured if each.name == name and each.path.startswith("layers/"))
