"""What the README shows, made by running it; cog calls these functions from the blocks there."""

from __future__ import annotations

import shlex

from typer.testing import CliRunner

from lstm_calc.cli import app


def _output(command: str) -> str:
    program, *arguments = shlex.split(command)
    assert program == "lstm-calc"
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def shows(*commands: str) -> None:
    """Write commands and their output as a console block."""
    print("```console")
    for command in commands:
        print(f"$ {command}")
        print(_output(command).rstrip())
    print("```")


def ends(command: str, words: str) -> None:
    """Write a command and the end of its output, from the line that begins with some words."""
    output = _output(command)
    end = output[output.index(f"\n{words}") :].strip()
    print(f"```console\n$ {command}\n...\n{end}\n```")
