"""``check`` as a Document, and as the annotations of a GitHub workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import listed
from lstm_calc.render import size_words
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.report.words import FROM_FILE
from lstm_calc.visible import visible

if TYPE_CHECKING:
    from lstm_calc.model.budget import Budget
    from lstm_calc.questions.check import Check, Checks
    from lstm_calc.render.document import Value


def check_document(answer: Checks) -> Document:
    """Return whether models fit their budgets, a line a model."""
    fitting = len(answer.models) - answer.failures
    title = f"{fitting:,} of {len(answer.models):,} fit the budget{_frameworks_words(answer)}, {answer.dtype}"
    columns = (
        Column("model", "model"),
        Column("verdict", "verdict"),
        Column("params", "parameters", "number"),
        Column("max_params", "at most", "number"),
        Column("bytes", "weights", "bytes"),
        Column("max_bytes", "at most", "bytes"),
        Column("macs", "MACs", "number"),
        Column("max_macs", "at most", "number"),
        Column("over", "over by"),
        Column("framework", "framework", shown=len(answer.frameworks) > 1),
    )
    lines = tuple(
        Line((each.model, _verdict(each), *_limits(each), over_words(each) or None, _framework_words(each)))
        for each in answer.models
    )
    return Document(title, (Table(columns, lines),), ())


def _frameworks_words(answer: Checks) -> str:
    """Return, in words, the frameworks that the models are counted in, and whether they are those of their files."""
    own = all(check.own for check in answer.models if check.framework is not None)
    return f", in {listed(answer.frameworks)}{FROM_FILE * own}" if answer.frameworks else ""


def _framework_words(check: Check) -> str | None:
    return f"{check.framework}{FROM_FILE * check.own}" if check.framework else None


def _verdict(check: Check) -> str:
    return "unchecked" if check.error is not None else "fits" if check.fits else "over"


def _limits(check: Check) -> tuple[Value, ...]:
    costs, most = check.costs, check.budget
    return costs.params, most.params, costs.bytes, most.bytes, costs.macs, most.macs


_WORDS = {
    "params": lambda number: f"{number:,} parameter{'s' * (number > 1)}",
    "bytes": lambda number: f"{size_words(number)} of weights",
    "macs": lambda number: f"{number:,} MAC{'s' * (number > 1)}",
}


def over_words(check: Check) -> str:
    """Return, in words, what a model has too much of; empty where it fits."""
    return listed(_WORDS[name](number) for name, number in check.over.items()) if check.over else ""


def _words(what: Budget) -> str:
    return listed(_WORDS[name](number) for name, number in what.changed().items())


def github_annotations(answer: Checks, files: frozenset[str]) -> str:
    """Return an ``::error`` for each model that does not fit, on its file where it is one, and a line for each that does."""
    return "".join(f"{_annotation(each, each.model in files)}\n" for each in answer.models)


def _annotation(check: Check, is_file: bool) -> str:
    if check.fits:
        return f"fits: {_escaped(check.model, '')}: {_sizes(check)}"
    place = f"file={_escaped(check.model, ':,')},title=lstm-calc" if is_file else "title=lstm-calc"
    message = f"{check.model} is over by {over_words(check)}: {_sizes(check)}" if check.error is None else check.error
    return f"::error {place}::{_escaped(message, '')}"


def _sizes(check: Check) -> str:
    return f"{_words(check.costs)}, at most {_words(check.budget)}"


def _escaped(text: str, more: str) -> str:
    """Return a text as a workflow command takes it, its lines kept and other control characters visible."""
    return "".join(f"%{ord(char):02X}" if char in f"%\r\n{more}" else visible(char) for char in text)
