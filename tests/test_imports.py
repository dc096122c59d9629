"""The import ladder: what may import what, what a start may load, and a test of that test."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORECAST = ["forecast", "--features", "2", "--window", "8", "--units", "2"]
STARTS = {
    "import lstm_calc": ("typer", "rich", "json", "lstm_calc.model"),
    "from lstm_calc import LSTM, Dense, Model, params; params(Model([LSTM(2)], 1))": ("typer", "rich", "json"),
    "from lstm_calc.cli import app; app(['params', '-i', '2', '-u', '2', '-q'])": (
        "rich",
        "json",
        "importlib.metadata",
        "lstm_calc.report",
        "lstm_calc.cli.tensors",
        "lstm_calc.cli.frameworks",
        "lstm_calc.frameworks.keras",
        "lstm_calc.formats.notation",
        "lstm_calc.formats.modelfile",
    ),
    "from lstm_calc.cli import app; app(['params', '-i', '2', '-u', '2', '--format', 'json'])": ("rich", "lstm_calc.report"),
    "from lstm_calc.cli import app; app(['params', '-i', '2', '-u', '2', '--format', 'csv'])": ("rich", "json"),
    "from lstm_calc.cli import app; app(['params', '-i', '2', '-u', '2', '--format', 'markdown'])": ("rich", "json"),
    f"from lstm_calc.cli import app; app({FORECAST} + ['-q'])": ("rich", "json", "lstm_calc.report"),
    f"from lstm_calc.cli import app; app({FORECAST} + ['--as-model'])": ("rich", "lstm_calc.report"),
    "from lstm_calc.cli import app; app(['arguments', '--format', 'json'])": (
        "rich",
        "lstm_calc.report",
        "lstm_calc.formats.modelfile",
    ),
    "from lstm_calc.cli import app; app(['frameworks', '--format', 'json'])": ("rich", "lstm_calc.report"),
    "from lstm_calc.cli import app; app(['explain', '-i', '2', '-u', '2', '--format', 'json'])": ("rich", "lstm_calc.report"),
    "from lstm_calc.cli import app; app(['explain', '-i', '2', '-u', '2', '--format', 'html'])": ("rich", "json"),
    "from lstm_calc.cli import app; app(['compare', '2 > lstm 2', '2 > gru 2', '--format', 'latex'])": ("rich", "json"),
    "from lstm_calc.cli import app; app(['params', '-i', '2', '-u', '2'])": ("json", "importlib.metadata"),
    "from lstm_calc.cli import app; app(['solve', '-i', '2', '--max-params', '1k', '-q'])": ("rich", "json", "lstm_calc.report"),
    "from lstm_calc.cli import app; app(['sweep', '2 > lstm 2', '--vary', 'units=1,2', '--format', 'csv'])": (
        "rich",
        "json",
        "matplotlib",
        "lstm_calc.render.picture",
    ),
    "from lstm_calc.cli import app; app(['report', '2 > lstm 2', '--max-params', '1k'])": (
        "rich",
        "json",
        "lstm_calc.questions.training",
    ),
    "from lstm_calc.cli import app; app(['inspect', 'tests/data/checkpoints/bilstm.pt', '--format', 'json'])": (
        "rich",
        "lstm_calc.report",
        "numpy",
        "h5py",
        "mmap",
        "pickle",
        "lstm_calc.weights.readers.onnx",
    ),
}
"""For each start: the modules it must not load."""


def loaded(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after running some code."""
    ending = "import sys, atexit; atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))"
    done = subprocess.run([sys.executable, "-c", f"{ending}; {code}"], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("code", STARTS)
def test_a_start_loads_no_more_than_it_needs(code: str) -> None:
    assert loaded(code).isdisjoint(STARTS[code])


BARE = "import sys; sys.modules.update(dict.fromkeys(['numpy', 'h5py', 'safetensors', 'matplotlib', 'typer', 'rich']))"
"""What makes it impossible to import any package that is not part of Python."""
PUBLIC = (
    "from lstm_calc import *; import lstm_calc; assert set(lstm_calc.__all__) <= globals().keys()",
    "import lstm_calc; assert [name for name in lstm_calc.__all__ if not hasattr(lstm_calc, name)] == []",
    "import lstm_calc; assert not hasattr(lstm_calc, 'prot')",
)


@pytest.mark.parametrize("code", PUBLIC)
def test_every_public_name_is_there_without_any_other_package(code: str) -> None:
    subprocess.run([sys.executable, "-c", f"{BARE}; {code}"], check=True)


def complete(words: str) -> set[str]:
    """Return the modules that completing the last of some words in bash loads."""
    variables = {"_LSTM_CALC_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    return loaded(f"import os; os.environ.update({variables}); from lstm_calc.cli import app; app(prog_name='lstm-calc')")


def test_a_command_is_completed_without_importing_any() -> None:
    named = complete("lstm-calc pa")
    assert "lstm_calc.cli" in named
    assert {name for name in named if name.startswith(("lstm_calc.cli.", "rich"))} == {"lstm_calc.cli.descriptions"}
    options = complete("lstm-calc params --bi")
    assert {"lstm_calc.cli.params", "lstm_calc.cli.options"} <= options
    assert {"lstm_calc.cli.cost", "rich", "lstm_calc.frameworks.counting"}.isdisjoint(options)


def test_the_test_would_see_it() -> None:
    assert {"rich", "lstm_calc.render"} <= loaded("import rich, lstm_calc.render")
    assert "rich.console" in loaded("from lstm_calc.cli import app; app(['params', '-i', '2', '-u', '2'])")


LINT = [
    sys.executable,
    "-c",
    "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as lint; lint()",
]


def test_the_import_rules_hold() -> None:
    pytest.importorskip("importlinter", reason="import-linter is installed where lint runs")
    done = subprocess.run(LINT, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_broken_import_rule_would_be_seen(tmp_path: Path) -> None:
    pytest.importorskip("importlinter", reason="import-linter is installed where lint runs")
    shutil.copytree(ROOT / "lstm_calc", tmp_path / "lstm_calc")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "lstm_calc" / "render" / "__init__.py").open("a") as module:
        module.write("\nfrom lstm_calc.model import LSTM\n")
    done = subprocess.run(LINT, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "lstm_calc.render -> lstm_calc.model" in done.stdout
    assert done.returncode == 1
