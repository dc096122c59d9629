"""Programs read as models: what each construct gives, what is asked for, and that nothing of a program is run."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc.errors import LstmCalcError, ModelError, ModelFileError, NotationError
from lstm_calc.formats import reading
from lstm_calc.formats.code import Missing, load_code, read_code
from lstm_calc.formats.code.settings import read_settings
from lstm_calc.formats.printed import read_printed
from lstm_calc.model import Model
from lstm_calc.questions.params import params
from lstm_calc.questions.tensors import tensors

if TYPE_CHECKING:
    from tests.conftest import Cli

CASES = Path(__file__).parent / "data" / "code"
TRUTH = json.loads((CASES / "truth.json").read_text())
TORCH = "import torch\nimport torch.nn as nn\n"
LINEAR = 4 * 3 + 3
"""The parameters of nn.Linear(4, 3)."""


def count(text: str, **values: Any) -> int:
    """Return the parameters of a piece of a program."""
    total = params(read_code(text, values)).total
    assert total is not None
    return total


def module(body: str, call: str = "Net()", arguments: str = "") -> str:
    """Return a program that makes a module with a body of its constructor."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return f"{TORCH}class Net(nn.Module):\n    def __init__(self{arguments}):\n        super().__init__()\n{lines}model = {call}\n"


def case_model(case: dict[str, Any], values: dict[str, Any]) -> Model:
    """Return the model of a recorded case, with some values said beside it."""
    path = CASES / case["file"]
    if path.suffix == ".txt":
        text = path.read_text()
        return read_code(text) if "keras" in case["framework"] and "Param #" not in text else read_printed(text)
    said = {name: value for name, value in values.items() if name != "input_dim" or "input_dim" in path.read_text()}
    return load_code(str(path), case["entry"], said, None if said == values else values["input_dim"])


@pytest.mark.parametrize("case", TRUTH, ids=[case["file"] for case in TRUTH])
def test_cases(case: dict[str, Any]) -> None:
    """Programs as people write them have the counts that they had when they were run; what is missing is asked for by name."""
    if case["expect"] == "ask":
        with pytest.raises(Missing) as asked:
            case_model(case, {})
        missing = [name for name in case["set"] if name not in str(asked.value) and name != "input_dim"]
        assert not missing
    answer = params(case_model(case, case["set"]))
    if case["expect"] == "partial":
        assert (answer.total, answer.known_total) == (None, case["known"])
    else:
        assert (answer.total, answer.trainable) == (case["total"], case["trainable"])


IDIOMS = [(folder, case) for folder in ("idioms", "keras") for case in json.loads((CASES / folder / "truth.json").read_text())]


@pytest.mark.spread(120)
@pytest.mark.parametrize(("folder", "case"), IDIOMS, ids=[case["file"] for _, case in IDIOMS])
def test_idioms(folder: str, case: dict[str, Any]) -> None:
    """Programs in the style of public repositories have the counts of the frameworks; what they do not say is asked for."""
    path = CASES / folder / case["file"]
    said = {name: value for name, value in case["set"].items() if name != "input_dim" or name in path.read_text()}
    width = None if said == case["set"] else case["set"]["input_dim"]
    if case["set"] and "known" not in case:
        with pytest.raises(Missing):
            load_code(str(path), case["entry"])
    answer = params(load_code(str(path), case["entry"], said, width))
    if "known" in case:
        assert (answer.total, answer.known_total) == (None, case["known"])
    else:
        assert answer.total == case["total"]
        assert answer.trainable == case.get("trainable", answer.trainable)


PRINTED = {"nested_summary.txt": (842, 442), "cut_names_summary.txt": (3528, 3518)}


@pytest.mark.parametrize("name", PRINTED)
def test_printed_summaries(name: str) -> None:
    """Layers within layers are counted once, and a name that the table cuts is the class that begins with it."""
    answer = params(read_printed((CASES / name).read_text()))
    assert (answer.total, answer.trainable) == PRINTED[name]


CONSTRUCTS = {
    "tuple": "a, b = 4, 3\nself.fc = nn.Linear(a, b)",
    "attributes": "self.a, self.b = 4, 3\nself.fc = nn.Linear(self.a, self.b)",
    "starred": "a, *rest = [4, 3]\nself.fc = nn.Linear(a, rest[0])",
    "arithmetic": "self.fc = nn.Linear(2 ** 2, 7 // 2)",
    "augmented": "a = 1\na += 3\nself.fc = nn.Linear(a, 3)",
    "conditional": "b = True\nself.fc = nn.Linear(4 if b else 5, 3)",
    "if": "if 2 > 1 and not False:\n    self.fc = nn.Linear(4, 3)\nelse:\n    self.fc = nn.Linear(9, 9)",
    "for": "size = 1\nfor _ in range(3):\n    size = size + 1\nself.fc = nn.Linear(size, 3)",
    "while": "size = 1\nwhile size < 4:\n    size += 1\nself.fc = nn.Linear(size, 3)",
    "comprehension": "sizes = [n for n in (9, 4, 3) if n < 9]\nself.fc = nn.Linear(*sizes)",
    "dict": "cfg = {'a': 4, **{'b': 3}}\nself.fc = nn.Linear(cfg['a'], cfg.get('b', 7))",
    "keywords": "self.fc = nn.Linear(**dict(in_features=4, out_features=3))",
    "getattr": "self.fc = getattr(nn, 'Lin' + 'ear')(4, 3)",
    "setattr": "setattr(self, f'fc{1}', nn.Linear(4, 3))",
    "len": "words = 'a b c d'.split()\nself.fc = nn.Linear(len(words), 3)",
    "lambda": "make = lambda n: nn.Linear(n, 3)\nself.fc = make(4)",
    "nested": "def make(n=4):\n    return nn.Linear(n, 3)\nself.fc = make()",
    "container": "self.layers = nn.ModuleList([nn.Linear(4, 3) for _ in range(1)])",
    "empty": "self.none = nn.Sequential()\nself.fc = nn.Linear(4, 3)",
    "appended": "self.layers = nn.ModuleList()\nself.layers.append(nn.Linear(4, 3))",
    "sequential": "self.net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Dropout(0.1))",
    "unregistered": "self.fc = nn.Linear(4, 3)\nself.plain = [nn.Linear(5, 5)]",
    "twice": "self.fc = nn.Linear(4, 3)\nself.same = self.fc",
    "parameter": "self.w = nn.Parameter(torch.randn(4, 3) * 0.1)\nself.b = nn.Parameter(torch.zeros(3))",
    "buffer": "self.fc = nn.Linear(4, 3)\nself.register_buffer('mask', torch.ones(9))",
    "float": "self.fc = nn.Linear(int(8 * 0.5), 3)",
    "try": "try:\n    size = 4\nexcept ValueError:\n    size = 9\nself.fc = nn.Linear(size, 3)",
    "string": "text = 'nn.Linear(9, 9)'  # nn.Linear(8, 8)\nself.fc = nn.Linear(4, 3)",
    "attribute": "first = nn.Linear(9, 4)\nself.fc = nn.Linear(first.out_features, 3)",
    "walrus": "self.fc = nn.Linear(n := 4, 3)",
    "match": "match 'x':\n    case 'x':\n        self.fc = nn.Linear(4, 3)",
    "no condition matters": "if torch.cuda.is_available():\n    device = 'cuda'\nself.fc = nn.Linear(4, 3)",
    "tensor": "x = torch.rand(2, 7, 4)\nself.fc = nn.Linear(x.shape[-1], 3)",
    "flattened": "x = torch.flatten(torch.zeros(1, 2, 2), 1)\nself.fc = nn.Linear(x.size(1), 3)",
    "viewed": "x = torch.zeros(2, 1, 4)\nx = x.view(x.size(0), -1)\nself.fc = nn.Linear(x.shape[1], 3)",
    "permuted": "x = torch.zeros(4, 5).permute(1, 0)\nself.fc = nn.Linear(x.shape[-1], 3)",
    "numbers": "self.fc = nn.Linear(torch.zeros(2, 2).numel(), 3)",
    "eval": "self.fc = eval('nn.' + 'Linear')(4, 3)",
    "required": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--n', type=int, default=4)\n"
    "self.fc = nn.Linear(p.parse_args().n, 3)",
    "base layer": "class Own(nn.Linear):\n    pass\nself.fc = Own(4, 3)",
    "default of what is unknown": "self.fc = nn.Linear(settings.get('n', 4), getattr(settings, 'm', 3))",
}


@pytest.mark.parametrize("body", CONSTRUCTS.values(), ids=CONSTRUCTS)
def test_constructs(body: str) -> None:
    """Each construct of Python is followed to the same single layer."""
    assert count(module(body)) == LINEAR


WHOLE = {
    "nn.LSTM(40, 96, num_layers=2, bidirectional=True)": 2 * 4 * 96 * (40 + 96 + 2) + 2 * 4 * 96 * (192 + 96 + 2),
    "keras.layers.GRU(96, input_shape=(None, 40))": 3 * 96 * (40 + 96 + 2),
    "LSTM(9, input_shape=(None, 1))": 396,
    "m = Sequential([Input((None, 5)), SimpleRNN(4), Dense(2)])": 4 * (5 + 4 + 1) + 10,
    "x = Input((5, 3))\ny = x[:, -1, :]\nModel(x, Dense(2)(y))": 8,
    "x = Input((5, 3))\ny = LSTM(4, return_sequences=True)(x)\nModel(x, Dense(1)(concatenate([x, y])))": 4 * 4 * (3 + 4 + 1) + 8,
    "x = Input((3,))\nd = Dense(3)\nModel(x, d(d(x)))": 12,
    "x = Input((3,))\nModel(x, Lambda(lambda t: Dense(2)(t) * 2)(x))": 8,
    "m = Sequential()\nm.add(RNN([LSTMCell(4), GRUCell(3)], input_shape=(None, 2)))": 4 * 4 * 7 + 3 * 3 * (4 + 3 + 2),
}


@pytest.mark.parametrize(("text", "total"), WHOLE.items(), ids=WHOLE)
def test_pieces(text: str, total: int) -> None:
    """A single call that states its input is a model, and so are a few lines without their imports."""
    assert count(text) == total


ASKED = {
    "argument": (module("self.fc = nn.Linear(n, 3)", "None", ", n"), {"n": 4}),
    "global": (TORCH + "m = nn.Linear(SIZE, 3)", {"SIZE": 4}),
    "length": (TORCH + "n = len(vocab)\nm = nn.Linear(n, 3)", {"len(vocab)": 4}),
    "attribute": (TORCH + "import const\nm = nn.Linear(const.SIZE, 3)", {"const.SIZE": 4}),
    "shape": (TORCH + "m = nn.Linear(X.shape[1], 3)", {"X.shape": (10, 4)}),
    "class by name": (module("self.fc = getattr(nn, kind.strip())(4, 3)", "None", ", kind"), {"kind": "Linear"}),
    "class by key": (module("self.fc = {'a': nn.Linear}[kind](4, 3)", "None", ", kind"), {"kind": "a"}),
    "piece": ("nn.Linear(4)", {"out_features": 3}),
    "loop": (module("self.fc = nn.Sequential(*[nn.Linear(4, 3) for _ in range(n)])", "None", ", n"), {"n": 1}),
    "condition": (
        module("self.fc = nn.Linear(4, 3)\nif more:\n    self.more = nn.Linear(9, 9)", "None", ", more"),
        {"more": False},
    ),
}


@pytest.mark.parametrize(("text", "values"), ASKED.values(), ids=ASKED)
def test_asks(text: str, values: dict[str, Any]) -> None:
    """What a size depends on and the text does not say is asked for with its place, and what is said is taken."""
    with pytest.raises(Missing, match=r"<code>:\d+: .*\n.*lstm-calc params"):
        read_code(text)
    assert params(read_code(text, values)).total == LINEAR


def test_asks_for_no_more() -> None:
    """Dropout, devices and steps are not asked for, and neither is what a default says."""
    text = module(
        "self.drop = nn.Dropout(p)\nself.fc = nn.Linear(4, n).to(device)\nself.steps = steps", "None", ", p, device, steps, n=3"
    )
    assert count(text) == LINEAR


def test_says_over_defaults() -> None:
    """What is said overrides defaults and constants, and an inner argument of the same name is not touched."""
    inner = "class Inner(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n        self.fc = nn.Linear(4, n)\n"
    text = TORCH + inner + module("self.inner = Inner(3)\nself.fc = nn.Linear(n, 3)", "None", ", n=9").removeprefix(TORCH)
    assert count(text, n=4) == 2 * LINEAR
    assert count(TORCH + "n = 9\nm = nn.Linear(n, 3)", n=4) == LINEAR


def test_an_unused_value_is_an_error() -> None:
    """A value that nothing asks for is refused."""
    with pytest.raises(LstmCalcError, match="hiden"):
        read_code("nn.LSTM(3, 4)", {"hiden": 5})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a=1", {"a": 1}),
        ("f(x='1').shape=(2, 3)", {"f(x='1').shape": (2, 3)}),
        ("cell=GRU", {"cell": "GRU"}),
        ("a.b=true", {"a.b": True}),
    ],
)
def test_settings(text: str, said: dict[str, Any]) -> None:
    """The left side is an expression and the right one a value, also where both have equal signs."""
    assert read_settings([text]) == said


POOLED = {
    "nn.Conv2d(1, 2, 3, stride=2, padding=1)": (1, 2, 4, 4),
    "nn.Conv2d(1, 2, 3, padding='same')": (1, 2, 8, 8),
    "nn.ConvTranspose2d(1, 2, 2, stride=2)": (1, 2, 16, 16),
    "nn.MaxPool2d(2)": (1, 1, 4, 4),
    "nn.MaxPool2d((2, 1), (2, 1), (0, 0))": (1, 1, 4, 8),
    "nn.AvgPool2d(3, stride=2, ceil_mode=True)": (1, 1, 4, 4),
    "nn.AdaptiveAvgPool2d((3, None))": (1, 1, 3, 8),
    "nn.Flatten()": (1, 64),
    "nn.Sequential(nn.Conv2d(1, 4, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(), nn.Flatten(2))": (1, 4, 64),
    "nn.Linear(8, 5)": (1, 1, 8, 5),
}


@pytest.mark.parametrize(("layer", "shape"), POOLED.items(), ids=POOLED)
def test_shapes_through_layers(layer: str, shape: tuple[int, ...]) -> None:
    """What a layer of PyTorch leaves of a tensor is known, in calls of functions also, as programs ask it to size what follows."""
    body = f"layer = {layer}\nx = layer(torch.zeros(1, 1, 8, 8))\nself.fc = nn.Linear(x.numel(), x.size(-1), bias=False)"
    total = 1
    for size in shape:
        total *= size
    assert count(module(body)) == total * shape[-1]
    assert (
        count(module("import torch.nn.functional as F\nself.fc = nn.Linear(F.max_pool2d(torch.zeros(1, 1, 8, 8), 2).numel(), 1)"))
        == 17
    )


def test_a_shape_that_does_not_follow_is_asked_for() -> None:
    """A layer that is not followed gives nothing that could be taken for a size."""
    with pytest.raises(Missing):
        read_code(module("y = nn.Fold((4, 4), 2)(torch.zeros(1, 4, 9))\nself.fc = nn.Linear(y.numel(), 3)"))


FROZEN = {
    "for name, p in self.named_parameters():\n    p.requires_grad = 'weight' in name": 4 * 3,
    "self.fc.bias.requires_grad_(False)": 4 * 3,
    "self.fc.weight.requires_grad = False": 3,
    "for p in self.parameters():\n    p.requires_grad_(False)": 0,
}


@pytest.mark.parametrize(("body", "trained"), FROZEN.items(), ids=FROZEN)
def test_tensors_that_are_frozen_one_by_one(body: str, trained: int) -> None:
    """A tensor that is not trained is left out of what is, whichever it is."""
    answer = params(read_code(module(f"self.fc = nn.Linear(4, 3)\n{body}")))
    assert (answer.total, answer.trainable) == (LINEAR, trained)


def test_a_recurrent_layer_of_which_a_part_is_frozen() -> None:
    """Of a recurrent layer, too, some tensors may be trained and others not."""
    body = (
        "self.rnn = nn.GRU(2, 4, 2, bidirectional=True)\nfor n, p in self.rnn.named_parameters():\n    p.requires_grad = 'ih' in n"
    )
    answer = params(read_code(module(body)))
    inputs = 2 * (12 * 2 + 12) + 2 * (12 * 8 + 12)
    assert (answer.total, answer.trainable) == (inputs + 4 * (12 * 4 + 12), inputs)


def test_where_sizes_come_from(tmp_path: Path) -> None:
    """A line for each layer names the lines that give its sizes their values."""
    program = tmp_path / "model.py"
    program.write_text(
        module("self.width = 4\nself.fc = nn.Linear(self.width, n)", "Net(WIDTH)", ", n").replace("class", "WIDTH = 3\nclass", 1)
    )
    lines: list[str] = []
    load_code(str(program), "model", {}, tell=lines.append)
    assert lines == ["model.py:8: Linear with in_features 4 = self.width (from model.py:7), out_features 3 = n (from model.py:9)"]


KERAS_FAULTS = {
    "m = Sequential([Input((3,)),\n  Dense(0)])": r"<code>:2: dense: units must be",
    "m = Sequential([Input((9, 3)),\n  Bidirectional(LSTM(-3))])": r"<code>:2: lstm: units must be",
    "m = Sequential([Input((9, 3)),\n  LSTM(3),\n  LSTM(3)])": r"<code>:3: lstm_1 reads 3 axes, .*; lstm gives its last step alone",
    "m = Model(Input((9, 3)),\n  Dense('a')(Input((3,))))": r"<code>:2: dense: units must be",
}


@pytest.mark.parametrize(("text", "message"), KERAS_FAULTS.items(), ids=KERAS_FAULTS)
def test_faults_of_keras_layers_have_their_line(text: str, message: str) -> None:
    """What is wrong with a layer of Keras is told with the line that makes it, not with a place in a configuration."""
    with pytest.raises(ModelFileError, match=message):
        read_code(text)


def test_layers_that_are_not_known_have_their_class_and_line() -> None:
    """The total is at least what the others have, and the answer names the class and the line of each unknown layer."""
    model = read_code(
        TORCH + "from torchcrf import CRF\n" + module("self.fc = nn.Linear(4, 3)\nself.crf = CRF(3)").removeprefix(TORCH)
    )
    answer = params(model)
    assert (answer.total, answer.known_total) == (None, LINEAR)
    assert "torchcrf.CRF is made in <code>:8" in str(model.origin)
    model = read_code("from keras.layers import *\nfrom keras.models import *\nfrom own import *\n" + OWN)
    assert (params(model).total, "Own is made in <code>:4" in str(model.origin)) == (None, True)


OWN = "m = Sequential([Input((3,)), keras.layers.Own(4), Dense(2)])"


def test_the_release_is_said_where_a_default_depends_on_it() -> None:
    """A GRU of Keras that does not say how it resets is that of a release, which the answer names."""
    assert "as since TensorFlow 2" in str(read_code("GRU(4, input_shape=(None, 3))").origin)
    assert "TensorFlow" not in str(read_code("GRU(4, input_shape=(None, 3), reset_after=False)").origin)


PIECES = {
    "self.rnn = nn.GRU(\n    2,\n    4,\n)": 3 * 4 * (2 + 4 + 2),
    "model.add(LSTM(3, input_shape=(None, 2)))\nmodel.add(Dense(2))": 4 * 3 * 6 + 8,
    ">>> rnn = nn.RNN(2, 4)\n>>> x = torch.randn(5, 3, 2)\ntensor(...)": 4 * (2 + 4 + 2),
    "LSTM(2, 3, batch_first=True)": 4 * 3 * (2 + 3 + 2),
    "LSTM(3, input_shape=(None, 2))": 4 * 3 * 6,
    "nn.LSTM(2, 3); nn.Linear(3, 1)": 4 * 3 * 7 + 4,
}


ONE_CALL = {
    "eqx.nn.LSTMCell(3, 4, key=key)": 128,
    "nnx.LSTMCell(3, 4, rngs=rngs)": 128,
    "eqx.nn.MLP(2, 3, 8, 2, key=key)": (2 + 1) * 8 + (8 + 1) * 8 + (8 + 1) * 3,
    "eqx.nn.MLP(2, 3, 8, 2, use_bias=False, key=key)": 2 * 8 + 8 * 8 + (8 + 1) * 3,
    "eqx.nn.MLP(2, 3, 8, 0, use_final_bias=False, key=key)": 2 * 3,
    "tf.keras.layers.RNN([tf.keras.layers.LSTMCell(16), tf.keras.layers.LSTMCell(8)], input_shape=(None, 4))": 2144,
    "LSTM(10, 20, num_layers=2, batch_first=True)": 5920,
    "nn.LSTM(10, 20); nn.Linear(20, 5)": 2665,
}


@pytest.mark.parametrize(("text", "total"), ONE_CALL.items(), ids=ONE_CALL)
def test_one_call_on_the_command_line(text: str, total: int) -> None:
    """A single call is the same model on the command line, where it may be a line of layers as well."""
    assert params(reading.read(text)).total == total


@pytest.mark.parametrize(("text", "total"), PIECES.items(), ids=PIECES)
def test_pieces_as_people_copy_them(text: str, total: int) -> None:
    """What stands around a piece may be missing, and the prompts of a shell may be there."""
    assert count(text) == total


def test_a_layer_called_on_what_is_not_known() -> None:
    """Its input is asked for, as --input."""
    with pytest.raises(Missing, match="--input"):
        read_code("x = LSTM(64, return_sequences=True)(x)")
    assert params(read_code("x = LSTM(64, return_sequences=True)(x)", input_dim=10)).total == 4 * 64 * 75


def test_an_entry_of_a_list_of_unknown_length_is_no_entry_of_the_length() -> None:
    """What is asked for is named as the program has it; it was said to be ``len(rows).shape[1]``."""
    text = """import numpy as np
from keras import Sequential, layers
rows = fetch()
found = []
for at in range(len(rows)):
    found.append(rows[at : at + 14])
found = np.array(found)
model = Sequential([layers.LSTM(8, input_shape=(14, found.shape[2]))])"""
    with pytest.raises(Missing, match=r"found.shape\[2\] has no value in the code(, kept in \w+)?\n"):
        read_code(text)
    assert count(text, **{"found.shape[2]": 5}) == 4 * 8 * (5 + 8 + 1)


def test_names_by_what_they_stand_for() -> None:
    """A value may be said by the expression in the code, or by what its parts stand for; both are named."""
    text = module("self.config = config\nsizes = self.config['sizes']\nself.fc = nn.Linear(sizes['a'], 3)", "None", ", config")
    with pytest.raises(Missing, match=r"sizes\['a'\] has no value in the code, which is config\['sizes'\]\['a'\]"):
        read_code(text)
    assert count(text, **{"sizes['a']": 4}) == LINEAR
    assert count(text, **{"config['sizes']['a']": 4}) == LINEAR


def test_a_default_that_is_taken_is_said() -> None:
    """A default of a configuration that is not known is taken, and the answer says so."""
    model = read_code(module("self.fc = nn.Linear(config.get('n', 4), 3)", "None", ", config"))
    assert "config.get('n', 4) is taken as 4" in str(model.origin)


def test_frozen() -> None:
    """Embeddings from a table are frozen unless they say otherwise; so is what requires no gradient."""
    body = "self.e = nn.Embedding.from_pretrained(torch.zeros(5, 2))\nself.fc = nn.Linear(4, 3)\n"
    body += "for p in self.fc.parameters():\n    p.requires_grad = False"
    answer = params(read_code(module(body)))
    assert (answer.total, answer.trainable) == (10 + LINEAR, 0)


def test_several_models_are_listed() -> None:
    """Where two models could be meant, both are named with their lines."""
    with pytest.raises(ModelFileError, match=r"several models: a \(line 3\), b \(line 4\)"):
        read_code(TORCH + "a = nn.Linear(4, 3)\nb = nn.Linear(4, 3)")


def test_siblings(tmp_path: Path) -> None:
    """Files beside the program are followed, and nothing outside its folder."""
    (tmp_path / "sizes.py").write_text("WIDTH = 4\n")
    program = tmp_path / "model.py"
    program.write_text(TORCH + "from sizes import WIDTH\nm = nn.Linear(WIDTH, 3)\n")
    assert params(load_code(str(program), "m")).total == LINEAR


def test_notebook(tmp_path: Path) -> None:
    """A notebook is the sequence of its code cells, without the commands of its shell."""
    cells = [{"cell_type": "markdown", "source": ["# nn"]}, {"cell_type": "code", "source": ["!pip install torch\n", TORCH]}]
    cells += [{"cell_type": "code", "source": ["m = nn.Linear(4, 3)"]}]
    notebook = tmp_path / "model.ipynb"
    notebook.write_text(json.dumps({"cells": cells}))
    assert params(load_code(str(notebook), None)).total == LINEAR


def test_nothing_is_run(tmp_path: Path) -> None:
    """A program with side effects has none when it is read, and neither has one that it imports."""
    mark = tmp_path / "ran"
    effect = f"open({str(mark)!r}, 'w').write('x')\n__import__('os').system('touch {mark}')\nexec(\"open({str(mark)!r}, 'w')\")\n"
    (tmp_path / "beside.py").write_text(effect)
    program = tmp_path / "model.py"
    method = f"class Evil(int):\n    def __index__(self):\n        {effect.splitlines()[0]}\n        return 4\n"
    program.write_text(TORCH + effect + "import beside\n" + method + "n = Evil(4)\nm = nn.Linear(4, 3)\n")
    assert params(load_code(str(program), "m")).total == LINEAR
    assert not mark.exists()


HOSTILE = {
    "brackets": "x = " + "(" * 5_000 + "1" + ")" * 5_000,
    "signs": "x = " + "-" * 100_000 + "1",
    "endless": TORCH + "while True:\n    x = 1\nm = nn.Linear(y, 3)",
    "recursion": TORCH + "def f(n):\n    return f(n + 1)\nm = nn.Linear(f(1), 3)",
    "tree": TORCH + "def f(n):\n    return f(n - 1) + f(n - 2)\nm = nn.Linear(f(q), 3)",
    "power": TORCH + "m = nn.Linear(10**10**10, 3)",
    "squares": TORCH + "x = 9\nfor i in range(1000):\n    x = x * x\nm = nn.Linear(x, 3)",
    "many": TORCH + "m = nn.Sequential(*[nn.Linear(1, 1) for a in range(10**9) for b in range(10**9)])",
    "nested": TORCH + "x = [[[0 for a in range(3000)] for b in range(3000)] for c in range(3000)]\nm = nn.Linear(x, 3)",
    "text": TORCH + "y = '%999999999d' % 3\nm = nn.Linear(len(y), 3)",
    "doubled": TORCH + "x = [0]\nfor i in range(100):\n    x.extend(x)\nm = nn.Linear(len(x), 3)",
    "pairs": TORCH + "x = (1,)\nfor i in range(200):\n    x = (x, x)\nm = nn.Linear(x, 3)",
    "itself": TORCH + "class A(nn.Module):\n    def __init__(self):\n        self.a = A()\nm = A()",
    "null": "import torch\0",
    "evaluated": TORCH + "x = 'eval(x)'\nm = nn.Linear(eval(x), 3)",
    "evaluated brackets": TORCH + "m = nn.Linear(eval('(' * 90000), 3)",
    "large tensors": TORCH + "x = nn.Conv2d(1, 9 ** 99, 1)(torch.zeros(1, 1, 9 ** 99, 9 ** 99))\nm = nn.Linear(x.numel(), y)",
    "old": "print 'x'",
    "table": "Param #\n" + "a" * 100_000,
    "module": "Net(" + "(a): B(" * 5_000,
}


@pytest.mark.slow
def test_a_number_of_too_many_digits_is_refused_without_advice_on_python() -> None:
    with pytest.raises(ModelFileError, match=r"line 1 is not Python: a number has too many digits$"):
        read_code(f"m = LSTM({'9' * 5000})")


@pytest.mark.parametrize("text", ["LSTM(units=96, units=4, input_shape=(9, 40))", "nn.Linear(4, out_features=2, out_features=3)"])
def test_an_argument_that_is_given_twice_is_no_guess(text: str) -> None:
    with pytest.raises(ModelFileError, match="given twice in a call"):
        read_code(f"from keras.layers import LSTM\nfrom torch import nn\nm = {text}\n")
    with pytest.raises(NotationError, match="given twice in a call"):
        reading.read(text)


@pytest.mark.parametrize(
    ("layer", "total"),
    [
        ("MaxPooling1D()", 122),
        ("UpSampling1D()", 482),
        ("ZeroPadding1D()", 290),
        ("Cropping1D()", 194),
        ("EinsumDense('abc,cd->abd', output_shape=(10, 8))", 96 + 162),
        ("EinsumDense('abc,cd->abd', (10, 8), bias_axes='d')", 96 + 8 + 162),
        *((name, 242) for name in ("Identity()", "UnitNormalization()", "ActivityRegularization(l1=0.1)", "Rescaling(0.5)")),
    ],
)
def test_classes_of_keras_with_their_defaults_in_a_line_and_in_a_program(layer: str, total: int) -> None:
    program = (
        f"import keras\nfrom keras.layers import *\nm = keras.Sequential([keras.Input((10, 12)), {layer}, Flatten(), Dense(2)])"
    )
    for model in (reading.read(f"10x12 > {layer} > Flatten() > Dense(2)"), read_code(program)):
        assert params(model, "keras").total == total


@pytest.mark.spread(5)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile(text: str) -> None:
    """Whatever a text holds, it is refused with a sentence, soon."""
    start = time.process_time()
    with pytest.raises(ModelError) as refused:
        read_printed(text) if text.startswith(("Param", "Net(")) else read_code(text)
    assert str(refused.value)
    assert time.process_time() - start < 2


def test_python_2_is_named() -> None:
    """A program of Python 2 is told as such, with its line."""
    with pytest.raises(ModelFileError, match="line 2 is Python 2"):
        read_code("x = 1\nprint 'x'\n")


def test_the_framework_is_said() -> None:
    """The answer says which framework it took, and from which import."""
    origin = read_code(TORCH + "m = nn.Linear(4, 3)").origin
    assert origin == "pytorch, as torch is in the code"


TWO_ENTRIES = (
    f"{TORCH}class One(nn.Module):\n    def __init__(self, n=4):\n        super().__init__()\n        self.a = nn.Linear(n, 3)\n"
    "class Two(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n        self.a = nn.Linear(n, 5)\n"
)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("params -:One -q", "15\n"),
        ("-:One -q", "15\n"),
        ("params -q -:Two --set n=5", "30\n"),
        ("params -:One(n=5) -q", "18\n"),
        ("check -:One --max-params 1k -q", "0\n"),
    ],
)
def test_an_entry_of_what_standard_input_has(cli: "Cli", words: str, answer: str) -> None:
    result = cli(*words.split(), stdin=TWO_ENTRIES)
    assert (result.stdout, result.stderr) == (answer, "")


@pytest.mark.parametrize(
    ("words", "text", "why"),
    [
        ("params -", TWO_ENTRIES, "name one, as -:One"),
        ("params -:Two", TWO_ENTRIES, "try: lstm-calc params -:Two --set n=N"),
        ("params -:Tow", TWO_ENTRIES, "'Tow' is no model in it; known are One and Two"),
        ("params -:", TWO_ENTRIES, "an entry is missing after -:"),
        ("params -:One", "40 > lstm 96", "-:One is for Python code, and what is on standard input is none"),
        ("params -:One", "", "standard input is empty"),
    ],
)
def test_an_entry_that_standard_input_does_not_have(cli: "Cli", words: str, text: str, why: str) -> None:
    result = cli(*words.split(), stdin=text)
    assert (result.exit_code, why in result.stderr, "Traceback" in result.stderr) == (2, True, False)


FILLED = {
    "list": "words = []\nfor line in open('f'):\n    words.append(line)\nsize = len(words)",
    "dict": "seen = {}\nfor line in open('f'):\n    if line not in seen:\n        seen[line] = len(seen)\nsize = len(seen)",
    "set": "seen = set()\nfor line in open('f'):\n    seen.add(line)\nsize = len(seen) + 1",
    "number": "size = 3\nfor line in open('f'):\n    size += 1",
    "branch": "words = ['a']\nif args.more:\n    words.append('b')\nsize = len(words)",
    "comprehension": "size = len([line for line in open('f')])",
    "filter": "size = len([word for word in ['a', 'b'] if word in frame.columns])",
    "dict of a comprehension": "size = len({word: at for at, word in enumerate(open('f'))})",
    "two stars": "size = len({'a': 1, **others})",
    "extended": "words = ['a']\nwords.extend(frame.columns)\nsize = len(words)",
    "array": "import numpy as np\nwords = []\nfor line in open('f'):\n    words.append(1)\nsize = np.array(words).shape[0]",
    "method": (
        "class Words:\n    def __init__(self):\n        self.number = 0\n    def add(self):\n        self.number += 1\n"
        "words = Words()\nfor line in open('f'):\n    words.add()\nsize = words.number"
    ),
    "other object": "class S:\n    pass\ns = S()\ns.hidden = 5\nif args.big:\n    s.hidden = 500\nsize = s.hidden",
}
LONG_LOOP = "words, at = [], 0\nwhile at < 100_000:\n    words.append(at)\n    at += 1\nsize = len(words)"


@pytest.mark.parametrize("text", [*FILLED.values(), pytest.param(LONG_LOOP, marks=pytest.mark.slow)], ids=[*FILLED, "long loop"])
def test_filled_in_doubt(text: str, tmp_path: Path) -> None:
    """What is filled in a loop or branch that is not known is asked for: a vocabulary is not counted as one word."""
    path = tmp_path / "model.py"
    path.write_text(
        f"from keras import Sequential\nfrom keras.layers import *\n{text}\nmodel = Sequential([Embedding(size, 8), LSTM(4)])\n"
    )
    with pytest.raises(Missing):
        load_code(str(path), "model")


COUNTABLE = {
    "distinct": ("size = len({word for word in 'hello'})", 4),
    "known loop": ("words = []\nfor at in range(9):\n    words.append(at)\nsize = len(words)", 9),
    "six": ("from six.moves import range\nsize = len(list(range(7)))", 7),
    "xrange": ("size = len([at for at in xrange(6)])", 6),
}


@pytest.mark.parametrize(("text", "size"), COUNTABLE.values(), ids=COUNTABLE)
def test_filled_for_certain(text: str, size: int, tmp_path: Path) -> None:
    """What is filled for certain is counted, inside a loop that is not known as well."""
    path = tmp_path / "model.py"
    path.write_text(
        f"from keras import Sequential\nfrom keras.layers import *\n{text}\nmodel = Sequential([Embedding(size, 8), LSTM(4)])\n"
    )
    assert params(load_code(str(path), "model")).total == 8 * size + 208


OWN_LAYERS = """
import tensorflow as tf
from tensorflow.keras import layers as L, Model, Input
class Attention(L.Layer):
    def __init__(self, size, pair=False):
        super().__init__()
        self.size, self.pair = size, pair
    def build(self, input_shape):
        self.W = self.add_weight(shape=(input_shape[-1], self.size))
        self.u = self.add_weight(shape=(self.size,), trainable=False)
    def call(self, x):
        a = tf.nn.softmax(tf.reduce_sum(tf.tanh(tf.matmul(x, self.W)), axis=-1, keepdims=True), axis=1)
        c = tf.reduce_sum(x * a, axis=1)
        return (c, a) if self.pair else c
class Cell(L.Layer):
    def __init__(self, units):
        super().__init__()
        self.units, self.state_size = units, [units, units]
        self.lstm, self.gate, self.norm = L.LSTMCell(units), L.Dense(units), L.LayerNormalization()
    def call(self, x, states):
        y, states = self.lstm(x, states)
        return self.norm(y) * tf.sigmoid(self.gate(x)), states
class Encoder(Model):
    def __init__(self):
        super().__init__()
        self.lstm, self.unread, self.attention = L.LSTM(6, return_sequences=True, return_state=True), L.Dense(9), Attention(4)
    def call(self, x):
        y, h, c = self.lstm(x)
        z = self.unread(h)
        return self.attention(y)
class Block(L.Layer):
    def __init__(self, size):
        super().__init__()
        self.first = L.Dense(size)
        self.rest = tf.keras.Sequential([L.Dense(7), L.Dropout(.1), Attention(4)])
    def call(self, x):
        return self.rest(self.first(x))
class Positions(L.Layer):
    def __init__(self):
        super().__init__()
        self.words, self.places = L.Embedding(20, 6), L.Embedding(9, 6)
    def call(self, x):
        return self.words(x) + self.places(tf.range(0, tf.shape(x)[-1]))
i, j = Input((8, 3)), Input((8, 3))
lstm = L.LSTM(6, return_sequences=True)
class Both(L.Layer):
    def __init__(self):
        super().__init__()
        self.a, self.b = L.Dense(3), L.Dense(4)
    def call(self, x):
        return [self.a(x), self.b(x)]
class Plain(L.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = self.state_size = units
    def build(self, shape):
        self.k = self.add_weight(shape=(shape[-1], self.units))
        self.r = self.add_weight(shape=(self.units, self.units))
    def call(self, x, states):
        h = tf.matmul(x, self.k) + tf.matmul(states[0], self.r)
        return h, [h]
"""
OWN_MODELS = {
    "shared": ("a = Attention(4)\nm = Model([i, j], L.Dense(1)(L.concatenate([a(lstm(i)), a(lstm(j))])))", 281, 277),
    "pair": ("c, a = Attention(4, True)(lstm(i))\nm = Model(i, L.Dense(1)(c))", 275, 271),
    "second of a pair": ("c, a = Attention(4, True)(lstm(i))\nm = Model(i, L.Dense(1)(L.Flatten()(a)))", 277, 273),
    "unread inside": ("m = Encoder()\nm.build((None, 8, 3))", 331, 327),
    "cell": ("m = Model(i, L.Dense(2)(L.RNN(Cell(5), return_sequences=True)(i)))", 222, 222),
    "nested": ("m = Model(i, L.Dense(1)(Block(5)(i)))", 102, 98),
    "sequential": (
        "m = tf.keras.Sequential([L.LSTM(6, return_sequences=True, input_shape=(8, 3)), Attention(4), L.Dense(1)])",
        275,
        271,
    ),
    "positions": ("k = Input((9,))\nm = Model(k, L.LSTM(2)(Positions()(k)))", 120 + 54 + 72, 120 + 54 + 72),
    "new axis": ("m = Model(i, L.LSTM(2)(i[:, None, 0, :]))", 48, 48),
    "one of two outputs": ("p, q = Both()(i)\nm = Model(i, L.LSTM(2)(q))", 84, 84),
    "at each step": ("m = Model(i, L.LSTM(2)(L.TimeDistributed(Both())(i)))", 12 + 16 + 48, 12 + 16 + 48),
    "both directions": ("m = Model(i, L.Dense(1)(L.Bidirectional(L.RNN(Plain(5)))(i)))", 91, 91),
    "places of the largest": ("m = Model(i, L.LSTM(2)(tf.one_hot(tf.argmax(L.Dense(5)(i), axis=-1), 5)))", 20 + 64, 20 + 64),
    "two cells": ("m = Model(i, L.Dense(1)(L.RNN([Plain(5), Plain(2)])(i)))", 40 + 14 + 3, 40 + 14 + 3),
    "transposed": ("m = Model([i, j], L.LSTM(2)(tf.matmul(i, j, transpose_b=True)))", 88, 88),
}


@pytest.mark.parametrize(("text", "total", "trainable"), OWN_MODELS.values(), ids=OWN_MODELS)
def test_own_layers_of_keras(text: str, total: int, trainable: int, tmp_path: Path) -> None:
    """Weights of the author's layers count once, wherever they are called, and those inside them whatever is read of them."""
    path = tmp_path / "model.py"
    path.write_text(OWN_LAYERS + text)
    answer = params(load_code(str(path), "m"))
    assert (answer.total, answer.trainable) == (total, trainable)


def test_frozen_weights_at_each_step_are_not_counted_as_trained(tmp_path: Path) -> None:
    """A layer of the author's at each step is a number of parameters, which does not say how many of them are trained."""
    path = tmp_path / "model.py"
    path.write_text(OWN_LAYERS + "k = Input((2, 8, 3))\nm = Model(k, L.LSTM(2)(L.TimeDistributed(Attention(4))(k)))")
    assert params(load_code(str(path), "m")).total is None


def test_layers_in_a_container_have_the_names_that_they_were_given() -> None:
    program = """
from collections import OrderedDict
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(OrderedDict([("conv", nn.Conv1d(4, 8, 3)), ("relu", nn.ReLU())]))
        self.heads = nn.ModuleDict({"mean": nn.Linear(3, 4)})
        self.more = nn.Sequential()
        self.more.add_module("first", nn.Linear(4, 4, bias=False))
        self.more.append(nn.Linear(4, 7, bias=False))
"""
    names = [each.name for each in tensors(read_code(program), "pytorch").tensors]
    parts = ["net.conv.weight", "net.conv.bias", "heads.mean.weight", "heads.mean.bias"]
    assert names == [*parts, "more.first.weight", "more.1.weight"]
