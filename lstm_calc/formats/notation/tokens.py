"""The words of a line of notation, each with its place; which words make a layer, and which layers each layer reads."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from lstm_calc.errors import NotationError
from lstm_calc.formats.notation.names import ARGUMENTS, WORDS, begins_a_layer, compact, function_named, glued_name, named, value_of
from lstm_calc.formats.notation.values import READERS
from lstm_calc.frozen import UNKNOWN, UNKNOWN_SIZE, Record
from lstm_calc.model import layer_kind
from lstm_calc.model.rules import RULES, count

if TYPE_CHECKING:
    from collections.abc import Iterator

_ARROWS = frozenset({"->", "=>", "→", ","})
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
        yield Token(">" if word in _ARROWS else word, start)


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


_SIGNS = frozenset(">()|")
_INPUTS = frozenset({"", "input", "inputlayer"})
"""What a source that is a call may call; nothing where it is a shape in parentheses."""
_DEEPEST = 50
"""Branches within branches that are followed."""


def segments_of(text: str) -> tuple[list[list[Token]], list[list[int]]]:
    """Return the words of each layer, of what the model reads and of vocabularies, and the positions of the layers each reads.

    Raises NotationError for signs that do not go together.
    """
    segments = _Segments(text)
    for token in tokens(text):
        segments.take(token)
    segments.end()
    return segments.words, segments.reads


def is_layer(words: list[Token]) -> bool:
    """Say whether some words are a layer, not what the model reads or a vocabulary."""
    return not (is_source(words[0]) or words[0].text.lower() == "vocab")


def is_source(token: Token) -> bool:
    """Say whether a word is what the model reads: a size, a shape, or a call of Input."""
    return token.is_number or (token.is_call and _name_in(token).lower() in _INPUTS)


def _name_in(token: Token) -> str:
    """Return the name of a layer that stands in a word: of a call the last part of what is called."""
    return token.text.partition("(")[0].rpartition(".")[2] if token.is_call else token.text


class _Segments:
    """The words of each layer of a text, and the positions of the layers that each reads, as signs are read one by one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.words: list[list[Token]] = []
        self.reads: list[list[int]] = []
        self._ends = [-1]
        """The layers whose outputs are read from here on; -1 is what the model reads."""
        self._open: list[tuple[Token, list[int], list[int]]] = []
        """For each parenthesis that is open: where, what its branches read, and what those that are read give."""
        self._layers = 0
        self._before = ">"
        """The sign before, or a blank where words stand before."""

    def take(self, token: Token) -> None:
        """Take the next word or sign up."""
        if token.text not in _SIGNS:
            if self._before == " " and not self._is_next(token):
                self._continue(token)
            else:
                self._begin(token)
            self._before = " "
            return
        begins = self._before in ">(|"
        if token.text == "(" and not begins:
            raise self._error(self._before_parenthesis(token), token)
        if begins and (token.text == ">" or (self._before == ">" and token.text in "|)")):
            self._missing(token)
        signs = {"(": self._enter, "|": self._branch, ")": self._leave}
        if token.text in signs:
            signs[token.text](token)
        self._before = token.text

    def end(self) -> None:
        """Refuse a text that stops too early."""
        if self._open:
            raise self._error("this parenthesis is not closed", self._open[-1][0])
        if self._before == ">":
            self._missing(Token(">", len(self._text) + 1))

    def _before_parenthesis(self, token: Token) -> str:
        """Return what is wrong with a parenthesis that stands right after a word or another one."""
        word = self.words[-1][-1] if self._before == " " else None
        if word is not None and word.stop == token.start and named(word.text):
            return f"this name cannot be called; write '{compact(word.text)}(64)' or '{compact(word.text)} 64'"
        return "a > is missing before this"

    def _is_next(self, token: Token) -> bool:
        """Say whether a word begins the next layer, with no > before it: it names one, and is no word of the layer before."""
        head, *rest = self.words[-1]
        if token.is_call:
            return True
        if not begins_a_layer(token.text):
            return False
        if not is_layer([head]):
            return is_source(head) or bool(rest)
        known = named(_name_in(head))
        if known is None:
            return True
        kind = layer_kind(known.kind)
        field = value_of(known.kind)
        takes_it = field and not (rest or head.is_call) and (kind.fields[field] is ... or RULES[field] not in READERS)
        word = WORDS.get(token.text.lower())
        return not takes_it and (word is None or word[0] not in kind.fields)

    def _continue(self, token: Token) -> None:
        """Take a word of the layer before; of ``embed 5000x64`` the first size is the vocabulary."""
        words = self.words[-1]
        vocab, sign, dim = token.text.partition("x")
        is_table = len(words) == 1 and (name := named(words[0].text)) and name.kind == "embedding"
        if is_table and vocab and sign and "=" not in token.text:
            self.words.insert(-1, [Token("vocab", words[0].start), Token(vocab, token.start)])
            self.reads.insert(-1, self.reads[-1])
            token = Token(dim, token.start + len(vocab) + 1)
        words.append(token)

    def _begin(self, token: Token) -> None:
        """Begin the words of a layer, of a vocabulary, or of what the model reads."""
        length = 0 if token.is_call else glued_name(token.text)
        if function := function_named(token.text):
            self._add(Token("activation", token.start))
            self.words[-1].append(Token(function, token.start))
        elif length:
            self._add(Token(token.text[:length], token.start))
            self._continue(token.part(length))
        else:
            self._add(token)

    def _add(self, token: Token) -> None:
        """Add the first word of a layer, of a vocabulary, or of what the model reads."""
        if is_source(token) and self._open:
            what = "what the model reads stands before its branches; a further input is a layer, such as 'input 20x32'"
            raise self._error(what, token)
        self.words.append([token])
        self.reads.append(self._ends)
        if is_layer([token]):
            self._ends = [self._layers]
            self._layers += 1

    def _enter(self, token: Token) -> None:
        if len(self._open) == _DEEPEST:
            raise self._error("branches are nested too deeply", token)
        self._open.append((token, self._ends, []))

    def _branch(self, token: Token) -> None:
        if not self._open:
            what = "| stands between branches, in parentheses: '32 > (lstm 64 | gru 64) > concat'"
            raise self._error(f"{what}; between layers that follow each other stands >", token)
        _, into, ends = self._open[-1]
        ends += self._ends
        self._ends = into

    def _leave(self, token: Token) -> None:
        if not self._open:
            raise self._error("nothing is open here", token)
        _, _, ends = self._open.pop()
        self._ends = [*ends, *self._ends]

    def _missing(self, token: Token) -> None:
        """Refuse a text without a layer where one has to be."""
        what = "a layer is missing here" if self._text.strip() else "the model is empty"
        start = min(token.start, len(self._text))
        raise NotationError(f"{what}; write '32 > lstm 64'", self._text, start, token.stop)

    def _error(self, what: str, token: Token) -> NotationError:
        return NotationError(what, self._text, token.start, token.stop)
