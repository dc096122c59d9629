"""What ``forward`` of a module of PyTorch does is followed: shapes and operations are those of PyTorch, or are not said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lstm_calc import ModelError, cost, params, read, shapes
from lstm_calc.formats.code import read_code
from lstm_calc.formats.modelfile import dumps, loads
from tests.followed_programs import PROGRAMS, UNKNOWN, Program, ran, unknown

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_macs_and_output_of_a_program_are_those_of_pytorch(cli: Cli, program: Program) -> None:
    result = cli("cost", "-", *program.options, "--batch", "2", "--format", "json", stdin=program.text)
    assert json.loads(result.stdout)["macs"] == program.macs
    model = read_code(program.text)
    given = cli("shapes", "-", *(("--batch", "2") if len(program.reads) == 2 else ()), "--format", "json", stdin=program.text)
    (last,) = [link["shape"] for link in json.loads(given.stdout)["links"] if link["target"] is None]
    assert (len(last), last[-1], model.listed) == (len(program.output), program.output[-1], False)


@pytest.mark.oracle
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_pytorch_gives_what_is_said_of_a_program(program: Program) -> None:
    assert ran(program) == (program.macs, program.output)


@pytest.mark.parametrize("forward", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_followed_has_no_shapes_and_no_operations(cli: Cli, forward: str) -> None:
    text = unknown(forward)
    assert params(read_code(text)).total == 5_258
    for command in ("cost", "shapes", "diagram"):
        result = cli(command, "-", *(("--space", "28x28") if command == "cost" else ()), stdin=text)
        assert (result.exit_code, "what comes in at conv1 is not known" in result.stderr) == (2, True)
    assert cli("check", "-", "--max-macs", "9M", "--space", "28x28", stdin=text).exit_code == 2
    summary = cli("summary", "-", stdin=text).stdout
    assert "MACs are not known: what comes in at conv1" in summary
    assert "None" not in summary


def test_a_printed_sequence_is_a_chain_with_its_pooling() -> None:
    lines = (
        "Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))",
        "ReLU()",
        "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)",
        "Flatten(start_dim=1, end_dim=-1)",
        "Linear(in_features=1352, out_features=10, bias=True)",
    )
    text = "Sequential(\n" + "".join(f"  ({at}): {line}\n" for at, line in enumerate(lines)) + ")"
    found = cost(read(text), space=(28, 28))
    assert found.macs == 48_672 + 13_520
    other = text.replace("Sequential", "Net")
    assert params(read(other)).total == params(read(text)).total
    with pytest.raises(ModelError, match="what comes in at 0 is not known"):
        shapes(read(other))


def test_a_list_of_layers_says_what_is_taken_for_granted(cli: Cli) -> None:
    text = "import torch.nn as nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    text += "        self.rnn = nn.LSTM(3, 6)\n        self.fc = nn.Linear(6, 2)\n"
    for command in ("cost", "shapes", "summary"):
        assert "each layer is taken to read what the one before it gives" in cli(command, "-", stdin=text).stdout


def test_macs_of_a_layer_that_is_known_by_its_count_alone_are_not_said(cli: Cli) -> None:
    line = "8 > other 100 shape=4 > dense 3"
    assert "MACs and FLOPs are lower bounds: what other computes is not known" in cli("cost", line).stdout
    result = cli("check", line, "--max-macs", "1M")
    assert (result.exit_code, "the MACs of other are not known" in result.stderr) == (2, True)
    assert "the MACs of other are not known" in cli("cost", line, "-q").stderr
    rows = json.loads(cli("summary", line, "--format", "json").stdout)["layers"]
    assert [row["macs"] for row in rows] == [None, 12]


def test_a_layer_reads_what_comes_in_where_its_width_is_not_known() -> None:
    found = shapes(read("3 > conv2d 4 k=3x3 > flatten > dense 2 in=36"))
    assert [(link.source, link.target) for link in found.links][-2:] == [("flatten", "dense"), ("dense", None)]


def test_a_layer_that_names_what_it_reads_says_its_width_where_it_is_not_known() -> None:
    found = shapes(read("3 > conv2d 4 k=3x3 name=c > flatten name=f inputs=c > dense 2 in=36 inputs=f > add inputs=dense,dense"))
    assert found.reads["dense"] == (None, 36)
    with pytest.raises(ModelError, match="input_dim is 37, and"):
        params(read("5x5x3 > conv2d 4 k=3x3 name=c > flatten name=f inputs=c > dense 2 in=37 inputs=f"), "pytorch")


def test_a_model_file_says_that_its_layers_are_only_listed(cli: Cli, tmp_path: Path) -> None:
    model = read_code(unknown("return self.conv1(x)"))
    assert loads(dumps(model)).listed
    file = tmp_path / "model.json"
    file.write_text(dumps(model), encoding="utf-8")
    result = cli("cost", str(file), "--space", "28x28")
    assert (result.exit_code, "what comes in at conv1 is not known" in result.stderr) == (2, True)
