"""A coverage-guided fuzzer over the notation and every reader of a file.

    PYTHONPATH=. python tests/fuzz/readers.py CORPUS tests/data/checkpoints -max_total_time=300

The corpus is a folder for what it finds worth keeping; the files of weights are what it begins with, and the hostile ones of the
tests, as far as they are small. Needs atheris (pip install atheris) and what the tests need; the options are libFuzzer's.
Whatever is no error of ours is a find, so is what takes 10 s, which is more than HDF5 may take, or 300 MB.
"""

from __future__ import annotations

import contextlib
import sys
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp

import atheris

from tests.hostile import BROKEN, MADE

with atheris.instrument_imports(include=["lstm_calc"]):
    from lstm_calc import notation
    from lstm_calc.budget import budget_of
    from lstm_calc.counts import parse_count, parse_size, parse_time
    from lstm_calc.errors import LstmCalcError
    from lstm_calc.modelfile import load_from, loads
    from lstm_calc.questions.axes import read_axis
    from lstm_calc.questions.inspect import inspect
    from lstm_calc.questions.params import params


def _model(text: str) -> None:
    params(notation.read(text))


def _budget(text: str) -> None:
    budget_of({"params": text, "bytes": text, "macs": text})


WEIGHTS = Path(mkdtemp()) / "weights"
_LARGEST_SEED = 2**17
READERS = (_model, notation.read_template, loads, parse_count, parse_size, parse_time, read_axis, _budget)


def try_one(data: bytes) -> None:
    """Give one input to every reader."""
    with contextlib.suppress(LstmCalcError):
        load_from(BytesIO(data), "fuzz.keras")
    WEIGHTS.write_bytes(data)
    with contextlib.suppress(LstmCalcError):
        inspect(str(WEIGHTS))
    text = data.decode("utf-8", "replace")
    for reader in READERS:
        with contextlib.suppress(LstmCalcError):
            reader(text)


def seeds() -> Path:
    """Return a folder of the hostile files of the tests, the large ones cut."""
    folder = Path(mkdtemp())
    files = [data for data, _ in BROKEN.values()] + [make() for make, _ in MADE.values()]
    for at, data in enumerate(files):
        (folder / str(at)).write_bytes(data[:_LARGEST_SEED])
    return folder


if __name__ == "__main__":
    atheris.Setup([*sys.argv, str(seeds()), "-timeout=10", "-rss_limit_mb=300"], try_one)
    atheris.Fuzz()
