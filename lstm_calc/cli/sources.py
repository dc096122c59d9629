"""What a MODEL is that is no notation: Python code, a printed text, a list of tensors, a file of weights; and which of them."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_calc.errors import FOR_WEIGHTS, LstmCalcError, ModelFileError, did_you_mean, quoted
from lstm_calc.formats import reading
from lstm_calc.formats.reading import is_program, program_and_entry
from lstm_calc.frozen import Record
from lstm_calc.streams import STDIN, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.model import Model
    from lstm_calc.model.budget import Budget


class ReadingOptions(Record):
    """How a model is read: the values of its code by expression, those of a file, of which some may not be needed, and its form."""

    values: dict[str, Any] = {}  # noqa: RUF012  a Record's default, never changed
    spare: dict[str, Any] = {}  # noqa: RUF012  a Record's default, never changed
    form: str | None = None
    verbose: bool = False

    @property
    def shared(self) -> "ReadingOptions":
        """The same for several models, of which each may need some of the values."""
        return self.replace(values={}, spare=self.spare | self.values)

    @property
    def has_values(self) -> bool:
        """Whether there are values of code."""
        return bool(self.values or self.spare)


NO_READING_OPTIONS = ReadingOptions()
FORMS = ("code", "repr", "summary", "tensors", "notation", "file", "weights")
"""How a model may be read."""
_STATEMENT = r"(?m)^(?:import\s|from\s+\S+\s+import\s|class\s+\w+|def\s+\w+|@\w)"
_REPR = r"^\s*[\w.]+\s*\(\s*\([\w.-]+\):"
_TABLE = r"(?m)^\s*\[\[?[\w.]+\]\]?\s*(?:#.*)?$|\A\s*(?:\{|\[\s*\{|(?:input_dim|input_shape|framework)\s*=)"
"""What tells TOML and JSON."""
_WEIGHTS = (
    *(".pt", ".pth", ".pth.tar", ".bin", ".ckpt", ".safetensors", ".index.json", ".npz", ".npy", ".onnx"),
    *(".pkl", ".pickle", ".pdparams", ".weights.h5"),
)
"""The endings of files of weights; of other files it is tried whether they describe a model."""


def is_code(text: str) -> bool:
    """Return whether an argument is Python code: a file, with an entry or without, or a piece of it such as a call."""
    return is_program(text) or entry_on_stdin(text) is not None or (reading.is_code(text) and not _is_listed(text))


def _is_listed(text: str) -> bool:
    """Return whether a text is a list of tensors; the reader of those is imported where the text may be one."""
    if not re.search(r"[\[(]\s*\d|\d\s*[x×]\s*\d", text) or not re.search(r"(?i)weight|kernel|bias|/vars/\d", text):
        return False
    from lstm_calc.weights.readers.listed import is_listed

    return is_listed(text)


def form_of(text: str) -> str:
    r"""Return how a text is to be read.

    >>> form_of("nn.LSTM(10, 20)"), form_of("40 > lstm 96"), form_of("[[layers]]\ntype = 'lstm'")
    ('code', 'notation', 'file')
    """
    if reading.is_printed(text):
        return "repr" if re.search(_REPR, text) else "summary"
    if re.search(_TABLE, text):
        return "file"
    if _is_listed(text):
        return "tensors"
    return "code" if is_code(text) or re.search(_STATEMENT, text) else "notation"


def check_form(form: str | None) -> None:
    """Raise LstmCalcError for a way to read a model that is not known."""
    if form is not None and form not in FORMS:
        raise LstmCalcError(f"--from: {quoted(form)} is not a way to read a model{did_you_mean(form, FORMS)}")


def text_of(model: str) -> tuple[str, str] | None:
    """Return the text on standard input or in a text file, and its name in messages; None for any other argument."""
    if model == "-":
        from lstm_calc.formats.modeltext import read_text

        return read_text(model)
    if model.endswith(".txt") and "\n" not in model and Path(model).is_file():
        from lstm_calc.formats.code.source import read_text as read_program

        return read_program(Path(model), model), model
    return None


def read_text_as(form: str, text: str, file: str, input_dim: int | None, how: ReadingOptions) -> "Model":
    """Return the model that a text describes, read in one of the forms; raise LstmCalcError where it is none."""
    if form in {"repr", "summary"}:
        from lstm_calc.formats.printed import read_printed

        return read_printed(text, file)
    if form == "tensors":
        from lstm_calc.questions.stored_model import read_stored

        return read_stored(text, file)
    is_piped = form == "code" and file == STDIN and not reading.is_a_line_of_calls(text)
    is_plain = not is_piped and how.form is None and not how.verbose and not is_program(text)
    if is_plain and (form == "notation" or reading.is_code(text)):
        return reading.read(text.strip(), input_dim, how.values, how.spare)
    if form == "code":
        return read_code(text, input_dim, how, file="-" if is_piped else "<code>")
    if form == "file":
        from lstm_calc.formats.modelfile import loads

        return loads(text, file, input_dim)
    from lstm_calc.formats.notation import read

    return read(text.strip())


def entry_on_stdin(model: str) -> str | None:
    """Return the entry that an argument names in the program on standard input, which is written ``-:Encoder``; None elsewhere."""
    return model.removeprefix(f"{STDIN}:") if model.startswith(f"{STDIN}:") else None


def read_entry(entry: str, input_dim: int | None, how: ReadingOptions) -> "Model":
    """Return the model of an entry of the program on standard input; raise LstmCalcError where that is none."""
    from lstm_calc.formats.modeltext import read_text

    if not entry:
        raise LstmCalcError("an entry is missing after -: ; write -:Encoder, or - alone")
    text, _ = read_text("-")
    if how.form is None and form_of(text) != "code":
        raise LstmCalcError(f"-:{entry} is for Python code, and what is on standard input is none; write - alone")
    return read_code(text, input_dim, how, entry, "-")


def read_code(text: str, input_dim: int | None, how: ReadingOptions, entry: str | None = None, file: str = "<code>") -> "Model":
    """Return the model that code makes: a file of Python with an entry or without, or a piece of it."""
    from lstm_calc.formats import code

    tell: Callable[[str], None] | None = say if how.verbose else None
    more: dict[str, Any] = {"values": how.values, "spare": how.spare, "input_dim": input_dim, "tell": tell}
    if is_program(text):
        return code.load_code(*program_and_entry(text), **more)
    return code.read_code(text, **more, entry=entry, file=file)


def is_stored(path: str) -> bool:
    """Return whether a path names a file of weights, by its ending."""
    return path.lower().endswith(_WEIGHTS)


def read_file(path: str, input_dim: int | None, form: str | None = None) -> "tuple[Model, Budget | None]":
    """Return the model in a file, and its budget where it has one: a model file, a configuration of Keras, or weights."""
    from lstm_calc.formats.modelfile import load_with_budget

    if not (is_stored(path) if form is None else form == "weights"):
        try:
            return load_with_budget(path, input_dim)
        except ModelFileError as error:
            if FOR_WEIGHTS not in str(error) or form is not None:
                raise
    if input_dim is not None:
        raise LstmCalcError("--input is for what does not say its input, and a file of weights does")
    from lstm_calc.questions.stored_model import load_stored

    return load_stored(path), None
