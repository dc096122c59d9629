"""The words of a line of notation, each with its place."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from lstm_calc.errors import NotationError
from lstm_calc.formats.notation.names import ARGUMENTS, begins_a_layer
from lstm_calc.frozen import UNKNOWN, UNKNOWN_SIZE, Record
from lstm_calc.model.rules import RULES, count

if TYPE_CHECKING:
    from collections.abc import Iterator

ARROWS = frozenset({"->", "=>", "→", ","})
"""Signs that stand for >."""
_UNKNOWN_FIRST = f"{UNKNOWN_SIZE}x"
"""The beginning of a shape whose first size is not known."""
# A pattern is compiled when it is first used, since that takes longer than importing the module.
_WORD = r"->|=>|[>()|→]|,(?=\s|$|[A-Za-z])|(?:(?!->|=>|,(?:\s|$))[^\s>()|→])+"
_AFTER_A_COMMA = r",([A-Za-z][\w.-]*\(?)"
_SHAPE = r"\s*(\(\s*(?:None|\d+)\s*,(?:\s*(?:None|\d+)\s*,?)*\s*\))"
"""A shape in parentheses, as Keras and NumPy show it, which may begin a text."""
_CALLED = r"[A-Za-z_][\w.]*\("
_INSIDE_A_CALL = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[()]"


class Token(Record):
    """A word or sign of a text, and where it begins."""

    text: str
    start: int

    @property
    def stop(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)

    @property
    def option(self) -> str:
        """The field that the token sets by a word of its own: ``x2``, ``proj=32``; empty for a size alone."""
        key, equals, _ = self.text.partition("=")
        return ARGUMENTS.get(key.lower(), (key.lower(),))[0] if equals else "repeat" * self.text.startswith("x")

    @property
    def is_open(self) -> bool:
        """Whether ? stands for the size, in a call for any."""
        if self.is_call:
            return UNKNOWN in self.text
        open_ = self.text.removeprefix("x") == UNKNOWN or self.text.endswith(f"={UNKNOWN}")
        return open_ and RULES.get(self.option or "units") is count

    @property
    def filled(self) -> Token:
        """The token, of the same length, with a size where it is open."""
        return self.filled_with(1) if self.is_open else self

    def filled_with(self, digit: int) -> Token:
        """Return the token with a digit in the place of ?."""
        return self.replace(text=self.text.replace(UNKNOWN, str(digit)))

    @property
    def is_number(self) -> bool:
        """Whether it begins as a number does, or as a shape."""
        return self.text[0] in "+-.?0123456789" or self.text.startswith(_UNKNOWN_FIRST)

    @property
    def is_call(self) -> bool:
        """Whether it is a call: ``LSTM(96)``."""
        return self.text.endswith(")") and len(self.text) > 1

    def part(self, start: int) -> Token:
        """Return the token from one of its characters on."""
        return Token(self.text[start:], self.start + start)

    def split(self, sign: str) -> list[Token]:
        """Return the parts between some signs, each in its place."""
        parts = self.text.split(sign)
        starts = accumulate((len(part) + 1 for part in parts[:-1]), initial=self.start)
        return [Token(part, start) for part, start in zip(parts, starts, strict=True)]


def tokens(text: str) -> Iterator[Token]:
    """Yield the words and signs of a text, each call as one, and ``>`` for every sign that stands for it.

    Raises NotationError for a call whose parentheses are not closed.
    """
    at = 0
    if shape := re.match(_SHAPE, text):
        at = shape.end()
        yield Token(shape[1], shape.start(1))
    while match := re.compile(_WORD).search(text, at):
        start, found = match.start(), match[0]
        if re.compile(_CALLED).match(text, start):
            at = _end_of_call(text, start)
        else:
            at = start + _before_a_layer(text[start : match.end() + 1], len(found))
        word = text[start:at]
        yield Token(">" if word in ARROWS else word, start)


def _before_a_layer(word: str, length: int) -> int:
    """Return how long a word is up to a comma with a layer behind it; in an option, names may stand there."""
    for match in re.finditer(_AFTER_A_COMMA, word):
        if "=" in word[: match.start()]:
            break
        if match.start() and (match[1].endswith("(") or begins_a_layer(match[1])):
            return match.start()
    return length


def _end_of_call(text: str, start: int) -> int:
    """Return where a call ends that begins at a place."""
    depth = 0
    for match in re.compile(_INSIDE_A_CALL).finditer(text, start):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if match[0] == ")" and depth == 0:
            return match.end()
    opened = text.index("(", start)
    raise NotationError("this parenthesis is not closed", text, opened, opened + 1)
