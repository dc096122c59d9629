"""The classes of the frameworks around JAX: Equinox, Flax (nnx and linen) and Haiku."""

from __future__ import annotations

from math import prod
from typing import Any

from lstm_calc.formats.code.families.rows import CELL, DIMENSIONS, ClassRow, as_count, as_layer
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


def _attention(values: dict[str, Any]) -> Any:
    """Return the parameters of eqx.nn.MultiheadAttention: the projections of queries, keys and values, and that of the output."""
    width, heads = values["query_size"], values["num_heads"]
    queries = heads * (values["qk_size"] or width // heads)
    inner = heads * (values["vo_size"] or width // heads)
    given = values["output_size"] or width
    of_queries = (width + values["use_query_bias"]) * queries
    of_keys = ((values["key_size"] or width) + values["use_key_bias"]) * queries
    of_values = ((values["value_size"] or width) + values["use_value_bias"]) * inner
    return of_queries + of_keys + of_values + (inner + values["use_output_bias"]) * given


def _general(values: dict[str, Any]) -> Any:
    """Return the parameters of nnx.LinearGeneral: its axes as one on each side."""
    return (_size(values["in_features"]) + values["use_bias"]) * _size(values["out_features"])


def _size(value: Any) -> Any:
    """Return the size of one axis, or of several as one."""
    return prod(value) if isinstance(value, (list, tuple)) else value


_AFFINE = "use_bias:center=True use_scale:scale=True"
_EQUINOX_CONV = "in_channels:input_dim out_channels:filters kernel_size:kernel_size stride=1 padding=0 dilation=1 groups:groups=1"
EQUINOX: dict[str, ClassRow] = {
    "LSTMCell": as_layer(LSTM, f"{CELL} use_bias:bias=True"),
    "GRUCell": as_layer(GRU, f"{CELL} use_bias:bias=True"),
    "Linear": as_layer(Dense, "in_features:input_dim out_features:units use_bias:bias=True"),
    "Embedding": as_layer(Embedding, "num_embeddings:vocab_size embedding_size:dim"),
    "LayerNorm": as_layer(LayerNorm, "shape:input_dim eps=1e-05 use_weight:scale=True use_bias:center=True"),
    "MLP": as_count(
        "in_size out_size width_size depth activation=None final_activation=None use_bias=True use_final_bias=True",
        "in_size out_size width_size depth use_bias use_final_bias",
        _mlp,
    ),
    "RMSNorm": as_count(
        "shape eps=1e-05 use_weight=True use_bias=True",
        "shape use_weight use_bias",
        lambda given: _size(given["shape"]) * (given["use_weight"] + given["use_bias"]),
    ),
    "GroupNorm": as_count(
        "groups channels=None eps=1e-05 channelwise_affine=True",
        "channels channelwise_affine",
        lambda given: 2 * given["channels"] if given["channelwise_affine"] else 0,
    ),
    "MultiheadAttention": as_count(
        "num_heads query_size key_size=None value_size=None output_size=None qk_size=None vo_size=None use_query_bias=False "
        "use_key_bias=False use_value_bias=False use_output_bias=False",
        "num_heads query_size key_size value_size output_size qk_size vo_size use_query_bias use_key_bias use_value_bias "
        "use_output_bias",
        _attention,
    ),
    "RotaryPositionalEmbedding": as_count("embedding_size", "", lambda _: 0),
    **{f"Conv{dims}d": as_layer(Conv, f"{_EQUINOX_CONV} use_bias:bias=True", dims) for dims in DIMENSIONS},
}

_NNX_CELL = "in_features:input_dim hidden_features:units"
_NNX_NORM = "epsilon=1e-06 dtype=None param_dtype=None"
NNX: dict[str, ClassRow] = {
    "LSTMCell": as_layer(LSTM, _NNX_CELL),
    "OptimizedLSTMCell": as_layer(LSTM, _NNX_CELL),
    "GRUCell": as_layer(GRU, _NNX_CELL),
    "SimpleCell": as_layer(RNN, _NNX_CELL),
    "Linear": as_layer(Dense, "in_features:input_dim out_features:units use_bias:bias=True"),
    "Embed": as_layer(Embedding, "num_embeddings:vocab_size features:dim"),
    "LayerNorm": as_layer(LayerNorm, f"num_features:input_dim {_NNX_NORM} {_AFFINE}"),
    "BatchNorm": as_layer(
        BatchNorm, f"num_features:input_dim use_running_average=False axis=-1 momentum=0.99 {_NNX_NORM.replace('6', '5')} {_AFFINE}"
    ),
    "Conv": as_layer(
        Conv,
        "in_features:input_dim out_features:filters kernel_size:kernel_size strides=1 padding='SAME' input_dilation=1 "
        "kernel_dilation=1 feature_group_count:groups=1 use_bias:bias=True",
    ),
    "ConvTranspose": as_layer(
        ConvTranspose,
        "in_features:input_dim out_features:filters kernel_size:kernel_size strides=1 padding='SAME' kernel_dilation=1 "
        "use_bias:bias=True",
    ),
    "GroupNorm": as_layer(GroupNorm, f"num_features:input_dim num_groups:groups=32 group_size=None {_NNX_NORM} {_AFFINE}"),
    "RMSNorm": as_layer(RMSNorm, f"num_features:input_dim {_NNX_NORM} use_scale:scale=True"),
    "MultiHeadAttention": as_count(
        "num_heads in_features qkv_features=None out_features=None num_kv_heads=None in_kv_features=None use_bias=True "
        "normalize_qk=False",
        "num_heads in_features qkv_features out_features num_kv_heads in_kv_features use_bias normalize_qk",
        _heads,
    ),
    "LinearGeneral": as_count(
        "in_features out_features axis=-1 batch_axis=None use_bias=True", "in_features out_features use_bias", _general
    ),
    "InstanceNorm": as_count(
        "num_features epsilon=1e-06 dtype=None param_dtype=None use_bias=True use_scale=True",
        "num_features use_bias use_scale",
        lambda given: given["num_features"] * (given["use_bias"] + given["use_scale"]),
    ),
    "Einsum": as_count(
        "einsum_str kernel_shape bias_shape=None",
        "kernel_shape bias_shape",
        lambda given: prod(given["kernel_shape"]) + (0 if given["bias_shape"] is None else prod(given["bias_shape"])),
    ),
    "PReLU": as_count("negative_slope_init=0.01", "", lambda _: 1),
}

LINEN: dict[str, ClassRow] = {
    "LSTMCell": as_layer(LSTM, "features:units"),
    "OptimizedLSTMCell": as_layer(LSTM, "features:units"),
    "GRUCell": as_layer(GRU, "features:units"),
    "SimpleCell": as_layer(RNN, "features:units"),
    "MGUCell": as_layer(MGU, "features:units"),
    "Dense": as_layer(Dense, "features:units use_bias:bias=True"),
    "Embed": as_layer(Embedding, "num_embeddings:vocab_size features:dim"),
    "LayerNorm": as_layer(LayerNorm, f"{_NNX_NORM} {_AFFINE}"),
    "BatchNorm": as_layer(BatchNorm, f"use_running_average=None axis=-1 momentum=0.99 {_NNX_NORM.replace('6', '5')} {_AFFINE}"),
    "GroupNorm": as_layer(GroupNorm, f"num_groups:groups=32 group_size=None {_NNX_NORM} {_AFFINE}"),
    "RMSNorm": as_layer(RMSNorm, "epsilon=1e-06 dtype=None param_dtype=None use_scale:scale=True"),
    "Conv": as_layer(
        Conv,
        "features:filters kernel_size:kernel_size strides=1 padding='SAME' input_dilation=1 kernel_dilation=1 "
        "feature_group_count:groups=1 use_bias:bias=True",
    ),
}

_HAIKU_CONV = "output_channels:filters kernel_shape:kernel_size stride=1 rate=1 padding='SAME' with_bias:bias=True"
HAIKU: dict[str, ClassRow] = {
    "LSTM": as_layer(LSTM, "hidden_size:units"),
    "GRU": as_layer(GRU, "hidden_size:units"),
    "VanillaRNN": as_layer(RNN, "hidden_size:units"),
    "Linear": as_layer(Dense, "output_size:units with_bias:bias=True"),
    "Embed": as_layer(Embedding, "vocab_size:vocab_size embed_dim:dim"),
    "LayerNorm": as_layer(LayerNorm, "axis create_scale:scale create_offset:center"),
    "RMSNorm": as_layer(RMSNorm, "axis eps=1e-05"),
    **{f"Conv{dims}D": as_layer(Conv, f"{_HAIKU_CONV} feature_group_count:groups=1", dims) for dims in DIMENSIONS},
}
