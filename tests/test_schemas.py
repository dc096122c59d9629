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
from lstm_calc.frozen import RULES
from lstm_calc.model import KINDS
from lstm_calc.schemas import schema_names
from tests.schemas import assert_follows_its_schema
from tests.strategies import models

if TYPE_CHECKING:
    from tests.conftest import Cli

MODEL_FILE = Draft202012Validator(schema("model"))
SOURCE = Path(lstm_calc.__file__).parent


def accepted(data: Any) -> bool:
    return MODEL_FILE.is_valid(data)


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


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_file_has_the_fields_of_each_layer(kind: str) -> None:
    described = schema("model")["$defs"][kind]
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


FIELDS = st.sampled_from(["type", *RULES, "unit"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 3),
    st.just(0.5),
    st.sampled_from(
        [*KINDS, "concat", "sum", "none", "same", "valid", "channels_first", "channels_last", "a name", "name", "", "64"]
    ),
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
    data: dict[str, Any] = json.loads(dumps(draw(models(longest=2))))
    for field, value in draw(st.lists(st.tuples(FIELDS, VALUES), max_size=3)):
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


BETWEEN_LAYERS = "input_dim is missing", "return_sequences=", "merge=none gives two", "tied shares", "name '", "the last axis"


def _is_between_layers(data: dict[str, Any]) -> bool:
    """Say whether each layer is right for itself, and how they follow each other is not."""
    try:
        layers = [KINDS[table["type"]](**{key: value for key, value in table.items() if key != "type"}) for table in data["layers"]]
    except (LstmCalcError, KeyError, TypeError):
        return False
    try:
        Model(layers, data.get("input_dim"))
    except ModelError as error:
        return str(error).startswith(BETWEEN_LAYERS)
    return False


def _is_of_digits(data: dict[str, Any]) -> bool:
    """Say whether a text of a budget is a number with a fraction, or 0, which takes counting to judge."""
    return any(isinstance(text, str) and ("." in text or not text.strip(" 0_kKMGTiB")) for text in data.get("budget", {}).values())
