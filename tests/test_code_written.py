"""Models as code: what is written, what is refused by name, and the round trip through our own reader and the real frameworks."""

from __future__ import annotations

import ast
import json
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import settings

from lstm_calc import FrameworkError, Model, ModelError, code, cost, params, read, summary, tensors
from lstm_calc.equations.numpy_reference import unrolled
from lstm_calc.formats.code import read_code
from lstm_calc.formats.modelfile import loads
from lstm_calc.formats.notation.names import FUNCTIONS as NAMED_FUNCTIONS
from lstm_calc.formats.printed import read_printed
from lstm_calc.frameworks import equation_words, framework
from lstm_calc.model import (
    GRU,
    LSTM,
    MGU,
    RNN,
    Activation,
    BatchNorm,
    Concat,
    Conv,
    Dense,
    Dropout,
    Embedding,
    Input,
    Masking,
    Nested,
    Other,
    Permute,
    Pool,
    Recurrent,
    Shared,
)
from lstm_calc.model.cells import CELLS, FUNCTIONS, Equation
from tests.code_models import random_model
from tests.code_running import inputs_of, problem, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Cli

FRAMEWORKS = ("pytorch", "keras", "flax-nnx", "textbook")
SEEDS = range(4 * settings().max_examples)
"""A sample that is the same at each run: 20 models in the brief profile, 8,000 in the long one."""


def written(framework_name: str) -> Iterator[tuple[Model, str]]:
    """Yield random models that a framework offers and their code, but for those that are refused by name."""
    refused: list[str] = []
    for seed in SEEDS:
        model = random_model(Random(seed), framework_name)
        try:
            yield model, code(model, framework_name).code
        except FrameworkError as error:
            refused.append(str(error))
    assert all(" has no " in sentence or " wants " in sentence for sentence in refused)
    assert len(refused) < len(SEEDS) * 0.6


@pytest.mark.parametrize("framework_name", FRAMEWORKS)
def test_code_is_read_back(framework_name: str) -> None:
    """Code that is written for a random model is read as one with as many parameters, and where Keras says it the same shapes."""
    for model, text in written(framework_name):
        back = read_code(text)
        mine, other = params(model, framework_name), params(back, framework_name)
        assert other.total == mine.total, text
        if framework_name in {"pytorch", "keras"}:
            assert other.trainable == mine.trainable, text
        if framework_name == "keras":
            assert _gives(back) == _gives(model), text


def _gives(model: Model) -> list[Any] | None:
    """Return the shapes that a model gives, None where they do not fit the sizes that are tried."""
    try:
        return sorted(inputs_of(model, framework("keras"))[1])
    except ModelError:
        return None


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("framework_name", FRAMEWORKS)
def test_code_runs(framework_name: str) -> None:
    """Code that is written for a random model runs, and the framework's own count and shapes are the model's."""
    for model, text in written(framework_name):
        try:
            inputs_of(model, framework(framework_name))
        except ModelError:
            continue  # the sizes that are tried do not fit an input whose steps are open
        assert not problem(model, framework_name, text), text


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("framework_name", ["pytorch", "keras"])
def test_what_real_models_print_is_read(framework_name: str) -> None:
    """A module of PyTorch and a summary of Keras, as they are printed, have the model's parameters."""
    for model, text in written(framework_name):
        try:
            inputs_of(model, framework(framework_name))
        except ModelError:
            continue  # as above
        back = params(read_printed(printed(text, framework_name)), framework_name)
        mine = params(model, framework_name)
        assert back.total == mine.total, text
        if framework_name == "keras":
            assert back.trainable == mine.trainable, text


def printed(text: str, framework_name: str) -> str:
    """Return what the model of a program prints of itself."""
    names = run(text)
    if framework_name == "pytorch":
        return str(names["Model"]())
    lines: list[str] = []
    names["model"].summary(print_fn=lambda line, *_, **__: lines.append(line))
    return "\n".join(lines)


SUMMARY = """\
 Layer (type)                Output Shape              Param #
 batch_normalization (Batch  (None, 12, 3)             12
 time_distributed (TimeDist  (None, 12, 3)             9
 dense (Dense)               (None, 12, 2)             8
 Total params: 29
 Trainable params: 17
 Non-trainable params: 12
"""


def test_statistics_in_a_summary() -> None:
    """What is not trained of layers that are known by their count is what the summary says."""
    answer = params(read_printed(SUMMARY), "keras")
    assert (answer.total, answer.trainable) == (29, 17)


def test_words_in_a_printed_module() -> None:
    """Torch prints some arguments as words without quotes."""
    module = "Net(\n  (a): Conv1d(5, 2, kernel_size=(2,), stride=(1,), padding=same)\n)"
    assert params(read_printed(module)).total == 5 * 2 * 2 + 2


def _output(layer: Any, framework_name: str, x: Any) -> Any:
    """Return what the program of a single layer gives, from weights that are the same each time."""
    names = run(code(Model([layer], 4), framework_name).code)
    if framework_name == "textbook":
        model, random = names["Model"](), np.random.default_rng(0)
        for block in model.weights.values():
            block.update({name: random.normal(size=value.shape) for name, value in block.items()})
        return model(x)
    if framework_name == "flax-nnx":
        from flax import nnx

        return np.asarray(names["Model"](rngs=nnx.Rngs(0))(x))
    if framework_name == "keras":
        random = np.random.default_rng(0)
        names["model"].set_weights([random.normal(size=each.shape) for each in names["model"].weights])
        return names["model"](x).detach().numpy()
    import torch

    torch.manual_seed(0)
    return names["Model"]()(torch.tensor(x)).detach().numpy()


@pytest.mark.parametrize(
    "framework_name", ["textbook", *(pytest.param(name, marks=pytest.mark.oracle) for name in ("pytorch", "keras", "flax-nnx"))]
)
@pytest.mark.parametrize("cell", [LSTM, GRU, RNN])
@pytest.mark.filterwarnings("ignore")
def test_the_last_step_is_the_last_of_every_step(framework_name: str, cell: type[Recurrent]) -> None:
    """The last step of a direction is the last that it computes: backwards, the first of the sequence."""
    x = np.random.default_rng(1).normal(size=(2, 7, 4)).astype("float32")
    one: Any = cell(3, return_sequences=True)
    both = one.replace(bidirectional=True)
    every, last = (_output(one.replace(return_sequences=given), framework_name, x) for given in (True, False))
    assert np.allclose(last, every[:, -1], atol=1e-6)
    every, last = (_output(both.replace(return_sequences=given), framework_name, x) for given in (True, False))
    assert np.allclose(last, np.concatenate([every[:, -1, :3], every[:, 0, 3:]], axis=-1), atol=1e-6)


PYTORCH = """\
# 59,018 parameters in PyTorch
from torch import nn


class Model(nn.Module):
    def __init__(self, input_size=32, lstm_units=64, dense_units=10):
        super().__init__()
        self.lstm = nn.LSTM(input_size, lstm_units, num_layers=2, batch_first=True)  # 58,368 parameters
        self.dense = nn.Linear(lstm_units, dense_units)  # 650 parameters

    def forward(self, x):
        x, _ = self.lstm(x)
        return self.dense(x)
"""
KERAS = """\
# 58,506 parameters in Keras
import keras

model = keras.Sequential([
    keras.Input((None, 32)),
    keras.layers.LSTM(64, return_sequences=True),
    keras.layers.LSTM(64),  # 57,856 parameters
    keras.layers.Dense(10),  # 650 parameters
])
"""
FLAX_NNX = """\
# 25,482 parameters in Flax NNX
from flax import nnx


class Model(nnx.Module):
    def __init__(self, input_size=32, lstm_units=64, dense_units=10, *, rngs: nnx.Rngs):
        self.lstm = nnx.RNN(nnx.LSTMCell(input_size, lstm_units, rngs=rngs))  # 24,832 parameters
        self.dense = nnx.Linear(lstm_units, dense_units, rngs=rngs)  # 650 parameters

    def __call__(self, x):
        x = self.lstm(x)
        return self.dense(x)
"""
GRAPH = """\
# 29,097 parameters in Keras
import keras

inputs = keras.Input((None, 32))
lstm = keras.layers.LSTM(64)(inputs)  # 24,832 parameters
gru = keras.layers.GRU(24)(inputs)  # 4,176 parameters
x = keras.layers.Concatenate()([lstm, gru])
x = keras.layers.Dense(1)(x)  # 89 parameters
model = keras.Model(inputs, x)
"""


@pytest.mark.parametrize(
    ("text", "framework_name", "program"),
    [
        ("32 > lstm 64 x2 > dense 10", "pytorch", PYTORCH),
        ("32 > lstm 64 x2 > dense 10", "keras", KERAS),
        ("32 > lstm 64 > dense 10", "flax-nnx", FLAX_NNX),
        ("32 > (lstm 64 | gru 24) > concat > dense 1", "keras", GRAPH),
    ],
    ids=["pytorch", "keras", "flax-nnx", "graph"],
)
def test_a_program(text: str, framework_name: str, program: str) -> None:
    """A program is what an engineer would write: sizes as defaults, the count in comments."""
    assert code(read(text), framework_name).code == program


ONE = {
    ("32 > bilstm 64 nobias x2", "pytorch"): "nn.LSTM(32, 64, num_layers=2, bias=False, batch_first=True, bidirectional=True)",
    ("32 > lstm 64 proj=16", "pytorch"): "nn.LSTM(32, 64, batch_first=True, proj_size=16)",
    ("32 > gru 64 reset_before", "keras"): "keras.layers.GRU(64, reset_after=False)",
    ("32 > bilstm 64 merge=sum", "keras"): 'keras.layers.Bidirectional(keras.layers.LSTM(64), merge_mode="sum")',
    ("32 > gru 64", "flax-nnx"): "nnx.RNN(nnx.GRUCell(32, 64, rngs=nnx.Rngs(0)))",
    ("32 > lstm 64", "flax-nnx-optimized"): "nnx.RNN(nnx.OptimizedLSTMCell(32, 64, rngs=nnx.Rngs(0)))",
    ("vocab 100 > embed 8", "pytorch"): "nn.Embedding(100, 8)",
}


@pytest.mark.parametrize("asked", ONE, ids=" ".join)
def test_one_line(asked: tuple[str, str]) -> None:
    """A single layer is a single call, with its sizes as numbers."""
    text, framework_name = asked
    line = code(read(text), framework_name, one_line=True).code
    assert line.partition("  # ")[0] == ONE[asked]


REFUSED = [
    (Model([LSTM(8, peephole=True)], 4), "keras", "keras has no peephole for lstm"),
    (Model([LSTM(8), Masking()], 4), "pytorch", "PyTorch has no masking layer"),
    (Model([LSTM(8)], 4), "onnx", "code is written for pytorch, keras, flax-nnx"),
    (Model([LSTM(8, cudnn=True)], 4), "keras", "Keras 3 has no class for cuDNN"),
    (Model([BatchNorm(center=False)], 4), "pytorch", "a gain but no shift"),
    (Model([Pool((2,), padding="same")], 4), "pytorch", "padding=same of this pool"),
    (Model([Embedding(9, 4), Dense(9, tied=True)]), "keras", "shares the matrix of an embedding"),
    (Model([LSTM(8, go_backwards=True)], 4), "pytorch", "pytorch has no go_backwards"),
]


@pytest.mark.parametrize(("model", "framework_name", "sentence"), REFUSED)
def test_what_a_framework_lacks_is_refused(model: Model, framework_name: str, sentence: str) -> None:
    """What a framework does not have is refused by name."""
    with pytest.raises(FrameworkError, match=sentence):
        code(model, framework_name)


def test_a_layer_of_unknown_form_is_refused() -> None:
    """A layer that is known by its count alone cannot be written, and one of unknown count neither."""
    for params_of in (7, None):
        with pytest.raises(ModelError, match="cannot be written"):
            code(Model([Other(params_of, class_name="Mixer")], 4), "pytorch")


def test_return_sequences() -> None:
    """The last step or every step is the model's, in either direction."""
    every = code(Model([LSTM(8, bidirectional=True, return_sequences=True)], 4), "pytorch").code
    last = code(Model([LSTM(8, bidirectional=True, return_sequences=False)], 4), "pytorch").code
    assert "x, _ = self.lstm(x)" in every
    assert "h_n" not in every
    assert "torch.cat([h_n[-2], h_n[-1]], dim=-1)" in last


def test_a_model_of_pytorch_gives_every_step_in_keras_too() -> None:
    """What a model means is of the framework it was written in: the dense layer of a tagger stays one per step."""
    tagger = read("nn.Sequential(nn.Embedding(50, 8), nn.LSTM(8, 6, bidirectional=True), nn.Linear(12, 3))")
    assert "Bidirectional(keras.layers.LSTM(6, return_sequences=True))" in code(tagger, "keras").code
    for framework_name in ("pytorch", "keras", "tflite"):
        assert [layer.output_shapes for layer in summary(tagger, framework_name, steps=5).layers] == [
            ((None, 5, 8),),
            ((None, 5, 12),),
            ((None, 5, 3),),
        ]
    assert "keras (every step by default)" in cost(read("nn.LSTM(8, 6)"), "keras", steps=5).document().title
    assert "return_sequences" not in code(read("8 > lstm 6 > dense 3"), "keras").code


def test_a_rate_that_is_not_known() -> None:
    """What a program needs and the model does not say is pointed out."""
    for framework_name in ("pytorch", "keras", "flax-nnx"):
        assert "# the model does not say the rate" in code(Model([LSTM(8), Dropout()], 4), framework_name).code


def test_frozen_and_shared() -> None:
    """A layer that is not trained requires no gradient, one that is used again is made once, a tied one shares the matrix."""
    layers = [
        Embedding(9, 4, name="table", trainable=False),
        LSTM(4, name="encoder", return_sequences=True),
        Shared("encoder", name="again"),
        Dense(9, tied=True),
    ]
    text = code(Model(layers), "pytorch").code
    assert "self.table.requires_grad_(False)" in text
    assert text.count("nn.LSTM(") == 1
    assert "self.dense.weight = self.table.weight" in text
    back = params(read_code(text))
    mine = params(Model(layers), "pytorch")
    assert (back.total, back.trainable) == (mine.total, mine.trainable)


def test_names_are_identifiers() -> None:
    """Whatever layers are called, the program parses and says nothing of it but names."""
    names = ["class", "a/b.c-1", "2nd", "train", "forward", "torch", "self", "x", "h_n", "nn", "keras", "model", "inputs", "len"]
    inside = [Input((None, 4)), LSTM(4, name="lstm", return_sequences=True)]
    layers = [Nested(inside, name="outer"), *(Dense(4, name=name) for name in names)]
    for framework_name in FRAMEWORKS:
        text = code(Model(layers, 4), framework_name).code
        ast.parse(text)
        assert params(read_code(text), framework_name).total == params(Model(layers, 4), framework_name).total


def test_further_inputs() -> None:
    """Each input of a graph is an argument, and what a part of a larger model reads as well."""
    graph = Model([Input((None, 4), name="a"), Input((None, 3), name="b"), LSTM(5, name="one", inputs=["a"]),
                   LSTM(5, name="two", inputs=["b"]), Concat(inputs=["one", "two"])])  # fmt: skip
    assert "def forward(self, inputs, b):" in code(graph, "pytorch").code
    assert "def forward(self, inputs, dense_input):" in code(Model([LSTM(5), Dense(2, input_dim=7)], 4), "pytorch").code


def test_parts_of_a_larger_model_are_all_there() -> None:
    """Layers that read something which is not described are all part of the program, each with an output of its own."""
    parts = Model([Conv(4, (3, 3), input_dim=3), LSTM(8, input_dim=60), Dense(2, input_dim=7)], 3)
    for framework_name in FRAMEWORKS:
        assert params(read_code(code(parts, framework_name).code), framework_name).total == params(parts, framework_name).total
    with pytest.raises(FrameworkError, match="leads to no output"):
        code(
            Model([LSTM(8, name="a"), Dense(2, name="b", inputs=["a"]), Dense(3, name="c", inputs=["a"])], 4, outputs=["b"]),
            "keras",
        )


def test_widths_have_names_where_they_are_the_last_axis() -> None:
    """The width of what a layer reads goes by the name of a size only where it is that size."""
    layers = [Conv(3, (1,), data_format="channels_first"), Dense(2)]
    assert "self.dense = nn.Linear(5, dense_units)" in code(Model(layers, input_shape=(4, 5)), "pytorch").code
    turned = Model([LSTM(5, return_sequences=True), Permute((2, 1)), Dense(2)], input_shape=(5, 3))
    assert "self.dense = nn.Linear(5, dense_units)" in code(turned, "pytorch").code


def test_convolutions_keep_the_order_of_axes() -> None:
    """Features go right after the batch once, and back where a layer reads them last."""
    text = code(read("8 > conv 4 k=3 > batch_norm > activation relu > pool 2 > lstm 5"), "pytorch").code
    assert text.count(".transpose(1, 2)") == 2
    assert "F.pad" in code(Model([Conv(4, (3,), padding="causal")], 8), "pytorch").code
    turned = code(read("8 > conv 4 k=3 > activation UnitNormalization > conv 2 k=1"), "pytorch").code
    assert "F.normalize(x.transpose(1, 2), dim=-1)" in turned


@pytest.mark.parametrize(
    ("options", "made", "cut"),
    [
        ("k=3 strides=2 padding=same", "3, stride=2)", "[..., :-1]"),
        ("k=4 strides=2 padding=same", "4, stride=2, padding=1)", ""),
        ("k=5 strides=2 padding=same", "5, stride=2, padding=1)", "[..., :-1]"),
        ("k=1 strides=2 padding=same", "1, stride=2, output_padding=1)", ""),
        ("k=3 strides=3 padding=1 output_padding=2", "3, stride=3, padding=1, output_padding=2)", ""),
    ],
)
def test_a_transposed_convolution_gives_what_keras_gives(options: str, made: str, cut: str) -> None:
    """Of the positions that are too many, Keras takes away half in front, rounded down, and the rest behind."""
    model = read(f"20x8 > conv_transpose 4 {options}")
    assert f"nn.ConvTranspose1d(8, 4, {made}" in code(model, "pytorch", one_line=True).code
    assert f"self.conv_transpose(x.transpose(1, 2)){cut}\n" in code(model, "pytorch").code


def test_a_separable_convolution_has_the_names_of_its_tensors() -> None:
    model = read("20x8 > separable_conv 4 k=3 > dense 2")
    stored = tensors(read_code(code(model, "pytorch").code), "pytorch")
    assert [each.name for each in stored.tensors] == [each.name for each in tensors(model, "pytorch").tensors]


OPTIONS: list[dict[str, Any]] = [
    *({}, {"bias": False}, {"peephole": True}, {"coupled": True}),
    *({"projection": 2}, {"reset_after": True}, {"reset_gate": False}),
]
CELLS_WITH = [(cell, more) for cell in (LSTM, GRU, RNN, MGU) for more in OPTIONS if set(more) <= set(cell.fields)]


@pytest.mark.parametrize(("cell", "more"), CELLS_WITH)
def test_the_textbook_computes_its_equations(cell: type[Recurrent], more: dict[str, Any]) -> None:
    """What the program in NumPy computes of a sequence is what the cell's equations say."""
    layer: Any = cell(3, return_sequences=True, **more)
    text = code(Model([layer], 4), "textbook").code
    np.random.seed(0)  # noqa: NPY002 - what the program draws from
    model = run(text)["Model"]()
    kept = model.weights[cell.kind]
    for name in kept:
        kept[name] = np.random.randn(*kept[name].shape)  # noqa: NPY002 - as above
    x = np.random.randn(2, 5, 4)  # noqa: NPY002 - as above
    layout = framework("textbook").layout(layer)
    equations = CELLS[cell.kind].equations_for(equation_words(layer, layout))
    own = unrolled(equations, _blocks(kept), x, CELLS[cell.kind].states, forget_bias=0)
    assert np.allclose(model(x), own)


LACKED = {
    "pytorch": {"threshold"},
    "keras": {"glu", "rrelu", "softmin", "threshold"},
    "flax-nnx": {"hard_shrink", "rrelu", "soft_shrink", "softmin", "tanh_shrink", "threshold"},
}
"""The functions that can be named and that a writer refuses, by its framework."""


def function_layers(framework_name: str) -> list[Activation]:
    named = [name for name in NAMED_FUNCTIONS.values() if name not in LACKED[framework_name]]
    return [*map(Activation, named), Activation("UnitNormalization")]


@pytest.mark.parametrize(
    "framework_name",
    [
        pytest.param(name, marks=[pytest.mark.oracle, pytest.mark.filterwarnings("ignore")])
        for name in ("pytorch", "keras", "flax-nnx")
    ],
)
def test_every_function_that_can_be_named_runs(framework_name: str) -> None:
    gated = [each for layer in function_layers(framework_name) for each in ([Dense(4), layer] if layer.is_gated else [layer])]
    model = Model([Dense(3), *gated, Dense(2)], 4)
    assert not problem(model, framework_name, code(model, framework_name).code)


@pytest.mark.parametrize("framework_name", ["pytorch", "keras", "flax-nnx"])
def test_every_function_that_can_be_named_is_written(framework_name: str) -> None:
    for layer in function_layers(framework_name):
        text = code(Model([Dense(4), layer], 4), framework_name).code
        assert params(read_code(text), framework_name).total == 20, text
    for name in (*LACKED[framework_name], "Rescaling"):
        with pytest.raises(FrameworkError, match=f"has no activation {name}"):
            code(Model([Dense(4), Activation(name)], 4), framework_name)


def with_function(monkeypatch: pytest.MonkeyPatch, name: str) -> Model:
    """Let the plain recurrent cell apply a function, and return a model of one."""
    arguments = "(pre(hidden), h)" if FUNCTIONS[name].arity == 2 else "(pre(hidden))"
    expression = f" {name} ".join(("pre(hidden)", "h")) if name in {"+", "-", "*"} else name + arguments
    monkeypatch.setitem(CELLS, "rnn", CELLS["rnn"].replace(equations=(Equation("h", expression),)))
    return Model([RNN(3, return_sequences=True)], 4)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_textbook_computes_every_function_of_equations(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = run(code(with_function(monkeypatch, name), "textbook").code)["Model"]()
    kept, x = model.weights["rnn"], np.arange(40.0).reshape(2, 5, 4) / 40
    own = unrolled(CELLS["rnn"].equations, _blocks(kept), x, CELLS["rnn"].states, forget_bias=0)
    assert np.allclose(model(x), own)


@pytest.mark.parametrize("arity", [1, 2])
def test_the_textbook_refuses_a_function_that_it_cannot_write(arity: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FUNCTIONS, "bent", FUNCTIONS["tanh"].replace(arity=arity))
    with pytest.raises(FrameworkError, match="the textbook writer has no function bent, which rnn"):
        code(with_function(monkeypatch, "bent"), "textbook")


def _blocks(kept: dict[str, Any]) -> dict[tuple[str | None, str], Any]:
    """Return the weights of a program as the reference of the equations takes them."""
    roles = {"b": "bias", "c": "recurrent_bias", "p": "peephole"}
    found: dict[tuple[str | None, str], Any] = {}
    for name, value in kept.items():
        letter, _, gate = name.partition("_")
        if gate == "projection":
            found[None, "projection"] = value
        elif letter == "W":
            found[gate, "kernel"], found[gate, "recurrent_kernel"] = value[:, :4], value[:, 4:]
        else:
            found[gate, roles[letter]] = value
    return found


def test_the_command(cli: Cli, tmp_path: Path) -> None:
    """The command prints the program, writes it to a file, or gives it as JSON."""
    assert cli("code", "32 > lstm 64 x2 > dense 10", "-f", "pytorch").stdout == PYTORCH
    assert cli("code", "32 > lstm 64", "-f", "pytorch", "--oneliner").stdout.startswith("nn.LSTM(32, 64, batch_first=True)  #")
    file = tmp_path / "model.py"
    assert cli("code", "32 > lstm 64 x2 > dense 10", "-f", "keras", "-o", str(file)).exit_code == 0
    assert file.read_text() == KERAS
    assert cli("params", str(file), "-q").stdout == "58506\n"
    answer = json.loads(cli("code", "32 > lstm 64", "-f", "pytorch", "--format", "json").stdout)
    assert (answer["framework"], answer["total"]) == ("pytorch", 25_088)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("32 > lstm 64 > dense 2", "--oneliner"), "--oneliner writes one layer, and the model has 2"),
        (("32 > lstm 64", "-f", "textbook", "--oneliner"), "leave out --oneliner"),
        (("32 > lstm 64", "--format", "table"), "'table' is not a format; known are python and json"),
        (("32 > lstm 64", "-f", "haiku"), "not for haiku"),
    ],
)
def test_refusals(cli: Cli, words: tuple[str, ...], sentence: str) -> None:
    """What cannot be written is one sentence, and exit code 2."""
    result = cli("code", *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1


READ = {
    "keras.layers.LayerNormalization()": 2 * 6,
    "keras.layers.GroupNormalization(2)": 2 * 6,
    "keras.layers.RMSNormalization()": 6,
    "keras.layers.AdaptiveMaxPooling1D(2)": 0,
    "keras.layers.MultiHeadAttention(2, 3)(x, x)": 3 * (6 * 6 + 6) + 6 * 6 + 6,
    "keras.layers.Dense(2)(keras.ops.split(x, 3, axis=-1)[0])": 2 * 2 + 2,
    "keras.layers.Dense(2)(keras.ops.split(x, [1], axis=-1)[1])": 5 * 2 + 2,
    "keras.layers.Dense(2)(keras.ops.reshape(x, (-1, 48)))": 48 * 2 + 2,
    "keras.layers.Dense(2)(keras.ops.sum(x, axis=(1,)))": 6 * 2 + 2,
}


@pytest.mark.parametrize("layer", READ)
def test_layers_of_keras_with_their_defaults(layer: str) -> None:
    """Layers and operations of Keras are known where code leaves out their defaults, or gives their sizes by position."""
    called = layer if "(x" in layer else f"{layer}(x)"
    model = read_code(f"import keras\nx = keras.Input((8, 6))\nmodel = keras.Model(x, {called})")
    assert params(model).total == READ[layer]


NNX = {
    "nnx.LayerNorm(6, use_scale=False, rngs=rngs)": 6,
    "nnx.GroupNorm(6, num_groups=2, rngs=rngs)": 12,
    "nnx.RMSNorm(6, rngs=rngs)": 6,
    "nnx.ConvTranspose(6, 4, (3,), rngs=rngs)": 6 * 4 * 3 + 4,
    "nnx.MultiHeadAttention(2, 6, qkv_features=4, rngs=rngs)": 3 * (6 + 1) * 4 + (4 + 1) * 6,
    'nnx.Einsum("abc,cd->abd", (6, 4), (4,), rngs=rngs)': 28,
    "nnx.PReLU()": 1,
    "nnx.List([nnx.Linear(6, 2, rngs=rngs)])": 14,
}


@pytest.mark.parametrize("layer", NNX)
def test_layers_of_nnx(layer: str) -> None:
    """More layers of Flax NNX are known to the reader of code, and a gain that is left out takes no shift with it."""
    module = f"class Net(nnx.Module):\n    def __init__(self, rngs):\n        self.a = {layer}\n"
    text = f"from flax import nnx\n{module}m = Net(nnx.Rngs(0))"
    assert params(read_code(text)).total == NNX[layer]


def test_weights_of_numpy() -> None:
    """An object of no framework that keeps arrays by name as its weights has as many numbers; of unknown shapes none is counted."""
    body = "self.weights = {'a': {'W': np.zeros((4, 3))}, 'b': np.ones(SIZE)}"
    text = f"import numpy as np\nclass Net:\n    def __init__(self):\n        {body}\n"
    assert params(read_code(text.replace("SIZE", "5"))).total == 17
    with pytest.raises(ModelError):
        params(read_code(text))


def test_a_second_output_of_a_layer_before() -> None:
    """In a configuration of Keras, a layer may read one part of the layer before that gives several."""
    parts = "x = keras.Input((6,))\na, b = keras.ops.split(x, 2, axis=-1)\n"
    text = f"import keras\n{parts}model = keras.Model(x, keras.layers.Dense(2)(b))"
    assert params(read_code(text)).total == 3 * 2 + 2


def test_a_model_file_is_written_as_code() -> None:
    """A model file of a graph with states becomes a program with them."""
    layers = [
        {"type": "input", "shape": [None, 4], "name": "source"},
        {"type": "input", "shape": [None, 4], "name": "target"},
        {"type": "lstm", "units": 8, "name": "encoder", "inputs": ["source"]},
        {"type": "lstm", "units": 8, "name": "decoder", "inputs": ["target", "encoder.h", "encoder.c"]},
    ]
    model = loads(json.dumps({"layers": layers}))
    assert "initial_state=[encoder_h, encoder_c]" in code(model, "keras").code
    assert "(encoder_h.unsqueeze(0), encoder_c.unsqueeze(0))" in code(model, "pytorch").code
    assert "initial_carry=(encoder_c, encoder_h)" in code(model, "flax-nnx").code
