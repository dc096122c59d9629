"""The classes of the frameworks around JAX: Equinox, Flax (nnx and linen) and Haiku."""

from __future__ import annotations

from math import prod
from typing import Any

from lstm_calc.formats.code.families.rows import CELL, WINDOW, ClassRow, as_count, as_layer
from lstm_calc.model import (
    GRU,
    LSTM,
    MGU,
    RNN,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dense,
    Embedding,
    GroupNorm,
    LayerNorm,
    RMSNorm,
)


def _mlp(values: dict[str, Any]) -> Any:
    """Return the parameters of eqx.nn.MLP: ``depth`` hidden layers of one width, and a last one."""
    width, depth, bias = values["width_size"], values["depth"], values["use_bias"]
    hidden = (values["in_size"] + bias) * width + (depth - 1) * (width + bias) * width if depth else 0
    return hidden + ((width if depth else values["in_size"]) + values["use_final_bias"]) * values["out_size"]


def _heads(values: dict[str, Any]) -> Any:
    """Return the parameters of nnx.MultiHeadAttention: the projections of queries, keys and values, and that of the output."""
    width, heads, bias = values["in_features"], values["num_heads"], int(values["use_bias"])
    inner, keys = values["qkv_features"] or width, values["in_kv_features"] or width
    of_keys = inner // heads * (values["num_kv_heads"] or heads)
    given = values["out_features"] or width
    norms = 2 * (inner // heads) if values["normalize_qk"] else 0
    return (width + bias) * inner + 2 * (keys + bias) * of_keys + (inner + bias) * given + norms


_EQUINOX_CELL = "input_size hidden_size use_bias=True"
BIAS = {"bias": "use_bias"}
_EQUINOX_CONV = "in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 use_bias=True"
EQUINOX: dict[str, ClassRow] = {
    "LSTMCell": as_layer(LSTM, _EQUINOX_CELL, {**CELL, **BIAS}),
    "GRUCell": as_layer(GRU, _EQUINOX_CELL, {**CELL, **BIAS}),
    "Linear": as_layer(
        Dense, "in_features out_features use_bias=True", {"input_dim": "in_features", "units": "out_features", "bias": "use_bias"}
    ),
    "Embedding": as_layer(Embedding, "num_embeddings embedding_size", {"vocab_size": "num_embeddings", "dim": "embedding_size"}),
    "LayerNorm": as_layer(
        LayerNorm,
        "shape eps=1e-05 use_weight=True use_bias=True",
        {"input_dim": "shape", "scale": "use_weight", "center": "use_bias"},
    ),
    "MLP": as_count(
        "in_size out_size width_size depth activation=None final_activation=None use_bias=True use_final_bias=True",
        "in_size out_size width_size depth use_bias use_final_bias",
        _mlp,
    ),
    **{f"Conv{dims}d": as_layer(Conv, _EQUINOX_CONV, {**WINDOW, "bias": "use_bias"}, dims) for dims in (1, 2, 3)},
}


_NNX_CELL = "in_features hidden_features"
_NNX_FIELDS = {"input_dim": "in_features", "units": "hidden_features"}
NNX: dict[str, ClassRow] = {
    "LSTMCell": as_layer(LSTM, _NNX_CELL, {**_NNX_FIELDS}),
    "OptimizedLSTMCell": as_layer(LSTM, _NNX_CELL, {**_NNX_FIELDS}),
    "GRUCell": as_layer(GRU, _NNX_CELL, {**_NNX_FIELDS}),
    "SimpleCell": as_layer(RNN, _NNX_CELL, {**_NNX_FIELDS}),
    "Linear": as_layer(
        Dense,
        "in_features out_features use_bias=True",
        {"input_dim": "in_features", "units": "out_features", "bias": "use_bias"},
    ),
    "Embed": as_layer(Embedding, "num_embeddings features", {"vocab_size": "num_embeddings", "dim": "features"}),
    "LayerNorm": as_layer(
        LayerNorm,
        "num_features epsilon=1e-06 dtype=None param_dtype=None use_bias=True use_scale=True",
        {"input_dim": "num_features", "center": "use_bias", "scale": "use_scale"},
    ),
    "BatchNorm": as_layer(
        BatchNorm,
        "num_features use_running_average=False axis=-1 momentum=0.99 epsilon=1e-05 dtype=None "
        "param_dtype=None use_bias=True use_scale=True",
        {"input_dim": "num_features", "center": "use_bias", "scale": "use_scale"},
    ),
    "Conv": as_layer(
        Conv,
        "in_features out_features kernel_size strides=1 padding='SAME' input_dilation=1 "
        "kernel_dilation=1 feature_group_count=1 use_bias=True",
        {
            "filters": "out_features",
            "input_dim": "in_features",
            "kernel_size": "kernel_size",
            "bias": "use_bias",
            "groups": "feature_group_count",
        },
    ),
    "ConvTranspose": as_layer(
        ConvTranspose,
        "in_features out_features kernel_size strides=1 padding='SAME' kernel_dilation=1 use_bias=True",
        {"filters": "out_features", "input_dim": "in_features", "kernel_size": "kernel_size", "bias": "use_bias"},
    ),
    "GroupNorm": as_layer(
        GroupNorm,
        "num_features num_groups=32 group_size=None epsilon=1e-06 dtype=None param_dtype=None use_bias=True use_scale=True",
        {"groups": "num_groups", "input_dim": "num_features", "center": "use_bias", "scale": "use_scale"},
    ),
    "RMSNorm": as_layer(
        RMSNorm,
        "num_features epsilon=1e-06 dtype=None param_dtype=None use_scale=True",
        {"input_dim": "num_features", "scale": "use_scale"},
    ),
    "MultiHeadAttention": as_count(
        "num_heads in_features qkv_features=None out_features=None num_kv_heads=None in_kv_features=None use_bias=True "
        "normalize_qk=False",
        "num_heads in_features qkv_features out_features num_kv_heads in_kv_features use_bias normalize_qk",
        _heads,
    ),
    "Einsum": as_count(
        "einsum_str kernel_shape bias_shape=None",
        "kernel_shape bias_shape",
        lambda given: prod(given["kernel_shape"]) + (0 if given["bias_shape"] is None else prod(given["bias_shape"])),
    ),
    "PReLU": as_count("negative_slope_init=0.01", "", lambda _: 1),
}

LINEN: dict[str, ClassRow] = {
    "LSTMCell": as_layer(LSTM, "features", {"units": "features"}),
    "OptimizedLSTMCell": as_layer(LSTM, "features", {"units": "features"}),
    "GRUCell": as_layer(GRU, "features", {"units": "features"}),
    "SimpleCell": as_layer(RNN, "features", {"units": "features"}),
    "MGUCell": as_layer(MGU, "features", {"units": "features"}),
    "Dense": as_layer(Dense, "features use_bias=True", {"units": "features", "bias": "use_bias"}),
    "Embed": as_layer(Embedding, "num_embeddings features", {"vocab_size": "num_embeddings", "dim": "features"}),
    "LayerNorm": as_layer(
        LayerNorm,
        "epsilon=1e-06 dtype=None param_dtype=None use_bias=True use_scale=True",
        {"center": "use_bias", "scale": "use_scale"},
    ),
    "BatchNorm": as_layer(
        BatchNorm,
        "use_running_average=None axis=-1 momentum=0.99 epsilon=1e-05 dtype=None param_dtype=None use_bias=True use_scale=True",
        {"center": "use_bias", "scale": "use_scale"},
    ),
    "Conv": as_layer(
        Conv,
        "features kernel_size strides=1 padding='SAME' input_dilation=1 kernel_dilation=1 feature_group_count=1 use_bias=True",
        {"filters": "features", "kernel_size": "kernel_size", "bias": "use_bias", "groups": "feature_group_count"},
    ),
}

HAIKU: dict[str, ClassRow] = {
    "LSTM": as_layer(LSTM, "hidden_size", {"units": "hidden_size"}),
    "GRU": as_layer(GRU, "hidden_size", {"units": "hidden_size"}),
    "VanillaRNN": as_layer(RNN, "hidden_size", {"units": "hidden_size"}),
    "Linear": as_layer(Dense, "output_size with_bias=True", {"units": "output_size", "bias": "with_bias"}),
    "Embed": as_layer(Embedding, "vocab_size embed_dim", {"vocab_size": "vocab_size", "dim": "embed_dim"}),
    "LayerNorm": as_layer(LayerNorm, "axis create_scale create_offset", {"center": "create_offset", "scale": "create_scale"}),
    "RMSNorm": as_layer(RMSNorm, "axis eps=1e-05", {}),
    **{
        f"Conv{dims}D": as_layer(
            Conv,
            "output_channels kernel_shape stride=1 rate=1 padding='SAME' with_bias=True",
            {"filters": "output_channels", "kernel_size": "kernel_shape", "bias": "with_bias", "groups": "feature_group_count"},
            dims,
        )
        for dims in (1, 2, 3)
    },
}
