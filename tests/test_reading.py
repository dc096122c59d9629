"""Python's read and load, and standard input: they accept the forms that the command line does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lstm_calc import ModelError, load, params, read, read_template
from lstm_calc.errors import ModelFileError, NotationError
from lstm_calc.formats.code import Missing, read_code
from lstm_calc.formats.printed import read_printed
from lstm_calc.formats.reading import is_described

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

PROGRAM = "import torch.nn as nn\nhidden = 96\nmodel = nn.LSTM(40, hidden)\n"
DESCRIBED = "# a model\n\ninput_dim = 40\n[[layers]]\ntype = 'lstm'\nunits = 96\n"
PRINTED = "LSTM(\n  (0): LSTM(40, 96)\n)"
TOTALS = {
    "40 lstm 96": 52608,
    "40 LSTM(96)": 52608,
    "nn.LSTM(40, 96)": 52992,
    "nn.LSTM(40, 96).to('cuda')": 52992,
    "nn.Sequential(nn.LSTM(40, 96))": 52992,
    "nn.TransformerEncoderLayer(64, 8)": 281152,
    "keras.layers.LSTM(96, input_shape=(None, 40))": 52608,
    PROGRAM: 52992,
    PRINTED: 52992,
}
"""Texts, and how many parameters each says."""


@pytest.mark.parametrize("text", TOTALS)
def test_a_text_in_any_form_is_read_in_python_and_at_the_command_line(cli: Cli, tmp_path: Path, text: str) -> None:
    assert params(read(text)).total == TOTALS[text]
    assert cli("params", text, "-q").stdout == f"{TOTALS[text]}\n"
    assert cli("params", "-", "-q", stdin=text).stdout == f"{TOTALS[text]}\n"
    path = tmp_path / "model.txt"
    path.write_text(text)
    assert params(load(str(path))).total == TOTALS[text]


def test_a_program_is_loaded_with_its_entry(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_text(PROGRAM + "other = nn.LSTM(40, 8)\n")
    assert params(load(f"{path}:other")).total == params(read("nn.LSTM(40, 8)")).total


def test_standard_input_may_have_a_model_file_or_a_line(cli: Cli) -> None:
    assert cli("params", "-", "-q", stdin=DESCRIBED).stdout == "52608\n"
    assert cli("solve", "-", "-q", "--max-params", "60k", stdin="nn.LSTM(40, 96) > dense ?").stdout == "72\n"
    assert cli("check", "-", "--max-params", "1M", stdin="40 lstm 96").exit_code == 0


@pytest.mark.parametrize(("text", "described"), [(DESCRIBED, True), ("a =", True), (PROGRAM, False), ("40 lstm 96 proj=3", False)])
def test_a_model_file_is_told_from_a_line_and_a_program(text: str, *, described: bool) -> None:
    assert is_described(text) is described


def test_what_a_single_call_lacks_is_asked_for() -> None:
    with pytest.raises(Missing, match="hidden has no value in the code"):
        read("LSTM(hidden)")
    with pytest.raises(Missing, match="say it as --input N"):
        read("LSTM(96)")
    with pytest.raises(ModelError, match="has no argument units"):
        read("nn.LSTM(40, 96, units=3)")
    assert params(read("LSTM(96) > Dense(7)", 40)).total == params(read("40 lstm 96 dense 7")).total
    assert params(read("nn.LSTM(40, hidden)", values={"hidden": 96})).total == 52992


def test_a_template_is_a_line_in_which_sizes_are_open() -> None:
    assert read_template("LSTM(40, 96) > dense ?").places == ((1, "units"),)
    assert read_template(PROGRAM).places == ()


CALLS = """
paddle.nn.LSTM(40, 96, direction="bidirect")
paddle.nn.Linear(40, 7, bias_attr=False)
nn.MultiheadAttention(64, 8)
MultiheadAttention(64, 8)
nn.LayerNorm((8, 16))
nn.LayerNorm(96, elementwise_affine=False)
nn.LayerNorm(96, bias=False)
nn.BatchNorm1d(96, affine=False)
nn.GroupNorm(4, 8)
nn.InstanceNorm1d(8, affine=True)
nn.Bilinear(3, 4, 5)
nn.Conv1d(40, 64, 5, padding="same")
nn.Conv2d(3, 8, (3, 5), groups=1, bias=False, stride=2)
nn.ConvTranspose1d(4, 8, 3)
nn.Embedding(10, 3, padding_idx=0)
nn.LSTM(40, 96, device="cuda", dtype=None)
nn.GRU(40, 96, 2, False)
eqx.nn.LSTMCell(40, 96, key=key)
eqx.nn.Linear(40, 7, use_bias=False, key=key)
nnx.LSTMCell(3, 4, rngs=rngs)
keras.layers.Conv2D(64, (3, 3), input_shape=(20, 40, 3), dilation_rate=2)
keras.layers.SeparableConv1D(64, 5, depth_multiplier=2, input_shape=(20, 40))
keras.layers.DepthwiseConv2D(3, input_shape=(20, 40, 3))
keras.layers.EinsumDense("abc,cd->abd", output_shape=(None, 64), bias_axes="d", input_shape=(None, 32))
keras.layers.GRU(96, reset_after=False, input_shape=(None, 40))
keras.layers.GRU(96, input_shape=(None, 40))
keras.layers.Dense(7, use_bias=False, input_dim=40)
keras.layers.CuDNNLSTM(96, input_shape=(None, 40))
Bidirectional(LSTM(96), merge_mode="sum", input_shape=(None, 40))
keras.layers.TimeDistributed(keras.layers.Dense(3), input_shape=(None, 40))
keras.layers.RNN(keras.layers.LSTMCell(96), input_shape=(None, 40))
keras.layers.RNN([keras.layers.LSTMCell(96), keras.layers.LSTMCell(6)], input_shape=(None, 40))
keras.layers.ConvLSTM2D(4, 3, input_shape=(None, 8, 8, 3))
keras.layers.BatchNormalization(input_shape=(20, 40))
keras.layers.Bidirectional(keras.layers.LSTM(4), backward_layer=keras.layers.GRU(4), input_shape=(None, 3))
LSTM(96, name="a b", input_shape=(None, 40))
LSTM(96, trainable=False, input_shape=(None, 40))
keras.layers.LSTM(96, kernel_initializer=keras.initializers.Zeros(), input_shape=(None, 40))
keras.layers.LSTM(units=96, activation=tf.nn.relu, batch_input_shape=(8, None, 40), stateful=True)
"""


@pytest.mark.parametrize("text", CALLS.split("\n")[1:-1])
def test_a_call_has_the_same_parameters_as_a_line_and_as_a_program(text: str) -> None:
    line, program = params(read(text)), params(read_code(text))
    assert (line.total, line.trainable, line.framework) == (program.total, program.trainable, program.framework)


@pytest.mark.parametrize(("count", "why"), [(",", "is a table without layers"), ("9" * 5000, "has a number of 5,000 digits")])
def test_a_count_in_a_summary_that_is_none_is_refused(count: str, why: str) -> None:
    text = f"Layer (type) Output Shape Param #\n dense (Dense)  (None, 3)  {count} \nTotal params: {count}"
    with pytest.raises(ModelFileError, match=why):
        read_printed(text)


def test_a_size_in_a_summary_that_is_too_long_is_refused() -> None:
    with pytest.raises(ModelFileError, match="has a number of 5,000 digits"):
        read_printed(f"Layer (type) Output Shape Param #\n dense (Dense)  (None, {'9' * 5000})  3 \nTotal params: 3")


def test_a_block_that_is_repeated_too_often_to_say_is_refused() -> None:
    with pytest.raises(ModelFileError, match="repeats a block by a number of 5,000 digits"):
        read_printed(f"Net(\n  (0-9): {'9' * 5000} x Linear(in_features=3, out_features=3)\n)")


def test_a_call_with_none_for_its_size_is_refused() -> None:
    with pytest.raises(NotationError, match=r"nn\.Embedding\(\.\.\.\) needs num_embeddings, a number and not None"):
        read("nn.Embedding(None, 4)")
