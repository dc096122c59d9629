"""Completion as it is used: Tab in a shell that runs, by the files of the wheel and as ``--install-completion`` leaves it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import lstm_calc
from tests.share import COMPLETIONS
from tests.test_share import FOLDER, program

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="shells and terminals of POSIX")]
PROGRAM = """#!/bin/sh
[ -n "$_LSTM_CALC_COMPLETE" ] && exec {python} -m lstm_calc
echo "ran: $*"
"""
TERMINAL = (sys.executable, "-c", "import pty, sys; pty.spawn(sys.argv[1:])")
LINES = {
    "lstm-calc par": "params",
    "lstm-calc params -f ke": "params -f keras",
    "lstm-calc params --format mark": "params --format markdown",
    "lstm-calc params '32 > lstm 32' --bid": "params 32 > lstm 32 --bidirectional",
    "lstm-calc inspect mod": "inspect model.h5",
}
"""What is typed before a Tab, and what then is run."""


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the variables of a user who has nothing but the program, and a folder with one file of weights to work in."""
    for name in ("bin", "work", ".local/share/fish/generated_completions"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "bin" / "lstm-calc").write_text(PROGRAM.format(python=sys.executable))
    (tmp_path / "bin" / "lstm-calc").chmod(0o755)
    (tmp_path / "work" / "model.h5").touch()
    monkeypatch.chdir(tmp_path / "work")
    path = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(Path(lstm_calc.__file__).parents[1])}
    return path | {"HOME": str(tmp_path), "TERM": "dumb", "LC_ALL": "C.UTF-8"}


def install(shell: str, environment: dict[str, str]) -> None:
    """Install completion for a shell as the program does it."""
    named = environment | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    call = [sys.executable, "-m", "lstm_calc", "--install-completion", shell]
    subprocess.run(call, env=named, check=True, stdout=subprocess.DEVNULL)


def converse(shell: Iterable[str], environment: dict[str, str], turns: Iterable[tuple[str, str]], seconds: float = 20.0) -> None:
    """Type keys into a shell in a terminal, each time until it has answered what is expected."""
    with subprocess.Popen(
        [*TERMINAL, *shell], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as terminal:
        try:
            for keys, expected in turns:
                terminal.stdin.write(keys.encode())
                seen, end = "", time.monotonic() + seconds
                while expected not in seen:
                    assert select.select([terminal.stdout], [], [], end - time.monotonic())[0], f"{keys!r} led to {seen!r}"
                    seen += terminal.stdout.read(4096).decode(errors="replace")
        finally:
            terminal.kill()


def turns(setup: str = "") -> list[tuple[str, str]]:
    """Return what is typed, and expected: what makes a shell ready, each of the lines with one Tab, and a list to choose from."""
    lines = [(f"{line}\t\n", f"ran: {expected}\r") for line, expected in LINES.items()]
    return [(setup + lines[0][0], lines[0][1]), *lines[1:], ("lstm-calc params --bi\t\t", "--bidirectional")]


def test_bash_completes_by_the_file_of_the_wheel(environment: dict[str, str]) -> None:
    converse([program("bash"), "--norc", "-i"], environment, turns(f". {FOLDER / COMPLETIONS['bash']}\n"))


def test_zsh_completes_by_the_file_of_the_wheel_from_the_first_tab_on(environment: dict[str, str]) -> None:
    folder = (FOLDER / COMPLETIONS["zsh"]).parent
    converse([program("zsh"), "-f", "-i"], environment, turns(f"fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -D\n"))


def test_bash_completes_once_it_is_installed(environment: dict[str, str]) -> None:
    shell = program("bash")
    install("bash", environment)
    converse([shell, "-i"], environment, turns())


def test_zsh_completes_once_it_is_installed_and_loaded_by_a_first_tab(environment: dict[str, str]) -> None:
    shell = program("zsh")
    install("zsh", environment)
    converse([shell, "-d", "-i"], environment, [("lstm-calc par\t\n", "ran: par"), *turns()])


@pytest.mark.parametrize("installed", [False, True], ids=["by the file of the wheel", "once it is installed"])
def test_fish_completes(environment: dict[str, str], installed: bool) -> None:
    shell = program("fish")
    if installed:
        install("fish", environment)
    folders = environment if installed else environment | {"XDG_DATA_DIRS": str(FOLDER)}
    ask = [shell, "-c", "for line in $argv; complete --do-complete $line; end", *LINES]
    done = subprocess.run(ask, env=folders, capture_output=True, text=True, check=True)
    words = [line.partition("\t")[0] for line in done.stdout.splitlines()]
    assert (words, done.stderr) == ([expected.split()[-1] for expected in LINES.values()], "")
