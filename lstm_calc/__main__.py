"""The program: ``lstm-calc``, or ``python -m lstm_calc``."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress

_OBJECTS = 100_000
_INTERRUPTED = 130


def main() -> None:
    """Run the command line.

    A short run leaves no cycles behind, but makes enough objects, by importing alone, that the collector would look for them
    several times: a tenth of the run. So it waits for more objects.
    """
    gc.set_threshold(_OBJECTS)
    try:
        from lstm_calc.cli import app

        app(prog_name="lstm-calc")
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def program() -> None:
    """Run the command line, and end the process: Python would first take every object apart, a tenth of a short run.

    So does the installed script; ``python -m lstm_calc`` ends as Python does, also under a profiler or a debugger.
    """
    try:
        main()
    except SystemExit as ended:
        atexit._run_exitfuncs()  # noqa: SLF001 - as multiprocessing does
        with suppress(OSError, ValueError):
            for stream in filter(None, (sys.stdout, sys.stderr)):
                stream.flush()
            os._exit(int(ended.code or 0))
        raise


if __name__ == "__main__":
    main()
