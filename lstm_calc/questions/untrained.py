"""What a file of weights keeps and nobody trains: the statistics of batch normalisations, which some frameworks count."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lstm_calc.errors import LstmCalcError
from lstm_calc.frameworks import framework
from lstm_calc.frameworks.counting import count
from lstm_calc.model import BatchNorm, Layer, Model
from lstm_calc.weights.inference.sorting import statistics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lstm_calc.questions.inspect import InspectedLayer
    from lstm_calc.weights.readers.stored import Stored


def framework_in(layers: Sequence[InspectedLayer], file_format: str, tensors: Sequence[Stored]) -> str:
    """Return whose most of the layers of a file are; without recurrent layers, whose names its tensors have."""
    found = Counter(layer.framework for layer in layers if layer.layer is not None)
    if found:
        return found.most_common(1)[0][0]
    is_keras = file_format.startswith(("keras", "hdf5")) or any("kernel" in tensor.name for tensor in tensors)
    return "keras" if is_keras else "pytorch"


def params_in(layer: Layer, name: str) -> int | None:
    """Return how many parameters a framework has for a layer, None where it has no such layer."""
    try:
        return count(Model([layer], layer.input_dim), framework(name).name)
    except LstmCalcError:
        return None


def counted_statistics(tensors: Sequence[Stored], name: str) -> tuple[Stored, ...]:
    """Return the statistics among some tensors where a framework counts them, as Keras does; none where they are buffers."""
    is_counted = params_in(BatchNorm(input_dim=1), name) == len(("gain", "shift", "mean", "variance"))
    return statistics(tensors) if is_counted else ()
