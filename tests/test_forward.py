"""Layers of PyTorch without weights: where the forward pass of a program, or the order of nn.Sequential, has them."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from lstm_calc import FrameworkError, Model, ModelError, code, cost, params, read, shapes, summary
from lstm_calc.formats.code import read_code
from tests.code_running import problem, run

HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n"


def program(made: str, forward: str, inputs: str) -> str:
    """Return a module with these lines in its constructor and its forward, as a program."""
    lines = ["class Net(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    lines += [f"        {line}" for line in made.splitlines()]
    lines += [f"    def forward(self, {inputs}):", *(f"        {line}" for line in forward.splitlines())]
    return HEAD + "\n".join(lines) + "\nnet = Net()\n"


def module(made: str, forward: str, inputs: str = "x") -> Model:
    """Return the model of a module with these lines in its constructor and its forward."""
    return read_code(program(made, forward, inputs))


def seen(model: Model) -> str:
    """Return the layers of a model: the kind or the function of each, and how many features it gives."""
    return " > ".join(f"{getattr(use.layer, 'function', use.layer.kind)} {use.output[-1]}" for use in model.uses)


TWO = "self.a = nn.Linear(4, 8)\nself.b = nn.Linear(8, 2)\nself.drop = nn.Dropout(0.3)\nself.act = nn.ReLU()"
IMAGE = "self.conv = nn.Conv2d(1, 8, 3)\nself.pool = nn.MaxPool2d(2)\nself.fc = nn.Linear(8 * 13 * 13, 10)"
SPEECH = (
    "self.emb = nn.Embedding(50, 16)\nself.conv = nn.Conv1d(16, 12, 3)\nself.pool = nn.MaxPool1d(2)\n"
    "self.lstm = nn.LSTM(12, 6, batch_first=True)\nself.fc = nn.Linear(6, 3)\nself.drop = nn.Dropout()"
)
FORWARD: dict[str, tuple[str, str, str]] = {
    "in order": (TWO, "return self.b(self.drop(self.act(self.a(x))))", "dense 8 > relu 8 > dropout 8 > dense 2"),
    "used twice": (TWO, "return self.drop(self.b(self.drop(self.a(x))))", "dense 8 > dropout 8 > dense 2 > dropout 2"),
    "on the input": (TWO, "return self.b(self.a(self.drop(x)))", "dropout 4 > dense 8 > dense 2"),
    "functions": (
        TWO,
        "x = F.relu(self.a(x))\nreturn F.log_softmax(self.b(x), dim=-1)",
        "dense 8 > relu 8 > dense 2 > log_softmax 2",
    ),
    "in place": (TWO, "x = self.a(x).relu_()\nreturn torch.tanh(self.b(x))", "dense 8 > relu 8 > dense 2 > tanh 2"),
    "function": (TWO, "head = lambda y: self.act(self.a(y))\nreturn self.b(head(x))", "dense 8 > relu 8 > dense 2"),
    "residual": (TWO, "y = self.drop(self.a(x))\nreturn self.b(y + self.act(y))", "dense 8 > dropout 8 > relu 8 > add 8 > dense 2"),
    "two readers": (TWO, "y = self.a(x)\nreturn self.b(torch.cat([y, self.act(y)]))", "dense 8 > relu 8 > concat 8 > dense 2"),
    "in doubt": (TWO, "y = self.a(x)\nif x.sum() > 0:\n    y = self.act(y)\nreturn self.b(y)", "dense 8 > dense 2"),
    "not called": (TWO, "return self.b(self.a(x))", "dense 8 > dense 2"),
    "not followed": (TWO, "for _ in range(n):\n    y = self.drop(self.a(x))\nreturn self.b(y)", "dense 8 > dense 2"),
    "raises": (TWO, "y = self.act(self.a(x))\nraise ValueError", "dense 8 > dense 2"),
    "image": (
        IMAGE,
        "x = self.pool(self.conv(x))\nreturn self.fc(x.view(x.size(0), -1))",
        "conv 8 > max 8 > flatten None > dense 10",
    ),
    "wide view": (
        IMAGE,
        "x = F.max_pool2d(self.conv(x), 2)\nreturn self.fc(x.view(-1, 1352))",
        "conv 8 > max 8 > flatten None > dense 10",
    ),
    "turned": (
        SPEECH,
        (
            "x = self.emb(x).permute(0, 2, 1)\nx = self.pool(F.relu(self.conv(x)))\nx, (h, _) = self.lstm(x.transpose(1, 2))\n"
            "return self.fc(self.drop(x[:, -1, :]))"
        ),
        "embedding 16 > conv 12 > relu 12 > max 12 > lstm 6 > index 6 > dropout 6 > dense 3",
    ),
    "packed": (
        SPEECH,
        (
            "x = self.emb(x)\nx = self.conv(x.transpose(1, 2)).transpose(1, 2)\nx = nn.utils.rnn.pack_padded_sequence(x, n)\n"
            "x, (h, c) = self.lstm(x)\nreturn self.fc(self.drop(h[-1]))"
        ),
        "embedding 16 > conv 12 > lstm 6 > dropout 6 > dense 3",
    ),
    "nothing to flatten": (
        "self.lstm = nn.LSTM(4, 6)\nself.flat = nn.Flatten()\nself.fc = nn.Linear(6, 3)",
        "x, _ = self.lstm(x)\nreturn self.fc(self.flat(x[-1]))",
        "lstm 6 > index 6 > dense 3",
    ),
    "gated": (
        "self.a = nn.Linear(4, 8)\nself.glu = nn.GLU()\nself.b = nn.Linear(4, 2)",
        "return self.b(self.glu(self.a(x)))",
        "dense 8 > glu 4 > dense 2",
    ),
    "gated channels": (
        "self.a = nn.Conv1d(4, 8, 3)\nself.b = nn.Conv1d(4, 2, 3)",
        "return self.b(F.glu(self.a(x), dim=1))",
        "conv 8 > glu 4 > conv 2",
    ),
    "softmax of steps": (TWO, "y = torch.softmax(self.a(x), 1)\nreturn self.b(y) * y", "dense 8 > dense 2"),
    "sequential inside": (
        "self.net = nn.Sequential(nn.Linear(4, 8), nn.Sequential(nn.Tanh(), nn.Identity(), nn.Dropout(0.1)), nn.Linear(8, 2))",
        "return self.net(x)",
        "dense 8 > tanh 8 > dropout 8 > dense 2",
    ),
    "blocks": (
        (
            "class Block(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n        self.fc = nn.Linear(n, n)\n"
            "        self.act = nn.GELU()\n    def forward(self, x):\n        return self.act(self.fc(x))\n"
            "self.blocks = nn.ModuleList([Block(4) for _ in range(2)])\nself.out = nn.Linear(4, 2)"
        ),
        "for block in self.blocks:\n    x = block(x)\nreturn self.out(x)",
        "dense 4 > gelu 4 > dense 4 > gelu 4 > dense 2",
    ),
}


@pytest.mark.parametrize("case", FORWARD)
def test_layers_without_weights_stand_where_forward_has_them(case: str) -> None:
    made, forward, wanted = FORWARD[case]
    model = module(made, forward, "x, n=None")
    assert (seen(model), model.remarks) == (wanted, ())


@pytest.mark.parametrize("case", FORWARD)
def test_what_forward_does_changes_no_total(case: str) -> None:
    made, forward, _ = FORWARD[case]
    assert params(module(made, forward, "x, n=None")).total == params(module(made, "pass")).total


SEQUENTIAL = {
    "nn.Linear(4, 8), nn.GLU(), nn.Linear(4, 2)": "dense 8 > glu 4 > dense 2",
    "nn.Conv1d(4, 8, 3), nn.ELU(), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(80, 2)": (
        "conv 8 > elu 8 > max 8 > flatten None > dense 2"
    ),
    "nn.Conv2d(3, 8, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2)": "conv 8 > average 8 > flatten 8 > dense 2",
    "nn.Conv2d(3, 8, 3), nn.AvgPool2d((2, 1), padding=(1, 0)), nn.Conv2d(8, 2, 1)": "conv 8 > average 8 > conv 2",
    "nn.Conv2d(3, 8, 3), nn.UpsamplingNearest2d(scale_factor=2), nn.Conv2d(8, 2, 1)": "conv 8 > upsample 8 > conv 2",
    "nn.Linear(4, 8), nn.PReLU(8), nn.Linear(8, 2), nn.PReLU()": "dense 8 > prelu 8 > dense 2 > prelu 2",
    "nn.PReLU(), nn.Linear(4, 2), nn.LogSoftmax(dim=1)": "prelu 4 > dense 2 > log_softmax 2",
    "nn.Linear(4, 8), nn.Softmax(), nn.Threshold(0.1, 20), nn.Hardshrink()": "dense 8 > softmax 8 > threshold 8 > hard_shrink 8",
}


@pytest.mark.parametrize("inner", SEQUENTIAL)
def test_layers_without_weights_of_a_sequential(inner: str) -> None:
    model = read_code(f"nn.Sequential({inner})")
    assert (seen(model), model.remarks) == (SEQUENTIAL[inner], ())


LEFT_OUT = {
    "nn.Linear(4, 8), nn.PixelShuffle(2), nn.Linear(8, 2)": "PixelShuffle (<code>:1), which changes the shape of what it reads",
    "nn.Linear(4, 7), nn.GLU(), nn.Linear(4, 2)": "GLU",
    "nn.Conv1d(4, 8, 3), nn.GLU(), nn.Conv1d(8, 2, 3)": "GLU",
    "nn.Conv1d(4, 8, 3), nn.MaxPool1d(2, ceil_mode=True), nn.Conv1d(8, 2, 3)": "MaxPool1d",
    "nn.Conv1d(4, 8, 3), nn.MaxPool1d(k), nn.Conv1d(8, 2, 3)": "MaxPool1d",
    "nn.Conv2d(4, 8, 3), nn.Flatten(0, 1), nn.Conv2d(8, 2, 1)": "Flatten",
    "nn.Conv1d(4, 8, 3), nn.Unflatten(1, (2, 4)), nn.Flatten(1), nn.Linear(16, 2)": "Unflatten (<code>:1) and Flatten (",
}


@pytest.mark.parametrize("inner", LEFT_OUT)
def test_a_layer_that_changes_a_shape_and_has_no_place_is_said_to_be_left_out(inner: str) -> None:
    model = read_code(f"nn.Sequential({inner})")
    assert (model.listed, len(model.remarks)) == (True, 1)
    assert model.remarks[0].startswith(LEFT_OUT[inner])
    assert str(model.origin).endswith(model.remarks[0])
    assert {layer.kind for layer in model.layers} <= {"dense", "conv", "activation"}


def test_a_glu_in_a_branch_is_said_to_be_left_out() -> None:
    made = "self.a = nn.Linear(4, 8)\nself.glu = nn.GLU()\nself.b = nn.Linear(4, 2)"
    model = module(made, "y = self.a(x)\nreturn self.b(self.glu(y)) + torch.fft.fft(y)")
    assert (seen(model), [remark.partition(",")[0] for remark in model.remarks]) == ("dense 8 > dense 2", ["GLU (<code>:9)"])


def test_a_pool_over_what_a_linear_layer_gives_pools_the_features() -> None:
    """PyTorch takes the steps for channels there."""
    model = read_code("nn.Sequential(nn.Linear(4, 8), nn.MaxPool1d(2), nn.Linear(4, 2))")
    assert seen(model) == "dense 8 > permute None > max None > permute 4 > dense 2"


def test_an_encoder_that_gives_its_states_alone_is_followed() -> None:
    made = "self.emb = nn.Embedding(50, 16)\nself.rnn = nn.LSTM(16, 6, num_layers=2)"
    model = module(made, "y, (h, c) = self.rnn(self.emb(x))\nreturn h, c")
    assert (model.outputs, model.listed) == (("rnn.h", "rnn.c"), False)
    assert summary(model).document().title == "Summary of a graph of 3 layers in pytorch, from the model"


def test_the_program_that_is_written_has_one_input() -> None:
    written = code(read_code("nn.Sequential(nn.Linear(4, 8), nn.GLU(), nn.Dropout(0.1), nn.Linear(4, 2))"), "pytorch").code
    assert "def forward(self, x):\n        x = self.layer_0(x)\n        x = F.glu(x, dim=-1)\n" in written
    assert "self.layer_2 = nn.Dropout(0.1)" in written
    image = code(module(IMAGE, "return self.fc(self.pool(self.conv(x)).flatten(1))"), "pytorch").code
    assert ("def forward(self, x):" in image, "F.max_pool2d(x, 2)" in image) == (True, True)


def test_shapes_behind_pools_and_a_flatten() -> None:
    model = module(IMAGE, "return self.fc(self.pool(self.conv(x)).flatten(1))")
    assert [use.output for use in model.uses] == [(None, None, None, 8), (None, None, None, 8), (None, None), (None, 10)]
    whole = model.replace(input_dim=None, input_shape=(28, 28, 1))
    assert [use.output for use in whole.uses] == [(None, 26, 26, 8), (None, 13, 13, 8), (None, 1352), (None, 10)]
    assert cost(model, "pytorch", space=(28, 28)).layers[-1].whole.macs == 13520
    assert "flatten/output" in [tensor.name for tensor in shapes(model, "pytorch").tensors]


def test_what_forward_asks_for_is_not_asked_for() -> None:
    """Nothing that only forward depends on is missing, taken as a default or used up."""
    model = module(TWO, "self.c = nn.Linear(99, config.n)\nk = config.get('k', 3)\nreturn self.b(self.c(self.a(x)))")
    assert (seen(model), "config" in str(model.origin)) == ("dense 8 > dense 2", False)


def test_a_forward_without_an_end_is_left() -> None:
    began = time.process_time()
    model = module(TWO, "while True:\n    for i in range(100000):\n        x = self.act(self.a(x))\nreturn x")
    assert params(model).total == 58
    assert time.process_time() - began < 4


WITHOUT = {"nn.Sequential(nn.ReLU(), nn.Dropout(0.5))": 2, "nn.Sequential(nn.Flatten())": 1, "self.pool = nn.MaxPool1d(2)": 1}


@pytest.mark.parametrize("text", WITHOUT)
def test_layers_without_weights_alone_have_no_parameters(text: str) -> None:
    answer = params(read_code(text))
    assert (answer.total, len(answer.layers)) == (0, WITHOUT[text])


LINES: dict[str, Any] = {
    "nn.Linear(4, 8) > nn.GLU() > nn.Linear(4, 2)": 50,
    "nn.Linear(4, 8) > nn.GLU(dim=-1)": 40,
    "nn.Linear(4, 8) > nn.PReLU()": 41,
    "nn.Linear(4, 8) > nn.PReLU(8)": 48,
    "nn.Linear(4, 8) > nn.PReLU(num_parameters=1, init=0.1)": 41,
    "nn.Linear(4, 8) > nn.Threshold(0.1, 20)": 40,
    "nn.Linear(4, 8) > nn.Hardshrink() > nn.RReLU() > nn.Softmin(dim=-1) > nn.Tanhshrink()": 40,
    "4 > dense 8 > glu > dense 2": 50,
    "4 > lstm 8 > prelu num_parameters=8 > dense 2": 474,
}


@pytest.mark.parametrize("line", LINES)
def test_layers_in_a_line(line: str) -> None:
    model = read(line)
    assert params(model, "pytorch").total == LINES[line]
    assert read(str(model)).layers == model.layers


REFUSED = {
    "nn.Linear(4, 8) > nn.GLU(1)": "halves axis 1",
    "nn.Conv1d(3, 4, 3) > nn.Flatten(-2)": "Flatten(...) flattens axes -2 to -1, and here a flatten is of all axes but the batch",
    "nn.Conv2d(3, 4, 3) > nn.Flatten(end_dim=2)": "flattens axes 1 to 2",
    "nn.Linear(4, 7) > nn.GLU()": "glu gives half of the features, and 7 come in",
    "nn.Linear(4, 8) > nn.PReLU(3)": "num_parameters is 1 or the 8 features that come in, not 3",
    "4 > dense 8 > prelu num_parameters=8 shared_axes=1": "give one of the two",
}


@pytest.mark.parametrize("line", REFUSED)
def test_layers_that_cannot_be_in_a_line(line: str) -> None:
    with pytest.raises(ModelError, match=re.escape(REFUSED[line])):
        read(line)


@pytest.mark.parametrize("name", ["keras", "textbook"])
def test_glu_is_not_written_where_a_framework_has_none(name: str) -> None:
    with pytest.raises(FrameworkError, match="has no activation glu"):
        code(read("4 > dense 8 > glu"), name)


def test_a_prelu_with_a_number_of_slopes_shares_the_other_axes() -> None:
    model = read("20x6 > prelu num_parameters=6")
    assert params(model, "keras").total == params(read("20x6 > prelu shared_axes=1"), "keras").total == 6
    assert "PReLU(shared_axes=[1])" in code(model, "keras").code
    assert "nn.PReLU(6)" in code(model, "pytorch").code
    assert params(read("20x6 > prelu num_parameters=1"), "keras").total == 1


NO_PROGRAMS = frozenset(
    ["not followed", "in doubt", "raises", "sequential inside", "packed", "residual", "two readers", "softmax of steps"]
)
"""The cases that are no programs for one tensor, and those of which the tensors do not fit."""


@pytest.mark.oracle
@pytest.mark.parametrize("case", sorted(FORWARD.keys() - NO_PROGRAMS))
def test_the_widths_are_those_of_torch(case: str) -> None:
    """Each layer that has a place here gives as many features as its module does in PyTorch."""
    import torch

    made, forward, _ = FORWARD[case]
    net, given = run(program(made, forward, "x"))["net"], {}

    def keep(name: str, out: Any) -> None:
        given.setdefault(name, out[0] if isinstance(out, tuple) else out)

    for name, inner in net.named_modules():
        inner.register_forward_hook(lambda _, __, out, name=name: keep(name, out))
    inputs = {"conv2d": torch.zeros(1, 1, 28, 28), "emb": torch.zeros(1, 9, dtype=torch.long), "conv1d(4": torch.zeros(1, 4, 9)}
    net(next((value for word, value in inputs.items() if word in made.lower()), torch.zeros(3, 5, 4)))
    sliding = (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.MaxPool1d, torch.nn.MaxPool2d)
    found = {use.layer.name: use.widths[1] for use in module(made, forward).uses if use.layer.name in given}
    for name, width in found.items():
        axis = 1 if isinstance(net.get_submodule(name), sliding) else -1
        assert width in {None, given[name].shape[axis]}, name
    assert len(found) > 1


WRITTEN = {
    "pytorch": "glu celu rrelu softmin hard_swish hard_shrink soft_shrink tanh_shrink",
    "keras": "celu hard_swish hard_shrink soft_shrink tanh_shrink",
    "flax-nnx": "glu celu hard_swish",
}


@pytest.mark.oracle
@pytest.mark.parametrize(("name", "function"), [(name, each) for name, words in WRITTEN.items() for each in words.split()])
def test_functions_that_are_written_run(name: str, function: str) -> None:
    model = read(f"4 > dense 8 > {function} > dense 2")
    assert not problem(model, name, code(model, name).code)


@pytest.mark.oracle
@pytest.mark.parametrize("case", sorted(FORWARD.keys() - {"image", "wide view"}))
def test_what_is_read_from_a_program_is_written_as_one_that_runs(case: str) -> None:
    made, forward, _ = FORWARD[case]
    model = module(made, forward, "x, n=None")
    assert not problem(model, "pytorch", code(model, "pytorch").code)
