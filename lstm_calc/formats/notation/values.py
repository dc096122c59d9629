"""The values of options, each read as the rule of its field takes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, NotationError, quoted
from lstm_calc.frozen import UNKNOWN_SIZE, parse_count
from lstm_calc.model import rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.formats.notation.tokens import Token

DIGITS_AND_COMMAS = r"\d+(?:,\d+)+"
THOUSANDS = r"\d{1,3}(?:,\d{3})+"


def value_in(text: str, field: str, token: Token) -> Any:
    """Return the value of a field as its rule takes it; raise NotationError, with the place, for what is none."""
    reader = READERS.get(rules.RULES[field])
    return token.text if reader is None else reader(text, token)


def shape_in(text: str, token: Token) -> tuple[int | None, ...]:
    """Return a shape without its batch, None for a size that is not known; one size alone is written ``20x``, or ``20``."""
    parts = token.split("x")
    parts = parts[:-1] if len(parts) > 1 and not parts[-1].text else parts
    return tuple(None if part.text == UNKNOWN_SIZE else count_in(text, part) for part in parts)


def thousands_in(text: str, token: Token) -> int:
    """Return a size whose digits may stand in groups of three, as in 50,000, where it cannot be two sizes."""
    if re.fullmatch(THOUSANDS, token.text):
        return count_in(text, token.replace(text=token.text.replace(",", "")))
    return count_in(text, token)


def count_in(text: str, token: Token) -> int:
    """Return a size; raise NotationError, with the place, for what is none."""
    try:
        return parse_count(token.text)
    except LstmCalcError as error:
        raise NotationError(str(error), text, token.start, token.stop) from None


def _counts(text: str, token: Token) -> tuple[int, ...]:
    return tuple(count_in(text, size) for size in token.split("x"))


def _wholes(text: str, token: Token, sign: str = "x") -> tuple[int, ...]:
    return tuple(_whole(text, size) for size in token.split(sign))


def _whole(text: str, token: Token) -> int:
    return 0 if token.text == "0" else count_in(text, token)


def _number(text: str, token: Token) -> float:
    try:
        return float(token.text)
    except ValueError:
        share = token.text.removesuffix("%")
        hint = f"; write {float(share) / 100:g}" if share != token.text and share.replace(".", "", 1).isdigit() else ""
        raise NotationError(f"{quoted(token.text)} is not a number{hint}", text, token.start, token.stop) from None


def _flag(text: str, token: Token) -> bool:
    word = token.text.lower()
    if word not in {"true", "false"}:
        raise NotationError(f"{quoted(token.text)} is not true or false", text, token.start, token.stop)
    return word == "true"


def _integers(text: str, token: Token) -> int | tuple[int, ...]:
    """Return one whole number, or several with an x between them; negative ones count from the end."""
    found = tuple(_integer(text, part) for part in token.split("x"))
    return found[0] if len(found) == 1 else found


def _integer(text: str, token: Token) -> int:
    negative = token.text.startswith("-")
    size = _whole(text, token.part(1) if negative else token)
    return -size if negative else size


READERS: dict[Callable[[str, Any], Any], Callable[[str, Token], Any]] = {
    rules.count: count_in,
    rules.whole: _whole,
    rules.rate: _number,
    rules.margins: lambda text, token: tuple(_wholes(text, part, "+") for part in token.split("x")),
    rules.sizes: _counts,
    rules.axes: _counts,
    rules.any_axes: _counts,
    rules.target_shape: lambda text, token: tuple(-1 if size.text == "-1" else count_in(text, size) for size in token.split("x")),
    rules.padding: lambda text, token: _wholes(text, token) if token.text[:1].isdigit() else token.text,
    rules.flag: _flag,
    rules.axis: _integers,
    rules.sections: _integers,
    rules.groups: _integers,
    rules.wholes: _wholes,
    rules.input_shape: shape_in,
    rules.names: lambda _, token: tuple(token.text.split(",")),
}
"""For the rule of a field: what reads its value; words stand as they are."""
