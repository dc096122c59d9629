"""Where answers go: the format of a file is that of its ending, and csv is one rectangle, for every command."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from lstm_calc.cli import COMMANDS
from tests.screens import FILES, SCREENS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Cli

OTHERS = {"summary": "summary '8 > lstm 4 > dense 2'", "verify": "", "help": ""}
PLAIN = [call for call in SCREENS.values() if not {"--format", "--columns", "--sort"}.intersection(call.split())]
CALLS = {name: next((call for call in PLAIN if call.split()[0] == name), OTHERS.get(name, "")) for name in COMMANDS}
"""One call of every command that gives an answer without a framework."""


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)


def read_html(text: str) -> None:
    assert text.startswith("<!DOCTYPE html>")
    HTMLParser().feed(text)


def read_markdown(text: str) -> None:
    assert re.match(r"#+ |\| ", text)


def read_latex(text: str) -> None:
    assert text.count(r"\begin{") == text.count(r"\end{") > 0


def read_csv(text: str) -> None:
    """Assert that a text is one rectangle with a head of its own names."""
    head, *rows = csv.reader(io.StringIO(text))
    assert len(set(head)) == len(head)
    assert {len(row) for row in rows} <= {len(head)}


def read_lines(text: str) -> None:
    assert all(isinstance(json.loads(line), dict) for line in text.splitlines())


READERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "json": ("json", json.loads),
    "csv": ("csv", read_csv),
    "md": ("markdown", read_markdown),
    "html": ("html", read_html),
    "svg": ("svg", ET.fromstring),
    "tex": ("latex", read_latex),
    "ndjson": ("ndjson", read_lines),
    "txt": ("", str),
}


@pytest.mark.parametrize("ending", READERS)
@pytest.mark.parametrize("name", [name for name, call in CALLS.items() if call])
def test_a_file_has_the_format_of_its_ending(cli: Cli, tmp_path: Path, name: str, ending: str) -> None:
    form, read = READERS[ending]
    words = shlex.split(CALLS[name])
    written = cli(*words, "-o", f"out.{ending}")
    printed = cli(*words, *(["--format", form] if form else []))
    text = (tmp_path / f"out.{ending}").read_text(encoding="utf-8")
    assert (written.stdout, written.exit_code, text) == ("", printed.exit_code, printed.stdout)
    read(text)


@pytest.mark.parametrize("name", SCREENS)
def test_csv_is_one_rectangle(cli: Cli, name: str) -> None:
    words = shlex.split(SCREENS[name])
    read_csv(cli(*words, "--format", "csv").stdout)


def test_cost_has_a_row_per_layer_with_all_its_columns(cli: Cli) -> None:
    call = ("cost", "8 > lstm 4 > dense 2", "--steps", "5", "--batch", "3", "--optimizer", "adam")
    rows = list(csv.DictReader(io.StringIO(cli(*call, "--format", "csv").stdout)))
    answer = json.loads(cli(*call, "--format", "json").stdout)
    assert [row["layer"] for row in rows] == ["lstm", "dense"]
    for row, layer in zip(rows, answer["layers"], strict=True):
        assert (int(row["macs"]), int(row["weights"])) == (layer["macs"], layer["bytes"]["weights"])
        assert int(row["optimizer"]) == layer["bytes"]["training"]["optimizer"]
    assert sum(int(row["step_flops"]) for row in rows) == answer["step"]["flops"]
    assert sum(int(row["bytes_moved"]) for row in rows) == answer["step"]["bytes_moved"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("params '8 > lstm 4' --format csv -o x.json", "--format csv and --output-file 'x.json' ask for two formats"),
        ("report '8 > lstm 4' --format markdown -o x.html", "--format markdown and --output-file 'x.html' ask for two formats"),
        ("params '8 > lstm 4' -o x.xlsx", "'x.xlsx' has an ending that says no format; give .json,"),
        ("params '8 > lstm 4' -q -o x.svg", "'x.svg' has another ending than what is written, a number"),
        ("schema params -o x.csv", "a schema is JSON"),
        ("schema params -o x.toml", "'x.toml' has another ending than what is written; give .json or .txt"),
        ("port '8 > lstm 4' --from keras --to pytorch --code -o x.json", "--code prints Python"),
        ("diagram '8 > lstm 4' -o x.png", "'x.png' has an ending that says no format"),
        ("sweep '8 > lstm 4' --vary units=1,2 -o x.parquet", "'x.parquet' has an ending that says no format"),
        ("forecast --features 5 --window 64 --units 32 --as-model -o x.toml", "'x.toml' has another ending than what is written"),
    ],
)
def test_a_contradiction_and_an_unknown_ending_are_refused(cli: Cli, tmp_path: Path, words: str, said: str) -> None:
    result = cli(*shlex.split(words))
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert not list(tmp_path.glob("x.*"))


@pytest.mark.parametrize(
    ("words", "file"),
    [
        ("params '8 > lstm 4' --format csv", "x.dat"),
        ("params '8 > lstm 4' --format markdown", "x.txt"),
        ("params '8 > lstm 4' --format json", "x.JSON"),
        ("params '8 > lstm 4'", "x"),
        ("params '8 > lstm 4' -q", "x.json"),
        ("port '8 > lstm 4' --from keras --to pytorch --code", "x.py"),
        ("schema params", "x.json"),
        ("forecast --features 5 --window 64 --units 32 --as-model", "x.json"),
    ],
)
def test_what_does_not_contradict_is_written_as_it_is_printed(cli: Cli, tmp_path: Path, words: str, file: str) -> None:
    assert cli(*shlex.split(words), "-o", file).exit_code == 0
    assert (tmp_path / file).read_text(encoding="utf-8") == cli(*shlex.split(words)).stdout
