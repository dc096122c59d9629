"""Pieces of programs, as people copy them: with what stands around them left out, and with the prompts of a shell."""

from __future__ import annotations

import ast
import re
from typing import Any

from lstm_calc.formats.code.keras_tensors import Network
from lstm_calc.formats.code.values import Cause, External, Instance, Module, Place

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
    found: dict[str, Any] = {name: Network(place) for name in added - stored - defined}
    return found | _of_torch(module) | {"self": Instance(None, place)}


def _of_torch(module: Module) -> dict[str, Any]:
    """Return the classes that PyTorch and Keras both have, where a piece without imports gives them arguments of PyTorch."""
    found: dict[str, Any] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"LSTM", "GRU"}:
            two_sizes = len(node.args) > 1 and not (isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str))
            if two_sizes or _ARGUMENTS & {each.arg for each in node.keywords}:
                place = Place(module.file, node.lineno)
                found[node.func.id] = External(f"torch.nn.{node.func.id}", Cause(node.func.id, place))
    return found
