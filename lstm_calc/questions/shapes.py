"""The shape of every input, state and output of a model, under a framework's conventions."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError, few
from lstm_calc.formats.notation import written
from lstm_calc.frameworks import (
    Framework,
    ShapeRow,
    caller_notes,
    check_run,
    equation_words,
    framework_of,
    layout_for,
    with_defaults,
)
from lstm_calc.frameworks.counting import shape_of, terms_of
from lstm_calc.frameworks.textbook import TEXTBOOK
from lstm_calc.frozen import Record
from lstm_calc.model import Input, Layer, Model, Use
from lstm_calc.model.cells import CELLS
from lstm_calc.model.layers.windows import Positions
from lstm_calc.model.propagation import axis_words, input_axes
from lstm_calc.model.sizes import Shape, Size, shown
from lstm_calc.questions.answer import Answer, Data
from lstm_calc.questions.input_shape import NamedShape, order_of, read_shape, uses_for
from lstm_calc.questions.titles import in_framework, role_words
from lstm_calc.render import worded
from lstm_calc.render.document import Column, Document, Edge, Graph, Line, Node, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


_INPUT = ShapeRow("input", "sequence space features", "input")
_OUTPUT = ShapeRow("output", "returned space features", "output")
_SEQUENCES = TEXTBOOK.replace(
    sequence="batch steps",
    batches=(1, 1),
    shapes=(
        ShapeRow("output", "returned space features", "output", when="one_output"),
        ShapeRow("output_{direction}", "returned space output", "output", when="two_outputs"),
        ShapeRow("{side}{state}", "batch space value", "final"),
    ),
    shapes_note="whole sequences; -f textbook shows one step and its values, -f keras or another the names and axes of a framework",
)
"""The textbook for a model that no framework was named for: as it reads whole sequences."""
_PLAIN = (_OUTPUT,)
"""What comes out of a layer that is not recurrent."""


class TensorShape(Data):
    """One tensor of a run; ``layer`` is the name of its layer, None for the model's input.

    ``role`` is input, lengths, initial, value, output, state or final; ``axes`` has a word for each size of ``shape``. A size that
    is not known is None.
    """

    name: str
    layer: str | None
    role: str
    shape: Shape
    axes: str


class Link(Data):
    """What one layer (None: the model's own input) gives to another (None: an output of the model).

    ``output`` is the name of a state, or the number of a further output of the layer; empty for the first.
    """

    source: str | None
    target: str | None
    output: str
    shape: Shape


class Shapes(Answer):
    """Every tensor of a run, from the model's input up; ``warnings`` say what in the question looks wrong.

    ``reads`` is the shape that each layer reads, ``links`` are the connections between layers.
    """

    schema = "lstm-calc/shapes/1"
    json = ("schema", "framework", "tensors", "reads", "links", "notes", "warnings")

    model: Model
    framework: str
    tensors: tuple[TensorShape, ...]
    reads: dict[str, Shape]
    links: tuple[Link, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    def document(self) -> Document:
        """Return the shapes, layer by layer, and the model as a drawing."""
        title = f"Shapes of {in_framework(self.model, self.framework)}"
        return Document(title, (shapes_table(self),), self.notes, (stack_graph(self.model, self),))


def shapes(
    model: Model,
    framework_name: str | None = None,
    *,
    shape: Sequence[Size] | None = None,
    batch: Size = None,
    steps: Size = None,
    batch_first: bool | None = None,
    h0: Sequence[Size] | None = None,
) -> Shapes:
    """Return the shapes of all inputs, states and outputs when a framework (None: the model's own) runs a model on a batch.

    Where no framework is named they are (batch, steps, features); the textbook's, asked for by name, are those of one step.

    ``shape`` is the input's, in the framework's order of axes; without it ``batch`` and ``steps`` are what is known of them, and a
    model that is built for a batch has that.
    ``batch_first`` asks for (batch, steps, features) or (steps, batch, features); None is the order that the model's code says,
    else the framework's own. ``h0`` is the shape of the initial state h of the first recurrent layer, to be checked.

    Raises FrameworkError where the framework lacks what is asked for, ModelError where a layer can't read its input, or
    starts from a state of another shape.

    >>> from lstm_calc import read, shapes
    >>> found = shapes(read("32 > lstm 64"), "pytorch", shape=(10, 8, 32))
    >>> [(each.name, each.shape) for each in found.tensors if each.role != "initial"]
    [('input', (10, 8, 32)), ('output', (10, 8, 64)), ('h_n', (1, 8, 64)), ('c_n', (1, 8, 64))]
    """
    table = _running(model, framework_name)
    model.check_connected()
    order = order_of(model, table, batch_first=batch_first)
    asked, model = model, with_defaults(model, table)
    batch = model.batch if batch is None and shape is None else batch
    named, warnings = read_shape(model, table, order, shape=shape, batch=batch, steps=steps)
    instances = list(_instances(model, table, order, named))
    found = (*_own_input(model, named, order), *(each for instance in instances for each in _tensor_shapes(instance)))
    if h0 is not None:
        _check_initial(table, found, instances, tuple(h0))
    reads = {instance.name: _read_by(instance) for instance in instances}
    notes = (*filter(None, (model.assumed,)), *run_notes(instances, table), *caller_notes(model, table))
    return Shapes(asked, table.name, found, reads, tuple(_links(model, instances)), notes, tuple(warnings))


def _running(model: Model, framework_name: str | None) -> Framework:
    """Return the framework that runs a model; raise FrameworkError where it does not run one of its layers."""
    table = framework_of(model, framework_name)
    if framework_name is None and table is TEXTBOOK:
        table = _SEQUENCES
    for layer in model.calls:
        layout_for(table, layer)
        check_run(table, layer)
    return table


def _own_input(model: Model, named: NamedShape, order: str) -> Iterator[TensorShape]:
    """Yield the input of a model that has no input layers."""
    if not isinstance(model.flat[0], Input):
        axes = input_axes(model)
        channels_first = "features" in axes and axes[-1] != "features"
        yield TensorShape(
            "input", None, "input", *_measured(_INPUT, named.words(order), named.sizes(), features_first=channels_first)
        )


def _check_initial(table: Framework, found: Sequence[TensorShape], instances: Sequence[LayerInstance], given: Shape) -> None:
    """Refuse an initial state h of another shape than the first recurrent layer starts from."""
    own = next((each for each in found if each.role == "initial"), None)
    if own is None:
        raise ModelError(f"no state is given to a layer of this model in {table.name}", key="h0")
    if len(given) == len(own.shape) and all(None in pair or len(set(pair)) == 1 for pair in zip(given, own.shape, strict=True)):
        return
    layer = next(instance.layer for instance in instances if instance.name == own.layer)
    words = {"want": shown(own.shape), "got": list(given), "place": "[0]" if len(CELLS[layer.kind].states) > 1 else ""}
    said = f" ({table.errors['hidden'].format(**words)!r})" if "hidden" in table.errors else ""
    what = f"{own.name} of {own.layer} is {shown(own.shape)}, ({', '.join(own.axes.split())}), not {shown(given)}"
    raise ModelError(f"{what}: {table.name} would refuse it{said}", key="h0")


class LayerInstance(Record):
    """A layer in its model, or a module of repeated layers; ``cell`` counts the recurrent ones of the model."""

    table: Framework
    order: str
    group: tuple[Use, ...]
    cell: int
    cells: int
    is_last: bool
    before: NamedShape
    after: NamedShape

    @property
    def layer(self) -> Layer:
        """The layer, or that of all the module's layers."""
        return self.group[-1].layer

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.group[0].name


def _instances(model: Model, table: Framework, order: str, named: NamedShape) -> Iterator[LayerInstance]:
    """Yield the layers of the model, each with its input and output."""
    uses = uses_for(model, named)
    outputs = dict.fromkeys(model.modules[position] for position, _ in model.gives)
    groups = [tuple(group) for _, group in groupby(uses, lambda use: use.module if table.modules else use.name)]
    cells = sum(group[0].layer.kind in CELLS for group in groups)
    cell = -1
    for group in groups:
        first, last = group[0], group[-1]
        cell += first.layer.kind in CELLS
        before = _named_shape(first.layer, first.input, named.batch, steps=first.reads_steps, features=not first.layer.reads_tokens)
        after = _named_shape(last.layer, last.output, named.batch, steps=last.gives_steps, features=True)
        _check_stateful(first, before, table)
        is_last = [*outputs] == [last.module] and last.depth == last.layer.repeat - 1
        yield LayerInstance(table, order, group, cell, cells, is_last, before, after)


def _named_shape(layer: Layer, shape: Shape, batch: Shape, *, steps: bool, features: bool) -> NamedShape:
    """Return a shape that a layer reads or gives by the names of its axes, with the batch as it was asked for."""
    features = features and len(shape) > 1 + steps
    words = axis_words(len(shape), steps=steps, features=features, channels_first=layer.channels_first and features)
    fields: dict[str, list[Size]] = {"steps": [], "space": [], "features": []}
    for word, size in list(zip(words, shape, strict=True))[1:]:
        fields[word.partition("_")[0]].append(size)
    return NamedShape(batch, *(tuple(sizes) for sizes in fields.values()))


def _check_stateful(use: Use, named: NamedShape, table: Framework) -> None:
    if table.selective and getattr(use.layer, "stateful", False) and None in named.batch:
        raise ModelError(f"{use.name} is stateful, which needs the batch size: give the batch (--batch 8)", key="stateful")


def _tensor_shapes(instance: LayerInstance) -> Iterator[TensorShape]:
    """Yield every tensor of one layer's run."""
    layer = instance.layer
    if isinstance(layer, Input):
        yield TensorShape(instance.name, None, "input", *_sized(_INPUT, "", instance))
        return
    is_cell = layer.kind in CELLS
    words = _words(instance) if is_cell else set()
    for row in instance.table.shapes if is_cell else _PLAIN:
        if words.issuperset(row.when.split()):
            for name, value in _named(row.name, instance):
                yield TensorShape(_full_name(name, row, instance), instance.name, row.role, *_sized(row, value, instance))


def _words(instance: LayerInstance) -> set[str]:
    """Return the words under which an input, state or output exists."""
    layer = instance.layer
    outputs = "two_outputs" if layer.asdict()["merge"] == "none" else "one_output"
    order = "batch_first" if instance.order.startswith("batch") else "steps_first"
    return {outputs, order, *CELLS[layer.kind].states}


def _named(pattern: str, instance: LayerInstance) -> Iterator[tuple[str, str]]:
    """Yield the names of a pattern, by direction and by state or equation, each with the state or equation it is of."""
    layer, table = instance.layer, instance.table
    states = CELLS[layer.kind].states if layer.kind in CELLS else {}
    if "{" not in pattern:
        yield pattern, ""
        return
    directions = table.directions[: len(layer.directions)] if "{direction}" in pattern or "{side}" in pattern else ("",)
    for direction in directions:
        side = f"{direction}_" if len(layer.directions) > 1 and direction else ""
        for value in _values(pattern, instance):
            long = states[value].long if value in states else ""
            words = {"state": value, "equation": value, "long": long, "capital": value.upper()}
            at = f"{instance.cell}_" if instance.cells > 1 else ""
            yield pattern.format(direction=direction, side=side, cell=instance.cell, at=at, **words), value


def _values(pattern: str, instance: LayerInstance) -> tuple[str, ...]:
    """Return the states, or the results of the equations, for each of which a pattern has a name."""
    layer = instance.layer
    cell = CELLS[layer.kind]
    if "{equation}" in pattern:
        equations = cell.equations_for(equation_words(layer, layout_for(instance.table, layer)))
        return tuple(equation.name for equation in equations)
    return tuple(cell.states) if any(f"{{{word}}}" in pattern for word in ("state", "long", "capital")) else ("",)


def _full_name(name: str, row: ShapeRow, instance: LayerInstance) -> str:
    """Return a name that is unique in the model: without its layer for the top recurrent layer and for the model's output."""
    counted = "{cell}" in row.name or "{at}" in row.name
    is_top = instance.layer.kind in CELLS and instance.cell == instance.cells - 1
    bare = instance.is_last if name == "output" else is_top or counted
    return name if bare else f"{instance.name}/{name}"


def _read_by(instance: LayerInstance) -> Shape:
    """Return the shape that a layer reads."""
    named, features_first = instance.before, instance.layer.channels_first
    return _measured(_INPUT, named.words(instance.order), named.sizes(), features_first=features_first)[0]


def _links(model: Model, instances: Sequence[LayerInstance]) -> Iterator[Link]:
    """Yield the connections between layers, into the model and out of it."""
    owners = [instance for instance in instances for _ in instance.group]
    for instance in instances:
        first = instance.group[0]
        if not isinstance(first.layer, Input):
            outer = [(source, number, shape) for (source, number), shape in zip(first.sources, first.inputs, strict=False)]
            for source, number, shape in outer or [(-1, 0, first.input)]:
                yield _link(owners[source] if source >= 0 else None, instance, number, shape)
    named = {instance.group[-1].module: instance for instance in instances}
    for position, number in model.gives:
        instance = named[model.modules[position]]
        last = instance.group[-1]
        found = (*last.outputs, *last.layer.state_shapes(last.input, last.outputs))
        yield _link(instance, None, number, found[number])


def _link(source: LayerInstance | None, target: LayerInstance | None, number: int, shape: Shape) -> Link:
    """Return the connection of two layers, in the framework's order of axes."""
    names = (None if source is None else source.name, None if target is None else target.name)
    if source is not None and number >= len(source.group[-1].outputs):
        return Link(*names, source.layer.states[number - len(source.group[-1].outputs)], shape)
    if number or source is None:
        each = target if source is None else source
        return Link(*names, str(number or ""), shape if each is None or source is not None else _read_by(each))
    return Link(*names, "", _sized(_OUTPUT, "", source)[0])


def _sized(row: ShapeRow, value: str, instance: LayerInstance) -> tuple[Shape, str]:
    """Return the shape and the axes of one input, state or output of a layer."""
    first, layer = instance.group[0], instance.layer
    around = instance.after.replace(steps=instance.before.steps) if layer.kind in CELLS else instance.after
    if row.role == "input":
        around = around.replace(space=instance.before.space)
    own: dict[str, Size] = {**layer.sizes(first.input), "directions": len(layer.directions), "layers": len(instance.group)}
    axes = around.words(instance.order) | {
        "returned": instance.after.words(instance.order)["sequence"],
        "value": [CELLS[layer.kind].size_of(value) if value else "units"],
    }
    return _measured(row, axes, {**around.sizes(), **own}, features_first=layer.channels_first)


def _measured(row: ShapeRow, axes: dict[str, list[str]], sizes: Mapping[str, Size], *, features_first: bool) -> tuple[Shape, str]:
    """Return a shape and its axes in words, the axes of the batch for their words."""
    found = [word for axis in row.axes.split() for word in axes.get(axis, [axis])]
    if features_first and axes["space"] and axes["space"][0] in found:
        found.insert(found.index(axes["space"][0]), found.pop())
    return tuple(_size(axis, sizes) for axis in found), " ".join(found)


def _size(axis: str, sizes: Mapping[str, Size]) -> Size:
    """Return the size of one axis, or None where one of its words has none that is known."""
    known = {word: size for word, size in sizes.items() if size is not None}
    return shape_of(axis, known)[0] if all(word in known for term in terms_of(axis) for word in term) else None


_START, _END = "start", "end"


def shapes_table(answer: Shapes) -> Table:
    """Return the shapes, one line per tensor."""
    columns = (
        Column("layer", "layer", grouped=True),
        Column("name", "name"),
        Column("role", "what it is", gives_way=2),
        Column("shape", "shape", "shape"),
        Column("axes", "axes", gives_way=1),
    )
    lines = tuple(Line((each.layer, each.name, role_words(each.role), each.shape, each.axes)) for each in answer.tensors)
    return Table(columns, lines)


def stack_graph(model: Model, answer: Shapes) -> Graph:
    """Return the layers from the inputs on, and the shape on each arrow."""
    named = {use.name: use for use in model.uses}
    apart = len(answer.reads) == len(named)
    boxes = [_box(named[name], apart=apart) for name in answer.reads]
    edges = tuple(Edge(_key(link.source, _START), _key(link.target, _END), _label(answer, link)) for link in answer.links)
    reached = {edge.start for edge in edges} | {edge.stop for edge in edges}
    ends = [node for node in (Node(_START, ("input",), end=True), Node(_END, ("output",), end=True)) if node.key in reached]
    return Graph("layers, and the shapes between them", (*ends[:-1], *boxes, *ends[-1:]), edges)


def _box(use: Use, *, apart: bool) -> Node:
    """Return the box of a layer; that of an input has its name alone."""
    if isinstance(use.layer, Input):
        return Node(_key(use.name), (use.name,), end=True)
    if use.shared:
        return Node(_key(use.name), (use.name, f"the weights of {use.layer.name}"), form="shared")
    described = _described(use.layer.replace(inputs=(), name=None), apart=apart)
    return Node(_key(use.name), (use.name, *[described][use.name == described :]))


def _key(name: str | None, end: str = "") -> str:
    return end if name is None else f"layer {name}"


def _label(answer: Shapes, link: Link) -> str:
    """Return what is written on an arrow: the shape, and the name of a state, of a further output, or of what the model gives."""
    shape = worded("shape", link.shape)
    if link.output or link.target is not None:
        return f"{link.output} {shape}".strip()
    given = [each for each in answer.tensors if (each.layer, each.role) == (link.source, "output")]
    return " ".join([*(each.name for each in given[:1]), shape])


def _described(layer: Layer, *, apart: bool) -> str:
    """Return a layer in the words of the notation; one of those that it repeats where they are drawn apart."""
    return " ".join(written(layer.replace(repeat=1) if apart and layer.repeat > 1 else layer))


def run_notes(instances: Sequence[LayerInstance], table: Framework) -> Iterator[str]:
    """Yield what else is to be known of this run."""
    windows = [
        instance.name for instance in instances if isinstance(instance.layer, Positions) and not instance.layer.channels_first
    ]
    if windows and table.channels_first:
        order = "(batch, features, positions)"
        yield f"{few(windows)}: {table.name} has the features behind the batch there, {order}; they stand last here"
    cells = [instance for instance in instances if instance.layer.kind in CELLS]
    if cells and table.shapes_note:
        yield table.shapes_note
    if cells and table.selective:
        yield from _selective_notes(cells)
    backwards = [instance.name for instance in cells if instance.layer.asdict()["go_backwards"]]
    if backwards:
        yield f"{few(backwards)}: read from the last step to the first, and the output is in that order"
    dense = [each.name for each in instances if each.layer.kind == "dense" and each.after.steps and "steps" in each.order]
    if dense:
        yield f"{few(dense)}: applied at every step"


def _selective_notes(cells: Sequence[LayerInstance]) -> Iterator[str]:
    """Yield the arguments with which layers return what is shown here."""
    every = [instance.name for instance in cells if instance.after.steps]
    if every:
        yield f"return_sequences=True in {few(every)}"
    silent = [instance.name for instance in cells if not instance.layer.asdict()["return_state"]]
    if silent:
        yield f"final states: returned with return_state=True only, which {few(silent)} do{'es' * (len(silent) == 1)} not have"
    stateful = [instance.name for instance in cells if instance.layer.asdict()["stateful"]]
    if stateful:
        yield f"{few(stateful)}: stateful, the final states are the initial ones of the next batch"
