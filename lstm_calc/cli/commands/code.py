"""``lstm-calc code``."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.options import code_reader
from lstm_calc.cli.output import Output, warn

if TYPE_CHECKING:
    from lstm_calc.model import Model


def run(
    model: "Model",
    framework: str | None,
    output: Output,
    oneliner: Annotated[bool, typer.Option("--oneliner", help="One layer: just the call that makes it.")] = False,
) -> int:
    from lstm_calc.questions.code import code

    answer = code(model, framework, one_line=oneliner)
    warn(model.remarks)
    return output.show(answer)


COMMAND = Command(
    run,
    group="Weights",
    place=120,
    help="""
        Write a model as code of pytorch, keras, flax-nnx or textbook (NumPy), with the parameter count in a comment.

        A layer that the framework lacks is refused by name. --oneliner writes one layer as a single call.

        Example: lstm-calc code '32 > lstm 64 x2 > dense 10' -f pytorch
    """,
    readers={"output": code_reader()},
)
