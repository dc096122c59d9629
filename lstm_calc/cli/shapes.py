"""``lstm-calc shapes``."""

from typing import Annotated

import typer

from lstm_calc.cli.numbers import read_size, read_sizes
from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output, warn
from lstm_calc.model import Model


@with_options
def run(
    model: Model,
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
