"""Keras, whatever its backend."""

from __future__ import annotations

from lstm_calc.frameworks.rows import Framework, Layout, Row, Signal

KERNELS = (
    Row("kernel", "input gates*units", "kernel"),
    Row("recurrent_kernel", "output gates*units", "recurrent_kernel"),
)
_INITIAL = "kernel glorot_uniform, recurrent kernel orthogonal, bias zeros"
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
            Row("kernel", "kernel_size input units", "kernel"),
            Row("bias", "units", "bias", when="bias"),
        ),
    ),
    "layer_norm": Layout(
        source="keras/src/layers/normalization/layer_normalization.py",
        initial="gain ones, shift zeros",
        label="layer_normalization",
        path="{name}/",
        options="nocenter noscale",
        rows=(
            Row("gamma", "input", "gain", when="scale"),
            Row("beta", "input", "shift", when="center"),
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
