"""The kinds of layers, one class each."""

from lstm_calc.model.layers.axes import Flatten, Permute, RepeatVector, Reshape
from lstm_calc.model.layers.base import Layer
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
    "Conv",
    "ConvLSTM",
    "Crop",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalPool",
    "Layer",
    "LayerNorm",
    "Masking",
    "Pad",
    "Permute",
    "Pool",
    "Recurrent",
    "RepeatVector",
    "Reshape",
    "Shared",
    "Upsample",
]

_CLASSES: tuple[type[Layer], ...] = (
    *(Embedding, LSTM, GRU, RNN, MGU, ConvLSTM, Dense, Conv, LayerNorm),
    *(RepeatVector, Dropout, Activation, Masking, Flatten, Reshape, Permute, Pool, GlobalPool, Upsample, Crop, Pad, Shared),
)
KINDS = {kind.kind: kind for kind in _CLASSES}
"""Every kind by name, in the order of every list."""
