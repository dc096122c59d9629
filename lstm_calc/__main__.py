"""The program: ``lstm-calc``, or ``python -m lstm_calc``."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress

_OBJECTS = 100_000
"""How many objects a run makes before the garbage collector looks for cycles.

Python's own 700 let it look several times while modules are imported, which leave no cycles behind: 4% of the instructions of a
short run.
"""
_FAILED = 70
"""The exit code of a fault of the program itself: EX_SOFTWARE of sysexits.h. 1 would say that the answer is no."""
_INTERRUPTED = 130


def program() -> None:
    """Run the command line in a process that ends with it; raise SystemExit with the exit code."""
    try:
        main()
    finally:
        gc.freeze()  # as Python ends it collects garbage twice, and now has nothing to look through


def main() -> None:
    """Run the command line; raise SystemExit with the exit code, and leave the process that calls it as it was."""
    usual = gc.get_threshold()
    gc.set_threshold(_OBJECTS)
    try:
        _run()
    finally:
        gc.set_threshold(*usual)


def _run() -> None:
    """Run the command line; raise SystemExit for whatever ends it."""
    try:
        from lstm_calc.cli import app

        app(prog_name="lstm-calc")
    except SystemExit:
        raise
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BaseException as error:
        with suppress(Exception):
            _tell(error)
        raise SystemExit(_FAILED) from error


def _tell(error: BaseException) -> None:
    """Say what failed, and where; in Python's development mode (``python -X dev``), with the traceback."""
    from pathlib import Path
    from traceback import extract_tb, format_exception

    from lstm_calc.errors import printable
    from lstm_calc.streams import say

    if sys.flags.dev_mode:
        say("".join(format_exception(error)))
    if isinstance(error, MemoryError):
        say("error: there is not enough memory for this")
    else:
        (place,) = extract_tb(error.__traceback__, limit=-1)
        what = printable(f"{type(error).__name__}: {error}")
        say(f"error: lstm-calc failed, please report it: {what} ({Path(place.filename).name}, line {place.lineno})")


if __name__ == "__main__":
    program()
