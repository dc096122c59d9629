"""Small files by the real frameworks, and what is in them; those under 20 KB are kept in tests/data/checkpoints.

Made anew by ``python -m tests.real_files``, with the extra ``oracle``.
"""

from __future__ import annotations

import os
from pathlib import Path

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
}
"""For each file: its format, what is told of its layers in their order, and its totals."""


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


def make(folder: Path) -> None:
    """Write every file into a folder."""
    make_torch(folder)
    make_onnx(folder)
    make_keras(folder)


if __name__ == "__main__":
    make(KEPT)
    for path in KEPT.iterdir():
        if path.stat().st_size > _LARGEST_KEPT:
            path.unlink()
