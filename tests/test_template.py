"""Models with open sizes: what a number makes of them."""

from __future__ import annotations

import re

import pytest

from lstm_calc.errors import ModelError, NotationError
from lstm_calc.formats.notation import read, read_template
from lstm_calc.model import GRU, LSTM, ConvLSTM, Dense, Embedding, GlobalPool, Model
from lstm_calc.model.budget import Budget, budget_of
from lstm_calc.model.template import Template, in_proportion, one_width


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("? > lstm 3", "input_dim"),
        ("? > lstm ?", "units"),
        ("3 > lstm 4 x? proj=?", "layers"),
        ("3 > lstm 4 proj=?", "projection"),
        ("vocab ? > embed 4 > lstm 4 x?", "vocab_size"),
        ("vocab 5 > embed ? > lstm ?", "units"),
        ("nn.LSTM(?, 4)", "input_dim"),
        ("nn.LSTM(3, 4, num_layers=?)", "layers"),
    ],
)
def test_what_the_number_is_called(text: str, unknown: str) -> None:
    assert read_template(text).unknown == unknown


@pytest.mark.parametrize(
    ("text", "number", "filled"),
    [
        ("? > lstm ? x?", 3, "3 > lstm 3 x3"),
        ("vocab ? > embed ? > lstm 4", 7, "vocab 7 > embed 7 > lstm 4"),
        ("3 > conv_lstm ? kernel=3", 8, "3 > conv_lstm 8 kernel=3"),
        ("40 > LSTM(?) > Dense(10)", 8, "40 > LSTM(8) > Dense(10)"),
        ("40 > Bidirectional(LSTM(?)) x2 > Dense(?)", 8, "40 > Bidirectional(LSTM(8)) x2 > Dense(8)"),
        ("nn.LSTM(?, ?, batch_first=True) > Dense(7)", 8, "nn.LSTM(8, 8, batch_first=True) > Dense(7)"),
        ("40 > nn.LSTM(40, ?, proj_size=16)", 32, "40 > nn.LSTM(40, 32, proj_size=16)"),
        ("LSTM(4, input_shape=(None, ?))", 5, "LSTM(4, input_shape=(None, 5))"),
        ("Input(shape=(None, ?)) > LSTM(4)", 5, "5 > LSTM(4)"),
        ("9x9x3 > Conv2D(?, 3) > Flatten() > Dense(2)", 8, "9x9x3 > Conv2D(8, 3) > Flatten() > Dense(2)"),
    ],
)
def test_a_number_fills_every_open_place(text: str, number: int, filled: str) -> None:
    assert read_template(text).fill(number).replace(origin=None) == read(filled).replace(origin=None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Input(shape=(?, 20)) > LSTM(4)", "in a call ? stands for one size"),
        ("LSTM(4, input_shape=(?, 20))", "in a call ? stands for one size"),
        ("40 > LSTM(1?)", "in a call ? stands for one size"),
        ("40 > LSTM(4, name='?')", "in a call ? stands for one size"),
        ("40 > LSTM(4, dropout=?)", "? changes no size of this call"),
        ("40 > nn.LSTM(?, ?)", "beside ? a layer does not say what it reads"),
        ("1 > nn.LSTM(?, ?)", "beside ? a layer does not say what it reads"),
        ("40 > nn.LSTM(41, 5) > dense ?", "beside ? a layer does not say what it reads"),
        ("20x40 > nn.LSTM(41, 5) > dense ?", "beside ? a layer does not say what it reads"),
        ("nn.LSTM(40, ?) > nn.Linear(?, 7)", "beside ? a layer does not say what it reads"),
    ],
)
def test_a_size_of_a_call_that_cannot_be_open(text: str, why: str) -> None:
    with pytest.raises(NotationError, match=re.escape(why)):
        read_template(text)


def test_the_shape_of_the_input_and_the_framework_stay() -> None:
    layers = [LSTM(4, return_sequences=True), GlobalPool(), Dense(2)]
    filled = Template(layers, None, ((0, "units"),), input_shape=(9, 3), framework="keras").fill(5)
    assert filled == Model([layers[0].replace(units=5), *layers[1:]], input_shape=(9, 3), framework="keras")


@pytest.mark.parametrize(("text", "key"), [("3 > lstm ?", "units"), ("3 > lstm 4 x?", "layers"), ("? > lstm 4", "input_dim")])
def test_a_number_below_one_fills_nothing(text: str, key: str) -> None:
    with pytest.raises(ModelError) as caught:
        read_template(text).fill(0)
    assert (str(caught.value), caught.value.key) == (f"{key} must be a whole number from 1 up, not 0", key)


MODEL = Model([LSTM(100, projection=30), Dense(7), GRU(64), ConvLSTM(10, (3,), input_dim=3)], 5)
TEMPLATE = Template(MODEL.layers, MODEL.input_dim, budget=Budget(params=9))


def test_one_width_is_that_of_every_recurrent_layer() -> None:
    opened = one_width(TEMPLATE)
    assert (opened.places, opened.shares, opened.budget) == (((0, "units"), (2, "units"), (3, "filters")), (), Budget(params=9))
    assert opened.fill(50) == Model([LSTM(50, projection=30), Dense(7), GRU(50), ConvLSTM(50, (3,), input_dim=3)], 5)


def test_proportions_are_to_the_widest_units() -> None:
    opened = in_proportion(TEMPLATE)
    assert opened.places == ((0, "units"), (0, "projection"), (2, "units"), (3, "filters"))
    assert opened.shares == ((100, 100), (30, 100), (64, 100), (10, 100))
    assert opened.fill(100) == MODEL
    assert opened.fill(11) == Model([LSTM(11, projection=3), Dense(7), GRU(8), ConvLSTM(2, (3,), input_dim=3)], 5)
    assert opened.fill(1) == Model([LSTM(1, projection=1), Dense(7), GRU(1), ConvLSTM(1, (3,), input_dim=3)], 5)


def test_the_widest_is_no_projection() -> None:
    opened = in_proportion(Template((LSTM(10, projection=30),), 5))
    assert opened.shares == ((10, 10), (30, 10))
    assert opened.fill(20) == Model([LSTM(20, projection=60)], 5)


@pytest.mark.parametrize("opening", [one_width, in_proportion])
def test_a_model_without_a_recurrent_layer_has_no_width(opening: object) -> None:
    with pytest.raises(ModelError) as caught:
        opening(Template((Embedding(9, 4), Dense(3))))
    assert str(caught.value) == "the model has no recurrent layer to solve for; mark a size with ?, as in '64 > dense ?'"


@pytest.mark.parametrize(
    ("values", "key", "sentence"),
    [
        ({"params": 0}, "params", "params must be a whole number from 1 up, not 0"),
        ({"macs": "0"}, "macs", "macs must be a whole number from 1 up, not '0'"),
        ({"params": True}, "params", "params must be a whole number from 1 up, not true"),
        ({"bytes": 1.5}, "bytes", "bytes must be a whole number from 1 up, not 1.5"),
        (
            {"bytes": "5X"},
            "bytes",
            "bytes '5X' is not a size in bytes; write 65536, 256KiB (of 1,024) or 1.5MB (of 1,000,000)",
        ),
        ({"macs": "5X"}, "macs", "macs '5X' is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M"),
        ({"parms": 5}, "parms", "parms is not part of a budget; did you mean 'params'?"),
        ({"time": 5}, "time", "time is not part of a budget; known are params, bytes, macs and ram"),
    ],
)
def test_what_no_budget_says(values: dict[str, object], key: str, sentence: str) -> None:
    with pytest.raises(ModelError) as caught:
        budget_of(values)
    assert (str(caught.value), caught.value.key) == (sentence, key)


def test_a_budget_is_overridden_where_another_says_something() -> None:
    assert budget_of({"params": 1, "bytes": "1KiB", "macs": "2k"}) == Budget(1, 1024, 2000)
    assert Budget(1, 2, 3).but(Budget(bytes=5)) == Budget(1, 5, 3)
    assert Budget(1, 2, 3).but(Budget()) == Budget(1, 2, 3)
