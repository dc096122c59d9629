"""``lstm-calc verify``."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.options import quiet_reader
from lstm_calc.cli.output import Output

if TYPE_CHECKING:
    from lstm_calc.model import Model


def run(
    model: "Model",
    framework: str | None,
    output: Output,
    quiet: bool,
    gates: Annotated[
        bool,
        typer.Option(
            "--gates", help="Also run each recurrent layer with weights written into our slices, and compare what it gives."
        ),
    ] = False,
) -> int:
    from lstm_calc.questions.verify import verify

    answer = verify(model, framework, gates=gates)
    if quiet:
        output.number(answer.failures)
    else:
        output.show(answer)
    return 0 if answer.agrees else 1


COMMAND = Command(
    run,
    group="Weights",
    place=190,
    help="""
        Compare the tables with the framework installed here: exit 0 if they agree, 1 if not.

        Example: lstm-calc verify '8 > bilstm 16 x2 > dense 4' -f pytorch --gates
    """,
    readers={"quiet": quiet_reader("how many tensors and gates differ")},
    synonyms=("test", "validate", "prove"),
)
