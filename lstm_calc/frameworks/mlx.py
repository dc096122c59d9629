"""MLX."""

from __future__ import annotations

from lstm_calc.frameworks.rows import Framework, Layout, Row, Signal

_KERNELS = (
    Row("Wx", "gates*units input", "kernel"),
    Row("Wh", "gates*units output", "recurrent_kernel"),
)
_INITIAL = "all uniform within 1/sqrt(units)"

MLX = Framework(
    name="mlx",
    title="MLX",
    release="0.32.4",
    package="mlx",
    prefix="layers.{index}.",
    batches=(0, 9),
    signals=(
        Signal("{long}", "batch value", "initial"),
        Signal("output", "sequence output", "output"),
        Signal("cell_all_steps", "sequence units", "output", when="c"),
    ),
    flow_note="no final states: what a layer gives has every step",
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
    },
)
