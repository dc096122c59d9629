"""The command line: argv in, text out; only the command that is called is imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from lstm_calc.cli.descriptions import DESCRIPTIONS
from lstm_calc.errors import LstmCalcError, did_you_mean, listed, quoted
from lstm_calc.streams import say

COMMANDS = tuple(DESCRIPTIONS)
"""Every command, in the order of the help; each is the function ``run`` of the module of its name."""


class Commands(MutableMapping[str, Any]):
    """The commands by name, each imported and built when it is asked for."""

    def __getitem__(self, name: str) -> Any:
        """Build one command; raise KeyError where there is none of the name."""
        if name not in COMMANDS:
            raise KeyError(name)
        single = typer.Typer(add_completion=False, rich_markup_mode=app.rich_markup_mode)
        single.command(name, help=DESCRIPTIONS[name])(import_module(f"lstm_calc.cli.{name}").run)
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
    """The program; every error that we expect leaves it as one sentence on stderr and exit code 2."""

    def __init__(self, **settings: Any) -> None:
        """Take Typer's settings, and the commands from their modules."""
        super().__init__(**settings)
        self.commands = Commands()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  Typer's own would build each
        """Return the names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; while a word is completed, no more of it than its name and what it does."""
        return TyperCommand(cmd_name, help=DESCRIPTIONS[cmd_name]) if ctx.resilient_parsing else super().get_command(ctx, cmd_name)

    def make_context(self, *args: Any, **settings: Any) -> Any:
        """Read the options before the command; what fails there is a wrong request, for which Typer's own exit code is 1."""
        try:
            return super().make_context(*args, **settings)
        except typer.Exit as ended:
            raise typer.Exit(2 if ended.exit_code else 0) from None

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
            if not (standalone and _is_expected(error)):
                raise
            say(f"error: {_sentence(error)}")
            code = 2
        except SystemExit as ended:
            if not isinstance(ended.__context__, BrokenPipeError):
                raise
            code = 0  # where the reader of a help page has gone, Typer would exit with 1
        if standalone:
            sys.exit(code)
        return code


def _is_expected(error: Exception) -> bool:
    """Say whether an error is one that we have a sentence for; an OSError of a stream has no file name."""
    if isinstance(error, OSError):
        return error.filename is None
    return not isinstance(error, ValueError) or "integer string conversion" in str(error)


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
        from importlib.metadata import distributions
        from platform import python_implementation, python_version

        from lstm_calc.frameworks import frameworks

        version = next((found.version for found in distributions(name="lstm-calc")), "(not installed)")
        typer.echo(f"lstm-calc {version} ({python_implementation()} {python_version()})")
        recorded = [f"{table.name} {table.release}" for table in frameworks().values() if table.release]
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
