"""The least that a Typer program takes: twelve lines that print the number."""

from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def params(
    input_dim: Annotated[int, typer.Option("--input", "-i")],
    units: Annotated[int, typer.Option("--units", "-u")],
) -> None:
    typer.echo(4 * (units * (input_dim + units) + units))


if __name__ == "__main__":
    app()
