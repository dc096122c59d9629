"""Flax: linen, and NNX with its two LSTM cells."""

from __future__ import annotations

from lstm_calc.frameworks.rows import Framework, Layout, Row, ShapeRow

_FLAX_INITIAL = "kernels lecun_normal, recurrent kernels orthogonal, biases zeros"
_FLAX_SHAPES = (
    ShapeRow("{side}initial_carry_{state}", "batch space value", "initial"),
    ShapeRow("output", "sequence space features", "output"),
    ShapeRow("{side}carry_{state}", "batch space value", "final"),
)
_NORM = (Row("scale", "input", "gain", when="scale"), Row("bias", "input", "shift", when="center"))
_LINEN = "flax/linen/recurrent.py"


def _others(folder: str, dot: str, statistics: str, *, dense: str, attention: str, activations: str) -> dict[str, Layout]:
    """Return how the layers beside the cells are stored: alike in both, in files of a folder, under some names of their own.

    ``dot`` stands between the parts of a name, and ``statistics`` says where the statistics of a normalisation are.
    """
    return {
        "dense": Layout(
            source=f"{folder}/linear.py, class {dense}",
            initial="kernel lecun_normal, bias zeros",
            rows=(
                Row("kernel", "input units", "kernel", when="untied"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "embedding": Layout(source=f"{folder}/linear.py, class Embed", rows=(Row("embedding", "vocab_size dim", "kernel"),)),
        "conv": Layout(
            source=f"{folder}/linear.py, class Conv",
            initial="kernel lecun_normal, bias zeros",
            runs="strides dilation_rate padding",
            rows=(
                Row("kernel", "kernel_size group_input units", "kernel"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "depthwise_conv": Layout(
            source=f"{folder}/linear.py, class Conv, with as many groups as channels",
            initial="kernel lecun_normal, bias zeros",
            runs="strides dilation_rate padding",
            rows=(
                Row("kernel", "kernel_size 1 input*multiplier", "kernel"),
                Row("bias", "input*multiplier", "bias", when="bias"),
            ),
        ),
        "conv_transpose": Layout(
            source=f"{folder}/linear.py, class ConvTranspose",
            initial="kernel lecun_normal, bias zeros",
            limits=(("groups", "=", "1"),),
            quirks="mirrored",
            note="its window is the mirror image of PyTorch's and Keras'",
            runs="strides dilation_rate padding",
            rows=(
                Row("kernel", "kernel_size input units", "kernel"),
                Row("bias", "units", "bias", when="bias", group="output"),
            ),
        ),
        "batch_norm": Layout(
            source=f"{folder}/normalization.py, class BatchNorm",
            initial="scale and variance ones, bias and mean zeros",
            options="nocenter noscale",
            note=f"mean and var are {statistics}",
            gates="mean variance",
            rows=(
                *_NORM,
                Row("mean", "input", "statistic", trained=False, counted=False, gates="mean"),
                Row("var", "input", "statistic", trained=False, counted=False, gates="variance"),
            ),
        ),
        "layer_norm": Layout(
            source=f"{folder}/normalization.py, class LayerNorm",
            initial="scale ones, bias zeros",
            options="nocenter noscale",
            rows=_NORM,
        ),
        "group_norm": Layout(
            source=f"{folder}/normalization.py, class GroupNorm",
            initial="scale ones, bias zeros",
            options="nocenter noscale",
            rows=_NORM,
        ),
        "rms_norm": Layout(source=f"{folder}/normalization.py, class RMSNorm", initial="ones", options="noscale", rows=_NORM[:1]),
        "multi_head_attention": Layout(
            source=f"{folder}/attention.py, class {attention}",
            initial="kernels lecun_normal, biases zeros",
            limits=(("value_dim", "=", "key_dim"), ("key_heads", "=", "heads")),
            gates="query key value output",
            rows=(
                Row(f"query{dot}kernel", "query heads key_dim", "kernel", gates="query", group="gates"),
                Row(f"query{dot}bias", "heads key_dim", "bias", when="bias", gates="query", group="gates"),
                Row(f"key{dot}kernel", "key key_heads key_dim", "kernel", gates="key", group="gates"),
                Row(f"key{dot}bias", "key_heads key_dim", "bias", when="bias", gates="key", group="gates"),
                Row(f"value{dot}kernel", "value key_heads value_dim", "kernel", gates="value", group="gates"),
                Row(f"value{dot}bias", "key_heads value_dim", "bias", when="bias", gates="value", group="gates"),
                Row(f"out{dot}kernel", "heads value_dim attention_output", "kernel", gates="output", group="gates"),
                Row(f"out{dot}bias", "attention_output", "bias", when="bias", gates="output", group="gates"),
            ),
        ),
        "prelu": Layout(
            source=f"{folder}/{activations}.py, class PReLU",
            initial="0.01",
            note="one slope",
            limits=(("all_slopes", "=", "1"),),
            rows=(Row("negative_slope", "", "slope"),),
        ),
        "einsum_dense": Layout(
            source=f"{folder}/linear.py, class Einsum",
            initial="kernel lecun_normal, bias zeros",
            rows=(
                Row("kernel", "einsum_kernel", "kernel"),
                Row("bias", "einsum_bias", "bias", when="bias", group="bias"),
            ),
        ),
    }


_EPSILONS = {"batch_norm": 1e-5, "layer_norm": 1e-6, "group_norm": 1e-6, "rms_norm": 1e-6}

FLAX_LINEN = Framework(
    name="flax-linen",
    title="Flax linen",
    release="0.12.8",
    package="flax",
    prefix="layers_{index}/",
    directions=("forward", "backward"),
    other_order="time_major",
    batches=(0, 9),
    runs="go_backwards",
    shapes=_FLAX_SHAPES,
    shapes_note="carries are returned with return_carry=True",
    epsilons=_EPSILONS,
    layouts={
        "lstm": Layout(
            source=f"{_LINEN}, classes LSTMCell and OptimizedLSTMCell",
            gates="input forget cell output",
            letters="i f g o",
            options="bidirectional merge",
            path="cell/",
            bidirectional="{direction}_rnn/cell/",
            initial=_FLAX_INITIAL,
            rows=(
                Row("i{letter}/kernel", "input units", "kernel"),
                Row("h{letter}/kernel", "output units", "recurrent_kernel"),
                Row("h{letter}/bias", "units", "recurrent_bias"),
            ),
        ),
        "gru": Layout(
            source=f"{_LINEN}, class GRUCell",
            gates="reset update candidate",
            letters="r z n",
            options="bidirectional merge reset_after",
            defaults="reset_after",
            path="cell/",
            bidirectional="{direction}_rnn/cell/",
            initial=_FLAX_INITIAL,
            rows=(
                Row("i{letter}/kernel", "input units", "kernel"),
                Row("i{letter}/bias", "units", "bias"),
                Row("h{letter}/kernel", "output units", "recurrent_kernel"),
                Row("hn/bias", "candidate_gate*units", "recurrent_bias"),
            ),
        ),
        "rnn": Layout(
            source=f"{_LINEN}, class SimpleCell",
            gates="hidden",
            letters="h",
            options="bidirectional merge",
            path="cell/",
            bidirectional="{direction}_rnn/cell/",
            initial=_FLAX_INITIAL,
            rows=(
                Row("i/kernel", "input units", "kernel"),
                Row("i/bias", "units", "bias"),
                Row("h/kernel", "output units", "recurrent_kernel"),
            ),
        ),
        "mgu": Layout(
            source=f"{_LINEN}, class MGUCell",
            gates="forget candidate",
            letters="f n",
            options="bidirectional merge ungated",
            quirks="gates_after forget_keeps_old",
            path="cell/",
            bidirectional="{direction}_rnn/cell/",
            initial="kernels lecun_normal, recurrent kernels orthogonal, forget bias ones, other biases zeros",
            rows=(
                Row("i{letter}/kernel", "input units", "kernel"),
                Row("i{letter}/bias", "units", "bias"),
                Row("h{letter}/kernel", "output units", "recurrent_kernel"),
                Row("hn/bias", "candidate_gate*units", "recurrent_bias", when="gated"),
            ),
        ),
        "conv_lstm": Layout(
            source=f"{_LINEN}, class ConvLSTMCell",
            gates="input cell forget output",
            letters="i g f o",
            options="nobias bidirectional merge",
            path="cell/",
            bidirectional="{direction}_rnn/cell/",
            forget_bias=1,
            initial="kernels lecun_normal, biases zeros",
            rows=(
                Row("ih/kernel", "kernel_size input gates*units", "kernel"),
                Row("ih/bias", "gates*units", "bias", when="bias"),
                Row("hh/kernel", "kernel_size output gates*units", "recurrent_kernel"),
                Row("hh/bias", "gates*units", "recurrent_bias", when="bias"),
            ),
        ),
        **_others(
            "flax/linen",
            "/",
            "of the collection batch_stats, not of params",
            dense="Dense",
            attention="MultiHeadDotProductAttention",
            activations="activation",
        ),
    },
)

_NNX = "flax/nnx/nn/recurrent.py"
_NNX_OTHERS = {
    "gru": Layout(
        source=f"{_NNX}, class GRUCell",
        gates="reset update candidate",
        letters="r z n",
        options="bidirectional merge reset_after",
        defaults="reset_after",
        path="cell.",
        bidirectional="{direction}_rnn.cell.",
        initial=_FLAX_INITIAL,
        note="no second bias for the candidate, though the docstring shows b_hn",
        rows=(
            Row("dense_i.kernel", "input gates*units", "kernel"),
            Row("dense_i.bias", "gates*units", "bias"),
            Row("dense_h.kernel", "output gates*units", "recurrent_kernel"),
        ),
    ),
    "rnn": Layout(
        source=f"{_NNX}, class SimpleCell",
        gates="hidden",
        letters="h",
        options="bidirectional merge",
        path="cell.",
        bidirectional="{direction}_rnn.cell.",
        initial=_FLAX_INITIAL,
        rows=(
            Row("dense_i.kernel", "input units", "kernel"),
            Row("dense_i.bias", "units", "bias"),
            Row("dense_h.kernel", "output units", "recurrent_kernel"),
        ),
    ),
    **_others(
        "flax/nnx/nn",
        ".",
        "of type BatchStat, not Param",
        dense="Linear",
        attention="MultiHeadAttention",
        activations="activations",
    ),
}
_NNX_LSTM = Layout(
    source=f"{_NNX}, class LSTMCell",
    gates="input forget cell output",
    letters="i f g o",
    options="bidirectional merge",
    path="cell.",
    bidirectional="{direction}_rnn.cell.",
    initial=_FLAX_INITIAL,
    rows=(
        Row("ii.kernel", "input units", "kernel", gates="input"),
        Row("if_.kernel", "input units", "kernel", gates="forget"),
        Row("i{letter}.kernel", "input units", "kernel", gates="cell output"),
        Row("h{letter}.kernel", "output units", "recurrent_kernel"),
        Row("h{letter}.bias", "units", "recurrent_bias"),
    ),
)

FLAX_NNX = FLAX_LINEN.replace(
    name="flax-nnx",
    title="Flax NNX",
    prefix="layers.{index}.",
    layouts={"lstm": _NNX_LSTM, **_NNX_OTHERS},
)

FLAX_NNX_OPTIMIZED = FLAX_NNX.replace(
    name="flax-nnx-optimized",
    title="Flax NNX with OptimizedLSTMCell",
    layouts={
        "lstm": _NNX_LSTM.replace(
            source=f"{_NNX}, class OptimizedLSTMCell",
            rows=(
                Row("dense_i.kernel", "input gates*units", "kernel"),
                Row("dense_h.kernel", "output gates*units", "recurrent_kernel"),
                Row("dense_h.bias", "gates*units", "recurrent_bias"),
            ),
        ),
        **_NNX_OTHERS,
    },
)
