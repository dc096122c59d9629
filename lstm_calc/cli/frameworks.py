"""``lstm-calc frameworks``."""

from typing import Annotated

import typer

from lstm_calc.cli.options import framework_names, with_options
from lstm_calc.cli.output import Output


@with_options
def run(
    output: Output,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One framework, on a page of its own.", autocompletion=framework_names)
    ] = None,
) -> int:
    """Show what each framework offers and how it stores it.

    Example: lstm-calc frameworks keras
    """
    from lstm_calc.questions.support import support, support_of
    from lstm_calc.report.frameworks import framework_document, frameworks_document

    if name is not None:
        page = support_of(name)
        return output.show(page.data, lambda: framework_document(page))
    answer = support()
    return output.show(answer.data, lambda: frameworks_document(answer))
