"""A reader of ours in a process of its own, with limits of time and memory: a library written in C can hang, crash, or fill memory.

The file is the process's standard input. Its output is an empty line, which says that it has begun, and then, as JSON, the answer
and the seconds of work.
"""

from __future__ import annotations

import json
import math
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from lstm_calc.errors import CheckpointError
from lstm_calc.weights.readers.source import Window

if TYPE_CHECKING:
    from lstm_calc.weights.readers.source import Allowance

_MOST_MEMORY = 128 * 2**20
_LONGEST_WAIT = 60
_CODE = """
import sys
sys.path[:] = sys.argv[5:]
from lstm_calc.weights.readers.confined import main
main(*sys.argv[1:5])
"""


def answer(reader: str, stream: IO[bytes], start: int, size: int, allowance: Allowance) -> Any:
    """Return what a function ``module:name`` of ours answers about a stretch of a file, None where no process can be started.

    Raises CheckpointError where it needs more seconds of work than the file may still take, or does not end by itself.
    """
    from subprocess import TimeoutExpired

    most = max(1, math.ceil(allowance.left["seconds"]))
    try:
        output, code = _output([reader, str(start), str(size), str(most)], stream)
    except TimeoutExpired:
        raise CheckpointError(f"takes more than {_LONGEST_WAIT} seconds to read") from None
    if not output:
        return None
    try:
        held, seconds = json.loads(output)
    except ValueError:
        raise CheckpointError(_end(code, most)) from None
    allowance.spend("seconds", seconds)
    return held


def _output(arguments: list[str], stream: IO[bytes]) -> tuple[bytes, int]:
    """Return the output and the exit code of a process that reads a file, no output where none can be started."""
    from subprocess import DEVNULL, PIPE, run

    if not sys.executable or getattr(sys, "frozen", False):  # then it is not Python
        return b"", 0
    paths = [str(Path(path or ".").absolute()) for path in sys.path]
    try:
        done = run(  # noqa: S603  our own interpreter, and no shell
            [sys.executable, "-I", "-c", _CODE, *arguments, *paths],
            stdin=stream,
            stdout=PIPE,
            stderr=DEVNULL,
            timeout=_LONGEST_WAIT,
            check=False,
        )
    except OSError:
        return b"", 0
    return done.stdout, done.returncode


def _end(code: int, seconds: int) -> str:
    """Return, in words, how a process ended that gave no answer."""
    import signal

    if code == -getattr(signal, "SIGXCPU", 0):
        return f"takes more than {seconds} seconds of work to read"
    return "is broken, or takes more memory than it may: reading it ended the process that did"


def main(reader: str, start: str, size: str, seconds: str) -> None:
    """Answer about a stretch of standard input, within limits; this is what the process runs."""
    module, _, name = reader.partition(":")
    ask = getattr(import_module(module), name)()
    sys.stdout.write("\n")
    sys.stdout.flush()
    _limit(int(seconds))
    with open(0, "rb") as stream:
        held = ask(Window(stream, int(start), int(size)))
    sys.stdout.write(json.dumps([held, time.process_time()]))


def _limit(seconds: int) -> None:
    """Let this process work for so many seconds more and grow by 128 MiB, where the system can; and leave no core behind."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        used = math.ceil(time.process_time())
        _lower(resource, resource.RLIMIT_CORE, 0)
        _lower(resource, resource.RLIMIT_CPU, used + seconds)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _lower(resource, resource.RLIMIT_AS, pages * resource.getpagesize() + _MOST_MEMORY)


def _lower(resource: Any, kind: int, most: int) -> None:
    soft, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (most if soft == resource.RLIM_INFINITY else min(most, soft), hard))
