"""``lstm-calc frameworks``."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.options import framework_names, with_options
from lstm_calc.cli.output import Output

if TYPE_CHECKING:
    from lstm_calc.questions.support import Support, SupportList
    from lstm_calc.render.document import Document


@with_options
def run(
    output: Output,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One framework, on a page of its own.", autocompletion=framework_names)
    ] = None,
) -> int:
    from lstm_calc.questions.support import support, support_of

    answer = support() if name is None else support_of(name)
    return output.show(answer.data, lambda: _document(answer))


def _document(answer: "Support | SupportList") -> "Document":
    from lstm_calc.questions.frameworks import framework_document, frameworks_document
    from lstm_calc.questions.support import Support

    return framework_document(answer) if isinstance(answer, Support) else frameworks_document(answer)
