"""Programs in which it is not known what happens: what depends on it is asked for, and never counted one way in silence."""

import json
import tempfile
from pathlib import Path

import pytest

from lstm_calc.formats.code import Missing, load_code, read_code
from lstm_calc.questions.params import params

HEAD = "import torch\nimport torch.nn as nn\n"
CLASS = "class Net(nn.Module):\n    def __init__(self, p):\n        super().__init__()\n        self.rnn = nn.LSTM(8, 8)\n"

UNKNOWN = {
    "loop changes a size": "h = 32\nfor _ in range(p):\n    h //= 2\nself.fc = nn.Linear(h, 3)",
    "loop names layers": "for i in range(p):\n    self.add_module('in_{}'.format(i), nn.Linear(8, 8))",
    "loop sets attributes": "for name in p:\n    setattr(self, name, nn.Linear(8, 8))",
    "loop leaves some out": "self.d = nn.ModuleDict()\nfor n in p:\n    if n:\n        continue\n    self.d[n] = nn.Linear(8, 8)",
    "while": "n = 4\nwhile n < p:\n    n *= 2\nself.fc = nn.Linear(n, 2)",
    "list grows": "sizes = [8]\nif p:\n    sizes.append(32)\nself.fc = nn.ModuleList(nn.Linear(a, a) for a in sizes)",
    "list is added to": "sizes = [8]\nif p:\n    sizes += [32]\nself.fc = nn.Linear(len(sizes), 2)",
    "list shrinks": "sizes = [8, 16]\nif p:\n    sizes.pop()\nself.fc = nn.Linear(sizes[-1], 2)",
    "one of two lists": "sizes = [8, 16] if p else [8, 32]\nself.fc = nn.Linear(sizes[-1], 3)",
    "one of two configurations": "class A:\n    n = 3\nclass B:\n    n = 4\ncfg = A() if p else B()\nself.fc = nn.Linear(cfg.n, 3)",
    "entry of a dict": "cfg = {'a': 4}\nif p:\n    cfg['a'] = 5\nself.fc = nn.Linear(cfg['a'], 3)",
    "dict is updated": "cfg = {'a': 4}\nif p:\n    cfg.update(a=5)\nself.fc = nn.Linear(cfg['a'], 3)",
    "attribute of another": "import argparse\na = argparse.Namespace(n=4)\nif p:\n    a.n = 5\nself.fc = nn.Linear(a.n, 3)",
    "early return": "if p:\n    return\nself.fc = nn.Linear(8, 3)",
    "function returns early": "def make(q):\n    if q:\n        return nn.Linear(8, 8)\nself.fc = make(p)",
    "match": "match p:\n    case 1:\n        self.fc = nn.Linear(8, 8)\n    case _:\n        self.fc = nn.Linear(8, 9)",
    "layer is replaced": "self.fc = nn.Linear(8, 4)\nif p:\n    pass\nelse:\n    self.fc = nn.Linear(8, 5)",
    "layer made before": "a = nn.Linear(8, 4)\nself.fc = None\nif p:\n    self.fc = a",
    "one of two layers": "a, b = nn.Linear(8, 4), nn.Linear(8, 5)\nself.fc = a if p else b",
    "entry of a list of layers": "self.fc = [nn.Linear(8, 4), nn.Linear(8, 5)][p]",
    "slice of a container": "self.l = nn.ModuleList([nn.Linear(8, 8), nn.Linear(8, 8)])\nself.l = self.l[:p]",
    "layer is taken away": "self.l = nn.ModuleList([nn.Linear(8, 8), nn.Linear(8, 8)])\nif p:\n    del self.l[0]",
    "layers of a transformer": "self.e = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), num_layers=p)",
    "list times a number": "self.s = nn.Sequential(*[nn.Linear(8, 8)] * p)",
    "turns of a list": "sizes = [8 for _ in range(p)]\nself.l = nn.ModuleList(nn.Linear(8, 8) for _, _ in enumerate(sizes))",
    "pairs of a list": "d = [8] + [9] * p + [4]\nself.l = nn.ModuleList(nn.Linear(a, b) for a, b in zip(d, d[1:]))",
    "list that takes another": "d = [8]\nd.extend(p)\nself.fc = nn.Linear(d[-1], 3)",
    "dict of another": "d = {'a': 3, **p}\nself.fc = nn.Linear(d['a'], 3)",
    "dict that takes another": "d = dict(a=3)\nd.update(p)\nself.fc = nn.Linear(d['a'], 3)",
    "sum of turns": "self.fc = nn.Linear(sum(1 for _ in range(p)), 3)",
    "frozen or not": "if p:\n    self.rnn.weight_ih_l0.requires_grad = False",
}


def program(body: str) -> str:
    """Return a program whose model has a body after a recurrent layer, and depends on an argument."""
    return HEAD + CLASS + "".join(f"        {line}\n" for line in body.splitlines())


@pytest.mark.parametrize("body", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known_is_asked_for(body: str) -> None:
    """Whatever depends on an argument without a value asks for that argument, and for nothing else."""
    with pytest.raises(Missing) as asked:
        read_code(program(body))
    command = str(asked.value).splitlines()[-1]
    assert "--set p=N" in command or "len(sizes)" in command
    assert command.count("--set") == 1


def test_no_size_depends_on_it() -> None:
    """What changes nothing that is counted is not asked for."""
    body = "log = []\nif p:\n    log.append('x')\nfor _ in range(p):\n    log.append('y')\nself.fc = nn.Linear(8, 3)"
    assert params(read_code(program(body))).total == 4 * 8 * (8 + 8 + 2) + 27


WORDS = {
    "loop": "words = {}\nfor line in open('corpus.txt'):\n    for w in line.split():\n        words[w] = len(words)\n",
    "list": "words = [w for w in corpus if w]\n",
    "dict": "words = {w: i for i, w in enumerate(corpus)}\n",
}


@pytest.mark.parametrize("text", WORDS.values(), ids=WORDS)
def test_words_of_a_file(text: str) -> None:
    """Words that are collected from what is not known are as many as is said."""
    text = HEAD + text + "m = nn.Embedding(len(words), 8)"
    with pytest.raises(Missing, match=r"len\(words\)"):
        read_code(text)
    assert params(read_code(text, {"len(words)": 50})).total == 400


GIVEN = {
    "register_parameter": ("w = self.rnn.weight_hh_l0\nself.register_parameter('raw', nn.Parameter(w.data))", 4 * 8 * 8),
    "parameter that moves": (
        "w = self.rnn.weight_hh_l0\ndel self.rnn._parameters['weight_hh_l0']\nself.rnn.register_parameter('raw', nn.Parameter(w))",
        0,
    ),
    "gains of one tensor": ("nn.utils.weight_norm(self.rnn, 'weight_hh_l0')", 4 * 8),
    "one gain": ("self.c = nn.utils.weight_norm(nn.Conv1d(4, 6, 3), dim=None)", 4 * 6 * 3 + 6 + 1),
    "gains of a transposed convolution": ("self.c = nn.utils.weight_norm(nn.ConvTranspose1d(4, 6, 3))", 4 * 6 * 3 + 6 + 4),
    "tied to another shape": ("self.e = nn.Embedding(9, 4)\nself.d = nn.Linear(8, 9)\nself.d.weight = self.e.weight", 9 * 4 + 9),
    "tensor of a recurrent layer": ("self.rnn.weight_hh_l0 = nn.Parameter(torch.zeros(32, 8))", 0),
    "table of another size": ("self.e = nn.Embedding(9, 4)\nself.e.weight = nn.Parameter(torch.zeros(11, 4))", 44),
    "no bias": ("self.d = nn.Linear(8, 9)\nself.d.bias = None", 72),
    "sets": ("self.c = nn.Linear(len({c for c in 'hello'}), len({3, 3, 4}))", 10),
    "modules by name": ("self._modules['a'] = nn.Linear(4, 3)\nself._parameters['b'] = nn.Parameter(torch.zeros(5))", 20),
    "parts of a text": ("a, _, b = '4x3'.partition('x')\nself.c = nn.Linear(int(a), int(b))", 15),
    "sorted in place": ("d = [3, 4]\nd.sort(reverse=True)\nself.c = nn.Linear(*d)", 15),
    "children": (
        "s = nn.Sequential(nn.Linear(4, 3), nn.Sequential(nn.Linear(3, 2)))\nself.s = nn.ModuleList(list(s.children())[:1])",
        15,
    ),
    "entry by name": ("self.d = nn.ModuleDict()\nself.d['a'] = nn.Linear(4, 3)\nself.d['a'] = nn.Linear(4, 2)", 10),
    "entry by position": ("self.s = nn.Sequential(nn.Linear(4, 3), nn.ReLU())\nself.s[0] = nn.Linear(4, 2)", 10),
    "attribute of a container": ("self.s = nn.Sequential(nn.ReLU())\nself.s.fc = nn.Linear(4, 2)", 10),
    "deleted": (
        "self.s = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2))\ndel self.s[-1]\nself.x = nn.Linear(1, 1)\ndel self.x",
        15,
    ),
    "popped": ("self.s = nn.ModuleList([nn.Linear(4, 3), nn.Linear(3, 2)])\nself.s.pop(0)", 8),
    "extended": ("self.s = nn.ModuleList()\nself.s += [nn.Linear(4, 3)]\nself.s = self.s + nn.ModuleList([nn.Linear(3, 2)])", 23),
    "updated": ("self.d = nn.ModuleDict([['a', nn.Linear(4, 3)]])\nself.d.update({'b': nn.Linear(3, 2)})", 23),
    "generator": ("def pairs():\n    yield 4, 3\n    yield 3, 2\nself.s = nn.ModuleList(nn.Linear(*p) for p in pairs())", 23),
    "map": ("self.s = nn.ModuleList(map(nn.Linear, (4, 3), (3, 2)))", 23),
    "reduce": ("import functools, operator\nself.c = nn.Linear(functools.reduce(operator.mul, (2, 2)), 3)", 15),
    "itertools": ("from itertools import pairwise\nself.s = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise([4, 3, 2]))", 23),
    "sorted": ("a, b = sorted([3, 4], reverse=True)\nself.c = nn.Linear(a, b)", 15),
    "sorted by key": ("a, b = sorted(['ccc', 'aaaa'], key=len)\nself.c = nn.Linear(len(b), len(a))", 15),
    "enumeration": (
        """import enum
class K(enum.Enum):
    A = enum.auto()
    B = enum.auto()
k = K.B
match k:
    case K.A:
        self.c = nn.Linear(9, 9)
    case K.B:
        self.c = nn.Linear(4, 3)
self.d = nn.Linear(K['B'].value, len(k.name))""",
        18,
    ),
    "class that is a dict": ("class D(dict):\n    __getattr__ = dict.get\nd = D(a=4, b=3)\nself.c = nn.Linear(d.a, d['b'])", 15),
    "array of numbers": ("import numpy as np\nself.c = nn.Linear(np.array((2, 2)).prod(), 3)", 15),
    "text": ("import string\nself.c = nn.Linear(4, len(string.digits))", 50),
    "JSON": ('import json\nself.c = nn.Linear(**json.loads(\'{"in_features": 4, "out_features": 3}\'))', 15),
    "YAML": ("import yaml\nc = yaml.safe_load('a:\\n  - 4\\n  - 3')\nself.c = nn.Linear(*c['a'])", 15),
    "no class": ("act = nn.ReLU\nself.c = nn.Linear(4, 3) if act is not None and act != nn.GELU else None", 15),
    "bias of none": ("self.c = nn.Conv1d(4, 6, 1, bias=None)", 24),
    "names of a module": ("self.c = nn.__dict__['Linear'](4, 3)", 15),
}


@pytest.mark.parametrize(("body", "more"), GIVEN.values(), ids=GIVEN)
def test_what_is_followed(body: str, more: int) -> None:
    """Layers and parameters are those that the program leaves, whichever way it makes, moves, replaces and deletes them."""
    assert params(read_code(program(body).replace(", p)", ")"))).total == 4 * 8 * (8 + 8 + 2) + more


def test_files_beside_the_program(tmp_path: Path) -> None:
    """A configuration beside the program is read, packages import from each other, and nothing outside the folder is read."""
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (tmp_path / "outside.json").write_text('{"n": 3}')
    (folder / "inside.json").write_text(json.dumps({"n": 4}))
    (folder / "models" / "__init__.py").write_text("from .net import make\n")
    (folder / "models" / "net.py").write_text(
        "from torch import nn\nfrom . import sizes\ndef make(n):\n    return nn.Linear(n, sizes.OUT)\n"
    )
    (folder / "models" / "sizes.py").write_text("OUT = 3\n")
    main = folder / "main.py"
    main.write_text("import json, models\nmodel = models.make(json.load(open('inside.json'))['n'])\n")
    model = load_code(str(main), None)
    assert params(model).total == 15
    assert "reads inside.json" in str(model.origin)
    main.write_text("import json, models\nmodel = models.make(json.load(open('../outside.json'))['n'])\n")
    with pytest.raises(Missing):
        load_code(str(main), None)


def test_a_tensor_that_is_taken_away_is_refused() -> None:
    """A tensor that is taken out of a layer and does not come back is no guess."""
    with pytest.raises(Exception, match="bias_ih_l0 is taken out of LSTM"):
        read_code(program("del self.rnn.bias_ih_l0").replace(", p)", ")"))


LINEN = "import jax.numpy as jnp\nimport flax.linen as nn\n"
FLAT = "class Net(nn.Module):\n    @nn.compact\n    def __call__(self, x):\n        {}\n        return nn.Dense(3)(x)\n"
STARTED = {
    "x = nn.Conv(4, (3, 3), strides=(2, 2))(x)\n        x = x.reshape((x.shape[0], -1))": (1 * 9 + 1) * 4 + (4 * 4 * 4) * 3 + 3,
    "x = nn.Conv(4, (3, 3), padding='VALID')(x).mean(axis=(1, 2))": (1 * 9 + 1) * 4 + 4 * 3 + 3,
    "x = nn.max_pool(nn.relu(x), (2, 2), strides=(2, 2))\n        x = x.reshape((x.shape[0], -1))": 16 * 3 + 3,
}


@pytest.mark.parametrize(("body", "total"), STARTED.items(), ids=map(str, range(len(STARTED))))
def test_what_a_module_of_linen_is_started_with(body: str, total: int) -> None:
    """The shape that a program initialises a module with is that of its input, and it is followed through windows and reshapes."""
    text = LINEN + FLAT.format(body) + "model = Net()\nvariables = model.init(key, jnp.zeros((1, 8, 8, 1)))\n"
    assert params(read_code(text)).total == total


def test_a_width_that_does_not_follow_is_no_input() -> None:
    """Behind what is not followed, the width of the input is not that of a layer."""
    text = LINEN + FLAT.format("x = nn.Dense(4)(x)\n        x = x.reshape((x.shape[0], -1))")
    with pytest.raises(Exception, match="the width of what Dense reads does not follow from the code"):
        load_text(text, 5)


def load_text(text: str, width: int) -> None:
    """Read a program whose input has a width."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.py"
        file.write_text(text)
        load_code(str(file), "Net", {}, width)


def test_layers_of_a_class_are_frozen() -> None:
    """What a loop over modules does to those of a class it does to these alone."""
    body = "self.n = nn.BatchNorm1d(5)\nfor m in self.modules():\n    if isinstance(m, nn.modules.batchnorm._BatchNorm):\n"
    body += "        for p in m.parameters():\n            p.requires_grad = False"
    answer = params(read_code(program(body).replace(", p)", ")")))
    assert (answer.total, answer.trainable) == (4 * 8 * (8 + 8 + 2) + 10, 4 * 8 * (8 + 8 + 2))


def test_the_gain_of_a_frozen_layer_is_frozen() -> None:
    text = "import torch.nn as nn\nm = nn.utils.weight_norm(nn.Conv1d(3, 4, 3))\n"
    text += "for p in m.parameters():\n    p.requires_grad = False\n"
    answer = params(read_code(text + "net = nn.Sequential(m, nn.Conv1d(4, 2, 1))\n"))
    assert (answer.total, answer.trainable) == (40 + 4 + 10, 10)
