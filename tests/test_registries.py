"""A registry is its folder: a module that is put there is in the help, in completions, in advice, and in use."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import lstm_calc
from lstm_calc.cli import app
from tests.test_imports import loaded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Cli


@pytest.fixture
def commands_made_anew(commands_made_once: Any) -> Iterator[None]:
    """Forget the commands that were made, before a test and after it: their options list what stood in the folders."""
    commands_made_once.cache_clear()
    yield
    commands_made_once.cache_clear()


@pytest.fixture
def put(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    commands_made_anew: None,  # noqa: ARG001 - for what it does
) -> Iterator[Callable[[str, str], None]]:
    """Return a function that puts a module, by its path below the package and its text, into a folder that is looked at as well."""
    names: list[str] = []

    def put_module(path: str, text: str) -> None:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        package = ".".join(["lstm_calc", *path.split("/")[:-1]])
        names.append(f"{package}.{file.stem}")
        for name, folder in ((package, file.parent), ("lstm_calc", tmp_path)):
            there = import_module(name)
            monkeypatch.setattr(there, "__path__", list(dict.fromkeys([*there.__path__, str(folder)])))

    yield put_module
    for name in names:
        sys.modules.pop(name, None)
        parent, _, own = name.rpartition(".")
        for holder in (sys.modules[parent], lstm_calc):
            vars(holder).pop(own, None)


def completed(words: str) -> list[str]:
    """Return what is completed after some words."""
    variables = {
        "_LSTM_CALC_COMPLETE": "complete_bash",
        "COMP_WORDS": f"lstm-calc {words}",
        "COMP_CWORD": str(words.count(" ") + 1),
    }
    return CliRunner().invoke(app, [], prog_name="lstm-calc", env=variables).stdout.split()


SHOUTED = """
from lstm_calc.render import Format

def render(document, stream):
    return document.title.upper() + "!\\n"

FORMAT = Format(render, endings=("loud", "shouted"))
"""


def test_an_output_format_is_a_module(put: Callable[[str, str], None], cli: Cli, tmp_path: Path) -> None:
    put("render/as_shouted.py", SHOUTED)
    assert "shouted" in cli("params", "--help").stdout
    assert completed("params --format sh") == ["shouted"]
    shown = cli("params", "3 > lstm 4", "--format", "shouted")
    assert (shown.exit_code, shown.stdout[-2:]) == (0, "!\n")
    for words in (["-o", str(tmp_path / "x.loud")], ["-o", str(tmp_path / "x.txt"), "--format", "loud"]):
        assert cli("params", "3 > lstm 4", *words).exit_code == 0
        assert "".join(path.read_text() for path in tmp_path.glob("x.*")) == shown.stdout
        (tmp_path / words[1]).unlink()
    assert ".loud" in cli("params", "3 > lstm 4", "-o", "x.unknown").stderr
    assert "a number; give .txt" in cli("params", "3 > lstm 4", "-q", "-o", "x.loud").stderr
    assert "did you mean 'shouted'" in cli("params", "3 > lstm 4", "--format", "shoutd").stderr


COUNTED = """
def layer_sizes(model):
    return [layer.size for layer in model.layers]
"""
COMMAND = '''
from lstm_calc.cli.commands import Command
from lstm_calc.cli.output import Output

def run(model: "Model", output: Output) -> int:
    from lstm_calc.questions.layer_sizes import layer_sizes
    return output.text(" ".join(layer_sizes(model)))

COMMAND = Command(run, help="""
    Say which field has the size of each layer.

    Example: lstm-calc layer_sizes '3 > lstm 4'
""", group="Reference", place=1, synonyms=("fields",))
'''


def test_a_question_is_a_module_and_a_command_is_another(put: Callable[[str, str], None], cli: Cli) -> None:
    put("questions/layer_sizes.py", COUNTED)
    put("cli/commands/layer_sizes.py", COMMAND)
    put("cli/commands/_helper.py", "")
    shown = cli("--help").stdout
    assert "Say which field has the size of each layer." in shown
    assert (completed("")[0], completed("lay")) == ("layer_sizes", ["layer_sizes"])
    assert completed("layer_sizes --uni") == ["--units"]
    assert cli("layer_sizes", "3 > lstm 4 > dense 2").stdout == "units units"
    assert "Example: lstm-calc layer_sizes" in cli("help", "layer_sizes").stdout
    assert "'fields' is not a command; did you mean 'layer_sizes'?" in cli("fields").stderr
    assert "--columns" in cli("layer_sizes", "3 > lstm 4", "--colums", "x").stderr
    assert "layer_sizes" in lstm_calc.__all__
    assert "layer_sizes" in dir(lstm_calc)
    assert lstm_calc.layer_sizes(lstm_calc.read("3 > lstm 4")) == ["units"]


READER = """
from lstm_calc.weights.readers.formats import Reader
from lstm_calc.weights.readers.stored import Checkpoint, Stored

def read(file):
    lines = file.source().take(file.size).decode().split("\\n")[1:]
    named = (line.split() for line in lines if line)
    return Checkpoint("plain", tuple(Stored(name, tuple(map(int, shape.split("x"))), "float32") for name, shape in named))

READERS = (Reader({order}, lambda file: file.head.startswith(b"#weights"), read, "Plain weights"),)
"""
PLAIN = "#weights\nweight_ih_l0 16x3\nweight_hh_l0 16x4\nbias_ih_l0 16\nbias_hh_l0 16\n"


@pytest.mark.parametrize("order", [1, 45, 85])
def test_a_format_of_weights_is_a_module(put: Callable[[str, str], None], cli: Cli, tmp_path: Path, order: int) -> None:
    file = tmp_path / "x.plain"
    file.write_text(PLAIN)
    assert "is a text file; HDF5, PyTorch, Keras, NumPy, safetensors, pickles and ONNX are read" in cli("inspect", str(file)).stderr
    put("weights/readers/formats/plain.py", READER.format(order=order))
    found = cli("inspect", str(file))
    assert (found.exit_code, "144" in found.stdout) == (0, True)
    assert cli("params", str(file), "-q", "--from", "weights").stdout == "144\n"
    file.write_text("something else")
    assert "Plain weights" in cli("inspect", str(file)).stderr


def test_a_call_imports_no_other_module_of_a_registry() -> None:
    modules = loaded("from lstm_calc.cli import app; app(['params', '3 > lstm 4', '--format', 'csv'])")
    used = {name for name in modules if name.startswith(("lstm_calc.cli.commands.", "lstm_calc.render.as_"))}
    assert used == {"lstm_calc.cli.commands.params", "lstm_calc.render.as_csv"}
