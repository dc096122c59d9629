"""The arguments of both LSTM layers: the table agrees with itself, and with the installed frameworks."""

from __future__ import annotations

import inspect
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc import arguments

if TYPE_CHECKING:
    from tests.conftest import Cli

KERAS, TORCH = arguments().layers
CHANGES = {"parameters", "shapes", "initial values", "run"}
oracle = pytest.mark.oracle


def test_no_argument_stands_twice() -> None:
    for layer in arguments().layers:
        names = [argument.name for argument in layer.arguments]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(("here", "there"), [(KERAS, TORCH), (TORCH, KERAS)])
def test_a_counterpart_has_this_one_as_its_own(here: Any, there: Any) -> None:
    others = {argument.name: argument for argument in there.arguments}
    for argument in here.arguments:
        assert (argument.counterpart is None) != (argument.instead is None)
        if argument.counterpart:
            assert others[argument.counterpart].counterpart == argument.name
            assert others[argument.counterpart].changes == argument.changes


def test_the_run_alone_is_alone() -> None:
    for layer in arguments().layers:
        for argument in layer.arguments:
            assert set(argument.changes) <= CHANGES
            assert argument.changes
            assert "run" not in argument.changes or argument.changes == ("run",)


def test_the_json_answer(cli: Cli) -> None:
    answer = json.loads(cli("arguments", "--format", "json").stdout)
    assert answer["schema"] == "lstm-calc/arguments/1"
    keras, torch = answer["layers"]
    assert (keras["layer"], torch["layer"]) == ("keras.layers.LSTM", "torch.nn.LSTM")
    assert keras["arguments"][0] == {
        "name": "units",
        "default": None,
        "changes": ["parameters", "shapes"],
        "effect": "the size of h and c",
        "counterpart": "hidden_size",
        "instead": None,
        "taken_by": "LSTM",
    }
    assert (len(keras["arguments"]), len(torch["arguments"])) == (len(KERAS.arguments), len(TORCH.arguments))


def test_each_table_shows_every_argument_and_the_other_layer_s(cli: Cli) -> None:
    lines = cli("arguments").stdout.splitlines()
    for layer in arguments().layers:
        for argument in layer.arguments:
            shown = argument.counterpart or argument.instead
            assert any(line.split()[:1] == [argument.name] and shown in line for line in lines)


def signature(function: Any) -> dict[str, str | None]:
    """Return the arguments of a class by name, each with its default as Python writes it."""
    parameters = inspect.signature(function.__init__).parameters.values()
    named = [each for each in parameters if each.name != "self" and each.kind not in {each.VAR_KEYWORD, each.VAR_POSITIONAL}]
    return {each.name: None if each.default is each.empty else repr(each.default) for each in named}


def taken_by(owner: str) -> dict[str, str | None]:
    return {argument.name: argument.default for argument in KERAS.arguments if argument.taken_by == owner}


@oracle
def test_the_signatures_of_keras() -> None:
    layers = keras().layers
    own, recurrent, every = (signature(kind) for kind in (layers.LSTM, layers.RNN, layers.Layer))
    assert list(taken_by("LSTM").items()) == list(own.items())
    assert taken_by("RNN") == {name: default for name, default in recurrent.items() if name not in {*own, "cell"}}
    assert taken_by("Layer") == {name: default for name, default in every.items() if name not in own}


@oracle
def test_what_keras_takes_by_name_alone() -> None:
    layers = keras().layers
    source = "".join(inspect.getsource(kind.__init__) for kind in (layers.LSTM, layers.RNN, layers.Layer))
    by_name = set(re.findall(r'kwargs\.(?:pop|get)\(\s*"(\w+)"', source))
    assert by_name - taken_by("Layer").keys() == taken_by("older").keys() - {"time_major"}
    with pytest.raises(ValueError, match="time_major"):
        layers.LSTM(4, time_major=True)


@oracle
def test_the_signature_of_torch() -> None:
    import torch

    theirs = signature(torch.nn.RNNBase)
    assert theirs.pop("mode") is None
    assert {argument.name: argument.default for argument in TORCH.arguments} == theirs
    assert signature(torch.nn.LSTM) == {}


KERAS_VALUES = {
    "units": 6,
    "activation": "relu",
    "recurrent_activation": "hard_sigmoid",
    "use_bias": False,
    "kernel_initializer": "ones",
    "recurrent_initializer": "zeros",
    "bias_initializer": "ones",
    "unit_forget_bias": False,
    "kernel_regularizer": "l2",
    "recurrent_regularizer": "l2",
    "bias_regularizer": "l2",
    "activity_regularizer": "l2",
    "kernel_constraint": "max_norm",
    "recurrent_constraint": "max_norm",
    "bias_constraint": "max_norm",
    "dropout": 0.5,
    "recurrent_dropout": 0.5,
    "seed": 3,
    "return_sequences": True,
    "return_state": True,
    "go_backwards": True,
    "stateful": True,
    "unroll": True,
    "use_cudnn": False,
    "zero_output_for_mask": True,
    "trainable": False,
    "autocast": False,
    "name": "other",
    "implementation": 1,
}
"""For each argument that Keras takes with an input of its own: another value."""


@oracle
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", KERAS_VALUES)
def test_what_an_argument_of_keras_changes(name: str) -> None:
    argument = next(each for each in KERAS.arguments if each.name == name)
    assert argument.changes == found_changes(keras_layer(), keras_layer(**{name: KERAS_VALUES[name]}))


@oracle
def test_every_argument_of_keras_is_tried() -> None:
    tried = {*KERAS_VALUES, "dtype", "input_dim", "input_shape", "time_major"}
    assert {argument.name for argument in KERAS.arguments} == tried


@oracle
@pytest.mark.filterwarnings("ignore")
def test_the_precision_changes_the_run_alone() -> None:
    import torch

    drawn = {"kernel_initializer": "ones", "recurrent_initializer": "ones"}
    assert found_changes(keras_layer(**drawn), keras_layer(**drawn, dtype="float64")) == ("run",)
    double, single = (torch_layer(dtype=dtype) for dtype in (torch.float64, torch.float32))
    assert found_changes((*double[:2], []), (*single[:2], [])) == ("run",)
    assert [argument.changes for layer in (KERAS, TORCH) for argument in layer.arguments if argument.name == "dtype"] == [
        ("run",)
    ] * 2


@oracle
@pytest.mark.filterwarnings("ignore")
def test_the_input_s_shape_gives_keras_its_kernel() -> None:
    layers = keras().layers
    narrow, wide = (keras().Sequential([layers.LSTM(4, input_shape=(5, width))]).count_params() for width in (3, 7))
    assert wide - narrow == (7 - 3) * 4 * 4
    with pytest.raises(ValueError, match="expected ndim=3, found ndim=2"):
        keras().Sequential([layers.LSTM(4, input_dim=3)])


@oracle
@pytest.mark.filterwarnings("ignore")
def test_the_bias_initializer_of_keras_leaves_the_forget_gate() -> None:
    *_, bias = keras_layer(bias_initializer="zeros")[2]
    assert bias.tolist() == [0] * 4 + [1] * 4 + [0] * 8
    *_, bias = keras_layer(bias_initializer="zeros", unit_forget_bias=False)[2]
    assert bias.tolist() == [0] * 16


TORCH_VALUES = {
    "input_size": 7,
    "hidden_size": 6,
    "num_layers": 2,
    "bias": False,
    "batch_first": True,
    "dropout": 0.5,
    "bidirectional": True,
    "proj_size": 2,
    "device": "cpu",
}
"""For each argument of PyTorch: another value."""


@oracle
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", TORCH_VALUES)
def test_what_an_argument_of_torch_changes(name: str) -> None:
    argument = next(each for each in TORCH.arguments if each.name == name)
    assert argument.changes == found_changes(torch_layer(), torch_layer(**{name: TORCH_VALUES[name]}))


@oracle
def test_every_argument_of_torch_is_tried() -> None:
    assert {argument.name for argument in TORCH.arguments} == {*TORCH_VALUES, "dtype"}


Found = tuple[int, list[tuple[int, ...]], list[Any]]
"""How many parameters a real layer has, the shapes of what flows out of it, and its initial values."""


def found_changes(before: Found, after: Found) -> tuple[str, ...]:
    """Return what differs between two layers, in the words of the table."""
    import numpy as np

    pairs = zip(("parameters", "shapes"), before[:2], after[:2], strict=True)
    names = [name for name, old, new in pairs if old != new]
    same_form = [value.shape for value in before[2]] == [value.shape for value in after[2]]
    if same_form and not all(np.allclose(old, new, atol=1e-2) for old, new in zip(before[2], after[2], strict=True)):
        names.append("initial values")
    return tuple(names) or ("run",)


def keras() -> Any:
    """Return the real Keras, on a backend that is there."""
    from lstm_calc.adapters import keras as adapter

    return adapter.keras


def keras_layer(**changes: Any) -> Found:
    import numpy as np

    initializers = keras().initializers
    plain = {
        "units": 4,
        "kernel_initializer": initializers.GlorotUniform(seed=1),
        "recurrent_initializer": initializers.Orthogonal(seed=2),
    }
    layer = keras().layers.LSTM(**plain | changes)
    outputs = layer(np.ones((2, 5, 3), "float32"))
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    values = [np.asarray(keras().ops.convert_to_numpy(weight), "float32") for weight in layer.weights]
    return layer.count_params(), [tuple(output.shape) for output in outputs], values


def torch_layer(**changes: Any) -> Found:
    import torch

    plain = {"input_size": 3, "hidden_size": 4}
    torch.manual_seed(0)
    layer = torch.nn.LSTM(**plain | changes)
    outputs, states = layer(torch.ones(2, 5, layer.input_size, dtype=changes.get("dtype")))
    shapes = [tuple(output.shape) for output in (outputs, *states)]
    return sum(weight.numel() for weight in layer.parameters()), shapes, [weight.detach().numpy() for weight in layer.parameters()]
