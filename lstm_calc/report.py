"""Answers as Documents: what stands in which column, in which words, beside which note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.cells import CELLS
from lstm_calc.document import Column, Document, Line, Table
from lstm_calc.errors import listed
from lstm_calc.frameworks import OPTIONS
from lstm_calc.questions.params import bias_vectors, elsewhere
from lstm_calc.questions.tensors import ROLES, count
from lstm_calc.render import size_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.document import Value
    from lstm_calc.model import Model
    from lstm_calc.questions.params import GateCount, LayerCount, ParamCount
    from lstm_calc.questions.support import CellSupport, Support, SupportList
    from lstm_calc.questions.tensors import Part, Storage, Tensor

_FLOAT32 = 4
_LONGEST_TITLE = 60
_ROLE_TITLES = {role: role.replace("_", " ") for role in ROLES}


def _headline(model: Model) -> str:
    """Return the model in its notation where it is short enough for a title."""
    text = str(model)
    return text if len(text) <= _LONGEST_TITLE else f"a model of {len(model.placed):,} layers"


def params_document(model: Model, answer: ParamCount) -> Document:
    """Return the parameters of a model by layer and gate."""
    title = f"Parameters of {_headline(model)} in {answer.framework}"
    return Document(title, (_params_table(answer),), tuple(_params_notes(model, answer)))


def _params_table(answer: ParamCount) -> Table:
    columns = (
        Column("layer", "layer", grouped=True),
        Column("type", "type", grouped=True),
        Column("way", "direction", grouped=True),
        Column("gate", "gate"),
        *(Column(role, title, "shape") for role, title in _ROLE_TITLES.items()),
        Column("params", "parameters", "number"),
        Column("share", "share", "share"),
    )
    lines = [line for layer in answer.layers for line in _layer_lines(layer, answer)]
    lines.append(_sum_line("total", None, answer.total, answer))
    return Table(columns, tuple(lines), ruled=True).without_empty()


def _layer_lines(layer: LayerCount, answer: ParamCount) -> Iterator[Line]:
    """Yield a line a gate, and the layer's sum where it adds up several of them in a model of several layers."""
    two_ways = any(part.way == "backward" for part in layer.gates)
    named = layer.type if not layer.name.startswith(layer.type) else None
    for part in layer.gates:
        shapes = [part.shapes.get(role) for role in ROLES]
        way = part.way if two_ways else None
        yield Line((layer.name, named, way, _gate_words(part), *shapes, part.total, _share(part.total, answer)))
    if not layer.gates:
        yield Line((layer.name, named, None, None, *[None for _ in ROLES], 0, _share(0, answer)))
    if len(layer.gates) > 1 and len(answer.layers) > 1:
        yield _sum_line(layer.name, "subtotal", layer.total, answer)


def _gate_words(part: GateCount) -> str | None:
    return part.gate or ("projection" if "projection" in part.shapes else None)


def _sum_line(name: str, gate: str | None, total: int, answer: ParamCount) -> Line:
    shapes: tuple[Value, ...] = (None,) * len(ROLES)
    return Line((name, None, None, gate, *shapes, total, _share(total, answer)), sum=True)


def _share(count: int, answer: ParamCount) -> float | None:
    return count / answer.total if answer.total else None


def _params_notes(model: Model, answer: ParamCount) -> Iterator[str]:
    size = size_words(_FLOAT32 * answer.total)
    yield f"trainable {answer.trainable:,}, frozen {answer.non_trainable:,}; {size} in float32"
    if any(placed.layer.kind in CELLS for placed in model.placed):
        yield f"convention: {answer.framework}, {_convention(model, answer.framework)}; {_other_totals(model, answer.framework)}"
    for placed in model.placed:
        if getattr(placed.layer, "tied", False):
            yield f"{placed.name} shares the embedding's matrix, so only its bias is counted"


def _other_totals(model: Model, framework_name: str) -> str:
    """Return, in words, what the other frameworks that offer the model make of it."""
    others = elsewhere(model, framework_name)
    same = others.pop(count(model, framework_name), [])
    told = [f"{total:,} in {listed(names)} ({_convention(model, names[0])})" for total, names in others.items()]
    if told:
        return f"elsewhere {', '.join(told)}"
    return f"the same in {listed(same)}" if same else "no other framework here offers this model"


_VECTORS = ("no bias", "one bias vector a gate", "two bias vectors a gate")


def _convention(model: Model, framework_name: str) -> str:
    """Return, in words, how many bias vectors a gate has in each kind of layer of a model."""
    kinds: dict[str, list[str]] = {}
    for kind, gates in bias_vectors(model, framework_name).items():
        kinds.setdefault(_vector_words(gates), []).append(kind)
    return ", ".join(words if len(kinds) == 1 else f"{words} in {listed(names)}" for words, names in kinds.items())


def _vector_words(gates: dict[str, int]) -> str:
    fewest = min(gates.values())
    more = [gate for gate, vectors in gates.items() if vectors > fewest]
    return _VECTORS[fewest] + (f", {max(gates.values())} for {listed(more)}" if more else "")


def tensors_document(model: Model, answer: Storage, *, gates: bool) -> Document:
    """Return the tensors a framework stores for a model; with ``gates``, the slice of every gate in each."""
    title = f"Tensors of {_headline(model)} in {answer.framework}"
    if not gates:
        return Document(title, (_tensors_table(answer),), ())
    return Document(title, (_gates_table(answer),), tuple(_raveled_notes(answer)))


def _tensors_table(answer: Storage) -> Table:
    columns = (
        Column("layer", "layer", grouped=True),
        Column("name", "tensor"),
        Column("shape", "shape", "shape"),
        Column("axes", "axes"),
        Column("trainable", "trained"),
        Column("params", "parameters", "number"),
    )
    frozen = any(not tensor.trainable for tensor in answer.tensors)
    trained = {True: "yes", False: "frozen"}
    lines = [Line((t.layer, t.name, t.shape, t.axes, trained[t.trainable] if frozen else None, t.params)) for t in answer.tensors]
    lines.append(Line(("total", None, None, None, None, answer.total), sum=True))
    return Table(columns, tuple(lines), ruled=True).without_empty()


def _gates_table(answer: Storage) -> Table:
    columns = (
        Column("tensor", "tensor", grouped=True),
        Column("tensor_shape", "shape", "shape", grouped=True),
        Column("way", "direction"),
        Column("gate", "gate"),
        Column("role", "role"),
        Column("slice", "slice", "slice"),
        Column("block", "block"),
        Column("params", "parameters", "number"),
    )
    two_ways = {tensor.layer for tensor in answer.tensors for part in tensor.parts if part.way == "backward"}
    lines = [_part_line(tensor, part, two_ways=tensor.layer in two_ways) for tensor in answer.tensors for part in tensor.parts]
    lines.append(Line(("total", *[None for _ in columns[2:]], answer.total), sum=True))
    return Table(columns, tuple(lines), ruled=True).without_empty()


def _part_line(tensor: Tensor, part: Part, *, two_ways: bool) -> Line:
    cuts = tuple((*cut, size) for cut, size in zip(part.slice, tensor.shape, strict=True))
    way = part.way if two_ways else None
    return Line((tensor.name, tensor.shape, way, part.gate, part.role, cuts, _block_words(part), part.params))


def _block_words(part: Part) -> str | None:
    if len(part.shape) == 1:
        return None
    return "(input, units)" if part.transposed else "(units, input)"


def _raveled_notes(answer: Storage) -> Iterator[str]:
    if any(part.raveled for tensor in answer.tensors for part in tensor.parts):
        yield "the numbers of each kernel block, read row by row, are a (units, input) matrix, whatever the shape of their place"


def frameworks_document(answer: SupportList) -> Document:
    """Return what each framework offers and how it stores it, side by side."""
    return Document("Frameworks", (_layouts_table(answer), _offers_table(answer)), _LEGEND)


_LEGEND = (
    "gate order: as stored, in the framework's own letters; of no meaning where every gate has a tensor of its own",
    "raveled: the numbers of a kernel block, read row by row, are that matrix, whatever the shape of their place",
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
    return Table(columns, tuple(lines), ruled=True)


def _cell_line(support: Support, cell: CellSupport) -> Line:
    kernel = f"{'(input, units)' if cell.transposed else '(units, input)'}{', raveled' * cell.raveled}"
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
    return Table(columns, tuple(lines), ruled=True)
