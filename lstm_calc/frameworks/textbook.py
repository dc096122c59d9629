"""The textbooks' form: for each gate one matrix over the input and the previous h, and one bias."""

from __future__ import annotations

from lstm_calc.frameworks.rows import Framework, Layout, Row, ShapeRow

_MATRIX = Row("W_{gate}", "units input+output", "kernel recurrent_kernel")
_BIAS = Row("b_{gate}", "units", "bias", when="bias")
_NORM = (Row("g", "input", "gain", when="scale"), Row("b", "input", "shift", when="center"))

TEXTBOOK = Framework(
    name="textbook",
    title="the textbooks' equations",
    release="",
    directions=("forward", "backward"),
    prefix="{name}.",
    runs="stateful go_backwards strides dilation_rate padding data_format",
    sequence="batch",
    batches=(0, 1),
    shapes=(
        ShapeRow("x_t", "batch space input", "input"),
        ShapeRow("{side}{state}_t-1", "batch space value", "initial"),
        ShapeRow("{side}{equation}_t", "batch space value", "value"),
        ShapeRow("output", "batch space features", "output"),
    ),
    shapes_note="one step of a sequence; vectors, or a line of a batch each",
    layouts={
        "lstm": Layout(
            source="Greff et al. 2017, LSTM: A Search Space Odyssey (peephole, coupled: f = 1 - i); Sak et al. 2014 (projection)",
            gates="input forget cell output",
            letters="i f c o",
            coupled="input cell output",
            options="nobias bidirectional merge projection peephole coupled",
            bidirectional="{direction}.",
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
            bidirectional="{direction}.",
            rows=(_MATRIX, _BIAS, Row("c_candidate", "candidate_gate*units", "recurrent_bias", when="bias reset_after")),
        ),
        "rnn": Layout(
            source="Elman 1990, Finding Structure in Time",
            gates="hidden",
            letters="h",
            options="nobias bidirectional merge",
            bidirectional="{direction}.",
            rows=(_MATRIX, _BIAS),
        ),
        "mgu": Layout(
            source="Zhou et al. 2016, arXiv 1603.09420",
            gates="forget candidate",
            letters="f h",
            options="nobias bidirectional merge ungated",
            bidirectional="{direction}.",
            rows=(_MATRIX, _BIAS),
        ),
        "conv_lstm": Layout(
            source="Shi et al. 2015, arXiv 1506.04214, without its peepholes",
            gates="input forget cell output",
            letters="i f c o",
            options="nobias bidirectional merge",
            bidirectional="{direction}.",
            rows=(_MATRIX.replace(axes="units input+output kernel_size"), _BIAS),
        ),
        "conv_gru": Layout(
            source="Ballas et al. 2016, arXiv 1511.06432 (reset before the product)",
            gates="reset update candidate",
            letters="r z n",
            options="nobias bidirectional merge reset_before",
            bidirectional="{direction}.",
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
                Row("W", "units group_input kernel_size", "kernel"),
                Row("b", "units", "bias", when="bias"),
            ),
        ),
        "depthwise_conv": Layout(
            source="Chollet 2017, arXiv 1610.02357",
            padding="valid",
            rows=(
                Row("W", "input*multiplier kernel_size", "kernel"),
                Row("b", "input*multiplier", "bias", when="bias"),
            ),
        ),
        "separable_conv": Layout(
            source="Chollet 2017, arXiv 1610.02357",
            padding="valid",
            gates="depthwise pointwise",
            rows=(
                Row("W_depthwise", "input*multiplier kernel_size", "kernel", gates="depthwise"),
                Row("W_pointwise", "units input*multiplier", "kernel", gates="pointwise"),
                Row("b", "units", "bias", when="bias", gates="pointwise"),
            ),
        ),
        "conv_transpose": Layout(
            source="Dumoulin and Visin 2016, arXiv 1603.07285",
            padding="valid",
            rows=(
                Row("W", "input group_units kernel_size", "kernel"),
                Row("b", "units", "bias", when="bias", group="output"),
            ),
        ),
        "batch_norm": Layout(
            source="Ioffe and Szegedy 2015, arXiv 1502.03167; the running statistics are no parameters",
            options="nocenter noscale",
            rows=_NORM,
        ),
        "layer_norm": Layout(source="Ba et al. 2016, arXiv 1607.06450", options="nocenter noscale", rows=_NORM),
        "group_norm": Layout(source="Wu and He 2018, arXiv 1803.08494", options="nocenter noscale", rows=_NORM),
        "rms_norm": Layout(source="Zhang and Sennrich 2019, arXiv 1910.07467", options="noscale", rows=_NORM[:1]),
        "attention": Layout(
            source="Luong et al. 2015, arXiv 1508.04025, the score dot, which has no weights",
            options="unscaled",
            rows=(),
        ),
        "additive_attention": Layout(
            source="Bahdanau et al. 2014, arXiv 1409.0473, without the projections of query and key, which are dense layers",
            options="unscaled",
            rows=(Row("v", "query", "gain", when="learned_scale"),),
        ),
        "multi_head_attention": Layout(
            source="Vaswani et al. 2017, arXiv 1706.03762; with key_heads, Ainslie et al. 2023, arXiv 2305.13245",
            gates="query key value output",
            rows=(
                Row("W_query", "heads*key_dim query", "kernel", gates="query", group="gates"),
                Row("b_query", "heads*key_dim", "bias", when="bias", gates="query", group="gates"),
                Row("W_key", "key_heads*key_dim key", "kernel", gates="key", group="gates"),
                Row("b_key", "key_heads*key_dim", "bias", when="bias", gates="key", group="gates"),
                Row("W_value", "key_heads*value_dim value", "kernel", gates="value", group="gates"),
                Row("b_value", "key_heads*value_dim", "bias", when="bias", gates="value", group="gates"),
                Row("W_output", "attention_output attended", "kernel", gates="output", group="gates"),
                Row("b_output", "attention_output", "bias", when="bias", gates="output", group="gates"),
            ),
        ),
        "prelu": Layout(source="He et al. 2015, arXiv 1502.01852", rows=(Row("a", "slopes", "slope"),)),
        "crf": Layout(
            source="Collobert et al. 2011, arXiv 1103.0398: scores of transitions and of the ends, over scores of tags",
            options="nobias no_boundary",
            limits=(("input", "=", "units"),),
            gates="transitions start end",
            rows=(
                Row("A", "units units", "table", gates="transitions"),
                Row("start", "units", "table", when="boundary", gates="start"),
                Row("end", "units", "table", when="boundary", gates="end"),
            ),
        ),
        "einsum_dense": Layout(
            source="y = einsum(x, W) + b",
            rows=(
                Row("W", "einsum_kernel", "kernel"),
                Row("b", "einsum_bias", "bias", when="bias", group="bias"),
            ),
        ),
    },
)
