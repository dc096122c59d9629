"""``lstm-calc inspect``."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_calc.cli.commands import Command
from lstm_calc.cli.output import Output, warn
from lstm_calc.errors import LstmCalcError, printable
from lstm_calc.streams import say

if TYPE_CHECKING:
    from lstm_calc.questions.inspect import InspectedFile, Inspection


def run(
    output: Output,
    quiet: bool,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE...", help="Files of weights, of any format that is read.")
    ] = None,
    tensors: Annotated[bool, typer.Option("--tensors", help="List every tensor.")] = False,
    as_model: Annotated[bool, typer.Option("--as-model", help="Print all layers as a model file.")] = False,
    tensor: Annotated[
        str | None, typer.Option("--tensor", help="List the layers that have a tensor, as weight_ih_l0=240x81; without a file.")
    ] = None,
    same: Annotated[bool, typer.Option("--same", help="Say whether two files hold the same architecture: exit 0 or 1.")] = False,
) -> int:
    if tensor is not None:
        return _show_owners(tensor, files, output)
    if not files:
        raise LstmCalcError("missing argument 'FILE...': a file of weights, or --tensor weight_ih_l0=240x81")
    if as_model and same:
        raise LstmCalcError("--as-model prints one file and --same compares two: give one of them")
    if as_model:
        return _print_model(files, output)
    if same:
        return _compare(files, output)
    answer, refusals = _inspected(files, tensors=tensors)
    if quiet and answer.files:
        output.number(sum(file.params for file in answer.files))
    elif answer.files:
        output.show(answer)
    for refusal in refusals:
        say(f"error: {refusal}")
    return 2 if refusals else 0 if answer.reconciled else 1


def _show_owners(tensor: str, files: list[str] | None, output: Output) -> int:
    from lstm_calc.questions.owners import owners

    if files:
        raise LstmCalcError("--tensor asks about one tensor, and not about a file; give one of the two")
    answer = owners(tensor)
    output.show(answer)
    return int(not answer.layers)


def _inspected(files: list[str], *, tensors: bool) -> "tuple[Inspection, list[str]]":
    """Return what is in the files that can be read, and a sentence for each other."""
    from lstm_calc.questions.inspect import Inspection, inspect_file

    found: list[InspectedFile] = []
    refusals = []
    for path in files:
        try:
            found.append(inspect_file(path, tensors=tensors))
        except LstmCalcError as error:
            refusals.append(str(error))
    return Inspection(tuple(found)), refusals


def _print_model(files: list[str], output: Output) -> int:
    from lstm_calc.formats.modelfile import dumps
    from lstm_calc.questions.inspect import inspect_file

    if len(files) != 1:
        raise LstmCalcError("--as-model prints the model of one file; give one")
    file = inspect_file(files[0])
    model = file.model()
    if model is None:
        raise LstmCalcError(f"{printable(files[0])}: holds no layer, so that there is no model to print")
    warn(model.remarks)
    return output.text(dumps(model), "json")


def _compare(files: list[str], output: Output) -> int:
    from lstm_calc.questions.inspect import inspect_file, same

    if len(files) != 2:
        raise LstmCalcError("--same compares two files; give two")
    answer = same(*map(inspect_file, files))
    output.show(answer)
    return 0 if answer.same else 1


COMMAND = Command(
    run,
    group="Weights",
    place=130,
    help="""
        Find the recurrent layers in files of weights, by names and shapes alone, and compare their counts with ours.

        Nothing in a file is run and no weights are read. Exit 0 if every layer reconciles, 1 if one does not.

        Example: lstm-calc inspect model.safetensors
    """,
    synonyms=("load", "read", "open", "checkpoint"),
)
