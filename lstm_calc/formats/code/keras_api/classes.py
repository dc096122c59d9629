"""The classes of Keras that programs use: their arguments by position, their states, and what of them changes no size."""

from __future__ import annotations

from lstm_calc.formats.code.families.rows import words

_CELL = "units activation recurrent_activation use_bias"
_WINDOW = "filters kernel_size strides padding data_format dilation_rate"
_POOL = "pool_size strides padding"
CLASSES: dict[str, str] = {
    "LSTM": _CELL,
    "GRU": _CELL,
    "SimpleRNN": "units activation use_bias",
    "CuDNNLSTM": "units",
    "CuDNNGRU": "units",
    "LSTMCell": _CELL,
    "GRUCell": _CELL,
    "SimpleRNNCell": "units activation use_bias",
    "StackedRNNCells": "cells",
    "RNN": "cell return_sequences return_state go_backwards stateful",
    "Bidirectional": "layer merge_mode weights backward_layer",
    "TimeDistributed": "layer",
    "Dense": "units activation use_bias",
    "Embedding": "input_dim output_dim embeddings_initializer",
    "Dropout": "rate",
    "SpatialDropout1D": "rate",
    "SpatialDropout2D": "rate",
    "GaussianNoise": "stddev",
    "GaussianDropout": "rate",
    "AlphaDropout": "rate",
    "Activation": "activation",
    "Masking": "mask_value",
    "Flatten": "data_format",
    "Reshape": "target_shape",
    "Permute": "dims",
    "RepeatVector": "n",
    "Lambda": "function output_shape",
    "BatchNormalization": "axis momentum epsilon center scale",
    "LayerNormalization": "axis epsilon center scale",
    "UnitNormalization": "axis",
    "GroupNormalization": "groups axis epsilon center scale",
    "RMSNormalization": "axis epsilon",
    "TimeDistributedDense": "units activation",
    **dict.fromkeys(("SpatialDropout3D", "ActivityRegularization", "Rescaling", "ThresholdedReLU", "Identity"), ""),
    "Concatenate": "axis",
    **dict.fromkeys(
        ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract", "ReLU", "ELU", "Softmax", "LeakyReLU", "PReLU"), ""
    ),
    "Dot": "axes normalize",
    "Merge": "layers mode",
    "Attention": "use_scale score_mode",
    "AdditiveAttention": "use_scale",
    "MultiHeadAttention": "num_heads key_dim value_dim dropout use_bias output_shape attention_axes",
    "GroupQueryAttention": "head_dim num_query_heads num_key_value_heads dropout use_bias",
    "CRF": "units",
    "InputLayer": "input_shape",
    "EinsumDense": "equation output_shape activation bias_axes",
    **{f"{name}{dims}D": _WINDOW for dims in (1, 2, 3) for name in ("Conv", "Convolution", "SeparableConv", "ConvLSTM")},
    **{f"Conv{dims}DTranspose": "filters kernel_size strides padding" for dims in (1, 2, 3)},
    **{f"DepthwiseConv{dims}D": "kernel_size strides padding depth_multiplier" for dims in (1, 2)},
    **{f"{name}{dims}D": _POOL for dims in (1, 2, 3) for name in ("MaxPooling", "AveragePooling", "MaxPool", "AvgPool")},
    **{f"Global{name}{dims}D": "" for dims in (1, 2, 3) for name in ("MaxPooling", "AveragePooling", "MaxPool", "AvgPool")},
    **{f"Adaptive{name}Pooling{dims}D": "output_size data_format" for dims in (1, 2, 3) for name in ("Max", "Average")},
    **{f"UpSampling{dims}D": "size" for dims in (1, 2, 3)},
    **{f"ZeroPadding{dims}D": "padding" for dims in (1, 2, 3)},
    **{f"Cropping{dims}D": "cropping" for dims in (1, 2, 3)},
    **dict.fromkeys(("Input", "Sequential", "Model"), ""),
}
"""The classes of Keras that are read, and their arguments that are given by position."""

FUNCTIONS = ("concatenate", "add", "multiply", "average", "maximum", "minimum", "subtract", "dot")
"""The functions of keras.layers, each of which calls the layer of its name."""
CELL_CLASSES = frozenset({"LSTMCell", "GRUCell", "SimpleRNNCell"})
LOOKUPS = frozenset({"TextVectorization", "StringLookup", "IntegerLookup", "Hashing"})
"""Layers that turn words into numbers: they have no weights, and a model of numbers begins behind them."""
STATES = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1, "CuDNNLSTM": 2, "CuDNNGRU": 1, "ConvLSTM1D": 2, "ConvLSTM2D": 2, "ConvLSTM3D": 2}
"""How many states each has."""
OF_KERAS_1 = frozenset(
    ["output_dim", "init", "inner_init", "inner_activation", "forget_bias_init", "consume_less", "dropout_W", "dropout_U"]
)
"""Arguments of recurrent layers that Keras 1 alone has: its GRU is the one that resets before the product."""
WITHOUT_WEIGHTS = frozenset(
    [
        *(
            "Dropout",
            "SpatialDropout1D",
            "SpatialDropout2D",
            "SpatialDropout3D",
            "GaussianNoise",
            "GaussianDropout",
            "AlphaDropout",
        ),
        *("Activation", "ReLU", "ELU", "LeakyReLU", "Softmax", "ThresholdedReLU", "Masking", "Lambda", "Identity", "Rescaling"),
        *("Flatten", "Reshape", "Permute", "RepeatVector", "Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"),
        *("Concatenate", "Dot", "ActivityRegularization", "InputLayer"),
        *(f"{name}{dims}D" for dims in (1, 2, 3) for name in ("UpSampling", "ZeroPadding", "Cropping")),
        *(name for name in CLASSES if "Pool" in name),
    ]
)
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
