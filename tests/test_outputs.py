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

from lstm_calc.cli.commands import all_commands
from lstm_calc.render import formats
from tests.screens import FILES, SCREENS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Cli, Screen

OTHERS = {"summary": "summary '8 > lstm 4 > dense 2'"}
PLAIN = [call for call in SCREENS.values() if not {"--format", "--columns", "--sort"}.intersection(call.split())]
CALLS = {name: next((call for call in PLAIN if call.split()[0] == name), OTHERS.get(name, "")) for name in all_commands()}
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


@pytest.mark.spread(16)
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


def test_every_command_has_a_call_but_one_that_needs_a_framework_and_one_that_writes_a_program(cli: Cli, tmp_path: Path) -> None:
    assert {name for name, call in CALLS.items() if not call} == {"verify", "code"}
    call = ("code", "8 > lstm 4 > dense 2", "-f", "pytorch")
    for ending, form in (("py", "python"), ("json", "json"), ("txt", "python")):
        assert cli(*call, "-o", f"out.{ending}").exit_code == 0
        assert (tmp_path / f"out.{ending}").read_text(encoding="utf-8") == cli(*call, "--format", form).stdout
    compile((tmp_path / "out.py").read_text(encoding="utf-8"), "out.py", "exec")
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["framework"] == "pytorch"
    assert "'out.csv' has an ending that says no format; give .py, .json or .txt" in cli(*call, "-o", "out.csv").stderr


@pytest.mark.spread(20)
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
        ("params '8 > lstm 4' -o x.xlsx", "'x.xlsx' has an ending that says no format; give .csv,"),
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


@pytest.mark.parametrize(
    ("key", "heading"), [("output_shape", "Output Shape"), ("macs", "macs per step"), ("params", "parameters")]
)
def test_columns_go_by_name_and_by_heading(cli: Cli, key: str, heading: str) -> None:
    call = ("summary", "8 > lstm 4 > dense 2")
    assert cli(*call, "--columns", f"layer,{heading}").stdout == cli(*call, "--columns", f"layer,{key}").stdout
    assert cli(*call, "--columns", f"layer,{key}").exit_code == 0
    assert cli(*call, "--sort", f"-{heading}").stdout == cli(*call, "--sort", f"-{key}").stdout


def test_short_headings_and_former_names_are_columns(cli: Cli) -> None:
    call = ("params", "8 > bilstm 4", "-f", "pytorch", "--columns")
    assert cli(*call, "dir.,rec. bias,params").stdout == cli(*call, "direction,recurrent_bias,params").stdout
    assert cli(*call, "way").stdout == cli(*call, "direction").stdout
    wrong = cli(*call, "direktion")
    assert (wrong.exit_code, wrong.stderr) == (2, "error: --columns: 'direktion' is not a column; did you mean 'direction'?\n")


def test_a_sweep_is_filtered_and_sorted_by_headings(cli: Cli) -> None:
    call = ("sweep", "8 > lstm 4", "--vary", "units=4,8,16")
    by_key = cli(*call, "--columns", "params,macs", "--where", "params < 1k and macs > 1", "--sort", "-macs").stdout
    by_heading = cli(*call, "--columns", "parameters,MACs", "--where", "parameters < 1k and MACs > 1", "--sort", "-MACs").stdout
    assert by_heading == by_key
    assert by_key.count("\n") > 3


def test_help_has_four_groups_and_says_what_values_are(cli: Cli) -> None:
    shown = cli("--help").stdout
    assert re.findall(r"─ ([A-Z][a-z ]+) ─", shown)[-4:] == ["Count", "Size and compare", "Weights", "Reference"]
    assert all(re.search(rf"│ {name} ", shown) for name in all_commands())
    page = cli("cost", "--help").stdout
    values = dict(re.findall(r"--([a-z-]+) .*?  ([A-Z]+|NxN) ", page))
    expected = {"units": "N", "output-file": "FILE", "framework": "NAME", "bandwidth": "SIZE", "space": "NxN"}
    assert {name: values.get(name) for name in expected} == expected
    assert "lstm-calc help notation" in " ".join(re.sub("[│╭╮╰╯─]", "", page).split())


@pytest.mark.parametrize(
    "words",
    [
        *(f"{name} '8 > lstm 4 > dense 2' -q" for name in ("params", "summary", "tensors", "cost")),
        "check '8 > lstm 4' --max-params 1k -q",
        "solve '8 > lstm ?' --max-params 1k -q",
        "forecast --features 5 --window 64 --units 32 -q",
    ],
)
def test_quiet_prints_one_number(cli: Cli, words: str) -> None:
    assert re.fullmatch(r"\d+\n", cli(*shlex.split(words)).stdout)


@pytest.mark.spread(30)
@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("width", [80, 100])
def test_no_line_of_a_screen_is_wider_than_the_terminal(
    monkeypatch: pytest.MonkeyPatch, screen: Screen, name: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    shown, _ = screen(*shlex.split(SCREENS[name]))
    if not re.match(r"flowchart|### ", shown):  # what a command draws or writes where no format is asked for, as a page does
        assert max(map(len, shown.splitlines())) <= width


@pytest.mark.parametrize("ending", [form for form in formats() if form != "table"])
def test_the_name_of_a_format_is_an_ending_of_it(cli: Cli, tmp_path: Path, ending: str) -> None:
    assert cli("diagram", "8 > lstm 4", "-o", f"out.{ending}").exit_code == 0
    assert (tmp_path / f"out.{ending}").read_text(encoding="utf-8")
