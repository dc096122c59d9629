"""A table laid out for a screen: titles, widths and cells; and its drawing, by rich or, for a very long table, as plain lines.

On a terminal it is made to fit, step by step, as little as it takes; no step takes a digit away. First come shorter headings, then
columns leave that say little. What every row has in common is said once below the table; words are wrapped; what the rows of a
group have in common is said once above them. Further columns leave, and finally names lose their middle, as long as they still
differ and keep their digits.
"""

from __future__ import annotations

import re
from itertools import chain, groupby
from typing import TYPE_CHECKING, Literal

from lstm_calc.frozen import Record
from lstm_calc.render.document import LAST, Table
from lstm_calc.render.words import NUMERIC, VERDICTS, cells

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    from lstm_calc.render.document import Column, Kind, Line, Value


class GridColumn(Record):
    """A column: the lines of its title, how wide it is, and whether it is aligned to the right."""

    title: list[str]
    width: int
    right: bool


class GridRow(Record):
    """One line of cells; ``starts``: a blank line comes before it; ``above``: pieces of text in between, with their styles."""

    cells: list[str]
    starts: bool
    style: str
    above: tuple[tuple[str, str], ...] = ()


class Grid(Record):
    """What a table is on a screen; ``rows`` are made while they are drawn. ``indent``: how far in its rows stand."""

    columns: list[GridColumn]
    rows: Iterator[GridRow]
    indent: int = 0

    @property
    def width(self) -> int:
        """How many columns of the screen it takes."""
        return self.indent + sum(column.width + 2 for column in self.columns)


def grid(table: Table) -> Grid:
    """Return a table with its cells worded, those that repeat the line above left empty, and its columns as wide as they need."""
    sheet = _whole(table)
    return Grid(sheet.columns(), _grid_rows(table, sheet.cells))


def _grid_rows(table: Table, worded: Sequence[Sequence[str]]) -> Iterator[GridRow]:
    """Yield the rows; a group of several rows, those of one value in a grouped first column, is set apart by blank lines."""
    above: tuple[Value, ...] = ()
    several, starting = False, set[int]()
    for start, length in _groups(table) if table.columns[0].grouped else ():
        starting |= {start} if start and (several or length > 1) else set()
        several = length > 1
    for at, (line, row) in enumerate(zip(table.lines, worded, strict=True)):
        yield GridRow(list(_shown_once(table, line, above, row)), at in starting, "bold" if line.sum else "")
        above = line.values


def _groups(table: Table) -> Iterator[tuple[int, int]]:
    """Yield where each run of one value in the first column begins, and how many rows it has."""
    start = 0
    for _, run in groupby(table.lines, key=lambda line: line.values[0]):
        length = sum(1 for _ in run)
        yield start, length
        start += length


def rich_table(drawn: Grid) -> RichTable:
    """Return the table as rich draws it: the titles over a rule, numbers to the right, a blank line between groups."""
    from rich import box
    from rich.table import Table as RichTable

    made = RichTable(box=box.SIMPLE_HEAD, header_style="bold", padding=(0, 1, 0, 0), pad_edge=False)
    for column in drawn.columns:
        justify: Literal["left", "right"] = "right" if column.right else "left"
        made.add_column("\n".join(column.title), justify=justify, width=column.width)
    for block in _blocks(drawn.rows):
        if block[0].starts:
            made.add_section()
        made.add_row(*map(_coloured, zip(*(row.cells for row in block), strict=True)), style=block[0].style)
    return made


def _coloured(cells_below: tuple[str, ...]) -> RichText:
    """Return cells that stand below each other as rich takes them, verdicts in their colours."""
    from rich.text import Text

    text = Text("\n".join(cells_below))
    for sign, colour in dict(VERDICTS.values()).items():
        if sign in text.plain:
            text.highlight_regex(rf"(?m)^{sign} .*$", colour)
    return text


def _blocks(rows: Iterable[GridRow]) -> Iterator[list[GridRow]]:
    """Yield the rows that follow each other in one group and style; as one row of several lines, rich draws them a third faster."""
    block: list[GridRow] = []
    for row in rows:
        if block and (row.starts or row.style != block[0].style):
            yield block
            block = []
        block.append(row)
    if block:
        yield block


def lines(drawn: Grid) -> Iterator[tuple[str, str]]:
    """Yield the lines of the same table, each with its style."""
    margin = " " * drawn.indent
    yield "\n", ""
    for head in zip(*_heads(drawn.columns), strict=True):
        yield f"{margin}{_row(head, drawn.columns)}\n", "bold"
    yield f" {'─' * (drawn.width - 2)}\n", ""
    for row in drawn.rows:
        if row.starts:
            yield "\n", ""
        yield from row.above
        yield f"{margin}{_row(row.cells, drawn.columns)}\n", row.style
    yield "\n", ""


def _shown_once(table: Table, line: Line, above: tuple[Value, ...], row: Sequence[str]) -> Iterator[str]:
    """Yield the cells of a line, those of grouped columns empty where the line above begins with the same values."""
    same = line.sum != "total" and bool(above)
    for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
        same = same and line.values[at] == above[at]
        yield "" if same and column.grouped else cell


def _grid_column(title: str, width: int, kind: Kind) -> GridColumn:
    """Return a column whose cells are so wide, its title _folded."""
    lines = _folded(title, width)
    return GridColumn(lines, max(width, *map(wide, lines)), kind in NUMERIC)


def _folded(text: str, width: int) -> list[str]:
    """Return a text in as many lines as keep it from being wider than a width, words kept whole."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        lines[-1:] = [longer] if not lines[-1] or wide(longer) <= width else [lines[-1], word]
    return lines


def _heads(columns: Sequence[GridColumn]) -> Iterator[list[str]]:
    """Yield the lines of each title, as many for each, the words at the bottom."""
    deepest = max(len(column.title) for column in columns)
    for column in columns:
        yield [""] * (deepest - len(column.title)) + column.title


def _row(texts: Iterable[str], columns: Sequence[GridColumn]) -> str:
    padded = (
        f"{' ' * (column.width - wide(text))}{text}" if column.right else f"{text}{' ' * (column.width - wide(text))}"
        for column, text in zip(columns, texts, strict=True)
    )
    return f" {'  '.join(padded)}"


def wide(text: str) -> int:
    """Return how many columns of a screen a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


_NARROWEST = 8
"""No column of words is wrapped to less than this."""
_SHORTEST = 16
"""No name is shortened to less than this."""
_INDENT = 2
_MOST_NAMES = 2_000
"""With more names than this in a column, none is shortened: to find out whether they still differ would take too long."""


class Sheet(Record):
    """A table and what is done to it so that it fits; columns are meant by their positions in the table.

    ``kept`` are the columns in view, ``heads`` those whose values stand above each group, ``widths`` how wide each may be,
    ``titles`` what is over each, ``names`` the shortened names of each, and ``same`` those that have one value in every row.
    ``shorter`` are the values that shorter words stand for, with these.
    """

    table: Table
    cells: Sequence[Sequence[str]]
    kept: tuple[int, ...]
    widths: Mapping[int, int]
    titles: Sequence[str]
    heads: tuple[int, ...] = ()
    names: Mapping[int, Mapping[str, str]] = {}
    same: tuple[int, ...] = ()
    shorter: tuple[tuple[str, str], ...] = ()

    @property
    def width(self) -> int:
        """How many columns of the screen it takes."""
        return _INDENT * bool(self.heads) + sum(column.width + 2 for column in self.columns())

    @property
    def left_out(self) -> list[str]:
        """The titles of the columns that are nowhere in view."""
        found = {*self.kept, *self.heads, *self.same}
        return [column.title for at, column in enumerate(self.table.columns) if at not in found]

    @property
    def in_common(self) -> list[str]:
        """What every row has in common, each with its title."""
        return [f"{self.table.columns[at].title}: {self.cells[0][at]}" for at in self.same]

    def columns(self) -> list[GridColumn]:
        """Return the columns in view as they are drawn."""
        return [_grid_column(self.titles[at], self.widths[at], self.table.columns[at].kind) for at in self.kept]

    def values(self, at: int) -> set[str]:
        """Return what stands in a column."""
        return {row[at] for row in self.cells}


def fitted(table: Table, width: int) -> Sheet | None:
    """Return a table as the first step leaves it with which it fits; None where none does."""
    return next((sheet for sheet in _steps(_whole(table), width) if sheet.width <= width), None)


def _whole(table: Table) -> Sheet:
    """Return a table with all its columns, as wide as they need."""
    worded = [cells(table, line) for line in table.lines]
    kept = tuple(range(len(table.columns)))
    widths = {at: max((wide(row[at]) for row in worded), default=0) for at in kept}
    return Sheet(table, worded, kept, widths, [column.title for column in table.columns])


def _steps(sheet: Sheet, width: int) -> Iterator[Sheet]:
    """Yield a table ever narrower; columns that have left do not come back."""
    yield sheet
    sheet = sheet.replace(titles=[column.short or column.title for column in sheet.table.columns])
    yield sheet
    leaving = sorted((column.gives_way, at) for at, column in enumerate(sheet.table.columns) if column.gives_way)
    for at in (at for order, at in leaving if order == 1):
        sheet = _without(sheet, {at})
        yield sheet
    for at in [at for at in sheet.kept[1:] if _is_same(sheet.table, at)]:
        sheet = _without(sheet, {at}).replace(same=(*sheet.same, at))
        yield sheet
    sheet = _in_shorter_words(sheet)
    yield sheet
    yield _wrapped(sheet, width)
    grouped = _grouped(sheet)
    yield grouped
    yield _wrapped(grouped, width)
    for together in _of_one_title(sheet.table, [at for order, at in leaving if 1 < order < LAST]):
        sheet, grouped = _without(sheet, together), _without(grouped, together)
        for either in (sheet, grouped):
            yield either
            yield _wrapped(either, width)
    for either in (sheet, grouped):
        yield _wrapped(either, width, _parts_of)
    last = {at for order, at in leaving if order == LAST}
    for without in (set[int](), last):
        for either in (_without(sheet, without), _without(grouped, without)):
            yield _shortened(either, width)


def _without(sheet: Sheet, leaving: set[int]) -> Sheet:
    return sheet.replace(kept=tuple(at for at in sheet.kept if at not in leaving))


def _of_one_title(table: Table, columns: Sequence[int]) -> Iterable[set[int]]:
    """Return columns in sets of one title, which say the same of different things, and of which none says enough alone."""
    found: dict[str, set[int]] = {}
    for at in columns:
        found.setdefault(table.columns[at].title, set()).add(at)
    return found.values()


def _in_shorter_words(sheet: Sheet) -> Sheet:
    """Return a table with shorter words for the values that have them."""
    meant = {at: dict(sheet.table.columns[at].shorter) for at in sheet.kept if sheet.table.columns[at].shorter}
    if not meant:
        return sheet
    rows = [[meant.get(at, {}).get(cell, cell) for at, cell in enumerate(row)] for row in sheet.cells]
    widths = {at: max((wide(row[at]) for row in rows), default=0) for at in sheet.widths}
    used = [(long, short) for at, words in meant.items() for long, short in words.items() if long in sheet.values(at)]
    return sheet.replace(cells=rows, widths=widths, shorter=tuple(used))


def _is_same(table: Table, at: int) -> bool:
    """Say whether a column has one value in every row, of which there are several, and none in a sum."""
    rows = [line.values[at] for line in table.lines if not line.sum]
    sums = [line.values[at] for line in table.lines if line.sum]
    return len(rows) > 1 and rows[0] is not None and rows.count(rows[0]) == len(rows) and sums.count(None) == len(sums)


def _grouped(sheet: Sheet) -> Sheet:
    """Return a table with what the rows of each group have in common above them; itself where no group has several rows."""
    first, *others = sheet.kept
    lines = [line for line in sheet.table.lines if not line.sum]
    groups: dict[object, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.values[first], []).append(line)
    if not sheet.table.columns[first].grouped or 2 * len(groups) > len(lines):
        return sheet
    heads = (first, *(at for at in others if _is_common(sheet.table.columns[at], at, groups.values())))
    kept = tuple(at for at in sheet.kept if at not in heads)
    return sheet.replace(heads=heads, kept=kept) if kept else sheet


def _is_common(column: Column, at: int, groups: Collection[list[Line]]) -> bool:
    """Say whether a column of words or shapes has one value in each group."""
    return column.kind in {"text", "shape"} and all(len({line.values[at] for line in group}) == 1 for group in groups)


def _wrapped(sheet: Sheet, width: int, split: Callable[[str], list[str]] = str.split) -> Sheet:
    """Return a table whose columns of several words are narrower, as narrow as their longest word, or part of one, if need be."""
    return _squeezed(sheet, _floors(sheet, split), width)


def _floors(sheet: Sheet, split: Callable[[str], list[str]]) -> dict[int, int]:
    """Return, for each column of several words, how wide the longest of what a text is split into is."""
    prose = [at for at in _of_text(sheet) if any(" " in text for text in sheet.values(at))]
    parts = {at: chain.from_iterable(map(split, sheet.values(at))) for at in prose}
    return {at: max([_NARROWEST, *map(wide, parts[at])]) for at in prose}


def _of_text(sheet: Sheet) -> list[int]:
    return [at for at in sheet.kept if sheet.table.columns[at].kind == "text"]


def _squeezed(sheet: Sheet, floors: Mapping[int, int], width: int) -> Sheet:
    """Return a table some of whose columns are narrower, always the widest of them first, until it fits."""
    widths = dict(sheet.widths)
    while (narrower := sheet.replace(widths=widths)).width > width:
        widest = max((at for at in floors if widths[at] > floors[at]), key=widths.__getitem__, default=None)
        if widest is None:
            break
        widths = {**widths, widest: widths[widest] - 1}
    return narrower


def _shortened(sheet: Sheet, width: int) -> Sheet:
    """Return a table whose names are shortened in the middle, all of a column at the same places, and all else is wrapped."""
    floors = _floors(sheet, _parts_of)
    names = {at: sheet.values(at) for at in _of_text(sheet) if at not in floors}
    shortest = {at: _shortest(found) for at, found in names.items() if len(found) <= _MOST_NAMES}
    narrow = _squeezed(sheet, floors | shortest, width)
    return narrow.replace(names={at: _without_middles(names[at], narrow.widths[at]) or {} for at in shortest})


def _shortest(names: set[str]) -> int:
    """Return the least width to which names can be shortened."""
    longest = max(map(wide, names), default=0)
    return next((width for width in range(_SHORTEST, longest) if _without_middles(names, width)), longest)


def _without_middles(names: set[str], width: int) -> dict[str, str] | None:
    """Return names with those that are too wide shortened to a width; None where digits would be lost or two become the same.

    >>> _without_middles({"decoder.lstm.weight_hh_l0", "encoder.lstm.weight_hh_l0"}, 20)
    {'decoder.lstm.weight_hh_l0': 'decode….weight_hh_l0', 'encoder.lstm.weight_hh_l0': 'encode….weight_hh_l0'}
    """
    for start in (width // 3, width // 2, 0):
        end = width - 1 - start
        long = sorted(name for name in names if wide(name) > width)
        made = {name: f"{name[:start]}…{name[-end:]}" for name in long}
        lost = "".join(name[start:-end] for name in long)
        distinct = {made.get(name, name) for name in names}
        if len(distinct) == len(names) and not any(char.isdigit() for char in lost) and all(name.isascii() for name in long):
            return made
    return None


def drawn(sheet: Sheet, width: int) -> Grid:
    """Return the grid of a table that was made to fit; its rows are made while they are drawn."""
    return Grid(sheet.columns(), _rows(sheet, width), _INDENT * bool(sheet.heads))


def _rows(sheet: Sheet, width: int) -> Iterator[GridRow]:
    """Yield the rows of a table, one whose cells are wrapped as several, and before each group what its rows share."""
    shown = [[row[at] for at in sheet.kept] for row in sheet.cells]
    columns = tuple(sheet.table.columns[at] for at in sheet.kept)
    lines = tuple(line.replace(values=tuple(line.values[at] for at in sheet.kept)) for line in sheet.table.lines)
    rows = _grid_rows(Table(columns, lines), shown)
    if sheet.heads:
        rows = _under_heads(sheet, rows, shown, width)
    for row in rows:
        yield from _in_lines(sheet, row)


def _under_heads(sheet: Sheet, rows: Iterator[GridRow], shown: Sequence[list[str]], width: int) -> Iterator[GridRow]:
    """Yield rows, the first of each group under what all of them share; a total is named in its first cell."""
    first, above = sheet.heads[0], None
    for at, (row, line) in enumerate(zip(rows, sheet.table.lines, strict=True)):
        if at and line.values[first] == above:
            yield row.replace(starts=False)
        elif line.sum and not shown[at][0]:
            yield row.replace(starts=True, cells=[sheet.cells[at][first], *shown[at][1:]])
        else:
            yield row.replace(starts=bool(at), cells=shown[at], above=tuple(_head(sheet, at, width)))
        above = line.values[first]


def _head(sheet: Sheet, position: int, width: int) -> Iterator[tuple[str, str]]:
    """Yield the pieces of what stands above a group: the value of its first column, and those that its rows share."""
    first, *others = sheet.heads
    row = sheet.cells[position]
    items = [f"{sheet.table.columns[at].title}: {row[at]}" for at in others if row[at]]
    name, *more = broken(row[first], width - 1)
    yield f" {name}", "bold"
    free = width - 1 - wide(name)
    for item in [*more, *items]:
        if wide(item) + 2 <= free:
            yield f"  {item}", "dim"
            free -= wide(item) + 2
        else:
            lines = broken(item, width - 3)
            yield "".join(f"\n   {line}" for line in lines), "dim"
            free = width - 3 - wide(lines[-1])
    yield "\n", ""


def _in_lines(sheet: Sheet, row: GridRow) -> Iterator[GridRow]:
    """Yield a row in as many lines as its cells take."""
    pairs = list(zip(sheet.kept, row.cells, strict=True))
    if all(wide(cell) <= sheet.widths[at] for at, cell in pairs):
        yield row
        return
    wrapped = [broken(sheet.names.get(at, {}).get(cell, cell), sheet.widths[at]) for at, cell in pairs]
    for at in range(max(map(len, wrapped))):
        cells = [lines[at] if at < len(lines) else "" for lines in wrapped]
        yield row.replace(cells=cells) if not at else GridRow(cells, starts=False, style=row.style)


def _parts_of(text: str) -> list[str]:
    """Return the parts of a text between which a line may be broken, where it cannot be broken between words.

    >>> _parts_of("in torch.backends")
    ['in', 'torch.', 'backends']
    """
    return re.findall(r"[^\s_./:=\[]+[_./:=\[]*|[_./:=\[]+", text)


def broken(text: str, width: int) -> list[str]:
    """Return a text in lines of a width, broken between words; a word that is wider than a line is broken, too.

    >>> broken("kernel of encoder.lstm", 12), broken("of encoder.lstm", 10)
    (['kernel of', 'encoder.lstm'], ['of', 'encoder.', 'lstm'])
    """
    width = max(width, 1)
    lines: list[str] = []
    for line in _folded(text, width):
        rest = line
        while wide(rest) > width:
            end = _end_of_line(rest, width)
            lines.append(rest[:end])
            rest = rest[end:]
        lines.append(rest)
    return lines


def _end_of_line(word: str, width: int) -> int:
    """Return where a word that is too wide is broken: after one of its parts, or anywhere if its first part is too wide."""
    ends = [0]
    for part in _parts_of(word):
        ends.append(ends[-1] + len(part))
    fits = [end for end in ends if wide(word[:end]) <= width]
    return fits[-1] or max((at for at in range(1, len(word)) if wide(word[:at]) <= width), default=1)
