"""Selects and orders the rows of a sweep; a filter is an expression such as ``params < 1M and framework == keras``.

    either  = both { "or" both }
    both    = one { "and" one }
    one     = "not" one | "(" either ")" | term sign term
    sign    = < | <= | > | >= | == | !=
    term    = a column | a number (1M, 20k; beside bytes: 256KiB) | a word

Nothing is evaluated as code. A row in which a column has no value passes no comparison with it.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, did_you_mean, quoted
from lstm_calc.frozen import parse_count, parse_size
from lstm_calc.questions.metrics import metric_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Row = tuple[str | int | None, ...]
    Test = Callable[[Row], bool]
    Term = Callable[[Row], Any]

_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}
_FOR_WORDS = {"==", "!="}
_TOKEN = re.compile(r"\s*([<>=!]=?|[()]|[\w.:/-]+|\S)")
_DEEPEST = 50
MOST_HELD = 1_000_000
"""How many rows are kept in memory at once."""


def passing(rows: Iterable[Row], columns: Sequence[str], text: str) -> Iterator[Row]:
    """Return the rows that pass a filter; raise LstmCalcError for a filter that cannot be read."""
    return filter(read_filter(text, columns), rows)


def held(rows: Iterable[Row], cure: str) -> Iterator[Row]:
    """Yield rows that are kept; raise LstmCalcError, with what to do instead, where there are more than ``MOST_HELD``."""
    for position, row in enumerate(rows):
        if position == MOST_HELD:
            raise LstmCalcError(f"more than {MOST_HELD:,} rows would be kept in memory; {cure}")
        yield row


def ranked(rows: Iterable[Row], columns: Sequence[str], by: str, most: int | None = None) -> Iterable[Row]:
    """Return rows in the order of a column, or downwards of ``-column``: numbers, then words, then those without a value.

    With ``most``, only the first so many, and no more are kept at once. Raises LstmCalcError for no such column, and where more
    than ``MOST_HELD`` rows would be kept.
    """
    name, down = usual_name(by.removeprefix("-"), columns), by.startswith("-")
    if name not in columns:
        raise LstmCalcError(f"{quoted(name)} is not a column{did_you_mean(name, columns)}")
    at = columns.index(name)

    def key(row: Row) -> tuple[int, Any]:
        last = 2 * (row[at] is None) + isinstance(row[at], str)
        return -last if down else last, row[at]

    if most is None or most > MOST_HELD:
        return sorted(held(rows, "give --top or --where"), key=key, reverse=down)[:most]
    from heapq import nlargest, nsmallest

    return (nlargest if down else nsmallest)(most, rows, key=key)


def usual_name(word: str, columns: Sequence[str]) -> str:
    """Return the column that a word names, also by its heading in any case; the word itself where it names none.

    >>> usual_name("MACs", ["units", "macs"]), usual_name("parameters", ["params"]), usual_name("1M", ["macs"])
    ('macs', 'params', '1M')
    """
    headings = {metric_words(name).lower(): name for name in columns}
    return word if word in columns else headings.get(word.lower(), word)


def read_filter(text: str, columns: Sequence[str]) -> Test:
    """Return the test of a row that a text describes; raise LstmCalcError for a text that cannot be read.

    >>> test = read_filter("params < 1k and framework == keras", ["framework", "params"])
    >>> test(("keras", 999)), test(("keras", 1000)), test(("pytorch", 1))
    (True, False, False)
    """
    try:
        return _FilterWords(_TOKEN.findall(text), columns).read()
    except LstmCalcError as error:
        raise LstmCalcError(f"{quoted(text)}: {error}") from None


class _FilterWords:
    """The words of a filter, read from the left."""

    def __init__(self, words: list[str], columns: Sequence[str]) -> None:
        self.words = [usual_name(word, columns) for word in words]
        self.columns = list(columns)
        self.depth = 0

    def read(self) -> Test:
        test = self.either()
        if self.words:
            raise LstmCalcError(f"{quoted(self.words[0])} is one word too many; join comparisons with and, or")
        return test

    def next(self) -> str:
        return self.words.pop(0) if self.words else ""

    def follows(self, word: str) -> bool:
        """Say whether a word comes next, and take it if so."""
        if self.words[:1] != [word]:
            return False
        self.words.pop(0)
        return True

    def either(self) -> Test:
        return self.joined("or", self.both, any)

    def both(self) -> Test:
        return self.joined("and", self.one, all)

    def joined(self, word: str, part: Callable[[], Test], passes: Callable[[Iterable[bool]], bool]) -> Test:
        """Return the test of one part, or of several with a word between them."""
        tests = [part()]
        while self.follows(word):
            tests.append(part())
        return tests[0] if len(tests) == 1 else lambda row: passes(test(row) for test in tests)

    def one(self) -> Test:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise LstmCalcError("the filter is too long")
        if self.follows("not"):
            test = self.one()
            return lambda row: not test(row)
        if self.follows("("):
            test = self.either()
            if not self.follows(")"):
                raise LstmCalcError("a ) is missing")
            return test
        return self.comparison()

    def comparison(self) -> Test:
        left, sign, right = self.next(), self.next(), self.next()
        if sign not in _SIGNS or not right:
            raise LstmCalcError("a filter compares, as 'params < 1M' or 'framework == keras'")
        if left not in self.columns and right not in self.columns:
            raise LstmCalcError(f"{quoted(left)} is not a column{did_you_mean(left, self.columns)}")
        for word in (left, right):
            if sign not in _FOR_WORDS and word not in self.columns and not word[0].isdigit():
                raise LstmCalcError(f"{quoted(word)} is neither a number nor a column{did_you_mean(word, self.columns)}")
        compare, one, other = _SIGNS[sign], self.term(left, right), self.term(right, left)

        def test(row: Row) -> bool:
            first, second = one(row), other(row)
            if first is None or second is None:
                return False
            if type(first) is not type(second):
                return sign == "!="
            return bool(compare(first, second))

        return test

    def term(self, word: str, beside: str) -> Term:
        """Return the value of a word in a comparison with the word beside it."""
        if word in self.columns:
            return operator.itemgetter(self.columns.index(word))
        number = parse_size if beside == "bytes" else parse_count
        value: str | int = int(number(word)) if word[0].isdigit() else word
        return lambda _: value
