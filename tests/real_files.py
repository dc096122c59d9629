"""Small files by the real frameworks, and what is in them; those under 20 KB are kept in tests/data/checkpoints.

Made anew by ``python -m tests.real_files``, with the extra ``oracle``.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from lstm_calc.questions.inspect import inspect_file
from tests.handmade import zipped

KEPT = Path(__file__).parent / "data" / "checkpoints"
_LARGEST_KEPT = 20_000

BILSTM = {"cell": "lstm", "framework": "pytorch", "input_dim": 4, "units": 5, "layers": 2, "bidirectional": True, "params": 1120}
KERAS = [
    {"cell": "lstm", "input_dim": 3, "units": 2, "bidirectional": True, "bias_vectors": 1, "params": 96},
    {"cell": "gru", "input_dim": 4, "units": 2, "bidirectional": False, "bias_vectors": 2, "params": 48},
    {"cell": "lstm", "input_dim": 2, "units": 2, "bidirectional": False, "bias_vectors": 0, "params": 32},
]
QUANTISED = [
    {"cell": "lstm", "framework": "pytorch", "input_dim": 3, "units": 4, "layers": 2, "bidirectional": True, "params": 736},
    {"cell": "gru", "framework": "pytorch", "input_dim": 3, "units": 4, "params": 108},
]
WAYS = [
    {"cell": "rnn", "framework": "keras", "input_dim": 4, "units": 12, "bidirectional": True, "bias_vectors": 1, "params": 408},
    {"cell": "rnn", "framework": "keras", "input_dim": 24, "units": 3, "bidirectional": True, "bias_vectors": 0, "params": 162},
    {"cell": "lstm", "framework": "keras", "input_dim": 6, "units": 2, "bidirectional": True, "bias_vectors": 0, "params": 128},
    {"cell": "gru", "framework": "keras", "input_dim": 4, "units": 2, "bidirectional": True, "bias_vectors": 0, "params": 72},
]
SIDES = [{"cell": "lstm", "input_dim": 4, "units": 3, "bidirectional": False, "params": 96}] * 2
AWD = [
    {"cell": "lstm", "framework": "pytorch", "input_dim": width, "units": units, "layers": 1, "params": params}
    for width, units, params in ((3, 5, 200), (5, 5, 240), (5, 3, 120))
]
EXPECTED = {
    "bilstm.pt": ("pytorch", [BILSTM], {"params": 1184, "optimizer": 0, "buffers": 7}),
    "bilstm-legacy.pt": ("pytorch-legacy", [BILSTM], {"params": 1184, "optimizer": 0, "buffers": 7}),
    "rnn-module.pt": ("pytorch", [{"cell": "rnn", "input_dim": 4, "units": 5, "params": 55}], {"params": 109, "buffers": 7}),
    "gru-script.pt": ("torchscript", [{"cell": "gru", "input_dim": 4, "units": 5, "params": 165}], {"params": 219, "buffers": 7}),
    "projected-adam.pt": (
        "pytorch",
        [{"cell": "lstm", "input_dim": 4, "units": 5, "projection": 3, "bias_vectors": 2, "params": 195}],
        {"params": 245, "optimizer": 486, "buffers": 7},
    ),
    "quantised.pt": ("pytorch", QUANTISED, {"params": 844, "optimizer": 0}),
    "quantised-module.pt": ("pytorch", QUANTISED, {"params": 844, "optimizer": 0}),
    "awd.pt": ("pytorch", AWD, {"params": 596, "buffers": 236, "shared": 27}),
    "quantised-script.pt": (
        "torchscript",
        [{"cell": "gru", "framework": "pytorch", "input_dim": 3, "units": 4, "layers": 2, "params": 228}],
        {"params": 238, "shared": 0},
    ),
    "merged.onnx": (
        "onnx",
        [{"cell": "gru", "framework": "onnx", "input_dim": 3, "units": 2, "params": 36, "params_by_formula": 42}],
        {"params": 44, "kinds": {"dense": 4, "normalization": 4}},
    ),
    "bigru.onnx": (
        "onnx",
        [
            {"cell": "gru", "framework": "onnx", "input_dim": 4, "units": 5, "bidirectional": True, "params": 330},
            {"cell": "gru", "framework": "onnx", "input_dim": 10, "units": 5, "bidirectional": True, "params": 510},
        ],
        {"params": 898, "optimizer": 0},
    ),
    "loop.onnx": (
        "onnx",
        [{"name": "inner", "cell": "lstm", "input_dim": 6, "units": 9, "peephole": True, "bias_vectors": 2, "params": 639}],
        {"params": 639},
    ),
    "mixed.keras": ("keras", KERAS, {"params": 179, "optimizer": 0}),
    "mixed.h5": ("keras-hdf5", KERAS, {"params": 179, "optimizer": 0}),
    "mixed.weights.h5": ("keras-hdf5", KERAS, {"params": 179, "optimizer": 0}),
    "ways.keras": ("keras", WAYS, {"params": 770, "kinds": {}}),
    "ways.h5": ("keras-hdf5", WAYS, {"params": 770, "kinds": {}}),
    "ways.weights.h5": ("keras-hdf5", WAYS, {"params": 770, "kinds": {}}),
    "sides.keras": ("keras", SIDES, {"params": 804, "kinds": {"attention": 612}}),
    "sides.h5": ("keras-hdf5", SIDES, {"params": 804, "kinds": {"attention": 612}}),
}
"""For each file: its format, what is told of its layers in their order, and its totals."""


def assert_found(path: Path) -> None:
    """Hold what is found in a file of the real frameworks against what its name says is in it."""
    form, layers, totals = EXPECTED[path.name]
    file = inspect_file(str(path))
    data = file.data()
    assert data["format"] == form
    assert [{key: layer[key] for key in wanted} for layer, wanted in zip(data["layers"], layers, strict=True)] == layers
    assert {key: data[key] for key in totals} == totals
    assert file.reconciled


def make_torch(folder: Path) -> None:
    """Write state dicts, a training checkpoint, a whole module, TorchScript and ONNX."""
    import torch
    from torch import nn

    class Tagger(nn.Module):
        """An embedding, a stack, a normalisation that only counts, and a head."""

        def __init__(self, cell: type[nn.RNNBase], units: int = 5, **options):
            super().__init__()
            self.embedding = nn.Embedding(9, 4)
            self.rnn = cell(4, units, batch_first=True, **options)
            self.norm = nn.BatchNorm1d(3)
            self.head = nn.Linear((options.get("proj_size") or units) * (1 + options.get("bidirectional", False)), 2)

        def forward(self, tokens: torch.Tensor) -> torch.Tensor:
            return self.head(self.rnn(self.embedding(tokens))[0])

    Tagger.__qualname__ = "Tagger"
    globals()["Tagger"] = Tagger
    tokens = torch.zeros(1, 4, dtype=torch.long)
    torch.manual_seed(0)
    stack = Tagger(nn.LSTM, num_layers=2, bidirectional=True)
    torch.save(stack.state_dict(), folder / "bilstm.pt")
    torch.save(stack.state_dict(), folder / "bilstm-legacy.pt", _use_new_zipfile_serialization=False)
    torch.jit.script(Tagger(nn.GRU)).save(folder / "gru-script.pt")
    torch.save(Tagger(nn.RNN), folder / "rnn-module.pt")
    model = Tagger(nn.LSTM, proj_size=3)
    optimizer = torch.optim.Adam(model.parameters())
    model(tokens).sum().backward()
    optimizer.step()
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 1}, folder / "projected-adam.pt")
    plain = nn.ModuleDict({"stack": nn.LSTM(3, 4, 2, bidirectional=True), "cell": nn.GRUCell(3, 4)})
    quantised = torch.ao.quantization.quantize_dynamic(plain, {nn.LSTM, nn.GRUCell})
    torch.save(quantised.state_dict(), folder / "quantised.pt")
    torch.save(quantised, folder / "quantised-module.pt")
    torch.onnx.export(Tagger(nn.GRU, num_layers=2, bidirectional=True).eval(), (tokens,), folder / "bigru.onnx", dynamo=False)


def make_dropped(folder: Path) -> None:
    """Write a language model whose recurrent weights are dropped, as AWD-LSTM's, the raw weight beside the dropped one."""
    import torch
    from torch import nn

    class WeightDrop(nn.Module):
        """Merity's and fastai's: the raw weight is learned, and the other is made from it at each step."""

        def __init__(self, module: nn.LSTM):
            super().__init__()
            self.module = module
            self.weight_hh_l0_raw = nn.Parameter(module.weight_hh_l0.detach().clone())

    model = nn.ModuleDict(
        {
            "encoder": nn.Embedding(9, 3),
            "rnns": nn.ModuleList(WeightDrop(nn.LSTM(width, units)) for width, units in ((3, 5), (5, 5), (5, 3))),
            "decoder": nn.Linear(3, 9),
        }
    )
    model["decoder"].weight = model["encoder"].weight
    torch.save(model.state_dict(), folder / "awd.pt")


def make_graphs(folder: Path) -> None:
    """Write a quantised stack as TorchScript, and a graph whose equal biases the exporter merged."""
    import torch
    from torch import nn

    class Reader(nn.Module):
        """A recurrent module, what follows it, and a head."""

        def __init__(self, rnn: nn.GRU, norm: nn.Module, head: nn.Linear):
            super().__init__()
            self.rnn, self.norm, self.head = rnn, norm, head

        def forward(self, values: torch.Tensor) -> torch.Tensor:
            return self.head(self.norm(self.rnn(values)[0][0]))

    torch.manual_seed(0)
    stack = Reader(nn.GRU(3, 4, 2), nn.Identity(), nn.Linear(4, 2))
    quantised = torch.ao.quantization.quantize_dynamic(stack, {nn.GRU, nn.Linear})
    torch.jit.script(quantised).save(folder / "quantised-script.pt")
    untrained = Reader(nn.GRU(3, 2), nn.BatchNorm1d(2), nn.Linear(2, 2)).eval()
    for bias in (untrained.rnn.bias_ih_l0, untrained.rnn.bias_hh_l0, untrained.head.bias):
        nn.init.zeros_(bias)
    values = torch.zeros(2, 1, 3)
    torch.onnx.export(untrained, (values,), folder / "merged.onnx", dynamo=False, do_constant_folding=False)


def make_onnx(folder: Path) -> None:
    """Write an LSTM inside a Loop, with peepholes and weights behind Transpose and Unsqueeze."""
    import numpy as np
    import onnx

    weights = {"k": (6, 36), "r": (1, 36, 9), "b": (1, 72), "p": (1, 27)}
    stored = [onnx.numpy_helper.from_array(np.ones(shape, "f4"), name) for name, shape in weights.items()]
    stored.append(onnx.numpy_helper.from_array(np.array([0]), "axes"))
    helper, info = onnx.helper, onnx.helper.make_tensor_value_info
    cell = helper.make_node("LSTM", ["xi", "w", "r", "b", "", "", "", "p"], ["yo"], name="inner", hidden_size=9)
    body = helper.make_graph([cell], "body", [info("i", 7, []), info("c", 9, []), info("xi", 1, None)], [info("yo", 1, None)])
    nodes = [
        helper.make_node("Transpose", ["k"], ["t"], perm=[1, 0]),
        helper.make_node("Unsqueeze", ["t", "axes"], ["w"]),
        helper.make_node("Loop", ["n", "go", "x"], ["y"], body=body),
    ]
    graph = helper.make_graph(nodes, "g", [info("x", 1, [5, 1, 6])], [info("y", 1, None)], stored)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), folder / "loop.onnx")


def make_keras(folder: Path) -> None:
    """Write a whole model and its weights."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((None, 3)),
            layers.Bidirectional(layers.LSTM(2, return_sequences=True), name="both"),
            layers.GRU(2, name="middle", return_sequences=True),
            layers.LSTM(2, use_bias=False, name="top"),
            layers.Dense(1),
        ]
    )
    model.save(folder / "mixed.keras")
    model.save_weights(folder / "mixed.weights.h5")
    model.save(folder / "mixed.h5")


def make_ways(folder: Path) -> None:
    """Write layers of two directions, without biases among them, and two layers on two inputs that are named like directions."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    layers = keras.layers
    whole = {"return_sequences": True}
    model = keras.Sequential(
        [
            layers.Input((None, 4)),
            layers.Bidirectional(layers.SimpleRNN(12, **whole)),
            layers.Bidirectional(layers.SimpleRNN(3, use_bias=False, **whole)),
            layers.Bidirectional(layers.LSTM(2, use_bias=False, **whole)),
            layers.Bidirectional(layers.GRU(2, use_bias=False)),
        ]
    )
    one, other = layers.Input((None, 4)), layers.Input((None, 4))
    seen = layers.MultiHeadAttention(4, 8, name="look")(one, other)
    sides = [layers.LSTM(3, name="forward_lstm")(seen), layers.LSTM(3, name="backward_lstm")(other)]
    for name, made in (("ways", model), ("sides", keras.Model([one, other], sides))):
        made.save(folder / f"{name}.keras")
        made.save(folder / f"{name}.h5")
        made.save_weights(folder / f"{name}.weights.h5")


def make(folder: Path) -> None:
    """Write every file into a folder."""
    make_torch(folder)
    make_dropped(folder)
    make_graphs(folder)
    make_ways(folder)
    make_onnx(folder)
    make_keras(folder)


def _without_sources(path: Path) -> None:
    """Take the tables out of a TorchScript archive that say in which file of this machine each line of code stood."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if not name.endswith(".debug_pkl")}
    path.write_bytes(zipped(members))


if __name__ == "__main__":
    make(KEPT)
    for path in KEPT.glob("*-script.pt"):
        _without_sources(path)
    for path in KEPT.iterdir():
        if path.stat().st_size > _LARGEST_KEPT:
            path.unlink()
