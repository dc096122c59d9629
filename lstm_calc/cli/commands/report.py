"""``lstm-calc report``."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.options import plain_reader
from lstm_calc.cli.output import Output, warn
from lstm_calc.cli.quantities import read_batch, read_budget, read_device, read_dtype, read_training
from lstm_calc.cli.version import tool_and_version
from lstm_calc.errors import LstmCalcError, quoted

if TYPE_CHECKING:
    from lstm_calc.model import Model
    from lstm_calc.model.budget import Budget


def run(
    model_and_budget: "tuple[Model, Budget]",
    framework: str | None,
    batch: dict[str, Any],
    dtype: dict[str, Any],
    training: dict[str, Any],
    device: dict[str, Any],
    budget: "Budget",
    page: Output,
    fail: Annotated[bool, typer.Option("--fail", help="Exit with 1 if the model is over its budget.")] = False,
) -> int:
    from lstm_calc.questions.review import review

    model, own = model_and_budget
    warn(model.remarks)
    limits = own.but(budget)
    if fail and not limits.changed():
        options = "--max-params, --max-bytes, --max-ram or --max-macs, or a [budget] in the model file"
        raise LstmCalcError(f"--fail needs a budget: give {options}")
    answer = review(model, limits, framework, batch=batch, dtype=dtype, **training, **device)
    page.show(answer.replace(tool=tool_and_version(), date=_date()))
    return int(fail and answer.budget is not None and not answer.budget.fits)


def _date() -> str:
    """Return the day, that of SOURCE_DATE_EPOCH where it is set, so that a page can be made again.

    Raises LstmCalcError where that is no time.
    """
    from datetime import UTC, datetime

    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        day = datetime.now(UTC) if epoch is None else datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        raise LstmCalcError(f"SOURCE_DATE_EPOCH: {quoted(epoch)} is not a time in seconds since 1970") from None
    return day.date().isoformat()


COMMAND = Command(
    run,
    group="Count",
    place=160,
    help="""
        Write one page for a design review: -o review.html or review.md; without a file, Markdown.

        Example: lstm-calc report '32 > lstm 64 > dense 10' -f keras --max-params 50k
    """,
    readers={
        "batch": read_batch,
        "dtype": read_dtype,
        "training": read_training,
        "device": read_device,
        "budget": read_budget,
        "page": plain_reader("markdown"),
    },
    synonyms=("review", "page", "html"),
)
