"""The other frameworks on JAX: Haiku and Equinox."""

from __future__ import annotations

from lstm_calc.frameworks.attention import projection_rows
from lstm_calc.frameworks.rows import Framework, Layout, Row, ShapeRow

_HAIKU_INITIAL = "kernels truncated normal of 1/sqrt(inputs), biases zeros"
_HAIKU_NORM = (Row("scale", "input", "gain", when="scale"), Row("offset", "input", "shift", when="center"))
_TWO_CORES = "no bidirectional class: two cores, the second unrolled with reverse=True, joined by hand"

_EPSILONS = dict.fromkeys(("batch_norm", "layer_norm", "group_norm", "rms_norm"), 1e-5)

HAIKU = Framework(
    name="haiku",
    title="Haiku",
    release="0.0.17",
    package="dm-haiku",
    apart=True,
    epsilons=_EPSILONS,
    directions=("forward", "backward"),
    sequence="steps batch",
    other_order="time_major=False",
    batches=(0, 1),
    shapes=(
        ShapeRow("{side}initial_state_{at}{long}", "batch space value", "initial"),
        ShapeRow("output", "sequence space features", "output"),
        ShapeRow("{side}state_{at}{long}", "batch space value", "final"),
    ),
    shapes_note="as hk.dynamic_unroll gives it",
    layouts={
        "lstm": Layout(
            source="haiku/_src/recurrent.py, class LSTM",
            gates="input cell forget output",
            letters="i g f o",
            options="bidirectional merge",
            label="lstm",
            path="{name}/linear/",
            forget_bias=1,
            initial=_HAIKU_INITIAL,
            note=_TWO_CORES,
            rows=(
                Row("w", "input+output gates*units", "kernel recurrent_kernel"),
                Row("b", "gates*units", "bias"),
            ),
        ),
        "gru": Layout(
            source="haiku/_src/recurrent.py, class GRU",
            gates="update reset candidate",
            letters="z r a",
            options="bidirectional merge reset_before",
            label="gru",
            path="{name}/",
            quirks="update_takes_new",
            initial=_HAIKU_INITIAL,
            note=_TWO_CORES,
            rows=(
                Row("w_i", "input gates*units", "kernel"),
                Row("w_h", "output gates*units", "recurrent_kernel"),
                Row("b", "gates*units", "bias"),
            ),
        ),
        "rnn": Layout(
            source="haiku/_src/recurrent.py, class VanillaRNN with double_bias=True, its default",
            gates="hidden",
            letters="h",
            options="bidirectional merge",
            label="vanilla_rnn",
            path="{name}/",
            quirks="relu",
            initial=_HAIKU_INITIAL,
            note=_TWO_CORES,
            rows=(
                Row("linear/w", "input units", "kernel"),
                Row("linear/b", "units", "bias"),
                Row("linear_1/w", "output units", "recurrent_kernel"),
                Row("linear_1/b", "units", "recurrent_bias"),
            ),
        ),
        "conv_lstm": Layout(
            source="haiku/_src/recurrent.py, classes Conv1DLSTM, Conv2DLSTM and Conv3DLSTM",
            gates="input cell forget output",
            letters="i g f o",
            options="bidirectional merge",
            label="conv{dims}_dlstm",
            path="{name}/",
            forget_bias=1,
            initial=_HAIKU_INITIAL,
            note=_TWO_CORES,
            rows=(
                Row("input_to_hidden/w", "kernel_size input gates*units", "kernel"),
                Row("input_to_hidden/b", "gates*units", "bias"),
                Row("hidden_to_hidden/w", "kernel_size output gates*units", "recurrent_kernel"),
                Row("hidden_to_hidden/b", "gates*units", "recurrent_bias"),
            ),
        ),
        "dense": Layout(
            source="haiku/_src/basic.py, class Linear",
            label="linear",
            path="{name}/",
            initial=_HAIKU_INITIAL,
            rows=(
                Row("w", "input units", "kernel", when="untied"),
                Row("b", "units", "bias", when="bias"),
            ),
        ),
        "embedding": Layout(
            source="haiku/_src/embed.py, class Embed",
            label="embed",
            path="{name}/",
            rows=(Row("embeddings", "vocab_size dim", "kernel"),),
        ),
        "conv": Layout(
            source="haiku/_src/conv.py, class ConvND",
            label="conv{dims}_d",
            path="{name}/",
            initial=_HAIKU_INITIAL,
            runs="strides dilation_rate padding",
            rows=(
                Row("w", "kernel_size group_input units", "kernel"),
                Row("b", "units", "bias", when="bias"),
            ),
        ),
        "depthwise_conv": Layout(
            source="haiku/_src/depthwise.py, class DepthwiseConvND",
            label="depthwise_conv{dims}_d",
            path="{name}/",
            initial=_HAIKU_INITIAL,
            runs="strides dilation_rate padding",
            rows=(
                Row("w", "kernel_size 1 input*multiplier", "kernel"),
                Row("b", "input*multiplier", "bias", when="bias"),
            ),
        ),
        "conv_transpose": Layout(
            source="haiku/_src/conv.py, class ConvNDTranspose",
            label="conv{dims}_d_transpose",
            path="{name}/",
            initial=_HAIKU_INITIAL,
            limits=(("groups", "=", "1"),),
            quirks="mirrored",
            note="its window is the mirror image of PyTorch's and Keras'",
            runs="strides dilation_rate padding",
            rows=(
                Row("w", "kernel_size units input", "kernel"),
                Row("b", "units", "bias", when="bias", group="output"),
            ),
        ),
        "layer_norm": Layout(
            source="haiku/_src/layer_norm.py, class LayerNorm",
            label="layer_norm",
            path="{name}/",
            initial="scale ones, offset zeros",
            options="nocenter noscale",
            rows=_HAIKU_NORM,
        ),
        "group_norm": Layout(
            source="haiku/_src/group_norm.py, class GroupNorm",
            label="group_norm",
            path="{name}/",
            initial="scale ones, offset zeros",
            options="nocenter noscale",
            rows=_HAIKU_NORM,
        ),
        "rms_norm": Layout(
            source="haiku/_src/rms_norm.py, class RMSNorm",
            label="rms_norm",
            path="{name}/",
            initial="ones",
            options="noscale",
            rows=_HAIKU_NORM[:1],
        ),
        "multi_head_attention": Layout(
            source="haiku/_src/attention.py, class MultiHeadAttention",
            label="multi_head_attention",
            path="{name}/",
            initial="as w_init says",
            note="its model_size is by default heads*key_dim, not the width of the query",
            limits=(("key_heads", "=", "heads"),),
            gates="query key value output",
            rows=(
                Row("query/w", "query heads*key_dim", "kernel", gates="query", group="gates"),
                Row("query/b", "heads*key_dim", "bias", when="bias", gates="query", group="gates"),
                Row("key/w", "key heads*key_dim", "kernel", gates="key", group="gates"),
                Row("key/b", "heads*key_dim", "bias", when="bias", gates="key", group="gates"),
                Row("value/w", "value heads*value_dim", "kernel", gates="value", group="gates"),
                Row("value/b", "heads*value_dim", "bias", when="bias", gates="value", group="gates"),
                Row("linear/w", "attended attention_output", "kernel", gates="output", group="gates"),
                Row("linear/b", "attention_output", "bias", when="bias", gates="output", group="gates"),
            ),
        ),
    },
)

_EQUINOX_ROWS = (
    Row("weight_ih", "gates*units input", "kernel"),
    Row("weight_hh", "gates*units output", "recurrent_kernel"),
    Row("bias", "gates*units", "bias", when="bias"),
)
_EQUINOX_NORM = (Row("weight", "input", "gain", when="scale"), Row("bias", "input", "shift", when="center"))
_EQUINOX_INITIAL = "all uniform within 1/sqrt(units)"
_TWO_CELLS = "cells only; no bidirectional class: two cells, the second scanned in reverse, joined by hand"

EQUINOX = Framework(
    name="equinox",
    title="Equinox",
    release="0.13.8",
    package="equinox",
    prefix="layers[{index}].",
    epsilons=_EPSILONS,
    directions=("forward", "backward"),
    batches=(0, 9),
    shapes=(
        ShapeRow("{side}initial_state_{cell}_{state}", "batch value", "initial"),
        ShapeRow("output", "sequence features", "output"),
        ShapeRow("{side}state_{cell}_{state}", "batch value", "final"),
    ),
    shapes_note="as jax.lax.scan gives it over the steps, under jax.vmap over a batch",
    layouts={
        "lstm": Layout(
            source="equinox/nn/_rnn.py, class LSTMCell",
            gates="input forget cell output",
            letters="i f g o",
            options="nobias bidirectional merge",
            bidirectional="{direction}.",
            initial=_EQUINOX_INITIAL,
            note=_TWO_CELLS,
            rows=_EQUINOX_ROWS,
        ),
        "gru": Layout(
            source="equinox/nn/_rnn.py, class GRUCell",
            gates="reset update candidate",
            letters="r z n",
            options="nobias bidirectional merge reset_after",
            defaults="reset_after",
            bidirectional="{direction}.",
            initial=_EQUINOX_INITIAL,
            note=_TWO_CELLS,
            rows=(*_EQUINOX_ROWS, Row("bias_n", "candidate_gate*units", "recurrent_bias", when="bias")),
        ),
        "dense": Layout(
            source="equinox/nn/_linear.py, class Linear",
            initial="uniform within 1/sqrt(inputs)",
            rows=(
                Row("weight", "units input", "kernel", when="untied"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "embedding": Layout(source="equinox/nn/_embedding.py, class Embedding", rows=(Row("weight", "vocab_size dim", "kernel"),)),
        "conv": Layout(
            source="equinox/nn/_conv.py, class Conv",
            initial="uniform within 1/sqrt(inputs * kernel sizes)",
            padding="valid",
            runs="strides dilation_rate padding",
            rows=(
                Row("weight", "units group_input kernel_size", "kernel"),
                Row("bias", "units point", "bias", when="bias"),
            ),
        ),
        "depthwise_conv": Layout(
            source="equinox/nn/_conv.py, class Conv, with as many groups as channels",
            initial="uniform within 1/sqrt(kernel sizes)",
            padding="valid",
            runs="strides dilation_rate padding",
            rows=(
                Row("weight", "input*multiplier 1 kernel_size", "kernel"),
                Row("bias", "input*multiplier point", "bias", when="bias"),
            ),
        ),
        "conv_transpose": Layout(
            source="equinox/nn/_conv.py, class ConvTranspose",
            initial="uniform within 1/sqrt(inputs * kernel sizes)",
            padding="zeros",
            quirks="mirrored",
            note="its window is the mirror image of PyTorch's and Keras'",
            runs="strides dilation_rate padding",
            rows=(
                Row("weight", "units group_input kernel_size", "kernel"),
                Row("bias", "units point", "bias", when="bias", group="output"),
            ),
        ),
        "batch_norm": Layout(
            source="equinox/nn/_batch_norm.py, class BatchNorm",
            initial="weight ones, bias zeros",
            options="nocenter noscale",
            note="the statistics are of the State, not of the model",
            rows=_EQUINOX_NORM,
        ),
        "layer_norm": Layout(
            source="equinox/nn/_normalisation.py, class LayerNorm",
            initial="weight ones, bias zeros",
            options="nocenter noscale",
            rows=_EQUINOX_NORM,
        ),
        "group_norm": Layout(
            source="equinox/nn/_normalisation.py, class GroupNorm",
            initial="weight ones, bias zeros",
            options="nocenter noscale",
            rows=_EQUINOX_NORM,
        ),
        "rms_norm": Layout(
            source="equinox/nn/_normalisation.py, class RMSNorm, with use_bias=False",
            initial="ones",
            options="noscale",
            rows=_EQUINOX_NORM[:1],
        ),
        "multi_head_attention": Layout(
            source="equinox/nn/_attention.py, class MultiheadAttention",
            initial="uniform within 1/sqrt(inputs)",
            note="its biases are off by default",
            limits=(("key_heads", "=", "heads"),),
            gates="query key value output",
            rows=projection_rows("output_proj"),
        ),
        "prelu": Layout(
            source="equinox/nn/_activations.py, class PReLU",
            initial="0.25",
            note="one slope, unless an array of others is given",
            limits=(("all_slopes", "=", "1"),),
            rows=(Row("negative_slope", "", "slope"),),
        ),
    },
)
