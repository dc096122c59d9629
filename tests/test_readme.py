"""The README shows what the program prints: its blocks are made by cog, and none has gone stale."""

from __future__ import annotations

import doctest
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import lstm_calc
from lstm_calc.cli.commands import all_commands

ROOT = Path(__file__).parent.parent


def test_the_blocks_are_what_the_commands_print() -> None:
    command = [sys.executable, "-m", "cogapp", "--check", "-P", "-p", "import sys; sys.path.insert(0, '.')", "README.md"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}; make them anew: python -m cogapp -rP -p '{command[-2]}' README.md"


def test_the_python_in_it_runs() -> None:
    assert doctest.testfile(str(ROOT / "README.md"), module_relative=False).failed == 0


def test_the_two_commands_stand_on_the_first_screen() -> None:
    first_screen = (ROOT / "README.md").read_text().splitlines()[:40]
    assert "    python3 -m pip install . && lstm-calc params --input 32 --units 32" in first_screen
    assert "    python3 -m pip install '.[test]' && python3 -m pytest" in first_screen


def block(language: str, words: str) -> str:
    """Return the block of a language that has some words in it."""
    blocks = re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    return next(text for text in blocks if words in text)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the package, to which a framework was added as the README says."""
    folder = tmp_path_factory.mktemp("contribution")
    shutil.copytree(Path(lstm_calc.__file__).parent, folder / "lstm_calc", ignore=shutil.ignore_patterns("__pycache__"))
    frameworks = folder / "lstm_calc" / "frameworks"
    text = block("python", "GLUON")
    assert text.startswith('"""MXNet Gluon: lstm_calc/frameworks/gluon.py."""')
    (frameworks / "gluon.py").write_text(text, encoding="utf-8")
    home = frameworks / "__init__.py"
    before = home.read_text(encoding="utf-8")
    assert before.count('"mlx": "mlx.MLX",') == 1
    home.write_text(before.replace('"mlx": "mlx.MLX",', '"mlx": "mlx.MLX", "gluon": "gluon.GLUON",'), encoding="utf-8")
    return folder


def answer(folder: Path, *arguments: str) -> Any:
    """Return the JSON answer of the program in a folder."""
    command = [sys.executable, "-m", "lstm_calc", *arguments, "--format", "json"]
    return json.loads(subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout)


def test_a_framework_is_added_in_one_block(copy: Path) -> None:
    stored = answer(copy, "tensors", "8 > bilstm 4 x2", "-f", "gluon")
    assert [(tensor["name"], tensor["shape"]) for tensor in stored["tensors"]][:9] == [
        ("l0_i2h_weight", [16, 8]),
        ("l0_h2h_weight", [16, 4]),
        ("l0_i2h_bias", [16]),
        ("l0_h2h_bias", [16]),
        ("r0_i2h_weight", [16, 8]),
        ("r0_h2h_weight", [16, 4]),
        ("r0_i2h_bias", [16]),
        ("r0_h2h_bias", [16]),
        ("l1_i2h_weight", [16, 8]),
    ]
    assert stored["total"] == answer(copy, "tensors", "8 > bilstm 4 x2", "-f", "pytorch")["total"]
    gates = {part["gate"]: part["slice"] for part in stored["tensors"][0]["parts"]}
    assert gates == {"input": [[0, 4], [0, 8]], "forget": [[4, 8], [0, 8]], "cell": [[8, 12], [0, 8]], "output": [[12, 16], [0, 8]]}


def test_the_other_commands_know_it(copy: Path) -> None:
    assert answer(copy, "frameworks", "gluon")["title"] == "MXNet Gluon"
    ported = answer(copy, "port", "8 > lstm 4", "--from", "keras", "--to", "gluon")
    assert [tensor["name"] for tensor in ported["tensors"]] == ["l0_i2h_weight", "l0_h2h_weight", "l0_i2h_bias", "l0_h2h_bias"]
    refused = subprocess.run(
        [sys.executable, "-m", "lstm_calc", "params", "8 > lstm 4 peephole", "-f", "gluon"],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.stderr.startswith("error: gluon has no peephole for lstm; textbook")


def test_the_recipes_and_the_citation_say_what_the_package_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    conda, brew = ((ROOT / ".packaging" / name).read_text(encoding="utf-8") for name in ("recipe.yaml", "lstm-calc.rb"))
    for dependency in project["dependencies"]:
        name, bounds = re.match(r"([a-z-]+)(.*)", dependency).groups()
        assert f"- {name} {bounds}\n" in conda
        assert f"{name} {bounds}" in brew
    assert f'version: "{project["version"]}"' in conda
    assert f"lstm_calc-{project['version']}.tar.gz" in brew
    assert f"- lstm-calc = {project['scripts']['lstm-calc']}\n" in conda
    assert f"- python {project['requires-python']}\n" in conda
    assert f"version = {{{project['version']}}}" in block("bibtex", "@software")
    assert project["description"].partition(":")[0] in block("bibtex", "@software")


def test_it_is_short_enough_to_be_read() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 300


def test_the_names_that_stay_are_listed() -> None:
    assert {*lstm_calc.__all__, "__all__", "__doc__"} <= set(dir(lstm_calc))


def test_every_command_is_told_of_and_no_other() -> None:
    told = re.findall(r"(?:\$ |`|^)lstm-calc ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(told) - {"help"} == set(all_commands())
