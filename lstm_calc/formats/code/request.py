"""What is asked of a program, and what is said and asked in return."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError, listed
from lstm_calc.formats.code.flows import INPUT

if TYPE_CHECKING:
    from pathlib import Path

    from lstm_calc.formats.code.interpreter import Interpreter
    from lstm_calc.formats.code.values import (
        Cause,
        Module,
    )

TEXT = "<code>"
"""The file of a piece of code, in messages."""
_MOST_ASKED = 40
_MOST_TAKEN = 3
"""How many defaults are said to be taken."""

_LONGEST_SHOWN, _LONG = 120, "CODE"
"""A piece of code that is repeated in the command to copy."""


def words_for(text: str, path: Path | str, entry: str | None) -> str:
    """Return what a command calls a model: its file and entry, or the piece of code itself where that is short."""
    if path != TEXT:
        return f"{path}:{entry}" if entry else str(path)
    return text if len(text) <= _LONGEST_SHOWN and "\n" not in text else _LONG


class Request:
    """A program that was followed, the model of which is asked for, and the words it was asked with."""

    def __init__(self, interpreter: Interpreter, module: Module, input_dim: int | None, asked: str) -> None:
        """Take the interpreter that followed a program, the width of what flows in, and what a command calls the model."""
        self.interpreter = interpreter
        self.module = module
        self.input_dim = input_dim
        self.asked = asked
        self.used_input = False
        """Whether the width of what flows in was taken before the layers were written as a configuration."""

    def ask(self, causes: list[Cause]) -> None:
        """Raise Missing, a line for each expression that has no value, and a command to copy; nothing without one."""
        found: dict[str, Cause] = {}
        for cause in causes:
            found.setdefault(cause.text, cause)
        if not found:
            return
        lines = [f"{cause.place}: {cause.shown or cause.text} {_why(cause)}" for cause in list(found.values())[:_MOST_ASKED]]
        more = [f"and {len(found) - _MOST_ASKED} more"] if len(found) > _MOST_ASKED else []
        options = " ".join(_option(cause) for cause in list(found.values())[:_MOST_ASKED])
        command = f"try: lstm-calc params {_quoted(self.asked)} {options}"
        raise Missing("\n".join([*lines, *more, command]))

    def origin(self, name: str, remark: str) -> str | None:
        """Return which framework it is and from which import, and where the arguments of the model come from."""
        root = {"pytorch": "torch", "mlx": "mlx"}.get(name, name.partition("-")[0])
        said = f"{name}, for {self.asked}" if self.module.file == TEXT and self.asked != _LONG else ""
        for path, cause in self.interpreter.library.imports.items():
            if root in path.split("."):
                where = "is in the code" if cause.place.file == TEXT else f"is imported in {cause.place}"
                said = said or f"{name}, as {path} {where}"
                break
        taken = [f"{text} is taken as {value!r}" for text, value in list(self.interpreter.assumed.items())[:_MOST_TAKEN]]
        read = [f"reads {name}" for name in self.interpreter.library.source.read[:_MOST_TAKEN]]
        return "; ".join(filter(None, (said, remark, *taken, *read))) or None


class Missing(ModelError):  # noqa: N818 - what it is for whoever catches it
    """Values that a program does not say, and on which its sizes depend."""


def _why(cause: Cause) -> str:
    names = [name for name in cause.names if name != cause.text][:3]
    held = f", kept in {listed(names)}" if names else ""
    source = f", which is {cause.source}" if cause.source and not cause.text.endswith(cause.source) else ""
    return f"{cause.why or 'has no value in the code'}{source}{held}"


def _option(cause: Cause) -> str:
    if cause.text == INPUT:
        return "--input N"
    value = "N,N" if cause.text.endswith(".shape") else "N"
    text = f"{cause.shown or cause.text}={value}"
    return f"--set {text}" if re.fullmatch(r"[\w.=,]+", text) else f'--set "{text}"' if "'" in text else f"--set '{text}'"


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[\w./:-]+", text) else f'"{text}"' if "'" in text else f"'{text}'"
