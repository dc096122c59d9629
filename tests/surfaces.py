"""What people have, nearly: each form in which a model is given, and mutations of it, for the fuzz tests and the fuzzer."""

from __future__ import annotations

import io
import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from tests.handmade import npz, safetensors, state_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hypothesis.strategies import DrawFn, SearchStrategy

Shapes = dict[str, tuple[int, ...]]

FOLDER = Path(__file__).parent / "data" / "code"
_LONGEST = 6_000


class Given(NamedTuple):
    """A file: its form, its ending and what it has; ``total`` are its parameters, None where it is mutated or has no known one."""

    form: str
    ending: str
    data: bytes
    total: int | None = None


sizes = st.integers(1, 9)


@st.composite
def torch_shapes(draw: DrawFn) -> Shapes:
    """Draw the tensors of a module of PyTorch: an embedding, recurrent layers, a head."""
    width, units, gates = draw(sizes), draw(sizes), draw(st.sampled_from([1, 3, 4]))
    found: Shapes = {}
    if draw(st.booleans()):
        found["embed.weight"] = (draw(sizes), width)
    for depth in range(draw(st.integers(1, 2))):
        for way in ("", "_reverse") if draw(st.booleans()) and depth == 0 else ("",):
            found[f"rnn.weight_ih_l{depth}{way}"] = (gates * units, units if depth else width)
            found[f"rnn.weight_hh_l{depth}{way}"] = (gates * units, units)
            found |= {f"rnn.bias_{which}_l{depth}{way}": (gates * units,) for which in ("ih", "hh")}
    found |= {"fc.weight": (draw(sizes), units)} if draw(st.booleans()) else {}
    return found


@st.composite
def keras_shapes(draw: DrawFn) -> Shapes:
    """Draw the variables of a model of Keras, as its archives call them or as their paths do."""
    width, units = draw(sizes), draw(sizes)
    archived = draw(st.booleans())
    names = (
        {"lstm": "layers/my lstm/cell/vars/", "dense": "layers/dense/vars/"} if archived else {"lstm": "m/my lstm/", "dense": "d/"}
    )
    lstm = ("0", "1", "2") if archived else ("kernel", "recurrent_kernel", "bias")
    shapes = ((width, 4 * units), (units, 4 * units), (4 * units,))
    found: Shapes = {f"{names['lstm']}{name}": shape for name, shape in zip(lstm, shapes, strict=True)}
    head = draw(sizes)
    dense = {lstm[0]: (units, head), (lstm[1] if archived else "bias"): (head,)}
    return found | {f"{names['dense']}{name}": shape for name, shape in dense.items()}


LINES = (
    *("{} torch.Size({})", "{} \t torch.Size({})", "('{}', {})", "{}: {}", "{} {} float32", '  "{}": {},', "tensor {} {}"),
    "<KerasVariable shape={1}, dtype=float32, path={0}>",
)


def listed(shapes: Mapping[str, tuple[int, ...]], line: str) -> bytes:
    """Return a list of tensors, as a program may print it."""
    return "\n".join(line.format(name, list(shape) if "torch" in line else shape) for name, shape in shapes.items()).encode()


def hdf5(shapes: Mapping[str, tuple[int, ...]]) -> bytes:
    """Return a file of HDF5 with arrays of zeros."""
    import h5py

    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        for name, shape in shapes.items():
            file.create_dataset(name, shape, "f4")
    return held.getvalue()


def _count(shapes: Mapping[str, tuple[int, ...]]) -> int:
    total = 0
    for shape in shapes.values():
        number = 1
        for size in shape:
            number *= size
        total += number
    return total


WEIGHTS: dict[str, Callable[[Shapes], bytes]] = {".safetensors": safetensors, ".npz": npz, ".pt": state_dict}
if find_spec("h5py") is not None:
    WEIGHTS[".weights.h5"] = hdf5


@st.composite
def stored(draw: DrawFn) -> Given:
    """Draw a file of weights."""
    ending = draw(st.sampled_from(sorted(WEIGHTS)))
    shapes = draw(keras_shapes() if ending == ".weights.h5" else torch_shapes())
    return Given("weights", ending, WEIGHTS[ending](shapes), _count(shapes))


@st.composite
def lists(draw: DrawFn) -> Given:
    """Draw a list of tensors with their shapes."""
    shapes = draw(st.one_of(torch_shapes(), keras_shapes()))
    return Given("tensors", ".txt", listed(shapes, draw(st.sampled_from(LINES))), _count(shapes))


ARGUMENTS = (
    *(
        "40",
        "96",
        "units=7",
        "hidden_size=7",
        "input_shape=(None, 3)",
        "num_layers=2",
        "bidirectional=True",
        "return_sequences=True",
    ),
    *("use_bias=False", "bias=False", "reset_after=False", "batch_first=True", "proj_size=2", "?", "-1", "0", "None", "x", "1.5"),
    *("*a", "**a", "[3, 4]", "LSTM(4)", "merge_mode='sum'", "1 << 99", "2 ** 3", "10 ** 10 ** 10", "len('a')", "'?'"),
)
NAMES = (
    *("LSTM", "GRU", "nn.LSTM", "keras.layers.GRU", "Dense", "nn.Linear", "Embedding", "nn.Embedding", "Bidirectional", "Input"),
    *("TimeDistributed", "nn.Sequential", "Sequential", "RNN", "LSTMCell", "Conv1D", "nn.Conv2d", "BatchNormalization", "Foo"),
)
calls = st.tuples(st.sampled_from(NAMES), st.lists(st.sampled_from(ARGUMENTS), max_size=4)).map(
    lambda parts: f"{parts[0]}({', '.join(parts[1])})"
)
lines = st.tuples(
    st.sampled_from(["", "40 > ", "20x40 > ", "vocab 9 > "]), st.lists(calls, min_size=1, max_size=4), st.booleans()
).map(lambda parts: Given("calls", "", (parts[0] + (" > " if parts[2] else ", ").join(parts[1])).encode()))
"""Calls in a line, with an input or without."""


def _seeds() -> dict[str, list[bytes]]:
    """Return the programs, and the texts that programs print, which the tests have."""
    files = [path for path in sorted(FOLDER.iterdir()) if path.suffix in {".py", ".txt"} and path.stat().st_size < _LONGEST]
    return {suffix: [path.read_bytes() for path in files if path.suffix == suffix] for suffix in (".py", ".txt")}


SEEDS = _seeds()
MODULES = (
    (
        b"Net(\n  (embed): Embedding(9, 4, padding_idx=0)\n"
        b"  (rnn): LSTM(4, 5, num_layers=2, batch_first=True, bidirectional=True)\n"
        b"  (blocks): ModuleList(\n    (0-2): 3 x Linear(in_features=10, out_features=10, bias=True)\n  )\n"
        b"  (norm): BatchNorm1d(10, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)\n)"
    ),
    b"LSTM(\n  (0): LSTM(40, 96)\n)",
    b"Sequential((0): GRU(3, 4) (1): Linear(in_features=4, out_features=2, bias=False))",
)
KERAS_SUMMARY = b"""\
Model: "sequential"
_________________________________________________________________
 Layer (type)                Output Shape              Param #
=================================================================
 embedding (Embedding)       (None, None, 64)          640000
 lstm (LSTM)                 (None, 128)               98816
 dense (Dense)               (None, 1)                 129
=================================================================
Total params: 738945 (2.82 MB)
Trainable params: 738945 (2.82 MB)
Non-trainable params: 0 (0.00 Byte)
"""
TORCH_SUMMARY = b"""\
----------------------------------------------------------------
        Layer (type)               Output Shape         Param #
================================================================
            Linear-1                   [-1, 10]             110
================================================================
Total params: 110
Trainable params: 110
"""


def notebook(program: bytes) -> bytes:
    """Return a notebook whose one cell of code is a program."""
    cells = [
        {"cell_type": "markdown", "source": ["# model\n"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "!pip install x\n"]},
        {"cell_type": "code", "source": program.decode("utf-8", "replace").splitlines(keepends=True)},
    ]
    return json.dumps({"cells": cells, "nbformat": 4}).encode()


programs = st.sampled_from(SEEDS[".py"]).map(lambda data: Given("code", ".py", data))
notebooks = st.sampled_from(SEEDS[".py"]).map(lambda data: Given("notebook", ".ipynb", notebook(data)))
printed = st.sampled_from([*MODULES, KERAS_SUMMARY, TORCH_SUMMARY, *SEEDS[".txt"]]).map(lambda data: Given("printed", ".txt", data))

PIECES = (
    *("(", ")", "[", "]", ",", ":", "=", "\n", "\t", " ", "x", "?", "None", "-1", "0", "1e9", "10**10**10", "9" * 40, "9" * 5000),
    *("\x00", "\x1b[2J", "\ud7ff", "\u202e", "é", "×", "(0-999999999): 9 x ", "while True: pass\n", "[0] * 10**9", "lambda: 0"),
    *(
        "weight",
        "kernel",
        "/",
        ".",
        "'",
        '"',
        '"""',
        "#",
        "torch.Size([",
        "Param #",
        "import x\n",
        "for i in range(10**9): a = i\n",
    ),
)


@st.composite
def mutated(draw: DrawFn, given: SearchStrategy[Given]) -> Given:
    """Draw a file of which a few places are others: bytes of a file of weights, else words, numbers and lines."""
    found = draw(given)
    if found.form == "weights":
        data = bytearray(found.data)
        for _ in range(draw(st.integers(1, 4))):
            at = draw(st.integers(0, max(len(data) - 1, 0)))
            if draw(st.integers(0, 5)) == 0:
                del data[at:]
            elif data:
                data[at] = draw(st.sampled_from([0, 1, 0x2E, 0x7F, 0x80, 0xFF, data[at] ^ 1, data[at] ^ 0x80]))
        return found._replace(data=bytes(data), total=None)
    text = found.data.decode("utf-8", "replace")
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        stop = min(len(text), start + draw(st.sampled_from([0, 0, 1, 2, 8, 80])))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.just(""), st.just(text[start:stop] * 2), st.text(max_size=3)))
        text = text[:start] + piece + text[stop:]
    return found._replace(data=text.encode("utf-8", "replace"), total=None)


SURFACES: dict[str, SearchStrategy[Given]] = {
    "weights": stored(),
    "tensors": lists(),
    "calls": lines,
    "printed": printed,
    "code": programs,
    "notebook": notebooks,
}
"""The forms in which a model is given."""


def samples() -> list[bytes]:
    """Return a file of each form and kind, whole, for a fuzzer to begin with."""
    torch = {"rnn.weight_ih_l0": (8, 3), "rnn.weight_hh_l0": (8, 2), "rnn.bias_ih_l0": (8,), "fc.weight": (5, 2)}
    keras = {"layers/lstm/cell/vars/0": (3, 8), "layers/lstm/cell/vars/1": (2, 8), "layers/lstm/cell/vars/2": (8,)}
    stored = [write(keras if write is hdf5 else torch) for write in WEIGHTS.values()]
    lists = [listed(each, line) for line in LINES for each in (torch, keras)]
    line = b"40 > Bidirectional(LSTM(96, return_sequences=True)) > Dense(units=7, use_bias=False)"
    made = [line, b"nn.LSTM(40, ?, num_layers=2, bidirectional=True)", *map(notebook, SEEDS[".py"][:2])]
    return [*stored, *lists, *made, *MODULES, KERAS_SUMMARY, TORCH_SUMMARY, *SEEDS[".py"], *SEEDS[".txt"]]
