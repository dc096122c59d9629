"""The classes of PyTorch, and of the frameworks that take after it: PaddlePaddle and MLX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.families.rows import CELL, FIELDS, WINDOW, ClassRow, as_count, as_layer
from lstm_calc.model import (
    GRU,
    LSTM,
    RNN,
    BatchNorm,
    Conv,
    ConvTranspose,
    Dense,
    Embedding,
    GroupNorm,
    LayerNorm,
    PReLU,
    RMSNorm,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ACTIVATIONS = {
    "ReLU": "relu",
    "ReLU6": "relu6",
    "LeakyReLU": "leaky_relu",
    "RReLU": "rrelu",
    "ELU": "elu",
    "SELU": "selu",
    "CELU": "celu",
    "GELU": "gelu",
    "GLU": "glu",
    "SiLU": "silu",
    "Swish": "silu",
    "Mish": "mish",
    "Tanh": "tanh",
    "Tanhshrink": "tanh_shrink",
    "Sigmoid": "sigmoid",
    "LogSigmoid": "log_sigmoid",
    "Softmax": "softmax",
    "Softmax2d": "softmax",
    "LogSoftmax": "log_softmax",
    "Softmin": "softmin",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Softshrink": "soft_shrink",
    "Hardtanh": "hard_tanh",
    "Hardswish": "hard_swish",
    "Hardsigmoid": "hard_sigmoid",
    "Hardshrink": "hard_shrink",
    "Threshold": "threshold",
}
"""The function of each class."""
DROPOUTS = frozenset({"Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"})
KEEP_SHAPES = (frozenset({"Identity", "LocalResponseNorm", "ChannelShuffle", *ACTIVATIONS}) | DROPOUTS) - {"GLU"}
"""The classes without which no shape is wrong."""
CLASSES_OF_FUNCTIONS = {
    **{function: name for name, function in reversed(ACTIVATIONS.items())},
    **{name.lower(): name for name in (*ACTIVATIONS, *DROPOUTS)},
    "alpha_dropout": "AlphaDropout",
    "feature_alpha_dropout": "FeatureAlphaDropout",
}
"""The class that does what a function of PyTorch does: relu, log_softmax, dropout."""


def attention(values: dict[str, Any]) -> Any:
    """Return the parameters of nn.MultiheadAttention: three projections in, one out, and what is added to keys and values."""
    width = values["embed_dim"]
    keys, features = values["kdim"] or width, values["vdim"] or width
    biases = 4 * width if values["bias"] else 0
    return width * (2 * width + keys + features) + biases + (2 * width if values["add_bias_kv"] else 0)


def block(attentions: int, norms: int) -> Callable[[dict[str, Any]], Any]:
    """Return the count of a block of a transformer: attentions, two linear layers, normalisations."""

    def params(values: dict[str, Any]) -> Any:
        width, inner, bias = values["d_model"], values["dim_feedforward"], int(values["bias"])
        each = 4 * width * width + 4 * width * bias
        return attentions * each + 2 * width * inner + (inner + width) * bias + norms * width * (1 + bias)

    return params


def transformer(values: dict[str, Any]) -> Any:
    """Return the parameters of nn.Transformer: its encoder and its decoder, each with a normalisation at its end."""
    last = values["d_model"] * (1 + bool(values["bias"]))
    encoder = values["num_encoder_layers"] * block(1, 2)(values) + last
    return encoder + values["num_decoder_layers"] * block(2, 3)(values) + last


def adaptive_softmax(values: dict[str, Any]) -> Any:
    """Return the parameters of nn.AdaptiveLogSoftmaxWithLoss: a head of the first classes and clusters, two layers per cluster."""
    width, ends = values["in_features"], [*values["cutoffs"], values["n_classes"]]
    head = ends[0] + len(ends) - 1
    tails = [(int(width // values["div_value"] ** at), ends[at] - ends[at - 1]) for at in range(1, len(ends))]
    return width * head + head * bool(values["head_bias"]) + sum(inner * (width + classes) for inner, classes in tails)


_STACK = "input_size hidden_size num_layers=1 bias=True batch_first=False dropout=0.0 bidirectional=False"
_DEEP = {"repeat": "num_layers", "bidirectional": "bidirectional"}
_SLIDING = {"strides": "stride", "dilation_rate": "dilation", "padding": "padding"}
_ADDED = {"output_padding": "output_padding"}
_BLOCK = (
    "d_model nhead dim_feedforward=2048 dropout=0.1 activation='relu' layer_norm_eps=1e-05 "
    "batch_first=False norm_first=False bias=True"
)
_CONV_OF_TORCH = "in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 bias=True padding_mode='zeros'"
_TRANSPOSED = "in_channels out_channels kernel_size stride=1 padding=0 output_padding=0 groups=1 bias=True dilation=1"
TORCH: dict[str, ClassRow] = {
    "LSTM": as_layer(LSTM, f"{_STACK} proj_size=0", {**FIELDS, **_DEEP, "projection": "proj_size"}),
    "GRU": as_layer(GRU, _STACK, {**FIELDS, **_DEEP}),
    "RNN": as_layer(RNN, _STACK.replace("num_layers=1", "num_layers=1 nonlinearity='tanh'"), {**FIELDS, **_DEEP}),
    "LSTMCell": as_layer(LSTM, "input_size hidden_size bias=True", {**FIELDS}),
    "GRUCell": as_layer(GRU, "input_size hidden_size bias=True", {**FIELDS}),
    "RNNCell": as_layer(RNN, "input_size hidden_size bias=True nonlinearity='tanh'", {**FIELDS}),
    "Linear": as_layer(
        Dense, "in_features out_features bias=True", {"input_dim": "in_features", "units": "out_features", "bias": "bias"}
    ),
    "LazyLinear": as_layer(Dense, "out_features bias=True", {"units": "out_features", "bias": "bias"}),
    "Embedding": as_layer(
        Embedding,
        "num_embeddings embedding_dim padding_idx=None max_norm=None norm_type=2.0 scale_grad_by_freq=False sparse=False",
        {"vocab_size": "num_embeddings", "dim": "embedding_dim"},
    ),
    "EmbeddingBag": as_layer(
        Embedding, "num_embeddings embedding_dim max_norm=None", {"vocab_size": "num_embeddings", "dim": "embedding_dim"}
    ),
    **{f"Conv{dims}d": as_layer(Conv, _CONV_OF_TORCH, {**WINDOW, **_SLIDING}, dims) for dims in (1, 2, 3)},
    **{f"ConvTranspose{dims}d": as_layer(ConvTranspose, _TRANSPOSED, {**WINDOW, **_SLIDING, **_ADDED}, dims) for dims in (1, 2, 3)},
    **{
        f"BatchNorm{dims}d": as_layer(
            BatchNorm,
            "num_features eps=1e-05 momentum=0.1 affine=True track_running_stats=True",
            {"input_dim": "num_features", "center": "affine", "scale": "affine"},
        )
        for dims in (1, 2, 3)
    },
    "LayerNorm": as_layer(
        LayerNorm,
        "normalized_shape eps=1e-05 elementwise_affine=True bias=True",
        {"input_dim": "normalized_shape", "scale": "elementwise_affine", "center": "bias"},
    ),
    "RMSNorm": as_layer(
        RMSNorm,
        "normalized_shape eps=None elementwise_affine=True",
        {"input_dim": "normalized_shape", "scale": "elementwise_affine"},
    ),
    "GroupNorm": as_layer(
        GroupNorm,
        "num_groups num_channels eps=1e-05 affine=True",
        {"groups": "num_groups", "input_dim": "num_channels", "center": "affine", "scale": "affine"},
    ),
    **{
        f"InstanceNorm{dims}d": as_count(
            "num_features eps=1e-05 momentum=0.1 affine=False",
            "num_features",
            lambda given: 2 * given["num_features"] * given["affine"],
        )
        for dims in (1, 2, 3)
    },
    "PReLU": as_layer(PReLU, "num_parameters=1 init=0.25", {"num_parameters": "num_parameters"}),
    "Bilinear": as_count(
        "in1_features in2_features out_features bias=True",
        "in1_features in2_features out_features",
        lambda given: given["out_features"] * (given["in1_features"] * given["in2_features"] + given["bias"]),
    ),
    "MultiheadAttention": as_count(
        "embed_dim num_heads dropout=0.0 bias=True add_bias_kv=False add_zero_attn=False kdim=None vdim=None",
        "embed_dim bias kdim vdim",
        attention,
    ),
    "AdaptiveLogSoftmaxWithLoss": as_count(
        "in_features n_classes cutoffs div_value=4.0 head_bias=False", "in_features n_classes cutoffs div_value", adaptive_softmax
    ),
    "TransformerEncoderLayer": as_count(_BLOCK, "d_model dim_feedforward", block(1, 2)),
    "TransformerDecoderLayer": as_count(_BLOCK, "d_model dim_feedforward", block(2, 3)),
    "Transformer": as_count(
        "d_model=512 nhead=8 num_encoder_layers=6 num_decoder_layers=6 dim_feedforward=2048 dropout=0.1 activation='relu' "
        "custom_encoder=None custom_decoder=None layer_norm_eps=1e-05 batch_first=False norm_first=False bias=True",
        "d_model num_encoder_layers num_decoder_layers dim_feedforward",
        transformer,
    ),
}

TORCH["SyncBatchNorm"] = TORCH["BatchNorm1d"]
_MLX_CELL = "input_size hidden_size bias=True"
_MLX_CONV = "in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 bias=True"
MLX: dict[str, ClassRow] = {
    "LSTM": as_layer(LSTM, _MLX_CELL, {**FIELDS}),
    "GRU": as_layer(GRU, _MLX_CELL, {**FIELDS}),
    "RNN": as_layer(RNN, _MLX_CELL, {**FIELDS}),
    "Linear": as_layer(
        Dense, "input_dims output_dims bias=True", {"input_dim": "input_dims", "units": "output_dims", "bias": "bias"}
    ),
    "Embedding": as_layer(Embedding, "num_embeddings dims", {"vocab_size": "num_embeddings", "dim": "dims"}),
    "LayerNorm": as_layer(
        LayerNorm, "dims eps=1e-05 affine=True bias=True", {"input_dim": "dims", "scale": "affine", "center": "bias"}
    ),
    "RMSNorm": as_layer(RMSNorm, "dims eps=1e-05", {"input_dim": "dims"}),
    "BatchNorm": as_layer(
        BatchNorm,
        "num_features eps=1e-05 momentum=0.1 affine=True",
        {"input_dim": "num_features", "center": "affine", "scale": "affine"},
    ),
    **{f"Conv{dims}d": as_layer(Conv, _MLX_CONV, {**WINDOW}, dims) for dims in (1, 2, 3)},
    "PReLU": TORCH["PReLU"],
}

_PADDLE_STACK = (
    "input_size hidden_size num_layers=1 direction='forward' time_major=False dropout=0.0 "
    "weight_ih_attr=None weight_hh_attr=None bias_ih_attr=None bias_hh_attr=None"
)
_PADDLE_FIELDS = {**CELL, "repeat": "num_layers", "bidirectional": "direction"}
_PADDLE_CONV = (
    "in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 "
    "padding_mode='zeros' weight_attr=None bias_attr=None"
)
PADDLE: dict[str, ClassRow] = {
    "LSTM": as_layer(LSTM, _PADDLE_STACK, {**_PADDLE_FIELDS}),
    "GRU": as_layer(GRU, _PADDLE_STACK, {**_PADDLE_FIELDS}),
    "SimpleRNN": as_layer(RNN, _PADDLE_STACK, {**_PADDLE_FIELDS}),
    "LSTMCell": as_layer(LSTM, "input_size hidden_size", {**CELL}),
    "GRUCell": as_layer(GRU, "input_size hidden_size", {**CELL}),
    "SimpleRNNCell": as_layer(RNN, "input_size hidden_size", {**CELL}),
    "Linear": as_layer(
        Dense,
        "in_features out_features weight_attr=None bias_attr=None",
        {"input_dim": "in_features", "units": "out_features", "bias": "bias_attr"},
    ),
    "Embedding": as_layer(
        Embedding, "num_embeddings embedding_dim padding_idx=None", {"vocab_size": "num_embeddings", "dim": "embedding_dim"}
    ),
    "LayerNorm": as_layer(LayerNorm, "normalized_shape epsilon=1e-05", {"input_dim": "normalized_shape"}),
    **{f"BatchNorm{dims}D": as_layer(BatchNorm, "num_features momentum=0.9", {"input_dim": "num_features"}) for dims in (1, 2, 3)},
    "PReLU": TORCH["PReLU"],
    **{f"Conv{dims}D": as_layer(Conv, _PADDLE_CONV, {**WINDOW, "bias": "bias_attr"}, dims) for dims in (1, 2, 3)},
}
