"""The program: ``lstm-calc``, or ``python -m lstm_calc``."""

from __future__ import annotations

import atexit
import gc
import sys

_OBJECTS = 100_000
_INTERRUPTED = 130


def main() -> None:
    """Run the command line.

    A short run leaves no cycles behind, but makes enough objects, by importing alone, that the collector would look for them
    several times and once more at the end: a tenth of the run. So it waits for more objects, and rests at the end.
    """
    gc.set_threshold(_OBJECTS)
    atexit.register(gc.freeze)
    try:
        from lstm_calc.cli import app

        app(prog_name="lstm-calc")
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
