"""Configs as real Keras writes them: what we count is what Keras counts."""

from __future__ import annotations

import json
import math
import random
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc import cost, load, params, shapes, tensors
from lstm_calc.formats.modelfile import dumps, loads
from lstm_calc.frameworks import framework, uses_in

if TYPE_CHECKING:
    from pathlib import Path

keras = pytest.importorskip("keras")
models = pytest.importorskip("tests.keras_models")
pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]
layers = keras.layers
CELLS = {"LSTM": "LSTMCell", "GRU": "GRUCell", "SimpleRNN": "SimpleRNNCell"}


def one(rng: random.Random, kind: str, make: Any, **options: Any) -> Any:
    """Return a layer or cell of a random size."""
    reset = {"reset_after": rng.random() < 0.5} if kind == "GRU" else {}
    return make(rng.randint(1, 9), use_bias=rng.random() < 0.7, **reset, **options)


def cell(rng: random.Random) -> Any:
    kind = rng.choice(list(CELLS))
    return one(rng, kind, getattr(layers, CELLS[kind]))


def recurrent(rng: random.Random, *, every: bool) -> Any:
    kind = rng.choice(list(CELLS))
    options = {"return_sequences": every, "trainable": rng.random() < 0.7}
    way = rng.choice(["one", "two", "cell", "cells"])
    if way == "cell":
        return layers.RNN(cell(rng), **options)
    if way == "cells":
        return layers.RNN([cell(rng), cell(rng)], **options)
    layer = one(rng, kind, getattr(layers, kind), dropout=rng.choice([0, 0.1]), **options)
    return layers.Bidirectional(layer, merge_mode=rng.choice(["concat", "sum", "mul", "ave"])) if way == "two" else layer


def after_steps(rng: random.Random, steps: int | None) -> tuple[list[Any], int | None, int]:
    """Return layers that read steps, the steps that then flow, and the axes."""
    way = rng.choice(["none", "pool", "flatten", "dense", "permute", "halve"] if steps else ["none", "pool", "dense"])
    found = {
        "none": ([layers.LeakyReLU()], steps, 3),
        "pool": ([layers.GlobalAveragePooling1D()], None, 2),
        "flatten": ([layers.Flatten()], None, 2),
        "dense": ([layers.TimeDistributed(layers.Dense(rng.randint(1, 5)))], steps, 3),
        "permute": ([layers.Permute((2, 1))], steps, 3),
        "halve": ([layers.ZeroPadding1D(3), layers.MaxPooling1D(2)], steps, 3),
    }
    return found[way]


def stack(rng: random.Random) -> list[Any]:
    """Return an input and random layers that follow each other."""
    steps: int | None = rng.choice([None, 5, 7])
    table = layers.Embedding(rng.randint(2, 30), rng.randint(1, 9), trainable=rng.random() < 0.5)
    found = [keras.Input((steps,)), table] if rng.random() < 0.4 else [keras.Input((steps, rng.randint(1, 6)))]
    axes = 3
    for _ in range(rng.randint(1, 4)):
        if axes == 2:
            found += rng.choice(
                [
                    [layers.RepeatVector(3)],
                    [layers.Dense(6, use_bias=False), layers.Reshape((3, -1))],
                    [layers.Dense(3), layers.Reshape((3, 1))],
                ]
            )
            steps = 3
        every = rng.random() < 0.6
        found.append(recurrent(rng, every=every))
        more, steps, axes = after_steps(rng, steps) if every else ([layers.Dropout(0.1)], None, 2)
        found += more
    return [*found, layers.Dense(rng.randint(1, 5))]


def built(found: list[Any], rng: random.Random) -> Any:
    """Return the model of some layers, sequential or functional."""
    if rng.random() < 0.5:
        return keras.Sequential(found)
    first, *rest = found
    flowing = first
    for layer in rest:
        flowing = layer(flowing)
    return keras.Model(first, flowing)


@pytest.mark.parametrize("seed", range(40))
def test_a_random_model_counts_as_keras_counts(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    keras.backend.clear_session()
    model = built(stack(rng), rng)
    ours = params(loads(model.to_json()), "keras")
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert (ours.total, ours.trainable) == (model.count_params(), trainable)
    model.save(tmp_path / "model.keras")
    assert load(str(tmp_path / "model.keras")) == loads(model.to_json())


def held_against_keras(model: Any) -> int:
    """Hold the shape that flows into each layer, and how often it runs, against Keras; return how many layers were compared."""
    ours = loads(model.to_json())
    weighted = [layer for layer in model.layers if layer.weights]
    known = weighted[0].input.shape[1:]
    reads = shapes(ours, "keras", shape=(8, *known)).reads
    image = known[1:-1] if getattr(weighted[0], "data_format", None) != "channels_first" else known[2:]
    space = image if "Conv" in type(weighted[0]).__name__ else ()
    runs = {}
    if known[0] is not None:
        runs = {layer.name: layer.runs for layer in cost(ours, "keras", batch=8, steps=known[0], space=space).layers}
    compared = 0
    for layer in weighted:
        name = layer.layer.name if isinstance(layer, layers.TimeDistributed) else layer.name
        if name in reads:
            assert reads[name][1:] == layer.input.shape[1:], name
            compared += 1
            if runs and isinstance(layer, (layers.Dense, layers.LSTM, layers.GRU, layers.SimpleRNN)):
                assert runs[name] == 8 * math.prod(layer.input.shape[1:-1]), name
    return compared


@pytest.mark.parametrize("seed", range(20))
def test_what_flows_is_what_flows_in_keras(seed: int) -> None:
    rng = random.Random(seed)
    keras.backend.clear_session()
    assert held_against_keras(built(stack(rng), rng)) > 1


def resampled(rng: random.Random, dims: int, where: str) -> list[Any]:
    """Return layers that change a sequence of images: at each step, or the steps as well where images have two axes at most."""
    pools = (
        "MaxPooling",
        "AveragePooling",
        "UpSampling",
        "Cropping",
        "ZeroPadding",
        "AdaptiveAveragePooling",
        "AdaptiveMaxPooling",
    )
    kind, whole = rng.choice(pools), dims < 3 and where == "channels_last" and rng.random() < 0.5
    axes = dims + 1 if whole else dims
    each = (rng.randint(1, 2),) * axes
    options: dict[str, Any] = {"data_format": where} if axes > 1 or "Pooling" in kind else {}
    if kind in {"MaxPooling", "AveragePooling"}:
        options |= {"padding": rng.choice(["same", "valid"]), "strides": rng.choice([None, 1, 2])}
    first = each if axes > 1 else each[0]
    layer = getattr(layers, f"{kind}{axes}D")(first, **options)
    return [layer if whole else layers.TimeDistributed(layer)]


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("seed", range(6))
def test_images_that_are_pooled_flow_as_in_keras(dims: int, seed: int) -> None:
    rng = random.Random(seed)
    keras.backend.clear_session()
    conv, where = getattr(layers, f"ConvLSTM{dims}D"), rng.choice(["channels_last", "channels_first"])
    pooling = getattr(layers, f"GlobalAveragePooling{dims}D")(data_format=where)
    every = rng.random() < 0.6
    ends = {
        True: [
            [layers.TimeDistributed(layers.Flatten()), layers.LSTM(3)],
            [layers.TimeDistributed(pooling), layers.LSTM(3)],
            [layers.Flatten()],
            [layers.Reshape((-1, 2)), layers.GRU(3, return_sequences=True), layers.MaxPooling1D(2)],
        ],
        False: [[layers.Flatten()], [pooling], [layers.Flatten(), layers.RepeatVector(3), layers.LSTM(2)]],
    }
    model = keras.Sequential(
        [
            keras.Input((4, *(6,) * dims, 2) if where == "channels_last" else (4, 2, *(6,) * dims)),
            conv(4, rng.randint(1, 3), padding="same", data_format=where, return_sequences=True),
            *resampled(rng, dims, where),
            conv(2, 1, data_format=where, return_sequences=every),
            *rng.choice(ends[every]),
            layers.Dense(3),
        ]
    )
    assert held_against_keras(model) > 2


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_images_flow_as_in_keras(dims: int, seed: int) -> None:
    rng = random.Random(seed)
    kind = getattr(layers, f"ConvLSTM{dims}D")
    where = rng.choice(["channels_last", "channels_first"])
    image = (9,) * dims
    model = keras.Sequential(
        [
            keras.Input((4, *image, 2) if where == "channels_last" else (4, 2, *image)),
            kind(3, rng.randint(1, 3), padding=rng.choice(["same", "valid"]), data_format=where, return_sequences=True),
            kind(2, 2, padding=rng.choice(["same", "valid"]), strides=rng.randint(1, 3), data_format=where),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )
    assert params(loads(model.to_json()), "keras").total == model.count_params()


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "SimpleRNN", "Dense", "Bidirectional", "RNN"])
def test_a_layer_s_own_config_is_told_by_its_keys(kind: str) -> None:
    inner = {"Bidirectional": (layers.LSTM(4),), "RNN": (layers.GRUCell(4),)}.get(kind, (4,))
    layer = getattr(layers, kind)(*inner)
    bare = json.dumps(keras.saving.serialize_keras_object(layer)["config"])
    layer.build((None, 7, 3))
    whole = json.dumps(keras.saving.serialize_keras_object(layer))
    assert params(loads(bare, input_dim=3), "keras").total == layer.count_params() == params(loads(whole), "keras").total


@pytest.mark.parametrize(
    "kind", ["LSTM", "GRU", "SimpleRNN", "ConvLSTM2D", "Dense", "Embedding", "RepeatVector", "RNN", "Bidirectional"]
)
def test_every_argument_that_keras_writes_is_understood(kind: str) -> None:
    inner = {"ConvLSTM2D": (4, 3), "Embedding": (9, 4), "RNN": (layers.LSTMCell(4),), "Bidirectional": (layers.LSTM(4),)}
    layer = getattr(layers, kind)(*inner.get(kind, (4,)))
    text = json.dumps(keras.saving.serialize_keras_object(layer))
    assert loads(text, input_dim=None if kind == "Embedding" else 3).layers


def test_weights_that_are_not_modelled_are_refused() -> None:
    from lstm_calc.errors import ModelFileError

    for change in (lambda dense: dense.enable_lora(2), lambda dense: dense.quantize("int8")):
        dense = layers.Dense(8)
        dense.build((None, 9))
        change(dense)
        assert dense.count_params() != 80
        with pytest.raises(ModelFileError, match="changes the weights in a way that is not modelled"):
            loads(json.dumps(keras.saving.serialize_keras_object(dense)))


def given(model: Any) -> list[tuple[int | None, ...]]:
    """Return the shapes of what a model of ours gives, in its order."""
    last = {use.module: use for use in uses_in(model, framework("keras"))}
    found = []
    for position, number in model.gives:
        use = last[model.modules[position]]
        found.append((*use.outputs, *use.layer.state_shapes(use.input, use.outputs))[number])
    return found


def agrees(shape: tuple[int | None, ...], theirs: tuple[int | None, ...]) -> bool:
    """Say whether a shape is Keras', which may say None where the size is known."""
    pairs = zip(shape, theirs, strict=True) if len(shape) == len(theirs) else [(0, 1)]
    return all(other is None or size == other for size, other in pairs)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", models.KINDS)
def test_a_model_as_people_build_them_is_that_of_keras(kind: str, seed: int) -> None:
    keras.backend.clear_session()
    model = models.KINDS[kind](random.Random(f"{kind}{seed}"))
    ours = loads(model.to_json())
    stored = tensors(ours, "keras")
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert (stored.total, params(ours).trainable) == (model.count_params(), trainable)
    named = sorted((tensor.name, tensor.shape) for tensor in stored.tensors)
    assert named == sorted((weight.path, tuple(weight.shape)) for weight in model.weights)
    assert all(map(agrees, given(ours), [tuple(output.shape) for output in model.outputs]))
    assert loads(dumps(ours)).layers == ours.layers
