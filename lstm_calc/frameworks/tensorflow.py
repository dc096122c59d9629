"""TensorFlow's own layers, beside Keras."""

from __future__ import annotations

from lstm_calc.frameworks.keras import CUDNN_ROWS, OTHERS
from lstm_calc.frameworks.rows import Framework, Layout, Row, ShapeRow

_INITIAL = "kernel glorot_uniform, recurrent kernel orthogonal, biases zeros"

CUDNN = Framework(
    name="cudnn",
    title="CuDNNLSTM and CuDNNGRU, of tf_keras",
    release="2.21.0",
    package="tf_keras",
    under="keras",
    wrapper="bidirectional",
    directions=("forward", "backward"),
    selective=True,
    runs="stateful go_backwards",
    shapes=(
        ShapeRow("{side}{state}_0", "batch value", "initial"),
        ShapeRow("output", "returned features", "output", when="one_output"),
        ShapeRow("output_{direction}", "returned output", "output", when="two_outputs"),
        ShapeRow("{side}{state}_n", "batch value", "final"),
    ),
    layouts={
        "lstm": Layout(
            source="tf_keras/src/layers/rnn/cudnn_lstm.py; converted by tf_keras/src/saving/legacy/hdf5_format.py",
            gates="input forget cell output",
            letters="i f c o",
            options="bidirectional merge",
            initial=f"{_INITIAL}, with the recurrent one of the forget gate ones (unit_forget_bias=True)",
            label="cu_dnnlstm",
            path="{name}/",
            bidirectional="{name}/{direction}_{inner}/",
            rows=CUDNN_ROWS,
        ),
        "gru": Layout(
            source="tf_keras/src/layers/rnn/cudnn_gru.py; converted by tf_keras/src/saving/legacy/hdf5_format.py",
            gates="update reset candidate",
            letters="z r h",
            options="bidirectional merge reset_after",
            defaults="reset_after",
            initial=_INITIAL,
            label="cu_dnngru",
            path="{name}/",
            bidirectional="{name}/{direction}_{inner}/",
            rows=CUDNN_ROWS,
        ),
        **OTHERS,
    },
)

_CELLS = "tf_keras/src/layers/rnn/legacy_cells.py"
_STACKED = "rnn/multi_rnn_cell/cell_{cell}/"
_BIDIRECTIONAL = "bidirectional_rnn/{direction}/"
_STACKED_BIDIRECTIONAL = f"layer_{{cell}}/{_BIDIRECTIONAL}"

TENSORFLOW1 = Framework(
    name="tensorflow1",
    title="TensorFlow 1 (tf.compat.v1.nn.rnn_cell)",
    release="2.21.0",
    package="tensorflow tf_keras",
    directions=("fw", "bw"),
    other_order="time_major",
    shapes=(
        ShapeRow("{side}initial_state_{at}{state}", "batch value", "initial"),
        ShapeRow("output", "sequence features", "output", when="one_output"),
        ShapeRow("output_{direction}", "sequence output", "output", when="two_outputs"),
        ShapeRow("{side}state_{at}{state}", "batch value", "final"),
    ),
    shapes_note="as dynamic_rnn gives it; bidirectional_dynamic_rnn gives the two directions apart, which are joined here",
    layouts={
        "lstm": Layout(
            source=f"{_CELLS}, class LSTMCell (BasicLSTMCell: the same without peepholes and projection, as basic_lstm_cell)",
            gates="input cell forget output",
            letters="i j f o",
            options="bidirectional merge projection peephole",
            path="rnn/lstm_cell/",
            bidirectional=f"{_BIDIRECTIONAL}lstm_cell/",
            stacked=f"{_STACKED}lstm_cell/",
            stacked_bidirectional=f"{_STACKED_BIDIRECTIONAL}lstm_cell/",
            forget_bias=1,
            initial="bias zeros",
            note="the forget bias is an argument, forget_bias=1.0, added when the cell runs",
            rows=(
                Row("kernel", "input+output gates*units", "kernel recurrent_kernel"),
                Row("bias", "gates*units", "bias"),
                Row("w_{letter}_diag", "units", "peephole", when="peephole", gates="forget input output"),
                Row("projection/kernel", "units projection", "projection", when="projection"),
            ),
        ),
        "gru": Layout(
            source=f"{_CELLS}, class GRUCell",
            gates="reset update candidate",
            letters="r u c",
            options="bidirectional merge reset_before",
            path="rnn/gru_cell/",
            bidirectional=f"{_BIDIRECTIONAL}gru_cell/",
            stacked=f"{_STACKED}gru_cell/",
            stacked_bidirectional=f"{_STACKED_BIDIRECTIONAL}gru_cell/",
            initial="gates/bias ones, candidate/bias zeros",
            rows=(
                Row("gates/kernel", "input+output gates*units", "kernel recurrent_kernel", gates="reset update"),
                Row("gates/bias", "gates*units", "bias", gates="reset update"),
                Row("candidate/kernel", "input+output units", "kernel recurrent_kernel", gates="candidate"),
                Row("candidate/bias", "units", "bias", gates="candidate"),
            ),
        ),
        "rnn": Layout(
            source=f"{_CELLS}, class BasicRNNCell",
            gates="hidden",
            letters="h",
            options="bidirectional merge",
            path="rnn/basic_rnn_cell/",
            bidirectional=f"{_BIDIRECTIONAL}basic_rnn_cell/",
            stacked=f"{_STACKED}basic_rnn_cell/",
            stacked_bidirectional=f"{_STACKED_BIDIRECTIONAL}basic_rnn_cell/",
            initial="bias zeros",
            rows=(
                Row("kernel", "input+output units", "kernel recurrent_kernel"),
                Row("bias", "units", "bias"),
            ),
        ),
        **OTHERS,
    },
)
