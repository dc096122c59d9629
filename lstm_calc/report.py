"""Answers as Documents: what stands in which column, in which words, beside which note."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Literal

from lstm_calc.cells import CELLS
from lstm_calc.document import Column, Document, Line, Table
from lstm_calc.errors import listed
from lstm_calc.frameworks import OPTIONS
from lstm_calc.questions.params import GateCount, bias_vectors, elsewhere
from lstm_calc.questions.support import SupportList
from lstm_calc.questions.tensors import ROLES
from lstm_calc.render import size_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.document import Value
    from lstm_calc.model import Layer, Model
    from lstm_calc.questions.params import LayerCount, ParamCount
    from lstm_calc.questions.support import CellSupport, OtherSupport, Support
    from lstm_calc.questions.tensors import Part, Storage, Tensor
    from lstm_calc.questions.verify import Verification

_FLOAT32 = 4
_LONGEST_TITLE = 60


def _headline(model: Model) -> str:
    """Return the model in its notation where it is short enough for a title."""
    text = str(model)
    return text if len(text) <= _LONGEST_TITLE else f"a model of {len(model.placed):,} layers"


def params_document(model: Model, answer: ParamCount) -> Document:
    """Return the parameters of a model by layer and gate."""
    title = f"Parameters of {_headline(model)} in {answer.framework}"
    return Document(title, (_params_table(answer),), tuple(_params_notes(model, answer)))


def _params_table(answer: ParamCount) -> Table:
    layers = answer.layers
    columns = (
        Column("layer", "layer", grouped=True),
        Column("type", "type", grouped=True, shown=any(not layer.name.startswith(layer.type) for layer in layers)),
        Column("way", "direction", grouped=True, shown=any(part.way == "backward" for layer in layers for part in layer.gates)),
        Column("gate", "gate"),
        *(Column(role, role.replace("_", " "), "shape") for role in ROLES),
        Column("trained", "trained", shown=answer.non_trainable > 0),
        Column("params", "parameters", "number"),
        Column("share", "share", "share"),
    )
    lines = [line for layer in layers for line in _layer_lines(layer, answer)]
    return Table(columns, (*lines, _sum_line("total", "total", answer.total, answer)))


def _layer_lines(layer: LayerCount, answer: ParamCount) -> Iterator[Line]:
    """Yield a line a gate, and the layer's sum where it adds up several of them in a model of several layers."""
    trained = None if not layer.total else "yes" if layer.trainable else "frozen"
    for part in layer.gates or (GateCount(None, None, {}, 0),):
        shapes = [part.shapes.get(role) for role in ROLES]
        count = part.total
        yield Line((layer.name, layer.type, part.way, _gate_words(part), *shapes, trained, count, _share(count, answer)))
    if len(layer.gates) > 1 and len(answer.layers) > 1:
        yield _sum_line("subtotal", layer.name, layer.total, answer)


def _gate_words(part: GateCount) -> str | None:
    return part.gate or ("projection" if "projection" in part.shapes else None)


def _sum_line(what: Literal["subtotal", "total"], name: str, total: int, answer: ParamCount) -> Line:
    blanks: tuple[Value, ...] = (None,) * (len(ROLES) + 1)
    gate = "subtotal" if what == "subtotal" else None
    return Line((name, None, None, gate, *blanks, total, _share(total, answer)), sum=what)


def _share(count: int, answer: ParamCount) -> float | None:
    return count / answer.total if answer.total else None


def _params_notes(model: Model, answer: ParamCount) -> Iterator[str]:
    size = size_words(_FLOAT32 * answer.total)
    yield f"trainable {answer.trainable:,}, frozen {answer.non_trainable:,}; {size} in float32"
    if any(layer.kind in CELLS for layer in model.layers):
        yield f"convention: {answer.framework}, {_convention(model, answer.framework)}; {_other_totals(model, answer)}"
    for placed in model.placed:
        if getattr(placed.layer, "tied", False):
            yield f"{placed.name} shares the embedding's matrix, so only its bias is counted"


def _other_totals(model: Model, answer: ParamCount) -> str:
    """Return, in words, what the other frameworks that offer the model make of it."""
    others = elsewhere(model, answer.framework)
    same = others.pop(answer.total, [])
    told = [f"{total:,} in {listed(names)} ({_convention(model, names[0])})" for total, names in others.items()]
    if told:
        return f"elsewhere {'; '.join(told)}"
    return f"the same in {listed(same)}" if same else "no other framework here offers this model"


_NUMBERS = ("no", "one", "two", "three", "four")
_MOST_NAMES = 3


def _convention(model: Model, framework_name: str) -> str:
    """Return, in words, how many bias vectors a gate has in each recurrent layer of a model."""
    recurrent = [placed for placed in model.placed if placed.layer.kind in CELLS and placed.depth == 0]
    words = {layer: _vector_words(layer, framework_name) for layer in {placed.layer for placed in recurrent}}
    kinds: dict[str, dict[str, None]] = {}
    names: dict[str, list[str]] = {}
    for placed in recurrent:
        kinds.setdefault(words[placed.layer], {})[placed.layer.kind] = None
        names.setdefault(words[placed.layer], []).append(placed.name)
    if len(names) == 1:
        return next(iter(names))
    by_kind = sum(map(len, kinds.values())) == len({placed.layer.kind for placed in recurrent})
    return "; ".join(f"{phrase} in {_few(list(kinds[phrase]) if by_kind else names[phrase])}" for phrase in names)


def _few(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return listed(names if more <= 0 else [*names[:_MOST_NAMES], f"{more:,} more"])


def _vector_words(layer: Layer, framework_name: str) -> str:
    """Return, in words, how many bias vectors each gate of a layer has, and how many gates are left of coupled ones."""
    gates = bias_vectors(layer, framework_name)
    fewest, most = min(gates.values()), max(gates.values())
    more = [gate for gate, vectors in gates.items() if vectors > fewest]
    words = f"{_NUMBERS[fewest]} bias vector{'s' * (fewest > 1)} a gate"
    words += f", {_NUMBERS[most]} for {listed(more)}" if more else ""
    return f"{words}, {_NUMBERS[len(gates)]} gates" if getattr(layer, "coupled", False) else words


def tensors_document(model: Model, answer: Storage, *, gates: bool) -> Document:
    """Return the tensors a framework stores for a model; with ``gates``, the slice of every gate in each."""
    title = f"Tensors of {_headline(model)} in {answer.framework}"
    if not gates:
        return Document(title, (_tensors_table(answer),), ())
    return Document(title, (_gates_table(answer),), tuple(_block_notes(answer)))


def side_by_side_document(model: Model, answers: tuple[Storage, ...]) -> Document:
    """Return the tensors that several frameworks store for a model beside each other: those of a direction and role in a line."""
    columns = [Column("layer", "layer", grouped=True)]
    for answer in answers:
        name = answer.framework
        columns += [
            Column(f"{name}_name", name),
            Column(f"{name}_shape", "shape", "shape"),
            Column(f"{name}_params", "parameters", "number"),
        ]
    lines = [line for placed in model.placed for line in _side_by_side_lines(placed.name, answers)]
    totals = [value for answer in answers for value in (None, None, answer.total)]
    title = f"Tensors of {_headline(model)} in {listed(answer.framework for answer in answers)}"
    return Document(title, (Table(tuple(columns), (*lines, Line(("total", *totals), sum="total"))),), ())


def _side_by_side_lines(layer: str, answers: tuple[Storage, ...]) -> Iterator[Line]:
    stored = [[tensor for tensor in answer.tensors if tensor.layer == layer] for answer in answers]
    places = {_place(tensor): None for tensors in stored for tensor in tensors}
    for place in sorted(places, key=lambda place: (place[0] != "forward", ROLES.index(place[1]))):
        for row in zip_longest(*([tensor for tensor in tensors if _place(tensor) == place] for tensors in stored)):
            values = ((tensor.name, tensor.shape, tensor.params) if tensor else (None, None, None) for tensor in row)
            yield Line((layer, *(value for three in values for value in three)))


def _place(tensor: Tensor) -> tuple[str | None, str]:
    """Return the direction and the role of a tensor's first block."""
    return tensor.parts[0].way, tensor.parts[0].role


def _tensors_table(answer: Storage) -> Table:
    columns = (
        Column("layer", "layer", grouped=True),
        Column("name", "tensor"),
        Column("shape", "shape", "shape"),
        Column("axes", "axes"),
        Column("trained", "trained", shown=any(not tensor.trainable for tensor in answer.tensors)),
        Column("params", "parameters", "number"),
    )
    lines = [Line((t.layer, t.name, t.shape, t.axes, ("frozen", "yes")[t.trainable], t.params)) for t in answer.tensors]
    return Table(columns, (*lines, Line(("total", None, None, None, None, answer.total), sum="total")))


def _gates_table(answer: Storage) -> Table:
    columns = (
        Column("tensor", "tensor", grouped=True),
        Column("tensor_shape", "shape", "shape", grouped=True),
        Column("way", "direction", shown=any(part.way == "backward" for tensor in answer.tensors for part in tensor.parts)),
        Column("gate", "gate"),
        Column("role", "role"),
        Column("slice", "slice", "slice"),
        Column("block", "block"),
        Column("params", "parameters", "number"),
    )
    lines = [_part_line(tensor, part) for tensor in answer.tensors for part in tensor.parts]
    return Table(columns, (*lines, Line(("total", *[None for _ in columns[2:]], answer.total), sum="total")))


def _part_line(tensor: Tensor, part: Part) -> Line:
    cuts = tuple((*cut, size) for cut, size in zip(part.slice, tensor.shape, strict=True))
    block = None if len(part.shape) == 1 else _block_words(transposed=part.transposed, raveled=part.raveled)
    return Line((tensor.name, tensor.shape, part.way, part.gate, part.role, cuts, block, part.params))


def _block_words(*, transposed: bool, raveled: bool) -> str:
    return f"{'in, out' if transposed else 'out, in'}{', raveled' * raveled}"


_BLOCK_LEGEND = "out, in: the rows of a kernel block are the units that it computes; in, out: its columns are"
_RAVELED_LEGEND = "raveled: the numbers of a block, read row by row, are that matrix, whatever the shape of their place"


def _block_notes(answer: Storage) -> Iterator[str]:
    yield _BLOCK_LEGEND
    if any(part.raveled for tensor in answer.tensors for part in tensor.parts):
        yield _RAVELED_LEGEND


def frameworks_document(answer: SupportList) -> Document:
    """Return what each framework offers and how it stores it, side by side."""
    return Document("Frameworks", (_layouts_table(answer), _offers_table(answer)), _LEGEND)


_ORDER_LEGEND = "gate order: as stored, in the framework's own letters; of no meaning where every gate has a tensor of its own"
_LEGEND = (
    _ORDER_LEGEND,
    "biases a gate: in the form that is the default",
    _BLOCK_LEGEND,
    _RAVELED_LEGEND,
    "forget bias: what is added to the forget gate at run time, beside what the bias tensor holds",
)


def _layouts_table(answer: SupportList) -> Table:
    columns = (
        Column("framework", "framework", grouped=True),
        Column("release", "release", grouped=True),
        Column("cell", "cell"),
        Column("gate_order", "gate order"),
        Column("kernel", "kernel"),
        Column("bias_vectors", "biases a gate"),
        Column("forget_bias", "forget bias", "number"),
    )
    lines = [_cell_line(support, cell) for support in answer.frameworks for cell in support.cells.values()]
    return Table(columns, tuple(lines))


def _cell_line(support: Support, cell: CellSupport) -> Line:
    kernel = _block_words(transposed=cell.transposed, raveled=cell.raveled)
    release, letters = support.release or None, " ".join(cell.letters)
    added = cell.forget_bias if "forget" in cell.gates else None
    return Line((support.framework, release, cell.cell, letters, kernel, _few_words(cell.bias_vectors), added))


def _few_words(gates: dict[str, int]) -> str:
    fewest = min(gates.values())
    more = [f"{vectors} for {gate}" for gate, vectors in gates.items() if vectors > fewest]
    return ", ".join([str(fewest), *more])


def _offers_table(answer: SupportList) -> Table:
    columns = (
        Column("framework", "framework", grouped=True),
        Column("cell", "cell"),
        *(Column(word, word.replace("_", " ")) for word in OPTIONS),
    )
    lines = [
        Line((support.framework, cell.cell, *("yes" if word in cell.options else None for word in OPTIONS)))
        for support in answer.frameworks
        for cell in support.cells.values()
    ]
    return Table(columns, tuple(lines))


def framework_document(answer: Support) -> Document:
    """Return one framework's page: its tensors, gates, default values, what it lacks and who has it, and the sources."""
    cells = tuple(answer.cells.values())
    title = f"{answer.framework}: {answer.title} {answer.release}".rstrip()
    tables = (
        _rows_table((*cells, *answer.others)),
        _cells_table(answer, cells),
        _equations_table(cells),
        _facts_table((*cells, *answer.others)),
        _lacks_table(answer, cells),
        _sources_table((*cells, *answer.others)),
    )
    raveled = [_RAVELED_LEGEND] if any(cell.raveled for cell in cells) else []
    notes = (*dict.fromkeys(cell.note for cell in cells if cell.note), _ORDER_LEGEND, _BLOCK_LEGEND, *raveled, _EQUATION_LEGEND)
    return Document(title, tuple(table for table in tables if table.lines), notes)


def _rows_table(cells: tuple[CellSupport | OtherSupport, ...]) -> Table:
    columns = (
        Column("cell", "cell", grouped=True),
        Column("name", "tensor"),
        Column("axes", "axes"),
        Column("role", "holds"),
        Column("gates", "of gates"),
        Column("when", "where"),
    )
    lines = [
        Line((cell.cell, row.name, row.axes, row.role.replace(" ", ", "), row.gates or None, row.when or None))
        for cell in cells
        for row in cell.rows
    ]
    return Table(columns, tuple(lines))


def _cells_table(answer: Support, cells: tuple[CellSupport, ...]) -> Table:
    table = _layouts_table(SupportList((answer,)))
    more = (Column("gates", "gates in order"), Column("offers", "offers"))
    lines = [Line((*line.values[2:], " ".join(cell.gates), _offers(cell))) for line, cell in zip(table.lines, cells, strict=True)]
    return Table((*table.columns[2:], *more), tuple(lines))


def _offers(cell: CellSupport) -> str:
    """Return what a cell is offered with, the default marked."""
    return ", ".join(f"{word} (default)" if word == cell.default else word for word in cell.options)


_EQUATION_LEGEND = (
    "pre(gate) = W x + U h + b (and + p * c with a peephole, + the forget bias); into and back are its halves, W x + b and U v + b'"
)


def _equations_table(cells: tuple[CellSupport, ...]) -> Table:
    columns = (Column("cell", "cell", grouped=True), Column("equation", "equations of the plain layer, in order"))
    return Table(columns, tuple(Line((cell.cell, equation)) for cell in cells for equation in cell.equations))


def _facts_table(cells: tuple[CellSupport | OtherSupport, ...]) -> Table:
    columns = (Column("cell", "cell"), Column("initial", "default values"), Column("constraints", "constraints"))
    lines = [Line((cell.cell, cell.initial or None, ", ".join(cell.constraints) or None)) for cell in cells]
    return Table(columns, tuple(line for line in lines if any(line.values[1:])))


def _sources_table(cells: tuple[CellSupport | OtherSupport, ...]) -> Table:
    return Table((Column("cell", "cell"), Column("source", "read from")), tuple(Line((cell.cell, cell.source)) for cell in cells))


def _lacks_table(answer: Support, cells: tuple[CellSupport, ...]) -> Table:
    columns = (Column("cell", "cell", grouped=True), Column("lacks", "lacks"), Column("who", "who has it"))
    lines = [Line((cell.cell, OPTIONS[word], ", ".join(names))) for cell in cells for word, names in cell.lacks.items()]
    lines += [Line((cell, "the cell", ", ".join(names))) for cell, names in answer.lacks.items()]
    return Table(columns, tuple(lines))


def verify_document(model: Model, answer: Verification) -> Document:
    """Return whether a framework agrees with our tables, and where not."""
    title = f"{_headline(model)} in {answer.framework}, held against the tables"
    tables = (_verdict_table(answer), _differences_table(answer), _runs_table(answer))
    runs = ["largest error: of the output over 8 steps, beside the cell's equations, both on the same random gates"]
    return Document(title, tuple(table for table in tables if table.lines), tuple(runs * bool(answer.gates)))


def _verdict_table(answer: Verification) -> Table:
    columns = (
        Column("framework", "framework"),
        Column("release", "release"),
        Column("tensors", "tensors", "number"),
        Column("differing", "differing", "number"),
        Column("verdict", "verdict"),
    )
    verdict = "agrees" if answer.agrees else "differs"
    return Table(columns, (Line((answer.framework, answer.release, answer.compared, len(answer.differences), verdict)),))


def _differences_table(answer: Verification) -> Table:
    shapes = (Column("ours", "ours", "shape", shown=True), Column("theirs", "theirs", "shape", shown=True))
    return Table(
        (Column("name", "tensor"), *shapes), tuple(Line((each.name, each.ours, each.theirs)) for each in answer.differences)
    )


def _runs_table(answer: Verification) -> Table:
    columns = (Column("layer", "layer"), Column("error", "largest error", "error"))
    return Table(columns, tuple(Line((check.layer, check.error)) for check in answer.gates))
