"""The real frameworks: a model built in each, and the tensors it then has, as (name, shape)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.questions.tensors import tensors

if TYPE_CHECKING:
    from lstm_calc.model import Model, Placed

Tensors = list[tuple[str, tuple[int, ...]]]


def pytorch(model: Model) -> Tensors:
    """Build modules on the meta device, one for each layer (repeats inside one), and list their parameters."""
    import torch

    whole = torch.nn.Module()
    firsts = [placed for placed in model.placed if placed.depth == 0 and placed.layer.kind != "repeat_vector"]
    for placed in firsts:
        whole.add_module(placed.module, _torch_module(torch.nn, placed))
    alone = len({placed.module for placed in model.placed}) == 1
    return [(name.removeprefix(f"{firsts[0].module}.") if alone else name, tuple(p.shape)) for name, p in whole.named_parameters()]


def _torch_module(nn: Any, placed: Placed) -> Any:
    layer: Any = placed.layer
    if layer.kind == "embedding":
        return nn.Embedding(layer.vocab_size, layer.dim, device="meta")
    if layer.kind == "dense":
        return nn.Linear(placed.input_dim, layer.units, bias=layer.bias, device="meta")
    options = {"num_layers": layer.repeat, "bias": layer.bias, "bidirectional": layer.bidirectional, "device": "meta"}
    if getattr(layer, "projection", None):
        options["proj_size"] = layer.projection
    return {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[layer.kind](placed.input_dim, layer.units, **options)


def keras(model: Model) -> Tensors:
    """Build a Sequential, or a layer alone where the model is one, and list its weights."""
    import keras

    keras.backend.clear_session()
    built = [_keras_layer(keras.layers, placed) for placed in model.placed]
    for layer, placed in zip(built, model.placed, strict=True):
        layer.build(_keras_input(placed))
    prefix = "sequential/" if len(built) > 1 else ""
    return [(f"{prefix}{weight.path}", tuple(weight.shape)) for layer in built for weight in layer.weights]


def _keras_input(placed: Placed) -> tuple[int | None, ...]:
    return (None,) if placed.layer.kind == "embedding" else (2, 5, *(9 for _ in placed.layer.window), placed.input_dim)


def _keras_layer(layers: Any, placed: Placed) -> Any:
    layer: Any = placed.layer
    name = None if layer.name is None else placed.name
    if layer.kind == "embedding":
        return layers.Embedding(layer.vocab_size, layer.dim, name=name)
    if layer.kind == "dense":
        return layers.Dense(layer.units, use_bias=layer.bias, name=name)
    if layer.kind == "repeat_vector":
        return layers.RepeatVector(layer.steps, name=name)
    inner = _keras_recurrent(layers, layer, None if layer.bidirectional else name)
    if not layer.bidirectional:
        return inner
    merge = {"average": "ave", "none": None}.get(layer.merge, layer.merge)
    return layers.Bidirectional(inner, merge_mode=merge, name=name)


def _keras_recurrent(layers: Any, layer: Any, name: str | None) -> Any:
    options = {"use_bias": layer.bias, "name": name}
    if layer.kind == "conv_lstm":
        kind = (layers.ConvLSTM1D, layers.ConvLSTM2D, layers.ConvLSTM3D)[len(layer.window) - 1]
        return kind(layer.filters, layer.window, **options)
    if layer.kind == "gru" and layer.reset_after is not None:
        options["reset_after"] = layer.reset_after
    return {"lstm": layers.LSTM, "gru": layers.GRU, "rnn": layers.SimpleRNN}[layer.kind](layer.units, **options)


def onnx_accepts(model: Model) -> tuple[int, ...]:
    """Run the first layer as an operator of onnxruntime on our shapes, which refuses any other; return the shape of Y."""
    import numpy as np
    import onnx
    import onnxruntime

    placed = model.placed[0]
    layer: Any = placed.layer
    attributes = {"hidden_size": layer.units, "direction": "bidirectional" if layer.bidirectional else "forward"}
    if layer.kind == "gru" and layer.reset_after is not None:
        attributes["linear_before_reset"] = int(layer.reset_after)
    if getattr(layer, "coupled", False):
        attributes["input_forget"] = 1
    weights = {tensor.name: np.ones(tensor.shape, np.float32) for tensor in tensors(model, "onnx").tensors}
    inputs = ["X", "W", "R", "B" * layer.bias] + ["", "", "", "P"] * ("P" in weights)
    shape = (5, 2, placed.input_dim)
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node(layer.kind.upper(), inputs, ["Y"], **attributes)],
        "one layer",
        [onnx.helper.make_tensor_value_info("X", onnx.TensorProto.FLOAT, shape)],
        [onnx.helper.make_tensor_value_info("Y", onnx.TensorProto.FLOAT, ["steps", "ways", "batch", "units"])],
        [onnx.numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    written = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 22)], ir_version=10)
    onnx.checker.check_model(written)
    session = onnxruntime.InferenceSession(written.SerializeToString(), providers=["CPUExecutionProvider"])
    (output,) = session.run(None, {"X": np.ones(shape, np.float32)})
    return tuple(output.shape)
