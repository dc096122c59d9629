"""Model files: TOML and JSON, and what is said of a wrong one."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc import LSTM, Dense, Embedding, Model, load
from lstm_calc.errors import ModelFileError
from lstm_calc.modelfile import MAX_BYTES, dumps, loads

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


def layer(**fields: Any) -> str:
    return json.dumps({"input_dim": 4, "layers": [{"type": "lstm", "units": 3, **fields}]})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (layer(unit=3), "layers[0].unit: unknown key for lstm; did you mean 'units'?"),
        (layer(type="lsmt"), "layers[0].type: 'lsmt' is not a layer type; did you mean 'lstm'?"),
        (layer(type=3), "layers[0].type: a layer needs its type: embedding, lstm"),
        (layer(units="64"), "layers[0].units: must be a whole number from 1 up, not '64'"),
        (layer(units=True), "layers[0].units: must be a whole number from 1 up, not true"),
        (layer(units=1.0), "layers[0].units: must be a whole number"),
        (layer(units=None), "layers[0].units: must be a whole number"),
        (layer(bias="no"), "layers[0].bias: must be true or false, not 'no'"),
        (layer(merge="sum"), "layers[0].merge: merge=sum needs bidirectional"),
        (layer(bidirectional=True, merge=None), "layers[0].merge: merge=null is not known"),
        (layer(type="gru", peephole=True), "layers[0].peephole: unknown key for gru"),
        (layer(type="conv_lstm"), "layers[0].units: unknown key for conv_lstm"),
        ('{"input_dim": 4, "layers": [{"type": "conv_lstm", "filters": 3}]}', "layers[0].kernel_size: missing; conv_lstm needs it"),
        ('{"input_dim": 0, "layers": [{"type": "lstm", "units": 3}]}', "input_dim: must be a whole number from 1 up, not 0"),
        ('{"layers": [{"type": "lstm", "units": 3}]}', "input_dim: is missing"),
        ('{"input": 4, "layers": []}', "input: unknown key; did you mean 'input_dim'?"),
        ('{"input_dim": 4}', "layers: a model file needs its layers"),
        ('{"input_dim": 4, "layers": []}', "layers: a model file needs its layers"),
        ('{"input_dim": 4, "layers": {}}', "layers: a model file needs its layers"),
        ('{"input_dim": 4, "layers": [3]}', "layers[0]: a layer is a table with a type"),
        ('{"input_dim": 4, "input_dim": 5, "layers": []}', "the key 'input_dim' stands twice"),
        (
            '{"input_dim": 4, "layers": [{"type": "dense", "units": 4, "tied": true}]}',
            "layers[0].tied: shares an embedding's matrix",
        ),
        ("[1]", "a model file is a table"),
        ("{", "not JSON: "),
        ('{"a": ' * 100_000, "not JSON: nested too deeply"),
        ("[" * 100_000, "not JSON: nested too deeply"),
        ("null", "a model file is a table"),
        ('{"input_dim": ' + "9" * 5000 + "}", "not JSON: a number has too many digits"),
        ("", "not JSON: "),
        ('{"a\\nerror: forged": 1}', "a\\nerror: forged: unknown key"),
        (f'{{"{"k" * 9000}": 1}}', "unknown key"),
    ],
)
def test_an_error_says_file_and_key(text: str, message: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        loads(text, "model.json")
    assert str(caught.value).startswith("model.json:")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("units = ", "not TOML: "),
        ("", "model.toml:layers: a model file needs its layers"),
        ("a = " + "[" * 100_000, "not TOML: nested too deeply"),
        (".".join("a" * 40_000) + "=1", "a line has more than 1000 dots"),
        ("[" + ".".join("a" * 40_000) + "]", "a line has more than 1000 dots"),
        ("input_dim = 1979-05-27", "layers: "),
        ("input_dim = " + "9" * 5000, "not TOML: a number has too many digits"),
    ],
)
def test_an_error_in_toml(text: str, message: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        loads(text, "model.toml")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


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
    for name, message in {"latin": "not UTF-8", "large": "too large", "none": "no such file", ".": "is a directory"}.items():
        with pytest.raises(ModelFileError, match=message):
            load(str(tmp_path / name))
    with pytest.raises(ModelFileError, match="not a file name"):
        load("a\0b")


def test_standard_input_that_is_closed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(ModelFileError, match=r"^<stdin>: nothing to read: standard input is closed$"):
        load("-")
