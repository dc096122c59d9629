"""What is said beside an answer, on standard error."""

import typer

from lstm_calc.visible import visible


def say(message: str) -> None:
    """Write a message, a line at least; control characters in what it quotes are made visible."""
    typer.echo("\n".join(map(visible, message.split("\n"))), err=True)
