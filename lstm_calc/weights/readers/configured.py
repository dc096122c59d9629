"""The layers in Keras' configuration of a model, and where an archive of Keras 3 keeps the weights of each.

Source: keras/src/saving/saving_lib.py (_walk_saveable, _save_container_state) and keras/src/utils/naming.py (to_snake_case).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import CheckpointError
from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_LAYERS, _LONGEST_PATH = 50_000, 500
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])")
_DIRECTIONS = {"forward_layer", "backward_layer"}
_LISTS = ("layers", "cells")


class Configured(Record):
    """A layer or a cell that a configuration describes.

    ``path`` is where an archive keeps its weights, ``name`` its own name (empty where it has none). ``leaf`` says whether it is a
    layer of Keras' own with no other layer inside, and ``is_direction`` whether it is one direction of a Bidirectional layer.
    """

    path: str
    name: str
    cls: str
    leaf: bool
    is_direction: bool = False


def configured_layers(config: Any) -> tuple[Configured, ...]:
    """Return every layer and cell in a configuration of a model, none of those that are nested deeper than a file can have them.

    Raises CheckpointError where there are too many.
    """
    found: list[Configured] = []
    left = [("", config if isinstance(config, dict) else {}, False)]
    while left:
        path, node, is_direction = left.pop()
        parts = _parts(node) if len(path) <= _LONGEST_PATH else ()
        inner = [(f"{path}/{step}".strip("/"), part, is_direction or step in _DIRECTIONS) for step, part in parts]
        if path and isinstance(node.get("class_name"), str):
            found.append(_configured(path, node, leaf=not inner, is_direction=is_direction))
        left += reversed(inner)
        if len(found) + len(left) > _MOST_LAYERS:
            raise CheckpointError(f"has a configuration of more than {_MOST_LAYERS:,} layers")
    return tuple(found)


def _configured(path: str, node: dict[str, Any], *, leaf: bool, is_direction: bool) -> Configured:
    own, module = node.get("config"), node.get("module") or ""
    name = own.get("name") if isinstance(own, dict) else None
    is_keras = isinstance(module, str) and module.partition(".")[0] == "keras"
    return Configured(path, name if isinstance(name, str) else "", node["class_name"], leaf and is_keras, is_direction)


def _parts(node: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects inside another, with the path that an archive gives each below its own."""
    own = node.get("config")
    own = {"layers": own} if isinstance(own, list) else own if isinstance(own, dict) else {}
    parts = [(step, own.get(step)) for step in ("layer", "cell")]
    if node.get("class_name") == "Bidirectional":
        parts = [("forward_layer", own.get("layer")), ("backward_layer", own.get("backward_layer") or own.get("layer"))]
    for key in _LISTS:
        listed = [part for part in _list(own.get(key)) if isinstance(part, dict)]
        names = counted_names(str(part.get("class_name")) for part in listed)
        parts += zip((f"{key}/{name}" for name in names), listed, strict=True)
    yield from ((step, part) for step, part in parts if isinstance(part, dict))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def counted_names(classes: Iterable[str]) -> Iterator[str]:
    """Yield what an archive calls the layers of a list: each its class in small letters, counted up from the second on.

    >>> list(counted_names(["LSTM", "SimpleRNN", "LSTM"]))
    ['lstm', 'simple_rnn', 'lstm_1']
    """
    taken: dict[str, int] = {}
    for cls in classes:
        snake = _CAPITAL.sub("_", cls).lower()
        yield f"{snake}_{taken[snake]}" if snake in taken else snake
        taken[snake] = taken.get(snake, 0) + 1
