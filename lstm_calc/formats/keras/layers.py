"""Keras' layers, each class with how it is read; a class that is not in these tables is refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, listed, quoted
from lstm_calc.formats.keras.graph import chain
from lstm_calc.formats.keras.kinds import CELLS, NEUTRAL, PLAIN, RECURRENT, RUN, built

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.formats.keras.node import Node
    from lstm_calc.formats.keras.stack import Stack
    from lstm_calc.model import Layer

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
    stack.read(node)
    reader(node, stack)


def _plain(node: Node, stack: Stack) -> None:
    stack.add(node, built(node, (RECURRENT | PLAIN)[node.class_name]))


def _input(node: Node, stack: Stack) -> None:
    """Read what says a shape, which the stack has read already."""


def _rnn(node: Node, stack: Stack) -> None:
    """Read RNN around a cell, or around several that follow each other within a step."""
    for position, (cell, layer) in enumerate(_around_cells(node)):
        stack.add(cell if position else node, layer)


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
    stack.read(config.node("layer"))
    layer = _direction(config.node("layer"))
    if config.values.get("backward_layer") is not None:
        _refuse_other(config, layer, _direction(config.node("backward_layer")))
    try:
        layer = layer.replace(bidirectional=True, merge=MERGES[merge], name=node.name)
    except ModelError as error:
        raise config.error(str(error), "layer") from None
    stack.add(node, layer)


def _direction(node: Node) -> Any:
    """Return the layer of one direction."""
    if node.class_name in RECURRENT:
        return built(node, RECURRENT[node.class_name])
    if node.class_name != "RNN":
        raise node.error(f"{quoted(node.class_name)} is not a recurrent layer that can be read", "class_name")
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
    """Read a layer that is applied at each step."""
    inner = node.config.node("layer")
    stack.read(inner, inside=True)
    with stack.distributed(node):
        read_layer(inner, stack)


def _sequential(node: Node, stack: Stack) -> None:
    for layer in node.config.nodes("layers"):
        read_layer(layer, stack)


def _functional(node: Node, stack: Stack) -> None:
    for layer in chain(node):
        read_layer(layer, stack)


READERS: dict[str, Callable[[Node, Stack], None]] = {
    **dict.fromkeys([*RECURRENT, *PLAIN], _plain),
    "InputLayer": _input,
    "RNN": _rnn,
    "Bidirectional": _bidirectional,
    "TimeDistributed": _time_distributed,
    "Sequential": _sequential,
    "Functional": _functional,
    "Model": _functional,
}
"""For every class that can be read: what reads it."""
