"""What every kind of layer gives for what it reads, and the laws of the one propagation of shapes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lstm_calc import (
    GRU,
    LSTM,
    Activation,
    Conv,
    ConvLSTM,
    Crop,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalPool,
    LayerNorm,
    Masking,
    Model,
    Pad,
    Permute,
    Pool,
    RepeatVector,
    Reshape,
    Upsample,
    cost,
    count,
    load,
    params,
    read,
    shapes,
    tensors,
)
from lstm_calc.errors import ModelError
from lstm_calc.formats.modelfile import dumps
from lstm_calc.frameworks import framework, with_defaults
from lstm_calc.model import (
    CRF,
    KINDS,
    AdaptivePool,
    Add,
    AdditiveAttention,
    Attention,
    Average,
    BatchNorm,
    Concat,
    ConvGRU,
    ConvTranspose,
    DepthwiseConv,
    Dot,
    EinsumDense,
    ExpandDims,
    GroupNorm,
    Index,
    LocallyConnected,
    MatMul,
    Maximum,
    Minimum,
    MultiHeadAttention,
    Multiply,
    Normalization,
    Other,
    PReLU,
    Reduce,
    RMSNorm,
    SeparableConv,
    Split,
    Stack,
    Subtract,
    Transpose,
)
from lstm_calc.model.propagation import propagate
from tests.strategies import EXAMPLES, graphs, supporting

if TYPE_CHECKING:
    from lstm_calc.model import Layer
    from lstm_calc.model.sizes import Shape, Size

CASES = Path(__file__).parent / "data" / "cases"
FIRST = {"data_format": "channels_first"}

RULES: list[tuple[Layer, Shape, Shape]] = [
    (Embedding(9, 4), (2, 7), (2, 7, 4)),
    (Embedding(9, 4), (None, None), (None, None, 4)),
    (LSTM(4), (2, 7, 3), (2, 7, 4)),
    (LSTM(4, return_sequences=False), (2, 7, 3), (2, 4)),
    (LSTM(4, projection=2, bidirectional=True), (2, 7, 3), (2, 7, 4)),
    (GRU(4, bidirectional=True, merge="mul", time_distributed=1), (2, 5, 7, 3), (2, 5, 7, 4)),
    (EXAMPLES["rnn"], (None, None, 3), (None, None, 4)),
    (EXAMPLES["mgu"], (2, None, 3), (2, None, 4)),
    (ConvLSTM(4, (3,), padding="valid"), (2, 7, 9, 3), (2, 7, 7, 4)),
    (ConvLSTM(4, (3, 3), padding="same", strides=(2, 1), return_sequences=False), (2, 7, 9, 8, 3), (2, 5, 8, 4)),
    (ConvLSTM(4, (2,), padding="valid", dilation_rate=(3,), **FIRST), (2, 7, 3, 9), (2, 7, 4, 6)),
    (ConvLSTM(4, (3,)), (2, 7, 9, 3), (2, 7, None, 4)),
    (LocallyConnected(4, (3,), padding="valid"), (2, 7, 3), (2, 5, 4)),
    (Normalization(), (2, 7, 3), (2, 7, 3)),
    (Dense(4), (2, 3), (2, 4)),
    (Dense(4), (2, 7, 9, 3), (2, 7, 9, 4)),
    (Dense(4, time_distributed=1), (2, 7, 3), (2, 7, 4)),
    (Conv(4, (3,), padding="valid"), (2, 9, 3), (2, 7, 4)),
    (Conv(4, (3,), padding="causal"), (2, 9, 3), (2, 9, 4)),
    (Conv(4, (3, 2), padding="same", strides=(2, 2)), (2, 9, 8, 3), (2, 5, 4, 4)),
    (Conv(4, (3, 3, 3), padding=(1, 0, 2), **FIRST), (2, 3, 9, 8, 7), (2, 4, 9, 6, 9)),
    (Conv(4, (3,)), (2, 9, 3), (2, None, 4)),
    (Conv(4, (1,)), (2, 9, 3), (2, 9, 4)),
    (LayerNorm(), (2, None, 3), (2, None, 3)),
    (RepeatVector(5), (2, 3), (2, 5, 3)),
    (Dropout(0.5), (2, None), (2, None)),
    (Activation("tanh"), (2, 7, 3), (2, 7, 3)),
    (Masking(), (2, 7, 3), (2, 7, 3)),
    (Flatten(), (2, 7, 9, 3), (2, 189)),
    (Flatten(), (2, None, 3), (2, None)),
    (Flatten(time_distributed=1), (2, 7, 9, 3), (2, 7, 27)),
    (Reshape((3, -1)), (2, 12), (2, 3, 4)),
    (Reshape((6, 2)), (2, None, 3), (2, 6, 2)),
    (Reshape((-1,)), (2, None, 3), (2, None)),
    (Permute((2, 1)), (2, 7, 3), (2, 3, 7)),
    (Permute((3, 1, 2)), (None, 7, 9, 3), (None, 3, 7, 9)),
    (Pool((2,)), (2, 7, 3), (2, 3, 3)),
    (Pool((2,), strides=(1,), padding="same"), (2, 7, 3), (2, 7, 3)),
    (Pool((2, 3), **FIRST), (2, 3, 8, 9), (2, 3, 4, 3)),
    (Pool((1, 2, 2), padding="same"), (2, 5, 7, 9, 3), (2, 5, 4, 5, 3)),
    (GlobalPool(), (2, 7, 9, 3), (2, 3)),
    (GlobalPool(keepdims=True), (2, 7, 3), (2, 1, 3)),
    (GlobalPool(**FIRST), (2, 3, 7), (2, 3)),
    (Upsample((2,)), (2, 7, 3), (2, 14, 3)),
    (Upsample((2, 3), **FIRST), (2, 3, 4, 5), (2, 3, 8, 15)),
    (Crop(((1, 2),)), (2, 7, 3), (2, 4, 3)),
    (Pad(((1, 2), (0, 1))), (2, 7, 9, 3), (2, 10, 10, 3)),
    (DepthwiseConv((3, 2), depth_multiplier=2, padding="valid"), (2, 9, 8, 3), (2, 7, 7, 6)),
    (SeparableConv(4, (3,), depth_multiplier=2, strides=(2,), padding="same"), (2, 9, 3), (2, 5, 4)),
    (ConvTranspose(4, (3, 2), strides=(2, 2), padding="valid"), (2, 9, 8, 3), (2, 19, 16, 4)),
    (ConvGRU(4, (3,), padding="valid"), (2, 7, 9, 3), (2, 7, 7, 4)),
    (BatchNorm(), (2, None, 3), (2, None, 3)),
    (GroupNorm(3), (2, 7, 3), (2, 7, 3)),
    (RMSNorm(), (2, 7, 3), (2, 7, 3)),
    (PReLU(), (2, 7, 3), (2, 7, 3)),
    (CRF(4), (2, 7, 3), (2, 7, 4)),
    (EinsumDense("abc,cde->abde", (None, 2, 4)), (2, 7, 3), (2, 7, 2, 4)),
    (Other(7), (2, 7, 3), (2, None, None)),
    (Other(7, (5, None)), (2, 7, 3), (2, 5, None)),
    (AdaptivePool((2, 1)), (2, 7, 9, 3), (2, 2, 1, 3)),
    (ExpandDims(1), (2, 3), (2, 1, 3)),
    (Index(":,-1"), (2, 7, 3), (2, 3)),
    (Index(":,1::2"), (2, 7, 3), (2, 3, 3)),
    (Reduce("mean", 1), (2, 7, 3), (2, 3)),
    (Reduce("max", (1, 2), keepdims=True), (2, 7, 9, 3), (2, 1, 1, 3)),
    (Transpose(), (2, 7, 9, 3), (2, 7, 3, 9)),
    (Split(3, 1), (2, 6, 4), (2, 2, 4)),
]

OF_SEVERAL: list[tuple[Layer, tuple[Shape, ...], Shape]] = [
    (Add(), ((2, 7, 3), (2, 7, 3), (2, 7, 3)), (2, 7, 3)),
    (Multiply(), ((2, 7, 3), (2, 1, 3)), (2, 7, 3)),
    (Average(), ((None, 7, 3), (2, None, 3)), (2, 7, 3)),
    (Subtract(), ((2, 7, 3), (2, 7, 3)), (2, 7, 3)),
    (Maximum(), ((2, 7), (2, 7)), (2, 7)),
    (Minimum(), ((2, 7), (2, 7)), (2, 7)),
    (Concat(), ((2, 7, 3), (2, 7, 4)), (2, 7, 7)),
    (Concat(1), ((2, 7, 3), (2, None, 3)), (2, None, 3)),
    (Stack(), ((2, 7), (2, 7), (2, 7)), (2, 3, 7)),
    (Dot(), ((2, 7, 3), (2, 5, 3)), (2, 7, 5)),
    (Dot((2, 1)), ((2, 7, 3), (2, 3)), (2, 7)),
    (MatMul(), ((2, 7, 3), (2, 3, 5)), (2, 7, 5)),
    (Attention(), ((2, 7, 3), (2, 5, 4), (2, 5, 3)), (2, 7, 4)),
    (AdditiveAttention(), ((2, 7, 3), (2, 5, 3)), (2, 7, 3)),
    (MultiHeadAttention(2, 4), ((2, 7, 3), (2, 5, 6)), (2, 7, 3)),
]
"""Of several inputs: the layer, what it reads, and what it gives."""

OF_A_MODEL = {"input", "model", "shared"}
"""These have no rule of their own: they stand for what the model reads, and for layers."""


@pytest.mark.parametrize(("layer", "shape", "given"), RULES)
def test_the_shape_that_a_layer_gives(layer: Layer, shape: Shape, given: Shape) -> None:
    assert layer.give((shape,)) == (given,) * layer.outputs


@pytest.mark.parametrize(("layer", "reads", "given"), OF_SEVERAL)
def test_the_shape_that_is_given_of_several(layer: Layer, reads: tuple[Shape, ...], given: Shape) -> None:
    assert layer.give(reads) == (given,)


def test_every_kind_has_a_rule_here() -> None:
    assert {layer.kind for layer, _, _ in [*RULES, *OF_SEVERAL]} | OF_A_MODEL == KINDS.keys()
    assert {kind for kind, layer in KINDS.items() if layer.weighted} <= EXAMPLES.keys() <= KINDS.keys()


@pytest.mark.parametrize(
    ("layer", "shape", "key", "words"),
    [
        (LSTM(4), (2, 3), "shape", "reads 3 axes, (batch, steps, features), and (2, 3) comes in"),
        (RepeatVector(3), (2, 7, 3), "shape", "reads 2 axes, (batch, features), and (2, 7, 3) comes in"),
        (Conv(4, (3, 3)), (2, 7, 3), "shape", "reads 4 axes, (batch, space, space, features), and (2, 7, 3) comes in"),
        (Conv(4, (3, 3), **FIRST), (2, 7, 3), "shape", "reads 4 axes, (batch, features, space, space), and"),
        (Conv(4, (5,), padding="valid"), (2, 3, 3), "kernel_size", "leaves nothing of (3): its window does not fit"),
        (Pool((5,)), (2, 3, 3), "pool_size", "leaves nothing of (3)"),
        (Crop(((2, 1),)), (2, 3, 3), "margins", "leaves nothing of (3)"),
        (Reshape((5, -1)), (2, 12), "target_shape", "target_shape (5, -1) does not fit (12)"),
        (Reshape((5, 2)), (2, 3, 4), "target_shape", "target_shape (5, 2) does not fit (3, 4)"),
        (GlobalPool(), (2, 3), "shape", "reads positions, as (batch, steps, features), and (2, 3) comes in"),
        (Dense(4, time_distributed=1), (2, 3), "shape", "reads steps, and (2, 3) comes in"),
    ],
)
def test_what_a_layer_cannot_read_is_one_sentence(layer: Layer, shape: Shape, key: str, words: str) -> None:
    with pytest.raises(ModelError) as caught:
        layer.give((shape,))
    assert words in str(caught.value)
    assert caught.value.key == key


def agree(one: Shape, other: Shape) -> bool:
    """Say whether two shapes have the same sizes where both know them."""
    return len(one) == len(other) and all(a == b for a, b in zip(one, other, strict=True) if None not in {a, b})


@given(model=graphs(), data=st.data())
def test_what_is_known_of_less_agrees_with_what_is_known_of_more(model: Model, data: st.DataObject) -> None:
    model = with_defaults(model, framework("keras"))
    whole = (5, *model.input[1:])
    hidden: Shape = tuple(data.draw(st.sampled_from([size, None])) for size in whole)
    for known, less in zip(propagate(model, whole), propagate(model, hidden), strict=True):
        assert all(map(agree, known.inputs + known.outputs, less.inputs + less.outputs))
        assert None not in known.output


@given(model=graphs())
def test_each_layer_gives_what_the_next_reads(model: Model) -> None:
    given: dict[str, Shape] = {}
    before: Shape = model.input
    for use in model.uses:
        inputs = use.layer.inputs if use.depth == 0 else ()
        assert use.input == (given[inputs[0]] if inputs else before)
        before = given[use.module] = use.output


@given(model=graphs())
def test_the_total_is_the_sum_of_the_layers_and_of_the_tensors(model: Model) -> None:
    for name in supporting(model):
        stored = tensors(model, name)
        assert count(model, name) == params(model, name).total == sum(tensor.params for tensor in stored.tensors)


@given(model=graphs())
def test_a_graph_is_written_and_read_back(model: Model, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("graph") / "model.json"
    path.write_text(dumps(model))
    assert load(path) == model


@given(model=graphs())
def test_a_chain_is_written_in_the_notation_and_read_back(model: Model) -> None:
    chain = []
    for layer in model.layers:
        try:
            chain = [*Model([*chain, layer.replace(inputs=())], input_shape=model.input_shape).layers]
        except ModelError:
            break
    model = Model(chain or [Dense(2)], input_shape=model.input_shape)
    assert read(str(model)) == model


@given(model=graphs())
@example(model=read("2x1 > rnn 1 > reshape -1x2"))
def test_cost_runs_what_is_propagated(model: Model) -> None:
    for name in ("keras", "pytorch"):
        if name in supporting(model):
            try:
                runs = with_defaults(model, framework(name))
            except ModelError:  # the last output alone, which is the default of Keras, may not fit what reads it
                with pytest.raises(ModelError):
                    cost(model, name)
                continue
            assert [layer.name for layer in cost(model, name).layers] == [use.name for use in runs.uses]


EXPECTED: dict[str, tuple[dict[str, Size], tuple[int, ...], dict[str, int]]] = {
    "min_reshape_end": ({"batch": 3, "steps": 24}, (3, 3, 2), {}),
    "min_gmp_end": ({"batch": 3, "steps": 6}, (3, 4), {}),
    "min_leading_pool": ({"batch": 3, "steps": 8}, (3, 4, 4), {"macs": 1344}),
    "min_repeat_first": ({"batch": 3, "steps": 8}, (3, 4), {}),
    "min_convlstm_then_lstm": ({"batch": 3}, (3, 4), {"params": 240}),
    "min_func_mask": ({"batch": 3}, (3, 1), {"params": 613}),
    "har": ({}, (None, 4), {}),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_small_models_that_were_answered_wrongly(name: str) -> None:
    options, output, numbers = EXPECTED[name]
    model = load(CASES / f"{name}.json")
    assert [tensor.shape for tensor in shapes(model, "keras", **options).tensors if tensor.name == "output"] == [output]
    answers = {"params": lambda: count(model, "keras"), "macs": lambda: cost(model, "keras", **options).macs}
    assert {key: answers[key]() for key in numbers} == numbers
