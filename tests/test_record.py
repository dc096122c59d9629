"""Frozen values: how their fields are collected, given, changed and refused."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from lstm_calc.record import Record


def test_fields_stand_in_order_and_class_variables_are_none() -> None:
    class Base(Record, kw_only=True):
        kind: ClassVar[str] = "base"
        name: str = "a"

    class Sized(Base):
        size: int
        kind = "sized"
        name = "b"
        depth: int = 1

    assert Base.fields == {"name": "a"}
    assert list(Sized.fields.items()) == [("size", ...), ("depth", 1), ("name", "b")]
    assert Sized(3, 2).asdict() == {"size": 3, "depth": 2, "name": "b"}
    assert Sized(3, name="c").changed() == {"size": 3, "name": "c"}
    assert Sized(depth=4, size=3) == Sized(3, 4)
    assert Sized(3).replace(size=5, name="d") == Sized(5, 1, name="d")


def test_positional_fields_of_a_base_come_first() -> None:
    class One(Record):
        a: int
        b: int = 2

    class Two(One):
        c: int = 3

    assert list(Two.fields) == ["a", "b", "c"]
    assert Two(7, 8, 9).asdict() == {"a": 7, "b": 8, "c": 9}


class Pair(Record):
    left: int
    right: int = 0


class Other(Record):
    left: int
    right: int = 0


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "Pair takes left, right; not () {}"),
        ((1, 2, 3), {}, "Pair takes left, right; not (1, 2, 3) {}"),
        ((1,), {"left": 1}, "Pair takes left, right; not (1,) {'left': 1}"),
        ((1,), {"middle": 2}, "Pair takes left, right; not (1,) {'middle': 2}"),
        ((), {"right": 2}, "Pair takes left, right; not () {'right': 2}"),
        ((1, 2), {"right": 2}, "Pair takes left, right; not (1, 2) {'right': 2}"),
    ],
)
def test_wrong_arguments_are_told(args: tuple[Any, ...], kwargs: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        Pair(*args, **kwargs)
    assert str(caught.value) == message


def test_a_field_beside_a_positional_one_may_have_its_name() -> None:
    assert Pair(1, right=2) == Pair(1, 2) == Pair(left=1, right=2)


def test_a_value_is_frozen() -> None:
    pair = Pair(1)
    with pytest.raises(AttributeError) as caught:
        pair.left = 2  # type: ignore[misc]
    assert str(caught.value) == "Pair is frozen; use replace(left=...)"
    with pytest.raises(AttributeError) as caught:
        del pair.left
    assert str(caught.value) == "Pair is frozen; left stays"
    assert pair == Pair(1)


def test_values_are_equal_by_kind_and_fields() -> None:
    assert Pair(1) == Pair(1, 0)
    assert Pair(1) != Other(1)
    assert Pair(1) != Pair(2)
    assert hash(Pair(1)) == hash(Pair(1, 0))
    assert hash(Pair(1)) != hash(Other(1))
    assert repr(Pair(1)) == "Pair(left=1)"
    assert repr(Pair(1, 2)) == "Pair(left=1, right=2)"


def test_a_check_is_called_on_every_copy() -> None:
    class Even(Record):
        number: int

        def check(self) -> None:
            if self.number % 2:
                raise ValueError(self.number)

    with pytest.raises(ValueError, match="3"):
        Even(2).replace(number=3)
