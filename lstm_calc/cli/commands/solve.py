"""``lstm-calc solve``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.numbers import counted, timed
from lstm_calc.cli.options import quiet_reader
from lstm_calc.cli.output import Output
from lstm_calc.cli.quantities import BUDGET, read_batch, read_budget, read_device, read_dtype
from lstm_calc.errors import LstmCalcError
from lstm_calc.streams import say

if TYPE_CHECKING:
    from lstm_calc.model.budget import Budget
    from lstm_calc.model.template import Template
    from lstm_calc.questions.solve import Solution


def run(
    template: "Template",
    framework: str | None,
    limits: "Budget",
    batch: dict[str, Any],
    dtype: dict[str, Any],
    device: dict[str, Any],
    output: Output,
    quiet: bool,
    max_step_time: Annotated[
        str | None, typer.Option("--max-step-time", help="The time of a step on a device, as 50us.", rich_help_panel=BUDGET)
    ] = None,
    match: Annotated[
        str | None, typer.Option("--match", help="As many parameters as this model has.", rich_help_panel=BUDGET)
    ] = None,
    multiple_of: Annotated[str, typer.Option("--multiple-of", help="Only multiples of this number.")] = "1",
    scale: Annotated[bool, typer.Option("--scale", help="Without ?: scale all layers in proportion, not to one width.")] = False,
) -> int:
    from lstm_calc.questions.solve import solve

    budget = limits.changed() | _timed(max_step_time) | _matched(match, framework, limits)
    if not (budget or template.budget.changed()):
        others = "--max-bytes, --max-ram, --max-macs, --max-step-time or --match, or a [budget] in the model file"
        raise LstmCalcError(f"no budget; give --max-params, {others}")
    step, conditions = counted("multiple_of", multiple_of), batch | dtype | device
    answer = solve(template, framework, scale=scale, multiple_of=step, conditions=conditions, **budget)
    if quiet:
        return _number(answer, output)
    output.show(answer)
    return 0 if answer.fit else 1


def _number(answer: "Solution", output: Output) -> int:
    """Write the number alone, or say that nothing fits."""
    if answer.fit:
        return output.number(answer.fit.number)
    from lstm_calc.questions.solve import verdict

    say(verdict(answer))
    return 1


def _timed(max_step_time: str | None) -> dict[str, int]:
    """Return the budget of a step's time."""
    return {} if max_step_time is None else {"step_ns": timed("--max-step-time", max_step_time)}


def _matched(match: str | None, framework: str | None, limits: "Budget") -> dict[str, int]:
    """Return the budget of as many parameters as a model has."""
    from lstm_calc.cli.models import named_model
    from lstm_calc.frameworks.counting import count

    if match is None:
        return {}
    if limits.params is not None:
        raise LstmCalcError("--match and --max-params both set the parameters; give one of the two")
    return {"params": count(named_model(match), framework)}


COMMAND = Command(
    run,
    group="Size and compare",
    place=90,
    help="""
        Find the largest size that fits a budget: the one marked ?, else the units of the recurrent layers; exit 1 if none fits.

        Example: lstm-calc solve '64 > lstm ?' --max-params 1M -f keras
    """,
    readers={
        "limits": read_budget,
        "batch": read_batch,
        "dtype": read_dtype,
        "device": read_device,
        "quiet": quiet_reader("the size that fits"),
    },
    synonyms=("fit", "find", "search", "invert"),
)
