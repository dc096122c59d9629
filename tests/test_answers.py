"""What all answers share: plain values, a document, and former names beside present ones."""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from typing import Any

import pytest

import lstm_calc.questions
from lstm_calc import (
    arguments,
    compare,
    cost,
    diagram,
    difference,
    explain,
    forecast,
    params,
    port_plan,
    read,
    shapes,
    solve,
    tensors,
)
from lstm_calc.model.budget import Budget
from lstm_calc.questions.answer import Answer, Data, plain
from lstm_calc.questions.check import Checks, check
from lstm_calc.questions.compare import costs, matched, pairs_of
from lstm_calc.questions.frameworks import support
from lstm_calc.schemas import schema_names
from tests.schemas import assert_follows_its_schema

MODEL = read("8 > bilstm 4 > gru 3 > dense 2")
ANSWERS: dict[str, Answer] = {
    "params": params(MODEL, "keras"),
    "tensors": tensors(MODEL, "onnx"),
    "shapes": shapes(MODEL, "pytorch", batch=2, steps=3),
    "cost": cost(MODEL, "keras", steps=4, optimizer="adam"),
    "costs": costs([("a", MODEL), ("b", read("8 > lstm 2"))], steps=2),
    "compare": compare([("a", MODEL), ("b", read("8 > lstm 2"))]),
    "check": Checks("float32", (check(MODEL, Budget(params=100)),)),
    "explain": explain(MODEL, "pytorch"),
    "difference": difference(MODEL, "keras", "pytorch"),
    "diagram": diagram(MODEL),
    "port": port_plan(MODEL, "keras", "pytorch"),
    "solve": solve(MODEL, scale=True, params=10_000),
    "forecast": forecast(features=3, window=5, units=4),
    "arguments": arguments(),
    "frameworks": support(),
}


def kinds(kind: type[Data]) -> list[type[Data]]:
    return [kind, *(found for each in kind.__subclasses__() for found in kinds(each))]


def test_every_answer_has_a_schema_and_a_document() -> None:
    for module in pkgutil.iter_modules(lstm_calc.questions.__path__):
        import_module(f"lstm_calc.questions.{module.name}")
    answers = [kind for kind in kinds(Answer) if kind is not Answer and kind.__module__.startswith("lstm_calc.")]
    assert len(answers) > 15
    assert {kind.schema.split("/")[1] for kind in answers} <= set(schema_names())
    assert all(kind.document is not Answer.document for kind in answers)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_has_plain_values_and_a_document(name: str) -> None:
    answer = ANSWERS[name]
    data = answer.data()
    assert data["schema"] == f"lstm-calc/{name}/1"
    assert json.loads(json.dumps(data)) == data  # nothing but what JSON has: lists, no tuples
    assert_follows_its_schema(json.dumps(data))
    assert answer.document().title


def directions(data: Any) -> list[Any]:
    """Return all pairs of a direction and its former name in plain values."""
    if isinstance(data, dict):
        own = [(data["direction"], data["way"])] if "direction" in data else []
        return own + [pair for value in data.values() for pair in directions(value)]
    return [pair for value in data for pair in directions(value)] if isinstance(data, list) else []


@pytest.mark.parametrize("name", ["params", "tensors", "port"])
def test_a_field_that_was_renamed_keeps_its_former_name(name: str) -> None:
    pairs = directions(ANSWERS[name].data())
    assert {"forward", "backward"} <= {direction for direction, _ in pairs}
    assert all(direction == way for direction, way in pairs)


def test_the_bytes_moved_keep_their_former_name() -> None:
    data = ANSWERS["cost"].data()
    assert data["step"]["moved"] == data["step"]["bytes_moved"] == sum(layer["moved"] for layer in data["layers"])


def test_plain_values_of_nested_parts() -> None:
    class Inner(Data):
        sizes: tuple[int, ...]

    class Outer(Data):
        json = ("inner", "twice")
        old_names = {"double": "twice"}  # noqa: RUF012  a class variable

        inner: Inner
        hidden: int = 1

        @property
        def twice(self) -> int:
            return 2 * len(self.inner.sizes)

    assert plain({"a": Outer(Inner((1, 2)))}) == {"a": {"inner": {"sizes": [1, 2]}, "twice": 4, "double": 4}}
    with pytest.raises(NotImplementedError):
        Answer().document()


@pytest.mark.parametrize(
    ("one", "other", "pairs"),
    [
        ("a b", "c d", [(0, 0), (1, 1)]),
        ("", "a", [(None, 0)]),
        ("a b c", "a c", [(0, 0), (1, None), (2, 1)]),
        ("a a a z", "a z", [(0, 0), (1, None), (2, None), (3, 1)]),
        ("x a b", "y z a b", [(0, 0), (None, 1), (1, 2), (2, 3)]),
        ("a m n z", "a m q n z", [(0, 0), (1, 1), (None, 2), (2, 3), (3, 4)]),
        ("k l m a b", "a b k", [(0, None), (1, None), (2, None), (3, 0), (4, 1), (None, 2)]),
    ],
)
def test_layers_are_matched_by_position_then_by_kind(one: str, other: str, pairs: list[tuple[int | None, int | None]]) -> None:
    assert list(pairs_of(one.split(), other.split())) == pairs


def test_very_many_layers_are_matched_by_position_alone() -> None:
    assert list(pairs_of(["a"] * 1_001, ["b"] * 1_000))[-1] == (1_000, None)
    assert len(matched([[]])) == 0
