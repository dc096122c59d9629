"""Whether models fit their budgets, and what is over by how much."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lstm_calc.dtypes import Dtype, dtype_of
from lstm_calc.errors import LstmCalcError, listed
from lstm_calc.frameworks import framework_of
from lstm_calc.frozen import quotient
from lstm_calc.model.budget import Budget
from lstm_calc.questions.answer import Answer, Data
from lstm_calc.questions.metrics import IN_WORDS, amount_words, like_limit, metrics, run_note, value_words
from lstm_calc.questions.params import ParamCount, params, uncounted_words
from lstm_calc.questions.titles import from_file, headline
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.runs import steps_read
from lstm_calc.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.model import Model


class Check(Data):
    """One model, under the name that it was given by: its costs and its budget, or why they cannot be compared.

    A cost is None where nothing limits it. ``framework`` is the one that it is counted in, None where it cannot be and none was
    asked for; ``because`` says, in words, where it comes from if nobody asked for it.
    ``is_file``: the model's name is that of a file. ``would_fit`` is the largest model of
    the same proportions that fits, where one that is over has its sizes changed. ``steps`` are those that the model says it reads.
    """

    json = ("model", "framework", "fits", "error", "limits", "would_fit")

    model: str
    budget: Budget = Budget()
    costs: Budget = Budget()
    error: str | None = None
    framework: str | None = None
    because: str = ""
    is_file: bool = False
    would_fit: Model | None = None
    steps: int | None = None

    @property
    def over(self) -> dict[str, int]:
        """By how much each cost exceeds its limit, for those that do."""
        most = self.budget.changed()
        return {name: cost - most[name] for name, cost in self.costs.changed().items() if cost > most[name]}

    @property
    def fits(self) -> bool:
        """Whether the model is within its budget."""
        return self.error is None and not self.over

    @property
    def limits(self) -> dict[str, dict[str, int | None]]:
        """For each metric, what the model takes, what the budget allows, and what is over."""
        over, most = self.over, self.budget.asdict()
        return {
            name: {"value": value, "budget": most[name], "over": over.get(name, 0)} for name, value in self.costs.changed().items()
        }

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer; the model that would fit is a line of notation."""
        return super().data() | {"would_fit": None if self.would_fit is None else str(self.would_fit)}


class Checks(Answer):
    """Several models, each as its framework stores it.

    ``run`` are the batch and its steps, as the keywords of :func:`lstm_calc.cost`; None where they are said elsewhere.
    """

    schema = "lstm-calc/check/1"
    json = ("schema", "framework", "dtype", "fits", "models")

    dtype: str
    models: tuple[Check, ...]
    run: dict[str, Any] | None = None

    @property
    def framework(self) -> str | None:
        """The framework of all models, None where there are several or none."""
        return self.frameworks[0] if len(self.frameworks) == 1 else None

    @property
    def fits(self) -> bool:
        """Whether all of them fit."""
        return not self.failures

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The frameworks that the models are counted in."""
        return tuple(dict.fromkeys(check.framework for check in self.models if check.framework is not None))

    @property
    def unchecked(self) -> int:
        """How many of them could not be checked."""
        return sum(check.error is not None for check in self.models)

    @property
    def failures(self) -> int:
        """How many of them do not fit, or could not be checked."""
        return sum(not check.fits for check in self.models)

    def document(self) -> Document:
        """Return one line per model: whether it fits its budget."""
        (first, *others), models = self.models, _models_table(self)
        where = f"{_frameworks_words(self)}, {self.dtype}"
        if others or not first.costs.changed():
            fitting = len(self.models) - self.failures
            title = f"{fitting:,} of {len(self.models):,} fit the budget{where}"
            return Document(title, (models,), tuple(_fitting_notes(self)))
        name = first.model if len(first.model) <= _LONGEST_NAME else "the model"
        verdict = "fits the budget" if first.fits else f"is over the budget by {over_words(first)}"
        title = f"{name} {verdict}{where}"
        return Document(title, (models.for_machines_alone(), _limits_table(first)), tuple(_fitting_notes(self)))

    def github(self) -> str:
        """Return an ``::error`` for each model that does not fit, on its file where it is one, and a line for each that does."""
        return "".join(f"{_annotation(each)}\n" for each in self.models)


def check(model: Model, budget: Budget, framework_name: str | None = None, **conditions: Any) -> Check:
    """Return whether a model fits a budget: parameters, bytes of weights and of working memory, multiply-accumulates of a batch.

    ``conditions`` are the keywords of :func:`lstm_calc.cost` that these depend on (``steps``, ``dtype``, ...).

    Raises FrameworkError where the framework lacks what the model asks for, LstmCalcError where the budget limits nothing.

    >>> from lstm_calc import read
    >>> check(read("32 > lstm 32"), Budget(params=8000)).over
    {'params': 320}
    """
    limited = budget.changed()
    if not limited:
        raise LstmCalcError("no budget: give --max-params, --max-bytes, --max-ram or --max-macs, or a [budget] in the model file")
    known, table = metrics(**conditions), framework_of(model, framework_name)
    counted = None if model.is_known else params(model, table.name)
    if counted is not None and counted.uncounted:
        costs = _lower_bounds(counted, limited, dtype_of(conditions.get("dtype", "float32")))
    else:
        costs = Budget(**{name: known[name].of(model, table.name) for name in limited})
    found = Check(str(model), budget, costs, framework=table.name, because=from_file(model, table.name), steps=steps_read(model))
    return found.replace(would_fit=_would_fit(model, budget, table.name, conditions)) if found.over else found


_MOST_LAYERS = 100
"""For a model of more layers no smaller one is searched for: the search counts the model some fifty times."""


def _would_fit(model: Model, budget: Budget, framework_name: str, conditions: dict[str, Any]) -> Model | None:
    """Return the largest model of the same proportions that fits a budget; None where none does, or it takes long to find."""
    from lstm_calc.questions.solve import solve

    if not model.is_known or len(model.uses) > _MOST_LAYERS:
        return None
    try:
        found = solve(model, framework_name, scale=True, conditions=conditions, **budget.changed())
    except LstmCalcError:
        return None
    return found.fit.model if found.fit else None


def _lower_bounds(counted: ParamCount, limited: dict[str, int], dtype: Dtype) -> Budget:
    """Return a lower bound of the costs, that of the layers that are counted, where it is over a limit already.

    Raises ModelError where it is not, so that whether the model fits cannot be known.
    """
    least = {"params": counted.known_total, "bytes": counted.known_total * dtype.matrix // 8}
    over = {name: value for name, value in least.items() if value > limited.get(name, value)}
    if not over:
        raise LstmCalcError(f"whether it fits cannot be known: {uncounted_words(counted)}")
    return Budget(**over)


def _frameworks_words(answer: Checks) -> str:
    """Return, in words, the frameworks that the models are counted in, and where they all come from if nobody asked for them."""
    because = {check.because for check in answer.models if check.framework is not None}
    return f", in {listed(answer.frameworks)}{because.pop() if len(because) == 1 else ''}" if answer.frameworks else ""


_LONGEST_NAME = 100


def _models_table(answer: Checks) -> Table:
    """Return a row per model."""
    columns = (
        Column("model", "model"),
        Column("verdict", "verdict", "verdict"),
        Column("params", "parameters", "number", short="params"),
        Column("max_params", "parameter limit", "number", short="params limit"),
        Column("bytes", "weights", "bytes"),
        Column("max_bytes", "weights limit", "bytes"),
        Column("macs", "MACs", "number"),
        Column("max_macs", "MACs limit", "number"),
        Column("ram", "working memory", "bytes"),
        Column("max_ram", "working memory limit", "bytes"),
        Column("over", "over by", gives_way=2),
        Column("would_fit", "would fit", shown=False),
        Column("framework", "framework", shown=len(answer.frameworks) > 1),
    )
    return Table(columns, tuple(map(_model_line, answer.models)))


def _model_line(each: Check) -> Line:
    costs, most = _in_units(each, each.costs.changed()), each.budget.asdict()
    limits = (value for name in most for value in (costs.get(name), most[name]))
    verdict = "unchecked" if each.error is not None else "fits" if each.fits else "over"
    would_fit = None if each.would_fit is None else headline(each.would_fit)
    where = f"{each.framework}{each.because}" if each.framework else None
    return Line((each.model, verdict, *limits, over_words(each) or None, would_fit, where), over=tuple(each.over))


def _limits_table(check: Check) -> Table:
    """Return a row per limit of one model, for people: that of :func:`_models_table` gets wide."""
    columns = (
        Column("metric", "metric"),
        Column("limit_verdict", "verdict", "verdict"),
        Column("value", "value", "amount"),
        Column("limit", "limit", "amount"),
        Column("limit_over", "over by", "amount"),
        Column("limit_share", "share", "share", gives_way=1),
    )
    return Table(columns, tuple(_limit_lines(check)), for_machines=False)


def _limit_lines(check: Check) -> Iterator[Line]:
    for name, each in check.limits.items():
        limit, value, over = each["budget"] or 0, each["value"] or 0, each["over"]
        taken = value_words(name, like_limit(name, limit, value))
        beyond = value_words(name, like_limit(name, limit, over)) if over else None
        shown = (taken, value_words(name, limit), beyond, quotient(value, limit))
        yield Line((IN_WORDS[name].heading, "over" if over else "fits", *shown), over=("value",) if over else ())


def _fitting_notes(answer: Checks) -> Iterator[str]:
    """Yield what is run, and for each model that is over, the one of the same proportions that fits."""
    if answer.run is not None:
        limited = dict.fromkeys(name for each in answer.models for name in each.costs.changed())
        yield from run_note(limited, answer.run, [each.steps for each in answer.models if each.error is None])
    for each in answer.models:
        if each.would_fit is not None:
            which = f"{each.model}: " if len(answer.models) > 1 else ""
            yield f"{which}{headline(each.would_fit)} would fit"


def _in_units(check: Check, amounts: dict[str, int]) -> dict[str, int]:
    """Return amounts of some metrics, sizes in bytes to be shown in the units of their limits."""
    most = check.budget.asdict()
    return {name: like_limit(name, most[name] or 0, amount) for name, amount in amounts.items()}


def over_words(check: Check) -> str:
    """Return, in words, by how much a model exceeds its limits; empty where it fits."""
    return _words(_in_units(check, check.over))


def _words(amounts: dict[str, int]) -> str:
    return listed(amount_words(name, amount) for name, amount in amounts.items()) if amounts else ""


def _annotation(check: Check) -> str:
    if check.fits:
        return f"fits: {_escaped(check.model, '')}: {_sizes(check)}"
    file = re.sub(r"(\.(?:py|ipynb)):.+", r"\1", check.model)
    place = f"file={_escaped(file, ':,')},title=lstm-calc" if check.is_file else "title=lstm-calc"
    message = f"{check.model} is over by {over_words(check)}: {_sizes(check)}" if check.error is None else check.error
    return f"::error {place}::{_escaped(message, '')}"


def _sizes(check: Check) -> str:
    return f"{_words(_in_units(check, check.costs.changed()))}; limit: {_words(check.budget.changed())}"


def _escaped(text: str, more: str) -> str:
    """Return a text escaped for a workflow command: newlines are kept, other control characters made visible."""
    return "".join(f"%{ord(char):02X}" if char in f"%\r\n{more}" else visible(char) for char in text)
