"""Where an answer goes: to standard output, or into a file that is written whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from stat import S_IMODE
from typing import TYPE_CHECKING

from lstm_calc.errors import OutputError, did_you_mean, listed, quoted
from lstm_calc.inputs import is_noted, note
from lstm_calc.render import TABLE, format_of, format_with_ending, formats
from lstm_calc.streams import let_go, say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from typing import Any, TextIO

    from lstm_calc.questions.answer import Answer
    from lstm_calc.render.document import Column, Document


_STANDARD_OUTPUT = {"-", "/dev/stdout", "/dev/fd/1"}


_MORE_ENDINGS = {"py": "python"}
"""For the endings of files: the formats that only some commands have."""

_ANY_TEXT = {"", "txt", "text", "log", "out"}
"""Endings of files of any text."""

_ASK_FOR_NOTES = "--notes explains the columns"


def _file(name: str | None, formats: Sequence[str]) -> str | None:
    """Return the name of a file; refuse one that is a format or a number, and so meant for another option."""
    if name in formats:
        raise OutputError(f"--output-file: {quoted(name)} is a format; write --format {name}, or ./{name} for a file of that name")
    if name is not None and name.isdigit():
        what = f"--output-file: {quoted(name)} is a number; the units of a dense head are --output {name}"
        raise OutputError(f"{what}, and ./{name} is a file of that name")
    return name


class Output:
    """A format, and a file where it does not go to standard output."""

    def __init__(
        self,
        form: str | None,
        file: str | None,
        more: tuple[str, ...] = (),
        *,
        default: str = TABLE,
        columns: str | None = None,
        sort: str | None = None,
        notes: bool = False,
        known: Sequence[str] = (),
    ) -> None:
        """Take the format that is named, else that of the file's ending, else the default; ``known``: one of these alone.

        Raises OutputError for a format that is neither known nor one of ``more``, and where the file's ending says another.
        """
        self.known = known or [*formats(), *more]
        self.file = None if file in _STANDARD_OUTPUT else _file(file, self.known)
        self.ending = Path(self.file or "").suffix.removeprefix(".").lower()
        self.named = form is not None
        by_ending = _form_by_ending(self.ending)
        self.by_ending = by_ending if by_ending in self.known else None
        self.form = self.by_ending or default if form is None else _known(form, self.known)
        if self.by_ending not in {None, self.form}:
            what = f"--format {self.form} and --output-file {quoted(file)}"
            raise OutputError(f"{what} ask for two formats; leave out --format, or give the file another ending")
        self.more = more
        self.columns = None if columns is None else [key.strip() for key in columns.split(",")]
        self.sort = sort
        self.notes = notes

    @property
    def is_read(self) -> bool:
        """Whether people read the answer as it stands, in an order that is not asked for."""
        return self.sort is None and (self.form in self.more or not format_of(self.form).for_machines)

    def show(self, answer: Answer, **options: bool) -> int:
        """Write an answer as plain values, as a document made with ``options``, or as its text in a further format; return 0."""
        self._check_ending()
        if self.form in self.more:
            return self._write(lambda _: (getattr(answer, self.form)(),))
        format_ = format_of(self.form)
        if format_.of_data:
            if self.columns is not None or self.sort is not None:
                raise OutputError(f"--columns and --sort arrange tables, and {self.form} has none; it has everything")
            return self._write(lambda stream: (format_.render(_with_reason(answer.data()), stream),))
        return self.page(answer.document(**options))

    def page(self, document: Document) -> int:
        """Write a document, arranged as asked for; return exit code 0."""
        self._check_ending()
        made, format_ = self._explained(document), format_of(self.form)
        made = self._arranged(made.for_machines() if format_.for_machines else made)
        if format_.graphs_alone and not any(part.graphs for part in made.parts()):
            raise OutputError(f"--format: {self.form} draws, and this answer has no drawing; shapes, diagram and forecast have")
        return self._write(lambda stream: (format_.render(made, stream),))

    def _explained(self, document: Document) -> Document:
        """Return the document with its legend where that is asked for, or on a page, and else with a note on how to ask for it."""
        if self.notes or self.form != TABLE:
            return document.with_legend()
        return document.replace(notes=(*document.notes, _ASK_FOR_NOTES)) if document.legend else document

    def texts(self, texts: Iterable[str]) -> int:
        """Write the parts of a text in the format that is asked for, while they are made; return exit code 0."""
        self._check_ending()
        return self._write(lambda _: texts)

    def _check_ending(self) -> None:
        """Refuse a file whose ending says no format that is known, where none is named."""
        if not self.named and self.by_ending is None and self._is_other(_ANY_TEXT):
            usual = [ending for form in self.known for ending in _usual_ending(form)]
            endings = listed([f".{ending}" for ending in (*usual, "txt")], "or")
            raise OutputError(f"--output-file: {quoted(self.file)} has an ending that says no format; give {endings}, or --format")

    def _is_other(self, endings: Collection[str]) -> bool:
        """Say whether the file has another ending; one that the call reads is refused for that when it is written."""
        path = Path(self.file or "")
        return self.ending not in endings and not (path.exists() and is_noted(path))

    def text(self, text: str, *endings: str) -> int:
        """Write a text as it stands; return exit code 0. Raise OutputError for a file with an ending other than of any text."""
        if self._is_other({*endings, *_ANY_TEXT}):
            advice = listed([f".{ending}" for ending in (*endings, "txt")], "or")
            raise OutputError(f"--output-file: {quoted(self.file)} has another ending than what is written; give {advice}")
        return self._write(lambda _: (text,))

    def _arranged(self, document: Document) -> Document:
        """Return the document with the columns and in the order that are asked for; raise OutputError for an unknown one."""
        known = [column for table in document.tables for column in table.columns]
        if self.sort:
            key = _keys("--sort", self.sort.removeprefix("-"), known)[0]
            document = document.sorted_by(key, descending=self.sort.startswith("-"))
        if self.columns is None:
            return document
        return document.with_columns([key for word in self.columns for key in _keys("--columns", word, known)])

    def number(self, number: int) -> int:
        """Write a number alone; return exit code 0. Raise OutputError for a file of a format that a number alone is not."""
        form = _form_by_ending(self.ending)
        if form in formats() and not (format_of(form).rows or format_of(form).of_data):
            raise OutputError(f"--output-file: {quoted(self.file)} has another ending than what is written, a number; give .txt")
        return self._write(lambda _: (f"{number}\n",))

    def _write(self, texts: Callable[[TextIO], Iterable[str]]) -> int:
        if self.file is None:
            if sys.stdout is None:
                raise OutputError("there is no standard output to write to")
            _print(texts(sys.stdout))
        else:
            from io import StringIO

            write_file("--output-file", self.file, (text.encode() for text in texts(StringIO())))
        return 0


def _form_by_ending(ending: str) -> str | None:
    """Return the format that the ending of a file says, None where it says none."""
    return None if ending in _ANY_TEXT else _MORE_ENDINGS.get(ending) or format_with_ending(ending)


def _usual_ending(form: str) -> tuple[str, ...]:
    """Return the ending that files of a format usually have, nothing for a format without one."""
    more = tuple(ending for ending, name in _MORE_ENDINGS.items() if name == form)
    return more or (format_of(form).endings[:1] if form in formats() else ())


def _with_reason(data: dict[str, Any]) -> dict[str, Any]:
    """Return the plain values of an answer with why its framework was taken beside it, where it is that of one model."""
    from lstm_calc.frameworks.setting import framework_from

    reason, models = framework_from(), data.get("models")
    if reason is None or not isinstance(data.get("framework"), str) or (isinstance(models, list) and len(models) > 1):
        return data
    found: dict[str, Any] = {}
    for name, value in data.items():
        found[name] = value
        if name == "framework":
            found["framework_from"] = reason
    return found


def _print(texts: Iterable[str]) -> None:
    """Write to standard output; a reader that has gone away is no error."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        for text in texts:
            sys.stdout.write(_encodable(text, encoding))
        sys.stdout.flush()
    except OSError as error:
        let_go(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            raise


def _encodable(text: str, encoding: str) -> str:
    """Return a text with the signs that an encoding does not have in others: those of formulas in words, the rest as ``?``."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        from lstm_calc.render.as_table import IN_ASCII

        return text.translate(IN_ASCII).encode(encoding, "replace").decode(encoding)
    return text


_OLD_KEYS = {"way": "direction", "moved": "bytes_moved", "signal": "array"}
"""Former names of columns."""


def _keys(option: str, word: str, columns: Sequence[Column]) -> list[str]:
    """Return the keys of the columns that a word names, by key or by heading; raise OutputError where there is none."""
    word = _OLD_KEYS.get(word, word)
    keys = list(dict.fromkeys(column.key for column in columns))
    if word in keys:
        return [word]
    asked = word.lower()
    found = [
        column.key for column in columns if asked and asked in {column.title.lower(), column.short.lower(), column.key.lower()}
    ]
    if not found:
        raise OutputError(f"{option}: {quoted(word)} is not a column{did_you_mean(word, keys)}")
    return list(dict.fromkeys(found))


def _known(form: str, known: Sequence[str]) -> str:
    """Return a format's usual name; raise OutputError where there is none of the name."""
    usual = form if form in known else format_with_ending(form.lower())
    if usual is None or usual not in known:
        raise OutputError(f"--format: {quoted(form)} is not a format{did_you_mean(form, known)}")
    return usual


def warn(sentences: Iterable[str]) -> None:
    """Print warnings, a line each, beside the answer."""
    for sentence in sentences:
        say(f"warning: {sentence}")


def write_file(option: str, given: str, parts: Iterable[bytes]) -> None:
    """Write a file, whole or not at all; what is no regular file, such as a device or a pipe, is written to as it is.

    Raises OutputError where it can't be written, or where the call reads it or has written it already.
    """
    try:
        path = _target(given)
        if path.is_file() or not path.exists():
            _refuse_our_own(option, given, path)
            _put(path, parts)
        else:
            with path.open("wb") as stream:
                stream.writelines(parts)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not a file name"
        raise OutputError(f"{option}: {quoted(given)} cannot be written: {why.lower()}") from None


def _target(given: str) -> Path:
    """Return the path behind all symbolic links, that of a device or a pipe as it is given.

    Raises ValueError where it names no file, OSError where the links go in a circle or the file is read-only.
    """
    if not given or given.endswith("/"):
        raise ValueError(given)
    path = Path(given)
    if path.exists() and not path.is_file():
        return path
    path = Path(os.path.realpath(path))
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return path


def _refuse_our_own(option: str, given: str, path: Path) -> None:
    """Refuse to replace a file that the same call has read or written."""
    if path.exists() and is_noted(path):
        raise OutputError(f"{option}: {quoted(given)} is another file of this call, which would be lost; give another name")


def _put(path: Path, parts: Iterable[bytes]) -> None:
    """Write the parts into a temporary file in the same folder, then give it the path's name and mode."""
    from tempfile import mkstemp

    with _ended_in_order():
        descriptor, name = mkstemp(prefix=".lstm-calc-", suffix=".tmp", dir=path.parent)
        beside = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.writelines(parts)
                note(stream)
            beside.chmod(_mode(path))
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def _mode(path: Path) -> int:
    """Return the permissions of the file that is replaced; for a new one, those that the umask leaves."""
    if path.exists():
        return S_IMODE(path.stat().st_mode)
    mask = os.umask(0o077)  # there is no other way to read it
    os.umask(mask)
    return 0o666 & ~mask


_NOT_ENDING = {"SIGCHLD", "SIGCLD", "SIGCONT", "SIGINFO", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGWINCH"}
"""Signals that a process ignores, or that stop or continue it, unless it says otherwise."""
_NOT_CAUGHT = {"SIGKILL", "SIGSTOP", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV"}
"""Those that cannot be caught, and those of a fault, after which Python can't go on."""


def _ending() -> Iterator[int]:
    """Yield the signals that would end the process, except those that somebody else handles."""
    import signal

    apart = {getattr(signal, name) for name in _NOT_ENDING | _NOT_CAUGHT if hasattr(signal, name)}
    for number in signal.valid_signals() - apart:
        handler = signal.getsignal(number)
        if handler is signal.default_int_handler or handler == signal.SIG_DFL:
            yield number


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Turn the first signal that would end the process into SystemExit, and ignore those after it while a file is cleared away."""
    import signal
    import threading

    main = threading.current_thread() is threading.main_thread()
    before = {number: signal.getsignal(number) for number in _ending()} if main else {}

    def leave(number: int, _: object) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    for number in before:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
