"""The commands: a module each, which has its function, its options and its help.

A command is a module of this folder, of its name, with a :class:`Command` called ``COMMAND``. There is no list of them: a module
that is put here is in the help, in completions and in the advice on words that are no command. A call imports its own one alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lstm_calc.folders import modules_in
from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Command(Record):
    """One command.

    ``run`` takes the values of its options and returns the exit code. A parameter that :mod:`lstm_calc.cli.options` shares, or for
    which ``readers`` has a function, stands for the options of that function, and gets what it returns.

    ``help`` is a sentence, what else there is to say, and an example; it is no docstring, because ``python -OO`` drops those.
    ``group`` is the part of the help that the command stands in, ``place`` says where in every list: the lowest first. ``synonyms``
    are words for what it does: where one stands in its place, the command is suggested before one that is spelt like it, and for
    one of ``option_synonyms`` with that option.
    """

    run: Callable[..., int]
    help: str
    group: str
    place: int
    readers: Mapping[str, Callable[..., Any]] = {}
    synonyms: tuple[str, ...] = ()
    option_synonyms: Mapping[str, str] = {}


def command_names() -> list[str]:
    """Return the names of the commands; none is imported."""
    return modules_in(__path__)


def command_of(name: str) -> Command:
    """Return a command by its name, which is one of :func:`command_names`; its module is imported."""
    found: Command = import_module(f"{__name__}.{name}").COMMAND
    return found


def all_commands() -> dict[str, Command]:
    """Return every command by its name, in the order of every list."""
    found = {name: command_of(name) for name in command_names()}
    return dict(sorted(found.items(), key=lambda each: (each[1].place, each[0])))


def synonyms() -> dict[str, str]:
    """Return for each word that is no command, but says what one does, that command and, where it needs one, its option."""
    found: dict[str, str] = {}
    for name, command in all_commands().items():
        found |= dict.fromkeys(command.synonyms, name)
        found |= {word: f"{name} {option}" for word, option in command.option_synonyms.items()}
    return found
