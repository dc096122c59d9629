"""``lstm-calc diagram``."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.options import plain_reader
from lstm_calc.cli.output import Output, warn

if TYPE_CHECKING:
    from lstm_calc.model import Model


def run(
    model: "Model",
    framework: str | None,
    output: Output,
    layer: Annotated[
        str | None, typer.Option("--layer", help="The name of the layer whose cell is drawn; default: the first recurrent layer.")
    ] = None,
) -> int:
    from lstm_calc.questions.diagram import diagram

    answer = diagram(model, framework, layer)
    warn(model.remarks)
    return output.show(answer)


COMMAND = Command(
    run,
    group="Count",
    place=150,
    help="""
        Draw a model with the shapes between its layers, and one step of one of its cells: Mermaid, or --format svg or html.

        Example: lstm-calc diagram '32 > lstm 64 > dense 10' -f keras --format svg
    """,
    readers={"output": plain_reader("mermaid")},
    synonyms=("draw", "plot", "graph", "mermaid"),
)
