"""``lstm-calc frameworks``."""

from typing import Annotated

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.options import framework_names
from lstm_calc.cli.output import Output


def run(
    output: Output,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One framework, on a page of its own.", autocompletion=framework_names)
    ] = None,
) -> int:
    from lstm_calc.questions.frameworks import support, support_of

    answer = support() if name is None else support_of(name)
    return output.show(answer)


COMMAND = Command(
    run,
    group="Reference",
    place=180,
    help="""
        Show what each framework offers and how it stores it.

        Example: lstm-calc frameworks keras
    """,
    synonyms=("backends", "libraries"),
)
