"""``lstm-calc frameworks``."""

from __future__ import annotations

from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output


@with_options
def run(output: Output) -> int:
    """Show what each framework offers and how it stores it.

    Example: lstm-calc frameworks
    """
    from lstm_calc.report import frameworks_document

    return output.show(frameworks_document())
