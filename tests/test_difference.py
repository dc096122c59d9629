"""Why two frameworks differ: the rows account for all of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc import read
from lstm_calc.frameworks import FRAMEWORKS
from lstm_calc.frameworks.counting import count
from lstm_calc.questions.difference import TermsOfSide, difference
from lstm_calc.questions.explain import DerivationLine
from tests.strategies import models, supporting

if TYPE_CHECKING:
    from tests.conftest import Cli


@pytest.mark.spread(3)
@pytest.mark.parametrize("framework", list(FRAMEWORKS))
@given(data=st.data())
def test_the_rows_make_the_difference(framework: str, data: st.DataObject) -> None:
    model = data.draw(models(framework))
    other = data.draw(st.sampled_from(supporting(model)))
    answer = difference(model, framework, other)
    assert answer.totals == (count(model, framework), count(model, other))
    assert sum(row.difference for row in answer.rows) == answer.difference == answer.totals[1] - answer.totals[0]
    for at, total in enumerate(answer.totals):
        assert sum(len(row.layers) * row.sides[at].params for row in answer.rows if row.sides[at]) == total


def told(cli: Cli, frameworks: str, model: str, *more: str) -> str:
    result = cli("explain", "--difference", "-f", frameworks, model, *more)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def test_a_second_bias_is_told(cli: Cli) -> None:
    text = told(cli, "keras,pytorch", "32 > lstm 32")
    assert text.startswith("32 > lstm 32: 8,320 parameters in keras, 8,448 parameters in pytorch\n")
    assert "    8,448 - 8,320 = 128\n" in text
    assert "- lstm, recurrent bias of keras: none\n- lstm, recurrent bias of pytorch: in bias_hh_l0\n" in text
    assert "    4 × units = 4 × 32 = 128\n" in text
    assert "pytorch keeps two biases where one would do" in text


def test_a_gate_that_is_stored_for_nothing_is_told(cli: Cli) -> None:
    text = told(cli, "textbook,onnx", "8 > lstm 4 coupled")
    assert "The forget gate is stored and counted by onnx" in text
    assert "    3 × units × input = 3 × 4 × 8 = 96\n" in text
    assert "    4 × units × input = 4 × 4 × 8 = 128\n" in text


def test_two_that_agree_say_so(cli: Cli) -> None:
    assert "They do not differ" in told(cli, "textbook,keras", "8 > lstm 4")


def test_other_tensors_of_one_total_are_no_difference_of_nothing(cli: Cli) -> None:
    text = told(cli, "keras,flax-linen", "8 > lstm 4")
    assert "The totals do not differ, though what is counted does:\n- lstm, bias of keras: in lstm/lstm_cell/bias\n" in text
    assert "= 0" not in text


def test_the_tensors_of_all_layers_that_are_alike_are_told(cli: Cli) -> None:
    text = told(cli, "keras,pytorch", "8 > lstm 4 x3")
    assert "- lstm_1 and lstm_2, recurrent bias of pytorch: in bias_hh_l1 and bias_hh_l2, for each of the 2 layers\n" in text
    assert "cell/ii/kernel and 3 more  " in told(cli, "keras,flax-linen", "8 > lstm 4")


def test_the_plain_values(cli: Cli) -> None:
    answer = json.loads(told(cli, "keras,onnx", "8 > lstm 4 x3", "--format", "json"))
    assert answer["schema"] == "lstm-calc/difference/1"
    assert answer["frameworks"] == ["keras", "onnx"]
    assert answer["difference"] == answer["totals"][1] - answer["totals"][0] == 48
    assert answer["rows"][-1] == {
        "layers": ["lstm_1", "lstm_2"],
        "role": "recurrent_bias",
        "sides": [None, {"tensors": ["lstm_1.B", "lstm_2.B"], "symbols": "4 × units", "numbers": "4 × 4", "params": 16}],
        "difference": 32,
    }


def test_one_layer_fewer_in_csv_is_a_negative_number(cli: Cli) -> None:
    lines = told(cli, "pytorch,keras", "8 > lstm 4", "--format", "csv").splitlines()
    assert lines[0] == "layers,role,pytorch_tensors,pytorch_params,keras_tensors,keras_params,difference"
    assert lines[-1] == "lstm,recurrent_bias,bias_hh_l0,16,,,-16"


@pytest.mark.parametrize("arguments", [("-f", "keras"), ("-f", "keras,pytorch,onnx"), ("-f", "keras,pytorch", "--step")])
def test_two_frameworks_it_has_to_be(cli: Cli, arguments: tuple[str, ...]) -> None:
    result = cli("explain", "8 > lstm 4", "--difference", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--difference -f keras,pytorch" in result.stderr
    assert cli("explain", "8 > lstm 4", "-f", "keras,pytorch").exit_code == 2


def test_the_model_must_be_offered_by_both(cli: Cli) -> None:
    result = cli("explain", "--difference", "-f", "textbook,keras", "8 > lstm 4 peephole")
    assert result.exit_code == 2
    assert "keras has no peephole for lstm" in result.stderr


def test_a_row_has_the_tensors_and_the_count_of_both_sides() -> None:
    rows = difference(read("3 > lstm 4 projection=2"), "textbook", "pytorch").rows
    assert [(row.role, row.difference) for row in rows] == [
        ("kernel", 0),
        ("recurrent_kernel", 0),
        ("bias", 0),
        ("recurrent_bias", 16),
        ("projection", 0),
    ]
    assert rows[3].sides == (None, TermsOfSide(("bias_hh_l0",), DerivationLine("recurrent_bias", "4 × units", "4 × 4", 16)))
    assert rows[4].sides == (
        TermsOfSide(("W_projection",), DerivationLine("projection", "projection × units", "2 × 4", 8)),
        TermsOfSide(("weight_hr_l0",), DerivationLine("projection", "projection × units", "2 × 4", 8)),
    )
