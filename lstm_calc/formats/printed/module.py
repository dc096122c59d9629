"""A printed PyTorch module as a model: the classes in it, with their arguments, nested as they are printed."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, ModelFileError
from lstm_calc.formats.code.families import FAMILIES
from lstm_calc.formats.code.parts import FoundLayers
from lstm_calc.formats.code.trace.follow import followed_chain
from lstm_calc.formats.code.unknown import Place
from lstm_calc.formats.code.values import Array, MadeLayer
from lstm_calc.formats.printed import TEXT, grouped_number
from lstm_calc.frozen import Record
from lstm_calc.model import MAX_LAYERS, Model

if TYPE_CHECKING:
    from collections.abc import Iterator


_DEEPEST = 60
_LONGEST_REPEAT = 18
"""Digits of how often a block is repeated."""
_CHILD = re.compile(r"\s*\(([\w.-]+)\):\s*")
_TIMES = re.compile(r"(\d+) x ")
_LISTED = re.compile(r"Parameter containing: \[torch\.[\w.]+ of size ([\dx]*)[^\]]*\]")
"""A parameter in a ParameterList or ParameterDict; those that a module has itself are not printed."""
_PARAMETER = "Parameter"
_CONTAINERS = frozenset({"Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"})
_CLASS = re.compile(r"([A-Za-z_][\w.\[\]]*)\s*\(")


class _PrintedModule(Record):
    """A module in the text: its class, its arguments as text, the modules inside it by name, and how often it is there."""

    name: str
    arguments: str
    inner: tuple[tuple[str, Any], ...]
    times: int = 1


def printed_module(text: str, file: str) -> Model:
    """Return the model of a module that is printed; raise ModelFileError where it cannot be read."""
    node, _ = _parsed(text.strip(), 0, file, 0)
    parts = FoundLayers(None)
    hidden: list[str] = []
    if _modules_in(node) > MAX_LAYERS:
        raise ModelFileError(f"has more than {MAX_LAYERS:,} layers", file)
    leaves = list(_leaves(node, "", hidden))
    parts.add_all(leaves, None)
    if not parts.layers:
        raise ModelFileError("has no layer with weights that is known", file)
    remark = "neither parameters of a module's own nor whether its layers share weights show where it is printed"
    said = {"remarks": (remark,), "origin": f"pytorch, as it is printed; {remark}"} if hidden else {}
    more: dict[str, Any] = {"framework": "pytorch", **said}
    if node.name == "Sequential" and not hidden and (graph := followed_chain([made for _, made in leaves], parts.of, **more)):
        return graph
    try:
        return Model(parts.layers, parts.layers[0].input_dim, **more, batch_first=parts.batch_first, listed=True)
    except ModelError as error:
        raise ModelFileError(str(error), file) from None


def _repeats(number: str, file: str) -> int:
    """Return how often a block is repeated; raise ModelFileError for a number that no module has."""
    if len(number) > _LONGEST_REPEAT:
        raise ModelFileError(f"repeats a block by a number of {len(number):,} digits", file)
    return int(number)


def _parsed(text: str, at: int, file: str, depth: int) -> tuple[_PrintedModule, int]:
    """Return the module that begins at a place, and where it ends."""
    listed = _LISTED.match(text, at)
    if listed:
        return _PrintedModule(_PARAMETER, listed[1], (), 1), listed.end()
    times = _TIMES.match(text, at)
    match = _CLASS.match(text, times.end() if times else at)
    if match is None or depth > _DEEPEST:
        raise ModelFileError(f"is no module that is printed, near {text[at : at + 30]!r}", file)
    inner: list[tuple[str, Any]] = []
    at = start = match.end()
    open_ = 0
    arguments_end = None
    while at < len(text):
        child = _CHILD.match(text, at) if not open_ else None
        if child:
            arguments_end = at if arguments_end is None else arguments_end
            node, at = _parsed(text, child.end(), file, depth + 1)
            inner.append((child[1], node))
            continue
        if text[at] == ")" and not open_:
            arguments = text[start : at if arguments_end is None else arguments_end]
            return _PrintedModule(
                match[1].rpartition(".")[2], arguments.strip(), tuple(inner), _repeats(times[1], file) if times else 1
            ), at + 1
        open_ += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text[at], 0)
        at += 1
    raise ModelFileError("ends before its last bracket", file)


def _modules_in(node: _PrintedModule) -> int:
    """Return how many modules there are."""
    return node.times * (1 + sum(_modules_in(each) for _, each in node.inner))


def _leaves(node: _PrintedModule, path: str, hidden: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield the layers inside a module."""
    for turn in range(node.times):
        where = path if node.times == 1 else f"{path}.{turn}"
        if node.name == "MultiheadAttention" and node.inner:
            yield where, _attention(node)
        elif node.inner:
            if node.name not in _CONTAINERS:
                hidden.append(node.name)
            for name, each in node.inner:
                yield from _leaves(each, f"{where}.{name}".lstrip("."), hidden)
        elif node.name == _PARAMETER:
            yield where, Array([grouped_number(size) for size in node.arguments.split("x") if size], trained=True)
        elif node.name not in _CONTAINERS:
            yield where, _made(node)


def _attention(node: _PrintedModule) -> MadeLayer:
    """Return the attention whose width shows in the layer of its output."""
    _, out = node.inner[0]
    values = _given(out)[1]
    width = values.get("out_features")
    made = MadeLayer("pytorch", "MultiheadAttention", {}, Place(TEXT, 1))
    made.arguments = {**FAMILIES["pytorch"]["MultiheadAttention"].arguments, "embed_dim": width, "bias": values.get("bias", True)}
    return made


def _made(node: _PrintedModule) -> MadeLayer:
    name = "Linear" if node.name == "NonDynamicallyQuantizableLinear" else node.name
    made = MadeLayer("pytorch", name, {}, Place(TEXT, 1))
    kind = FAMILIES["pytorch"].get(name)
    positional, named = _given(node)
    made.given = tuple(positional)
    own = {**kind.arguments, **dict(zip(kind.arguments, positional, strict=False))} if kind is not None else {}
    made.arguments = own | named
    return made


def _given(node: _PrintedModule) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments of a layer; torch 0.x writes ``Linear (64 -> 10)``."""
    text = re.sub(r"(\d+) -> (\d+)", r"\1, \2", node.arguments)
    try:
        call = ast.parse(f"f({text})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [], {}
    if not isinstance(call, ast.Call):
        return [], {}
    return [_literal(each) for each in call.args], {each.arg: _literal(each.value) for each in call.keywords if each.arg}


def _literal(node: ast.expr) -> Any:
    """Return a value as torch prints it, a word without quotes (``padding=same``) as the word."""
    if isinstance(node, ast.Name):
        return node.id
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None
