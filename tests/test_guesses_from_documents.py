"""First guesses in the forms of documentation and of shells: each is right, or refused with what to write instead.

The forms of the calls are those of the pages on torch.nn.LSTM and torch.nn.GRU, keras.layers.LSTM and Bidirectional, of R's torch
and of questions on how many parameters an LSTM has; the others are habits of shells and of other tools. They were collected by
someone who knew the parser, which the forms of the pages did not. Expected numbers are worked out here.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Cli, Refused


def lstm(inputs: int, units: int, biases: int = 1, gates: int = 4) -> int:
    """Return the parameters of a recurrent layer: of one bias vector per gate, or of PyTorch's two."""
    return gates * units * (inputs + units + biases)


def dense(inputs: int, units: int) -> int:
    """Return the parameters of a dense layer."""
    return units * (inputs + 1)


PLAIN = lstm(28, 128)
TORCH = lstm(28, 128, 2)
STACK = lstm(28, 128) + lstm(128, 128)
HEAD = PLAIN + dense(128, 10)
KERAS = lstm(4, 32) + dense(32, 1)
SENTIMENT = 20_000 * 128 + 2 * lstm(128, 64) + 2 * lstm(128, 64) + dense(128, 1)
RIGHT = {
    "'nn.LSTM(10, 20, 2)'": lstm(10, 20, 2) + lstm(20, 20, 2),
    "'nn.LSTM(input_size=28, hidden_size=128, num_layers=2, batch_first=True)'": TORCH + lstm(128, 128, 2),
    "'torch.nn.GRU(10, 20, 2)'": lstm(10, 20, 2, 3) + lstm(20, 20, 2, 3),
    "'nn.RNN(10, 20, 2, nonlinearity=\"relu\")'": lstm(10, 20, 2, 1) + lstm(20, 20, 2, 1),
    "'nn.LSTM(64, 128, bidirectional=True, dropout=0.5)'": 2 * lstm(64, 128, 2),
    "'nn.LSTM(10, 20, proj_size=5)'": 4 * 20 * (10 + 5 + 2) + 20 * 5,
    "'nn.LSTMCell(10, 20)'": lstm(10, 20, 2),
    "'LSTM(units=256, input_dim=4096, input_length=16)'": 4_457_472,
    "'LSTM(50, activation=\"relu\", input_shape=(20, 1))'": lstm(1, 50),
    "'model.add(LSTM(50, input_shape=(20, 1)))'": lstm(1, 50),
    "'LSTM(32, input_shape=(720, 4)) > Dense(1)'": KERAS,
    "'LSTM(32, input_shape=(720, 4)), Dense(1)'": KERAS,
    "'[LSTM(32, input_shape=(720, 4)), Dense(1)]'": KERAS,
    "'Sequential([LSTM(32, input_shape=(720, 4)), Dense(1)])'": KERAS,
    "'keras.Sequential([keras.layers.Input((720, 4)), keras.layers.LSTM(32), keras.layers.Dense(1)])'": KERAS,
    "'Embedding(20000, 128) > Bidirectional(LSTM(64, return_sequences=True)) > Bidirectional(LSTM(64)) > Dense(1)'": SENTIMENT,
    "'embed 20kx128 bilstm 64 x2 dense 1'": SENTIMENT,
    "'tf.keras.layers.Embedding(1000, 64) > tf.keras.layers.LSTM(128)'": 64_000 + lstm(64, 128),
    "'nn.Embedding(1000, 64) > nn.LSTM(64, 128) > nn.Linear(128, 10)'": 64_000 + lstm(64, 128, 2) + dense(128, 10),
    "'nn.LSTM(28, 128); nn.Linear(128, 10)'": TORCH + dense(128, 10),
    "'LSTM(128)(Input((None, 28)))'": PLAIN,
    "'keras.Input(shape=(None, 28)) > keras.layers.LSTM(128)'": PLAIN,
    "'(None, 28) > lstm 128'": PLAIN,
    "'lstm(28, 128)'": TORCH,
    "28 lstm 128 dense 10": HEAD,
    "'28 LSTM 128 Linear 10'": HEAD,
    "'28 => lstm 128'": PLAIN,
    "'28 > lstm 128, dropout 0.2, dense 10'": HEAD,
    "'28 > lstm(128, dropout=.2) > dense(10)'": HEAD,
    "'28 > lstm 128 > dense 10 activation=softmax'": HEAD,
    "'28 > lstm 128 > time_distributed(dense(10))'": HEAD,
    "'28 > lstm 128 layers=2'": STACK,
    "'28 > lstm 128 return_sequences=True activation=relu'": PLAIN,
    "'28 > lstm 128 no_bias'": lstm(28, 128, 0),
    "'28 > gru 128 reset_after=true'": lstm(28, 128, 2, 3) - 2 * 128,
    "'20x28 > Conv1D(64, 3, activation=\"relu\") > MaxPooling1D(2) > LSTM(128)'": 64 * (28 * 3 + 1) + lstm(64, 128),
    "'embedding(10000, 128) lstm 64'": 1_280_000 + lstm(128, 64),
    "--input_size 28 --hidden_size 128": PLAIN,
    "--input-size=28 --hidden-size=128 --num-layers=2": STACK,
    "--input 28 --hidden 128 --output-size 10": HEAD,
    "28 lstm 128 --pytorch": TORCH,
    "28 lstm 128 --lib torch": TORCH,
    "28 lstm 128 -f pt": TORCH,
}
"""What is asked of params, and the number."""


@pytest.mark.parametrize("words", RIGHT)
def test_a_first_guess_is_answered(cli: Cli, words: str) -> None:
    assert cli("params", *shlex.split(words), "-q").stdout == f"{RIGHT[words]}\n"


CURED = {
    "params 'nn.LSTM(64, 128) + nn.Linear(128, 10)'": "layers follow each other with > between them",
    "params 'nn.LSTM(64, 128) | nn.Linear(128, 10)'": "between layers that follow each other stands >",
    "params '20 > nn_lstm(20, 30)'": "did you mean 'nn.LSTM'?",
    "params '28,28 lstm 128'": "write '28x28' for a shape",
    "params 28 128 10": "'28 > lstm 128'",
    "params lstm 28 128": "write '28 > lstm 128'",
    "params --lstm 28 128": "did you mean --cell?",
    "params lstm --input 28 --units 128": "the kind of a layer is --cell lstm",
    "params -i 28 -u 128 -o 10": "the units of a dense head are --output 10",
    "params input=28 units=128": "write --input 28 --units 128",
    "params '28 / lstm 128'": "a > is missing",
    "params '28 > 2x lstm 128'": "two of them are 'lstm 64 x2'",
    "params '28 > lstm 128 * 2'": "did you mean 'x2'?",
    "params '28 > lstm 128x2'": "write 'lstm 128 x2' for 2 layers",
    "params '28 > lstm[128]'": "write 'lstm 128'",
    "params '28 > lstm:128'": "write 'lstm 128'",
    "params '28 > lstm-128 > dense-10'": "write 'lstm 128'",
    "params '28 > bidirectional lstm 128'": "did you mean 'bilstm'?",
    "params '28 > bidirectional(lstm 128)'": "or the layer in words, lstm 96",
    "params '28 > lstm 128 64 32 > dense 1'": "write 'lstm 128 > lstm 64'",
    "params '28 > lstm 128 > dropout 20%'": "write 0.2",
    "params '28 > lstm 128 without bias'": "did you mean 'nobias'?",
    "params '28 > conv1d 64 3 > lstm 128'": "write 'conv1d 64 kernel=3'",
    "params '28 > conv1d(40, 64, 5)'": "one layer as PyTorch's call and another as Keras'; name its arguments",
    "params 'embedding 10000 128 > lstm 64'": "write 'embed 10000x128'",
    "params 'vocab=10000 embed 128 lstm 64'": "write 'vocab 10000'",
    "params '10000 > embedding 128 > lstm 64'": "'vocab 10000 > embed 128'",
    "params '28 > time_distributed dense 10'": "did you mean 'TimeDistributed(Dense(10))'?",
    "params 'nn.LSTM(input_dim=28, hidden_dim=128)'": "did you mean 'input_size'?",
    "params 'nn.LSTM(28, 128, layers=2)'": "did you mean 'num_layers'?",
    "params 'nn.LSTM(28, 128, num_layers=n)'": "--set n=N",
    "count 28 lstm 128": "did you mean 'params'?",
    "28 lstm 128 -f jax": "which one: 'flax-nnx'",
    "28 lstm 128 --total": "did you mean --quiet?",
    "28 lstm 128 -o json": "write --format json",
    "28 lstm 128 --output json": "the format of the answer is --format json",
    "solve 28 lstm --max-params 100k": "such as 'lstm ?'",
    "compare 28 lstm 128 28 gru 128": "stands in quotes: '28 lstm 128' '28 gru 128'",
    "check 28 lstm 128 --budget 100k": "did you mean --max-params?",
    "help lstm": "the layers are in lstm-calc help notation",
}
"""What is refused, and the cure."""


@pytest.mark.parametrize("words", CURED)
def test_a_guess_that_is_refused_is_told_what_to_write(refused: Refused, words: str) -> None:
    refused(words, CURED[words])
