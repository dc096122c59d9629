"""One table of hostile files that every reader of weights survives, within one limit of time and memory."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.hostile import BROKEN, MADE, MEASURE
from tests.test_checkpoint import refusal

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS, _MEBIBYTES = 10, 200
NEEDS_H5PY = {"a heap without an end", "a text of 4 GB", "60,000 links"}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_ends_in_a_sentence(tmp_path: Path, name: str) -> None:
    data, words = BROKEN[name]
    assert words in refusal(tmp_path / "a", data)


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
