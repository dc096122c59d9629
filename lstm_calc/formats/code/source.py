"""The text of programs: files, notebooks and copied pieces, their syntax trees, and the files beside them that they import."""

from __future__ import annotations

import ast
import json
import posixpath
import re
import warnings
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from lstm_calc.errors import LstmCalcError, ModelFileError
from lstm_calc.formats.code.keras_api.graph import KerasModel
from lstm_calc.formats.code.unknown import Cause, Imported, Place
from lstm_calc.formats.code.values import Instance, Module

if TYPE_CHECKING:
    from pathlib import Path

    from lstm_calc.formats.code.interpreter import Interpreter

MAX_BYTES = 500_000
_MOST_NESTED = 150
_MOST_FILES = 20
_MOST_READ = 200_000
_PYTHON_2 = re.compile(r"^\s*(print\s+[^(=\s]|exec\s+['\"]|raise\s+\w+\s*,|except\s+\w+\s*,)")


def parsed(text: str, file: str) -> ast.Module:
    """Return the syntax tree of a program; raise ModelFileError, with the line, for a text that is none."""
    if len(text) > MAX_BYTES:
        raise ModelFileError("too large for a program that describes a model: at most 500 KB are read", file)
    if "\0" in text:
        raise ModelFileError("has null bytes, and is no text", file)
    _check_nesting(text, file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        line = error.lineno or 1
        lines = text.splitlines()
        old = line <= len(lines) and _PYTHON_2.match(lines[line - 1])
        why = "a number has too many digits" if "int_max_str_digits" in error.msg else error.msg
        what = "is Python 2, and only Python 3 is read" if old else f"is not Python: {why}"
        raise ModelFileError(f"line {line} {what}", f"{file}:{line}") from None
    except (RecursionError, MemoryError, ValueError):
        raise ModelFileError("is nested too deeply, or no text", file) from None
    _refuse_repeated(tree, file)
    return tree


def _refuse_repeated(tree: ast.Module, file: str) -> None:
    """Refuse a call that has an argument twice: Python's compiler does, after its parser, and either value would be a guess."""
    for node in ast.walk(tree):
        names = [each.arg for each in node.keywords if each.arg] if isinstance(node, ast.Call) else []
        if len(set(names)) < len(names):
            name = next(name for at, name in enumerate(names) if name in names[:at])
            line = node.lineno  # type: ignore[attr-defined]  # a Call has one
            raise ModelFileError(f"line {line} is not Python: {name} is given twice in a call", f"{file}:{line}")


def expression(text: str, line: int) -> ast.expr | None:
    """Return the expression that stands in a text, as if it stood in a line; None where the text is none."""
    try:
        body = parsed(text.strip(), "").body
    except ModelFileError:
        return None
    first = body[0] if len(body) == 1 else None
    if not isinstance(first, ast.Expr):
        return None
    for node in ast.walk(first.value):
        if isinstance(node, ast.expr):
            node.lineno = line
    return first.value


def _check_nesting(text: str, file: str) -> None:
    """Refuse brackets or indentation that no reader is meant to see, before the parser meets them."""
    depth = deepest = 0
    for match in re.finditer(r"[(\[{]|[)\]}]", text):
        depth = depth + 1 if match[0] in "([{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    longest = max((len(run) for run in re.findall(r"(?:[-+~*.]|\bnot\b\s*){100,}|[ \t]{1500,}", text)), default=0)
    if deepest > _MOST_NESTED or longest:
        raise ModelFileError("is nested too deeply", file)


def read_text(path: Path, shown: str) -> str:
    """Return the text of a file of Python or of the code in a notebook; raise ModelFileError where it cannot be read."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES * (20 if path.suffix == ".ipynb" else 1) + 1)
    except OSError as error:
        raise ModelFileError(f"cannot be read: {(error.strerror or str(error)).lower()}", shown) from None
    return text_in(data, shown)


def text_in(data: bytes, shown: str) -> str:
    """Return the text of a file of Python, or of the code in a notebook; raise ModelFileError where it is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ModelFileError(f"not UTF-8 text (byte {error.start:,})", shown) from None
    return _cells(text, shown) if shown.endswith(".ipynb") else text


def _cells(text: str, file: str) -> str:
    """Return the code of a notebook, without the commands of its shell."""
    try:
        cells = json.loads(text)["cells"]
        found = ["".join(cell["source"]) for cell in cells if cell.get("cell_type") == "code"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ModelFileError("is not a notebook", file) from None
    return "\n".join(re.sub(r"(?m)^(\s*)[%!?].*$", r"\1pass", cell) for cell in found if not cell.lstrip().startswith("%%"))


class Folder:
    """A folder on the disk, within which files are looked for."""

    def __init__(self, path: Path) -> None:
        """Take its path."""
        self._path = path.resolve()
        self.name = self._path.name

    def has(self, file: str) -> bool:
        """Say whether there is a file of a path below the folder, and none outside of it that a link leads to."""
        path = self._path / file
        try:
            return path.is_file() and path.resolve().is_relative_to(self._path)
        except OSError:
            return False

    def text(self, file: str) -> str:
        """Return the text of a file; raise ModelFileError where it cannot be read."""
        return read_text(self._path / file, PurePosixPath(file).name)


class FilesBeside(Protocol):
    """The files beside a program, as a folder on the disk or a revision has them."""

    name: str

    def has(self, file: str) -> bool:
        """Say whether there is a file of a path."""

    def text(self, file: str) -> str:
        """Return the text of a file; raise LstmCalcError where it cannot be read."""


class ProgramFiles:
    """The files beside a program, of which those that it imports are read; none for a text without a file."""

    def __init__(self, folder: FilesBeside | None) -> None:
        """Take the folder."""
        self._folder = folder
        self._known: dict[str, Module | None] = {}
        self._left = MAX_BYTES
        self._texts: list[str] = []

    def module(self, interpreter: Interpreter, path: str, importer: Module) -> Module | None:
        """Return the module of a path that is imported, None where it is not among the files.

        One dot before the path is the folder of the file that imports it; each further one is the folder around that.
        """
        parts = [part for part in path.lstrip(".").split(".") if part]
        if self._folder is None or not path or (not parts and not importer.home):
            return None
        above = len(path) - len(path.lstrip(".")) - 1
        inside = [parts[1:]] if parts and parts[0] == self._folder.name and len(parts) > 1 else []
        beside = [[*importer.home[: len(importer.home) - max(above, 0)], *parts]]
        for each in [*beside, parts] if above >= 0 else [parts, *inside, *beside]:
            if each and (file := _file(self._folder, each)):
                return self._read(interpreter, self._folder, file, path)
        return None

    def text(self, path: str) -> str | None:
        """Return the text of a file that a program reads, where it is in the folder of the program; None otherwise."""
        file = posixpath.normpath(path)
        if self._folder is None or "\0" in path or file.startswith(("..", "/")) or len(self._texts) >= _MOST_FILES:
            return None
        try:
            found = self._folder.text(file) if self._folder.has(file) else None
        except LstmCalcError:
            return None
        if found is None or len(found) > _MOST_READ:
            return None
        self._texts.append(posixpath.basename(file))
        return found

    @property
    def read(self) -> tuple[str, ...]:
        """The names of the files beside the program that it reads, other than those that it imports."""
        return tuple(dict.fromkeys(self._texts))

    def _read(self, interpreter: Interpreter, folder: FilesBeside, file: str, name: str) -> Module | None:
        if file in self._known or len(self._known) >= _MOST_FILES:
            return self._known.get(file)
        self._known[file] = None
        own = PurePosixPath(file).name
        try:
            text = folder.text(file)
            self._left -= len(text)
            if self._left < 0:
                return None
            module = Module(name, own, parsed(text, own))
        except LstmCalcError:
            return None
        self._known[file] = module
        module.lines = text.splitlines()
        module.is_package = own == "__init__.py"
        module.home = tuple(file.split("/")[:-1])
        module.scope.names["__name__"] = name
        interpreter.run(module)
        return module


def _file(folder: FilesBeside, parts: list[str]) -> str | None:
    """Return the file of a module, None where there is none."""
    if not all(part.isidentifier() for part in parts):
        return None
    base = "/".join(parts)
    return next((file for file in (f"{base}.py", f"{base}/__init__.py") if folder.has(file)), None)


_ARGUMENTS = frozenset({"input_size", "hidden_size", "num_layers", "batch_first", "proj_size", "bidirectional"})
"""Arguments of recurrent layers in PyTorch that those in Keras do not have."""


def without_prompts(text: str) -> str:
    r"""Return what was typed in an interactive session; a text without prompts as it is.

    >>> without_prompts(">>> rnn = nn.LSTM(10, 20,\n...               2)\n>>> rnn\nLSTM(10, 20)")
    'rnn = nn.LSTM(10, 20,\n              2)\nrnn'
    """
    if not re.match(r"\s*>>> ", text):
        return text
    typed = re.findall(r"(?m)^[ \t]*(?:>>>|\.\.\.)(?: (.*)|[ \t]*)$", text)
    return "\n".join(typed)


def around_piece(module: Module) -> dict[str, Any]:
    """Return the values of names that a piece uses as if they stood before it: ``self``, and a model to which it adds layers."""
    stored = {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    defined = {node.name for node in ast.walk(module.tree) if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    added = {
        node.func.value.id
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "add"
        and isinstance(node.func.value, ast.Name)
    }
    place = Place(module.file, 1)
    found: dict[str, Any] = {name: KerasModel(place) for name in added - stored - defined}
    return found | _of_torch(module) | {"self": Instance(None, place)}


def _of_torch(module: Module) -> dict[str, Any]:
    """Return the classes that PyTorch and Keras both have, where a piece without imports gives them arguments of PyTorch."""
    found: dict[str, Any] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"LSTM", "GRU"}:
            two_sizes = len(node.args) > 1 and not (isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str))
            if two_sizes or _ARGUMENTS & {each.arg for each in node.keywords}:
                place = Place(module.file, node.lineno)
                found[node.func.id] = Imported(f"torch.nn.{node.func.id}", Cause(node.func.id, place))
    return found
