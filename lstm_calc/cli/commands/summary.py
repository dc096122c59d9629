"""``lstm-calc summary``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.commands.params import show_counted
from lstm_calc.cli.numbers import read_size, read_sizes
from lstm_calc.cli.output import Output
from lstm_calc.cli.quantities import read_dtype

if TYPE_CHECKING:
    from lstm_calc.model import Model


def run(
    model: "Model",
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


COMMAND = Command(
    run,
    group="Count",
    place=20,
    help="""
        Summarise a model in one row per layer: output shape, parameters, their share, and MACs per step.

        Example: lstm-calc summary '40 > bilstm 128 x2 > dropout 0.5 > dense 10' -f keras
    """,
    readers={"dtype": read_dtype},
    synonyms=("summarize", "summarise", "torchinfo", "torchsummary"),
)
