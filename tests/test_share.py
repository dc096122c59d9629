"""The man page and the completion files: that they are up to date, in the wheel, and do what they are for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lstm_calc.cli.commands import all_commands
from tests.share import COMPLETIONS, MAN_PAGE, SHARE, files

FOLDER = SHARE if SHARE.exists() else Path(sys.prefix) / "share"
"""Where the files are: in the checkout, or where the wheel has put them."""
BASH_RUN = """
. "$1"
COMP_WORDS=($3)
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_lstm_calc_completion "$2"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def program(name: str) -> str:
    """Return where a program is; skip the test where it is not."""
    return shutil.which(name) or pytest.skip(f"needs {name}")


@pytest.mark.parametrize("path", files())
def test_the_file_is_up_to_date(path: str) -> None:
    assert (FOLDER / path).read_text(encoding="utf-8") == files()[path], "python -m tests.share writes it anew"


def test_the_man_page_has_every_command_and_its_options() -> None:
    page = files()[MAN_PAGE]
    assert [line.removeprefix(".SS ") for line in page.splitlines() if line.startswith(".SS ")] == list(all_commands())
    assert page.count(r"Example: lstm\-calc ") == len(all_commands())
    for option in (r"\-\-max\-params", r"\-\-framework, \-f", r"\-\-bias, \-\-no\-bias"):
        assert page.count(f"\\fB{option}\\fR") >= 1
    assert page.count(r"\fB\-\-peephole\fR") == 1


def test_the_man_page_is_good_roff() -> None:
    done = subprocess.run(
        [program("groff"), "-man", "-Tascii", "-ww", FOLDER / MAN_PAGE], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert "lstm-calc params --input 32 --units 32" in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"), [("lstm-calc com", ["compare"]), ("lstm-calc params --bi", ["--bias", "--bidirectional"])]
)
def test_bash_completes_by_the_file(tmp_path: Path, words: str, expected: list[str]) -> None:
    ours = tmp_path / "lstm-calc"
    ours.write_text(f'#!/bin/sh\nexec {sys.executable} -m lstm_calc "$@"\n')
    ours.chmod(0o755)
    command = [program("bash"), "--norc", "-c", BASH_RUN, "bash", str(FOLDER / COMPLETIONS["bash"]), str(ours), words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stdout.split(), done.stderr) == (expected, "")


def test_zsh_can_read_its_file() -> None:
    subprocess.run([program("zsh"), "-n", FOLDER / COMPLETIONS["zsh"]], check=True)


def test_fish_can_read_its_file() -> None:
    subprocess.run([program("fish"), "--no-execute", FOLDER / COMPLETIONS["fish"]], check=True)
