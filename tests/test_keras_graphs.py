"""Whole models of Keras: their dialects, graphs, layers that are not known, and the names of their tensors."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from lstm_calc import count, load, params, shapes, tensors
from lstm_calc.errors import ModelError, ModelFileError
from lstm_calc.formats.modelfile import dumps, loads

if TYPE_CHECKING:
    from pathlib import Path

    from lstm_calc import Model
    from tests.conftest import Cli

STEPS = [None, 7, 3]


def layer(class_name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": class_name, "config": config}


def sequential(*layers: dict[str, Any], shape: list[int | None] | None = None, name: str = "model") -> dict[str, Any]:
    first = [] if shape is None else [layer("InputLayer", batch_input_shape=shape, name="in")]
    return layer("Sequential", name=name, layers=[*first, *layers])


def functional(layers: dict[str, tuple[dict[str, Any], list[Any]]], outputs: list[str], inputs: dict[str, Any]) -> dict[str, Any]:
    """Return a model of Keras 2: each layer by its name, with the calls of it."""
    placed = [
        {**layer("InputLayer", batch_input_shape=shape, name=name), "name": name, "inbound_nodes": []}
        for name, shape in inputs.items()
    ]
    for name, (each, calls) in layers.items():
        placed.append({**each, "config": {"name": name, **each["config"]}, "name": name, "inbound_nodes": calls})
    ends = [[name, 0, 0] for name in inputs], [[name, 0, 0] for name in outputs]
    return layer("Model", name="model", layers=placed, input_layers=ends[0], output_layers=ends[1])


def on(*names: str) -> list[list[Any]]:
    """Return a call on the first outputs of some layers."""
    return [[name, 0, 0, {}] for name in names]


def read(config: Any) -> Model:
    return loads(json.dumps(config), "model.json")


LSTM_7 = layer("LSTM", units=4, batch_input_shape=STEPS, name="a")
KERAS_1: dict[str, tuple[list[dict[str, Any]], int]] = {
    "lstm": ([layer("LSTM", output_dim=4, inner_activation="hard_sigmoid", inner_init="x", batch_input_shape=STEPS)], 128),
    "table and convolution": (
        [
            layer("Embedding", input_dim=20_000, output_dim=128, input_length=100, batch_input_shape=[None, 100]),
            layer("Convolution1D", nb_filter=64, filter_length=5, border_mode="valid", subsample_length=1, bias=True),
            layer("MaxPooling1D", pool_length=4, stride=4, border_mode="valid"),
            layer("LSTM", output_dim=70, consume_less="cpu", input_dim=128),
            layer("Dense", output_dim=1, W_regularizer=None, input_dim=70),
        ],
        2_638_895,
    ),
    "image with its channels first": (
        [
            layer(
                "Convolution2D",
                nb_filter=8,
                nb_row=3,
                nb_col=5,
                border_mode="same",
                dim_ordering="th",
                batch_input_shape=[2, 1, 6, 8],
            ),
            layer("BatchNormalization", axis=1, mode=0),
            layer("MaxPooling2D", pool_size=[2, 2], strides=[2, 2], border_mode="valid", dim_ordering="th"),
            layer("Flatten"),
            layer("Dense", output_dim=2, bias=False),
        ],
        (8 * 15 + 8) + 4 * 8 + 2 * (8 * 3 * 4),
    ),
    "two models merged": (
        [
            layer(
                "Merge",
                mode="concat",
                concat_axis=-1,
                layers=[
                    layer("Sequential") | {"config": [layer("LSTM", output_dim=5, batch_input_shape=[None, 7, 3])]},
                    layer("Sequential") | {"config": [layer("LSTM", output_dim=6, batch_input_shape=[None, 8, 4])]},
                ],
            ),
            layer("Dense", output_dim=1),
        ],
        4 * 5 * 9 + 4 * 6 * 11 + 12,
    ),
}


@pytest.mark.parametrize("name", KERAS_1)
def test_a_model_of_keras_1_is_a_list_and_has_other_words(name: str) -> None:
    layers, total = KERAS_1[name]
    model = read({"class_name": "Sequential", "keras_version": "1.2.2", "config": layers})
    assert count(model) == total


def both(units: int, **config: Any) -> dict[str, Any]:
    return layer("Bidirectional", merge_mode="concat", layer=layer("LSTM", units=units, **config))


ALL = {"return_sequences": True}
PUBLISHED: dict[int, tuple[list[int | None], list[dict[str, Any]]]] = {
    23_905_999: (
        [None, 1000, 4],
        [
            layer("Conv1D", filters=320, kernel_size=[26]),
            layer("MaxPooling1D", pool_size=[13], strides=[13]),
            layer("LSTM", units=320, **ALL),
            layer("Flatten"),
            layer("Dense", units=925),
            layer("Dense", units=919),
        ],
    ),
    2_638_895: (
        [None, 100],
        [
            layer("Embedding", input_dim=20_000, output_dim=128),
            layer("Conv1D", filters=64, kernel_size=[5]),
            layer("MaxPooling1D", pool_size=[4]),
            layer("LSTM", units=70),
            layer("Dense", units=1),
        ],
    ),
    21_613: (
        [None, None],
        [
            layer("Embedding", input_dim=28, output_dim=32),
            layer("Conv1D", filters=32, kernel_size=[7], padding="same"),
            layer("Bidirectional", layer=layer("GRU", units=32, reset_after=True, **ALL)),
            layer("Dense", units=13),
        ],
    ),
    351_113: (
        [None, 20, 44],
        [
            both(128, **ALL),
            layer("LayerNormalization", axis=[-1]),
            both(64),
            layer("LayerNormalization", axis=[-1]),
            layer("Dense", units=64),
            layer("Dense", units=9),
        ],
    ),
    1_057_601: (
        [None, 60, 1],
        [
            *(both(units, **ALL) for units in (50, 100, 150, 100, 50)),
            layer("BatchNormalization", axis=[2]),
            layer("LSTM", units=50, **ALL),
            layer("Flatten"),
            layer("Dense", units=1),
        ],
    ),
    60_441: (
        [None, None, 40, 40, 1],
        [
            layer("ConvLSTM2D", filters=40, kernel_size=[3, 3], padding="same", **ALL),
            layer("BatchNormalization", axis=[4]),
            layer("Conv3D", filters=1, kernel_size=[3, 3, 3], padding="same"),
        ],
    ),
    1_810_070: (
        [None, None],
        [
            layer("Embedding", input_dim=2500, output_dim=128),
            both(200, **ALL),
            both(200, **ALL),
            layer("Dense", units=5),
            layer("CRF", units=5, learn_mode="join", test_mode="viterbi", use_boundary=True, use_bias=True, sparse_target=False),
        ],
    ),
}


@pytest.mark.parametrize("total", PUBLISHED)
def test_published_totals_from_a_configuration(total: int) -> None:
    shape, layers = PUBLISHED[total]
    assert count(read(sequential(*layers, shape=shape))) == total


def test_a_config_may_be_wrapped() -> None:
    inside = sequential(LSTM_7)
    expected = read(inside)
    wrapped = [
        {"modelTopology": {"keras_version": "2.6.0", "backend": "tensorflow", "model_config": inside}, "weightsManifest": []},
        {"modelTopology": inside},
        {"model_config": json.dumps(inside)},
        json.dumps(inside),
        json.dumps(json.dumps(inside)),
    ]
    assert [read(each) for each in wrapped] == [expected] * 5
    with pytest.raises(ModelFileError, match=r"^model\.json: a graph model of TensorFlow\.js has operations and no layers"):
        read({"modelTopology": {"node": []}})
    with pytest.raises(ModelFileError, match=r"^model\.json: the text inside is not JSON: "):
        read('{"layers": ')


def test_the_config_of_an_hdf5_file_is_read(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    for text in (json.dumps(sequential(LSTM_7)), json.dumps(sequential(LSTM_7)).encode()):
        with h5py.File(tmp_path / "model.h5", "w") as file:
            file.attrs["model_config"] = text
            file["weights"] = [1, 2, 3]
        assert load(str(tmp_path / "model.h5")) == read(sequential(LSTM_7))
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        file["weights"] = [1, 2, 3]
    with pytest.raises(ModelFileError, match="an HDF5 file without the configuration of a model"):
        load(str(tmp_path / "weights.h5"))
    (tmp_path / "cut.h5").write_bytes((tmp_path / "model.h5").read_bytes()[:100])
    with pytest.raises(ModelFileError, match="an HDF5 file that is broken or cut short"):
        load(str(tmp_path / "cut.h5"))


DENSE = layer("Dense", units=2)
EVERY = layer("LSTM", units=4, return_sequences=True)
STATES = layer("LSTM", units=4, return_sequences=True, return_state=True)
GRAPHS: dict[str, tuple[dict[str, Any], int, list[tuple[int | None, ...]]]] = {
    "residual": (
        functional({"a": (EVERY, [on("in")]), "b": (EVERY, [on("a")]), "c": (layer("Add"), [on("a", "b")])}, ["c"], {"in": STEPS}),
        128 + 144,
        [(None, 7, 4)],
    ),
    "a layer that is used twice": (
        functional(
            {
                "a": (layer("LSTM", units=4), [on("x"), on("y")]),
                "c": (layer("Concatenate", axis=-1), [[["a", 0, 0, {}], ["a", 1, 0, {}]]]),
            },
            ["c"],
            {"x": STEPS, "y": [None, 9, 3]},
        ),
        128,
        [(None, 8)],
    ),
    "two outputs": (
        functional({"a": (EVERY, [on("in")]), "b": (DENSE, [on("a")])}, ["b", "a"], {"in": STEPS}),
        128 + 10,
        [(None, 7, 2), (None, 7, 4)],
    ),
    "states that are passed on": (
        functional(
            {
                "a": (STATES, [on("x")]),
                "b": (EVERY, [[["y", 0, 0, {}], ["a", 0, 1, {}], ["a", 0, 2, {}]]]),
                "d": (DENSE, [on("b")]),
            },
            ["d"],
            {"x": STEPS, "y": [None, None, 5]},
        ),
        128 + 160 + 10,
        [(None, None, 2)],
    ),
    "states by name": (
        functional(
            {"a": (STATES, [on("x")]), "b": (EVERY, [[["y", 0, 0, {"initial_state": [["a", 0, 1], ["a", 0, 2]]}]]])},
            ["b"],
            {"x": STEPS, "y": [None, None, 5]},
        ),
        128 + 160,
        [(None, None, 4)],
    ),
    "a mask that no weight depends on": (
        functional(
            {"m": (layer("Masking"), [on("in")]), "a": (EVERY, [[["in", 0, 0, {"mask": ["m", 0, 0]}]]])}, ["a"], {"in": STEPS}
        ),
        128,
        [(None, 7, 4)],
    ),
    "two directions that differ": (
        sequential(
            layer(
                "Bidirectional",
                layer=layer("LSTM", units=4, name="l"),
                backward_layer=layer("GRU", units=2, reset_after=True, go_backwards=True, name="g"),
                merge_mode="concat",
            ),
            shape=STEPS,
        ),
        128 + 3 * 2 * (3 + 2 + 2),
        [(None, 6)],
    ),
    "a slice of tf.keras": (
        functional(
            {
                "a": (EVERY, [on("in")]),
                "s": (
                    layer("SlicingOpLambda", function="__operators__.getitem"),
                    [[["a", 0, 0, {"slice_spec": [{"start": None, "stop": None, "step": None}, -1]}]]],
                ),
                "p": (layer("TFOpLambda", function="math.multiply"), [[["s", 0, 0, {"y": 2.0}]]]),
                "d": (DENSE, [on("p")]),
            },
            ["d"],
            {"in": STEPS},
        ),
        128 + 10,
        [(None, 2)],
    ),
    "an axis that is taken out, and one that is summed": (
        functional(
            {
                "a": (EVERY, [on("in")]),
                "e": (layer("TFOpLambda", function="expand_dims"), [[["a", 0, 0, {"axis": 1}]]]),
                "s": (layer("TFOpLambda", function="compat.v1.squeeze"), [[["e", 0, 0, {"axis": 1}]]]),
                "d": (layer("Dense", units=1), [on("s")]),
                "t": (layer("TFOpLambda", function="compat.v1.squeeze"), [[["d", 0, 0, {"axis": [-1]}]]]),
                "u": (layer("TFOpLambda", function="math.reduce_sum"), [[["t", 0, 0, {"axis": -1}]]]),
            },
            ["t", "u"],
            {"in": STEPS},
        ),
        128 + 5,
        [(None, 7), (None,)],
    ),
    "an operation whose tensors tf.keras did not write down": (
        functional(
            {
                "a": (EVERY, [on("in")]),
                "e": (layer("TFOpLambda", function="einsum"), [[["_CONSTANT_VALUE", -1, "bti,btj->bij", {}]]]),
                "s": (
                    layer("SlicingOpLambda", function="__operators__.getitem") | {"build_config": {"input_shape": [None, 4, 5]}},
                    [[["e", 0, 0, {"slice_spec": [{"start": None, "stop": None, "step": None}, 0]}]]],
                ),
                "d": (DENSE, [on("s")]),
            },
            ["d"],
            {"in": STEPS},
        ),
        128 + 12,
        [(None, 2)],
    ),
    "a number less a tensor": (
        functional(
            {
                "m": (
                    layer("TFOpLambda", function="math.subtract") | {"build_config": {"input_shape": []}},
                    [[["_CONSTANT_VALUE", -1, 1.0, {"y": ["in", 0, 0]}]]],
                ),
                "d": (DENSE, [on("m")]),
            },
            ["d"],
            {"in": STEPS},
        ),
        8,
        [(None, 7, 2)],
    ),
    "what a layer was built on says what a function gives": (
        functional(
            {
                "f": (layer("TFOpLambda", function="tile"), [[["in", 0, 0, {"multiples": [1, 2, 1]}]]]),
                "d": (layer("Dropout", rate=0.1) | {"build_config": {"input_shape": [None, 14, 3]}}, [on("f")]),
            },
            ["d"],
            {"in": STEPS},
        ),
        0,
        [(None, 14, 3)],
    ),
    "states that the model gives, and its input": (
        functional({"a": (STATES, [on("in")])}, ["a", "in"], {"in": STEPS}),
        128,
        [(None, 7, 4), (None, 7, 3)],
    ),
    "outputs in another order than the layers": (
        functional({"a": (DENSE, [on("in")]), "b": (EVERY, [on("in")])}, ["b", "a"], {"in": STEPS}),
        128 + 8,
        [(None, 7, 4), (None, 7, 2)],
    ),
    "the first of two outputs": (
        functional(
            {
                "a": (EVERY, [on("in")]),
                "s": (layer("TFOpLambda", function="split"), [[["a", 0, 0, {"num_or_size_splits": 2, "axis": -1}]]]),
                "m": (layer("TFOpLambda", function="math.reduce_mean"), [[["s", 0, 0, {"axis": 1}]]]),
                "d": (DENSE, [on("m")]),
            },
            ["d"],
            {"in": STEPS},
        ),
        128 + 6,
        [(None, 2)],
    ),
    "attention by names": (
        functional(
            {
                "a": (
                    layer("MultiHeadAttention", num_heads=2, key_dim=5, use_bias=False),
                    [[["x", 0, 0, {"value": ["y", 0, 0], "key": ["y", 0, 0]}]]],
                )
            },
            ["a"],
            {"x": STEPS, "y": [None, 9, 6]},
        ),
        3 * 10 + 6 * 10 + 6 * 10 + 10 * 3,
        [(None, 7, 3)],
    ),
}


PREPARING: dict[str, tuple[list[int | None], list[dict[str, Any]], int, int, list[tuple[int | None, ...]]]] = {
    "locally connected": (
        [None, 10, 4],
        [layer("LocallyConnected1D", filters=5, kernel_size=[3], implementation=1, padding="valid"), layer("LSTM", units=4)],
        8 * 12 * 5 + 8 * 5 + 4 * 4 * (5 + 4 + 1),
        0,
        [(8, 12, 5), (8, 5), (5, 16), (4, 16), (16,)],
    ),
    "locally connected, of Keras 1, with its channels first": (
        [None, 3, 9, 8],
        [layer("LocallyConnected2D", nb_filter=5, nb_row=3, nb_col=2, border_mode="valid", dim_ordering="th", bias=True)],
        49 * 18 * 5 + 49 * 5,
        0,
        [(49, 18, 5), (7, 7, 5)],
    ),
    "normalisation": ([None, 10, 4], [layer("Normalization", axis=[-1], mean=None, variance=None)], 9, 9, [(4,), (4,), ()]),
    "normalisation of all": (
        [None, 1],
        [layer("Normalization", axis=None, mean=None), DENSE],
        3 + 4,
        3,
        [(), (), (), (1, 2), (2,)],
    ),
    "normalisation by given numbers": ([None, 3], [layer("Normalization", axis=[-1], mean=[1.0], variance=[1.0])], 0, 0, []),
    "another size": ([None, 19, 18, 3], [layer("Resizing", height=8, width=9), layer("Flatten"), DENSE], 434, 0, [(216, 2), (2,)]),
    "many of some": ([None, 4], [layer("CategoryEncoding", num_tokens=7, output_mode="multi_hot"), DENSE], 16, 0, [(7, 2), (2,)]),
    "a table": (
        [None, 4],
        [layer("IntegerLookup", vocabulary=[1, 2], num_oov_indices=1, output_mode="multi_hot"), DENSE],
        8,
        0,
        [(3, 2), (2,)],
    ),
    "bins": (
        [None, 4],
        [layer("Discretization", bin_boundaries=[1, 2]), layer("Embedding", input_dim=3, output_dim=2)],
        6,
        0,
        [(3, 2)],
    ),
    "words": (
        [None, 1],
        [
            layer("TextVectorization", max_tokens=100, output_mode="int", output_sequence_length=12),
            layer("Embedding", input_dim=9, output_dim=2),
            layer("Flatten"),
            DENSE,
        ],
        18 + 50,
        0,
        [(9, 2), (24, 2), (2,)],
    ),
    "other images of the same shape": ([None, 5, 5, 3], [layer("RandomShear"), layer("Flatten"), DENSE], 152, 0, [(75, 2), (2,)]),
}


@pytest.mark.parametrize(("shape", "layers", "total", "frozen", "weights"), PREPARING.values(), ids=PREPARING)
def test_a_layer_that_prepares_data(
    shape: list[int | None], layers: list[dict[str, Any]], total: int, frozen: int, weights: list[tuple[int, ...]]
) -> None:
    model = read(sequential(*layers, shape=shape))
    found = params(model)
    assert (found.total, found.non_trainable) == (total, frozen)
    assert [each.shape for each in tensors(model).tensors] == weights


@pytest.mark.parametrize(
    "strange",
    [
        layer("LocallyConnected1D", filters=5, kernel_size=[3], implementation=2),
        layer("LocallyConnected1D", filters=5, kernel_size=[3], implementation=3, padding="same"),
        layer("Normalization", size=3),
        layer("STFTSpectrogram", frame_length=256),
    ],
    ids=lambda config: str(config["class_name"]),
)
def test_a_layer_whose_weights_do_not_follow_is_not_counted_as_none(strange: dict[str, Any]) -> None:
    found = params(read(sequential(strange, shape=[None, 10, 4])))
    assert found.total is None
    assert [each.reason for each in found.uncounted]


def test_what_only_a_mask_is_computed_from_is_counted() -> None:
    masked = (EVERY, [[["in", 0, 0, {"mask": ["m", 0, 0]}]]])
    table = functional({"m": (DENSE, [on("in")]), "a": masked}, ["a"], {"in": STEPS})
    assert params(read(table)).total == 128 + 8
    unknown = functional({"m": (layer("Mystery"), [on("in")]), "a": masked}, ["a"], {"in": STEPS})
    assert (params(read(unknown)).total, params(read(unknown)).known_total) == (None, 128)


def test_a_model_gives_states_and_the_scores_of_an_attention() -> None:
    config = functional({"a": (STATES, [on("in")])}, ["a"], {"in": STEPS})
    config["config"]["output_layers"].append(["a", 0, 2])
    assert [link.shape for link in shapes(read(config)).links if link.target is None] == [(None, 7, 4), (None, 4)]
    heads = layer("MultiHeadAttention", num_heads=2, key_dim=5, use_bias=False)
    called = [[["in", 0, 0, {"value": ["in", 0, 0], "return_attention_scores": True}]]]
    config = functional({"a": (heads, called)}, ["a"], {"in": STEPS})
    config["config"]["output_layers"].append(["a", 0, 1])
    assert params(read(config)).total == 4 * 3 * 10
    assert outputs(read(config)) == [(None, 7, 3), (None, 2, None, None)]


def test_a_model_that_is_built_for_a_batch_has_it() -> None:
    stateful = layer("LSTM", units=4, stateful=True, batch_input_shape=[8, 7, 3])
    model = read(sequential(stateful, DENSE))
    assert model.batch == 8
    assert loads(dumps(model)) == model
    given = [[link.shape for link in shapes(model, batch=batch).links if link.target is None] for batch in (None, 2)]
    assert given == [[(8, 2)], [(2, 2)]]
    differing = functional({"a": (layer("Add"), [on("x", "y")])}, ["a"], {"x": [8, 7, 3], "y": STEPS})
    assert read(differing).batch is None


@pytest.mark.parametrize(
    ("around", "inside", "path"),
    [
        ("input_layer", "input_layer_1", "outer/inner/dense/kernel"),
        ("input_layer_2", "input_layer_1", "inner/dense/kernel"),
        ("input_layer", "numbers", "inner/dense/kernel"),
        ("numbers", "input_layer_1", "inner/dense/kernel"),
    ],
)
def test_a_model_that_was_built_as_a_layer_has_the_names_of_both(around: str, inside: str, path: str) -> None:
    first = [layer("InputLayer", batch_shape=[None, 3], name=name) for name in (around, inside)]
    inner = layer("Sequential", name="inner", layers=[first[1], layer("Dense", units=2, name="dense")])
    config = layer("Sequential", name="outer", layers=[first[0], inner, layer("Dense", units=1, name="head")])
    assert [each.name for each in tensors(read(config)).tensors][::2] == [path, "outer/head/kernel"]


def outputs(model: Model) -> list[tuple[int | None, ...]]:
    """Return the shapes of what a model gives, in its order."""
    last = {use.module: use for use in model.uses}
    return [last[model.modules[position]].outputs[number] for position, number in model.gives]


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_is_counted_and_followed(name: str) -> None:
    config, total, shapes_given = GRAPHS[name]
    model = read(config)
    assert (count(model), params(model).total) == (total, total)
    assert sorted(outputs(model), key=str) == sorted(shapes_given, key=str)
    assert loads(dumps(model)) == model.replace(remarks=())


@pytest.mark.parametrize("name", GRAPHS)
def test_the_order_of_the_layers_in_the_file_does_not_matter(name: str) -> None:
    config, total, _ = GRAPHS[name]
    if config["class_name"] == "Model":
        backwards = {**config, "config": {**config["config"], "layers": config["config"]["layers"][::-1]}}
        assert count(read(backwards)) == total


def test_models_within_models_are_part_of_the_graph() -> None:
    inner = functional({"d": (layer("Dense", units=5), [on("i")])}, ["d"], {"i": [None, 3]})
    twice = functional(
        {"m": (inner, [on("x"), on("y")]), "c": (layer("Concatenate"), [[["m", 1, 0], ["m", 2, 0]]])},
        ["c"],
        {"x": [None, 3], "y": [None, 3]},
    )
    model = read(twice)
    assert (count(model), outputs(model)) == (20, [(None, 10)])
    each = functional({"t": (layer("TimeDistributed", layer=inner), [on("x")])}, ["t"], {"x": [None, 6, 3]})
    assert outputs(read(each)) == [(None, 6, 5)]


UNKNOWN = sequential(
    layer("LSTM", units=4, return_sequences=True, name="a"),
    layer("Squeeze2000", name="mine"),
    layer("LSTM", units=5, name="b"),
    layer("Dense", units=2, name="c"),
    shape=STEPS,
)


def test_a_layer_that_is_not_known_does_not_stop_the_answer() -> None:
    answer = params(read(UNKNOWN))
    assert (answer.total, answer.known_total, answer.trainable) == (None, 128 + 12, 140)
    assert {each.layer: each.reason.split(",")[0] for each in answer.uncounted} == {
        "mine": "Squeeze2000 is not a layer that is known here",
        "b": "the width that it reads is not known",
    }
    data = answer.data()
    assert (data["total"], data["known_total"], [each["layer"] for each in data["uncounted"]]) == (None, 140, ["mine", "b"])
    with pytest.raises(ModelError, match="mine cannot be counted: Squeeze2000 is not a layer that is known here"):
        tensors(read(UNKNOWN))


def test_a_shape_that_the_file_declares_is_what_a_layer_gives_that_is_not_known() -> None:
    layers = [{**each} for each in UNKNOWN["config"]["layers"]]
    layers[3]["build_config"] = {"input_shape": [None, 7, 6]}
    answer = params(read(sequential(*layers)))
    assert (answer.known_total, [each.layer for each in answer.uncounted]) == (128 + 4 * 5 * 12 + 12, ["mine"])


@pytest.mark.parametrize(
    "strange",
    [
        layer("LSTM", units=4) | {"module": "my.layers"},
        layer("LSTM", units=4) | {"registered_name": "mine>LSTM"},
        layer("Attention", attention_size=50),
        layer("LayerNormalization", epsilon=0.1),
        layer("Bidirectional", layer=layer("Mine", units=4)),
        layer("RNN", cell=layer("MyCell", units=4)),
        layer("Bidirectional", layer=layer("RNN", cell=layer("StackedRNNCells", cells=[layer("LSTMCell", units=1)] * 2))),
    ],
)
def test_a_class_of_its_author_s_is_not_mistaken_for_keras_own(strange: dict[str, Any]) -> None:
    answer = params(read(sequential(strange, shape=STEPS)))
    assert (answer.total, answer.known_total, len(answer.uncounted)) == (None, 0, 1)


def test_a_function_has_no_weights() -> None:
    function = layer("Lambda", name="f", function=["x", None, None], output_shape=[8], output_shape_type="raw")
    model = read(sequential(EVERY, function, layer("Dense", units=2), shape=STEPS))
    assert count(model) == 128 + 18
    assert params(read(sequential(EVERY, layer("Lambda", name="f"), shape=STEPS))).total == 128
    unknown = params(read(sequential(EVERY, layer("Lambda", name="f"), layer("Dense", units=2, name="d"), shape=STEPS)))
    assert (unknown.known_total, [each.layer for each in unknown.uncounted]) == (128, ["d"])


@pytest.fixture
def unknown(tmp_path: Path) -> str:
    (tmp_path / "model.json").write_text(json.dumps(UNKNOWN))
    return str(tmp_path / "model.json")


def test_a_partial_answer_says_at_least_and_exits_1(cli: Cli, unknown: str) -> None:
    answer = cli("params", unknown)
    assert answer.exit_code == 1
    assert "at least 140 parameters" in answer.stdout
    assert "the total is not known, at least 140: mine is not counted (and 1 more)" in answer.stderr
    quiet = cli("params", unknown, "-q")
    assert (quiet.exit_code, quiet.stdout) == (1, "")
    assert json.loads(cli("params", unknown, "--format", "json").stdout)["total"] is None


def test_check_says_no_or_that_it_cannot_be_known(cli: Cli, unknown: str) -> None:
    assert cli("check", unknown, "--max-params", "100").exit_code == 1
    assert cli("check", unknown, "--max-bytes", "100").exit_code == 1
    answer = cli("check", unknown, "--max-params", "1M")
    assert (answer.exit_code, "whether it fits cannot be known" in answer.stderr) == (2, True)


def test_a_number_may_be_assumed(cli: Cli, tmp_path: Path) -> None:
    known = sequential(layer("Mine", name="m"), shape=STEPS)
    path = tmp_path / "model.json"
    path.write_text(json.dumps(known))
    for name in ("Mine", "m"):
        assert cli("params", str(path), "-q", "--assume", f"{name}=1_234").stdout == "1234\n"
    assert cli("check", str(path), "--max-params", "2k", "--assume", "Mine=1234").exit_code == 0
    wrong = cli("params", str(path), "--assume", "Minne=3")
    assert (wrong.exit_code, "did you mean 'Mine'?" in wrong.stderr) == (2, True)
    assert "write CustomLayer=1234" in cli("params", str(path), "--assume", "Mine").stderr


def test_the_weights_in_the_same_file_say_how_many_there_are(cli: Cli, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(sequential(LSTM_7, layer("mine>Twice", name="tw"), shape=STEPS))
        file["model_weights/tw/tw/w"] = [[1.0] * 5] * 4
        file["model_weights/tw/tw/b"] = [1.0] * 5
        file["optimizer_weights/adam/tw_w"] = [[1.0] * 5] * 4
    answer = cli("params", str(path), "-q")
    assert (answer.exit_code, answer.stdout) == (0, "153\n")
    assert answer.stderr == "note: tw has 25 parameters, as the file stores for it; they are counted as trained\n"


def test_a_model_of_a_class_of_the_authors_is_that_of_its_weights(cli: Cli, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    path, weights = tmp_path / "model.keras", tmp_path / "model.weights.h5"
    with h5py.File(weights, "w") as file:
        for at, values in enumerate(([[0.0] * 8] * 3, [[0.0] * 8] * 2, [0.0] * 8)):
            file[f"layers/lstm/cell/vars/{at}"] = values
    with ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps({"class_name": "Mine", "config": {}, "build_config": {"input_shape": [1, 5]}}))
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.write(weights, "model.weights.h5")
    answer = cli("params", str(path), "-q")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "48\n", "")


NAMES: dict[str, tuple[dict[str, Any], str]] = {
    "the model": (sequential(layer("Dense", units=2, name="d"), shape=[None, 3], name="mine"), "mine/d/kernel"),
    "a direction": (
        sequential(layer("Bidirectional", name="b", layer=layer("GRU", units=2, reset_after=True, name="foo")), shape=STEPS),
        "model/b/forward_foo/gru_cell/kernel",
    ),
    "a direction that was wrapped": (
        sequential(
            layer("Bidirectional", name="b", layer=layer("GRU", units=2, reset_after=True, name="forward_foo")), shape=STEPS
        ),
        "model/b/forward_foo/gru_cell/kernel",
    ),
    "each step": (
        sequential(layer("TimeDistributed", name="t", layer=layer("Dense", units=2, name="d")), shape=STEPS),
        "model/t/d/kernel",
    ),
    "a cell": (
        sequential(layer("RNN", name="r", cell=layer("LSTMCell", units=2, name="mine")), shape=STEPS),
        "model/r/mine/kernel",
    ),
    "cells": (
        sequential(
            layer("RNN", name="r", cell=layer("StackedRNNCells", name="s", cells=[layer("LSTMCell", units=2, name="c")])),
            shape=STEPS,
        ),
        "model/r/s/c/kernel",
    ),
    "a functional model": (functional({"d": (DENSE, [on("in")])}, ["d"], {"in": STEPS}), "d/kernel"),
    "a model in a model": (
        sequential(sequential(layer("Dense", units=2, name="d"), shape=[None, 3], name="inner"), shape=[None, 3]),
        "inner/d/kernel",
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_tensors_have_the_names_that_keras_gives_them(name: str) -> None:
    """As Keras 3.15 names them; tests/test_kerasconfig_oracle.py asks it."""
    config, first = NAMES[name]
    assert tensors(read(config)).tensors[0].name == first
    assert tensors(read(config), "pytorch").tensors[0].name.count("/") == 0


def test_shapes_of_a_config_are_those_that_it_declares() -> None:
    answer = shapes(read(sequential(EVERY, layer("GlobalMaxPooling1D"), shape=STEPS)))
    assert answer.tensors[0].shape == (None, 7, 3)


@pytest.mark.slow
def test_a_graph_of_2_000_layers_is_read_soon() -> None:
    layers: dict[str, tuple[dict[str, Any], list[Any]]] = {}
    last = "in"
    for position in range(1_000):
        layers[f"l{position}"] = (layer("LSTM", units=3, return_sequences=True), [on(last)])
        layers[f"a{position}"] = (layer("Add"), [on(last, f"l{position}")])
        last = f"a{position}"
    start = time.process_time()
    assert count(read(functional(layers, [last], {"in": STEPS}))) == 84_000
    assert time.process_time() - start < 5
