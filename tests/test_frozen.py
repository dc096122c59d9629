"""Frozen values: how their fields are collected, given, changed and refused."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from lstm_calc.frozen import Checked, Record


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
        ((), {}, "Pair needs left"),
        ((1, 2, 3), {}, "Pair takes at most 2 values without a name, not 3"),
        ((1,), {"left": 1}, "Pair has two values for left"),
        ((1,), {"middle": 2}, "Pair has no field 'middle'; known are left and right"),
        ((), {"right": 2}, "Pair needs left"),
        ((1, 2), {"right": 2}, "Pair has two values for right"),
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
        pair.left = 2
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


def half(field: str, value: Any) -> Any:
    """Return half of an even number, or refuse another."""
    if value % 2:
        raise ValueError(f"{field} is odd: {value}")
    return value // 2


class Box(Checked, kw_only=True):
    rules: ClassVar = {"depth": half, "width": half}
    depth: int = 5


class Crate(Box):
    width: int
    label: str = "none"
    marks: list[str] = []  # noqa: RUF012 - a default that is no constant

    def check_depth(self) -> None:
        """Refuse a crate as deep as it is wide."""
        if self.depth == self.width:
            raise ValueError("a cube")


def test_a_checked_value_keeps_what_its_rules_give_and_no_default() -> None:
    assert vars(Crate(6)) == {"width": 3}
    assert vars(Crate(6, "a", depth=8)) == {"width": 3, "label": "a", "depth": 4}
    assert (Crate(6).depth, Crate(6, depth=5).depth) == (5, 5)
    assert Crate(6, label="none", depth=8).changed() == {"width": 3, "depth": 4}
    assert list(Crate.fields) == ["width", "label", "marks", "depth"]


def test_a_checked_value_asks_the_rule_of_what_is_not_the_default() -> None:
    with pytest.raises(ValueError, match=r"^width is odd: 7$"):
        Crate(7)
    with pytest.raises(ValueError, match=r"^depth is odd: 3$"):
        Crate(6, depth=3)


def test_a_value_that_stands_for_no_default_is_asked_about_like_any_other() -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        Crate(...)


def test_what_does_not_go_together_is_checked_where_the_field_is_given() -> None:
    with pytest.raises(ValueError, match=r"^a cube$"):
        Crate(6, depth=6)
    assert Crate(10).depth == Crate(10).width


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "Crate needs width"),
        ((2, "a", [], 4), {}, "Crate takes at most 3 values without a name, not 4"),
        ((2,), {"width": 2}, "Crate has two values for width"),
        ((2,), {"height": 2}, "Crate has no field 'height'; known are width, label, marks and depth"),
    ],
)
def test_wrong_arguments_of_a_checked_value_are_told(args: tuple[Any, ...], kwargs: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        Crate(*args, **kwargs)
    assert str(caught.value) == message
