"""PyTorch, and Paddle, which is built after it."""

from __future__ import annotations

from lstm_calc.frameworks.rows import Framework, Layout, Row, ShapeRow

_ROWS = (
    Row("weight_ih_l{layer}{direction}", "gates*units input", "kernel"),
    Row("weight_hh_l{layer}{direction}", "gates*units output", "recurrent_kernel"),
    Row("bias_ih_l{layer}{direction}", "gates*units", "bias", when="bias"),
    Row("bias_hh_l{layer}{direction}", "gates*units", "recurrent_bias", when="bias"),
)

_SHAPES = (
    ShapeRow("{state}_0", "layers*directions batch value", "initial"),
    ShapeRow("output", "sequence directions*output", "output"),
    ShapeRow("{state}_n", "layers*directions batch value", "final"),
)

_CONV = (Row("weight", "units group_input kernel_size", "kernel"), Row("bias", "units", "bias", when="bias"))
_DEPTHWISE = (Row("weight", "input*multiplier 1 kernel_size", "kernel"), Row("bias", "input*multiplier", "bias", when="bias"))
_TRANSPOSED = (
    Row("weight", "input group_units kernel_size", "kernel"),
    Row("bias", "units", "bias", when="bias", group="output"),
)
_NORM = (Row("weight", "input", "gain", when="scale"), Row("bias", "input", "shift", when="center"))

_INITIAL = "all uniform within 1/sqrt(units)"

PYTORCH = Framework(
    name="pytorch",
    title="PyTorch",
    release="2.13.0",
    package="torch",
    prefix="{name}.",
    directions=("", "_reverse"),
    modules=True,
    sequence="steps batch",
    other_order="batch_first",
    channels_first=True,
    batches=(0, 1),
    shapes=_SHAPES,
    shapes_note="states stay (layers*directions, batch, size) with batch_first, too",
    epsilons=dict.fromkeys(("batch_norm", "layer_norm", "group_norm"), 1e-5),
    by_caller={
        "merge": "concatenates the two directions",
        "strided_same": "has none",
        "transposed_same": "has none",
    },
    lacks="fuller_output_padding wide_padding",
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
            rows=(*_ROWS, Row("weight_hr_l{layer}{direction}", "projection units", "projection", when="projection")),
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
            rows=_CONV,
        ),
        "depthwise_conv": Layout(
            source="torch/nn/modules/conv.py, with as many groups as channels",
            initial="uniform within 1/sqrt(kernel sizes)",
            padding="valid",
            runs="strides dilation_rate padding",
            rows=_DEPTHWISE,
        ),
        "separable_conv": Layout(
            source="torch/nn/modules/conv.py, twice",
            initial="uniform within 1/sqrt(inputs * kernel sizes)",
            padding="valid",
            runs="strides dilation_rate padding",
            note="no such class: a module of two convolutions, here depthwise without a bias and pointwise",
            gates="depthwise pointwise",
            rows=(
                Row("depthwise.weight", "input*multiplier 1 kernel_size", "kernel", gates="depthwise"),
                Row("pointwise.weight", "units input*multiplier point", "kernel", gates="pointwise"),
                Row("pointwise.bias", "units", "bias", when="bias", gates="pointwise"),
            ),
        ),
        "conv_transpose": Layout(
            source="torch/nn/modules/conv.py",
            initial="uniform within 1/sqrt(outputs * kernel sizes)",
            padding="zeros",
            runs="strides dilation_rate padding",
            rows=_TRANSPOSED,
        ),
        "conv_lstm": Layout(
            source="convlstm.py of github.com/ndrplz/ConvLSTM_pytorch",
            initial="as those of Conv2d: all uniform within 1/sqrt((inputs + units) * kernel sizes)",
            gates="input forget output cell",
            letters="i f o g",
            path="cell_list.{depth}.",
            note="PyTorch has none: the class that is copied most, whose convolution reads input and h beside each other",
            padding="same",
            rows=(
                Row("conv.weight", "gates*units input+output kernel_size", "kernel recurrent_kernel"),
                Row("conv.bias", "gates*units", "bias", when="bias"),
            ),
        ),
        "conv_gru": Layout(
            source="convGRU.py of github.com/happyjin/ConvGRU-pytorch",
            initial="as those of Conv2d: all uniform within 1/sqrt((inputs + units) * kernel sizes)",
            gates="reset update candidate",
            letters="r z n",
            options="nobias reset_before",
            quirks="update_takes_new",
            path="cell_list.{depth}.",
            note="PyTorch has none: the class that is copied most, whose convolutions read input and h beside each other",
            padding="same",
            rows=(
                Row("conv_gates.weight", "gates*units input+output kernel_size", "kernel recurrent_kernel", gates="reset update"),
                Row("conv_gates.bias", "gates*units", "bias", when="bias", gates="reset update"),
                Row("conv_can.weight", "gates*units input+output kernel_size", "kernel recurrent_kernel", gates="candidate"),
                Row("conv_can.bias", "gates*units", "bias", when="bias", gates="candidate"),
            ),
        ),
        "batch_norm": Layout(
            source="torch/nn/modules/batchnorm.py",
            initial="weight and variance ones, bias and mean zeros",
            options="nocenter noscale",
            note="the statistics are buffers, which are no parameters",
            gates="mean variance batches",
            rows=(
                *_NORM,
                Row("running_mean", "input", "statistic", trained=False, counted=False, gates="mean"),
                Row("running_var", "input", "statistic", trained=False, counted=False, gates="variance"),
                Row("num_batches_tracked", "", "statistic", trained=False, counted=False, gates="batches"),
            ),
        ),
        "layer_norm": Layout(
            source="torch/nn/modules/normalization.py, class LayerNorm",
            initial="weight ones, bias zeros",
            options="nocenter noscale",
            rows=_NORM,
        ),
        "group_norm": Layout(
            source="torch/nn/modules/normalization.py, class GroupNorm",
            initial="weight ones, bias zeros",
            options="nocenter noscale",
            rows=_NORM,
        ),
        "rms_norm": Layout(
            source="torch/nn/modules/normalization.py, class RMSNorm",
            initial="ones",
            options="noscale",
            rows=_NORM[:1],
        ),
        "attention": Layout(
            source="torch/nn/functional.py, scaled_dot_product_attention, which has no weights",
            options="unscaled",
            rows=(),
        ),
        "multi_head_attention": Layout(
            source="torch/nn/modules/activation.py, class MultiheadAttention",
            initial="input projections xavier_uniform, output projection uniform within 1/sqrt(inputs), biases zeros",
            note="query, key and value have weights of their own where their widths differ; the heads fill the width of the query",
            limits=(
                ("heads*key_dim", "=", "query"),
                ("value_dim", "=", "key_dim"),
                ("key_heads", "=", "heads"),
                ("attention_output", "=", "query"),
            ),
            gates="query key value output",
            rows=(
                Row(
                    "in_proj_weight",
                    "gates*heads*key_dim query",
                    "kernel",
                    when="one_width",
                    gates="query key value",
                    group="gates",
                ),
                Row("q_proj_weight", "heads*key_dim query", "kernel", when="own_widths", gates="query", group="gates"),
                Row("k_proj_weight", "heads*key_dim key", "kernel", when="own_widths", gates="key", group="gates"),
                Row("v_proj_weight", "heads*key_dim value", "kernel", when="own_widths", gates="value", group="gates"),
                Row("in_proj_bias", "gates*heads*key_dim", "bias", when="bias", gates="query key value", group="gates"),
                Row("out_proj.weight", "attention_output attended", "kernel", gates="output", group="gates"),
                Row("out_proj.bias", "attention_output", "bias", when="bias", gates="output", group="gates"),
            ),
        ),
        "prelu": Layout(
            source="torch/nn/modules/activation.py, class PReLU",
            initial="0.25",
            note="one slope, or one for each channel",
            limits=(("all_slopes", "<=", "input"),),
            rows=(Row("weight", "all_slopes", "slope"),),
        ),
        "crf": Layout(
            source="torchcrf/__init__.py, class CRF of pytorch-crf 0.7.2",
            initial="all uniform within 0.1",
            note="pytorch-crf's; the scores of the tags are those of the layer before, one for each tag",
            limits=(("input", "=", "units"),),
            gates="start end transitions",
            rows=(
                Row("start_transitions", "units", "table", gates="start"),
                Row("end_transitions", "units", "table", gates="end"),
                Row("transitions", "units units", "table", gates="transitions"),
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
    directions=("fw", "bw"),
    modules=True,
    other_order="time_major",
    channels_first=True,
    shapes=_SHAPES,
    shapes_note="states stay (layers*directions, batch, size) with time_major, too",
    layouts={
        "lstm": Layout(
            source=f"{_PADDLE}, class LSTM",
            gates="input forget cell output",
            letters="i f g o",
            options="nobias bidirectional projection",
            limits=(("projection", "<", "units"),),
            path="{depth}.cell.",
            bidirectional="{depth}.cell_{direction}.",
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
            bidirectional="{depth}.cell_{direction}.",
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
            bidirectional="{depth}.cell_{direction}.",
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
        "conv": Layout(
            source="python/paddle/nn/layer/conv.py",
            padding="valid",
            runs="strides dilation_rate padding data_format",
            rows=_CONV,
        ),
        "depthwise_conv": Layout(
            source="python/paddle/nn/layer/conv.py, with as many groups as channels",
            padding="valid",
            runs="strides dilation_rate padding data_format",
            rows=_DEPTHWISE,
        ),
        "conv_transpose": Layout(
            source="python/paddle/nn/layer/conv.py",
            padding="zeros",
            runs="strides dilation_rate padding data_format",
            rows=_TRANSPOSED,
        ),
        "batch_norm": Layout(
            source="python/paddle/nn/layer/norm.py",
            options="nocenter noscale",
            note="the statistics are parameters that are not trained",
            gates="mean variance",
            rows=(
                *_NORM,
                Row("_mean", "input", "statistic", trained=False, gates="mean"),
                Row("_variance", "input", "statistic", trained=False, gates="variance"),
            ),
        ),
        "layer_norm": Layout(
            source="python/paddle/nn/layer/norm.py, class LayerNorm",
            options="nocenter noscale",
            note="one axis for all that is normalised",
            rows=(
                Row("weight", "output", "gain", when="scale"),
                Row("bias", "output", "shift", when="center"),
            ),
        ),
        "group_norm": Layout(
            source="python/paddle/nn/layer/norm.py, class GroupNorm",
            options="nocenter noscale",
            rows=_NORM,
        ),
        "multi_head_attention": Layout(
            source="python/paddle/nn/layer/transformer.py, class MultiHeadAttention",
            note="the heads fill the width of the query",
            limits=(
                ("heads*key_dim", "=", "query"),
                ("value_dim", "=", "key_dim"),
                ("key_heads", "=", "heads"),
                ("attention_output", "=", "query"),
            ),
            gates="query key value output",
            rows=(
                Row("q_proj.weight", "query heads*key_dim", "kernel", gates="query", group="gates"),
                Row("q_proj.bias", "heads*key_dim", "bias", when="bias", gates="query", group="gates"),
                Row("k_proj.weight", "key heads*key_dim", "kernel", gates="key", group="gates"),
                Row("k_proj.bias", "heads*key_dim", "bias", when="bias", gates="key", group="gates"),
                Row("v_proj.weight", "value heads*key_dim", "kernel", gates="value", group="gates"),
                Row("v_proj.bias", "heads*key_dim", "bias", when="bias", gates="value", group="gates"),
                Row("out_proj.weight", "attended attention_output", "kernel", gates="output", group="gates"),
                Row("out_proj.bias", "attention_output", "bias", when="bias", gates="output", group="gates"),
            ),
        ),
        "prelu": Layout(
            source="python/paddle/nn/layer/activation.py, class PReLU",
            note="one slope, or one for each channel",
            limits=(("all_slopes", "<=", "input"),),
            rows=(Row("_weight", "all_slopes", "slope"),),
        ),
    },
)
