"""``compare`` as a Document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import listed
from lstm_calc.render.document import Column, Document, Line, Table
from lstm_calc.report.words import FROM_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.questions.compare import Comparison, Row, Subject
    from lstm_calc.render.document import Value


_LONGEST_TITLE = 16


def compare_document(answer: Comparison) -> Document:
    """Return what is compared side by side, each held against the first; names that are long or of several words go by number."""
    names = [subject.name for subject in answer.subjects]
    short = all(len(name) <= _LONGEST_TITLE and " " not in name for name in names)
    titles = names if short else [f"#{number}" for number in range(1, len(names) + 1)]
    lines = [Line(_values(row)) for row in answer.rows]
    table = Table(tuple(_columns(answer, titles)), (*lines, Line(_values(answer.total), sum="total")))
    title = f"Parameters of {listed(names)}" if titles is names else "Parameters side by side"
    return Document(title, (table,), tuple(_notes(answer, titles)))


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
