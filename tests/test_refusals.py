"""What the questions refuse: the whole sentence, its class, and the key of what was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc import LSTM, ConvLSTM, Model, RepeatVector, compare, cost, diagram, forecast, read, shapes, solve, sweep
from lstm_calc.errors import FrameworkError, LstmCalcError, ModelError
from lstm_calc.frameworks import framework
from lstm_calc.model.budget import Budget
from lstm_calc.questions.check import check
from lstm_calc.questions.forecast import set_ups
from lstm_calc.questions.metrics import chosen, metrics
from lstm_calc.questions.port import port_plan
from lstm_calc.questions.selection import ranked, read_filter
from lstm_calc.questions.varied import Axis, read_axis, varied

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSED: list[tuple[type[LstmCalcError], str | None, Callable[[], Any], str]] = [
    (
        FrameworkError,
        None,
        lambda: framework("keras,mlx"),
        "'keras,mlx' names several frameworks, where one is asked for; compare takes several",
    ),
    (LstmCalcError, None, lambda: Axis("unit", [1]), "'unit' is not what a sweep varies; did you mean 'units'?"),
    (LstmCalcError, None, lambda: Axis("units", range(1, 10**15 + 2)), "units has more than 1,000,000,000,000,000 values"),
    (LstmCalcError, None, lambda: Axis("units", []), "units has no values to vary over"),
    (LstmCalcError, None, lambda: Axis("units", range(3, 3)), "units has no values to vary over"),
    (LstmCalcError, None, lambda: Axis("cell", ["lstn"]), "'lstn' is not a cell; did you mean 'lstm'?"),
    (ModelError, "units", lambda: Axis("units", [4, 0]), "units must be a whole number from 1 up, not 0"),
    (LstmCalcError, None, lambda: Axis("cell", [3]), "3 is not a cell; known are lstm, gru, rnn, mgu, conv_lstm and conv_gru"),
    (ModelError, "units", lambda: Axis("units", [None]), "units must be a whole number from 1 up, not null"),
    (
        LstmCalcError,
        None,
        lambda: read_axis("merge=true"),
        "'merge=true': merge='true' is not known; known are concat, sum, mul, average and none",
    ),
    (ModelError, "projection", lambda: Axis("projection", [None, 0]), "projection must be a whole number from 1 up, not 0"),
    (ModelError, "bias", lambda: Axis("bias", [1]), "bias must be true or false, not 1"),
    (
        LstmCalcError,
        None,
        lambda: read_axis("units"),
        "'units' is nothing to vary; write units=16:512:16, layers=1,2,3 or framework=keras,pytorch",
    ),
    (
        LstmCalcError,
        None,
        lambda: read_axis("units="),
        "'units=' is nothing to vary; write units=16:512:16, layers=1,2,3 or framework=keras,pytorch",
    ),
    (
        LstmCalcError,
        None,
        lambda: read_axis("units=1:2:3:4"),
        "'units=1:2:3:4': '1:2:3:4' is not a range; write 16:512:16 (start, the last, and the step)",
    ),
    (
        LstmCalcError,
        None,
        lambda: read_axis("units=1:9:0"),
        "'units=1:9:0': '1:9:0' is not a range; write 16:512:16 (start, the last, and the step)",
    ),
    (
        LstmCalcError,
        None,
        lambda: read_axis("units=1=2"),
        "'units=1=2': '1=2' is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M",
    ),
    (LstmCalcError, None, lambda: read_axis("unit=3"), "'unit=3': 'unit' is not what a sweep varies; did you mean 'units'?"),
    (
        LstmCalcError,
        None,
        lambda: varied(read("3 > dense 4"), "keras", {"units": 3}),
        "units is of the recurrent layers, and the model has none",
    ),
    (ModelError, "projection", lambda: varied(read("3 > gru 4"), "keras", {"projection": 3}), "gru has no projection"),
    (ModelError, "peephole", lambda: varied(read("3 > lstm 4 peephole"), "keras", {"cell": "gru"}), "gru has no peephole"),
    (
        ModelError,
        "kernel_size",
        lambda: varied(read("3 > lstm 4"), "keras", {"cell": "conv_lstm"}),
        "conv_lstm needs its kernel_size",
    ),
    (
        LstmCalcError,
        None,
        lambda: check(read("3 > lstm 4"), Budget()),
        "no budget: give --max-params, --max-bytes, --max-ram or --max-macs, or a [budget] in the model file",
    ),
    (
        LstmCalcError,
        None,
        lambda: compare([("a", read("3 > lstm 4"))]),
        "there is nothing to compare with; give two models, or several frameworks: -f keras,pytorch",
    ),
    (
        LstmCalcError,
        None,
        lambda: cost(read("3 > lstm 4"), optimizer="adam", dtype="int8"),
        "int8 weights are not trained; give float32, float16 or bfloat16",
    ),
    (
        ModelError,
        "space",
        lambda: cost(read("3 > lstm 4"), space=(4, 4)),
        "space is the image of a convolution, and the model reads none",
    ),
    (
        ModelError,
        "space",
        lambda: cost(read("3 > conv_lstm 4 kernel=3x3")),
        "space is missing: the image that the model reads, such as 32x32 (--space 32x32)",
    ),
    (
        ModelError,
        "space",
        lambda: cost(read("3 > conv_lstm 4 kernel=3x3"), space=(4,)),
        "space has 1 size: the image that the model reads, such as 32x32 (--space 32x32)",
    ),
    (
        ModelError,
        "space",
        lambda: cost(read("3 > conv_lstm 4 kernel=3x3"), space=(4, 0)),
        "space must be a whole number from 1 up, not 0",
    ),
    (
        ModelError,
        "kernel_size",
        lambda: cost(read("3 > conv_lstm 4 kernel=3x3 padding=valid dilation=2x2"), space=(9, 4)),
        "conv_lstm leaves nothing of (9, 4): its window does not fit; use padding=same",
    ),
    (
        ModelError,
        None,
        lambda: diagram(read("3 > lstm 4"), layer="lstn"),
        "'lstn' is not a recurrent layer of the model; did you mean 'lstm'?",
    ),
    (
        ModelError,
        None,
        lambda: diagram(read("3 > dense 4"), layer="lstm"),
        "'lstm' is not a recurrent layer of the model: the model has none",
    ),
    (ModelError, "window", lambda: forecast(features=5, window=0, units=3), "window must be a whole number from 1 up, not 0"),
    (ModelError, "units", lambda: forecast(features=5, window=3, units=()), "units must be one or more whole numbers from 1 up"),
    (
        ModelError,
        "strategy",
        lambda: forecast(features=5, window=3, units=3, strategy="direkt"),
        "strategy 'direkt' is not known; did you mean 'direct'?",
    ),
    (
        ModelError,
        "cell",
        lambda: forecast(features=5, window=3, units=3, cell="conv_lstm"),
        "cell 'conv_lstm' is not known; did you mean 'lstm'?",
    ),
    (
        ModelError,
        "stride",
        lambda: forecast(features=5, window=3, units=3, stride=0),
        "stride must be a whole number from 1 up, not 0",
    ),
    (
        ModelError,
        "targets",
        lambda: forecast(features=1, targets=2, window=3, units=3, horizon=2, strategy="recursive"),
        (
            "targets 2 cannot be fed back as the next step's 1 features"
            "; make every target a feature, or take another strategy than recursive"
        ),
    ),
    (
        ModelError,
        "length",
        lambda: forecast(features=5, window=3000, units=3, horizon=1000, length=3999),
        "length 3,999 gives no window: each takes 4,000 steps, 3,000 of X and 1,000 after them",
    ),
    (
        ModelError,
        "features",
        lambda: set_ups(features=1, horizon=3, window=4, units=3),
        "features must be above 1 to stand beside a set-up of one",
    ),
    (
        ModelError,
        "horizon",
        lambda: set_ups(features=3, window=4, units=3),
        "horizon must be above 1 to stand beside a set-up of one",
    ),
    (
        ModelError,
        "horizon",
        lambda: set_ups(features=3, horizon=0, window=4, units=3),
        "horizon must be a whole number from 1 up, not 0",
    ),
    (
        LstmCalcError,
        None,
        lambda: chosen(metrics(), ["step_ns"]),
        "the time of a step needs a device: give --flops or --bandwidth, or both",
    ),
    (
        FrameworkError,
        None,
        lambda: port_plan(read("3 > gru 4 reset_before"), "keras", "pytorch"),
        "pytorch has no reset_after=false for gru; textbook, keras, onnx, openvino, tensorflow1 and haiku do",
    ),
    (
        FrameworkError,
        None,
        lambda: port_plan(read("3 > gru 4"), "tensorflow1", "pytorch"),
        (
            "tensorflow1 runs it with reset_after=false, and pytorch has no reset_after=false for gru"
            "; textbook, keras, onnx, openvino, tensorflow1 and haiku do"
        ),
    ),
    (
        FrameworkError,
        None,
        lambda: port_plan(read("3 > lstm 4 nobias"), "tensorflow1", "keras"),
        "tensorflow1 has no bias=false for lstm; textbook, keras, pytorch, paddle, onnx, equinox and mlx do",
    ),
    (
        LstmCalcError,
        None,
        lambda: read_filter("params < ", ["params"]),
        "'params < ': a filter compares, as 'params < 1M' or 'framework == keras'",
    ),
    (
        LstmCalcError,
        None,
        lambda: read_filter("param < 3", ["params"]),
        "'param < 3': 'param' is not a column; did you mean 'params'?",
    ),
    (
        LstmCalcError,
        None,
        lambda: read_filter("params < many", ["params"]),
        "'params < many': 'many' is neither a number nor a column; known are params",
    ),
    (
        LstmCalcError,
        None,
        lambda: read_filter("params < 3 4", ["params"]),
        "'params < 3 4': '4' is one word too many; join comparisons with and, or",
    ),
    (LstmCalcError, None, lambda: read_filter("(params < 3", ["params"]), "'(params < 3': a ) is missing"),
    (
        LstmCalcError,
        None,
        lambda: read_filter("not " * 50 + "params < 3", ["params"]),
        "'not not not not not not not not not not not not not not no…: the filter is too long",
    ),
    (LstmCalcError, None, lambda: ranked([], ["params"], "-parans"), "'parans' is not a column; did you mean 'params'?"),
    (
        ModelError,
        "stateful",
        lambda: shapes(read("3 > lstm 4 stateful"), "keras"),
        "lstm is stateful, which needs the batch size: give the batch (--batch 8)",
    ),
    (
        ModelError,
        "shape",
        lambda: shapes(read("3 > lstm 4"), "pytorch", shape=(2, 5, 3), batch=4),
        "the shape says the batch and the steps already; give the one or the others",
    ),
    (
        ModelError,
        "shape",
        lambda: shapes(read("3 > lstm 4"), "keras", shape=(2, 5, 3), steps=4),
        "the shape says the batch and the steps already; give the one or the others",
    ),
    (
        ModelError,
        "shape",
        lambda: shapes(read("3 > lstm 4"), "keras", shape=(5,)),
        "the shape 5 does not fit: keras reads (batch, steps, features) here",
    ),
    (
        ModelError,
        "shape",
        lambda: shapes(read("3 > lstm 4"), "keras", shape=(5, None, 7, 3)),
        "the shape 5xNonex7x3 does not fit: keras reads (batch, steps, features) here",
    ),
    (
        ModelError,
        "shape",
        lambda: shapes(read("3 > lstm 4"), "pytorch", shape=(5, 7, 9, 3)),
        "the shape 5x7x9x3 does not fit: pytorch reads (steps, batch, features) here",
    ),
    (
        ModelError,
        "shape",
        lambda: shapes(read("3 > lstm 4"), "keras", shape=(5, 7, 9)),
        "the shape 5x7x9 has 9 features, and the model reads 3",
    ),
    (
        ModelError,
        "shape",
        lambda: shapes(read("3000 > lstm 4"), "keras", shape=(5, 7, 1009)),
        "the shape 5x7x1009 has 1,009 features, and the model reads 3,000",
    ),
    (
        ModelError,
        "shape",
        lambda: shapes(read("3 > conv_lstm 4 kernel=3x3"), "keras", shape=(5, 7, 9)),
        "the shape 5x7x9 does not fit: keras reads (batch, steps, space_1, space_2, features) here",
    ),
    (
        ModelError,
        "shape",
        lambda: shapes(read("vocab 9 > embed 3 > lstm 4"), "keras", shape=(5, 7, 9)),
        "the shape 5x7x9 does not fit: keras reads (batch, steps) here",
    ),
    (
        ModelError,
        "shape",
        lambda: shapes(read("3 > repeat_vector 4"), "keras", shape=(5, 7, 9)),
        "the shape 5x7x9 does not fit: keras reads (batch, features) here",
    ),
    (
        FrameworkError,
        None,
        lambda: shapes(read("3 > lstm 4"), "keras", batch_first=False),
        "keras has no input of (steps, batch, features); it reads (batch, steps, features)",
    ),
    (
        ModelError,
        "shape",
        lambda: Model([ConvLSTM(4, (3,)), RepeatVector(5)], 3),
        "repeat_vector reads 2 axes, (batch, features), and (None, None, None, 4) comes in: Keras' 'expected ndim=2, found ndim=4'",
    ),
    (
        ModelError,
        "shape",
        lambda: Model([LSTM(4), ConvLSTM(5, (3, 3))], 3),
        (
            "conv_lstm reads 5 axes, (batch, steps, space, space, features), and (None, None, 4) comes in: "
            "Keras' 'expected ndim=5, found ndim=3'"
        ),
    ),
    (
        ModelError,
        "shape",
        lambda: Model([ConvLSTM(4, (3,)), ConvLSTM(5, (3, 3))], 3),
        (
            "conv_lstm_1 reads 5 axes, (batch, steps, space, space, features), and (None, None, None, 4) comes in: "
            "Keras' 'expected ndim=5, found ndim=4'"
        ),
    ),
    (
        ModelError,
        "kernel_size",
        lambda: shapes(read("3 > conv_lstm 4 kernel=3 padding=valid"), "keras", shape=(2, 3, 2, 3)),
        "conv_lstm leaves nothing of (2): its window does not fit; use padding=same",
    ),
    (
        LstmCalcError,
        None,
        lambda: solve(read("3 > lstm 4")),
        "a budget is the most of params, bytes, macs, ram or step_ns that a model may take",
    ),
    (
        LstmCalcError,
        None,
        lambda: solve(read("3 > lstm 4"), parms=3),
        "a budget is the most of params, bytes, macs, ram or step_ns that a model may take",
    ),
    (
        ModelError,
        None,
        lambda: solve(read("3 > dense 4"), params=300),
        "the model has no recurrent layer to solve for; mark a size with ?, as in '64 > dense ?'",
    ),
    (
        ModelError,
        "space",
        lambda: solve(read("3 > lstm 4"), "keras", macs=10**9, conditions={"space": (3,)}),
        "space is the image of a convolution, and the model reads none",
    ),
    (
        LstmCalcError,
        None,
        lambda: sweep(read("3 > lstm 4"), {"units": [1]}, columns=["parms"]),
        "'parms' is not a column; did you mean 'params'?",
    ),
    (
        LstmCalcError,
        None,
        lambda: sweep(read("3 > lstm 4"), {}, columns=["params"]),
        "a sweep needs something to vary and a column, such as units=16:512:16 and params",
    ),
    (
        LstmCalcError,
        None,
        lambda: sweep(read("3 > lstm 4"), {"units": [1]}, columns=[]),
        "a sweep needs something to vary and a column, such as units=16:512:16 and params",
    ),
    (
        LstmCalcError,
        None,
        lambda: sweep(read("3 > lstm 4"), {"steps": [1]}, conditions={"steps": 3}),
        "steps varies, and steps says already what it is; give one of the two",
    ),
    (
        LstmCalcError,
        None,
        lambda: sweep(read("3 > lstm 4"), {"batch": [1]}, conditions={"lengths": (3,)}),
        "batch varies, and lengths says already what it is; give one of the two",
    ),
    (
        LstmCalcError,
        None,
        lambda: sweep(read("3 > lstm 4"), {"batch": [1]}, conditions={"batch": 3}),
        "batch varies, and batch says already what it is; give one of the two",
    ),
]


@pytest.mark.parametrize(("error", "key", "asked", "sentence"), REFUSED, ids=[case[3] for case in REFUSED])
def test_what_is_refused(error: type[LstmCalcError], key: str | None, asked: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(LstmCalcError) as refused:
        asked()
    assert (type(refused.value), getattr(refused.value, "key", None), str(refused.value)) == (error, key, sentence)
