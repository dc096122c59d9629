"""Functional models of Keras: the one chain of layers that an unbranched one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from lstm_calc.formats.keras.node import Node

_ONLY = "only a chain of layers can be read"


def chain(model: Node) -> Iterator[Node]:
    """Yield the layers of a functional model that its outputs need, from the input on; refuse one that is no chain."""
    config = model.config
    named = _named(config)
    outputs = [name for name, _ in _references(config.values.get("output_layers"), named)]
    needed = _needed(named, outputs)
    first, follows = _links(config, {name: layer for name, layer in named.items() if name in needed})
    layer, reached = named.get(first), 0
    while layer is not None and reached < len(needed):
        yield layer
        first, reached = layer.label, reached + 1
        layer = follows.get(first)
    if reached < len(needed):
        raise config.error(f"not every layer is reached from the input; {_ONLY}", "layers")
    for output in outputs:
        if output != first:
            raise config.error(f"{quoted(output)} is an output and not the last layer; {_ONLY}", "output_layers")


def _needed(named: dict[str, Node], outputs: list[str]) -> set[str]:
    """Return the names of the layers that some outputs are computed from: not of those that make a mask, for one."""
    needed: set[str] = set()
    todo = outputs or list(named)
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.add(name)
            todo += [source for source, _ in _references(named[name].values.get("inbound_nodes"), named)]
    return needed


def _named(config: Node) -> dict[str, Node]:
    """Return the layers by name."""
    named: dict[str, Node] = {}
    for layer in config.nodes("layers"):
        if named.setdefault(layer.label, layer) is not layer:
            raise layer.error(f"the name {quoted(layer.label)} stands twice", "name")
    return named


def _links(config: Node, named: dict[str, Node]) -> tuple[str, dict[str, Node]]:
    """Return the layer that reads no other, and for each layer the one that reads it."""
    inputs: list[str] = []
    follows: dict[str, Node] = {}
    for name, layer in named.items():
        sources = list(_references(layer.values.get("inbound_nodes"), named))
        if len(sources) > 1:
            what = listed(dict.fromkeys(quoted(source) for source, _ in sources[4::-1]))
            raise layer.error(f"{quoted(name)} is called on {len(sources)} tensors, of {what}; {_ONLY}", "inbound_nodes")
        inputs += [] if sources else [name]
        for source, output in sources:
            if output:
                raise layer.error(f"{quoted(name)} reads a state of {quoted(source)}; {_ONLY}", "inbound_nodes")
            if follows.setdefault(source, layer) is not layer:
                both = f"{quoted(follows[source].label)} and {quoted(name)}"
                raise layer.error(f"{quoted(source)} flows into {both}; {_ONLY}", "inbound_nodes")
    if len(inputs) != 1:
        what = listed(quoted(name) for name in inputs[:5]) if inputs else "none"
        raise config.error(f"the model has {len(inputs)} inputs, {what}; {_ONLY}", "layers")
    return inputs[0], follows


def _references(value: Any, names: Container[str]) -> Iterator[tuple[str, int]]:
    """Yield every tensor that a value refers to, by its layer and its place among that layer's outputs.

    Keras 2 writes ``[name, node, output, ...]`` and Keras 3 the same under ``keras_history``.
    """
    todo = [value]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo += [each for key, each in value.items() if key != "mask"]  # a mask changes no shape and no count
        elif isinstance(value, list):
            name, _, output = value[:3] if len(value) >= 3 else (None, None, None)
            if isinstance(name, str) and name in names and isinstance(output, int):
                yield name, output
            todo += value
