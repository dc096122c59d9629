"""A Document as text: one function a format, each with its own escaping and rounding; nothing here knows what an LSTM is."""

from __future__ import annotations

import sys
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Literal, TextIO, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.table import Table as RichTable
    from rich.text import Text

    from lstm_calc.document import Column, Document, Kind, Line, Table, Value

NUMERIC: frozenset[Kind] = frozenset({"number", "share", "error", "bytes", "seconds", "ratio"})
Row = TypeVar("Row")
_AT_ONCE = 1_000
_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")


def size_words(count: int) -> str:
    """Return a number of bytes in the largest binary unit that it fills.

    >>> size_words(33280), size_words(12)
    ('32.5 KiB', '12 B')
    """
    power = min(max(count.bit_length() - 1, 0) // 10, len(_SIZES) - 1)
    if power == 0:
        return f"{count:,} B"
    tenths = (count * 10 + 2 ** (10 * power - 1)) >> (10 * power)
    return f"{tenths // 10:,}.{tenths % 10} {_SIZES[power]}"


def second_words(seconds: float) -> str:
    """Return a time in the largest decimal unit that it fills, to three figures.

    >>> second_words(0.00000346), second_words(90.0)
    ('3.46 µs', '90 s')
    """
    power = next((power for power in range(3) if seconds >= 1000.0**-power), 3)
    return f"{seconds * 1000**power:,.3g} {('s', 'ms', 'µs', 'ns')[power]}"


def _shape_words(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))})"


def _slice_words(cuts: tuple[tuple[int, int, int], ...]) -> str:
    return f"[{', '.join(':' if (start, stop) == (0, size) else f'{start}:{stop}' for start, stop, size in cuts)}]"


_WORDS: dict[Kind, Callable[[Any], str]] = {
    "number": lambda value: f"{value:,}",
    "shape": _shape_words,
    "slice": _slice_words,
    "share": lambda value: f"{value:.1%}",
    "error": lambda value: f"{value:.1e}",
    "bytes": size_words,
    "seconds": second_words,
    "ratio": lambda value: f"{value:,.3g}",
}
_PLAIN: dict[Kind, Callable[[Any], str]] = {
    "shape": lambda value: "x".join(map(str, value)),
    "slice": _slice_words,
    "share": lambda value: f"{value:.6f}",
}


def worded(kind: Kind, value: Value) -> str:
    """Return a value as a person reads it: thousands parted, shapes in brackets."""
    return "" if value is None else _WORDS.get(kind, str)(value)


def plain(kind: Kind, value: Value) -> str:
    """Return a value as a program reads it: numbers bare, shapes as 32x128."""
    return "" if value is None else _PLAIN.get(kind, str)(value)


def json(data: Any) -> str:
    """Return the plain values of an answer as JSON."""
    from json import dumps

    return dumps(data, indent=2) + "\n"


def csv(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the lines as CSV, sums left out; several tables are parted by an empty line."""
    import csv as library
    from io import StringIO

    out = StringIO()
    writer = library.writer(out, lineterminator="\n")
    for position, table in enumerate(document.tables):
        out.write("\n" * (position > 0))
        writer.writerow([column.key for column in table.columns])
        writer.writerows([_unformula(cell) for cell in _cells(table, line, plain)] for line in table.lines if not line.sum)
    return out.getvalue()


def _unformula(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell


def markdown(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return the document as GitHub Markdown, sums in bold."""
    parts = [f"### {_markdown_escaped(document.title)}"]
    parts += [_markdown_table(table.for_people()) for table in document.tables]
    parts += [_markdown_escaped(note) for note in document.notes]
    return "\n\n".join(parts) + "\n"


def _markdown_table(table: Table) -> str:
    heads = [_markdown_escaped(column.title) for column in table.columns]
    rules = ["---:" if column.kind in NUMERIC else "---" for column in table.columns]
    lines = [[_markdown_cell(cell, line) for cell in _cells(table, line, worded)] for line in table.lines]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rules, *lines))


def _markdown_cell(cell: str, line: Line) -> str:
    return f"**{_markdown_escaped(cell)}**" if line.sum and cell else _markdown_escaped(cell)


def _markdown_escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\|*_`<>[]#" else char for char in text)


def _cells(table: Table, line: Line, word: Callable[[Kind, Value], str]) -> list[str]:
    return [word(column.kind, value) for column, value in zip(table.columns, line.values, strict=True)]


def ndjson(document: Document, stream: TextIO) -> str:  # noqa: ARG001  every renderer takes a stream
    """Return each line as a JSON object on a line of its own, sums left out."""
    rows = ((table.columns, (line.values for line in table.lines if not line.sum)) for table in document.tables)
    return "".join(text for columns, lines in rows for text in ndjson_rows(columns, lines))


def ndjson_rows(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Yield rows as JSON objects by the keys of the columns, one on a line."""
    from json import JSONEncoder

    encode, keys = JSONEncoder().encode, [column.key for column in columns]
    for batch in _batches(rows):
        yield "".join([f"{encode(dict(zip(keys, row, strict=True)))}\n" for row in batch])


def csv_rows(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Yield rows of numbers and plain words as CSV, the keys of the columns first."""
    import csv as library
    from io import StringIO

    head: list[Sequence[Value]] = [[column.key for column in columns]]
    for batch in chain([head], _batches(rows)):
        out = StringIO()
        library.writer(out, lineterminator="\n").writerows(batch)
        yield out.getvalue()


def markdown_rows(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Yield rows as a table of GitHub Markdown."""
    from lstm_calc.document import Line, Table

    head, rule = _markdown_table(Table(tuple(columns), ())).split("\n")
    yield f"{head}\n{rule}\n"
    for batch in _batches(rows):
        lines = _markdown_table(Table(tuple(columns), tuple(Line(tuple(row)) for row in batch))).split("\n")[2:]
        yield "".join([f"{line}\n" for line in lines])


def _batches(rows: Iterable[Sequence[Value]]) -> Iterator[list[Sequence[Value]]]:
    """Yield rows by the thousand, so that no more of them are held at once."""
    left = iter(rows)
    while batch := list(islice(left, _AT_ONCE)):
        yield batch


def progress(rows: Iterable[Row], total: int) -> Iterator[Row]:
    """Yield the rows while a bar on standard error shows how many of the total have been read."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        left = iter(rows)
        while batch := list(islice(left, _AT_ONCE)):
            yield from batch
            bar.advance(task, len(batch))


def table(document: Document, stream: TextIO) -> str:
    """Return the document for a screen: each table as such where the terminal is wide enough, else one line a value.

    On anything but a terminal the tables are as wide as they need to be, and no line of text is broken.
    """
    from rich.console import Console
    from rich.text import Text

    on_a_terminal = stream.isatty()
    escapes = None if stream is sys.stdout else False
    console = Console(file=stream, force_terminal=escapes, highlight=False, soft_wrap=not on_a_terminal)
    width = console.width
    with console.capture() as captured:
        console.print(Text(document.title, style="bold"))
        for table in document.tables:
            shown = table.for_people()
            drawn = _drawn(shown)
            needed = Console(width=10**6).measure(drawn).maximum
            if on_a_terminal and needed > width:
                console.print(_stacked(shown), soft_wrap=True)
            else:
                console.width = needed
                console.print(drawn)
            console.width = width
        for note in document.notes:
            console.print(Text(note))
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _stacked(table: Table) -> Text:
    """Return a table as one line a value, for a terminal that it does not fit into."""
    from rich.text import Text

    text = Text()
    for line in table.lines:
        text.append("\n")
        for column, cell in zip(table.columns, _cells(table, line, worded), strict=True):
            if cell:
                text.append(f"{column.title}: ", style="dim").append(f"{cell}\n", style="bold" if line.sum else "")
    return text


def _folded(title: str, width: int) -> str:
    """Return a title in as many lines as keep it from being wider than what stands under it, words kept whole."""
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        lines[-1:] = [longer] if not lines[-1] or len(longer) <= width else [lines[-1], word]
    return "\n".join(lines)


def _drawn(table: Table) -> RichTable:
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=box.SIMPLE_HEAD, header_style="bold", padding=(0, 1, 0, 0), pad_edge=False)
    worded_lines = [_cells(table, line, worded) for line in table.lines]
    for at, column in enumerate(table.columns):
        widest = max((cell_len(cells[at]) for cells in worded_lines), default=0)
        title = _folded(column.title, widest)
        width = max(widest, *map(len, title.split("\n")))
        justify: Literal["left", "right"] = "right" if column.kind in NUMERIC else "left"
        drawn.add_column(title, justify=justify, width=width, no_wrap=True, vertical="bottom")
    above: tuple[Value, ...] = ()
    for line, cells in zip(table.lines, worded_lines, strict=True):
        if above and table.columns[0].grouped and line.values[0] != above[0]:
            drawn.add_section()
        for at, column in enumerate(table.columns):
            if column.grouped and line.sum != "total" and above[: at + 1] == line.values[: at + 1]:
                cells[at] = ""
        above = line.values
        drawn.add_row(*(Text(cell) for cell in cells), style="bold" if line.sum else "")
    return drawn


DATA_FORMATS: dict[str, Callable[[Any], str]] = {"json": json}
"""The formats of an answer's plain values, by name."""

DOCUMENT_FORMATS: dict[str, Callable[[Document, TextIO], str]] = {
    "table": table,
    "csv": csv,
    "markdown": markdown,
    "ndjson": ndjson,
}
"""The formats of a document, by name."""

ROW_FORMATS: dict[str, Callable[[Sequence[Column], Iterable[Sequence[Value]]], Iterator[str]]] = {
    "csv": csv_rows,
    "markdown": markdown_rows,
    "ndjson": ndjson_rows,
}
"""The formats of rows that are written while they are made, by name."""
