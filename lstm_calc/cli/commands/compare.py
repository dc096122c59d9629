"""``lstm-calc compare``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.options import quiet_reader
from lstm_calc.cli.output import Output
from lstm_calc.cli.quantities import read_batch, read_dtype
from lstm_calc.errors import LstmCalcError, shortened

if TYPE_CHECKING:
    from lstm_calc.cli.sources import ReadingOptions
    from lstm_calc.model import Model

_MODELS = "Lines of notation or model files; HEAD~1:model.toml is one at a revision of git (path from the top)."
_NUMBER = "the parameters of the second less those of the first"


def run(
    models: Annotated[list[str], typer.Argument(metavar="MODEL...", help=_MODELS)],
    how: "ReadingOptions",
    framework: str | None,
    batch: dict[str, Any],
    dtype: dict[str, Any],
    output: Output,
    quiet: bool,
    fail: Annotated[bool, typer.Option("--fail-if-different", help="Exit with 1 if any row differs.")] = False,
) -> int:
    from lstm_calc.questions.compare import compare

    names = [] if framework is None else list(dict.fromkeys(name.strip() for name in framework.split(",")))
    how = how if len(models) == 1 else how.shared
    answer = compare([(shortened(text), _model(text, how)) for text in models], names, **batch, **dtype)
    if quiet and len(answer.subjects) > 2:
        raise LstmCalcError("--quiet prints one number, the difference of two; give two models, or one in two frameworks")
    if quiet:
        output.number(answer.total.deltas[1])
    else:
        output.show(answer)
    return 1 if fail and answer.differs else 0


def _model(text: str, how: "ReadingOptions") -> "Model":
    """Return the model of an argument, which may be a file at a revision."""
    from lstm_calc.cli.models import named_model
    from lstm_calc.cli.revision import at_revision, is_a_revision

    return at_revision(text, how) if is_a_revision(text) else named_model(text, how=how)


COMMAND = Command(
    run,
    group="Size and compare",
    place=60,
    help="""
        Compare models, frameworks or both, layer by layer, each with the first; -f keras,pytorch for several frameworks.

        Example: lstm-calc compare '64 > lstm 128' '64 > gru 151'
    """,
    readers={"batch": read_batch, "dtype": read_dtype, "quiet": quiet_reader(_NUMBER)},
    synonyms=("diff", "vs", "versus"),
)
