"""What programs do beside making layers, as far as sizes depend on it: Python's statements, values and functions, arrays, files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lstm_calc.errors import LstmCalcError, ModelFileError
from lstm_calc.formats.code import Missing, load_code, read_code
from lstm_calc.formats.code.settings import read_file
from lstm_calc.questions.params import params
from tests.code_running import run

if TYPE_CHECKING:
    from tests.conftest import Cli, Refused

HEAD = "import torch\nimport torch.nn as nn\nimport numpy as np\n"
LINEAR = 4 * 3 + 3
"""The parameters of nn.Linear(4, 3), which each of the programs below makes."""

PYTHON = {
    "set": "s = {1}\ns.add(2)\ns.update([3, 4])\nm = nn.Linear(len(s), len(s - {1}))",
    "set from a list": "s = set([1, 1, 2])\ns.discard(1)\nm = nn.Linear(len(s.union({2, 3, 4, 5})), 3)",
    "set comprehension": "m = nn.Linear(len({n % 4 for n in range(9)}), 3)",
    "popitem": "d = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}\nd.popitem()\nm = nn.Linear(len(d), 3)",
    "width of a format": "m = nn.Linear(len(f'{1:>{2 + 2}}'), len(f'{1!r:>3}'))",
    "digits of a format": "m = nn.Linear(len(f'{2.5:.2f}'), len('%03d' % 1))",
    "format": "m = nn.Linear(len('{:>4}'.format(1)), len('abc'))",
    "join": "m = nn.Linear(len('-'.join(['a', 'bc'])), len('a,b,c'.split(',')))",
    "sorted": "m = nn.Linear(*sorted([3, 4], key=lambda n: -n))",
    "sort": "sizes = [3, 4]\nsizes.sort(reverse=True)\nm = nn.Linear(*sizes)",
    "map": "m = nn.Linear(*map(lambda n: n + 1, [3, 2]))",
    "filter": "m = nn.Linear(*filter(lambda n: n > 2, [1, 4, 3]))",
    "filter of what is true": "m = nn.Linear(*filter(None, [0, 4, 3]))",
    "reduce": "from functools import reduce\nm = nn.Linear(reduce(lambda a, b: a + b, [1, 3]), 3)",
    "partial": "from functools import partial\nm = partial(nn.Linear, 4)(out_features=3)",
    "combinations": "from itertools import combinations\nm = nn.Linear(len(list(combinations(range(4), 3))), 3)",
    "accumulate": "from itertools import accumulate\nm = nn.Linear(list(accumulate([1, 3]))[-1], 3)",
    "islice": "from itertools import islice\nm = nn.Linear(*islice([4, 3, 9], 2))",
    "repeat": "from itertools import repeat\nm = nn.Linear(len(list(repeat(1, 4))), 3)",
    "zip_longest": "from itertools import zip_longest\nm = nn.Linear(len(list(zip_longest([1], range(4)))), 3)",
    "generator": "def sizes():\n    yield 4\n    yield from [3]\nm = nn.Linear(*sizes())",
    "locals": "def make(n, k):\n    return nn.Linear(locals()['n'], k)\nm = make(4, 3)",
    "global": "n = 1\ndef grow():\n    global n\n    n = 4\ngrow()\nm = nn.Linear(n, 3)",
    "deleted name": "n, k = 4, 9\ndel k\nm = nn.Linear(n, 3)",
    "while that breaks": "n = 0\nwhile True:\n    n += 1\n    if n == 4:\n        break\nm = nn.Linear(n, 3)",
    "for that returns": "def find():\n    for n in [1, 4, 9]:\n        if n > 3:\n            return n\nm = nn.Linear(find(), 3)",
    "while that returns": "def find():\n    n = 1\n    while n:\n        n *= 2\n        if n > 3:\n            return n\n"
    "m = nn.Linear(find(), 3)",
    "else of a loop": "n = 1\nfor k in [3]:\n    n += 2\nelse:\n    n += 1\nm = nn.Linear(n, k)",
    "exception": "try:\n    raise ValueError\nexcept ValueError:\n    n = 4\nm = nn.Linear(n, 3)",
    "match of a sequence": "match [4, 3]:\n    case [9]:\n        n = 1\n    case [n, k]:\n        pass\nm = nn.Linear(n, k)",
    "match of a name": "match 4:\n    case n if n > 9:\n        pass\n    case 3 | 4 as n:\n        pass\nm = nn.Linear(n, 3)",
    "match of nothing": "n = 4\nmatch n:\n    case 9:\n        n = 1\nm = nn.Linear(n, 3)",
    "dataclass": "from dataclasses import dataclass, replace\n@dataclass\nclass C:\n    n: int = 9\n    k: int = 3\n"
    "c = replace(C(), n=4)\nm = nn.Linear(c.n, c.k)",
    "post init": "from dataclasses import dataclass\n@dataclass\nclass C:\n    n: int\n"
    "    def __post_init__(self):\n        self.k = self.n - 1\n"
    "c = C(4)\nm = nn.Linear(c.n, c.k)",
    "default factory": "from dataclasses import dataclass, field, asdict\n@dataclass\nclass C:\n"
    "    n: list = field(default_factory=lambda: [4, 3])\n"
    "m = nn.Linear(*asdict(C())['n'])",
    "named tuple": "from collections import namedtuple\nC = namedtuple('C', 'n k', defaults=[3])\nm = nn.Linear(C(4).n, C(4).k)",
    "enumeration": "from enum import Enum\nclass E(Enum):\n    N = 4\n    K = 3\nm = nn.Linear(E(4).value, E['K'].value)",
    "members": "from enum import Enum\nclass E(Enum):\n    A, B, C, D = range(4)\nm = nn.Linear(len([e for e in E]), E.D.value)",
    "numbered members": "from enum import IntEnum, auto\nclass E(IntEnum):\n    A = auto()\n    B = auto()\n    C = auto()\n"
    "m = nn.Linear(E.C + 1, E.C.value)",
    "namespace": "from types import SimpleNamespace\nc = SimpleNamespace(n=4, cls=3)\nm = nn.Linear(vars(c)['n'], c.cls)",
    "type of an object": "class C:\n    n = 4\nm = nn.Linear(type(C()).n, 3)",
    "instance": "class A:\n    pass\nclass B(A):\n    pass\n"
    "m = nn.Linear(4 if isinstance(B(), A) else 9, 3 if isinstance(3, int) else 9)",
    "class attribute": "class C:\n    pass\nC.n = 4\nm = nn.Linear(C.n, len('abc'))",
    "name of a class": "class Four:\n    pass\nm = nn.Linear(len(Four.__name__), 3)",
    "item of an object": "class C:\n    def __getitem__(self, n):\n        return n + 1\nm = nn.Linear(C()[3], 3)",
    "set item of an object": "class C:\n    def __setitem__(self, n, k):\n        self.n = n + k\nc = C()\nc[1] = 3\n"
    "m = nn.Linear(c.n, 3)",
    "copy": "import copy\nsizes = copy.copy([4, 3])\nm = nn.Linear(*copy.deepcopy(sizes))",
    "environment": "import os\nm = nn.Linear(int(os.getenv('LSTM_CALC_NONE', '4')), 3)",
    "arguments": "import argparse\np = argparse.ArgumentParser()\ng = p.add_argument_group()\n"
    "g.add_argument('--n', type=int, default='4')\n"
    "p.set_defaults(k=3)\na, _ = p.parse_known_args([])\nm = nn.Linear(a.n, a.k)",
    "switch": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--big', action='store_true')\n"
    "m = nn.Linear(9 if p.parse_args([]).big else 4, 3)",
    "json": "import json\nc = json.loads('{\"n\": 4}')\nm = nn.Linear(c['n'], 3)",
    "ordered dict": "from collections import OrderedDict\nd = OrderedDict(n=4)\nm = nn.Linear(d['n'], 3)",
    "counter": "from collections import Counter\nm = nn.Linear(len(Counter('aabcd')), 3)",
    "path": "import os\nm = nn.Linear(len(os.path.basename('a/abcd')), 3)",
    "text of a module": "import string\nm = nn.Linear(len(string.digits) - 6, 3)",
}

ARRAYS = {
    "shape": "m = nn.Linear(np.zeros((2, 4)).shape[1], np.array([[1, 2, 3]]).shape[-1])",
    "numbers": "n = np.array([4, 3])\nm = nn.Linear(int(n[0]), int(n.max()) - 1)",
    "product": "m = nn.Linear(int(np.prod([2, 2])), int(np.sqrt(9)))",
    "turned": "m = nn.Linear(torch.zeros(4, 2).t().shape[1], np.zeros((3, 2)).T.shape[1])",
    "dimensions": "m = nn.Linear(torch.zeros(1, 1, 1, 1).ndim, 3)",
    "unpacked": "rows, n = torch.zeros(9, 4).shape\nm = nn.Linear(n, 3)",
    "entries": "a, b = torch.zeros(2, 4)\nm = nn.Linear(a.shape[0], 3)",
    "flattened": "m = nn.Linear(torch.zeros(1, 2, 2).flatten(1).shape[1], 3)",
    "all in one": "m = nn.Linear(torch.zeros(2, 2).reshape(-1).shape[0], 3)",
    "reshaped": "m = nn.Linear(torch.zeros(2, 6).view(-1, 4).shape[-1], torch.zeros(2, 6).view(-1, 4).size(0))",
    "expanded": "m = nn.Linear(torch.zeros(1, 2).repeat(1, 2).shape[1], torch.zeros(1, 3).expand(5, -1).shape[1])",
    "joined": "m = nn.Linear(torch.cat([torch.zeros(1, 1), torch.zeros(1, 3)], 1).shape[1], 3)",
    "spaced": "m = nn.Linear(torch.linspace(0, 1, 4).shape[0], torch.arange(3).shape[0])",
    "alike": "m = nn.Linear(torch.zeros_like(torch.zeros(4)).shape[0], torch.eye(3).shape[0])",
    "filled": "m = nn.Linear(torch.full((4, 2), 1.0).shape[0], np.full(3, 1.0).shape[0])",
    "pooled": "x = nn.functional.max_pool2d(torch.zeros(1, 1, 4, 4), 2)\nm = nn.Linear(x.flatten(1).shape[1], 3)",
    "convolved": "x = nn.Conv2d(1, 1, 3)(torch.zeros(1, 1, 4, 4))\nm = nn.Linear(x.numel(), 3)",
    "embedded": "x = nn.Embedding(9, 4)(torch.zeros(1, 2, dtype=torch.long))\nm = nn.Linear(x.shape[-1], 3)",
    "through a chain": "x = nn.Sequential(nn.Linear(2, 4), nn.ReLU())(torch.zeros(1, 2))\nm = nn.Linear(x.shape[1], 3)",
}


@pytest.mark.parametrize("text", [*PYTHON.values(), *ARRAYS.values()], ids=[*PYTHON, *ARRAYS])
def test_python_is_followed(text: str) -> None:
    """Sizes are what Python gives: each program makes the same layer, whatever it does to get its sizes."""
    assert params(read_code(HEAD + text, entry="m")).total == LINEAR


@pytest.mark.oracle
@pytest.mark.parametrize("text", [*PYTHON.values(), *ARRAYS.values()], ids=[*PYTHON, *ARRAYS])
def test_python_agrees(text: str) -> None:
    """Python and PyTorch themselves give the sizes that are followed."""
    made = run(HEAD + text)["m"]
    assert sum(each.numel() for each in made.parameters()) == LINEAR


UNKNOWN = {
    "text that is no number": "m = nn.Linear(int('x'), 3)",
    "argument that math does not take": "import math\nm = nn.Linear(math.floor('x'), 3)",
    "missing argument": "m = nn.Linear(np.eye(), 3)",
    "too many arguments": "m = nn.Linear(sorted(1, 2, 3), 3)",
    "long list": "m = nn.Linear(len(list(range(200_000))), 3)",
    "long product": "from itertools import product\nm = nn.Linear(len(list(product(range(999), range(999)))), 3)",
    "many combinations": "from itertools import combinations\nm = nn.Linear(len(list(combinations(range(70), 2))), 3)",
    "long text": "m = nn.Linear(len('{:>99999}'.format(1)), 3)",
    "large number": "m = nn.Linear(len(str(9 ** 9 ** 9)), 3)",
    "entry of a set": "s = {1, 2}\nn = s.pop()\nm = nn.Linear(n, 3)",
    "what a set has left": "s = {1, 2}\ns.pop()\nm = nn.Linear(len(s), 3)",
    "generator without an end": "def sizes():\n    while True:\n        yield 4\nm = nn.Linear(*sizes())",
    "generator of many": "def sizes():\n    for n in range(9999):\n        yield n\nm = nn.Linear(len(list(sizes())), 3)",
    "member that is none": "from enum import Enum\nclass E(Enum):\n    N = 4\nm = nn.Linear(E(5).value, 3)",
    "eval of a statement": "m = nn.Linear(eval('n = 4'), 3)",
    "super outside": "m = nn.Linear(super().n, 3)",
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN)
def test_what_python_would_not_give_is_asked_for(text: str) -> None:
    """A call that Python refuses, or that gives too much to follow, has no value, and ends no reading."""
    with pytest.raises(Missing):
        read_code(HEAD + text)


REFUSED = {
    "list that grows too long": ("a = [1] * 90_000\nfor _ in range(9):\n    a += a\nm = nn.Linear(4, 3)", "grows too long"),
    "layer of another shape": ("m = nn.Linear(4, 3)\nm.weight = nn.Parameter(torch.zeros(9, 9))", "another shape"),
    "layer without a weight": ("m = nn.Linear(4, 3)\nm.weight = None", "without its weight"),
    "argument of a wrong kind": ("m = nn.LSTM('a', 4)", "LSTM: input_dim must be"),
    "arguments of a count": ("m = nn.MultiheadAttention('a', 4)", "arguments that it cannot have"),
    "gain of an axis": ("m = nn.utils.weight_norm(nn.Linear(4, 3), dim=7)", "weight_norm"),
    "entry that is none": ("m = nn.Sequential(nn.Linear(4, 3))\nm.pop(7)", "cannot be followed"),
}


@pytest.mark.parametrize(("text", "told"), REFUSED.values(), ids=REFUSED)
def test_refusals(text: str, told: str) -> None:
    """What cannot be followed is refused, with the line."""
    with pytest.raises((ModelFileError, Missing)) as refused:
        read_code(HEAD + text)
    assert told in str(refused.value)
    assert "<code>:" in str(refused.value)


ENTRIES = {
    "Net(": "is no class, function, variable or call",
    "nets": "is no model in it; known are Net",
    "Net": "Net is made in different ways",
}


@pytest.mark.parametrize(("entry", "told"), ENTRIES.items(), ids=ENTRIES)
def test_entries_that_are_none(entry: str, told: str) -> None:
    """An entry that names no model, or several, is refused with what is to be written."""
    body = "    def __init__(self, n):\n        super().__init__()\n        self.fc = nn.Linear(n, 3)\n"
    text = f"{HEAD}class Net(nn.Module):\n{body}Net(4)\nNet(5)\n"
    with pytest.raises(ModelFileError) as refused:
        read_code(text, entry=entry)
    assert told in str(refused.value)


@pytest.mark.parametrize("text", ["def f():\n    pass", "class C:\n    n = 4"])
def test_programs_without_a_model(text: str) -> None:
    """A program that makes no layers is refused."""
    with pytest.raises(ModelFileError, match="has no model"):
        read_code(text)


def test_several_functions_make_models() -> None:
    """Of several functions that make models, one has to be named."""
    text = "".join(f"def {name}():\n    return Sequential([Dense({n}, input_shape=(4,))])\n" for name, n in (("a", 3), ("b", 2)))
    with pytest.raises(ModelFileError, match=r"several models: a \(line 1\), b \(line 3\)"):
        read_code(text)
    assert params(read_code(text, entry="b")).total == 10


def test_haiku_convolution() -> None:
    """A convolution of Haiku needs no number of groups."""
    text = (
        "import haiku as hk\nclass Net(hk.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.c = hk.Conv1D(16, 3)\n"
        "    def __call__(self, x):\n        return self.c(x)\n"
    )
    assert params(read_code(text, input_dim=4)).total == 3 * 4 * 16 + 16


FILES = {
    "a.json": '{"n": 4, "model": {"k": 3}}',
    "a.toml": "n = 4\n[model]\nk = 3",
    "a.yaml": "# sizes\nn: 4\nnames:\n- a\nmodel:\n    k: 3  # of the head\ntext: |\n  any\n",
}


@pytest.mark.parametrize("name", FILES)
def test_values_in_a_file(name: str, tmp_path: Path, cli: Cli) -> None:
    """Values may stand in a file, in JSON, TOML or YAML; a table inside has dotted names."""
    file = tmp_path / name
    file.write_text(FILES[name])
    found = read_file(str(file))
    assert (found["n"], found["model.k"]) == (4, 3)
    assert f"{LINEAR}" in cli("params", "nn.Linear(n, model.k)", "--set-file", str(file), "-q").stdout


UNREADABLE = {"a.json": "{", "b.toml": "n =", "c.json": '{"n": 4}' + " " * 500_000, "d.yaml": "\udc80"}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_of_values_that_cannot_be_read(name: str, tmp_path: Path, refused: Refused) -> None:
    """A file that is none of these is refused with its name."""
    file = tmp_path / name
    file.write_text(UNREADABLE[name], errors="surrogateescape")
    refused(f"params 'nn.Linear(n, 3)' --set-file {file}", name)


@pytest.mark.parametrize("text", ["n", "n=", "=4", "n=(", "a b=4", "n=" + "4" * 10_001])
def test_values_that_are_none(text: str, cli: Cli) -> None:
    """What is no value of an expression is refused."""
    result = cli("params", "nn.Linear(n, 3)", "--set", text)
    assert (result.exit_code, "--set" in result.stderr) == (2, True)


def test_origins_of_sizes() -> None:
    """Each layer is told with its line, and where its sizes come from; what is not known of a shape is a question mark."""
    text = (
        "from keras import Sequential, layers\nclass C:\n    n = 4\nc = C()\nc.k = 3\nunits = 2 * c.k\n"
        "m = Sequential([layers.LSTM(units, input_shape=(steps, c.n)), layers.Dense(c.k + size), layers.Dense(1)])\n"
    )
    lines: list[str] = []
    read_code(text, {"size": 2}, tell=lines.append)
    assert lines == [
        "<code>:7: LSTM with units 6 = units (from <code>:6), input_shape (?, 4) = (steps, c.n) (c from <code>:4)",
        "<code>:7: Dense with units 5 = c.k + size (c.k from <code>:5, size from --set)",
        "<code>:7: Dense with units 1",
    ]


CONFIGURED = {
    "json": ("import json\nc = json.load(open('c.json'))\nn = c['n']", "c.json", '{"n": 4}'),
    "yaml": (
        "import yaml\nc = yaml.safe_load(open('c.yaml'))\nn = c['model']['sizes'][1]",
        "c.yaml",
        "model:\n  sizes:\n    - 9\n    - 4\n",
    ),
    "flow": ("import yaml\nc = yaml.safe_load(open('c.yaml'))\nn = c['sizes'][1]", "c.yaml", "sizes: [9, 4]\n"),
    "omegaconf": ("from omegaconf import OmegaConf\nn = OmegaConf.load('c.yaml').n", "c.yaml", "n: 4\n"),
    "merged": (
        "from omegaconf import OmegaConf as C\nc = C.merge(C.load('c.yaml'), {'a': {'n': 4}})\nn = C.to_container(c)['a']['n']",
        "c.yaml",
        "a:\n  n: 9\n  k: 3\n",
    ),
}


@pytest.mark.parametrize(("text", "name", "content"), CONFIGURED.values(), ids=CONFIGURED)
def test_files_that_a_program_reads(text: str, name: str, content: str, tmp_path: Path) -> None:
    """A configuration beside the program is read, and the answer names it; one that is not plain is not guessed."""
    (tmp_path / "m.py").write_text(f"{HEAD}{text}\nm = nn.Linear(n, 3)\n")
    (tmp_path / name).write_text(content)
    model = load_code(str(tmp_path / "m.py"), None)
    assert params(model).total == LINEAR
    assert f"reads {name}" in str(model.origin)
    for broken in ("{", "n: &anchor 4\n  - x", "a: b: c", "- 1\nn: 4", " " * 200_001):
        (tmp_path / name).write_text(broken)
        with pytest.raises(LstmCalcError):
            load_code(str(tmp_path / "m.py"), None)


UNREAD = {
    "a.py": (b"\xff\xfe", "not UTF-8 text"),
    "b.py": (b"x = 1\0", "null bytes"),
    "c.py": (b"#" * 500_001, "too large"),
    "d.py": (b"x = " + b"(" * 200, "nested too deeply"),
    "e.py": (b"print 'x'", "is Python 2"),
    "f.py": (b"nn.Linear(4, bias=True, bias=False)", "given twice"),
    "g.ipynb": (b"{}", "is not a notebook"),
    "h.py": (None, "cannot be read"),
}


@pytest.mark.parametrize("name", UNREAD)
def test_files_that_are_no_programs(name: str, tmp_path: Path) -> None:
    """A file that is no Python, or too large, is refused before anything is followed."""
    content, told = UNREAD[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelFileError, match=told):
        load_code(str(tmp_path / name), None)


def test_notebook(tmp_path: Path) -> None:
    """The code of a notebook is read, without what is for the shell."""
    cells = [
        {"cell_type": "markdown", "source": ["# text"]},
        {"cell_type": "code", "source": ["%%bash\n", "ls"]},
        {"cell_type": "code", "source": ["!pip install torch\n", "import torch.nn as nn\n", "m = nn.Linear(4, 3)"]},
    ]
    (tmp_path / "m.ipynb").write_text(json.dumps({"cells": cells}))
    assert params(load_code(str(tmp_path / "m.ipynb"), "m")).total == LINEAR


def net(*lines: str, before: str = "") -> str:
    """Return a program that makes a module with some lines in its constructor."""
    start = "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    return f"{before}{start}{''.join(f'        {line}{chr(10)}' for line in lines)}m = N()"


RECURRENT = 4 * 3 * (2 + 3 + 2)
MODULES = {
    "frozen by a function": ("m = nn.Linear(4, 3)\nm.requires_grad_(False)", 15, 0),
    "frozen tensor": ("m = nn.Linear(4, 3)\nm.weight.requires_grad = False", 15, 3),
    "frozen by name": ("m = nn.Linear(4, 3)\nfor n, p in m.named_parameters():\n    p.requires_grad = 'bias' not in n", 15, 12),
    "frozen array": (net("self.w = w", before="w = nn.Parameter(torch.zeros(4, 3))\nw.requires_grad = False\n"), 12, 0),
    "frozen child": (
        "m = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2))\nlist(m.children())[0].requires_grad_(False)",
        23,
        8,
    ),
    "frozen other weight": ("m = nn.Linear(4, 3)\nm.weight = nn.Parameter(torch.zeros(3, 4), requires_grad=False)", 15, 3),
    "no bias afterwards": ("m = nn.Linear(4, 3)\nm.bias = None", 12, 12),
    "slice": ("l = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))\nm = l[:2]", 15, 15),
    "entries by name": (
        "d = nn.ModuleDict({'a': nn.Linear(4, 3)})\nd['b'] = nn.Linear(3, 2)\nm = nn.Sequential(*d.values())",
        23,
        23,
    ),
    "keys": ("d = nn.ModuleDict([['a', nn.Linear(4, 3)]])\nm = nn.Sequential(*[d[k] for k in d.keys()])", 15, 15),
    "inserted": ("m = nn.ModuleList([nn.Linear(4, 3)])\nm.insert(0, nn.Linear(2, 4))\nm += [nn.Linear(3, 1)]", 31, 31),
    "taken out": ("m = nn.ModuleList([nn.Linear(4, 3), nn.Linear(3, 2)])\ndel m[0]", 8, 8),
    "replaced": ("m = nn.Sequential(nn.Linear(4, 3))\nm[0] = nn.Linear(4, 2)", 10, 10),
    "list of a list": ("m = nn.ModuleList(nn.ModuleList([nn.Linear(4, 3)]))", 15, 15),
    "children of an own chain": (
        "class Own(nn.Sequential):\n    pass\nm = nn.Sequential(*Own(nn.Linear(4, 3)).children())",
        15,
        15,
    ),
    "copies": ("import copy\nl = nn.Linear(4, 3)\nm = nn.ModuleList([copy.deepcopy(l) for _ in range(2)])", 30, 30),
    "shared": ("l = nn.Linear(4, 3)\nm = nn.ModuleList([l, l])", 15, 15),
    "scalar": (net("self.s = nn.Parameter(torch.tensor(1.0))"), 1, 1),
    "gain": ("m = nn.utils.weight_norm(nn.Conv1d(2, 3, 5))", 36, 36),
    "gain of a recurrent layer": ("m = nn.utils.weight_norm(nn.LSTM(2, 3), 'weight_hh_l0')", RECURRENT + 12, RECURRENT + 12),
    "added by name": (
        net(
            "for i in range(2):",
            "    self.add_module(f'l{i}', nn.Linear(4, 3))",
            "self.register_parameter('p', nn.Parameter(torch.zeros(2)))",
        ),
        32,
        32,
    ),
    "deleted attribute": (net("self.a = nn.Linear(4, 3)", "self.b = nn.Linear(9, 9)", "del self.b"), 15, 15),
    "deleted by name": (net("self.a = nn.Linear(4, 3)", "self.b = nn.Linear(9, 9)", "delattr(self, 'b')"), 15, 15),
    "given if there": (
        net("self.a = nn.Linear(4, 3)", "if not hasattr(self, 'b'):", "    self.b = nn.Linear(3, 2)"),
        23,
        23,
    ),
    "result of a method": ("class Maker:\n    def build(self):\n        return nn.Linear(4, 3)\nm = Maker().build()", 15, 15),
}


@pytest.mark.parametrize(("text", "total", "trainable"), MODULES.values(), ids=MODULES)
def test_modules_are_changed(text: str, total: int, trainable: int) -> None:
    """Modules have the parameters that they have when the program is done with them, and those of these that are trained."""
    answer = params(read_code(HEAD + text, entry="m"))
    assert (answer.total, answer.trainable) == (total, trainable)


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:.*weight_norm")
@pytest.mark.parametrize(("text", "total", "trainable"), MODULES.values(), ids=MODULES)
def test_modules_agree(text: str, total: int, trainable: int) -> None:
    """PyTorch itself has as many."""
    found = list(run(HEAD + text)["m"].parameters())
    assert (sum(each.numel() for each in found), sum(each.numel() for each in found if each.requires_grad)) == (total, trainable)


KERAS_HEAD = "import keras\nfrom keras import Input, Model, Sequential, layers, ops\nfrom keras.layers import *\n"
_MODEL = """
class N(Model):
    def __init__(self):
        super().__init__()
        self.d = Dense(3)
    def call(self, x):
        return self.d(x)
"""
_LAYER = """
class L(Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], 3))
        self.b = self.add_weight(shape=(3,))
    def call(self, x):
        return ops.matmul(x, self.w) + self.b
    def compute_output_shape(self, shape):
        return (*shape[:-1], 3)
"""
KERAS = {
    "shape of the batch": ("m = Model(x := Input(batch_shape=(None, 7, 4)), Dense(3)(x))", 15),
    "part of another model": ("x = Input((7,))\nh = Dense(4)(x)\nm = Model(h, Dense(3)(h))", 15),
    "width alone": ("m = Sequential([Input(shape=(4,)), Dense(3)])", 15),
    "built": ("m = Sequential([Dense(3)])\nm.build((None, 4))", 15),
    "float": ("m = Sequential([Input((4,)), Dense(int(3.0))])", 15),
    "input and output of a model": (
        "a = Sequential([Input((4,)), Dense(3)])\nb = Model(a.inputs, Dense(2)(a.outputs[0]))\nm = Model(b.inputs, b.outputs)",
        23,
    ),
    "layer by its name": (
        "a = Sequential([Input((4,)), Dense(3, name='a'), Dense(9)])\nm = Model(a.inputs, a.get_layer('a').output)",
        15,
    ),
    "layer by its position": (
        "a = Sequential([Input((4,)), Dense(3), Dense(9)])\nm = Model(a.inputs, a.get_layer(index=0).output)",
        15,
    ),
    "layers of a model": ("a = Sequential([Input((4,)), Dense(3), Dense(9)])\nm = Sequential([Input((4,)), a.layers[0]])", 15),
    "sizes of a cell": ("c = LSTMCell(3)\nm = Sequential([Input((None, 4)), RNN(c), Dense(c.state_size[0])])", 4 * 3 * 8 + 12),
    "squeezed": ("x = Input((1, 4))\nm = Model(x, Dense(3)(ops.squeeze(x, 1)))", 15),
    "one hot": ("x = Input((5,), dtype='int32')\nm = Model(x, Dense(3)(ops.one_hot(x, 4)))", 15),
    "largest": ("x = Input((4, 9))\nm = Model(x, Dense(3)(ops.cast(ops.argmax(x, axis=-1), 'float32')))", 15),
    "repeated": ("x = Input((2,))\nm = Model(x, Dense(3)(ops.tile(x, (1, 2))))", 15),
    "sum of a list": ("x = Input((4,))\nm = Model(x, Dense(3)(layers.add([x, x])))", 15),
    "cut in parts": ("x = Input((8,))\na, b = ops.split(x, 2, axis=-1)\nm = Model(x, Dense(3)(a + b))", 15),
    "reshaped": ("x = Input((2, 2))\nm = Model(x, Dense(3)(ops.reshape(x, (-1, 4))))", 15),
    "transposed": ("x = Input((4, 2))\nm = Model(x, Dense(3)(ops.transpose(x, (0, 2, 1))))", 15),
    "mean": ("x = Input((7, 4))\nm = Model(x, Dense(3)(ops.mean(x, axis=1)))", 15),
    "product": ("x = Input((7, 4))\nm = Model(x, Dense(3)(ops.matmul(ops.transpose(x, (0, 2, 1)), x)))", 15),
    "model of a class": (_MODEL + "m = N()\nm(Input((4,)))", 15),
    "model as a base": (
        "class N(Model):\n    def __init__(self):\n        x = Input((4,))\n        super().__init__(x, Dense(3)(x))\nm = N()",
        15,
    ),
    "layer with a shape": (_LAYER + "m = Sequential([Input((4,)), L()])", 15),
    "cell alone": ("x, h = Input((4,)), Input((3,))\ny, _ = GRUCell(3)(x, [h])\nm = Model([x, h], y)", 3 * 3 * (4 + 3 + 2)),
    "function of the author's": ("m = Sequential([Input((4,)), Lambda(lambda t: t * 2), Dense(3)])", 15),
}


@pytest.mark.parametrize(("text", "total"), KERAS.values(), ids=KERAS)
def test_keras_is_followed(text: str, total: int) -> None:
    """Models of Keras have the parameters that Keras gives them, whatever the program does with tensors in between."""
    assert params(read_code(KERAS_HEAD + text, entry="m")).total == total


@pytest.mark.oracle
@pytest.mark.parametrize(("text", "total"), KERAS.values(), ids=KERAS)
def test_keras_agrees(text: str, total: int) -> None:
    """Keras itself has as many."""
    assert run(KERAS_HEAD + text)["m"].count_params() == total


TENSORS = json.loads((Path(__file__).parent / "data" / "code" / "tensors.json").read_text())
"""Expressions of PyTorch and NumPy, and the shape of what each gives; none where it is not followed."""
SIZES = "m = nn.ModuleList([nn.Linear(n + 1, 1) for n in (0, *s)])"
"""A program that has a layer for each size of a shape."""


@pytest.mark.parametrize("expression", TENSORS)
def test_shapes_of_tensors(expression: str) -> None:
    """The shape of a tensor is the one that PyTorch or NumPy gives it, or is asked for."""
    text = f"{HEAD}import torch.nn.functional as F\ns = ({expression}).shape\n{SIZES}"
    if TENSORS[expression] is None:
        with pytest.raises(LstmCalcError):
            read_code(text, entry="m")
    else:
        assert [layer.input_dim for layer in read_code(text, entry="m").layers[1:]] == [size + 1 for size in TENSORS[expression]]


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("expression", [each for each, shape in TENSORS.items() if shape is not None])
def test_shapes_of_tensors_agree(expression: str) -> None:
    """PyTorch and NumPy give the shapes that are recorded."""
    assert list(run(f"{HEAD}import torch.nn.functional as F\ns = ({expression}).shape")["s"]) == TENSORS[expression]
