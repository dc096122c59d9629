"""``lstm-calc shapes``."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.numbers import read_size, read_sizes
from lstm_calc.cli.output import Output, warn

if TYPE_CHECKING:
    from lstm_calc.model import Model


def run(
    model: "Model",
    framework: str | None,
    output: Output,
    shape: Annotated[
        str | None, typer.Option("--shape", help="The shape of the input, as 8x64x32; None for a size that is not known.")
    ] = None,
    h0: Annotated[
        str | None, typer.Option("--h0", help="The shape of the initial state h of the first recurrent layer, to check it: 2x8x64.")
    ] = None,
    batch: Annotated[str | None, typer.Option("--batch", help="Sequences per batch.")] = None,
    steps: Annotated[str | None, typer.Option("--steps", help="Steps per sequence.")] = None,
    batch_first: Annotated[
        bool | None,
        typer.Option("--batch-first/--time-major", help="The order of the first two axes (ONNX: layout=1 or 0)."),
    ] = None,
) -> int:
    from lstm_calc.questions.shapes import shapes

    answer = shapes(
        model,
        framework,
        shape=read_sizes("--shape", shape),
        batch=read_size("--batch", batch),
        steps=read_size("--steps", steps),
        batch_first=batch_first,
        h0=read_sizes("--h0", h0),
    )
    warn(answer.warnings)
    return output.show(answer)


COMMAND = Command(
    run,
    group="Count",
    place=40,
    help="""
        Follow a batch through a model: the shape of every input, state and output.

        Example: lstm-calc shapes '32 > lstm 64 x2 > dense 10' -f pytorch --shape 8x64x32 --batch-first
    """,
    synonyms=("shape", "dims", "flow"),
)
