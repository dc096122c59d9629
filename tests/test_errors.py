"""How sentences quote, list and shorten, to the letter."""

from __future__ import annotations

import pytest

from lstm_calc.errors import ModelError, ModelFileError, did_you_mean, few, listed, printable, quoted


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[(True, "true"), (False, "false"), (None, "null"), (1, "1"), (0, "0"), (1.0, "1.0"), ("a", "'a'"), ([1, 2], "[1, 2]")],
        ("a" * 58, f"'{'a' * 58}'"),
        ("a" * 59, f"'{'a' * 58}…"),
        (10**59, f"1{'0' * 59}"),
        (10**60, f"1{'0' * 58}…"),
    ],
)
def test_a_value_is_quoted_as_a_model_file_writes_it(value: object, text: str) -> None:
    assert quoted(value) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a b é", "a b é"),
        ("a\nb\x00'\u202e", "a\\nb\\x00'\\u202e"),
        ("a" * 120, "a" * 120),
        ("a" * 121, f"{'a' * 119}…"),
        ("\n" * 60, "\\n" * 60),
        ("\n" * 61, "\\n" * 59 + "\\…"),
        ("\x00" * 121, ("\\x00" * 30)[:119] + "…"),
    ],
)
def test_a_text_is_made_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(("words", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_words_are_listed(words: list[str], text: str) -> None:
    assert listed(words) == listed(iter(words)) == text
    assert listed(words, "or") == text.replace("and", "or")


@pytest.mark.parametrize(
    ("count", "most", "text"),
    [
        (1, 3, "n0"),
        (3, 3, "n0, n1 and n2"),
        (4, 3, "n0, n1, n2 and n3"),
        (5, 3, "n0, n1, n2 and 2 more"),
        (2003, 3, "n0, n1, n2 and 2,000 more"),
        (4, 2, "n0, n1 and 2 more"),
    ],
)
def test_many_names_are_the_first_few(count: int, most: int, text: str) -> None:
    assert few((f"n{at}" for at in range(count)), most) == text
    if most == 3:
        assert few(f"n{at}" for at in range(count)) == text


def test_a_near_miss_is_offered_whatever_its_case() -> None:
    assert did_you_mean("LSTN", iter(["gru", "lstm"])) == "; did you mean 'lstm'?"
    assert did_you_mean("zzz", iter(["gru", "lstm"])) == "; known are gru and lstm"
    assert did_you_mean("a" * 60 + "b" * 60, ["a" * 60]) == f"; did you mean '{'a' * 60}'?"


def test_an_error_knows_its_key_and_layer() -> None:
    error = ModelError("units must be a number", key="units", layer=3)
    assert (str(error), error.key, error.layer, error.without_key) == ("units must be a number", "units", 3, "must be a number")
    assert ModelError("units must be").without_key == "units must be"
    assert ModelError("merge=sum", key="merge").without_key == "merge=sum"


def test_an_error_of_a_file_says_the_file_and_the_key() -> None:
    assert str(ModelFileError("is wrong", "m.json")) == "m.json: is wrong"
    assert str(ModelFileError("is wrong", "m.json", "layers[0]")) == "m.json:layers[0]: is wrong"
    assert str(ModelFileError("is wrong", "", "a\nb")) == "a\\nb: is wrong"
