"""The kinds of layers, one class each.

The module of a kind is imported when the kind is first asked for, since a start that counts an LSTM has no time for all of them.
That of the recurrent layers is always imported, and says itself which there are.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lstm_calc.model.layers import recurrent
from lstm_calc.model.layers.base import Layer
from lstm_calc.model.layers.graph import Input, Merge, Nested, Shared
from lstm_calc.model.layers.plain import CRF, Activation, Dense, Dropout, Embedding, Masking, Other, PReLU
from lstm_calc.model.layers.recurrent import *  # noqa: F403 - its __all__

if TYPE_CHECKING:
    from lstm_calc.model.layers.attention import AdditiveAttention, Attention, MultiHeadAttention
    from lstm_calc.model.layers.axes import Flatten, Permute, RepeatVector, Reshape
    from lstm_calc.model.layers.conv_recurrent import ConvGRU, ConvLSTM
    from lstm_calc.model.layers.convolutions import Conv, ConvTranspose, DepthwiseConv, LocallyConnected, SeparableConv
    from lstm_calc.model.layers.einsum import EinsumDense
    from lstm_calc.model.layers.indexing import ExpandDims, Index, Reduce, Split, Transpose
    from lstm_calc.model.layers.merges import Add, Average, Concat, Dot, MatMul, Maximum, Minimum, Multiply, Stack, Subtract
    from lstm_calc.model.layers.norm import BatchNorm, GroupNorm, LayerNorm, Normalization, RMSNorm
    from lstm_calc.model.layers.windows import AdaptivePool, Crop, GlobalPool, Pad, Pool, Upsample

    KINDS: dict[str, type[Layer]]

__all__ = [
    "CRF",
    "KINDS",
    "KIND_NAMES",
    "Activation",
    "AdaptivePool",
    "Add",
    "AdditiveAttention",
    "Attention",
    "Average",
    "BatchNorm",
    "Concat",
    "Conv",
    "ConvGRU",
    "ConvLSTM",
    "ConvTranspose",
    "Crop",
    "Dense",
    "DepthwiseConv",
    "Dot",
    "Dropout",
    "EinsumDense",
    "Embedding",
    "ExpandDims",
    "Flatten",
    "GlobalPool",
    "GroupNorm",
    "Index",
    "Input",
    "Layer",
    "LayerNorm",
    "LocallyConnected",
    "Masking",
    "MatMul",
    "Maximum",
    "Merge",
    "Minimum",
    "MultiHeadAttention",
    "Multiply",
    "Nested",
    "Normalization",
    "Other",
    "PReLU",
    "Pad",
    "Permute",
    "Pool",
    "RMSNorm",
    "Reduce",
    "RepeatVector",
    "Reshape",
    "SeparableConv",
    "Shared",
    "Split",
    "Stack",
    "Subtract",
    "Transpose",
    "Upsample",
    "layer_kind",
]
__all__ += recurrent.__all__

_KINDS = {
    "embedding": "plain.Embedding",
    **{layer.kind: f"recurrent.{name}" for name, layer in vars(recurrent).items() if hasattr(layer, "kind")},
    "conv_lstm": "conv_recurrent.ConvLSTM",
    "conv_gru": "conv_recurrent.ConvGRU",
    "dense": "plain.Dense",
    "einsum_dense": "einsum.EinsumDense",
    "conv": "convolutions.Conv",
    "depthwise_conv": "convolutions.DepthwiseConv",
    "separable_conv": "convolutions.SeparableConv",
    "locally_connected": "convolutions.LocallyConnected",
    "conv_transpose": "convolutions.ConvTranspose",
    "batch_norm": "norm.BatchNorm",
    "layer_norm": "norm.LayerNorm",
    "group_norm": "norm.GroupNorm",
    "rms_norm": "norm.RMSNorm",
    "normalization": "norm.Normalization",
    "attention": "attention.Attention",
    "additive_attention": "attention.AdditiveAttention",
    "multi_head_attention": "attention.MultiHeadAttention",
    "prelu": "plain.PReLU",
    "crf": "plain.CRF",
    "other": "plain.Other",
    "repeat_vector": "axes.RepeatVector",
    "dropout": "plain.Dropout",
    "activation": "plain.Activation",
    "masking": "plain.Masking",
    "flatten": "axes.Flatten",
    "reshape": "axes.Reshape",
    "permute": "axes.Permute",
    "pool": "windows.Pool",
    "adaptive_pool": "windows.AdaptivePool",
    "global_pool": "windows.GlobalPool",
    "upsample": "windows.Upsample",
    "crop": "windows.Crop",
    "pad": "windows.Pad",
    "shared": "graph.Shared",
    "input": "graph.Input",
    "concat": "merges.Concat",
    "add": "merges.Add",
    "multiply": "merges.Multiply",
    "average": "merges.Average",
    "subtract": "merges.Subtract",
    "maximum": "merges.Maximum",
    "minimum": "merges.Minimum",
    "dot": "merges.Dot",
    "matmul": "merges.MatMul",
    "stack": "merges.Stack",
    "expand_dims": "indexing.ExpandDims",
    "index": "indexing.Index",
    "reduce": "indexing.Reduce",
    "transpose": "indexing.Transpose",
    "split": "indexing.Split",
    "model": "graph.Nested",
}
"""Where the class of each kind is, in the order of every list: its module here, and its name there."""


KIND_NAMES = tuple(_KINDS)
"""The name of every kind, in the order of every list."""


def layer_kind(name: str) -> type[Layer]:
    """Return the class of a kind of layer by its name; raise KeyError where there is none."""
    return _class(_KINDS[name])


def _class(place: str) -> type[Layer]:
    module, name = place.split(".")
    kind: type[Layer] = getattr(import_module(f"{__name__}.{module}"), name)
    return kind


def __getattr__(name: str) -> Any:
    """Return a class by its name, or ``KINDS``, the class of every kind by the kind's name, in the order of every list."""
    place = next((place for place in _KINDS.values() if place.endswith(f".{name}")), None)
    if place is None and name != "KINDS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = {kind: layer_kind(kind) for kind in _KINDS} if place is None else _class(place)
    return value
