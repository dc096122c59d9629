"""How a value is worded, for a person and for a program."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from lstm_calc.frozen import Quantity
from lstm_calc.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lstm_calc.render.document import Kind, Line, Table, Value

Item = TypeVar("Item")

_AT_ONCE = 1_000
_WHOLE = 10**15
"""From here on a float is written with an exponent."""
NUMERIC: frozenset[Kind] = frozenset(
    {"number", "share", "error", "bytes", "seconds", "nanoseconds", "ratio", "delta", "change", "amount"}
)
_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")
_DECIMAL_SIZES = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")


def size_words(count: int) -> str:
    """Return a number of bytes in the largest binary unit that it fills; one that was given in a unit, in that.

    >>> size_words(33280), size_words(12)
    ('32.5 KiB', '12 B')
    """
    if isinstance(count, Quantity):
        return count.words
    power = min(max(count.bit_length() - 1, 0) // 10, len(_SIZES) - 1)
    if power == 0:
        return f"{count:,} B"
    tenths = (count * 10 + 2 ** (10 * power - 1)) >> (10 * power)
    return f"{tenths // 10:,}.{tenths % 10} {_SIZES[power]}"


def size_like(limit: int, count: int) -> int:
    """Return a number of bytes that is shown in units of 1,000 where a limit was given in one.

    >>> from lstm_calc.frozen import parse_size
    >>> size_words(size_like(parse_size("1MB"), 386_048)), size_words(size_like(parse_size("1MiB"), 386_048))
    ('386.0 kB', '377.0 KiB')
    """
    if not (isinstance(limit, Quantity) and limit.decimal):
        return count
    power = min((len(str(count)) - 1) // 3, len(_DECIMAL_SIZES) - 1)
    tenths = (count * 10 + 1000**power // 2) // 1000**power
    words = f"{tenths // 10:,}.{tenths % 10} {_DECIMAL_SIZES[power]}" if power else f"{count:,} B"
    return Quantity(count, words, decimal=True)


def second_words(seconds: float) -> str:
    """Return a time in the largest decimal unit that it fills, to three figures.

    >>> second_words(0.00000346), second_words(90.0), second_words(4562.0)
    ('3.46 µs', '90 s', '4,562 s')
    """
    power = next((power for power in range(3) if seconds >= 1000.0**-power), 3)
    return f"{_figures(seconds * 1000**power)} {('s', 'ms', 'µs', 'ns')[power]}"


def _nanosecond_words(count: int) -> str:
    """Return a number of nanoseconds in the largest unit that it fills; one that was given in a unit, in that."""
    return count.words if isinstance(count, Quantity) else second_words(count / 10**9)


def _figures(number: float) -> str:
    """Return a number to three figures, or to the whole number where that has more."""
    return f"{number:,.3g}" if number < 999.5 or number >= _WHOLE else f"{number:,.0f}"


def _shape_words(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))})"


def _slice_words(cuts: tuple[tuple[int, int, int], ...]) -> str:
    return f"[{', '.join(':' if (start, stop) == (0, size) else f'{start}:{stop}' for start, stop, size in cuts)}]"


def _text(value: Value) -> str:
    return visible(str(value))


VERDICTS = {
    **dict.fromkeys(("fits", "agrees"), ("✓", "green")),
    **dict.fromkeys(("over", "differs"), ("✗", "red")),
    "unchecked": ("–", "yellow"),
}
"""For each verdict, the sign before it and its colour."""


def _verdict_words(value: Value) -> str:
    sign, _ = VERDICTS.get(str(value), ("", ""))
    return f"{sign} {_text(value)}".strip()


_WORDS: dict[Kind, Callable[[Any], str]] = {
    "number": lambda value: f"{value:,}",
    "shape": _shape_words,
    "slice": _slice_words,
    "share": lambda value: f"{value:,.1%}",
    "error": lambda value: f"{value:.1e}",
    "delta": lambda value: f"{value:+,}" if value else "0",
    "change": lambda value: f"{value:+,.1%}" if value else "0%",
    "bytes": size_words,
    "seconds": second_words,
    "nanoseconds": _nanosecond_words,
    "ratio": _figures,
    "verdict": _verdict_words,
}
_PLAIN: dict[Kind, Callable[[Any], str]] = {
    "shape": lambda value: "x".join("?" if size is None else str(size) for size in value),
    "slice": _slice_words,
    "share": lambda value: f"{value:.6f}",
    "change": lambda value: f"{value:.6f}",
}


def worded(kind: Kind, value: Value) -> str:
    """Return a value as a person reads it: thousands parted, shapes in brackets."""
    return "" if value is None else _WORDS.get(kind, _text)(value)


def plain(kind: Kind, value: Value) -> str:
    """Return a value as a program reads it: numbers bare, shapes as 32x128."""
    return "" if value is None else _PLAIN.get(kind, _text)(value)


def cells(table: Table, line: Line, word: Callable[[Kind, Value], str] = worded) -> list[str]:
    """Return the values of a line, worded."""
    return [word(column.kind, value) for column, value in zip(table.columns, line.values, strict=True)]


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield items by the thousand, so that no more of them are held at once."""
    left = iter(items)
    while batch := list(islice(left, _AT_ONCE)):
        yield batch
