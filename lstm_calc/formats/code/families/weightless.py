"""PyTorch's classes without parameters that are an activation or a dropout of ours, and those that change no shape."""

from __future__ import annotations

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
