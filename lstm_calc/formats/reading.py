"""A text or a file as a model, whatever form it has: a line of notation, a piece of a program, a printed summary, a model file.

The command line and Python's ``read`` and ``load`` accept the same forms.
"""

from __future__ import annotations

import re
from os import fspath
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelError, NotationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from lstm_calc.model import Model
    from lstm_calc.model.template import Template

_PROGRAM = r"([^\n]+?\.(?:py|ipynb))(?::((?s:.+)))?"
_PIECE = r"\s*(?:[@#]|>>>\s|(?:import|from|class|def|with)\s|[A-Za-z_][\w.]*\s*(?:\(|=[^=]))"
_PRINTED = r"Param #|Layer \(type|^\s*[\w.]+\s*\(\s*\([\w.-]+\):"
"""What tells a module or a summary that was printed."""
_AFTER_A_CALL = r"\s*$|\s*(?:->|[>|→,])|\s+(?!if\b|for\b)[A-Za-z]"
_PROGRAM_ALONE = r"\s*(?:[\w.]*\bRNN\(\[|(?:flax\.)?nnx\.)"
"""Calls that are read as a program, whose arguments a line of layers does not have."""
_WORDS_IN_CALLS = frozenset({"bidirectional", "timedistributed", "input", "inputlayer"})
_TABLE = r"(?m)^[^\S\n]*\[\[?[^\S\n]*[\w.\"'-]+[^\S\n]*\]"
_ASSIGNMENT = r"(?:[^\S\n]*(?:#.*)?\n)*[^\S\n]*[\w.\"'-]+[^\S\n]*=(?!=)"


def is_program(text: str) -> bool:
    """Say whether a text names a file of Python, with an entry or without: ``model.py:Encoder``."""
    return re.fullmatch(_PROGRAM, text) is not None


def program_and_entry(text: str) -> tuple[str, str | None]:
    """Return the file that such a text names, and the entry, None without one.

    >>> program_and_entry("src/model.py:Encoder")
    ('src/model.py', 'Encoder')
    """
    match = re.fullmatch(_PROGRAM, text)
    return (match[1], match[2]) if match else (text, None)


def is_printed(text: str) -> bool:
    """Say whether a text is a printed module or summary."""
    return re.search(_PRINTED, text) is not None


def is_code(text: str) -> bool:
    """Say whether a text is Python code: a file, with an entry or without, or a piece of it such as a call."""
    return is_program(text) or (re.match(_PIECE, text) is not None and not is_printed(text))


def is_a_line_of_calls(text: str) -> bool:
    """Say whether a text that looks like code is a line of layers: a call that makes one, alone or with others after it.

    >>> is_a_line_of_calls("nn.LSTM(40, 96) > Dense(7)"), is_a_line_of_calls("nn.LSTM(40, 96).to('cuda')")
    (True, False)
    """
    if "\n" in text.strip() or not re.match(r"\s*[A-Za-z_][\w.]*\(", text) or re.match(_PROGRAM_ALONE, text):
        return False
    from lstm_calc.formats.notation.names import compact, function_named, named
    from lstm_calc.formats.notation.tokens import tokens

    try:
        first = next(tokens(text))
    except NotationError:
        return False
    word = compact(first.text.partition("(")[0].rpartition(".")[2])
    makes_a_layer = word in _WORDS_IN_CALLS or function_named(word) or named(word) or named(word.removesuffix("cell"))
    return bool(makes_a_layer and re.compile(_AFTER_A_CALL).match(text, first.stop))


def is_described(text: str) -> bool:
    """Say whether a text is a model file in TOML or JSON, not a line of notation or a program."""
    if text.lstrip().startswith(("{", "[{", '"{')) or re.search(_TABLE, text):
        return True
    return re.match(_ASSIGNMENT, text) is not None and "(" not in text


def _is_python(text: str) -> bool:
    """Say whether a text that looks like code is Python, or a single line that is none and so may be a line of layers."""
    if is_program(text) or "\n" in text.strip() or is_a_line_of_calls(text):
        return True
    import ast

    from lstm_calc.formats.code.source import parsed

    try:
        tree = parsed(text, "")
    except ModelError:
        return False
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.BinOp):
            at = node.value.left.end_col_offset or 0
            raise NotationError("layers follow each other with > between them", text, at, at + 2)
    return True


def read(
    text: str, input_dim: int | None = None, values: Mapping[str, Any] | None = None, spare: Mapping[str, Any] | None = None
) -> Model:
    """Return the model that a text describes: a line of notation, a piece of Python, or a summary that was printed.

    ``input_dim`` is the width of the input, and ``values`` and ``spare`` are those of expressions, where code does not say them.
    Raises NotationError, with the place, or ModelFileError, with the line, for a text that describes none.

    >>> str(read("40 LSTM(96) Dense(7)")), read("nn.LSTM(40, 96)").framework
    ('40 > lstm 96 > dense 7', 'pytorch')
    """
    from lstm_calc.formats import notation

    if (inner := text.strip()[1:-1]) and text.strip() == f"[{inner}]" and is_a_line_of_calls(inner):
        text = inner  # a list of layers, as Sequential has one
    if is_printed(text):
        from lstm_calc.formats.printed import read_printed

        return read_printed(text)
    if not is_code(text) or not _is_python(text):
        return notation.read(text)
    said: dict[str, Any] = {"input_dim": input_dim, "values": values, "spare": spare}
    return _read_calls(text, said) if is_a_line_of_calls(text) and not values and not spare else _read_code(text, said)


def read_template(text: str) -> Template:
    """Return the template that a text describes, in the same forms: in the notation ``?`` may stand for any size."""
    from lstm_calc.formats import notation

    if is_printed(text) or (is_code(text) and not is_a_line_of_calls(text)):
        from lstm_calc.model.template import template_of

        return template_of(read(text))
    return notation.read_template(text)


def load(path: str | PathLike[str], input_dim: int | None = None) -> Model:
    """Return the model in a file, or on standard input where the path is ``-``.

    It is a model file in TOML or JSON, a config of Keras, a ``.keras`` archive or HDF5 file that has one, a program with an entry
    (``model.py:Encoder``), a notebook, or a ``.txt`` with any text that :func:`read` takes. ``input_dim`` is the width of the
    input, where the file does not state it. Raises ModelFileError, with the file and the key or line, for whatever is not a
    model.
    """
    path = fspath(path)
    if is_program(path):
        return _read_code(path, {"input_dim": input_dim})
    if path.endswith(".txt"):
        from pathlib import Path

        from lstm_calc.formats.code.source import read_text

        return read(read_text(Path(path), path), input_dim)
    from lstm_calc.formats import modelfile

    return modelfile.load(path, input_dim)


def _read_code(text: str, said: dict[str, Any]) -> Model:
    """Return the model that code makes: of a file, or the text itself."""
    from lstm_calc.formats import code

    return code.load_code(*program_and_entry(text), **said) if is_program(text) else code.read_code(text, **said)


def _read_calls(text: str, said: dict[str, Any]) -> Model:
    """Return the model of a line of calls; a single one that the notation does not have may be one as a program."""
    from lstm_calc.formats.notation import read as read_line
    from lstm_calc.formats.notation.calls import CallError
    from lstm_calc.formats.notation.tokens import tokens

    single = len(list(tokens(text))) == 1
    if said["input_dim"] is not None:
        return _read_code(text, said) if single else read_line(f"{said['input_dim']} > {text}")
    try:
        return read_line(text)
    except NotationError as error:
        if not single or not (isinstance(error, CallError) or error.key == "input_dim"):
            raise
        return _as_a_program(text, said, error)


def _as_a_program(text: str, said: dict[str, Any], error: NotationError) -> Model:
    """Return the model of a call as a program; where it is none either, raise what is missing for it, else the error given."""
    from lstm_calc.formats.code import Missing

    try:
        return _read_code(text, said)
    except Missing:
        raise
    except ModelError:
        raise error from None
