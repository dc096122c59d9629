"""Models as programs print them: a module of PyTorch, and the summaries of Keras, torchinfo and torchsummary.

A summary has counts and what each layer gives; the sizes of a layer are worked out from these, where only one set of sizes fits.
Else the layer has the number that is printed.
"""

from __future__ import annotations

import re
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, ModelFileError
from lstm_calc.frozen import Record
from lstm_calc.model import GRU, LSTM, RNN, Dense, Embedding, Layer, LayerNorm, Model, Other

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


_MOST = 500_000
TEXT = "<text>"
"""The name, in messages, of a text that is in no file."""


def read_printed(text: str, file: str = TEXT) -> Model:
    """Return the model that a printed text describes; raise ModelFileError where it cannot be read."""
    if len(text) > _MOST:
        raise ModelFileError("too large for a printed model", file)
    if re.search(r"Param #|Layer \(type", text):
        return _table(text, file)
    from lstm_calc.formats.printed.module import printed_module  # which needs the reader of programs, and a table does not

    return printed_module(text, file)


class _TableRow(Record):
    """A layer in a table: its name, its class, the shape it gives and its number of parameters."""

    name: str
    kind: str
    shape: tuple[int | None, ...]
    params: int


_BOX = re.compile(r"[│┃|]")
_RULE = re.compile(r"[\s_=─━┏┳┓┡╇┩├┼┤└┴┘+\-]*")
_NUMBER = r"-?\d[\d,]*|--"
_KERAS_ROW = re.compile(
    rf"((?:[|\s]|└)*)(\S.*?)\s*\(([A-Za-z]\w*)(?:…|\.\.\.)?\)?\s+([\[(].*?[\])]|\?|multiple)\s+({_NUMBER})(?:\s.*)?"
)
_TORCHINFO_ROW = re.compile(
    rf"([│|\s]*(?:[├└]─|\|-|\+-)?)\s*([A-Za-z_]\w*)(?:\s*\((\w+)\))?(?::\s*(\d+)(?:-\d+)?)?\s+(\[.*?\]|--)\s+({_NUMBER}|\(recursive\))(?:\s.*)?"
)
_TORCHSUMMARY_ROW = re.compile(rf"\s*([A-Za-z_]\w*)-(\d+)\s+(\[.*?\])\s+({_NUMBER})\s*")
_SUM = re.compile(r"(Total|Trainable|Non-trainable|Optimizer) params:\s*(\d[\d,]*)")


def _table(text: str, file: str) -> Model:
    rows, framework = _rows(text)
    if not rows:
        raise ModelFileError("is a table without layers", file)
    sums = {name: _count(number) for name, number in _SUM.findall(text)}
    layers = list(_solved(rows, framework))
    total = sum(row.params for row in rows)
    said = sums.get("Total", total) - sums.get("Optimizer", 0)
    if said != total:
        raise ModelFileError(f"its layers have {total:,} parameters, and it says Total params: {said:,}", file)
    if not layers:
        raise ModelFileError("has no layer with weights", file)
    frozen = _frozen(rows, sums.get("Non-trainable", 0))
    rest = sums.get("Non-trainable", 0) - sum(rows[at].params for at in frozen)
    untrained = dict(_untrained({at: rows[at] for at, layer in layers if isinstance(layer, Other) and at not in frozen}, rest))
    parts = [part for at, layer in layers for part in _parted(layer, rows[at].params if at in frozen else untrained.get(at, 0))]
    left = rest - sum(untrained.values())
    remarks = (f"{left:,} parameters are not trained, and the table does not say of which layers",) if left > 0 else ()
    try:
        return Model(parts, parts[0].input_dim, framework=framework, remarks=remarks, listed=True)
    except ModelError as error:
        raise ModelFileError(str(error), file) from None


def _rows(text: str) -> tuple[list[_TableRow], str]:
    """Return the layers of a table, and the framework that printed it."""
    if "depth-idx" in text:
        return list(_torchinfo(text)), "pytorch"
    found = [match for line in text.splitlines() if (match := _TORCHSUMMARY_ROW.fullmatch(line))]
    if found:
        return [_TableRow(f"{row[1]}-{row[2]}", row[1], _shape(row[3]), _count(row[4])) for row in found], "pytorch"
    return list(_without_holders(list(_keras(text)))), "keras"


def _keras(text: str) -> Iterator[tuple[int, _TableRow]]:
    """Yield the layers of a summary of Keras, each with how far it is indented; of a table of boxes, lines of a row are joined."""
    lines = _joined(text) if re.search(r"[│┃]", text) else text.splitlines()
    for line in lines:
        match = _KERAS_ROW.fullmatch(line)
        if match:
            yield (
                len(match[1]) if re.search("[|└]", match[1]) else 0,
                _TableRow(match[2], _whole_name(match[3]), _shape(match[4]), _count(match[5])),
            )


def _whole_name(kind: str) -> str:
    """Return the name of a class of which the table may have the beginning alone."""
    from lstm_calc.formats.code.keras_api.classes import CLASSES

    found = [name for name in CLASSES if name.startswith(kind)]
    return found[0] if len(found) == 1 and len(kind) > 10 else kind


def _without_holders(rows: Sequence[tuple[int, _TableRow]]) -> Iterator[_TableRow]:
    """Yield the rows that are not followed by those of the layers inside them, by how far each is indented."""
    for at, (depth, row) in enumerate(rows):
        if at + 1 == len(rows) or rows[at + 1][0] <= depth:
            yield row


def _joined(text: str) -> Iterator[str]:
    """Yield each row of a table of boxes as one line."""
    cells: list[str] = []
    for line in text.splitlines():
        if _RULE.fullmatch(line):
            if cells:
                yield "   ".join(cells)
            cells = []
        elif _BOX.search(line):
            parts = [part.rstrip() if not at else part.strip() for at, part in enumerate(_BOX.split(line)[1:-1])]
            cells = (
                [
                    f"{one}{'' if one.endswith('_') or not one.strip() else ' '}{other.strip()}".rstrip()
                    for one, other in zip(cells, parts, strict=False)
                ]
                if cells
                else parts
            )
    if cells:
        yield "   ".join(cells)


def _torchinfo(text: str) -> Iterator[_TableRow]:
    """Yield the layers of a table of torchinfo that hold no others; what a module has beside those inside it is one as well."""
    rows: list[tuple[int, _TableRow]] = []
    lines = text.splitlines()
    places = _columns(next(line for line in lines if "depth-idx" in line))
    for line in lines:
        match = _TORCHINFO_ROW.fullmatch(line.rstrip() if places is None else _usual_columns(line, places))
        if match and match[6] != "(recursive)":
            depth = grouped_number(match[4] or "0")
            rows.append((depth, _TableRow(match[3] or match[2], match[2], _shape(match[5]), _count(match[6]))))
    leaves = list(_without_holders(rows))
    said = dict(_SUM.findall(text)).get("Total")
    is_whole = said is None or sum(row.params for row in leaves) == _count(said)
    yield from leaves if is_whole else _with_own(rows)


def _with_own(rows: Sequence[tuple[int, _TableRow]]) -> Iterator[_TableRow]:
    """Yield the rows of a table; one that others inside follow has what its module has beside these."""
    for at, (depth, row) in enumerate(rows):
        is_holder = at + 1 < len(rows) and rows[at + 1][0] > depth
        if row.params or not is_holder:
            yield row.replace(shape=()) if is_holder else row


def _columns(header: str) -> dict[str, slice] | None:
    """Return where the columns of a table of torchinfo stand; None where they are the usual ones, name, output and number."""
    found = list(re.finditer(r"\S+(?: \S+)*", header))
    if len(found) > 1 and found[1][0] == "Output Shape":
        return None
    starts = [0, *(each.start() for each in found[1:]), None]
    return {each[0]: slice(*ends) for each, ends in zip(found, pairwise(starts), strict=False)}


def _usual_columns(line: str, places: dict[str, slice]) -> str:
    """Return a line of a table with the columns that are usual."""
    cells = {name: line[place].rstrip() for name, place in places.items()}
    first = next(iter(cells.values()))
    return f"{first}  {cells.get('Output Shape') or '--'}  {cells.get('Param #', '').strip()}"


def _count(text: str) -> int:
    return 0 if text == "--" else grouped_number(text.replace(",", ""))


def grouped_number(text: str) -> int:
    """Return a whole number; raise ModelFileError for one that no table has, before it costs anything."""
    if len(text) > _LONGEST_NUMBER:
        raise ModelFileError(f"has a number of {len(text):,} digits", TEXT)
    return int(text)


_LONGEST_NUMBER = 60


def _shape(text: str) -> tuple[int | None, ...]:
    """Return a shape; the first where there are several."""
    first = re.search(r"[(\[]([^()\[\]]*)[)\]]", text)
    parts = [part.strip() for part in (first[1] if first else "").split(",") if part.strip()]
    return tuple(grouped_number(part) if part.isdecimal() else None for part in parts)


_CELLS: dict[str, type[Layer]] = {"LSTM": LSTM, "GRU": GRU, "RNN": RNN, "SimpleRNN": RNN, "CuDNNLSTM": LSTM, "CuDNNGRU": GRU}


def _solved(rows: Sequence[_TableRow], framework: str) -> Iterator[tuple[int, Layer]]:
    """Yield each layer with weights and its position, with the sizes that follow from its count and from what comes in."""
    width: int | None = None
    for at, row in enumerate(rows):
        if row.params:
            name = re.sub(r"[^A-Za-z0-9_./-]", "_", row.name).lstrip("./-")[:200] or None
            taken = {each.name for each in rows[:at]}
            yield at, _layer(row, width, framework, None if row.name in taken else name)
        width = row.shape[-1] if row.shape else None


def _layer(row: _TableRow, width: int | None, framework: str, name: str | None) -> Layer:
    output = row.shape[-1] if row.shape else None
    found: list[Layer] = []
    if output:
        found = list(_candidates(row, output, width, framework))
    if len(found) == 1:
        return found[0].replace(name=name)
    return Other(params=row.params, class_name=re.sub(r"\W", "_", row.kind), name=name)


def _candidates(row: _TableRow, output: int, width: int | None, framework: str) -> Iterator[Layer]:
    """Yield the layers of a row's class that give so many features and have so many parameters."""
    if row.kind == "Embedding" and row.params % output == 0:
        yield Embedding(row.params // output, output)
    elif row.kind in {"LayerNormalization", "LayerNorm"} and row.params == 2 * output:
        yield LayerNorm(input_dim=output)
    elif row.kind in {"Dense", "Linear"}:
        for bias in (True, False):
            inputs = row.params // output - bias
            if row.params % output == 0 and inputs > 0 and (width is None or inputs == width):
                yield Dense(output, bias=bias, input_dim=inputs)
    elif row.kind in _CELLS or row.kind.startswith("Bidirection"):
        yield from _recurrent(row, output, width, framework)


def _recurrent(row: _TableRow, output: int, width: int | None, framework: str) -> Iterator[Layer]:
    """Yield the recurrent layers of a class, or of any class in both directions, whose count is that of a row."""
    from lstm_calc.frameworks.counting import count

    wrapped = row.kind.startswith("Bidirection")
    kinds = [_CELLS[row.kind]] if not wrapped else [LSTM, GRU, RNN]
    deep = range(1, 9) if framework == "pytorch" else (1,)
    directions = (True,) if wrapped else (False, True) if framework == "pytorch" else (False,)
    for kind, bidirectional, repeat, bias in product(kinds, directions, deep, (True, False)):
        if output % (1 + bidirectional):
            continue
        fields: dict[str, Any] = {
            "units": output // (1 + bidirectional),
            "bidirectional": bidirectional,
            "bias": bias,
            "repeat": repeat,
        }
        for choice in ({"reset_after": True}, {"reset_after": False}) if kind is GRU and framework == "keras" else ({},):
            one, two = (count(Model([kind(**fields, **choice)], inputs), framework) for inputs in (1, 2))
            inputs, rest = divmod(row.params - one, two - one)
            if not rest and inputs >= 0 and (width is None or inputs + 1 == width):
                yield kind(**fields, **choice, input_dim=inputs + 1)


def _statistics(row: _TableRow) -> int:
    """Return how many numbers of a batch normalisation of Keras are never trained: two per channel, of two to four."""
    if row.kind != "BatchNormalization":
        return 0
    width = row.shape[-1] if row.shape else None
    return 2 * width if width and row.params in {2 * width, 3 * width, 4 * width} else row.params // 2


def _untrained(rows: Mapping[int, _TableRow], number: int) -> Iterator[tuple[int, int]]:
    """Yield, by position, how many numbers are not trained of layers that are known by their count: statistics first."""
    for at in sorted(rows, key=lambda at: rows[at].kind != "BatchNormalization"):
        part = min(number, _statistics(rows[at]) or rows[at].params)
        number -= part
        yield at, part


def _parted(layer: Layer, untrained: int) -> Iterator[Layer]:
    """Yield a layer, of which so many numbers are not trained: all, or of one that is known by its count a part."""
    params = layer.asdict().get("params")
    if isinstance(params, int) and 0 < untrained < params:
        yield layer.replace(params=params - untrained)
        yield Other(params=untrained, class_name="statistics", trainable=False)
    else:
        yield layer.replace(trainable=False) if untrained else layer


def _frozen(rows: Sequence[_TableRow], number: int) -> set[int]:
    """Return the positions of the layers that are not trained: the only set of them whose numbers are what is said."""
    left = number - sum(map(_statistics, rows))
    sums: dict[int, list[set[int]]] = {0: [set()]}
    for at, row in enumerate(rows if left > 0 else ()):
        size = row.params - _statistics(row)
        for have, sets in list(sums.items()):
            if size and have + size <= left and len(sums) < 10_000:
                sums.setdefault(have + size, []).extend([each | {at} for each in sets[:2]])
    found = sums.get(left, [])
    return min(found, key=len) if found else set()
