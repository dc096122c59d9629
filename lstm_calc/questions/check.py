"""Whether models fit their budgets, and what is over by how much."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lstm_calc.dtypes import dtype_of
from lstm_calc.errors import LstmCalcError, listed
from lstm_calc.frameworks import framework_of
from lstm_calc.frozen import Record
from lstm_calc.model.budget import Budget
from lstm_calc.questions.measures import measures
from lstm_calc.questions.params import params, uncounted_words
from lstm_calc.questions.words import FROM_FILE
from lstm_calc.render import size_words
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.visible import visible

if TYPE_CHECKING:
    from lstm_calc.dtypes import Dtype
    from lstm_calc.model import Model
    from lstm_calc.questions.params import ParamCount
    from lstm_calc.render.document import Value


class Check(Record):
    """One model, under the name it was asked by: what it costs beside its budget, or why that cannot be said.

    A cost is None where nothing limits it. ``framework`` is the one that it is counted in, None where it cannot be and none was
    asked for; ``own``: it is that of the model's file.
    """

    model: str
    budget: Budget = Budget()
    costs: Budget = Budget()
    error: str | None = None
    framework: str | None = None
    own: bool = False

    @property
    def over(self) -> dict[str, int]:
        """What the model has too much of, and by how much."""
        most = self.budget.changed()
        return {name: cost - most[name] for name, cost in self.costs.changed().items() if cost > most[name]}

    @property
    def fits(self) -> bool:
        """Whether the model is within its budget."""
        return self.error is None and not self.over

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        over, most = self.over, self.budget.asdict()
        limits = {
            name: {"value": value, "budget": most[name], "over": over.get(name, 0)} for name, value in self.costs.changed().items()
        }
        return {"model": self.model, "framework": self.framework, "fits": self.fits, "error": self.error, "limits": limits}


class Checks(Record):
    """Several models, each as its framework stores it."""

    dtype: str
    models: tuple[Check, ...]

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

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        framework = self.frameworks[0] if len(self.frameworks) == 1 else None
        head = {"schema": "lstm-calc/check/1", "framework": framework, "dtype": self.dtype, "fits": not self.failures}
        return head | {"models": [check.data() for check in self.models]}


def check(model: Model, budget: Budget, framework_name: str | None = None, **conditions: Any) -> Check:
    """Return whether a model fits a budget: parameters, bytes of the weights, multiply-accumulates of a batch.

    ``conditions`` are the keywords of :func:`lstm_calc.cost` that these depend on (``steps``, ``dtype``, ...).

    Raises FrameworkError where the framework lacks what the model asks for, LstmCalcError where the budget limits nothing.

    >>> from lstm_calc import read
    >>> check(read("32 > lstm 32"), Budget(params=8000)).over
    {'params': 320}
    """
    limited = budget.changed()
    if not limited:
        raise LstmCalcError("no budget: give --max-params, --max-bytes or --max-macs, or a [budget] in the model file")
    known, table = measures(**conditions), framework_of(model, framework_name)
    counted = None if model.is_known else params(model, table.name)
    if counted is not None and counted.uncounted:
        costs = _lower_bounds(counted, limited, dtype_of(conditions.get("dtype", "float32")))
    else:
        costs = Budget(**{name: known[name].of(model, table.name) for name in limited})
    return Check(str(model), budget, costs, framework=table.name, own=table.name == model.framework)


def _lower_bounds(counted: ParamCount, limited: dict[str, int], dtype: Dtype) -> Budget:
    """Return what the layers that are counted cost at least, where that is over a limit already.

    Raises ModelError where it is not, so that whether the model fits cannot be known.
    """
    least = {"params": counted.known_total, "bytes": counted.known_total * dtype.matrix // 8}
    over = {name: value for name, value in least.items() if value > limited.get(name, value)}
    if not over:
        raise LstmCalcError(f"whether it fits cannot be known: {uncounted_words(counted)}")
    return Budget(**over)


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
    file = re.sub(r"(\.(?:py|ipynb)):.+", r"\1", check.model)
    place = f"file={_escaped(file, ':,')},title=lstm-calc" if is_file else "title=lstm-calc"
    message = f"{check.model} is over by {over_words(check)}: {_sizes(check)}" if check.error is None else check.error
    return f"::error {place}::{_escaped(message, '')}"


def _sizes(check: Check) -> str:
    return f"{_words(check.costs)}, at most {_words(check.budget)}"


def _escaped(text: str, more: str) -> str:
    """Return a text as a workflow command takes it, its lines kept and other control characters visible."""
    return "".join(f"%{ord(char):02X}" if char in f"%\r\n{more}" else visible(char) for char in text)
