"""``lstm-calc tensors``."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.output import Output
from lstm_calc.errors import LstmCalcError

if TYPE_CHECKING:
    from lstm_calc.model import Model


def run(
    model: "Model",
    framework: str | None,
    output: Output,
    quiet: bool,
    gates: Annotated[bool, typer.Option("--gates", help="Show the slice of every gate in each tensor.")] = False,
) -> int:
    if framework and "," in framework:
        if gates or quiet:
            raise LstmCalcError("--gates and --quiet show one framework; give -f one name")
        from lstm_calc.questions.tensors import side_by_side

        return output.show(side_by_side(model, [name.strip() for name in framework.split(",")]))
    if quiet:
        from lstm_calc.frameworks.counting import count

        return output.number(count(model, framework))
    from lstm_calc.questions.tensors import tensors

    answer = tensors(model, framework)
    return output.show(answer, gates=gates)


COMMAND = Command(
    run,
    group="Count",
    place=30,
    help="""
        List the tensors of a model as a framework stores them; --gates: the rows of each gate; -f keras,pytorch: side by side.

        Example: lstm-calc tensors '32 > lstm 32' -f pytorch --gates
    """,
    synonyms=("weights", "names", "state_dict"),
    option_synonyms=dict.fromkeys(("gates", "rows", "slices"), "--gates"),
)
