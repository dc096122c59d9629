"""The kinds of layers, one class each."""

from lstm_calc.model.layers.axes import Flatten, Permute, RepeatVector, Reshape
from lstm_calc.model.layers.base import Layer
from lstm_calc.model.layers.graph import (
    Add,
    Average,
    Concat,
    Dot,
    ExpandDims,
    Index,
    Input,
    MatMul,
    Maximum,
    Merge,
    Minimum,
    Multiply,
    Nested,
    Reduce,
    Split,
    Stack,
    Subtract,
    Transpose,
)
from lstm_calc.model.layers.plain import Activation, Dense, Dropout, Embedding, LayerNorm, Masking, Shared
from lstm_calc.model.layers.recurrent import GRU, LSTM, MGU, RNN, ConvLSTM, Recurrent
from lstm_calc.model.layers.windows import Conv, Crop, GlobalPool, Pad, Pool, Upsample

__all__ = [
    "GRU",
    "KINDS",
    "LSTM",
    "MGU",
    "RNN",
    "Activation",
    "Add",
    "Average",
    "Concat",
    "Conv",
    "ConvLSTM",
    "Crop",
    "Dense",
    "Dot",
    "Dropout",
    "Embedding",
    "ExpandDims",
    "Flatten",
    "GlobalPool",
    "Index",
    "Input",
    "Layer",
    "LayerNorm",
    "Masking",
    "MatMul",
    "Maximum",
    "Merge",
    "Minimum",
    "Multiply",
    "Nested",
    "Pad",
    "Permute",
    "Pool",
    "Recurrent",
    "Reduce",
    "RepeatVector",
    "Reshape",
    "Shared",
    "Split",
    "Stack",
    "Subtract",
    "Transpose",
    "Upsample",
]

_CLASSES: tuple[type[Layer], ...] = (
    *(Embedding, LSTM, GRU, RNN, MGU, ConvLSTM, Dense, Conv, LayerNorm),
    *(RepeatVector, Dropout, Activation, Masking, Flatten, Reshape, Permute, Pool, GlobalPool, Upsample, Crop, Pad, Shared),
    *(Input, Concat, Add, Multiply, Average, Subtract, Maximum, Minimum, Dot, MatMul, Stack),
    *(ExpandDims, Index, Reduce, Transpose, Split, Nested),
)
KINDS = {kind.kind: kind for kind in _CLASSES}
"""Every kind by name, in the order of every list."""
