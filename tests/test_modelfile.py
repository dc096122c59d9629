"""Model files: TOML and JSON, and what is said of a wrong one."""

from __future__ import annotations

import contextlib
import io
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc import LSTM, ConvLSTM, Dense, Embedding, Model, load, tensors
from lstm_calc.errors import FOR_WEIGHTS, ModelError, ModelFileError
from lstm_calc.formats.modelfile import dumps, load_from, load_template, load_with_budget, loads
from lstm_calc.formats.modeltext import MAX_BYTES
from lstm_calc.model import Other
from lstm_calc.model.budget import Budget
from lstm_calc.model.template import Template

if TYPE_CHECKING:
    from pathlib import Path

TOML = """\
input_dim = 300
[[layers]]
type = "lstm"
units = 512
repeat = 2
bidirectional = true
[[layers]]
type = "dense"
units = 10
[budget]
params = "5M"
"""
MODEL = Model([LSTM(512, repeat=2, bidirectional=True), Dense(10)], 300)


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    import tomllib

    (tmp_path / "model.toml").write_text(TOML)
    (tmp_path / "model.json").write_text(json.dumps(tomllib.loads(TOML)))
    assert load(str(tmp_path / "model.toml")) == MODEL == load(str(tmp_path / "model.json"))


def test_a_model_is_written_in_the_words_of_a_file() -> None:
    written = dumps(MODEL)
    assert json.loads(written) == {
        "input_dim": 300,
        "layers": [{"type": "lstm", "units": 512, "bidirectional": True, "repeat": 2}, {"type": "dense", "units": 10}],
    }
    assert written.endswith("}\n")
    assert "input_dim" not in json.loads(dumps(Model([Embedding(100, 8), LSTM(4)])))


def test_a_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    (tmp_path / "model.toml").write_bytes(b"\xef\xbb\xbf" + TOML.replace("\n", "\r\n").encode())
    assert load(str(tmp_path / "model.toml")) == MODEL


def assert_says(error: ModelFileError, file: str, message: str) -> None:
    """Hold an error against the file, the key and the sentence; what a parser of Python's says itself is not ours."""
    lines = str(error).split("\n")
    assert all(line.startswith(f"{file}:") for line in lines)
    said = [line.removeprefix(f"{file}:").lstrip() for line in lines]
    assert any(rest == message or (message.endswith(": ") and rest.startswith(message)) for rest in said)


DOTS = "a key has more than 2 dots"


def layer(**fields: Any) -> str:
    return json.dumps({"input_dim": 4, "layers": [{"type": "lstm", "units": 3, **fields}]})


EVERY = "input_dim, name, trainable, inputs, paths, time_distributed"
NEEDS_TYPE = "layers[0].type: a layer needs its type, such as lstm or dense"
KNOWN = "known are input_dim, input_shape, batch, batch_first, listed, framework, outputs, layers and budget"
RUNS = "bias, bidirectional, merge, repeat, return_sequences, return_state, stateful and go_backwards"
RUNS_ON_CUDNN = f"{RUNS.replace(' and', ',')} and cudnn"

IMAGES = "kernel_size, strides, dilation_rate, padding, data_format"
NO_WIDTH = "input_dim: is missing (the features of a time step), and no embedding comes first"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (layer(unit=3), "layers[0].unit: unknown key for lstm; did you mean 'units'?"),
        (layer(type="lsmt"), "layers[0].type: 'lsmt' is not a layer type; did you mean 'lstm'?"),
        ('{"input_dim": 4, "layers": [{"units": 3}]}', NEEDS_TYPE),
        (layer(type=3), NEEDS_TYPE),
        ('{"layers": [{"type": "lstm", "units": 4}, 3], "input_dim": 4}', "layers[1]: a layer is a table with a type"),
        (layer(repeat=10_001), "layers: a model has at most 10,000 layers"),
        (
            '{"input_dim": 4, "layers": [{"type": "lstm", "units": 4, "name": "a"}, {"type": "lstm", "units": 4, "name": "a"}]}',
            "layers[1].name: 'a' is taken by a layer before",
        ),
        ('{"input_dim": 4, "layers": [], "budget": 3}', "budget: a budget is a table with params, bytes, ram or macs"),
        ('{"input_dim": 4, "layers": [], "budget": {"params": 0}}', "budget.params: must be a whole number from 1 up, not 0"),
        (layer(units="64"), "layers[0].units: must be a whole number from 1 up, not '64'"),
        (layer(units=True), "layers[0].units: must be a whole number from 1 up, not true"),
        (layer(units=1.0), "layers[0].units: must be a whole number from 1 up, not 1.0"),
        (layer(units=None), "layers[0].units: must be a whole number from 1 up, not null"),
        (layer(bias="no"), "layers[0].bias: must be true or false, not 'no'"),
        (layer(merge="sum"), "layers[0].merge: merge=sum needs bidirectional"),
        (
            layer(bidirectional=True, merge=None),
            "layers[0].merge: merge=null is not known; it is one of concat, sum, mul, average or none",
        ),
        (
            layer(type="gru", peephole=True),
            f"layers[0].peephole: unknown key for gru; known are units, reset_after, {EVERY}, {RUNS_ON_CUDNN}",
        ),
        (
            layer(type="conv_lstm"),
            f"layers[0].units: unknown key for conv_lstm; known are filters, {IMAGES}, {EVERY}, {RUNS}",
        ),
        ('{"input_dim": 4, "layers": [{"type": "conv_lstm", "filters": 3}]}', "layers[0].kernel_size: missing; conv_lstm needs it"),
        ('{"input_dim": 0, "layers": [{"type": "lstm", "units": 3}]}', "input_dim: must be a whole number from 1 up, not 0"),
        (
            '{"layers": [{"type": "lstm", "units": 3}]}',
            NO_WIDTH,
        ),
        ('{"input": 4, "layers": []}', "input: unknown key; did you mean 'input_dim'?"),
        ('{"input_dim": 4}', "layers: a model file needs its layers, as [[layers]] tables"),
        ('{"input_dim": 4, "layers": []}', "layers: a model file needs its layers, as [[layers]] tables"),
        ('{"input_dim": 4, "layers": {}}', "layers: a model file needs its layers, as [[layers]] tables"),
        ('{"input_dim": 4, "layers": [3]}', "layers[0]: a layer is a table with a type"),
        ('{"input_dim": 4, "input_dim": 5, "layers": []}', "the key 'input_dim' stands twice"),
        (
            '{"input_dim": 4, "layers": [{"type": "dense", "units": 4, "tied": true}]}',
            "layers[0].tied: shares an embedding's matrix, and none before is 4 x 4",
        ),
        ("[1]", "a model file is a table with 'layers'"),
        ("{", "not JSON: "),
        ('{"a": ' * 100_000, "not JSON: nested too deeply"),
        ("[" * 100_000, "not JSON: nested too deeply"),
        ("null", "a model file is a table with 'layers'"),
        ('{"input_dim": ' + "9" * 5000 + "}", "not JSON: a number has too many digits"),
        ("", "not JSON: "),
        (
            '{"a\\nerror: forged": 1}',
            f"a\\nerror: forged: unknown key; {KNOWN}",
        ),
        (
            f'{{"{"k" * 9000}": 1}}',
            f"{'k' * 119}…: unknown key; {KNOWN}",
        ),
    ],
)
def test_an_error_says_file_and_key(text: str, message: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        loads(text, "model.json")
    assert_says(caught.value, "model.json", message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("units = ", "not TOML: "),
        ("", "layers: a model file needs its layers, as [[layers]] tables"),
        ("a = " + "[" * 100_000, "not TOML: nested too deeply"),
        (".".join("a" * 40_000) + "=1", DOTS),
        ("[" + ".".join("a" * 40_000) + "]", DOTS),
        ("\u2028".join([".".join(['"a"'] * 999)] * 15) + "=1", DOTS),
        ('"\u2028".' * 4 + "a = 1", DOTS),
        ("a\t. 'b' .\"c\".\td = 1", DOTS),
        ('input_dim = 4 # "\na.a.a.a = 1', DOTS),
        ('input_dim = """\\""""" # "\na.a.a.a = 1', DOTS),
        ("input_dim = 1979-05-27", "layers: a model file needs its layers, as [[layers]] tables"),
        ("input_dim = " + "9" * 5000, "a key or a number has more than 2,000 characters"),
        ("input_dim = 0x" + "f" * 5000, "a key or a number has more than 2,000 characters"),
        ("input_dim = 1" + "_1" * 2000, "a key or a number has more than 2,000 characters"),
    ],
)
def test_an_error_in_toml(text: str, message: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        loads(text, "model.toml")
    assert_says(caught.value, "model.toml", message)


def test_a_toml_file_may_begin_with_its_layers() -> None:
    text = '[[layers]]\ntype = "embedding"\nvocab_size = 100\ndim = 8\n[[layers]]\ntype = "lstm"\nunits = 4\n'
    assert loads(text) == Model([Embedding(100, 8), LSTM(4)]) == loads(text, "model.toml")


def test_a_key_that_stands_twice_in_a_large_table_is_found_in_good_time() -> None:
    text = "{" + ", ".join(f'"k{at}": 1' for at in range(100_000)) + ', "k99999": 2}'
    start = time.process_time()
    with pytest.raises(ModelFileError, match="'k99999' stands twice"):
        loads(text, "model.json")
    assert time.process_time() - start < 2


def test_files_that_are_no_model_files(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b'name = "caf\xe9"')
    (tmp_path / "large").write_bytes(b" " * (MAX_BYTES + 1))
    for name, message in {
        "latin": f"not UTF-8 text (byte 11); {FOR_WEIGHTS}",
        "large": "too large for a model file, which has at most 4 MiB",
        "none": "cannot be read: no such file or directory",
        ".": "cannot be read: is a directory",
    }.items():
        path = str(tmp_path / name)
        with pytest.raises(ModelFileError) as caught:
            load(path)
        assert str(caught.value) == f"{path}: {message}"
    with pytest.raises(ModelFileError) as caught:
        load("a\0b")
    assert str(caught.value) == r"a\x00b: cannot be read: not a file name"


def test_a_file_of_the_largest_size_is_read() -> None:
    text = dumps(MODEL)
    assert load_from(io.BytesIO(text.encode().ljust(MAX_BYTES)), "large.json") == MODEL
    with pytest.raises(ModelFileError, match=r"^large: too large for a model file"):
        load_from(io.BytesIO(text.encode().ljust(MAX_BYTES + 1)), "large")


def test_a_stream_is_named_in_messages_and_a_text_without_a_name_too() -> None:
    assert load_from(io.BytesIO(TOML.encode()), "a stream") == MODEL
    with pytest.raises(ModelFileError, match=r"^a stream:input_dim: must be a whole number from 1 up, not 0$"):
        load_from(io.BytesIO(TOML.replace("= 300", "= 0").encode()), "a stream")
    with pytest.raises(ModelFileError, match=r"^<text>:layers: a model file needs its layers, as \[\[layers\]\] tables$"):
        loads("")


def test_a_model_is_written_with_two_spaces_and_a_window_as_a_list() -> None:
    assert dumps(Model([ConvLSTM(8, (3, 3))], 4)) == (
        '{\n  "input_dim": 4,\n  "layers": [\n    {\n      "type": "conv_lstm",\n      "filters": 8,\n'
        '      "kernel_size": [\n        3,\n        3\n      ]\n    }\n  ]\n}\n'
    )


class Input(io.TextIOWrapper):
    """A standard input that holds some bytes."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))


class Unreadable(io.BytesIO):
    """A stream opened for writing alone, whose error has no number."""

    def read(self, _size: int | None = -1) -> bytes:
        raise io.UnsupportedOperation("not readable")


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        (None, "<stdin>: nothing to read: standard input is closed"),
        (Input(b""), "<stdin>: nothing to read: standard input is empty, or was read already"),
        (Input(b" " * (MAX_BYTES + 1)), "<stdin>: too large for a model file, which has at most 4 MiB"),
        (Input(b"a ="), "<stdin>: not TOML: "),
        (io.TextIOWrapper(Unreadable()), "-: cannot be read: not readable"),
    ],
)
def test_a_standard_input_that_has_no_model(monkeypatch: pytest.MonkeyPatch, stdin: Any, message: str) -> None:
    monkeypatch.setattr("sys.stdin", stdin)
    with pytest.raises(ModelFileError) as caught:
        load("-")
    assert str(caught.value) == message or (message.endswith(": ") and str(caught.value).startswith(message))


@pytest.mark.parametrize("file", ["MODEL.JSON", "m.json", "m.keras"])
def test_a_text_is_json_by_its_name_or_by_how_it_begins(file: str) -> None:
    with pytest.raises(ModelFileError, match=f"^{file}: not JSON: "):
        loads("a = 1", file)
    assert loads(f"\n  {dumps(MODEL)}", "model.toml") == MODEL
    with pytest.raises(ModelFileError, match=r"^model.toml: not JSON: "):
        loads("[{", "model.toml")
    with pytest.raises(ModelFileError, match=r"^model.txt: not TOML: "):
        loads("1", "model.txt")


def test_as_many_dots_as_a_key_may_have() -> None:
    with pytest.raises(ModelFileError, match="unknown key"):
        loads("a.a.a = 1")
    with pytest.raises(ModelFileError, match=rf"^<text>: {DOTS}$"):
        loads("a.a.a.a = 1")


TOML_PIECES = (
    "a",
    ".",
    "..",
    '"',
    "'",
    '"""',
    "'''",
    "\\",
    '\\"',
    "#",
    "\n",
    "\r\n",
    " ",
    "=",
    "b = 1\n",
    "c = ''\n",
    "[d]\n",
    "[",
    "]",
    "\u2028",
)


@given(st.lists(st.sampled_from(TOML_PIECES), max_size=12).map("".join))
def test_no_text_before_a_long_key_hides_it(text: str) -> None:
    import tomllib

    with contextlib.suppress(tomllib.TOMLDecodeError):
        tomllib.loads(f"{text}\nz.z.z.z = 1")
        with pytest.raises(ModelFileError, match=DOTS):
            loads(f"{text}\nz.z.z.z = 1", "model.toml")


@given(st.text(st.sampled_from("a. \t-_"), max_size=40))
def test_dots_in_strings_comments_and_numbers_are_not_counted(dots: str) -> None:
    for value in (f'"\\\\{dots}\\""', f"'{dots}'", f'"""{dots}\n\\"{dots}""""', f"'''{dots}\n{dots}''''", "1.5", f"1.5 # {dots}"):
        with pytest.raises(ModelFileError, match="unknown key"):
            loads(f"x = {value}\n# {dots}", "model.toml")


COSTLY = {
    "headers": "[a.a.a]\n" + "".join(f"k{at}.a.a = 1\n" for at in range(200_000)),
    "lists": "a = [" + "[]," * 1_300_000 + "]",
    "inline tables": "a = [" + "{b = 1}," * 500_000 + "]",
    "deep lists": "a = " + "[" * 4_000_000,
    "deep inline tables": "a = " + "{a = " * 800_000,
    "a long number": "a = 0x" + "f" * 4_000_000,
    "a chain of dots": ".a" * 2_000_000,
    "strings that do not end": "'''\n\"\"\"\n" * 500_000,
    "escaped quotes": 'a = """' + '\\"""' * 1_000_000,
    "spaces after dots": ("." + " " * 1000) * 4000,
    "layers": "input_dim = 3\n" + '[[layers]]\ntype = "rnn"\nunits = 1\n' * 110_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("text", COSTLY.values(), ids=COSTLY)
def test_a_costly_text_is_refused_in_good_time(text: str) -> None:
    assert len(text.encode()) <= MAX_BYTES
    start = time.process_time()
    with pytest.raises(ModelFileError):
        loads(text, "model.toml")
    assert time.process_time() - start < 30


@pytest.mark.spread(1)
@pytest.mark.parametrize("field", ["units", "bias", "kernel_size", "merge", "name", "type"])
@pytest.mark.parametrize("opening", ['{"a":', "["])
def test_a_value_nested_at_any_depth_is_refused(field: str, opening: str) -> None:
    closing = "}" if opening != "[" else "]"
    for depth in range(800, 1000):
        with pytest.raises(ModelFileError):
            loads(layer(**{field: 0}).replace(f'"{field}": 0', f'"{field}": {opening * depth}1{closing * depth}'), "model.json")


def test_a_value_nested_too_deeply_to_print_is_refused() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ModelError, match="bias must be true or false, not a value that is nested too deeply"):
        LSTM(3, bias=deep)


@pytest.mark.parametrize("value", [10**5000, -(10**5000), [[10**5000]]], ids=["large", "small", "in lists"])
def test_a_number_too_long_to_print_is_refused(value: Any) -> None:
    for field in ("bias", "merge", "name"):
        with pytest.raises(ModelError, match=field):
            LSTM(3, bidirectional=True, **{field: value})


CONFIG = {"class_name": "LSTM", "config": {"units": 4, "batch_input_shape": [None, 7, 3]}}


def test_a_config_of_keras_is_a_template_without_an_open_size(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(CONFIG))
    assert load_template(str(path)) == Template((LSTM(4, return_sequences=False),), input_shape=(7, 3), framework="keras")
    path.write_text(json.dumps({**CONFIG, "class_name": "LSMT"}))
    unknown = Other(class_name="LSMT")
    assert load_template(str(path)) == Template((unknown,), input_shape=(7, 3), framework="keras")
    with pytest.raises(ModelError, match=r"^other cannot be counted: LSMT is not a layer that is known here"):
        tensors(load(str(path)))
    path.write_text("[1, 2]")
    with pytest.raises(ModelFileError, match=rf"^{path}: a model file is a table with 'layers'$"):
        load_template(str(path))


def test_an_open_size_in_a_file_stands_where_a_size_does(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    layers = [{"type": "lstm", "units": "?", "repeat": "?"}, {"type": "dense", "units": 3}]
    path.write_text(json.dumps({"input_dim": "?", "layers": layers, "budget": {"params": "1k"}}))
    template = load_template(str(path))
    assert template.places == ((None, "input_dim"), (0, "units"), (0, "repeat"))
    assert (template.input_dim, tuple(template.layers)) == (1, (LSTM(1), Dense(3)))
    assert template.budget == Budget(params=1000)
    path.write_text(json.dumps({"layers": [{"type": "lstm", "units": 3, "name": "?"}]}))
    with pytest.raises(ModelFileError, match=rf"^{path}:layers\[0\]\.name: must be letters"):
        load_template(str(path))
    path.write_text(json.dumps({"layers": [{"type": "lstm", "units": 3, "width": "?"}]}))
    with pytest.raises(ModelFileError, match=rf"^{path}:layers\[0\]\.width: unknown key for lstm"):
        load_template(str(path))


def test_the_width_beside_a_file_is_for_a_config_alone() -> None:
    with pytest.raises(ModelFileError) as caught:
        loads(dumps(MODEL), "m.json", 4)
    assert str(caught.value) == "m.json: the file states its own input; --input is for a config of Keras that does not"


def test_a_budget_is_read_with_its_model_or_limits_nothing(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_text(TOML)
    assert load_with_budget(str(path)) == (MODEL, Budget(params=5_000_000))
    path.write_text(TOML.partition("[budget]")[0])
    assert load_with_budget(str(path)) == (MODEL, Budget())
    path.write_text(json.dumps({**CONFIG, "budget": 3}))
    with pytest.raises(ModelFileError) as caught:
        load_with_budget(str(path))
    assert str(caught.value) == f"{path}:budget: a budget is a table with params, bytes, ram or macs"
    path.write_text(TOML.replace("5M", "5X"))
    with pytest.raises(ModelFileError) as caught:
        load_with_budget(str(path))
    assert str(caught.value) == f"{path}:budget.params: '5X' is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M"


def test_a_model_file_of_ours_with_a_word_of_keras_is_ours() -> None:
    ours = {"input_dim": 4, "layers": [{"type": "lstm", "units": 3, "class_name": "LSTM"}]}
    with pytest.raises(ModelFileError, match=r"^m.json:layers\[0\].class_name: unknown key for lstm; "):
        loads(json.dumps(ours), "m.json")
    del ours["layers"][0]["class_name"]
    known = f"unknown key; {KNOWN}"
    with pytest.raises(ModelFileError) as caught:
        loads(json.dumps({**ours, "name": "m", "trainable": True}), "m.json")
    assert str(caught.value) == f"m.json:name: {known}\nm.json:trainable: {known}"
    assert loads(json.dumps({"$schema": "x", **ours}), "m.json") == Model([LSTM(3)], 4)


def test_standard_input_that_is_closed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(ModelFileError, match=r"^<stdin>: nothing to read: standard input is closed$"):
        load("-")


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    layers = [{"type": "lstm", "unit": 3}, {"type": "dens"}, 3, {"type": "dense", "units": "x", "bias": 3}, {"type": "gru"}]
    text = json.dumps({"inputdim": 4, "input_dim": "a", "framework": "kears", "budget": {"params": 0}, "layers": layers})
    with pytest.raises(ModelFileError) as caught:
        loads(text, "m.json")
    assert str(caught.value).split("\n") == [
        "m.json:inputdim: unknown key; did you mean 'input_dim'?",
        "m.json:input_dim: must be a whole number from 1 up, not 'a'",
        "m.json:budget.params: must be a whole number from 1 up, not 0",
        "m.json:layers[0].unit: unknown key for lstm; did you mean 'units'?",
        "m.json:layers[1].type: 'dens' is not a layer type; did you mean 'dense'?",
        "m.json:layers[2]: a layer is a table with a type",
        "m.json:layers[3].units: must be a whole number from 1 up, not 'x'",
        "m.json:layers[3].bias: must be true or false, not 3",
        "m.json:layers[4].units: missing; gru needs it",
        "m.json:framework: 'kears' is not a framework; did you mean 'keras'?",
    ]
    with pytest.raises(ModelFileError, match=r"(?:.*\n){20}and more$"):
        loads(json.dumps({"input_dim": 4, "layers": [{"type": "x"}] * 100}), "m.json")
