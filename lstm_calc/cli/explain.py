"""``lstm-calc explain``."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output, warn
from lstm_calc.errors import LstmCalcError
from lstm_calc.model import Model

if TYPE_CHECKING:
    from lstm_calc.questions.difference import Difference
    from lstm_calc.questions.explain import Explanation
    from lstm_calc.render.document import Document


@with_options
def run(
    model: Model,
    framework: str | None,
    output: Output,
    step: Annotated[bool, typer.Option("--step", help="Also walk one time step, with the shapes that meet.")] = False,
    why: Annotated[bool, typer.Option("--difference", help="Say why two frameworks differ: -f keras,pytorch.")] = False,
) -> int:
    warn(model.remarks)
    if why or "," in (framework or ""):
        return _difference(model, framework or "", output, why=why, step=step)
    from lstm_calc.questions.explain import explain

    answer = explain(model, framework)
    return output.show(answer.data, lambda: _document(model, answer, step=step))


def _document(model: Model, answer: "Explanation", *, step: bool) -> "Document":
    from lstm_calc.questions.explain import explain_document

    return explain_document(model, answer, step=step)


def _difference(model: Model, frameworks: str, output: Output, *, why: bool, step: bool) -> int:
    names = [name.strip() for name in frameworks.split(",")]
    if not why or step or len(names) != 2:
        raise LstmCalcError("two frameworks are explained by --difference -f keras,pytorch, one by -f keras alone")
    from lstm_calc.questions.difference import difference

    answer = difference(model, *names)
    return output.show(answer.data, lambda: _difference_document(model, answer))


def _difference_document(model: Model, answer: "Difference") -> "Document":
    from lstm_calc.questions.difference import difference_document

    return difference_document(model, answer)
