"""Models, frameworks or both side by side: what each layer has in each, and how far it is from the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, listed
from lstm_calc.formats.notation import written
from lstm_calc.frameworks import framework_of
from lstm_calc.frozen import Record
from lstm_calc.questions.answer import Answer, Data
from lstm_calc.questions.params import whole_params
from lstm_calc.questions.words import FROM_FILE
from lstm_calc.render.document import Column, Document, Line, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lstm_calc.model import Layer, Model
    from lstm_calc.questions.params import ParamCount
    from lstm_calc.render.document import Value


class Subject(Data):
    """One model in one framework, under the name by which it is compared."""

    name: str
    model: Model
    count: ParamCount

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return {
            "name": self.name,
            "model": str(self.model),
            "framework": self.count.framework,
            "total": self.count.known_total,
            "trainable": self.count.trainable,
        }


class Cell(Record):
    """What one subject has in a row: the layer in the words of the notation, where the row is one, and its parameters."""

    words: str | None
    params: int


class Row(Data):
    """One layer by its name, or the total; a cell is None where a subject has no such layer, which counts as nothing."""

    name: str
    cells: tuple[Cell | None, ...]

    @property
    def deltas(self) -> tuple[int, ...]:
        """How many parameters each subject has more than the first."""
        counts = [cell.params if cell else 0 for cell in self.cells]
        return tuple(count - counts[0] for count in counts)

    @property
    def changes(self) -> tuple[float | None, ...]:
        """The deltas as shares of what the first has; None where that is nothing."""
        base = self.cells[0].params if self.cells[0] else 0
        return tuple(delta / base if base else None for delta in self.deltas)

    @property
    def differs(self) -> bool:
        """Whether the layer, or how many parameters it has, is not the same everywhere."""
        return len(set(self.cells)) > 1

    def data(self) -> dict[str, Any]:
        """Return the plain values of the JSON answer."""
        return {
            "name": self.name,
            "layers": [cell.words if cell else None for cell in self.cells],
            "params": [cell.params if cell else None for cell in self.cells],
            "deltas": [*self.deltas],
            "changes": [*self.changes],
            "differs": self.differs,
        }


class Comparison(Answer):
    """What is compared, the first of it being what the others are held against."""

    schema = "lstm-calc/compare/1"
    json = ("schema", "subjects", "rows", "total", "differs")

    subjects: tuple[Subject, ...]
    rows: tuple[Row, ...]
    total: Row

    @property
    def differs(self) -> bool:
        """Whether any row differs."""
        return any(row.differs for row in (*self.rows, self.total))

    def document(self) -> Document:
        """Return all side by side, each held against the first; names that are long or of several words go by number."""
        names = [subject.name for subject in self.subjects]
        short = all(len(name) <= _LONGEST_TITLE and " " not in name for name in names)
        titles = names if short else [f"#{number}" for number in range(1, len(names) + 1)]
        lines = [Line(_values(row)) for row in self.rows]
        table = Table(tuple(_columns(self, titles)), (*lines, Line(_values(self.total), sum="total")))
        title = f"Parameters of {listed(names)}" if titles is names else "Parameters side by side"
        return Document(title, (table,), tuple(_notes(self, titles)))


def compare(models: Sequence[tuple[str, Model]], framework_names: Sequence[str] = ()) -> Comparison:
    """Return named models side by side, each in each framework (none: in its own); the layers meet by their names.

    Raises LstmCalcError where there is only one to compare, FrameworkError where a framework lacks what a model asks for.

    >>> from lstm_calc import compare, read
    >>> compare([("a", read("64 > lstm 128")), ("b", read("64 > gru 151"))]).total.deltas
    (0, -968)
    """
    pairs = [(name, model, each) for name, model in models for each in framework_names or (framework_of(model, None).name,)]
    if len(pairs) < 2:
        raise LstmCalcError("there is nothing to compare with; give two models, or several frameworks: -f keras,pytorch")
    named = zip(_names([(name, framework) for name, _, framework in pairs]), pairs, strict=True)
    subjects = tuple(Subject(name, model, whole_params(model, framework)) for name, (_, model, framework) in named)
    layers = [_layers(subject) for subject in subjects]
    rows = [Row(name, tuple(each.get(name) for each in layers)) for name in _in_order(layers)]
    return Comparison(subjects, tuple(rows), Row("total", tuple(Cell(None, each.count.known_total) for each in subjects)))


def _names(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Return a name for each subject: what is not the same everywhere of model and framework."""
    models, frameworks = (len(set(values)) > 1 for values in zip(*pairs, strict=True))
    if models and frameworks:
        return [f"{model} in {framework}" for model, framework in pairs]
    return [framework if frameworks else model for model, framework in pairs]


def _in_order(lists: Iterable[Iterable[str]]) -> list[str]:
    """Return the names of all lists once, a new one before the name that it precedes in its own.

    >>> _in_order([["lstm", "dense"], ["lstm", "lstm_1", "dense", "dense_1"]])
    ['lstm', 'lstm_1', 'dense', 'dense_1']
    """
    merged: list[str] = []
    for names in lists:
        known, place = set(merged), len(merged)
        for name in reversed(list(names)):
            if name in known:
                place = merged.index(name)
            else:
                merged.insert(place, name)
    return merged


def _layers(subject: Subject) -> dict[str, Cell]:
    """Return the layers of a subject by name, each alone: without its name, and once where it is repeated."""
    pairs = zip(subject.model.uses, subject.count.layers, strict=True)
    return {use.name: Cell(" > ".join(written(_alone(use.layer))), layer.total or 0) for use, layer in pairs}


def _alone(layer: Layer) -> Layer:
    return layer.replace(**{field: layer.fields[field] for field in ("name", "repeat") if field in layer.fields})


_LONGEST_TITLE = 16


def _columns(answer: Comparison, titles: list[str]) -> Iterator[Column]:
    changed = any(len({cell.words if cell else None for cell in row.cells}) > 1 for row in answer.rows)
    several = len(titles) > 2
    yield Column("layer", "layer")
    for number, title in enumerate(titles, 1):
        yield Column(f"layer_{number}", "as", shown=changed)
        yield Column(f"params_{number}", title, "number")
        if number > 1:
            whose = f" {title}" * several
            yield Column(f"delta_{number}", f"delta{whose}", "delta")
            yield Column(f"change_{number}", f"%{whose}", "change")
    yield Column("differs", "differs")


def _values(row: Row) -> tuple[Value, ...]:
    values: list[Value] = [row.name]
    for cell, delta, change in zip(row.cells, row.deltas, row.changes, strict=True):
        held = delta if cell or row.cells[0] else None
        values += [cell.words if cell else None, cell.params if cell else None, held, change]
    del values[3:5]  # the first is not held against itself
    return (*values, "yes" if row.differs else None)


def _subject_words(subject: Subject) -> str:
    """Return, in words, what is compared; where the framework is that of its file, that too."""
    framework = subject.count.framework
    if framework != subject.model.framework:
        return subject.name
    return f"{subject.name.removesuffix(f' in {framework}')} in {framework}{FROM_FILE}"


def _notes(answer: Comparison, titles: list[str]) -> Iterator[str]:
    for title, subject in zip(titles, answer.subjects, strict=True):
        if title not in {_subject_words(subject), subject.count.framework}:
            yield f"{title}: {_subject_words(subject)}"
    yield f"delta: parameters more than in {titles[0]}, and in per cent of them"
    for title, subject in zip(titles, answer.subjects, strict=True):
        if subject.count.non_trainable:
            yield f"{title}: {subject.count.non_trainable:,} of {subject.count.known_total:,} are frozen"
