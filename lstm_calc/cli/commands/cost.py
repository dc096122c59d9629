"""``lstm-calc cost``."""

from typing import TYPE_CHECKING, Any

from lstm_calc.cli.commands import Command
from lstm_calc.cli.options import quiet_reader
from lstm_calc.cli.output import Output, warn
from lstm_calc.cli.quantities import read_batch, read_device, read_dtype, read_training
from lstm_calc.errors import LstmCalcError

if TYPE_CHECKING:
    from lstm_calc.model import Model


def run(
    one_or_more: "list[tuple[str, Model]]",
    framework: str | None,
    batch: dict[str, Any],
    dtype: dict[str, Any],
    training: dict[str, Any],
    device: dict[str, Any],
    output: Output,
    quiet: bool,
) -> int:
    names = [] if framework is None else list(dict.fromkeys(framework.split(",")))
    several = len(one_or_more) > 1 or len(names) > 1
    if quiet and several:
        raise LstmCalcError("--quiet prints one number, and these are several models; give one of them")
    if quiet:
        from lstm_calc.operations import macs_of
        from lstm_calc.runs import batch_of

        return output.number(macs_of(one_or_more[0][1], framework, batch_of(**batch)))
    warn(remark for _, model in one_or_more for remark in model.remarks)
    conditions = batch | dtype | training | device
    if several:
        from lstm_calc.questions.compare import costs

        return output.show(costs(one_or_more, names, **conditions))
    from lstm_calc.questions.cost import cost

    return output.show(cost(one_or_more[0][1], framework, **conditions))


COMMAND = Command(
    run,
    group="Count",
    place=70,
    help="""
        Count what a model costs to run or train: multiply-accumulates (-q: these alone), operations, bytes.

        Example: lstm-calc cost '32 > lstm 32' -f pytorch --batch 1 --steps 10
    """,
    readers={
        "batch": read_batch,
        "dtype": read_dtype,
        "training": read_training,
        "device": read_device,
        "quiet": quiet_reader("the multiply-accumulates of the batch"),
    },
    synonyms=("flops", "macs", "memory", "latency", "operations", "ops", "bytes"),
)
