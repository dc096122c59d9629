"""Comparisons: layers matched by position, deltas that add up, files at a revision."""

from __future__ import annotations

import csv
import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_calc.formats import notation
from lstm_calc.frameworks.counting import count
from lstm_calc.questions.compare import compare
from tests.strategies import models, supporting

if TYPE_CHECKING:
    from pathlib import Path

    from lstm_calc.model import Model
    from tests.conftest import Cli

TWO = ("64 > lstm 128", "64 > gru 151")


@pytest.mark.slow
@settings(max_examples=3 * settings.default.max_examples)
@given(one=models("textbook"), two=models("textbook"))
def test_the_rows_add_up(one: Model, two: Model) -> None:
    answer = compare([("one", one), ("two", two)])
    assert [cell.params for cell in answer.total.cells if cell] == [count(one), count(two)]
    for at in range(2):
        assert sum(cell.params for row in answer.rows if (cell := row.cells[at])) == count((one, two)[at])
    assert sum(row.deltas[1] for row in answer.rows) == answer.total.deltas[1]
    for at, model in enumerate((one, two)):
        assert [cell.name for row in answer.rows if (cell := row.cells[at])] == [use.name for use in model.uses]


@settings(max_examples=3 * settings.default.max_examples)
@given(model=models("textbook"))
def test_a_model_does_not_differ_from_itself(model: Model) -> None:
    answer = compare([("a", model), ("b", notation.read(str(model)))])
    assert not answer.differs
    assert [row.name for row in answer.rows] == [placed.name for placed in model.uses]


@settings(max_examples=2 * settings.default.max_examples)
@given(data=st.data())
def test_frameworks_differ_where_their_totals_do(data: st.DataObject) -> None:
    model = data.draw(models())
    names = supporting(model)
    if len(names) > 1:
        answer = compare([("a", model)], names)
        assert answer.total.deltas == tuple(count(model, name) - count(model, names[0]) for name in names)
        assert [subject.name for subject in answer.subjects] == names


def rows_of(cli: Cli, *arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(cli("compare", *arguments, "--format", "csv").stdout.splitlines()))


def test_layers_are_matched_by_position(cli: Cli) -> None:
    (row,) = rows_of(cli, *TWO)
    assert (row["layer"], row["layer_1"], row["layer_2"], row["delta_2"]) == ("lstm / gru", "lstm 128", "gru 151", "-968")


def test_what_is_not_there_is_nothing(cli: Cli) -> None:
    first, dropout, last = rows_of(cli, "64 > lstm 128 > dense 10", "64 > gru 151 > dropout 0.5 > dense 10")
    assert (first["layer"], last["layer"]) == ("lstm / gru", "dense")
    assert (dropout["layer"], dropout["params_1"], dropout["params_2"], dropout["delta_2"]) == ("dropout", "", "0", "0")
    more, less = rows_of(cli, "64 > lstm 128 > gru 3", "64 > gru 151")
    assert (more["layer"], more["params_2"], more["delta_2"], more["change_2"]) == ("lstm", "", "-98816", "-1.000000")
    assert (less["layer_1"], less["layer_2"]) == ("gru 3", "gru 151")


def test_rows_that_do_not_differ_are_not_marked(cli: Cli) -> None:
    rows = rows_of(cli, "8 > lstm 4 > dense 3", "-f", "keras,pytorch")
    assert [(row["layer"], row["delta_2"], row["differs"]) for row in rows] == [("lstm", "16", "yes"), ("dense", "0", "")]


def test_a_layer_that_changed_without_a_change_in_number_differs(cli: Cli) -> None:
    (row,) = rows_of(cli, "8 > bilstm 4 merge=sum", "8 > bilstm 4 merge=mul")
    assert (row["layer_1"], row["layer_2"], row["delta_2"], row["differs"]) == (
        "bilstm 4 merge=sum",
        "bilstm 4 merge=mul",
        "0",
        "yes",
    )


def test_the_deltas_a_person_reads(cli: Cli) -> None:
    text = cli("compare", *TWO).stdout
    assert text.splitlines()[-5].split() == ["total", "98,816", "97,848", "-968", "-1.0%", "yes"]
    assert "\n#2: 64 > gru 151\ndelta: how many more parameters than in #1, also in per cent\n" in text


def test_three_or_more_have_a_row_each(cli: Cli) -> None:
    texts = ("8 > lstm 4", "8 > gru 4", "8 > lstm 4 x2")
    rows = rows_of(cli, *texts, "--steps", "3", "--dtype", "float16")
    assert [(row["model"], row["params"], row["weights"]) for row in rows] == [
        (text, str(count(notation.read(text))), str(2 * count(notation.read(text)))) for text in texts
    ]
    assert [row["macs"] for row in rows] == [str(3 * 4 * 4 * 12), str(3 * 3 * 4 * 12), str(3 * 4 * 4 * (12 + 8))]
    assert [row["params_share"] for row in rows] == ["1.000000", "0.750000", f"{352 / 208:.6f}"]
    title = cli("compare", "8 > lstm 4 > dense 2", "-f", "keras,pytorch,onnx", "--steps", "3").stdout.splitlines()[0]
    run = "batch 1, 3 steps, float32; last step only by default: keras; every step by default: pytorch and onnx"
    assert title == f"8 > lstm 4 > dense 2 in 3 frameworks side by side: {run}"


def test_what_depends_on_a_size_that_is_not_known_is_left_open(cli: Cli) -> None:
    rows = rows_of(cli, *["3 > conv 4 kernel=3x3"] * 2, "8 > lstm 4")
    assert [(row["params"], row["macs"], row["macs_share"]) for row in rows[:2]] == [("112", "", ""), ("112", "", "")]


def test_of_two_the_second_is_beside_the_first(cli: Cli) -> None:
    heads = cli("compare", *TWO, "--format", "markdown").stdout.splitlines()[2]
    assert heads == r"| layer | as | \#1 | as | \#2 | delta | % | differs |"


def test_long_names_go_by_their_number(cli: Cli) -> None:
    text = cli("compare", "64 > lstm 128 > dense 10", "64 > lstm 128 > dense 20", "-f", "keras").stdout
    assert text.startswith("Parameters side by side\n")
    assert "\n#2: 64 > lstm 128 > dense 20\n" in text


def test_frozen_parameters_are_told(cli: Cli) -> None:
    assert "208 of 208 are frozen" in cli("compare", "8 > lstm 4", "8 > lstm 4 frozen").stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (TWO, 1),
        (("8 > lstm 4", "8 > lstm 4"), 0),
        (("8 > lstm 4", "-f", "keras,pytorch"), 1),
        (("8 > lstm 4", "-f", "keras,textbook"), 0),
    ],
)
def test_the_exit_code_says_whether_they_differ(cli: Cli, arguments: tuple[str, ...], code: int) -> None:
    assert cli("compare", *arguments, "--fail-if-different").exit_code == code
    assert cli("compare", *arguments).exit_code == 0


def test_the_plain_values(cli: Cli) -> None:
    answer = json.loads(cli("compare", *TWO, "--format", "json").stdout)
    assert answer["schema"] == "lstm-calc/compare/1"
    assert answer["differs"] is True
    assert [subject["total"] for subject in answer["subjects"]] == [98816, 97848]
    assert [answer["subjects"][1][name] for name in ("weights", "state", "macs")] == [4 * 97848, 4 * 151, 3 * 151 * (64 + 151)]
    assert answer["rows"] == [
        {
            "name": "lstm / gru",
            "names": ["lstm", "gru"],
            "layers": ["lstm 128", "gru 151"],
            "params": [98816, 97848],
            "deltas": [0, -968],
            "changes": [0.0, -968 / 98816],
            "differs": True,
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("8 > lstm 4",), "there is nothing to compare with"),
        (("8 > lstm 4", "-f", "keras,kears"), "'kears' is not a framework; did you mean 'keras'?"),
        (("8 > lstm 4 peephole", "-f", "textbook,keras"), "keras has no peephole for lstm"),
        (("8 > lstm 4", "nothing.toml"), "nothing.toml: cannot be read"),
    ],
)
def test_what_cannot_be_compared(cli: Cli, arguments: tuple[str, ...], message: str) -> None:
    result = cli("compare", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a work tree with a model file in two revisions, as the current directory."""
    monkeypatch.chdir(tmp_path)
    for key, value in {"GIT_AUTHOR": "a", "GIT_COMMITTER": "a"}.items():
        monkeypatch.setenv(f"{key}_NAME", value)
        monkeypatch.setenv(f"{key}_EMAIL", f"{value}@b")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git("init", "-q")
    for units in (4, 5):
        (tmp_path / "model.toml").write_text(f'input_dim = 8\n[[layers]]\ntype = "lstm"\nunits = {units}\n')
        git("add", ".")
        git("commit", "-qm", f"{units} units")
    return tmp_path


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)  # noqa: S607  the one on the path


def test_a_model_file_at_two_revisions(cli: Cli, repository: Path) -> None:
    (row,) = rows_of(cli, "HEAD~1:model.toml", "model.toml")
    assert (row["params_1"], row["params_2"], row["delta_2"]) == ("208", "280", "72")
    (repository / "model.toml").unlink()
    assert rows_of(cli, "HEAD~1:model.toml", "HEAD:model.toml")[0]["delta_2"] == "72"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("HEAD~9:model.toml", "'HEAD~9:model.toml' can't be read from git: invalid object name 'HEAD~9'"),
        ("HEAD:nothing.toml", "can't be read from git: path 'nothing.toml' does not exist in 'HEAD'"),
    ],
)
def test_a_revision_that_is_missing_is_a_sentence(cli: Cli, repository: Path, text: str, message: str) -> None:
    assert repository.is_dir()
    result = cli("compare", text, "8 > lstm 4")
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_git_that_is_missing_is_a_sentence(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = cli("compare", "HEAD:model.toml", "8 > lstm 4")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "git, which would read it, can't be run here" in result.stderr


def test_an_option_is_no_revision(cli: Cli) -> None:
    assert "is not a file at a revision" in cli("compare", "8 > lstm 4", "--", "--help:model.toml").stderr


def test_a_file_with_a_colon_in_its_name_is_a_file(cli: Cli, repository: Path) -> None:
    (repository / "a:b.toml").write_text((repository / "model.toml").read_text())
    assert rows_of(cli, "a:b.toml", "model.toml")[0]["delta_2"] == "0"


def test_a_layer_is_told_without_its_name_and_once() -> None:
    first = notation.read("3 > lstm 4 x2 name=n > dense 2")
    answer = compare([("a", first), ("b", notation.read("3 > lstm 5 name=n > dense 2"))])
    assert [(row.name, *(cell and (cell.words, cell.params) for cell in row.cells)) for row in answer.rows] == [
        ("n", ("lstm 4", 128), ("lstm 5", 180)),
        ("n_1", ("lstm 4", 144), None),
        ("dense", ("dense 2", 10), ("dense 2", 12)),
    ]
    assert [row.deltas for row in answer.rows] == [(0, 52), (0, -144), (0, 2)]
    assert [row.changes for row in answer.rows] == [(0, 52 / 128), (0, -1), (0, 0.2)]
    assert [row.differs for row in answer.rows] == [True, True, True]


def test_repeats_of_a_layer_do_not_read_what_the_first_does() -> None:
    texts = ("lstm 4 in=40 x2", "lstm 4 in=41 x2")
    first, second = compare([(text, notation.read(f"8 > {text}")) for text in texts]).rows
    assert [cell and cell.words for cell in first.cells] == ["lstm 4 in=40", "lstm 4 in=41"]
    assert ([cell and cell.words for cell in second.cells], second.differs) == (["lstm 4", "lstm 4"], False)
