"""What a model costs: its conventions one by one, and the laws that hold for every model."""

from __future__ import annotations

import csv
import io
import json
from math import prod
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lstm_calc import LSTM, ConvLSTM, Dense, Embedding, Flatten, Input, Model, RepeatVector, cost, read, tensors
from lstm_calc.dtypes import DTYPES, weight_bytes
from lstm_calc.errors import FrameworkError, LstmCalcError, ModelError
from lstm_calc.frameworks import FRAMEWORKS, frameworks
from lstm_calc.frameworks.counting import count
from lstm_calc.frozen import parse_size
from lstm_calc.model.cells import FUNCTIONS
from lstm_calc.operations import Operations, macs_of
from lstm_calc.questions.metrics import metrics
from lstm_calc.questions.training import OPTIMIZERS
from lstm_calc.render import format_of
from lstm_calc.runs import batch_of
from tests.made_up import put_framework
from tests.strategies import models

if TYPE_CHECKING:
    from lstm_calc.model.layers import Layer
    from lstm_calc.questions.cost.memory import Training
    from lstm_calc.questions.tensors import Tensor
    from tests.conftest import Cli

every_framework = pytest.mark.parametrize("framework", list(FRAMEWORKS))
sizes = st.integers(1, 40)


def macs(text: str, framework: str = "textbook", **asked: Any) -> int:
    return macs_of(read(text), framework, batch_of(**asked))


@pytest.mark.parametrize(
    ("text", "framework", "batch", "steps", "expected"),
    [
        ("32 > lstm 32", "pytorch", 1, 10, 81_920),
        ("512 > lstm 1024 proj=512", "textbook", 1, 1, 4_718_592),
        ("512 > lstm 512 x4", "textbook", 1, 1, 8_388_608),
        ("10 > lstm 20", "pytorch", 3, 5, 36_000),
        ("8 > lstm 6 peephole", "textbook", 1, 1, 4 * 6 * 14),
        ("8 > lstm 6 coupled", "textbook", 1, 1, 3 * 6 * 14),
        ("8 > lstm 6 coupled", "onnx", 1, 1, 3 * 6 * 14),
        ("8 > lstm 6 coupled", "tflite", 1, 1, 3 * 6 * 14),
        ("vocab 900 > embed 8 > lstm 6", "keras", 1, 5, 5 * 4 * 6 * 14),
        ("vocab 900 > embed 6 > lstm 6 > dense 900 tied", "pytorch", 1, 5, 5 * (4 * 6 * 12 + 6 * 900)),
        ("8 > lstm 6 > dense 3", "keras", 2, 5, 2 * (5 * 4 * 6 * 14 + 18)),
        ("8 > lstm 6 sequences > dense 3", "keras", 2, 5, 2 * 5 * (4 * 6 * 14 + 18)),
        ("8 > lstm 6 > dense 3", "pytorch", 2, 5, 2 * 5 * (4 * 6 * 14 + 18)),
        ("8 > lstm 6 last > dense 3", "pytorch", 2, 5, 2 * (5 * 4 * 6 * 14 + 18)),
        ("8 > lstm 6 > repeat_vector 7 > dense 3", "pytorch", 2, 5, 2 * (5 * 4 * 6 * 14 + 7 * 18)),
        ("8 > dense 5 > repeat_vector 7 > dense 3", "keras", 2, 5, 2 * (8 * 5 + 7 * 15)),
        ("8 > lstm 6 sequences > flatten > dense 3", "keras", 2, 5, 2 * (5 * 4 * 6 * 14 + 90)),
        ("8 > lstm 6 sequences > dense 3 in=30", "keras", 2, 5, 2 * 5 * (4 * 6 * 14 + 90)),
        ("8 > lstm 6 sequences > dense 3 in=31", "keras", 2, 5, 2 * 5 * (4 * 6 * 14 + 93)),
        ("8 > lstm 6 > lstm 3 in=30", "keras", 2, 5, 2 * 5 * (4 * 6 * 14 + 4 * 3 * 33)),
        ("30 > lstm 6 x2 in=30", "keras", 2, 5, 2 * 5 * (4 * 6 * 36 + 4 * 6 * 12)),
        ("8 > gru 6 reset_after", "keras", 1, 1, 3 * 6 * 14),
        ("8 > gru 6", "tensorflow1", 1, 1, 3 * 6 * 14),
    ],
)
def test_multiply_accumulates(text: str, framework: str, batch: int, steps: int, expected: int) -> None:
    assert macs(text, framework, batch=batch, steps=steps) == expected
    assert cost(read(text), framework, batch=batch, steps=steps).macs == expected


def test_a_convolution_is_computed_at_every_position_of_what_comes_out() -> None:
    each = 4 * 5 * 9
    assert macs("3 > conv_lstm 5 kernel=3x3", "textbook", space=(8, 9)) == 8 * 9 * each * (3 + 5)
    assert macs("3 > conv_lstm 5 kernel=3x3", "keras", space=(8, 9)) == 6 * 7 * each * (3 + 5)
    assert macs("3 > conv_lstm 5 kernel=3x3 strides=2x2 padding=same", "keras", space=(8, 9)) == 4 * 5 * each * (3 + 5)
    assert macs("3 > conv_lstm 5 kernel=3 dilation=2", "keras", space=(8,)) == 4 * 4 * 5 * 3 * (3 + 5)
    assert macs("3 > conv_lstm 5 kernel=3 x2 > dense 2", "keras", space=(8,)) == 6 * 4 * 5 * 3 * 8 + 4 * 4 * 5 * 3 * 10 + 4 * 10
    assert macs("3 > conv_lstm 5 kernel=3 > flatten > dense 2", "keras", space=(8,)) == 6 * 4 * 5 * 3 * 8 + 60
    assert macs("3 > conv_lstm 4 kernel=1 > conv_lstm 5 kernel=1 in=32", "keras", space=(8,)) == 8 * (16 * 7 + 20 * 37)
    flat = Model([ConvLSTM(4, (1,), return_sequences=True), Flatten(time_distributed=1), LSTM(5)], 3)
    assert cost(flat, "keras", space=(8,), steps=2).macs == 2 * (8 * 16 * 7 + 20 * 37)
    answer = cost(read("3 > conv_lstm 5 kernel=3x3"), "keras", batch=2, space=(8, 9))
    assert answer.bytes.state == 4 * 2 * 2 * 5 * 6 * 7
    assert answer.bytes.activations_step == 4 * 2 * (3 * 72 + 5 * 5 * 42)


@pytest.mark.parametrize(
    ("text", "space", "message"),
    [
        ("3 > conv_lstm 5 kernel=3x3", (), "space is missing: the image that the model reads, such as 32x32"),
        ("3 > conv_lstm 5 kernel=3x3", (8,), "space has 1 size: the image"),
        ("3 > conv_lstm 5 kernel=3", (8, 8), "space has 2 sizes: the image"),
        ("3 > conv_lstm 5 kernel=9", (8,), r"conv_lstm leaves nothing of \(8\): its window does not fit"),
        ("3 > lstm 5", (8,), "the model reads none"),
    ],
)
def test_an_image_that_does_not_fit_is_refused(text: str, space: tuple[int, ...], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        macs(text, "keras", space=space)


def test_a_row_of_an_image_is_a_sequence_to_a_layer_that_reads_steps() -> None:
    answer = cost(read("3 > conv_lstm 5 kernel=3 > lstm 6"), "keras", batch=2, steps=4, space=(9,)).layers[1]
    assert (answer.runs, answer.given) == (2 * 7, 2)
    assert (answer.step.macs, answer.whole.macs) == (4 * 6 * 11, 2 * 7 * 4 * 6 * 11)
    assert answer.bytes.state == 4 * 2 * 2 * 6


@pytest.mark.parametrize(
    "text", ["1000x4 > conv 320 kernel=26 > pool 13 > lstm 320 sequences > flatten > dense 9", "32 > lstm 8 x2 > dense 2"]
)
def test_runs_times_a_step_is_the_whole(text: str) -> None:
    answer = cost(read(text), "keras", batch=3, steps=None if "x4" in text else 5)
    assert [layer.runs * layer.step.macs for layer in answer.layers] == [layer.whole.macs for layer in answer.layers]
    assert sum(layer.whole.macs for layer in answer.layers) == answer.whole.macs


def test_a_packed_batch_runs_its_valid_steps() -> None:
    answer = cost(read("8 > lstm 6 > dense 2"), "pytorch", lengths=(10, 5))
    assert (answer.batch, answer.steps, answer.lengths, answer.layers[0].runs) == (2, None, (10, 5), 15)
    assert answer.macs == macs("8 > lstm 6 > dense 2", "pytorch", steps=10) + macs("8 > lstm 6 > dense 2", "pytorch", steps=5)
    assert answer.data()["per_sequence"] is None
    assert answer.bytes.state == 2 * 2 * 6 * 4


def test_steps_that_became_features_are_so_in_a_packed_batch_of_one_length() -> None:
    text = "8 > lstm 6 sequences > dense 3 in=30"
    assert macs(text, "keras", lengths=(5, 5)) == macs(text, "keras", batch=2, steps=5)


def test_operations_of_a_step() -> None:
    lstm = 4 + 3 * FUNCTIONS["sigmoid"].flops + FUNCTIONS["tanh"].flops + 3 + 1 + FUNCTIONS["tanh"].flops
    gru = 3 + 2 * FUNCTIONS["sigmoid"].flops + FUNCTIONS["tanh"].flops + 1 + 4
    for text, framework, elementwise, biases in (
        ("8 > lstm 6", "textbook", lstm, 4),
        ("8 > lstm 6", "pytorch", lstm, 8),
        ("8 > lstm 6", "tensorflow1", lstm, 5),
        ("8 > lstm 6 nobias", "pytorch", lstm, 0),
        ("8 > lstm 6 peephole", "textbook", lstm + 3 * 2, 4),
        ("8 > lstm 6 coupled", "onnx", lstm - 1 - FUNCTIONS["sigmoid"].flops + 1, 6),
        ("8 > gru 6 reset_after", "keras", gru, 6),
        ("8 > gru 6 reset_before", "keras", gru, 3),
        ("8 > rnn 6", "keras", 1 + FUNCTIONS["tanh"].flops, 1),
        ("8 > bilstm 6", "keras", 2 * lstm, 8),
        ("8 > bilstm 6 merge=average", "keras", 2 * lstm + 2, 8),
    ):
        step = cost(read(text), framework).step
        assert (step.elementwise_flops, step.bias_flops) == (6 * elementwise, 6 * biases), (text, framework)
        assert step.flops == 2 * step.macs + step.elementwise_flops + step.bias_flops


def test_directions_are_joined_at_what_flows_out() -> None:
    alone = cost(read("8 > bilstm 6"), "keras", steps=5).whole
    assert cost(read("8 > bilstm 6 merge=sum"), "keras", steps=5).whole.elementwise_flops == alone.elementwise_flops + 6
    assert cost(read("8 > bilstm 6 merge=mul sequences"), "keras", steps=5).whole.elementwise_flops == alone.elementwise_flops + 30


def test_a_gate_that_is_stored_but_not_computed_is_named() -> None:
    assert cost(read("8 > lstm 6 coupled"), "onnx").layers[0].idle == ("forget",)
    assert cost(read("8 > lstm 6 coupled"), "tflite").layers[0].idle == ()
    assert cost(read("8 > lstm 6"), "onnx").layers[0].idle == ()


def test_a_gate_with_a_tensor_of_its_own_is_computed_where_an_equation_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lstm = frameworks()["textbook"].layouts["lstm"].replace(coupled="")
    put_framework(monkeypatch, frameworks()["textbook"].replace(name="made-up", layouts={"lstm": lstm}))
    whole, coupled = "8 > lstm 6", "8 > lstm 6 coupled"
    assert count(read(coupled), "made-up") == count(read(whole), "made-up")
    assert macs(coupled, "made-up") == macs(coupled, "onnx") == macs(whole, "made-up") * 3 // 4
    assert cost(read(coupled), "made-up").layers[0].idle == ("forget",)


@pytest.mark.spread(4)
@every_framework
@given(data=st.data())
def test_weights_in_a_plain_type_are_the_sum_over_tensors(framework: str, data: st.DataObject) -> None:
    model = data.draw(models(framework))
    for name, width in (("float32", 4), ("float16", 2), ("bfloat16", 2)):
        expected = sum(prod(tensor.shape) * width for tensor in tensors(model, framework).tensors)
        assert weight_bytes(model, framework, name) == expected == width * count(model, framework)


BIASES = {"bias", "recurrent_bias"}


@pytest.mark.spread(4)
@every_framework
@given(data=st.data(), bits=st.sampled_from([4, 8]), per_channel=st.booleans())
def test_weights_in_an_integer_type_are_the_sum_over_tensors(
    framework: str, data: st.DataObject, bits: int, per_channel: bool
) -> None:
    model = data.draw(models(framework))
    layouts = frameworks()[framework].layouts
    weighted = [use for use in model.uses if use.layer.weighted]
    fine = {use.name for use in weighted if per_channel and not layouts[use.layer.kind].per_tensor}
    total = sum(_integer_bytes(tensor, bits, per_channel=tensor.layer in fine) for tensor in tensors(model, framework).tensors)
    assert weight_bytes(model, framework, f"int{bits}", per_channel=per_channel) == total


def _integer_bytes(tensor: Tensor, bits: int, *, per_channel: bool) -> int:
    role = tensor.parts[0].role
    if role in BIASES:
        return 4 * tensor.params
    if role == "peephole":
        return 2 * tensor.params + 4
    channels = tensor.shape[0] if "vocab_size" in tensor.axes else _channels(tensor)
    return -(-tensor.params * bits // 8) + 4 * (channels if per_channel else 1)


def _channels(tensor: Tensor) -> int:
    """Return the units that a tensor computes: the places of all axes that are not summed over; the tokens of a table."""
    inputs = {"units"} if tensor.parts[0].role == "projection" else {"dim"} if "vocab_size" in tensor.axes else {"input", "output"}
    kept = [
        size
        for axis, size in zip(tensor.axes.split(), tensor.shape, strict=True)
        if not axis.startswith("kernel_") and not inputs.intersection(axis.split("+"))
    ]
    return prod(kept)


def test_integer_types_by_hand() -> None:
    model = read("32 > lstm 32 peephole proj=16")
    matrices, biases, peepholes = 4 * 32 * (32 + 16) + 32 * 16, 4 * 32 + 16, 3 * 32
    assert weight_bytes(model, "tflite", "int8") == matrices + 4 * biases + 2 * peepholes + 4 * 12
    assert weight_bytes(model, "tflite", "int8", per_channel=True) == matrices + 4 * biases + 2 * peepholes + 4 * 12
    assert weight_bytes(model, "tflite", "int4") == matrices // 2 + 4 * biases + 2 * peepholes + 4 * 12
    assert (
        weight_bytes(read("vocab 101 > embed 7 > lstm 3"), "keras", "int4") - weight_bytes(read("7 > lstm 3"), "keras", "int4")
        == 354 + 4
    )
    assert cost(model, "tflite", dtype="int8").bytes.state == 16 + 2 * 32


@pytest.mark.spread(4)
@every_framework
@given(data=st.data(), batch=sizes, steps=sizes)
def test_the_whole_is_the_sum_of_its_layers_and_grows_with_the_batch(
    framework: str, data: st.DataObject, batch: int, steps: int
) -> None:
    model = data.draw(models(framework))
    assume(not any(layer.window for layer in model.layers))
    answer, one = cost(model, framework, batch=batch, steps=steps), cost(model, framework, steps=steps)
    assert answer.macs == macs_of(model, framework, batch_of(batch, steps)) == batch * one.macs
    assert answer.whole.flops == sum(layer.whole.flops for layer in answer.layers) == batch * one.whole.flops
    assert answer.bytes.weights == one.bytes.weights == weight_bytes(model, framework)
    assert answer.bytes.state == batch * one.bytes.state
    packed = cost(model, framework, lengths=(steps,) * batch)
    assert packed.replace(lengths=None, steps=answer.steps) == answer


@given(data=st.data(), steps=sizes, truncate=sizes)
def test_training_grows_with_the_steps_that_it_goes_back_through(data: st.DataObject, steps: int, truncate: int) -> None:
    model = data.draw(models("keras"))
    assume(not any(layer.window for layer in model.layers))
    whole, cut = (training(model, steps=steps, truncate=far) for far in (None, truncate))
    assert cut.saved_activations <= whole.saved_activations
    longest = max(steps, *(getattr(layer, "steps", 1) for layer in model.layers))
    assert training(model, steps=steps, truncate=longest) == whole
    trained = sum(tensor.params for tensor in tensors(model, "keras").tensors if tensor.trainable)
    assert (whole.gradients, whole.optimizer, whole.master_weights) == (4 * trained, 8 * trained, 0)


def training(model: Model, framework: str = "keras", **asked: Any) -> Training:
    found = cost(model, framework, **({"optimizer": "adam"} | asked)).bytes.training
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        ("sgd", 0),
        ("momentum", 4 * 33_280),
        ("adam", 8 * 33_280),
        ("adamw", 8 * 33_280),
        ("adafactor", 4 * (64 + 256 + 64 + 256 + 512)),
        ("adam8bit", 2 * (2 * 64 * 256 + 4 * 2 * 64) + 8 * 512),
    ],
)
def test_optimizers(optimizer: str, expected: int) -> None:
    answer = training(read("64 > lstm 64"), "pytorch", optimizer=optimizer)
    assert answer.optimizer == expected
    assert answer.gradients == 4 * 33_280


def test_mixed_precision_keeps_master_weights() -> None:
    answer = training(read("32 > lstm 32"), dtype="bfloat16")
    assert (answer.gradients, answer.optimizer, answer.master_weights) == (2 * 8320, 8 * 8320, 4 * 8320)
    assert answer.saved_activations == 2 * (32 + 7 * 32)


def test_what_is_frozen_is_not_trained() -> None:
    answer = cost(read("vocab 50 > embed 8 frozen > lstm 4 > dense 2"), "keras", steps=3, optimizer="adam")
    assert [layer.bytes.training.gradients for layer in answer.layers if layer.bytes.training] == [0, 4 * 208, 4 * 10]


@pytest.mark.parametrize("below", ["lstm 6 frozen", "repeat_vector 5"])
def test_the_way_back_ends_above_what_is_frozen_or_has_nothing_to_train(below: str) -> None:
    answer = cost(read(f"3 > {below} > lstm 4 frozen > dense 2"), "keras", steps=5, optimizer="sgd")
    assert [layer.bytes.training.saved_activations for layer in answer.layers if layer.bytes.training] == [0, 0, 4 * 4]


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"dtype": "float8"}, LstmCalcError, "'float8' is not a data type; did you mean 'float32'"),
        ({"optimizer": "adamm"}, LstmCalcError, "'adamm' is not an optimizer; did you mean 'adam'"),
        ({"optimizer": "adam", "dtype": "int8"}, LstmCalcError, "int8 weights are not trained"),
        ({"framework_name": "kears"}, FrameworkError, "did you mean 'keras'"),
        ({"batch": 0}, ModelError, "batch must be a whole number from 1 up"),
        ({"steps": 1.5}, ModelError, "steps must be a whole number from 1 up"),
        ({"lengths": (3, 0)}, ModelError, "lengths must be a whole number from 1 up"),
        ({"optimizer": "adam", "truncate": 0}, ModelError, "truncate must be a whole number from 1 up"),
    ],
)
def test_a_wrong_question_is_refused(asked: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        cost(read("3 > lstm 4"), **asked)


def test_the_bounds_of_a_step() -> None:
    traffic = cost(read("32 > lstm 32"), batch=4, flops=10**9, bandwidth=10**6).traffic
    flops, moved = 4 * (2 * 8192 + 128 + 960), 4 * (8320 + 2 * 4 * 64 + 4 * 64)
    assert (traffic.flops, traffic.bytes_moved) == (flops, moved)
    assert traffic.intensity == flops / moved
    assert (traffic.compute_seconds, traffic.memory_seconds, traffic.bound) == (flops / 1e9, moved / 1e6, "memory")
    assert cost(read("32 > lstm 32"), flops=1, bandwidth=10**9).traffic.bound == "compute"
    assert cost(read("32 > lstm 32"), flops=10**9).traffic.bound is None


def test_a_step_moves_one_row_of_a_table_and_the_matrix_that_is_shared() -> None:
    answer = cost(read("vocab 900 > embed 6 > lstm 6 > dense 900 tied"), "pytorch", batch=2)
    table, _, head = answer.layers
    assert table.bytes_moved == 4 * 2 * (6 + 6)
    assert head.bytes_moved == 4 * (900 * 6 + 900) + 4 * 2 * (6 + 900)
    assert (head.bytes.weights, head.whole.macs) == (3600, 2 * 5400)


@pytest.mark.spread(3)
@every_framework
@given(data=st.data())
def test_the_formats_show_the_same_numbers(framework: str, data: st.DataObject) -> None:
    model = data.draw(models(framework))
    assume(not any(layer.window for layer in model.layers))
    answer = cost(model, framework, steps=7, optimizer="adam")
    plain = json.loads(json.dumps(answer.data()))
    rows = list(csv.DictReader(io.StringIO(format_of("csv").render(answer.document(), io.StringIO()))))
    assert [row["layer"] for row in rows] == [layer["name"] for layer in plain["layers"]]
    for key in ("macs", "elementwise_flops", "bias_flops", "flops"):
        assert [int(row[key]) for row in rows] == [layer[key] for layer in plain["layers"]]
        assert sum(int(row[key]) for row in rows) == plain[key]
    for key in ("weights", "state"):
        assert sum(int(row[key]) for row in rows) == plain["bytes"][key]
    for key in ("gradients", "optimizer", "saved_activations"):
        assert sum(int(row[key]) for row in rows) == plain["bytes"]["training"][key]
    assert max(int(row["activations_sequence"]) for row in rows) == plain["bytes"]["activations_sequence"]
    table = format_of("table").render(answer.document(), io.StringIO())
    assert f"{answer.whole.flops:,}" in table.split()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("8 > lstm 6 > dense 3", "lstm gives its last step alone, so dense runs 2 times"),
        ("8 > lstm 6 sequences > dense 3", "lstm gives every step, so dense runs 8 times"),
        ("vocab 9 > embed 6 > lstm 6", "embedding is looked up in, not multiplied"),
        ("vocab 9 > embed 6 > lstm 6 > dense 9 tied", "dense multiplies the embedding's matrix"),
    ],
)
def test_a_convention_is_told_where_it_holds(cli: Cli, call: str, words: str) -> None:
    result = cli("cost", call, "-f", "keras", "--batch", "2", "--steps", "4")
    assert words in result.stdout
    assert words not in cli("cost", "8 > lstm 6", "-f", "keras", "--steps", "4").stdout


def test_what_a_table_says_of_types_training_and_idle_gates(cli: Cli) -> None:
    assert "matrices int4, two to a byte, biases int32" in cli("cost", "8 > lstm 6", "--dtype", "int4", "--notes").stdout
    assert "stores the forget gate, which is one minus another" in cli("cost", "8 > lstm 6 coupled", "-f", "onnx").stdout
    asked = ("--training", "--dtype", "float16", "--steps", "9", "--truncate", "4", "--notes")
    said = cli("cost", "8 > lstm 6", *asked).stdout
    assert "; 6.0 KiB to train with adam\n" in said
    assert "training with adam: weights, gradients, its states" in said
    assert "4 steps at a time" in said
    assert "MASTER" in said.upper()
    assert "master" not in cli("cost", "8 > lstm 6", "--optimizer", "sgd").stdout
    assert "10 valid steps" in cli("cost", "8 > lstm 6", "--lengths", "7,3").stdout
    assert "of 8x9 images" in cli("cost", "3 > conv_lstm 2 kernel=3x3", "--space", "8x9").stdout
    assert "memory" in cli("cost", "8 > lstm 6", "--flops", "10T", "--bandwidth", "100GB").stdout


def test_the_figures_that_people_quote_come_first(cli: Cli) -> None:
    title, figures, *_ = cli("cost", "8 > lstm 6 > dense 3", "-f", "pytorch", "--steps", "5", "--batch", "2").stdout.splitlines()
    answer = cost(read("8 > lstm 6 > dense 3"), "pytorch", steps=5, batch=2)
    assert title == "Cost of 8 > lstm 6 > dense 3 in pytorch (every step by default): batch 2, 5 steps, float32"
    working = answer.bytes.state + max(layer.bytes.activations_sequence for layer in answer.layers)
    assert (answer.params, answer.bytes.weights, answer.bytes.working_memory) == (405, 1620, working)
    taken = f"405 parameters, 1.6 KiB of weights, {working} B of working memory"
    assert figures == f"{taken}; {answer.macs:,} MACs, {answer.whole.flops:,} FLOPs"


def test_what_a_column_means_is_said_where_it_is_asked_for_or_on_a_page(cli: Cli) -> None:
    plain, whole = (cli("cost", "8 > lstm 6", *more).stdout for more in ((), ("--notes",)))
    assert plain.splitlines()[-1] == "--notes explains the columns"
    assert whole.splitlines()[-3:][0].startswith("MACs: multiply-accumulates of the matrix products alone")
    assert "MACs: multiply-accumulates" in cli("cost", "8 > lstm 6", "--format", "markdown").stdout


@pytest.mark.parametrize(
    ("model", "framework", "words"),
    [
        ("8 > lstm 6 > dense 3", "keras", " (last step only by default)"),
        ("8 > lstm 6 > dense 3", "textbook", " (every step by default)"),
        ("8 > lstm 6 sequences > dense 3", "keras", ""),
    ],
)
def test_the_title_says_which_steps_a_framework_gives_by_default(cli: Cli, model: str, framework: str, words: str) -> None:
    title = cli("cost", model, "-f", framework, "--steps", "4").stdout.splitlines()[0]
    assert title == f"Cost of {model} in {framework}{words}: batch 1, 4 steps, float32"
    assert "by default" not in cli("cost", model, "-f", framework).stdout.splitlines()[0]


def test_several_models_have_a_row_each(cli: Cli) -> None:
    texts = ("8 > lstm 6 > dense 3", "8 > gru 6 > dense 3")
    rows = list(csv.DictReader(cli("cost", *texts, "--steps", "4", "--format", "csv").stdout.splitlines()))
    answers = [cost(read(text), steps=4) for text in texts]
    assert [row["model"] for row in rows] == list(texts)
    for key in ("macs", "params"):
        assert [int(row[key]) for row in rows] == [getattr(answer, key) for answer in answers]
    assert [int(row["working_memory"]) for row in rows] == [answer.bytes.working_memory for answer in answers]
    assert float(rows[1]["macs_share"]) == pytest.approx(answers[1].macs / answers[0].macs, abs=1e-6)
    title = cli("cost", texts[0], "-f", "keras,pytorch", "--steps", "4").stdout.splitlines()[0]
    run = "batch 1, 4 steps, float32; last step only by default: keras; every step by default: pytorch"
    assert title == f"Cost of {texts[0]} in 2 frameworks: {run}"
    assert cli("cost", texts[0], texts[0]).stdout.startswith("Cost of 2 models: batch 1, 1 step, float32\n")
    assert "--set is for a model in Python code" in cli("cost", *texts, "--set", "a=1").stderr
    assert "the model is given twice" in cli("cost", *texts, "--units", "3").stderr
    result = cli("cost", *texts, "-q")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: --quiet prints one number, and these are several models; give one of them\n"


def test_the_number_alone_is_the_multiply_accumulates(cli: Cli) -> None:
    assert cli("cost", "32 > lstm 32", "-f", "pytorch", "--steps", "10", "-q").stdout == "81920\n"
    assert cli("cost", "10 > lstm 20", "-f", "pytorch", "--lengths", "5,5,5", "-q").stdout == "36000\n"


def test_every_type_and_optimizer_is_offered_in_the_help(cli: Cli) -> None:
    said = cli("cost", "--help").stdout
    assert all(name in said for name in (*DTYPES, *OPTIMIZERS))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("65536", 65_536),
        ("256KiB", 262_144),
        ("1MB", 10**6),
        ("1.5MiB", 1_572_864),
        ("2 kB", 2000),
        ("1_000B", 1000),
        ("0.3KiB", 307),
    ],
)
def test_sizes_in_bytes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "KiB", "1iB", "1mb", "1.MiB", "-3kB", "1e3", "9" * 700])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(LstmCalcError, match="is not a size in bytes"):
        parse_size(text)


def test_what_is_larger_than_any_float_is_not_said(cli: Cli) -> None:
    large = 10**300
    traffic = cost(read(f"{large} > lstm {large}"), flops=1, bandwidth=10**500).traffic
    assert (traffic.compute_seconds, traffic.bound) == (None, None)
    assert traffic.memory_seconds == pytest.approx(3.2e101)
    assert cost(read("2 > lstm 3"), steps=2, batch=large).traffic.intensity > 3
    assert '"compute_seconds": null' in cli("cost", f"2 > lstm {large}", "--flops", "1", "--format", "json").stdout


def test_a_number_too_long_to_be_written_is_one_sentence(cli: Cli) -> None:
    image = "x".join(["9" * 499] * 3)
    result = cli(
        "cost", f"2 > conv_lstm {'9' * 499} kernel={image}", "--space", image, "--batch", "9" * 499, "--steps", "9" * 499, "-q"
    )
    assert (result.exit_code, result.stdout) == (2, "")
    assert "more than 4,300 digits" in result.stderr


KEPT = {
    "7 > lstm 11": ("textbook", [8 * (7 + 7 * 11)]),
    "7 > lstm 11 x3 > dense 2": ("textbook", [672, 638, 638, 22]),
    "7 > lstm 11 peephole > lstm 4": ("textbook", [694, 246]),
    "7 > lstm 11 proj=4 x2": ("textbook", [704, 656]),
    "7 > gru 11 x2 > dense 3": ("pytorch", [8 * (7 + 6 * 11), 550, 22]),
    "7 > bilstm 11 merge=mul x2 > dense 3": ("keras", [1332, 1364, 22]),
    "7 > birnn 11 merge=mul x2 > dense 3": ("keras", [276, 308, 22]),
    "7 > lstm 11 > repeat_vector 4 > lstm 5 > dense 2": ("keras", [672, 0, 302, 10]),
    "7 > lstm 11 frozen > lstm 4 > dense 2": ("pytorch", [0, 312, 8]),
    "7 > lstm 11 > lstm 4 frozen > dense 2 frozen": ("pytorch", [672, 192, 0]),
    "7 > gru 11 > gru 4 frozen > dense 2": ("pytorch", [584, 192, 8]),
    "7 > lstm 11 frozen > dense 2 frozen": ("pytorch", [0, 0]),
    "7 > lstm 11 > dense 4 frozen > lstm 3 > dense 2": ("keras", [672, 0, 200, 6]),
    "7 > dense 5 > lstm 4": ("pytorch", [8 * 7, 8 * (5 + 7 * 4)]),
    "7 > lstm 11 coupled": ("onnx", [650]),
    "7 > mgu 11 > mgu 4 ungated": ("textbook", [474, 142]),
}
"""The numbers that autograd keeps of two sequences of four steps, layer by layer, as test_cost_oracles counts them."""


@pytest.mark.parametrize("text", KEPT)
def test_the_values_that_a_backward_pass_finds(text: str) -> None:
    framework, kept = KEPT[text]
    layers = cost(read(text), framework, batch=2, steps=4, optimizer="sgd").layers
    assert [layer.bytes.training.saved_activations for layer in layers if layer.bytes.training] == [4 * each for each in kept]


@pytest.mark.parametrize("after", ["dense 2 frozen", "lstm 3 frozen"])
def test_a_frozen_layer_of_a_larger_model_hands_the_gradient_on(after: str) -> None:
    """A frozen layer saves none of what it reads, so it saves as much where something that is not in the model comes between."""
    whole, part = (
        cost(read(f"8 > lstm 4 > lstm 5 {width} frozen > {after}"), "keras", batch=2, steps=3, optimizer="adam").bytes.training
        for width in ("in=4", "in=9")
    )
    assert whole is not None
    assert part is not None
    assert whole.saved_activations == part.saved_activations


def test_a_repeated_vector_is_no_longer_than_the_stretch() -> None:
    layers = cost(read("7 > lstm 11 > repeat_vector 4 > lstm 5"), "keras", batch=2, steps=6, optimizer="sgd", truncate=2).layers
    kept = [4 * (7 + 7 * 11), 0, 2 * 11 + 4 * 7 * 5]
    assert [layer.bytes.training.saved_activations for layer in layers if layer.bytes.training] == [4 * each for each in kept]


def test_work_is_shared_among_equal_runs() -> None:
    assert Operations(4, 8, 12).shared(4) == Operations(1, 2, 3)
    assert Operations(4, 8, 12).shared(4, joining=5) == Operations(1, 2, 8)
    assert (macs_of(read("3 > lstm 4")), Operations(1, 2, 3).flops) == (112, 7)


def test_the_values_of_an_image_are_kept_at_every_position() -> None:
    answer = training(read("3 > conv_lstm 4 kernel=3"), "textbook", batch=2, steps=4, space=(5,))
    assert answer.saved_activations == 4 * 2 * 4 * 5 * (3 + 7 * 4)


@pytest.mark.parametrize(
    ("optimizer", "shape", "size"),
    [
        ("momentum", (2, 3, 5), 4 * 30),
        ("adam", (7,), 8 * 7),
        ("adafactor", (7,), 4 * 7),
        ("adafactor", (3, 5), 4 * (3 + 5)),
        ("adafactor", (2, 3, 5), 4 * 2 * (3 + 5)),
        ("adam8bit", (4095,), 8 * 4095),
        ("adam8bit", (4096,), 2 * (4096 + 16 * 4)),
        ("adam8bit", (16, 257), 2 * (4112 + 17 * 4)),
    ],
)
def test_what_an_optimizer_keeps_of_a_tensor(optimizer: str, shape: tuple[int, ...], size: int) -> None:
    assert OPTIMIZERS[optimizer].states(shape) == size


@pytest.mark.parametrize(("per_channel", "scales"), [(False, 2), (True, 8 * 6)])
def test_scales_a_channel_are_weights_too(per_channel: bool, scales: int) -> None:
    answer = cost(read("3 > lstm 6"), "pytorch", dtype="int8", per_channel=per_channel)
    assert answer.bytes.weights == 4 * 6 * (3 + 6) + 4 * 2 * 4 * 6 + 4 * scales
    assert answer.layers[0].bytes_moved == answer.bytes.weights + (3 + 6) + 2 * (6 + 2 * 6)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("framework", "layers", "numbers"),
    [
        ("pytorch", (LSTM(4, input_dim=3), LSTM(4, projection=2, input_dim=3)), 144 + 120),
        ("keras", (ConvLSTM(2, (3,), input_dim=3), ConvLSTM(2, (3, 2), input_dim=3)), 128 + 248),
        ("keras", (Embedding(9, 4), LSTM(4, input_dim=3, repeat=3)), 36 + 128 + 2 * 144),
        ("keras", (LSTM(4, input_dim=3), LSTM(5, input_dim=4), LSTM(5, input_dim=6, bias=False)), 128 + 200 + 220),
    ],
)
def test_the_order_in_which_layers_are_counted_changes_nothing(
    framework: str, layers: tuple[Layer, ...], numbers: int, order: int
) -> None:
    assert sum(count(Model([layer]), framework) for layer in layers[::order]) == numbers


def test_the_bytes_that_a_budget_limits_have_a_scale_a_channel_too() -> None:
    model = read("3 > lstm 6")
    for per_channel, scales in ((False, 2), (True, 8 * 6)):
        metric = metrics(dtype="int8", per_channel=per_channel)["bytes"]
        assert metric.of(model, "pytorch") == 4 * 6 * (3 + 6) + 4 * 2 * 4 * 6 + 4 * scales
        assert metric.polynomial is True
    assert metrics(dtype="int4")["bytes"].polynomial is False
    assert metrics(flops=1)["step_ns"].polynomial is False


@pytest.mark.parametrize(
    ("framework", "device", "nanoseconds"),
    [
        ("pytorch", {"bandwidth": 10**9}, 4 * (4 * 6 * 9 + 2 * 24 + 2 * 12 + 9)),
        ("textbook", {"bandwidth": 10**9}, 4 * (4 * 6 * 9 + 24 + 2 * 12 + 9)),
        ("pytorch", {"flops": 10**9, "bandwidth": 10**12}, 2 * 4 * 6 * 9 + 2 * 24 + 30 * 6),
        ("pytorch", {"flops": 7 * 10**9}, 95),
    ],
)
def test_the_nanoseconds_of_a_step_are_rounded_up(framework: str, device: dict[str, int], nanoseconds: int) -> None:
    assert metrics(**device)["step_ns"].of(read("3 > lstm 6"), framework) == nanoseconds


def test_a_dense_on_an_image_with_its_features_first_reads_its_last_axis() -> None:
    model = read("3 > conv_lstm 8 kernel=3x3 padding=same format=channels_first > dense 2 in=5")
    assert cost(model, "keras", steps=4, space=(8, 5)).layers[-1].whole.macs == 8 * 8 * 5 * 2
    flat = model.replace(layers=[model.layers[0], Flatten(), Dense(2)])
    assert cost(flat, "keras", steps=4, space=(8, 5)).layers[-1].whole.macs == 320 * 2


@pytest.mark.parametrize(("kernel", "space", "positions"), [("3", (5,), 8), ("3x3x3", (6, 4, 5), 8 * 6 * 4)])
def test_the_last_axis_is_read_of_an_image_of_any_dimensions(kernel: str, space: tuple[int, ...], positions: int) -> None:
    model = read(f"3 > conv_lstm 8 kernel={kernel} padding=same format=channels_first > dense 2 in=5")
    assert cost(model, "keras", steps=4, space=space).layers[-1].whole.macs == positions * 5 * 2


def test_an_embedding_behind_vectors_reads_the_steps_that_are_asked_for() -> None:
    """It is a part of a larger model, with an input of its own, whose steps no layer says."""
    vectors = Model([RepeatVector(1), LSTM(1), Embedding(9, 4)], 1)
    assert [layer.runs for layer in cost(vectors, "keras", batch=2, steps=3).layers] == [2, 2, 6]


def test_further_inputs_have_one_step_where_none_are_asked_for() -> None:
    both = Model([LSTM(4), Input((None, 2), name="target"), LSTM(4, inputs=("target",))], 3)
    assert [layer.runs for layer in cost(both, "keras", batch=2).layers] == [2, 2, 2]
    assert [layer.runs for layer in cost(both, "keras", batch=2, steps=5).layers] == [10, 10, 10]


def test_every_step_is_kept_where_the_framework_takes_the_last_from_them() -> None:
    """TensorFlow Lite Micro takes an arena of 17,168 bytes and 240 of variables for this model of its examples."""
    model = read("257 > lstm 80 last > dense 4")
    taken = {name: cost(model, name, steps=49, dtype="int8").bytes.working_memory for name in ("tflite", "pytorch", "keras")}
    assert taken == {
        "tflite": 49 * 257 + 49 * 80 + 4 * 80 * 2 + 240,
        "pytorch": taken["tflite"],
        "keras": taken["tflite"] - 48 * 80,
    }
    apart = cost(model, "pytorch", lengths=[5, 2]).bytes.activations_sequence
    assert apart == 4 * (7 * 257 + 7 * 80 + 2 * 4 * 80)


@pytest.mark.parametrize(("front", "whole"), [("28", "28x28"), ("vocab 9 > embed 28", "28x > vocab 9 > embed 28")])
def test_the_steps_that_are_asked_for_are_those_of_a_flatten(cli: Cli, front: str, whole: str) -> None:
    layers = "lstm 20 > flatten > dense 10"
    asked = (f"{front} > {layers}", "-f", "pytorch", "--steps", "28")
    total = str(cost(read(f"{whole} > {layers}"), "pytorch").params)
    assert json.loads(cli("cost", *asked, "--format", "json").stdout)["params"] == int(total)
    assert cli("summary", *asked, "-q").stdout.strip() == total
    assert json.loads(cli("report", *asked, "--format", "json").stdout)["params"]["total"] == int(total)
    checked = json.loads(cli("check", *asked, "--max-params", "1M", "--max-ram", "1MiB", "--format", "json").stdout)
    assert checked["models"][0]["limits"]["params"]["value"] == int(total)
    assert "give the shape of the model's input, as 20x40 for 20 steps of 40" in cli("params", *asked[:3]).stderr
