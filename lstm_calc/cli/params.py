"""``lstm-calc params``."""

from __future__ import annotations

from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output
from lstm_calc.model import Model


@with_options
def run(model: Model, framework: str, output: Output, quiet: bool) -> int:
    """Count the parameters of a model, gate by gate.

    Example: lstm-calc params --input 32 --units 32
    """
    if quiet:
        from lstm_calc.tensors import count

        return output.number(count(model, framework))
    from lstm_calc.report import params_document

    return output.show(params_document(model, framework))
