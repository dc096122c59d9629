"""``lstm-calc cost``."""

from functools import partial
from typing import Any

from lstm_calc.cli.options import with_options
from lstm_calc.cli.output import Output, warn
from lstm_calc.cli.quantities import read_batch, read_device, read_dtype, read_training
from lstm_calc.model import Model


@partial(with_options, batch=read_batch, dtype=read_dtype, training=read_training, device=read_device)
def run(
    model: Model,
    framework: str | None,
    batch: dict[str, Any],
    dtype: dict[str, Any],
    training: dict[str, Any],
    device: dict[str, Any],
    output: Output,
    quiet: bool,
) -> int:
    if quiet:
        from lstm_calc.operations import macs_of
        from lstm_calc.runs import batch_of

        return output.number(macs_of(model, framework, batch_of(**batch)))
    from lstm_calc.questions.cost import cost

    answer = cost(model, framework, **batch, **dtype, **training, **device)
    warn(model.remarks)
    return output.show(answer)
