"""The program: ``lstm-calc``, or ``python -m lstm_calc``."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OBJECTS = 100_000
_FAILED = 70
"""The exit code of a fault of the program itself: EX_SOFTWARE of sysexits.h. 1 would say that the answer is no."""
_INTERRUPTED = 130


def main() -> None:
    """Run the command line; raise SystemExit with the exit code, and leave the process that calls it as it was."""
    with _collecting_rarely():
        _run()


def program() -> None:
    """Run the command line, and end the process: Python would first take every object apart, a tenth of a short run.

    So does the installed script; ``python -m lstm_calc`` ends as Python does, also under a profiler or a debugger.
    """
    with _collecting_rarely():
        try:
            _run()
        except SystemExit as ended:
            atexit._run_exitfuncs()  # noqa: SLF001 - as multiprocessing does
            with suppress(OSError, ValueError):
                for stream in filter(None, (sys.stdout, sys.stderr)):
                    stream.flush()
                os._exit(int(ended.code or 0))
            raise


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Let the garbage collector wait for more objects than usual.

    A short run leaves no cycles behind, but makes enough objects, by importing alone, that the collector would look for them
    several times: a tenth of the run.
    """
    usual = gc.get_threshold()
    gc.set_threshold(_OBJECTS)
    try:
        yield
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
    main()
