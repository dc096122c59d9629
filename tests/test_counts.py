"""Numbers as people type them: every unit, and what is none."""

from __future__ import annotations

import pytest

from lstm_calc.counts import parse_count, parse_size, parse_time
from lstm_calc.errors import LstmCalcError

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
@pytest.mark.parametrize("text", ["", "-1", "1e3", "k", "1kk", "_1", "1_", "1__0", ".5", "1.", "\u0661", "\u00b2", "1 0", "0x1"])
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
