"""``lstm-calc summary``."""

from functools import partial
from typing import Annotated, Any

import typer

from lstm_calc.cli.numbers import read_size, read_sizes
from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output
from lstm_calc.cli.params import show_counted
from lstm_calc.cli.quantities import read_dtype
from lstm_calc.model import Model


@partial(with_options, dtype=read_dtype)
def run(
    model: Model,
    framework: str | None,
    dtype: dict[str, Any],
    output: Output,
    quiet: bool,
    shape: Annotated[
        str | None, typer.Option("--shape", help="The shape of the input, as 8x64x32; None for a size that is not known.")
    ] = None,
    batch: Annotated[str | None, typer.Option("--batch", help="Sequences per batch.")] = None,
    steps: Annotated[str | None, typer.Option("--steps", help="Steps per sequence.")] = None,
) -> int:
    from lstm_calc.questions.summary import summary

    answer = summary(
        model,
        framework,
        shape=read_sizes("--shape", shape),
        batch=read_size("--batch", batch),
        steps=read_size("--steps", steps),
        **dtype,
    )
    return show_counted(answer.counted, answer, output, quiet=quiet)
