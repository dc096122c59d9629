"""The classes of PyTorch, and of the frameworks that take after it: PaddlePaddle and MLX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.families.rows import CELL, DIMENSIONS, ClassRow, as_count, as_layer, pairs, words
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

ACTIVATIONS = pairs(
    """
    ReLU=relu ReLU6=relu6 LeakyReLU=leaky_relu RReLU=rrelu ELU=elu SELU=selu CELU=celu GELU=gelu GLU=glu SiLU=silu Swish=silu
    Mish=mish Tanh=tanh Tanhshrink=tanh_shrink Sigmoid=sigmoid LogSigmoid=log_sigmoid Softmax=softmax Softmax2d=softmax
    LogSoftmax=log_softmax Softmin=softmin Softplus=softplus Softsign=softsign Softshrink=soft_shrink Hardtanh=hard_tanh
    Hardswish=hard_swish Hardsigmoid=hard_sigmoid Hardshrink=hard_shrink Threshold=threshold
    """
)
"""The function of each class."""
DROPOUTS = words("Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout")
KEEP_SHAPES = (frozenset({"Identity", "LocalResponseNorm", "ChannelShuffle", *ACTIVATIONS}) | DROPOUTS) - {"GLU"}
"""The classes without which no shape is wrong."""
WEIGHTLESS_ARGUMENTS = {
    "MaxPool": "kernel_size stride padding dilation return_indices ceil_mode",
    "AvgPool": "kernel_size stride padding ceil_mode count_include_pad",
    "LPPool": "norm_type kernel_size stride ceil_mode",
    "AdaptiveMaxPool": "output_size return_indices",
    "AdaptiveAvgPool": "output_size",
    "Flatten": "start_dim end_dim",
    "Upsample": "size scale_factor mode align_corners",
    "ZeroPad": "padding",
    "ConstantPad": "padding value",
    "ReflectionPad": "padding",
    "ReplicationPad": "padding",
    "CircularPad": "padding",
}
"""The arguments in order of classes that change a shape, by their names without the number of dimensions."""
CLASSES_OF_FUNCTIONS = {
    **{function: name for name, function in reversed(ACTIVATIONS.items())},
    **{name.lower(): name for name in (*ACTIVATIONS, *DROPOUTS)},
    "alpha_dropout": "AlphaDropout",
    "feature_alpha_dropout": "FeatureAlphaDropout",
}
"""The class that does what a function of PyTorch does: relu, log_softmax, dropout."""


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
    """Return the parameters of nn.Transformer: its encoder and its decoder, each with a normalisation at its end."""
    last = values["d_model"] * (1 + bool(values["bias"]))
    encoder = values["num_encoder_layers"] * _block(1, 2)(values) + last
    return encoder + values["num_decoder_layers"] * _block(2, 3)(values) + last


def _adaptive_softmax(values: dict[str, Any]) -> Any:
    """Return the parameters of nn.AdaptiveLogSoftmaxWithLoss: a head of the first classes and clusters, two layers per cluster."""
    width, ends = values["in_features"], [*values["cutoffs"], values["n_classes"]]
    head = ends[0] + len(ends) - 1
    tails = [(int(width // values["div_value"] ** at), ends[at] - ends[at - 1]) for at in range(1, len(ends))]
    return width * head + head * bool(values["head_bias"]) + sum(inner * (width + classes) for inner, classes in tails)


_STACK = f"{CELL} num_layers:repeat=1 bias:bias=True batch_first=False dropout=0.0 bidirectional:bidirectional=False"
_TABLE = "num_embeddings:vocab_size embedding_dim:dim"
_NORM = "num_features:input_dim eps=1e-05 momentum=0.1 affine:center,scale=True"
_CONV = "in_channels:input_dim out_channels:filters kernel_size:kernel_size stride=1 padding=0 dilation=1 groups:groups=1"
_CONV_OF_TORCH = (
    "in_channels:input_dim out_channels:filters kernel_size:kernel_size stride:strides=1 padding:padding=0 "
    "dilation:dilation_rate=1 groups:groups=1 bias:bias=True padding_mode='zeros'"
)
_BLOCK = (
    "d_model nhead dim_feedforward=2048 dropout=0.1 activation='relu' layer_norm_eps=1e-05 "
    "batch_first=False norm_first=False bias=True"
)
TORCH: dict[str, ClassRow] = {
    "LSTM": as_layer(LSTM, f"{_STACK} proj_size:projection=0"),
    "GRU": as_layer(GRU, _STACK),
    "RNN": as_layer(RNN, _STACK.replace(" bias:", " nonlinearity='tanh' bias:")),
    "LSTMCell": as_layer(LSTM, f"{CELL} bias:bias=True"),
    "GRUCell": as_layer(GRU, f"{CELL} bias:bias=True"),
    "RNNCell": as_layer(RNN, f"{CELL} bias:bias=True nonlinearity='tanh'"),
    "Linear": as_layer(Dense, "in_features:input_dim out_features:units bias:bias=True"),
    "LazyLinear": as_layer(Dense, "out_features:units bias:bias=True"),
    "Embedding": as_layer(
        Embedding, f"{_TABLE} padding_idx=None max_norm=None norm_type=2.0 scale_grad_by_freq=False sparse=False"
    ),
    "EmbeddingBag": as_layer(Embedding, f"{_TABLE} max_norm=None"),
    **{f"Conv{dims}d": as_layer(Conv, _CONV_OF_TORCH, dims) for dims in DIMENSIONS},
    **{
        f"ConvTranspose{dims}d": as_layer(
            ConvTranspose,
            "in_channels:input_dim out_channels:filters kernel_size:kernel_size stride:strides=1 padding:padding=0 "
            "output_padding:output_padding=0 groups:groups=1 bias:bias=True dilation:dilation_rate=1",
            dims,
        )
        for dims in DIMENSIONS
    },
    **{f"BatchNorm{dims}d": as_layer(BatchNorm, f"{_NORM} track_running_stats=True") for dims in DIMENSIONS},
    "SyncBatchNorm": as_layer(BatchNorm, f"{_NORM} track_running_stats=True"),
    "LayerNorm": as_layer(LayerNorm, "normalized_shape:input_dim eps=1e-05 elementwise_affine:scale=True bias:center=True"),
    "RMSNorm": as_layer(RMSNorm, "normalized_shape:input_dim eps=None elementwise_affine:scale=True"),
    "GroupNorm": as_layer(GroupNorm, "num_groups:groups num_channels:input_dim eps=1e-05 affine:center,scale=True"),
    **{
        f"InstanceNorm{dims}d": as_count(
            "num_features eps=1e-05 momentum=0.1 affine=False",
            "num_features",
            lambda given: 2 * given["num_features"] * given["affine"],
        )
        for dims in DIMENSIONS
    },
    "PReLU": as_layer(PReLU, "num_parameters:num_parameters=1 init=0.25"),
    "Bilinear": as_count(
        "in1_features in2_features out_features bias=True",
        "in1_features in2_features out_features",
        lambda given: given["out_features"] * (given["in1_features"] * given["in2_features"] + given["bias"]),
    ),
    "MultiheadAttention": as_count(
        "embed_dim num_heads dropout=0.0 bias=True add_bias_kv=False add_zero_attn=False kdim=None vdim=None",
        "embed_dim bias kdim vdim",
        _attention,
    ),
    "AdaptiveLogSoftmaxWithLoss": as_count(
        "in_features n_classes cutoffs div_value=4.0 head_bias=False", "in_features n_classes cutoffs div_value", _adaptive_softmax
    ),
    "TransformerEncoderLayer": as_count(_BLOCK, "d_model dim_feedforward", _block(1, 2)),
    "TransformerDecoderLayer": as_count(_BLOCK, "d_model dim_feedforward", _block(2, 3)),
    "Transformer": as_count(
        "d_model=512 nhead=8 num_encoder_layers=6 num_decoder_layers=6 dim_feedforward=2048 dropout=0.1 activation='relu' "
        "custom_encoder=None custom_decoder=None layer_norm_eps=1e-05 batch_first=False norm_first=False bias=True",
        "d_model num_encoder_layers num_decoder_layers dim_feedforward",
        _transformer,
    ),
}

MLX: dict[str, ClassRow] = {
    "LSTM": as_layer(LSTM, f"{CELL} bias:bias=True"),
    "GRU": as_layer(GRU, f"{CELL} bias:bias=True"),
    "RNN": as_layer(RNN, f"{CELL} bias:bias=True"),
    "Linear": as_layer(Dense, "input_dims:input_dim output_dims:units bias:bias=True"),
    "Embedding": as_layer(Embedding, "num_embeddings:vocab_size dims:dim"),
    "LayerNorm": as_layer(LayerNorm, "dims:input_dim eps=1e-05 affine:scale=True bias:center=True"),
    "RMSNorm": as_layer(RMSNorm, "dims:input_dim eps=1e-05"),
    "BatchNorm": as_layer(BatchNorm, _NORM),
    **{f"Conv{dims}d": as_layer(Conv, f"{_CONV} bias:bias=True", dims) for dims in DIMENSIONS},
    "PReLU": TORCH["PReLU"],
}

_PADDLE_STACK = (
    f"{CELL} num_layers:repeat=1 direction:bidirectional='forward' time_major=False dropout=0.0 "
    "weight_ih_attr=None weight_hh_attr=None bias_ih_attr=None bias_hh_attr=None"
)
PADDLE: dict[str, ClassRow] = {
    "LSTM": as_layer(LSTM, _PADDLE_STACK),
    "GRU": as_layer(GRU, _PADDLE_STACK),
    "SimpleRNN": as_layer(RNN, _PADDLE_STACK),
    "LSTMCell": as_layer(LSTM, CELL),
    "GRUCell": as_layer(GRU, CELL),
    "SimpleRNNCell": as_layer(RNN, CELL),
    "Linear": as_layer(Dense, "in_features:input_dim out_features:units weight_attr=None bias_attr:bias=None"),
    "Embedding": as_layer(Embedding, f"{_TABLE} padding_idx=None"),
    "LayerNorm": as_layer(LayerNorm, "normalized_shape:input_dim epsilon=1e-05"),
    **{f"BatchNorm{dims}D": as_layer(BatchNorm, "num_features:input_dim momentum=0.9") for dims in DIMENSIONS},
    "PReLU": TORCH["PReLU"],
    **{
        f"Conv{dims}D": as_layer(Conv, f"{_CONV} padding_mode='zeros' weight_attr=None bias_attr:bias=None", dims)
        for dims in DIMENSIONS
    },
}
