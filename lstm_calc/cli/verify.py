"""``lstm-calc verify``."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output
from lstm_calc.model import Model

if TYPE_CHECKING:
    from lstm_calc.questions.verify import Verification
    from lstm_calc.render.document import Document


@with_options
def run(
    model: Model,
    framework: str | None,
    output: Output,
    quiet: bool,
    gates: Annotated[bool, typer.Option("--gates", help="Also run each recurrent layer, filled through our slices.")] = False,
) -> int:
    from lstm_calc.questions.verify import verify

    answer = verify(model, framework, gates=gates)
    if quiet:
        output.number(answer.failures)
    else:
        output.show(answer.data, lambda: _document(model, answer))
    return 0 if answer.agrees else 1


def _document(model: Model, answer: "Verification") -> "Document":
    from lstm_calc.questions.verify import verify_document

    return verify_document(model, answer)
