"""One table of hostile files that every reader of weights survives, within one limit of time and memory."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from lstm_calc.errors import CheckpointError
from lstm_calc.questions.inspect import inspect_file, same
from lstm_calc.weights.readers.confined import answer
from lstm_calc.weights.readers.source import Allowance
from tests.handmade import safetensors
from tests.hostile import BROKEN, MADE, MEASURE
from tests.test_checkpoint import refusal
from tests.test_code import HOSTILE

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

_SECONDS, _MEBIBYTES = 10, 200
NEEDS_H5PY = {"a heap without an end", "a text of 4 GB", "60,000 links"}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_ends_in_a_sentence(tmp_path: Path, name: str) -> None:
    data, words = BROKEN[name]
    assert words in refusal(tmp_path / "a", data if isinstance(data, bytes) else data())


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("name", [*BROKEN, *MADE])
def test_a_hostile_file_costs_little(tmp_path: Path, name: str) -> None:
    if name in NEEDS_H5PY and find_spec("h5py") is None:
        pytest.skip("h5py, which is an extra, is not installed")
    made, words = MADE.get(name) or BROKEN[name]
    (tmp_path / "a").write_bytes(made if isinstance(made, bytes) else made())
    call = [sys.executable, "-c", MEASURE, "inspect", str(tmp_path / "a")]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=120)
    *sentence, last = done.stderr.splitlines()
    seconds, memory = map(float, last.split())
    assert words in "".join(sentence)
    assert (done.returncode == 2, len(sentence)) == (bool(words), bool(words))
    assert memory < _MEBIBYTES
    assert seconds < _SECONDS


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_costs_little(tmp_path: Path, text: str) -> None:
    path = tmp_path / ("a.txt" if text.startswith(("Param", "Net(")) else "a.py")
    path.write_text(text)
    call = [sys.executable, "-c", MEASURE, "params", str(path)]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=120)
    *sentence, last = done.stderr.splitlines()
    seconds, memory = map(float, last.split())
    assert (done.returncode, bool(sentence), "Traceback" in done.stderr) == (2, True, False)
    assert memory < _MEBIBYTES
    assert seconds < 2


def test_many_tensors_are_compared_in_linear_time(tmp_path: Path) -> None:
    kernels = {"weight_ih_l0": (8, 3), "weight_hh_l0": (8, 2)}
    tensors = {f"{at}.{name}": shape for at in range(20_000) for name, shape in kernels.items()}
    (tmp_path / "a").write_bytes(safetensors(tensors, "U8", 1))
    file = inspect_file(str(tmp_path / "a"))
    started = time.process_time()
    assert same(file, file).same
    assert time.process_time() - started < 3


@pytest.mark.parametrize("reader", ["crashing", "hoarding"])
def test_a_reader_in_a_process_of_its_own_may_fail(tmp_path: Path, reader: str) -> None:
    (tmp_path / "a").write_bytes(b"some text")
    with (tmp_path / "a").open("rb") as stream:
        assert answer("tests.hostile:working", stream, 5, 4, Allowance()) == "text"
        with pytest.raises(CheckpointError, match="is broken, or takes more memory than it may"):
            answer(f"tests.hostile:{reader}", stream, 0, 9, Allowance())
