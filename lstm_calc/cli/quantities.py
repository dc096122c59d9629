"""The options of commands that ask for costs; each reader gives keyword arguments of :func:`lstm_calc.cost`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstm_calc.cli.numbers import counted, read_counts, sized
from lstm_calc.errors import LstmCalcError, ModelError

if TYPE_CHECKING:
    from lstm_calc.budget import Budget

BUDGET = "Budget"
_BATCH = "Batch"
_BYTES = "Bytes"
_TRAINING = "Training"
_DEVICE = "Device"


def _dtypes() -> list[str]:
    from lstm_calc.dtypes import DTYPES

    return list(DTYPES)


def _optimizers() -> list[str]:
    from lstm_calc.questions.training import OPTIMIZERS

    return list(OPTIMIZERS)


def read_batch(
    batch: Annotated[str | None, typer.Option("--batch", help="Sequences at once; 1.", rich_help_panel=_BATCH)] = None,
    steps: Annotated[str | None, typer.Option("--steps", help="Time steps of each; 1.", rich_help_panel=_BATCH)] = None,
    lengths: Annotated[
        str | None, typer.Option("--lengths", help="Instead: the valid steps of a packed batch, as 10,5.", rich_help_panel=_BATCH)
    ] = None,
    space: Annotated[
        str | None, typer.Option("--space", help="conv_lstm: the image that it reads, as 64x64.", rich_help_panel=_BATCH)
    ] = None,
) -> dict[str, Any]:
    """Return the batch that is run."""
    if lengths is not None and (batch is not None or steps is not None):
        raise LstmCalcError("--lengths says how many sequences there are and how long; leave out --batch and --steps")
    given = {name: counted(name, text) for name, text in (("batch", batch), ("steps", steps)) if text is not None}
    image = {"space": read_counts("space", space, separator="x")} if space is not None else {}
    return given | image | ({"lengths": read_counts("lengths", lengths)} if lengths is not None else {})


def read_dtype(
    dtype: Annotated[
        str,
        typer.Option("--dtype", help="float32, float16, bfloat16, int8 or int4.", autocompletion=_dtypes, rich_help_panel=_BYTES),
    ] = "float32",
    per_channel: Annotated[
        bool, typer.Option("--per-channel", help="int8, int4: a scale a channel, not a tensor.", rich_help_panel=_BYTES)
    ] = False,
) -> dict[str, Any]:
    """Return the data type that weights are stored in."""
    return {"dtype": dtype, "per_channel": per_channel}


def read_training(
    training: Annotated[
        bool, typer.Option("--training", help="Also what training takes: with adam.", rich_help_panel=_TRAINING)
    ] = False,
    optimizer: Annotated[
        str | None,
        typer.Option(
            "--optimizer",
            help="The same with sgd, momentum, adam, adamw, adafactor or adam8bit.",
            autocompletion=_optimizers,
            rich_help_panel=_TRAINING,
        ),
    ] = None,
    truncate: Annotated[
        str | None, typer.Option("--truncate", help="Steps to go back through at a time.", rich_help_panel=_TRAINING)
    ] = None,
) -> dict[str, Any]:
    """Return the optimizer, None where nothing is trained, and the steps that it goes back through."""
    chosen = optimizer if optimizer is not None or not training else "adam"
    if truncate is not None and chosen is None:
        raise LstmCalcError("--truncate says how far training goes back; give --training, too")
    return {"optimizer": chosen, "truncate": None if truncate is None else counted("truncate", truncate)}


def read_device(
    flops: Annotated[str | None, typer.Option("--flops", help="Operations a second, as 10T.", rich_help_panel=_DEVICE)] = None,
    bandwidth: Annotated[
        str | None, typer.Option("--bandwidth", help="Bytes a second, as 100GB or 64GiB.", rich_help_panel=_DEVICE)
    ] = None,
) -> dict[str, Any]:
    """Return what a device does in a second."""
    return {
        "flops": None if flops is None else counted("flops", flops),
        "bandwidth": None if bandwidth is None else sized("--bandwidth", bandwidth),
    }


def read_budget(
    max_params: Annotated[
        str | None, typer.Option(help="Parameters, as 2M; the flags override the budget of a model file.", rich_help_panel=BUDGET)
    ] = None,
    max_bytes: Annotated[str | None, typer.Option(help="Bytes of the weights, as 256KiB.", rich_help_panel=BUDGET)] = None,
    max_macs: Annotated[str | None, typer.Option(help="Multiply-accumulates of the batch, as 1M.", rich_help_panel=BUDGET)] = None,
) -> "Budget":
    """Return the budget of the flags; raise LstmCalcError, naming the flag, for what is no number."""
    from lstm_calc.budget import budget_of

    texts = {"params": max_params, "bytes": max_bytes, "macs": max_macs}
    try:
        return budget_of({name: text for name, text in texts.items() if text is not None})
    except ModelError as error:
        raise LstmCalcError(f"--max-{error.key}: {error.without_key}") from None
