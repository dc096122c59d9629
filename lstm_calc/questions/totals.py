"""One row per model: the figures of each as a whole, and how they compare with the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import shortened
from lstm_calc.frameworks import framework_of
from lstm_calc.frozen import quotient
from lstm_calc.questions.answer import Answer, Data
from lstm_calc.questions.words import batch_words, headline, runs_words
from lstm_calc.render.document import Column, Document, Line, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.model import Model
    from lstm_calc.questions.cost import Cost
    from lstm_calc.render.document import Value


class Totals(Data):
    """The figures of one model in one framework; those that depend on a size which is not known are None."""

    name: str
    model: str
    framework: str
    params: int
    weights: int
    state: int | None = None
    working_memory: int | None = None
    macs: int | None = None
    flops: int | None = None

    json = ("name", "model", "framework", "params", "weights", "state", "working_memory", "macs", "flops")


def totals_of(name: str, answer: Cost) -> Totals:
    """Return the figures of a model whose cost is known."""
    return Totals(
        name=name,
        model=str(answer.model),
        framework=answer.framework,
        params=answer.params,
        weights=answer.bytes.weights,
        state=answer.bytes.state,
        working_memory=answer.bytes.working_memory,
        macs=answer.macs,
        flops=answer.whole.flops,
    )


def share_of_first(each: Totals, first: Totals, figure: str) -> float | None:
    """Return one figure of a model divided by that of the first; None where one of them is not known, or the first has none."""
    one, base = getattr(each, figure), getattr(first, figure)
    return quotient(one, base) if base and one is not None else None


def each_in(models: Iterable[tuple[str, Model]], framework_names: Sequence[str]) -> list[tuple[str, Model, str]]:
    """Return each model in each framework (none: in its own) under a unique name, with the framework."""
    found = [(name, model, each) for name, model in models for each in framework_names or (framework_of(model, None).name,)]
    names = _names([(name, framework) for name, _, framework in found])
    return [(name, model, framework) for name, (_, model, framework) in zip(names, found, strict=True)]


def _names(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Return a unique name for each pair of model and framework: the part in which they differ, or both."""
    models, frameworks = (len(set(values)) > 1 for values in zip(*pairs, strict=True))
    if models and frameworks:
        return [f"{model} in {framework}" for model, framework in pairs]
    return [framework if frameworks else model for model, framework in pairs]


class TotalsList(Answer):
    """The costs of several models, one row each."""

    schema = "lstm-calc/costs/1"
    json = ("schema", "dtype", "models")

    costs: tuple[tuple[str, Cost], ...]

    @property
    def models(self) -> tuple[Totals, ...]:
        """The figures of each."""
        return tuple(totals_of(name, cost) for name, cost in self.costs)

    @property
    def dtype(self) -> str:
        """The data type of the weights."""
        return self.costs[0][1].dtype

    def document(self) -> Document:
        """Return one row per model."""
        first = self.costs[0][1]
        run = batch_words(first.batch, first.steps, first.lengths, first.space)
        named = ((name, each.model, each.framework) for name, each in self.costs)
        how = runs_words(named, several_steps=any(each.several_steps for _, each in self.costs))
        what = models_words([(each.model, each.framework) for _, each in self.costs])
        return Document(f"Cost of {what}: {run}, {self.dtype}{how}", (totals_table(self.models),), ())


def costs(models: Iterable[tuple[str, Model]], framework_names: Sequence[str] = (), **conditions: Any) -> TotalsList:
    """Return the costs of named models, each in each framework (none: in its own); raises as :func:`lstm_calc.cost` does."""
    from lstm_calc.questions.cost import cost

    each = each_in(models, framework_names)
    return TotalsList(tuple((name, cost(model, framework, **conditions)) for name, model, framework in each))


def models_words(each: Sequence[tuple[Model, str]]) -> str:
    """Return, for a title, how many models there are, or the one model that is counted in several frameworks."""
    first = each[0][0]
    if len({framework for _, framework in each}) < len(each) or any(model != first for model, _ in each):
        return f"{len(each):,} models"
    return f"{headline(first)} in {len(each):,} frameworks"


def totals_table(rows: Sequence[Totals]) -> Table:
    """Return one row per model; the framework has a column where it is not the same in all of them."""
    several = len({row.framework for row in rows}) > 1
    columns = (
        Column("model", "model", shown=True),
        Column("framework", "framework", shown=any(row.framework not in row.name for row in rows) and several),
        Column("params", "parameters", "number"),
        Column("params_share", "of the first", "share"),
        Column("weights", "weights", "bytes"),
        Column("macs", "MACs", "number"),
        Column("macs_share", "of its MACs", "share", gives_way=1),
        Column("flops", "FLOPs", "number", gives_way=1),
        Column("state", "state", "bytes"),
        Column("working_memory", "working memory", "bytes", gives_way=1),
    )
    return Table(columns, tuple(Line(tuple(_values(row, rows[0]))) for row in rows))


def _values(row: Totals, first: Totals) -> Iterator[Value]:
    yield shortened(row.name)
    yield row.framework
    yield row.params
    yield share_of_first(row, first, "params")
    yield row.weights
    yield row.macs
    yield share_of_first(row, first, "macs")
    yield from (row.flops, row.state, row.working_memory)
