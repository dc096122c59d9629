"""Models, frameworks or both side by side: the parameters of each layer, and how much they differ from the first."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lstm_calc.dtypes import weight_bytes
from lstm_calc.errors import LstmCalcError, ModelError, listed
from lstm_calc.formats.notation import written
from lstm_calc.frozen import Record
from lstm_calc.questions.answer import Answer, Data
from lstm_calc.questions.matching import matched
from lstm_calc.questions.params import whole_params
from lstm_calc.questions.totals import Totals, each_in, models_words, totals_of, totals_table
from lstm_calc.questions.words import batch_words, from_file, runs_words
from lstm_calc.render.document import Column, Document, Line, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.model import Layer, Model
    from lstm_calc.model.flow import Use
    from lstm_calc.questions.params import ParamCount
    from lstm_calc.render.document import Value


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
    rows = tuple(ComparedRow(_row_name(cells), cells) for cells in matched([_layers(subject) for subject in subjects]))
    return Comparison(subjects, rows, ComparedRow("total", tuple(ComparedLayer(None, each.count.known_total) for each in subjects)))


def _row_name(cells: Iterable[ComparedLayer | None]) -> str:
    """Return the name of the layers of one position, or their names where these differ."""
    return " / ".join(dict.fromkeys(cell.name for cell in cells if cell and cell.name))


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
