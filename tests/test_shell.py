"""What a shell makes of a model without quotes, and that it is explained."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from lstm_calc.cli.shell import advice, taken_word

if TYPE_CHECKING:
    from tests.conftest import Cli

ROOT = str(Path(__file__).parents[1])
linux = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux is asked for the name of a file by /proc")


def run(words: str, into: Path) -> tuple[int, str, str]:
    """Return the exit code, what is in the file, and standard error of a call whose output a shell sends into the file."""
    with into.open("w") as stream:
        found = subprocess.run(
            [sys.executable, "-m", "lstm_calc", *words.split()],
            stdout=stream,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": ROOT},
        )
    return found.returncode, into.read_text(), found.stderr


@linux
def test_words_that_a_shell_took_are_explained(tmp_path: Path) -> None:
    code, text, said = run("params 32 64", tmp_path / "lstm")
    assert (code, text) == (2, "")
    assert said.splitlines()[-1] == (
        "note: the shell took '> lstm' for itself, and made or emptied the file lstm; "
        "write the model in quotes, '32 > lstm 64', or without >, as 32 lstm 64"
    )
    assert "'40 > lstm96'" in run("40", tmp_path / "lstm96")[2]
    assert "'32 > lstm 64 > dense 10'" in run("40 96 7", tmp_path / "dense")[2]


@linux
def test_an_answer_in_a_file_with_the_name_of_a_layer_is_noted(tmp_path: Path) -> None:
    code, text, said = run("40 lstm 96 -q", tmp_path / "relu")
    assert (code, text) == (0, "52608\n")
    assert said.startswith("note: the answer went into the file relu; if > relu was meant as a layer, write")
    assert "'40 lstm 96 > relu'" in said


@linux
@pytest.mark.parametrize("name", ["answer.txt", "lstm.txt", "out"])
def test_another_file_is_nothing_to_speak_of(tmp_path: Path, name: str) -> None:
    assert run("40 lstm 96 -q", tmp_path / name) == (0, "52608\n", "")


def test_a_stream_without_a_file_has_no_name(cli: Cli) -> None:
    assert cli("params", "32", "64").stderr.count("note:") == 0
    assert taken_word(object()) is None


def test_the_advice_has_the_words_of_the_call() -> None:
    assert "'40 > gru 3'" in advice("gru", ["40", "3", "-q"], failed=True)
    assert "'32 > lstm 64 > dense 10'" in advice("gru", [], failed=True)


class MacOS:
    """The module fcntl as macOS has it: F_GETPATH (50) writes the path of an open file, and a NUL, in the buffer."""

    F_GETPATH = 50

    def __init__(self, path: Path) -> None:
        self._path = path

    def fcntl(self, number: int, command: int, buffer: bytes) -> bytes:
        if command != self.F_GETPATH or not os.path.sameopenfile(number, number):
            raise OSError(22, "Invalid argument")
        if len(buffer) < 1024:  # MAXPATHLEN, which the system writes up to
            raise ValueError("the buffer is too short")
        assert os.path.samestat(os.fstat(number), self._path.stat())
        path = os.fsencode(self._path) + b"\0"
        return path + buffer[len(path) :]


@pytest.mark.parametrize(("name", "word"), [("lstm", "lstm"), ("lstm96", "lstm96"), ("dénse", None), ("answer.txt", None)])
def test_macos_is_asked_for_the_name_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, word: str | None
) -> None:
    """As far as a system call that is written from its manual shows: nothing here has run on macOS."""
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setitem(sys.modules, "fcntl", MacOS(tmp_path / name))
    with (tmp_path / name).open("w") as stream:
        assert taken_word(stream) == word


def test_macos_may_have_no_name_for_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(*_: object) -> bytes:
        raise OSError(2, "No such file or directory")

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setitem(sys.modules, "fcntl", SimpleNamespace(fcntl=refusing))
    with (tmp_path / "lstm").open("w") as stream:
        assert taken_word(stream) is None
