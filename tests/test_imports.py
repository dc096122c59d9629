"""What may import what, what `import lstm_calc` may load, and tests of these tests."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import lstm_calc

ROOT = Path(__file__).parent.parent


def loaded(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after running some code."""
    ending = "import sys, atexit; atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))"
    done = subprocess.run([sys.executable, "-c", f"{ending}; {code}"], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("then", ["", "; from lstm_calc import LSTM, Model, params; params(Model([LSTM(2)], 1))"])
def test_the_python_interface_loads_neither_typer_nor_rich(then: str) -> None:
    assert loaded(f"import lstm_calc{then}").isdisjoint({"typer", "rich"})


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


def test_the_test_would_see_it() -> None:
    assert {"typer", "rich.console"} <= loaded("import typer, rich.console")


LINT = [
    sys.executable,
    "-c",
    "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as lint; lint()",
]


def test_the_import_rules_hold() -> None:
    pytest.importorskip("importlinter", reason="import-linter is installed where lint runs")
    done = subprocess.run(LINT, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_a_broken_import_rule_would_be_seen(tmp_path: Path) -> None:
    pytest.importorskip("importlinter", reason="import-linter is installed where lint runs")
    shutil.copytree(ROOT / "lstm_calc", tmp_path / "lstm_calc")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "lstm_calc" / "render" / "__init__.py").open("a") as module:
        module.write("\nfrom lstm_calc.model import LSTM\n")
    done = subprocess.run(LINT, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "lstm_calc.render -> lstm_calc.model" in done.stdout
    assert done.returncode == 1


def test_the_package_exports_every_kind_of_layer() -> None:
    assert {kind.__name__ for kind in lstm_calc.KINDS.values()} <= set(lstm_calc.__all__)
