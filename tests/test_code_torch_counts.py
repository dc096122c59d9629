"""Modules of PyTorch that programs make with rare arguments: how many parameters torch 2.13 counts for each."""

from __future__ import annotations

import pytest

from lstm_calc import params, shapes, tensors
from lstm_calc.formats.code import read_code
from tests.code_running import run

COUNTS = {
    "nn.RMSNorm([2, 4])": 8,
    "nn.RMSNorm([2, 4], elementwise_affine=False)": 0,
    "nn.RMSNorm(5, elementwise_affine=False)": 0,
    "nn.LayerNorm([4, 3], elementwise_affine=False)": 0,
    "nn.LayerNorm([4, 3], bias=False)": 12,
    "nn.LayerNorm([4, 3])": 24,
    "nn.AdaptiveLogSoftmaxWithLoss(64, 44, cutoffs=[7, 17])": 2_124,
    "nn.AdaptiveLogSoftmaxWithLoss(64, 44, cutoffs=[7, 17], head_bias=True)": 2_133,
    "nn.AdaptiveLogSoftmaxWithLoss(64, 900, [50, 300], div_value=2.0)": 24_000,
    "nn.Transformer(8, 2, 2, 2, 5, batch_first=True, bias=False)": 1_952,
    "nn.Transformer(8, 2, 1, 1, 5, batch_first=True)": 1_162,
    "nn.Parameter(torch.rand(3, 3).repeat(2, 2))": 36,
    "nn.Parameter(torch.zeros(2, 1).expand(-1, 4).clone())": 8,
    "nn.Parameter(torch.eye(3))": 9,
    "nn.Parameter(torch.linspace(0, 1, 5))": 5,
    "nn.Parameter(torch.arange(3).float().view(1, -1))": 3,
    "nn.Parameter(torch.cat([torch.zeros(2, 8), torch.zeros(1, 8)]))": 24,
    "nn.Parameter(nn.init.xavier_uniform_(torch.empty(4, 3)))": 12,
}


def program(made: str) -> str:
    """Return a module that has this beside a linear layer of two parameters."""
    return (
        "import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.linear = nn.Linear(1, 1)\n        self.made = {made}\n"
    )


@pytest.mark.parametrize("made", COUNTS)
def test_a_module_has_as_many_parameters_as_in_pytorch(made: str) -> None:
    assert params(read_code(program(made))).total == COUNTS[made] + 2


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
@pytest.mark.parametrize("made", COUNTS)
def test_pytorch_counts_what_is_recorded(made: str) -> None:
    assert sum(each.numel() for each in run(program(made))["Net"]().parameters()) == COUNTS[made] + 2


def test_a_transposed_convolution_gives_what_is_added_at_its_end() -> None:
    text = (
        "import torch.nn as nn\nmodel = nn.Sequential(nn.ConvTranspose1d(2, 3, 4, stride=2, output_padding=1), nn.Conv1d(3, 5, 1))"
    )
    found = shapes(read_code(text), shape=(2, 7, 2))
    assert found.links[-1].shape == (2, 17, 5)


def test_a_shape_says_the_features_of_a_layer_that_does_not_state_them() -> None:
    text = program("nn.PReLU(5)").replace("self.linear = nn.Linear(1, 1)\n", "pass\n") + "        self.last = nn.Linear(5, 3)\n"
    assert [flow.shape for flow in shapes(read_code(text), shape=(2, 5)).tensors] == [(2, 5), (2, 5), (2, 3)]


def test_layers_of_keras_are_called_as_keras_calls_them() -> None:
    text = "import keras\nx = keras.Input((7, 6, 1))\nmodel = keras.Model(x, keras.layers.ConvLSTM1D(2, 2)(x))"
    assert tensors(read_code(text)).tensors[0].name == "conv_lstm1d/conv_lstm_cell/kernel"
    text = "import keras\nx = keras.Input((9, 4))\nmodel = keras.Model(x, keras.layers.GroupQueryAttention(4, 4, 2)(x, x))"
    assert tensors(read_code(text)).tensors[0].name.startswith("grouped_query_attention/")


@pytest.mark.parametrize(("made", "slopes"), [("nn.PReLU()", 1), ("nn.PReLU(12)", 12)])
def test_slopes_are_counted_behind_a_layer_whose_output_is_not_known(made: str, slopes: int) -> None:
    text = program("nn.TransformerEncoderLayer(12, 1)") + f"        self.last = {made}\n"
    answer = params(read_code(text))
    assert (answer.total, answer.uncounted) == (51_886 + slopes, ())
