"""The options of commands that ask for costs; each reader gives keyword arguments of :func:`lstm_calc.cost`."""

from typing import TYPE_CHECKING, Any

import typer

from lstm_calc.cli.numbers import counted, read_counts, sized
from lstm_calc.errors import LstmCalcError, ModelError

if TYPE_CHECKING:
    from lstm_calc.model.budget import Budget

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
    batch: str | None = typer.Option(None, "--batch", help="Sequences at once; default: 1.", rich_help_panel=_BATCH),
    steps: str | None = typer.Option(None, "--steps", help="Time steps of each sequence; default: 1.", rich_help_panel=_BATCH),
    lengths: str | None = typer.Option(
        None,
        "--lengths",
        help="In place of both: the valid steps of each sequence of a packed batch, as 10,5.",
        rich_help_panel=_BATCH,
    ),
    space: str | None = typer.Option(None, "--space", help="The image that the model reads, as 64x64.", rich_help_panel=_BATCH),
) -> dict[str, Any]:
    """Return the batch that is run."""
    if lengths is not None and (batch is not None or steps is not None):
        raise LstmCalcError("--lengths says how many sequences there are and how long; leave out --batch and --steps")
    given = {name: counted(name, text) for name, text in (("batch", batch), ("steps", steps)) if text is not None}
    image = {"space": read_counts("space", space, separator="x")} if space is not None else {}
    return given | image | ({"lengths": read_counts("lengths", lengths)} if lengths is not None else {})


_OTHER_DTYPES = {
    **dict.fromkeys(("fp32", "float", "single"), "float32"),
    **dict.fromkeys(("fp16", "half"), "float16"),
    "bf16": "bfloat16",
}
"""Other names of data types."""


def read_dtype(
    dtype: str = typer.Option(
        "float32", "--dtype", help="float32, float16, bfloat16, int8 or int4.", autocompletion=_dtypes, rich_help_panel=_BYTES
    ),
    per_channel: bool = typer.Option(
        False, "--per-channel", help="int8, int4: one scale per channel, not per tensor.", rich_help_panel=_BYTES
    ),
) -> dict[str, Any]:
    """Return the data type that weights are stored in."""
    return {"dtype": _OTHER_DTYPES.get(dtype.lower(), dtype), "per_channel": per_channel}


def read_training(
    training: bool = typer.Option(False, "--training", help="Also what training with adam takes.", rich_help_panel=_TRAINING),
    optimizer: str | None = typer.Option(
        None,
        "--optimizer",
        help="Also what training takes with sgd, momentum, adam, adamw, adafactor or adam8bit.",
        autocompletion=_optimizers,
        rich_help_panel=_TRAINING,
    ),
    truncate: str | None = typer.Option(
        None, "--truncate", help="The steps that training goes back through at a time; default: all.", rich_help_panel=_TRAINING
    ),
) -> dict[str, Any]:
    """Return the optimizer, None where nothing is trained, and the steps that it goes back through."""
    chosen = optimizer.lower() if optimizer is not None else "adam" if training else None
    if truncate is not None and chosen is None:
        raise LstmCalcError("--truncate says how far training goes back; give --training, too")
    return {"optimizer": chosen, "truncate": None if truncate is None else counted("truncate", truncate)}


def read_device(
    flops: str | None = typer.Option(None, "--flops", help="Operations per second, as 10T.", rich_help_panel=_DEVICE),
    bandwidth: str | None = typer.Option(None, "--bandwidth", help="Bytes per second, as 100GB or 64GiB.", rich_help_panel=_DEVICE),
) -> dict[str, Any]:
    """Return what a device does in a second."""
    return {
        "flops": None if flops is None else counted("flops", flops),
        "bandwidth": None if bandwidth is None else sized("--bandwidth", bandwidth),
    }


def read_budget(
    max_params: str | None = typer.Option(
        None, help="Parameters, as 2M; the options override the budget of a model file.", rich_help_panel=BUDGET
    ),
    max_bytes: str | None = typer.Option(
        None, "--max-bytes", "--weights-limit", help="Bytes of the weights, as 256KiB.", rich_help_panel=BUDGET
    ),
    max_macs: str | None = typer.Option(None, help="Multiply-accumulates of the batch, as 1M.", rich_help_panel=BUDGET),
    max_ram: str | None = typer.Option(
        None, help="Bytes of the working memory (states and activations), as 64KiB.", rich_help_panel=BUDGET
    ),
) -> "Budget":
    """Return the budget of the flags; raise LstmCalcError, naming the flag, for what is no number."""
    from lstm_calc.model.budget import budget_of

    texts = {"params": max_params, "bytes": max_bytes, "macs": max_macs, "ram": max_ram}
    try:
        return budget_of({name: text for name, text in texts.items() if text is not None})
    except ModelError as error:
        raise LstmCalcError(f"--max-{error.key}: {error.without_key}") from None
