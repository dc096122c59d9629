"""PyTorch, and Paddle, which is built after it."""

from __future__ import annotations

from lstm_calc.frameworks.rows import Framework, Layout, Row, Signal

_ROWS = (
    Row("weight_ih_l{layer}{way}", "gates*units input", "kernel"),
    Row("weight_hh_l{layer}{way}", "gates*units output", "recurrent_kernel"),
    Row("bias_ih_l{layer}{way}", "gates*units", "bias", when="bias"),
    Row("bias_hh_l{layer}{way}", "gates*units", "recurrent_bias", when="bias"),
)

_SIGNALS = (
    Signal("{state}_0", "layers*ways batch value", "initial"),
    Signal("output", "sequence ways*output", "output"),
    Signal("{state}_n", "layers*ways batch value", "final"),
)

_INITIAL = "all uniform within 1/sqrt(units)"

PYTORCH = Framework(
    name="pytorch",
    title="PyTorch",
    release="2.13.0",
    package="torch",
    prefix="{name}.",
    ways=("", "_reverse"),
    modules=True,
    sequence="steps batch",
    turned="batch_first",
    batches=(0, 1),
    signals=_SIGNALS,
    flow_note="states stay (layers*ways, batch, size) with batch_first, too",
    by_caller={"merge": "concatenates the two directions"},
    errors={
        "features": "input.size(-1) must be equal to input_size. Expected {want}, got {got}",
        "hidden": "Expected hidden{place} size {want}, got {got}",
    },
    layouts={
        "lstm": Layout(
            source="torch/nn/modules/rnn.py, class LSTM",
            initial=_INITIAL,
            gates="input forget cell output",
            letters="i f g o",
            options="nobias bidirectional projection",
            limits=(("projection", "<", "units"),),
            rows=(*_ROWS, Row("weight_hr_l{layer}{way}", "projection units", "projection", when="projection")),
        ),
        "gru": Layout(
            source="torch/nn/modules/rnn.py, class GRU",
            initial=_INITIAL,
            gates="reset update candidate",
            letters="r z n",
            options="nobias bidirectional reset_after",
            defaults="reset_after",
            rows=_ROWS,
        ),
        "rnn": Layout(
            source="torch/nn/modules/rnn.py, class RNN",
            initial=_INITIAL,
            gates="hidden",
            letters="h",
            options="nobias bidirectional",
            rows=_ROWS,
        ),
        "dense": Layout(
            source="torch/nn/modules/linear.py, class Linear",
            initial="uniform within 1/sqrt(inputs)",
            rows=(
                Row("weight", "units input", "kernel", when="untied"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "embedding": Layout(
            source="torch/nn/modules/sparse.py, class Embedding",
            initial="normal",
            rows=(Row("weight", "vocab_size dim", "kernel"),),
        ),
        "conv": Layout(
            source="torch/nn/modules/conv.py",
            initial="uniform within 1/sqrt(inputs * kernel sizes)",
            padding="valid",
            runs="strides dilation_rate padding",
            rows=(
                Row("weight", "units input kernel_size", "kernel"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "layer_norm": Layout(
            source="torch/nn/modules/normalization.py, class LayerNorm",
            initial="weight ones, bias zeros",
            options="nocenter noscale",
            rows=(
                Row("weight", "input", "gain", when="scale"),
                Row("bias", "input", "shift", when="center"),
            ),
        ),
    },
)

_PADDLE_ROWS = (
    Row("weight_ih", "gates*units input", "kernel"),
    Row("weight_hh", "gates*units output", "recurrent_kernel"),
    Row("bias_ih", "gates*units", "bias", frozen="nobias"),
    Row("bias_hh", "gates*units", "recurrent_bias", frozen="nobias"),
)
_PADDLE_NOTE = (
    "a bias that is switched off stays as zeros that are not trained; with both off and no projection, release 3.3.1 can't build "
    "several layers or directions; the flat names of named_parameters(), weight_ih_l0, slip with one bias off or a projection, "
    "so the cells' own stand here"
)
_PADDLE = "python/paddle/nn/layer/rnn.py"

PADDLE = Framework(
    name="paddle",
    title="Paddle",
    release="3.3.1",
    package="paddlepaddle",
    prefix="{name}.",
    ways=("fw", "bw"),
    modules=True,
    turned="time_major",
    signals=_SIGNALS,
    flow_note="states stay (layers*ways, batch, size) with time_major, too",
    layouts={
        "lstm": Layout(
            source=f"{_PADDLE}, class LSTM",
            gates="input forget cell output",
            letters="i f g o",
            options="nobias bidirectional projection",
            limits=(("projection", "<", "units"),),
            path="{depth}.cell.",
            two_way="{depth}.cell_{way}.",
            initial=_INITIAL,
            note=_PADDLE_NOTE,
            rows=(*_PADDLE_ROWS, Row("weight_ho", "units projection", "projection", when="projection")),
        ),
        "gru": Layout(
            source=f"{_PADDLE}, class GRU",
            gates="reset update candidate",
            letters="r z c",
            options="nobias bidirectional reset_after",
            defaults="reset_after",
            path="{depth}.cell.",
            two_way="{depth}.cell_{way}.",
            initial=_INITIAL,
            note=_PADDLE_NOTE,
            rows=_PADDLE_ROWS,
        ),
        "rnn": Layout(
            source=f"{_PADDLE}, class SimpleRNN",
            gates="hidden",
            letters="h",
            options="nobias bidirectional",
            path="{depth}.cell.",
            two_way="{depth}.cell_{way}.",
            initial=_INITIAL,
            note=_PADDLE_NOTE,
            rows=_PADDLE_ROWS,
        ),
        "dense": Layout(
            source="python/paddle/nn/layer/common.py, class Linear",
            rows=(
                Row("weight", "input units", "kernel", when="untied"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "embedding": Layout(
            source="python/paddle/nn/layer/common.py, class Embedding",
            rows=(Row("weight", "vocab_size dim", "kernel"),),
        ),
    },
)
