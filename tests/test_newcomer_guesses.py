"""What an engineer who knows PyTorch and Keras types first, and ten tasks of such a week: each is answered, or told what to write.

Most guesses were written down before any was run, by someone who had read the help alone; some were added later, with what was
mended for them. Expected numbers are worked out here.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest

from lstm_calc import read, shapes
from lstm_calc.formats.modelfile import dumps, loads
from tests.test_guesses_from_documents import dense, lstm

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli, Refused

FILES = {
    "tagger.py": """
from torch import nn

class Tagger(nn.Module):
    def __init__(self, vocab_size=20000, embed_dim=128, hidden=256, tags=17):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embed_dim, padding_idx=0)
        self.lstm = nn.LSTM(embed_dim, hidden, num_layers=2, batch_first=True, bidirectional=True, dropout=0.3)
        self.out = nn.Linear(2 * hidden, tags)

    def forward(self, x):
        y, _ = self.lstm(self.embed(x))
        return self.out(y)
""",
    "video.py": """
from tensorflow import keras
from tensorflow.keras import layers

def build_model():
    return keras.Sequential([
        keras.Input(shape=(None, 64, 64, 3)),
        layers.TimeDistributed(layers.Conv2D(32, (3, 3), activation="relu")),
        layers.TimeDistributed(layers.MaxPooling2D((2, 2))),
        layers.TimeDistributed(layers.Conv2D(64, (3, 3), activation="relu")),
        layers.TimeDistributed(layers.GlobalAveragePooling2D()),
        layers.LSTM(128),
        layers.Dense(10, activation="softmax"),
    ])
""",
    "two.py": """
import keras
from keras import layers
text = keras.Input(shape=(50,), dtype="int32", name="text")
meta = keras.Input(shape=(12,), name="meta")
x = layers.LSTM(128)(layers.Embedding(10000, 64)(text))
z = layers.concatenate([x, layers.Dense(32, activation="relu")(meta)])
model = keras.Model(inputs=[text, meta], outputs=layers.Dense(1)(z))
""",
    "last.py": """
import keras
from keras import layers
model = keras.Sequential([keras.Input((20, 40)), layers.LSTM(64), layers.LSTM(32), layers.Dense(1)])
""",
}
TAGGER = 2_560_000 + 2 * lstm(128, 256, 2) + 2 * lstm(512, 256, 2) + dense(512, 17)
VIDEO = 32 * (27 + 1) + 64 * (9 * 32 + 1) + lstm(64, 128) + dense(128, 10)
TWO = 640_000 + lstm(64, 128) + dense(12, 32) + dense(160, 1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)


COUNTED = {
    "--input-size 10 --hidden-size 20 --num-layers 2": lstm(10, 20) + lstm(20, 20),
    "params --input_size 10 --hidden_size 20 --num_layers 2": lstm(10, 20) + lstm(20, 20),
    "params --input_dim 10 --units 20": lstm(10, 20),
    "'nn.LSTM(10, 20, 2)'": lstm(10, 20, 2) + lstm(20, 20, 2),
    "'torch.nn.LSTM(input_size=10, hidden_size=20, num_layers=2, batch_first=True)'": lstm(10, 20, 2) + lstm(20, 20, 2),
    "'LSTM(10, 20)'": lstm(10, 20, 2),
    "'LSTM(input_size=10, hidden_size=20)'": lstm(10, 20, 2),
    "'nn.GRU(10, 20, bidirectional=True)'": 2 * lstm(10, 20, 2, 3),
    "'nn.LSTM(10, 20, proj_size=5)'": 4 * 20 * (10 + 5 + 2) + 20 * 5,
    "'nn.LSTMCell(10, 20)'": lstm(10, 20, 2),
    "'nn.LSTM(10, 20, bias=False)'": lstm(10, 20, 0),
    "'LSTM(64, input_shape=(20, 10))'": lstm(10, 64),
    "'keras.layers.LSTM(64, return_sequences=True)' --input 10": lstm(10, 64),
    "'layers.Bidirectional(layers.LSTM(64), input_shape=(20, 10))'": 2 * lstm(10, 64),
    "'keras.layers.GRU(64, reset_after=False)' --input 10": lstm(10, 64, 1, 3),
    "'Embedding(5000, 64), LSTM(128), Dense(1)'": 320_000 + lstm(64, 128) + dense(128, 1),
    "'Embedding(5000, 64) -> LSTM(128) -> Dense(1)'": 320_000 + lstm(64, 128) + dense(128, 1),
    "'nn.Sequential(nn.Embedding(5000, 64), nn.LSTM(64, 128))'": 320_000 + lstm(64, 128, 2),
    "'Sequential([Embedding(5000, 64), LSTM(128), Dense(1)])'": 320_000 + lstm(64, 128) + dense(128, 1),
    "tagger.py": TAGGER,
    "tagger.py:Tagger": TAGGER,
    "'10 > lstm 20 return_sequences=True > lstm 20'": lstm(10, 20) + lstm(20, 20),
    "'10 > lstm 20 num_layers=2 bidirectional'": 2 * lstm(10, 20) + 2 * lstm(40, 20),
    "'10 > lstm(20)x2'": lstm(10, 20) + lstm(20, 20),
    "'10 -> lstm20 -> dense1'": lstm(10, 20) + dense(20, 1),
    "'10 > lstm 20' --framework torch": lstm(10, 20, 2),
    "'10 > lstm 20' --framework tensorflow": lstm(10, 20),
    "'10 > lstm 20' --verbose": lstm(10, 20),
}
"""What is asked of params, and the number."""

ANSWERED = {
    "'10 > lstm 20' --json": '"total": 2480',
    "'10 > lstm 20' --csv": "lstm,lstm,forward,forget",
    "summary tagger.py --input-shape 50": "(None, 50, 17)",
    "summary tagger.py --input-shape 8,50": "(8, 50, 17)",
    "summary tagger.py --batch-size 8 --seq-len 50": "(8, 50, 17)",
    "summary tagger.py -f keras --steps 50": "(None, 50, 17)",
    "shapes tagger.py --batch-size 8": "(8, None, 512)  batch steps",
    "shapes 'nn.LSTM(10, 20)' --input-shape 5,3,10": "(5, 3, 20)  steps batch",
    "shapes 'nn.LSTM(10, 20, batch_first=True)' --batch 5 --seq-length 3": "(5, 3, 20)  batch steps",
    "shapes '(20, 10) > lstm 64'": "(None, 20, 64)",
    "shapes '20x10 > lstm 64 return_sequences > dense 1'": "(None, 20, 1)",
    "compare 'nn.LSTM(64, 128)' 'nn.GRU(64, 128)'": "-24,832",
}
"""What is asked of other commands, and what stands in the answer."""

CURED = {
    "lstm": "a model begins with what it reads: lstm-calc 32 lstm 64",
    "lstm 20": "begin with the features of a time step: '32 > lstm 20'",
    "lstm 10 20": "write '10 > lstm 20'",
    "'lstm 10 20'": "write '10 > lstm 20'",
    "lstm 10 20 --bidirectional": "in words it is an option of the layer: lstm 64 bidirectional",
    "lstm --input-size 10 --hidden-size 20": "the kind of a layer is --cell lstm",
    "compare lstm gru --input 64 --units 128": "write each whole: '32 > lstm 64' '32 > gru 64'",
    "'tf.keras.layers.LSTM(64)'": "say it as --input N",
    "'4*((10+20)*20+20)'": "a > is missing",
    "'10 > 2xlstm 20'": "two of them are 'lstm 64 x2'",
    "'10 | lstm 20 | dense 1'": "between layers that follow each other stands >",
    "'10 > LSTM 20 > softmax 5'": "write 'dense 5 > softmax'",
    "'10 > lstm 20 > flatten 5'": "write 'flatten > dense 5'",
    "'10 > lstm 20 > layernorm 20'": "write 'layernorm in=20'",
    "'10 > lstm 20 nobias 30'": "write 'lstm 20 nobias > lstm 30'",
    "'10 > lstm20 x2 30'": "write 'lstm20 x2 > lstm 30'",
    "'10 > lstm 20 > time_distributed dense 5'": "did you mean 'TimeDistributed(Dense(10))'?",
    "'28x28x1 > conv 32 > lstm 64'": "such as 'kernel=3x3'",
    "summary tagger.py --input-size 8,50": "--input: '8,50' is not a whole number",
    "summary tagger.py --depth 3": "no such option: --depth",
    "compare 'nn.LSTM(64, 128)' --frameworks pytorch,keras": "--framework",
    "'10 > lstm 20' --output-format json": "did you mean --format?",
    "flops 'nn.LSTM(10, 20)' --seq-len 50": "did you mean 'cost'?",
    "memory 'nn.LSTM(10, 20)'": "did you mean 'cost'?",
    "cost 'nn.LSTM(10, 20)' --quantize int8": "did you mean --dtype int8?",
    "check tagger.py --flash 256KiB": "did you mean --max-bytes?",
    "check tagger.py --ram 64KiB": "did you mean --max-ram?",
    "cost tagger.py --ram 64KiB": "no such option: --ram; check, solve and report have --max-ram",
    "params tagger.py --max-bytes 256KiB": "no such option: --max-bytes; check, solve and report have it",
    "params tagger.py --lookback 8": "no such option: --lookback; forecast has --window",
    "params tagger.py --colums gate": "no such option: --colums; did you mean --columns?",
    "convert tagger.py --to keras": "did you mean 'port'?",
    "port tagger.py": "missing option '--to'",
    "gates 'nn.LSTM(10, 20)'": "did you mean 'tensors --gates'?",
    "tensors tagger.py --gate": "did you mean --gates?",
    "explain lstm": "such as 'lstm 64'",
    "shapes last.py": "lstm gives its last step alone, and every step with return_sequences=True",
}
"""What is refused, and the cure."""


@pytest.mark.parametrize("words", COUNTED)
def test_a_guess_is_counted(cli: Cli, words: str) -> None:
    result = cli(*shlex.split(words), "-q")
    assert (result.exit_code, result.stdout) == (0, f"{COUNTED[words]}\n")


@pytest.mark.parametrize("words", ANSWERED)
def test_a_guess_is_answered(cli: Cli, words: str) -> None:
    result = cli(*shlex.split(words))
    assert result.exit_code == 0
    assert ANSWERED[words] in result.stdout


@pytest.mark.parametrize("words", CURED)
def test_a_guess_that_is_refused_is_told_what_to_write(refused: Refused, words: str) -> None:
    refused(words, CURED[words])


WHENCE = {
    "port 'nn.LSTM(40, 96)' --to keras": "from pytorch (from the model) to keras",
    "params 'Sequential([Embedding(5000, 64), LSTM(128)])'": "keras, for Sequential([Embedding(5000, 64), LSTM(128)])",
    "params 'keras.layers.LSTM(64)' --input 10": "keras, for keras.layers.LSTM(64)",
}
"""What is asked, and where the answer says that the framework comes from."""


@pytest.mark.parametrize("words", WHENCE)
def test_a_call_is_no_file(cli: Cli, words: str) -> None:
    shown = cli(*shlex.split(words)).stdout
    assert WHENCE[words] in shown
    assert "from the file" not in shown


def test_a_layer_says_the_line_it_stands_in_once(cli: Cli) -> None:
    assert cli("shapes", "last.py").stderr.startswith("error: last.py:4: lstm_1 reads 3 axes")


TASKS = {
    "params video.py -q": (0, f"{VIDEO}\n"),
    "summary video.py --steps 20": (0, f"{VIDEO:,}"),
    "tensors 'nn.LSTM(40, 96)' --gates": (0, "forget  kernel            [96:192, :]"),
    "port 'nn.LSTM(40, 96)' --to keras": (0, "weight_ih_l0  [96:192, :]   transposed"),
    "solve '13 > lstm ? > dense 6' --max-bytes 256KiB --dtype int8 -q": (0, "246\n"),
    "explain tagger.py": (0, f"2,560,000 + 790,528 + 1,576,960 + 8,721 = {TAGGER:,}"),
    "params two.py -q": (0, f"{TWO}\n"),
    "solve '64 > gru ?' --match '64 > lstm 128' -q": (0, "151\n"),
    "check tagger.py --max-params 2M": (1, f"{TAGGER - 2_000_000:,} parameters"),
    "code two.py -f pytorch": (0, "torch.cat([lstm, dense], dim=-1)"),
    "code tagger.py -f keras": (0, "keras.layers.Bidirectional(keras.layers.LSTM(256, return_sequences=True)),  #"),
    "report two.py": (0, f"| {TWO:,} |"),
}
"""What is done with a model, the exit code, and what stands in the answer."""


@pytest.mark.parametrize("words", TASKS)
def test_a_task_is_done(cli: Cli, words: str) -> None:
    result = cli(*shlex.split(words))
    code, told = TASKS[words]
    assert result.exit_code == code
    assert told in result.stdout


def test_the_units_that_fit_are_the_largest() -> None:
    """A byte per weight and four per bias: 246 units are within 256 KiB, and 247 are not, without the scales."""

    def stored(units: int) -> int:
        return lstm(13, units, 0) + 4 * 4 * units + 6 * units + 4 * 6

    assert stored(246) < 256 * 1024 < stored(247)


ORDERS = {
    "nn.LSTM(10, 20, batch_first=True)": True,
    "LSTM(10, 20, batch_first=True)": True,
    "nn.LSTM(10, 20, batch_first=True) > nn.Linear(20, 3)": True,
    "nn.Sequential(nn.LSTM(10, 20, batch_first=True), nn.Linear(20, 3))": True,
    "M(\n  (rnn): LSTM(10, 20, batch_first=True)\n  (out): Linear(in_features=20, out_features=3, bias=True)\n)": True,
    "10 > lstm 20 batch_first=true > dense 3": True,
    "nn.LSTM(10, 20)": False,
    "nn.LSTM(10, 20, batch_first=False)": False,
    "nn.LSTM(10, 20, batch_first=True) > nn.LSTM(20, 20)": False,
    "10 > lstm 20 batch_first=false": False,
}


@pytest.mark.parametrize("text", ORDERS)
def test_the_batch_is_first_where_the_model_says_so(text: str) -> None:
    """The order is that of the code and of a model file written from it; another that is asked for goes before it."""
    model = read(text)
    for each in (model, loads(dumps(model))):
        assert shapes(each, "pytorch", batch=5, steps=3).tensors[0].shape == ((5, 3, 10) if ORDERS[text] else (3, 5, 10))
        assert shapes(each, "pytorch", batch=5, steps=3, batch_first=False).tensors[0].shape == (3, 5, 10)
        assert shapes(each, "keras", batch=5, steps=3).tensors[0].shape == (5, 3, 10)
    assert json.loads(dumps(model)).get("batch_first", False) is ORDERS[text]
