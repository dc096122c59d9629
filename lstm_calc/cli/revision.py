"""A model file as it was at a revision: ``HEAD~1:model.toml``, in the words of git."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lstm_calc.errors import LstmCalcError, printable, quoted

if TYPE_CHECKING:
    from lstm_calc.model import Model


def is_a_revision(text: str) -> bool:
    """Say whether an argument names a file at a revision, and no file on the disk or line of notation."""
    return ":" in text.strip(":") and ">" not in text and not Path(text).exists()


def at_revision(text: str) -> Model:
    """Return the model in a file at a revision of the repository around here; raise LstmCalcError where there is none."""
    import subprocess
    from io import BytesIO

    from lstm_calc.modelfile import load_from

    if text.startswith("-"):
        raise LstmCalcError(f"{quoted(text)} is not a file at a revision; write HEAD~1:model.toml")
    try:
        done = subprocess.run(["git", "cat-file", "blob", text], capture_output=True, check=False)  # noqa: S603, S607  no shell
    except (OSError, ValueError):
        raise LstmCalcError(f"{quoted(text)} is a file at a revision, and git, which would read it, can't be run here") from None
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().split("\n")[0].removeprefix("fatal: ")
        raise LstmCalcError(f"{quoted(text)} can't be read from git: {printable(why)}")
    return load_from(BytesIO(done.stdout), text)
