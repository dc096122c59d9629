"""Where an answer goes: to standard output, or into a file that is written whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import OutputError, did_you_mean, quoted
from lstm_calc.render import DATA_FORMATS, DOCUMENT_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from lstm_calc.document import Document


_STANDARD_OUTPUT = {"-", "/dev/stdout", "/dev/fd/1"}


def formats() -> list[str]:
    """Return the names of all formats."""
    first, *others = DOCUMENT_FORMATS
    return [first, *DATA_FORMATS, *others]


class Output:
    """A format, and a file where it does not go to standard output."""

    def __init__(self, form: str, file: str | None) -> None:
        """Raise OutputError for a format that is not known, before any work is done."""
        known = formats()
        if form not in known:
            raise OutputError(f"--format: {quoted(form)} is not a format{did_you_mean(form, known)}")
        self.form = form
        self.file = None if file in _STANDARD_OUTPUT else file

    def show(self, data: Callable[[], Any], document: Callable[[], Document]) -> int:
        """Write an answer, of which the format takes the plain values or the document; return exit code 0."""
        if self.form in DATA_FORMATS:
            return self._write(lambda _: DATA_FORMATS[self.form](data()))
        return self._write(lambda stream: DOCUMENT_FORMATS[self.form](document(), stream))

    def number(self, number: int) -> int:
        """Write a number alone; return exit code 0."""
        return self.text(f"{number}\n")

    def text(self, text: str) -> int:
        """Write a text as it is; return exit code 0."""
        return self._write(lambda _: text)

    def _write(self, text: Callable[[TextIO], str]) -> int:
        if self.file is None:
            _print(text(sys.stdout))
        else:
            from io import StringIO

            _replace(self.file, text(StringIO()))
        return 0


def _print(text: str) -> None:
    """Write to standard output; a reader that has gone away is no error."""
    if sys.stdout is None:
        raise OutputError("there is no standard output to write to")
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except OSError as error:
        # what is still buffered goes nowhere, or the end of the program would try to write it again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise


def _replace(given: str, text: str) -> None:
    """Write a file beside the path and put it in its place; a device or pipe is written to as it is."""
    try:
        path = _path(given)
        if path.is_file() or not path.exists():
            _put(path, text)
        else:
            path.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not a file name"
        raise OutputError(f"--output-file: {quoted(given)} cannot be written: {why.lower()}") from None


def _path(given: str) -> Path:
    """Return the file that a path leads to; raise ValueError where it names none, PermissionError where it is read-only."""
    if not given or given.endswith("/"):
        raise ValueError(given)
    path = Path(os.path.realpath(given))
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return path


def _put(path: Path, text: str) -> None:
    """Write all of the text into a file beside the path, then give it the path's name and mode."""
    beside = path.with_name(f".lstm-calc-{os.getpid()}.tmp")
    try:
        beside.write_text(text, encoding="utf-8")
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
