"""``lstm-calc report``."""

from functools import partial
from typing import TYPE_CHECKING, Any

from lstm_calc.cli.models import read_model_and_budget
from lstm_calc.cli.options import page_reader, with_options
from lstm_calc.cli.output import Output, warn
from lstm_calc.cli.quantities import read_batch, read_budget, read_device, read_dtype, read_training

if TYPE_CHECKING:
    from lstm_calc.model import Model
    from lstm_calc.model.budget import Budget


@partial(
    with_options,
    model=read_model_and_budget,
    batch=read_batch,
    dtype=read_dtype,
    training=read_training,
    device=read_device,
    budget=read_budget,
    page=page_reader(),
)
def run(
    model: "tuple[Model, Budget]",
    framework: str | None,
    batch: dict[str, Any],
    dtype: dict[str, Any],
    training: dict[str, Any],
    device: dict[str, Any],
    budget: "Budget",
    page: Output,
) -> int:
    from lstm_calc.questions.review import review

    described, own = model
    warn(described.remarks)
    answer = review(described, own.but(budget), framework, batch=batch, dtype=dtype, **training, **device)
    return page.show(answer)
