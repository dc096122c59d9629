"""A model file as it was at a revision: ``HEAD~1:model.toml``, in the words of git.

A repository belongs to somebody else, and git runs what its configuration names: transports for objects that are missing, monitors
of its files, filters. So git is called in one place, with all of these switched off, no input, and a limit on time and output.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from lstm_calc.cli.sources import NO_READING_OPTIONS, ReadingOptions, is_code
from lstm_calc.errors import LstmCalcError, printable, quoted
from lstm_calc.formats.reading import is_program, program_and_entry
from lstm_calc.streams import say

if TYPE_CHECKING:
    from lstm_calc.model import Model

SECONDS = 20
"""How long git may take."""
_MAX_MESSAGE = 4096
NO_FETCH = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
"""Objects that are not there are not fetched; git before 2.45 knows only the second word, and fetches by no protocol."""
_NOT_FETCHED = (b"lazy fetching disabled", b"' not allowed")
"""What git says where it would have fetched."""
_COMMAND = ("git", "--no-pager", "-c", "core.fsmonitor=false", "cat-file")
"""``cat-file`` gives a blob as it is stored: it applies no filter and no textconv."""


def is_a_revision(text: str) -> bool:
    """Say whether an argument names a file at a revision, and no file on the disk, line of notation or piece of code."""
    if is_program(text):
        path, _ = program_and_entry(text)
        return ":" in path.strip(":") and not os.path.lexists(path)
    return ":" in text.strip(":") and ">" not in text and not is_code(text) and not os.path.lexists(text)


def at_revision(text: str, how: ReadingOptions = NO_READING_OPTIONS) -> Model:
    """Return the model in a file at a revision of the repository around here; raise LstmCalcError where there is none.

    What code imports from its own folder is read as it was at that revision.
    """
    if is_program(text):
        path, entry = program_and_entry(text)
        from lstm_calc.formats.code import read_program

        more: dict[str, Any] = {"values": how.values, "spare": how.spare, "folder": _RevisionFolder(path)}
        return read_program(_content(path), path, entry, **more)
    from io import BytesIO

    from lstm_calc.formats.modelfile import load_from

    return load_from(BytesIO(_content(text)), text)


class _RevisionFolder:
    """The folder of a file at a revision, listed as far as files are looked for in it."""

    def __init__(self, path: str) -> None:
        revision, _, file = path.rpartition(":")
        folder = file.rpartition("/")[0]
        self.name = folder.rpartition("/")[2]
        self._place = f"{revision}:{folder}/" if folder else f"{revision}:"
        self._listed: dict[str, frozenset[str]] = {}

    def has(self, file: str) -> bool:
        """Say whether there is a file of a path below the folder; a link is none."""
        folders = file.split("/")[:-1]
        inside = all(self._holds("/".join(folders[:at]), f"tree {folder}") for at, folder in enumerate(folders))
        return inside and self._holds("/".join(folders), f"blob {file.rpartition('/')[2]}")

    def text(self, file: str) -> str:
        """Return the text of a file; raise LstmCalcError, and say so, where it cannot be read."""
        from lstm_calc.formats.code.source import text_in

        try:
            return text_in(_content(f"{self._place}{file}"), file)
        except LstmCalcError as error:
            say(f"note: {self._place}{file} is imported and not read: {error}")
            raise

    def _holds(self, folder: str, entry: str) -> bool:
        """Say whether a folder below this one has an entry: its kind and its name."""
        if folder not in self._listed:
            self._listed[folder] = self._listing(folder)
        return entry in self._listed[folder]

    def _listing(self, folder: str) -> frozenset[str]:
        """Return the kinds and names of what is in a folder; nothing, which is said, where git cannot list it."""
        place = f"{self._place}{folder}"
        try:
            lines = _content(place, "-p").decode(errors="replace").split("\n")
        except LstmCalcError as error:
            say(f"note: nothing that is imported from {place} is read: {error}")
            return frozenset()
        entries = (line.partition("\t") for line in lines)
        return frozenset(f"{words.split()[1]} {name}" for words, _, name in entries if words.startswith(("040000 ", "100")))


def _content(text: str, what: str = "blob") -> bytes:
    """Return what a file has at a revision; with ``-p`` the list of what a folder has."""
    from lstm_calc.formats.modeltext import MAX_BYTES

    if text.startswith("-"):
        raise LstmCalcError(f"{quoted(text)} is not a file at a revision; write HEAD~1:model.toml")
    # the size comes first: git itself unpacks some objects whole before it writes a byte of them
    size = int(_git(text, "-s", most=_MAX_MESSAGE))
    content = b"" if size > MAX_BYTES else _git(text, what, most=MAX_BYTES + 1)
    if max(size, len(content)) > MAX_BYTES:
        raise LstmCalcError(f"{quoted(text)} has more than {MAX_BYTES // 2**20} MiB, the most that is read from git")
    return content


def _git(text: str, what: str, most: int) -> bytes:
    """Return what ``git cat-file`` says of an object, at most so many bytes; raise LstmCalcError where it fails."""
    from subprocess import DEVNULL, PIPE, Popen
    from threading import Timer

    settings: dict[str, Any] = {"stdin": DEVNULL, "stdout": PIPE, "stderr": PIPE, "env": os.environ | NO_FETCH}
    try:
        process: Any = Popen([*_COMMAND, what, text], **settings)  # noqa: S603  no shell
    except (OSError, ValueError):
        raise LstmCalcError(f"{quoted(text)} is a file at a revision, and git, which would read it, can't be run here") from None
    limit = Timer(SECONDS, process.kill)
    limit.start()
    with process:
        try:
            found: bytes = process.stdout.read(most)
            failed = len(found) < most and (process.stderr.read(_MAX_MESSAGE), process.wait())
        finally:
            limit.cancel()
            process.kill()
    if failed and failed[1]:
        raise LstmCalcError(f"{quoted(text)} can't be read from git: {_reason(failed[0])}")
    return found


def _reason(message: bytes) -> str:
    """Return what git says is wrong, without its warnings; it says nothing where its time was up."""
    if any(words in message for words in _NOT_FETCHED):
        return "its object is not in this clone, and nothing is fetched; git fetch --refetch gets all objects"
    lines = message.decode(errors="replace").strip().split("\n")
    wrong = next((line for line in lines if line.startswith("fatal: ")), lines[0])
    return printable(wrong.removeprefix("fatal: ")) or f"it gives no answer within {SECONDS} seconds"
