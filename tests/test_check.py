"""Models held against budgets."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc import cost, read, solve
from lstm_calc.dtypes import weight_bytes
from lstm_calc.errors import LstmCalcError, ModelError, ModelFileError
from lstm_calc.formats.modelfile import load_with_budget, loads
from lstm_calc.frameworks.counting import count
from lstm_calc.model.budget import Budget, budget_of
from lstm_calc.operations import macs_of
from lstm_calc.questions.check import check
from lstm_calc.runs import batch_of

if TYPE_CHECKING:
    from tests.conftest import Cli

ROOT = Path(__file__).parents[1]
FILE = 'input_dim = 32\n[[layers]]\ntype = "lstm"\nunits = 32\n'


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Return the path of a model file of 8,320 parameters, with a budget that it is over."""
    path = tmp_path / "model.toml"
    path.write_text(f'{FILE}[budget]\nparams = "8k"\nbytes = "1MiB"\n')
    return str(path)


@given(slack=st.integers(-20, 20))
def test_a_model_fits_exactly_up_to_its_budget(slack: int) -> None:
    model = read("8 > lstm 6 x2 > dense 3")
    ram = cost(model, "keras", batch=2, steps=5).bytes.working_memory
    costs = Budget(count(model, "keras"), weight_bytes(model, "keras"), macs_of(model, "keras", batch_of(2, 5)), ram)
    for name, value in costs.asdict().items():
        answer = check(model, Budget(**{name: value + slack}), "keras", batch=2, steps=5)
        assert answer.fits == (slack >= 0)
        assert answer.over == ({name: -slack} if slack < 0 else {})
        assert answer.costs == Budget(**{name: value})


def test_only_what_is_limited_is_computed() -> None:
    assert check(read("3 > conv_lstm 4 kernel=3"), Budget(params=10**6), "keras").fits
    with pytest.raises(ModelError, match="space is missing"):
        check(read("3 > conv_lstm 4 kernel=3"), Budget(macs=10**6), "keras")
    with pytest.raises(LstmCalcError, match="no budget"):
        check(read("3 > lstm 4"), Budget())


def test_a_budget_is_read_from_numbers_and_words() -> None:
    assert budget_of({"params": 5, "bytes": "256KiB", "macs": "1.5M"}) == Budget(5, 262_144, 1_500_000)
    assert Budget(5, 6).but(Budget(bytes=9)) == Budget(5, 9)


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        ("budget = 5\n", "budget: a budget is a table with params, bytes, ram or macs"),
        ("[budget]\nparam = 5\n", "budget.param: is not part of a budget; did you mean 'params'?"),
        ("[budget]\nparams = 5.5\n", "budget.params: must be a whole number from 1 up, not 5.5"),
        ("[budget]\nparams = true\n", "budget.params: must be a whole number from 1 up, not true"),
        ("[budget]\nmacs = 0\n", "budget.macs: must be a whole number from 1 up, not 0"),
        ('[budget]\nbytes = "5 Mb"\n', "budget.bytes: '5 Mb' is not a size in bytes"),
        ('[budget]\nparams = "many"\n', "budget.params: 'many' is not a whole number"),
    ],
)
def test_a_wrong_budget_is_told_by_file_and_key(budget: str, message: str) -> None:
    text = budget + FILE if budget.startswith("budget") else FILE + budget
    with pytest.raises(ModelFileError) as caught:
        loads(text, "m.toml")
    assert str(caught.value).startswith(f"m.toml:{message}")


def test_a_model_file_gives_its_budget(file: str) -> None:
    assert load_with_budget(file) == (read("32 > lstm 32"), Budget(params=8000, bytes=2**20))


def test_what_fits_ends_in_0_and_what_does_not_in_1(cli: Cli, file: str) -> None:
    assert cli("check", "32 > lstm 32", "--max-params", "8320").exit_code == 0
    assert cli("check", "32 > lstm 32", "--max-params", "8319").exit_code == 1
    assert cli("check", file).exit_code == 1
    assert cli("check", file, "--max-params", "9k").exit_code == 0
    assert cli("check", file, "--max-params", "9k", "--max-bytes", "32KiB").exit_code == 1
    assert cli("check", file, "--max-params", "9k", "--max-bytes", "32KiB", "--dtype", "int8").exit_code == 0
    assert cli("check", "-", stdin=f'{FILE}[budget]\nmacs = "8k"\n').exit_code == 1
    assert cli("check", "32 > lstm 32", "--max-macs", "81919", "--steps", "10").exit_code == 1
    assert cli("check", "32 > lstm 32", "--max-macs", "81920", "--steps", "10").exit_code == 0


def test_each_model_has_a_line_that_names_what_is_over(cli: Cli, file: str) -> None:
    result = cli("check", file, "32 > gru 8", "--max-bytes", "20KB", "--max-macs", "1M")
    lines = [line.split() for line in result.stdout.splitlines()]
    over = next(line for line in lines if line[:3] == [file, "✗", "over"])
    limits = "8,320 8,000 33.3 kB 20 kB 8,192 1,000,000 320 parameters and 13.3 kB of weights"
    assert " ".join(over[3:]) == limits
    assert lines[-1] == [f"{file}:", "32", ">", "lstm", "22", "would", "fit"]
    assert next(line for line in lines if line[:4] == ["32", ">", "gru", "8"])[4:6] == ["✓", "fits"]
    assert result.stdout.startswith("1 of 2 fit the budget, in textbook, float32")
    assert cli("check", file, "32 > gru 8", "--max-bytes", "20KB", "-q").stdout == "1\n"


def test_a_broken_model_ends_in_2_and_the_others_are_told(cli: Cli, file: str) -> None:
    result = cli("check", "nowhere.toml", "3 > lsm 4", "32 > lstm 32 peephole", file, "-f", "keras", "--max-bytes", "1MB")
    assert result.exit_code == 2
    assert "error: nowhere.toml: cannot be read: no such file or directory\n" in result.stderr
    assert "error: 'lsm' is not a layer" in result.stderr
    assert "error: 32 > lstm 32 peephole: keras has no peephole for lstm" in result.stderr
    assert "320 parameters" in result.stdout
    assert sum(line.endswith(" unchecked") for line in result.stdout.splitlines()) == 3
    assert cli("check", "3 > lstm 4").stderr.startswith("error: 3 > lstm 4: no budget: give --max-params")


def test_the_answer_as_json(cli: Cli, file: str) -> None:
    answer = json.loads(cli("check", file, "3 > lsm 4", "--format", "json").stdout)
    assert (answer["schema"], answer["fits"]) == ("lstm-calc/check/1", False)
    first, second = answer["models"]
    assert first["limits"] == {
        "params": {"value": 8320, "budget": 8000, "over": 320},
        "bytes": {"value": 33_280, "budget": 2**20, "over": 0},
    }
    assert (first["model"], first["fits"], first["error"]) == (file, False, None)
    assert second["error"].startswith("'lsm' is not a layer")


def test_a_model_that_is_over_has_one_beside_it_that_fits(cli: Cli) -> None:
    text = cli("check", "64 > lstm 512 x2 > dense 10", "--weights-limit", "1MB").stdout
    assert text.splitlines()[-1] == "64 > lstm 133 x2 > dense 10 would fit"
    answer = json.loads(cli("check", "64 > lstm 512 x2 > dense 10", "--max-bytes", "1MB", "--format", "json").stdout)
    assert answer["models"][0]["would_fit"] == "64 > lstm 133 x2 > dense 10"
    assert weight_bytes(read("64 > lstm 133 x2 > dense 10")) <= 10**6 < weight_bytes(read("64 > lstm 134 x2 > dense 10"))
    assert (
        json.loads(cli("check", "64 > lstm 8", "--max-bytes", "1MB", "--format", "json").stdout)["models"][0]["would_fit"] is None
    )
    assert "would fit" not in cli("check", "64 > lstm 512 x200", "--max-bytes", "1MB").stdout
    assert "would fit" not in cli("check", "64 > dense 10", "--max-params", "1").stdout


@pytest.mark.parametrize(("given", "shown"), [("1MB", "1 MB"), ("1.5MiB", "1.5 MiB"), ("100k", "100 kB"), ("65536", "65,536 B")])
def test_a_limit_is_shown_in_the_unit_that_it_was_given_in(cli: Cli, given: str, shown: str) -> None:
    assert re.search(rf" {shown}( .*)?\n", cli("check", "8 > lstm 4", "--max-bytes", given).stdout)
    assert " ".join(cli("solve", "8 > lstm ?", "--max-bytes", given).stdout.split()).endswith(f"budget {shown}")


def test_the_answer_as_annotations(cli: Cli, tmp_path: Path) -> None:
    odd = tmp_path / "a,b:100%.toml"
    odd.write_text(f"{FILE}[budget]\nparams = 8319\n")
    result = cli("check", str(odd), "32 > lstm 32", "3 > lsm 4", "--format", "github", "--max-macs", "1M")
    lines = result.stdout.splitlines()
    place = f"{tmp_path}/a%2Cb%3A100%25.toml"
    sizes = "8,320 parameters and 8,192 MACs; limit: 8,319 parameters and 1,000,000 MACs"
    assert lines[0] == f"::error file={place},title=lstm-calc::{tmp_path}/a,b:100%25.toml is over by 1 parameter: {sizes}"
    assert lines[1] == "fits: 32 > lstm 32: 8,192 MACs; limit: 1,000,000 MACs"
    assert lines[2].startswith("::error title=lstm-calc::'lsm' is not a layer; did you mean 'lstm'?%0A  3 > lsm 4%0A")
    assert len(lines) == 3


def test_the_name_of_a_file_that_fits_is_no_command_of_a_workflow(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("::error::.toml", "a\n::error::.toml"):
        Path(name).write_text(FILE)
        result = cli("check", name, "--format", "github", "--max-params", "9k")
        assert result.exit_code == 0
        assert [line.startswith("fits: ") for line in result.stdout.splitlines()] == [True]


def test_one_model_may_be_given_by_flags(cli: Cli) -> None:
    result = cli("check", "--input", "32", "--units", "32", "--max-params", "8319", "--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["models"][0]["model"] == "32 > lstm 32"
    assert "the model is given twice" in cli("check", "32 > lstm 32", "--units", "32", "--max-params", "1").stderr
    assert "no model; give flags" in cli("check", "--max-params", "1").stderr


def test_standard_input_is_read_once(cli: Cli) -> None:
    result = cli("check", "-", "-", "--max-params", "9k", stdin=FILE)
    assert result.exit_code == 2
    assert "<stdin>: nothing to read: standard input is empty, or was read already" in result.stderr


def test_only_check_writes_annotations(cli: Cli) -> None:
    assert "'github' is not a format" in cli("params", "3 > lstm 4", "--format", "github").stderr
    assert "github" in cli("check", "--help").stdout


def test_the_hook_calls_the_program() -> None:
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert "entry: lstm-calc check\n" in hook
    pattern = next(line.removeprefix("  files: ") for line in hook.splitlines() if line.startswith("  files: "))
    assert all(re.search(pattern, name) for name in ("model.toml", "configs/model.json", "encoder.model.toml"))
    assert not re.search(pattern, "configs/models.yaml")
    assert "named by files, a pattern" in hook


PROGRAM = """import torch.nn as nn
class Net(nn.Module):
    def __init__(self, width=30):
        super().__init__()
        self.rnn = nn.LSTM(4, width)
"""


def test_a_program_is_held_against_a_budget(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the hook does for model.py, and the example of a workflow with an entry and annotations."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(PROGRAM)
    assert cli("check", "--max-params", "2M", "model.py").exit_code == 0
    result = cli("check", "model.py:Net", "--max-params", "100", "--format", "github")
    assert (result.exit_code, result.stdout.startswith("::error file=model.py,title=lstm-calc::model.py:Net is over")) == (1, True)


@pytest.mark.skipif(not (ROOT / ".share").is_dir(), reason="an installed wheel has its example elsewhere")
def test_the_example_of_a_workflow_works(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / ".share" / "doc" / "lstm-calc" / "model-budget.yml").read_text()
    (check,) = re.findall(r"run: lstm-calc (check .*)", text)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(PROGRAM)
    assert cli(*check.split()).exit_code == 0


def test_working_memory_is_limited_as_cost_counts_it(cli: Cli, tmp_path: Path) -> None:
    asked = ("32 > lstm 64 > dense 2", "-f", "tflite", "--dtype", "int8", "--steps", "100")
    taken = json.loads(cli("cost", *asked, "--format", "json").stdout)["bytes"]["working_memory"]
    assert cli("check", *asked, "--max-ram", str(taken)).exit_code == 0
    over = cli("check", *asked, "--max-bytes", "256KiB", "--max-ram", str(taken - 1), "--format", "json")
    (model,) = json.loads(over.stdout)["models"]
    assert over.exit_code == 1
    assert model["limits"]["ram"] == {"value": taken, "budget": taken - 1, "over": 1}
    assert model["would_fit"] == "32 > lstm 63 > dense 2"
    path = tmp_path / "model.toml"
    path.write_text(f'{FILE}[budget]\nram = "1KiB"\n')
    assert load_with_budget(str(path))[1] == Budget(ram=1024)
    found = solve(read("32 > lstm 1"), "keras", ram=64 * 1024, conditions={"steps": 50})
    assert found.fit.costs["ram"] <= 64 * 1024 < found.next.costs["ram"]


def test_one_model_has_a_row_per_limit(cli: Cli) -> None:
    text = cli("check", "32 > lstm 32", "--max-params", "8k", "--max-bytes", "1MiB").stdout
    lines = [line.split() for line in text.splitlines() if line]
    assert text.startswith("32 > lstm 32 is over the budget by 320 parameters, in textbook, float32\n")
    assert lines[2] == ["metric", "verdict", "value", "limit", "by", "share"]
    assert lines[4:6] == [
        ["parameters", "✗", "over", "8,320", "8,000", "320", "104.0%"],
        ["weights", "✓", "fits", "32.5", "KiB", "1", "MiB", "3.2%"],
    ]
    header, row = cli("check", "32 > lstm 32", "--max-params", "8k", "--format", "csv").stdout.splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=True))["max_params"] == "8000"
    chosen = cli("check", "32 > lstm 32", "--max-params", "8k", "--columns", "model,params").stdout
    assert ["32", ">", "lstm", "32", "8,320"] in [line.split() for line in chosen.splitlines()]


def test_the_run_that_a_limit_is_of_is_said(cli: Cli) -> None:
    limits = ("--max-params", "1M", "--max-macs", "1M", "--max-ram", "64KiB")
    assert (
        "\nMACs and working memory: of batch 2, 20 steps\n"
        in cli("check", "32 > lstm 8", "8 > gru 4", *limits, "--batch", "2", "--steps", "20").stdout
    )
    assert "\nMACs and working memory: of batch 1, 1 step\n" in cli("solve", "32 > lstm ?", *limits).stdout
    assert "batch" not in cli("check", "32 > lstm 8", "--max-params", "1M", "--steps", "20").stdout
    page = cli("report", "32 > lstm 8", "--max-ram", "64KiB", "--steps", "9").stdout
    assert "1 step" not in page.replace("1 step,", "")


@pytest.mark.parametrize(
    ("words", "run"),
    [
        (("check", "28x28 > lstm 20", "--max-ram", "9MiB"), "working memory: of batch 1, 28 steps"),
        (
            ("check", "28x28 > lstm 20", "28 > lstm 20", "--max-macs", "9M"),
            "MACs: of batch 1, the steps that each model says, else 1",
        ),
        (("solve", "28x28 > lstm ?", "--max-ram", "9KiB", "--batch", "2"), "working memory: of batch 2, 28 steps"),
    ],
)
def test_the_run_of_a_limit_has_the_steps_of_the_model(cli: Cli, words: tuple[str, ...], run: str) -> None:
    assert run in cli(*words, "-f", "keras").stdout
