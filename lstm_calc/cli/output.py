"""Where an answer goes: to standard output, or into a file that is written whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import OutputError, did_you_mean, quoted
from lstm_calc.render import DATA_FORMATS, DOCUMENT_FORMATS, GRAPH_FORMATS, ROW_FORMATS
from lstm_calc.streams import let_go, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TextIO

    from lstm_calc.document import Column, Document, Value


_STANDARD_OUTPUT = {"-", "/dev/stdout", "/dev/fd/1"}


def formats() -> list[str]:
    """Return the names of all formats."""
    first, *others = DOCUMENT_FORMATS
    return [first, *DATA_FORMATS, *others]


_ENDINGS = {"html": "html", "htm": "html", "md": "markdown", "markdown": "markdown", "json": "json", "tex": "latex", "": "markdown"}
"""The format of a page by the ending of its file's name."""


def form_of(file: str | None) -> str:
    """Return the format that a file's name asks for, Markdown where it has no ending; raise OutputError for an unknown one."""
    ending = Path(file or "").suffix.removeprefix(".").lower()
    if ending not in _ENDINGS:
        raise OutputError(f"--output-file: {quoted(file)} has an ending that says no format; give .html or .md, or --format")
    return _ENDINGS[ending]


class Output:
    """A format, and a file where it does not go to standard output."""

    def __init__(
        self, form: str, file: str | None, more: tuple[str, ...] = (), *, columns: str | None = None, sort: str | None = None
    ) -> None:
        """Raise OutputError for a format that is neither known nor one of ``more``, before any work is done."""
        known = [*formats(), *more]
        if form not in known:
            raise OutputError(f"--format: {quoted(form)} is not a format{did_you_mean(form, known)}")
        self.form = form
        self.file = None if file in _STANDARD_OUTPUT else file
        self.columns = None if columns is None else [key.strip() for key in columns.split(",")]
        self.sort = sort

    def show(self, data: Callable[[], Any], document: Callable[[], Document], **more: Callable[[], str]) -> int:
        """Write an answer: its plain values, its document or, in a format of ``more``, its own text; return exit code 0."""
        if self.form in more:
            return self.text(more[self.form]())
        if self.form in DATA_FORMATS:
            if self.columns is not None or self.sort is not None:
                raise OutputError(f"--columns and --sort arrange tables, and {self.form} has none; it has everything")
            return self.text(DATA_FORMATS[self.form](data()))
        made = self._arranged(document())
        if self.form in GRAPH_FORMATS and not any(part.graphs for part in made.parts()):
            raise OutputError(f"--format: {self.form} draws, and this answer has no drawing; shapes, diagram and forecast have")
        return self._write(lambda stream: (DOCUMENT_FORMATS[self.form](made, stream),))

    def rows(self, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> int:
        """Write rows while they are made, in one of the formats of ``ROW_FORMATS``; return exit code 0."""
        return self._write(lambda _: ROW_FORMATS[self.form](columns, rows))

    def text(self, text: str) -> int:
        """Write a text as it stands; return exit code 0."""
        return self._write(lambda _: (text,))

    def _arranged(self, document: Document) -> Document:
        """Return the document with the columns and in the order that are asked for; raise OutputError for an unknown one."""
        known = list(dict.fromkeys(column.key for table in document.tables for column in table.columns))
        for option, keys in (("--columns", self.columns or []), ("--sort", [self.sort.removeprefix("-")] if self.sort else [])):
            for key in keys:
                if key not in known:
                    raise OutputError(f"{option}: {quoted(key)} is not a column{did_you_mean(key, known)}")
        if self.sort:
            document = document.sorted_by(self.sort.removeprefix("-"), descending=self.sort.startswith("-"))
        return document if self.columns is None else document.with_columns(self.columns)

    def number(self, number: int) -> int:
        """Write a number alone; return exit code 0."""
        return self.text(f"{number}\n")

    def _write(self, texts: Callable[[TextIO], Iterable[str]]) -> int:
        if self.file is None:
            if sys.stdout is None:
                raise OutputError("there is no standard output to write to")
            _print(texts(sys.stdout))
        else:
            from io import StringIO

            write_file("--output-file", self.file, (text.encode() for text in texts(StringIO())))
        return 0


def _print(texts: Iterable[str]) -> None:
    """Write to standard output; a reader that has gone away is no error."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        for text in texts:
            sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except OSError as error:
        let_go(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            raise


def warn(sentences: Iterable[str]) -> None:
    """Print warnings, a line each, beside the answer."""
    for sentence in sentences:
        say(f"warning: {sentence}")


def write_file(option: str, given: str, parts: Iterable[bytes]) -> None:
    """Write a file beside the path and put it in its place; a device or pipe is written to as it is."""
    try:
        path = _path(given)
        if path.is_file() or not path.exists():
            _put(path, parts)
        else:
            _fill(path, parts)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not a file name"
        raise OutputError(f"{option}: {quoted(given)} cannot be written: {why.lower()}") from None


def _path(given: str) -> Path:
    """Return the file that a path leads to; raise ValueError where it names none, PermissionError where it is read-only."""
    if not given or given.endswith("/"):
        raise ValueError(given)
    path = Path(os.path.realpath(given))
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return path


def _put(path: Path, parts: Iterable[bytes]) -> None:
    """Write all of the parts into a file beside the path, then give it the path's name and mode."""
    beside = path.with_name(f".lstm-calc-{os.getpid()}.tmp")
    with _ended_in_order():
        try:
            _fill(beside, parts)
            if path.exists():
                beside.chmod(path.stat().st_mode & 0o777)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let SIGTERM and SIGHUP, where nobody else handles them, raise SystemExit meanwhile, so that what is begun is cleared away."""
    import signal
    import threading

    def leave(number: int, _: object) -> None:
        sys.exit(128 + number)

    may = threading.current_thread() is threading.main_thread()
    heard = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if may and hasattr(signal, name)]
    ours = [number for number in heard if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _fill(path: Path, parts: Iterable[bytes]) -> None:
    with path.open("wb") as stream:
        stream.writelines(parts)
