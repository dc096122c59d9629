"""The least that a Typer and Rich program takes: twelve lines that print the same table."""

from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

app = typer.Typer()


@app.command()
def params(
    input_dim: Annotated[int, typer.Option("--input", "-i")],
    units: Annotated[int, typer.Option("--units", "-u")],
) -> None:
    table = Table("layer", "gate", "kernel", "recurrent kernel", "bias", "parameters", "share", box=box.SIMPLE_HEAD)
    for gate in ("input", "forget", "cell", "output"):
        shapes = f"({units}, {input_dim})", f"({units}, {units})", f"({units})"
        table.add_row("lstm", gate, *shapes, f"{units * (input_dim + units + 1):,}", "25.0%")
    table.add_row("total", "", "", "", "", f"{4 * units * (input_dim + units + 1):,}", "100.0%", style="bold")
    Console().print(table)


if __name__ == "__main__":
    app()
