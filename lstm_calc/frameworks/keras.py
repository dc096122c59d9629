"""Keras, whatever its backend."""

from __future__ import annotations

from lstm_calc.frameworks.rows import Framework, Layout, Row, Signal

KERNELS = (
    Row("kernel", "input gates*units", "kernel"),
    Row("recurrent_kernel", "output gates*units", "recurrent_kernel"),
)
_INITIAL = "kernel glorot_uniform, recurrent kernel orthogonal, bias zeros"
_NORM = (Row("gamma", "input", "gain", when="scale"), Row("beta", "input", "shift", when="center"))
_ONE_BIAS = Row("bias", "gates*units", "bias", when="bias")
OTHERS = {
    "dense": Layout(
        source="keras/src/layers/core/dense.py",
        initial="kernel glorot_uniform, bias zeros",
        label="dense",
        path="{name}/",
        rows=(
            Row("kernel", "input units", "kernel", when="untied"),
            Row("bias", "units", "bias", when="bias"),
        ),
    ),
    "embedding": Layout(
        source="keras/src/layers/core/embedding.py",
        initial="uniform within 0.05",
        label="embedding",
        path="{name}/",
        rows=(Row("embeddings", "vocab_size dim", "kernel"),),
    ),
    "conv": Layout(
        source="keras/src/layers/convolutional/base_conv.py",
        initial="kernel glorot_uniform, bias zeros",
        label="conv{dims}d",
        path="{name}/",
        padding="valid",
        runs="strides dilation_rate padding data_format",
        rows=(
            Row("kernel", "kernel_size group_input units", "kernel"),
            Row("bias", "units", "bias", when="bias"),
        ),
    ),
    "depthwise_conv": Layout(
        source="keras/src/layers/convolutional/base_depthwise_conv.py; Keras 2 calls the kernel depthwise_kernel",
        initial="kernel glorot_uniform, bias zeros",
        label="depthwise_conv{dims}d",
        path="{name}/",
        padding="valid",
        runs="strides dilation_rate padding data_format",
        rows=(
            Row("kernel", "kernel_size input multiplier", "kernel"),
            Row("bias", "input*multiplier", "bias", when="bias"),
        ),
    ),
    "separable_conv": Layout(
        source="keras/src/layers/convolutional/base_separable_conv.py",
        initial="kernels glorot_uniform, bias zeros",
        label="separable_conv{dims}d",
        path="{name}/",
        padding="valid",
        runs="strides dilation_rate padding data_format",
        rows=(
            Row("depthwise_kernel", "kernel_size input multiplier", "kernel"),
            Row("pointwise_kernel", "point input*multiplier units", "kernel"),
            Row("bias", "units", "bias", when="bias"),
        ),
    ),
    "conv_transpose": Layout(
        source="keras/src/layers/convolutional/base_conv_transpose.py",
        initial="kernel glorot_uniform, bias zeros",
        label="conv{dims}d_transpose",
        path="{name}/",
        padding="valid",
        runs="strides dilation_rate padding data_format",
        limits=(("groups", "=", "1"),),
        rows=(
            Row("kernel", "kernel_size units input", "kernel"),
            Row("bias", "units", "bias", when="bias", group="output"),
        ),
    ),
    "batch_norm": Layout(
        source="keras/src/layers/normalization/batch_normalization.py",
        initial="gain and variance ones, shift and mean zeros; with renorm deviations ones, its mean zeros",
        label="batch_normalization",
        path="{name}/",
        options="nocenter noscale renorm",
        rows=(
            *_NORM,
            Row("moving_mean", "input", "statistic", trained=False),
            Row("moving_variance", "input", "statistic", trained=False),
            Row("moving_stddev", "input", "statistic", when="renorm", trained=False),
            Row("renorm_mean", "input", "statistic", when="renorm", trained=False),
            Row("renorm_stddev", "input", "statistic", when="renorm", trained=False),
        ),
    ),
    "layer_norm": Layout(
        source="keras/src/layers/normalization/layer_normalization.py",
        initial="gain ones, shift zeros",
        label="layer_normalization",
        path="{name}/",
        options="nocenter noscale",
        rows=_NORM,
    ),
    "group_norm": Layout(
        source="keras/src/layers/normalization/group_normalization.py",
        initial="gain ones, shift zeros",
        label="group_normalization",
        path="{name}/",
        options="nocenter noscale",
        rows=_NORM,
    ),
    "rms_norm": Layout(
        source="keras/src/layers/normalization/rms_normalization.py",
        initial="ones",
        label="rms_normalization",
        path="{name}/",
        options="",
        rows=(Row("scale", "input", "gain"),),
    ),
    "attention": Layout(
        source="keras/src/layers/attention/attention.py",
        initial="ones",
        label="attention",
        path="{name}/",
        options="learned_scale unscaled concat_scores",
        rows=(
            Row("scale", "", "gain", when="learned_scale"),
            Row("concat_score_weight", "", "gain", when="concat_scores"),
        ),
    ),
    "additive_attention": Layout(
        source="keras/src/layers/attention/additive_attention.py",
        initial="glorot_uniform",
        label="additive_attention",
        path="{name}/",
        options="learned_scale unscaled",
        rows=(Row("scale", "query", "gain", when="learned_scale"),),
    ),
    "multi_head_attention": Layout(
        source="keras/src/layers/attention/multi_head_attention.py; with key_heads, grouped_query_attention.py",
        initial="kernels glorot_uniform, biases zeros",
        label="multi_head_attention",
        path="{name}/",
        options="nobias gated_output",
        rows=(
            Row("query/kernel", "query heads key_dim", "kernel", group="query"),
            Row("query/bias", "heads key_dim", "bias", when="bias", group="query"),
            Row("key/kernel", "key key_heads key_dim", "kernel", group="value"),
            Row("key/bias", "key_heads key_dim", "bias", when="bias", group="value"),
            Row("gate/kernel", "query heads value_dim", "kernel", when="gated_output", group="query"),
            Row("gate/bias", "heads value_dim", "bias", when="gated_output bias", group="query"),
            Row("value/kernel", "value key_heads value_dim", "kernel", group="value"),
            Row("value/bias", "key_heads value_dim", "bias", when="bias", group="value"),
            Row("attention_output/kernel", "heads value_dim attention_output", "kernel", group="query"),
            Row("attention_output/bias", "attention_output", "bias", when="bias", group="query"),
        ),
    ),
    "prelu": Layout(
        source="keras/src/layers/activations/prelu.py",
        initial="zeros",
        label="p_re_lu",
        path="{name}/",
        rows=(Row("alpha", "slopes", "slope"),),
    ),
    "crf": Layout(
        source="keras_contrib/layers/crf.py of keras-contrib, for Keras 2",
        initial="kernels glorot_uniform, bias and boundaries zeros",
        label="crf",
        path="{name}/",
        options="nobias no_boundary",
        note="keras-contrib's; it computes the scores of the tags itself, from features of any width",
        rows=(
            Row("kernel", "input units", "kernel"),
            Row("chain_kernel", "units units", "table"),
            Row("bias", "units", "bias", when="bias"),
            Row("left_boundary", "units", "table", when="boundary"),
            Row("right_boundary", "units", "table", when="boundary"),
        ),
    ),
    "einsum_dense": Layout(
        source="keras/src/layers/core/einsum_dense.py",
        initial="kernel glorot_uniform, bias zeros",
        label="einsum_dense",
        path="{name}/",
        rows=(
            Row("kernel", "einsum_kernel", "kernel"),
            Row("bias", "einsum_bias", "bias", when="bias", group="bias"),
        ),
    ),
}

_ON_CUDNN = "tf_keras/src/layers/rnn/cudnn_{}.py of Keras 2; Keras 3 has no such layer"
_CUDNN_ROWS = (*KERNELS, Row("bias", "biases*gates*units", "bias recurrent_bias"))
CUDNN = {
    "lstm": Layout(
        source=_ON_CUDNN.format("lstm"),
        initial=f"{_INITIAL} with the forget gate of the recurrent one ones (unit_forget_bias=True)",
        gates="input forget cell output",
        letters="i f c o",
        options="bidirectional merge",
        label="cu_dnnlstm",
        path="{name}/",
        two_way="{name}/{way}_{inner}/",
        rows=_CUDNN_ROWS,
    ),
    "gru": Layout(
        source=_ON_CUDNN.format("gru"),
        initial=_INITIAL,
        gates="update reset candidate",
        letters="z r h",
        options="bidirectional merge reset_after",
        defaults="reset_after",
        label="cu_dnngru",
        path="{name}/",
        two_way="{name}/{way}_{inner}/",
        rows=_CUDNN_ROWS,
    ),
}
"""CuDNNLSTM and CuDNNGRU of Keras 2: two bias vectors a gate in one tensor, all those of the input first."""
_CUDNN_NOTE = "{} of Keras 2, here a layer with cudnn, has its tensors right under {{name}}/, and a bias of biases*gates*units"

KERAS = Framework(
    name="keras",
    title="Keras",
    release="3.15.1",
    package="keras torch",
    prefix="sequential/",
    wrapper="bidirectional",
    ways=("forward", "backward"),
    selective=True,
    padding="valid",
    errors={"ndim": "expected ndim={want}, found ndim={got}"},
    runs="stateful go_backwards strides dilation_rate padding data_format",
    signals=(
        Signal("initial_state_{side}{state}", "batch space value", "initial"),
        Signal("output", "flow space features", "output", when="one_output"),
        Signal("output_{way}", "flow space output", "output", when="two_outputs"),
        Signal("state_{side}{state}", "batch space value", "final"),
    ),
    variants={"cudnn": CUDNN},
    layouts={
        "lstm": Layout(
            source="keras/src/layers/rnn/lstm.py, class LSTMCell",
            initial=f"{_INITIAL} with the forget gate ones (unit_forget_bias=True)",
            gates="input forget cell output",
            letters="i f c o",
            options="nobias bidirectional merge",
            label="lstm",
            path="{name}/lstm_cell/",
            two_way="{name}/{way}_{inner}/lstm_cell/",
            note=_CUDNN_NOTE.format("CuDNNLSTM"),
            rows=(*KERNELS, _ONE_BIAS),
        ),
        "gru": Layout(
            source="keras/src/layers/rnn/gru.py, class GRUCell",
            initial=_INITIAL,
            gates="update reset candidate",
            letters="z r h",
            options="nobias bidirectional merge reset_after reset_before",
            defaults="reset_after",
            label="gru",
            path="{name}/gru_cell/",
            two_way="{name}/{way}_{inner}/gru_cell/",
            note=_CUDNN_NOTE.format("CuDNNGRU"),
            rows=(
                *KERNELS,
                Row("bias", "gates*units", "bias", when="bias reset_before"),
                Row("bias", "biases gates*units", "bias recurrent_bias", when="bias reset_after"),
            ),
        ),
        "rnn": Layout(
            source="keras/src/layers/rnn/simple_rnn.py, class SimpleRNNCell",
            initial=_INITIAL,
            gates="hidden",
            letters="h",
            options="nobias bidirectional merge",
            label="simple_rnn",
            path="{name}/simple_rnn_cell/",
            two_way="{name}/{way}_{inner}/simple_rnn_cell/",
            rows=(
                Row("kernel", "input units", "kernel"),
                Row("recurrent_kernel", "output units", "recurrent_kernel"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "conv_lstm": Layout(
            source="keras/src/layers/rnn/conv_lstm.py, class ConvLSTMCell",
            initial=f"{_INITIAL} with the forget gate ones (unit_forget_bias=True)",
            gates="input forget cell output",
            letters="i f c o",
            options="nobias bidirectional merge",
            label="conv_lstm{dims}d",
            path="{name}/conv_lstm_cell/",
            two_way="{name}/{way}_{inner}/conv_lstm_cell/",
            rows=(
                Row("kernel", "kernel_size input gates*units", "kernel"),
                Row("recurrent_kernel", "kernel_size output gates*units", "recurrent_kernel"),
                _ONE_BIAS,
            ),
        ),
        **OTHERS,
    },
)
