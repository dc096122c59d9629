"""Configs of Keras: what is read, in which dialect, and what is said of one that cannot be."""

from __future__ import annotations

import copy
import json
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_calc import GRU, LSTM, RNN, ConvLSTM, Dense, Embedding, Model, RepeatVector, load, params, shapes, tensors
from lstm_calc.errors import LstmCalcError, ModelError, ModelFileError
from lstm_calc.formats.keras import recognised
from lstm_calc.formats.keras.kinds import RECURRENT
from lstm_calc.formats.keras.layers import READERS
from lstm_calc.formats.keras.node import ConfigObject
from lstm_calc.formats.modelfile import dumps, loads
from lstm_calc.frameworks import framework, uses_in

if TYPE_CHECKING:
    from tests.conftest import Cli

CONFIGS = Path(__file__).parent / "data" / "keras_configs"
DIALECTS = ("keras2", "keras3")
TUTORIALS = {"imdb": 2_757_761, "addition": 205_324, "weather": 5_153, "text_generation": 101_944}
"""Keras' own examples, as to_json() of Keras 2.15 and 3.15 writes them, and their totals: those that summary() prints on keras.io,
and of the text generation, which prints none there, that of count_params()."""


of_keras = partial(Model, framework="keras")


def bare(model: Model) -> Model:
    """Return a model without what its file says beside the layers: the paths of weights, the steps, what changes no shape."""
    layers = [each.replace(paths=()) for each in model.layers if each.kind not in {"dropout", "activation", "masking"}]
    width = model.input_dim if model.input_shape is None else widths(model)[0]
    return of_keras(layers, None if isinstance(layers[0], Embedding) else width)


def widths(model: Model) -> list[int]:
    """Return how many features each layer with weights reads."""
    return [use.input_dim for use in uses_in(model, framework("keras")) if use.layer.weighted]


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


def test_a_name_with_blanks_stands_in_the_names_of_tensors_as_keras_has_it() -> None:
    """Keras 3.15 has the path "my (2) lstm/lstm_cell/kernel" for it, in a model called "the model"."""
    inner = sequential(layer("LSTM", units=4, name="my (2) lstm"), shape=[None, 9, 3])
    inner["config"]["name"] = "the model"
    model = read(inner)
    assert model.layers[0].name == "my__2__lstm"
    assert [tensor.name for tensor in tensors(model).tensors] == [
        f"the model/my (2) lstm/lstm_cell/{name}" for name in ("kernel", "recurrent_kernel", "bias")
    ]
    assert loads(dumps(model)) == model.replace(remarks=())


@pytest.mark.parametrize("paths", ["x", ["a'b"], ["a\nb"], [" a"], [3]])
def test_a_path_that_would_stand_nowhere_is_refused(paths: Any) -> None:
    with pytest.raises(ModelError, match=r"^paths must be "):
        LSTM(4, paths=paths)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_model_says_what_it_is(dialect: str) -> None:
    assert bare(load(str(CONFIGS / f"addition.{dialect}.json"))) == of_keras(
        [
            LSTM(128, name="lstm", return_sequences=False),
            RepeatVector(4, name="repeat_vector"),
            LSTM(128, name="lstm_1", return_sequences=True),
            Dense(12, name="dense"),
        ],
        12,
    )
    assert bare(load(str(CONFIGS / f"imdb.{dialect}.json"))).layers[:2] == (
        Embedding(20_000, 128, name="embedding"),
        LSTM(64, name="bidirectional", bidirectional=True, return_sequences=True),
    )


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
    "bidirectional_rnn": (
        {"layer": layer("RNN", cell=layer("GRUCell", units=3, reset_after=True)), "merge_mode": "sum"},
        GRU(3, reset_after=True, bidirectional=True, merge="sum", return_sequences=False),
    ),
    "dense": ({"units": 3, "use_bias": False, "bias_constraint": None, "activation": "relu"}, Dense(3, bias=False)),
    "time_distributed": ({"layer": layer("Dense", units=3)}, Dense(3, time_distributed=1)),
    "repeat_vector": ({"n": 3}, RepeatVector(3)),
}


@pytest.mark.parametrize("name", BARE)
def test_a_layer_s_own_config_needs_its_input_from_beside(name: str) -> None:
    config, expected = BARE[name]
    config = {"name": name, "trainable": True, **config}
    named = expected if name == "time_distributed" else expected.replace(name=name)
    assert bare(read(config, 5)) == of_keras([named], 5)
    with pytest.raises(ModelFileError, match=r"the config does not state the input of .*; give it beside the file, as --input 32"):
        read(config)


def test_an_embedding_needs_no_input_and_takes_none() -> None:
    config = {"name": "e", "trainable": False, "input_dim": 9, "output_dim": 4, "embeddings_initializer": "uniform"}
    assert bare(read(config)) == of_keras([Embedding(9, 4, name="e", trainable=False)])
    with pytest.raises(ModelFileError, match="does not go with an embedding first, which reads token ids"):
        read(config, 5)


def test_the_input_stands_wherever_a_dialect_writes_it() -> None:
    lstm = layer("LSTM", units=4)
    expected = of_keras([LSTM(4, return_sequences=False)], 3)
    for config in (
        sequential(lstm, shape=[None, None, 3]),
        sequential(layer("LSTM", units=4, batch_input_shape=[None, 7, 3])),
        [layer("Masking", batch_input_shape=[None, 7, 3]), lstm],
        sequential(layer("Dropout"), layer("LSTM", units=4, batch_input_shape=[None, 7, 3])),
        layer("Sequential", layers=[lstm], build_input_shape={"class_name": "TensorShape", "items": [None, 7, 3]}),
        {**lstm, "build_config": {"input_shape": [None, 7, 3]}},
        sequential(sequential(lstm, shape=[None, 7, 3])),
    ):
        assert bare(read(config)) == expected
    assert widths(read(sequential(layer("Bidirectional", layer=layer("LSTM", units=4, batch_input_shape=[2, 7, 3])))))[0] == 3


def test_a_shape_that_a_later_layer_names_is_not_what_flows_in() -> None:
    config = sequential(layer("LSTM", units=4, return_sequences=True), layer("GRU", units=2, batch_input_shape=[None, 7, 99]))
    config["config"]["layers"].insert(0, layer("InputLayer", batch_input_shape=[None, 7, 3]))
    assert widths(read(config)) == [3, 4]


def test_a_layer_built_on_another_width_is_refused() -> None:
    dense = {**layer("Dense", units=2, name="head"), "build_config": {"input_shape": [None, 5]}}
    with pytest.raises(
        ModelFileError, match=r"layers\[2\]\.build_config: head was built on \(None, 5\), and \(None, 4\) comes in$"
    ):
        read(sequential(layer("LSTM", units=4), dense, shape=[None, 7, 3]))


def test_the_width_a_layer_was_built_on_serves_where_none_is_known() -> None:
    dense = {**layer("Dense", units=2), "build_config": {"input_shape": [None, 20]}}
    lstm = layer("LSTM", units=4, return_sequences=True)
    model = read(sequential(lstm, layer("Flatten"), dense, shape=[None, None, 3]))
    assert widths(model) == [3, 20]
    with pytest.raises(ModelError, match="the features at dense depend on a size that is not known: give the shape"):
        params(read(sequential(lstm, layer("Flatten"), layer("Dense", units=2), shape=[None, None, 3])))


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
    assert bare(model) == of_keras([LSTM(4, bias=False, name="memory", **said)], 3)


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
    assert bare(model) == of_keras(
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
    assert widths(model)[-1] == width


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
    assert widths(model) == [8 if name == "first" else 3, width]


@pytest.mark.parametrize("width", [4, 6])
def test_what_reads_the_last_axis_of_an_image_says_how_wide_it_is(width: int) -> None:
    conv = layer("ConvLSTM2D", filters=4, kernel_size=[1, 1], data_format="channels_first", padding="same")
    model = read(sequential(conv, layer("Dense", units=2), shape=[None, 7, 3, 8, width]))
    assert widths(model)[1] == width


def test_a_width_that_no_layer_can_have_is_refused_with_the_file() -> None:
    with pytest.raises(ModelFileError, match=r"^model\.json: is too large: sizes go up to 10\*\*500"):
        read(layer("LSTM", units=4), 10**501)


def test_a_functional_model_is_a_chain_in_any_order() -> None:
    model = functional(layer("LSTM", units=4, name="a"), layer("Dropout", name="b"), layer("Dense", units=2, name="c"))
    model["config"]["layers"].reverse()
    assert bare(read(model)) == of_keras([LSTM(4, name="a", return_sequences=False), Dense(2, name="c")], 3)


A, B = layer("LSTM", units=4, name="a", return_sequences=True), layer("LSTM", units=4, name="b", return_sequences=True)
CHAIN = "only a chain of layers can be read"
PLACE = "config.layers[2].config"
WHOLE = "must be a list of whole numbers"
NO_WIDTH = "the config does not state the input of {}; give it beside the file, as --input 32"
UNREADABLE: dict[str, tuple[Any, str]] = {
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
    "units": (layer("LSTM", units="64"), "config.units: must be a whole number from 1 up, not '64'"),
    "negative": (layer("LSTM", units=-1), "config.units: must be a whole number from 1 up, not -1"),
    "huge": (layer("LSTM", units=10**501), "config.units: is too large: sizes go up to 10**500"),
    "no units": (layer("LSTM"), "config.units: missing; LSTM needs it"),
    "bias": (layer("LSTM", units=1, use_bias="no"), "config.use_bias: must be true or false, not 'no'"),
    "trainable": (layer("LSTM", units=1, trainable=3), "config.trainable: must be true or false, not 3"),
    "rnn": (layer("RNN", cell=layer("LSTMCell", units=1), stateful=3), "config.stateful: must be true or false, not 3"),
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
    "axes": (
        sequential(A, shape=[None, 3]),
        (
            "config.layers[1]: a reads 3 axes, (batch, steps, features), and "
            "(None, 3) comes in: Keras' 'expected ndim=3, found ndim=2'"
        ),
    ),
    "window": (layer("ConvLSTM2D", filters=1, kernel_size=[3]), "config.kernel_size: must have a size for each of 2 axes, not [3]"),
    "joined images": (
        sequential(layer("Bidirectional", layer=layer("ConvLSTM2D", filters=4, kernel_size=[1, 1], data_format="channels_first"))),
        "config.layers[0].config.layer: channels_first does not go with merge=concat, which joins the last axis, the image's",
    ),
    "small": (
        sequential(layer("ConvLSTM1D", filters=1, kernel_size=[9], name="c"), shape=[None, 7, 3, 1]),
        "config.layers[1].config.kernel_size: c leaves nothing of (3): its window does not fit; use padding=same",
    ),
    "target": (
        sequential(A, layer("Reshape", target_shape=[5]), shape=[None, 7, 3]),
        "config.layers[2].config.target_shape: reshape target_shape (5) does not fit (7, 4)",
    ),
    "two rests": (
        sequential(A, layer("Reshape", target_shape=[-1, -1]), shape=[None, 7, 3]),
        "config.layers[2].config.target_shape: may have one -1, not 2",
    ),
    "zero": (
        sequential(A, layer("Reshape", target_shape=[0]), shape=[None, 7, 3]),
        "config.layers[2].config.target_shape: must be a whole number from 1 up, not 0",
    ),
    "no target": (
        sequential(A, layer("Reshape"), shape=[None, 7, 3]),
        "config.layers[2].config.target_shape: missing; Reshape needs it",
    ),
    "dims": (
        sequential(A, layer("Permute", dims=[1, 1]), shape=[None, 7, 3]),
        "config.layers[2].config.dims: (1, 1) must have each axis once, counted from 1",
    ),
    "merge": (
        layer("Bidirectional", layer=A, merge_mode="sub"),
        "config.merge_mode: 'sub' is not known; it is concat, sum, mul, ave or null",
    ),
    "merges": (
        layer("Bidirectional", layer=A, merge_mode=[]),
        "config.merge_mode: [] is not known; it is concat, sum, mul, ave or null",
    ),
    "two outputs": (
        sequential(layer("Bidirectional", layer=A, merge_mode=None), layer("Dense", units=1, name="d"), shape=[None, 7, 3]),
        "config.layers[1]: merge=none gives two outputs, and the next layer reads one",
    ),
    "no steps": (
        sequential(layer("TimeDistributed", name="t", layer=layer("Dense", units=1)), shape=[None, 3]),
        "config.layers[1].config.layer: dense reads steps, and (None, 3) comes in",
    ),
    "lora": (layer("Dense", units=1, lora_rank=4), "config.lora_rank: changes the weights in a way that is not modelled"),
    "quantized": (
        layer("Dense", units=1, dtype={"class_name": "QuantizedDTypePolicy"}),
        "config.dtype: changes the weights in a way that is not modelled",
    ),
    "int8": (layer("Dense", units=1, dtype="int8_from_float32"), "config.dtype: changes the weights in a way that is not modelled"),
    "last step": (
        sequential(layer("LSTM", units=4), A, shape=[None, 7, 3]),
        (
            "config.layers[2]: a reads 3 axes, (batch, steps, features), and "
            "(None, 4) comes in: Keras' 'expected ndim=3, found ndim=2'; "
            "lstm gives its last step alone, and every step with return_sequences=True"
        ),
    ),
    "state": (
        functional(A, B, b=[[["a", 0, 1, {}]]]),
        "config.layers[2].inbound_nodes: reads output 1 of 'a', which gives 1",
    ),
    "initial state": (
        functional(A, B, b=[[["a", 0, 0, {"initial_state": [["a", 0, 1]]}]]]),
        "config.layers[2].inbound_nodes: reads output 1 of 'a', which gives 1",
    ),
    "circle": (
        functional(A, B, a=[[["b", 0, 0, {}]]]),
        "config.layers[2].inbound_nodes: 'b' reads its own output",
    ),
    "no input": (
        functional(A, **{"in": [[["a", 0, 0, {}]]]}),
        "config.layers[1].inbound_nodes: 'a' reads its own output",
    ),
    "name": (functional(A, A), "config.layers[2].name: the name 'a' stands twice"),
}

STEPS = [None, 7, 3]
"""The shape of a batch of sequences of 7 steps of 3 features."""


def after(class_name: str, **config: Any) -> dict[str, Any]:
    """Return a model in which a layer reads (None, 7, 4)."""
    return sequential(A, layer(class_name, **config), shape=STEPS)


ODD_FIELDS: dict[str, tuple[Any, str]] = {
    "truth in a target": (
        after("Reshape", target_shape=[True, 28]),
        "config.layers[2].config.target_shape: must be a whole number from 1 up, not true",
    ),
    "word in a target": (
        after("Reshape", target_shape=["4", 7]),
        "config.layers[2].config.target_shape: must be a whole number from 1 up, not '4'",
    ),
    "below -1": (
        after("Reshape", target_shape=[-2, 14]),
        "config.layers[2].config.target_shape: must be a whole number from 1 up, not -2",
    ),
    "empty target": (after("Reshape", target_shape=[]), "config.layers[2].config.target_shape: must have 1 to 7 values, not 0"),
    "long target": (after("Reshape", target_shape=[1] * 8), "config.layers[2].config.target_shape: must have 1 to 7 values, not 8"),
    "axis 0": (after("Permute", dims=[0, 1]), "config.layers[2].config.dims: must be a whole number from 1 up, not 0"),
    "axis 3": (after("Permute", dims=[1, 3]), "config.layers[2].config.dims: (1, 3) must have each axis once, counted from 1"),
    "pooling of nothing": (
        after("MaxPooling1D", pool_size=[9]),
        "config.layers[2].config.pool_size: pool leaves nothing of (7): its window does not fit; use padding=same",
    ),
    "pooling of images": (
        after("MaxPooling2D", pool_size=[2, 2]),
        (
            "config.layers[2]: pool reads 4 axes, (batch, space, space, features), "
            "and (None, 7, 4) comes in: Keras' 'expected ndim=4, found ndim=3'"
        ),
    ),
    "word as a pool": (
        after("MaxPooling1D", pool_size="2"),
        "config.layers[2].config.pool_size: must be a whole number from 1 up, not '2'",
    ),
    "two pools": (
        after("MaxPooling1D", pool_size=[2, 2]),
        "config.layers[2].config.pool_size: must have a size for each of 1 axes, not [2, 2]",
    ),
    "no stride": (
        after("MaxPooling1D", pool_size=2, strides=0),
        "config.layers[2].config.strides: must be a whole number from 1 up, not 0",
    ),
    "three ends": (
        after("Cropping1D", cropping=[1, 1, 1]),
        "config.layers[2].config.cropping: must have both ends of 1 axes, not [1, 1, 1]",
    ),
    "less than no end": (
        after("ZeroPadding1D", padding=-1),
        "config.layers[2].config.padding: must be a whole number from 1 up, not -1",
    ),
    "keepdims": (after("GlobalMaxPooling1D", keepdims=1), f"{PLACE}.keepdims: must be true or false, not 1"),
    "no shape at all": (sequential(A, shape=[]), "config.layers[0].config.batch_input_shape: [] is not the shape of one input"),
    "one axis": (
        sequential(A, shape=[3]),
        "config.layers[0].config.batch_shape: an input of a single number for each of the batch cannot be read",
    ),
    "two or more": (
        sequential(layer("Dense", units=1, name="d"), shape=[3]),
        "config.layers[0].config.batch_shape: an input of a single number for each of the batch cannot be read",
    ),
    "eight axes": (
        sequential(A, shape=[None] * 8),
        (
            "config.layers[1]: a reads 3 axes, (batch, steps, features), and "
            "(None, None, None, None, None, None, None, None) comes in: Keras' 'expected ndim=3, found ndim=8'"
        ),
    ),
    "nine axes": (
        sequential(A, shape=[1] * 9),
        "config.layers[0].config.batch_input_shape: [1, 1, 1, 1, 1, 1, 1, 1, 1] is not the shape of one input",
    ),
    "zero in a shape": (
        sequential(A, shape=[None, 0, 3]),
        "config.layers[0].config.batch_input_shape: a size must be a whole number from 1 up, not 0",
    ),
    "near miss": (layer("LSTM", unitz=4), "config.unitz: unknown key for LSTM; did you mean 'units'?"),
    "far miss": (layer("LSTM", units=4, zzzz=4), "config.zzzz: unknown key for LSTM"),
    "near miss of a wrapper": (
        layer("Bidirectional", layer=A, merge_mod="sum"),
        "config.merge_mod: unknown key for Bidirectional; did you mean 'merge_mode'?",
    ),
    "near miss of a loop": (
        layer("RNN", cell=layer("LSTMCell", units=1), cells=3),
        "config.cells: unknown key for RNN; did you mean 'cell'?",
    ),
    "quantization": (
        layer("Dense", units=1, quantization_config={}),
        "config.quantization_config: changes the weights in a way that is not modelled",
    ),
    "reset": (layer("GRU", units=1, reset_after=3), "config.reset_after: must be true or false, not 3"),
    "padding": (
        layer("ConvLSTM1D", filters=1, kernel_size=[3], padding="causal"),
        "the config does not state the input of ConvLSTM1D; give it beside the file, as --input 32",
    ),
    "strides": (
        layer("ConvLSTM1D", filters=1, kernel_size=[3], strides=[2, 2]),
        "config.strides: must have a size for each of 1 axes, not [2, 2]",
    ),
    "no n": (layer("RepeatVector"), "config.n: missing; RepeatVector needs it"),
    "no vocabulary": (layer("Embedding", output_dim=3), "config.input_dim: missing; Embedding needs it"),
    "no layer in a wrapper": (layer("Bidirectional"), "config.layer: missing"),
    "no cell": (layer("RNN"), "config.cell: missing"),
    "no width": (sequential(layer("LSTM", units=4)), f"config.layers[0]: {NO_WIDTH.format('LSTM')}"),
    "no width in a wrapper": (layer("Bidirectional", name="b", layer=layer("LSTM", units=4)), NO_WIDTH.format("b")),
    "many inputs": (
        functional(*(layer("LSTM", units=1, name=f"l{at}") for at in range(6)), **{f"l{at}": [] for at in range(6)}),
        "config.layers[6].inbound_nodes: 'l5' is called on nothing",
    ),
    "many sources": (
        functional(
            *(layer("Dense", units=1, name=f"l{at}") for at in range(6)),
            l5=[[[f"l{at}", 0, 0, {}] for at in range(5)] + [["in", 0, 0, {}]]],
        ),
        "config.layers[6]: l5 reads one input, and 6 come in",
    ),
    "name in a model": (
        {"class_name": "Sequential", "config": {"layers": [layer("LSTM", units=1, name="a\nb"), layer("Add", name="a\nb")]}},
        f"config.layers[0]: {NO_WIDTH.format(chr(92).join(('a', 'nb')))}",
    ),
    "fault of the whole": (
        sequential(layer("Bidirectional", name="b", merge_mode=None, layer=layer("LSTM", units=1)), layer("Flatten"), shape=STEPS),
        "config.layers[1]: merge=none gives two outputs, and the next layer reads one",
    ),
    "backwards in two directions": (
        layer("Bidirectional", layer=layer("LSTM", units=4, go_backwards=True)),
        "config.layer: go_backwards does not go with bidirectional, which reads both ways",
    ),
    "features first in two directions": (
        layer("Bidirectional", layer=layer("ConvLSTM1D", filters=4, kernel_size=[3], data_format="channels_first")),
        "config.layer: channels_first does not go with merge=concat, which joins the last axis, the image's",
    ),
    "a cell on one vector": (
        sequential(layer("RNN", name="r", cell=layer("LSTMCell", units=1)), shape=[None, 3]),
        (
            "config.layers[1]: r reads 3 axes, (batch, steps, features), and "
            "(None, 3) comes in: Keras' 'expected ndim=3, found ndim=2'"
        ),
    ),
    "a vector that is steps": (
        after("RepeatVector", n=2, name="r"),
        "config.layers[2]: r reads 2 axes, (batch, features), and (None, 7, 4) comes in: Keras' 'expected ndim=2, found ndim=3'",
    ),
    "a rest that is no whole number": (
        after("Reshape", target_shape=[5, -1]),
        "config.layers[2].config.target_shape: reshape target_shape (5, -1) does not fit (7, 4)",
    ),
    "more than flows in": (
        after("Reshape", target_shape=[2, 28]),
        "config.layers[2].config.target_shape: reshape target_shape (2, 28) does not fit (7, 4)",
    ),
    "a part of what flows in": (
        after("Reshape", target_shape=[14]),
        "config.layers[2].config.target_shape: reshape target_shape (14) does not fit (7, 4)",
    ),
    "no nodes": ({"class_name": "Functional", "config": {"layers": []}}, "the model has no layers"),
}


@pytest.mark.parametrize("name", ODD_FIELDS)
def test_an_odd_field_is_told_with_its_place(name: str) -> None:
    config, message = ODD_FIELDS[name]
    with pytest.raises(ModelFileError) as caught:
        read(config)
    assert str(caught.value).removeprefix("model.json:").lstrip() == message


def test_as_many_objects_and_as_deep_as_a_model_may_have() -> None:
    assert len(ConfigObject({"layers": [{}] * 10_000}, "f").nodes("layers")) == 10_000
    with pytest.raises(ModelFileError, match=r"^f:layers: a model has at most 10,000 layers$"):
        ConfigObject({"layers": [{}] * 10_001}, "f").nodes("layers")
    nested = layer("LSTM", units=4, batch_input_shape=STEPS)
    for _ in range(101):
        nested = layer("Sequential", layers=[nested])
    assert len(read(nested).layers) == 1
    with pytest.raises(ModelFileError, match=r"…: layers within layers are nested too deeply$"):
        read(layer("Sequential", layers=[nested]))


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        ({"class_name": "LSTM"}, True),
        ({"name": "a", "trainable": True}, True),
        ({"name": "a", "trainable": True, "units": 3}, True),
        ({"name": "a"}, False),
        ({"trainable": True}, False),
        ({"layers": [{"type": "lstm"}, {"class_name": "LSTM"}]}, True),
        ([{"class_name": "LSTM"}], True),
        ([3, {"class_name": "LSTM"}], True),
        ([3], False),
        ({"layers": 3}, False),
        (3, False),
    ],
)
def test_a_config_is_known_by_its_keys(data: Any, is_one: bool) -> None:
    assert recognised(data) is is_one


MORE_BARE = {
    "conv of one dimension": (
        {"filters": 3, "kernel_size": [2], "unit_forget_bias": True},
        ConvLSTM(3, (2,), return_sequences=False),
    ),
    "conv of three": (
        {"filters": 3, "kernel_size": [2, 2, 2], "unit_forget_bias": True},
        ConvLSTM(3, (2, 2, 2), return_sequences=False),
    ),
    "cudnn": (
        {"units": 3, "recurrent_initializer": "x", "return_sequences": True},
        GRU(3, reset_after=True, return_sequences=True, cudnn=True),
    ),
}


@pytest.mark.parametrize("name", MORE_BARE)
def test_more_layers_by_the_keys_of_their_own_config(name: str) -> None:
    config, expected = MORE_BARE[name]
    assert bare(read({"name": "a", "trainable": False, **config}, 5)) == of_keras([expected.replace(name="a", trainable=False)], 5)


def test_a_whole_model_is_known_by_the_keys_of_its_config() -> None:
    lstm = layer("LSTM", units=4, name="a")
    expected = of_keras([LSTM(4, name="a", return_sequences=False)], 3)
    assert bare(read({"name": "m", "trainable": True, "layers": sequential(lstm, shape=STEPS)["config"]["layers"]})) == expected
    assert bare(read({"trainable": True, **functional(lstm)["config"]})) == expected
    window = {"name": "c", "trainable": True, "filters": 1, "unit_forget_bias": True, "kernel_size": 3}
    assert read(window, 5).layers == (ConvLSTM(1, (3, 3), name="c", return_sequences=False),)


@pytest.mark.parametrize(
    ("between", "shape", "width"),
    [
        ([layer("Reshape", target_shape=[7, -1])], STEPS, 4),
        ([layer("Reshape", target_shape=[28])], STEPS, 28),
        ([layer("Reshape", target_shape=[2, 7, 2])], STEPS, 2),
        ([layer("Reshape", target_shape=[1, 1, 1, 1, 1, 28])], STEPS, 28),
        ([layer("Reshape", target_shape=[-1, 7])], [None, None, 3], 7),
        ([layer("Permute", dims=[1, 2])], STEPS, 4),
        ([layer("Permute", dims=[2, 1]), layer("Permute", dims=[2, 1])], STEPS, 4),
        ([layer("Cropping1D", cropping=[1, 1])], STEPS, 4),
        ([layer("GlobalMaxPooling1D", keepdims=False)], STEPS, 4),
        ([layer("GlobalMaxPooling1D", keepdims=None)], STEPS, 4),
        ([layer("GlobalMaxPooling1D", keepdims=True, data_format="channels_first"), layer("Flatten")], STEPS, 7),
        ([layer("MaxPooling1D", pool_size=2, data_format="channels_first"), layer("Permute", dims=[2, 1])], STEPS, 7),
        ([layer("MaxPooling1D", pool_size=2, data_format="channels_last"), layer("Permute", dims=[1, 2])], STEPS, 4),
        ([layer("Flatten"), layer("Reshape", target_shape=[-1, 2])], STEPS, 2),
    ],
)
def test_more_of_what_a_layer_without_weights_makes_of_a_shape(
    between: list[dict[str, Any]], shape: list[int | None], width: int
) -> None:
    model = read(sequential(A, *between, layer("Dense", units=2), shape=shape))
    assert widths(model)[-1] == width


RESAMPLED = {
    "pooled by two": (layer("MaxPooling1D", pool_size=[2]), 3),
    "pooled by a number": (layer("AveragePooling1D", pool_size=3), 2),
    "pooled over the edge": (layer("MaxPool1D", pool_size=[2], padding="same"), 4),
    "pooled at every step": (layer("AvgPool1D", pool_size=[3], strides=[1]), 5),
    "pooled over the edge, far apart": (layer("AvgPool1D", pool_size=[3], strides=5, padding="same"), 2),
    "pooled to three": (layer("AdaptiveAveragePooling1D", output_size=[3]), 3),
    "cropped": (layer("Cropping1D", cropping=[1, 2]), 4),
    "cropped by a number": (layer("Cropping1D", cropping=2), 3),
    "padded": (layer("ZeroPadding1D", padding=[3, 0]), 10),
    "upsampled": (layer("UpSampling1D", size=3), 21),
}


@pytest.mark.parametrize("name", RESAMPLED)
def test_steps_are_sampled_anew_as_the_config_says(name: str) -> None:
    between, steps = RESAMPLED[name]
    model = read(sequential(A, between, layer("Flatten"), layer("Dense", units=2), shape=STEPS))
    assert widths(model)[1] == 4 * steps
    every = read(sequential(A, between, layer("LSTM", units=2, name="l"), shape=STEPS))
    assert shapes(every, "keras", shape=(2, 7, 3)).reads["l"] == (2, steps, 4)


def test_both_ends_of_each_axis_of_an_image_are_cut() -> None:
    conv = layer("ConvLSTM2D", filters=2, kernel_size=[1, 1])
    cut = layer("Cropping2D", cropping=[[1, 2], [0, 4]])
    model = read(sequential(conv, cut, layer("Flatten"), layer("Dense", units=2), shape=[None, 5, 8, 9, 3]))
    assert widths(model)[1] == 5 * 5 * 2


def test_the_width_beside_a_file_serves_once() -> None:
    model = read(sequential(layer("LSTM", units=4, name="a")), 5)
    assert bare(model) == of_keras([LSTM(4, name="a", return_sequences=False)], 5)
    unknown = sequential(layer("LSTM", units=4, name="a"), shape=[None, 7, None])
    assert widths(read(unknown, 5))[0] == 5
    flat = sequential(A, layer("Flatten"), layer("Dense", units=2, name="d"), shape=[None, None, None])
    with pytest.raises(ModelError, match="the features at d depend on a size that is not known: give the shape"):
        params(read(flat, 5))
    said = {**layer("LSTM", units=4), "build_config": {"input_shape": STEPS}}
    with pytest.raises(ModelFileError) as caught:
        read(said, 5)
    assert str(caught.value) == "model.json: the config states its own input; --input is for one that does not"


def test_the_width_that_flows_in_is_held_against_what_a_layer_was_built_on() -> None:
    built = {**layer("LSTM", units=4, name="a"), "build_config": {"input_shape": [None, 7, 3]}}
    assert widths(read(sequential(built, shape=STEPS)))[0] == 3
    assert widths(read(sequential(built, shape=[None, 7, None])))[0] == 3
    with pytest.raises(ModelFileError) as caught:
        read(sequential(built, shape=[None, 7, 9]))
    assert str(caught.value) == "model.json:config.layers[1].build_config: a was built on (None, 7, 3), and (None, 7, 9) comes in"
    other_rank = {**built, "build_config": {"input_shape": [None, 3]}}
    with pytest.raises(ModelFileError, match=r"a was built on \(None, 3\), and \(None, 7, 9\) comes in$"):
        read(sequential(other_rank, shape=[None, 7, 9]))
    with pytest.raises(ModelFileError, match=r"^model.json:config.layers\[1\].build_config.input_shape: 3 is not the shape of one"):
        read(sequential({**built, "build_config": {"input_shape": 3}}, shape=STEPS))
    assert widths(read(sequential({**built, "build_config": 3}, shape=STEPS)))[0] == 3


def test_a_convolution_of_features_first_was_built_on_them() -> None:
    conv = layer("ConvLSTM1D", filters=2, kernel_size=[3], data_format="channels_first", name="c")
    conv["build_config"] = {"input_shape": [None, 7, 3, 9]}
    assert widths(read(conv))[0] == 3
    with pytest.raises(ModelFileError, match=r"c was built on \(None, 7, 3, 9\), and \(None, 7, 4, 9\) comes in"):
        read(sequential(conv, shape=[None, 7, 4, 9]))


def test_policies_of_keras_3_say_who_is_trained() -> None:
    policy = {"class_name": "DTypePolicy", "config": {"name": "float32"}}
    frozen_model = sequential(layer("LSTM", units=4, dtype=policy), shape=STEPS)
    frozen_model["config"] |= {"trainable": False, "dtype": policy}
    assert read(frozen_model).layers[0].trainable is False
    around = layer("Bidirectional", layer=layer("LSTM", units=4, dtype=policy), trainable=False, dtype=policy)
    assert read(sequential(around, shape=STEPS)).layers[0].trainable is True
    inner = layer("Bidirectional", layer=layer("LSTM", units=4, dtype=policy, trainable=False), dtype=policy)
    assert read(sequential(inner, shape=STEPS)).layers[0].trainable is False
    other = {"class_name": "Policy", "config": {"name": "float32"}}
    around = layer("Bidirectional", layer=layer("LSTM", units=4), trainable=False, dtype=other)
    assert read(sequential(around, shape=STEPS)).layers[0].trainable is False
    alone = layer("LSTM", units=4, dtype=policy, trainable=False, batch_input_shape=STEPS)
    assert read(sequential(alone)).layers[0].trainable is False


def test_a_direction_around_one_cell_is_read_as_its_layer() -> None:
    cell = layer("RNN", cell=layer("GRUCell", units=4, reset_after=True), return_sequences=True)
    model = read(sequential(layer("Bidirectional", name="b", layer=cell), shape=STEPS))
    assert bare(model) == of_keras([GRU(4, reset_after=True, bidirectional=True, name="b", return_sequences=True)], 3)
    one = layer("RNN", name="r", cell=layer("StackedRNNCells", cells=[layer("LSTMCell", units=4, name="a")]))
    assert read(sequential(one, shape=STEPS)).layers == (LSTM(4, name="r", return_sequences=False),)


def test_a_direction_says_the_shape_that_flows_in() -> None:
    inner = layer("LSTM", units=4, batch_input_shape=STEPS)
    backward = layer("LSTM", units=4, go_backwards=True, name="back")
    config = layer("Bidirectional", name="b", layer=inner, backward_layer=backward, merge_mode="mul")
    assert bare(read(config)) == of_keras([LSTM(4, name="b", bidirectional=True, merge="mul", return_sequences=False)], 3)


def test_what_is_done_at_each_step_keeps_the_steps() -> None:
    each = layer("TimeDistributed", layer=layer("TimeDistributed", layer=layer("Dense", units=2, name="d")))
    images = sequential(layer("TimeDistributed", layer=layer("Flatten")), A, shape=[None, 7, 5, 3])
    assert widths(read(images))[0] == 15
    deep = read(
        sequential(layer("Reshape", target_shape=[2, 3, 4]), each, layer("Flatten"), layer("Dense", units=1), shape=[None, 24])
    )
    assert widths(deep) == [4, 12]
    unknown = layer("TimeDistributed", layer=layer("Dense", units=2, name="d", batch_input_shape=[None, 3]))
    assert bare(read(sequential(unknown))) == of_keras([Dense(2, name="d", time_distributed=1)], 3)
    after = sequential(A, layer("TimeDistributed", layer=layer("Dense", units=2)), layer("LSTM", units=4), shape=STEPS)
    assert [use.output for use in read(after).uses] == [(None, 7, 4), (None, 7, 2), (None, 4)]


def test_an_output_that_is_the_last_layer_may_be_said_in_any_way() -> None:
    model = functional(A, B)
    for said in ([["b", 0, 0]], ["b", 0, 0], None, [["nobody", 0, 0]], [["b", 0]], [[3, 0, 0]], [["a", 0, "0"]]):
        model["config"]["output_layers"] = said
        assert [each.name for each in read(model).layers] == ["a", "b"]


def test_a_functional_model_of_keras_3_is_read_by_its_histories() -> None:
    def reads(*names: str) -> list[Any]:
        tensors = [{"class_name": "__keras_tensor__", "config": {"shape": STEPS, "keras_history": [name, 0, 0]}} for name in names]
        return [{"args": tensors, "kwargs": {"mask": None}}]

    model = functional(A, B, a=reads("in"), b=reads("a"))
    assert [each.name for each in read(model).layers] == ["a", "b"]
    with pytest.raises(ModelFileError, match=r"b reads its input and the initial states h and c, and 1 of these comes in$"):
        read(functional(A, B, a=reads("in"), b=reads("a", "in")))


def test_a_second_embedding_and_a_name_of_its_own() -> None:
    model = sequential(
        layer("Embedding", input_dim=9, output_dim=4, name="e", batch_input_shape=[None, 7]),
        layer("LSTM", units=4, name="e", return_sequences=True),
        layer("Dense", units=2, name="d"),
        layer("Dense", units=2, name="d"),
    )
    assert bare(read(model)) == of_keras(
        [Embedding(9, 4, name="e"), LSTM(4, return_sequences=True), Dense(2, name="d"), Dense(2)],
    )


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_said_with_its_key(name: str) -> None:
    config, message = UNREADABLE[name]
    with pytest.raises(ModelFileError) as caught:
        read(config)
    assert str(caught.value).startswith("model.json:")
    assert str(caught.value).removeprefix("model.json:").lstrip() == message


@pytest.mark.slow
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


RESHAPED = sequential(
    A,
    layer("MaxPooling1D", pool_size=[2], strides=[1], padding="valid"),
    layer("ZeroPadding1D", padding=[1, 1]),
    layer("Reshape", target_shape=[2, 2, -1]),
    layer("UpSampling2D", size=[2, 2], data_format="channels_last"),
    layer("Cropping2D", cropping=[[0, 1], [1, 0]], data_format="channels_last"),
    layer("AdaptiveMaxPooling2D", output_size=[3, 3], data_format="channels_last"),
    layer("Permute", dims=[2, 1, 3]),
    layer("GlobalMaxPooling2D", data_format="channels_last", keepdims=False),
    layer("Dense", units=2),
    shape=STEPS,
)
SEEDS = [RESHAPED, *[json.loads(path.read_text()) for path in sorted(CONFIGS.glob("*.json"))]]
ODD = st.sampled_from(
    [None, True, False, 0, -1, 1, 2.5, 10**400, "", "n" * 5000, "LSTM", "Dense", [], {}, [None, 3], [1, 2, 3], {"items": [1]}]
)


@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 10**6), ODD, st.booleans()), min_size=1, max_size=4))
@settings(max_examples=30 * settings.default.max_examples, deadline=2000)
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
        params(read(config), "keras")
        said = "counted"
    except LstmCalcError as error:
        said = str(error)
    assert said
    assert all(0 < len(line) < 600 for line in said.splitlines())


def walk(value: Any) -> Any:
    """Yield every place in a config."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from walk(value[key])


def test_every_recurrent_class_is_read_alone_and_in_two_directions() -> None:
    for name, kind in RECURRENT.items():
        window = {"kernel_size": [2] * kind.dims} if kind.dims else {}
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
    assert "the config states its own input" in refused.stderr
    bare = json.dumps({"name": "lstm", "trainable": True, **BARE["lstm"][0]})
    assert cli("params", "-", "--input", "5", "-q", stdin=bare).stdout == "108\n"
    assert "is given twice: as '-' and by --units" in cli("params", "-", "--input", "5", "-u", "3", stdin=bare).stderr


def test_a_model_file_of_our_own_says_its_input() -> None:
    with pytest.raises(ModelFileError, match="the file states its own input"):
        loads('{"input_dim": 4, "layers": [{"type": "lstm", "units": 3}]}', "model.json", 4)


def test_an_image_as_wide_as_it_has_features_is_read_by_its_last_axis() -> None:
    conv = layer("ConvLSTM1D", filters=5, kernel_size=[3], data_format="channels_first", name="c")
    model = read(sequential(conv, layer("Dense", units=2), shape=[None, 7, 3, 7]))
    assert widths(model) == [3, 5]
    every = {**conv, "config": conv["config"] | {"return_sequences": True}}
    assert read(sequential(every, conv, shape=[None, 7, 3, 9])).layers[1].input_dim is None


@pytest.mark.parametrize(
    ("between", "flows"),
    [
        ([layer("Flatten")], "None, 28"),
        ([layer("Reshape", target_shape=[28])], "None, 28"),
        ([layer("Permute", dims=[2, 1]), layer("Flatten")], "None, 28"),
        ([layer("GlobalMaxPooling1D")], "None, 4"),
        ([layer("LSTM", units=5)], "None, 5"),
        ([layer("TimeDistributed", layer=layer("Dense", units=5)), layer("Flatten")], "None, 35"),
        ([layer("TimeDistributed", layer=layer("Reshape", target_shape=[2, 2]))], "None, 7, 2, 2"),
        ([layer("LSTM", units=5), layer("RepeatVector", n=3), layer("Flatten")], "None, 15"),
        ([layer("MaxPooling1D", pool_size=[2]), layer("Flatten")], "None, 12"),
        ([layer("GlobalMaxPooling1D", keepdims=True), layer("Reshape", target_shape=[1, 1, -1])], "None, 1, 1, 4"),
    ],
)
def test_the_batch_stays_first(between: list[dict[str, Any]], flows: str) -> None:
    with pytest.raises(ModelFileError, match=rf": b reads 3 axes, .*, and \({flows}\) comes in"):
        read(sequential(A, *between, B, shape=[2, 7, 3]))


def test_the_width_beside_a_file_begins_with_as_many_axes_as_are_read() -> None:
    model = read(sequential(layer("Dense", units=4), layer("RepeatVector", n=3), layer("LSTM", units=2)), 5)
    assert widths(model) == [5, 4]
    with pytest.raises(ModelFileError, match="the config states its own input; --input is for one that does not"):
        read(sequential(A, shape=STEPS), 5)
    assert widths(read(sequential(A, layer("Dense", units=5), B, shape=STEPS))) == [3, 4, 5]


@pytest.mark.parametrize(("data_format", "width"), [("channels_last", 5), ("channels_first", 6), (None, 5)])
@pytest.mark.parametrize("every", [False, True])
def test_what_reads_an_image_reads_its_last_axis(data_format: str | None, width: int, every: bool) -> None:
    shape: list[int | None] = [None, 7, 3, 8] if data_format == "channels_first" else [None, 7, 8, 3]
    conv = layer("ConvLSTM1D", filters=5, kernel_size=[3], data_format=data_format, return_sequences=every)
    assert widths(read(sequential(conv, layer("Dense", units=2), shape=shape))) == [3, width]


def test_axes_of_one_that_are_kept_are_steps() -> None:
    assert widths(read(after_pooling(kept=True))) == [3, 4]
    with pytest.raises(ModelFileError, match=r": b reads 3 axes, .*, and \(None, 4\) comes in"):
        read(after_pooling(kept=False))


def after_pooling(*, kept: bool) -> dict[str, Any]:
    return sequential(A, layer("GlobalMaxPooling1D", keepdims=kept), B, shape=STEPS)


@pytest.mark.parametrize(
    ("data_format", "every", "flows"),
    [
        ("channels_last", True, "None, 7, 6, 5"),
        ("channels_first", True, "None, 7, 5, 1"),
        ("channels_last", False, "None, 30"),
        ("channels_first", False, "None, 5"),
    ],
)
def test_the_batch_stays_before_an_image(data_format: str, flows: str, *, every: bool) -> None:
    conv = layer("ConvLSTM1D", filters=5, kernel_size=[3], padding="valid", data_format=data_format, return_sequences=every)
    after = [] if every else [layer("Flatten")]
    with pytest.raises(ModelFileError, match=rf": b reads 3 axes, .*, and \({flows}\) comes in"):
        read(sequential(conv, *after, B, shape=[2, 7, 8, 3]))


@pytest.mark.parametrize("between", [None, "Dropout"])
def test_what_is_done_at_each_step_reads_steps_that_were_made(between: str | None) -> None:
    """Keras builds it with 357 parameters: the steps of the GRU are those of the Reshape."""
    inner = layer("TimeDistributed", layer=layer(between, rate=0.1)) if between else None
    dense = layer("TimeDistributed", layer=layer("Dense", units=2))
    made = [layer("LSTM", units=6), layer("Reshape", target_shape=[3, 2]), *([inner] if inner else [])]
    model = read(sequential(*made, dense, layer("GRU", units=3, reset_after=True), shape=[None, 4, 5]))
    assert widths(model) == [5, 2, 2]
    assert params(model, "keras").total == 357


REMARKS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "as usual": (layer("LSTM", units=1, activation="tanh", recurrent_activation="sigmoid"), []),
    "hard": (
        layer("GRU", units=1, name="g", recurrent_activation="hard_sigmoid"),
        ["g has recurrent_activation='hard_sigmoid', and its equations here have sigmoid"],
    ),
    "none": (
        layer("SimpleRNN", units=1, name="r", activation=None),
        ["r has activation='linear', and its equations here have tanh"],
    ),
    "a function": (
        layer("LSTM", units=1, name="l", activation={"class_name": "function", "config": "mine", "registered_name": "mine"}),
        ["l has activation='mine', and its equations here have tanh"],
    ),
    "a class": (
        layer("LSTM", units=1, name="l", activation={"class_name": "LeakyReLU", "config": {"negative_slope": 0.1}}),
        ["l has activation='LeakyReLU', and its equations here have tanh"],
    ),
    "both directions": (
        layer("Bidirectional", name="b", layer=layer("LSTM", units=1, activation="relu")),
        ["b has activation='relu', and its equations here have tanh"],
    ),
    "cells": (
        layer(
            "RNN",
            name="s",
            cell=layer("StackedRNNCells", cells=[layer("LSTMCell", units=1, activation="relu"), layer("LSTMCell", units=1)]),
        ),
        ["s has activation='relu', and its equations here have tanh"],
    ),
    "a head": (sequential(A, layer("Dense", units=1, activation="softmax"), shape=STEPS), []),
}


@pytest.mark.parametrize("name", REMARKS)
def test_activations_that_the_equations_do_not_have_are_remarked(name: str) -> None:
    config, remarks = REMARKS[name]
    model = read(config if config["class_name"] == "Sequential" else sequential(config, shape=STEPS))
    assert list(model.remarks) == remarks


@pytest.mark.parametrize(
    "command",
    ["explain", "explain -f keras,pytorch --difference", "cost", "diagram", "report", "port --from keras --to pytorch --code"],
)
def test_a_command_that_tells_what_a_layer_computes_warns(cli: Cli, tmp_path: Path, command: str) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(sequential(layer("LSTM", units=2, name="l", recurrent_activation="hard_sigmoid"), shape=STEPS)))
    name, *options = command.split()
    answer = cli(name, str(path), *options)
    assert (answer.exit_code, answer.stderr) == (
        0,
        "warning: l has recurrent_activation='hard_sigmoid', and its equations here have sigmoid\n",
    )
    assert cli("params", str(path)).stderr == ""


def _tensor(name: str) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}


def _in_hdf5(*layers: dict[str, Any]) -> str:
    """Return a model of Keras 3 as its HDF5 files have it: no layer says its module."""
    first = {"class_name": "InputLayer", "config": {"name": "in", "batch_shape": [None, 8, 6]}, "name": "in", "inbound_nodes": []}
    last = str(layers[-1]["name"])
    config = {"name": "m", "layers": [first, *layers], "input_layers": [["in", 0, 0]], "output_layers": [[last, 0, 0]]}
    return json.dumps({"class_name": "Functional", "config": config})


def _layer_in_hdf5(name: str, reads: list[Any], class_name: str, **config: Any) -> dict[str, Any]:
    return {
        "class_name": class_name,
        "config": {"name": name} | config,
        "name": name,
        "inbound_nodes": [{"args": reads, "kwargs": {}}],
    }


def test_operations_of_hdf5_files_have_no_module_and_do_not_say_what_they_train() -> None:
    """``1 - x`` is an operation on one tensor, and ``Any`` of a mask has no weights; a layer says what it trains."""
    text = _in_hdf5(
        _layer_in_hdf5("not_equal", [_tensor("in"), 0.0], "NotEqual"),
        _layer_in_hdf5("any", [_tensor("not_equal")], "Any", axis=-1, keepdims=False),
        _layer_in_hdf5("subtract", [1, _tensor("in")], "Subtract"),
        _layer_in_hdf5("lstm", [_tensor("subtract")], "LSTM", units=3, trainable=True),
    )
    assert params(loads(text)).total == 4 * 3 * (6 + 3 + 1)


def test_a_layer_built_on_states_of_several_cells() -> None:
    """The shapes that a layer was built on may be lists of lists: those of the states of each cell."""
    cells = [
        {"class_name": "LSTMCell", "config": {"units": 4}},
        {"class_name": "GRUCell", "config": {"units": 3, "reset_after": True}},
    ]
    rnn = _layer_in_hdf5(
        "rnn", [_tensor("in")], "RNN", cell={"class_name": "StackedRNNCells", "config": {"cells": cells}}, trainable=True
    )
    rnn["build_config"] = {"input_shape": [[None, 8, 6], [[None, 4], [None, 4]], [None, 3]]}
    assert params(loads(_in_hdf5(rnn))).total == 4 * 4 * (6 + 4 + 1) + 3 * 3 * (4 + 3 + 2)


def test_spectral_normalisation_keeps_a_vector_that_is_not_trained() -> None:
    """The wrapper adds a vector as long as the last axis of the kernel; it is not counted where that axis is not known here."""
    inner = {"class_name": "Conv1D", "config": {"name": "conv", "filters": 5, "kernel_size": [3], "trainable": True}}
    answer = params(loads(_in_hdf5(_layer_in_hdf5("norm", [_tensor("in")], "SpectralNormalization", layer=inner, trainable=True))))
    assert (answer.total, answer.trainable) == (3 * 6 * 5 + 5 + 5, 3 * 6 * 5 + 5)
    inner["class_name"] = "Conv1DTranspose"
    assert params(loads(_in_hdf5(_layer_in_hdf5("norm", [_tensor("in")], "SpectralNormalization", layer=inner)))).total is None
