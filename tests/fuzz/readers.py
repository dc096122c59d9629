"""A coverage-guided fuzzer over the notation and every reader of a file.

    PYTHONPATH=. python tests/fuzz/readers.py CORPUS tests/data/checkpoints -max_total_time=300

The corpus is a folder for what it finds worth keeping; the files of weights are what it begins with, the hostile ones of the tests,
the large ones cut, and a file of each form of tests.surfaces. Needs atheris (pip install atheris) and what the tests need; the
options are libFuzzer's. Whatever is no error of ours is a find, so is what takes two minutes (HDF5 may work for one second), or
500 MB, of which the seeds take a part.
"""

from __future__ import annotations

import contextlib
import sys
from importlib import import_module
from io import BytesIO
from pathlib import Path
from pkgutil import iter_modules
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import atheris

if TYPE_CHECKING:
    from collections.abc import Callable

with atheris.instrument_imports(include=["lstm_calc"]):
    from lstm_calc.errors import LstmCalcError
    from lstm_calc.formats import code, keras, notation
    from lstm_calc.formats import reading as forms
    from lstm_calc.formats.modelfile import load_from, loads
    from lstm_calc.formats.printed import read_printed
    from lstm_calc.frozen import parse_count, parse_size, parse_time
    from lstm_calc.model.budget import budget_of
    from lstm_calc.questions.inspect import inspect
    from lstm_calc.questions.params import params
    from lstm_calc.questions.stored_model import load_stored, read_stored
    from lstm_calc.questions.varied import read_axis
    from lstm_calc.weights import inference
    from lstm_calc.weights import readers as checkpoint
    from lstm_calc.weights.readers.source import MOST

    for package in (checkpoint, inference, keras, code):  # which are imported when they are needed, too late to be instrumented
        for module in iter_modules(package.__path__, f"{package.__name__}."):
            import_module(module.name)


def _model(text: str) -> None:
    params(notation.read(text))


def _budget(text: str) -> None:
    budget_of({"params": text, "bytes": text, "macs": text})


def _program(ending: str) -> Callable[[str], object]:
    return lambda text: params(code.read_program(text.encode("utf-8", "replace"), f"fuzz{ending}", None))


WEIGHTS = Path(mkdtemp()) / "weights"
_LARGEST_SEED = 2**13
READERS = (
    *(_model, notation.read_template, loads, parse_count, parse_size, parse_time, read_axis, _budget),
    *(forms.read, forms.read_template, read_printed, read_stored, _program(".py"), _program(".ipynb")),
)


def try_one(data: bytes) -> None:
    """Give one input to every reader."""
    with contextlib.suppress(LstmCalcError):
        load_from(BytesIO(data), "fuzz.keras")
    WEIGHTS.write_bytes(data)
    with contextlib.suppress(LstmCalcError):
        inspect(str(WEIGHTS))
    with contextlib.suppress(LstmCalcError):
        params(load_stored(str(WEIGHTS)))
    text = data.decode("utf-8", "replace")
    for reader in READERS:
        with contextlib.suppress(LstmCalcError):
            reader(text)


def seeds() -> Path:
    """Return a folder of the hostile files of the tests, the large ones cut, and of a file of each form of a model."""
    from tests.hostile import BROKEN, MADE
    from tests.surfaces import samples

    folder = Path(mkdtemp())
    broken = [data if isinstance(data, bytes) else data() for data, _ in BROKEN.values()]
    files = [*samples(), *broken, *(make() for make, _ in MADE.values())]
    for at, data in enumerate(files):
        (folder / str(at)).write_bytes(data[:_LARGEST_SEED])
    return folder


if __name__ == "__main__":
    MOST["seconds"] = 1  # for HDF5 that has no end
    atheris.Setup([*sys.argv, str(seeds()), "-timeout=120", "-rss_limit_mb=500"], try_one)
    atheris.Fuzz()
