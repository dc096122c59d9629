"""The man page and the completion files of the wheel, made from the commands themselves.

python -m tests.share          write them into .share, from where the wheel takes them
"""

from __future__ import annotations

import inspect
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.testing import CliRunner

from lstm_calc.cli import app, command
from lstm_calc.cli.commands import all_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARE = Path(__file__).parent.parent / ".share"
MAN_PAGE = "man/man1/lstm-calc.1"
COMPLETIONS = {
    "bash": "bash-completion/completions/lstm-calc",
    "zsh": "zsh/site-functions/_lstm-calc",
    "fish": "fish/vendor_completions.d/lstm-calc.fish",
}
_FROM_FPATH = """
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _lstm_calc_completion "$@"; fi
"""
"""When zsh loads the file, it is at a first Tab, which what has just been declared is to answer, too."""


def files() -> dict[str, str]:
    """Return the text of every file by its path in share."""
    return {MAN_PAGE: "\n".join(_page()) + "\n"} | {path: _completion(shell) for shell, path in COMPLETIONS.items()}


def _completion(shell: str) -> str:
    """Return the script that the program prints for a shell, such that the shell may also load it from its own folder."""
    variables = {"_LSTM_CALC_COMPLETE": f"source_{shell}"}
    script = CliRunner().invoke(app, [], env=variables, prog_name="lstm-calc").stdout.strip() + "\n"
    return script + _FROM_FPATH if shell == "zsh" else script


def _page() -> Iterator[str]:
    """Yield the lines of the man page: each command with what it alone takes, then what several commands do."""
    program: Any = typer.main.get_command(app)
    made = {name: command(name) for name in all_commands()}
    times = Counter(_entry(param) for each in made.values() for param in each.params)
    yield from (".TH LSTM-CALC 1", ".nh", ".ad l")
    yield from (".SH NAME", rf"lstm-calc \- {_plain(program.help[0].lower() + program.help[1:].rstrip('.'))}")
    yield from (".SH SYNOPSIS", ".B lstm-calc", r"\fICOMMAND\fR [\fIOPTIONS\fR] [\fIMODEL\fR]", ".SH COMMANDS")
    for name, each in made.items():
        does, _, example = inspect.cleandoc(each.help).partition("\n\nExample: ")
        yield from (f".SS {name}", _plain(" ".join(does.split())), ".PP", _plain(f"Example: {example}"))
        yield from (entry for param in each.params if times[entry := _entry(param)] == 1)
    yield ".SH ARGUMENTS AND OPTIONS OF SEVERAL COMMANDS"
    yield from (entry for entry, number in times.items() if number > 1)
    yield from (".SH EXIT STATUS", "0 done; 1 the answer is no; 2 the request is wrong, as one sentence on standard error says;")
    yield "70 the program itself has failed, or there is not enough memory; 130 it was interrupted."


def _entry(param: Any) -> str:
    """Return an argument or an option with its help."""
    if param.param_type_name == "argument":
        names = rf"\fI{_plain(param.metavar)}\fR"
    else:
        value = "" if param.is_flag else rf" \fI{param.type.name.upper()}\fR"
        names = rf"\fB{_plain(', '.join([*param.opts, *param.secondary_opts]))}\fR{value}"
    return f".TP\n{names}\n{_plain(param.help)}"


def _plain(text: str) -> str:
    """Return a text as roff shows it, sign by sign."""
    marked = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    return rf"\&{marked}" if marked.startswith(".") else marked


if __name__ == "__main__":
    for path, text in files().items():
        (SHARE / path).parent.mkdir(parents=True, exist_ok=True)
        (SHARE / path).write_text(text, encoding="utf-8")
