"""The plan of a port: which block goes where, what is refused, and the command. With weights, see test_port_weights."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc import port_plan, read, tensors
from tests.test_imports import loaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.questions.port import Move
    from tests.conftest import Cli


def moves(text: str, source: str, target: str) -> dict[tuple[str | None, str], Move]:
    """Return the moves of a model of one layer by gate and role."""
    plan = port_plan(read(text), source, target)
    return {(each.gate, each.role): each for filled in plan.filled for each in filled.moves}


def test_what_is_added_at_run_time_moves_into_the_bias_and_out_of_it() -> None:
    offsets = {key: each.offset for key, each in moves("3 > lstm 2", "tensorflow1", "pytorch").items() if each.offset}
    assert offsets == {("forget", "bias"): 1}
    assert moves("3 > lstm 2", "keras", "haiku")["forget", "bias"].offset == -1
    assert all(each.offset == 0 for each in moves("3 > lstm 2", "tensorflow1", "haiku").values())


def test_an_update_gate_of_the_other_meaning_is_negated() -> None:
    signs = {gate: each.sign for (gate, _), each in moves("3 > gru 2", "haiku", "keras").items()}
    assert signs == {"reset": 1, "update": -1, "candidate": 1}
    assert all(each.sign == 1 for each in moves("3 > gru 2", "haiku", "haiku").values())
    assert moves("3 > mgu 2 ungated", "textbook", "flax-linen")["forget", "kernel"].sign == -1


def test_coupled_gates_are_kept_by_the_gate_that_is_stored() -> None:
    there = moves("3 > lstm 2 coupled peephole", "textbook", "tflite")
    kernel, peephole = there["forget", "kernel"], there["forget", "peephole"]
    assert (kernel.source_gate, kernel.sign, peephole.source_gate, peephole.sign) == ("input", -1, "input", -1)
    stored = moves("3 > lstm 2 coupled", "textbook", "onnx")
    assert stored["forget", "kernel"].terms == ()
    assert stored["input", "kernel"].sign == 1
    behind = port_plan(read("3 > lstm 2 coupled"), "onnx", "textbook").unused
    assert {(unused.gate, unused.zeros) for unused in behind} == {("forget", False)}


def test_the_candidates_second_bias_has_a_place_of_its_own() -> None:
    there = moves("3 > gru 2", "flax-linen", "pytorch")
    gates = ("reset", "update", "candidate")
    assert [len(there[gate, "recurrent_bias"].terms) for gate in gates] == [0, 0, 1]
    back = moves("3 > gru 2", "pytorch", "flax-linen")
    assert [len(back[gate, "bias"].terms) for gate in gates] == [2, 2, 1]
    assert moves("3 > gru 2", "flax-nnx", "pytorch")["candidate", "recurrent_bias"].terms == ()


REFUSED = {
    ("3 > gru 2", "pytorch", "flax-nnx"): "pytorch has a recurrent bias in the candidate that another gate scales; "
    "flax-nnx has no place for it, and it cannot be merged with a bias that no gate scales",
    ("3 > rnn 2", "keras", "haiku"): "keras's rnn computes h[t] = tanh(W_h x[t] + U_h h[t-1] + b_h), "
    "haiku's h[t] = relu(W_h x[t] + U_h h[t-1] + b_h + b'_h), and no weights make them the same",
    ("3 > mgu 2", "textbook", "flax-linen"): "no weights make them the same",
    ("3 > conv_lstm 2 kernel=2 nobias", "flax-linen", "keras"): "flax-linen adds 1 to the forget gate at run time, keras does not, "
    "and without biases no weight can make up for it",
    ("3 > conv_lstm 2 kernel=2 nobias", "keras", "flax-linen"): "flax-linen adds 1 to the forget gate at run time, keras does not",
    (
        "3 > gru 2",
        "haiku",
        "pytorch",
    ): "haiku runs it with reset_after=false, and pytorch has no reset_after=false for gru; textbook,",
    ("3 > gru 2 reset_before", "haiku", "pytorch"): "pytorch has no reset_after=false for gru; textbook,",
    ("3 > lstm 2 proj=1", "tflite", "pytorch"): "tflite runs it with projection_bias=true, and pytorch has no projection_bias=true",
    ("3 > lstm 2 peephole", "onnx", "keras"): "keras has no peephole for lstm; textbook,",
    ("3 > lstm 2 peephole", "keras", "onnx"): "keras has no peephole for lstm; textbook,",
    ("3 > lstm 2", "kears", "onnx"): "'kears' is not a framework; did you mean 'keras'?",
    ("3 > bilstm 2 name=x > dense 4 name=x/forward_lstm/lstm_cell", "keras", "textbook"): "two tensors are called "
    "'sequential/x/forward_lstm/lstm_cell/kernel' in keras; give the layers other names",
}


@pytest.mark.parametrize("request_", REFUSED)
def test_what_cannot_be_moved_is_refused_in_a_sentence(cli: Cli, request_: tuple[str, str, str]) -> None:
    model, source, target = request_
    result = cli("port", model, "--from", source, "--to", target)
    assert (result.exit_code, result.stdout) == (2, "")
    assert REFUSED[request_] in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_choice_left_open_is_made_as_the_source_makes_it(cli: Cli) -> None:
    assert str(port_plan(read("3 > gru 2"), "haiku", "keras").model) == "3 > gru 2 reset_before"
    assert str(port_plan(read("3 > gru 2"), "pytorch", "keras").model) == "3 > gru 2 reset_after"
    assert str(port_plan(read("3 > lstm 2 proj=1"), "pytorch", "tflite").model) == "3 > lstm 2 noproj_bias proj=1"
    said = "reset_after=false: as haiku has it, where the model leaves it open; set the same in keras"
    assert said in cli("port", "3 > gru 2", "--from", "haiku", "--to", "keras").stdout
    assert said not in cli("port", "3 > gru 2 reset_before", "--from", "haiku", "--to", "keras").stdout
    assert "reset_after" not in cli("port", "3 > gru 2", "--from", "pytorch", "--to", "keras").stdout


def test_what_a_block_is_filled_with_is_told_in_words(cli: Cli) -> None:
    call = ("port", "2 > lstm 3", "--from", "haiku", "--to", "cudnn")
    (text, *_) = cli(*call, "--format", "csv").stdout.split("\n\n")
    how = {(row["gate"], row["role"]): (row["source"], row["how"]) for row in csv.DictReader(io.StringIO(text))}
    assert how["input", "kernel"] == ("lstm/linear/w", "transposed, row-major reshape")
    assert how["forget", "bias"] == ("lstm/linear/b", "plus 1")
    assert how["forget", "recurrent_bias"] == ("", "zeros")
    shown = cli(*call).stdout
    assert "zeros: what cudnn stores, and haiku has no numbers for\n" in shown
    assert "zeros" not in cli("port", "2 > lstm 3", "--from", "cudnn", "--to", "haiku").stdout


def test_the_code_is_golden_too(cli: Cli, golden: Callable[[str, str], None]) -> None:
    golden("port-code.txt", cli("port", "8 > bilstm 4 > dense 2", "--from", "haiku", "--to", "onnx", "--code").stdout)


def test_blocks_that_stay_side_by_side_are_one_expression(cli: Cli) -> None:
    code = cli("port", "8 > lstm 4", "--from", "keras", "--to", "pytorch", "--code").stdout
    assert [line.strip() for line in code.splitlines() if '":' in line] == [
        '"weight_ih_l0": w["lstm/lstm_cell/kernel"].T,',
        '"weight_hh_l0": w["lstm/lstm_cell/recurrent_kernel"].T,',
        '"bias_ih_l0": w["lstm/lstm_cell/bias"],',
        '"bias_hh_l0": np.zeros(16, w["lstm/lstm_cell/kernel"].dtype),',
    ]


def test_the_code_is_no_wider_than_a_screen(cli: Cli) -> None:
    code = cli("port", "8 > bilstm 4 x3 > dense 2", "--from", "cudnn", "--to", "onnx", "--code").stdout
    assert max(map(len, code.splitlines())) <= 120
    compile(code, "port.py", "exec")


def test_json_names_every_block_once(cli: Cli) -> None:
    answer = json.loads(cli("port", "8 > bigru 4", "--from", "keras", "--to", "pytorch", "--format", "json").stdout)
    assert (answer["schema"], answer["from"], answer["to"]) == ("lstm-calc/port/1", "keras", "pytorch")
    assert answer["model"] == "8 > bigru 4 reset_after"
    assert [tensor["name"] for tensor in answer["tensors"]] == [t.name for t in tensors(read("8 > bigru 4"), "pytorch").tensors]
    first = answer["tensors"][0]["blocks"][0]
    assert (first["gate"], first["slice"], first["order"]) == ("reset", [[0, 4], [0, 8]], [1, 0])
    assert first["terms"][0]["tensor"] == "bidirectional/forward_gru/gru_cell/kernel"
    assert first["terms"][0]["slice"] == [[0, 8], [4, 8]]
    assert answer["unused"] == []


def test_a_model_without_weights_is_an_empty_plan(cli: Cli) -> None:
    call = ("port", "8 > repeat_vector 3", "--from", "keras", "--to", "pytorch")
    assert cli(*call, "--format", "csv").stdout == "tensor,slice,direction,gate,role,source,source_slice,how\n"
    assert cli(*call).exit_code == 0
    scope: dict[str, Any] = {"np": None}
    code = cli(*call, "--code").stdout.replace("import numpy as np\n", "")
    exec(code, scope)  # noqa: S102  that it runs is what is tested
    assert scope["port"]({}) == {}


def test_a_plan_loads_no_numpy() -> None:
    assert "numpy" not in loaded("import lstm_calc; lstm_calc.port_plan")
    call = "['port', '8 > lstm 4', '--from', 'keras', '--to', 'pytorch', '--format', 'csv']"
    assert {"numpy", "rich", "lstm_calc.questions.port.arrays"}.isdisjoint(loaded(f"from lstm_calc.cli import app; app({call})"))
