"""``lstm-calc explain``."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.options import quiet_reader
from lstm_calc.cli.output import Output, warn
from lstm_calc.errors import LstmCalcError

if TYPE_CHECKING:
    from lstm_calc.model import Model


def run(
    model: "Model",
    framework: str | None,
    output: Output,
    quiet: bool,
    step: Annotated[bool, typer.Option("--step", help="Also walk one time step, with the shapes that meet.")] = False,
    why: Annotated[bool, typer.Option("--difference", help="Say why two frameworks differ: -f keras,pytorch.")] = False,
) -> int:
    warn(model.remarks)
    if why or "," in (framework or ""):
        return _difference(model, framework or "", output, quiet=quiet, why=why, step=step)
    from lstm_calc.questions.explain import explain

    answer = explain(model, framework)
    return output.number(answer.total.result) if quiet else output.show(answer, step=step)


def _difference(model: "Model", frameworks: str, output: Output, *, quiet: bool, why: bool, step: bool) -> int:
    names = [name.strip() for name in frameworks.split(",")]
    if not why or step or len(names) != 2:
        raise LstmCalcError("two frameworks are explained by --difference -f keras,pytorch, one by -f keras alone")
    from lstm_calc.questions.difference import difference

    answer = difference(model, *names)
    return output.number(answer.difference) if quiet else output.show(answer)


COMMAND = Command(
    run,
    group="Count",
    place=50,
    help="""
        Explain where the parameters come from: equations, gates, and the count in symbols and numbers.

        Example: lstm-calc explain --input 32 --units 32 --output 32
    """,
    readers={"quiet": quiet_reader("the number of parameters; of --difference, the second less the first")},
    synonyms=("why", "equations", "formula", "formulas", "derive"),
)
