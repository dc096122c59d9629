"""Layers of every kind with weights, as we write them, and made by the real frameworks.

``python -m tests.layer_kinds`` records what the installed frameworks have: the shapes of the weights under their names, which of
them are trained, the shape of the output and, of PyTorch, the multiply-accumulates that its FlopCounterMode finds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lstm_calc.formats.modelfile import loads

RECORDED = Path(__file__).parent / "data" / "recorded" / "layer_kinds.json"
BATCH = 2

Case = tuple[dict[str, Any], list[list[int]]]
"""A layer as in a model file, and the shapes of its inputs without the batch, features last."""

_IMAGE, _STEPS, _VOLUME = [9, 8, 6], [10, 6], [5, 6, 7, 4]


def _conv(kind: str, size: list[int], shape: list[int], **options: Any) -> Case:
    filters = {} if kind == "depthwise_conv" else {"filters": 8}
    return {"type": kind, **filters, "kernel_size": size, **options}, [shape]


def _heads(inputs: list[list[int]], **options: Any) -> Case:
    return {"type": "multi_head_attention", **options}, inputs


BOTH: list[Case] = [
    _conv("conv", [3], _STEPS),
    _conv("conv", [3], _STEPS, groups=2, bias=False),
    _conv("conv", [3], _STEPS, padding="same", dilation_rate=[2]),
    _conv("conv", [3, 2], _IMAGE, strides=[2, 1], groups=2),
    _conv("conv", [2, 3, 2], _VOLUME, groups=4),
    _conv("depthwise_conv", [3], _STEPS),
    _conv("depthwise_conv", [3, 2], _IMAGE, depth_multiplier=3, strides=[2, 2]),
    _conv("depthwise_conv", [3, 3], _IMAGE, bias=False, padding="same"),
    _conv("separable_conv", [3], _STEPS, depth_multiplier=2),
    _conv("separable_conv", [3, 3], _IMAGE, bias=False),
    _conv("conv_transpose", [3], _STEPS, strides=[2]),
    _conv("conv_transpose", [3, 4], _IMAGE, strides=[2, 3], bias=False),
    _conv("conv_transpose", [3, 3], _IMAGE, strides=[2, 2], output_padding=[1, 1]),
    _conv("conv_transpose", [2, 2, 3], _VOLUME),
    ({"type": "batch_norm"}, [_STEPS]),
    ({"type": "batch_norm"}, [_IMAGE]),
    ({"type": "batch_norm", "center": False, "scale": False}, [_STEPS]),
    ({"type": "layer_norm"}, [_STEPS]),
    ({"type": "layer_norm", "axis": [1, 2]}, [_STEPS]),
    ({"type": "layer_norm", "center": False}, [_STEPS]),
    ({"type": "group_norm", "groups": 3}, [_IMAGE]),
    ({"type": "rms_norm"}, [_STEPS]),
    _heads([[10, 8]], num_heads=2, key_dim=4),
    _heads([[10, 8]], num_heads=4, key_dim=2, bias=False),
    _heads([[10, 8], [7, 8]], num_heads=2, key_dim=4),
    _heads([[10, 8], [7, 5], [7, 3]], num_heads=2, key_dim=4),
    ({"type": "prelu", "shared_axes": [1]}, [_STEPS]),
    ({"type": "prelu", "shared_axes": [1, 2]}, [_STEPS]),
]
"""What Keras and PyTorch both have."""

CASES: dict[str, list[Case]] = {
    "keras": [
        *BOTH,
        _conv("conv", [3], _STEPS, padding="causal", strides=[2]),
        _conv("conv", [3, 3], _IMAGE, data_format="channels_first"),
        _conv("conv_transpose", [3], _STEPS, strides=[2], padding="same"),
        _conv("conv_transpose", [3], _STEPS, strides=[3], padding="same", output_padding=[1]),
        _conv("conv_transpose", [2], _STEPS, strides=[3]),
        _conv("conv_transpose", [4, 3], _IMAGE, padding="same"),
        ({"type": "batch_norm", "axis": 1, "scale": False}, [_IMAGE]),
        ({"type": "batch_norm", "renorm": True}, [_STEPS]),
        ({"type": "batch_norm", "trainable": False}, [_STEPS]),
        ({"type": "layer_norm", "axis": [1, 3]}, [_IMAGE]),
        ({"type": "normalization"}, [_STEPS]),
        ({"type": "normalization", "axis": [1, 3]}, [_IMAGE]),
        ({"type": "normalization", "whole": True}, [_STEPS]),
        ({"type": "group_norm", "groups": -1, "center": False}, [_STEPS]),
        ({"type": "rms_norm", "axis": [1, 2]}, [_STEPS]),
        ({"type": "attention"}, [_STEPS, [7, 6]]),
        ({"type": "attention", "use_scale": True}, [_STEPS, [7, 5], [7, 6]]),
        ({"type": "attention", "use_scale": True, "score_mode": "concat"}, [_STEPS, [7, 6]]),
        ({"type": "additive_attention"}, [_STEPS, [7, 6]]),
        ({"type": "additive_attention", "use_scale": False}, [_STEPS, [7, 5], [7, 6]]),
        _heads([[10, 8], [7, 5]], num_heads=3, key_dim=4, value_dim=5, shape=[9]),
        _heads([[10, 8]], num_heads=3, key_dim=4, shape=[2, 9]),
        _heads([[10, 8]], num_heads=3, key_dim=4, use_gate=True),
        _heads([[10, 8], [7, 8]], num_heads=6, key_dim=4, key_heads=2),
        _heads([[4, 5, 8], [4, 3, 8]], num_heads=2, key_dim=4, attention_axes=[2]),
        ({"type": "prelu"}, [_STEPS]),
        ({"type": "prelu", "shared_axes": [1, 2]}, [_IMAGE]),
        ({"type": "einsum_dense", "equation": "ab,bc->ac", "shape": [4]}, [[6]]),
        ({"type": "einsum_dense", "equation": "abc,cd->abd", "shape": [None, 4], "bias_axes": "d"}, [_STEPS]),
        ({"type": "einsum_dense", "equation": "...x,xy->...y", "shape": [4], "bias_axes": "y"}, [_IMAGE]),
        ({"type": "einsum_dense", "equation": "abc,cde->abde", "shape": [None, 2, 3], "bias_axes": "de"}, [_STEPS]),
        ({"type": "einsum_dense", "equation": "abc,bcd->abd", "shape": [10, 4], "bias_axes": "bd"}, [_STEPS]),
        ({"type": "einsum_dense", "equation": "abcd,be->aecd", "shape": [4, None, 6], "bias_axes": "ed"}, [_IMAGE]),
        ({"type": "conv_lstm", "filters": 4, "kernel_size": [3, 3], "return_sequences": False}, [[3, 6, 6, 2]]),
    ],
    "pytorch": [
        *BOTH,
        _conv("conv", [3], _STEPS, padding=[2], strides=[2]),
        _conv("conv_transpose", [3], _STEPS, strides=[2], padding=[1], output_padding=[1], groups=2),
        _conv("conv_transpose", [2], _STEPS, strides=[3]),
        ({"type": "attention"}, [_STEPS, [7, 6]]),
        ({"type": "crf", "units": 6}, [_STEPS]),
        ({"type": "conv_lstm", "filters": 4, "kernel_size": [3, 3], "return_sequences": True}, [[3, 6, 6, 2]]),
        ({"type": "conv_gru", "filters": 4, "kernel_size": [3, 5], "return_sequences": True}, [[3, 6, 6, 2]]),
    ],
}


_JAX: list[Case] = [
    _conv("conv", [3], _STEPS, groups=2),
    _conv("conv", [3, 2], _IMAGE, bias=False),
    _conv("depthwise_conv", [3], _STEPS, depth_multiplier=2),
    _conv("conv_transpose", [3], _STEPS),
    ({"type": "batch_norm"}, [_STEPS]),
    ({"type": "layer_norm"}, [_STEPS]),
    ({"type": "group_norm", "groups": 3}, [_STEPS]),
    ({"type": "rms_norm"}, [_STEPS]),
    _heads([[10, 8], [7, 6]], num_heads=2, key_dim=4, shape=[9]),
    ({"type": "prelu", "shared_axes": [1, 2]}, [_STEPS]),
    ({"type": "einsum_dense", "equation": "abc,cd->abd", "shape": [10, 4], "bias_axes": "d"}, [_STEPS]),
]
"""What the frameworks on JAX are asked for, where they have it."""

_LACKS = {"haiku": {"batch_norm", "prelu", "einsum_dense"}, "equinox": {"einsum_dense"}}

for _name in ("flax-linen", "flax-nnx", "haiku", "equinox"):
    CASES[_name] = [case for case in _JAX if case[0]["type"] not in _LACKS.get(_name, ())]


def model_of(case: Case, framework: str) -> str:
    """Return the model file of a case, in JSON."""
    layer, inputs = case
    names = [f"input_{place}" for place in range(len(inputs))]
    sources = [{"type": "input", "name": name, "shape": shape} for name, shape in zip(names, inputs, strict=True)]
    if len(inputs) == 1:
        return json.dumps({"framework": framework, "input_shape": inputs[0], "layers": [{**layer, "name": "layer"}]})
    return json.dumps({"framework": framework, "layers": [*sources, {**layer, "name": "layer", "inputs": names}]})


def read(case: Case, framework: str) -> Any:
    """Return the model of a case."""
    return loads(model_of(case, framework))


_KERAS_CLASSES = {
    "conv": "Conv{dims}D",
    "depthwise_conv": "DepthwiseConv{dims}D",
    "separable_conv": "SeparableConv{dims}D",
    "conv_transpose": "Conv{dims}DTranspose",
    "conv_lstm": "ConvLSTM{dims}D",
    "batch_norm": "BatchNormalization",
    "layer_norm": "LayerNormalization",
    "group_norm": "GroupNormalization",
    "rms_norm": "RMSNormalization",
    "attention": "Attention",
    "additive_attention": "AdditiveAttention",
    "multi_head_attention": "MultiHeadAttention",
    "normalization": "Normalization",
    "prelu": "PReLU",
    "einsum_dense": "EinsumDense",
}
_KERAS_FIELDS = {"bias": "use_bias", "shape": "output_shape"}


def made_by_keras(case: Case) -> dict[str, Any]:
    """Return what Keras has for a case."""
    import keras

    layer, inputs = case
    options = {_KERAS_FIELDS.get(name, name): value for name, value in layer.items() if name != "type"}
    kind = _KERAS_CLASSES[layer["type"]].format(dims=len(layer.get("kernel_size", ())))
    if layer["type"] == "einsum_dense":
        options["output_shape"] = tuple(options["output_shape"])
    if "output_shape" in options and layer["type"] == "multi_head_attention":
        options["output_shape"] = tuple(options["output_shape"])
    if "key_heads" in layer:
        kind = "GroupQueryAttention"
        heads = {"num_query_heads": options.pop("num_heads"), "num_key_value_heads": options.pop("key_heads")}
        options = {"head_dim": options.pop("key_dim"), **heads, **options}
    if options.pop("whole", False):
        options["axis"] = None
    if layer["type"] == "depthwise_conv":
        options["kernel_size"] = tuple(options["kernel_size"])
    made = getattr(keras.layers, kind)(**options, name="layer")
    tensors = [keras.ops.zeros((BATCH, *shape)) for shape in inputs]
    apart = layer["type"] == "multi_head_attention"
    output = made(*(tensors if len(tensors) > 1 else tensors * 2)) if apart else made(tensors if len(tensors) > 1 else tensors[0])
    trained = {id(weight) for weight in made.trainable_weights}
    weights = [[weight.path, list(weight.shape), id(weight) in trained] for weight in made.weights]
    return {"weights": weights, "params": made.count_params(), "output": list(output.shape)}


def made_by_pytorch(case: Case) -> dict[str, Any]:
    """Return what PyTorch has for a case."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    layer, inputs = case
    tensors = [torch.zeros(BATCH, *shape) for shape in inputs]
    module = _torch_module(layer, inputs)
    with FlopCounterMode(display=False) as counter:
        output = _torch_run(module, layer, tensors)
    weights = [[name, list(value.shape), value.requires_grad] for name, value in module.named_parameters()]
    weights += [[name, list(value.shape), False] for name, value in module.named_buffers()]
    params = sum(value.numel() for value in module.parameters())
    return {"weights": weights, "params": params, "output": list(output.shape), "macs": counter.get_total_flops() // 2}


def _torch_module(layer: dict[str, Any], inputs: list[list[int]]) -> Any:
    from torch import nn

    kind, width = layer["type"], inputs[0][-1]
    dims = len(layer.get("kernel_size", ()))
    if "conv" in kind and kind not in {"conv_lstm", "conv_gru"}:
        return _torch_conv(layer, width, dims)
    affine = layer.get("scale", True)
    if kind == "batch_norm":
        return (nn.BatchNorm1d if len(inputs[0]) == 2 else nn.BatchNorm2d)(width, affine=affine)
    if kind == "layer_norm":
        return nn.LayerNorm(inputs[0] if "axis" in layer else width, bias=layer.get("center", True))
    if kind == "multi_head_attention":
        value = inputs[min(1, len(inputs) - 1)][-1]
        widths = {"kdim": inputs[-1][-1], "vdim": value}
        return nn.MultiheadAttention(width, layer["num_heads"], bias=layer.get("bias", True), batch_first=True, **widths)
    if kind == "crf":
        from torchcrf import CRF

        return CRF(layer["units"], batch_first=True)
    makers = {
        "group_norm": lambda: nn.GroupNorm(layer["groups"], width),
        "rms_norm": lambda: nn.RMSNorm(width),
        "prelu": lambda: nn.PReLU(1 if len(layer["shared_axes"]) == len(inputs[0]) else width),
        "attention": nn.Module,
        "conv_lstm": lambda: _copied_cell({"conv": 4}, width, layer),
        "conv_gru": lambda: _copied_cell({"conv_gates": 2, "conv_can": 1}, width, layer),
    }
    return makers[kind]()


def _copied_cell(convolutions: dict[str, int], width: int, layer: dict[str, Any]) -> Any:
    """Return the module that has the weights of the ConvLSTM or ConvGRU that PyTorch users copy."""
    from torch import nn

    size, filters = layer["kernel_size"], layer["filters"]
    padding = [each // 2 for each in size]
    cell, module = nn.Module(), nn.Module()
    for name, gates in convolutions.items():
        cell.add_module(name, nn.Conv2d(width + filters, gates * filters, size, padding=padding))
    module.cell_list = nn.ModuleList([cell])
    return module


def _torch_conv(layer: dict[str, Any], width: int, dims: int) -> Any:
    from torch import nn

    names = {"strides": "stride", "dilation_rate": "dilation"}
    told = {"type", "filters", "kernel_size", "depth_multiplier"}
    options = {names.get(name, name): value for name, value in layer.items() if name not in told}
    conv, size = (getattr(nn, f"Conv{dims}d"), getattr(nn, f"ConvTranspose{dims}d")), layer["kernel_size"]
    deep = width * layer.get("depth_multiplier", 1)
    match layer["type"]:
        case "depthwise_conv":
            return conv[0](width, deep, size, groups=width, **options)
        case "separable_conv":
            bias = options.pop("bias", True)
            module = nn.Sequential()
            module.add_module("depthwise", conv[0](width, deep, size, groups=width, bias=False, **options))
            module.add_module("pointwise", conv[0](deep, layer["filters"], 1, bias=bias))
            return module
    return conv[layer["type"] == "conv_transpose"](width, layer["filters"], size, **options)


def _torch_run(module: Any, layer: dict[str, Any], tensors: list[Any]) -> Any:
    """Return the output, features last; PyTorch has them before the positions."""
    import torch

    kind, first = layer["type"], tensors[0]
    if kind == "multi_head_attention":
        query, value, key = (*tensors, tensors[-1], tensors[-1])[:3]
        return module(query, key, value)[0]
    if kind == "attention":
        return torch.nn.functional.scaled_dot_product_attention(first, tensors[-1], tensors[-1])
    if kind == "crf":
        return first
    if kind in {"conv_lstm", "conv_gru"}:
        return _copied_run(module.cell_list[0], layer, first)
    if kind in {"layer_norm", "rms_norm"} or (kind == "prelu" and module.num_parameters == 1):
        return module(first)
    return module(first.movedim(-1, 1)).movedim(1, -1)


def _copied_run(cell: Any, layer: dict[str, Any], first: Any) -> Any:
    """Return every step of the cell; what it computes number by number is left out."""
    import torch

    h = torch.zeros(BATCH, layer["filters"], *first.shape[2:4])
    steps = []
    for x in first.movedim(-1, 2).unbind(1):
        for conv in cell.children():
            h = conv(torch.cat([x, h], 1))[:, : layer["filters"]]
        steps.append(h)
    return torch.stack(steps, 1).movedim(2, -1)


def made_by_flax_linen(case: Case) -> dict[str, Any]:
    """Return the shapes of what Flax linen has for a case, by name."""
    import jax
    from flax import linen as nn

    layer, inputs = case
    width, size = inputs[0][-1], tuple(layer.get("kernel_size", ()))
    bias, deep = layer.get("bias", True), width * layer.get("depth_multiplier", 1)
    makers = {
        "conv": lambda: nn.Conv(8, size, feature_group_count=layer.get("groups", 1), use_bias=bias),
        "depthwise_conv": lambda: nn.Conv(deep, size, feature_group_count=width),
        "conv_transpose": lambda: nn.ConvTranspose(8, size),
        "batch_norm": lambda: nn.BatchNorm(use_running_average=True),
        "layer_norm": nn.LayerNorm,
        "group_norm": lambda: nn.GroupNorm(layer["groups"]),
        "rms_norm": nn.RMSNorm,
        "multi_head_attention": lambda: nn.MultiHeadDotProductAttention(2, qkv_features=8, out_features=9),
        "prelu": nn.PReLU,
        "einsum_dense": lambda: nn.Einsum((width, 4), layer["equation"]),
    }
    made = makers[layer["type"]]().init(jax.random.PRNGKey(0), *(jax.numpy.zeros((BATCH, *shape)) for shape in inputs))
    leaves = jax.tree_util.tree_flatten_with_path(made)[0]
    return {"shapes": {"/".join(key.key for key in path[1:]): list(leaf.shape) for path, leaf in leaves}}


def made_by_flax_nnx(case: Case) -> dict[str, Any]:
    """Return the shapes of what Flax NNX has for a case, by name."""
    from flax import nnx

    layer, inputs = case
    width, size, rngs = inputs[0][-1], tuple(layer.get("kernel_size", ())), nnx.Rngs(0)
    bias, deep = layer.get("bias", True), width * layer.get("depth_multiplier", 1)
    makers = {
        "conv": lambda: nnx.Conv(width, 8, size, feature_group_count=layer.get("groups", 1), use_bias=bias, rngs=rngs),
        "depthwise_conv": lambda: nnx.Conv(width, deep, size, feature_group_count=width, rngs=rngs),
        "conv_transpose": lambda: nnx.ConvTranspose(width, 8, size, rngs=rngs),
        "batch_norm": lambda: nnx.BatchNorm(width, rngs=rngs),
        "layer_norm": lambda: nnx.LayerNorm(width, rngs=rngs),
        "group_norm": lambda: nnx.GroupNorm(width, layer["groups"], rngs=rngs),
        "rms_norm": lambda: nnx.RMSNorm(width, rngs=rngs),
        "multi_head_attention": lambda: nnx.MultiHeadAttention(2, width, 8, 9, in_kv_features=inputs[-1][-1], rngs=rngs),
        "prelu": nnx.PReLU,
        "einsum_dense": lambda: nnx.Einsum(layer["equation"], (width, 4), (4,), rngs=rngs),
    }
    state = nnx.to_flat_state(nnx.state(makers[layer["type"]](), nnx.Any(nnx.Param, nnx.BatchStat)))
    return {"shapes": {".".join(map(str, path)): list(value.shape) for path, value in state}}


def made_by_haiku(case: Case) -> dict[str, Any]:
    """Return the shapes of what Haiku has for a case, by name."""
    import haiku as hk
    import jax

    layer, inputs = case
    size, dims = layer.get("kernel_size"), len(layer.get("kernel_size", ()))
    groups, bias = layer.get("groups", 1), layer.get("bias", True)
    name = {"name": "layer"}
    start = hk.initializers.Constant(1.0)
    makers = {
        "conv": lambda: hk.ConvND(dims, 8, size, feature_group_count=groups, with_bias=bias, **name),
        "depthwise_conv": lambda: hk.DepthwiseConv1D(layer["depth_multiplier"], size[0], **name),
        "conv_transpose": lambda: hk.ConvNDTranspose(dims, 8, size, **name),
        "layer_norm": lambda: hk.LayerNorm(-1, create_scale=True, create_offset=True, **name),
        "group_norm": lambda: hk.GroupNorm(layer["groups"], **name),
        "rms_norm": lambda: hk.RMSNorm(-1, **name),
        "multi_head_attention": lambda: hk.MultiHeadAttention(2, 4, w_init=start, model_size=9, **name),
    }

    def run(first: Any, *others: Any) -> Any:
        made = makers[layer["type"]]()
        return made(first, *others * 2) if others else made(first)

    tensors = (jax.numpy.zeros((BATCH, *shape)) for shape in inputs)
    params = hk.transform(run).init(jax.random.PRNGKey(0), *tensors)
    return {"shapes": {f"{module}/{key}": list(value.shape) for module, each in params.items() for key, value in each.items()}}


def made_by_equinox(case: Case) -> dict[str, Any]:
    """Return the shapes of what Equinox has for a case, by name; the statistics are not of the layer."""
    import equinox as eqx
    import jax

    layer, inputs = case
    width, key, size = inputs[0][-1], jax.random.PRNGKey(0), layer.get("kernel_size", ())
    dims, groups, bias = len(size), layer.get("groups", 1), layer.get("bias", True)
    biased = {f"use_{name}_bias": True for name in ("query", "key", "value", "output")}
    widths = {"key_size": inputs[-1][-1], "value_size": inputs[-1][-1], "output_size": 9}
    makers = {
        "conv": lambda: eqx.nn.Conv(dims, width, 8, size, groups=groups, use_bias=bias, key=key),
        "depthwise_conv": lambda: eqx.nn.Conv(dims, width, width * layer["depth_multiplier"], size, groups=width, key=key),
        "conv_transpose": lambda: eqx.nn.ConvTranspose(dims, width, 8, size, key=key),
        "batch_norm": lambda: eqx.nn.BatchNorm(width, "batch", mode="batch"),
        "layer_norm": lambda: eqx.nn.LayerNorm(width),
        "group_norm": lambda: eqx.nn.GroupNorm(layer["groups"], width),
        "rms_norm": lambda: eqx.nn.RMSNorm(width, use_bias=False),
        "multi_head_attention": lambda: eqx.nn.MultiheadAttention(2, width, qk_size=4, vo_size=4, **widths, **biased, key=key),
        "prelu": eqx.nn.PReLU,
    }
    leaves = jax.tree_util.tree_flatten_with_path(eqx.filter(makers[layer["type"]](), eqx.is_array))[0]
    named = {jax.tree_util.keystr(path).removeprefix("."): list(leaf.shape) for path, leaf in leaves}
    return {"shapes": {name: shape for name, shape in named.items() if not name.startswith("batch_")}}


MAKERS = {
    "keras": made_by_keras,
    "pytorch": made_by_pytorch,
    "flax-linen": made_by_flax_linen,
    "flax-nnx": made_by_flax_nnx,
    "haiku": made_by_haiku,
    "equinox": made_by_equinox,
}


def recorded() -> dict[str, list[dict[str, Any]]]:
    """Return the record."""
    found: dict[str, list[dict[str, Any]]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    made = {name: [{"case": case, **MAKERS[name](case)} for case in cases] for name, cases in CASES.items()}
    joined = {name: ",\n".join(map(json.dumps, each)) for name, each in made.items()}
    lines = (f'"{name}": [\n{each}\n]' for name, each in joined.items())
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
