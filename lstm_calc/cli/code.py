"""``lstm-calc code``."""

from functools import partial
from typing import Annotated

import typer

from lstm_calc.cli.options import code_reader, with_options
from lstm_calc.cli.output import Output, warn
from lstm_calc.model import Model


@partial(with_options, output=code_reader())
def run(
    model: Model,
    framework: str | None,
    output: Output,
    oneliner: Annotated[bool, typer.Option("--oneliner", help="One layer: just the call that makes it.")] = False,
) -> int:
    from lstm_calc.questions.code import code

    answer = code(model, framework, one_line=oneliner)
    warn(model.remarks)
    return output.show(answer)
