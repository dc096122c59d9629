"""Verify where no framework is installed: what it says then. With the frameworks, see test_oracles."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from lstm_calc.adapters import Real
from lstm_calc.frameworks import FRAMEWORKS

if TYPE_CHECKING:
    from lstm_calc.model import Model
    from tests.conftest import Cli


@pytest.mark.parametrize(
    ("framework", "pip"),
    [("pytorch", "torch"), ("keras", "keras torch"), ("flax-linen", "flax"), ("haiku", "dm-haiku"), ("equinox", "equinox")],
)
def test_a_framework_that_is_not_there_gives_the_pip_line(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, framework: str, pip: str
) -> None:
    module = f"lstm_calc.adapters.{framework.replace('-', '_')}"
    monkeypatch.delitem(sys.modules, module, raising=False)
    for package in ("torch", "keras", "flax", "jax", "haiku", "equinox"):
        monkeypatch.setitem(sys.modules, package, None)
    result = cli("verify", "8 > lstm 4", "-f", framework)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {framework}, or what it runs on, is not installed here")
    assert result.stderr.endswith(f"pip install {pip}\n")


def test_a_framework_without_an_adapter_names_those_with_one(cli: Cli) -> None:
    result = cli("verify", "8 > lstm 4", "-f", "paddle")
    assert result.exit_code == 2
    assert "paddle cannot be built here; give -f one of keras, pytorch, onnx, flax-linen, flax-nnx" in result.stderr


def test_what_a_framework_does_not_offer_is_refused_first(cli: Cli) -> None:
    assert "keras has no peephole for lstm" in cli("verify", "8 > lstm 4 peephole", "-f", "keras").stderr


def test_differences_are_listed_and_the_answer_is_no(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = [("W", (1, 16, 8)), ("R", (1, 16, 5)), ("extra", (3,))]
    built = Real("9.9", tensors, lambda _, x: x)
    monkeypatch.setattr("lstm_calc.questions.verify._adapter", lambda _: lambda _: built)
    result = cli("verify", "8 > lstm 4", "-f", "onnx", "--format", "csv")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "framework,release,tensors,differing,verdict",
        "onnx,9.9,4,3,differs",
        "",
        "name,ours,theirs",
        "R,1x16x4,1x16x5",
        "B,1x32,",
        "extra,,3",
    ]
    assert cli("verify", "8 > lstm 4", "-f", "onnx", "-q").stdout == "3\n"
    assert '"agrees": false' in cli("verify", "8 > lstm 4", "-f", "onnx", "--format", "json").stdout


def test_every_table_says_what_pip_installs() -> None:
    assert [name for name, table in FRAMEWORKS.items() if not table.package] == ["textbook"]


def test_what_a_framework_raises_is_one_sentence(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(_: object) -> Real:
        raise RuntimeError("\ntoo large \x1b[31m\nand more")

    monkeypatch.setattr("lstm_calc.questions.verify._adapter", lambda _: build)
    result = cli("verify", "8 > lstm 4", "-f", "pytorch")
    assert result.exit_code == 2
    assert result.stderr == "error: pytorch could not build or run this model: too large \\x1b[31m\n"


def test_a_tied_head_is_held_against_one_of_its_own(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Model] = []

    def build(model: Model) -> Real:
        built.append(model)
        return Real("1", [], lambda _, x: x)

    monkeypatch.setattr("lstm_calc.questions.verify._adapter", lambda _: build)
    cli("verify", "vocab 9 > embed 4 > lstm 4 > dense 9 tied", "-f", "pytorch")
    assert [str(model) for model in built] == ["vocab 9 > embed 4 > lstm 4 > dense 9"]
