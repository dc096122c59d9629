"""A model as a program of a framework."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lstm_calc.errors import ModelError, OutputError
from lstm_calc.formats.writers import write_code
from lstm_calc.frameworks import framework_of
from lstm_calc.questions.answer import Answer
from lstm_calc.questions.params import params

if TYPE_CHECKING:
    from lstm_calc.model import Model
    from lstm_calc.render.document import Document


class Code(Answer):
    """A program that makes a model in a framework, and how many parameters it has."""

    schema = "lstm-calc/code/1"
    json = ("schema", "framework", "code", "total")
    framework: str
    code: str
    total: int

    def python(self) -> str:
        """Return the program."""
        return self.code

    def document(self) -> Document:
        """Raise OutputError: a program is no table."""
        raise OutputError("--format: code is written as python or json")


def code(model: Model, framework_name: str | None = None, *, one_line: bool = False) -> Code:
    """Return a model as a program of a framework (None: its own): a module or a Sequential, or with ``one_line`` a single call.

    The count stands in a comment. Raises FrameworkError for a framework that no code is written for, and for what it does not have;
    ModelError for a layer that is known by its count alone, and with ``one_line`` for a model of several layers.

    >>> from lstm_calc import read
    >>> print(code(read("32 > lstm 64"), "pytorch", one_line=True).code, end="")
    nn.LSTM(32, 64, batch_first=True)  # 25,088 parameters
    """
    table = framework_of(model, framework_name)
    answer = params(model, table.name)
    if answer.total is None:
        raise ModelError(f"{answer.uncounted[0].layer} cannot be written as code: {answer.uncounted[0].reason}")
    counts = {layer.name: layer.total for layer in answer.layers}
    return Code(table.name, write_code(model, table, answer.total, counts, one_line=one_line), answer.total)
