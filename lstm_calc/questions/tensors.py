"""A model in a framework: its tensors as stored, and where each gate lies in each of them.

The nesting of the words in a row's axes gives the slice of every gate.
"""

from __future__ import annotations

from itertools import product, zip_longest
from math import prod
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, listed
from lstm_calc.frameworks import Framework, Layout, Row, framework_of, layout_for, option_words, uses_in
from lstm_calc.frameworks.counting import Shape, Sizes, axes_of, rows_in, shape_of, size_of, sizes_of, terms_of
from lstm_calc.frameworks.names import paths
from lstm_calc.frozen import Record
from lstm_calc.model import Layer, Model, Other, Use
from lstm_calc.questions.answer import Answer, Data, grouped
from lstm_calc.questions.titles import BLOCK_LEGEND, ROW_MAJOR_LEGEND, block_words, headline, in_framework
from lstm_calc.render.document import LAST, Column, Document, Line, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lstm_calc.model.sizes import Shape as Flowing


_BLOCKS = {"gates", "directions", "biases"}
"""The words that count blocks, not features; a single gate's ``..._gate`` is one more."""
_LABELED = {"gates": "gate", "directions": "direction", "biases": "bias"}
"""What the labels of a block word name; those of any other name a gate."""
_INTO = {
    "kernel": {"input", "group_input", "vocab_size", "query", "key", "value", "attended"},
    "recurrent_kernel": {"output"},
    "projection": {"units"},
}
_OUT_OF = {"kernel": {"units", "dim"}, "recurrent_kernel": {"units"}, "projection": {"projection"}}
"""For the matrix of each role, the words of its input axis and of its output axis."""


ROLES = (
    *("kernel", "recurrent_kernel", "bias", "recurrent_bias", "peephole", "projection"),
    *("gain", "shift", "statistic", "slope", "table", "other"),
)
"""What a block of numbers is for."""


class Part(Data):
    """One block of a tensor: a gate's kernel, a direction's bias, ...

    ``slice`` has (start, stop) for each axis of the tensor; ``shape`` is the block's, without the axes that only count blocks,
    and ``axes`` has a word for each.
    ``transposed``: the block is (input, units) rather than (units, input). ``row_major``: it is (units, input), but lies row by
    row in a place of shape (input, units).
    """

    old_names = {"way": "direction", "raveled": "row_major"}  # noqa: RUF012  a class variable

    gate: str | None
    role: str
    direction: str | None
    slice: tuple[tuple[int, int], ...]
    shape: Shape
    axes: str
    transposed: bool
    row_major: bool

    @property
    def params(self) -> int:
        """How many numbers the block has."""
        return prod(self.shape)


class Tensor(Data):
    """One tensor as a framework stores it; ``layer`` is the name of the layer in the model.

    A tensor that is not ``counted`` is stored beside the parameters, as PyTorch does with the statistics of batch normalisation.
    """

    json = ("name", "layer", "shape", "axes", "trainable", "parts", "counted", "params")

    name: str
    layer: str
    shape: Shape
    axes: str
    trainable: bool
    parts: tuple[Part, ...]
    counted: bool = True

    @property
    def params(self) -> int:
        """How many of its numbers are parameters: all, or none where the framework counts it as a buffer."""
        return prod(self.shape) if self.counted else 0


class Uncounted(Data):
    """A layer whose tensors are not known, and why."""

    layer: str
    type: str
    reason: str


class Storage(Answer):
    """Every tensor that a framework stores for a model, in the framework's order.

    ``uncounted`` are the layers of which none is known: those of a kind that is not, and those that read what such a layer gives.
    """

    schema = "lstm-calc/tensors/1"
    json = ("schema", "framework", "tensors", "total")

    model: Model
    framework: str
    tensors: tuple[Tensor, ...]
    uncounted: tuple[Uncounted, ...] = ()

    @property
    def total(self) -> int:
        """All parameters."""
        return sum(tensor.params for tensor in self.tensors)

    @property
    def by_layer(self) -> dict[str, list[Tensor]]:
        """The tensors of each layer that has any, by its name."""
        return grouped(self.tensors, lambda tensor: tensor.layer)

    def document(self, *, gates: bool = False) -> Document:
        """Return the tensors; with ``gates``, the slice of every gate in each."""
        title = f"Tensors of {in_framework(self.model, self.framework)}"
        if not gates:
            return Document(title, (_tensors_table(self),), ())
        return Document(title, (_gates_table(self),), tuple(_block_notes(self)))


class SideBySide(Answer):
    """What several frameworks store for one model."""

    schema = "lstm-calc/tensors-side-by-side/1"
    json = ("schema", "frameworks")

    frameworks: tuple[Storage, ...]

    def document(self) -> Document:
        """Return the tensors side by side: those of one direction and role share a line."""
        model, answers = self.frameworks[0].model, self.frameworks
        columns = [Column("layer", "layer", grouped=True)]
        for answer in answers:
            name = answer.framework
            columns += [
                Column(f"{name}_name", name),
                Column(f"{name}_shape", "shape", "shape"),
                Column(f"{name}_params", "parameters", "number"),
            ]
        owned = [answer.by_layer for answer in answers]
        names = [use.name for use in model.uses]
        lines = [line for name in names for line in _side_by_side_lines(name, [each.get(name, []) for each in owned])]
        totals = [value for answer in answers for value in (None, None, answer.total)]
        title = f"Tensors of {headline(model)} in {listed(answer.framework for answer in answers)}"
        return Document(title, (Table(tuple(columns), (*lines, Line(("total", *totals), sum="total"))),), ())


def tensors(model: Model, framework_name: str | None = None) -> Storage:
    """Return every tensor that a framework (None: the model's own) stores for a model, in the framework's order.

    Raises FrameworkError where the framework is unknown or lacks what the model asks for.

    >>> from lstm_calc import LSTM, Model, tensors
    >>> first, *_ = tensors(Model([LSTM(32)], input_dim=8), "keras").tensors
    >>> first.name, first.shape, first.parts[1].gate, first.parts[1].slice
    ('lstm/lstm_cell/kernel', (8, 128), 'forget', ((0, 8), (32, 64)))
    """
    found = known_tensors(model, framework_name)
    for layer in found.uncounted:
        raise ModelError(f"{layer.layer} cannot be counted: {layer.reason}", key="layers")
    return found


def side_by_side(model: Model, framework_names: Sequence[str]) -> SideBySide:
    """Return what several frameworks store for a model, each once; raises as :func:`tensors` does."""
    return SideBySide(tuple(tensors(model, name) for name in dict.fromkeys(framework_names)))


def known_tensors(model: Model, framework_name: str | None = None) -> Storage:
    """Return the tensors of a model as far as its layers are known, as :func:`tensors`, and the layers that are not.

    Raises ModelError where a size is missing in a model whose layers are all known: the shape of its input says it.
    """
    table = framework_of(model, framework_name)
    uses = [use for use in uses_in(model, table) if not use.shared]
    known: dict[_Alike, list[tuple[str, Tensor]]] = {}
    pairs = list(zip(uses, paths(uses, table, written=model.framework == table.name), strict=True))
    uncounted = {use.name: Uncounted(use.name, use.layer.kind, why) for use, _ in pairs if (why := _unknown(use, model))}
    stored = (tensor for use, path in pairs if use.name not in uncounted for tensor in _stored(use, table, path, known))
    return Storage(model, table.name, tuple(stored), tuple(uncounted.values()))


def _unknown(use: Use, model: Model) -> str:
    """Return why a layer cannot be counted; empty where it can, or where the reason is not in the model's layers."""
    if not use.layer.weighted:
        return ""
    if isinstance(use.layer, Other):
        name = use.layer.class_name or "it"
        return f"{name} is not a layer that is known here, and its weights are not in the file" if use.layer.params is None else ""
    if None not in use.layer.input_sizes(use.inputs).values():
        return ""
    before = [call for call in model.calls if isinstance(call, Other) and not call.knows_shape]
    return (
        f"the width that it reads is not known, which depends on what {before[0].class_name or 'another layer'} gives"
        if before
        else ""
    )


_OF_ITS_PLACE = {"name", "inputs", "paths"}
"""The fields of a layer that change none of its tensors but their names."""

_Alike = tuple[type["Layer"], tuple["Flowing", ...], tuple[tuple[str, object], ...]]
"""What the tensors of a layer depend on: its kind, what it reads, and its options."""


def _stored(use: Use, table: Framework, path: dict[str, str], known: dict[_Alike, list[tuple[str, Tensor]]]) -> Iterator[Tensor]:
    """Yield the tensors of one layer; ``known`` keeps those of each layer and input, which a stack has many times over."""
    fields = use.layer.changed()
    key = type(use.layer), use.inputs, tuple((field, value) for field, value in fields.items() if field not in _OF_ITS_PLACE)
    if key not in known:
        known[key] = list(_unplaced(use, layout_for(table, use.layer), table))
    for direction, tensor in known[key]:
        yield tensor.replace(name=path[direction] + tensor.name.format(layer=use.depth), layer=use.name)


def _unplaced(use: Use, layout: Layout, table: Framework) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of a layer by direction, with names in which the layer's place in the stack is left open."""
    letters = dict(zip(layout.gates.split(), layout.letters.split(), strict=True))
    words = dict(zip(use.layer.directions, table.directions, strict=False))
    for row, gates, direction in rows_in(layout, use):
        one = gates[0] if gates else ""
        name = row.name.format(gate=one, letter=letters.get(one), direction=words[direction], layer="{layer}")
        sizes = sizes_of(use, gates)
        axes = axes_of(row, sizes)
        parts = tuple(_parts(row, axes, sizes, gates, use.layer, direction))
        frozen = row.frozen and option_words(use.layer, layout.defaults).issuperset(row.frozen.split())
        trainable = use.layer.trainable and row.trained and not frozen
        yield direction, Tensor(name, use.name, shape_of(axes, sizes), axes, trainable, parts, row.counted)


class _Segment(Record):
    """A segment of one axis, the word for its size, and its known labels; ``turn`` selects one of the row's roles."""

    start: int
    stop: int
    word: str
    known: dict[str, str]
    turn: int


def _segments(axis: str, sizes: Sizes, labels: dict[str, Sequence[Any]]) -> Iterator[_Segment]:
    """Yield the segments of one axis, term by term, block by block."""
    start = 0
    for turn, term in enumerate(terms_of(axis)):
        blocks = [word for word in term if word in labels]
        feature = "*".join(word for word in term if word not in labels)
        length = prod(size_of(word, sizes) for word in term if word not in labels)
        for choice in product(*(labels[word] for word in blocks)):
            chosen = dict(zip(blocks, choice, strict=True))
            known = {_LABELED.get(word, "gate"): label for word, label in chosen.items()}
            yield _Segment(start, start + length, feature, known, chosen.get("biases", turn))
            start += length


def _parts(row: Row, axes: str, sizes: Sizes, gates: Sequence[str], layer: Layer, direction: str) -> Iterator[Part]:
    """Yield the blocks of one tensor, in the order in which they lie."""
    labels = {"gates": gates, "directions": layer.directions, "biases": (0, 1), **{f"{gate}_gate": (gate,) for gate in gates}}
    names, roles = axes.split(), row.role.split()
    known_already = {"gate": gates[0] if len(gates) == 1 else None, "direction": direction or None}
    is_transposed = transposed(row, axes)
    featured = feature_axes(axes)
    for cut in product(*(list(_segments(axis, sizes, labels)) for axis in names)):
        role = roles[max((segment.turn for segment in cut), default=0)]
        known = known_already | {key: value for segment in cut for key, value in segment.known.items()}
        features = [cut[at] for at in featured]
        yield Part(
            gate=known["gate"],
            role=role,
            direction=known["direction"],
            slice=tuple((segment.start, segment.stop) for segment in cut),
            shape=tuple(segment.stop - segment.start for segment in features),
            axes=" ".join(segment.word for segment in features),
            transposed=is_transposed[role],
            row_major=row.row_major,
        )


def feature_axes(axes: str) -> list[int]:
    """Return the positions of the axes that hold features, not only count blocks.

    >>> feature_axes("directions gates*units input")
    [1, 2]
    """
    return [at for at, axis in enumerate(axes.split()) if axis not in _BLOCKS]


def transposed(row: Row, axes: str) -> dict[str, bool]:
    """Return, for each role of a tensor, whether the input axis comes before the output axis."""
    names = [axis for axis in axes.split() if axis not in _BLOCKS]
    orders = {role: [_meaning_of(axis, role) for axis in names] for role in row.role.split()}
    return {role: not row.row_major and {0, 1} <= set(order) and order.index(1) < order.index(0) for role, order in orders.items()}


def axis_order(axes: str, part: Part) -> list[int]:
    """Return, for each axis of a block, which axis of (units, input, *window) it is.

    >>> from lstm_calc import read, tensors
    >>> kernel = tensors(read("3 > conv_lstm 4 kernel=3x5"), "keras").tensors[0]
    >>> kernel.axes, axis_order(kernel.axes, kernel.parts[0])
    ('kernel_1 kernel_2 input gates*units', [2, 3, 1, 0])
    """
    if part.row_major:
        return [1, 0]
    return [_meaning_of(axis, part.role) for axis in axes.split() if axis not in _BLOCKS]


def _meaning_of(axis: str, role: str) -> int:
    """Return 0 for the output axis of a matrix (or a vector's only axis), 1 for the input axis, 2 and up for those of a window."""
    words = {word for term in terms_of(axis) for word in term}
    if axis.startswith(("kernel_", "point_")):
        return int(axis.rpartition("_")[2]) + 1
    return int(bool(words & _INTO.get(role, set())) and not words & _OUT_OF[role])


def _side_by_side_lines(layer: str, stored: Sequence[Sequence[Tensor]]) -> Iterator[Line]:
    places = {_place(tensor): None for tensors in stored for tensor in tensors}
    for place in sorted(places, key=lambda place: (place[0] != "forward", ROLES.index(place[1]))):
        for row in zip_longest(*([tensor for tensor in tensors if _place(tensor) == place] for tensors in stored)):
            values = ((tensor.name, tensor.shape, tensor.params) if tensor else (None, None, None) for tensor in row)
            yield Line((layer, *(value for three in values for value in three)))


def _place(tensor: Tensor) -> tuple[str | None, str]:
    """Return the direction and the role of a tensor's first block."""
    return tensor.parts[0].direction, tensor.parts[0].role


def _tensors_table(answer: Storage) -> Table:
    columns = (
        Column("layer", "layer", grouped=True),
        Column("name", "tensor"),
        Column("shape", "shape", "shape"),
        Column("axes", "axes", gives_way=1),
        Column("trained", "trained", shown=any(not tensor.trainable for tensor in answer.tensors), gives_way=LAST),
        Column("params", "parameters", "number", short="params"),
    )
    lines = [Line((t.layer, t.name, t.shape, t.axes, ("frozen", "yes")[t.trainable], t.params)) for t in answer.tensors]
    return Table(columns, (*lines, Line(("total", None, None, None, None, answer.total), sum="total")))


def _gates_table(answer: Storage) -> Table:
    backward = any(part.direction == "backward" for tensor in answer.tensors for part in tensor.parts)
    columns = (
        Column("tensor", "tensor", grouped=True),
        Column("tensor_shape", "shape", "shape", grouped=True, gives_way=2),
        Column("direction", "direction", short="dir.", shown=backward),
        Column("gate", "gate"),
        Column("role", "role"),
        Column("slice", "slice", "slice"),
        Column("block", "block", gives_way=1),
        Column("params", "parameters", "number", short="params"),
    )
    lines = [_part_line(tensor, part) for tensor in answer.tensors for part in tensor.parts]
    return Table(columns, (*lines, Line(("total", *[None for _ in columns[2:]], answer.total), sum="total")))


def _part_line(tensor: Tensor, part: Part) -> Line:
    cuts = tuple((*cut, size) for cut, size in zip(part.slice, tensor.shape, strict=True))
    block = None if len(part.shape) == 1 else block_words(transposed=part.transposed, row_major=part.row_major)
    return Line((tensor.name, tensor.shape, part.direction, part.gate, part.role, cuts, block, part.params))


def _block_notes(answer: Storage) -> Iterator[str]:
    yield BLOCK_LEGEND
    if any(part.row_major for tensor in answer.tensors for part in tensor.parts):
        yield ROW_MAJOR_LEGEND
