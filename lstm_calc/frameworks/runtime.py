"""Formats for running models: the operators take their weights as inputs."""

from __future__ import annotations

from lstm_calc.frameworks.rows import Framework, Layout, Row

_ROWS = (
    Row("W", "ways gates*units input", "kernel"),
    Row("R", "ways gates*units output", "recurrent_kernel"),
    Row("B", "ways biases*gates*units", "bias recurrent_bias", when="bias"),
)

ONNX = Framework(
    name="onnx",
    title="ONNX",
    release="1.23.2",
    prefix="{name}.",
    layouts={
        "lstm": Layout(
            source="ONNX operator LSTM-22; onnxruntime 1.32.0 ignores the forget rows when input_forget=1",
            gates="input output forget cell",
            letters="i o f c",
            options="nobias bidirectional peephole coupled",
            rows=(
                *_ROWS,
                Row("P", "ways gates*units", "peephole", when="peephole", gates="input output forget"),
            ),
        ),
        "gru": Layout(
            source="ONNX operator GRU-22; reset_after is linear_before_reset",
            gates="update reset candidate",
            letters="z r h",
            options="nobias bidirectional reset_after reset_before",
            rows=_ROWS,
        ),
        "rnn": Layout(
            source="ONNX operator RNN-22",
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
        "repeat_vector": Layout(source="ONNX operator Expand", rows=()),
    },
)
