"""Every answer about a model and its budget, for a design review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError
from lstm_calc.frameworks import framework_of
from lstm_calc.questions.answer import Answer
from lstm_calc.questions.check import Check, Checks, check, over_words
from lstm_calc.questions.cost import Cost, conditions_words, cost
from lstm_calc.questions.params import ParamCount, whole_params
from lstm_calc.questions.shapes import Shapes, shapes
from lstm_calc.questions.solve import Solution, solve
from lstm_calc.questions.tensors import Storage, tensors
from lstm_calc.questions.titles import from_file, headline
from lstm_calc.render import size_words
from lstm_calc.render.document import Block, Column, Document, Line, Table
from lstm_calc.runs import with_steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.model import Model
    from lstm_calc.model.budget import Budget


class Review(Answer):
    """The answers about one model in one framework.

    ``budget`` is None where there is none; ``solution``, the sizes in proportion that fit it, also where no size is free. ``tool``
    and ``date`` say what made the page, and on which day; empty where that is not to be said.
    """

    schema = "lstm-calc/report/1"
    json = ("schema", "framework", "tool", "date", "params", "tensors", "shapes", "cost", "budget", "solution")

    model: Model
    params: ParamCount
    tensors: Storage
    shapes: Shapes
    cost: Cost
    budget: Check | None = None
    solution: Solution | None = None
    tool: str = ""
    date: str = ""

    @property
    def framework(self) -> str:
        """The framework that all answers are of."""
        return self.params.framework

    def document(self) -> Document:
        """Return one page on the model: the most important figures first, then one section per answer."""
        return Document(
            f"Design review of {headline(self.model)}",
            (_summary(self),),
            (),
            body=tuple(_introduction(self.model, self)),
            sections=tuple(_sections(self.model, self)),
        )


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
    model = with_steps(model, framework_of(model, framework_name).name, batch.get("steps"))
    known = {name: batch[name] for name in ("batch", "steps") if name in batch}
    answers = Review(
        model,
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


def _introduction(model: Model, answer: Review) -> Iterator[Block]:
    if headline(model) != str(model):
        yield Block(str(model))
    framework = answer.params.framework
    yield Block(f"As {framework} stores and runs it{from_file(model, framework)}: {conditions_words(answer.cost)}.")
    if answer.tool:
        yield Block(f"Made with {answer.tool} on {answer.date}.")


def _summary(answer: Review) -> Table:
    columns = (
        Column("params", "parameters", "number"),
        Column("weights", "weights", "bytes"),
        Column("macs", "MACs", "number"),
        Column("flops", "FLOPs", "number"),
        Column("working_memory", "working memory", "bytes"),
        Column("state", "state", "bytes"),
        Column("budget", "budget"),
    )
    cost = answer.cost
    memory = (cost.bytes.working_memory, cost.bytes.state)
    values = (answer.params.known_total, cost.bytes.weights, cost.macs, cost.whole.flops, *memory, _verdict(answer))
    over = tuple("weights" if name == "bytes" else name for name in (answer.budget.over if answer.budget else ()))
    return Table(columns, (Line(values, over=(*over, *["budget"][: len(over)])),))


def _verdict(answer: Review) -> str | None:
    if answer.budget is None:
        return None
    return "fits" if answer.budget.fits else f"over by {over_words(answer.budget)}"


def _sections(model: Model, answer: Review) -> Iterator[Document]:
    shapes_page = answer.shapes.document()
    yield Document("Diagram", (), (), shapes_page.graphs)
    stored = f"{size_words(answer.cost.bytes.weights)} in {answer.cost.dtype}"
    yield answer.params.document(stored=stored, folded=True).replace(title="Parameters")
    yield answer.tensors.document().replace(title="Tensors")
    yield shapes_page.replace(title="Shapes", graphs=())
    yield answer.cost.document().replace(title="Cost", body=())
    if answer.budget is not None:
        checks = Checks(answer.cost.dtype, (answer.budget.replace(model=headline(model), would_fit=None),))
        yield checks.document().replace(title="Budget")
    if answer.solution is not None:
        yield _what_would_fit(answer.solution)


def _what_would_fit(solution: Solution) -> Document:
    found = solution.document()
    body = [Block(found.title)]
    if solution.fit and headline(solution.fit.model) != str(solution.fit.model):
        body.append(Block(str(solution.fit.model)))
    return found.replace(title="What would fit", body=tuple(body), notes=(_PROPORTIONS, *found.notes))


_PROPORTIONS = "units: of the widest recurrent layer, the others in proportion"
