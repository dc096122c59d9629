"""Models, frameworks or both side by side: two layer by layer, and how much they differ; several as a row of figures each."""

from __future__ import annotations

from contextlib import suppress
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from lstm_calc.dtypes import weight_bytes
from lstm_calc.errors import LstmCalcError, ModelError, listed, shortened
from lstm_calc.formats.notation import written
from lstm_calc.frameworks import framework_of
from lstm_calc.frozen import Record, quotient
from lstm_calc.questions.answer import Answer, Data
from lstm_calc.questions.params import ParamCount, whole_params
from lstm_calc.questions.titles import batch_words, from_file, headline, runs_words
from lstm_calc.render.document import Column, Document, Line, Table, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.model import Layer, Model
    from lstm_calc.model.propagation import Use
    from lstm_calc.questions.cost import Cost


_STORED = frozenset({"dtype", "per_channel"})
"""The conditions that say how numbers are stored; the others say what is run."""


class Subject(Data):
    """One model in one framework, under the name by which it is compared."""

    name: str
    model: Model
    count: ParamCount
    conditions: dict[str, Any]

    @property
    def totals(self) -> Totals:
        """Its figures; only the parameters and their bytes where the model reads a size that is not known."""
        from lstm_calc.questions.cost import cost

        framework = self.count.framework
        with suppress(ModelError):
            return totals_of(_subject_words(self), cost(self.model, framework, **self.conditions))
        stored = {name: value for name, value in self.conditions.items() if name in _STORED}
        sizes = self.count.known_total, weight_bytes(self.model, framework, **stored)
        return Totals(_subject_words(self), str(self.model), framework, *sizes)

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        count, figures = self.count, self.totals.data()
        counted = {"framework": count.framework, "total": count.known_total, "trainable": count.trainable}
        more = {name: figures[name] for name in ("weights", "state", "macs")}
        return {"name": self.name, "model": str(self.model), **counted, **more}


class ComparedLayer(Record):
    """What one subject has in a row: its parameters and, unless the row is the total, the layer in the notation."""

    words: str | None
    params: int
    name: str | None = None
    kind: str = ""

    @property
    def described(self) -> tuple[str | None, int]:
        """What makes two layers equal: the layer without its name, and its parameters."""
        return self.words, self.params


class ComparedRow(Data):
    """The layers of one position, or the totals; a cell is None where a subject has no layer there, which counts as zero."""

    name: str
    cells: tuple[ComparedLayer | None, ...]

    @property
    def deltas(self) -> tuple[int, ...]:
        """The difference of each subject's parameters to the first's."""
        counts = [cell.params if cell else 0 for cell in self.cells]
        return tuple(count - counts[0] for count in counts)

    @property
    def changes(self) -> tuple[float | None, ...]:
        """The deltas divided by the first's parameters; None where it has none."""
        base = self.cells[0].params if self.cells[0] else 0
        return tuple(delta / base if base else None for delta in self.deltas)

    @property
    def differs(self) -> bool:
        """Whether the layer or its number of parameters differs between subjects."""
        return len({cell and cell.described for cell in self.cells}) > 1

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return {
            "name": self.name,
            "names": [cell and cell.name for cell in self.cells],
            "layers": [cell.words if cell else None for cell in self.cells],
            "params": [cell.params if cell else None for cell in self.cells],
            "deltas": [*self.deltas],
            "changes": [*self.changes],
            "differs": self.differs,
        }


class Comparison(Answer):
    """What is compared; the others are compared with the first."""

    schema = "lstm-calc/compare/1"
    json = ("schema", "subjects", "rows", "total", "differs")

    subjects: tuple[Subject, ...]
    rows: tuple[ComparedRow, ...]
    total: ComparedRow

    @property
    def differs(self) -> bool:
        """Whether any row differs."""
        return any(row.differs for row in (*self.rows, self.total))

    def document(self) -> Document:
        """Return all side by side, each compared with the first; long names, and names of several words, go by number."""
        if len(self.subjects) > 2:
            return _document_of_several(self)
        names = [subject.name for subject in self.subjects]
        short = all(len(name) <= _LONGEST_TITLE and " " not in name for name in names)
        titles = names if short else [f"#{number}" for number in range(1, len(names) + 1)]
        lines = [Line(_values(row)) for row in self.rows]
        table = Table(tuple(_columns(self, titles)), (*lines, Line(_values(self.total), sum="total")))
        title = f"Parameters of {listed(names)}" if titles is names else "Parameters side by side"
        return Document(title, (table,), tuple(_notes(self, titles)))


def _document_of_several(answer: Comparison) -> Document:
    """Return one row per model."""
    subjects = answer.subjects
    conditions = subjects[0].conditions
    run = batch_words(**{name: value for name, value in conditions.items() if name not in _STORED})
    several_steps = "lengths" in conditions or (conditions.get("steps") or 1) > 1
    named = ((subject.name, subject.model, subject.count.framework) for subject in subjects)
    how = runs_words(named, several_steps=several_steps)
    what = models_words([(subject.model, subject.count.framework) for subject in subjects])
    title = f"{what} side by side: {run}, {conditions.get('dtype', 'float32')}{how}"
    return Document(title, (totals_table([subject.totals for subject in subjects]),), ())


def compare(models: Sequence[tuple[str, Model]], framework_names: Sequence[str] = (), **conditions: Any) -> Comparison:
    """Return named models side by side, each in each framework (none: in its own).

    Layers are matched by position; where one model has more of them, those of one kind are matched. ``conditions`` are the keywords
    of :func:`lstm_calc.cost` that the multiply-accumulates and bytes depend on (``steps``, ``dtype``, ...).

    Raises LstmCalcError where there is only one to compare, FrameworkError where a framework lacks what a model asks for.

    >>> from lstm_calc import compare, read
    >>> compare([("a", read("64 > lstm 128")), ("b", read("64 > gru 151"))]).total.deltas
    (0, -968)
    """
    found = each_in(models, framework_names)
    if len(found) < 2:
        raise LstmCalcError("there is nothing to compare with; give two models, or several frameworks: -f keras,pytorch")
    subjects = tuple(Subject(name, model, whole_params(model, framework), conditions) for name, model, framework in found)
    matches = matched([_layers(subject) for subject in subjects])
    rows = tuple(
        ComparedRow(" / ".join(dict.fromkeys(cell.name for cell in cells if cell and cell.name)), cells) for cells in matches
    )
    return Comparison(subjects, rows, ComparedRow("total", tuple(ComparedLayer(None, each.count.known_total) for each in subjects)))


def _layers(subject: Subject) -> list[ComparedLayer]:
    """Return the layers of a subject, each alone: without its name, and once where it is repeated."""
    pairs = zip(subject.model.uses, subject.count.layers, strict=True)
    return [ComparedLayer(" > ".join(written(_alone(use))), layer.total or 0, use.name, use.layer.kind) for use, layer in pairs]


def _alone(use: Use) -> Layer:
    """Return a layer of one use; what its first repeat states that it reads is not what the others read."""
    layer = use.layer
    plain = ("name", "repeat", *(("input_dim",) if use.depth else ()))
    return layer.replace(**{field: layer.fields[field] for field in plain if field in layer.fields})


_LONGEST_TITLE = 16


def _columns(answer: Comparison, titles: list[str]) -> Iterator[Column]:
    changed = any(len({cell.words if cell else None for cell in row.cells}) > 1 for row in answer.rows)
    yield Column("layer", "layer")
    for number, title in enumerate(titles, 1):
        yield Column(f"layer_{number}", "as", shown=changed, gives_way=2)
        yield Column(f"params_{number}", title, "number")
        if number > 1:
            yield Column(f"delta_{number}", "delta", "delta")
            yield Column(f"change_{number}", "%", "change")
    yield Column("differs", "differs", gives_way=1)


def _values(row: ComparedRow) -> tuple[Value, ...]:
    values: list[Value] = [row.name]
    for cell, delta, change in zip(row.cells, row.deltas, row.changes, strict=True):
        held = delta if cell or row.cells[0] else None
        values += [cell.words if cell else None, cell.params if cell else None, held, change]
    del values[3:5]  # the first is not compared with itself
    return (*values, "yes" if row.differs else None)


def _subject_words(subject: Subject) -> str:
    """Return, in words, what is compared; where nobody asked for the framework, where it comes from, too."""
    framework = subject.count.framework
    because = from_file(subject.model, framework)
    return f"{subject.name.removesuffix(f' in {framework}')} in {framework}{because}" if because else subject.name


def _notes(answer: Comparison, titles: list[str]) -> Iterator[str]:
    for title, subject in zip(titles, answer.subjects, strict=True):
        if title not in {_subject_words(subject), subject.count.framework}:
            yield f"{title}: {_subject_words(subject)}"
    yield f"delta: how many more parameters than in {titles[0]}, also in per cent"
    for title, subject in zip(titles, answer.subjects, strict=True):
        if subject.count.non_trainable:
            yield f"{title}: {subject.count.non_trainable:,} of {subject.count.known_total:,} are frozen"


_MOST_COMPARED = 10**6
"""With more pairs of layers than this, they are matched by position alone."""


def matched(lists: Sequence[Sequence[ComparedLayer]]) -> list[tuple[ComparedLayer | None, ...]]:
    """Return the items of several lists in rows, None where a list has none; each list is matched with those before it.

    Items are matched by position. Where one list is longer, items of one kind are matched as far as the order allows.
    """
    first, *others = lists
    rows: list[tuple[ComparedLayer | None, ...]] = [(item,) for item in first]
    for found in others:
        kinds = [next(item.kind for item in row if item) for row in rows]
        width = len(rows[0]) if rows else 1
        pairs = list(pairs_of(kinds, [item.kind for item in found]))
        nothing: tuple[None, ...] = (None,) * width
        rows = [(*(nothing if one is None else rows[one]), None if other is None else found[other]) for one, other in pairs]
    return rows


def pairs_of(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the positions in two lists of kinds that stand for each other, None where one list has nothing.

    >>> list(pairs_of(["lstm", "dense"], ["gru", "dropout", "dense"]))
    [(0, 0), (None, 1), (1, 2)]
    >>> list(pairs_of(["lstm", "lstm", "dense"], ["lstm", "dense"]))
    [(0, 0), (1, None), (2, 1)]
    """
    if len(one) == len(other) or len(one) * len(other) > _MOST_COMPARED:
        yield from zip_longest(range(len(one)), range(len(other)))
        return
    start = _alike(one, other)
    end = _alike(one[start:][::-1], other[start:][::-1])
    last, others_last = len(one) - end, len(other) - end
    yield from zip(range(start), range(start), strict=True)
    for left, right in _between(one[start:last], other[start:others_last]):
        yield None if left is None else start + left, None if right is None else start + right
    yield from zip(range(last, len(one)), range(others_last, len(other)), strict=True)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many kinds at the beginning of two lists are the same."""
    return next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), min(len(one), len(other)))


def _between(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the pairs of what neither begins nor ends alike."""
    from difflib import SequenceMatcher

    for _, start, stop, begin, end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield from zip_longest(range(start, stop), range(begin, end))


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


def totals_of(name: str, answer: Cost) -> Totals:
    """Return the figures of a model whose cost is known."""
    model, taken = str(answer.model), answer.bytes
    memory = (taken.weights, taken.state, taken.working_memory)
    return Totals(name, model, answer.framework, answer.params, *memory, answer.macs, answer.whole.flops)


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
    return Table(columns, tuple(_totals_line(row, rows[0]) for row in rows))


def _totals_line(row: Totals, first: Totals) -> Line:
    params, macs = ((getattr(row, figure), share_of_first(row, first, figure)) for figure in ("params", "macs"))
    return Line((shortened(row.name), row.framework, *params, row.weights, *macs, row.flops, row.state, row.working_memory))
