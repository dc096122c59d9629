"""Our tables held against the frameworks that are installed: ``pytest -m oracle``, with the extra ``oracle``."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lstm_calc import read, tensors
from lstm_calc.frameworks import frameworks
from lstm_calc.model import Model
from lstm_calc.questions.verify import verify
from tests.made_up import put_framework
from tests.strategies import models

if TYPE_CHECKING:
    from tests.conftest import Cli

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]
INSTALLABLE = ("pytorch", "keras", "flax-linen", "flax-nnx", "flax-nnx-optimized", "haiku", "equinox", "onnx")
RELEASES = Path(__file__).parent / "data" / "releases.txt"


def with_plain_names(model: Model) -> Model:
    """Return the model with names that a module may have in every framework."""
    names = [layer.name and f"n{at}" for at, layer in enumerate(model.layers)]
    return Model([layer.replace(name=name) for layer, name in zip(model.layers, names, strict=True)], model.input_dim)


@pytest.mark.parametrize("framework", INSTALLABLE)
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_models_agree_to_the_last_slice(framework: str, data: st.DataObject) -> None:
    model = with_plain_names(data.draw(models(framework, longest=2, largest=6)))
    assume(framework != "pytorch" or not any(layer.window for layer in model.layers))  # torch.nn has no convolutional LSTM
    answer = verify(model, framework, gates=True)
    assert answer.differences == ()
    assert all(check.error < 1e-5 for check in answer.gates)
    assert answer.agrees


EVERY_FORM = {
    "pytorch": ("8 > bilstm 6 proj=3 x2", "8 > bigru 5 x2 nobias", "8 > rnn 4"),
    "keras": (
        *("8 > bigru 5", "8 > gru 5 reset_before", "8 > birnn 4"),
        *("3 > conv_lstm 4 kernel=3x2", "3 > biconv_lstm 2 kernel=2x2x3"),
    ),
    "flax-linen": (
        *("8 > bigru 5", "8 > bimgu 5", "8 > mgu 5 ungated"),
        *("3 > biconv_lstm 4 kernel=3x2 nobias", "3 > conv_lstm 4 kernel=3"),
    ),
    "haiku": ("8 > bilstm 5", "8 > bigru 5", "8 > birnn 4", "3 > biconv_lstm 4 kernel=3x3"),
    "onnx": (
        *("8 > bilstm 6 peephole", "8 > lstm 6 coupled"),
        *("8 > bigru 5 reset_after", "8 > gru 5 reset_before", "8 > birnn 4 nobias"),
    ),
    "equinox": ("8 > bilstm 6 nobias", "8 > bigru 5"),
}
"""For each framework, models that between them ask for every cell and option."""


@pytest.mark.parametrize(("framework", "text"), [(name, text) for name, texts in EVERY_FORM.items() for text in texts])
def test_every_cell_and_option_agrees(framework: str, text: str) -> None:
    assert verify(read(text), framework, gates=True).agrees


def test_the_command_says_that_it_agrees(cli: Cli) -> None:
    result = cli("verify", "8 > bilstm 16 x2 > dense 4", "-f", "pytorch", "--gates")
    assert result.exit_code == 0
    assert ["pytorch", version("torch"), "18", "0", "✓", "agrees"] in [line.split() for line in result.stdout.splitlines()]


def test_a_wrong_shape_is_seen(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(monkeypatch, rows=frameworks()["pytorch"].layouts["lstm"].rows[:-2])
    result = cli("verify", "8 > lstm 4", "-f", "pytorch")
    assert result.exit_code == 1
    assert "bias_hh_l0" in result.stdout
    assert "differs" in result.stdout
    assert cli("verify", "8 > lstm 4", "-f", "pytorch", "--gates").exit_code == 1


def test_a_wrong_place_is_seen(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(monkeypatch, gates="forget input cell output")
    assert cli("verify", "8 > lstm 4", "-f", "pytorch").exit_code == 0
    for text in ("8 > lstm 4", "8 > lstm 4 frozen"):
        assert cli("verify", text, "-f", "pytorch", "--gates").exit_code == 1
        assert cli("verify", text, "-f", "pytorch", "--gates", "-q").stdout == "1\n"


@pytest.mark.parametrize("framework", INSTALLABLE)
def test_layers_of_ordinary_size_agree(framework: str) -> None:
    assert verify(read("vocab 1000 > embed 300 > lstm 512 > gru 300 > dense 1000 tied frozen"), framework, gates=True).agrees


def wrong(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Put a table with a fault in the place of PyTorch's."""
    table = frameworks()["pytorch"]
    put_framework(monkeypatch, table.replace(layouts={**table.layouts, "lstm": table.layouts["lstm"].replace(**changes)}))


def test_the_tables_name_the_releases_they_were_held_against() -> None:
    pinned = dict(line.split("==") for line in RELEASES.read_text().split())
    for framework in INSTALLABLE:
        table = frameworks()[framework]
        assert pinned[table.package.split()[0]] == table.release


def test_a_sequential_of_flax_names_its_layers_as_we_do() -> None:
    import flax
    import jax
    import jax.numpy as jnp
    from flax import linen as nn

    whole = nn.Sequential([nn.Embed(9, 8), nn.RNN(nn.LSTMCell(4)), nn.Dense(2)])
    shapes = jax.eval_shape(whole.init, jax.random.key(0), jnp.zeros((2, 5), jnp.int32))["params"]
    theirs = {"/".join(path) for path in flax.traverse_util.flatten_dict(shapes)}
    assert {tensor.name for tensor in tensors(read("vocab 9 > embed 8 > lstm 4 > dense 2"), "flax-linen").tensors} == theirs


def test_a_sequential_of_nnx_names_its_layers_as_we_do() -> None:
    from flax import nnx

    rngs = nnx.Rngs(0)
    layers = [nnx.Embed(9, 8, rngs=rngs), nnx.RNN(nnx.GRUCell(8, 4, rngs=rngs), rngs=rngs), nnx.Linear(4, 2, rngs=rngs)]
    paths = nnx.to_flat_state(nnx.state(nnx.Sequential(*layers), nnx.Param))
    theirs = {".".join(map(str, path)) for path, _ in paths}
    assert {tensor.name for tensor in tensors(read("vocab 9 > embed 8 > gru 4 > dense 2"), "flax-nnx").tensors} == theirs


def test_a_sequential_of_equinox_names_its_layers_as_we_do() -> None:
    import equinox as eqx
    import jax

    key = jax.random.key(0)
    cell, linear = eqx.nn.LSTMCell(8, 4, key=key), eqx.nn.Linear(4, 2, key=key)
    leaves = jax.tree_util.tree_leaves_with_path(eqx.filter(eqx.nn.Sequential([cell, linear]), eqx.is_array))
    theirs = {jax.tree_util.keystr(path).removeprefix(".") for path, _ in leaves}
    assert {tensor.name for tensor in tensors(read("8 > lstm 4 > dense 2"), "equinox").tensors} == theirs


def test_a_sequential_of_keras_names_its_layers_as_we_do() -> None:
    pytest.importorskip("keras")
    import keras

    keras.backend.clear_session()
    layers = keras.layers
    whole = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Embedding(9, 8),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
            layers.LSTM(4, return_sequences=True, name="top"),
            layers.Bidirectional(layers.GRU(3)),
            layers.Dense(2),
        ]
    )
    ours = tensors(read("vocab 9 > embed 8 > bilstm 4 > lstm 4 name=top > bigru 3 > dense 2"), "keras").tensors
    assert [(tensor.name, tensor.shape) for tensor in ours] == [(weight.path, tuple(weight.shape)) for weight in whole.weights]
