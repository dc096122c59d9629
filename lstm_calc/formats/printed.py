"""Models as programs print them: a module of PyTorch, and the summaries of Keras, torchinfo and torchsummary.

A summary has counts and what each layer gives; the sizes of a layer are worked out from these, where only one set of sizes fits.
Else the layer has the number that is printed.
"""

from __future__ import annotations

import ast
import re
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, ModelFileError
from lstm_calc.formats.code.families import FAMILIES
from lstm_calc.formats.code.parts import FoundLayers
from lstm_calc.formats.code.trace.follow import followed_chain
from lstm_calc.formats.code.unknown import Place
from lstm_calc.formats.code.values import Array, MadeLayer
from lstm_calc.frozen import Record
from lstm_calc.model import GRU, LSTM, MAX_LAYERS, RNN, Dense, Embedding, Layer, LayerNorm, Model, Other

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MOST = 500_000
_TEXT = "<text>"
"""The name, in messages, of a text that is in no file."""


def read_printed(text: str, file: str = _TEXT) -> Model:
    """Return the model that a printed text describes; raise ModelFileError where it cannot be read."""
    if len(text) > _MOST:
        raise ModelFileError("too large for a printed model", file)
    return _table(text, file) if re.search(r"Param #|Layer \(type", text) else _module(text, file)


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
            depth = _number(match[4] or "0")
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
    return 0 if text == "--" else _number(text.replace(",", ""))


def _number(text: str) -> int:
    """Return a whole number; raise ModelFileError for one that no table has, before it costs anything."""
    if len(text) > _LONGEST_NUMBER:
        raise ModelFileError(f"has a number of {len(text):,} digits", _TEXT)
    return int(text)


_LONGEST_NUMBER = 60


def _shape(text: str) -> tuple[int | None, ...]:
    """Return a shape; the first where there are several."""
    first = re.search(r"[(\[]([^()\[\]]*)[)\]]", text)
    parts = [part.strip() for part in (first[1] if first else "").split(",") if part.strip()]
    return tuple(_number(part) if part.isdecimal() else None for part in parts)


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


_DEEPEST = 60
_LONGEST_REPEAT = 18
"""Digits of how often a block is repeated."""
_CHILD = re.compile(r"\s*\(([\w.-]+)\):\s*")
_TIMES = re.compile(r"(\d+) x ")
_LISTED = re.compile(r"Parameter containing: \[torch\.[\w.]+ of size ([\dx]*)[^\]]*\]")
"""A parameter in a ParameterList or ParameterDict; those that a module has itself are not printed."""
_PARAMETER = "Parameter"
_CONTAINERS = frozenset({"Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"})
_CLASS = re.compile(r"([A-Za-z_][\w.\[\]]*)\s*\(")


class _PrintedModule(Record):
    """A module in the text: its class, its arguments as text, the modules inside it by name, and how often it is there."""

    name: str
    arguments: str
    inner: tuple[tuple[str, Any], ...]
    times: int = 1


def _module(text: str, file: str) -> Model:
    """Return the model of a module that is printed; raise ModelFileError where it cannot be read."""
    node, _ = _parsed(text.strip(), 0, file, 0)
    parts = FoundLayers(None)
    hidden: list[str] = []
    if _modules_in(node) > MAX_LAYERS:
        raise ModelFileError(f"has more than {MAX_LAYERS:,} layers", file)
    leaves = list(_leaves(node, "", hidden))
    parts.add_all(leaves, None)
    if not parts.layers:
        raise ModelFileError("has no layer with weights that is known", file)
    remark = "neither parameters of a module's own nor whether its layers share weights show where it is printed"
    said = {"remarks": (remark,), "origin": f"pytorch, as it is printed; {remark}"} if hidden else {}
    more: dict[str, Any] = {"framework": "pytorch", **said}
    if node.name == "Sequential" and not hidden and (graph := followed_chain([made for _, made in leaves], parts.of, **more)):
        return graph
    try:
        return Model(parts.layers, parts.layers[0].input_dim, **more, batch_first=parts.batch_first, listed=True)
    except ModelError as error:
        raise ModelFileError(str(error), file) from None


def _repeats(number: str, file: str) -> int:
    """Return how often a block is repeated; raise ModelFileError for a number that no module has."""
    if len(number) > _LONGEST_REPEAT:
        raise ModelFileError(f"repeats a block by a number of {len(number):,} digits", file)
    return int(number)


def _parsed(text: str, at: int, file: str, depth: int) -> tuple[_PrintedModule, int]:
    """Return the module that begins at a place, and where it ends."""
    listed = _LISTED.match(text, at)
    if listed:
        return _PrintedModule(_PARAMETER, listed[1], (), 1), listed.end()
    times = _TIMES.match(text, at)
    match = _CLASS.match(text, times.end() if times else at)
    if match is None or depth > _DEEPEST:
        raise ModelFileError(f"is no module that is printed, near {text[at : at + 30]!r}", file)
    inner: list[tuple[str, Any]] = []
    at = start = match.end()
    open_ = 0
    arguments_end = None
    while at < len(text):
        child = _CHILD.match(text, at) if not open_ else None
        if child:
            arguments_end = at if arguments_end is None else arguments_end
            node, at = _parsed(text, child.end(), file, depth + 1)
            inner.append((child[1], node))
            continue
        if text[at] == ")" and not open_:
            arguments = text[start : at if arguments_end is None else arguments_end]
            return _PrintedModule(
                match[1].rpartition(".")[2], arguments.strip(), tuple(inner), _repeats(times[1], file) if times else 1
            ), at + 1
        open_ += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text[at], 0)
        at += 1
    raise ModelFileError("ends before its last bracket", file)


def _modules_in(node: _PrintedModule) -> int:
    """Return how many modules there are."""
    return node.times * (1 + sum(_modules_in(each) for _, each in node.inner))


def _leaves(node: _PrintedModule, path: str, hidden: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield the layers inside a module."""
    for turn in range(node.times):
        where = path if node.times == 1 else f"{path}.{turn}"
        if node.name == "MultiheadAttention" and node.inner:
            yield where, _attention(node)
        elif node.inner:
            if node.name not in _CONTAINERS:
                hidden.append(node.name)
            for name, each in node.inner:
                yield from _leaves(each, f"{where}.{name}".lstrip("."), hidden)
        elif node.name == _PARAMETER:
            yield where, Array([_number(size) for size in node.arguments.split("x") if size], trained=True)
        elif node.name not in _CONTAINERS:
            yield where, _made(node)


def _attention(node: _PrintedModule) -> MadeLayer:
    """Return the attention whose width shows in the layer of its output."""
    _, out = node.inner[0]
    values = _given(out)[1]
    width = values.get("out_features")
    made = MadeLayer("pytorch", "MultiheadAttention", {}, Place(_TEXT, 1))
    made.arguments = {**FAMILIES["pytorch"]["MultiheadAttention"].arguments, "embed_dim": width, "bias": values.get("bias", True)}
    return made


def _made(node: _PrintedModule) -> MadeLayer:
    name = "Linear" if node.name == "NonDynamicallyQuantizableLinear" else node.name
    made = MadeLayer("pytorch", name, {}, Place(_TEXT, 1))
    kind = FAMILIES["pytorch"].get(name)
    positional, named = _given(node)
    made.given = tuple(positional)
    own = {**kind.arguments, **dict(zip(kind.arguments, positional, strict=False))} if kind is not None else {}
    made.arguments = own | named
    return made


def _given(node: _PrintedModule) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments of a layer; torch 0.x writes ``Linear (64 -> 10)``."""
    text = re.sub(r"(\d+) -> (\d+)", r"\1, \2", node.arguments)
    try:
        call = ast.parse(f"f({text})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [], {}
    if not isinstance(call, ast.Call):
        return [], {}
    return [_literal(each) for each in call.args], {each.arg: _literal(each.value) for each in call.keywords if each.arg}


def _literal(node: ast.expr) -> Any:
    """Return a value as torch prints it, a word without quotes (``padding=same``) as the word."""
    if isinstance(node, ast.Name):
        return node.id
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None
