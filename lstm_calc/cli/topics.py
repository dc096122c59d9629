"""``lstm-calc help notation`` and ``lstm-calc help frameworks``: what is no command, and is asked for like one."""

from collections.abc import Callable

from lstm_calc.cli.output import Output
from lstm_calc.render import TABLE
from lstm_calc.render.document import Block, Column, Document, Line, Table

_CHOICE = (
    "-f, or --framework",
    "the input: a Keras file, a call such as nn.LSTM(40, 96), code, weights, or framework = ... in a model file",
    "the environment variable LSTM_CALC_FRAMEWORK",
    "framework = ... under [tool.lstm-calc] in the nearest pyproject.toml",
    "textbook",
)
"""Where the framework comes from: the first of these that names one."""


def _notation() -> Document:
    """Return the grammar of the notation, its layers and their options."""
    from lstm_calc.formats.notation import grammar, names

    rules = Table((Column("word", "word"), Column("written", "is written")), tuple(map(Line, grammar.SHAPES)))
    found = list(grammar.kinds())
    layers = Table(
        (Column("layer", "layer"), Column("options", "options of its own")),
        tuple(Line((each.written, " ".join(each.options) or None)) for each in found),
    )
    others = Table(
        (Column("layer", "layer"), Column("names", "also read")),
        tuple(Line((each.kind, " ".join(each.names))) for each in found if each.names),
    )
    notes = (
        f"every layer: {' '.join(grammar.common_options())}",
        f"recurrent layers: {' '.join(grammar.recurrent_options())}",
        f"layers with a window: {' '.join(grammar.window_options())}",
        f"functions are layers, too: {' '.join(names.function_names())}",
        "names are read in any case, with - and _ or without, and with 1d, 2d or 3d where a window slides: Conv1D",
        "arguments of Keras and PyTorch are options, too: hidden_size=96 use_bias=false num_layers=2",
        "without >, parentheses and ? no quotes are needed: lstm-calc params 40 lstm 96 x2 dense 7",
    )
    return Document("The notation of models", (rules, layers, others), notes)


def _frameworks() -> Document:
    """Return the names of the frameworks, and where the one that answers comes from."""
    from lstm_calc.frameworks import FRAMEWORKS, other_names

    columns = (Column("framework", "framework"), Column("names", "also read"))
    lines = tuple(Line((name, ", ".join(other_names(name)) or None)) for name in FRAMEWORKS)
    body = (Block("The framework that answers is the first that is named by"), *(Block(each, "item") for each in _CHOICE))
    return Document("Frameworks", (Table(columns, lines),), ("more on one: lstm-calc frameworks keras",), body=body)


TOPICS: dict[str, Callable[[], Document]] = {"notation": _notation, "frameworks": _frameworks}
"""What help has a page of its own on."""


def show_topic(name: str) -> int:
    """Write the page on a topic to standard output; return exit code 0."""
    return Output(TABLE, None).page(TOPICS[name]())
