"""A row of the tables of classes: the arguments of a class in order, and the field of our layer that each sets."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING, Any

from lstm_calc.frozen import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.model import Layer


class ClassRow(Record):
    """A class of a framework.

    ``signature`` are its arguments in order, each as ``name:field=default``: the field of ``layer`` that it sets (``a:b,c`` sets
    two), and its default, where there are such. ``dims``: how many values a window has. ``params`` gives the number of parameters,
    for a class without a layer of ours, and ``needs`` are the arguments that this depends on.
    """

    signature: str
    layer: type[Layer] | None = None
    dims: int = 0
    params: Callable[[dict[str, Any]], Any] | None = None
    needs: str = ""

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments by name, in order, with their defaults; ``...`` where there is none."""
        return _parsed(self.signature)[0]

    @property
    def names(self) -> dict[str, str]:
        """The argument for each field of ``layer``."""
        return _parsed(self.signature)[1]


@cache
def _parsed(signature: str) -> tuple[dict[str, Any], dict[str, str]]:
    arguments: dict[str, Any] = {}
    names: dict[str, str] = {}
    for word in signature.split():
        left, sign, default = word.partition("=")
        name, _, fields = left.partition(":")
        arguments[name] = ast.literal_eval(default) if sign else ...
        names |= dict.fromkeys(fields.split(",") if fields else (), name)
    return arguments, names


def as_layer(layer: type[Layer], signature: str, dims: int = 0) -> ClassRow:
    """Return how a class is read that is a layer of ours."""
    return ClassRow(signature, layer, dims)


def as_count(signature: str, needs: str, params: Callable[[dict[str, Any]], Any]) -> ClassRow:
    """Return how a class is read that has no layer of ours: by a number of parameters, from the arguments that it needs."""
    return ClassRow(signature, params=params, needs=needs)


CELL = "input_size:input_dim hidden_size:units"
"""The arguments of a cell in PyTorch, and in the frameworks that take after it."""
DIMENSIONS = (1, 2, 3)
"""The numbers of dimensions that a convolution may have."""


def words(text: str) -> frozenset[str]:
    """Return the words of a text: a long list of names takes a few lines."""
    return frozenset(text.split())


def pairs(text: str) -> dict[str, str]:
    """Return the values of the names in a text of ``name=value``."""
    return dict(word.split("=") for word in text.split())
