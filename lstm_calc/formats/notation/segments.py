"""From the words of a line to its layers: which words are whose, and which layers each of them reads."""

from __future__ import annotations

from lstm_calc.errors import NotationError
from lstm_calc.formats.notation.names import WORDS, begins_a_layer, compact, function_named, glued_name, named, value_of
from lstm_calc.formats.notation.tokens import Token, tokens
from lstm_calc.formats.notation.values import READERS
from lstm_calc.model import layer_kind
from lstm_calc.model.rules import RULES

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
    return token.is_number or (token.is_call and name_in(token).lower() in _INPUTS)


def name_in(token: Token) -> str:
    """Return the name of a layer that stands in a word: of a call the last part of what is called."""
    return token.text.partition("(")[0].rpartition(".")[2] if token.is_call else token.text


class _Segments:
    """The words of each layer of a text, and the positions of the layers that each reads, as signs are read one by one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.words: list[list[Token]] = []
        self.reads: list[list[int]] = []
        self._ends = [-1]
        """The layers whose outputs flow on from here; -1 is what the model reads."""
        self._open: list[tuple[Token, list[int], list[int]]] = []
        """For each parenthesis that is open: where, what flows into its branches, and what those that are read give."""
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
        known = named(name_in(head))
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
