"""Values that are set beside a program: ``hidden=64``, ``len(vocab)=5000``; the left side is compared as syntax.

They come from options and from files; the readers of JSON and of the plain part of YAML serve programs that read such files, too.
"""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import LstmCalcError, few, quoted
from lstm_calc.formats.code.unknown import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LONGEST = 10_000
_MOST_BYTES = 500_000


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


def read_file(path: str) -> dict[str, Any]:
    """Return the values of a file in JSON, TOML or simple YAML; tables inside give dotted names.

    Raises LstmCalcError where it cannot be read.
    """
    try:
        with open(path, encoding="utf-8") as stream:  # noqa: PTH123 - a name that was given
            text = stream.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise LstmCalcError(f"--set-file {path} cannot be read: {str(getattr(error, 'strerror', '') or error).lower()}") from None
    if len(text) > _MOST_BYTES:
        raise LstmCalcError(f"--set-file {path} is too large: at most {_MOST_BYTES // 1_000} KB are read")
    try:
        if path.endswith(".toml"):
            import tomllib

            return dict(_dotted("", tomllib.loads(text)))
        return dict(_dotted("", json.loads(text) if path.endswith(".json") else parsed_yaml(text, strict=False)))
    except (ValueError, RecursionError) as error:
        raise LstmCalcError(f"--set-file {path} cannot be read: {error}") from None


def _dotted(before: str, value: Any) -> Iterable[tuple[str, Any]]:
    """Yield the values of tables inside tables by their dotted names; one that could not be read is left out."""
    if not isinstance(value, dict):
        yield from [] if value is MISSING else [(before, value)]
        return
    for name, each in value.items():
        yield from _dotted(f"{before}.{name}" if before else str(name), each)


_ENTRY = re.compile(r"( *)(?:([\w.-]+)|\"([^\"]*)\"):(?: +(.*))?")
_ITEM = re.compile(r"( *)- +([^:#\[{&*!|>].*)")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "yes": True, "no": False, "on": True, "off": False}


def parsed_json(text: str) -> Any:
    """Return what a text in JSON says, MISSING where it is none."""
    try:
        return json.loads(text) if len(text) <= _MOST_BYTES else MISSING
    except (ValueError, RecursionError):
        return MISSING


def parsed_yaml(text: str, *, strict: bool = True) -> Any:
    r"""Return what the plain part of YAML says: names, values, tables and lists of values; MISSING where there is anything else.

    What is not ``strict`` leaves out what else there is.

    >>> parsed_yaml("model:\n  hidden: 64\n  sizes: [3, 4]\n  bi: yes")
    {'model': {'hidden': 64, 'sizes': [3, 4], 'bi': True}}
    """
    if len(text) > _MOST_BYTES:
        return MISSING
    root: dict[str, Any] = {}
    tables: list[tuple[int, Any, str]] = [(-1, root, "")]
    for line in text.splitlines():
        bare = re.sub(r"(^|\s)#.*$", "", line).rstrip()
        if bare.strip() in {"", "---"}:
            continue
        if not (_entry(bare, tables) or _item(bare, tables)) and strict:
            return MISSING
    return root


def _entry(line: str, tables: list[tuple[int, Any, str]]) -> bool:
    """Take a line ``name: value`` or ``name:``; return whether it is one that is followed."""
    match = _ENTRY.fullmatch(line)
    if match is None:
        return False
    depth, name, text = len(match[1]), match[2] or match[3], match[4]
    while tables[-1][0] >= depth:
        tables.pop()
    holder = tables[-1][1]
    if not isinstance(holder, dict):
        return False
    holder[name] = {} if text is None else scalar(text.strip())
    if text is None:
        tables.append((depth, holder[name], name))
    return holder[name] is not MISSING


def _item(line: str, tables: list[tuple[int, Any, str]]) -> bool:
    """Take a line ``- value`` of the list that the last name begins; return whether it is one that is followed."""
    match = _ITEM.fullmatch(line)
    while len(tables) > 1 and match is not None and tables[-1][0] > len(match[1]):
        tables.pop()
    if match is None or len(tables) < 2 or (isinstance(tables[-1][1], dict) and tables[-1][1]):
        return False
    depth, values, name = tables[-1]
    if isinstance(values, dict):
        values = tables[-2][1][name] = []
        tables[-1] = (depth, values, name)
    values.append(scalar(match[2].strip()))
    return values[-1] is not MISSING


def scalar(text: str) -> Any:
    """Return the value of a text in YAML, MISSING for one that is not plain."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if text[:1] in "[{":
        return _flow(text)
    if text[:1] in "&*!|>%@`" or text in {"'", '"'} or (": " in text and text[:1] not in "'\""):
        return MISSING
    if re.fullmatch(r"[-+]?(\d[\d_]*)?\.?\d+([eE][-+]?\d+)?|[-+]?\d+\.", text):
        return float(text) if re.search(r"[.eE]", text) else int(text)
    return text[1:-1] if text[:1] in "'\"" and text[-1:] == text[:1] else text


def _flow(text: str) -> Any:
    """Return a list or table in one line: ``[3, 4]`` or ``{lr: 0.1}``; one inside another is not followed."""
    inside = text[1:-1].strip()
    if {"[": "]", "{": "}"}[text[0]] != text[-1] or re.search(r"[\[\]{}'\"]", inside):
        try:
            return ast.literal_eval(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return MISSING
    parts = [part.strip() for part in inside.split(",")] if inside else []
    if text[0] == "[":
        values = [scalar(part) for part in parts]
        return MISSING if MISSING in values else values
    pairs = [part.partition(":") for part in parts]
    table = {name.strip(): scalar(value.strip()) for name, sign, value in pairs if sign}
    return table if len(table) == len(parts) and MISSING not in table.values() else MISSING
