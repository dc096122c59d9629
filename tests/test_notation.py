"""The one-line notation: what it says, and where it says that a text is wrong."""

from __future__ import annotations

import pytest

from lstm_calc import GRU, LSTM, ConvLSTM, Dense, Embedding, Model, RepeatVector, read
from lstm_calc.errors import NotationError
from lstm_calc.notation import read_template


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("300 > bilstm 512 x2 > dense 10", Model([LSTM(512, bidirectional=True, repeat=2), Dense(10)], 300)),
        (
            "vocab 10000 > embed 650 > lstm 650 x2 > dense 10000 tied",
            Model([Embedding(10_000, 650), LSTM(650, repeat=2), Dense(10_000, tied=True)]),
        ),
        ("1.5k>LSTM 2k nobias", Model([LSTM(2000, bias=False)], 1500)),
        (
            "8 > lstm 6 proj=3 peephole coupled name=enc frozen",
            Model([LSTM(6, projection=3, peephole=True, coupled=True, name="enc", trainable=False)], 8),
        ),
        ("8 > bigru 4 merge=average reset_before", Model([GRU(4, bidirectional=True, merge="average", reset_after=False)], 8)),
        ("3 > biconv_lstm 4 kernel=3x5", Model([ConvLSTM(4, (3, 5), bidirectional=True)], 3)),
        ("lstm 4 in=8 last state > repeat_vector 5", None),
        ("8 > linear 4", Model([Dense(4)], 8)),
        ("lstm 4 input_dim=8 projection=3", Model([LSTM(4, input_dim=8, projection=3)])),
    ],
)
def test_reading(text: str, model: Model | None) -> None:
    expected = model or Model([LSTM(4, input_dim=8, return_sequences=False, return_state=True), RepeatVector(5)])
    assert read(text) == expected
    assert read(str(expected)) == expected


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("300 > lsm 3", "did you mean 'lstm'?", "lsm"),
        ("300 > bilsm 3", "did you mean 'bilstm'?", "bilsm"),
        ("300 > bidense 3", "is not a layer", "bidense"),
        ("300 > lstm 3 peepole", "did you mean 'peephole'?", "peepole"),
        ("300 > gru 3 peephole", "is not an option of gru", "peephole"),
        ("300 > lstm 3 pro=2", "did you mean 'proj='?", "pro=2"),
        ("300 > lstm 0", "units must be a whole number from 1 up", "0"),
        ("300 > lstm -3", "is not a whole number", "-3"),
        ("300 > lstm 3.5", "is not a whole number", "3.5"),
        ("300 > lstm x2", "is not a whole number", "x2"),
        ("300 > lstm", "needs its units", "lstm"),
        ("300 > conv_lstm 3", "needs its kernel_size, such as 'kernel=3x3'", "conv_lstm 3"),
        ("300 > conv_lstm 3 kernel=3xa", "'a' is not a whole number", "a"),
        ("300 > lstm 3 x2 x3", "repeat is given twice", "x3"),
        ("300 > lstm 3 merge=sum", "needs bidirectional", "merge=sum"),
        ("300 > bilstm 3 merge=", "merge='' is not known", "merge="),
        ("abc > lstm 3", "'abc' is not a layer", "abc"),
        ("-5 > lstm 3", "'-5' is not a whole number", "-5"),
        ("32 lstm 3", "a > is missing after '32'", "lstm"),
        ("32 > 64", "a layer begins with its kind", "64"),
        ("8 > lstm 3 name=a > lstm 3 name=a", "name 'a' is taken", "lstm 3 name=a"),
        ("8 > bilstm 3 merge=none > dense 2", "two outputs", "bilstm 3 merge=none"),
        ("0 > lstm 3", "input_dim must be", "0"),
        ("lstm 3", "begin with the features of a time step", "lstm"),
        ("vocab 3 > lstm 4", "an embedding follows a vocabulary", "vocab 3"),
        ("vocab > embed 4", "write the vocabulary as 'vocab 10000'", "vocab"),
        ("8 > embed 4", "needs its vocabulary", "embed 4"),
        ("8 > dense 8 tied", "none below is 8 x 8", "dense 8 tied"),
        ("32", "there is no layer", "32"),
    ],
)
def test_an_error_shows_the_place(text: str, message: str, marked: str) -> None:
    with pytest.raises(NotationError) as caught:
        read(text)
    sentence, shown, carets = str(caught.value).split("\n")
    assert message in sentence
    start = carets.index("^")
    assert shown[start : start + carets.count("^")] == marked


@pytest.mark.parametrize("text", ["", "   ", ">", "300 >", "> lstm 3", "300 > > lstm 3"])
def test_a_missing_layer_has_a_caret_where_it_is_missing(text: str) -> None:
    with pytest.raises(NotationError, match=r"is missing here|is empty") as caught:
        read(text)
    assert str(caught.value).endswith("^")


def test_a_long_word_is_shown_cut_short() -> None:
    with pytest.raises(NotationError) as caught:
        read("3 > lstm " + "9" * 100_000)
    assert len(str(caught.value)) < 600


def test_a_long_text_is_shown_around_the_fault() -> None:
    with pytest.raises(NotationError) as caught:
        read("3 > " + "lstm 3 > " * 5000 + "lsm 3")
    _, shown, carets = str(caught.value).split("\n")
    assert len(shown) < 200
    assert shown.startswith("  …")
    assert shown[carets.index("^") :].startswith("lsm")


@pytest.mark.parametrize("text", ["", "   ", "300 > > lstm 3"])
def test_what_is_missing_is_said(text: str) -> None:
    what = "a layer is missing here" if text.strip() else "the model is empty"
    with pytest.raises(NotationError, match=rf"^{what}; write '32 > lstm 64'\n"):
        read(text)


def test_a_window_is_asked_for_by_its_word() -> None:
    with pytest.raises(NotationError, match=r"^conv_lstm needs its kernel_size, such as 'kernel=3x3'\n"):
        read("3 > conv_lstm 4")


@pytest.mark.parametrize(("word", "field"), [("return_state", "return_state"), ("return_sequences", "return_sequences")])
def test_options_have_their_names_in_keras_too(word: str, field: str) -> None:
    assert getattr(read(f"3 > lstm 4 {word}").layers[0], field) is True
    assert read("3 > lstm 4 go_backwards").layers[0].go_backwards


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("? > lstm ? x?", ((None, "input_dim"), (0, "units"), (0, "repeat"))),
        ("vocab ? > embed ? > lstm 4 proj=? in=?", ((0, "vocab_size"), (0, "dim"), (1, "projection"), (1, "input_dim"))),
        ("3 > conv_lstm ? kernel=3 > repeat_vector ?", ((0, "filters"), (1, "steps"))),
    ],
)
def test_the_places_of_open_sizes(text: str, places: tuple[object, ...]) -> None:
    assert read_template(text).places == places
