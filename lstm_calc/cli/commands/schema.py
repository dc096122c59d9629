"""``lstm-calc schema``."""

from typing import Annotated

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.output import Output
from lstm_calc.errors import LstmCalcError
from lstm_calc.render import TABLE


def _names() -> list[str]:
    from lstm_calc.schemas import schema_names

    return schema_names()


def run(
    output: Output,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="The name of an answer, such as params, or model for the model file.", autocompletion=_names
        ),
    ] = None,
) -> int:
    if name is None:
        from lstm_calc.questions.schemas import schema_list

        return output.show(schema_list())
    if output.form not in {TABLE, "json"}:
        raise LstmCalcError("a schema is JSON; leave out --format, and let a file end in .json")
    from lstm_calc.render.as_json import written
    from lstm_calc.schemas import schema

    return output.text(written(schema(name)), "json")


COMMAND = Command(
    run,
    group="Reference",
    place=200,
    help="""
        Print the JSON Schema of a JSON answer, or of the model file; without a name, list them.

        Example: lstm-calc schema model
    """,
    synonyms=("schemas",),
)
