"""PyTorch."""

from __future__ import annotations

from lstm_calc.frameworks.rows import Framework, Layout, Row

_ROWS = (
    Row("weight_ih_l{layer}{way}", "gates*units input", "kernel"),
    Row("weight_hh_l{layer}{way}", "gates*units output", "recurrent_kernel"),
    Row("bias_ih_l{layer}{way}", "gates*units", "bias", when="bias"),
    Row("bias_hh_l{layer}{way}", "gates*units", "recurrent_bias", when="bias"),
)

PYTORCH = Framework(
    name="pytorch",
    title="PyTorch",
    release="2.13.0",
    prefix="{name}.",
    ways=("", "_reverse"),
    modules=True,
    layouts={
        "lstm": Layout(
            source="torch/nn/modules/rnn.py, class LSTM",
            gates="input forget cell output",
            letters="i f g o",
            options="nobias bidirectional projection",
            smaller=(("projection", "units"),),
            rows=(*_ROWS, Row("weight_hr_l{layer}{way}", "projection units", "projection", when="projection")),
        ),
        "gru": Layout(
            source="torch/nn/modules/rnn.py, class GRU",
            gates="reset update candidate",
            letters="r z n",
            options="nobias bidirectional reset_after",
            reset="reset_after",
            rows=_ROWS,
        ),
        "rnn": Layout(
            source="torch/nn/modules/rnn.py, class RNN",
            gates="hidden",
            letters="h",
            options="nobias bidirectional",
            rows=_ROWS,
        ),
        "dense": Layout(
            source="torch/nn/modules/linear.py, class Linear",
            rows=(
                Row("weight", "units input", "kernel", when="untied"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "embedding": Layout(
            source="torch/nn/modules/sparse.py, class Embedding",
            rows=(Row("weight", "vocab_size dim", "kernel"),),
        ),
        "repeat_vector": Layout(source="torch.Tensor.expand", rows=()),
    },
)
