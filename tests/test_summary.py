"""One row per layer: the same numbers as params, shapes and cost have, in every format."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from lstm_calc import LSTM, Add, Dense, Embedding, Input, Model, RepeatVector, Shared, cost, params, read, summary
from lstm_calc.dtypes import weight_bytes
from lstm_calc.errors import LstmCalcError, ModelError
from lstm_calc.render import format_of
from tests.strategies import models

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli, Screen

CNN = "1000x4 > conv 320 kernel=26 > pool 13 > bilstm 320 sequences > dropout 0.5 > flatten > dense 10"
CAPTIONS = Model(
    [
        Input((2048,), name="image"),
        Dense(256, name="image_dense"),
        Input((34,), name="caption"),
        Embedding(8256, 256, inputs=["caption"]),
        LSTM(256, return_sequences=False),
        Add(inputs=["image_dense", "lstm"]),
        Dense(8256),
    ]
)
SEQ2SEQ = Model(
    [
        Input((None, 71), name="source"),
        LSTM(256, name="encoder", return_sequences=False),
        Input((None, 94), name="target"),
        LSTM(256, name="decoder", return_sequences=True, inputs=["target", "encoder.h", "encoder.c"]),
        Dense(94),
    ]
)


def test_a_convolution_before_a_recurrent_layer() -> None:
    answer = summary(read(CNN), "keras")
    rows = [(layer.name, layer.output_shapes, layer.params, layer.macs) for layer in answer.layers]
    assert rows == [
        ("conv", ((None, 975, 320),), 33_600, 975 * 320 * 4 * 26),
        ("pool", ((None, 75, 320),), 0, 0),
        ("lstm", ((None, 75, 640),), 1_640_960, 2 * 4 * 320 * 640),
        ("dropout", ((None, 75, 640),), 0, 0),
        ("flatten", ((None, 48_000),), 0, 0),
        ("dense", ((None, 10),), 480_010, 480_000),
    ]
    assert (answer.total, answer.trainable, answer.bytes) == (2_154_570, 2_154_570, 8_618_280)


def test_a_model_of_captions_says_what_each_layer_reads() -> None:
    answer = summary(CAPTIONS, "keras")
    assert {layer.name: layer.inputs for layer in answer.layers} == {
        "image": (),
        "image_dense": ("image",),
        "caption": (),
        "embedding": ("caption",),
        "lstm": ("embedding",),
        "add": ("image_dense", "lstm"),
        "dense": ("add",),
    }
    assert answer.total == 5_285_184
    assert "reads" in format_of("table").render(answer.document(), io.StringIO())


def test_the_steps_of_two_inputs_may_be_open() -> None:
    answer = summary(SEQ2SEQ, "keras")
    assert [layer.output_shapes[0] for layer in answer.layers][1:4] == [(None, 256), (None, None, 94), (None, None, 256)]
    assert [layer.macs for layer in answer.layers] == [0, 4 * 256 * (71 + 256), 0, 4 * 256 * (94 + 256), 256 * 94]
    assert [layer.output_shapes[0] for layer in summary(SEQ2SEQ, "keras", batch=8, steps=12).layers][3] == (8, 12, 256)


def test_a_shared_layer_is_counted_once_and_computed_twice() -> None:
    model = Model([LSTM(8, name="encoder", return_sequences=True), Dense(4), Shared("encoder", name="again")], input_dim=4)
    answer = summary(model, "keras")
    assert [(layer.params, layer.bytes, layer.macs, layer.shared) for layer in answer.layers] == [
        (416, 1_664, 384, False),
        (36, 144, 32, False),
        (0, 0, 384, True),
    ]
    assert (answer.total, answer.bytes, answer.macs) == (452, 1_808, 800)
    assert "again: a further use" in format_of("table").render(answer.document(), io.StringIO())


def test_a_layer_that_is_not_known_leaves_the_total_open(cli: Cli, tmp_path: Path) -> None:
    layers = '[[layers]]\ntype = "lstm"\nunits = 8\n[[layers]]\ntype = "other"\nname = "mine"\n'
    (tmp_path / "m.toml").write_text(f"input_dim = 4\n{layers}")
    result = cli("summary", str(tmp_path / "m.toml"), "--format", "json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (answer["total"], answer["known_total"], answer["macs"], answer["layers"][1]["params"]) == (None, 416, None, None)
    assert "at least 416" in result.stderr
    assert "at least" in cli("summary", str(tmp_path / "m.toml")).stdout


def test_what_depends_on_the_steps_is_missing_until_they_are_said(cli: Cli) -> None:
    text = "8 > conv 4 kernel=1 > lstm 3"
    assert [layer.macs for layer in summary(read(text)).layers] == [None, 84]
    assert "those of conv depend on how many steps" in " ".join(cli("summary", text).stdout.split())
    assert [layer.macs for layer in summary(read(text), steps=5).layers] == [160, 84]


@given(model=models("textbook"))
def test_it_has_the_numbers_of_params_and_cost(model: Model) -> None:
    steps = None if any(isinstance(layer, RepeatVector) for layer in model.layers) else 3  # vectors have none
    answer, counted = summary(model, steps=steps), params(model)
    assert (answer.total, answer.trainable, answer.non_trainable) == (counted.total, counted.trainable, counted.non_trainable)
    assert [(layer.name, layer.params) for layer in answer.layers] == [(layer.name, layer.total) for layer in counted.layers]
    assert (answer.bytes, summary(model, dtype="int8").bytes) == (weight_bytes(model), weight_bytes(model, dtype="int8"))
    if answer.missing:
        with pytest.raises(ModelError) as refused:
            cost(model, steps=steps)
        assert str(refused.value) == answer.missing
    else:
        costs = cost(model, steps=steps)
        assert [layer.macs for layer in answer.layers] == [layer.step.macs for layer in costs.layers]
        assert answer.macs == costs.step.macs


def test_wrong_requests() -> None:
    with pytest.raises(ModelError, match="features"):
        summary(read("8 > lstm 4"), "keras", shape=(2, 3, 9))
    with pytest.raises(LstmCalcError, match="not a data type"):
        summary(read("8 > lstm 4"), dtype="float31")


def test_every_format_has_a_row_per_layer(cli: Cli) -> None:
    def out(form: str) -> str:
        return cli("summary", CNN, "-f", "keras", "--format", form).stdout

    data = json.loads(out("json"))
    rows = list(csv.DictReader(io.StringIO(out("csv"))))
    assert [int(row["params"]) for row in rows] == [layer["params"] for layer in data["layers"]]
    assert [json.loads(line)["macs"] for line in out("ndjson").splitlines()] == [layer["macs"] for layer in data["layers"]]
    for form in ("table", "markdown", "html", "latex", "svg"):
        text = out(form).replace("&#160;", " ")
        assert all(layer["name"] in text for layer in data["layers"])
    assert cli("summary", CNN, "-f", "keras", "-q").stdout == "2154570\n"


def test_params_by_layer_and_by_tensor(cli: Cli) -> None:
    assert cli("params", CNN, "--by", "layer").stdout == cli("summary", CNN).stdout
    assert cli("params", CNN, "--by", "tensor").stdout == cli("tensors", CNN).stdout
    assert cli("params", CNN, "--by", "gate").stdout == cli("params", CNN).stdout
    wrong = cli("params", CNN, "--by", "layr")
    assert (wrong.exit_code, wrong.stderr) == (2, "error: --by: 'layr' is not gate, layer or tensor; did you mean 'layer'?\n")


def test_several_frameworks_are_compared(cli: Cli) -> None:
    assert cli("params", "8 > gru 4", "-f", "keras,pytorch").stdout == cli("compare", "8 > gru 4", "-f", "keras,pytorch").stdout
    assert cli("params", "8 > gru 4", "-f", "keras,pytorch", "-q").exit_code == 2


STACK = "40 > bilstm 320 x4 > lstm 10 peephole > dense 32"


def test_a_long_table_has_a_row_for_gates_of_equal_shapes(screen: Screen, cli: Cli) -> None:
    shown, _ = screen("params", STACK)
    assert shown.count("both") == 4
    row = next(line for line in cli("params", STACK).stdout.splitlines() if line.startswith(" lstm  "))
    assert row.split()[1:7] == ["both", "input,", "forget,", "cell,", "output", "8"]
    assert "924,160" in row
    assert "input, forget, output " in cli("params", STACK).stdout  # those of the peephole layer that have one
    assert "gates of equal shapes share a row" in shown
    whole = cli("params", STACK, "--all").stdout
    assert (whole.count("forward"), "share a row" in whole) == (5, False)
    rows = list(csv.DictReader(io.StringIO(cli("params", STACK, "--format", "csv").stdout)))
    assert len(rows) == 4 * 8 + 4 + 1
    assert len(list(csv.DictReader(io.StringIO(cli("params", STACK, "--format", "csv", "--all").stdout)))) == len(rows)


def test_a_short_table_and_one_that_is_sorted_have_a_row_per_gate(cli: Cli) -> None:
    assert "share a row" not in cli("params", "40 > bilstm 320 x3").stdout
    assert "share a row" not in cli("params", STACK, "--sort", "-params").stdout


def test_a_layer_that_is_trained_in_part_says_so(cli: Cli) -> None:
    model = "8x4 > conv1d 6 kernel=3 > batch_norm > lstm 3 frozen > dense 2"
    trained = {
        line.split(",")[0]: line.split(",") for line in cli("summary", model, "-f", "keras", "--format", "csv").stdout.splitlines()
    }
    at = trained["layer"].index("trained")
    assert {name: row[at] for name, row in trained.items() if name != "layer"} == {
        "conv": "yes",
        "batch_norm": "in part",
        "lstm": "frozen",
        "dense": "yes",
    }
    gates = [line.split(",") for line in cli("params", model, "-f", "keras", "--format", "csv").stdout.splitlines()]
    at = gates[0].index("trained")
    assert [row[at] for row in gates if row[0] == "batch_norm"] == ["yes", "frozen", "frozen"]
