"""Layers around cells and directions in Keras: the layer that each of them is, and where its weights stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.formats.keras.kinds import CELLS, NEUTRAL, RECURRENT, RUN, Unreadable, built
from lstm_calc.frameworks import framework
from lstm_calc.model import Recurrent

if TYPE_CHECKING:
    from lstm_calc.formats.keras.node import Node
    from lstm_calc.model import Layer

DIRECTIONS = {"concat": "concat", "sum": "sum", "mul": "mul", "ave": "average", None: "none"}
"""How Keras joins two directions, and how we do."""


def cell_path(layer: Layer) -> tuple[str, ...]:
    """Return the name of the cell inside a layer of Keras, under which it keeps its weights."""
    path = framework("keras").layout(layer).path if isinstance(layer, Recurrent) else ""
    return tuple(path.split("/")[1:-1])


def around_cells(node: Node) -> list[tuple[Node, Any]]:
    """Return each cell of an RNN and the layer it makes."""
    config = node.config
    config.only(NEUTRAL | {"cell"} | set(RUN), node.class_name)
    cell = config.node("cell")
    cells = cell.config.nodes("cells") if cell.class_name == "StackedRNNCells" else [cell]
    run = {name: config.flag(name, default=False) for name in RUN}
    layers = []
    for position, inner in enumerate(cells):
        kind = CELLS.get(inner.class_name)
        if kind is None or inner.foreign:
            raise Unreadable(inner.class_name)
        every = run["return_sequences"] or position < len(cells) - 1
        name = (node if len(cells) == 1 else inner).name
        layers.append((inner, built(inner, kind, **run | {"return_sequences": every, "name": name})))
    return layers


def direction_paths(node: Node, layer: Layer) -> list[tuple[str | None, ...]]:
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
        cell = (inner.config.node("cell").path,) if inner.class_name == "RNN" else cell_path(layer)
        found.append((node.path, name, *cell))
    return found


def direction_layer(node: Node) -> Any:
    """Return the layer of one direction."""
    if not node.foreign and node.class_name in RECURRENT:
        return built(node, RECURRENT[node.class_name])
    if node.foreign or node.class_name != "RNN":
        raise Unreadable(node.class_name)
    layers = around_cells(node)
    if len(layers) != 1:
        raise Unreadable("StackedRNNCells")
    return layers[0][1]


def same(forward: Layer, backward: Layer) -> bool:
    """Return whether both directions are one layer, whichever reads backwards."""
    loose: dict[str, Any] = {"name": None, "go_backwards": False}
    return type(forward) is type(backward) and forward.replace(**loose) == backward.replace(**loose)
