"""Standard error and terminals, also where a stream is missing or can no longer be written to."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TextIO


STDIN = "<stdin>"
"""Standard input's name in messages, and before an entry of what it has, since a command line takes -:Encoder for an option."""


def say(sentence: str) -> None:
    """Write a line to standard error, control characters in what it quotes made visible.

    Where that is not possible, the answer and the exit code are still what they are.
    """
    from lstm_calc.visible import visible

    if sys.stderr is None:
        return
    shown = "\n".join(map(visible, sentence.split("\n")))
    try:
        sys.stderr.write(f"{shown}\n")
        sys.stderr.flush()
    except OSError:
        let_go(sys.stderr)


def let_go(stream: TextIO) -> None:
    """Send what a broken stream still holds to the null device, or Python would try to write it again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_file(stream: Any) -> bool:
    """Say whether a stream is a regular file on a disk, and no pipe, device or text in memory."""
    with suppress(OSError, ValueError, AttributeError):  # a stream in memory has no descriptor
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    return False


def is_terminal(stream: TextIO | None) -> bool:
    """Say whether somebody sits at a stream; there is none where it is closed."""
    return stream is not None and stream.isatty()
