"""``report`` as a Document: the other answers as its sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.questions.check import Checks
from lstm_calc.render.document import Block, Column, Document, Line, Table
from lstm_calc.report.check import check_document, over_words
from lstm_calc.report.cost import batch_words, cost_document
from lstm_calc.report.params import params_document
from lstm_calc.report.shapes import shapes_document
from lstm_calc.report.solve import solve_document
from lstm_calc.report.tensors import tensors_document
from lstm_calc.report.words import from_file, headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.model import Model
    from lstm_calc.questions.review import Review
    from lstm_calc.questions.solve import Solution


def review_document(model: Model, answer: Review) -> Document:
    """Return one page on a model: what matters most in a line, then every answer as a section."""
    return Document(
        f"Design review of {headline(model)}",
        (_summary(answer),),
        (),
        body=tuple(_introduction(model, answer)),
        sections=tuple(_sections(model, answer)),
    )


def _introduction(model: Model, answer: Review) -> Iterator[Block]:
    if headline(model) != str(model):
        yield Block(str(model))
    yield Block(
        f"As {answer.params.framework} stores and runs it{from_file(model, answer.params.framework)}: {batch_words(answer.cost)}."
    )


def _summary(answer: Review) -> Table:
    columns = (
        Column("params", "parameters", "number"),
        Column("weights", "weights", "bytes"),
        Column("macs", "MACs", "number"),
        Column("flops", "FLOPs", "number"),
        Column("state", "state", "bytes"),
        Column("budget", "budget"),
    )
    cost = answer.cost
    values = (answer.params.known_total, cost.bytes.weights, cost.macs, cost.whole.flops, cost.bytes.state, _verdict(answer))
    return Table(columns, (Line(values),))


def _verdict(answer: Review) -> str | None:
    if answer.budget is None:
        return None
    return "fits" if answer.budget.fits else f"over by {over_words(answer.budget)}"


def _sections(model: Model, answer: Review) -> Iterator[Document]:
    flow = shapes_document(model, answer.shapes)
    yield Document("Diagram", (), (), flow.graphs)
    yield params_document(model, answer.params).replace(title="Parameters")
    yield tensors_document(model, answer.tensors, gates=False).replace(title="Tensors")
    yield flow.replace(title="Shapes", graphs=())
    yield cost_document(model, answer.cost).replace(title="Cost")
    if answer.budget is not None:
        checks = Checks(answer.cost.dtype, (answer.budget.replace(model=headline(model)),))
        yield check_document(checks).replace(title="Budget")
    if answer.solution is not None:
        yield _what_would_fit(answer.solution)


def _what_would_fit(solution: Solution) -> Document:
    found = solve_document(solution)
    body = [Block(found.title)]
    if solution.fit and headline(solution.fit.model) != str(solution.fit.model):
        body.append(Block(str(solution.fit.model)))
    return found.replace(title="What would fit", body=tuple(body), notes=(_PROPORTIONS, *found.notes))


_PROPORTIONS = "units: of the widest recurrent layer, the others in proportion"
