"""Values that are said beside a program: ``hidden=64``, ``len(vocab)=5000``; the left side is compared as syntax."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, few, quoted
from lstm_calc.formats.code.unknown import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LONGEST = 10_000


class Settings:
    """Values by the expression that they stand for."""

    def __init__(self, values: Mapping[str, Any], spare: Mapping[str, Any] | None = None) -> None:
        """Take the values by the text of their expressions, and further ones that need not be used.

        Raises LstmCalcError for a text that is no expression.
        """
        self._values: dict[str, Any] = {normal(text): value for text, value in values.items()}
        further = {normal(text): value for text, value in (spare or {}).items() if _is_expression(text)}
        self._used = further.keys() - self._values.keys()
        self._values = {**further, **self._values}
        self._kinds = {type(ast.parse(text, mode="eval").body) for text in self._values}

    def copy(self) -> Settings:
        """Return the same values, of which it is noted anew which were asked for."""
        copied = Settings({})
        copied._values, copied._used, copied._kinds = self._values, set(self._used), self._kinds
        return copied

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self._values)

    def at(self, node: ast.expr) -> Any:
        """Return the value that is said for an expression, MISSING without one."""
        return self.named(ast.unparse(node)) if type(node) in self._kinds else MISSING

    def named(self, text: str) -> Any:
        """Return the value that is said for the text of an expression in its usual form, MISSING without one."""
        if text not in self._values:
            return MISSING
        self._used.add(text)
        return self._values[text]

    def has(self, text: str) -> bool:
        """Return whether a value is said for the text of an expression in its usual form."""
        return text in self._values

    def check_used(self) -> None:
        """Raise LstmCalcError for a value that nothing asked for."""
        unused = [text for text in self._values if text not in self._used]
        if unused:
            one = len(unused) == 1
            what = f"{few(map(quoted, unused))}: the code does not ask for {'it' if one else 'them'} where the model is made"
            raise LstmCalcError(f"--set {what}")


def normal(text: str) -> str:
    """Return the text of an expression in its usual form; raise LstmCalcError where it is none.

    >>> normal("len( vocab )")
    'len(vocab)'
    """
    try:
        return ast.unparse(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise LstmCalcError(f"--set {quoted(text)} is not an expression; write --set NAME=VALUE") from None


def _is_expression(text: str) -> bool:
    """Return whether a name of a file can stand in a program."""
    return all(part.isidentifier() for part in text.split(".")) or "(" in text or "[" in text


def read_settings(texts: Iterable[str]) -> dict[str, Any]:
    """Return the values that texts say, each ``EXPRESSION=VALUE``; raise LstmCalcError for one that is not of this form.

    >>> read_settings(["hidden=64", "f(a='x').shape=(3, 4)", "cell=LSTM"])
    {'hidden': 64, "f(a='x').shape": (3, 4), 'cell': 'LSTM'}
    """
    return dict(map(_read, texts))


def _read(text: str) -> tuple[str, Any]:
    if len(text) > _LONGEST:
        raise LstmCalcError("--set is too long")
    for at in reversed([at for at, char in enumerate(text) if char == "="][:50]):
        left, right = text[:at], text[at + 1 :]
        try:
            ast.parse(left.strip(), mode="eval")
            return normal(left), _value(right.strip())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    raise LstmCalcError(f"--set {quoted(text)} is not of the form NAME=VALUE")


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        if text.replace("_", "").replace("-", "").isalnum():
            return {"true": True, "false": False, "none": None, "null": None}.get(text.lower(), text)
        raise


def plain_value(text: str, otherwise: Any) -> Any:
    """Return the value of a literal of Python, or what stands for one that is none."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return otherwise


_MOST_BYTES = 500_000


def read_file(path: str) -> dict[str, Any]:
    """Return the values of a file in JSON, TOML or simple YAML; tables inside give dotted names.

    Raises LstmCalcError where it cannot be read.
    """
    try:
        with open(path, encoding="utf-8") as stream:  # noqa: PTH123 - a name that was given
            text = stream.read(_MOST_BYTES)
    except (OSError, ValueError) as error:
        raise LstmCalcError(f"--set-file {path} cannot be read: {str(getattr(error, 'strerror', '') or error).lower()}") from None
    try:
        return dict(_dotted("", _parsed(text, path)))
    except (ValueError, RecursionError) as error:
        raise LstmCalcError(f"--set-file {path} cannot be read: {error}") from None


def _parsed(text: str, path: str) -> Any:
    if path.endswith(".json"):
        import json

        return json.loads(text)
    if path.endswith(".toml"):
        import tomllib

        return tomllib.loads(text)
    return _yaml(text)


def _yaml(text: str) -> dict[str, Any]:
    """Return what the plain part of YAML says: names, values, and tables by their indentation."""
    root: dict[str, Any] = {}
    open_: list[tuple[int, dict[str, Any]]] = [(-1, root)]
    for line in text.splitlines():
        bare = re.sub(r"\s+#.*$", "", line)
        match = re.fullmatch(r"(\s*)([\w.-]+):(?:\s+(.*))?", bare.rstrip())
        if match is None:
            continue
        depth, name, value = len(match[1]), match[2], match[3]
        while open_[-1][0] >= depth:
            open_.pop()
        holder = open_[-1][1]
        if value is None or value == "":
            holder[name] = {}
            open_.append((depth, holder[name]))
            continue
        try:
            holder[name] = _value(value)
        except (SyntaxError, ValueError):
            holder[name] = value
    return root


def _dotted(before: str, value: Any) -> Iterable[tuple[str, Any]]:
    if not isinstance(value, dict):
        yield before, value
        return
    for name, each in value.items():
        yield from _dotted(f"{before}.{name}" if before else str(name), each)
