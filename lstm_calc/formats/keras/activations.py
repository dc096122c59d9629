"""Activations other than a cell's own: they change no shape and no count, but what the layer computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.formats.keras.node import Node

_USUAL = {"activation": "tanh", "recurrent_activation": "sigmoid"}
_INSIDE = ("layer", "cell")


def remarks(node: Node) -> Iterator[str]:
    """Yield a sentence for each activation of a recurrent layer, or of what it is a wrapper of, that its equations do not have."""
    for key, value in _given(node):
        if value != _USUAL[key]:
            yield f"{node.shown} has {key}={quoted(value)}, and its equations here have {_USUAL[key]}"


def _given(node: Node) -> Iterator[tuple[str, Any]]:
    """Yield the activations that a layer says, and those of the layers and cells inside it."""
    config = node.config
    inside = [config.node(key) for key in _INSIDE if key in config.values]
    for inner in (*inside, *(config.nodes("cells") if "cells" in config.values else ())):
        yield from _given(inner)
    yield from ((key, _name(config.values[key])) for key in _USUAL if key in config.values)


def _name(value: Any) -> Any:
    """Return the name of an activation: as a word, or in the object that Keras 3 writes for a function; none is linear."""
    if isinstance(value, dict):
        value = value.get("config") if isinstance(value.get("config"), str) else value.get("class_name")
    return "linear" if value is None else value
