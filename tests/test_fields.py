"""The rules of the fields, held against the kinds that have them."""

from __future__ import annotations

from typing import Any

import pytest

from lstm_calc.errors import ModelError
from lstm_calc.model import KINDS
from lstm_calc.model.rules import DATA_FORMATS, MAX_SIZE, MERGES, PADDINGS, RULES, count, flag, name, one_of, sizes

DEFAULTS = {field: [kind.fields[field] for kind in KINDS.values() if field in kind.fields] for field in RULES}


def test_every_field_of_every_kind_has_a_rule_and_every_rule_a_field() -> None:
    """The layers of a model within a model alone have a check in its class, for the rules do not know what a layer is."""
    assert {field for kind in KINDS.values() for field in kind.fields} == RULES.keys() | {"layers"}
    assert hasattr(KINDS["model"], "check_layers")


@pytest.mark.parametrize("field", [field for field, rule in RULES.items() if rule is not count and rule is not sizes])
def test_a_default_keeps_to_its_rule(field: str) -> None:
    for value in DEFAULTS[field]:
        assert value is None or value is ... or RULES[field](field, value) == value


def test_a_size_goes_up_to_the_largest() -> None:
    assert count("units", MAX_SIZE) == MAX_SIZE
    with pytest.raises(ModelError, match=r"^units is too large: sizes go up to 10\*\*500$") as caught:
        count("units", MAX_SIZE + 1)
    assert caught.value.key == "units"


@pytest.mark.parametrize(
    ("rule", "value", "sentence"),
    [
        (count, 0, "f must be a whole number from 1 up, not 0"),
        (count, True, "f must be a whole number from 1 up, not true"),
        (count, "?", "f is ?, the size that solve looks for; anywhere else write a number"),
        (flag, 1, "f must be true or false, not 1"),
        (one_of("a", "b"), 3, "f=3 is not known; it is one of a or b"),
        (one_of("same", "valid"), "sane", "f='sane' is not known; did you mean 'same'?"),
        (name, "a b", "f must be letters, digits and _ . / - (at most 200), not 'a b'"),
        (sizes, "3x3", "f must be one, two or three sizes, such as [3, 3]"),
        (sizes, [1, 2, 3, 4], "f must be one, two or three sizes, such as [3, 3]"),
    ],
)
def test_what_a_rule_refuses(rule: Any, value: Any, sentence: str) -> None:
    with pytest.raises(ModelError) as caught:
        rule("f", value)
    assert (str(caught.value), caught.value.key) == (sentence, "f")


def test_the_longest_name_and_one_more() -> None:
    assert name("name", "a" * 200) == "a" * 200
    with pytest.raises(ModelError, match="at most 200"):
        name("name", "a" * 201)


def test_the_words_are_those_of_keras() -> None:
    assert MERGES == ("concat", "sum", "mul", "average", "none")
    assert PADDINGS == ("valid", "same", "causal")
    assert DATA_FORMATS == ("channels_last", "channels_first")
