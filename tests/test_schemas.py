"""The schemas: every answer has one, none of them is loose, and the model file's says what the reader of model files says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

import lstm_calc
from lstm_calc import LSTM, Model, schema
from lstm_calc.errors import LstmCalcError, ModelError, ModelFileError
from lstm_calc.formats.modelfile import dumps, load_template, loads
from lstm_calc.model import KINDS
from lstm_calc.model.rules import (
    DATA_FORMATS,
    MERGES,
    PADDINGS,
    RULES,
    any_axes,
    axes,
    axis,
    count,
    equation,
    flag,
    groups,
    input_shape,
    letters,
    margins,
    name,
    names,
    padding,
    paths,
    rate,
    sections,
    sizes,
    target_shape,
    text,
    whole,
    wholes,
)
from lstm_calc.schemas import schema_names
from tests.schemas import assert_follows_its_schema
from tests.strategies import models

if TYPE_CHECKING:
    from tests.conftest import Cli

MODEL_FILE = Draft202012Validator(schema("model"))
SOURCE = Path(lstm_calc.__file__).parent


def accepted(data: Any) -> bool:
    return MODEL_FILE.is_valid(data)


@pytest.mark.spread(8)
@pytest.mark.parametrize("name", schema_names())
def test_every_schema_is_one_and_needs_no_other_file(name: str) -> None:
    whole = schema(name)
    Draft202012Validator.check_schema(whole)
    files = set(re.findall(r'"\$ref": "([^#"]+)["#]', json.dumps(whole)))
    assert files <= whole.get("$defs", {}).keys()
    assert whole["$id"] == f"{name}.json"
    if name != "model":
        assert whole["properties"]["schema"] == {"const": f"lstm-calc/{name}/1"}
        assert "schema" in whole["required"]


def test_every_answer_has_a_schema() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    assert {*re.findall(r'"lstm-calc/([a-z-]+)/1"', source), "model"} == set(schema_names())


def test_a_schema_is_printed_by_name(cli: Cli) -> None:
    assert json.loads(cli("schema", "params").stdout) == schema("params")
    assert json.loads(cli("schema", "frameworks", "--format", "json").stdout)["$defs"].keys() == {"framework.json"}
    listed = json.loads(cli("schema", "--format", "json").stdout)["schemas"]
    assert [each["name"] for each in listed] == schema_names()
    assert "The parameters of a model by layer and gate" in cli("schema").stdout


def test_a_schema_that_is_not_there(cli: Cli) -> None:
    assert "'parms' is not a schema; did you mean 'params'?" in cli("schema", "parms").stderr
    assert "a schema is JSON; leave out --format" in cli("schema", "params", "--format", "csv").stderr
    with pytest.raises(LstmCalcError, match="is not a schema"):
        schema("../params")


def test_the_check_of_answers_sees_a_field_too_many_and_one_too_few(cli: Cli) -> None:
    answer = json.loads(cli("params", "-i", "2", "-u", "3", "--format", "json").stdout)
    for wrong in (answer | {"extra": 1}, {key: answer[key] for key in answer if key != "total"}, answer | {"total": "68"}):
        with pytest.raises(ValidationError):
            assert_follows_its_schema(json.dumps(wrong))
    answer["layers"][0]["gates"][0]["new"] = 1
    with pytest.raises(ValidationError):
        assert_follows_its_schema(json.dumps(answer))
    assert Draft202012Validator(schema("params")).is_valid(answer)


@pytest.mark.spread(16)
@pytest.mark.parametrize("kind", KINDS)
def test_the_model_file_has_the_fields_of_each_layer(kind: str) -> None:
    described = schema("model")["$defs"][kind]
    assert described["description"]
    assert kind in schema("model")["$defs"]["layer"]["properties"]["type"]["enum"]
    assert described["properties"].keys() == {"type", *KINDS[kind].fields}
    assert described["required"] == ["type", *(name for name, default in KINDS[kind].fields.items() if default is ...)]


def test_a_schema_may_be_named_in_a_model_file(tmp_path: Path) -> None:
    data = {"$schema": "model.schema.json", "input_dim": 3, "layers": [{"type": "lstm", "units": 4}]}
    assert accepted(data)
    assert (
        loads(json.dumps(data))
        == loads('"$schema" = "x"\ninput_dim = 3\n[[layers]]\ntype = "lstm"\nunits = 4\n')
        == Model([LSTM(4)], 3)
    )
    open_size = data | {"layers": [{"type": "lstm", "units": "?"}]}
    (tmp_path / "model.json").write_text(json.dumps(open_size))
    assert accepted(open_size)
    assert load_template(str(tmp_path / "model.json")).places == ((0, "units"),)


@given(models())
def test_what_is_written_is_accepted(model: Model) -> None:
    assert accepted(json.loads(dumps(model)))


BY_RULE: dict[Any, st.SearchStrategy[Any]] = {
    count: st.integers(1, 9),
    flag: st.booleans(),
    name: st.sampled_from(["a", "b/c", "d.1"]),
    names: st.lists(st.sampled_from(["a", "b"]), max_size=2),
    paths: st.just([]),
    whole: st.integers(0, 2),
    rate: st.sampled_from([0, 0.5, 1]),
    sizes: st.lists(st.integers(1, 3), min_size=1, max_size=3),
    padding: st.sampled_from(["valid", "same", "causal", [0], [1, 2], [1, 1, 1]]),
    margins: st.lists(st.lists(st.integers(0, 2), min_size=2, max_size=2), min_size=1, max_size=3),
    axes: st.permutations([1, 2, 3]),
    target_shape: st.sampled_from([[-1], [4, 2], [2, -1, 1]]),
    axis: st.sampled_from([1, 2, -1, [1, 2]]),
    any_axes: st.sampled_from([[], [1], [1, 2]]),
    groups: st.sampled_from([-1, 1, 2]),
    wholes: st.lists(st.integers(0, 2), min_size=1, max_size=3),
    equation: st.sampled_from(["abc,cd->abd", "ab,bc->ac", "...x,xy->...y"]),
    letters: st.sampled_from(["d", "bd"]),
    text: st.sampled_from([":,-1", "0"]),
    sections: st.sampled_from([2, [1, 2]]),
    input_shape: st.sampled_from([[4], [None, 4], ["_", 2]]),
    RULES["score_mode"]: st.sampled_from(["dot", "concat"]),
    RULES["data_format"]: st.sampled_from(DATA_FORMATS),
    RULES["merge"]: st.sampled_from(MERGES),
}
"""For each rule of a field: values that it takes."""


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a layer's table: the fields that its kind needs and some of the others, each with a value that its rule takes."""
    kind = draw(st.sampled_from([kind for kind in KINDS.values() if kind.kind != "model"]))
    needed = [field for field, default in kind.fields.items() if default is ...]
    more = draw(st.lists(st.sampled_from([field for field in kind.fields if field not in needed]), max_size=4))
    return {"type": kind.kind} | {field: draw(BY_RULE[kind.rules[field]]) for field in dict.fromkeys([*needed, *more])}


FIELDS = st.sampled_from(["type", *RULES, "unit"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 3),
    st.just(0.5),
    st.sampled_from([*KINDS, *MERGES, *PADDINGS, *DATA_FORMATS, "a name", "name", "", "64"]),
    st.lists(st.integers(0, 3), max_size=4),
    st.just({}),
)
BUDGETS = st.dictionaries(
    st.sampled_from(["params", "bytes", "macs", "steps"]),
    st.one_of(VALUES, st.from_regex(r" ?[0-9_]{1,3}(\.[0-9])? ?[kKMGBT]?i?B?", fullmatch=True)),
    max_size=2,
)


@st.composite
def nearly_models(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the values of a model file in which one thing or another may have been changed."""
    data: dict[str, Any] = draw(
        models(longest=2).map(lambda model: json.loads(dumps(model)))
        | st.fixed_dictionaries({"input_dim": st.integers(1, 9), "layers": st.lists(tables(), min_size=1, max_size=2)})
    )
    for field, value in draw(st.lists(st.tuples(FIELDS | st.just("input_shape"), VALUES), max_size=3)):
        table = draw(st.sampled_from([data, *data["layers"]]))
        if draw(st.booleans()):
            table[field] = value
        else:
            table.pop(field, None)
    return data | ({"budget": draw(BUDGETS)} if draw(st.booleans()) else {})


@given(nearly_models())
def test_the_schema_of_a_model_file_says_what_its_reader_says(data: dict[str, Any]) -> None:
    refused = _refusal(data)
    assume(not refused or not (_is_between_layers(data) or _is_of_digits(data)))
    assert accepted(data) is (not refused), refused


def _refusal(data: dict[str, Any]) -> str:
    """Return why the reader of model files refuses some values; nothing where it does not."""
    try:
        loads(json.dumps(data))
    except ModelFileError as error:
        return str(error)
    return ""


def _is_between_layers(data: dict[str, Any]) -> bool:
    """Say whether each layer is right for itself, and how they follow each other is not."""
    try:
        layers = [KINDS[table["type"]](**{key: value for key, value in table.items() if key != "type"}) for table in data["layers"]]
    except (LstmCalcError, KeyError, TypeError) as error:
        return "must have each axis once" in str(error)  # an order of axes is beyond a schema
    try:
        Model(layers, data.get("input_dim"), data.get("input_shape"))
    except ModelError:
        return True
    return False


LAYERS = [{"type": "dropout"}, {"type": "dense", "units": 2}]
EMBEDDED = [{"type": "embedding", "vocab_size": 9, "dim": 2}, {"type": "lstm", "units": 2}]


@pytest.mark.parametrize(
    ("data", "accepts"),
    [
        ({"layers": LAYERS, "input_dim": 3}, True),
        ({"layers": LAYERS, "input_shape": [None, 3]}, True),
        ({"layers": [{"type": "dropout", "input_dim": 3}]}, True),
        ({"layers": LAYERS}, False),
        ({"layers": LAYERS, "input_dim": 3, "input_shape": [3]}, False),
        ({"layers": EMBEDDED}, True),
        ({"layers": EMBEDDED, "input_dim": 3}, False),
        ({"layers": [{"type": "dropout"}, *EMBEDDED]}, True),
        ({"layers": [*LAYERS, *EMBEDDED], "input_dim": 3}, True),
    ],
)
def test_a_model_file_says_what_the_model_reads(data: dict[str, Any], accepts: bool) -> None:
    assert (accepted(data), not _refusal(data)) == (accepts, accepts)


def _is_of_digits(data: dict[str, Any]) -> bool:
    """Say whether a text of a budget is a number with a fraction, or 0, which takes counting to judge."""
    return any(isinstance(text, str) and ("." in text or not text.strip(" 0_kKMGTiB")) for text in data.get("budget", {}).values())
