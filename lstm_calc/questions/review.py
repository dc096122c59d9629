"""A model for a design review: every answer about it, beside what it may cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError
from lstm_calc.frozen import Record
from lstm_calc.questions.check import Check, check
from lstm_calc.questions.cost import Cost, cost
from lstm_calc.questions.params import ParamCount, whole_params
from lstm_calc.questions.shapes import Shapes, shapes
from lstm_calc.questions.solve import Solution, solve
from lstm_calc.questions.tensors import Storage, tensors

if TYPE_CHECKING:
    from lstm_calc.model import Model
    from lstm_calc.model.budget import Budget


class Review(Record):
    """The answers about one model in one framework.

    ``budget`` is None where there is none; ``solution``, the sizes in proportion that fit it, also where no size is free.
    """

    params: ParamCount
    tensors: Storage
    shapes: Shapes
    cost: Cost
    budget: Check | None = None
    solution: Solution | None = None

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer: each answer's own."""
        answers = {name: answer and answer.data() for name, answer in self.asdict().items()}
        return {"schema": "lstm-calc/report/1", "framework": self.params.framework, **answers}


def review(
    model: Model,
    budget: Budget,
    framework_name: str | None = None,
    *,
    batch: dict[str, Any],
    dtype: dict[str, Any],
    **conditions: Any,
) -> Review:
    """Return every answer about a model; ``batch``, ``dtype`` and ``conditions`` are the keywords of :func:`lstm_calc.cost`.

    Raises what the questions raise: FrameworkError where the framework lacks what the model asks for, ModelError where the batch
    does not go with the model.
    """
    known = {name: batch[name] for name in ("batch", "steps") if name in batch}
    answers = Review(
        whole_params(model, framework_name),
        tensors(model, framework_name),
        shapes(model, framework_name, **known),
        cost(model, framework_name, **batch, **dtype, **conditions),
    )
    if not budget.changed():
        return answers
    checked = check(model, budget, framework_name, **batch, **dtype)
    return answers.replace(budget=checked, solution=_solution(model, budget, framework_name, batch | dtype))


def _solution(model: Model, budget: Budget, framework_name: str | None, conditions: dict[str, Any]) -> Solution | None:
    """Return the largest model of the same proportions that fits; None where none of its sizes can be another."""
    try:
        return solve(model, framework_name, scale=True, conditions=conditions, **budget.changed())
    except LstmCalcError:
        return None
