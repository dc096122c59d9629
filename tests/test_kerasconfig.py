"""Configs of Keras: what is read, in which dialect, and what is said of one that cannot be."""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_calc import GRU, LSTM, RNN, ConvLSTM, Dense, Embedding, Model, RepeatVector, load, params
from lstm_calc.errors import LstmCalcError, ModelFileError
from lstm_calc.kerasconfig.kinds import RECURRENT
from lstm_calc.kerasconfig.layers import READERS
from lstm_calc.modelfile import loads

if TYPE_CHECKING:
    from tests.conftest import Cli

CONFIGS = Path(__file__).parent / "data" / "keras_configs"
DIALECTS = ("keras2", "keras3")
TUTORIALS = {"imdb": 2_757_761, "addition": 205_324, "weather": 5_153, "text_generation": 101_944}
"""Keras' own examples, as to_json() of Keras 2.15 and 3.15 writes them, and their totals: those that summary() prints on keras.io,
and of the text generation, which prints none there, that of count_params()."""


def layer(class_name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": class_name, "config": config}


def sequential(*layers: dict[str, Any], shape: list[int | None] | None = None) -> dict[str, Any]:
    first = [] if shape is None else [layer("InputLayer", batch_input_shape=shape, name="input_1")]
    return layer("Sequential", name="sequential", layers=[*first, *layers])


def functional(*layers: dict[str, Any], **reads: list[list[Any]]) -> dict[str, Any]:
    """Return a model of Keras 2 whose layers each read the one before, or what ``reads`` says."""
    named = [layer("InputLayer", batch_input_shape=[None, 7, 3], name="in"), *layers]
    placed = []
    for below, each in zip([None, *named], named, strict=False):
        name = each["config"]["name"]
        inbound = reads.get(name, [] if below is None else [[[below["config"]["name"], 0, 0, {}]]])
        placed.append({**each, "name": name, "inbound_nodes": inbound})
    last = named[-1]["config"]["name"]
    return layer("Model", name="model", layers=placed, input_layers=[["in", 0, 0]], output_layers=[[last, 0, 0]])


def read(config: Any, input_dim: int | None = None) -> Model:
    return loads(json.dumps(config), "model.json", input_dim)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", TUTORIALS)
def test_the_tutorials_have_their_published_totals(name: str, dialect: str) -> None:
    model = load(str(CONFIGS / f"{name}.{dialect}.json"))
    assert params(model, "keras").total == TUTORIALS[name]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_model_says_what_it_is(dialect: str) -> None:
    assert load(str(CONFIGS / f"addition.{dialect}.json")) == Model(
        [
            LSTM(128, name="lstm", return_sequences=False),
            RepeatVector(4, name="repeat_vector"),
            LSTM(128, name="lstm_1", return_sequences=True),
            Dense(12, name="dense"),
        ],
        12,
    )
    assert load(str(CONFIGS / f"imdb.{dialect}.json")).layers[:2] == (
        Embedding(20_000, 128, name="embedding"),
        LSTM(64, name="bidirectional", bidirectional=True, return_sequences=True),
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_branched_model_is_refused_by_the_name_of_the_layer(dialect: str) -> None:
    with pytest.raises(ModelFileError, match=r"'lstm_1' is called on 3 tensors, of .*'lstm'; only a chain of layers can be read"):
        load(str(CONFIGS / f"seq2seq.{dialect}.json"))


BARE = {
    "lstm": ({"units": 3, "unit_forget_bias": True, "return_sequences": False}, LSTM(3, return_sequences=False)),
    "gru": (
        {"units": 3, "recurrent_activation": "sigmoid", "return_sequences": True, "reset_after": True},
        GRU(3, return_sequences=True, reset_after=True),
    ),
    "simple_rnn": (
        {"units": 3, "recurrent_initializer": "x", "return_sequences": False, "activation": "tanh"},
        RNN(3, return_sequences=False),
    ),
    "conv_lstm": (
        {"filters": 3, "kernel_size": [2, 2], "unit_forget_bias": True, "padding": "same"},
        ConvLSTM(3, (2, 2), padding="same", return_sequences=False),
    ),
    "bidirectional": (
        {"layer": layer("LSTM", units=3), "merge_mode": "ave"},
        LSTM(3, bidirectional=True, merge="average", return_sequences=False),
    ),
    "rnn": ({"cell": layer("LSTMCell", units=3, use_bias=False)}, LSTM(3, bias=False, return_sequences=False)),
    "dense": ({"units": 3, "use_bias": False, "bias_constraint": None, "activation": "relu"}, Dense(3, bias=False)),
    "time_distributed": ({"layer": layer("Dense", units=3)}, Dense(3)),
    "repeat_vector": ({"n": 3}, RepeatVector(3)),
}


@pytest.mark.parametrize("name", BARE)
def test_a_layer_s_own_config_needs_its_input_from_beside(name: str) -> None:
    config, expected = BARE[name]
    config = {"name": name, "trainable": True, **config}
    named = Dense(3) if name == "time_distributed" else expected.replace(name=name)
    assert read(config, 5) == Model([named], 5)
    with pytest.raises(ModelFileError, match=r"the config does not say what flows into .*; say it beside the file, as --input 32"):
        read(config)


def test_an_embedding_needs_no_input_and_takes_none() -> None:
    config = {"name": "e", "trainable": False, "input_dim": 9, "output_dim": 4, "embeddings_initializer": "uniform"}
    assert read(config) == Model([Embedding(9, 4, name="e", trainable=False)])
    with pytest.raises(ModelFileError, match="the config says itself what flows in; --input is for one that does not"):
        read(config, 5)


def test_the_input_stands_wherever_a_dialect_writes_it() -> None:
    lstm = layer("LSTM", units=4)
    expected = Model([LSTM(4, return_sequences=False)], 3)
    for config in (
        sequential(lstm, shape=[None, None, 3]),
        sequential(layer("LSTM", units=4, batch_input_shape=[None, 7, 3])),
        [layer("Masking", batch_input_shape=[None, 7, 3]), lstm],
        layer("Sequential", layers=[lstm], build_input_shape={"class_name": "TensorShape", "items": [None, 7, 3]}),
        {**lstm, "build_config": {"input_shape": [None, 7, 3]}},
        sequential(sequential(lstm, shape=[None, 7, 3])),
    ):
        assert read(config) == expected
    assert read(sequential(layer("Bidirectional", layer=layer("LSTM", units=4, batch_input_shape=[2, 7, 3])))).input_dim == 3


def test_a_shape_that_a_later_layer_names_is_not_what_flows_in() -> None:
    config = sequential(layer("LSTM", units=4, return_sequences=True), layer("GRU", units=2, batch_input_shape=[None, 7, 99]))
    config["config"]["layers"].insert(0, layer("InputLayer", batch_input_shape=[None, 7, 3]))
    assert [placed.input_dim for placed in read(config).placed] == [3, 4]


def test_a_layer_built_on_another_width_is_refused() -> None:
    dense = {**layer("Dense", units=2, name="head"), "build_config": {"input_shape": [None, 5]}}
    with pytest.raises(ModelFileError, match=r"layers\[2\]\.build_config: head was built on 5 features, and 4 flow in"):
        read(sequential(layer("LSTM", units=4), dense, shape=[None, 7, 3]))


def test_the_width_a_layer_was_built_on_serves_where_none_is_known() -> None:
    dense = {**layer("Dense", units=2), "build_config": {"input_shape": [None, 20]}}
    lstm = layer("LSTM", units=4, return_sequences=True)
    model = read(sequential(lstm, layer("Flatten"), dense, shape=[None, None, 3]))
    assert [placed.input_dim for placed in model.placed] == [3, 20]
    with pytest.raises(ModelFileError, match="does not tell the features that flow into Dense"):
        read(sequential(lstm, layer("Flatten"), layer("Dense", units=2), shape=[None, None, 3]))


ARGUMENTS = {
    "activation": "relu", "recurrent_activation": "sigmoid", "unit_forget_bias": False, "kernel_initializer": None,
    "recurrent_initializer": None, "bias_initializer": None, "kernel_regularizer": None, "recurrent_regularizer": None,
    "bias_regularizer": None, "activity_regularizer": None, "kernel_constraint": None, "recurrent_constraint": None,
    "bias_constraint": None, "dropout": 0.5, "recurrent_dropout": 0.5, "seed": 1, "unroll": True, "implementation": 2,
    "time_major": False, "zero_output_for_mask": True, "dtype": "float32", "batch_input_shape": [2, 7, 3],
}  # fmt: skip


def test_an_argument_that_changes_no_count_is_taken_without_comment() -> None:
    said = {"return_sequences": True, "return_state": True, "go_backwards": True, "stateful": True, "trainable": False}
    model = read(layer("LSTM", units=4, use_bias=False, name="memory", **ARGUMENTS, **said))
    assert model == Model([LSTM(4, bias=False, name="memory", **said)], 3)  # type: ignore[arg-type]


@pytest.mark.parametrize("argument", ["projection", "unitz", "use_peepholes"])
def test_an_argument_that_nobody_knows_is_refused(argument: str) -> None:
    with pytest.raises(ModelFileError, match=f"config.{argument}: unknown key for LSTM"):
        read(layer("LSTM", units=4, **{argument: 1}))


def test_a_gru_written_before_there_was_reset_after_resets_before() -> None:
    gru = layer("GRU", units=4, batch_input_shape=[None, 7, 3])
    assert params(read(gru), "keras").total == 3 * 4 * (3 + 4 + 1)
    gru["config"]["reset_after"] = True
    assert params(read(gru), "keras").total == 3 * 4 * (3 + 4 + 2)
    cudnn = layer("CuDNNGRU", units=4, batch_input_shape=[None, 7, 3])
    assert params(read(cudnn), "keras").total == 3 * 4 * (3 + 4 + 2)
    modern = {"module": "keras.layers", **layer("GRU", units=4, batch_input_shape=[None, 7, 3])}
    assert read(modern).layers == (GRU(4, return_sequences=False),)


def test_what_is_in_a_frozen_layer_is_frozen() -> None:
    inner = layer("LSTM", units=4)
    for config in (
        sequential(layer("Bidirectional", layer=inner, trainable=False), shape=[None, 7, 3]),
        sequential(sequential(inner, shape=[None, 7, 3]) | {"config": {"trainable": False, "layers": [inner]}}, shape=[None, 7, 3]),
        sequential(layer("RNN", cell=layer("LSTMCell", units=4, trainable=False)), shape=[None, 7, 3]),
    ):
        assert [each.trainable for each in read(config).layers] == [False]


def test_names_are_kept_made_to_fit_or_dropped() -> None:
    names = ["my layer é", "/a", "", "my layer_", None, "n" * 300]
    model = read(sequential(*(layer("Dense", units=3, name=name) for name in names), shape=[None, 3]))
    assert [each.name for each in model.layers] == ["my_layer__", "a", None, "my_layer_", None, "n" * 200]
    twice = read(sequential(sequential(layer("Dense", units=3, name="a")), layer("Dense", units=3, name="a"), shape=[None, 3]))
    assert [each.name for each in twice.layers] == ["a", None]


def test_cells_that_follow_each_other_within_a_step_are_layers() -> None:
    stacked = layer("StackedRNNCells", cells=[layer("LSTMCell", units=4, name="a"), layer("GRUCell", units=5, reset_after=True)])
    model = read(sequential(layer("RNN", cell=stacked, go_backwards=True), shape=[None, 7, 3]))
    assert model == Model(
        [
            LSTM(4, return_sequences=True, go_backwards=True, name="a"),
            GRU(5, reset_after=True, return_sequences=False, go_backwards=True),
        ],
        3,
    )


WIDTHS: dict[str, tuple[list[dict[str, Any]], list[int | None], int]] = {
    "flatten": ([layer("Flatten")], [None, 7, 3], 7 * 4),
    "reshape": ([layer("Reshape", target_shape=[2, -1])], [None, 7, 3], 14),
    "reshape of unknown steps": ([layer("Reshape", target_shape=[-1, 2])], [None, None, 3], 2),
    "permute": ([layer("Permute", dims=[2, 1])], [None, 7, 3], 7),
    "pooling": ([layer("MaxPooling1D", pool_size=[2])], [None, 7, 3], 4),
    "pooling of features first": ([layer("GlobalMaxPooling1D", data_format="channels_first")], [None, 7, 3], 7),
    "pooling kept": ([layer("GlobalAveragePooling1D", keepdims=True), layer("Flatten")], [None, None, 3], 4),
    "dropout": ([layer("SpatialDropout1D"), layer("Activation"), layer("LeakyReLU"), layer("GaussianNoise")], [None, 7, 3], 4),
    "each step": ([layer("TimeDistributed", layer=layer("Reshape", target_shape=[2, 2]))], [None, 7, 3], 2),
    "each step's each": (
        [layer("Reshape", target_shape=[7, 2, 2]), layer("TimeDistributed", layer=layer("Flatten"))],
        [None, 7, 3],
        4,
    ),
}


@pytest.mark.parametrize("name", WIDTHS)
def test_layers_without_weights_pass_the_right_width_on(name: str) -> None:
    between, shape, width = WIDTHS[name]
    model = read(sequential(layer("LSTM", units=4, return_sequences=True), *between, layer("Dense", units=2), shape=shape))
    assert model.placed[-1].input_dim == width
    assert model.layers[-1].input_dim == (None if width == 4 else width)


IMAGES = {
    "valid": ({}, 6 * 6 * 2),
    "same": ({"padding": "same"}, 8 * 8 * 2),
    "strides": ({"padding": "same", "strides": [3, 2]}, 3 * 4 * 2),
    "dilated": ({"dilation_rate": [2, 1]}, 4 * 6 * 2),
    "first": ({"data_format": "channels_first"}, 2 * 6 * 1),
}


@pytest.mark.parametrize("name", IMAGES)
def test_a_convolution_gives_an_image(name: str) -> None:
    config, width = IMAGES[name]
    conv = layer("ConvLSTM2D", filters=2, kernel_size=[3, 3], **config)
    model = read(sequential(conv, layer("Flatten"), layer("Dense", units=2), shape=[None, 5, 8, 8, 3]))
    assert [placed.input_dim for placed in model.placed] == [8 if name == "first" else 3, width]


def test_steps_that_a_layer_without_weights_takes_away_or_makes_are_told() -> None:
    every, last = layer("LSTM", units=4, return_sequences=True), layer("LSTM", units=4)
    dense, pooling = layer("Dense", units=6), layer("GlobalAveragePooling1D")
    shape: list[int | None] = [None, 7, 3]
    pooled = read(sequential(every, pooling, layer("RepeatVector", n=2), every, shape=shape))
    assert [placed.sequences for placed in pooled.placed] == [False, True, True]
    made = read(sequential(last, dense, layer("Reshape", target_shape=[3, 2]), last, shape=shape))
    assert [(placed.sequences, placed.input_dim) for placed in made.placed] == [(True, 3), (True, 4), (False, 2)]
    assert read(sequential(every, dense, shape=shape)).placed[0].sequences is True
    assert read(sequential(every, pooling, shape=shape)).placed[0].sequences is False
    steps = sequential(last, layer("RepeatVector", n=2), layer("TimeDistributed", layer=dense), every, shape=shape)
    assert [placed.sequences for placed in read(steps).placed][0::3] == [False, True]


def test_a_functional_model_is_a_chain_in_any_order() -> None:
    model = functional(layer("LSTM", units=4, name="a"), layer("Dropout", name="b"), layer("Dense", units=2, name="c"))
    model["config"]["layers"].reverse()
    assert read(model) == Model([LSTM(4, name="a", return_sequences=False), Dense(2, name="c")], 3)


A, B = layer("LSTM", units=4, name="a", return_sequences=True), layer("LSTM", units=4, name="b", return_sequences=True)
UNREADABLE: dict[str, tuple[Any, str]] = {
    "conv": (
        sequential(layer("Conv1D", name="c")),
        "config.layers[0].class_name: 'Conv1D' (c) cannot be counted: its weights, or the shape it gives, are not modelled",
    ),
    "norm": (
        sequential(layer("BatchNormalization")),
        (
            "config.layers[0].class_name: 'BatchNormalization' (BatchNormalization) cannot be counted: "
            "its weights, or the shape it gives, are not modelled"
        ),
    ),
    "lambda": (
        layer("Lambda"),
        "class_name: 'Lambda' (Lambda) cannot be counted: its weights, or the shape it gives, are not modelled",
    ),
    "own class": ({"module": "mine", **A}, "class_name: 'LSTM' is a class of its author's, not of Keras"),
    "own name": ({"registered_name": "mine>LSTM", **A}, "class_name: 'LSTM' is a class of its author's, not of Keras"),
    "no class": (
        {"name": "c", "trainable": True, "filters": 3},
        "the config does not tell its layer; save it with its class_name (serialize_keras_object)",
    ),
    "class": ({"class_name": 3}, "class_name: a layer needs the name of its class"),
    "no config": ({"class_name": "LSTM"}, "config: missing"),
    "config": ({"class_name": "LSTM", "config": []}, "config: must be a table, not []"),
    "no layers": (layer("Sequential"), "config.layers: missing"),
    "layers": (layer("Sequential", layers=3), "config.layers: must be a list, not 3"),
    "layer": (layer("Sequential", layers=[3]), "config.layers[0]: must be a table, not 3"),
    "nothing": (sequential(layer("Dropout"), shape=[None, 3]), "no layer with weights is in it"),
    "units": (layer("LSTM", units="64"), "config.units: must be a whole number from 1 up, not '64'"),
    "negative": (layer("LSTM", units=-1), "config.units: must be a whole number from 1 up, not -1"),
    "huge": (layer("LSTM", units=10**501), "config.units: is too large: sizes go up to 10**500"),
    "no units": (layer("LSTM"), "config.units: missing; LSTM needs it"),
    "bias": (layer("LSTM", units=1, use_bias="no"), "config.use_bias: must be true or false, not 'no'"),
    "trainable": (layer("LSTM", units=1, trainable=3), "config.trainable: must be true or false, not 3"),
    "rnn": (layer("RNN", cell=layer("LSTMCell", units=1), stateful=3), "config.stateful: must be true or false, not 3"),
    "cell": (
        layer("RNN", cell=layer("MyCell")),
        "config.cell.class_name: 'MyCell' is not a cell that can be read: LSTMCell, GRUCell or SimpleRNNCell",
    ),
    "shape": (
        sequential(A, shape=[None, "7", 3]),
        "config.layers[0].config.batch_input_shape: a size must be a whole number from 1 up, not '7'",
    ),
    "shapes": (
        sequential(A, shape=[[None, 3]] * 9),
        (
            "config.layers[0].config.batch_input_shape: "
            "[[None, 3], [None, 3], [None, 3], [None, 3], [None, 3], [No… is not the shape of one input"
        ),
    ),
    "axes": (sequential(A, shape=[None, 3]), "config.layers[1]: a reads 3 axes, batch and features too; (None, 3) flows in"),
    "window": (layer("ConvLSTM2D", filters=1, kernel_size=[3]), "config.kernel_size: must have 2 sizes"),
    "small": (
        sequential(layer("ConvLSTM1D", filters=1, kernel_size=[9], name="c"), shape=[None, 7, 3, 1]),
        "config.layers[1].config.kernel_size: c has a kernel larger than the image that flows in",
    ),
    "target": (
        sequential(A, layer("Reshape", target_shape=[5]), shape=[None, 7, 3]),
        "config.layers[2].config.target_shape: [5] does not fit what flows in, [7, 4]",
    ),
    "two rests": (
        sequential(A, layer("Reshape", target_shape=[-1, -1]), shape=[None, 7, 3]),
        "config.layers[2].config.target_shape: [-1, -1] does not fit what flows in, [7, 4]",
    ),
    "zero": (
        sequential(A, layer("Reshape", target_shape=[0]), shape=[None, 7, 3]),
        "config.layers[2].config.target_shape: [0] does not fit what flows in, [7, 4]",
    ),
    "no target": (
        sequential(A, layer("Reshape"), shape=[None, 7, 3]),
        "config.layers[2].config.target_shape: must be a list of whole numbers, not null",
    ),
    "dims": (
        sequential(A, layer("Permute", dims=[1, 1]), shape=[None, 7, 3]),
        "config.layers[2].config.dims: [1, 1] does not order the 2 axes that flow in",
    ),
    "merge": (
        layer("Bidirectional", layer=A, merge_mode="sub"),
        "config.merge_mode: 'sub' is not known; it is concat, sum, mul, ave or null",
    ),
    "merges": (
        layer("Bidirectional", layer=A, merge_mode=[]),
        "config.merge_mode: [] is not known; it is concat, sum, mul, ave or null",
    ),
    "around": (
        layer("Bidirectional", layer=layer("Dense", units=1)),
        "config.layer.class_name: 'Dense' is not a recurrent layer that can be read",
    ),
    "backward": (
        layer("Bidirectional", layer=A, backward_layer=layer("LSTM", units=5, go_backwards=True, return_sequences=True)),
        "config.backward_layer: differs from layer in units; only two directions of the same can be read",
    ),
    "other way": (
        layer("Bidirectional", layer=A, backward_layer=layer("GRU", units=4, go_backwards=True, return_sequences=True)),
        "config.backward_layer: differs from layer in kind; only two directions of the same can be read",
    ),
    "cells": (
        layer("Bidirectional", layer=layer("RNN", cell=layer("StackedRNNCells", cells=[layer("LSTMCell", units=1)] * 2))),
        "config.layer.config.cell: two directions around stacked cells cannot be read",
    ),
    "two outputs": (
        sequential(layer("Bidirectional", layer=A, merge_mode=None), layer("Dense", units=1, name="d"), shape=[None, 7, 3]),
        "config.layers[2]: d reads one input, and the two directions below, merge_mode null, give two",
    ),
    "each": (layer("TimeDistributed", layer=A), "config.layer.class_name: 'LSTM' at each step is not modelled"),
    "no steps": (
        sequential(layer("TimeDistributed", name="t", layer=layer("Dense", units=1)), shape=[None, 3]),
        "config.layers[1]: t reads steps, and none flow in",
    ),
    "lora": (layer("Dense", units=1, lora_rank=4), "config.lora_rank: adds weights that are not modelled"),
    "quantized": (
        layer("Dense", units=1, dtype={"class_name": "QuantizedDTypePolicy"}),
        "config.dtype: adds weights that are not modelled",
    ),
    "int8": (layer("Dense", units=1, dtype="int8_from_float32"), "config.dtype: adds weights that are not modelled"),
    "last step": (
        sequential(layer("LSTM", units=4), A, shape=[None, 7, 3]),
        "config.layers[2]: a reads 3 axes, batch and features too; (None, 4) flows in",
    ),
    "skip": (
        functional(A, B, layer("Add", name="c"), c=[[["a", 0, 0, {}], ["b", 0, 0, {}]]]),
        "config.layers[3].inbound_nodes: 'c' is called on 2 tensors, of 'a' and 'b'; only a chain of layers can be read",
    ),
    "fork": (
        functional(A, B, layer("LSTM", units=1, name="c"), c=[[["a", 0, 0, {}]]]),
        "config.layers[3].inbound_nodes: 'a' flows into 'b' and 'c'; only a chain of layers can be read",
    ),
    "state": (
        functional(A, B, b=[[["a", 0, 1, {}]]]),
        "config.layers[2].inbound_nodes: 'b' reads a state of 'a'; only a chain of layers can be read",
    ),
    "initial state": (
        functional(A, B, b=[[["a", 0, 0, {"initial_state": [["a", 0, 1]]}]]]),
        "config.layers[2].inbound_nodes: 'b' is called on 2 tensors, of 'a'; only a chain of layers can be read",
    ),
    "shared": (
        functional(A, a=[[["in", 0, 0, {}]], [["a", 0, 0, {}]]]),
        "config.layers[1].inbound_nodes: 'a' is called on 2 tensors, of 'in' and 'a'; only a chain of layers can be read",
    ),
    "inputs": (functional(A, B, b=[]), "config.layers: the model has 2 inputs, 'in' and 'b'; only a chain of layers can be read"),
    "circle": (
        functional(A, B, a=[[["b", 0, 0, {}]]]),
        "config.layers: not every layer is reached from the input; only a chain of layers can be read",
    ),
    "no input": (
        functional(A, **{"in": [[["a", 0, 0, {}]]]}),
        "config.layers: the model has 0 inputs, none; only a chain of layers can be read",
    ),
    "name": (functional(A, A), "config.layers[2].name: the name 'a' stands twice"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_said_with_its_key(name: str) -> None:
    config, message = UNREADABLE[name]
    with pytest.raises(ModelFileError) as caught:
        read(config)
    assert str(caught.value).startswith("model.json:")
    assert str(caught.value).removeprefix("model.json:").lstrip() == message


def test_an_output_on_the_way_is_refused() -> None:
    model = functional(A, B)
    model["config"]["output_layers"].append(["a", 0, 0])
    with pytest.raises(ModelFileError, match="output_layers: 'a' is an output and not the last layer"):
        read(model)


def test_a_deep_or_a_long_model_is_refused_soon() -> None:
    deep: dict[str, Any] = layer("Dense", units=1)
    for _ in range(200):
        deep = layer("TimeDistributed", layer=deep)
    many = [layer("LSTM", units=1, name=f"l{at}", return_sequences=True) for at in range(6_000)]
    start = time.process_time()
    for config, message in (
        (deep, "layers within layers are nested too deeply"),
        (functional(*many, *many), "config.layers: a model has at most 10,000 layers"),
        (sequential(sequential(*many, shape=[None, 7, 3]), sequential(*many)), "a model has at most 10,000 layers"),
    ):
        with pytest.raises(ModelFileError, match=message):
            read(config)
    assert time.process_time() - start < 10


SEEDS = [json.loads(path.read_text()) for path in sorted(CONFIGS.glob("*.json"))]
ODD = st.sampled_from(
    [None, True, False, 0, -1, 1, 2.5, 10**400, "", "n" * 5000, "LSTM", "Dense", [], {}, [None, 3], [1, 2, 3], {"items": [1]}]
)


@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 10**6), ODD, st.booleans()), min_size=1, max_size=4))
@settings(max_examples=300, deadline=2000)
def test_a_config_with_faults_is_read_or_refused_in_a_sentence(seed: Any, faults: list[tuple[int, Any, bool]]) -> None:
    config = json.loads(json.dumps(seed))
    for at, value, drop in faults:
        places = list(walk(config))
        holder, key = places[at % len(places)]
        if drop and isinstance(holder, dict):
            del holder[key]
        else:
            holder[key] = copy.deepcopy(value)
        if not config:
            return
    try:
        said = str(params(read(config), "keras").total)
    except LstmCalcError as error:
        said = str(error)
    assert 0 < len(said) < 600


def walk(value: Any) -> Any:
    """Yield every place in a config."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from walk(value[key])


def test_every_recurrent_class_is_read_alone_and_in_two_directions() -> None:
    for name, kind in RECURRENT.items():
        window = {"kernel_size": [2] * (kind.ndim - 3)} if kind.ndim and kind.ndim > 3 else {}
        inner = layer(name, **{kind.arguments[kind.layer.size]: 4}, **window)
        one = params(read(inner, 3), "keras").total
        assert params(read(layer("Bidirectional", layer=inner), 3), "keras").total == 2 * one
    assert RECURRENT.keys() <= READERS.keys()


def test_the_command_line_takes_a_config(cli: Cli) -> None:
    path = str(CONFIGS / "weather.keras3.json")
    assert cli("params", path, "-f", "keras", "-q").stdout == "5153\n"
    assert cli("params", "-", "-f", "keras", "-q", stdin=Path(path).read_text()).stdout == "5153\n"
    refused = cli("params", path, "--input", "7")
    assert refused.exit_code == 2
    assert "the config says itself what flows in" in refused.stderr
    bare = json.dumps({"name": "lstm", "trainable": True, **BARE["lstm"][0]})
    assert cli("params", "-", "--input", "5", "-q", stdin=bare).stdout == "108\n"
    assert "is given twice: as '-' and by --units" in cli("params", "-", "--input", "5", "-u", "3", stdin=bare).stderr


def test_a_model_file_of_our_own_says_its_input() -> None:
    with pytest.raises(ModelFileError, match="the file says itself what flows in"):
        loads('{"input_dim": 4, "layers": [{"type": "lstm", "units": 3}]}', "model.json", 4)
