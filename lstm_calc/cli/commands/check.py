"""``lstm-calc check``."""

from typing import TYPE_CHECKING, Any

from lstm_calc.cli.commands import Command
from lstm_calc.cli.options import output_reader, quiet_reader
from lstm_calc.cli.output import Output
from lstm_calc.cli.quantities import read_batch, read_budget, read_dtype
from lstm_calc.errors import LstmCalcError, printable
from lstm_calc.streams import say

if TYPE_CHECKING:
    from lstm_calc.cli.sources import ReadingOptions
    from lstm_calc.model.budget import Budget
    from lstm_calc.questions.check import Check


def run(
    models: list[str],
    how: "ReadingOptions",
    framework: str | None,
    limits: "Budget",
    assumed: list[str],
    batch: dict[str, Any],
    dtype: dict[str, Any],
    output: Output,
    quiet: bool,
) -> int:
    from lstm_calc.questions.check import Checks

    _known(framework, dtype["dtype"])
    how = how if len(models) == 1 else how.shared
    question = {"framework_name": framework, **batch, **dtype}
    answer = Checks(dtype["dtype"], tuple(_checked(model, how, limits, assumed, question) for model in models), batch)
    for each in answer.models:
        if each.error is not None:
            say(f"error: {each.error}")
    if quiet:
        output.number(answer.failures)
    else:
        output.show(answer)
    return 2 if answer.unchecked else int(answer.failures > 0)


def _known(framework_name: str | None, dtype: str) -> None:
    """Raise LstmCalcError for a framework or a data type that is not known, before any model is read."""
    from lstm_calc.dtypes import dtype_of
    from lstm_calc.frameworks import framework

    if framework_name is not None:
        framework(framework_name)
    dtype_of(dtype)


def _checked(name: str, how: "ReadingOptions", limits: "Budget", assumed: list[str], question: dict[str, Any]) -> "Check":
    """Return the check of one model, or of what is wrong with it."""
    from lstm_calc.cli.model_words import is_a_path
    from lstm_calc.cli.models import model_and_budget
    from lstm_calc.errors import ModelFileError, NotationError
    from lstm_calc.questions.check import Check, check

    try:
        model, budget = model_and_budget(name, None, assumed, how)
        return check(model, budget.but(limits), **question).replace(model=name, is_file=is_a_path(name))
    except (ModelFileError, NotationError) as error:
        return Check(name, error=str(error), framework=question["framework_name"], is_file=is_a_path(name))
    except LstmCalcError as error:
        return Check(name, error=f"{printable(name)}: {error}", framework=question["framework_name"], is_file=is_a_path(name))


COMMAND = Command(
    run,
    group="Size and compare",
    place=80,
    help="""
        Check models against a budget: exit 0 if all fit, 1 if one does not, 2 if one can't be read; -q counts those.

        The options override the budget of a model file.

        Example: lstm-calc check '32 > lstm 32' '32 > gru 64' --max-params 20k --max-bytes 256KiB
    """,
    readers={
        "limits": read_budget,
        "batch": read_batch,
        "dtype": read_dtype,
        "output": output_reader("github"),
        "quiet": quiet_reader("how many models do not fit, or cannot be read"),
    },
    synonyms=("budget", "assert", "limit", "fits", "lint"),
)
