"""What ``solve`` finds: the largest that fits, whatever is open, and why there is nothing larger."""

from __future__ import annotations

import contextlib
import json
import shlex
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from lstm_calc import LSTM, Dense, LstmCalcError, Model, read, read_template, solve
from lstm_calc.errors import FrameworkError, ModelError
from lstm_calc.formats.modelfile import load_template
from lstm_calc.frameworks import FRAMEWORKS
from lstm_calc.frameworks.counting import count
from lstm_calc.model.rules import MAX_SIZE
from lstm_calc.model.template import Template, in_proportion, one_width
from lstm_calc.questions.metrics import metrics
from lstm_calc.questions.solve import Candidate, largest, smallest
from tests.strategies import models

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

OPENED = {"one width": one_width, "in proportion": in_proportion}


def fits(template: Template, number: int, framework: str, budget: int) -> bool:
    """Say, without any search, whether a number fits."""
    try:
        return count(template.fill(number), framework) <= budget
    except (ModelError, FrameworkError):
        return False


@given(data=st.data(), budget=st.integers(1, 10**7), step=st.integers(1, 9))
def test_the_answer_fits_and_one_more_does_not(data: st.DataObject, budget: int, step: int) -> None:
    framework = data.draw(st.sampled_from(list(FRAMEWORKS)))
    model = data.draw(models(framework))
    scale = data.draw(st.booleans())
    template = (in_proportion if scale else one_width)(Template(model.layers, model.input_dim))
    try:
        answer = solve(model, framework, scale=scale, multiple_of=step, params=budget)
    except (ModelError, FrameworkError):
        assert not any(fits(template, number, framework, 10**100) for number in range(1, 100))
        return
    if answer.fit is None:
        assert not any(fits(template, number, framework, budget) for number in range(step, 50 * step, step))
        assert answer.next.costs["params"] > budget if answer.next else answer.end.startswith(f"no multiple of {step}")
        return
    number = answer.fit.number
    assert number % step == 0
    assert count(answer.fit.model, framework) == answer.fit.costs["params"] <= budget
    assert answer.fit.model == template.fill(number)
    assert not fits(template, number + step, framework, budget)
    assert answer.next is None or answer.next.number == number + step


@pytest.mark.parametrize("opened", OPENED)
@given(data=st.data(), number=st.integers(1, 300))
def test_a_wider_model_never_takes_less(opened: str, data: st.DataObject, number: int) -> None:
    framework = data.draw(st.sampled_from(list(FRAMEWORKS)))
    model = data.draw(models(framework))
    template = OPENED[opened](Template(model.layers, model.input_dim))
    try:
        one, other = template.fill(number), template.fill(number + data.draw(st.integers(1, 100)))
        taken = [
            [each.of(filled, framework) for each in metrics(dtype=dtype, space=(64, 64, 64)[: _dimensions(model)]).values()]
            for dtype in ("float32", "int4")
            for filled in (one, other)
        ]
    except (ModelError, FrameworkError):
        reject()
    assert all(less <= more for at in (0, 2) for less, more in zip(taken[at], taken[at + 1], strict=True))


def _dimensions(model: Model) -> int:
    return max(len(layer.window) for layer in model.layers)


@given(low=st.integers(0, 100), more=st.integers(0, 10**40))
def test_bisection_finds_the_last_that_fits(low: int, more: int) -> None:
    calls = []
    assert largest(low, lambda number: calls.append(number) or number <= low + more) == low + more
    assert len(calls) <= 2 * (more + 1).bit_length() + 2


CASES = {
    "'64 > lstm ?' --max-params 1M -f keras": 468,
    "'64 > lstm 1' --max-params 1M -f keras": 468,
    "-i 64 --max-params 1M -f keras": 468,
    "-i 64 -u ? --max-params 1M -f keras": 468,
    "'64 > gru 1' --max-params 98816 -f keras": 151,
    "-i 64 --cell gru --match '64 > lstm 128' -f keras": 151,
    "'64 > lstm ?' --max-params 1M -f keras --multiple-of 8": 464,
    "'64 > lstm 128 x?' --max-params 1M": 7,
    "-i 64 -u 128 --layers ? --max-params 1M": 7,
    "'? > lstm 128' --max-params 1M": 1824,
    "-i ? -u 128 --max-params 1M": 1824,
    "'vocab ? > embed 100 > lstm 1' --max-params 10_408": 100,
    "'64 > lstm 128 in=?' --max-params 1M": 1824,
    "-i 8 -u 4 --output ? --max-params 1208": 200,
    "'8 > lstm 200 > lstm 100' --scale --max-params 289_600": 200,
    "'40 > lstm 100 proj=?' -f pytorch --max-params 20M": 99,
    "'40 > lstm 1 proj=30' -f pytorch --max-params 20k": 62,
    "'vocab 1000 > embed 40 > bilstm ? > dense 1000 tied' --max-params 1M": 20,
    "'64 > lstm ?' --max-bytes 256KiB -f pytorch": 99,
    "'64 > lstm ?' --max-macs 1M --steps 10 -f pytorch": 129,
    "'64 > lstm ?' --max-step-time 50us --bandwidth 10GB --flops 1G -f pytorch": 51,
}


@pytest.mark.parametrize("call", CASES)
def test_the_number_alone(cli: Cli, call: str) -> None:
    result = cli("solve", *shlex.split(call), "-q")
    assert (result.stdout, result.stderr, result.exit_code) == (f"{CASES[call]}\n", "", 0)


def test_the_plain_values(cli: Cli) -> None:
    answer = json.loads(cli("solve", "64 > lstm ?", "--max-params", "1M", "-f", "keras", "--format", "json").stdout)
    assert answer == {
        "schema": "lstm-calc/solve/1",
        "framework": "keras",
        "framework_from": "option",
        "unknown": "units",
        "units": 468,
        "total": 997_776,
        "model": "64 > lstm 468",
        "next": {"units": 469, "total": 1_001_784, "model": "64 > lstm 469"},
        "budget": {"params": {"limit": 1_000_000, "used": 997_776, "share": 0.997776}},
    }


def test_nothing_fits_is_the_answer_no(cli: Cli) -> None:
    result = cli("solve", "64 > lstm ?", "--max-params", "10")
    assert result.exit_code == 1
    assert result.stdout.startswith("nothing fits: even 1 unit takes 264 parameters, over 10\n")
    quiet = cli("solve", "64 > lstm ?", "--max-params", "10", "-q")
    assert (quiet.stdout, quiet.stderr, quiet.exit_code) == ("", "nothing fits: even 1 unit takes 264 parameters, over 10\n", 1)
    plain = json.loads(cli("solve", "64 > lstm ?", "--max-params", "10", "--format", "json").stdout)
    assert (plain["units"], plain["total"], plain["next"]["total"]) == (None, None, 264)


NO_MULTIPLE = {
    "'19 > lstm 5 proj=?' -f pytorch --max-params 494": "pytorch wants projection < units; here they are 8 and 5",
    "'19 > lstm 5 proj=?' -f pytorch --match '19 > lstm 5 proj=2'": "pytorch wants projection < units; here they are 8 and 5",
    "'19 > lstm 5 proj=?' -f pytorch --max-bytes 1M --dtype float16": "pytorch wants projection < units; here they are 8 and 5",
    "'19 > lstm 5 proj=?' -f pytorch --max-macs 1M": "pytorch wants projection < units",
    "'19 > lstm 5 proj=?' -f pytorch --max-step-time 1s --flops 1G": "pytorch wants projection < units",
    "'vocab 9 > embed 4 > lstm ? > dense 9 tied' --max-params 1M": "tied shares an embedding's matrix, and none before is 9 x 8",
    "'vocab 9 > embed ? > lstm 4 > dense 9 tied' --max-params 1M": "tied shares an embedding's matrix, and none before is 9 x 4",
}


@pytest.mark.parametrize("call", NO_MULTIPLE)
def test_nothing_fits_where_no_multiple_is_possible(cli: Cli, call: str) -> None:
    words = f"nothing fits: no multiple of 8 is possible: {NO_MULTIPLE[call]}"
    asked = ("solve", *shlex.split(call), "--multiple-of")
    assert cli(*asked, "1").exit_code == 0
    result = cli(*asked, "8")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.startswith(words)
    quiet = cli(*asked, "8", "-q")
    assert (quiet.exit_code, quiet.stdout) == (1, "")
    assert quiet.stderr.startswith(words)
    plain = cli(*asked, "8", "--format", "json")
    assert plain.exit_code == 1
    answer = json.loads(plain.stdout)
    assert (answer[answer["unknown"]], answer["total"], answer["model"], answer["next"]) == (None, None, None, None)


OPEN_SIZES = (
    "7 > lstm 5 proj=?",
    "7 > lstm ? proj=3",
    "vocab 9 > embed ? > bilstm 3 > dense 9 tied",
    "vocab 9 > embed 6 > bilstm ? > dense 9 tied",
)


@given(
    text=st.sampled_from(OPEN_SIZES),
    framework=st.sampled_from(["textbook", "pytorch", "keras", "onnx"]),
    step=st.integers(1, 12),
    budget=st.integers(1, 2000),
)
def test_every_multiple_that_fits_is_found(text: str, framework: str, step: int, budget: int) -> None:
    template = read_template(text)
    fitting = [number for number in range(step, 200, step) if fits(template, number, framework, budget)]
    with contextlib.suppress(ModelError, FrameworkError):
        found = solve(template, framework, multiple_of=step, params=budget).fit
        assert (found.number if found else None) == max(fitting, default=None)
        return
    assert not any(fits(template, number, framework, 10**100) for number in range(1, 200))


def test_why_there_is_nothing_larger(cli: Cli) -> None:
    result = cli("solve", "40 > lstm 100 proj=?", "-f", "pytorch", "--max-params", "20M")
    assert "nothing larger is possible: pytorch wants projection < units; here they are 100 and 100" in result.stdout


WRONG = {
    "'3 > lstm 4 > repeat_vector ?' --max-params 1M": "params do not grow with steps: any number fits",
    "'3 > lstm ?'": "no budget; give --max-params, --max-bytes, --max-ram, --max-macs, --max-step-time or --match",
    "'3 > lstm ?' --max-params 1k --match '3 > lstm 4'": "--match and --max-params both set the parameters",
    "'3 > lstm ?' --max-params 0": "--max-params: must be a whole number from 1 up, not '0'",
    "'3 > lstm ?' --max-bytes 3x": "--max-bytes: '3x' is not a size in bytes",
    "'3 > lstm ?' --max-step-time 3": "--max-step-time: '3' is not a time; write 200ns, 50us, 1.5ms or 2s",
    "'3 > lstm ?' --max-step-time 0.1ns": "--max-step-time: must be at least a nanosecond",
    "'3 > lstm ?' --max-step-time 3ms": "the time of a step needs a device: give --flops or --bandwidth, or both",
    "'3 > lstm ?' --max-params 1k --multiple-of 0": "--multiple-of: must be a whole number from 1 up, not 0",
    "'3 > lstm ?' --max-params 1k --scale": "scale is for a model that leaves no size open",
    "'3 > dense 4' --max-params 1k": "the model has no recurrent layer to solve for; mark a size with ?",
    "'3 > lstm ? > merge=?' --max-params 1k": "'merge=?' is not a layer",
    "'3 > bilstm 3 merge=?' --max-params 1k": "merge='?' is not known",
    "'3 > lstm ? peephole' --max-params 1k -f keras": "keras has no peephole for lstm",
    "'vocab 10 > embed 4 > lstm ? > dense 11 tied' --max-params 1k": "tied shares an embedding's matrix, and none before is",
    "'3 > lstm ?' --match '3 > lstm ?'": "? is the size that solve looks for; anywhere else write a number",
    "-i 3 -u 4 --bidirectional --merge ? --max-params 1k": "merge='?' is not known",
    "--max-params 1k": "no model; give flags",
}


@pytest.mark.parametrize("call", WRONG)
def test_a_wrong_request_is_one_sentence(cli: Cli, call: str) -> None:
    result = cli("solve", *shlex.split(call))
    assert (result.stdout, result.exit_code) == ("", 2)
    assert WRONG[call] in result.stderr


@pytest.mark.parametrize(("command", "open_"), [("params", "64 > lstm ?"), ("tensors", "? > lstm 3"), ("params", "3 > lstm 3 x?")])
def test_other_commands_refuse_what_is_open(cli: Cli, command: str, open_: str) -> None:
    result = cli(command, open_)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ? is the size that solve looks for; anywhere else write a number\n")


def test_a_model_file_leaves_sizes_open(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_text('input_dim = 64\n[[layers]]\ntype = "lstm"\nunits = "?"\nrepeat = 2\n[[layers]]\ntype = "dense"\nunits = 10\n')
    assert load_template(str(path)) == read_template("64 > lstm ? x2 > dense 10")
    assert (
        cli("solve", str(path), "--max-params", "1M", "-q").stdout
        == cli("solve", "64 > lstm ? x2 > dense 10", "--max-params", "1M", "-q").stdout
    )
    refused = cli("params", str(path))
    assert refused.exit_code == 2
    assert f"{path}:layers[0].units: is ?, the size that solve looks for" in refused.stderr


def test_the_units_of_a_config_of_keras_are_solved_for(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    lstm = {"class_name": "LSTM", "config": {"units": 5, "batch_input_shape": [None, 7, 64]}}
    path.write_text(json.dumps([lstm, {"class_name": "Dense", "config": {"units": 10}}]))
    read_from = load_template(str(path))
    assert (read_from.layers, read_from.places) == (read("7x64 > lstm 5 last > dense 10").layers, ())
    assert read_from.input_shape == (7, 64)
    asked = ("--max-params", "1M", "-q", "-f", "keras")
    assert cli("solve", str(path), *asked).stdout == cli("solve", "64 > lstm 5 > dense 10", *asked).stdout


@given(model=models(), number=st.integers(1, 50))
def test_an_open_notation_is_filled(model: Model, number: int) -> None:
    assume(model.input_dim is not None)
    text = str(model).split(" > ", 1)[1]
    assert read_template(f"? > {text}").fill(number) == model.replace(input_dim=number)


def test_the_public_function() -> None:
    answer = solve(Model([LSTM(1), Dense(2)], input_dim=3), params=10**6, bytes=10**5, conditions={"dtype": "int8"})
    assert answer.fit.costs["bytes"] <= 10**5 < answer.next.costs["bytes"]
    with pytest.raises(LstmCalcError, match="a budget is the most of params, bytes, macs, ram or step_ns"):
        solve(read_template("3 > lstm ?"))
    with pytest.raises(LstmCalcError, match="a budget is the most of"):
        solve(read_template("3 > lstm ?"), parms=3)


BUDGETED = 'input_dim = 64\n[[layers]]\ntype = "lstm"\nunits = "?"\n[budget]\nparams = "1M"\nbytes = "1GiB"\n'


def test_a_model_file_says_its_budget(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_text(BUDGETED)
    assert cli("solve", str(path), "-f", "keras", "-q").stdout == "468\n"
    assert cli("solve", "-", "-f", "keras", "-q", stdin=BUDGETED.replace('"?"', "9")).stdout == "468\n"
    assert cli("solve", str(path), "-q", "--max-bytes", "264").exit_code == 1
    assert cli("solve", str(path), "-q", "--match", "64 > lstm 500").stdout == "500\n"
    answer = solve(load_template(str(path)), "keras")
    assert (answer.fit.number, answer.budget) == (468, {"params": 10**6, "bytes": 2**30})


def test_a_share_larger_than_any_float_is_left_out(cli: Cli) -> None:
    result = cli("solve", f"{10**400} > lstm ?", "--max-params", "1", "--format", "csv")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1].split(",")[3] == ""


@pytest.mark.parametrize(
    ("opened", "number"),
    [
        ("vocab 9 > embed ? > bilstm 30 > dense 9 tied", 60),
        ("vocab 9 > embed 60 > bilstm ? > dense 9 tied", 30),
        ("vocab 9 > embed 7 > lstm ? > dense 9 tied", 7),
    ],
)
def test_a_single_size_is_found_by_the_sizes_beside_it(opened: str, number: int) -> None:
    answer = solve(read_template(opened), params=10**9)
    assert answer.fit is not None
    assert answer.fit.number == number


def test_sizes_go_up_to_the_largest_number() -> None:
    answer = solve(read_template("? > dense 1"), params=MAX_SIZE)
    assert answer.fit is not None
    assert answer.next is not None
    assert (answer.fit.number, answer.next.number) == (MAX_SIZE - 1, MAX_SIZE)
    with pytest.raises(LstmCalcError, match=r"^params do not grow with input_dim: any number fits$"):
        solve(read_template("? > dense 1"), params=MAX_SIZE + 1)


def test_a_large_number_is_found_by_two_counts_a_binary_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[Model] = []
    monkeypatch.setattr("lstm_calc.questions.metrics.count", lambda model, name: counted.append(model) or count(model, name))
    answer = solve(read_template("64 > lstm ?"), params=10**200)
    assert answer.fit is not None
    assert 4 * answer.fit.number**2 <= 10**200 < 4 * (answer.fit.number + 40) ** 2
    assert len(counted) < 2 * answer.fit.number.bit_length() + 30


@pytest.mark.parametrize("seeds", [[17], [50], [3, 16, 99, 10**30]])
def test_the_smallest_is_sought_from_any_seed(seeds: list[int]) -> None:
    def candidate(number: int) -> Candidate:
        if number < 17:
            raise ModelError(f"{number} is below 17")
        return Candidate(number, Model([LSTM(number)], input_dim=1), {})

    assert smallest(candidate, iter(seeds)) == 17
    with pytest.raises(ModelError, match=r"^1 is below 17$"):
        smallest(candidate, iter([3, 16]))


def test_several_limits_have_a_row_each_with_what_fits_and_what_comes_next(cli: Cli) -> None:
    text = cli("solve", "64 > lstm ?", "--max-params", "1M", "--max-bytes", "4MiB", "-f", "keras").stdout
    rows = [line.split() for line in text.splitlines() if "✓" in line or "✗" in line]
    assert rows == [
        ["parameters", "1,000,000", "997,776", "99.8%", "1,001,784", "✗", "over"],
        ["weights", "4", "MiB", "3.8", "MiB", "95.2%", "3.8", "MiB", "✓", "fits"],
    ]
    header, *lines = cli("solve", "64 > lstm ?", "--max-params", "1M", "--max-bytes", "4MiB", "--format", "csv").stdout.splitlines()
    assert header == "candidate,units,params,params_share,bytes,bytes_share,model"
    assert len(lines) == 2
    assert cli("solve", "64 > lstm ?", "--max-params", "600").stdout.startswith("2 units")
    assert cli("solve", "64 > lstm ?", "--max-params", "300").stdout.startswith("1 unit: ")
