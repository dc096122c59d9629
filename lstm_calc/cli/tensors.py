"""``lstm-calc tensors``."""

from __future__ import annotations

from typing import Annotated

import typer

from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output
from lstm_calc.model import Model


@with_options
def run(
    model: Model,
    framework: str,
    gates: Annotated[bool, typer.Option("--gates", help="Show the slice of every gate in each tensor.")] = False,
    *,
    output: Output,
    quiet: bool,
) -> int:
    """List the tensors of a model exactly as a framework stores them.

    Example: lstm-calc tensors '32 > lstm 32' -f pytorch --gates
    """
    if quiet:
        from lstm_calc.tensors import count

        return output.number(count(model, framework))
    from lstm_calc.report import tensors_document

    return output.show(tensors_document(model, framework, gates=gates))
