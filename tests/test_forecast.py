"""Forecasting questions: what X and y are, how many windows a series gives, and that the model's output is y."""

from __future__ import annotations

import json
from math import prod
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lstm_calc import Model, ModelError, forecast, load, read
from lstm_calc.formats.modelfile import loads
from lstm_calc.frameworks.counting import count
from lstm_calc.questions.forecast import STRATEGIES, Forecast, set_ups

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

WINDOW = {"features": 5, "window": 64, "units": 32}
small = st.integers(1, 6)


@st.composite
def questions(draw: st.DrawFn, largest: int = 12) -> dict[str, Any]:
    """Draw the arguments of a forecast that can be."""
    asked = {name: draw(st.integers(1, largest)) for name in ("features", "targets", "window", "horizon", "stride")}
    asked["strategy"] = draw(st.sampled_from(sorted(STRATEGIES)))
    asked["units"] = draw(st.lists(st.integers(1, largest), min_size=1, max_size=3))
    asked["cell"] = draw(st.sampled_from(("lstm", "gru", "rnn")))
    assume(asked["strategy"] != "recursive" or asked["targets"] <= asked["features"])
    return asked


def test_the_question_of_the_first_example() -> None:
    answer = forecast(features=5, targets=1, window=64, horizon=3, units=32)
    assert answer.question.setup == "multivariate multi-step"
    assert (answer.X, answer.y) == ((None, 64, 5), (None, 3))
    assert [layer.total for layer in answer.counted.layers] == [4864, 99]
    assert answer.reshape is None
    assert answer.model == read("5 > lstm 32 last > dense 3")


@pytest.mark.parametrize(
    ("features", "targets", "horizon", "setup"),
    [
        (1, 1, 1, "univariate single-step"),
        (1, 1, 2, "univariate multi-step"),
        (2, 1, 1, "multivariate single-step"),
        (1, 2, 1, "multivariate single-step"),
        (2, 2, 2, "multivariate multi-step"),
    ],
)
def test_the_set_up_has_a_name(features: int, targets: int, horizon: int, setup: str) -> None:
    answer = forecast(features=features, targets=targets, window=8, horizon=horizon, units=4)
    assert answer.question.setup == setup


TARGETS = {
    ("multi-output", 1, 1): (1,),
    ("multi-output", 1, 3): (3,),
    ("multi-output", 2, 1): (2,),
    ("multi-output", 2, 3): (3, 2),
    ("direct", 1, 3): (1,),
    ("direct", 2, 3): (2,),
    ("recursive", 1, 3): (1,),
    ("recursive", 2, 3): (2,),
    ("seq2seq", 1, 1): (1, 1),
    ("seq2seq", 1, 3): (3, 1),
    ("seq2seq", 2, 3): (3, 2),
    ("many-to-many", 1, 1): (64, 1),
    ("many-to-many", 1, 3): (64, 3),
    ("many-to-many", 2, 1): (64, 2),
    ("many-to-many", 2, 3): (64, 3, 2),
}
"""For a strategy, targets and a horizon: what y holds for one window."""


@pytest.mark.parametrize(("strategy", "targets", "horizon"), TARGETS)
def test_y_by_strategy(strategy: str, targets: int, horizon: int) -> None:
    answer = forecast(**WINDOW, targets=targets, horizon=horizon, strategy=strategy)
    shape = TARGETS[strategy, targets, horizon]
    assert answer.y == (None, *shape)
    assert answer.reshape == (shape if shape[-2:] == (3, 2) and strategy != "seq2seq" else None)


MODELS = {
    "multi-output": "5 > lstm 64 > lstm 32 last > dense 6",
    "direct": "5 > lstm 64 > lstm 32 last > dense 2",
    "recursive": "5 > lstm 64 > lstm 32 last > dense 2",
    "seq2seq": "5 > lstm 64 > lstm 32 last > repeat_vector 3 > lstm 64 > lstm 32 sequences > dense 2",
    "many-to-many": "5 > lstm 64 > lstm 32 sequences > dense 6",
}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_model_by_strategy(strategy: str) -> None:
    answer = forecast(**WINDOW | {"units": (64, 32)}, targets=2, horizon=3, strategy=strategy)
    assert str(answer.model) == MODELS[strategy]


def test_direct_is_a_model_for_each_step() -> None:
    one = forecast(**WINDOW, targets=2, horizon=1, strategy="direct")
    answer = forecast(**WINDOW, targets=2, horizon=3, strategy="direct", length=100)
    assert answer.question.models == 3
    assert answer.params == 3 * one.params == 3 * answer.counted.known_total
    assert (answer.question.runs, answer.question.known_ahead, answer.question.span) == (3, 0, 64 + 3)
    assert answer.data()["models"] == 3
    assert f"3 models of {one.params:,} parameters, {answer.params:,} together" in answer.document().notes


@pytest.mark.parametrize("name", ["mimo", "single-shot", "MIMO", "Single-Shot", "multi_output"])
def test_one_head_for_the_whole_horizon_has_other_names(name: str) -> None:
    assert forecast(**WINDOW, horizon=3, strategy=name).question.strategy.name == "multi-output"
    assert forecast(**WINDOW, horizon=3).question.strategy.name == "multi-output"


def test_the_outputs_of_the_layers() -> None:
    answer = forecast(**WINDOW | {"units": (8, 4)}, targets=2, horizon=3, strategy="many-to-many", length=67)
    assert [(layer.type, layer.output) for layer in answer.layers] == [
        ("lstm", (1, 64, 8)),
        ("lstm", (1, 64, 4)),
        ("dense", (1, 64, 6)),
        ("reshape", (1, 64, 3, 2)),
    ]
    answer = forecast(**WINDOW | {"units": (8, 4)}, horizon=3, strategy="seq2seq")
    steps_and_width = [layer.output[1:] for layer in answer.layers]
    assert steps_and_width == [(64, 8), (4,), (3, 4), (3, 8), (3, 4), (3, 1)]


@given(asked=questions())
def test_y_is_as_large_as_what_the_head_gives(asked: dict[str, Any]) -> None:
    answer = forecast(**asked)
    outputs = {layer.type: layer.output for layer in answer.layers}
    assert (None, asked["window"], asked["features"]) == answer.X
    assert prod(answer.y[1:]) == prod(outputs["dense"][1:])
    assert answer.layers[-1].output == answer.y
    assert outputs["dense"][-1] == answer.model.uses[-1].output_dim


@given(asked=questions())
def test_the_parameters_are_those_of_the_model(asked: dict[str, Any]) -> None:
    answer = forecast(**asked, framework_name="pytorch")
    assert answer.counted.known_total == count(answer.model, "pytorch") == sum(layer.params for layer in answer.layers)
    assert answer.params == answer.counted.known_total * (asked["horizon"] if asked["strategy"] == "direct" else 1)
    assert loads(json.dumps(answer.data()["model"])) == answer.model == read(answer.data()["notation"])


@given(asked=questions(), length=st.integers(1, 60))
def test_the_windows_are_those_that_one_can_cut(asked: dict[str, Any], length: int) -> None:
    ahead = 1 if asked["strategy"] == "recursive" else asked["horizon"]
    series = list(range(length))
    cuts = [series[at : at + asked["window"] + ahead] for at in range(0, length, asked["stride"])]
    windows = sum(len(cut) == asked["window"] + ahead for cut in cuts)
    if windows:
        answer = forecast(**asked, length=length)
        assert answer.question.windows == windows
        assert answer.X[0] == answer.y[0] == answer.layers[0].output[0] == windows
    else:
        with pytest.raises(ModelError, match=rf"^length {length} gives no window: each takes {asked['window'] + ahead} steps"):
            forecast(**asked, length=length)


@given(window=small, horizon=small, length=st.integers(12, 40), stride=small)
def test_the_formula_of_the_windows(window: int, horizon: int, length: int, stride: int) -> None:
    answer = forecast(features=2, window=window, horizon=horizon, units=1, length=length, stride=stride)
    assert answer.question.windows == (length - window - horizon) // stride + 1


@given(asked=questions())
def test_how_often_a_model_is_run_and_what_it_has_to_know_ahead(asked: dict[str, Any]) -> None:
    answer = forecast(**asked)
    recursive, each_step = asked["strategy"] == "recursive", asked["strategy"] in {"recursive", "direct"}
    assert answer.question.runs == (asked["horizon"] if each_step else 1)
    others = asked["features"] - asked["targets"]
    assert answer.question.known_ahead == (others if recursive and asked["horizon"] > 1 else 0)


def test_more_targets_than_features_are_not_fed_back() -> None:
    asked = {"features": 2, "targets": 3, "window": 8, "units": 4, "strategy": "recursive"}
    with pytest.raises(ModelError, match="targets 3 cannot be fed back as the next step's 2 features"):
        forecast(**asked, horizon=2)
    assert forecast(**asked, horizon=1).y == (None, 3)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"features": 0}, "features must be a whole number from 1 up, not 0"),
        ({"targets": True}, "targets must be a whole number from 1 up, not true"),
        ({"window": 1.5}, "window must be a whole number from 1 up, not 1.5"),
        ({"stride": 0}, "stride must be"),
        ({"length": 0}, "length must be"),
        ({"units": ()}, "units must be one or more"),
        ({"units": (4, 0)}, "units must be a whole number"),
        ({"strategy": "directly"}, "strategy 'directly' is not known; did you mean 'direct'"),
        ({"cell": "dense"}, "cell 'dense' is not known; known are lstm, gru, rnn and mgu"),
    ],
)
def test_a_question_that_cannot_be(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        forecast(**WINDOW | wrong)
    assert [caught.value.key] == list(wrong)


def test_the_four_set_ups_side_by_side() -> None:
    answer = set_ups(**WINDOW, targets=2, horizon=3)
    assert [(each.question.setup, each.X[1:], each.y[1:]) for each in answer.forecasts] == [
        ("univariate single-step", (64, 1), (1,)),
        ("univariate multi-step", (64, 1), (3,)),
        ("multivariate single-step", (64, 5), (2,)),
        ("multivariate multi-step", (64, 5), (3, 2)),
    ]
    assert answer.forecasts[-1] == forecast(**WINDOW, targets=2, horizon=3)


CALL = ("forecast", "--features", "5", "--window", "64", "--units", "32", "--horizon", "3")


def test_the_json_answer(cli: Cli) -> None:
    answer = json.loads(cli(*CALL, "--targets", "2", "--format", "json").stdout)
    assert answer["schema"] == "lstm-calc/forecast/1"
    assert answer["arrays"] == {"X": [None, 64, 5], "y": [None, 3, 2]}
    assert answer["head"] == {"units": 6, "reshape": [3, 2], "params": 198}
    assert (answer["setup"], answer["strategy"], answer["windows"]) == ("multivariate multi-step", "multi-output", None)
    assert answer["params"] == sum(layer["params"] for layer in answer["layers"]) == 4864 + 198
    assert answer["model"]["layers"][-1] == {"type": "dense", "units": 6}
    assert json.loads(cli(*CALL, "--length", "100", "--format", "json").stdout)["arrays"]["X"] == [34, 64, 5]
    both = json.loads(cli(*CALL, "--all", "--format", "json").stdout)
    assert [each["setup"].split()[0] for each in both["forecasts"]] == ["univariate"] * 2 + ["multivariate"] * 2


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_model_goes_into_every_other_command(cli: Cli, tmp_path: Path, strategy: str) -> None:
    asked = (*CALL, "--strategy", strategy, "-f", "keras")
    total = f"{int(cli(*asked, '-q').stdout) // (3 if strategy == 'direct' else 1)}\n"
    written = cli(*asked, "--as-model").stdout
    assert cli("params", "-", "-f", "keras", "-q", stdin=written).stdout == total
    path = tmp_path / "model.json"
    assert cli(*asked, "--as-model", "--output-file", str(path)).stdout == ""
    assert path.read_text() == written
    assert load(str(path)) == forecast(**WINDOW, horizon=3, strategy=strategy).model.replace(framework="keras")
    assert cli("tensors", str(path), "-f", "keras", "-q").stdout == total


def test_the_screen_says_what_must_be_known(cli: Cli) -> None:
    recursive = cli(*CALL, "--strategy", "recursive").stdout
    assert "a forecast of 3 steps is 3 runs of the model" in recursive
    assert "the 4 other features must be known for those steps, or forecast too (--targets 5)" in recursive
    assert "must be known" not in cli(*CALL, "--strategy", "recursive", "--targets", "5").stdout
    assert "runs of the model" not in cli(*CALL).stdout
    assert "elsewhere 5,091 in pytorch" in cli(*CALL).stdout


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("strategy", "targets", "horizon"), TARGETS)
@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_keras_gives_an_output_of_the_shape_of_y(strategy: str, targets: int, horizon: int, cell: str) -> None:
    asked = WINDOW | {"units": (6, 4), "targets": targets, "horizon": horizon, "strategy": strategy, "cell": cell}
    answer = forecast(**asked, length=80, framework_name="keras")
    keras_model = as_keras(answer)
    import numpy as np

    series = np.random.default_rng(0).normal(size=(80, 5)).astype("float32")
    cut = np.stack([series[at : at + 64] for at in range(answer.question.windows)])
    assert cut.shape == answer.X
    assert tuple(keras_model(cut).shape) == answer.y
    assert keras_model.count_params() * answer.question.models == answer.params
    theirs = [tuple(layer.output.shape)[1:] for layer in keras_model.layers]
    assert theirs == [flow.output[1:] for flow in answer.layers]


def as_keras(answer: Forecast) -> Any:
    """Return the model as a real Keras Sequential."""
    from lstm_calc.adapters import keras as adapter

    keras = adapter.keras
    model: Model = answer.model
    kinds = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "rnn": keras.layers.SimpleRNN}
    layers = []
    for layer, above in zip(model.layers, [*model.layers[1:], None], strict=True):
        if layer.kind in kinds:
            sequences = bool(layer.return_sequences or (above and above.kind in kinds))
            layers.append(kinds[layer.kind](layer.units, return_sequences=sequences))
        elif layer.kind == "repeat_vector":
            layers.append(keras.layers.RepeatVector(layer.steps))
        else:
            layers.append(keras.layers.Dense(layer.units))
    if answer.reshape:
        layers.append(keras.layers.Reshape(answer.reshape))
    return keras.Sequential([keras.Input(answer.X[1:]), *layers])


def test_one_target_is_forecast_where_nothing_else_is_said() -> None:
    assert forecast(features=5, targets=2, horizon=2, window=4, units=3).y == (None, 2, 2)
    asked = forecast(features=5, window=4, units=3, length=9).question
    assert (asked.targets, asked.horizon, asked.stride, asked.strategy.name, asked.windows) == (1, 1, 1, "multi-output", 5)
    answer = set_ups(features=3, horizon=2, window=4, units=3)
    assert [(each.X, each.y, each.params) for each in answer.forecasts] == [
        ((None, 4, 1), (None, 1), 64),
        ((None, 4, 1), (None, 2), 68),
        ((None, 4, 3), (None, 1), 88),
        ((None, 4, 3), (None, 2), 92),
    ]
