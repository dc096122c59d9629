"""The kinds of layers, one class each."""

from lstm_calc.model.layers.attention import AdditiveAttention, Attention, MultiHeadAttention
from lstm_calc.model.layers.axes import Flatten, Permute, RepeatVector, Reshape
from lstm_calc.model.layers.base import Layer
from lstm_calc.model.layers.einsum import EinsumDense
from lstm_calc.model.layers.norm import BatchNorm, GroupNorm, LayerNorm, RMSNorm
from lstm_calc.model.layers.plain import CRF, Activation, Dense, Dropout, Embedding, Masking, Other, PReLU, Shared
from lstm_calc.model.layers.recurrent import GRU, LSTM, MGU, RNN, ConvGRU, ConvLSTM, Recurrent
from lstm_calc.model.layers.windows import (
    Conv,
    ConvTranspose,
    Crop,
    DepthwiseConv,
    GlobalPool,
    Pad,
    Pool,
    SeparableConv,
    Upsample,
)

__all__ = [
    "CRF",
    "GRU",
    "KINDS",
    "LSTM",
    "MGU",
    "RNN",
    "Activation",
    "AdditiveAttention",
    "Attention",
    "BatchNorm",
    "Conv",
    "ConvGRU",
    "ConvLSTM",
    "ConvTranspose",
    "Crop",
    "Dense",
    "DepthwiseConv",
    "Dropout",
    "EinsumDense",
    "Embedding",
    "Flatten",
    "GlobalPool",
    "GroupNorm",
    "Layer",
    "LayerNorm",
    "Masking",
    "MultiHeadAttention",
    "Other",
    "PReLU",
    "Pad",
    "Permute",
    "Pool",
    "RMSNorm",
    "Recurrent",
    "RepeatVector",
    "Reshape",
    "SeparableConv",
    "Shared",
    "Upsample",
]

_CLASSES: tuple[type[Layer], ...] = (
    *(Embedding, LSTM, GRU, RNN, MGU, ConvLSTM, ConvGRU, Dense, EinsumDense),
    *(Conv, DepthwiseConv, SeparableConv, ConvTranspose, BatchNorm, LayerNorm, GroupNorm, RMSNorm),
    *(Attention, AdditiveAttention, MultiHeadAttention, PReLU, CRF, Other),
    *(RepeatVector, Dropout, Activation, Masking, Flatten, Reshape, Permute, Pool, GlobalPool, Upsample, Crop, Pad, Shared),
)
KINDS = {kind.kind: kind for kind in _CLASSES}
"""Every kind by name, in the order of every list."""
