"""Programs of Keras with layers that prepare data: what comes behind reads as many numbers as these give."""

from __future__ import annotations

from math import prod

import pytest

from lstm_calc import params
from lstm_calc.formats.code import read_code
from tests.code_running import run

COUNTS = {
    "layers.CategoryEncoding(8)": (27, 0),
    "layers.CategoryEncoding(num_tokens=8, output_mode='count')": (27, 0),
    "layers.Discretization([0.0, 1.0])": (21, 0),
    "layers.Discretization([0.0, 1.0], output_mode='count')": (12, 0),
    "layers.Discretization(num_bins=4, output_mode='multi_hot')": (15, 0),
    "layers.Rescaling(0.5)": (21, 0),
    "layers.Normalization()": (34, 13),
    "layers.Normalization(mean=0.0, variance=1.0)": (21, 0),
    "layers.Normalization(axis=None)": (24, 3),
}
"""The parameters, and those that are not trained, in keras 3.15."""
OF_WORDS = {
    "layers.StringLookup(vocabulary=['a', 'b'], output_mode='multi_hot')": 12,
    "layers.Hashing(5, output_mode='multi_hot')": 18,
    "layers.Hashing(5)": 21,
    "layers.TextVectorization(max_tokens=50, output_mode='count', pad_to_max_tokens=True)": 153,
}


def program(layer: str) -> str:
    """Return a model that prepares six numbers."""
    return f"import keras\nfrom keras import layers\nmodel = keras.Sequential([keras.Input((6,)), {layer}, layers.Dense(3)])\n"


@pytest.mark.parametrize("layer", [*COUNTS, *OF_WORDS])
def test_what_prepares_data_gives_as_many_numbers_as_in_keras(layer: str) -> None:
    found = params(read_code(program(layer)))
    total, frozen = COUNTS.get(layer) or (OF_WORDS[layer], 0)
    assert (found.total, found.trainable) == (total, total - frozen)


@pytest.mark.oracle
@pytest.mark.parametrize("layer", COUNTS)
def test_keras_counts_what_is_recorded(layer: str) -> None:
    model = run(program(layer))["model"]
    frozen = sum(prod(each.shape) for each in model.non_trainable_weights)
    assert (model.count_params(), frozen) == COUNTS[layer]
