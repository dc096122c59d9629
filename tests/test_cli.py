"""The program from outside: what it prints where, and with which exit code."""

from __future__ import annotations

import errno
import gc
import io
import json
import os
import platform
import re
import runpy
import shlex
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest
import typer
from typer.testing import CliRunner

from lstm_calc.__main__ import main
from lstm_calc.cli import app
from lstm_calc.cli import command as build
from lstm_calc.cli.commands import all_commands
from lstm_calc.dtypes import DTYPES
from lstm_calc.errors import FrameworkError
from lstm_calc.frameworks import FRAMEWORKS
from lstm_calc.questions import forecast
from lstm_calc.questions.training import OPTIMIZERS
from lstm_calc.schemas import schema_names
from lstm_calc.streams import is_terminal, say
from tests.handmade import safetensors

if TYPE_CHECKING:
    from tests.conftest import Cli

MODEL = "vocab 200 > embed 8 > bilstm 4 x2 > gru 6 > dense 10 > dense 1"
FORECAST = ("forecast", "--features", "5", "--window", "64", "--horizon", "3", "--units", "32")


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        ("params --input 32 --units 32", 8320),
        ("params -i 32 -u 32 --output 32", 9376),
        ("params -i 32 -u 32 --no-bias", 8192),
        ("params -i 32 -u 32 --bidirectional", 16640),
        ("params -i 32 -u 32 -f pytorch", 8448),
        ("params 'vocab 20000 > embed 128 > bilstm 64 x2 > dense 1' -f keras", 2757761),
        ("params 'vocab 10000 > embed 400 > lstm 1150 x2 > lstm 400 > dense 10000 tied' -f pytorch", 24221600),
        ("params -i 20 -u 50 --layers 3 --bidirectional --no-bias -f pytorch", 148000),
        ("params -i 28 -u 128,64,32 --output 64,10", 144_970),
        ("params --embedding 20000x128 -u 64 --bidirectional --layers 2 --output 1 -f keras", 2757761),
        ("params -i 1k -u 1_000", 8_004_000),
        ("params --input 1000000000000000000000000000000 --units 1", 4 * (10**30 + 2)),
        ("params -i 8 -u 4 --cell gru --reset-after", 160),
        ("params -i 8 -u 4 --cell gru --reset-before -f keras", 156),
        ("params -i 8 -u 4 --cell rnn", 52),
        ("params -i 3 -u 16 --cell conv_lstm --kernel-size 3x3 -f keras", 11008),
        ("params -i 8 -u 4 --projection 2 --peephole --coupled", 3 * (4 * 10 + 4) + 2 * 4 + 8),
        ("params -i 8 -u 4 --bidirectional --merge sum --output 1", 421),
        (
            "params '8 > lstm 4 > dense 2 > repeat_vector 5 > gru 2' -f keras",
            4 * (4 * (8 + 4) + 4) + 10 + 3 * (2 * (2 + 2) + 2 * 2),
        ),
        ("params '3 > conv_lstm 4 kernel=3 > lstm 4' -f keras", 4 * (4 * 3 * (3 + 4) + 4) + 144),
        ("tensors -i 32 -u 32 -f onnx", 8448),
        ("forecast --features 5 --targets 1 --window 64 --horizon 3 --units 32", 4864 + 99),
        ("forecast --features 5 --window 64 --horizon 3 --units 32 -f pytorch", 4992 + 99),
    ],
)
def test_the_number_alone(cli: Cli, arguments: str, number: int) -> None:
    result = cli(*shlex.split(arguments), "-q")
    assert (result.stdout, result.stderr, result.exit_code) == (f"{number}\n", "", 0)


def test_each_gate_of_the_first_example(cli: Cli) -> None:
    answer = json.loads(cli("params", "-i", "32", "-u", "32", "--format", "json").stdout)
    assert [(gate["gate"], gate["total"]) for gate in answer["layers"][0]["gates"]] == [
        ("input", 2080),
        ("forget", 2080),
        ("cell", 2080),
        ("output", 2080),
    ]


def test_the_same_model_in_every_way(cli: Cli, tmp_path: Path) -> None:
    toml = 'input_dim = 32\n[[layers]]\ntype = "lstm"\nunits = 64\n[[layers]]\ntype = "dense"\nunits = 10\n'
    (tmp_path / "model.toml").write_text(toml)
    (tmp_path / "no suffix").write_text(toml)
    ways = [
        cli("params", "32 > lstm 64 > dense 10"),
        cli("params", "--input", "32", "--units", "64", "--output", "10"),
        cli("params", str(tmp_path / "model.toml")),
        cli("params", str(tmp_path / "no suffix")),
        cli("params", "-", stdin=toml),
        cli("params", "-", stdin='{"input_dim": 32, "layers": [{"type": "lstm", "units": 64}, {"type": "dense", "units": 10}]}'),
    ]
    assert {way.stdout for way in ways} == {ways[0].stdout}
    assert "25,482" in ways[0].stdout


WRONG = {
    "params": "no model; give flags",
    "parms": "'parms' is not a command; did you mean 'params'?",
    "params --unit 3": "no such option: --unit",
    "params -u 3": "--input: is missing (the features of a time step)",
    "params -i 3": "--units is missing",
    "params -i 0 -u 3": "--input: must be a whole number from 1 up, not 0",
    "params -i 3 -u 0": "--units: must be a whole number from 1 up, not 0",
    "params -i 3 -u -1": "--units: '-1' is not a whole number",
    "params -i 3 -u 1.5": "--units: '1.5' is not a whole number",
    "params -i 3 -u 1,,2": "--units: '' is not a whole number",
    "params -i 3 -u ''": "--units: '' is not a whole number",
    f"params -i 3 -u {'9' * 700}": "is too large: sizes go up to 10**500",
    f"params -i 3 -u {'9' * 550}": "--units: is too large: sizes go up to 10**500",
    "params -i 3,4 -u 3": "--input: '3,4' is not a whole number",
    "params -i 3 -u 4,5 --layers 2": "--layers repeats one width",
    "params -i 3 -u 4 --merge sum": "--merge: merge=sum needs bidirectional",
    "params -i 3 -u 4 --bidirectional --merge add": "--merge: merge='add' is not known",
    "params -i 3 -u 4 --cell lsmt": "--cell: 'lsmt' is not a recurrent layer; did you mean 'lstm'?",
    "params -i 3 -u 4 --cell gru --peephole": "--peephole does not go with gru",
    "params -i 3 -u 4 --cell conv_lstm": "--kernel-size is missing",
    "params -i 3 -u 4 --cell conv_lstm --kernel-size 3x3x3x3": "--kernel-size: must be one, two or three sizes",
    "params -i 3 -u 4 --cell conv_lstm --kernel-size 3,3": "--kernel-size: '3,3' is not a window; write 3x3",
    "params -i 3 -u 4 --embedding 10x3": "--input: does not go with an embedding first",
    "params -u 4 --embedding 10": "--embedding: '10' is not a vocabulary and a size; write 20000x128",
    "params -i 3 -u 4 --layers 100k": "--layers: a model has at most 10,000 layers",
    "check '3 > lstm 4' '3 > lstm 5' -i 3": "the model is given twice: as '3 > lstm 4' and '3 > lstm 5' and by --input",
    "solve '3 > lstm ?' --max-params 9k -f keras,mlx": "'keras,mlx' names several frameworks, where one is asked for",
    "params '3 > lstm 4' -i 3": "the model is given twice: as '3 > lstm 4' and by --input",
    "params '3 > lstm 4' --bias": "the model is given twice: as '3 > lstm 4' and by --bias/--no-bias",
    "params -i 3 -u 4 -f kears": "'kears' is not a framework; did you mean 'keras'?",
    "params -i 3 -u 4 -f tfjs": "'tfjs' has no table here; keras stores the same tensors: give 'keras'",
    "params -i 3 -u 4 -f JAX": "'JAX' names several libraries; which one: 'flax-nnx', 'flax-linen', 'haiku' or 'equinox'?",
    "params -i 3 -u 4 --format jsn": "--format: 'jsn' is not a format; did you mean 'json'?",
    "params '3 > lsm 4'": "'lsm' is not a layer; did you mean 'lstm'?\n  3 > lsm 4\n      ^^^",
    "params nothing.toml": "nothing.toml: cannot be read: no such file or directory",
    "params nowhere/model": "nowhere/model: cannot be read: no such file or directory",
    "params model.yaml": "model.yaml: cannot be read: no such file or directory",
    "params .": ".: cannot be read: is a directory",
    "params ''": "the model is empty",
    "params 32": "there is no layer; write '32 > lstm 64', in quotes",
    "params nothing.json extra": "'nothing.json' is a whole model; after it stands 'extra'",
    "params '32 > lstm 64' '32 > gru 64'": "one model is asked for, and these are several: '32 > lstm 64' and '32 > gru 64'",
    "params 32 lstn 64": "'lstn' is not a layer; did you mean 'lstm'?",
    "params -i 3 -u 4 --output-file .": "--output-file: '.' cannot be written: is a directory",
    "params -i 3 -u 4 --output-file ''": "--output-file: '' cannot be written: not a file name",
    "params -i 3 -u 4 --output-file new/": "--output-file: 'new/' cannot be written: not a file name",
    "params -i 3 -u 4 --output-file /nowhere/at/all": "cannot be written: no such file or directory",
    "forecast --features 5": "missing option '--window'",
    "forecast --features 5 --window 8 --units 4 --horizon 0": "--horizon: must be a whole number from 1 up, not 0",
    "forecast --features 5 --window 8 --units 4,,2": "--units: '' is not a whole number",
    f"forecast --features 5 --window 8 --units {'1,' * 10_000}1": "--units: a model has at most 10,000 layers",
    "forecast --features 5 --window 8 --units 4 --strategy seq": "--strategy: 'seq' is not known; did you mean 'seq2seq'?",
    "forecast --features 5 --window 8 --units 4 --cell conv_lstm": "--cell: 'conv_lstm' is not known; did you mean 'lstm'?",
    "forecast --features 5 --window 8 --units 4 --horizon 3 --length 10": "--length: 10 gives no window: each takes 11 steps",
    "forecast --features 1 --targets 2 --window 8 --units 4 --horizon 3 --strategy recursive": "--targets: 2 cannot be fed back",
    "forecast --features 5 --window 8 --units 4 --all": "--horizon: must be above 1",
    "forecast --features 1 --window 8 --units 4 --horizon 2 --all": "--features: must be above 1",
    "forecast --features 5 --window 8 --units 4 --all -q": "--all, --quiet and --as-model are three answers",
    "forecast --features 5 --window 8 --units 4 -q --as-model": "--all, --quiet and --as-model are three answers",
    "forecast --features 5 --window 8 --units 4 --cell mgu -f keras": "keras has no mgu",
    "frameworks --input 3": "no such option: --input",
    "cost -i 3 -u 4 --batch 0": "--batch: must be a whole number from 1 up, not 0",
    "cost -i 3 -u 4 --steps many": "--steps: 'many' is not a whole number",
    "cost -i 3 -u 4 --lengths 3,x": "--lengths: 'x' is not a whole number",
    "cost -i 3 -u 4 --lengths 3,4 --batch 2": "--lengths says how many sequences there are and how long; leave out --batch",
    "cost -i 3 -u 4 --space 4x4": "space is the image of a convolution, and the model reads none",
    "cost -i 3 -u 4 --truncate 4": "--truncate says how far training goes back; give --training, too",
    "cost -i 3 -u 4 --bandwidth 0B": "--bandwidth: must be at least one byte, not 0B",
    "cost -i 3 -u 4 --bandwidth 3Mb": "--bandwidth: '3Mb' is not a size in bytes; write 65536",
    "cost -i 3 -u 4 --dtype flaot32": "'flaot32' is not a data type; did you mean 'float32'?",
    "cost -i 3 -u 4 --optimizer adm": "'adm' is not an optimizer; did you mean 'adam'?",
    "check": "no model; give flags",
    "check '3 > lstm 4' --max-params 0": "--max-params: must be a whole number from 1 up, not '0'",
    "check '3 > lstm 4' --max-bytes 3Mb": "--max-bytes: '3Mb' is not a size in bytes",
    "check '3 > lstm 4' --max-params 9 -f kears": "'kears' is not a framework; did you mean 'keras'?",
    f"params {'lstm' * 50_000}": "is not a layer; lstm-calc help notation lists the layers",
    f"params -i 3 -u 4 -f {'k' * 50_000}": "is not a framework; lstm-calc help frameworks lists them",
    f"{'p' * 50_000}": "is not a command; lstm-calc help lists the commands",
}


@pytest.mark.parametrize("call", WRONG)
def test_a_wrong_request_is_one_sentence_and_exit_code_2(cli: Cli, call: str) -> None:
    result = cli(*shlex.split(call))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert WRONG[call] in result.stderr
    assert result.stderr.startswith("error: ")
    assert len(result.stderr.splitlines()) == (3 if "^" in result.stderr else 1)
    assert max(map(len, result.stderr.splitlines())) < 400


def test_what_several_frameworks_store_stands_side_by_side(cli: Cli) -> None:
    call = ("tensors", "3 > gru 2 x2 > dense 2", "-f", "keras, pytorch,keras")
    first, *lines = [line.split(",") for line in cli(*call, "--format", "csv").stdout.splitlines()]
    assert first == ["layer", *(f"{name}_{what}" for name in ("keras", "pytorch") for what in ("name", "shape", "params"))]
    assert lines[2:5] == [
        ["gru", "sequential/gru/gru_cell/bias", "2x6", "12", "gru.bias_ih_l0", "6", "6"],
        ["gru", "", "", "", "gru.bias_hh_l0", "6", "6"],
        ["gru_1", "sequential/gru_1/gru_cell/kernel", "2x6", "12", "gru.weight_ih_l1", "6x2", "12"],
    ]
    answer = json.loads(cli(*call, "--format", "json").stdout)
    assert [each["framework"] for each in answer["frameworks"]] == ["keras", "pytorch"]
    for at, each in enumerate(answer["frameworks"]):
        shown = [[line[3 * at + 1], line[3 * at + 2].split("x"), line[3 * at + 3]] for line in lines if line[3 * at + 1]]
        assert shown == [[each_["name"], [*map(str, each_["shape"])], str(each_["params"])] for each_ in each["tensors"]]
    assert cli(*call).stdout.rstrip().splitlines()[-1].split() == ["total", "84", "84"]


def test_the_directions_of_several_frameworks_stand_in_line(cli: Cli) -> None:
    text = cli("tensors", "3 > birnn 2", "-f", "textbook,pytorch", "--format", "csv").stdout
    names = [(line.split(",")[1], line.split(",")[4]) for line in text.splitlines()[1:]]
    backward = [number for number, pair in enumerate(names) if "backward" in pair[0] or "reverse" in pair[1]]
    assert backward == list(range(len(names) // 2, len(names)))


@pytest.mark.parametrize("option", ["--gates", "-q"])
def test_what_shows_one_framework_is_not_for_several(cli: Cli, option: str) -> None:
    result = cli("tensors", "3 > gru 2", "-f", "keras,pytorch", option)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: --gates and --quiet show one framework; give -f one name\n"


def test_a_matrix_that_is_shared_is_told(cli: Cli) -> None:
    told = "dense shares the embedding's matrix, so only its bias is counted\n"
    tied = cli("params", "vocab 9 > embed 4 > lstm 4 > dense 9 tied > dense 2").stdout
    assert (tied.count("shares the embedding's matrix"), told in tied) == (1, True)
    assert "shares" not in cli("params", "vocab 9 > embed 4 > lstm 4 > dense 9").stdout


def test_a_column_is_also_found_by_its_former_key(cli: Cli) -> None:
    asked = ("params", "8 > bilstm 3", "--format", "csv", "--sort")
    assert cli(*asked, "way", "--columns", "way,gate").stdout == cli(*asked, "direction", "--columns", "direction,gate").stdout
    assert cli(*asked, "-moved").stderr.startswith("error: --sort: 'bytes_moved' is not a column")
    assert cli("cost", "8 > lstm 3", "--columns", "moved").exit_code == 0


def test_columns_and_order_are_chosen(cli: Cli) -> None:
    model = "8 > lstm 4 > dense 2"
    asked = cli("tensors", model, "-f", "keras", "--columns", "params, name", "--sort", "-params", "--format", "csv").stdout
    assert asked.splitlines()[:2] == ["params,name", "128,sequential/lstm/lstm_cell/kernel"]
    assert [int(line.partition(",")[0]) for line in asked.splitlines()[1:]] == [128, 64, 16, 8, 2]
    table = cli("params", model, "--sort", "params", "--columns", "layer,params").stdout.splitlines()
    assert [line.split() for line in table[4:10]] == [["dense", "10"], *[["lstm", "52"]] * 4, ["total", "218"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--columns", "layer,parms"), "--columns: 'parms' is not a column; did you mean 'params'?"),
        (("--sort", "name"), "--sort: 'name' is not a column"),
        (("--sort", "-"), "--sort: '' is not a column"),
        (("--sort", "params", "--format", "json"), "--columns and --sort arrange tables, and json has none"),
    ],
)
def test_a_column_that_is_not_there_is_a_sentence(cli: Cli, arguments: tuple[str, ...], message: str) -> None:
    result = cli("params", "8 > lstm 4", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_units_of_any_size_are_exact(cli: Cli) -> None:
    assert cli("params", "-i", "1", "-u", str(10**30), "-q").stdout == f"{4 * (10**30 * (1 + 10**30) + 10**30)}\n"
    assert f"{4 * (10**100 * (2 + 10**100)):,}" in cli("params", "-i", "1", "-u", str(10**100)).stdout


def test_ten_thousand_layers_are_counted(cli: Cli) -> None:
    assert cli("params", "8 > lstm 8 x10000", "-q").stdout == "5440000\n"


def test_an_answer_goes_into_a_file_whole(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text("old")
    path.chmod(0o640)
    result = cli("params", "-i", "32", "-u", "32", "--format", "json", "--output-file", str(path))
    assert (result.stdout, result.exit_code) == ("", 0)
    assert json.loads(path.read_text())["total"] == 8320
    assert path.stat().st_mode & 0o777 == 0o640
    assert cli("params", "-i", "32", "-u", "3.2", "--output-file", str(path)).exit_code == 2
    assert json.loads(path.read_text())["total"] == 8320
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    path = tmp_path / "answer"
    path.write_text("old")

    def fail(*_: Any, **__: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    result = cli("params", "-i", "32", "-u", "32", "--output-file", str(path))
    assert result.exit_code == 2
    assert "no space left on device" in result.stderr
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link_and_a_device_a_device(cli: Cli, tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    assert cli("params", "-i", "1", "-u", "1", "-q", "--output-file", str(link)).exit_code == 0
    assert link.is_symlink()
    assert target.read_text() == "12\n"
    assert cli("params", "-i", "1", "-u", "1", "-q", "--output-file", os.devnull).exit_code == 0


def program(*arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run the program as a process of its own."""
    command = [sys.executable, "-m", "lstm_calc", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **settings)


def test_the_program_as_a_process() -> None:
    done = program("params", "-i", "32", "-u", "32", "-q")
    assert (done.stdout, done.stderr, done.returncode) == ("8320\n", "", 0)
    done = program("params", "-i", "32")
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr == "error: --units is missing: how many units the recurrent layer has\n"


def test_a_closed_pipe_is_quiet() -> None:
    command = f"{sys.executable} -m lstm_calc tensors '8 > lstm 8 x300' -f keras --format csv | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602  a pipe is what is tested
    assert done.stdout == "layer,name,shape,axes,trained,params\n"
    assert done.stderr == ""


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell, in which ``lstm-calc`` is the program."""
    line = command.replace("lstm-calc", f"{sys.executable} -m lstm_calc")
    return subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("lstm-calc params -q -i 3 -u 4 > /dev/full", "standard output cannot be written: no space left on device"),
        ("lstm-calc params -i 3 -u 4 > /dev/full", "standard output cannot be written: no space left on device"),
        ("lstm-calc --help > /dev/full", "no space left on device"),
        ("lstm-calc params -q -i 3 -u 4 >&-", "there is no standard output to write to"),
        ("lstm-calc params - <&-", "nothing to read: standard input is closed"),
    ],
)
def test_streams_that_fail_end_in_a_sentence(command: str, message: str) -> None:
    done = shell(command)
    assert (done.stdout, done.returncode) == ("", 2)
    assert message in done.stderr.lower()
    assert len(done.stderr.splitlines()) == 1


def test_standard_output_by_its_name_is_not_replaced(tmp_path: Path) -> None:
    log = tmp_path / "log"
    shell(f"(echo before; lstm-calc params -q -i 3 -u 3 --output-file /dev/stdout; echo after) > {log}")
    assert log.read_text() == "before\n84\nafter\n"
    assert shell("lstm-calc params -q -i 3 -u 3 --output-file -").stdout == "84\n"


def test_a_file_holds_no_escape_codes(tmp_path: Path) -> None:
    path = tmp_path / "answer"
    done = program("params", "-i", "3", "-u", "3", "--output-file", str(path), env=os.environ | {"FORCE_COLOR": "1"})
    assert done.returncode == 0
    assert "\x1b" not in path.read_text()
    assert "\x1b[" in program("params", "-i", "3", "-u", "3", env=os.environ | {"FORCE_COLOR": "1"}).stdout


def test_a_long_file_name_is_a_file_name(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250)
    assert cli("params", "-q", "-i", "3", "-u", "3", "--output-file", str(path)).exit_code == 0
    assert path.read_text() == "84\n"


@pytest.mark.slow
def test_a_long_stack_is_answered_in_good_time(cli: Cli) -> None:
    start = time.process_time()
    for form in ("csv", "json", "markdown"):
        assert cli("params", "3 > lstm 3 x3000 > dense 1", "--format", form).exit_code == 0
    assert time.process_time() - start < 10


def test_an_ascii_terminal_gets_the_same_numbers() -> None:
    done = program("params", "-i", "32", "-u", "32", env=os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert done.returncode == 0
    assert "8,320" in done.stdout
    assert "?" not in done.stdout
    done = program("explain", "-i", "32", "-u", "32", env=os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert "i[t] = sigmoid(W_i x[t] + U_i h[t-1] + b_i)" in done.stdout
    assert "4 x (32 x (32 + 32) + 32) = 8,320" in done.stdout
    assert "?" not in done.stdout.replace("parameters?", "")


def test_version(cli: Cli) -> None:
    from importlib.metadata import version

    first, recorded = cli("--version").stdout.splitlines()
    assert first == f"lstm-calc {version('lstm-calc')} ({platform.python_implementation()} {platform.python_version()})"
    assert recorded.startswith("tables compared with keras 3.15.1, pytorch 2.13.0, ")


def test_no_command_shows_the_help(cli: Cli) -> None:
    result = cli()
    assert result.exit_code == 0
    assert all(command in result.stdout for command in all_commands())


@pytest.mark.parametrize("command", all_commands())
def test_every_command_has_an_example_that_runs(cli: Cli, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model.safetensors").write_bytes(safetensors({"lstm.weight_ih_l0": (16, 3), "lstm.weight_hh_l0": (16, 4)}))
    text = " ".join(build(command).help.split())
    example = text.partition("Example: ")[2]
    assert example.startswith(f"lstm-calc {command}")
    result = cli(*shlex.split(example)[1:])
    assert result.exit_code == 0 or "is not installed here" in result.stderr
    assert cli(command, "--help").exit_code == 0


@pytest.mark.parametrize("command", all_commands())
def test_no_option_is_declared_twice(command: str) -> None:
    declared = Counter(word for param in build(command).params for word in [*param.opts, *param.secondary_opts])
    assert [word for word, times in declared.items() if times > 1] == []


@pytest.mark.parametrize("command", all_commands())
def test_no_help_of_an_option_has_an_apostrophe_which_completion_in_zsh_would_drop(command: str) -> None:
    helps = [param.help for param in build(command).params if param.param_type_name == "option"]
    assert len(helps) > 1
    assert [words for words in helps if re.search(r"\w'[\w ]", words)] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shell", "words", "expected"),
    [
        ("bash", "lstm-calc par", "params"),
        ("bash", "lstm-calc ", "\n".join(all_commands())),
        ("zsh", "lstm-calc par", "Count the parameters of a model, gate by"),
        ("zsh", "lstm-calc params --bi", "--bidirectional"),
        ("bash", "lstm-calc params -f ke", "keras"),
        ("zsh", "lstm-calc params --format mark", "markdown"),
        ("zsh", "lstm-calc params --cell conv", "conv_lstm"),
        ("zsh", "lstm-calc forecast --strategy many", "many-to-many"),
        ("zsh", "lstm-calc forecast --cell mg", "mgu"),
    ],
)
def test_completion(shell: str, words: str, expected: str) -> None:
    variables = {
        "_LSTM_CALC_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": words,
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }
    done = program(env=os.environ | variables)
    assert expected in done.stdout


def test_nothing_is_completed_after_what_is_no_command() -> None:
    variables = {"_LSTM_CALC_COMPLETE": "complete_bash", "COMP_WORDS": "lstm-calc parms --x", "COMP_CWORD": "2"}
    done = program(env=os.environ | variables)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("", tuple(all_commands())),
        ("params -f ", tuple(FRAMEWORKS)),
        ("cost --dtype ", tuple(DTYPES)),
        ("cost --optimizer ", tuple(OPTIMIZERS)),
        ("forecast --strategy ", tuple(forecast.STRATEGIES)),
        ("forecast --cell ", tuple(forecast.CELLS)),
        ("schema ", tuple(schema_names())),
        ("parms ", ()),
    ],
)
def test_what_is_completed_is_what_the_tables_have(words: str, known: tuple[str, ...]) -> None:
    line = f"lstm-calc {words}"
    variables = {"_LSTM_CALC_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    result = CliRunner().invoke(app, [], prog_name="lstm-calc", env=variables)
    assert (result.exit_code, tuple(result.stdout.split()), result.stderr) == (0, known, "")


def test_the_commands_are_listed_as_any_group_of_typer_lists_its_own() -> None:
    group = typer.main.get_command(app)
    context = typer.Context(group)
    assert group.list_commands(context) == list(all_commands())
    assert [group.get_command(context, name).name for name in all_commands()] == list(all_commands())
    assert group.get_command(context, "parms") is None


@pytest.mark.parametrize("command", all_commands())
def test_a_command_is_listed_with_what_it_says_of_itself(command: str) -> None:
    group = typer.main.get_command(app)
    listed = group.get_command(typer.Context(group), command)
    assert listed.get_short_help_str(200) == build(command).get_short_help_str(200)


def test_a_caller_gets_the_code_or_the_error_itself() -> None:
    call = ["params", "8 > lstm 4"]
    assert app([*call, "-q"], standalone_mode=False) == 0
    with pytest.raises(FrameworkError, match="'kers' is not a framework"):
        app([*call, "-f", "kers"], standalone_mode=False)
    with pytest.raises(SystemExit) as caught:
        app([*call, "-f", "kers"])
    assert caught.value.code == 2


class Broken(io.StringIO):
    """A standard output that cannot be written to."""

    encoding = "utf-8"

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__()
        self.file, self.error = path.open("wb"), error

    def write(self, _: str) -> int:
        raise self.error

    def fileno(self) -> int:
        return self.file.fileno()


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device"),
            2,
            "error: standard output cannot be written: no space left on device\n",
        ),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 0, ""),
    ],
)
def test_an_output_that_breaks_is_let_go(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, error: OSError, code: int, words: str
) -> None:
    broken = Broken(tmp_path / "out", error)
    monkeypatch.setattr(sys, "stdout", broken)
    with pytest.raises(SystemExit) as caught:
        app(["params", "8 > lstm 4", "-q"])
    assert (caught.value.code, capsys.readouterr().err) == (code, words)
    assert os.path.sameopenfile(broken.fileno(), os.open(os.devnull, os.O_WRONLY))
    broken.file.close()


def test_a_standard_output_that_is_closed_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(SystemExit):
        app(["params", "8 > lstm 4", "-q"])
    assert capsys.readouterr().err == "error: there is no standard output to write to\n"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EPIPE])
def test_a_standard_error_that_breaks_is_let_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int) -> None:
    broken = Broken(tmp_path / "error", OSError(number, os.strerror(number)))
    monkeypatch.setattr(sys, "stderr", broken)
    say("a sentence")
    assert os.path.sameopenfile(broken.fileno(), os.open(os.devnull, os.O_WRONLY))
    broken.file.close()


def test_a_standard_error_that_is_closed_is_no_terminal_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    say("a sentence")
    assert not is_terminal(sys.stderr)


def test_a_file_that_may_not_be_written_is_left_alone(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept"
    path.write_text("old")
    monkeypatch.setattr(os, "access", lambda *_: False)
    result = cli("params", "8 > lstm 4", "--output-file", str(path))
    assert (result.exit_code, result.stderr.startswith("error: --output-file: ")) == (2, True)
    assert result.stderr.endswith("cannot be written: permission denied\n")
    assert path.read_text() == "old"


def test_the_module_is_the_program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["lstm-calc", "params", "-i", "32", "-u", "32", "-q"])
    monkeypatch.setattr(gc, "freeze", lambda: None)  # what the tests hold is no leftover of a program that ends
    monkeypatch.delitem(sys.modules, "lstm_calc.__main__", raising=False)
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("lstm_calc", run_name="__main__")
    assert (caught.value.code, capsys.readouterr().out) == (0, "8320\n")


def test_an_interrupted_program_exits_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstm_calc.cli.app", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 130


def test_the_program_ends_as_python_does() -> None:
    code = "import atexit; atexit.register(print, 'last'); from lstm_calc.__main__ import program; program()"
    call = [sys.executable, "-c", code, "params", "-i", "32", "-u", "32", "-q"]
    assert subprocess.run(call, capture_output=True, text=True, check=True).stdout == "8320\nlast\n"


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_completion_script_names_the_program(shell: str) -> None:
    variables = {"_LSTM_CALC_COMPLETE": f"source_{shell}", "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    assert "lstm-calc" in program(env=os.environ | variables).stdout


DIFFERENCES = {
    "compare '32 > lstm 32' '32 > gru 32' -q": "-2080\n",
    "compare '32 > lstm 32' -f keras,pytorch -q": "128\n",
    "explain --difference -f keras,pytorch '32 > lstm 32' -q": "128\n",
    "explain '32 > lstm 32' -f pytorch -q": "8448\n",
    "explain 'vocab 30 > embed 8 > lstm 8 > dense 30 tied' -q": "814\n",
}


@pytest.mark.parametrize("call", DIFFERENCES)
def test_the_number_alone_of_what_compares_or_explains(cli: Cli, call: str) -> None:
    result = cli(*shlex.split(call))
    assert (result.stdout, result.exit_code) == (DIFFERENCES[call], 0)


def test_one_number_of_three_models_is_refused(cli: Cli) -> None:
    result = cli("compare", "8 > lstm 4", "8 > gru 4", "8 > rnn 4", "-q")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: --quiet prints one number, the difference of two")


def test_help_says_which_number_is_printed_alone(cli: Cli) -> None:
    numbers = {"params": "the number of parameters", "cost": "the multiply-accumulates", "check": "how many models do not fit"}
    for command, number in numbers.items():
        assert number in " ".join(cli("help", command).stdout.replace("│", " ").split())
