"""ONNX: operators checked by onnx and run by onnxruntime, which refuses weights of any other shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime

from lstm_calc.adapters import Array, Real

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lstm_calc.model import Model, Use

_OPSET = 22
_GATES = {"lstm": 4, "gru": 3, "rnn": 1}


def build(model: Model) -> Real:
    """Run every recurrent layer as an operator on weights of the shapes that its documentation gives; any other is refused."""
    tensors = []
    for use in model.uses:
        shapes = _documented(use)
        if use.layer.kind in _GATES:
            weights: Mapping[str, Array] = {name: np.ones(shape, np.float32) for name, shape in shapes.items()}
            _run(use, weights, np.ones((2, 3, use.input_dim), np.float32))
        prefix = f"{use.name}." if len(model.uses) > 1 else ""
        tensors += [(f"{prefix}{name}", shape) for name, shape in shapes.items()]
    release = f"{onnx.__version__} with onnxruntime {onnxruntime.__version__}"
    return Real(release, tensors, lambda weights, x: _run(model.uses[0], weights, x))


def _documented(use: Use) -> dict[str, tuple[int, ...]]:
    """Return the shapes of an operator's weights: num_directions, gates * hidden_size, input_size, as the ONNX page of it says."""
    layer: Any = use.layer
    if layer.kind == "dense":
        return {"weight": (use.input_dim, layer.units)} | ({"bias": (layer.units,)} if layer.bias else {})
    if layer.kind == "embedding":
        return {"weight": (layer.vocab_size, layer.dim)}
    if layer.kind == "repeat_vector":
        return {}
    directions, rows, units = len(layer.directions), _GATES[layer.kind] * layer.units, layer.units
    shapes: dict[str, tuple[int, ...]] = {"W": (directions, rows, use.input_dim), "R": (directions, rows, units)}
    shapes |= {"B": (directions, 2 * rows)} if layer.bias else {}
    return shapes | ({"P": (directions, 3 * units)} if getattr(layer, "peephole", False) else {})


def _run(use: Use, weights: Mapping[str, Array], x: Array) -> Array:
    layer: Any = use.layer
    inputs = ["X", "W", "R", "B" * ("B" in weights)] + ["", "", "", "P"] * ("P" in weights)
    node = onnx.helper.make_node(layer.kind.upper(), inputs, ["Y"], **_attributes(layer))
    steps_first = np.ascontiguousarray(np.swapaxes(x, 0, 1), np.float32)
    graph = onnx.helper.make_graph(
        [node],
        "one_layer",
        [onnx.helper.make_tensor_value_info("X", onnx.TensorProto.FLOAT, steps_first.shape)],
        [onnx.helper.make_tensor_value_info("Y", onnx.TensorProto.FLOAT, ["steps", "directions", "batch", "units"])],
        [onnx.numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()],
    )
    written = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", _OPSET)], ir_version=10)
    onnx.checker.check_model(written)
    session = onnxruntime.InferenceSession(written.SerializeToString(), providers=["CPUExecutionProvider"])
    (y,) = session.run(None, {"X": steps_first})
    return np.concatenate([y[:, direction] for direction in range(y.shape[1])], -1).swapaxes(0, 1)


def _attributes(layer: Any) -> dict[str, Any]:
    attributes = {"hidden_size": layer.units, "direction": "bidirectional" if layer.bidirectional else "forward"}
    if layer.kind == "gru":
        attributes["linear_before_reset"] = int(bool(layer.reset_after))
    if layer.kind == "lstm":
        attributes["input_forget"] = int(layer.coupled)
    return attributes
