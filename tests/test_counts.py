"""Numbers as people type them: every unit, and what is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lstm_calc.errors import LstmCalcError
from lstm_calc.frozen import parse_count, parse_size, parse_time, quotient

if TYPE_CHECKING:
    from collections.abc import Callable

COUNTS = {"7": 7, "1_000": 1000, "1k": 10**3, "1K": 10**3, "1M": 10**6, "1G": 10**9, "1B": 10**9, "1T": 10**12, "1_0.50k": 10_500}
SIZES = {"7": 7, "7B": 7, "1kB": 10**3, "1KB": 10**3, "1MB": 10**6, "1GB": 10**9, "1TB": 10**12, "1.5 kB": 1500, "1_0.5k": 10_500}
BINARY = {"1kiB": 2**10, "1KiB": 2**10, "1.5MiB": 3 * 2**19, "1GiB": 2**30, "1TiB": 2**40, "0.0001KiB": 0}
TIMES = {"1ns": 1, "1us": 10**3, "1ms": 10**6, "1s": 10**9, "1.5 us": 1500, "1_0.5us": 10_500, "0.1ns": 0}


@pytest.mark.parametrize("text", COUNTS)
def test_a_count(text: str) -> None:
    assert parse_count(text) == parse_count(f" {text} ") == COUNTS[text]


@pytest.mark.parametrize("text", SIZES | BINARY)
def test_a_size(text: str) -> None:
    assert parse_size(text) == parse_size(f" {text} ") == (SIZES | BINARY)[text]


@pytest.mark.parametrize("text", TIMES)
def test_a_time(text: str) -> None:
    assert parse_time(text) == parse_time(f" {text} ") == TIMES[text]


@pytest.mark.parametrize("parse", [parse_count, parse_size, parse_time])
@pytest.mark.parametrize("text", ["", "-1", "k", "1kk", "_1", "1_", "1__0", ".5", "1.", "\u0661", "\u00b2", "1 0", "0x1"])
def test_what_is_no_number(parse: object, text: str) -> None:
    with pytest.raises(LstmCalcError, match=r"^'.*' is not a"):
        parse(text)


@pytest.mark.parametrize(
    ("parse", "text"), [(parse_count, "1.5"), (parse_count, "1.0005k"), (parse_size, "1iB"), (parse_time, "1")]
)
def test_what_is_no_whole_number_of_units(parse: object, text: str) -> None:
    with pytest.raises(LstmCalcError, match=f"^'{text}' is not a"):
        parse(text)


def test_as_many_digits_as_a_size_may_have() -> None:
    assert parse_count("9" * 600) == 10**600 - 1
    assert parse_count("1_" * 299 + "1") == int("1" * 300)
    for text in ("9" * 601, "0." + "0" * 599 + "M"):
        with pytest.raises(LstmCalcError, match="is too large: sizes go up to"):
            parse_count(text)
    assert parse_size("9" * 600) == 10**600 - 1
    assert parse_time("9" * 598 + "ns") == 10**598 - 1
    for parse, text in ((parse_size, "9" * 601), (parse_time, "9" * 600 + "ns")):
        with pytest.raises(LstmCalcError, match=r"^'9{30,}… is not a"):
            parse(text)


def test_an_open_size_is_for_solve() -> None:
    with pytest.raises(LstmCalcError, match=r"^\? is the size that solve looks for; anywhere else write a number$"):
        parse_count("?")


NO_COUNT = "is not a whole number from 1 up; write 128, 1_000, 20k or 1.5M"
NO_SIZE = "is not a size in bytes; write 65536, 256KiB (of 1,024) or 1.5MB (of 1,000,000)"


@pytest.mark.parametrize(
    ("parse", "text", "sentence"),
    [
        (parse_count, "1.5", f"'1.5' {NO_COUNT}"),
        (parse_count, "0." + "0" * 600 + "k", f"'0.{'0' * 56}… is too large: sizes go up to 10**500"),
        (parse_count, "1" * 601, f"'{'1' * 58}… is too large: sizes go up to 10**500"),
        (parse_count, "x" * 601, f"'{'x' * 58}… {NO_COUNT}"),
        (parse_time, "50", "'50' is not a time; write 200ns, 50us, 1.5ms or 2s"),
        (parse_size, "1iB", f"'1iB' {NO_SIZE}"),
        (parse_size, "k", f"'k' {NO_SIZE}"),
    ],
)
def test_the_sentence_of_what_is_no_number(parse: Callable[[str], int], text: str, sentence: str) -> None:
    with pytest.raises(LstmCalcError) as caught:
        parse(text)
    assert str(caught.value) == sentence


def test_a_fraction_is_taken_to_the_last_place() -> None:
    assert parse_count("1.0010k") == 1001
    assert parse_count("1.000000000001T") == 10**12 + 1
    assert parse_time("1.999ns") == 1
    assert parse_time("50µs") == parse_time("50μs") == 50_000
    assert parse_size("1.9995k") == 1999


def test_a_quotient_too_large_for_a_float_is_none() -> None:
    assert quotient(3, 2) == 1.5
    assert quotient(10**400, 10**399) == 10.0
    assert quotient(10**400, 1) is None
