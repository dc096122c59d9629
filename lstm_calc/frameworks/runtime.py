"""Formats for running models: the operators take their weights as inputs."""

from __future__ import annotations

from lstm_calc.frameworks.rows import Framework, Layout, Row, ShapeRow

_ROWS = (
    Row("W", "directions gates*units input", "kernel"),
    Row("R", "directions gates*units output", "recurrent_kernel"),
    Row("B", "directions biases*gates*units", "bias recurrent_bias", when="bias"),
)

_NONE = "none: the weights are inputs of the operator"

ONNX = Framework(
    name="onnx",
    title="ONNX",
    release="1.23.2",
    package="onnx onnxruntime",
    prefix="{name}.",
    sequence="steps batch",
    other_order="layout=1",
    channels_first=True,
    runs="go_backwards",
    shapes=(
        ShapeRow("X", "sequence input", "input"),
        ShapeRow("sequence_lens", "batch", "lengths"),
        ShapeRow("initial_{state}", "directions batch value", "initial", when="steps_first"),
        ShapeRow("initial_{state}", "batch directions value", "initial", when="batch_first"),
        ShapeRow("Y", "steps directions batch output", "output", when="steps_first"),
        ShapeRow("Y", "batch steps directions output", "output", when="batch_first"),
        ShapeRow("Y_{state}", "directions batch value", "final", when="steps_first"),
        ShapeRow("Y_{state}", "batch directions value", "final", when="batch_first"),
    ),
    shapes_note=(
        "the next layer reads Y with the directions beside each other in its last axis; onnxruntime 1.32.0 refuses layout=1"
    ),
    layouts={
        "lstm": Layout(
            source="ONNX operator LSTM-22",
            initial=_NONE,
            note="with input_forget=1 all four gates' rows stay; onnxruntime 1.32.0 computes f = 1 - i and ignores the forget rows",
            gates="input output forget cell",
            letters="i o f c",
            options="nobias bidirectional peephole coupled",
            rows=(
                *_ROWS,
                Row("P", "directions gates*units", "peephole", when="peephole", gates="input output forget"),
            ),
        ),
        "gru": Layout(
            source="ONNX operator GRU-22",
            initial=_NONE,
            note="reset_after is linear_before_reset",
            gates="update reset candidate",
            letters="z r h",
            options="nobias bidirectional reset_after reset_before",
            rows=_ROWS,
        ),
        "rnn": Layout(
            source="ONNX operator RNN-22",
            initial=_NONE,
            gates="hidden",
            letters="i",
            options="nobias bidirectional",
            rows=_ROWS,
        ),
        "dense": Layout(
            source="ONNX operators MatMul and Add",
            rows=(
                Row("weight", "input units", "kernel", when="untied"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "embedding": Layout(source="ONNX operator Gather", rows=(Row("weight", "vocab_size dim", "kernel"),)),
        "conv": Layout(
            source="ONNX operator Conv-22",
            padding="valid",
            runs="strides dilation_rate padding",
            rows=(
                Row("W", "units group_input kernel_size", "kernel"),
                Row("B", "units", "bias", when="bias"),
            ),
        ),
        "depthwise_conv": Layout(
            source="ONNX operator Conv-22, with as many groups as channels",
            padding="valid",
            runs="strides dilation_rate padding",
            rows=(
                Row("W", "input*multiplier 1 kernel_size", "kernel"),
                Row("B", "input*multiplier", "bias", when="bias"),
            ),
        ),
        "conv_transpose": Layout(
            source="ONNX operator ConvTranspose-22",
            padding="zeros",
            runs="strides dilation_rate padding",
            rows=(
                Row("W", "input group_units kernel_size", "kernel"),
                Row("B", "units", "bias", when="bias", group="output"),
            ),
        ),
        "batch_norm": Layout(
            source="ONNX operator BatchNormalization-15",
            options="",
            gates="mean variance",
            rows=(
                Row("scale", "input", "gain"),
                Row("B", "input", "shift"),
                Row("input_mean", "input", "statistic", trained=False, gates="mean"),
                Row("input_var", "input", "statistic", trained=False, gates="variance"),
            ),
        ),
        "layer_norm": Layout(
            source="ONNX operator LayerNormalization-17",
            options="nocenter",
            rows=(
                Row("Scale", "input", "gain"),
                Row("B", "input", "shift", when="center"),
            ),
        ),
        "group_norm": Layout(
            source="ONNX operator GroupNormalization-21",
            options="",
            rows=(
                Row("scale", "input", "gain"),
                Row("bias", "input", "shift"),
            ),
        ),
        "rms_norm": Layout(source="ONNX operator RMSNormalization-23", options="", rows=(Row("scale", "input", "gain"),)),
        "prelu": Layout(source="ONNX operator PRelu-16", rows=(Row("slope", "slopes", "slope"),)),
    },
)

_OPENVINO_ROWS = (
    Row("W", "directions gates*units input", "kernel"),
    Row("R", "directions gates*units output", "recurrent_kernel"),
    Row("B", "directions gates*units", "bias"),
)

OPENVINO = Framework(
    name="openvino",
    title="OpenVINO",
    release="2026.4.1",
    package="openvino",
    channels_first=True,
    prefix="{name}/",
    runs="go_backwards",
    shapes=(
        ShapeRow("X", "sequence input", "input"),
        ShapeRow("initial_{long}_state", "batch directions value", "initial"),
        ShapeRow("sequence_lengths", "batch", "lengths"),
        ShapeRow("Y", "batch directions steps output", "output"),
        ShapeRow("{capital}o", "batch directions value", "final"),
    ),
    shapes_note="the next layer reads Y with the directions beside each other in its last axis",
    layouts={
        "lstm": Layout(
            source="OpenVINO operation LSTMSequence-5",
            initial=_NONE,
            gates="forget input cell output",
            letters="f i c o",
            options="bidirectional",
            note="B is a required input: the sum of input and recurrent bias",
            rows=_OPENVINO_ROWS,
        ),
        "gru": Layout(
            source="OpenVINO operation GRUSequence-5",
            initial=_NONE,
            gates="update reset candidate",
            letters="z r h",
            options="bidirectional reset_after reset_before",
            note="reset_after is linear_before_reset",
            rows=(
                *_OPENVINO_ROWS[:2],
                Row("B", "directions gates*units", "bias", when="reset_before"),
                Row("B", "directions gates*units+candidate_gate*units", "bias recurrent_bias", when="reset_after"),
            ),
        ),
        "rnn": Layout(
            source="OpenVINO operation RNNSequence-5",
            initial=_NONE,
            gates="hidden",
            letters="h",
            options="bidirectional",
            rows=_OPENVINO_ROWS,
        ),
        "dense": Layout(
            source="OpenVINO operations MatMul-1 and Add-1",
            rows=(
                Row("weight", "input units", "kernel", when="untied"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "embedding": Layout(source="OpenVINO operation Gather-8", rows=(Row("weight", "vocab_size dim", "kernel"),)),
    },
)

TFLITE = Framework(
    name="tflite",
    title="TensorFlow Lite",
    release="2.21.0",
    package="tensorflow",
    apart=True,
    directions=("forward", "backward"),
    other_order="time_major",
    shapes=(
        ShapeRow("output", "sequence features", "output"),
        ShapeRow("{side}output_state", "batch output", "state"),
        ShapeRow("{side}cell_state", "batch units", "state"),
    ),
    shapes_note="the states are variables of the operator: they stay from call to call",
    layouts={
        "lstm": Layout(
            source="tensorflow/lite/kernels/unidirectional_sequence_lstm.cc",
            gates="input forget cell output",
            letters="i f c o",
            coupled="forget cell output",
            options="bidirectional projection projection_bias peephole coupled",
            defaults="projection_bias",
            limits=(("projection", "<=", "units"),),
            per_tensor=True,
            initial="none: the converter writes them",
            label="lstm_0",
            path="{name}.",
            note="coupled: the input gate is left out and i = 1 - f; an LSTM without biases is not turned into this operator",
            rows=(
                Row("input_to_{gate}_weights", "units input", "kernel"),
                Row("recurrent_to_{gate}_weights", "units output", "recurrent_kernel"),
                Row("cell_to_{gate}_weights", "units", "peephole", when="peephole", gates="input forget output"),
                Row("{gate}_gate_bias", "units", "bias"),
                Row("projection_weights", "projection units", "projection", when="projection"),
                Row("projection_bias", "projection", "bias", when="projection projection_bias"),
            ),
        ),
        "dense": Layout(
            source="tensorflow/lite/kernels/fully_connected.cc",
            label="fully_connected_0",
            path="{name}.",
            rows=(
                Row("weights", "units input", "kernel", when="untied"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "embedding": Layout(
            source="tensorflow/lite/kernels/gather.cc",
            per_tensor=True,
            label="gather_0",
            path="{name}.",
            rows=(Row("weights", "vocab_size dim", "kernel"),),
        ),
    },
)
