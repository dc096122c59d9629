"""Where the framework comes from: -f, the input, a variable, the project's file, textbook; and that an answer says so."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lstm_calc import params, read
from tests.schemas import assert_follows_its_schema

if TYPE_CHECKING:
    from tests.conftest import Cli

TEXTBOOK, PYTORCH = "52608\n", "52992\n"
SETS_TORCH = "[build-system]\nrequires = []\n\n[tool.lstm-calc]\nframework = 'torch'\n[tool.a.b.c.d]\nx = 1\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the pyproject.toml of a project, two folders within which the tests run."""
    monkeypatch.delenv("LSTM_CALC_FRAMEWORK", raising=False)
    inner = tmp_path / "src" / "package"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    return tmp_path / "pyproject.toml"


def test_each_place_gives_way_to_the_one_before(project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write_text("[tool.other]\nframework = 'torch'\n")
    assert cli("40 lstm 96", "-q").stdout == TEXTBOOK
    project.write_text(SETS_TORCH)
    assert cli("40 lstm 96", "-q").stdout == PYTORCH
    assert "in pytorch, from pyproject.toml\n" in cli("40 lstm 96").stdout
    monkeypatch.setenv("LSTM_CALC_FRAMEWORK", "Keras")
    assert cli("40 lstm 96", "-q").stdout == TEXTBOOK
    assert "in keras, from LSTM_CALC_FRAMEWORK\n" in cli("40 lstm 96").stdout
    assert "in pytorch, from the model\n" in cli("nn.LSTM(40, 96)").stdout
    assert "in mlx\n" in cli("nn.LSTM(40, 96)", "-f", "mlx").stdout


COMMANDS = {
    "tensors": [],
    "shapes": [],
    "cost": [],
    "check": ["--max-params", "1M"],
    "sweep": ["--vary", "units=3,4"],
    "compare": ["40 > gru 3"],
    "explain": [],
    "diagram": ["--format", "table"],
    "report": [],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_where_the_framework_comes_from(command: str, project: Path, cli: Cli) -> None:
    project.write_text(SETS_TORCH)
    plain = " ".join(cli(command, "40 > lstm 96", *COMMANDS[command]).stdout.split())
    assert "pytorch" in plain.partition(", from pyproject.toml")[0]
    assert ", from pyproject.toml" in plain
    asked = cli(command, "40 > lstm 96", *COMMANDS[command], "-f", "pytorch")
    assert "pyproject" not in asked.stdout


JSON = {**COMMANDS, "params": [], "summary": [], "solve": ["--max-params", "60k"], "code": []}
del JSON["compare"], JSON["sweep"]  # which answer in several frameworks at once


@pytest.mark.spread(4)
@pytest.mark.parametrize("command", JSON)
def test_json_says_why_a_framework_was_taken(command: str, project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def reason(*model: str) -> tuple[str, str]:
        more = JSON[command] if "--format" not in JSON[command] else []
        text = cli(command, *model, *more, "--format", "json").stdout
        assert_follows_its_schema(text)
        answer = json.loads(text)
        assert list(answer).index("framework_from") == list(answer).index("framework") + 1
        return answer["framework"], answer["framework_from"]

    assert reason("40 > lstm 96", "-f", "textbook") == ("textbook", "option")
    assert command == "code" or reason("40 > lstm 96") == ("textbook", "default")
    assert command == "code" or reason("nn.LSTM(40, 96)") == ("pytorch", "input")
    project.write_text(SETS_TORCH)
    assert command == "code" or reason("40 > lstm 96") == ("pytorch", "pyproject")
    monkeypatch.setenv("LSTM_CALC_FRAMEWORK", "keras")
    assert command == "code" or reason("40 > lstm 96") == ("keras", "environment")
    assert reason("nn.LSTM(40, 96)", "-f", "pytorch") == ("pytorch", "option")


def test_a_forecast_says_why_its_framework_was_taken(project: Path, cli: Cli) -> None:
    project.write_text(SETS_TORCH)
    answer = cli("forecast", "--features", "5", "--window", "9", "--units", "4", "--format", "json").stdout
    assert_follows_its_schema(answer)
    assert json.loads(answer)["framework_from"] == "pyproject"


def test_a_page_on_a_framework_has_no_reason(cli: Cli) -> None:
    assert "framework_from" not in cli("frameworks", "keras", "--format", "json").stdout


def test_solve_uses_it(project: Path, cli: Cli) -> None:
    project.write_text(SETS_TORCH)
    assert cli("solve", "40 > lstm ?", "--max-params", "52991", "-q").stdout == "95\n"


BROKEN = {
    "[tool.lstm-calc]\nframework = torch\n": "pyproject.toml:tool.lstm-calc: not TOML: ",
    "[tool.lstm-calc]\nframework = 3\n": "pyproject.toml:tool.lstm-calc.framework: must be the name of a framework, not 3",
    "[tool.lstm-calc]\nframewrk = 'torch'\n": "pyproject.toml:tool.lstm-calc.framewrk: unknown key; did you mean 'framework'?",
    "[tool.lstm-calc]\nframework = 'kears'\n": "pyproject.toml: 'kears' is not a framework; did you mean 'keras'?",
    "[tool.lstm-calc]\n[tool.'lstm-calc']\n": "pyproject.toml: [tool.lstm-calc] stands twice",
    "[tool]\nlstm-calc = 'keras'\n": "pyproject.toml:tool.lstm-calc: must be a table, not 'keras': write [tool.lstm-calc] with",
    "[[tool.lstm-calc]]\nframework = 'keras'\n": "pyproject.toml:tool.lstm-calc: must be a table, not [{",
    "[tool.lstm-calc.deep]\nframework = 'keras'\n": "pyproject.toml:tool.lstm-calc.deep: unknown key",
    "[tool]\nlstm-calc = 'keras'\n#" + "x" * 1_000_000: "larger than 1,000,000 bytes",
    "[tool.lstm-calc]\n#" + "x" * 1_000_000: "larger than 1,000,000 bytes",
    "[tool.lstm-calc]\nframework = '\xff'\n": "not UTF-8 text",
}


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_project_s_file_that_cannot_be_followed_is_refused_where_it_is_asked(text: str, project: Path, cli: Cli) -> None:
    project.write_bytes(text.encode("latin-1"))
    result = cli("40 lstm 96")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert BROKEN[text] in result.stderr
    assert cli("40 lstm 96", "-q", "-f", "textbook").stdout == TEXTBOOK
    assert cli("nn.LSTM(40, 96)", "-q").stdout == PYTORCH


@pytest.mark.parametrize(
    "text",
    [
        "[tool]\nlstm-calc.framework = 'torch'\n",
        "[tool]\nlstm-calc = {framework = 'torch'}\n",
        "tool.'lstm-calc'.framework = 'torch'\n",
        "[tool]\n[ 'tool'.lstm-calc ]\nframework = 'torch'\n",
    ],
)
def test_a_table_may_be_written_in_each_way_of_toml(text: str, project: Path, cli: Cli) -> None:
    project.write_text(text)
    assert cli("40 lstm 96", "-q").stdout == PYTORCH


@pytest.mark.parametrize("text", ["dependencies = ['lstm-calc==1.0']\n", "[tool.poetry.dependencies]\nlstm-calc = '^1'\n"])
def test_a_dependency_is_no_setting(text: str, project: Path, cli: Cli) -> None:
    project.write_text(text)
    assert cli("40 lstm 96", "-q").stdout == TEXTBOOK


def test_a_byte_order_mark_hides_no_setting(project: Path, cli: Cli) -> None:
    project.write_bytes(b"\xef\xbb\xbf[tool.lstm-calc]\nframework = 'torch'\n")
    assert cli("40 lstm 96", "-q").stdout == PYTORCH


def test_a_variable_that_names_no_framework_is_refused(project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_CALC_FRAMEWORK", "jax")
    assert not project.exists()
    assert "LSTM_CALC_FRAMEWORK: 'jax' names several libraries; which one: 'flax-nnx'" in cli("40 lstm 96").stderr


def test_python_looks_nowhere(project: Path) -> None:
    project.write_text(SETS_TORCH)
    assert params(read("40 lstm 96")).framework == "textbook"


def test_nothing_is_looked_for_or_imported_that_is_not_needed(project: Path) -> None:
    program = (
        "import sys\nfrom lstm_calc.cli import app\n"
        "try:\n    app({words!r}.split(), prog_name='lstm-calc')\nexcept SystemExit:\n    pass\n"
        "print('tomllib' in sys.modules, 'lstm_calc.cli.settings' in sys.modules)"
    )
    project.write_text("[tool.other]\nframework = 'torch'\n")
    found = {}
    for words in ("params --units 96 --input 40 -q", "params --units 96 --input 40 -q -f keras"):
        run = subprocess.run([sys.executable, "-c", program.format(words=words)], capture_output=True, text=True, check=True)
        found[words[-5:]] = run.stdout.split("\n")[1]
    assert found == {"40 -q": "False True", "keras": "False False"}


def test_folders_that_cannot_be_looked_into_set_nothing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder around this one may be closed, and this one may have been removed."""
    is_file = Path.is_file

    def closed(path: Path) -> bool:
        if path.name == "pyproject.toml":
            raise PermissionError(13, "Permission denied", str(path))
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", closed)
    assert cli("params", "3 > lstm 4", "-q").stdout == "128\n"


def test_a_folder_that_was_removed_sets_nothing(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert cli("params", "3 > lstm 4", "-q").stdout == "128\n"
