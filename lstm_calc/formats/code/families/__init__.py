"""The layers of the frameworks whose layers state what they read (PyTorch and its kin), or read what comes in (linen, Haiku).

A class is a row: its arguments in order, with their defaults, and the argument for each field of our layer. A class that has no
layer here gets a plain number of parameters. The rows are in ``torch`` and ``jax``.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.formats.code.families.jax import EQUINOX, HAIKU, LINEN, NNX
from lstm_calc.formats.code.families.rows import words
from lstm_calc.formats.code.families.torch import MLX, PADDLE, TORCH

if TYPE_CHECKING:
    from lstm_calc.formats.code.families.rows import ClassRow

CONTAINERS = words(
    """
    Sequential ModuleList ModuleDict ParameterList ParameterDict TransformerEncoder TransformerDecoder LayerList List Dict DeepRNN
    """
)
"""Classes that hold others."""

WEIGHTLESS = words(
    """
    Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout ReLU ReLU6 LeakyReLU ELU SELU CELU GELU GLU SiLU Swish
    Mish Tanh Sigmoid Softmax Softmax2d LogSoftmax Softplus Softsign Softshrink Hardtanh Hardswish Hardsigmoid Hardshrink
    LogSigmoid Tanhshrink Threshold RReLU Softmin Identity Flatten Unflatten Upsample UpsamplingNearest2d UpsamplingBilinear2d
    PixelShuffle PixelUnshuffle ZeroPad1d ZeroPad2d ConstantPad1d ConstantPad2d ReflectionPad1d ReflectionPad2d ReplicationPad1d
    ReplicationPad2d MaxPool1d MaxPool2d MaxPool3d AvgPool1d AvgPool2d AvgPool3d AdaptiveAvgPool1d AdaptiveAvgPool2d
    AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d MaxUnpool1d MaxUnpool2d LPPool1d LPPool2d Fold Unfold
    CosineSimilarity PairwiseDistance LocalResponseNorm ChannelShuffle MaxPool1D MaxPool2D AvgPool1D AvgPool2D AdaptiveAvgPool1D
    AdaptiveAvgPool2D Lambda Rngs Fn
    """
)
"""Classes that have no parameters; so have losses, whose names end in Loss."""

FAMILIES: dict[str, dict[str, ClassRow]] = {
    "pytorch": TORCH,
    "paddle": PADDLE,
    "mlx": MLX,
    "equinox": EQUINOX,
    "flax-nnx": NNX,
    "flax-linen": LINEN,
    "haiku": HAIKU,
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
