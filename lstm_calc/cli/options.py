"""The options that commands share, each declared once, and what they add up to.

They stand as defaults of the functions that read them: inside ``Annotated`` each takes Typer 1.4 times as long to make, and a
command has thirty of them.
"""

import inspect
from collections.abc import Callable, Collection, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any

import typer
from typer.models import OptionInfo

from lstm_calc.cli.output import Output
from lstm_calc.errors import LstmCalcError, listed
from lstm_calc.inputs import noting
from lstm_calc.render import TABLE, formats
from lstm_calc.streams import STDIN

if TYPE_CHECKING:
    from lstm_calc.cli.commands import Command
    from lstm_calc.frameworks.setting import Setting

_ANSWER = "Answer"


def framework_names() -> list[str]:
    """Return every framework's name, for completion."""
    from lstm_calc.frameworks import FRAMEWORKS

    return list(FRAMEWORKS)


def read_framework(
    framework: str | None = typer.Option(
        None,
        "--framework",
        "-f",
        help="The framework that is counted (lstm-calc frameworks lists them); default: that of the input, else textbook.",
        autocompletion=framework_names,
        rich_help_panel=_ANSWER,
    ),
) -> str | None:
    """Return the framework's usual name, or several with commas; None where none is asked for."""
    if framework is None:
        return None
    from lstm_calc.frameworks import usual_name
    from lstm_calc.frameworks.setting import note_option

    note_option()
    return ",".join(usual_name(name) for name in framework.split(","))


_FILE: Any = typer.Option(
    None,
    "--output-file",
    "-o",
    help="Write to this file, completely or not at all, in the format of its ending: x.json, x.csv, x.html.",
    rich_help_panel=_ANSWER,
)
_COLUMNS: Any = typer.Option(
    None, "--columns", help="The columns to show, by their headings or their names in CSV: layer,params.", rich_help_panel=_ANSWER
)
_NOTES: Any = typer.Option(False, "--notes", help="Also say in full what the figures mean.", rich_help_panel=_ANSWER)
_SORT: Any = typer.Option(None, "--sort", help="The column to sort by; -params: largest first.", rich_help_panel=_ANSWER)


def _format(default: str, names: list[str]) -> Any:
    words = f"{listed(names, 'or')}; default: by the ending of the file, else {default}."
    return typer.Option(None, "--format", help=words, autocompletion=lambda: names, rich_help_panel=_ANSWER)


def output_reader(*more: str) -> Callable[..., Output]:
    """Return the reader of where and how an answer is to be written: in a format of all commands, or one of ``more``."""

    def read_output(
        format_: str | None = _format(TABLE, [*formats(), *more]),
        output_file: str | None = _FILE,
        columns: str | None = _COLUMNS,
        sort: str | None = _SORT,
        notes: bool = _NOTES,
    ) -> Output:
        return Output(format_, output_file, more, columns=columns, sort=sort, notes=notes)

    return read_output


def plain_reader(default: str = TABLE) -> Callable[..., Output]:
    """Return the reader of where and how an answer is to be written whose columns and order are not to be chosen here."""

    def read_output(format_: str | None = _format(default, formats()), output_file: str | None = _FILE) -> Output:
        return Output(format_, output_file, default=default)

    return read_output


def code_reader() -> Callable[..., Output]:
    """Return the reader of where and how a program is to be written: as it is, or in the JSON answer."""

    def read_output(format_: str | None = _format("python", ["python", "json"]), output_file: str | None = _FILE) -> Output:
        return Output(format_, output_file, ("python",), default="python", known=("python", "json"))

    return read_output


def quiet_reader(number: str = "the number of parameters") -> Callable[..., bool]:
    """Return the reader of whether only a number is wanted; ``number`` says which."""

    def read_quiet(quiet: bool = typer.Option(False, "--quiet", "-q", help=f"Just {number}.", rich_help_panel=_ANSWER)) -> bool:
        return quiet

    return read_quiet


def _shared() -> dict[str, Callable[..., Any]]:
    """Return for a parameter of a command the function whose options stand in its place, and which gives its value."""
    from lstm_calc.cli import models

    return {
        "model": models.read_model,
        "model_alone": models.read_model_alone,
        "model_and_budget": models.read_model_and_budget,
        "model_later": models.read_model_later,
        "models": models.read_models,
        "one_or_more": models.read_one_or_more,
        "template": models.read_template,
        "how": models.read_reading_options,
        "assumed": models.read_assumed,
        "framework": read_framework,
        "output": output_reader(),
        "quiet": quiet_reader(),
    }


ALIASES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("--hidden-size", "--hidden", "--hidden-dim", "--hidden-units", "--num-units", "--neurons"), ("--units",)),
    **dict.fromkeys(("--input-size", "--input-dim", "--inputs", "--num-features"), ("--input", "--features")),
    **dict.fromkeys(("--num-layers", "--n-layers"), ("--layers",)),
    **dict.fromkeys(("--output-size", "--output-dim", "--num-classes", "--classes"), ("--output",)),
    **dict.fromkeys(("--batch-size", "-b"), ("--batch",)),
    **dict.fromkeys(("--seq-len", "--seq-length", "--timesteps", "--time-steps", "--seq"), ("--steps", "--window")),
    "--lookback": ("--window", "--steps"),
    "--input-shape": ("--shape",),
    **dict.fromkeys(("--proj-size", "--proj"), ("--projection",)),
    "--params": ("--max-params",),
    **dict.fromkeys(("--backend", "--lib", "--library"), ("--framework",)),
    **{f"--{name}": (f"--framework {name}",) for name in ("keras", "pytorch", "torch", "tensorflow", "tf", "flax", "mlx", "onnx")},
    "--json": ("--format json",),
    "--csv": ("--format csv",),
    **dict.fromkeys(("--markdown", "--md"), ("--format markdown",)),
}
"""Other names of options, which help does not show.

For each: the options that it may stand for, of which a command has one, with the value where the name says it. A _ is read as a -.
"""

MEANT = {
    **dict.fromkeys(("--width", "--size", "--dim", "--cells", "--n-units", "--h"), "--units"),
    **dict.fromkeys(("--lstm", "--gru", "--rnn", "--type", "--kind", "--layer-type"), "--cell"),
    **dict.fromkeys(("--depth", "--stack", "--stacked", "--repeat"), "--layers"),
    **dict.fromkeys(("--vocab", "--vocab-size", "--embed", "--embedding-dim"), "--embedding 20000x128"),
    **dict.fromkeys(("--dense", "--head", "--out", "--output-units"), "--output"),
    **dict.fromkeys(("--budget", "--limit", "--max"), "--max-params"),
    **dict.fromkeys(("--total", "--count", "--short", "--number"), "--quiet"),
    **dict.fromkeys(("--bi", "--both"), "--bidirectional"),
    **dict.fromkeys(("--length", "--sequence", "--sequence-length", "--time"), "--steps"),
    **dict.fromkeys(("--precision", "--fp16", "--half", "--float16", "--bf16"), "--dtype"),
    **dict.fromkeys(("--quantize", "--quantized", "--quantization", "--quant", "--int8", "--bits"), "--dtype int8"),
    **dict.fromkeys(("--flash", "--max-flash", "--rom", "--max-size", "--max-weights"), "--max-bytes"),
    **dict.fromkeys(("--ram", "--sram", "--memory", "--max-memory", "--working-memory", "--max-working-memory"), "--max-ram"),
    **dict.fromkeys(("--output-format", "--fmt"), "--format"),
    **dict.fromkeys(("--gate", "--rows", "--slices"), "--gates"),
    **dict.fromkeys(("--file", "--save", "--write"), "--output-file"),
    **dict.fromkeys(("-v", "--v"), "--version"),
    "--nobias": "--no-bias",
    "--use-bias": "--bias",
}
"""Options that there are not, and the one that may be meant, which is suggested before one that is spelt like it."""

_ONCE = {"-f": "--framework", "--framework": "--framework"}
"""Options of which the last would win in silence: two frameworks are either a mistake or a question for compare."""


def usual_options(words: list[str], known: Collection[str]) -> list[str]:
    """Return the words of a call with options under their usual names; raise LstmCalcError for two frameworks.

    ``known`` are the options of the command; what it does not have stays as it is, and so does all after ``--``.

    >>> usual_options(["--hidden-size=96", "--json"], {"--units", "--format"})
    ['--units=96', '--format', 'json']
    """
    end = words.index("--") if "--" in words else len(words)
    found = [usual for word in words[:end] for usual in _usual(word, known)]
    for option in set(_ONCE.values()) & set(known):
        if sum(_ONCE.get(word.partition("=")[0]) == option for word in found) > 1:
            raise LstmCalcError(f"{option} is given twice; give one framework, or several to compare, as -f keras,pytorch")
    return found + words[end:]


def _usual(word: str, known: Collection[str]) -> Iterator[str]:
    """Yield the words for one word of a call."""
    if word.startswith("-:"):
        yield f"{STDIN}{word[1:]}"  # an entry of the program on standard input is no option
        return
    name, equals, value = word.partition("=")
    name = name.replace("_", "-") if name.startswith("--") else name
    option = next((usual for usual in ALIASES.get(name, ()) if usual.split()[0] in known), None)
    if name in known or option is None:
        yield name + equals + value if name in known else word
    elif " " in option:
        yield from option.split()
    else:
        yield option + equals + value


def _setting() -> "Setting | None":
    """Return the framework that is set for all models; what looks for it is imported when a model asks."""
    from lstm_calc.cli.settings import find_setting

    return find_setting()


_METAVARS = {
    **dict.fromkeys(
        ("input_dim", "units", "layers", "output", "projection", "batch", "steps", "truncate", "max_params", "max_macs"), "N"
    ),
    **dict.fromkeys(("top", "flops", "multiple_of", "features", "window", "targets", "horizon", "length", "stride", "budget"), "N"),
    **dict.fromkeys(("max_bytes", "max_ram", "bandwidth"), "SIZE"),
    **dict.fromkeys(("shape", "h0", "space", "kernel_size"), "NxN"),
    "match": "MODEL",
    "embedding": "NxN",
    "lengths": "N,N",
    "form": "FORM",
    "tensor": "NAME=NxN",
    **dict.fromkeys(("output_file", "values_file", "weights", "save", "plot"), "FILE"),
    **dict.fromkeys(("cell", "merge", "framework", "format_", "sort", "by", "dtype", "optimizer", "strategy", "layer"), "NAME"),
    **dict.fromkeys(("source", "target", "prefix"), "NAME"),
    "columns": "NAME,...",
    "where": "TEST",
    "vary": "NAME=VALUES",
    "assume": "NAME=N",
    "max_step_time": "TIME",
}
"""What the help shows in the place of an option's value, by the name of its parameter, where the option does not say it."""


def _with_metavar(parameter: inspect.Parameter) -> inspect.Parameter:
    """Return a parameter whose option has a metavar."""
    places = (parameter.default, *getattr(parameter.annotation, "__metadata__", ()))
    for option in places:
        if isinstance(option, OptionInfo) and option.metavar is None:
            option.metavar = _METAVARS.get(parameter.name)
    return parameter


def with_options(command: "Command") -> Callable[..., int]:
    """Return the function of a command with the options behind each of its shared parameters; others it declares itself."""
    from lstm_calc.frameworks.setting import looking_up

    run, shared = command.run, _shared() | dict(command.readers)
    own = inspect.signature(run).parameters
    readers = {name: inspect.signature(shared[name]).parameters for name in own if name in shared}
    options = [parameter for name in own for parameter in (readers[name].values() if name in readers else [own[name]])]

    @wraps(run)
    def called(**given: Any) -> int:
        values = {name: given[name] for name in own if name not in readers}
        with noting(), looking_up(_setting, has_option="framework" in given):
            for name, reader in readers.items():
                values[name] = shared[name](**{option: given[option] for option in reader})
            return run(**values)

    called.__signature__ = inspect.Signature([_with_metavar(option) for option in options])  # type: ignore[attr-defined]  # what Typer looks for
    called.__annotations__ = {}
    return called
