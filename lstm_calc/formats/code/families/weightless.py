"""The layers of ours that PyTorch's classes without parameters are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.formats.code.families.kind import Kind, kind
from lstm_calc.model import Activation, AdaptivePool, Dropout, Flatten, Pool, Upsample

if TYPE_CHECKING:
    from collections.abc import Iterator

_FUNCTIONS = {
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
_MAX = "kernel_size stride=None padding=0 dilation=1 return_indices=False ceil_mode=False"
_AVERAGE = "kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True divisor_override=None"
_WINDOW = {"pool_size": "kernel_size", "strides": "stride", "padding": "padding"}


def _by_dimensions() -> Iterator[tuple[str, Kind]]:
    """Yield the classes that there are for one, two and three dimensions."""
    largest, mean = {"function": "max"}, {"function": "average"}
    size = {"output_size": "output_size"}
    for dims in (1, 2, 3):
        yield f"Dropout{dims}d", kind(Dropout, "p=0.5 inplace=False", {"rate": "p"})
        yield f"MaxPool{dims}d", kind(Pool, _MAX, _WINDOW, dims, fixed=largest, only={"dilation": 1, "ceil_mode": False})
        yield f"AvgPool{dims}d", kind(Pool, _AVERAGE, _WINDOW, dims, fixed=mean, only={"ceil_mode": False})
        yield f"AdaptiveMaxPool{dims}d", kind(AdaptivePool, "output_size", size, dims, fixed=largest)
        yield f"AdaptiveAvgPool{dims}d", kind(AdaptivePool, "output_size", size, dims, fixed=mean)


LAYERS_WITHOUT_WEIGHTS: dict[str, Kind] = {
    **{name: kind(Activation, "", {}, fixed={"function": function}) for name, function in _FUNCTIONS.items()},
    **dict.fromkeys(("Dropout", "AlphaDropout", "FeatureAlphaDropout"), kind(Dropout, "p=0.5 inplace=False", {"rate": "p"})),
    **dict(_by_dimensions()),
    "Flatten": kind(Flatten, "start_dim=1 end_dim=-1", {}, only={"start_dim": 1, "end_dim": -1}),
    **{
        f"Upsampling{mode}2d": kind(Upsample, "size=None scale_factor=None", {"factors": "scale_factor"}, 2, only={"size": None})
        for mode in ("Nearest", "Bilinear")
    },
}
"""PyTorch's classes without parameters that are a layer of ours."""

KEEP_SHAPES = frozenset({"Identity", "LocalResponseNorm", "ChannelShuffle", *LAYERS_WITHOUT_WEIGHTS}) - frozenset(
    name for name, row in LAYERS_WITHOUT_WEIGHTS.items() if row.layer not in {Activation, Dropout} or name == "GLU"
)
"""PyTorch's classes without parameters that give the shape that they read, so that nothing goes wrong without them."""

OVER_FEATURES = frozenset({"Softmax", "LogSoftmax", "Softmin"})
"""Those of these that read an axis as a whole, which is that of the features here."""
