"""The largest size that fits a budget, by bisection on exact integers.

Every count is a sum of products of sizes, so a larger size never counts less: what fits is all below one number. Where a model
can exist is one stretch of numbers as well, for each condition (a projection below the units, a tied matrix) compares two sizes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import FrameworkError, LstmCalcError, ModelError, listed
from lstm_calc.frameworks import framework_of
from lstm_calc.frozen import Record, quotient
from lstm_calc.model import Model
from lstm_calc.model.rules import MAX_SIZE
from lstm_calc.model.template import Template, in_proportion, one_width, template_of
from lstm_calc.questions.answer import Answer
from lstm_calc.questions.metrics import IN_WORDS, NAMES, amount_words, chosen, like_limit, metrics, run_note, value_words
from lstm_calc.questions.titles import headline, in_framework
from lstm_calc.render.document import Column, Document, Line, Table, Value
from lstm_calc.runs import steps_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Candidate(Record):
    """One size, the model of that size, and its value of each metric."""

    number: int
    model: Model
    costs: dict[str, int]


class Solution(Answer):
    """What fits a budget: ``fit`` is the largest that does, ``next`` the one after it, which does not.

    ``unknown`` is the field that was solved for. ``fit`` is None where nothing fits, and ``next`` then the smallest there is;
    ``next`` is None where there is none larger, or none at all among the multiples asked for, and ``end`` says why. ``run`` are
    the conditions that the costs depend on.
    """

    schema = "lstm-calc/solve/1"
    json = ("schema", "framework", "unknown")

    framework: str
    unknown: str
    budget: dict[str, int]
    fit: Candidate | None
    next: Candidate | None
    end: str | None = None
    run: dict[str, Any] | None = None

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        fit = _plain(self.unknown, self.fit) or {self.unknown: None, "total": None, "model": None}
        used = self.fit.costs if self.fit else {}
        budget = {
            name: {"limit": limit, "used": used.get(name), "share": used[name] / limit if used else None}
            for name, limit in self.budget.items()
        }
        return super().data() | fit | {"next": _plain(self.unknown, self.next), "budget": budget}

    def document(self) -> Document:
        """Return what fits the budget, what comes next, and how much of the budget is used."""
        columns = (
            Column("candidate", "candidate"),
            Column(self.unknown, _words(self.unknown), "number"),
            *(column for name in self.budget for column in _budget_columns(name, several=len(self.budget) > 1)),
            Column("model", "model"),
        )
        table, several = Table(columns, tuple(_lines(self))), len(self.budget) > 1 and (self.fit or self.next)
        tables = (table.for_machines_alone(), _limits_table(self)) if several else (table,)
        return Document(_title(self), tables, tuple(_notes(self)))


def _plain(unknown: str, candidate: Candidate | None) -> dict[str, Any] | None:
    if candidate is None:
        return None
    return {unknown: candidate.number, "total": candidate.costs["params"], "model": str(candidate.model)}


def solve(
    model: Model | Template,
    framework_name: str | None = None,
    *,
    scale: bool = False,
    multiple_of: int = 1,
    conditions: dict[str, Any] | None = None,
    **budget: int,
) -> Solution:
    """Return the largest size with which a model fits a budget, such as ``params=1_000_000``.

    Solved for is what a template leaves open; of a model that leaves nothing open, the one width of all recurrent layers, or with
    ``scale`` their widest units, the others in proportion. ``multiple_of``: only such sizes. ``budget`` has the most that may be
    taken: ``params``, ``bytes`` of the weights, ``macs``, ``ram`` (bytes of the working memory), ``step_ns``; none: the budget of
    the template's file. ``conditions`` are the keywords of :func:`lstm_calc.cost` that these depend on (``steps``, ``dtype``,
    ``bandwidth``, ...).

    Raises LstmCalcError where there is no budget, where no size at all is possible, or where all of them fit.

    >>> from lstm_calc import LSTM, Model, solve
    >>> solve(Model([LSTM(1)], input_dim=64), "keras", params=1_000_000).fit.number
    468
    """
    template = _opened(model, scale=scale)
    budget = budget or template.budget.changed()
    name = framework_of(template, framework_name).name
    if not budget or not set(budget) <= set(NAMES):
        raise LstmCalcError(f"a budget is the most of {listed(NAMES, 'or')} that a model may take")
    chosen_ones = chosen(metrics(**conditions or {}), ["params", *budget])

    def candidate(number: int) -> Candidate:
        filled = template.fill(number)
        return Candidate(number, filled, {metric: each.of(filled, name) for metric, each in chosen_ones.items()})

    return _largest(template, name, candidate, multiple_of, budget).replace(run=conditions or {})


def _largest(
    template: Template, name: str, candidate: Callable[[int], Candidate], multiple_of: int, budget: dict[str, int]
) -> Solution:
    """Return the largest multiple of a number with which a template fits a budget in a framework."""

    def multiple(steps: int) -> Candidate:
        return candidate(steps * multiple_of)

    try:
        low = smallest(multiple, (size // multiple_of + more for size in _landmarks(template) for more in (0, 1)))
    except (ModelError, FrameworkError) as error:
        smallest(candidate, _landmarks(template))
        end = f"no multiple of {multiple_of:,} is possible: {error}"
        return Solution(name, template.unknown, budget, None, None, end)
    if not _fits(multiple, low, budget):
        return Solution(name, template.unknown, budget, None, multiple(low))
    high = largest(low, lambda steps: _fits(multiple, steps, budget))
    if (high + 1) * multiple_of > MAX_SIZE:
        raise LstmCalcError(f"{listed(budget)} do not grow with {template.unknown}: any number fits")
    return Solution(name, template.unknown, budget, multiple(high), *_after(multiple, high + 1))


def _fits(candidate: Callable[[int], Candidate], number: int, budget: dict[str, int]) -> bool:
    """Say whether a model of this size exists and fits the budget."""
    found, _ = _after(candidate, number)
    return found is not None and all(found.costs[name] <= limit for name, limit in budget.items())


def _opened(model: Model | Template, *, scale: bool) -> Template:
    """Return the template that is solved for."""
    template = template_of(model) if isinstance(model, Model) else model
    if template.places and scale:
        raise LstmCalcError("scale is for a model that leaves no size open, and this one has a ?")
    return template if template.places else (in_proportion if scale else one_width)(template)


def _landmarks(template: Template) -> Iterator[int]:
    """Yield sizes of which one is possible if any is: the smallest, those near other sizes of the model, and a large one."""
    sizes = [value for layer in template.layers for value in layer.asdict().values() if type(value) is int]
    yield 1
    for size in sizes:
        yield from (size - 1, size, size // 2, size * 2)
    yield max(sizes) ** 2


def possible(candidate: Callable[[int], Candidate], number: int) -> bool:
    """Say whether a model of this size exists."""
    try:
        candidate(number)
    except (ModelError, FrameworkError):
        return False
    return True


def smallest(candidate: Callable[[int], Candidate], seeds: Iterator[int]) -> int:
    """Return the smallest possible number, searched downwards from the first possible seed; raise the error of 1 where none is."""
    seed = next((number for number in seeds if possible(candidate, number)), None)
    if seed is None:
        return candidate(1).number
    return seed - largest(0, lambda down: possible(candidate, seed - down))


def largest(low: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number that fits, from one that does; whatever fits has to be one stretch.

    ``low`` always fits and ``low + step`` never does, once the step has been doubled that far.
    """
    step = 1
    while fits(low + step):
        low, step = low + step, 2 * step
    while step > 1:
        step //= 2
        low += step * fits(low + step)
    return low


def _after(candidate: Callable[[int], Candidate], number: int) -> tuple[Candidate | None, str | None]:
    """Return the candidate of a size, or why there is none."""
    try:
        return candidate(number), None
    except (ModelError, FrameworkError) as error:
        return None, str(error)


def verdict(answer: Solution) -> str:
    """Return a sentence for a budget that nothing fits: what even the smallest model takes, or why there is none."""
    least = answer.next
    if least is None:
        return f"nothing fits: {answer.end}"
    over = {name: limit for name, limit in answer.budget.items() if least.costs[name] > limit}
    takes = " and ".join(
        f"{amount_words(name, like_limit(name, limit, least.costs[name]))}, over {value_words(name, limit)}"
        for name, limit in over.items()
    )
    return f"nothing fits: even {_numbered(least, answer)} take{'s' * (least.number == 1)} {takes}"


def _title(answer: Solution) -> str:
    if answer.fit is None:
        return verdict(answer)
    return f"{_numbered(answer.fit, answer)}: {in_framework(answer.fit.model, answer.framework)}"


_NOUNS = {"input_dim": "input features", "projection": "projected units", "vocab_size": "tokens", "dim": "dimensions"}


def _words(field: str) -> str:
    return _NOUNS.get(field, field)


def _budget_columns(name: str, *, several: bool) -> tuple[Column, Column]:
    share = f"share of {IN_WORDS[name].heading}" if several else "share"
    return Column(name, IN_WORDS[name].heading, IN_WORDS[name].kind), Column(f"{name}_share", share, "share")


def _limits_table(answer: Solution) -> Table:
    """Return a row per limit, for people: columns for each would be too many for a screen."""
    fit, after = ([] if one is None else [one] for one in (answer.fit, answer.next))
    columns = (
        Column("metric", "metric"),
        Column("limit", "limit", "amount"),
        *(Column("used", _numbered(one, answer), "amount") for one in fit),
        *(Column("used_share", "share", "share") for _ in fit),
        *(Column("then", _numbered(one, answer), "amount") for one in after),
        *(Column("verdict", "verdict", "verdict") for _ in after),
    )
    lines = []
    for name, limit in answer.budget.items():
        used = [value for one in fit for value in (_amount(name, one, limit), quotient(one.costs[name], limit))]
        then = [value for one in after for value in (_amount(name, one, limit), "over" if one.costs[name] > limit else "fits")]
        lines.append(Line((IN_WORDS[name].heading, value_words(name, limit), *used, *then)))
    return Table(columns, tuple(lines), for_machines=False)


def _amount(name: str, candidate: Candidate, limit: int) -> str:
    return value_words(name, like_limit(name, limit, candidate.costs[name]))


def _numbered(candidate: Candidate, answer: Solution) -> str:
    """Return, in words, the size of a candidate."""
    words = _words(answer.unknown)
    return f"{candidate.number:,} {words.removesuffix('s') if candidate.number == 1 else words}"


def _lines(answer: Solution) -> Iterator[Line]:
    if answer.fit:
        yield Line(("fits", *_values(answer.fit, answer)))
    if answer.next:
        yield Line(("next" if answer.fit else "smallest", *_values(answer.next, answer)))
    limits = [value for limit in answer.budget.values() for value in (limit, None)]
    yield Line(("budget", None, *limits, None), sum="total")


def _values(candidate: Candidate, answer: Solution) -> list[Value]:
    shares = [
        value
        for name, limit in answer.budget.items()
        for value in (like_limit(name, limit, candidate.costs[name]), quotient(candidate.costs[name], limit))
    ]
    return [candidate.number, *shares, headline(candidate.model)]


def _notes(answer: Solution) -> Iterator[str]:
    candidate = answer.fit or answer.next
    yield from run_note(answer.budget, answer.run or {}, [steps_read(candidate.model)] if candidate else [])
    if answer.fit and answer.end:
        yield f"nothing larger is possible: {answer.end}"
