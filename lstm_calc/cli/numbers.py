"""The numbers of options: whole numbers, sizes, bytes and times, each refused under the name of its option."""

from collections.abc import Iterator
from contextlib import contextmanager

from lstm_calc.errors import LstmCalcError, quoted
from lstm_calc.frozen import parse_count, parse_size, parse_time


def flag_of(name: str) -> str:
    """Return the flag that a field of a model, or a parameter of a command, is given by."""
    return {"input_dim": "--input", "bias": "--bias/--no-bias", "repeat": "--layers", "filters": "--units"}.get(
        name, f"--{name.replace('_', '-')}"
    )


def read_counts(name: str, text: str | None, *, separator: str = ",", at_most: int | None = None) -> list[int]:
    """Return the whole numbers of a flag, none where it was not given."""
    if text is None:
        return []
    parts = text.split(separator) if at_most is None else [text]
    with naming(flag_of(name)):
        return [_at_least_one(_count(name, part)) for part in parts]


_SPELT = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_FEW = frozenset({"layers", "repeat", "batch", "steps", "horizon", "targets", "window", "stride"})
"""Numbers that are small, and for which 20k is no example."""


def _count(name: str, text: str) -> int:
    """Return a whole number; raise LstmCalcError with what to write for a number in words, and for a small one."""
    word = text.strip().lower()
    if word in _SPELT:
        raise LstmCalcError(f"{quoted(text)} is a number in words; write {_SPELT.index(word) + 1}")
    try:
        return parse_count(text)
    except LstmCalcError:
        if name not in _FEW or any(sign.isdigit() for sign in text):
            raise
        raise LstmCalcError(f"{quoted(text)} is not a whole number from 1 up; write a number such as 2") from None


@contextmanager
def naming(option: str) -> Iterator[None]:
    """Put the name of an option before an error that its value raises."""
    try:
        yield
    except LstmCalcError as error:
        raise LstmCalcError(f"{option}: {error}") from None


def counted(name: str, text: str) -> int:
    """Return the whole number of an option; raise LstmCalcError, naming the option, where it is none."""
    return read_counts(name, text, at_most=1)[0]


def read_size(flag: str, text: str | None) -> int | None:
    """Return the size of a flag; None where it is not known, or was not given."""
    with naming(flag):
        return None if text is None or text.lower() in _UNKNOWN else _at_least_one(parse_count(text))


def read_sizes(flag: str, text: str | None) -> tuple[int | None, ...] | None:
    """Return the sizes of a flag such as 8x64x32 or (8, 64, 32); None where the flag was not given."""
    if text is None:
        return None
    parts = text.strip("()[] ").replace(",", "x").lower().split("x")
    if not all(part.strip() for part in parts):
        raise LstmCalcError(f"{flag}: {quoted(text)} is not a shape; write 8x64x32, with None for a size that is not known")
    return tuple(read_size(flag, part.strip()) for part in parts)


_UNKNOWN = {"none", "?"}


def _at_least_one(number: int) -> int:
    if number < 1:
        raise LstmCalcError("must be a whole number from 1 up, not 0")
    return number


def sized(flag: str, text: str) -> int:
    """Return the bytes of an option; raise LstmCalcError, naming the option, where they are none."""
    with naming(flag):
        return _some(parse_size(text), text, "one byte")


def timed(flag: str, text: str) -> int:
    """Return the nanoseconds of an option; raise LstmCalcError, naming the option, where they are none."""
    with naming(flag):
        return _some(parse_time(text), text, "a nanosecond")


def _some(number: int, text: str, least: str) -> int:
    if number < 1:
        raise LstmCalcError(f"must be at least {least}, not {text}")
    return number
