"""ONNX: operators checked by onnx and run by onnxruntime, which refuses weights of any other shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime

from lstm_calc.adapters import Array, Real
from lstm_calc.questions.tensors import tensors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lstm_calc.model import Model, Placed

_OPSET = 22
_RECURRENT = {"lstm", "gru", "rnn"}


def build(model: Model) -> Real:
    """Run every recurrent layer as an operator on weights of our shapes; what is accepted is what is stored."""
    stored = tensors(model, "onnx").tensors
    for placed in model.placed:
        if placed.layer.kind in _RECURRENT:
            own = {t.name.rpartition(".")[2]: np.ones(t.shape, np.float32) for t in stored if t.layer == placed.name}
            _run(placed, own, np.ones((2, 3, placed.input_dim), np.float32))
    release = f"{onnx.__version__} with onnxruntime {onnxruntime.__version__}"
    return Real(release, [(t.name, t.shape) for t in stored], lambda weights, x: _run(model.placed[0], weights, x))


def _run(placed: Placed, weights: Mapping[str, Array], x: Array) -> Array:
    layer: Any = placed.layer
    inputs = ["X", "W", "R", "B" * ("B" in weights)] + ["", "", "", "P"] * ("P" in weights)
    node = onnx.helper.make_node(layer.kind.upper(), inputs, ["Y"], **_attributes(layer))
    steps_first = np.ascontiguousarray(np.swapaxes(x, 0, 1), np.float32)
    graph = onnx.helper.make_graph(
        [node],
        "one_layer",
        [onnx.helper.make_tensor_value_info("X", onnx.TensorProto.FLOAT, steps_first.shape)],
        [onnx.helper.make_tensor_value_info("Y", onnx.TensorProto.FLOAT, ["steps", "ways", "batch", "units"])],
        [onnx.numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()],
    )
    written = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", _OPSET)], ir_version=10)
    onnx.checker.check_model(written)
    session = onnxruntime.InferenceSession(written.SerializeToString(), providers=["CPUExecutionProvider"])
    (y,) = session.run(None, {"X": steps_first})
    return np.concatenate([y[:, way] for way in range(y.shape[1])], -1).swapaxes(0, 1)


def _attributes(layer: Any) -> dict[str, Any]:
    attributes = {"hidden_size": layer.units, "direction": "bidirectional" if layer.bidirectional else "forward"}
    if layer.kind == "gru":
        attributes["linear_before_reset"] = int(bool(layer.reset_after))
    if layer.kind == "lstm":
        attributes["input_forget"] = int(layer.coupled)
    return attributes
