"""Models are checked when they are made, and frozen afterwards."""

from __future__ import annotations

import copy
import pickle
import re
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc import (
    GRU,
    LSTM,
    RNN,
    Conv,
    ConvLSTM,
    Dense,
    Dropout,
    Embedding,
    GlobalPool,
    Model,
    ModelError,
    RepeatVector,
    Shared,
    cost,
    params,
    tensors,
)
from lstm_calc.errors import LstmCalcError
from lstm_calc.frameworks.counting import count
from lstm_calc.frozen import parse_count
from lstm_calc.model import KINDS, MAX_LAYERS
from lstm_calc.model.propagation import propagate

if TYPE_CHECKING:
    from lstm_calc.model import Layer


@pytest.mark.parametrize("value", [0, -1, 1.5, 32.0, "32", True, None, [32]])
def test_units_are_a_whole_number_from_one(value: Any) -> None:
    with pytest.raises(ModelError, match="units must be a whole number from 1 up") as caught:
        LSTM(value)
    assert caught.value.key == "units"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("bias", 1), ("bias", None), ("bidirectional", "yes"), ("merge", "add"), ("merge", None), ("projection", 0)],
        *[("peephole", "x"), ("repeat", 0), ("name", "a b"), ("name", ""), ("name", 3), ("input_dim", 0), ("trainable", None)],
    ],
)
def test_a_wrong_field_is_named(field: str, value: Any) -> None:
    with pytest.raises(ModelError) as caught:
        LSTM(8, **{field: value})
    assert caught.value.key == field
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kernel_size", [(), (1, 2, 3, 4), 3, "3x3", (3, 0), (3, 2.0), None])
def test_a_window_has_one_to_three_sizes(kernel_size: Any) -> None:
    with pytest.raises(ModelError, match="kernel_size"):
        ConvLSTM(4, kernel_size)


def test_a_gru_has_no_peephole() -> None:
    with pytest.raises(TypeError, match=r"^GRU has no field 'peephole'"):
        GRU(8, peephole=True)


@pytest.mark.parametrize("arguments", [(), (8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8)])
def test_too_few_or_too_many_arguments(arguments: Any) -> None:
    with pytest.raises(TypeError):
        LSTM(*arguments)


def test_an_argument_given_twice() -> None:
    with pytest.raises(TypeError):
        LSTM(8, units=8)


def test_layers_are_frozen_values() -> None:
    layer = LSTM(8, projection=3)
    with pytest.raises(AttributeError, match="frozen"):
        layer.units = 9
    with pytest.raises(AttributeError, match="frozen"):
        del layer.units
    assert layer.replace(units=9) == LSTM(9, projection=3)
    assert {layer, LSTM(8, projection=3)} == {layer}
    assert GRU(8) != RNN(8)
    assert repr(layer) == "LSTM(units=8, projection=3)"


def test_models_can_be_copied_and_pickled() -> None:
    model = Model([LSTM(8), Dense(2)], 4)
    assert copy.deepcopy(model) == model == pickle.loads(pickle.dumps(model))
    assert hash(model) == hash(Model((LSTM(8), Dense(2)), 4))


@pytest.mark.parametrize(
    ("layers", "input_dim", "message"),
    [
        ([], 4, "no layers"),
        ([LSTM(8)], None, "input_dim is missing"),
        ([Embedding(10, 4)], 4, "does not go with an embedding first"),
        ([LSTM(8, bidirectional=True, merge="none"), Dense(2)], 4, "two outputs"),
        ([LSTM(8, bidirectional=True, merge="none", repeat=2)], 4, "two outputs"),
        ([Embedding(10, 4), Dense(10, tied=True, input_dim=5)], None, "tied"),
        ([Dense(10, tied=True)], 4, "tied"),
        ([LSTM(8, name="a"), LSTM(8, name="a")], 4, "name 'a' is taken"),
        ([LSTM(8, repeat=MAX_LAYERS + 1)], 4, "at most"),
        ([LSTM(8), "dense"], 4, "not a layer"),
        (LSTM(8), 4, "list of layers"),
        ([LSTM(8)], 10**501, "too large"),
        ([LSTM(8)], 0, "input_dim must be"),
    ],
)
def test_a_stack_that_cannot_be(layers: Any, input_dim: Any, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Model(layers, input_dim)


def test_the_bias_of_a_projection_needs_the_projection() -> None:
    with pytest.raises(ModelError, match="projection_bias needs a projection") as caught:
        LSTM(8, projection_bias=True)
    assert caught.value.key == "projection_bias"
    assert LSTM(8, projection=4, projection_bias=True).projection_bias is True


def test_merge_needs_two_directions() -> None:
    with pytest.raises(ModelError, match="merge=sum needs bidirectional"):
        LSTM(8, merge="sum")


def test_an_embedding_has_no_input_dim() -> None:
    with pytest.raises(ModelError, match="token ids"):
        Embedding(10, 4, input_dim=3)


def test_widths_flow_through_the_stack() -> None:
    layers = [
        Embedding(100, 12),
        LSTM(8, bidirectional=True, repeat=2),
        GRU(5, bidirectional=True, merge="sum"),
        LSTM(7, projection=3),
        RepeatVector(6),
        RNN(4, input_dim=9),
        Embedding(50, 6),
        Dense(2),
    ]
    widths = [(placed.input_dim, placed.output_dim) for placed in Model(layers).uses]
    assert widths == [(100, 12), (12, 16), (16, 16), (16, 5), (5, 3), (3, 3), (9, 4), (50, 6), (6, 2)]


def test_two_outputs_may_end_a_stack_or_be_joined_by_hand() -> None:
    last = LSTM(8, bidirectional=True, merge="none")
    assert Model([last], 4).uses[0].output_dim == 8
    assert Model([last, Dense(2, input_dim=16)], 4).uses[1].input_dim == 16


def test_names_are_unique_and_given_names_stay() -> None:
    layers = [LSTM(8), LSTM(8, name="lstm_1"), LSTM(8), LSTM(8, name="top", repeat=2), Dense(1)]
    assert [placed.name for placed in Model(layers, 4).uses] == ["lstm", "lstm_1", "lstm_2", "top", "top_1", "dense"]


@pytest.mark.slow
def test_ten_thousand_layers() -> None:
    assert len(Model([LSTM(8, repeat=MAX_LAYERS)], 8).uses) == MAX_LAYERS


def test_every_kind_has_a_name_of_its_own() -> None:
    assert all(kind == found.kind for kind, found in KINDS.items())
    assert {"embedding", "lstm", "gru", "rnn", "mgu", "conv_lstm", "dense", "conv", "layer_norm", "repeat_vector"} <= KINDS.keys()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *[("32", 32), ("1_000", 1000), ("20k", 20_000), ("20K", 20_000), ("1.5M", 1_500_000), ("2B", 2 * 10**9), ("0.5k", 500)],
        *[(" 7 ", 7), ("1" + "0" * 30, 10**30), ("1.50k", 1500), ("3T", 3 * 10**12), ("0", 0), ("1.0", 1)],
    ],
)
def test_counts_as_people_type_them(text: str, number: int) -> None:
    assert parse_count(text) == number


@pytest.mark.parametrize(
    "text", ["", "k", "-1", "1.5", "1.0005k", "1.5e0", "1e", "0x10", "1__0", "_1", "1,000", "¹", "٣", "9" * 700, "1 000"]
)
def test_what_is_not_a_count(text: str) -> None:
    with pytest.raises(LstmCalcError, match=r"is not a whole number|is too large") as caught:
        parse_count(text)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    ("layers", "ranks"),
    [
        ([LSTM(8), LSTM(4)], [3, 3]),
        ([LSTM(8, repeat=2), Dense(2)], [3, 3, 3]),
        ([LSTM(8), Dense(4), LSTM(4, return_sequences=False)], [3, 3, 2]),
        ([LSTM(8), RepeatVector(3), LSTM(4, return_sequences=True)], [2, 3, 3]),
        ([LSTM(8, repeat=2), Dropout(0.5), RepeatVector(3)], [3, 2, 2, 3]),
        ([LSTM(8), Embedding(5, 3), LSTM(4)], [3, 3, 3]),
        ([ConvLSTM(8, (3,)), LSTM(4)], [3, 3]),
        ([ConvLSTM(8, (3, 3)), ConvLSTM(4, (3, 3)), Conv(4, (3, 3))], [5, 4, 4]),
        ([LSTM(8), GlobalPool()], [3, 2]),
        ([LSTM(8, name="a"), Dense(3), RepeatVector(2, inputs=["a"])], [2, 2, 3]),
    ],
)
def test_a_layer_gives_every_step_or_the_last_as_its_readers_need(layers: list[Layer], ranks: list[int]) -> None:
    assert [len(use.output) for use in Model(layers, 3).uses] == ranks


@pytest.mark.parametrize(
    ("layers", "layer", "words"),
    [
        ([LSTM(8, return_sequences=False), LSTM(4)], 1, "lstm_1 reads 3 axes, (batch, steps, features), and (None, 8) comes in"),
        ([GRU(8), LSTM(8, return_sequences=False), Dense(3), RNN(4)], 3, "rnn reads 3 axes"),
        ([LSTM(8, return_sequences=True), RepeatVector(3)], 1, "Keras' 'expected ndim=2, found ndim=3'"),
        ([LSTM(8, name="a"), Dense(3), LSTM(4, inputs=["dense"]), RepeatVector(2, inputs=["a"])], 3, "repeat_vector reads 2 axes"),
    ],
)
def test_what_comes_in_with_another_number_of_axes_is_refused(layers: list[Layer], layer: int, words: str) -> None:
    with pytest.raises(ModelError, match=re.escape(words)) as caught:
        Model(layers, 3)
    assert (caught.value.key, caught.value.layer) == ("shape", layer)


def test_strides_have_a_size_for_each_dimension() -> None:
    with pytest.raises(ModelError, match="strides must have a size for each of the 2"):
        ConvLSTM(4, (3, 3), strides=(2,))
    assert ConvLSTM(4, [3, 3], strides=[2, 1], dilation_rate=[1, 1], padding="same").strides == (2, 1)


CHANNELS_FIRST = ConvLSTM(4, (3,), data_format="channels_first")


@pytest.mark.parametrize("top", [Dense(3), ConvLSTM(4, (3,))])
def test_what_reads_the_last_axis_of_channels_first_counts_once_the_image_is_known(top: Layer) -> None:
    with pytest.raises(ModelError, match="depend on a size that is not known: give the shape of the model's input"):
        assert Model([CHANNELS_FIRST, top], 3).uses[-1].input_dim
    assert Model([CHANNELS_FIRST.replace(padding="same"), top], input_shape=(5, 3, 20)).uses[-1].input_dim == 20
    assert Model([CHANNELS_FIRST, top.replace(input_dim=20)], 3).uses[-1].input_dim == 20
    assert Model([CHANNELS_FIRST, CHANNELS_FIRST], 3).uses[-1].input_dim == 4
    assert Model([CHANNELS_FIRST.replace(repeat=2)], 3).uses[-1].input_dim == 4


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"data_format": "channels_first", "bidirectional": True}, "channels_first does not go with merge=concat"),
        ({"go_backwards": True, "bidirectional": True}, "go_backwards does not go with bidirectional"),
    ],
)
def test_options_that_do_not_go_together(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        ConvLSTM(4, (3,), **fields)


@pytest.mark.parametrize(
    ("layers", "width", "key", "layer", "sentence"),
    [
        ([], 3, "layers", None, "the model has no layers"),
        (LSTM(4), 3, "layers", None, "layers must be a list of layers"),
        ([LSTM(4), "lstm"], 3, "layers", 1, "'lstm' is not a layer"),
        ([LSTM(4, repeat=10_001)], 3, "layers", None, "a model has at most 10,000 layers"),
        ([LSTM(4), Dense(4000, tied=True)], 3, "tied", 1, "tied shares an embedding's matrix, and none before is 4,000 x 4"),
        ([LSTM(4, name="a"), LSTM(4, name="a")], 3, "name", 1, "name 'a' is taken by a layer before"),
        ([LSTM(4)], None, "input_dim", None, "input_dim is missing (the features of a time step), and no embedding comes first"),
        ([Embedding(9, 4)], 3, "input_dim", None, "input_dim does not go with an embedding first, which reads token ids"),
    ],
)
def test_a_stack_that_cannot_be_is_a_sentence_with_its_place(
    layers: Any, width: int | None, key: str, layer: int | None, sentence: str
) -> None:
    with pytest.raises(ModelError) as caught:
        Model(layers, width)
    assert (str(caught.value), caught.value.key, caught.value.layer) == (sentence, key, layer)


READS = "{0} reads {1} axes, ({2}), and ({3}) comes in: Keras' 'expected ndim={1}, found ndim={4}'"
TIED = "tied shares an embedding's matrix, and none before is {}"
WINDOW = partial(ConvLSTM, kernel_size=(3,))
OPEN_MERGE = LSTM(4, bidirectional=True, merge="none")


@pytest.mark.parametrize(
    ("layers", "key", "layer", "sentence"),
    [
        ([LSTM(4, repeat=5_000), LSTM(4, repeat=5_001)], "layers", None, "a model has at most 10,000 layers"),
        ([OPEN_MERGE, Dense(2)], "merge", 0, "merge=none gives two outputs, and the next layer reads one"),
        ([Dense(4), OPEN_MERGE, Dense(2)], "merge", 1, "merge=none gives two outputs, and the next layer reads one"),
        ([Dense(4), OPEN_MERGE.replace(repeat=2)], "merge", 1, "merge=none gives two outputs, and the next layer reads one"),
        (
            [GRU(4, return_sequences=False), LSTM(4)],
            "shape",
            1,
            READS.format("lstm", 3, "batch, steps, features", "None, 4", 2)
            + "; gru gives its last step alone, and every step with return_sequences=True",
        ),
        (
            [Dense(3), LSTM(4, name="a", return_sequences=True), Dense(3), RepeatVector(2)],
            "shape",
            3,
            READS.format("repeat_vector", 2, "batch, features", "None, None, 3", 3),
        ),
        ([LSTM(4, name="a"), Dense(5), Shared("a")], "uses", 2, "a_1 reads 5 features, and a, whose weights it uses, reads 3"),
        ([LSTM(4, name="a"), Shared("b")], "uses", 1, "no layer before is called 'b'; known are a"),
        (
            [LSTM(4), Dense(3, inputs=["lstn"])],
            "inputs",
            1,
            "dense reads 'lstn', which nothing before it gives; did you mean 'lstm'?",
        ),
        (
            [LSTM(4), Dense(3, inputs=["lstm.3"])],
            "inputs",
            1,
            "dense reads 'lstm.3', which nothing before it gives; did you mean 'lstm.h'?",
        ),
        ([LSTM(4), Dense(3), Dense(3, inputs=["lstm", "dense"])], "inputs", 2, "dense_1 reads one input, and 2 come in"),
        ([LSTM(4), Embedding(9, 4), Dense(9, tied=True), Dense(9000, tied=True)], "tied", 3, TIED.format("9,000 x 9")),
        ([Embedding(9, 4), Dense(4), Dense(8, tied=True)], "tied", 2, TIED.format("8 x 4")),
        ([Embedding(9, 4), Dense(5), Dense(9, tied=True)], "tied", 2, TIED.format("9 x 5")),
        ([Dense(9, tied=True, input_dim=4), Embedding(9, 4)], "tied", 0, TIED.format("9 x 4")),
        ([LSTM(4, name="a"), GRU(4), Dense(4, name="a")], "name", 2, "name 'a' is taken by a layer before"),
        ([3], "layers", 0, "3 is not a layer"),
    ],
)
def test_a_fault_of_a_stack_is_told_with_its_place(layers: Any, key: str, layer: int | None, sentence: str) -> None:
    width = None if isinstance(layers[0], Embedding) else 3
    with pytest.raises(ModelError) as caught:
        Model(layers, width)
    assert (str(caught.value), caught.value.key, caught.value.layer) == (sentence, key, layer)


def test_the_input_of_a_model_is_a_size() -> None:
    with pytest.raises(ModelError) as caught:
        Model([LSTM(4)], "3")
    assert (str(caught.value), caught.value.key) == ("input_dim must be a whole number from 1 up, not '3'", "input_dim")


@pytest.mark.parametrize(
    ("kind", "fields", "key", "sentence"),
    [
        (LSTM, {"merge": "sum"}, "merge", "merge=sum needs bidirectional"),
        (
            GRU,
            {"go_backwards": True, "bidirectional": True},
            "go_backwards",
            "go_backwards does not go with bidirectional, which reads both ways",
        ),
        (LSTM, {"projection_bias": False}, "projection_bias", "projection_bias needs a projection"),
        (WINDOW, {"strides": (2, 2)}, "strides", "strides must have a size for each of the 1 of kernel_size"),
        (WINDOW, {"dilation_rate": (2, 2)}, "dilation_rate", "dilation_rate must have a size for each of the 1 of kernel_size"),
        (
            WINDOW,
            {"data_format": "channels_first", "bidirectional": True},
            "merge",
            "channels_first does not go with merge=concat, which joins the last axis, the image's",
        ),
        (
            partial(Embedding, 9),
            {"input_dim": 3},
            "input_dim",
            "an embedding reads token ids and has no input_dim; its table is vocab_size x dim",
        ),
    ],
)
def test_a_fault_of_a_layer_is_told_with_its_field(kind: Any, fields: dict[str, Any], key: str, sentence: str) -> None:
    with pytest.raises(ModelError) as caught:
        kind(4, **fields)
    assert (str(caught.value), caught.value.key) == (sentence, key)


def test_options_that_do_go_together() -> None:
    assert LSTM(4, merge=str(b"concat", "ascii")) == LSTM(4)
    assert WINDOW(4, strides=(2,), dilation_rate=(2,)).strides == (2,)
    assert ConvLSTM(4, (3, 3), strides=(1, 1), dilation_rate=(1, 2)).dilation_rate == (1, 2)
    assert WINDOW(4, data_format="channels_first", bidirectional=True, merge="sum").directions == ("forward", "backward")
    assert WINDOW(4, data_format="channels_last", bidirectional=True).output_dim == 8
    sizes = {"input": 7, "units": 4, "projection": 3, "output": 3}
    assert LSTM(4, projection=3, projection_bias=False).sizes((None, None, 7)) == sizes
    assert LSTM(4).sizes((None, None, 7)) == sizes | {"projection": 0, "output": 4}


def test_a_field_keeps_the_plain_form_of_its_value() -> None:
    class Seven:
        def __index__(self) -> int:
            return 7

    layer = ConvLSTM(Seven(), [Seven(), 1], strides=[2, 2])
    assert (layer.filters, layer.kernel_size, layer.strides) == (7, (7, 1), (2, 2))
    assert type(layer.filters) is int
    model = Model([layer], Seven())
    assert (model.input_dim, type(model.input_dim)) == (7, int)


def test_a_layer_without_sizes_gives_what_it_reads() -> None:
    assert (RepeatVector(3).output_dim, Dropout().output_dim) == (None, None)
    assert (RepeatVector(3).directions, RepeatVector(3).window, RepeatVector(3).repeat) == (("",), (), 1)
    assert LSTM(4, bidirectional=True, merge="average").output_dim == 4
    assert LSTM(4, bidirectional=True).output_dim == 8


def test_repeats_share_a_module_and_count_up() -> None:
    top = LSTM(4, name="top", repeat=3, return_sequences=False)
    uses = Model([LSTM(4), top, Dense(2)], 3).uses
    assert [(each.name, each.module, each.depth, each.input_dim, len(each.output)) for each in uses] == [
        ("lstm", "lstm", 0, 3, 3),
        ("top", "top", 0, 4, 3),
        ("top_1", "top", 1, 4, 3),
        ("top_2", "top", 2, 4, 2),
        ("dense", "dense", 0, 4, 2),
    ]
    wide = Model([Dense(4), LSTM(4, input_dim=9, repeat=2)], 3).uses
    assert [each.input_dim for each in wide] == [3, 9, 4]


def test_an_input_of_its_own_has_the_steps_of_the_model() -> None:
    tokens = [LSTM(4, return_sequences=False), Embedding(5, 4), LSTM(4)]
    assert [use.input for use in propagate(Model(tokens, 3), (2, 7, 3))] == [(2, 7, 3), (2, 7), (2, 7, 4)]
    image = [LSTM(4), Dense(2), ConvLSTM(4, (3, 1), input_dim=9)]
    assert propagate(Model(image, 3), (2, 7, 3))[-1].input == (2, 7, None, None, 9)
    apart = [OPEN_MERGE, Dense(2, input_dim=8)]
    assert Model(apart, 3).uses[1].input_dim == 8


def test_the_same_width_is_what_comes_in() -> None:
    model = Model([LSTM(4, return_sequences=False), Dense(4, input_dim=4)], 3)
    assert propagate(model, (2, 7, 3))[1].input == (2, 4)


def test_a_layer_that_is_used_again_has_its_weights_once() -> None:
    layers = [LSTM(4, name="a"), Dense(4, name="b"), Shared("a", name="again"), Shared("b")]
    model = Model(layers, 4)
    assert [(use.name, use.shared) for use in model.uses] == [("a", False), ("b", False), ("again", True), ("b_1", True)]
    assert count(model) == count(Model(layers[:2], 4)) == params(model).total
    assert cost(model, steps=5).macs == 2 * cost(Model(layers[:2], 4), steps=5).macs


def test_the_inputs_of_a_layer_are_any_outputs_before_it() -> None:
    layers = [
        LSTM(4, name="enc"),
        LSTM(5, name="both", bidirectional=True, merge="none", inputs=["enc"]),
        Dense(3, name="second", inputs=["both.1"]),
        GRU(2, inputs=["enc"]),
        Dense(1),
    ]
    uses = propagate(Model(layers, 3), (2, 7, 3))
    assert [use.input for use in uses] == [(2, 7, 3), (2, 7, 4), (2, 7, 5), (2, 7, 4), (2, 7, 2)]
    assert count(Model(layers, 3)) == sum(tensor.params for tensor in tensors(Model(layers, 3)).tensors)


def test_a_model_that_is_too_long_is_refused_soon() -> None:
    layers = [Embedding(3, 4), *[Dense(3, tied=True, input_dim=4)] * 100_000]
    start = time.process_time()
    with pytest.raises(ModelError, match="a model has at most 10,000 layers"):
        Model(layers)
    assert time.process_time() - start < 1.5


def test_what_stands_beside_the_layers_stays_as_it_is() -> None:
    model = Model([LSTM(4)], 3, remarks=["said"], framework="keras")
    assert (model.remarks, model.framework, model.input) == (("said",), "keras", (None, None, 3))
    assert hash(model) == hash(Model((LSTM(4),), 3, remarks=("said",), framework="keras"))


def test_the_shape_of_the_input_has_the_width_already() -> None:
    assert Model([Dense(4)], input_shape=(28, 3)).input == (None, 28, 3)
    with pytest.raises(ModelError, match="input_shape has the width already; give one of the two") as caught:
        Model([Dense(4)], 3, (28, 3))
    assert caught.value.key == "input_dim"
