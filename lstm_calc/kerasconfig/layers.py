"""Keras' layers, each class with how it is read; a class that is not in these tables is refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, listed, quoted
from lstm_calc.kerasconfig.graph import chain
from lstm_calc.kerasconfig.kinds import CELLS, NEUTRAL, OTHERS, RECURRENT, RUN, built
from lstm_calc.kerasconfig.weightless import WEIGHTLESS
from lstm_calc.model import Layer, Recurrent, RepeatVector

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.kerasconfig.node import Node, Shape
    from lstm_calc.kerasconfig.stack import Stack

_DEEPEST = 100
"""Models within models, and wrappers around wrappers, that are followed."""

MERGES = {"concat": "concat", "sum": "sum", "mul": "mul", "ave": "average", None: "none"}


def read_layer(node: Node, stack: Stack) -> None:
    """Add a layer, or all of a model's, to a stack."""
    if node.place.count(".config") > _DEEPEST:
        raise node.error("layers within layers are nested too deeply")
    reader = READERS.get(node.class_name)
    if reader is None:
        raise node.error(
            f"{quoted(node.class_name)} ({node.shown}) cannot be counted: its weights, or the shape it gives, are not modelled",
            "class_name",
        )
    if stack.split:
        raise node.error(f"{node.shown} reads one input, and the two directions below, merge_mode null, give two")
    if stack.shape is None:
        stack.shape = node.said
    reader(node, stack)


def _place(node: Node, stack: Stack, layer: Any, ndim: int | None) -> None:
    """Put a layer that reads features on the stack."""
    first = getattr(layer, "data_format", None) == "channels_first"
    width = stack.width(node, ndim, 2 if first else -1)
    shape = stack.shape or ()
    if isinstance(layer, Recurrent):
        out = _after(node, layer, shape, layer.output_dim(width))
    elif isinstance(layer, RepeatVector):
        out = (shape[0], layer.steps, width)
    else:
        out = (*shape[:-1], layer.output_dim(width))
    stack.add(node, layer, width, out)


def _after(node: Node, layer: Any, shape: Shape, features: int) -> Shape:
    """Return the shape that a recurrent layer gives: its steps, the image of a convolution, its features."""
    steps = shape[1:2] if layer.return_sequences else ()
    if not layer.window:
        return (shape[0], *steps, features)
    first = layer.data_format == "channels_first"
    ones = (1,) * len(layer.window)
    sizes = zip(shape[3:] if first else shape[2:-1], layer.window, layer.strides or ones, layer.dilation_rate or ones, strict=True)
    image = [_convolved(*size, same=layer.padding == "same") for size in sizes]
    if any(size is not None and size < 1 for size in image):
        raise node.error(f"{node.shown} has a kernel larger than the image that flows in", "config.kernel_size")
    return (shape[0], *steps, features, *image) if first else (shape[0], *steps, *image, features)


def _convolved(size: int | None, window: int, stride: int, dilation: int, *, same: bool) -> int | None:
    if size is None:
        return None
    return -(-size // stride) if same else (size - dilation * (window - 1) - 1) // stride + 1


def _plain(node: Node, stack: Stack) -> None:
    kind = RECURRENT[node.class_name]
    _place(node, stack, _recurrent(node), kind.ndim)


def _recurrent(node: Node) -> Any:
    """Return the one layer of a recurrent class."""
    kind = RECURRENT.get(node.class_name)
    if kind is None:
        raise node.error(f"{quoted(node.class_name)} is not a recurrent layer that can be read", "class_name")
    layer = built(node, kind)
    if kind.ndim and len(layer.window) + 3 != kind.ndim:
        raise node.config.error(f"must have {kind.ndim - 3} sizes", "kernel_size")
    return layer


def _other(node: Node, stack: Stack) -> None:
    kind = OTHERS[node.class_name]
    _place(node, stack, built(node, kind), kind.ndim)


def _embedding(node: Node, stack: Stack) -> None:
    layer = built(node, OTHERS["Embedding"])
    stack.add(node, layer, layer.vocab_size, (*(stack.shape or (None, None)), layer.dim))


def _rnn(node: Node, stack: Stack) -> None:
    """Read RNN around a cell, or around several that follow each other within a step."""
    for position, (cell, layer) in enumerate(_around_cells(node)):
        _place(cell if position else node, stack, layer, 3)


def _around_cells(node: Node) -> list[tuple[Node, Any]]:
    """Return each cell of an RNN and the layer it makes."""
    config = node.config
    config.only(NEUTRAL | {"cell"} | set(RUN), node.class_name)
    cell = config.node("cell")
    cells = cell.config.nodes("cells") if cell.class_name == "StackedRNNCells" else [cell]
    run = {name: config.flag(name, default=False) for name in RUN}
    layers = []
    for position, inner in enumerate(cells):
        kind = CELLS.get(inner.class_name)
        if kind is None:
            raise inner.error(f"{quoted(inner.class_name)} is not a cell that can be read: {listed(CELLS, 'or')}", "class_name")
        every = run["return_sequences"] or position < len(cells) - 1
        name = (node if len(cells) == 1 else inner).name
        layers.append((inner, built(inner, kind, **run | {"return_sequences": every, "name": name})))
    return layers


def _bidirectional(node: Node, stack: Stack) -> None:
    """Read two directions of one layer; two that differ in more than the direction are refused."""
    config = node.config
    config.only(NEUTRAL | {"layer", "merge_mode", "backward_layer"}, node.class_name)
    merge = config.values.get("merge_mode", "concat")
    if not isinstance(merge, str | None) or merge not in MERGES:
        raise config.error(f"{quoted(merge)} is not known; it is concat, sum, mul, ave or null", "merge_mode")
    layer = _direction(config.node("layer"))
    if config.values.get("backward_layer") is not None:
        _refuse_other(config, layer, _direction(config.node("backward_layer")))
    try:
        layer = layer.replace(bidirectional=True, merge=MERGES[merge], name=node.name)
    except ModelError as error:
        raise config.error(str(error), "layer") from None
    if stack.shape is None:
        stack.shape = config.node("layer").said
    _place(node, stack, layer, len(layer.window) + 3)


def _direction(node: Node) -> Any:
    """Return the layer of one direction."""
    if node.class_name != "RNN":
        return _recurrent(node)
    layers = _around_cells(node)
    if len(layers) != 1:
        raise node.error("two directions around stacked cells cannot be read", "config.cell")
    return layers[0][1]


def _refuse_other(config: Node, forward: Layer, backward: Layer) -> None:
    loose = {"name": None, "go_backwards": False}
    ours, theirs = ({"kind": layer.kind, **layer.replace(**loose).asdict()} for layer in (forward, backward))
    differs = [field for field, value in ours.items() if theirs.get(field, value) != value]
    if differs:
        raise config.error(
            f"differs from layer in {listed(differs)}; only two directions of the same can be read", "backward_layer"
        )


def _time_distributed(node: Node, stack: Stack) -> None:
    """Read what is done at each step: a Dense, or a layer without weights."""
    inner, outer = node.config.node("layer"), stack.shape
    if inner.class_name not in {"Dense", "TimeDistributed", *WEIGHTLESS}:
        raise inner.error(f"{quoted(inner.class_name)} at each step is not modelled", "class_name")
    if outer is not None and len(outer) < 3:
        raise node.error(f"{node.shown} reads steps, and none flow in")
    stack.shape = None if outer is None else (outer[0], *outer[2:])
    stack.around += 1
    read_layer(inner, stack)
    stack.around -= 1
    if stack.shape is not None:
        stack.shape = (stack.shape[0], outer[1] if outer else None, *stack.shape[1:])


def _weightless(node: Node, stack: Stack) -> None:
    rule = WEIGHTLESS[node.class_name](node.config)
    if rule is not None:
        stack.reshape(node, rule)


def _sequential(node: Node, stack: Stack) -> None:
    for layer in node.config.nodes("layers"):
        read_layer(layer, stack)


def _functional(node: Node, stack: Stack) -> None:
    for layer in chain(node):
        read_layer(layer, stack)


READERS: dict[str, Callable[[Node, Stack], None]] = {
    **dict.fromkeys(WEIGHTLESS, _weightless),
    **dict.fromkeys(RECURRENT, _plain),
    **dict.fromkeys(OTHERS, _other),
    "Embedding": _embedding,
    "RNN": _rnn,
    "Bidirectional": _bidirectional,
    "TimeDistributed": _time_distributed,
    "Sequential": _sequential,
    "Functional": _functional,
    "Model": _functional,
}
"""For every class that can be read: what reads it."""
