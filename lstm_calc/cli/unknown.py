"""What is said about an option that a command does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.cli.options import ALIASES, MEANT
from lstm_calc.errors import did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer.core import TyperCommand

_FEW = 4
"""The number of commands that are named; an option that more of them have is not what tells them apart."""


def unknown_option(error: Any, commands: dict[str, Callable[[], TyperCommand]]) -> str:
    """Return a sentence on the option that Typer did not find: the one that may be meant, or the commands that have it.

    ``error`` is Typer's own, with the command that was called; ``commands`` make each command, by its name.
    """
    option = error.option_name.replace("_", "-")
    own = _options(error.ctx.command) if error.ctx else []
    meant = [MEANT[option]] if option in MEANT else [option, *ALIASES.get(option, ())]
    found = next((name for name in meant if name.split()[0] in own), None)
    if found:
        return f"no such option: {option}; did you mean {found}?"
    for name in meant:
        having = [each for each, make in commands.items() if name.split()[0] in _options(make())]
        if 0 < len(having) <= _FEW:
            have = "has" if len(having) == 1 else "have"
            return f"no such option: {option}; {listed(having)} {have} {'it' if name == option else name}"
    near = did_you_mean(option, own, "-").replace("'", "")
    return f"no such option: {option}{near if '?' in near else ''}"


def _options(command: Any) -> list[str]:
    """Return the long names of a command's options."""
    return [name for parameter in command.params for name in parameter.opts if name.startswith("--")]
