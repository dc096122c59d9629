"""Whatever form a model is given in, whole or mutated: an answer or a sentence, within two seconds, and numbers that agree.

HYPOTHESIS_PROFILE=long tries 10,000 inputs of each form.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from lstm_calc.cli import app
from tests.surfaces import SURFACES, Given, lists, mutated, stored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.slow

_SECONDS, _MEBIBYTES = 2, 200
several = settings(max_examples=5 * settings.default.max_examples, suppress_health_check=list(HealthCheck))
COMMANDS = {
    "params": ["--format", "json"],
    "tensors": ["--format", "json"],
    "summary": ["--format", "json"],
    "inspect": [],
    "check": ["--max-params", "1M"],
    "solve": ["--max-params", "1M"],
    "cost": [],
    "code": ["-f", "pytorch"],
    "explain": [],
}


@pytest.fixture(scope="module", autouse=True)
def few_to_collect() -> Iterator[None]:
    """Leave what the other tests hold out of each collection, which takes a third of a second with it."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def called(folder: Path, command: str, file: Given) -> Result:
    """Return what a command answers about a file, or about a line of calls; it is in order whatever it is."""
    model = file.data.decode("utf-8", "replace")
    if file.ending:
        model = str(folder / f"model{file.ending}")
        (folder / f"model{file.ending}").write_bytes(file.data)
    gc.collect()
    gc.disable()  # as in tests.test_fuzz
    held, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        result = CliRunner().invoke(app, [command, model, *COMMANDS[command]] if model[:1] != "-" else ["params", "-"])
    finally:
        gc.enable()
    taken, grown = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in {0, 1, 2}
    assert (result.exit_code == 2) <= ("error: " in result.stderr)
    assert "Traceback" not in result.output
    assert "please report" not in result.output
    assert not any(char in result.output for char in "\x00\x1b\u202e")
    assert taken < _SECONDS
    assert sys.platform == "darwin" or grown < _MEBIBYTES * 1024
    return result


@pytest.mark.parametrize("form", SURFACES)
@several
@given(command=st.sampled_from(sorted(COMMANDS)), data=st.data())
def test_what_is_mutated_is_answered_or_refused(tmp_path: Path, command: str, form: str, data: st.DataObject) -> None:
    called(tmp_path, command, data.draw(mutated(SURFACES[form])))


@pytest.mark.parametrize("form", SURFACES)
@several
@given(data=st.data())
def test_commands_agree_on_what_they_are_given(tmp_path: Path, form: str, data: st.DataObject) -> None:
    file = data.draw(st.one_of(SURFACES[form], mutated(SURFACES[form])))
    totals = [
        json.loads(found.stdout).get("total")
        for name in ("params", "tensors", "summary")
        if (found := called(tmp_path, name, file)).exit_code == 0
    ]
    assert len(set(totals)) <= 1


@pytest.mark.parametrize("form", [stored(), lists()], ids=["weights", "tensors"])
@several
@given(data=st.data())
def test_every_number_of_what_is_stored_is_counted(tmp_path: Path, form: st.SearchStrategy[Given], data: st.DataObject) -> None:
    file = data.draw(form)
    result = called(tmp_path, "params", file)
    assert result.exit_code == 0, (result.stderr, file.data[:500])
    assert json.loads(result.stdout)["total"] == file.total, file.data[:500]
