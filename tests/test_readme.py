"""The README shows what the program prints: its blocks are made by cog, and none has gone stale."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

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
