"""Keras' layers, each class with how it is read; a class that is not in these tables becomes a layer that is not counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, quoted
from lstm_calc.formats.keras.calls import LayerCall, calls_of, tensors_in
from lstm_calc.formats.keras.kinds import CELLS, MERGE_MODES, NEUTRAL, PLAIN, RECURRENT, RUN, Unreadable, built
from lstm_calc.formats.keras.node import name_of
from lstm_calc.formats.keras.operations import MERGES, merge_layer, operation_layer, operation_of
from lstm_calc.formats.keras.preprocessing import PREPARING, prepared
from lstm_calc.frameworks import framework
from lstm_calc.frozen import Record
from lstm_calc.model import Add, Average, Concat, Layer, MultiHeadAttention, Multiply, Other, Recurrent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lstm_calc.formats.keras.calls import CallOutput, Key
    from lstm_calc.formats.keras.graph import LayerGraph, Value
    from lstm_calc.formats.keras.node import ConfigObject, Shape

_MOST_OUTPUTS = 1000
_DEEPEST = 100
"""Models within models, and wrappers around wrappers, that are followed."""

_JOINS: dict[str, type[Layer]] = {"concat": Concat, "sum": Add, "mul": Multiply, "ave": Average}
_FIRST = ("inputs", "sequence", "sequences", "query", "value", "key", "x1", "x2", "x", "a", "b", "y")
"""Arguments that may be passed by name, in the order in which they are read; initial states come after them."""


class CalledLayer(Record):
    """A layer and what it is called on: the values that it reads, the call as the file has it, and what the file says it gives."""

    node: ConfigObject
    reads: tuple[Value, ...]
    call: LayerCall
    gives: tuple[Shape | None, ...] = ()


def _read_layer(called: CalledLayer, graph: LayerGraph) -> tuple[Value, ...]:
    """Add a layer, or all of a model's, to a graph; return the values that it gives."""
    node = called.node
    if node.place.count(".config") > _DEEPEST:
        raise node.error("layers within layers are nested too deeply")
    operation = operation_of(called.call)
    if operation is not None:
        return _operation(called, graph, *operation)
    reader = None if node.is_custom else READERS.get(node.class_name)
    try:
        return (reader or _other)(called, graph)
    except Unreadable as found:
        return _unknown(called, graph, params=None, class_name=str(found))


def read_root(root: ConfigObject, graph: LayerGraph) -> tuple[Value, ...]:
    """Add a model, or a layer that is one by itself, to a graph; return what it gives."""
    declared = () if root.class_name in _MODELS else _declared(root, graph)
    return _read_layer(CalledLayer(root, declared, LayerCall(root)), graph)


def _declared(node: ConfigObject, graph: LayerGraph) -> tuple[Value, ...]:
    """Return the value of an input of the shape that a layer says it reads; none where it does not say it."""
    shape = _reads(node)
    return () if shape is None else graph.input(node.replace(values={"class_name": "InputLayer", "config": {}}), shape)


def _reads(node: ConfigObject) -> Shape | None:
    """Return the shape that a layer says it reads; a wrapper around a layer may say it there, and a model at its first layer."""
    if node.declared is not None:
        return node.declared
    config = node.config
    if node.class_name == "TimeDistributed" and (inner := _reads(config.node("layer"))):
        return (inner[0], None, *inner[1:])
    if node.class_name == "Bidirectional":
        return _reads(config.node("layer"))
    if node.class_name == "Sequential":
        return _first_reads(config.nodes("layers"))
    return None


def _first_reads(layers: Sequence[ConfigObject]) -> Shape | None:
    """Return the shape that the first of some layers says it reads, or one after others that change no shape."""
    for layer in layers:
        if (shape := _reads(layer)) is not None:
            return shape
        kind = PLAIN.get(layer.class_name)
        if kind is None or kind.layer.weighted or not kind.layer.keeps_rank or kind.layer.mixes_axes:
            return None
    return None


def _plain(called: CalledLayer, graph: LayerGraph) -> tuple[Value, ...]:
    """Read a layer by its arguments alone."""
    layer = built(called.node, (RECURRENT | PLAIN)[called.node.class_name])
    if layer.weighted:
        layer = layer.replace(paths=graph.paths((called.node.path, *_cell_path(layer))))
    outputs = _outputs_of(layer, graph.add(called.node, layer, called.reads))
    return (*outputs, *_scores(called, layer, graph)) if called.call.kwargs.get("return_attention_scores") is True else outputs


def _scores(called: CalledLayer, layer: Layer, graph: LayerGraph) -> tuple[Value, ...]:
    """Return the scores of an attention, of each query and key, which it gives where it is called so."""
    declared = called.gives[1] if len(called.gives) > 1 else None
    heads = (layer.num_heads,) if isinstance(layer, MultiHeadAttention) else ()
    scores = Other(params=0, shape=declared[1:] if declared else (*heads, None, None), class_name="scores")
    return graph.unknown(called.node, scores, called.reads, 1)


def _preprocessing(called: CalledLayer, graph: LayerGraph) -> tuple[Value, ...]:
    """Read a layer that prepares data; one whose shape does not follow here gives what the file declares."""
    node, layer = called.node, prepared(called.node)
    if layer is None or (isinstance(layer, Other) and any(called.gives)):
        return _unknown(called, graph, params=0)
    paths = graph.paths((node.path,)) if layer.weighted and not isinstance(layer, Other) else ()
    return graph.add(node, layer.replace(name=node.name, paths=paths), called.reads)


def _outputs_of(layer: Any, values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Return what Keras gives of the outputs and states of a layer: the states only where it says so."""
    return values if getattr(layer, "return_state", False) else values[: layer.outputs]


def _cell_path(layer: Layer) -> tuple[str, ...]:
    """Return the name of the cell inside a layer of Keras, under which it keeps its weights."""
    path = framework("keras").layout(layer).path if isinstance(layer, Recurrent) else ""
    return tuple(path.split("/")[1:-1])


def _cells_in(node: ConfigObject) -> list[tuple[ConfigObject, Any]]:
    """Return each cell of an RNN and the layer it makes."""
    config = node.config
    config.only(NEUTRAL | {"cell"} | set(RUN), node.class_name)
    cell = config.node("cell")
    cells = cell.config.nodes("cells") if cell.class_name == "StackedRNNCells" else [cell]
    run = {name: config.flag(name, default=False) for name in RUN}
    layers = []
    for position, inner in enumerate(cells):
        kind = CELLS.get(inner.class_name)
        if kind is None or inner.is_custom:
            raise Unreadable(inner.class_name)
        every = run["return_sequences"] or position < len(cells) - 1
        name = (node if len(cells) == 1 else inner).name
        layers.append((inner, built(inner, kind, **run | {"return_sequences": every, "name": name})))
    return layers


def _direction_paths(node: ConfigObject, layer: Layer) -> list[tuple[str | None, ...]]:
    """Return where the weights of both directions stand: under the wrapper, the layer of the direction, and its cell.

    The file may have the name of the layer before it was wrapped, or after, ``forward_`` and that.
    """
    config = node.config
    found = []
    for direction, key in (("forward", "layer"), ("backward", "backward_layer")):
        apart = config.values.get(key) is not None
        inner = config.node(key if apart else "layer")
        name = inner.path
        if name is not None and not (apart and direction == "backward"):
            name = f"{direction}_{name.removeprefix('forward_')}"
        cell = (inner.config.node("cell").path,) if inner.class_name == "RNN" else _cell_path(layer)
        found.append((node.path, name, *cell))
    return found


def _direction_layer(node: ConfigObject) -> Any:
    """Return the layer of one direction."""
    if not node.is_custom and node.class_name in RECURRENT:
        return built(node, RECURRENT[node.class_name])
    if node.is_custom or node.class_name != "RNN":
        raise Unreadable(node.class_name)
    layers = _cells_in(node)
    if len(layers) != 1:
        raise Unreadable("StackedRNNCells")
    return layers[0][1]


def _are_alike(forward: Layer, backward: Layer) -> bool:
    """Return whether both directions are one layer, whichever reads backwards."""
    loose: dict[str, Any] = {"name": None, "go_backwards": False}
    return type(forward) is type(backward) and forward.replace(**loose) == backward.replace(**loose)


def _rnn(called: CalledLayer, graph: LayerGraph) -> tuple[Value, ...]:
    """Read RNN around a cell, or around several that follow each other within a step."""
    cells = _cells_in(called.node)
    values, states = called.reads[:1], called.reads[1:]
    more: list[Value] = []
    cell = called.node.config.node("cell")
    around = (called.node.path, cell.path) if cell.class_name == "StackedRNNCells" else (called.node.path,)
    for position, (cell, layer) in enumerate(cells):
        layer = layer.replace(paths=graph.paths((*around, cell.path)))  # noqa: PLW2901 - the same layer with its paths
        found = graph.add(cell.unbuilt if position else called.node, layer, (*values, *states[: len(layer.states)]))
        values, states = found[:1], states[len(layer.states) :]
        more += _outputs_of(layer, found)[1:]
    return (*values, *more)


def _bidirectional(called: CalledLayer, graph: LayerGraph) -> tuple[Value, ...]:
    """Read two directions: of one layer, or two layers that differ, whose outputs are merged."""
    config = called.node.config
    config.only(NEUTRAL | {"layer", "merge_mode", "backward_layer"}, called.node.class_name)
    mode = config.values.get("merge_mode", "concat")
    if not isinstance(mode, str | None) or mode not in MERGE_MODES:
        raise config.error(f"{quoted(mode)} is not known; it is concat, sum, mul, ave or null", "merge_mode")
    forward = _direction_layer(config.node("layer"))
    if config.values.get("backward_layer") is not None:
        backward = _direction_layer(config.node("backward_layer"))
        if not _are_alike(forward, backward):
            return _two_layers(called, graph, forward, backward)
    paths = graph.paths(*_direction_paths(called.node, forward))
    try:
        layer = forward.replace(bidirectional=True, merge=MERGE_MODES[mode], name=called.node.name, paths=paths)
    except ModelError as error:
        raise config.error(str(error), "layer") from None
    return _outputs_of(layer, graph.add(called.node, layer, called.reads))


def _two_layers(called: CalledLayer, graph: LayerGraph, forward: Any, backward: Any) -> tuple[Value, ...]:
    """Add two directions that differ as two layers, and what joins them."""
    node, config = called.node, called.node.config
    half = len(called.reads[1:]) // 2
    states = called.reads[1 : 1 + half], called.reads[1 + half :]
    paths = _direction_paths(node, forward)[0], _direction_paths(node, backward)[1]
    parts = [
        (config.node(key), layer.replace(paths=graph.paths(path)))
        for key, layer, path in zip(("layer", "backward_layer"), (forward, backward), paths, strict=True)
    ]
    both = [
        _outputs_of(layer, graph.add(inner, layer, (*called.reads[:1], *more)))
        for (inner, layer), more in zip(parts, states, strict=True)
    ]
    outputs, rest = (both[0][0], both[1][0]), (*both[0][1:], *both[1][1:])
    mode = config.values.get("merge_mode", "concat")
    if mode is None:
        return (*outputs, *rest)
    return (*graph.add(node.unbuilt, _JOINS[mode](name=node.name), outputs), *rest)


def _time_distributed(called: CalledLayer, graph: LayerGraph) -> tuple[Value, ...]:
    """Read a layer that is applied at each step."""
    inner = called.node.config.node("layer")
    with graph.distributed(called.node):
        return _read_layer(CalledLayer(inner, called.reads, LayerCall(inner)), graph)


def _spectral(called: CalledLayer, graph: LayerGraph) -> tuple[Value, ...]:
    """Read a layer whose kernel is divided by its norm, which a vector as long as its last axis keeps, not trained."""
    inner = called.node.config.node("layer")
    width = next((inner.config.values.get(key) for key in _LAST_AXES.get(inner.class_name, ())), None)
    if type(width) is not int:
        raise Unreadable(called.node.class_name)
    norm = Other(params=width, class_name=called.node.class_name, name=called.node.name, trainable=False)
    graph.unknown(called.node, norm, called.reads, 0)
    return _read_layer(CalledLayer(inner, called.reads, LayerCall(inner)), graph)


_LAST_AXES = {"Dense": ("units",), "Embedding": ("output_dim",), **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), ("filters",))}
"""The argument of each layer that is the last axis of its kernel."""


def _sequential(called: CalledLayer, graph: LayerGraph) -> tuple[Value, ...]:
    """Read layers that follow each other."""
    layers = called.node.config.nodes("layers")
    values = called.reads or _sequential_input(called.node, layers, graph)
    with graph.sequential(called.node, layers[0] if layers else called.node):
        for position, layer in enumerate(layers):
            if layer.class_name != "InputLayer":
                after = layers[position + 1].built_on if position + 1 < len(layers) else ()
                values = _read_layer(CalledLayer(layer, values, LayerCall(layer), after[:1]), graph)
    return values


def _sequential_input(node: ConfigObject, layers: Sequence[ConfigObject], graph: LayerGraph) -> tuple[Value, ...]:
    """Return the value of the input of a model: that of its InputLayer, else of the shape that it or a layer says it reads."""
    first = layers[0] if layers else node
    if first.class_name == "InputLayer":
        return _input(CalledLayer(first, (), LayerCall(first)), graph)
    return () if first.class_name == "Merge" else _declared(node, graph)


def _input(called: CalledLayer, graph: LayerGraph) -> tuple[Value, ...]:
    """Read an input of the model."""
    shape = called.node.declared
    if shape is None:
        raise called.node.error("an input needs its shape", "config.batch_shape")
    return graph.input(called.node, shape)


def _functional(called: CalledLayer, graph: LayerGraph) -> tuple[Value, ...]:
    """Read layers that are called on each other."""
    node = called.node
    calls, inputs, outputs = calls_of(node, _may_have_weights)
    values: dict[Key, tuple[Value, ...]] = {}
    if called.reads:
        if len(called.reads) != len(inputs):
            raise node.error(f"is called on {len(called.reads)} tensors, and has {len(inputs)} inputs", "inbound_nodes")
        values = {(each.layer, each.call): (value,) for each, value in zip(inputs, called.reads, strict=True)}
    declared = _declared_outputs(calls, outputs)
    order = {(each.layer, each.call): at for at, each in enumerate(inputs)}
    with graph.scope(), graph.reading([each.layer for each in inputs]):
        for call in sorted(calls, key=lambda call: order.get(call.key, len(order))):
            if call.key not in values:
                values[call.key] = _called(call, values, declared.get(call.key, {}), graph)
    return tuple(_value(values, each, node) for each in outputs)


def _may_have_weights(call: LayerCall) -> bool:
    """Say whether a layer may have weights: it is no operation, and of no class that has none."""
    kind = PLAIN.get(call.node.class_name)
    plain = kind is not None and not kind.layer.weighted and not call.node.is_custom
    return not plain and operation_of(call) is None and call.node.class_name not in {"InputLayer", "Lambda", *MERGES}


def _declared_outputs(calls: Sequence[LayerCall], outputs: Sequence[CallOutput]) -> dict[Key, dict[int, Shape | None]]:
    """Return, by call, which of its outputs are read, and the shape that the file declares for each."""
    found: dict[Key, dict[int, Shape | None]] = {}
    for each in (*outputs, *tensors_in([[call.args, call.unmasked] for call in calls])):
        shapes = found.setdefault((each.layer, each.call), {})
        shapes[each.output] = shapes.get(each.output) or each.shape
    return found


def _called(call: LayerCall, values: Any, declared: dict[int, Shape | None], graph: LayerGraph) -> tuple[Value, ...]:
    """Read one call of a layer in a functional model; ``declared`` has the shapes of the outputs that are read."""
    node = call.node
    named = {name: call.unmasked[name] for name in (*_FIRST, *call.unmasked) if name in call.unmasked}
    reads = tuple(_value(values, each, node) for each in tensors_in([call.args, list(named.values())]))
    if not reads and node.class_name not in {"InputLayer", "TFOpLambda"}:
        raise node.error(f"{quoted(node.label)} is called on nothing", "inbound_nodes")
    most = min(max(declared, default=0), _MOST_OUTPUTS)
    gives = tuple(declared.get(at) for at in range(most + 1))
    return _read_layer(CalledLayer(node, reads, call, gives), graph)


def _value(values: Any, tensor: Any, node: ConfigObject) -> Value:
    """Return the value of a tensor; raise ModelFileError for an output that a layer does not give."""
    outputs = values[tensor.layer, tensor.call]
    if not 0 <= tensor.output < len(outputs):
        raise node.error(f"reads output {tensor.output} of {quoted(tensor.layer)}, which gives {len(outputs)}", "inbound_nodes")
    value: Value = outputs[tensor.output]
    return value


def _merge(called: CalledLayer, graph: LayerGraph) -> tuple[Value, ...]:
    """Read a layer that makes one tensor of several."""
    node, reads = called.node, called.reads
    if node.class_name == "Merge" and isinstance(node.config.values.get("layers"), list) and not reads:
        inner = node.config.nodes("layers")
        reads = tuple(value for each in inner for value in _read_layer(CalledLayer(each, (), LayerCall(each)), graph))
    layer = merge_layer(node)
    return _other(called, graph) if layer is None else graph.add(node, layer, reads)


def _operation(called: CalledLayer, graph: LayerGraph, name: str, arguments: dict[str, Any]) -> tuple[Value, ...]:
    """Read an operation; one whose shape does not follow here gives what the file declares."""
    node = called.node
    try:
        layer = operation_layer(name, called.call, arguments)
    except ModelError as error:
        raise node.error(str(error), "inbound_nodes") from None
    if layer is None:
        return _unknown(called, graph, params=0)
    return graph.add(node, layer.replace(name=node.name), called.reads)


def _lambda(called: CalledLayer, graph: LayerGraph) -> tuple[Value, ...]:
    """Read a function of the author's: it has no weights, and gives the shape that the file says."""
    shape = called.node.config.values.get("output_shape")
    gives = called.gives
    if isinstance(shape, list) and shape and all(size is None or (type(size) is int and size > 0) for size in shape):
        gives = ((None, *shape),)
    return _unknown(called.replace(gives=gives), graph, params=0)


def _other(called: CalledLayer, graph: LayerGraph) -> tuple[Value, ...]:
    """Read a layer whose weights are not known."""
    return _unknown(called, graph, params=None)


def _unknown(called: CalledLayer, graph: LayerGraph, *, params: int | None, class_name: str = "") -> tuple[Value, ...]:
    """Add a layer of which no more is known than what the file declares; each of its outputs is one that reads the same."""
    node = called.node
    values: list[Value] = []
    for at, shape in enumerate(called.gives or (None,)):
        layer = Other(
            params=0 if at else params,
            shape=(shape[1:] or None) if shape else None,  # a shape without axes is not one that a layer may state
            class_name=name_of((class_name or node.class_name).rpartition(">")[2]),
            name=None if at else node.name,
            trainable=node.config.trained,
        )
        values += graph.unknown(node, layer, called.reads, at)
    return tuple(values)


_MODELS = {"Sequential", "Functional"}
READERS: dict[str, Callable[[CalledLayer, LayerGraph], tuple[Value, ...]]] = {
    **dict.fromkeys([*RECURRENT, *PLAIN], _plain),
    **dict.fromkeys(MERGES, _merge),
    "InputLayer": _input,
    "RNN": _rnn,
    "Bidirectional": _bidirectional,
    "TimeDistributed": _time_distributed,
    "SpectralNormalization": _spectral,
    "Sequential": _sequential,
    "Functional": _functional,
    "Lambda": _lambda,
    **dict.fromkeys(PREPARING, _preprocessing),
}
"""For every class that can be read: what reads it."""
