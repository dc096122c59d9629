"""The other frameworks on JAX: Haiku and Equinox."""

from __future__ import annotations

from lstm_calc.frameworks.rows import Framework, Layout, Row, Signal

_HAIKU_INITIAL = "kernels truncated normal of 1/sqrt(inputs), biases zeros"
_TWO_CORES = "no bidirectional class: two cores, the second unrolled with reverse=True, joined by hand"

HAIKU = Framework(
    name="haiku",
    title="Haiku",
    release="0.0.17",
    package="dm-haiku",
    apart=True,
    ways=("forward", "backward"),
    sequence="steps batch",
    turned="time_major=False",
    batches=(0, 1),
    signals=(
        Signal("{side}initial_state_{at}{long}", "batch space value", "initial"),
        Signal("output", "sequence space features", "output"),
        Signal("{side}state_{at}{long}", "batch space value", "final"),
    ),
    flow_note="as hk.dynamic_unroll gives it",
    layouts={
        "lstm": Layout(
            source="haiku/_src/recurrent.py, class LSTM",
            gates="input cell forget output",
            letters="i g f o",
            options="bidirectional merge",
            label="lstm",
            path="{name}/linear/",
            forget_bias=1,
            initial=_HAIKU_INITIAL,
            note=_TWO_CORES,
            rows=(
                Row("w", "input+output gates*units", "kernel recurrent_kernel"),
                Row("b", "gates*units", "bias"),
            ),
        ),
        "gru": Layout(
            source="haiku/_src/recurrent.py, class GRU",
            gates="update reset candidate",
            letters="z r a",
            options="bidirectional merge reset_before",
            label="gru",
            path="{name}/",
            quirks="update_takes_new",
            initial=_HAIKU_INITIAL,
            note=_TWO_CORES,
            rows=(
                Row("w_i", "input gates*units", "kernel"),
                Row("w_h", "output gates*units", "recurrent_kernel"),
                Row("b", "gates*units", "bias"),
            ),
        ),
        "rnn": Layout(
            source="haiku/_src/recurrent.py, class VanillaRNN with double_bias=True, its default",
            gates="hidden",
            letters="h",
            options="bidirectional merge",
            label="vanilla_rnn",
            path="{name}/",
            quirks="relu",
            initial=_HAIKU_INITIAL,
            note=_TWO_CORES,
            rows=(
                Row("linear/w", "input units", "kernel"),
                Row("linear/b", "units", "bias"),
                Row("linear_1/w", "output units", "recurrent_kernel"),
                Row("linear_1/b", "units", "recurrent_bias"),
            ),
        ),
        "conv_lstm": Layout(
            source="haiku/_src/recurrent.py, classes Conv1DLSTM, Conv2DLSTM and Conv3DLSTM",
            gates="input cell forget output",
            letters="i g f o",
            options="bidirectional merge",
            label="conv{dims}_dlstm",
            path="{name}/",
            forget_bias=1,
            initial=_HAIKU_INITIAL,
            note=_TWO_CORES,
            rows=(
                Row("input_to_hidden/w", "kernel_size input gates*units", "kernel"),
                Row("input_to_hidden/b", "gates*units", "bias"),
                Row("hidden_to_hidden/w", "kernel_size output gates*units", "recurrent_kernel"),
                Row("hidden_to_hidden/b", "gates*units", "recurrent_bias"),
            ),
        ),
        "dense": Layout(
            source="haiku/_src/basic.py, class Linear",
            label="linear",
            path="{name}/",
            initial=_HAIKU_INITIAL,
            rows=(
                Row("w", "input units", "kernel", when="untied"),
                Row("b", "units", "bias", when="bias"),
            ),
        ),
        "embedding": Layout(
            source="haiku/_src/embed.py, class Embed",
            label="embed",
            path="{name}/",
            rows=(Row("embeddings", "vocab_size dim", "kernel"),),
        ),
    },
)

_EQUINOX_ROWS = (
    Row("weight_ih", "gates*units input", "kernel"),
    Row("weight_hh", "gates*units output", "recurrent_kernel"),
    Row("bias", "gates*units", "bias", when="bias"),
)
_EQUINOX_INITIAL = "all uniform within 1/sqrt(units)"
_TWO_CELLS = "cells only; no bidirectional class: two cells, the second scanned in reverse, joined by hand"

EQUINOX = Framework(
    name="equinox",
    title="Equinox",
    release="0.13.8",
    package="equinox",
    prefix="layers[{index}].",
    ways=("forward", "backward"),
    batches=(0, 9),
    signals=(
        Signal("{side}initial_state_{cell}_{state}", "batch value", "initial"),
        Signal("output", "sequence features", "output"),
        Signal("{side}state_{cell}_{state}", "batch value", "final"),
    ),
    flow_note="as jax.lax.scan gives it over the steps, under jax.vmap over a batch",
    layouts={
        "lstm": Layout(
            source="equinox/nn/_rnn.py, class LSTMCell",
            gates="input forget cell output",
            letters="i f g o",
            options="nobias bidirectional merge",
            two_way="{way}.",
            initial=_EQUINOX_INITIAL,
            note=_TWO_CELLS,
            rows=_EQUINOX_ROWS,
        ),
        "gru": Layout(
            source="equinox/nn/_rnn.py, class GRUCell",
            gates="reset update candidate",
            letters="r z n",
            options="nobias bidirectional merge reset_after",
            defaults="reset_after",
            two_way="{way}.",
            initial=_EQUINOX_INITIAL,
            note=_TWO_CELLS,
            rows=(*_EQUINOX_ROWS, Row("bias_n", "candidate_gate*units", "recurrent_bias", when="bias")),
        ),
        "dense": Layout(
            source="equinox/nn/_linear.py, class Linear",
            initial="uniform within 1/sqrt(inputs)",
            rows=(
                Row("weight", "units input", "kernel", when="untied"),
                Row("bias", "units", "bias", when="bias"),
            ),
        ),
        "embedding": Layout(source="equinox/nn/_embedding.py, class Embedding", rows=(Row("weight", "vocab_size dim", "kernel"),)),
    },
)
