"""A row of the tables of classes: its arguments in order, and the field of our layer that each sets; and what rows share."""

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

    ``signature`` are its arguments (``a b=1``); ``names`` has the argument for each field of ``layer``. ``dims``: how many
    values a window has. ``params`` gives the number of parameters, for a class without a layer of ours.
    """

    signature: str
    layer: type[Layer] | None = None
    names: dict[str, str] = {}  # noqa: RUF012  a Record's default, never changed
    dims: int = 0
    params: Callable[[dict[str, Any]], Any] | None = None
    needs: str = ""
    """The arguments that ``params`` depends on."""

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments by name, in order, with their defaults; ``...`` where there is none."""
        return _arguments(self.signature)


@cache
def _arguments(signature: str) -> dict[str, Any]:
    pairs = (word.partition("=") for word in signature.split())
    return {name: ast.literal_eval(value) if sign else ... for name, sign, value in pairs}


def as_layer(layer: type[Layer], signature: str, fields: dict[str, str], dims: int = 0) -> ClassRow:
    """Return how a class is read that is a layer of ours: the argument for each of its fields."""
    return ClassRow(signature, layer, fields, dims)


def as_count(signature: str, needs: str, params: Callable[[dict[str, Any]], Any]) -> ClassRow:
    """Return how a class is read that has no layer of ours: by a number of parameters, from the arguments that it needs."""
    return ClassRow(signature, params=params, needs=needs)


FIELDS = {"input_dim": "input_size", "units": "hidden_size", "bias": "bias"}
CELL = {"input_dim": "input_size", "units": "hidden_size"}
WINDOW = {"filters": "out_channels", "kernel_size": "kernel_size", "bias": "bias", "groups": "groups", "input_dim": "in_channels"}


def words(text: str) -> frozenset[str]:
    """Return the words of a text: a long list of names takes a few lines."""
    return frozenset(text.split())
