"""The classes of Keras that programs use: their arguments by position, their states, and what of them changes no size."""

from __future__ import annotations

from lstm_calc.formats.code.families.rows import words

_BY_ARGUMENTS = {
    "units activation recurrent_activation use_bias": "LSTM GRU LSTMCell GRUCell",
    "units activation use_bias": "SimpleRNN SimpleRNNCell Dense",
    "units activation": "TimeDistributedDense",
    "units": "CuDNNLSTM CuDNNGRU CRF",
    "cells": "StackedRNNCells",
    "cell return_sequences return_state go_backwards stateful": "RNN",
    "layer merge_mode weights backward_layer": "Bidirectional",
    "layer": "TimeDistributed",
    "input_dim output_dim embeddings_initializer": "Embedding",
    "rate": "Dropout SpatialDropout1D SpatialDropout2D GaussianDropout AlphaDropout",
    "stddev": "GaussianNoise",
    "activation": "Activation",
    "mask_value": "Masking",
    "data_format": "Flatten",
    "target_shape": "Reshape",
    "dims": "Permute",
    "n": "RepeatVector",
    "function output_shape": "Lambda",
    "axis momentum epsilon center scale": "BatchNormalization",
    "axis epsilon center scale": "LayerNormalization",
    "groups axis epsilon center scale": "GroupNormalization",
    "axis epsilon": "RMSNormalization",
    "axis": "UnitNormalization Concatenate",
    "axes normalize": "Dot",
    "layers mode": "Merge",
    "use_scale score_mode": "Attention",
    "use_scale": "AdditiveAttention",
    "num_heads key_dim value_dim dropout use_bias output_shape attention_axes": "MultiHeadAttention",
    "head_dim num_query_heads num_key_value_heads dropout use_bias": "GroupQueryAttention",
    "input_shape": "InputLayer",
    "equation output_shape activation bias_axes": "EinsumDense",
    "filters kernel_size strides padding data_format dilation_rate": "Conv#D Convolution#D SeparableConv#D ConvLSTM#D",
    "filters kernel_size strides padding": "Conv#DTranspose",
    "kernel_size strides padding depth_multiplier": "DepthwiseConv1D DepthwiseConv2D",
    "pool_size strides padding": "MaxPooling#D AveragePooling#D MaxPool#D AvgPool#D",
    "output_size data_format": "AdaptiveMaxPooling#D AdaptiveAveragePooling#D",
    "size": "UpSampling#D",
    "padding": "ZeroPadding#D",
    "cropping": "Cropping#D",
    "": "SpatialDropout3D ActivityRegularization Rescaling ThresholdedReLU Identity Add Average Maximum Minimum Multiply Subtract "
    "ReLU ELU Softmax LeakyReLU PReLU GlobalMaxPooling#D GlobalAveragePooling#D GlobalMaxPool#D GlobalAvgPool#D "
    "Input Sequential Model",
    "axis mean variance": "Normalization",
    "num_tokens output_mode": "CategoryEncoding",
    "bin_boundaries num_bins epsilon output_mode": "Discretization",
    "num_bins mask_value salt output_mode": "Hashing",
    "max_tokens standardize split ngrams output_mode output_sequence_length pad_to_max_tokens vocabulary": "TextVectorization",
    "max_tokens num_oov_indices mask_token oov_token vocabulary vocabulary_dtype idf_weights invert output_mode": (
        "IntegerLookup StringLookup"
    ),
}
"""The classes that have the same arguments by position; # stands for one to three dimensions."""


def _of_each_rank(names: str) -> list[str]:
    """Return names in which # is each number of dimensions."""
    return [name.replace("#", dims) for name in names.split() for dims in ("123" if "#" in name else "1")]


CLASSES = {name: arguments for arguments, names in _BY_ARGUMENTS.items() for name in _of_each_rank(names)}
"""The classes of Keras that are read, and their arguments that are given by position."""

FUNCTIONS = ("concatenate", "add", "multiply", "average", "maximum", "minimum", "subtract", "dot")
"""The functions of keras.layers, each of which calls the layer of its name."""
CELL_CLASSES = frozenset({"LSTMCell", "GRUCell", "SimpleRNNCell"})
LOOKUPS = frozenset({"TextVectorization", "StringLookup", "IntegerLookup", "Hashing"})
"""Layers that turn words into numbers, where they do not count them: a model of numbers begins behind them."""
DEFAULTS: dict[str, dict[str, object]] = {"CategoryEncoding": {"output_mode": "multi_hot"}, "Normalization": {"axis": -1}}
"""Arguments that the reader of configurations looks for, as Keras writes all of them there."""
STATES = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1, "CuDNNLSTM": 2, "CuDNNGRU": 1, "ConvLSTM1D": 2, "ConvLSTM2D": 2, "ConvLSTM3D": 2}
"""How many states each has."""
OF_KERAS_1 = frozenset(
    ["output_dim", "init", "inner_init", "inner_activation", "forget_bias_init", "consume_less", "dropout_W", "dropout_U"]
)
"""Arguments of recurrent layers that Keras 1 alone has: its GRU is the one that resets before the product."""
WITHOUT_WEIGHTS = frozenset(
    _of_each_rank(
        "Dropout SpatialDropout#D GaussianNoise GaussianDropout AlphaDropout Activation ReLU ELU LeakyReLU Softmax ThresholdedReLU "
        "Masking Lambda Identity Rescaling Flatten Reshape Permute RepeatVector Add Average Maximum Minimum Multiply Subtract "
        "Concatenate Dot ActivityRegularization InputLayer UpSampling#D ZeroPadding#D Cropping#D"
    )
) | {name for name in CLASSES if "Pool" in name}
"""Layers that have no weights: one that is called on what is not known takes none out of the count."""
WITHOUT_SIZE = words(
    """
    activation recurrent_activation dropout recurrent_dropout rate stddev mask_value kernel_initializer recurrent_initializer
    bias_initializer embeddings_initializer kernel_regularizer recurrent_regularizer bias_regularizer activity_regularizer
    embeddings_regularizer kernel_constraint recurrent_constraint bias_constraint embeddings_constraint weights epsilon momentum
    dtype seed mask_zero implementation unroll stateful alpha negative_slope max_value threshold noise_shape unit_forget_bias
    dropout_W dropout_U init inner_init W_regularizer U_regularizer b_regularizer beta_initializer gamma_initializer
    moving_mean_initializer moving_variance_initializer time_major inner_activation forget_bias_init consume_less theta
    """
)
"""Arguments that change no size and are left out."""

DROPPED = frozenset({"mask", "training", "attention_mask", "return_attention_scores", "use_causal_mask", "constants"})
