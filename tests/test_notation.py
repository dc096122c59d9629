"""The one-line notation: what it says, and where it says that a text is wrong."""

from __future__ import annotations

import pytest

from lstm_calc import GRU, LSTM, RNN, ConvLSTM, Dense, Embedding, Model, RepeatVector, read
from lstm_calc.errors import NotationError
from lstm_calc.formats.notation import read_template


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
        ("3 > biconvlstm 4 kernel=3", Model([ConvLSTM(4, (3,), bidirectional=True)], 3)),
        ("3 > BiSimple_RNN 4 > Linear 5", Model([RNN(4, bidirectional=True), Dense(5)], 3)),
        ("3 > lstm 4 Last NoBias Name=A PROJ=2", Model([LSTM(4, return_sequences=False, bias=False, name="A", projection=2)], 3)),
        (
            "3 > conv_lstm 4 kernel=3x3 strides=1x2 padding=same format=channels_first in=2",
            Model(
                [ConvLSTM(4, (3, 3), strides=(1, 2), padding="same", data_format="channels_first", input_dim=2)],
                3,
            ),
        ),
        ("3 > conv_lstm 4 kernel=3 dilation=2", Model([ConvLSTM(4, (3,), dilation_rate=(2,))], 3)),
        ("lstm 4 input_dim=8 projection=3", Model([LSTM(4, input_dim=8, projection=3)])),
    ],
)
def test_reading(text: str, model: Model | None) -> None:
    expected = model or Model([LSTM(4, input_dim=8, return_sequences=False, return_state=True), RepeatVector(5)])
    assert read(text) == expected
    assert read(str(expected)) == expected


LSTM_TAKES = "'z=1' is not an option of lstm; lstm-calc help notation lists those of lstm"
BROKEN = (
    "gru reads 3 axes, (batch, steps, features), and (None, 4) comes in: Keras' 'expected ndim=3, found ndim=2'; "
    "lstm gives its last step alone, and every step with return_sequences=True"
)


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("300 > lsm 3", "'lsm' is not a layer; did you mean 'lstm'?", "lsm"),
        ("300 > bilsm 3", "'bilsm' is not a layer; did you mean 'bilstm'?", "bilsm"),
        ("300 > bidense 3", "'bidense' is not a layer; did you mean 'dense'?", "bidense"),
        ("300 > lstm 3 peepole", "'peepole' is not an option of lstm; did you mean 'peephole'?", "peepole"),
        (
            "300 > gru 3 peephole",
            "'peephole' is not an option of gru, but of lstm",
            "peephole",
        ),
        (
            "300 > gru 3 pole",
            "'pole' is not an option of gru; lstm-calc help notation lists those of gru",
            "pole",
        ),
        ("300 > lstm 3 reset_after", "'reset_after' is not an option of lstm, but of gru and conv_gru", "reset_after"),
        ("300 > lstm 3 pro=2", "'pro=2' is not an option of lstm; did you mean 'proj='?", "pro=2"),
        ("300 > lstm 0", "units must be a whole number from 1 up, not 0", "0"),
        ("300 > lstm -3", "'-3' is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M", "-3"),
        ("300 > lstm 3.5", "'3.5' is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M", "3.5"),
        ("300 > lstm x2", "'x2' is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M", "x2"),
        ("300 > lstm", "lstm needs its units, such as 'lstm 64'", "lstm"),
        ("300 > conv_lstm 3", "conv_lstm needs its kernel_size, such as 'kernel=3x3'", "conv_lstm 3"),
        ("300 > conv_lstm 3 kernel=3xa", "'a' is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M", "a"),
        ("300 > lstm 3 x2 x3", "repeat is given twice", "x3"),
        ("300 > conv_lstm 3 x2 last", "conv_lstm needs its kernel_size, such as 'kernel=3x3'", "conv_lstm 3 x2 last"),
        ("300 > lstm 3 merge=sum", "merge=sum needs bidirectional", "merge=sum"),
        ("300 > bilstm 3 merge=", "merge='' is not known; known are concat, sum, mul, average and none", "merge="),
        ("-5 > lstm 3", "'-5' is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M", "-5"),
        ("32 64", "a > is missing after '32', and the kind of the layer: '32 > lstm 64'", "64"),
        ("32 lstm", "lstm needs its units, such as 'lstm 64'", "lstm"),
        ("300 > dense 3 x2", "'x2' is not an option of dense, but of lstm, gru, rnn, mgu, conv_lstm and conv_gru", "x2"),
        ("300 > lstm 3 z=1", LSTM_TAKES, "z=1"),
        (
            "300 > lstm 3 kernel=3",
            (
                "'kernel=3' is not an option of lstm, but of conv_lstm, conv_gru, conv, depthwise_conv, separable_conv, "
                "locally_connected and conv_transpose"
            ),
            "kernel=3",
        ),
        ("300 > conv_lstm 3 kernel=3x", "'' is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M", ""),
        ("300 > lstm 3 x0", "repeat must be a whole number from 1 up, not 0", "x0"),
        ("300 > lstm 3 x2a", "'2a' is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M", "2a"),
        ("300 > lstm 3 name=a@", "name must be letters, digits and _ . / - (at most 200), not 'a@'", "name=a@"),
        ("300 > conv_lstm 3 kernel=3 strides=2x2", "strides must have a size for each of the 1 of kernel_size", "strides=2x2"),
        ("vocab 3 4 > embed 4", "write the vocabulary as 'vocab 10000'", "vocab 3 4"),
        ("vocab 3", "an embedding follows a vocabulary: 'vocab 10000 > embed 128'", "vocab 3"),
        ("8 > lstm ?", "? is the size that solve looks for; anywhere else write a number", "?"),
        (
            "3 > biconv_lstm 4 kernel=3 format=channels_first",
            "channels_first does not go with merge=concat, which joins the last axis, the image's",
            "biconv_lstm",
        ),
        ("3 > lstm 4 last > gru 5", BROKEN, "gru 5"),
        ("32 > 64", "a layer begins with its kind, such as 'lstm 64'; two of them are 'lstm 64 x2'", "64"),
        ("8 > lstm 3 name=a > lstm 3 name=a", "name 'a' is taken by a layer before", "lstm 3 name=a"),
        ("8 > bilstm 3 merge=none > dense 2", "merge=none gives two outputs, and the next layer reads one", "bilstm 3 merge=none"),
        ("0 > lstm 3", "input_dim must be a whole number from 1 up, not 0", "0"),
        ("lstm 3", "begin with the features of a time step: '32 > lstm 3'", "lstm"),
        ("vocab 3 > lstm 4", "an embedding follows a vocabulary: 'vocab 10000 > embed 128'", "vocab 3"),
        ("vocab > embed 4", "write the vocabulary as 'vocab 10000'", "vocab"),
        ("8 > embed 4", "an embedding needs its vocabulary: 'vocab 10000 > embed 128'", "embed 4"),
        ("8 > dense 8 tied", "tied shares an embedding's matrix, and none before is 8 x 8", "dense 8 tied"),
        ("32", "there is no layer; write '32 > lstm 64', in quotes (the shell takes > for itself)", "32"),
    ],
)
def test_an_error_shows_the_place(text: str, message: str, marked: str) -> None:
    with pytest.raises(NotationError) as caught:
        read(text)
    sentence, shown, carets = str(caught.value).split("\n")
    assert sentence == message
    start = carets.index("^")
    assert shown[start : start + carets.count("^")] == marked


@pytest.mark.parametrize("text", ["", "   ", ">", "300 >", "> lstm 3", "300 > > lstm 3"])
def test_a_missing_layer_has_a_caret_where_it_is_missing(text: str) -> None:
    with pytest.raises(NotationError, match=r"is missing here|is empty") as caught:
        read(text)
    assert str(caught.value).endswith("^")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("abc > lstm 3", "'abc' is not a layer; lstm-calc help notation lists the layers"),
        ("3 > cnn 4", "'cnn' is not a layer; did you mean 'conv1d'?"),
        ("3 > lstm 4 > mlp 4", "'mlp' is not a layer; did you mean 'dense'?"),
        ("3 > Transformer(4)", "'Transformer' is not a layer; did you mean 'multi_head_attention'?"),
        ("3 > lstm 4 stacked", "'stacked' is not an option of lstm; did you mean 'x2'?"),
        ("3 > lstm 4 reverse", "'reverse' is not an option of lstm; did you mean 'backwards'?"),
    ],
)
def test_what_is_not_known_is_suggested_by_its_meaning_then_by_its_spelling(text: str, hint: str) -> None:
    with pytest.raises(NotationError) as caught:
        read(text)
    assert str(caught.value).split("\n")[0] == hint


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


def test_a_segment_is_read_and_written_from_option_to_option() -> None:
    text = (
        "3 > bilstm 6 x2 nobias peephole coupled frozen proj_bias sequences state stateful proj=3 merge=sum in=5 name=a > "
        "conv_lstm 4 last backwards in=6 kernel=3x3 strides=2x2 dilation=1x1 padding=same format=channels_last"
    )
    assert str(read(text)) == text
    assert str(read("vocab 9 > embed 4 name=e > mgu 5 ungated")) == "vocab 9 > embed 4 name=e > mgu 5 ungated"


@pytest.mark.parametrize(
    ("text", "shown", "carets"),
    [
        ("", "  ", "  ^"),
        (">", "  >", "  ^"),
        ("3 >", "  3 >", "     ^"),
        ("3 > > lstm 4", "  3 > > lstm 4", "      ^"),
        ("3\t> lsm 4", "  3 > lsm 4", "      ^^^"),
        (f"3 > lsm 4 name={'a' * 200}", f"  3 > lsm 4 name={'a' * 109}…", "      ^^^"),
        (f"3 > lstm 4 name={'a' * 41} > lsm 4", f"  3 > lstm 4 name={'a' * 41} > lsm 4", f"  {' ' * 60}^^^"),
        (f"3 > lstm 4 name={'a' * 42} > lsm 4", f"  … > lstm 4 name={'a' * 42} > lsm 4", f"   {' ' * 60}^^^"),
        (f"3 > lstm 4 name={'a' * 100} > lsm 4", f"  …{'a' * 57} > lsm 4", f"   {' ' * 60}^^^"),
        (f"3 > {'l' * 200} 4", f"  3 > {'l' * 120}…", f"      {'^' * 120}"),
    ],
)
def test_the_caret_stands_under_the_fault(text: str, shown: str, carets: str) -> None:
    with pytest.raises(NotationError) as caught:
        read(text)
    assert str(caught.value).split("\n")[1:] == [shown, carets]


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("? > lstm ?", Model([LSTM(1)], 1)),
        ("vocab ? > embed 4 > lstm x?", None),
        ("3 > lstm 4 units=?", None),
        ("3 > lstm 4 name=?", None),
        ("3 > lstm 4 merge=?", None),
    ],
)
def test_a_template_holds_one_where_a_size_is_open(text: str, model: Model | None) -> None:
    if model is None:
        with pytest.raises(NotationError):
            read_template(text)
    else:
        template = read_template(text)
        assert Model(template.layers, template.input_dim) == model
