"""What people type first: each guess is answered, or refused with what to write instead."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc import params, read
from lstm_calc.cli.options import ALIASES
from lstm_calc.errors import NotationError
from lstm_calc.formats.notation import read_template
from lstm_calc.frameworks import framework
from tests.strategies import graphs, models

if TYPE_CHECKING:
    from pathlib import Path

    from lstm_calc.model import Model
    from tests.conftest import Cli, Refused

SPELLINGS = {
    "40 -> lstm 96 -> dense 7": "40 > lstm 96 > dense 7",
    "40 → lstm 96 → dense 7": "40 > lstm 96 > dense 7",
    "40, lstm 96, dense 7": "40 > lstm 96 > dense 7",
    "40,  lstm 96,dense 7": "40 > lstm 96 > dense 7",
    "40,lstm 96": "40 > lstm 96",
    "40,LSTM(96)": "40 > lstm 96",
    "40 lstm 96 x2 dense 7": "40 > lstm 96 x2 > dense 7",
    "40>lstm96>dense7": "40 > lstm 96 > dense 7",
    "40->lstm96->dense7": "40 > lstm 96 > dense 7",
    "40 lstm96 x2 dense7": "40 > lstm 96 x2 > dense 7",
    "40 lstm 96 nobias gru 8": "40 > lstm 96 nobias > gru 8",
    "40 LSTM 96 Dense 7": "40 > lstm 96 > dense 7",
    "40 bi-lstm 96": "40 > bilstm 96",
    "40 bi_lstm 96": "40 > bilstm 96",
    "40 BiLSTM 96": "40 > bilstm 96",
    "40 blstm 96": "40 > bilstm 96",
    "40 bigru 96": "40 > bigru 96",
    "40 bgru 96": "40 > bigru 96",
    "40 bi-gru 96": "40 > bigru 96",
    "40 simple-rnn 96": "40 > rnn 96",
    "40 SimpleRNN 96": "40 > rnn 96",
    "40 elman 96": "40 > rnn 96",
    "40 brnn 96": "40 > birnn 96",
    "40 lstm 96 fc 7": "40 > lstm 96 > dense 7",
    "40 lstm 96 linear 7": "40 > lstm 96 > dense 7",
    "40 lstm 96 fully-connected 7": "40 > lstm 96 > dense 7",
    "40 lstm 96 relu dense 7": "40 > lstm 96 > activation relu > dense 7",
    "40 lstm 96 tanh": "40 > lstm 96 > activation tanh",
    "40 lstm 96 sigmoid": "40 > lstm 96 > activation sigmoid",
    "40 lstm 96 gelu": "40 > lstm 96 > activation gelu",
    "40 lstm 96 dense 7 softmax": "40 > lstm 96 > dense 7 > activation softmax",
    "40 lstm 96 activation tanh dense 7": "40 > lstm 96 > activation tanh > dense 7",
    "40 lstm 96 dropout 0.3 dense 7": "40 > lstm 96 > dropout 0.3 > dense 7",
    "40 lstm 96 dropout dense 7": "40 > lstm 96 > dropout > dense 7",
    "40 lstm 96 batch-norm": "40 > lstm 96 > batch_norm",
    "40 lstm 96 BatchNormalization": "40 > lstm 96 > batch_norm",
    "40 lstm 96 bn dense 7": "40 > lstm 96 > batch_norm > dense 7",
    "40 lstm 96 LayerNormalization": "40 > lstm 96 > layer_norm",
    "embed 5000x64 lstm 96": "vocab 5000 > embed 64 > lstm 96",
    "embed5000x64 > lstm96": "vocab 5000 > embed 64 > lstm 96",
    "embedding 5000x64 > lstm 96": "vocab 5000 > embed 64 > lstm 96",
    "embed 50,000x64 > lstm 96": "vocab 50000 > embed 64 > lstm 96",
    "vocab 50,000 > embed 64 > lstm 96": "vocab 50000 > embed 64 > lstm 96",
    "vocab 5e3 embed 64 lstm 96": "vocab 5000 > embed 64 > lstm 96",
    "vocab 1.5e6 embedding 64 lstm 96": "vocab 1500000 > embed 64 > lstm 96",
    "vocab 20k embed 64 lstm 96": "vocab 20000 > embed 64 > lstm 96",
    "50,000 lstm 96": "50000 > lstm 96",
    "40 > lstm 1_000": "40 > lstm 1000",
    "40 > lstm 1e3": "40 > lstm 1000",
}
"""Spellings, and how each is written."""


CALLS = {
    "40 > LSTM(96) > Dense(7)": "40 > lstm 96 > dense 7",
    "40 LSTM(96) Dense(7)": "40 > lstm 96 > dense 7",
    "40 lstm(96) fc(7)": "40 > lstm 96 > dense 7",
    "40 -> LSTM(96)->Dense(7)": "40 > lstm 96 > dense 7",
    "40 > LSTM(2 * 48, 'tanh')": "40 > lstm 96",
    "40 LSTM(96) x2 nobias Dense(7)": "40 > lstm 96 x2 nobias > dense 7",
    "40 > Bidirectional(LSTM(96)) > TimeDistributed(Dense(7))": "40 > bilstm 96 > dense 7 distributed=1",
    "40 > Bidirectional(GRU(96, return_sequences=True), merge_mode='ave')": "40 > bigru 96 sequences merge=average",
    "40 > LSTM(hidden_size=96)": "40 > lstm 96",
    "40 > LSTM(units=96, use_bias=False)": "40 > lstm 96 nobias",
    "40 > LSTM(96, bias=false, layers=2)": "40 > lstm 96 x2 nobias",
    "40 > LSTM(96, num_layers=2, bidirectional=true, dropout=0.3)": "40 > bilstm 96 x2",
    "40 > GRU(96, reset_after=False, return_sequences=True)": "40 > gru 96 reset_before sequences",
    "40 > LSTM(96) > Dropout(0.3) > Dense(7, activation='softmax')": "40 > lstm 96 > dropout 0.3 > dense 7",
    "40 > LSTM(96) > Dropout(p=0.3) > ReLU()": "40 > lstm 96 > dropout 0.3 > activation relu",
    "40 > LSTM(96) > Activation('hard_sigmoid')": "40 > lstm 96 > activation hard_sigmoid",
    "Embedding(5000, 64) LSTM(96)": "vocab 5000 > embed 64 > lstm 96",
    "Embedding(input_dim=5000, output_dim=64) LSTM(96)": "vocab 5000 > embed 64 > lstm 96",
    "Embedding(num_embeddings=5000, embedding_dim=64) LSTM(96)": "vocab 5000 > embed 64 > lstm 96",
    "Input(shape=(None, 40)) > LSTM(96)": "40 > lstm 96",
    "Input((20, 40)) LSTM(96)": "20x40 > lstm 96",
    "20x40 > Conv1D(64, 5) > MaxPooling1D() > LSTM(96)": "20x40 > conv 64 kernel=5 > pool 2 > lstm 96",
    "8x8x3 > Conv2D(64, 3, padding='same') > Flatten()": "8x8x3 > conv 64 kernel=3x3 padding=same > flatten",
    "40 > ConvLSTM2D(64, (3, 5))": "40 > conv_lstm 64 kernel=3x5",
    "40 > SimpleRNN(96) > BatchNormalization() > LayerNormalization()": "40 > rnn 96 > batch_norm > layer_norm",
    "40 > (LSTM(64) | GRU(64)) Concatenate() Dense(1)": "40 > (lstm 64 | gru 64) > concat > dense 1",
    "40 > LSTM(96, name='enc')": "40 > lstm 96 name=enc",
    "20x40 conv1d 64 k=5 maxpool1d 2 lstm 96": "20x40 > conv 64 kernel=5 > pool 2 > lstm 96",
    "8x8x3 conv2d 64 k=3 globalaveragepooling2d": "8x8x3 > conv 64 kernel=3x3 > global_pool average",
    "40 lstm 96 mish hardswish identity relu6": "40 > lstm 96 > activation mish > activation hard_swish > activation identity > "
    "activation relu6",
    "40 lstm hidden_size=96 layers=2 bias=false dropout=0.2": "40 > lstm 96 x2 nobias",
    "embed 64 vocab=5000 lstm 96": "vocab 5000 > embed 64 > lstm 96",
    "40 > (lstm 64 | gru 64) concat dense 1": "40 > (lstm 64 | gru 64) > concat > dense 1",
}
"""Calls and words of Keras and PyTorch, and how each is written."""


@pytest.mark.parametrize("text", CALLS)
def test_a_call_is_a_layer(text: str) -> None:
    model = read(text)
    assert model == read(CALLS[text])
    assert read(str(model)) == model


OF_A_FRAMEWORK = {
    "nn.LSTM(40, 96, num_layers=2, bidirectional=True) > nn.Linear(192, 7)": ("pytorch", "40 > bilstm 96 x2 > dense 7"),
    "40 > torch.nn.LSTM(40, 96, bias=False, batch_first=True, proj_size=32)": ("pytorch", "40 > lstm 96 nobias proj=32"),
    "40 > LSTM(40, 96) > Linear(96, 7)": ("pytorch", "40 > lstm 96 > dense 7"),
    "LSTM(input_size=40, hidden_size=96)": ("pytorch", "40 > lstm 96"),
    "nn.Embedding(5000, 64) > nn.LSTM(64, 96)": ("pytorch", "vocab 5000 > embed 64 > lstm 96"),
    "nn.BatchNorm1d(40) > nn.LSTM(40, 4)": ("pytorch", "40 > batch_norm > lstm 4"),
    "keras.layers.GRU(96, input_shape=(None, 40)) > Dense(7)": ("keras", "40 > gru 96 last > dense 7"),
    "40 > tf.keras.layers.LSTM(96)": ("keras", "40 > lstm 96 last"),
    "40 > keras.layers.RNN(keras.layers.LSTMCell(96))": ("keras", "40 > lstm 96 last"),
    "40 cudnnlstm 96": ("keras", "40 > lstm 96 cudnn"),
    "40 CuDNNGRU(96)": ("keras", "40 > gru 96 cudnn"),
}
"""Calls that are of a framework, which, and how each is written."""


@pytest.mark.parametrize("text", OF_A_FRAMEWORK)
def test_a_call_of_a_framework_is_of_it(text: str) -> None:
    name, usual = OF_A_FRAMEWORK[text]
    model = read(text)
    assert model == read(usual).replace(framework=name, origin=model.origin, batch_first="batch_first=True" in text)
    assert (model.origin or "").startswith(f"{name}, for ")


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_spelling_reads_to_the_model_of_the_usual_one(text: str) -> None:
    usual = SPELLINGS[text]
    model = read(text)
    assert model == read(usual)
    assert read(str(model)) == model
    assert str(read(str(model))) == str(model)


REFUSED = {
    "40 > lstm 64,128": "'64,128' has a comma; write 'lstm 64 > lstm 128' or 'lstm 64128'",
    "40 > lstm 64,32": "'64,32' has a comma; write 'lstm 64 > lstm 32'",
    "40 > lstm 96 > reshape 8,12": "'8,12' has a comma; write 'reshape 8x12'",
    "40 > lstm 50,000": "'50,000' has a comma; write 'lstm 50 > lstm 000' or 'lstm 50000'",
    "40,": "a layer is missing here",
    "40 lstm dense 7": "'dense' is not a whole number",
    "40 lstm 96 activation dense 7": "'7' is not an option of activation",
    "40 lstm 96 relu 5": "'5' is not an option of activation",
    "8 Dense(10) 5": "'5' is not an option of dense; write 'Dense(10) > dense 5'",
    "8 nn.Linear(8, 10) 5": "'5' is not an option of dense; write 'nn.Linear(8, 10) > dense 5'",
    "8 > LSTM(10) 5 > dense 3": "'5' is not an option of lstm; write 'LSTM(10) > lstm 5'",
    "8 nn.LSTM(8, 10) bidirectional 5": "'5' is not an option of lstm; write 'nn.LSTM(8, 10) bidirectional > lstm 5'",
    "64 Dropout(0.3) 8": "'8' is not an option of dropout; write 'Dropout(0.3) > dense 8'",
    "40 > bi-lstm(96)": "this name cannot be called; write 'bilstm(64)' or 'bilstm 64'",
    "40 > nn.LSTM(50, 96)": "nn.LSTM reads 50 features here, and 40 come in",
    "40 > LSTM(64) > nn.Linear(128, 7)": "nn.Linear reads 128 features here, and 64 come in",
    "40 > nn.LSTM(96)": "nn.LSTM(...) needs hidden_size; its arguments are input_size, hidden_size",
    "40 > nn.LSTM(40, 96, units=3)": "nn.LSTM(...) has no argument units",
    "40 > LSTM(96, unit=3)": "LSTM(...) has no argument unit; did you mean 'units'?",
    "40 > LSTM(96, units=96)": "units is given twice in LSTM(...)",
    "40 > LSTM(96) units=3": "units is given twice",
    "40 > nn.LSTM(40, 96) > keras.layers.Dense(7)": "this is of keras, and 'nn.LSTM(40, 96)' of pytorch; a model is of one",
    "40 > LSTM(hidden)": "units of LSTM has no value here; write the number",
    "40 > LSTM(96, *more)": "has arguments with a star",
    "40 > LSTM(96": "this parenthesis is not closed",
    "40 > LSTM(96 7)": "this call cannot be read: line 1 is not Python",
    "40 > LSMT(96)": "'LSMT' is not a layer; did you mean 'lstm'?",
    "40 > L.LSTM(96)": "L.LSTM is of no framework that is known here; write LSTM(...)",
    "40 > Sequential([LSTM(3)])": "'Sequential' is not a layer; write its layers one after the other",
    "40 > Bidirectional(Dense(3))": "Bidirectional stands around a recurrent layer, and Dense is none",
    "40 > Bidirectional(LSTM(3), merge_mode=[1])": "merge_mode is concat, sum, mul, ave or None, not [1]",
    "20x8 > Conv1D(4, (3, 3))": "kernel_size has 2 sizes, for a layer of 1 dimensions",
    "20x8 > ZeroPadding1D((1, 2, 3))": "margins has 3 sizes, for a layer of 1 dimensions",
    "40 > Bidirectional(3)": "Bidirectional stands around the call of a layer: Bidirectional(LSTM(64))",
    "40 > Dense(96, 7)": "Dense(...) has arguments that fit no order that is known; name them, as units=64",
    "40 > LSTM()": "LSTM(...) needs units",
    "40 > LSTM(?)": "? is the size that solve looks for; anywhere else write a number",
    "LSTM(96) > Dense(7)": "begin with the features of a time step",
    "40,96 > lstm 3": "'40,96' has a comma; write '40x96' for a shape, or one number of features",
    "40 > conv 4 k=3,5": "'3,5' has a comma; write 'k=3x5'",
    "8x8x3 > conv2d 4 k=3x3x3": "'3x3x3' has 3 sizes, for a layer of 2 dimensions",
    "embed 5000,64 > lstm 3": "'5000,64' has a comma; write 'embed 5000x64'",
    "() (lstm 3)": "a > is missing before this",
    "40 > lstm 96 (gru 3)": "a > is missing before this",
    "40 lstn 96": "'lstn' is not a layer; did you mean 'lstm'?",
    "40 > conv1d7": "conv1d needs its kernel_size, such as 'kernel=3'",
    "vocab 10 > embed 20x30 > lstm 4": "an embedding follows a vocabulary",
    "40 > lstm 1.5e0": "'1.5e0' is not a whole number",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_can_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(NotationError) as caught:
        read(text)
    assert REFUSED[text] in str(caught.value)


@given(model=st.one_of(models(), graphs()))
def test_signs_between_layers_mean_the_same_and_without_any_nothing_else_is_read(model: Model) -> None:
    text = str(model)
    for sign in (" -> ", " → ", ", "):
        assert read(text.replace(" > ", sign)) == model
    try:
        found = read(text.replace(" > ", " "))
    except NotationError:
        return
    assert found == model


def test_a_size_behind_a_name_can_be_open() -> None:
    assert read_template("40 lstm? x2 dense 7") == read_template("40 > lstm ? x2 > dense 7")
    assert read_template("embed 5000x? lstm 96") == read_template("vocab 5000 > embed ? > lstm 96")


COMMANDS = {
    "params 40 lstm 96 x2 dense 7 -q": "127399",
    "params -q 40 lstm 96 x2 dense 7": "127399",
    "params 40 lstm 96 -q x2 dense 7": "127399",
    "params '40 > lstm 96 x2 > dense 7' -q": "127399",
    "params 40 '>' lstm 96 '>' dense 7 -q": "53287",
    "params 40 'lstm 96' 'dense 7' -q": "53287",
    "params vocab 5000 embed 64 lstm 96 -q": "381824",
    "params embed 5000x64 lstm96 -q": "381824",
    "solve 40 lstm ? dense 7 --max-params 1M -q": "479",
    "tensors 40 lstm 96 --format json": '"total": 52608',
    "check 40 lstm 96 --max-params 52608 -q": "0",
    "40 lstm 96 x2 dense 7 -q": "127399",
    "'40 > lstm 96' -q": "52608",
    "40>lstm96 -q -f keras": "52608",
    "vocab 5000 embed 64 lstm 96 -q": "381824",
    "embed 5000x64 lstm 96 -q": "381824",
    "'nn.LSTM(40, 96)' -q": "52992",
    "params --input-size 40 --hidden-size 96 -q": "52608",
    "params --input-dim=40 --hidden=96 --num-layers=2 -q": "126720",
    "cost 40 lstm 96 --batch-size 4 --seq-len 3 --csv": "lstm,lstm,12,",
    "cost 40 lstm 96 --timesteps 12 --csv": "lstm,lstm,12,",
    "forecast --input-size 5 --lookback 8 --hidden 4 -q": "165",
    "40 lstm 96 --json": '"total": 52608',
    "40 lstm 96 --markdown": "| layer | gate |",
    "40 lstm 96 --format md": "| layer | gate |",
    "cost 40 lstm 96 --dtype fp16 --json": '"dtype": "float16"',
    "cost 40 lstm 96 --dtype BF16 --json": '"dtype": "bfloat16"',
    "cost 40 lstm 96 --dtype half --json": '"dtype": "float16"',
    "cost 40 lstm 96 --dtype fp32 --json": '"dtype": "float32"',
    "cost 40 lstm 96 --optimizer Adam --json": '"optimizer": "adam"',
    "-q 40 lstm 96": "52608",
    "-f torch -q 40 lstm 96": "52992",
    "--framework=torch -q params 40 lstm 96": "52992",
    "--hidden-size 96 --input-size 40 -q": "52608",
    "help notation": "also read",
    "help frameworks": "LSTM_CALC_FRAMEWORK",
    "version": "lstm-calc ",
    "help": "[OPTIONS] COMMAND",
    "help cost": "cost [OPTIONS]",
    "-V": "lstm-calc ",
    "sweep 40 lstm 96 --vary framework=torch,TF --csv": "pytorch,52992",
    "port 40 lstm 96 --from TF --to torch --json": '"to": "pytorch"',
    "check '40 > lstm 96' 40>lstm96 --max-params 52607 -q": "2",
}
"""Calls, and what each prints."""


@pytest.mark.parametrize("call", COMMANDS)
def test_a_call_prints_its_answer(cli: Cli, call: str) -> None:
    result = cli(*shlex.split(call))
    assert COMMANDS[call] in result.stdout
    assert result.stderr == ""


def test_a_file_alone_is_counted(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_text("input_dim = 40\n[[layers]]\ntype = 'lstm'\nunits = 96\n")
    assert cli(str(path), "-q").stdout == "52608\n"


FRAMEWORKS = {
    "torch": "pytorch",
    "PyTorch": "pytorch",
    "tf": "keras",
    "TensorFlow": "keras",
    "tf.keras": "keras",
    "Keras": "keras",
    "flax": "flax-nnx",
    "TF1": "tensorflow1",
    "Flax-Linen": "flax-linen",
    "MLX": "mlx",
}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_framework_is_found_by_its_other_names(cli: Cli, name: str) -> None:
    assert f'"framework": "{FRAMEWORKS[name]}"' in cli("params", "40", "lstm", "96", "-f", name, "--format", "json").stdout
    assert framework(name).name == FRAMEWORKS[name]


def test_several_frameworks_are_found_by_their_other_names(cli: Cli) -> None:
    usual = cli("compare", "40 > lstm 96", "-f", "keras,pytorch").stdout
    assert cli("compare", "40 > lstm 96", "-f", "TF,torch").stdout == usual


def test_help_shows_the_main_name_of_an_option_alone(cli: Cli) -> None:
    shown = cli("params", "--help").stdout
    assert "--units" in shown
    assert not [name for name in ALIASES if re.search(rf"{name}\b", shown)]


WRONG_CALLS = {
    "40 lstm 96 -f jax": "'jax' names several libraries; which one: 'flax-nnx', 'flax-linen', 'haiku' or 'equinox'?",
    "40 lstm 96 -f mxnet": "'mxnet' has no table here; pytorch stores the same tensors: give 'pytorch'",
    "40 lstm 96 -f keras -f torch": "--framework is given twice",
    "40 lstm 96 -f keras --framework=torch": "--framework is given twice",
    "params 40 lstm 96 --lookback 3": "no such option: --lookback",
    "parms 40 lstm 96": "'parms' is not a command; did you mean 'params'?",
    "lstm": "'lstm' is not a command; a model begins with what it reads: lstm-calc 32 lstm 64",
    "lstm 96": "begin with the features of a time step: '32 > lstm 96'",
    "missing.toml": "'missing.toml' is not a command; lstm-calc help lists the commands",
    "flops 40 lstm 96": "'flops' is not a command; did you mean 'cost'?",
    "diff a b": "'diff' is not a command; did you mean 'compare'?",
    "params model.json extra": "'model.json' is a whole model; after it stands 'extra'",
    "params '40 > lstm 96' '40 > gru 96'": "one model is asked for, and these are several",
    "params 40 lstm 96 --units 3": "the model is given twice: as '40 lstm 96' and by --units",
    "params 40 lstm 64,128": "write 'lstm 64 > lstm 128' or 'lstm 64128'",
}


@pytest.mark.parametrize("call", WRONG_CALLS)
def test_a_call_that_is_refused_says_why(refused: Refused, call: str) -> None:
    refused(call, WRONG_CALLS[call])


@pytest.mark.parametrize(
    "first", ["nn.GRU(7, 6, num_layers=3)", "7 > gru 6 x3", "7 > (gru 6 x3 | gru 3 x2) > concat > nn.Linear(9, 6)"]
)
def test_a_call_behind_a_stack_reads_what_the_stack_gives(first: str) -> None:
    model = read(f"{first} > nn.Linear(6, 7) > nn.Linear(7, 2)")
    assert params(model, "pytorch").total == params(read(first), "pytorch").total + 6 * 7 + 7 + 7 * 2 + 2


def test_a_call_behind_a_stack_that_reads_another_width_is_refused() -> None:
    with pytest.raises(NotationError, match="reads 6 features here, and 7 come in"):
        read("nn.GRU(7, 6, num_layers=3) > nn.Linear(6, 7) > nn.Linear(6, 2)")
