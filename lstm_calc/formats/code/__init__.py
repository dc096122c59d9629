"""Programs in Python as models: read statically, by following what they say; nothing of them is executed or imported.

``model.py:Encoder`` names an entry. What a size depends on and the text does not say is asked for, and only that.

The path through the code, from a text to a Model:

1. ``source`` reads a file, a notebook or a copied piece and parses it to the syntax tree of Python; ``settings`` reads ``--set``.
2. ``interpreter`` follows the statements of the tree, and evaluates expressions in scopes. A value is a plain one of Python, an
   object of ``values``, or one of ``unknown`` with the expressions that it depends on. Where a condition is not known, both
   branches are followed, and what is made there is in doubt.
3. ``library`` says what everything outside the text is and does: Python's functions, attributes, containers and modules of layers.
   ``families`` has the classes of PyTorch and its kin, a row each; ``arrays`` and ``array_shapes`` follow the shapes of tensors.
   ``keras_api`` makes a graph of what a program does with Keras.
4. ``entries`` finds the value that is meant: the one that is named, the only one, or the one that no other uses.
5. A value of Keras becomes a configuration, which the reader of configurations reads (``keras_api.model``). Any other becomes the
   layers that it holds or calls (``module_models``, ``parts``), and for PyTorch ``trace`` follows ``forward`` to the graph of them.
6. ``messages`` asks for what is missing, with a command to copy, and says where the sizes come from.

``single_call`` reads one call for the notation, with the same tables and values.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import ModelFileError
from lstm_calc.formats.code.entries import entry_value
from lstm_calc.formats.code.interpreter import Interpreter
from lstm_calc.formats.code.interpreter.scopes import Raised
from lstm_calc.formats.code.keras_api.graph import KerasModel, KerasTensor
from lstm_calc.formats.code.keras_api.model import configured_model, network_in
from lstm_calc.formats.code.library import Library
from lstm_calc.formats.code.library.modules import owners
from lstm_calc.formats.code.messages import TEXT, Missing, Origins, Request, words_for
from lstm_calc.formats.code.module_models import called_model, everything, holds_models, is_plain, method_result, parts_model
from lstm_calc.formats.code.parts import family_within, reads_what_comes
from lstm_calc.formats.code.settings import Settings
from lstm_calc.formats.code.source import Folder, ProgramFiles, around_piece, parsed, read_text, text_in, without_prompts
from lstm_calc.formats.code.unknown import causes_of, is_unknown
from lstm_calc.formats.code.values import Instance, MadeLayer, Module

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lstm_calc.formats.code.source import FilesBeside
    from lstm_calc.model import Model


def load_code(
    path: str,
    entry: str | None,
    values: Mapping[str, Any] | None = None,
    input_dim: int | None = None,
    spare: Mapping[str, Any] | None = None,
    tell: Callable[[str], None] | None = None,
) -> Model:
    """Return the model of an entry of a file of Python or a notebook.

    ``values`` are by the expressions that they stand for; ``input_dim`` is the width of what flows in, where no layer states it.
    ``tell`` is given a line for each layer: where it is made, and where its sizes come from.
    Raises ModelFileError, with the line, where a value is missing, where there is no such model, and where the file is no Python.
    """
    text = read_text(Path(path), path)
    return _read(text, Path(path).name, entry, Settings(values or {}, spare), input_dim, Path(path), tell)


def read_code(
    text: str,
    values: Mapping[str, Any] | None = None,
    input_dim: int | None = None,
    spare: Mapping[str, Any] | None = None,
    tell: Callable[[str], None] | None = None,
    entry: str | None = None,
    file: str = TEXT,
) -> Model:
    """Return the model of a piece of a program, such as a single call that states its input.

    ``file`` is what messages, and commands to copy, call it; the rest is as for :func:`load_code`.

    >>> read_code("nn.LSTM(10, 20, num_layers=2)").framework
    'pytorch'
    """
    return _read(without_prompts(text), file, entry, Settings(values or {}, spare), input_dim, None, tell)


def read_program(
    data: bytes,
    file: str,
    entry: str | None,
    values: Mapping[str, Any] | None = None,
    spare: Mapping[str, Any] | None = None,
    folder: FilesBeside | None = None,
) -> Model:
    """Return the model of an entry of a program that is no file on the disk; what it imports is read from ``folder``."""
    text = text_in(data, file)
    return _read(text, file, entry, Settings(values or {}, spare), None, Path(file), None, source=ProgramFiles(folder))


def _read(
    text: str,
    file: str,
    entry: str | None,
    settings: Settings,
    input_dim: int | None,
    path: Path | None,
    tell: Callable[[str], None] | None,
    source: ProgramFiles | None = None,
) -> Model:
    module = Module("__main__", file, parsed(text, file))
    module.lines = text.splitlines()
    library = Library(source or ProgramFiles(None if path is None else Folder(path.parent)))
    interpreter = Interpreter(library, settings, Origins(settings, kept=tell is not None))
    if path is None:
        module.scope.names.update(around_piece(module))
    try:
        interpreter.run(module)
        value, remark = entry_value(interpreter, module, entry)
        model = _model(Request(interpreter, module, input_dim, words_for(text, path or file, entry)), value, remark)
    except Raised as error:
        raise ModelFileError(str(error), file) from None
    except RecursionError:
        raise ModelFileError("goes too deep to be followed", file) from None
    interpreter.settings.check_used()
    if tell is not None:
        for line in interpreter.origins.lines():
            tell(line)
    return model


def _model(request: Request, value: Any, remark: str) -> Model:
    """Return the model of a value."""
    if isinstance(value, tuple) and value and not isinstance(value[0], KerasTensor):
        value = next((each for each in value if isinstance(each, (KerasModel, Instance, MadeLayer))), value)
    if is_plain(value) and not holds_models(value):
        value = method_result(request, value)
    kerased = network_in(request, value)
    if kerased is not None:
        return configured_model(request, kerased, remark)
    family = family_within(value)
    if reads_what_comes(family) or (family is None and request.interpreter.library.called):
        return called_model(request, value, family, remark)
    if is_unknown(value) and not owners(value):
        request.ask(list(causes_of(value)))
    return parts_model(request, value, owners(value) if not is_plain(value) else everything(value), family, remark)


__all__ = ["Missing", "load_code", "read_code"]
