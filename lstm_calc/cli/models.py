"""The model of a call: by flags, in the notation, in a file, on standard input; whole, with a size left open, or several."""

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from lstm_calc.cli.model_flags import model_from_flags, template_from_flags
from lstm_calc.cli.model_words import are_whole, is_a_path, model_texts, one_text
from lstm_calc.cli.numbers import flag_of, read_counts
from lstm_calc.cli.sources import (
    FORMS,
    NO_READING_OPTIONS,
    ReadingOptions,
    check_form,
    entry_on_stdin,
    form_of,
    is_code,
    is_stored,
    read_entry,
    read_file,
    read_text_as,
    text_of,
)
from lstm_calc.errors import LstmCalcError, did_you_mean, few, listed, quoted, shortened
from lstm_calc.formats.reading import is_a_line_of_calls
from lstm_calc.formats.reading import read_template as read_text_template
from lstm_calc.model import Model, Other
from lstm_calc.model.cells import CELLS
from lstm_calc.render import formats
from lstm_calc.streams import say

if TYPE_CHECKING:
    from lstm_calc.model.budget import Budget
    from lstm_calc.model.template import Template

Reader = TypeVar("Reader", bound=Callable[..., Any])
_MODEL_HELP = (
    "A line of notation (in quotes, or as words without >: 300 lstm 512 dense 10), a call such as nn.LSTM(40, 96), "
    "a TOML or JSON file, a Keras config, a .keras or .h5 file that has one, Python code, or - for any of these on stdin "
    "(model.py:Encoder and -:Encoder name an entry). "
    "The notation: '300 > bilstm 512 x2 > dense 10', "
    "'vocab 20k > embed 128 > lstm 64', '32 > (lstm 64 | gru 64) > concat > dense 10', "
    "with options such as x2, nobias, proj=32, merge=sum, reset_after, kernel=3x3, frozen, name=encoder; "
    "lstm-calc help notation has them all."
)
_SHAPE = "Model, by flags"


def _cells() -> list[str]:
    return list(CELLS)


_VALUES: Any = typer.Option(
    None,
    "--set",
    metavar="NAME=VALUE",
    help="A value that Python code does not say, as hidden=64 or len(vocab)=5000.",
    rich_help_panel=_SHAPE,
)
_VALUES_FILE: Any = typer.Option(None, "--set-file", help="A file of such values, in YAML, TOML or JSON.", rich_help_panel=_SHAPE)
_FORM: Any = typer.Option(
    None, "--from", help=f"How to read the model, where that is in doubt: {', '.join(FORMS)}.", rich_help_panel=_SHAPE
)
_VERBOSE: Any = typer.Option(
    False, "--verbose", "-v", help="Say where each size of a model in code comes from.", rich_help_panel=_SHAPE
)


def read_reading_options(
    values: list[str] | None = _VALUES,
    values_file: str | None = _VALUES_FILE,
    form: str | None = _FORM,
    verbose: bool = _VERBOSE,
) -> ReadingOptions:
    """Return how a model is to be read; raise LstmCalcError for a value that cannot be read, or a form that is not known."""
    check_form(form)
    if not values and values_file is None:
        return ReadingOptions(form=form, verbose=verbose) if form or verbose else NO_READING_OPTIONS
    from lstm_calc.formats.code import settings

    return ReadingOptions(
        settings.read_settings(values or ()), {} if values_file is None else settings.read_file(values_file), form, verbose
    )


_BESIDE = {"values", "values_file", "form", "verbose"}
"""The options of a model that do not describe it by themselves."""


_FOR_CODE = "--set is for a model in Python code, such as model.py:Encoder"


def _without_values(given: dict[str, Any]) -> tuple[dict[str, Any], ReadingOptions]:
    """Return the flags of a call without those that say values, and what these say."""
    given = given | {"model": one_text(given["model"])}
    how = read_reading_options(given["values"], given["values_file"], given.get("form"), given.get("verbose", False))
    model = given["model"]
    may_be_code = isinstance(model, str) and (is_code(model) or model == "-" or model.endswith(".txt") or how.form == "code")
    if how.has_values and not may_be_code:
        raise LstmCalcError(_FOR_CODE)
    return {name: value for name, value in given.items() if name not in _BESIDE}, how


def read_model(
    model: list[str] | None = typer.Argument(None, metavar="[MODEL]...", help=_MODEL_HELP),
    input_dim: str | None = typer.Option(None, "--input", "-i", help="Features per time step.", rich_help_panel=_SHAPE),
    units: str | None = typer.Option(
        None, "--units", "-u", help="Units, as 128, 1_000 or 20k; 128,64 is a stack of two layers.", rich_help_panel=_SHAPE
    ),
    layers: str | None = typer.Option(None, "--layers", help="The number of layers, all of one width.", rich_help_panel=_SHAPE),
    cell: str | None = typer.Option(None, "--cell", help=f"{listed(CELLS, 'or')}.", autocompletion=_cells, rich_help_panel=_SHAPE),
    output: str | None = typer.Option(
        None, "--output", help="Units of the dense head; 64,1 is two layers.", rich_help_panel=_SHAPE
    ),
    embedding: str | None = typer.Option(
        None, "--embedding", help="An embedding in front, as 20000x128 (vocabulary x size).", rich_help_panel=_SHAPE
    ),
    bias: bool | None = typer.Option(None, "--bias/--no-bias", help="Biases in the recurrent layers.", rich_help_panel=_SHAPE),
    bidirectional: bool | None = typer.Option(None, "--bidirectional", help="Read in both directions.", rich_help_panel=_SHAPE),
    merge: str | None = typer.Option(
        None, "--merge", help="Join directions by concat, sum, mul, average or none.", rich_help_panel=_SHAPE
    ),
    projection: str | None = typer.Option(
        None, "--projection", help="LSTM: the size that h is projected to.", rich_help_panel=_SHAPE
    ),
    peephole: bool | None = typer.Option(
        None, "--peephole", help="LSTM: the gates read the cell state, too.", rich_help_panel=_SHAPE
    ),
    coupled: bool | None = typer.Option(
        None, "--coupled", help="LSTM: one gate in place of input and forget.", rich_help_panel=_SHAPE
    ),
    reset_after: bool | None = typer.Option(
        None,
        "--reset-after/--reset-before",
        help="GRU: apply the reset gate after or before the matrix product.",
        rich_help_panel=_SHAPE,
    ),
    kernel_size: str | None = typer.Option(None, "--kernel-size", help="conv_lstm: the window, as 3x3.", rich_help_panel=_SHAPE),
    values: list[str] | None = _VALUES,
    values_file: str | None = _VALUES_FILE,
    form: str | None = _FORM,
    verbose: bool = _VERBOSE,
    assume: list[str] | None = typer.Option(
        None, "--assume", help="The number of parameters of a layer that is not known, as CustomLayer=1234.", rich_help_panel=_SHAPE
    ),
) -> Model:
    """Return the model that a call describes, in one of the ways; raise LstmCalcError where there is none or more than one."""
    given, how = _without_values({name: value for name, value in locals().items() if name != "assume"})
    text = given["model"]
    flags = _flags(given, _beside(text))
    return model_from_flags(flags) if text is None else with_assumed(named_model(text, _width_beside(flags), how), assume)


def _with_stored(model: Model, path: str) -> Model:
    """Return a model in which layers that are not known have as many parameters as the file stores for them, and say so."""
    if model.is_known or not path.lower().endswith((".h5", ".hdf5", ".keras")):
        return model
    if len(model.layers) == 1:
        return _stored(model, path)
    from lstm_calc.weights.readers.formats.keras import with_stored_numbers

    model, notes = with_stored_numbers(model, path)
    for note in notes:
        say(f"note: {note}")
    return model


def _stored(model: Model, path: str) -> Model:
    """Return the layers whose weights a file has, for a model whose class it does not describe; the model, where it has none."""
    from lstm_calc.questions.stored_model import load_stored

    try:
        return load_stored(path)
    except LstmCalcError:
        return model


def with_assumed(model: Model, assumed: list[str] | None) -> Model:
    """Return a model in which layers that are not known have the numbers of parameters of --assume, by their class or name."""
    for text in assumed or ():
        name, equals, number = text.partition("=")
        if not equals:
            raise LstmCalcError(f"--assume: {quoted(text)} is not a layer and its parameters; write CustomLayer=1234")
        meant = [layer for layer in model.layers if isinstance(layer, Other) and name in {layer.class_name, layer.name}]
        if not meant:
            known = {layer.class_name or layer.name or "" for layer in model.layers if isinstance(layer, Other)}
            raise LstmCalcError(f"--assume: {quoted(name)} is not a layer that is not known{did_you_mean(name, known)}")
        params = 0 if number.strip() == "0" else read_counts("assume", number, at_most=1)[0]
        model = model.replace(layers=[layer.replace(params=params) if layer in meant else layer for layer in model.layers])
    return model


_BY_NAME = inspect.Parameter.POSITIONAL_OR_KEYWORD
_WITH_ASSUMED = tuple(inspect.signature(read_model).parameters.values())
_ALL = _WITH_ASSUMED[:-1]


def _asking(*parameters: inspect.Parameter) -> Callable[[Reader], Reader]:
    """Give a reader that takes them by name the parameters that it asks for."""

    def give(reader: Reader) -> Reader:
        reader.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what inspect looks for
        return reader

    return give


@_asking(*(each for each in _WITH_ASSUMED if each.name != "form"))
def read_model_alone(**given: Any) -> Model:
    """Return the model that a call describes, for a command whose own --from means something else."""
    return read_model(**given, form=None)


@_asking(*_WITH_ASSUMED)
def read_model_later(**given: Any) -> Callable[[dict[str, Any]], Model]:
    """Return what reads the model that a call describes, with further values for code."""

    def read(values: dict[str, Any]) -> Model:
        more = [f"{name}={value!r}" for name, value in values.items()]
        return read_model(**{**given, "values": [*(given["values"] or []), *more] or None})

    return read


@_asking(*_ALL)
def read_template(**given: Any) -> "Template":
    """Return the template that a call describes, in the same ways: a model in which ? may stand for any size."""
    given, how = _without_values(given)
    flags = _flags(given, _beside(given["model"]) if given["model"] and is_code(given["model"]) else "")
    return template_from_flags(flags) if given["model"] is None else _named_template(given["model"], _width_beside(flags), how)


_MODELS: Any = typer.Argument(None, metavar="[MODEL]...", help="Model files, notations, or - for a file on stdin.")


@_asking(inspect.Parameter("models", _BY_NAME, default=_MODELS, annotation=list[str] | None), *_ALL[1:-4])
def read_models(models: list[str] | None = None, **flags: Any) -> list[str]:
    """Return the models that a call names, still to be read; the one that its flags describe as a notation."""
    models = models and model_texts(models)
    described = _flags({"model": models or None, **flags})
    return models or [str(model_from_flags(described))]


def _beside(model: str | None) -> str:
    """Return what may stand beside a model: --input, for a config of Keras or code that does not state its input."""
    return "input_dim" if model is not None and (is_code(model) or is_a_path(model)) else ""


def _width_beside(flags: dict[str, Any]) -> int | None:
    """Return the width of --input where it stands beside a model."""
    return next(iter(read_counts("input_dim", flags.get("input_dim"), at_most=1)), None)


def _flags(given: dict[str, Any], beside: str = "") -> dict[str, Any]:
    """Return the flags that were given; raise LstmCalcError where the model is given in no way, or in two (``beside`` apart)."""
    flags = {name: value for name, value in given.items() if name != "model" and value is not None}
    twice = next((name for name in flags if name != beside), None)
    if given["model"] is not None and twice:
        named = [given["model"]] if isinstance(given["model"], str) else given["model"]
        what = f"the model is given twice: as {few(map(quoted, named))} and by {flag_of(twice)}"
        raise LstmCalcError(what + _meant(named, twice, str(flags[twice])))
    if given["model"] is None and not flags:
        raise LstmCalcError("no model; give flags (--input 32 --units 32), a notation ('32 > lstm 32'), a file, or - for stdin")
    return flags


def _meant(models: list[str], flag: str, value: str) -> str:
    """Return what to write where a model and a flag were probably meant otherwise; nothing where that is not known."""
    if flag == "output" and value in formats():
        return f"; the format of the answer is --format {value}"
    if all(model.lower() in CELLS for model in models):
        several = " ".join(f"'32 > {model.lower()} 64'" for model in models)
        return f"; write each whole: {several}" if len(models) > 1 else f"; the kind of a layer is --cell {models[0].lower()}"
    from lstm_calc.formats.notation.names import WORDS

    return f"; in words it is an option of the layer: lstm 64 {flag}" if value == "True" and flag in WORDS else ""


def named_model(model: str, input_dim: int | None = None, how: ReadingOptions = NO_READING_OPTIONS) -> Model:
    """Return the model of the argument: a text in any form, the name of a file, or - for standard input."""
    return model_and_budget(model, input_dim, None, how)[0]


def _named_template(model: str, input_dim: int | None, how: ReadingOptions) -> "Template":
    """Return the template of the argument; a size may be left open in the notation and in a model file."""
    given = text_of(model)
    text = given[0] if given else model
    form = how.form or ("file" if given is None and not is_code(model) and is_a_path(model) else form_of(text))
    if form == "notation" or (form == "code" and is_a_line_of_calls(text) and input_dim is None and how is NO_READING_OPTIONS):
        return read_text_template(text)
    if form == "file" and not is_stored(model):
        from lstm_calc.formats.modelfile import load_template, loads_template

        return load_template(model) if given is None else loads_template(*given)
    from lstm_calc.model.template import template_of

    return template_of(read_text_as(form, *given, input_dim, how) if given else named_model(model, input_dim, how))


@_asking(*_WITH_ASSUMED)
def read_model_and_budget(**given: Any) -> "tuple[Model, Budget]":
    """Return the model that a call describes, in the same ways, and the budget where it is a file that has one."""
    given, how = _without_values(given)
    model, assumed = given["model"], given.pop("assume")
    flags = _flags(given, _beside(model))
    return (model_from_flags(flags), _no_budget()) if model is None else model_and_budget(model, _width_beside(flags), assumed, how)


def model_and_budget(
    model: str, input_dim: int | None = None, assumed: list[str] | None = None, how: ReadingOptions = NO_READING_OPTIONS
) -> "tuple[Model, Budget]":
    """Return the model of an argument, and the budget where it is a file that has one; ``assumed`` as in :func:`with_assumed`."""
    found, budget = _model_of(model, input_dim, how)
    return with_assumed(found, assumed), _no_budget() if budget is None else budget


def _model_of(model: str, input_dim: int | None, how: ReadingOptions) -> "tuple[Model, Budget | None]":
    """Return the model of an argument, in the form that is said or, without one, that the argument has."""
    if (entry := entry_on_stdin(model)) is not None:
        return read_entry(entry, input_dim, how), None
    given = text_of(model)
    if given is None and (how.form in {"file", "weights"} or (how.form is None and not is_code(model) and is_a_path(model))):
        found, budget = read_file(model, input_dim, how.form)
        return _with_stored(found, model), budget
    text, file = given or (model, "<text>")
    form = how.form or form_of(text)
    if form == "file" and model == "-":
        from lstm_calc.formats.modelfile import loads_with_budget

        return loads_with_budget(text, "<stdin>", input_dim)
    return read_text_as(form, text, file, input_dim, how), None


@_asking(*_WITH_ASSUMED)
def read_one_or_more(**given: Any) -> list[tuple[str, Model]]:
    """Return the model that a call describes in one of the ways, or each of several whole ones, by the names they are called by."""
    words = given["model"] or []
    if not are_whole(words):
        model = read_model(**given)
        return [(str(model), model)]
    beside = {name: value for name, value in given.items() if name not in _BESIDE | {"assume"}}
    _flags(beside)
    how = read_reading_options(given["values"], given["values_file"], given["form"], given["verbose"])
    if how.has_values and not any(map(is_code, words)):
        raise LstmCalcError(_FOR_CODE)
    how = how.shared
    return [(shortened(word), with_assumed(named_model(word, how=how), given["assume"])) for word in words]


def read_assumed(
    assume: list[str] | None = typer.Option(
        None, "--assume", help="The number of parameters of a layer that is not known, as CustomLayer=1234."
    ),
) -> list[str]:
    """Return the numbers of parameters that layers are assumed to have."""
    return assume or []


def _no_budget() -> "Budget":
    from lstm_calc.model.budget import Budget

    return Budget()
