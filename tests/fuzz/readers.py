"""A coverage-guided fuzzer over the notation and every reader of a file.

    python tests/fuzz/readers.py CORPUS tests/data/checkpoints -max_total_time=300

The corpus is a folder for what it finds worth keeping; the files of weights are what it begins with. Needs atheris
(pip install atheris); the options are libFuzzer's. Whatever is no error of ours is a find, so is what takes 2 s, 300 MB.
"""

from __future__ import annotations

import contextlib
import sys
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp

import atheris

with atheris.instrument_imports(include=["lstm_calc"]):
    from lstm_calc.errors import LstmCalcError
    from lstm_calc.formats import notation
    from lstm_calc.formats.modelfile import load_from, loads
    from lstm_calc.frozen import parse_count, parse_size, parse_time
    from lstm_calc.model.budget import budget_of
    from lstm_calc.questions.axes import read_axis
    from lstm_calc.questions.inspect import inspect
    from lstm_calc.questions.params import params


def _model(text: str) -> None:
    params(notation.read(text))


def _budget(text: str) -> None:
    budget_of({"params": text, "bytes": text, "macs": text})


WEIGHTS = Path(mkdtemp()) / "weights"
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


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-timeout=2", "-rss_limit_mb=300"], try_one)
    atheris.Fuzz()
