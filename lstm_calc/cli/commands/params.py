"""``lstm-calc params``."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.output import Output
from lstm_calc.errors import LstmCalcError, did_you_mean, quoted
from lstm_calc.streams import say

if TYPE_CHECKING:
    from lstm_calc.model import Model
    from lstm_calc.questions.answer import Answer
    from lstm_calc.questions.params import ParamCount

_BY = ("gate", "layer", "tensor")


def run(
    model: "Model",
    framework: str | None,
    output: Output,
    quiet: bool,
    by: Annotated[str, typer.Option("--by", help="One row per gate, layer or tensor.", autocompletion=lambda: [*_BY])] = "gate",
    everything: Annotated[bool, typer.Option("--all", help="Give each gate its own row, in a long table, too.")] = False,
) -> int:
    if by not in _BY:
        raise LstmCalcError(f"--by: {quoted(by)} is not gate, layer or tensor{did_you_mean(by, _BY)}")
    if framework and "," in framework:
        if quiet or everything or by != "gate":
            raise LstmCalcError("--quiet, --by and --all show one framework; give -f one name")
        from lstm_calc.questions.compare import compare

        return output.show(compare([(str(model), model)], list(dict.fromkeys(framework.split(",")))))
    if quiet and model.is_known:
        from lstm_calc.frameworks.counting import count

        return output.number(count(model, framework))
    from lstm_calc.questions.params import params

    counted = params(model, framework)
    if by == "layer":
        from lstm_calc.questions.summary import summary

        return show_counted(counted, summary(model, framework), output, quiet=quiet)
    if by == "tensor":
        from lstm_calc.questions.tensors import known_tensors

        return show_counted(counted, known_tensors(model, framework), output, quiet=quiet)
    return show_counted(counted, counted, output, quiet=quiet, folded=output.is_read and not everything)


def show_counted(counted: "ParamCount", answer: "Answer", output: Output, *, quiet: bool, **options: bool) -> int:
    """Show an answer, or with ``quiet`` its total; return 1, after a warning, where a layer is not counted."""
    from lstm_calc.questions.params import uncounted_words

    if counted.total is None:
        say(f"warning: {uncounted_words(counted)}")
    if not quiet:
        output.show(answer, **options)
    elif counted.total is not None:
        output.number(counted.total)
    return int(counted.total is None)


COMMAND = Command(
    run,
    group="Count",
    place=10,
    help="""
        Count the parameters of a model, gate by gate.

        Example: lstm-calc params --input 32 --units 32
    """,
    synonyms=("count", "parameters", "param", "size", "total"),
)
