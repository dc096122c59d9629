"""Every kind of layer with weights, against what Keras and PyTorch make of the same layer."""

from __future__ import annotations

import re
from contextlib import suppress
from math import prod
from typing import Any

import pytest

from lstm_calc import LayerNorm, Model, Normalization, cost, count, dumps, explain, params, port_plan, shapes, tensors
from lstm_calc.dtypes import weight_bytes
from lstm_calc.errors import FrameworkError, LstmCalcError
from lstm_calc.formats import notation
from lstm_calc.formats.modelfile import loads
from lstm_calc.frameworks import framework, frameworks, with_defaults
from lstm_calc.model.propagation import propagate
from tests.layer_kinds import BATCH, CASES, MAKERS, Case, read, recorded

RECORDED = [(name, found) for name, cases in recorded().items() for found in cases]
IDS = [f"{name}-{found['case']}" for name, found in RECORDED]
WHOLE = [(name, found) for name, found in RECORDED if "weights" in found]
BY_NAME = [(name, found) for name, found in RECORDED if "shapes" in found]
PACKAGES = {"pytorch": "torch", "flax-linen": "flax", "flax-nnx": "flax"}


def ours(case: Case, name: str) -> dict[str, Any]:
    """Return what we say of a case, as it is recorded."""
    model = read(case, name)
    stored = tensors(model, name)
    shape = (BATCH, *model.input[1:])
    output = propagate(with_defaults(model, framework(name)), shape)[-1].output
    weights = [[tensor.name, list(tensor.shape), tensor.trainable] for tensor in stored.tensors]
    return {"weights": weights, "params": stored.total, "output": [BATCH, *output[1:]]}


@pytest.mark.parametrize(("name", "found"), BY_NAME, ids=str)
def test_names_and_shapes_are_those_of_the_framework(name: str, found: dict[str, Any]) -> None:
    """In any order, for Flax, Haiku and Equinox."""
    assert {tensor.name: list(tensor.shape) for tensor in tensors(read(found["case"], name), name).tensors} == found["shapes"]


@pytest.mark.parametrize(("name", "found"), WHOLE, ids=str)
def test_weights_and_shapes_are_those_of_the_framework(name: str, found: dict[str, Any]) -> None:
    """Names, shapes and trained or not; the number of parameters; the shape of the output."""
    said = ours(found["case"], name)
    assert said == {key: found[key] for key in said}
    model = read(found["case"], name)
    assert count(model, name) == params(model, name).total == found["params"]


@pytest.mark.parametrize("found", recorded()["pytorch"], ids=lambda found: str(found["case"]))
def test_operations_are_those_that_pytorch_counts(found: dict[str, Any]) -> None:
    """The multiply-accumulates of FlopCounterMode, which counts fused attention on the CPU as none."""
    layer, _ = found["case"]
    if layer["type"] == "attention":
        pytest.skip("fused: FlopCounterMode finds nothing")
    assert cost(read(found["case"], "pytorch"), "pytorch", batch=BATCH).macs == found["macs"]


@pytest.mark.oracle
@pytest.mark.parametrize(("name", "found"), RECORDED, ids=IDS)
def test_the_record_is_what_the_installed_framework_makes(name: str, found: dict[str, Any]) -> None:
    """The record holds for the framework that is installed."""
    pytest.importorskip("torchcrf" if found["case"][0]["type"] == "crf" else PACKAGES.get(name, name))
    made = MAKERS[name](found["case"])
    assert made == {key: found[key] for key in made}


def test_every_case_is_recorded() -> None:
    """A case that is added must be recorded."""
    assert {name: [found["case"] for found in cases] for name, cases in recorded().items()} == {
        name: [list(case) for case in cases] for name, cases in CASES.items()
    }


PUBLISHED = {
    "1000x4 > conv 320 kernel=26 > pool 13 > lstm 320 sequences > flatten > dense 925 > dense 919": 23_905_999,
    "vocab 20000 > embed 128 > conv 64 kernel=5 > lstm 70 > dense 1": 2_638_895,
    "vocab 28 > embed 32 > conv 32 kernel=7 > bigru 32 sequences > dense 13": 21_613,
    "20x44 > bilstm 128 sequences > layer_norm > bilstm 64 last > layer_norm > dense 64 > dense 9": 351_113,
    "60x1 > bilstm 50 sequences > bilstm 100 sequences > bilstm 150 sequences > bilstm 100 sequences > bilstm 50 sequences > "
    "batch_norm > lstm 50 sequences > flatten > dense 1": 1_057_601,
    "1 > conv_lstm 40 kernel=3x3 sequences > batch_norm > conv 1 kernel=3x3x3": 60_441,
    "vocab 2500 > embed 128 > bilstm 200 x2 sequences > dense 5 > crf 5": 1_810_070,
}
"""Totals that others published of models in Keras."""


@pytest.mark.parametrize(("text", "total"), PUBLISHED.items())
def test_published_totals(text: str, total: int) -> None:
    """Each from a line of notation; the DanQ of Quang and Xie is the first."""
    model = notation.read(text)
    assert count(model, "keras") == tensors(model, "keras").total == total


def test_statistics_are_counted_as_the_framework_does() -> None:
    """4C in Keras, of which 2C are not trained; 2C in PyTorch, whose buffers weigh nothing either."""
    model = notation.read("16 > batch_norm")
    keras, torch = params(model, "keras"), params(model, "pytorch")
    assert (keras.total, keras.trainable, keras.non_trainable) == (64, 32, 32)
    assert (torch.total, torch.trainable) == (32, 32)
    assert [tensor.params for tensor in tensors(model, "pytorch").tensors] == [16, 16, 0, 0, 0]
    assert weight_bytes(model, "pytorch") == 4 * 32


REFUSED = [
    ("8 > multi_head_attention 3 key_dim=4", "pytorch", "pytorch wants heads*key_dim = query; here they are 12 and 8"),
    ("8 > multi_head_attention 2 key_dim=4 value_dim=3", "flax-linen", "wants value_dim = key_dim; here they are 3 and 4"),
    ("20x8 > prelu", "pytorch", "pytorch wants all_slopes <= input; here they are 160 and 8"),
    ("8 > crf 5", "pytorch", "pytorch wants input = units; here they are 8 and 5"),
    ("8 > conv_transpose 4 kernel=3 groups=2", "keras", "keras wants groups = 1; here they are 2 and 1"),
    ("8 > additive_attention", "pytorch", "pytorch has no additive_attention"),
    (
        "8 > conv 4 kernel=3 strides=2 dilation=2",
        "keras",
        "keras has no strides together with a dilation_rate for conv; textbook, ",
    ),
    ("8 > conv_transpose 4 kernel=3 strides=2 dilation=2", "keras", "keras has no strides together with a dilation_rate"),
    (
        "8 > conv_transpose 4 kernel=3 strides=2 output_padding=2",
        "pytorch",
        "pytorch has no output_padding as large as the stride and the dilation for conv_transpose; textbook, paddle, ",
    ),
    ("8 > pool 3 padding=2 > lstm 4", "pytorch", "pytorch has no padding of more than half the window for pool"),
    ("9 > conv 4 kernel=3 groups=2", "keras", "groups must divide the 9 channels that come in, not 2"),
    ("8 > conv 4 kernel=3 groups=3", "keras", "groups must divide the 4 filters, not 3"),
    ("8 > group_norm 3", "keras", "groups must divide the 8 channels, not 3"),
    ("20x8 > layer_norm axis=1x3", "keras", "axis (1, 3) is not one of (None, 20, 8)"),
    ("_x8 > prelu", "keras", "on a size that is not known"),
]


@pytest.mark.parametrize("question", [count, params, tensors])
@pytest.mark.parametrize(("text", "name", "why"), REFUSED)
def test_what_a_framework_cannot_have_is_refused(question: Any, text: str, name: str, why: str) -> None:
    """A number of a layer that does not exist would be wrong."""
    with pytest.raises(LstmCalcError, match=re.escape(why)):
        question(notation.read(text), name)


@pytest.mark.spread(240)
@pytest.mark.parametrize("name", frameworks())
@pytest.mark.parametrize("case", [*CASES["keras"], *CASES["pytorch"]], ids=str)
def test_every_question_has_an_answer_or_a_sentence(name: str, case: Case) -> None:
    """In every framework, for every option; and the counts agree."""
    model = read(case, name)
    try:
        total = count(model, name)
    except LstmCalcError as error:
        assert str(error)  # noqa: PT017 - it is a sentence, and the framework has no such layer
        return
    stored = tensors(model, name)
    assert stored.total == total == params(model, name).total == explain(model, name).total.result
    for step in (step for layer in explain(model, name).layers for step in layer.steps if "(" not in step.numbers):
        assert sum(prod(map(int, term.split(" × "))) for term in step.numbers.split(" + ")) == step.result
    assert all(tensor.params == sum(part.params for part in tensor.parts) for tensor in stored.tensors if tensor.counted)
    assert cost(model, name).bytes.weights == 4 * total
    with suppress(FrameworkError):  # where it has the weights, and no such data_format
        assert shapes(model, name).data()


@pytest.mark.parametrize("case", [*CASES["keras"], *CASES["pytorch"]], ids=str)
def test_notation_and_model_file_give_the_model_back(case: Case) -> None:
    """Every option has a word in both."""
    model = read(case, "keras").replace(framework=None)
    assert notation.read(notation.write(model)) == loads(dumps(model)) == model


PORTED = [
    ("8 > batch_norm", "keras", "pytorch", (0,)),
    ("8 > separable_conv 4 kernel=3", "keras", "pytorch", (1, 2, 0)),
    ("8 > conv_transpose 4 kernel=3x2", "keras", "pytorch", (3, 2, 0, 1)),
    ("8 > conv 4 kernel=3x2 groups=2", "keras", "pytorch", (3, 2, 0, 1)),
    ("3 > conv_lstm 4 kernel=3x3", "keras", "pytorch", (3, 2, 0, 1)),
    ("8 > multi_head_attention 2 key_dim=4", "pytorch", "paddle", (1, 0)),
    ("8 > multi_head_attention 2 key_dim=4", "keras", "flax-linen", (0, 1, 2)),
    ("8 > multi_head_attention 2 key_dim=4", "keras", "pytorch", (1, 2, 0)),
    ("8 > depthwise_conv 3 depth_multiplier=2", "keras", "pytorch", (1, 2, 0)),
]


@pytest.mark.parametrize(("text", "source", "target", "order"), PORTED)
def test_what_differs_in_the_order_of_its_axes_is_ported(text: str, source: str, target: str, order: tuple[int, ...]) -> None:
    """The first block is that of a kernel."""
    assert port_plan(notation.read(text), source, target).filled[0].moves[0].order == order


NOT_PORTED = [
    ("8 > conv_transpose 4 kernel=3", "keras", "haiku", "mirror images"),
    ("8 > batch_norm", "textbook", "pytorch", "pytorch stores a mean that textbook does not have"),
    ("8 > crf 8", "keras", "pytorch", "keras has crf/kernel, and pytorch has no place for it"),
]


@pytest.mark.parametrize(("text", "source", "target", "why"), NOT_PORTED)
def test_what_differs_in_more_is_not_ported(text: str, source: str, target: str, why: str) -> None:
    """A block in the wrong place would be worse than none."""
    with pytest.raises(FrameworkError, match=re.escape(why)):
        port_plan(notation.read(text), source, target)


def test_the_axes_of_a_normalisation_stand_in_the_order_of_their_numbers() -> None:
    """Keras 3.15 sorts the numbers as they are written: LayerNormalization(axis=(1, -1)) has a gamma of (3, 8) for (8, 3)."""
    for axis, shape in (((1, -1), (3, 8)), ((1, 2), (8, 3)), ((-2, -1), (8, 3))):
        model = Model([LayerNorm(axis=axis)], input_shape=(8, 3))
        assert [tensor.shape for tensor in tensors(model, "keras").tensors] == [shape, shape]
    found = tensors(Model([Normalization(axis=(1, -1))], input_shape=(8, 3)), "keras").tensors
    assert found[0].shape == (8, 3)
