"""``lstm-calc solve``."""

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstm_calc.cli.options import counted, named_model, with_options
from lstm_calc.cli.output import Output
from lstm_calc.cli.quantities import read_batch, read_device, read_dtype, sized, timed
from lstm_calc.errors import LstmCalcError
from lstm_calc.template import Template

if TYPE_CHECKING:
    from lstm_calc.document import Document
    from lstm_calc.questions.solve import Solution

_BUDGET = "Budget"


def read_limits(
    max_params: Annotated[str | None, typer.Option("--max-params", help="As 1M or 250_000.", rich_help_panel=_BUDGET)] = None,
    max_bytes: Annotated[
        str | None, typer.Option("--max-bytes", help="Of the weights, as 256KiB.", rich_help_panel=_BUDGET)
    ] = None,
    max_macs: Annotated[str | None, typer.Option("--max-macs", help="Of a batch, as 1M.", rich_help_panel=_BUDGET)] = None,
    max_step_time: Annotated[
        str | None, typer.Option("--max-step-time", help="On a device, as 50us.", rich_help_panel=_BUDGET)
    ] = None,
) -> dict[str, int]:
    """Return the most of each measure that is limited."""
    limits = {
        "params": None if max_params is None else counted("max_params", max_params),
        "bytes": None if max_bytes is None else sized("--max-bytes", max_bytes),
        "macs": None if max_macs is None else counted("max_macs", max_macs),
        "step_ns": None if max_step_time is None else timed("--max-step-time", max_step_time),
    }
    return {name: limit for name, limit in limits.items() if limit is not None}


@partial(with_options, limits=read_limits, batch=read_batch, dtype=read_dtype, device=read_device)
def run(
    template: Template,
    framework: str,
    limits: dict[str, int],
    batch: dict[str, Any],
    dtype: dict[str, Any],
    device: dict[str, Any],
    output: Output,
    quiet: bool,
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

    budget = limits if match is None else limits | _matched(match, framework, limits)
    if not budget:
        raise LstmCalcError("no budget; give --max-params, --max-bytes, --max-macs, --max-step-time or --match")
    step, conditions = counted("multiple_of", multiple_of), batch | dtype | device
    answer = solve(template, framework, scale=scale, multiple_of=step, conditions=conditions, **budget)
    if quiet:
        return _number(answer, output)
    output.show(answer.data, lambda: _document(answer))
    return 0 if answer.fit else 1


def _number(answer: "Solution", output: Output) -> int:
    """Write the number alone, or say that nothing fits."""
    if answer.fit:
        return output.number(answer.fit.number)
    from lstm_calc.report.solve import verdict

    sys.stderr.write(f"{verdict(answer)}\n")
    return 1


def _matched(match: str, framework: str, limits: dict[str, int]) -> dict[str, int]:
    """Return the budget of as many parameters as a model has."""
    from lstm_calc.measure import count

    if "params" in limits:
        raise LstmCalcError("--match and --max-params both set the parameters; give one of the two")
    return {"params": count(named_model(match), framework)}


def _document(answer: "Solution") -> "Document":
    from lstm_calc.report.solve import solve_document

    return solve_document(answer)
