"""``lstm-calc solve``."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.options import counted, with_options
from lstm_calc.cli.output import Output
from lstm_calc.errors import LstmCalcError
from lstm_calc.template import Template

if TYPE_CHECKING:
    from lstm_calc.document import Document
    from lstm_calc.questions.solve import Solution

_BUDGET = "Budget"


@with_options
def run(
    template: Template,
    framework: str,
    output: Output,
    quiet: bool,
    max_params: Annotated[str | None, typer.Option("--max-params", help="As 1M or 250_000.", rich_help_panel=_BUDGET)] = None,
    match: Annotated[
        str | None, typer.Option("--match", help="As many parameters as this model has.", rich_help_panel=_BUDGET)
    ] = None,
    multiple_of: Annotated[str, typer.Option("--multiple-of", help="Only multiples of this number.")] = "1",
    scale: Annotated[bool, typer.Option("--scale", help="Without ?: keep the layers' proportions, not one width.")] = False,
) -> int:
    """Find the largest size that fits a budget: the one marked ?, else the recurrent layers' units; exit 1 if none fits.

    Example: lstm-calc solve '64 > lstm ?' --max-params 1M -f keras
    """
    from lstm_calc.questions.solve import solve

    budget = _budget({"params": max_params}, match, framework)
    answer = solve(template, framework, scale=scale, multiple_of=counted("multiple_of", multiple_of), **budget)
    if not quiet:
        output.show(answer.data, lambda: _document(answer))
    elif answer.fit:
        output.number(answer.fit.number)
    else:
        from lstm_calc.report.solve import verdict

        sys.stderr.write(f"{verdict(answer)}\n")
    return 0 if answer.fit else 1


def _budget(limits: dict[str, str | None], match: str | None, framework: str) -> dict[str, int]:
    """Return the most of each measure; what a model to match takes is a budget of parameters."""
    budget = {name: counted(f"max_{name}", limit) for name, limit in limits.items() if limit is not None}
    if match is not None:
        from lstm_calc.cli.options import named_model
        from lstm_calc.measure import count

        if "params" in budget:
            raise LstmCalcError("--match and --max-params both set the parameters; give one of the two")
        budget["params"] = count(named_model(match), framework)
    return budget


def _document(answer: "Solution") -> "Document":
    from lstm_calc.report.solve import solve_document

    return solve_document(answer)
