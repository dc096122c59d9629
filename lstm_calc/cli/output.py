"""Where an answer goes: to standard output, or into a file that is written whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import OutputError, did_you_mean
from lstm_calc.render import DATA_FORMATS, DOCUMENT_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from lstm_calc.document import Document


class Output:
    """A format, and a file where it does not go to standard output."""

    def __init__(self, form: str, file: Path | None) -> None:
        """Raise OutputError for a format that is not known, before any work is done."""
        known = [*DOCUMENT_FORMATS, *DATA_FORMATS]
        if form not in known:
            raise OutputError(f"--format: {form!r} is not a format{did_you_mean(form, known)}")
        self.form = form
        self.file = file

    def show(self, data: Callable[[], Any], document: Callable[[], Document]) -> int:
        """Write an answer, of which the format takes the plain values or the document; return exit code 0."""
        if self.form in DATA_FORMATS:
            return self._write(lambda _: DATA_FORMATS[self.form](data()))
        return self._write(lambda stream: DOCUMENT_FORMATS[self.form](document(), stream))

    def number(self, number: int) -> int:
        """Write a number alone; return exit code 0."""
        return self._write(lambda _: f"{number}\n")

    def _write(self, text: Callable[[TextIO], str]) -> int:
        if self.file is None:
            _print(text(sys.stdout))
        else:
            from io import StringIO

            _replace(self.file, text(StringIO()))
        return 0


def _print(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()


def _replace(path: Path, text: str) -> None:
    """Write a file beside the path and put it in its place; a device or pipe is written to as it is."""
    try:
        path = Path(os.path.realpath(path))
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
            return
        beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            beside.write_text(text, encoding="utf-8")
            if path.exists():
                beside.chmod(path.stat().st_mode & 0o777)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not a file name"
        raise OutputError(f"--output-file: {path} cannot be written: {why.lower()}") from None
