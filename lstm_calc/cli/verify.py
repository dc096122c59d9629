"""``lstm-calc verify``."""

from functools import partial
from typing import Annotated

import typer

from lstm_calc.cli.options import quiet_reader, with_options
from lstm_calc.cli.output import Output
from lstm_calc.model import Model


@partial(with_options, quiet=quiet_reader("how many tensors and gates differ"))
def run(
    model: Model,
    framework: str | None,
    output: Output,
    quiet: bool,
    gates: Annotated[
        bool,
        typer.Option(
            "--gates", help="Also run each recurrent layer with weights written into our slices, and compare what it gives."
        ),
    ] = False,
) -> int:
    from lstm_calc.questions.verify import verify

    answer = verify(model, framework, gates=gates)
    if quiet:
        output.number(answer.failures)
    else:
        output.show(answer)
    return 0 if answer.agrees else 1
