"""Sizes that are left open in a call: ``LSTM(?)``, ``nn.LSTM(40, ?)``, ``Input(shape=(None, ?))``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstm_calc.errors import NotationError
from lstm_calc.formats.notation.calls import read_call, read_input
from lstm_calc.model.rules import RULES, count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lstm_calc.formats.notation.layers import Part
    from lstm_calc.formats.notation.tokens import Token


def open_fields(text: str, token: Token, *, source: bool) -> Iterator[str]:
    """Yield the fields in which ? stands in a call: those that change with the number that stands there.

    ``source``: the call is what the model reads, not a layer. The width that a call says it reads is ``input_dim``.
    Raises NotationError, with the place, where ? stands for anything but a size.
    """
    reader = _of_input if source else _of_layer
    one, two = (reader(text, token.filled_with(digit)) for digit in (1, 2))
    changed = [field for field in one if one[field] != two[field]]
    for field in changed:
        if (one[field], two[field]) != (1, 2) or RULES.get(field) is not count:
            raise NotationError("in a call ? stands for one size, such as the units", text, token.start, token.stop)
        yield field
    if not changed:
        raise NotationError("? changes no size of this call; write a value", text, token.start, token.stop)


def _of_layer(text: str, token: Token) -> dict[str, Any]:
    part: Part = read_call(text, token)
    shape = part.shape and part.shape[:-1]
    return part.layer.asdict() | {"input_dim": part.width, "shape": shape}


def _of_input(text: str, token: Token) -> dict[str, Any]:
    *others, width = read_input(text, token)
    return {"input_dim": width, "shape": others}
