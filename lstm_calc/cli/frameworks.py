"""``lstm-calc frameworks``."""

from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output


@with_options
def run(output: Output) -> int:
    """Show what each framework offers and how it stores it.

    Example: lstm-calc frameworks
    """
    from lstm_calc.questions.support import support
    from lstm_calc.report import frameworks_document

    answer = support()
    return output.show(answer.data, lambda: frameworks_document(answer))
