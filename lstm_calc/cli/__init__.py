"""The command line: argv in, text out; only the command that is called is imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator, MutableMapping
from importlib import import_module
from importlib.util import find_spec
from types import CodeType
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from lstm_calc.errors import LstmCalcError, did_you_mean, listed, quoted

COMMANDS = (
    "params",
    "tensors",
    "shapes",
    "explain",
    "compare",
    "cost",
    "check",
    "solve",
    "sweep",
    "port",
    "inspect",
    "forecast",
    "diagram",
    "report",
    "arguments",
    "frameworks",
    "verify",
    "schema",
)
"""Every command, in the order of the help; each is the function ``run`` of the module of its name."""


def summary(name: str) -> str:
    """Return what a command does: the docstring of its function, read from the compiled module, which is not run for it."""
    spec: Any = find_spec(f"lstm_calc.cli.{name}")
    functions = (constant for constant in spec.loader.get_code(spec.name).co_consts if isinstance(constant, CodeType))
    return next(str(function.co_consts[0]) for function in functions if function.co_name == "run")


class Commands(MutableMapping[str, Any]):
    """The commands by name, each imported and built when it is asked for."""

    def __getitem__(self, name: str) -> Any:
        """Build one command; raise KeyError where there is none of the name."""
        if name not in COMMANDS:
            raise KeyError(name)
        single = typer.Typer(add_completion=False, rich_markup_mode=app.rich_markup_mode)
        single.command(name)(import_module(f"lstm_calc.cli.{name}").run)
        return typer.main.get_command(single)

    def __contains__(self, name: object) -> bool:
        """Say whether there is a command of a name, without building it."""
        return name in COMMANDS

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(COMMANDS)

    def __len__(self) -> int:
        """Return how many commands there are."""
        return len(COMMANDS)

    def __setitem__(self, name: str, command: Any = None) -> None:
        """Refuse: commands are modules."""
        raise TypeError(f"{name}: a command is a module in lstm_calc.cli")

    __delitem__ = __setitem__


class Group(TyperGroup):
    """The program; every error leaves it as one sentence on stderr and exit code 2."""

    def __init__(self, **settings: Any) -> None:
        """Take Typer's settings, and the commands from their modules."""
        super().__init__(**settings)
        self.commands = Commands()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  Typer's own would build each
        """Return the names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; while a word is completed, no more of it than its name and what it does."""
        return TyperCommand(cmd_name, help=summary(cmd_name)) if ctx.resilient_parsing else super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command of a call, or name the nearest; complete nothing after what is no command."""
        if args[0] not in self.commands:
            if ctx.resilient_parsing:
                return args[0], TyperCommand(args[0], add_help_option=False), []
            raise LstmCalcError(f"{quoted(args[0])} is not a command{did_you_mean(args[0], COMMANDS)}")
        return args[0], self.commands[args[0]], args[1:]

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run; exit with the code that the command returns, unless the caller wants it back (``standalone_mode=False``)."""
        standalone = settings.get("standalone_mode", True)
        try:
            code = super().main(*args, **(settings | {"standalone_mode": False}))
        except (LstmCalcError, typer.TyperException, OSError, ValueError) as error:
            if not standalone or (isinstance(error, ValueError) and not _is_of_digits(error)):
                raise
            from lstm_calc.cli.messages import say

            say(f"error: {_sentence(error)}")
            code = 2
        if standalone:
            sys.exit(code)
        return code


def _is_of_digits(error: ValueError) -> bool:
    """Say whether a number was too long for Python to be written out."""
    return "integer string conversion" in str(error)


def _sentence(error: Exception) -> str:
    """Return what is wrong as one sentence; Typer's own, too, in our style."""
    if isinstance(error, ValueError):
        return f"the answer has a number of more than {sys.get_int_max_str_digits():,} digits, which is not written out"
    if isinstance(error, OSError):
        return f"standard output cannot be written: {(error.strerror or str(error)).lower()}"
    if not isinstance(error, typer.TyperException):
        return str(error)
    message = error.format_message().rstrip(".").replace("argument(s)", "arguments")
    hint = "; a notation stands in quotes: '32 > lstm 64'" if "unexpected extra argument" in message else ""
    return f"{message[:1].lower()}{message[1:]}{hint}"


_PANELS_NEED = 70
"""Columns below which Typer's help in panels would cut its own words."""

app = typer.Typer(
    cls=Group,
    rich_markup_mode="rich" if typer.get_terminal_size().columns >= _PANELS_NEED else None,
    help="Count the parameters of recurrent networks, gate by gate, as each framework stores them.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version
        from platform import python_implementation, python_version

        from lstm_calc.frameworks import FRAMEWORKS

        typer.echo(f"lstm-calc {version('lstm-calc')} ({python_implementation()} {python_version()})")
        recorded = [f"{table.name} {table.release}" for table in FRAMEWORKS.values() if table.release]
        typer.echo(f"tables held against {listed(recorded)}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def program(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version, and the releases recorded.")
    ] = False,
) -> None:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
