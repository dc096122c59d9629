"""``lstm-calc cost``."""

from functools import partial
from typing import Any

from lstm_calc.cli.models import read_one_or_more
from lstm_calc.cli.options import quiet_reader, with_options
from lstm_calc.cli.output import Output, warn
from lstm_calc.cli.quantities import read_batch, read_device, read_dtype, read_training
from lstm_calc.errors import LstmCalcError
from lstm_calc.model import Model


@partial(
    with_options,
    models=read_one_or_more,
    batch=read_batch,
    dtype=read_dtype,
    training=read_training,
    device=read_device,
    quiet=quiet_reader("the multiply-accumulates of the batch"),
)
def run(
    models: list[tuple[str, Model]],
    framework: str | None,
    batch: dict[str, Any],
    dtype: dict[str, Any],
    training: dict[str, Any],
    device: dict[str, Any],
    output: Output,
    quiet: bool,
) -> int:
    names = [] if framework is None else list(dict.fromkeys(framework.split(",")))
    several = len(models) > 1 or len(names) > 1
    if quiet and several:
        raise LstmCalcError("--quiet prints one number, and these are several models; give one of them")
    if quiet:
        from lstm_calc.operations import macs_of
        from lstm_calc.runs import batch_of

        return output.number(macs_of(models[0][1], framework, batch_of(**batch)))
    warn(remark for _, model in models for remark in model.remarks)
    conditions = batch | dtype | training | device
    if several:
        from lstm_calc.questions.totals import costs

        return output.show(costs(models, names, **conditions))
    from lstm_calc.questions.cost import cost

    return output.show(cost(models[0][1], framework, **conditions))
