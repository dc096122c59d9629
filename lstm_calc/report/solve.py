"""``solve`` as a Document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.frozen import quotient
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.report.words import from_file, headline, measure_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.questions.solve import Candidate, Solution
    from lstm_calc.render.document import Value


def solve_document(answer: Solution) -> Document:
    """Return what fits a budget, what comes next, and how much of the budget is used."""
    columns = (
        Column("candidate", "candidate"),
        Column(answer.unknown, _words(answer.unknown), "number"),
        *(column for name in answer.budget for column in _budget_columns(name, several=len(answer.budget) > 1)),
        Column("model", "model"),
    )
    table = Table(columns, tuple(_lines(answer)))
    return Document(_title(answer), (table,), tuple(_notes(answer)))


def verdict(answer: Solution) -> str:
    """Return, where nothing fits, what even the smallest takes, or why there is none."""
    least = answer.next
    if least is None:
        return f"nothing fits: {answer.end}"
    over = {name: limit for name, limit in answer.budget.items() if least.costs[name] > limit}
    takes = " and ".join(f"{least.costs[name]:,} {measure_words(name)}, over {limit:,}" for name, limit in over.items())
    one = least.number == 1
    unit = _words(answer.unknown).removesuffix("s") if one else _words(answer.unknown)
    return f"nothing fits: even {least.number:,} {unit} take{'s' * one} {takes}"


def _title(answer: Solution) -> str:
    if answer.fit is None:
        return verdict(answer)
    name, model = answer.framework, answer.fit.model
    return f"{answer.fit.number:,} {_words(answer.unknown)}: {headline(model)} in {name}{from_file(model, name)}"


_NOUNS = {"input_dim": "input features", "projection": "projected units", "vocab_size": "tokens", "dim": "dimensions"}


def _words(field: str) -> str:
    return _NOUNS.get(field, field)


def _budget_columns(name: str, *, several: bool) -> tuple[Column, Column]:
    share = f"share of {measure_words(name)}" if several else "share"
    return Column(name, measure_words(name), "number"), Column(f"{name}_share", share, "share")


def _lines(answer: Solution) -> Iterator[Line]:
    if answer.fit:
        yield Line(("fits", *_values(answer.fit, answer)))
    if answer.next:
        yield Line(("next" if answer.fit else "smallest", *_values(answer.next, answer)))
    limits = [value for limit in answer.budget.values() for value in (limit, None)]
    yield Line(("budget", None, *limits, None), sum="total")


def _values(candidate: Candidate, answer: Solution) -> list[Value]:
    shares = [
        value for name, limit in answer.budget.items() for value in (candidate.costs[name], quotient(candidate.costs[name], limit))
    ]
    return [candidate.number, *shares, headline(candidate.model)]


def _notes(answer: Solution) -> Iterator[str]:
    if answer.fit and answer.end:
        yield f"nothing larger is possible: {answer.end}"
