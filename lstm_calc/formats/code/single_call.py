"""A single call as an expression: what is called, of which framework it is, and its arguments, evaluated as in a program."""

from __future__ import annotations

import ast
from typing import Any

from lstm_calc.errors import ModelFileError
from lstm_calc.formats.code.families import family_of
from lstm_calc.formats.code.interpreter import Interpreter
from lstm_calc.formats.code.library import Library
from lstm_calc.formats.code.library.python import BUILTINS
from lstm_calc.formats.code.settings import Settings
from lstm_calc.formats.code.source import ProgramFiles, parsed
from lstm_calc.formats.code.unknown import Imported
from lstm_calc.formats.code.values import Module
from lstm_calc.frozen import Record

_FILE = "<call>"
_DEEPEST = 20
_WORDS = {"true": True, "false": False, "TRUE": True, "FALSE": False, "none": None, "null": None}
"""Constants as other languages write them."""


class ParsedCall(Record):
    """A call: the text and the last name of what is called, its framework's family where it says one, and its arguments.

    An argument that is a call of a class is a ParsedCall itself; any other has the value that it has in a program.
    """

    text: str
    name: str
    family: str | None
    positional: tuple[Any, ...]
    named: dict[str, Any]


def read_call(text: str) -> ParsedCall:
    """Return the call that a text is; raise ModelFileError where it is none, or of something that is not known.

    >>> read_call("nn.LSTM(40, 2 * 48, bias=false)").positional
    (40, 96)
    """
    module = Module("__main__", _FILE, parsed(text.strip(), _FILE))
    module.scope.names.update(_WORDS)
    body = module.tree.body
    if len(body) != 1 or not isinstance(body[0], ast.Expr) or not isinstance(body[0].value, ast.Call):
        raise ModelFileError("is no call", _FILE)
    return _called(Interpreter(Library(ProgramFiles(None)), Settings({})), body[0].value, module, 0)


def _called(interpreter: Interpreter, node: ast.Call, module: Module, depth: int) -> ParsedCall:
    text = ast.unparse(node.func)
    if depth > _DEEPEST:
        raise ModelFileError("goes too deep to be followed", _FILE)
    if any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords):
        raise ModelFileError(f"{text} has arguments with a star, which say nothing here", _FILE)

    def value(argument: ast.expr) -> Any:
        if isinstance(argument, ast.Call) and _makes_a_layer(argument.func):
            return _called(interpreter, argument, module, depth + 1)
        return interpreter.value(argument, module.scope)

    positional = tuple(map(value, node.args))
    named = {str(each.arg): value(each.value) for each in node.keywords}
    return ParsedCall(text, _class_name(node.func), _family(interpreter, node.func, module), positional, named)


def _makes_a_layer(function: ast.expr) -> bool:
    """Say whether what is called is no function of Python's own: a class, or a bare name in small letters."""
    name = _class_name(function)
    return name[:1].isupper() or (isinstance(function, ast.Name) and name not in BUILTINS)


def _class_name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _family(interpreter: Interpreter, function: ast.expr, module: Module) -> str | None:
    """Return the framework's family that what is called belongs to, None for a bare name."""
    if isinstance(function, ast.Name):
        return None
    found = interpreter.value(function, module.scope)
    home = family_of(found.path) if isinstance(found, Imported) else None
    if home is None:
        text = ast.unparse(function)
        raise ModelFileError(f"{text} is of no framework that is known here; write {_class_name(function)}(...)", _FILE)
    return home[0]
