"""The textbooks' form: for each gate one matrix over the input and the previous h, and one bias."""

from __future__ import annotations

from lstm_calc.frameworks.rows import Framework, Layout, Row, Signal

_MATRIX = Row("W_{gate}", "units input+output", "kernel recurrent_kernel")
_BIAS = Row("b_{gate}", "units", "bias", when="bias")

TEXTBOOK = Framework(
    name="textbook",
    title="the textbooks' equations",
    release="",
    ways=("forward", "backward"),
    prefix="{name}.",
    runs="stateful go_backwards strides dilation_rate padding data_format",
    sequence="batch",
    batches=(0, 1),
    signals=(
        Signal("x_t", "batch space input", "input"),
        Signal("{side}{state}_t-1", "batch space value", "initial"),
        Signal("{side}{equation}_t", "batch space value", "value"),
        Signal("output", "batch space features", "output"),
    ),
    flow_note="one step of a sequence; vectors, or a line of a batch each",
    layouts={
        "lstm": Layout(
            source="Greff et al. 2017, LSTM: A Search Space Odyssey (peephole, coupled: f = 1 - i); Sak et al. 2014 (projection)",
            gates="input forget cell output",
            letters="i f c o",
            coupled="input cell output",
            options="nobias bidirectional merge projection peephole coupled",
            two_way="{way}.",
            rows=(
                _MATRIX,
                _BIAS,
                Row("p_{gate}", "units", "peephole", when="peephole", gates="input forget output"),
                Row("W_projection", "projection units", "projection", when="projection"),
            ),
        ),
        "gru": Layout(
            source="Cho et al. 2014, arXiv 1406.1078 v3 (reset before the product) and v1 (after: a second candidate bias)",
            gates="reset update candidate",
            letters="r z n",
            options="nobias bidirectional merge reset_after reset_before",
            two_way="{way}.",
            rows=(_MATRIX, _BIAS, Row("c_candidate", "candidate_gate*units", "recurrent_bias", when="bias reset_after")),
        ),
        "rnn": Layout(
            source="Elman 1990, Finding Structure in Time",
            gates="hidden",
            letters="h",
            options="nobias bidirectional merge",
            two_way="{way}.",
            rows=(_MATRIX, _BIAS),
        ),
        "mgu": Layout(
            source="Zhou et al. 2016, arXiv 1603.09420",
            gates="forget candidate",
            letters="f h",
            options="nobias bidirectional merge ungated",
            two_way="{way}.",
            rows=(_MATRIX, _BIAS),
        ),
        "conv_lstm": Layout(
            source="Shi et al. 2015, arXiv 1506.04214, without its peepholes",
            gates="input forget cell output",
            letters="i f c o",
            options="nobias bidirectional merge",
            two_way="{way}.",
            rows=(_MATRIX.replace(axes="units input+output kernel_size"), _BIAS),
        ),
        "dense": Layout(
            source="y = W x + b",
            rows=(
                Row("W", "units input", "kernel", when="untied"),
                Row("b", "units", "bias", when="bias"),
            ),
        ),
        "embedding": Layout(source="one row a token", rows=(Row("E", "vocab_size dim", "kernel"),)),
        "conv": Layout(
            source="y = W ∗ x + b",
            padding="valid",
            rows=(
                Row("W", "units input kernel_size", "kernel"),
                Row("b", "units", "bias", when="bias"),
            ),
        ),
        "layer_norm": Layout(
            source="Ba et al. 2016, arXiv 1607.06450",
            options="nocenter noscale",
            rows=(
                Row("g", "input", "gain", when="scale"),
                Row("b", "input", "shift", when="center"),
            ),
        ),
    },
)
