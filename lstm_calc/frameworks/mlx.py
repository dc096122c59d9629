"""MLX."""

from __future__ import annotations

from lstm_calc.frameworks.attention import projection_rows
from lstm_calc.frameworks.rows import Framework, Layout, Row, ShapeRow

_KERNELS = (
    Row("Wx", "gates*units input", "kernel"),
    Row("Wh", "gates*units output", "recurrent_kernel"),
)
_NORM = (Row("weight", "input", "gain", when="scale"), Row("bias", "input", "shift", when="center"))
_INITIAL = "all uniform within 1/sqrt(units)"

MLX = Framework(
    name="mlx",
    title="MLX",
    release="0.32.4",
    package="mlx",
    prefix="layers.{index}.",
    batches=(0, 9),
    shapes=(
        ShapeRow("{long}", "batch value", "initial"),
        ShapeRow("output", "sequence output", "output"),
        ShapeRow("cell_all_steps", "sequence units", "output", when="c"),
    ),
    shapes_note="no final states: what a layer gives has every step",
    layouts={
        "lstm": Layout(
            source="mlx/nn/layers/recurrent.py, class LSTM",
            gates="input forget cell output",
            letters="i f g o",
            initial=_INITIAL,
            rows=(*_KERNELS, Row("bias", "gates*units", "bias", when="bias")),
        ),
        "gru": Layout(
            source="mlx/nn/layers/recurrent.py, class GRU",
            gates="reset update candidate",
            letters="r z n",
            options="nobias reset_after",
            defaults="reset_after",
            initial=_INITIAL,
            rows=(
                *_KERNELS,
                Row("b", "gates*units", "bias", when="bias"),
                Row("bhn", "candidate_gate*units", "recurrent_bias", when="bias"),
            ),
        ),
        "rnn": Layout(
            source="mlx/nn/layers/recurrent.py, class RNN",
            gates="hidden",
            letters="h",
            initial=_INITIAL,
            rows=(
                Row("Wxh", "units input", "kernel"),
                Row("Whh", "units output", "recurrent_kernel"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "dense": Layout(
            source="mlx/nn/layers/linear.py, class Linear",
            initial="uniform within 1/sqrt(inputs)",
            rows=(
                Row("weight", "units input", "kernel", when="untied"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "embedding": Layout(
            source="mlx/nn/layers/embedding.py, class Embedding", rows=(Row("weight", "vocab_size dim", "kernel"),)
        ),
        "conv": Layout(
            source="mlx/nn/layers/convolution.py",
            initial="uniform within 1/sqrt(inputs * kernel sizes), bias zeros",
            padding="valid",
            runs="strides dilation_rate padding",
            rows=(
                Row("weight", "units kernel_size group_input", "kernel"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "depthwise_conv": Layout(
            source="mlx/nn/layers/convolution.py, with as many groups as channels",
            initial="uniform within 1/sqrt(kernel sizes), bias zeros",
            padding="valid",
            runs="strides dilation_rate padding",
            rows=(
                Row("weight", "input*multiplier kernel_size 1", "kernel"),
                Row("bias", "input*multiplier", "bias", when="bias"),
            ),
        ),
        "conv_transpose": Layout(
            source="mlx/nn/layers/convolution_transpose.py",
            initial="uniform within 1/sqrt(inputs * kernel sizes), bias zeros",
            padding="zeros",
            limits=(("groups", "=", "1"),),
            runs="strides dilation_rate padding",
            rows=(
                Row("weight", "units kernel_size input", "kernel"),
                Row("bias", "units", "bias", when="bias", group="output"),
            ),
        ),
        "batch_norm": Layout(
            source="mlx/nn/layers/normalization.py, class BatchNorm",
            initial="weight and variance ones, bias and mean zeros",
            options="nocenter noscale",
            note="the statistics are parameters that are not trained",
            gates="mean variance",
            rows=(
                *_NORM,
                Row("running_mean", "input", "statistic", trained=False, gates="mean"),
                Row("running_var", "input", "statistic", trained=False, gates="variance"),
            ),
        ),
        "layer_norm": Layout(
            source="mlx/nn/layers/normalization.py, class LayerNorm",
            initial="weight ones, bias zeros",
            options="nocenter noscale",
            rows=_NORM,
        ),
        "group_norm": Layout(
            source="mlx/nn/layers/normalization.py, class GroupNorm",
            initial="weight ones, bias zeros",
            options="nocenter noscale",
            rows=_NORM,
        ),
        "rms_norm": Layout(
            source="mlx/nn/layers/normalization.py, class RMSNorm",
            initial="ones",
            options="",
            rows=(Row("weight", "input", "gain"),),
        ),
        "multi_head_attention": Layout(
            source="mlx/nn/layers/transformer.py, class MultiHeadAttention",
            initial="uniform within 1/sqrt(inputs)",
            note="its biases are off by default",
            limits=(("key_heads", "=", "heads"),),
            gates="query key value output",
            rows=projection_rows("out_proj"),
        ),
        "prelu": Layout(
            source="mlx/nn/layers/activations.py, class PReLU",
            initial="0.25",
            note="one slope, or one for each channel",
            limits=(("all_slopes", "<=", "input"),),
            rows=(Row("weight", "all_slopes", "slope"),),
        ),
    },
)
