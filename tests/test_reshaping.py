"""What stands between layers without parameters: rules of shapes, and what flows through them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from lstm_calc.reshaping import Between, Flatten, GlobalPooling, Permute, Resampling, Reshape, Reshaping, TimeDistributed

from lstm_calc import GRU, LSTM, ConvLSTM, Dense, Model, RepeatVector, cost, params, shapes, solve, sweep
from lstm_calc.errors import ModelError
from lstm_calc.frameworks import framework
from lstm_calc.modelfile import dumps, loads
from lstm_calc.questions.port import port_plan
from lstm_calc.runs import batch_of, follow

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

EVERY = LSTM(16, return_sequences=True)
SAY = "say the steps and the image that the model was made for (--steps 20, --space 32x32)"
HALVED = Resampling(((1, 2, 2),))

RULES: dict[str, tuple[Reshaping, tuple[int | None, ...], tuple[int | None, ...]]] = {
    "flatten": (Flatten(), (None, 5, 3), (None, 15)),
    "flatten of unknown steps": (Flatten(), (2, None, 3), (2, None)),
    "reshape": (Reshape((3, -1)), (None, 5, 3), (None, 3, 5)),
    "reshape of unknown steps": (Reshape((3, -1)), (None, None, 3), (None, 3, None)),
    "permute": (Permute((2, 3, 1)), (8, 5, 3, 2), (8, 3, 2, 5)),
    "global": (GlobalPooling(), (8, 5, 4, 3), (8, 3)),
    "global of features first": (GlobalPooling(features_first=True), (8, 3, 5, 4), (8, 3)),
    "global kept": (GlobalPooling(keepdims=True), (8, 5, 4, 3), (8, 1, 1, 3)),
    "global kept of features first": (GlobalPooling(features_first=True, keepdims=True), (8, 3, 5), (8, 3, 1)),
    "resampled": (Resampling(((1, 2, 2), (3, 1, 1))), (8, 5, 4, 3), (8, 2, 12, 3)),
    "resampled of features first": (Resampling(((1, 2, 2), None), features_first=True), (8, 3, 5, 4), (8, 3, 2, None)),
    "resampled to one": (HALVED, (8, 2, 3), (8, 1, 3)),
    "resampled of unknown steps": (HALVED, (8, None, 3), (8, None, 3)),
    "each step": (TimeDistributed(Flatten()), (8, 5, 4, 3), (8, 5, 12)),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_gives_the_shape_that_comes_out(name: str) -> None:
    rule, shape, expected = RULES[name]
    assert rule.shape(shape) == expected


def test_a_rule_has_to_say_what_it_gives() -> None:
    with pytest.raises(NotImplementedError):
        Reshaping().shape((8, 3))


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (Flatten(), False),
        (Reshape((3,)), False),
        (Permute((1,)), False),
        (GlobalPooling(), True),
        (GlobalPooling(features_first=True), False),
        (HALVED, True),
        (TimeDistributed(Flatten()), False),
        (TimeDistributed(HALVED), True),
    ],
)
def test_a_rule_says_whether_features_stay_features(rule: Reshaping, kept: bool) -> None:
    assert rule.keeps_features is kept


@pytest.mark.parametrize(
    ("rule", "shape", "message"),
    [
        (Reshape((4, -1)), (8, 5, 3), "b: target_shape [4, -1] does not fit what flows in, [5, 3]"),
        (Permute((1, 3)), (8, 5, 3), "b: dims [1, 3] does not order the 2 axes that flow in"),
        (HALVED, (8, 5, 4, 3), "b: reads 3 axes, batch and features too, and [8, 5, 4, 3] flows in"),
        (HALVED, (8, 1, 3), "b: leaves nothing of [8, 1, 3]"),
    ],
)
def test_a_shape_that_does_not_fit_is_told_with_the_name(rule: Reshaping, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ModelError) as caught:
        Between(1, "b", rule).shape(shape)
    assert (str(caught.value), caught.value.key) == (message, "shape")


def between(*rules: Reshaping) -> list[Between]:
    """Return rules below the second layer."""
    return [Between(1, f"rule_{at}", rule) for at, rule in enumerate(rules)]


IMAGE = ConvLSTM(2, [3], padding="same", return_sequences=True)
FIRST = IMAGE.replace(data_format="channels_first")
FLOWS: dict[str, tuple[Model, tuple[int, ...], tuple[int, ...], int]] = {
    "pooled": (Model([EVERY, LSTM(4)], 8, between(HALVED)), (2, 20, 8), (2, 10, 16), 20),
    "pooled twice": (Model([EVERY, LSTM(4)], 8, between(HALVED, HALVED)), (2, 20, 8), (2, 5, 16), 10),
    "pooled in a stack": (
        Model([LSTM(16, repeat=2, return_sequences=True), LSTM(4, repeat=2)], 8, between(HALVED)),
        (2, 20, 8),
        (2, 10, 16),
        20,
    ),
    "one vector": (Model([EVERY, Dense(3)], 8, between(GlobalPooling())), (2, 20, 8), (2, 16), 2),
    "flat": (Model([EVERY, Dense(3, input_dim=320)], 8, between(Flatten())), (2, 20, 8), (2, 320), 2),
    "flat and repeated": (Model([EVERY, RepeatVector(3)], 8, between(GlobalPooling())), (2, 20, 8), (2, 16), 2),
    "made": (Model([LSTM(16), GRU(3, input_dim=4)], 8, between(Reshape((4, 4)))), (2, 20, 8), (2, 4, 4), 8),
    "made of a dense": (
        Model([Dense(6), LSTM(3, input_dim=2)], 8, between(Permute((1, 2)), Reshape((-1, 2)))),
        (2, 5, 8),
        (2, 15, 2),
        30,
    ),
    "an image flat": (
        Model([IMAGE, LSTM(4, input_dim=12)], 3, between(TimeDistributed(Flatten()))),
        (2, 5, 6, 3),
        (2, 5, 12),
        10,
    ),
    "an image halved": (
        Model([IMAGE, ConvLSTM(4, [1])], 3, between(TimeDistributed(HALVED))),
        (2, 5, 6, 3),
        (2, 5, 3, 2),
        30,
    ),
    "an image halved below a dense": (
        Model([IMAGE.replace(return_sequences=False), Dense(4)], 3, between(HALVED)),
        (2, 5, 6, 3),
        (2, 3, 2),
        6,
    ),
    "an image of features first": (
        Model(
            [
                ConvLSTM(2, [3], padding="same", data_format="channels_first", return_sequences=True),
                ConvLSTM(4, [1], data_format="channels_first"),
            ],
            3,
            between(TimeDistributed(Resampling(((1, 2, 2),), features_first=True))),
        ),
        (2, 5, 3, 6),
        (2, 5, 2, 3),
        30,
    ),
}


@pytest.mark.parametrize("name", FLOWS)
def test_what_flows_is_changed_by_what_stands_between(name: str) -> None:
    model, shape, reads, runs = FLOWS[name]
    above = next(placed.name for placed in model.uses if placed.module == model.uses[model.layers[0].repeat].module)
    assert shapes(model, "keras", shape=shape).reads[above] == reads
    space = () if not model.layers[0].window else shape[-1:] if model.layers[0].features_first else shape[2:-1]
    followed = follow(model, framework("keras"), batch_of(*shape[:2], space=space))
    assert next(run.runs for run in followed if run.uses.name == above) == runs


def test_what_stands_below_a_stack_is_read_by_its_first_layer_alone() -> None:
    model = FLOWS["pooled in a stack"][0]
    assert [run.runs for run in follow(model, framework("keras"), batch_of(2, 20))] == [40, 40, 20, 20]


BROKEN: dict[str, tuple[Model, dict[str, Any], str]] = {
    "other steps": (
        Model([EVERY, Dense(3, input_dim=320)], 8, between(Flatten())),
        {"steps": 30},
        f"rule_0 gives 480 features here, and dense reads 320; {SAY}",
    ),
    "no axis left": (
        Model([EVERY, LSTM(3)], 8, between(GlobalPooling())),
        {"steps": 30},
        "rule_0 gives 2 axes, with the batch, which lstm_1 does not read",
    ),
    "an axis too many": (
        Model([EVERY, RepeatVector(3)], 8, between(HALVED)),
        {"steps": 30},
        "rule_0 gives 3 axes, with the batch, which repeat_vector does not read",
    ),
    "the batch alone": (
        Model([EVERY, Dense(3)], 8, between(Reshape((16, -1)), HALVED, GlobalPooling(), Reshape(()))),
        {"steps": 2},
        f"rule_3: target_shape [] does not fit what flows in, [2]; {SAY}",
    ),
    "not told": (
        Model([EVERY, LSTM(3)], 8, between(Resampling((None,)))),
        {"steps": 30},
        "the config does not say what rule_0 makes of the steps or the image",
    ),
    "several lengths": (
        Model([EVERY, LSTM(3)], 8, between(HALVED)),
        {"lengths": [4, 8]},
        "rule_0 changes what flows, which is not followed for sequences of different lengths",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_not_fit_is_told(name: str) -> None:
    model, run, message = BROKEN[name]
    with pytest.raises(ModelError) as caught:
        cost(model, **run)
    assert (str(caught.value), caught.value.key) == (message, "lengths" if "lengths" in run else "shape")


def test_vectors_of_several_lengths_flow_on() -> None:
    model = Model([LSTM(16, return_sequences=False), Dense(3, input_dim=8)], 8, between(Reshape((2, 8))))
    assert [layer.runs for layer in cost(model, lengths=[4, 8]).layers] == [12, 4]


def test_other_sizes_below_what_makes_features_are_refused() -> None:
    flat = Model([EVERY, Dense(3, input_dim=320)], 8, between(Flatten()))
    message = (
        "rule_0 makes features of other axes, and the width of the layer above it is that of the file: "
        "another size below it is not followed"
    )
    with pytest.raises(ModelError, match=message):
        solve(flat, params=10_000)
    rows = sweep(flat, {"units": [16, 32]}, columns=["params"])
    assert list(rows) == [(16, params(flat).total), (32, None)]
    assert rows.reason == message
    assert list(sweep(flat, {"output": [3, 4]}, columns=["params"])) == [(3, params(flat).total), (4, params(flat).total + 321)]
    repeated = Model([LSTM(16), RepeatVector(3), Dense(3, input_dim=48)], 8, [Between(2, "rule_0", Flatten())])
    with pytest.raises(ModelError, match=message):
        solve(repeated, params=10_000)
    narrowed = Model([EVERY, Dense(4), Dense(3, input_dim=80)], 8, [Between(2, "rule_0", Flatten())])
    assert list(sweep(narrowed, {"units": [16, 17]}, columns=["params"]))[1][1] is not None
    pooled = Model([EVERY, Dense(3)], 8, between(GlobalPooling()))
    assert solve(pooled, params=10_000).fit.number == 45
    assert list(sweep(pooled, {"units": [16, 32]}, columns=["macs"], conditions={"steps": 20})) == [(16, 30768), (32, 102496)]


def test_a_sweep_over_steps_follows_what_is_no_polynomial_of_them() -> None:
    model = Model([EVERY, LSTM(4)], 8, between(Resampling(((1, 7, 5),))))
    rows = list(sweep(model, {"steps": range(5, 40)}, columns=["macs"]))
    assert rows[:3] == [(5, None), (6, None), (7, 7 * 1536 + 320)]
    assert all(macs == cost(model, steps=steps).whole.macs for steps, macs in rows[2:])


def test_a_model_is_ported_as_it_flows() -> None:
    model = Model([LSTM(16, return_sequences=False), GRU(3, input_dim=4, reset_after=True)], 8, between(Reshape((4, 4))))
    assert port_plan(model, "keras", "pytorch").model.between == model.between


def test_a_file_of_ours_has_no_word_for_what_stands_between() -> None:
    flat = Model([EVERY, Dense(3, input_dim=320)], 8, between(Flatten()))
    assert loads(dumps(flat)) == flat.replace(between=())


def test_what_stands_between_is_named(cli: Cli, tmp_path: Path) -> None:
    lstm = {
        "class_name": "LSTM",
        "config": {"units": 16, "return_sequences": True, "batch_input_shape": [None, 20, 8], "name": "a"},
    }
    pool = {"class_name": "MaxPooling1D", "config": {"name": "halve", "pool_size": [2], "strides": [2], "padding": "valid"}}
    head = {"class_name": "Dense", "config": {"units": 3, "name": "head"}}
    path = tmp_path / "model.json"
    path.write_text(json.dumps([lstm, pool, {"class_name": "GlobalMaxPooling1D", "config": {"name": "top"}}, head]))
    said = "changes what flows, and has no parameters: halve and top below head"
    assert said in json.loads(cli("shapes", str(path), "-f", "keras", "--steps", "20", "--format", "json").stdout)["notes"]
    page = cli("cost", str(path), "--steps", "20", "--format", "markdown").stdout
    assert said in page
    assert "a gives every step" not in page
