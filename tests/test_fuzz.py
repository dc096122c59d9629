"""Whatever is typed or read ends in an answer or a sentence: exit codes 0, 1 and 2, within two seconds, nothing else written.

HYPOTHESIS_PROFILE=long tries 100,000 inputs.
"""

from __future__ import annotations

import gc
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from lstm_calc.cli import app
from lstm_calc.errors import ModelError
from lstm_calc.formats import notation
from lstm_calc.formats.modelfile import load_template, loads
from tests.vocabulary import configs, junk, model_files, vectors, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SECONDS = 2
OLD = {"old.txt": "old", "model.toml": 'input_dim = 3\n[[layers]]\ntype = "lstm"\nunits = 4\n', "model.json": '{"layers": []}'}

many = settings(max_examples=10 * settings.default.max_examples, suppress_health_check=list(HealthCheck))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder of our own, on a screen of one size."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def lay_out(folder: Path) -> None:
    """Put the old files into the folder, and nothing else."""
    for path in folder.iterdir():
        if OLD.get(path.name) != path.read_text():
            path.unlink()
    for name, text in OLD.items():
        if not (folder / name).exists():
            (folder / name).write_text(text)


@many
@given(vectors(), st.sampled_from(["", *OLD.values()]))
def test_any_call_ends_in_order(folder: Path, words: list[str], stdin: str) -> None:
    lay_out(folder)
    start = time.process_time()
    result = CliRunner().invoke(app, words, input=stdin)
    assert time.process_time() - start < _SECONDS
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.exit_code in {0, 1, 2}
    assert (result.exit_code == 2) <= result.stderr.startswith("error: ")
    assert "Traceback" not in result.output
    new = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(new) - set(OLD) <= {name for name in ("answer.txt",) if name in words}
    assert {name for name, text in OLD.items() if new[name].decode() != text} <= {"old.txt"} & set(words)


def refused(read: Callable[[Any], object], given: Any) -> bool:
    """Say whether a reader refuses what it is given in a sentence; anything but that is raised, or takes too long."""
    gc.disable()  # what a long run has piled up takes seconds to collect, which are not the reader's
    start = time.process_time()
    try:
        read(given)
    except ModelError as error:
        return bool(str(error))
    finally:
        taken = time.process_time() - start
        gc.enable()
        assert taken < _SECONDS
    return False


@many
@given(st.one_of(written, junk))
def test_any_notation_is_a_model_or_a_sentence(text: str) -> None:
    refused(notation.read_template, text)
    if not refused(notation.read, text):
        model = notation.read(text)
        assert notation.read(str(model)) == model


@many
@given(st.one_of(model_files, configs()))
def test_any_json_is_a_model_or_a_sentence(data: object) -> None:
    refused(loads, json.dumps(data))


@many
@given(model_files)
def test_any_template_is_one_or_a_sentence(folder: Path, data: object) -> None:
    path = folder / "template.json"
    path.write_text(json.dumps(data))
    refused(load_template, str(path))


@many
@given(st.one_of(st.text(), st.binary(max_size=60).map(lambda data: data.decode("latin-1"))))
@example("[[layers]]\ntype = 'lstm'\nunits = 1979-05-27")
def test_any_text_is_a_model_or_a_sentence(text: str) -> None:
    refused(loads, text)
