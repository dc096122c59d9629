"""``lstm-calc diagram``."""

from typing import Annotated

import typer

from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output, warn
from lstm_calc.model import Model


@with_options
def run(
    model: Model,
    framework: str | None,
    drawing: Output,
    layer: Annotated[
        str | None, typer.Option("--layer", help="The name of the layer whose cell is drawn; default: the first recurrent layer.")
    ] = None,
) -> int:
    from lstm_calc.questions.diagram import diagram

    answer = diagram(model, framework, layer)
    warn(model.remarks)
    return drawing.show(answer)
