"""Messages on a program: what it does not say and is asked for, and where the sizes of its layers come from."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, listed
from lstm_calc.formats.code.families import FAMILIES
from lstm_calc.formats.code.keras_api.classes import CLASSES
from lstm_calc.formats.code.keras_api.graph import MadeKerasLayer
from lstm_calc.formats.code.unknown import INPUT
from lstm_calc.formats.code.values import Instance, MadeLayer, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lstm_calc.formats.code.interpreter import Interpreter
    from lstm_calc.formats.code.settings import Settings
    from lstm_calc.formats.code.unknown import Cause, Place
    from lstm_calc.formats.code.values import Module

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
        read = [f"reads {name}" for name in self.interpreter.library.files.read[:_MOST_TAKEN]]
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


_MOST = 10_000
_LONGEST = 200


class Origins:
    """The places where names were given their values, and a line for each layer; kept only where it is asked for."""

    def __init__(self, settings: Settings, *, kept: bool) -> None:
        """Take the values that are set beside the program, and whether anything is kept."""
        self.kept = kept
        self._settings = settings
        self._places: dict[tuple[int, str], Place] = {}
        self._holders: list[Any] = []
        """What the places belong to, so that no other object gets one's identity."""
        self._lines: dict[str, None] = {}

    def place(self, holder: Any, name: str, place: Place) -> None:
        """Keep where a name of a scope, or an attribute of an object, is given its value."""
        if self.kept and len(self._places) < _MOST:
            self._places[id(holder), name] = place
            self._holders.append(holder)

    def layer(self, made: Any, node: ast.Call, scope: Scope) -> None:
        """Keep where a layer is made, and what its arguments are."""
        if not self.kept or not isinstance(made, (MadeLayer, MadeKerasLayer)) or len(self._lines) >= _MOST:
            return
        kind = FAMILIES[made.family].get(made.name) if isinstance(made, MadeLayer) else None
        names = list(kind.arguments) if kind else CLASSES.get(made.name, "").split()
        values = made.arguments if isinstance(made, MadeLayer) else made.config
        given = [*zip(names, node.args, strict=False), *((each.arg, each.value) for each in node.keywords if each.arg)]
        sized = [(name, node) for name, node in given if type(values.get(name)) in {int, tuple}]
        parts = [self._argument(name, node, values[name], scope) for name, node in sized]
        if parts:
            self._lines[f"{made.place}: {made.name} with {', '.join(parts)}"] = None

    def _argument(self, name: str, node: ast.expr, value: Any, scope: Scope) -> str:
        if isinstance(node, ast.Constant):
            return f"{name} {_written(value)}"
        text = ast.unparse(node)
        words = self._within(node, scope)
        found = dict.fromkeys(f"{word} from {where}" if word != text else f"from {where}" for word, where in words)
        return f"{name} {_written(value)} = {text}"[:_LONGEST] + (f" ({', '.join(found)})" if found else "")

    def _within(self, node: ast.expr, scope: Scope) -> Iterator[tuple[str, str]]:
        """Yield the names and attributes in an expression, each with what gives it its value."""
        text = ast.unparse(node)
        if self._settings.has(text):
            yield text, "--set"
            return
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            holder = _looked_up(node.value.id, scope)
            place = self._places.get((id(holder[1]), node.attr)) if holder and isinstance(holder[1], Instance) else None
            if place is not None:
                yield text, str(place)
                return
        if isinstance(node, ast.Name):
            holder = _looked_up(node.id, scope)
            place = self._places.get((id(holder[0]), node.id)) if holder else None
            if place is not None:
                yield text, str(place)
            return
        for each in ast.iter_child_nodes(node):
            if isinstance(each, ast.expr):
                yield from self._within(each, scope)

    def lines(self) -> list[str]:
        """Return a line for each layer that was made."""
        return list(self._lines)


def _written(value: Any) -> str:
    """Return a value as Python writes it, with a question mark for a size that is not known."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_written, value))}{',' * (len(value) == 1)})"
    return repr(value) if isinstance(value, (int, float, str, type(None))) else "?"


def _looked_up(name: str, scope: Scope) -> tuple[Scope, Any] | None:
    return next(((each, each.names[name]) for each in scope.chain() if name in each.names), None)
