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
    "nn.Parameter(torch.FloatTensor([float('-inf')]), requires_grad=False)": 1,
    "nn.Parameter(torch.FloatTensor([[0.1, 0.2, 0.3], [1, 2, 3]]))": 6,
    "nn.Parameter(torch.Tensor([3, 4]))": 2,
    "nn.Parameter(torch.Tensor((3, 4)))": 2,
    "nn.Parameter(torch.Tensor(3, 4))": 12,
    "nn.Parameter(torch.Tensor(torch.Size([3, 4])))": 12,
    "nn.Parameter(torch.FloatTensor(torch.zeros(2, 3, 4).size()[1:]))": 12,
    "nn.Parameter(torch.zeros([3, 4]))": 12,
    "nn.Parameter(torch.ones(3)[None].repeat(2, 1))": 6,
    "nn.Linear(len(f'{3:03d}x'), len(f'{1.0!r:>5}'))": 25,
    "nn.Linear(nn.LSTM(4, 5).weight_hh_l0.size(1), nn.Conv2d(1, 4, 3).kernel_size[0])": 18,
    "nn.Linear(torch.stack([torch.zeros(2)] * 3, dim=1).shape[1], 2)": 8,
    "nn.Linear(sum(torch.zeros(2, 10)[:, 2:5].shape), 2)": 12,
    "nn.Linear(torch.zeros(2, 10).split(4, dim=1)[2].shape[1], 2)": 6,
    "nn.Linear(torch.bmm(torch.zeros(2, 3, 4), torch.zeros(2, 4, 5)).shape[-1], torch.zeros(3, 4).t().size(0))": 24,
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


TRAINED = {
    "for p in net.parameters():\n    p.requires_grad = False\nfor n, p in net.named_parameters():\n"
    "    if n.endswith('l1') or n in {'norm.bias', 'fc.bias', 'w'}:\n        p.requires_grad = True": 1_267,
    "for p in list(net.parameters())[:-2]:\n    p.requires_grad = False": 39,
    "for at, p in enumerate(net.parameters()):\n    p.requires_grad = at > 9": 63,
    "for p in net.parameters():\n    p.requires_grad = False\nnet.fc.bias.requires_grad = True\nnet.w.requires_grad_(True)": 7,
    "net.norm.bias.requires_grad = False\nnet.fc.weight.requires_grad = False\nfor p in net.fc.parameters():\n"
    "    p.requires_grad = True": 2_439,
    "for n, each in net.named_modules():\n    if isinstance(each, nn.LSTM):\n        each.requires_grad_(False)": 147,
    "for n, each in net.named_children():\n    if n != 'fc':\n        each.requires_grad_(False)": 43,
    "def freeze(each):\n    for p in each.parameters():\n        p.requires_grad = False\nnet.fc.apply(freeze)": 2_412,
    "next(iter(net.parameters())).requires_grad = False": 2_447,
    "net.get_parameter('norm.bias').requires_grad = False\nnet.get_submodule('emb').requires_grad_(False)": 2_359,
    "for p in net.parameters():\n    p.requires_grad = p.dim() > 1": 2_228,
}
"""What a program does with the tensors of a module, and how many of its 2,451 parameters are trained then."""
PARTS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(10, 8)
        self.rnn = nn.LSTM(8, 12, 2)
        self.drop = nn.Dropout(0.1)
        self.norm = nn.LayerNorm(12)
        self.fc = nn.Linear(12, 3)
        self.w = nn.Parameter(torch.zeros(4))
        self.turned = self.w.t()


net = Net()
"""


@pytest.mark.parametrize("change", TRAINED)
def test_single_tensors_are_trained_or_not_in_the_order_of_pytorch(change: str) -> None:
    found = params(read_code(f"import torch\nfrom torch import nn\n{PARTS}{change}\n"))
    assert (found.total, found.trainable) == (2_451, TRAINED[change])


@pytest.mark.oracle
@pytest.mark.parametrize("change", TRAINED)
def test_pytorch_trains_what_is_recorded(change: str) -> None:
    net = run(f"import torch\nfrom torch import nn\n{PARTS}{change}\n")["net"]
    assert sum(each.numel() for each in net.parameters() if each.requires_grad) == TRAINED[change]


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
