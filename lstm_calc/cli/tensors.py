"""``lstm-calc tensors``."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output
from lstm_calc.model import Model

if TYPE_CHECKING:
    from lstm_calc.document import Document
    from lstm_calc.questions.tensors import Storage


@with_options
def run(
    model: Model,
    framework: str,
    output: Output,
    quiet: bool,
    gates: Annotated[bool, typer.Option("--gates", help="Show the slice of every gate in each tensor.")] = False,
) -> int:
    """List the tensors of a model exactly as a framework stores them.

    Example: lstm-calc tensors '32 > lstm 32' -f pytorch --gates
    """
    if quiet:
        from lstm_calc.measure import count

        return output.number(count(model, framework))
    from lstm_calc.questions.tensors import tensors

    answer = tensors(model, framework)
    return output.show(answer.data, lambda: _document(model, answer, gates=gates))


def _document(model: Model, answer: "Storage", *, gates: bool) -> "Document":
    from lstm_calc.report import tensors_document

    return tensors_document(model, answer, gates=gates)
