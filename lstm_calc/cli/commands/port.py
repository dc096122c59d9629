"""``lstm-calc port``."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.options import framework_names
from lstm_calc.cli.output import Output, warn, write_file
from lstm_calc.errors import LstmCalcError, quoted
from lstm_calc.render import TABLE

if TYPE_CHECKING:
    from lstm_calc.model import Model
    from lstm_calc.questions.port import Port

_FILES = "Weights"


def run(
    target: Annotated[str, typer.Option("--to", help="The framework that the weights go to.", autocompletion=framework_names)],
    model_alone: "Model",
    output: Output,
    source: Annotated[
        str | None,
        typer.Option(
            "--from", help="The framework that the weights are in; default: that of the file.", autocompletion=framework_names
        ),
    ] = None,
    code: Annotated[bool, typer.Option("--code", help="Print a Python function that does it, with NumPy alone.")] = False,
    weights: Annotated[
        str | None, typer.Option("--weights", help="Move the weights of this safetensors file ...", rich_help_panel=_FILES)
    ] = None,
    prefix: Annotated[
        str | None,
        typer.Option("--prefix", help="... whose names begin with this, such as model.lstm. ...", rich_help_panel=_FILES),
    ] = None,
    save: Annotated[
        str | None, typer.Option("--save", help="... into this one, whole or not at all.", rich_help_panel=_FILES)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.", rich_help_panel=_FILES)] = False,
) -> int:
    _check(output, weights, save, code=code, files_only={"--force": force, "--prefix": prefix is not None})
    from lstm_calc.questions.port import port_plan

    if source is None and model_alone.framework is None:
        raise LstmCalcError("missing option '--from': the framework the weights are in, which this model does not say itself")
    plan = port_plan(model_alone, source, target)
    warn(model_alone.remarks)
    if weights is not None and save is not None:
        _move_file(weights, prefix or "", save, plan)
    return output.text(_code(plan), "py") if code else output.show(plan)


def _check(output: Output, weights: str | None, save: str | None, *, code: bool, files_only: dict[str, bool]) -> None:
    """Refuse options that do not go together, and a file that would be replaced."""
    if code and output.form != TABLE:
        raise LstmCalcError("--code prints Python; leave out --format, and let a file end in .py")
    if (weights is None) != (save is None):
        raise LstmCalcError("--weights and --save go together: the file that is read and the one that is written")
    if save is None:
        for option in filter(files_only.get, files_only):
            raise LstmCalcError(f"{option} is for --weights and --save, which are not there")
    elif save == "-":
        raise LstmCalcError("--save: weights are written to a file, not to '-'")
    elif Path(save).suffix.lower() not in {"", ".safetensors"}:
        raise LstmCalcError(f"--save: {quoted(save)} has another ending than what is written; give .safetensors")
    elif not files_only["--force"] and os.path.lexists(save):
        raise LstmCalcError(f"--save: {quoted(save)} is there already; --force replaces it")


def _move_file(weights: str, prefix: str, save: str, plan: "Port") -> None:
    from lstm_calc.questions.port.arrays import move
    from lstm_calc.weights.safetensors_file import read_weights, written

    write_file("--save", save, [written(move(read_weights(weights), plan, prefix))])


def _code(plan: "Port") -> str:
    from lstm_calc.questions.port.code import port_code

    return port_code(plan)


COMMAND = Command(
    run,
    group="Weights",
    place=110,
    help="""
        Say which slice of which tensor goes where when weights move to another framework, and what happens to the biases.

        Example: lstm-calc port '32 > lstm 64' --from keras --to pytorch --code
    """,
    synonyms=("convert", "translate", "export", "migrate"),
)
