"""TensorFlow's own layers, beside Keras."""

from __future__ import annotations

from lstm_calc.frameworks.keras import KERNELS, OTHERS
from lstm_calc.frameworks.rows import Framework, Layout, Row

_RAVELED = tuple(row.replace(raveled=True) for row in KERNELS)
_TWO_BIASES = Row("bias", "biases*gates*units", "bias recurrent_bias")

CUDNN = Framework(
    name="cudnn",
    title="CuDNNLSTM and CuDNNGRU, of tf_keras",
    release="2.21.0",
    wrapper="bidirectional",
    ways=("forward", "backward"),
    layouts={
        "lstm": Layout(
            source="tf_keras/src/layers/rnn/cudnn_lstm.py; converted by tf_keras/src/saving/legacy/hdf5_format.py",
            gates="input forget cell output",
            letters="i f c o",
            options="bidirectional merge",
            label="cu_dnnlstm",
            path="{name}/",
            two_way="{name}/{way}_{inner}/",
            rows=(*_RAVELED, _TWO_BIASES),
        ),
        "gru": Layout(
            source="tf_keras/src/layers/rnn/cudnn_gru.py; converted by tf_keras/src/saving/legacy/hdf5_format.py",
            gates="update reset candidate",
            letters="z r h",
            options="bidirectional merge reset_after",
            reset="reset_after",
            label="cu_dnngru",
            path="{name}/",
            two_way="{name}/{way}_{inner}/",
            rows=(*_RAVELED, _TWO_BIASES),
        ),
        **OTHERS,
    },
)
