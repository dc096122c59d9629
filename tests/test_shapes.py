"""What flows through a model: held against the recorded runs of the real frameworks, and against what must hold of any."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc import LSTM, Dense, Embedding, FrameworkError, Model, ModelError, read, shapes
from lstm_calc.formats.modelfile import loads
from lstm_calc.frameworks import FRAMEWORKS, frameworks
from tests.recorded import cases, model_of
from tests.strategies import models
from tests.test_recorded import RECORDED, framework_of

if TYPE_CHECKING:
    from lstm_calc.questions.shapes import Shapes
    from tests.conftest import Cli

SEQUENCES = ("lstm", "gru", "rnn", "mgu")
RUN_FIELDS = ("return_sequences", "return_state", "stateful", "padding", "data_format")
"""What a recorded case says of its top recurrent layer that changes shapes, and no tensor."""

FULL = {"cudnn"}
"""The frameworks that were recorded with return_sequences=True without saying so."""


def as_run(file: str, case: dict[str, Any]) -> dict[str, Any] | None:
    """Return the model file of a recorded run, or None where it is not a model of ours."""
    config = case["config"]
    if case["cell"] == "convlstm" and config.get("structure") == "cell":
        return None
    model = model_of(file, case | {"config": config | {"initial_states": None}})
    if model is not None:
        top = next(layer for layer in reversed(model["layers"]) if layer["type"] != "dense")
        top |= {field: config[field] for field in RUN_FIELDS if config.get(field) is not None}
        top |= {"padding": config["padding"].lower()} if "padding" in config else {}
        top |= {"return_sequences": True} if file in FULL else {}
    return model


def recorded() -> list[Any]:
    found = [(file, case, as_run(file, case)) for file in RECORDED for case in cases(file) if case.get("shapes")]
    return [
        pytest.param(framework_of(file, case), case, model, id=f"{file}-{case['id']}")
        for file, case, model in found
        if model and "input" in case["shapes"]
    ]


def flat(value: Any) -> list[list[int]]:
    """Return the shapes in a nest of lists and dicts, in order."""
    if isinstance(value, dict):
        return [shape for name in sorted(value, reverse=True) for shape in flat(value[name])]
    return [value] if isinstance(value[0], int) else [shape for part in value for shape in flat(part)]


def by_role(answer: Shapes, role: str) -> list[list[Any]]:
    return [list(flow.shape) for flow in answer.tensors if flow.role == role]


def nests(answer: Shapes, recorded_shapes: dict[str, Any]) -> dict[str, Any]:
    """Return, for what was recorded as a nest of states, the same of ours."""
    roles = {"initial_state": "initial", "state": "final", "variable_state_tensors": "state"}
    return {name: sorted(by_role(answer, role)) for name, role in roles.items() if name in recorded_shapes}


def order_of(framework: str, config: dict[str, Any]) -> bool | None:
    """Return what a recorded case says of the order of its input's axes."""
    said = {"pytorch": config.get("batch_first", False), "onnx": None, "openvino": None, "keras": None, "cudnn": None, "mlx": None}
    return said.get(framework, not config.get("time_major", False))


@pytest.mark.spread(80)
@pytest.mark.parametrize(("framework", "case", "model"), recorded())
def test_shapes_are_those_recorded(framework: str, case: dict[str, Any], model: dict[str, Any]) -> None:
    config, want = case["config"], dict(case["shapes"])
    answer = shapes(loads(json.dumps(model)), framework, shape=want["input"], batch_first=order_of(framework, config))
    want.pop("stateful_variables", None)  # the initial states, kept
    have: dict[str, Any] = {flow.name: list(flow.shape) for flow in answer.tensors} | nests(answer, want)
    if framework == "keras" and "initial_state" in want:
        want["initial_state"] = want["initial_state"] * (2 if config.get("bidirectional") else 1)  # recorded of one direction
    if framework == "haiku" and config.get("structure") == "two_cores" and len(config["units"]) > 1:
        want = {re.sub("(?<=state)_(?=hidden|cell)", "_1_", name): shape for name, shape in want.items()}  # recorded of the top
    for name in ("initial_state", "state", "variable_state_tensors"):
        if name in want:
            want[name] = sorted(flat([each[1] for each in want[name]] if name.startswith("variable") else want[name]))
    assert {name: have.get(name) for name in want} == want


def test_onnx_with_layout_1_has_the_batch_first_in_all_that_flows() -> None:
    found = shapes(read("3 > lstm 4 bidirectional"), "onnx", shape=(8, 10, 3), batch_first=True)
    states = {f"{of}_{state}": (8, 2, 4) for of in ("initial", "Y") for state in "hc"}
    told = {flow.name: flow.shape for flow in found.tensors}
    assert told == {"input": (8, 10, 3), "X": (8, 10, 3), "sequence_lens": (8,), "Y": (8, 10, 2, 4), **states}


def test_runs_of_every_framework_were_recorded() -> None:
    assert {case.values[0] for case in recorded()} == set(FRAMEWORKS) - {"textbook"}


def named(answer: Shapes) -> dict[str, tuple[Any, ...]]:
    return {flow.name: flow.shape for flow in answer.tensors}


@given(models("textbook"), st.integers(1, 9), st.integers(1, 9))
def test_widths_are_those_of_the_model(model: Model, batch: int, steps: int) -> None:
    try:
        answer = shapes(model, batch=batch, steps=steps)
    except ModelError:
        return  # an image where a vector is read, or a vector repeated twice
    outputs = [flow for flow in answer.tensors if flow.role == "output"]
    assert [flow.shape[-1] for flow in outputs] == [placed.output_dim for placed in model.uses]
    assert all(len(flow.shape) == len(flow.axes.split()) for flow in answer.tensors)


@pytest.mark.parametrize(
    ("framework", "cell"), [(name, cell) for name, table in frameworks().items() for cell in SEQUENCES if cell in table.layouts]
)
def test_what_is_not_known_is_none_and_nothing_else_changes(framework: str, cell: str) -> None:
    model = read(f"5 > {cell} 7 > {cell} 7")
    known = shapes(model, framework, batch=11, steps=13).tensors
    unknown = shapes(model, framework).tensors
    assert [flow.name for flow in known] == [flow.name for flow in unknown]
    blanked = [tuple(None if size in {11, 13} else size for size in flow.shape) for flow in known]
    vectors = [tuple(size for size in shape if size is not None) for shape in blanked]
    assert [flow.shape for flow in unknown] == (vectors if framework == "textbook" else blanked)
    assert len({(flow.layer, flow.name) for flow in known}) == len(known)


def test_one_step_has_every_value_of_the_cell() -> None:
    answer = named(shapes(read("32 > lstm 64 proj=16"), "textbook", shape=(8, 10, 32)))
    assert answer == {
        "input": (8, 32),
        "x_t": (8, 32),
        "h_t-1": (8, 16),
        "c_t-1": (8, 64),
        **{f"{name}_t": (8, 64) for name in "ifgco"},
        "h_t": (8, 16),
        "output": (8, 16),
    }


@pytest.mark.parametrize(
    ("text", "framework", "shape", "expected"),
    [
        ("32 > lstm 8", "keras", (64, 32), {"input": (None, 64, 32), "output": (None, 8)}),
        ("32 > lstm 8", "pytorch", (64, 32), {"input": (64, 32), "output": (64, 8), "h_n": (1, 8)}),
        ("32 > lstm 8 x2", "pytorch", (64, 3, 32), {"output": (64, 3, 8), "c_n": (2, 3, 8)}),
        ("32 > lstm 8 last > dense 4", "pytorch", (64, 3, 32), {"lstm/output": (64, 3, 8), "output": (3, 4)}),
        (
            "5 > lstm 8 > repeat_vector 6 > lstm 8 sequences > dense 1",
            "keras",
            (3, 9, 5),
            {"repeat_vector/output": (3, 6, 8), "output": (3, 6, 1)},
        ),
        ("5 > bilstm 8 merge=none sequences", "keras", (3, 9, 5), {"output_forward": (3, 9, 8), "output_backward": (3, 9, 8)}),
        (
            "vocab 9 > embed 6 > lstm 8 > dense 1",
            "keras",
            (3, 4),
            {"input": (3, 4), "embedding/output": (3, 4, 6), "output": (3, 1)},
        ),
        ("5 > dense 4 > dense 3", "keras", (7, 5), {"output": (7, 3)}),
        ("5 > dense 4 > dense 3", "keras", (7, 6, 5), {"output": (7, 6, 3)}),
        ("32 > lstm 8", "flax-linen", (2, 3, 64, 32), {"output": (2, 3, 64, 8), "carry_h": (2, 3, 8)}),
        (
            "3 > conv_lstm 8 kernel=3x3 strides=2x1 padding=same format=channels_first sequences",
            "keras",
            (2, 4, 3, 7, 9),
            {"output": (2, 4, 8, 4, 9), "state_h": (2, 8, 4, 9)},
        ),
        ("3 > conv_lstm 8 kernel=3 dilation=2", "keras", (2, 4, 7, 3), {"output": (2, 3, 8)}),
        ("3 > conv_lstm 8 kernel=3", "keras", (None, None, None, 3), {"output": (None, None, 8)}),
        ("3 > conv_lstm 8 kernel=3", "flax-linen", (2, 4, 7, 3), {"output": (2, 4, 7, 8)}),
        (
            "3 > conv_lstm 8 kernel=3 padding=same > flatten > dense 10",
            "keras",
            (2, 4, 5, 3),
            {"conv_lstm/output": (2, 5, 8), "flatten/output": (2, 40), "output": (2, 10)},
        ),
        ("3 > lstm 8 sequences > dense 10 in=8", "keras", (2, 1, 3), {"output": (2, 1, 10)}),
        ("3 > lstm 8 > lstm 4 in=16 sequences", "keras", (2, 2, 3), {"output": (2, 2, 4)}),
        ("3 > conv_lstm 8 kernel=1x1 > conv_lstm 8 kernel=1x1 in=8", "keras", (2, 5, 1, 1, 3), {"output": (2, 1, 1, 8)}),
        ("3 > lstm 8 sequences > flatten > dense 10", "keras", (2, 5, 3), {"lstm/output": (2, 5, 8), "output": (2, 10)}),
        ("3 > lstm 8 sequences > dense 10 in=40", "keras", (2, 5, 3), {"lstm/output": (2, 5, 8), "output": (2, 5, 10)}),
        ("3 > conv_lstm 8 kernel=3 > lstm 4", "keras", (2, 4, 9, 3), {"conv_lstm/output": (2, 7, 8), "output": (2, 4)}),
        ("3 > conv_lstm 8 kernel=3 > bilstm 4 x2", "keras", (2, 4, 9, 3), {"lstm/output": (2, 7, 8), "output": (2, 8)}),
        ("5 > lstm 4 > vocab 9 > embed 4", "keras", (2, 4, 5), {"output": (2, 4, 4)}),
    ],
)
def test_known_runs(text: str, framework: str, shape: tuple[int | None, ...], expected: dict[str, Any]) -> None:
    have = named(shapes(read(text), framework, shape=shape))
    assert {name: have.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "framework", "options", "words"),
    [
        ("32 > lstm 8", "keras", {"shape": (3, 64, 31)}, "has 31 features, and the model reads 32"),
        ("32 > lstm 8", "keras", {"shape": (32,)}, "keras reads (batch, steps, features) here"),
        ("32 > lstm 8", "keras", {"shape": (1, 3, 64, 32)}, "the shape 1x3x64x32 does not fit"),
        ("32 > lstm 8", "keras", {"shape": (3, 64, 32), "steps": 5}, "give the one or the others"),
        ("32 > lstm 8", "keras", {"batch_first": False}, "keras has no input of (steps, batch, features)"),
        ("32 > lstm 8 stateful", "keras", {"steps": 5}, "lstm is stateful, which needs the batch size: give the batch"),
        ("3 > lstm 8 stateful", "pytorch", {"batch": 2}, "pytorch has no stateful for lstm; textbook, keras and cudnn do"),
        ("3 > conv_lstm 8 kernel=3 strides=2", "flax-linen", {}, "flax-linen has no strides for conv_lstm; textbook and keras do"),
        (
            "3 > conv_lstm 8 kernel=5",
            "keras",
            {"shape": (2, 4, 3, 3)},
            "conv_lstm leaves nothing of (3): its window does not fit; use padding=same",
        ),
        ("5 > lstm 4 > repeat_vector 3 > repeat_vector 2", "keras", {}, "repeat_vector_1 reads 2 axes, (batch, features), and"),
        ("3 > conv_lstm 4 kernel=3 > repeat_vector 3", "keras", {}, "repeat_vector reads 2 axes, (batch, features), and"),
        ("vocab 9 > embed 4 > repeat_vector 3", "keras", {}, "repeat_vector reads 2 axes, (batch, features), and"),
        ("4 > repeat_vector 3 > lstm 2", "keras", {"steps": 7}, "the model reads (batch, features), which has no steps"),
        ("9x4 > lstm 2", "keras", {"steps": 7}, "the model reads 9 steps, not 7"),
        ("9x4 > lstm 2", "keras", {"shape": (2, 7, 4)}, "the model reads 9 steps, not 7"),
    ],
)
def test_what_cannot_flow_is_said(text: str, framework: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises((ModelError, FrameworkError), match=re.escape(words)):
        shapes(read(text), framework, **options)


def test_notes_say_what_keras_has_to_be_told() -> None:
    notes = shapes(read("8 > lstm 4 backwards > lstm 4 state stateful > dense 2"), "keras", batch=3).notes
    assert notes == (
        "return_sequences=True in lstm",
        "final states: returned with return_state=True only, which lstm does not have",
        "lstm_1: stateful, the final states are the initial ones of the next batch",
        "lstm: read from the last step to the first, and the output is in that order",
    )
    notes = shapes(read("8 > lstm 4 > lstm 4 > lstm 4 stateful > lstm 4 stateful"), "keras", batch=3).notes
    assert notes == (
        "return_sequences=True in lstm, lstm_1 and lstm_2",
        "final states: returned with return_state=True only, which lstm, lstm_1, lstm_2 and lstm_3 do not have",
        "lstm_2 and lstm_3: stateful, the final states are the initial ones of the next batch",
    )
    assert shapes(read("8 > lstm 4 > dense 2"), "pytorch").notes == (
        "states stay (layers*directions, batch, size) with batch_first, too",
        "dense: applied at every step",
    )
    assert shapes(read("8 > dense 2"), "keras").notes == ()
    assert shapes(read("8 > dense 2"), "keras", steps=3).notes == ("dense: applied at every step",)


def test_swapped_steps_and_features_are_warned_of(cli: Cli) -> None:
    result = cli("shapes", "32 > lstm 8", "-f", "keras", "--shape", "4x32x64", "--format", "json")
    assert result.exit_code == 0
    assert result.stderr == (
        "warning: the shape 4x32x64 looks as if steps and features were swapped: "
        "the model reads 32 features; read as 64 steps of 32\n"
    )
    first = {"name": "input", "layer": None, "role": "input", "shape": [4, 64, 32], "axes": "batch steps features"}
    assert json.loads(result.stdout)["tensors"][0] == first


def test_unknown_sizes_are_null_and_none(cli: Cli) -> None:
    asked = ("shapes", "32 > lstm 8", "-f", "keras", "--shape", "Nonex?x32")
    assert json.loads(cli(*asked, "--format", "json").stdout)["tensors"][0]["shape"] == [None, None, 32]
    assert "(None, None, 32)" in cli(*asked).stdout
    assert ",?x?x32," in cli(*asked, "--format", "csv").stdout


@pytest.mark.parametrize("text", ["4x9x32", "4,9,32", "(4, 9, 32)", "4X9X32"])
def test_a_shape_as_people_write_it(cli: Cli, text: str) -> None:
    asked = ("shapes", "32 > lstm 8", "-f", "keras", "--format", "json", "--shape", text)
    assert json.loads(cli(*asked).stdout)["tensors"][0]["shape"] == [4, 9, 32]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--shape", "8xx2"), "--shape: '8xx2' is not a shape; write 8x64x32"),
        (("--shape", "8xax2"), "--shape: 'a' is not a whole number"),
        (("--batch", "0"), "--batch: must be"),
        (("--steps", "5x9"), "--steps: '5x9' is not a whole number"),
    ],
)
def test_wrong_sizes(cli: Cli, options: tuple[str, str], words: str) -> None:
    result = cli("shapes", "32 > lstm 8", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_model_file_says_which_layer_breaks_the_stack(cli: Cli) -> None:
    layers = [{"type": "lstm", "units": 4, "return_sequences": False}, {"type": "lstm", "units": 4}]
    result = cli("shapes", "-", stdin=json.dumps({"input_dim": 8, "layers": layers}))
    assert result.exit_code == 2
    assert "<stdin>:layers[1].shape: lstm_1 reads 3 axes, (batch, steps, features), and (None, 4) comes in" in result.stderr


def test_a_projection_makes_h_small_and_not_c() -> None:
    found = named(shapes(Model([LSTM(64, projection=16, bidirectional=True)], 32), "pytorch", shape=(10, 4, 32)))
    assert (found["output"], found["h_n"], found["c_n"]) == ((10, 4, 32), (2, 4, 16), (2, 4, 64))


@pytest.mark.slow
def test_many_layers_are_told_in_few_words_and_drawn_in_good_time(cli: Cli) -> None:
    answer = shapes(read("32 > lstm 8 x2000"), "keras")
    assert answer.notes[0] == "return_sequences=True in lstm, lstm_1, lstm_2 and 1,996 more"
    drawn = cli("shapes", "32 > lstm 8 x2000", "-f", "keras", "--format", "mermaid").stdout
    assert drawn.count("-->") == 2001


def test_a_layer_may_be_named_as_the_ends_of_a_drawing_are(cli: Cli) -> None:
    lines = cli("shapes", "32 > lstm 8 name=output > dense 3 name=end", "-f", "keras", "--format", "mermaid").stdout.splitlines()
    assert [line.split()[0] for line in lines if "--" in line] == ["n0", "n1", "n2"]
    assert [line.split()[-1] for line in lines if "--" in line] == ["n1", "n2", "n3"]


def test_arrows_bear_what_the_next_layer_reads(cli: Cli) -> None:
    drawn = cli("shapes", "32 > lstm 8 last > dense 3", "-f", "pytorch", "--shape", "5x4x32", "--format", "mermaid").stdout
    assert '-- "(4, 8)" -->' in drawn
    assert '-- "output (4, 3)" -->' in drawn


def test_what_is_as_usual_is_no_request() -> None:
    model = read("3 > conv_lstm 8 kernel=3 strides=1 padding=same format=channels_last")
    assert named(shapes(model, "flax-linen", shape=(2, 4, 5, 3)))["output"] == (2, 4, 5, 8)


@pytest.mark.parametrize("options", [{"batch": 2}, {"shape": (2, 5)}])
def test_a_model_that_begins_with_a_repeat_vector_reads_no_steps(options: dict[str, Any]) -> None:
    found = shapes(read("5 > repeat_vector 3 > lstm 4"), "keras", **options)
    assert [(flow.name, flow.shape) for flow in found.tensors if flow.role in {"input", "output"}] == [
        ("input", (2, 5)),
        ("repeat_vector/output", (2, 3, 5)),
        ("output", (2, 4)),
    ]
    assert found.reads == {"repeat_vector": (2, 5), "lstm": (2, 3, 5)}


def test_what_flows_into_a_layer_has_its_features_where_it_reads_them() -> None:
    found = shapes(read("3 > conv_lstm 8 kernel=3x3 format=channels_first padding=same"), "keras", shape=(2, 5, 3, 6, 7))
    assert found.reads == {"conv_lstm": (2, 5, 3, 6, 7)}


def test_where_no_framework_is_named_shapes_are_those_of_whole_sequences() -> None:
    answer = shapes(read("40 > bilstm 96 > dense 3"))
    assert answer.framework == "textbook"
    assert named(answer) == {
        "input": (None, None, 40),
        "lstm/output": (None, None, 192),
        **{f"{side}_{state}": (None, 96) for side in ("forward", "backward") for state in "hc"},
        "output": (None, None, 3),
    }
    assert answer.tensors[0].axes == "batch steps features"
    assert named(shapes(read("3 > bilstm 4 merge=none"), batch=2, steps=5))["output_forward"] == (2, 5, 4)


@pytest.mark.parametrize(
    ("text", "shape", "shown"),
    [
        ("3 > lstm 4", (3,), (3,)),
        ("3 > lstm 4", (2, 3), (2, 3)),
        ("3 > lstm 4", (2, 5, 3), (2, 3)),
        ("3 > dense 4", (2, 3), (2, 3)),
        ("3 > conv_lstm 4 kernel=3 padding=valid", (9, 3), (9, 3)),
        ("3 > conv_lstm 4 kernel=3 padding=valid", (2, 9, 3), (2, 9, 3)),
    ],
)
def test_one_step_of_a_batch_keeps_its_batch(text: str, shape: tuple[int, ...], shown: tuple[int, ...]) -> None:
    answer = named(shapes(read(text), "textbook", shape=shape))
    assert answer["input"] == answer.get("x_t", shown) == shown
    assert answer["output"] == ((*shown[:-2], 7, 4) if "conv" in text else (*shown[:-1], 4))


@pytest.mark.parametrize(
    "framework", [name for name, table in frameworks().items() if "bidirectional" in table.layouts["lstm"].options]
)
def test_what_flows_in_two_directions_is_told_once(framework: str) -> None:
    flows = [(flow.layer, flow.name) for flow in shapes(read("5 > bilstm 7 > bilstm 3"), framework).tensors]
    assert len(set(flows)) == len(flows)


def test_the_steps_stay_where_a_layer_reads_them() -> None:
    found = shapes(read("3 > lstm 8 sequences > lstm 5 in=64 sequences"), "keras", batch=2, steps=8)
    assert [flow.shape for flow in found.tensors if flow.role == "output"] == [(2, 8, 8), (2, 8, 5)]


@pytest.mark.parametrize(
    ("last", "shape"),
    [
        ("dense 2 in=5", (1, 8, 8, 2)),
        ("flatten > dense 2", (1, 2)),
        ("conv_lstm 2 kernel=1x1 in=5 sequences", None),
    ],
)
def test_an_image_with_its_features_first_is_read_by_its_last_axis(last: str, shape: tuple[int, ...] | None) -> None:
    """Keras gives (None, 8, 8, 2) for the first: Dense reads the columns, and the filters stay beside the rows."""
    first = "3 > conv_lstm 8 kernel=3x3 padding=same format=channels_first"
    model = read(f"{first} > {last}" if shape else f"{first} sequences > {last}")
    outputs = [flow.shape for flow in shapes(model, "keras", shape=(1, 4, 3, 8, 5)).tensors if flow.role == "output"]
    assert outputs[-1] == (shape or (1, 4, 8, 8, 2))


@pytest.mark.parametrize(("framework", "shape"), [("keras", (2, 38)), ("pytorch", (2, 38)), ("textbook", (2, 38))])
def test_features_before_an_embedding_are_no_steps(framework: str, shape: tuple[int, ...]) -> None:
    """The embedding reads token ids of its own, so the features are not taken for steps, which PyTorch would have first."""
    found = {tensor.name: tensor.shape for tensor in shapes(Model([Dense(38), Embedding(23, 4)], 39), framework, batch=2).tensors}
    assert found["dense/output"] == shape


@pytest.mark.parametrize(
    ("line", "shape", "given"),
    [
        ("nn.Conv2d(3, 4, 3)", "1x3x11x15", (1, 9, 13, 4)),
        ("nn.Conv2d(3, 4, 3)", "1x11x15x3", (1, 9, 13, 4)),
        ("nn.Conv1d(3, 4, 3)", "2x3x11", (2, 9, 4)),
        ("nn.Conv1d(3, 4, 3)", "2x11x3", (2, 9, 4)),
        ("nn.Conv1d(3, 4, 3) > nn.LSTM(4, 5)", "2x3x11", (9, 2, 5)),
        ("nn.Conv1d(3, 4, 3) > nn.LSTM(4, 5, batch_first=True)", "2x3x11", (2, 9, 5)),
    ],
)
def test_convolutions_of_pytorch_take_the_order_of_pytorch(cli: Cli, line: str, shape: str, given: tuple[int, ...]) -> None:
    result = cli("shapes", line, "--shape", shape, "--format", "json")
    assert tuple(json.loads(result.stdout)["links"][-1]["shape"]) == given
    features_first = int(shape.split("x")[1]) == 3
    assert ("is read as pytorch reads it, (batch, features, positions)" in result.stderr) is features_first
    assert "conv: pytorch has the features behind the batch there" in cli("shapes", line).stdout
