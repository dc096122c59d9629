"""What is to be shown, before anyone has decided how: a title, tables with typed columns, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from lstm_calc.frozen import Record
from lstm_calc.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Kind = Literal[
    "text",
    "formula",
    "number",
    "shape",
    "slice",
    "share",
    "error",
    "bytes",
    "seconds",
    "nanoseconds",
    "ratio",
    "delta",
    "change",
    "verdict",
    "amount",
]
"""What the values of a column are; a delta is a number more or less than another, a change its share of that.

A verdict is a word of ``render.words.VERDICTS``, which people see with a sign and in a colour. An amount is a number in words,
with its unit, where the rows of a column have different ones.
"""

Value = str | int | float | bool | tuple[Any, ...] | None
"""A raw value; None where there is none. Shapes are tuples of sizes, slices tuples of (start, stop, size of the axis)."""


_KEYS = {"key", "start", "stop", "through"}
"""Fields that tell one part of a document from another, and stay as they are."""


class Shown(Record):
    """A part of an answer that people read; control characters in its texts, which may come from files, are made visible."""

    def check(self) -> None:
        """Make what is not printable visible, also in tuples of texts; the values of lines are worded later, and stay raw here."""
        for field, value in self.__dict__.items():
            if field not in _KEYS:
                self.__dict__[field] = _visible(value)


def _visible(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_visible, value))
    return visible(value) if isinstance(value, str) else value


LAST = 9
"""The order of a column that says more than the middle of a name."""


class Column(Shown):
    """One column of a table: ``key`` for machines, ``title`` for people, ``short`` for people with a narrow terminal.

    ``grouped``: people see equal values once. ``shown``: whether people see it; None: where it has a value in any line.
    ``gives_way``: where a terminal is too narrow, it is left out, the lowest number first, 1 before anything else is made
    narrower; 0: never; LAST: where names are shortened already. ``shorter`` are values with shorter words for them, which a narrow
    terminal has instead, and explains below.
    """

    key: str
    title: str
    kind: Kind = "text"
    grouped: bool = False
    shown: bool | None = None
    gives_way: int = 0
    short: str = ""
    shorter: tuple[tuple[str, str], ...] = ()


class Line(Record):
    """One line of a table; one with a ``sum`` adds up lines above and is left out where machines read on.

    ``over`` are the keys of the columns whose value is over its limit.
    """

    values: tuple[Value, ...]
    sum: Literal["", "subtotal", "total"] = ""
    over: tuple[str, ...] = ()


class Table(Record):
    """Columns and lines; on a screen a blank line parts the groups of the first column.

    ``name`` tells machines which of several tables a line is of. ``for_machines``: it has numbers that no other table has.
    """

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    name: str = ""
    for_machines: bool = True

    def for_people(self) -> Table:
        """Return the table without the columns that people do not see."""
        filled = [any(line.values[at] is not None for line in self.lines) for at in range(len(self.columns))]
        kept = [at for at, column in enumerate(self.columns) if (filled[at] if column.shown is None else column.shown)]
        lines = tuple(line.replace(values=tuple(line.values[at] for at in kept)) for line in self.lines)
        return self.replace(columns=tuple(self.columns[at] for at in kept), lines=lines)

    def for_machines_alone(self) -> Table:
        """Return the table with no column that people see unless they ask for it by name."""
        return self.replace(columns=tuple(column.replace(shown=False) for column in self.columns))

    def with_columns(self, keys: Sequence[str]) -> Table:
        """Return the table with some of its columns, shown and in the order given; those that it does not have are left out."""
        places = {column.key: at for at, column in enumerate(self.columns)}
        kept = [places[key] for key in keys if key in places]
        lines = [line.replace(values=tuple(line.values[at] for at in kept)) for line in self.lines]
        said = tuple(line for line in lines if not line.sum or any(value is not None for value in line.values))
        return self.replace(columns=tuple(self.columns[at].replace(shown=True, gives_way=0) for at in kept), lines=said)

    def sorted_by(self, key: str, *, descending: bool) -> Table:
        """Return the table sorted by a column, what has no value last and no subtotals; itself where it lacks the column."""
        at = next((at for at, column in enumerate(self.columns) if column.key == key), None)
        if at is None:
            return self
        lines = [line for line in self.lines if not line.sum]
        filled = sorted((line for line in lines if line.values[at] is not None), key=_order(at), reverse=descending)
        ends = [line for line in lines if line.values[at] is None] + [line for line in self.lines if line.sum == "total"]
        return self.replace(columns=tuple(column.replace(grouped=False) for column in self.columns), lines=(*filled, *ends))

    def beside(self, other: Table) -> Table | None:
        """Return both tables as one without sums, where the first columns have the same key and the same values, each once.

        Two columns of one key with other values would not both be there, so that such tables stay apart.
        """
        ours, theirs = ([line.values for line in table.lines if not line.sum] for table in (self, other))
        keys, firsts = [column.key for column in self.columns], [values[0] for values in ours]
        if keys[:1] != [other.columns[0].key] or firsts != [values[0] for values in theirs] or len(set(firsts)) < len(firsts):
            return None
        more = [at for at, column in enumerate(other.columns) if column.key not in keys]
        both = [(keys.index(column.key), at) for at, column in enumerate(other.columns) if column.key in keys]
        if any(one[mine] != two[at] for one, two in zip(ours, theirs, strict=True) for mine, at in both):
            return None
        pairs = zip(ours, theirs, strict=True)
        lines = tuple(Line((*one, *(two[at] for at in more))) for one, two in pairs)
        return self.replace(columns=(*self.columns, *(other.columns[at] for at in more)), lines=lines)


def _order(at: int) -> Callable[[Line], Any]:
    """Return what lines are sorted by: a value, in which a size that is not known comes before all others."""

    def order(line: Line) -> Any:
        value = line.values[at]
        return tuple(-1 if size is None else size for size in value) if isinstance(value, tuple) else value

    return order


class Block(Shown):
    """A heading, a paragraph, an item of a list or a formula; in the text of all but headings, backticks enclose a formula.

    A formula is written as it is read on a screen, ``i[t] = σ(W_i x[t] + 2 × b_i)``: single letters are quantities, longer words
    names, ``_`` begins what stands below, ``[t]`` and ``[t-1]`` are steps, and whole numbers stand bare.
    """

    text: str
    kind: Literal["heading", "text", "item", "formula"] = "text"

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """Yield the text in pieces, each with whether it is a formula."""
        if self.kind == "formula":
            yield self.text, True
            return
        for position, piece in enumerate(self.text.split("`")):
            if piece:
                yield piece, bool(position % 2)


class Node(Shown):
    """One box of a graph: ``key`` is its name in the edges, ``lines`` what it says; ``end``: an input or an output.

    ``formula`` has further lines, which are formulas as those of a :class:`Block`; those of an end come first. ``form``: a layer,
    one that shares the weights of another, or an operation, number by number, whose sign is its only line.
    """

    key: str
    lines: tuple[str, ...]
    end: bool = False
    formula: tuple[str, ...] = ()
    form: Literal["layer", "shared", "operation"] = "layer"

    def texts(self) -> tuple[str, ...]:
        """Return all lines."""
        return self.formula + self.lines if self.end else self.lines + self.formula


class Edge(Shown):
    """An arrow between two nodes, and what is written on it."""

    start: str
    stop: str
    label: str = ""


class Graph(Shown):
    """Boxes and arrows without a circle, from the top down.

    ``through`` are the keys of two ends, what comes in and what goes out: such a graph is one step in time, drawn from the left to
    the right, with the line between the two along the top.
    """

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    through: tuple[str, str] | None = None


class Document(Shown):
    """An answer, ready to be rendered; people read the body before the tables, machines the tables alone.

    ``sections`` are documents of their own, which follow what this one says itself. ``legend`` are further notes, which say what
    is the same for every model: a terminal shows them where they are asked for, a page always.
    """

    title: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    graphs: tuple[Graph, ...] = ()
    body: tuple[Block, ...] = ()
    sections: tuple[Document, ...] = ()
    legend: tuple[str, ...] = ()

    def with_legend(self) -> Document:
        """Return the document with its legend, and those of its sections, among the notes."""
        sections = tuple(section.with_legend() for section in self.sections)
        return self.replace(notes=(*self.notes, *self.legend), legend=(), sections=sections)

    def parts(self) -> Iterator[Document]:
        """Yield the document and, each after the one that it is in, all of its sections."""
        yield self
        for section in self.sections:
            yield from section.parts()

    def sections_in_words(self) -> list[Document]:
        """Return the sections that have more than drawings, for a format that cannot show these."""
        return [part for part in self.sections if not part.graphs or any((part.tables, part.notes, part.body, part.sections))]

    def with_columns(self, keys: Sequence[str]) -> Document:
        """Return the tables that have any of some columns, with these alone."""
        arranged = (table.with_columns(keys) for table in self.tables)
        return self.replace(tables=tuple(table for table in arranged if table.columns))

    def sorted_by(self, key: str, *, descending: bool) -> Document:
        """Return the document with its tables sorted by a column."""
        return self.replace(tables=tuple(table.sorted_by(key, descending=descending) for table in self.tables))

    def for_machines(self) -> Document:
        """Return the document with the tables that machines read, those with a line for each of the same things as one."""
        found: list[Table] = []
        for table in self.tables:
            if table.for_machines:
                joined = found[-1].beside(table) if found else None
                found[len(found) - bool(joined) :] = [joined or table]
        return self.replace(tables=tuple(found), sections=tuple(section.for_machines() for section in self.sections))

    def tables_for_people(self) -> list[Table]:
        """Return the tables of which people see a column."""
        return [table for table in (each.for_people() for each in self.tables) if table.columns]
