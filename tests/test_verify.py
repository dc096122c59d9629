"""Verify where no framework is installed: what it says then. With the frameworks, see test_oracles."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from lstm_calc import read, tensors
from lstm_calc.adapters import Real
from lstm_calc.frameworks import frameworks
from lstm_calc.questions.verify import TOLERANCE, verify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lstm_calc.adapters import Array
    from lstm_calc.model import Model
    from tests.conftest import Cli


@pytest.mark.parametrize(
    ("framework", "pip"),
    [("pytorch", "torch"), ("keras", "keras torch"), ("flax-linen", "flax"), ("haiku", "dm-haiku"), ("equinox", "equinox")],
)
def test_a_framework_that_is_not_there_gives_the_pip_line(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, framework: str, pip: str
) -> None:
    module = f"lstm_calc.adapters.{framework.replace('-', '_')}"
    monkeypatch.delitem(sys.modules, module, raising=False)
    for package in ("torch", "keras", "flax", "jax", "haiku", "equinox"):
        monkeypatch.setitem(sys.modules, package, None)
    result = cli("verify", "8 > lstm 4", "-f", framework)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {framework}, or what it runs on, is not installed here")
    assert result.stderr.endswith(f"pip install {pip}\n")


def test_a_framework_without_an_adapter_names_those_with_one(cli: Cli) -> None:
    result = cli("verify", "8 > lstm 4", "-f", "paddle")
    assert result.exit_code == 2
    assert "paddle cannot be built here; give -f one of keras, pytorch, onnx, flax-linen, flax-nnx" in result.stderr


def test_what_a_framework_does_not_offer_is_refused_first(cli: Cli) -> None:
    assert "keras has no peephole for lstm" in cli("verify", "8 > lstm 4 peephole", "-f", "keras").stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "10x8 > conv 4 kernel=3",
            "verify builds recurrent, dense, embedding and repeat_vector layers, and conv is of kind conv",
        ),
        (
            "8 > lstm 8 sequences > gru 4 > dense 2 inputs=lstm",
            "verify builds layers that read the one before, and dense reads others",
        ),
    ],
)
def test_what_no_adapter_builds_is_refused_by_name(cli: Cli, text: str, sentence: str) -> None:
    result = cli("verify", text, "-f", "keras")
    assert (result.exit_code, result.stderr) == (2, f"error: {sentence}\n")


def test_differences_are_listed_and_the_answer_is_no(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = [("W", (1, 16, 8)), ("R", (1, 16, 5)), ("extra", (3,))]
    built = Real("9.9", tensors, lambda _, x: x)
    monkeypatch.setattr("lstm_calc.questions.verify.adapter_of", lambda _: lambda _: built)
    result = cli("verify", "8 > lstm 4", "-f", "onnx", "--format", "csv")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "record,framework,release,tensors,differing,verdict,name,ours,theirs",
        "verdict,onnx,9.9,4,3,differs,,,",
        "tensors,,,,,,R,1x16x4,1x16x5",
        "tensors,,,,,,B,1x32,",
        "tensors,,,,,,extra,,3",
    ]
    assert cli("verify", "8 > lstm 4", "-f", "onnx", "-q").stdout == "3\n"
    assert '"agrees": false' in cli("verify", "8 > lstm 4", "-f", "onnx", "--format", "json").stdout


def test_every_table_says_what_pip_installs() -> None:
    assert [name for name, table in frameworks().items() if not table.package] == ["textbook"]


def test_what_a_framework_raises_is_one_sentence(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(_: object) -> Real:
        raise RuntimeError("\ntoo large \x1b[31m\nand more")

    monkeypatch.setattr("lstm_calc.questions.verify.adapter_of", lambda _: build)
    result = cli("verify", "8 > lstm 4", "-f", "pytorch")
    assert result.exit_code == 2
    assert result.stderr == "error: pytorch could not build or run this model: too large \\x1b[31m\n"


def test_a_tied_head_is_held_against_one_of_its_own(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Model] = []

    def build(model: Model) -> Real:
        built.append(model)
        return Real("1", [], lambda _, x: x)

    monkeypatch.setattr("lstm_calc.questions.verify.adapter_of", lambda _: build)
    cli("verify", "vocab 9 > embed 4 > lstm 4 > dense 9 tied", "-f", "pytorch")
    assert [str(model) for model in built] == ["vocab 9 > embed 4 > lstm 4 > dense 9"]


def of_one_direction(weights: Mapping[str, Array], suffix: str, x: Array, order: str) -> Array:
    """Return the output of an LSTM at every step, as PyTorch's documentation writes it, its gates stored in an order."""
    import numpy as np

    units = weights[f"weight_hh_l0{suffix}"].shape[1]
    h = c = np.zeros((len(x), units))
    outputs = []
    for step in range(x.shape[1]):
        inner = x[:, step] @ weights[f"weight_ih_l0{suffix}"].T + weights[f"bias_ih_l0{suffix}"]
        inner = inner + h @ weights[f"weight_hh_l0{suffix}"].T + weights[f"bias_hh_l0{suffix}"]
        gate = {letter: inner[:, at * units : (at + 1) * units] for at, letter in enumerate(order)}
        i, f, o = (1 / (1 + np.exp(-gate[letter])) for letter in "ifo")
        c = f * c + i * np.tanh(gate["g"])
        h = o * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, 1)


def made_by_hand(model: Model, order: str) -> Real:
    """Return a PyTorch that is written out here, its gates stored in an order."""

    def run(weights: Mapping[str, Array], x: Array) -> Array:
        import numpy as np

        output = of_one_direction(weights, "", x, order)
        if len(model.layers[0].directions) == 1:
            return output
        return np.concatenate([output, of_one_direction(weights, "_reverse", x[:, ::-1], order)[:, ::-1]], -1)

    return Real("9.9", [(tensor.name, tensor.shape) for tensor in tensors(model, "pytorch").tensors], run)


STACK = "2 > bilstm 1 x2 > lstm 4 > dense 3"


def test_recurrent_layers_are_run_and_alike_ones_once(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numpy", reason="NumPy comes with every framework")
    monkeypatch.setattr("lstm_calc.questions.verify.adapter_of", lambda _: lambda model: made_by_hand(model, "ifgo"))
    answer = verify(read(STACK), "pytorch", gates=True)
    assert [check.layer for check in answer.gates] == ["lstm", "lstm_2"]
    assert all(0 < check.error < TOLERANCE for check in answer.gates)
    assert (answer.agrees, answer.differences) == (True, ())
    assert verify(read(STACK), "pytorch").gates == ()
    assert cli("verify", STACK, "-f", "pytorch", "--gates", "-q").stdout == "0\n"


@pytest.mark.parametrize("order", ["figo", "igfo", "ifog"])
def test_gates_in_another_order_are_seen_in_what_comes_out(cli: Cli, monkeypatch: pytest.MonkeyPatch, order: str) -> None:
    pytest.importorskip("numpy", reason="NumPy comes with every framework")
    monkeypatch.setattr("lstm_calc.questions.verify.adapter_of", lambda _: lambda model: made_by_hand(model, order))
    answer = verify(read(STACK), "pytorch", gates=True)
    assert all(check.error > 100 * TOLERANCE for check in answer.gates)
    assert (answer.agrees, answer.failures, answer.differences) == (False, 2, ())
    assert cli("verify", STACK, "-f", "pytorch", "--gates").exit_code == 1
    assert cli("verify", STACK, "-f", "pytorch").exit_code == 0


def test_what_has_other_tensors_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object) -> None:
        raise AssertionError("run")

    monkeypatch.setattr("lstm_calc.questions.verify.adapter_of", lambda _: lambda _: Real("9.9", [("weight", (3,))], run))
    answer = verify(read("3 > lstm 2"), "pytorch", gates=True)
    assert (len(answer.differences), answer.gates) == (5, ())
