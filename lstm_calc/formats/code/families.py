"""The layers of the frameworks whose layers state what they read (PyTorch and its kin), or read what comes in (linen, Haiku).

A class is a row: its arguments in order, with their defaults, and the argument for each field of our layer. A class that has no
layer here gets a plain number of parameters.
"""

from __future__ import annotations

import ast
from functools import cache
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.frozen import Record
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
    Layer,
    LayerNorm,
    RMSNorm,
)

if TYPE_CHECKING:
    from collections.abc import Callable


class Kind(Record):
    """A class of a framework.

    ``signature`` are its arguments (``a b=1``); ``names`` has the argument for each field of ``layer``. ``dims``: how many
    values a window has. ``params`` gives the number of parameters, for a class without a layer of ours.
    """

    signature: str
    layer: type[Layer] | None = None
    names: dict[str, str] = {}  # noqa: RUF012  a Record's default, never changed
    dims: int = 0
    params: Callable[[dict[str, Any]], Any] | None = None
    needs: str = ""
    """The arguments that ``params`` depends on."""

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments by name, in order, with their defaults; ``...`` where there is none."""
        return _arguments(self.signature)


@cache
def _arguments(signature: str) -> dict[str, Any]:
    pairs = (word.partition("=") for word in signature.split())
    return {name: ast.literal_eval(value) if sign else ... for name, sign, value in pairs}


def _kind(layer: type[Layer], signature: str, fields: dict[str, str], dims: int = 0) -> Kind:
    return Kind(signature, layer, fields, dims)


def _number(signature: str, needs: str, params: Callable[[dict[str, Any]], Any]) -> Kind:
    return Kind(signature, params=params, needs=needs)


_STACK = "input_size hidden_size num_layers=1 bias=True batch_first=False dropout=0.0 bidirectional=False"
_FIELDS = {"input_dim": "input_size", "units": "hidden_size", "bias": "bias"}
_DEEP = {"repeat": "num_layers", "bidirectional": "bidirectional"}
_WINDOW = {"filters": "out_channels", "kernel_size": "kernel_size", "bias": "bias", "groups": "groups", "input_dim": "in_channels"}
_SLIDING = {"strides": "stride", "dilation_rate": "dilation", "padding": "padding"}


def _attention(values: dict[str, Any]) -> Any:
    """Return the parameters of nn.MultiheadAttention: three projections in, one out, and what is added to keys and values."""
    width = values["embed_dim"]
    keys, features = values["kdim"] or width, values["vdim"] or width
    biases = 4 * width if values["bias"] else 0
    return width * (2 * width + keys + features) + biases + (2 * width if values["add_bias_kv"] else 0)


def _block(attentions: int, norms: int) -> Callable[[dict[str, Any]], Any]:
    """Return the count of a block of a transformer: attentions, two linear layers, normalisations."""

    def params(values: dict[str, Any]) -> Any:
        width, inner, bias = values["d_model"], values["dim_feedforward"], int(values["bias"])
        each = 4 * width * width + 4 * width * bias
        return attentions * each + 2 * width * inner + (inner + width) * bias + norms * width * (1 + bias)

    return params


def _transformer(values: dict[str, Any]) -> Any:
    each = values | {"bias": True}
    width = values["d_model"]
    encoder = values["num_encoder_layers"] * _block(1, 2)(each) + 2 * width
    return encoder + values["num_decoder_layers"] * _block(2, 3)(each) + 2 * width


_BLOCK = (
    "d_model nhead dim_feedforward=2048 dropout=0.1 activation='relu' layer_norm_eps=1e-05 "
    "batch_first=False norm_first=False bias=True"
)
_CONV_OF_TORCH = "in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 bias=True padding_mode='zeros'"
_TRANSPOSED = "in_channels out_channels kernel_size stride=1 padding=0 output_padding=0 groups=1 bias=True dilation=1"

_TORCH: dict[str, Kind] = {
    "LSTM": _kind(LSTM, f"{_STACK} proj_size=0", {**_FIELDS, **_DEEP, "projection": "proj_size"}),
    "GRU": _kind(GRU, _STACK, {**_FIELDS, **_DEEP}),
    "RNN": _kind(RNN, _STACK.replace("num_layers=1", "num_layers=1 nonlinearity='tanh'"), {**_FIELDS, **_DEEP}),
    "LSTMCell": _kind(LSTM, "input_size hidden_size bias=True", {**_FIELDS}),
    "GRUCell": _kind(GRU, "input_size hidden_size bias=True", {**_FIELDS}),
    "RNNCell": _kind(RNN, "input_size hidden_size bias=True nonlinearity='tanh'", {**_FIELDS}),
    "Linear": _kind(
        Dense, "in_features out_features bias=True", {"input_dim": "in_features", "units": "out_features", "bias": "bias"}
    ),
    "LazyLinear": _kind(Dense, "out_features bias=True", {"units": "out_features", "bias": "bias"}),
    "Embedding": _kind(
        Embedding,
        "num_embeddings embedding_dim padding_idx=None max_norm=None norm_type=2.0 scale_grad_by_freq=False sparse=False",
        {"vocab_size": "num_embeddings", "dim": "embedding_dim"},
    ),
    "EmbeddingBag": _kind(
        Embedding, "num_embeddings embedding_dim max_norm=None", {"vocab_size": "num_embeddings", "dim": "embedding_dim"}
    ),
    **{f"Conv{dims}d": _kind(Conv, _CONV_OF_TORCH, {**_WINDOW, **_SLIDING}, dims) for dims in (1, 2, 3)},
    **{f"ConvTranspose{dims}d": _kind(ConvTranspose, _TRANSPOSED, {**_WINDOW, **_SLIDING}, dims) for dims in (1, 2, 3)},
    **{
        f"BatchNorm{dims}d": _kind(
            BatchNorm,
            "num_features eps=1e-05 momentum=0.1 affine=True track_running_stats=True",
            {"input_dim": "num_features", "center": "affine", "scale": "affine"},
        )
        for dims in (1, 2, 3)
    },
    "LayerNorm": _kind(
        LayerNorm,
        "normalized_shape eps=1e-05 elementwise_affine=True bias=True",
        {"input_dim": "normalized_shape", "scale": "elementwise_affine", "center": "bias"},
    ),
    "RMSNorm": _kind(
        RMSNorm,
        "normalized_shape eps=None elementwise_affine=True",
        {"input_dim": "normalized_shape", "scale": "elementwise_affine"},
    ),
    "GroupNorm": _kind(
        GroupNorm,
        "num_groups num_channels eps=1e-05 affine=True",
        {"groups": "num_groups", "input_dim": "num_channels", "center": "affine", "scale": "affine"},
    ),
    **{
        f"InstanceNorm{dims}d": _number(
            "num_features eps=1e-05 momentum=0.1 affine=False",
            "num_features",
            lambda given: 2 * given["num_features"] * given["affine"],
        )
        for dims in (1, 2, 3)
    },
    "PReLU": _number("num_parameters=1 init=0.25", "num_parameters", lambda given: given["num_parameters"]),
    "Bilinear": _number(
        "in1_features in2_features out_features bias=True",
        "in1_features in2_features out_features",
        lambda given: given["out_features"] * (given["in1_features"] * given["in2_features"] + given["bias"]),
    ),
    "MultiheadAttention": _number(
        "embed_dim num_heads dropout=0.0 bias=True add_bias_kv=False add_zero_attn=False kdim=None vdim=None",
        "embed_dim bias kdim vdim",
        _attention,
    ),
    "TransformerEncoderLayer": _number(_BLOCK, "d_model dim_feedforward", _block(1, 2)),
    "TransformerDecoderLayer": _number(_BLOCK, "d_model dim_feedforward", _block(2, 3)),
    "Transformer": _number(
        "d_model=512 nhead=8 num_encoder_layers=6 num_decoder_layers=6 dim_feedforward=2048",
        "d_model num_encoder_layers num_decoder_layers dim_feedforward",
        _transformer,
    ),
}
_TORCH["SyncBatchNorm"] = _TORCH["BatchNorm1d"]

CONTAINERS = frozenset(
    [
        "Sequential",
        "ModuleList",
        "ModuleDict",
        "ParameterList",
        "ParameterDict",
        "TransformerEncoder",
        "TransformerDecoder",
        "LayerList",
        "List",
        "Dict",
        "DeepRNN",
    ]
)
"""Classes that hold others."""

WEIGHTLESS = frozenset(
    [
        "Dropout",
        "Dropout1d",
        "Dropout2d",
        "Dropout3d",
        "AlphaDropout",
        "FeatureAlphaDropout",
        "ReLU",
        "ReLU6",
        "LeakyReLU",
        "ELU",
        "SELU",
        "CELU",
        "GELU",
        "GLU",
        "SiLU",
        "Swish",
        "Mish",
        "Tanh",
        "Sigmoid",
        "Softmax",
        "Softmax2d",
        "LogSoftmax",
        "Softplus",
        "Softsign",
        "Softshrink",
        "Hardtanh",
        "Hardswish",
        "Hardsigmoid",
        "Hardshrink",
        "LogSigmoid",
        "Tanhshrink",
        "Threshold",
        "RReLU",
        "Softmin",
        "Identity",
        "Flatten",
        "Unflatten",
        "Upsample",
        "UpsamplingNearest2d",
        "UpsamplingBilinear2d",
        "PixelShuffle",
        "PixelUnshuffle",
        "ZeroPad1d",
        "ZeroPad2d",
        "ConstantPad1d",
        "ConstantPad2d",
        "ReflectionPad1d",
        "ReflectionPad2d",
        "ReplicationPad1d",
        "ReplicationPad2d",
        "MaxPool1d",
        "MaxPool2d",
        "MaxPool3d",
        "AvgPool1d",
        "AvgPool2d",
        "AvgPool3d",
        "AdaptiveAvgPool1d",
        "AdaptiveAvgPool2d",
        "AdaptiveAvgPool3d",
        "AdaptiveMaxPool1d",
        "AdaptiveMaxPool2d",
        "AdaptiveMaxPool3d",
        "MaxUnpool1d",
        "MaxUnpool2d",
        "LPPool1d",
        "LPPool2d",
        "Fold",
        "Unfold",
        "CosineSimilarity",
        "PairwiseDistance",
        "LocalResponseNorm",
        "ChannelShuffle",
        "MaxPool1D",
        "MaxPool2D",
        "AvgPool1D",
        "AvgPool2D",
        "AdaptiveAvgPool1D",
        "AdaptiveAvgPool2D",
        "Lambda",
        "Rngs",
        "Fn",
    ]
)
"""Classes that have no parameters; so have losses, whose names end in Loss."""

_EQUINOX_CELL = "input_size hidden_size use_bias=True"
_BIAS = {"bias": "use_bias"}
_CELL = {"input_dim": "input_size", "units": "hidden_size"}
_EQUINOX_CONV = "in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 use_bias=True"
_EQUINOX: dict[str, Kind] = {
    "LSTMCell": _kind(LSTM, _EQUINOX_CELL, {**_CELL, **_BIAS}),
    "GRUCell": _kind(GRU, _EQUINOX_CELL, {**_CELL, **_BIAS}),
    "Linear": _kind(
        Dense, "in_features out_features use_bias=True", {"input_dim": "in_features", "units": "out_features", "bias": "use_bias"}
    ),
    "Embedding": _kind(Embedding, "num_embeddings embedding_size", {"vocab_size": "num_embeddings", "dim": "embedding_size"}),
    "LayerNorm": _kind(
        LayerNorm,
        "shape eps=1e-05 use_weight=True use_bias=True",
        {"input_dim": "shape", "scale": "use_weight", "center": "use_bias"},
    ),
    "MLP": _number(
        "in_size out_size width_size depth activation=None final_activation=None use_bias=True use_final_bias=True",
        "in_size out_size width_size depth",
        lambda given: _mlp(given["in_size"], [given["width_size"]] * given["depth"] + [given["out_size"]]),
    ),
    **{f"Conv{dims}d": _kind(Conv, _EQUINOX_CONV, {**_WINDOW, "bias": "use_bias"}, dims) for dims in (1, 2, 3)},
}


def _mlp(width: int, sizes: list[int]) -> int:
    total = 0
    for size in sizes:
        total, width = total + (width + 1) * size, size
    return total


_MLX_CELL = "input_size hidden_size bias=True"
_MLX_CONV = "in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 bias=True"
_MLX: dict[str, Kind] = {
    "LSTM": _kind(LSTM, _MLX_CELL, {**_FIELDS}),
    "GRU": _kind(GRU, _MLX_CELL, {**_FIELDS}),
    "RNN": _kind(RNN, _MLX_CELL, {**_FIELDS}),
    "Linear": _kind(Dense, "input_dims output_dims bias=True", {"input_dim": "input_dims", "units": "output_dims", "bias": "bias"}),
    "Embedding": _kind(Embedding, "num_embeddings dims", {"vocab_size": "num_embeddings", "dim": "dims"}),
    "LayerNorm": _kind(
        LayerNorm, "dims eps=1e-05 affine=True bias=True", {"input_dim": "dims", "scale": "affine", "center": "bias"}
    ),
    "RMSNorm": _kind(RMSNorm, "dims eps=1e-05", {"input_dim": "dims"}),
    "BatchNorm": _kind(
        BatchNorm,
        "num_features eps=1e-05 momentum=0.1 affine=True",
        {"input_dim": "num_features", "center": "affine", "scale": "affine"},
    ),
    **{f"Conv{dims}d": _kind(Conv, _MLX_CONV, {**_WINDOW}, dims) for dims in (1, 2, 3)},
}

_PADDLE_STACK = (
    "input_size hidden_size num_layers=1 direction='forward' time_major=False dropout=0.0 "
    "weight_ih_attr=None weight_hh_attr=None bias_ih_attr=None bias_hh_attr=None"
)
_PADDLE_FIELDS = {**_CELL, "repeat": "num_layers", "bidirectional": "direction"}
_PADDLE_CONV = (
    "in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 "
    "padding_mode='zeros' weight_attr=None bias_attr=None"
)
_PADDLE: dict[str, Kind] = {
    "LSTM": _kind(LSTM, _PADDLE_STACK, {**_PADDLE_FIELDS}),
    "GRU": _kind(GRU, _PADDLE_STACK, {**_PADDLE_FIELDS}),
    "SimpleRNN": _kind(RNN, _PADDLE_STACK, {**_PADDLE_FIELDS}),
    "LSTMCell": _kind(LSTM, "input_size hidden_size", {**_CELL}),
    "GRUCell": _kind(GRU, "input_size hidden_size", {**_CELL}),
    "SimpleRNNCell": _kind(RNN, "input_size hidden_size", {**_CELL}),
    "Linear": _kind(
        Dense,
        "in_features out_features weight_attr=None bias_attr=None",
        {"input_dim": "in_features", "units": "out_features", "bias": "bias_attr"},
    ),
    "Embedding": _kind(
        Embedding, "num_embeddings embedding_dim padding_idx=None", {"vocab_size": "num_embeddings", "dim": "embedding_dim"}
    ),
    "LayerNorm": _kind(LayerNorm, "normalized_shape epsilon=1e-05", {"input_dim": "normalized_shape"}),
    **{f"BatchNorm{dims}D": _kind(BatchNorm, "num_features momentum=0.9", {"input_dim": "num_features"}) for dims in (1, 2, 3)},
    **{f"Conv{dims}D": _kind(Conv, _PADDLE_CONV, {**_WINDOW, "bias": "bias_attr"}, dims) for dims in (1, 2, 3)},
}


def _heads_of_nnx(values: dict[str, Any]) -> Any:
    """Return the parameters of nnx.MultiHeadAttention: the projections of queries, keys and values, and that of the output."""
    width, heads, bias = values["in_features"], values["num_heads"], int(values["use_bias"])
    inner, keys = values["qkv_features"] or width, values["in_kv_features"] or width
    of_keys = inner // heads * (values["num_kv_heads"] or heads)
    given = values["out_features"] or width
    norms = 2 * (inner // heads) if values["normalize_qk"] else 0
    return (width + bias) * inner + 2 * (keys + bias) * of_keys + (inner + bias) * given + norms


_NNX_CELL = "in_features hidden_features"
_NNX_FIELDS = {"input_dim": "in_features", "units": "hidden_features"}
_NNX: dict[str, Kind] = {
    "LSTMCell": _kind(LSTM, _NNX_CELL, {**_NNX_FIELDS}),
    "OptimizedLSTMCell": _kind(LSTM, _NNX_CELL, {**_NNX_FIELDS}),
    "GRUCell": _kind(GRU, _NNX_CELL, {**_NNX_FIELDS}),
    "SimpleCell": _kind(RNN, _NNX_CELL, {**_NNX_FIELDS}),
    "Linear": _kind(
        Dense,
        "in_features out_features use_bias=True",
        {"input_dim": "in_features", "units": "out_features", "bias": "use_bias"},
    ),
    "Embed": _kind(Embedding, "num_embeddings features", {"vocab_size": "num_embeddings", "dim": "features"}),
    "LayerNorm": _kind(
        LayerNorm,
        "num_features epsilon=1e-06 dtype=None param_dtype=None use_bias=True use_scale=True",
        {"input_dim": "num_features", "center": "use_bias", "scale": "use_scale"},
    ),
    "BatchNorm": _kind(
        BatchNorm,
        "num_features use_running_average=False axis=-1 momentum=0.99 epsilon=1e-05 dtype=None "
        "param_dtype=None use_bias=True use_scale=True",
        {"input_dim": "num_features", "center": "use_bias", "scale": "use_scale"},
    ),
    "Conv": _kind(
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
    "ConvTranspose": _kind(
        ConvTranspose,
        "in_features out_features kernel_size strides=1 padding='SAME' kernel_dilation=1 use_bias=True",
        {"filters": "out_features", "input_dim": "in_features", "kernel_size": "kernel_size", "bias": "use_bias"},
    ),
    "GroupNorm": _kind(
        GroupNorm,
        "num_features num_groups=32 group_size=None epsilon=1e-06 dtype=None param_dtype=None use_bias=True use_scale=True",
        {"groups": "num_groups", "input_dim": "num_features", "center": "use_bias", "scale": "use_scale"},
    ),
    "RMSNorm": _kind(
        RMSNorm,
        "num_features epsilon=1e-06 dtype=None param_dtype=None use_scale=True",
        {"input_dim": "num_features", "scale": "use_scale"},
    ),
    "MultiHeadAttention": _number(
        "num_heads in_features qkv_features=None out_features=None num_kv_heads=None in_kv_features=None use_bias=True "
        "normalize_qk=False",
        "num_heads in_features qkv_features out_features num_kv_heads in_kv_features use_bias normalize_qk",
        _heads_of_nnx,
    ),
    "Einsum": _number(
        "einsum_str kernel_shape bias_shape=None",
        "kernel_shape bias_shape",
        lambda given: prod(given["kernel_shape"]) + (0 if given["bias_shape"] is None else prod(given["bias_shape"])),
    ),
    "PReLU": _number("negative_slope_init=0.01", "", lambda _: 1),
}

_LINEN: dict[str, Kind] = {
    "LSTMCell": _kind(LSTM, "features", {"units": "features"}),
    "OptimizedLSTMCell": _kind(LSTM, "features", {"units": "features"}),
    "GRUCell": _kind(GRU, "features", {"units": "features"}),
    "SimpleCell": _kind(RNN, "features", {"units": "features"}),
    "MGUCell": _kind(MGU, "features", {"units": "features"}),
    "Dense": _kind(Dense, "features use_bias=True", {"units": "features", "bias": "use_bias"}),
    "Embed": _kind(Embedding, "num_embeddings features", {"vocab_size": "num_embeddings", "dim": "features"}),
    "LayerNorm": _kind(
        LayerNorm,
        "epsilon=1e-06 dtype=None param_dtype=None use_bias=True use_scale=True",
        {"center": "use_bias", "scale": "use_scale"},
    ),
    "BatchNorm": _kind(
        BatchNorm,
        "use_running_average=None axis=-1 momentum=0.99 epsilon=1e-05 dtype=None param_dtype=None use_bias=True use_scale=True",
        {"center": "use_bias", "scale": "use_scale"},
    ),
    "Conv": _kind(
        Conv,
        "features kernel_size strides=1 padding='SAME' input_dilation=1 kernel_dilation=1 feature_group_count=1 use_bias=True",
        {"filters": "features", "kernel_size": "kernel_size", "bias": "use_bias", "groups": "feature_group_count"},
    ),
}

_HAIKU: dict[str, Kind] = {
    "LSTM": _kind(LSTM, "hidden_size", {"units": "hidden_size"}),
    "GRU": _kind(GRU, "hidden_size", {"units": "hidden_size"}),
    "VanillaRNN": _kind(RNN, "hidden_size", {"units": "hidden_size"}),
    "Linear": _kind(Dense, "output_size with_bias=True", {"units": "output_size", "bias": "with_bias"}),
    "Embed": _kind(Embedding, "vocab_size embed_dim", {"vocab_size": "vocab_size", "dim": "embed_dim"}),
}

FAMILIES: dict[str, dict[str, Kind]] = {
    "pytorch": _TORCH,
    "paddle": _PADDLE,
    "mlx": _MLX,
    "equinox": _EQUINOX,
    "flax-nnx": _NNX,
    "flax-linen": _LINEN,
    "haiku": _HAIKU,
}
"""The classes of each framework."""

READ_WHAT_COMES = frozenset({"flax-linen", "haiku"})
"""The frameworks whose layers do not state what they read."""

_HOMES = (
    ("torch.nn.", "pytorch"),
    ("paddle.nn.", "paddle"),
    ("mlx.nn.", "mlx"),
    ("equinox.", "equinox"),
    ("flax.nnx.", "flax-nnx"),
    ("flax.linen.", "flax-linen"),
    ("haiku.", "haiku"),
    *(
        (f"{home}.", "keras")
        for home in ("tensorflow.keras", "tensorflow.python.keras", "tf_keras", "keras", "tensorflow.contrib.keras")
    ),
)
MODULES = {
    "pytorch": ("torch.nn.Module", "torch.nn.modules.module.Module", "lightning.LightningModule", "torch.jit.ScriptModule"),
    "paddle": ("paddle.nn.Layer",),
    "mlx": ("mlx.nn.Module",),
    "equinox": ("equinox.Module",),
    "flax-nnx": ("flax.nnx.Module",),
    "flax-linen": ("flax.linen.Module",),
    "haiku": ("haiku.Module", "haiku.RNNCore"),
}
"""The classes from which modules inherit."""


def family_of(path: str) -> tuple[str, str] | None:
    """Return the framework and the class or function that a path names, None where it is of none.

    >>> family_of("torch.nn.modules.rnn.LSTM"), family_of("tensorflow.keras.layers.Dense"), family_of("numpy.zeros")
    (('pytorch', 'LSTM'), ('keras', 'Dense'), None)
    """
    for home, family in _HOMES:
        if path.startswith(home):
            return family, path.rpartition(".")[2]
    return None


def window(value: Any, dims: int) -> Any:
    """Return a size of a window for each dimension."""
    return tuple(value) if isinstance(value, (list, tuple)) else (value,) * dims


def numbers_in(shape: Any) -> int:
    """Return how many numbers a tensor of a shape has."""
    return prod(shape)
