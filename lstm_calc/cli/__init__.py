"""The command line: argv in, text out; only the command that is called is imported."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from lstm_calc.cli.commands import all_commands, command_names, command_of, synonyms
from lstm_calc.errors import LstmCalcError, did_you_mean, listed, quoted
from lstm_calc.streams import is_file, say


def command(name: str) -> TyperCommand:
    """Return a command with its options; ``name`` is that of one of the :mod:`lstm_calc.cli.commands`."""
    from lstm_calc.cli.options import with_options

    found = command_of(name)
    single = typer.Typer(add_completion=False, rich_markup_mode=app.rich_markup_mode)
    single.command(name, help=found.help)(with_options(found))
    return cast("TyperCommand", typer.main.get_command(single))


_ANSWERING = "params"
"""The command that answers where a model stands in the place of a command."""

_BEGINNINGS = frozenset("0123456789([")


def _is_a_model(word: str) -> bool:
    """Say whether the first word is, or begins, a model: a size, a vocabulary, a call, - for stdin, or the name of a file."""
    called, parenthesis, _ = word.partition("(")
    is_a_call = bool(parenthesis) and called.replace(".", "_").strip().isidentifier()
    begins = word.lower().split(maxsplit=1)[:1] == ["vocab"] or word.lower().startswith("embed")
    files = {word, word.rpartition(":")[0]}
    return word == "-" or word.startswith("-:") or word[:1] in _BEGINNINGS or is_a_call or begins or any(map(os.path.isfile, files))


def _is_a_layer_with_more(words: list[str]) -> bool:
    """Say whether a call begins with a layer and goes on: what it lacks to be a model is said by who reads those."""
    from lstm_calc.formats.notation.names import begins_a_layer

    several = " ".join(words).split()
    return len(several) > 1 and begins_a_layer(several[0])


def _no_command(name: str) -> LstmCalcError:
    """Return that a word is no command, and what may be meant."""
    from lstm_calc.formats.notation.names import begins_a_layer

    example = f"a model begins with what it reads: lstm-calc 32 {name.lower()} 64"
    page = example if begins_a_layer(name) else "lstm-calc help lists the commands"
    return LstmCalcError(f"{quoted(name)} is not a command{did_you_mean(name, all_commands(), page, synonyms())}")


def _command_first(words: list[str]) -> list[str]:
    """Return the words of a call that begins with options of a command with the command before them, params where none is named."""
    known = {option: parameter for parameter in command(_ANSWERING).params for option in parameter.opts}
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] not in {"-", "--"}:
        name, equals, _ = words[at].partition("=")
        takes = name in known and not getattr(known[name], "is_flag", False)
        at += 1 + (takes and not equals)
    if at < len(words) and words[at] in command_names():
        return [words[at], *words[:at], *words[at + 1 :]]
    return [_ANSWERING, *words]


def _resolved(name: str, words: list[str]) -> tuple[str, TyperCommand, list[str]]:
    """Return a command and its words, with options under their usual names."""
    found = command(name)
    from lstm_calc.cli.options import usual_options

    return name, found, usual_options(words, {option for parameter in found.params for option in parameter.opts})


class Group(TyperGroup):
    """The program: a command is imported when it is called; an error that we expect is one sentence on stderr and exit code 2."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer passes it
        """Return the names of the commands, in the order of the help."""
        return list(all_commands())

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:  # noqa: ARG002 - Typer passes it
        """Return a command as help and completion list it, by its name and what it does; None where there is none of the name.

        Its options are not there: what they need takes longer to import than all commands do.
        """
        if cmd_name not in command_names():
            return None
        found = command_of(cmd_name)
        return TyperCommand(cmd_name, help=found.help, rich_help_panel=found.group)

    def make_context(self, *args: Any, **settings: Any) -> Any:
        """Read the options before the command; what fails there is a wrong request, for which Typer's own exit code is 1."""
        try:
            return super().make_context(*args, **settings)
        except typer.Exit as ended:
            raise typer.Exit(2 if ended.exit_code else 0) from None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the program's own options; those of a command may stand before it."""
        own = {option for parameter in self.get_params(ctx) for option in parameter.opts}
        before = args and args[0].startswith("-") and args[0] not in own
        return super().parse_args(ctx, _command_first(args) if before and not ctx.resilient_parsing else args)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str, TyperCommand, list[str]]:
        """Return the command that is called, with its options, and its arguments; raise LstmCalcError where there is none."""
        name, *others = args
        if name in command_names():
            return _resolved(name, others)
        if _is_a_model(name) or _is_a_layer_with_more(args):
            return _resolved(_ANSWERING, args)
        if ctx.resilient_parsing:
            return name, TyperCommand(name, add_help_option=False), []  # nothing is completed after what is no command
        if name == "version":
            _show_version(wanted=True)
        if name == "help":
            return self._help(ctx, others)
        raise _no_command(name)

    def _help(self, ctx: Any, words: list[str]) -> tuple[str, TyperCommand, list[str]]:
        """Return the command whose help is asked for, with its option for that; end after the help of the program or of a topic."""
        if not words:
            typer.echo(ctx.get_help())
            raise typer.Exit
        from lstm_calc.cli.topics import TOPICS, show_topic

        if words[0] in TOPICS:
            show_topic(words[0])
            raise typer.Exit
        if words[0] in command_names():
            return self.resolve_command(ctx, [words[0], "--help"])
        from lstm_calc.formats.notation.names import begins_a_layer

        page = "the layers are in lstm-calc help notation" if begins_a_layer(words[0]) else f"there is on {listed(TOPICS)}, too"
        raise LstmCalcError(
            f"there is no help on {quoted(words[0])}{did_you_mean(words[0], (*all_commands(), *TOPICS), page, synonyms())}"
        )

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
            _explain_redirection(list(args[0] if args and args[0] is not None else settings.get("args") or sys.argv[1:]), code)
            sys.exit(code)
        return code


def _explain_redirection(words: list[str], code: int) -> None:
    """Say what the shell did with a model that stands without quotes, where standard output is a file with the name of a layer."""
    if not is_file(sys.stdout):
        return
    from lstm_calc.cli.shell import advice, taken_word

    word = taken_word()
    if word is not None:
        say(advice(word, words[1:] if words[:1] and words[0] in command_names() else words, failed=code == _WRONG))


_WRONG = 2
"""The exit code of a request that is wrong."""


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
    if hasattr(error, "possibilities"):
        from lstm_calc.cli.unknown import unknown_option

        return unknown_option(error, {name: partial(command, name) for name in all_commands()})
    message = error.format_message().rstrip(".").replace("argument(s)", "arguments")
    hint = "; a notation stands in quotes: '32 > lstm 64'" if "unexpected extra argument" in message else ""
    return f"{message[:1].lower()}{message[1:]}{hint}"


_PANELS_NEED = 70
"""Columns below which Typer's help in panels would cut its own words."""

app = typer.Typer(
    cls=Group,
    rich_markup_mode="rich" if typer.get_terminal_size().columns >= _PANELS_NEED else None,
    help="Count the parameters of recurrent networks, gate by gate, as each framework stores them.\n\n"
    "A model alone is counted: lstm-calc 40 lstm 96 x2 dense 7. More: lstm-calc help COMMAND, help notation, help frameworks.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from platform import python_implementation, python_version

        from lstm_calc.cli.version import tool_and_version
        from lstm_calc.frameworks import frameworks

        typer.echo(f"{tool_and_version()} ({python_implementation()} {python_version()})")
        recorded = [f"{table.name} {table.release}" for table in frameworks().values() if table.release]
        typer.echo(f"tables compared with {listed(recorded)}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def program(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option("--version", "-V", callback=_show_version, is_eager=True, help="Show the version, and the releases recorded."),
    ] = False,
) -> None:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
