"""What people type, nearly: pools and strategies for the fuzz tests, drawn from the real options, fields and words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from lstm_calc.cli import command
from lstm_calc.cli.commands import all_commands
from lstm_calc.frameworks import FRAMEWORKS
from lstm_calc.model import KINDS
from lstm_calc.model.rules import DATA_FORMATS, MERGES, PADDINGS
from tests.strategies import models

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

FILES = ("answer.txt", "-", "", ".", "no/such/folder", "/dev/null", "old.txt")
"""Where an answer may be asked to go: nowhere that matters."""

CONFIGS = [json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "data" / "keras_configs").glob("*.json"))]
WORDS = (*KINDS, "bilstm", "bigru", "embed", "vocab", "16x4", "8x8x3", "_x3", ">", "x2", "x0", "x300", "nobias")
OPTIONS = (
    "tied",
    "cudnn",
    "in=3",
    "proj=2",
    "kernel=3x3",
    "merge=sum",
    "merge=none",
    "name=a",
    "last",
    "sequences",
    "strides=2x2",
    "dilation=2",
    "keepdims",
    "average",
    "2x2",
    "2x1",
    "2x-1",
    "1+1",
    "1+0x2+1",
    "0.5",
    "relu",
    "noscale",
    "a",
)
MARKS = (
    "?",
    "=",
    "-",
    "1.5",
    "20k",
    "1_000",
    "",
    "-1",
    "0",
    "\x00",
    "é",
    "\ud800",
    "\u202e",
    "…",
    "%s",
    "{}",
    "[bold]",
    "\n",
    "\t",
    "'",
)

numbers = st.one_of(st.integers(0, 40), st.integers(0, 10**6), st.sampled_from([10**100, 10**500, 10**501, -1])).map(str)
junk = st.one_of(st.sampled_from([*MARKS, *WORDS, *OPTIONS]), st.text(max_size=12))
LAYERS = (
    *("conv 4 kernel=3", "conv 4 kernel=2x2", "pool 2", "pool 2x2 average", "global_pool", "layer_norm", "dropout 0.5", "masking"),
    *("activation relu", "flatten", "reshape 4x-1", "reshape -1", "permute 2x1", "repeat_vector 3", "upsample 2", "crop 1+1"),
    *("pad 1+0", "lstm 4", "lstm 4 last", "bigru 3 sequences", "rnn 2 x2", "dense 3", "dense 2 name=a", "shared a"),
    *("bilstm 3 merge=none", "conv_lstm 2 kernel=3 padding=same"),
)
SOURCES = ("5", "12x5", "_x5", "12x10x3", "6x8x8x3", "vocab 9 > embed 4")
chains = st.tuples(st.sampled_from(SOURCES), st.lists(st.sampled_from(LAYERS), min_size=1, max_size=4)).map(
    lambda parts: " > ".join([parts[0], *parts[1]])
)
"""Layers of every kind, one after the other, whether or not each can read what comes in."""
written = st.one_of(
    models().map(str), chains, st.lists(st.one_of(st.sampled_from([*WORDS, *OPTIONS]), numbers, junk), max_size=9).map(" ".join)
)
"""Notations: of real models, and of words in any order."""

POOLS: dict[str, tuple[str, ...]] = {
    "framework": (*FRAMEWORKS, "keras,pytorch", "kears", ""),
    "source": tuple(FRAMEWORKS),
    "target": tuple(FRAMEWORKS),
    "name": tuple(FRAMEWORKS),
    "format_": ("table", "json", "csv", "ndjson", "markdown", "latex", "html", "svg", "mermaid", "github", "xml"),
    "output_file": FILES,
    "plot": ("-", "chart", "chart.bmp"),
    "save": FILES,
    "weights": FILES,
    "cell": (*KINDS, "lsmt"),
    "merge": (*MERGES, *PADDINGS, *DATA_FORMATS),
    "vary": (
        "units=1,2,3",
        "units=1:40:7",
        "framework=keras,pytorch",
        "cell=lstm,gru",
        "units=",
        "layers=1:3",
        "x",
        "units=3:1",
        "=",
        ":",
    ),
    "where": ("params < 1M", "params", "macs >= 3", "<", "params < x"),
    "columns": ("params", "layer,params", "macs,step_ns", ",", "name"),
    "sort": ("params", "-params", "-", "name"),
    "dtype": ("float32", "int4", "int8", "float16", "bfloat"),
    "optimizer": ("adam", "sgd", "adam8bit", "adafactor", "lion"),
    "strategy": ("direct", "recursive", "seq2seq", "many-to-many", "none"),
    "space": ("8x8", "4", "3x3x3", "0x1"),
    "kernel_size": ("3x3", "3", "1x1x1", "3x3x3x3"),
    "shape": ("8x64x32", "8xNone", "None", "(2, 3)", "x", "?x?"),
    "lengths": ("3,1", "0", "5", ","),
    "flops": ("10T", "1", "0"),
    "bandwidth": ("100GB", "1B", "0B"),
    "max_step_time": ("50us", "1ns", "0s"),
    "max_bytes": ("256KiB", "1", "0"),
    "embedding": ("20000x128", "3x3", "x", "1"),
}
"""For options whose values are words: words that they take, and a few that they do not."""


def parameters() -> dict[str, list[Any]]:
    """Return what every command takes, as Typer has it."""
    return {name: list(command(name).params) for name in all_commands() if name != "verify"}


PARAMETERS = parameters()
"""The parameters of all commands but verify, which runs whatever framework is installed."""


def value_of(parameter: Any) -> SearchStrategy[str]:
    """Return what may be typed for a parameter."""
    if parameter.name in {"model", "models", "match"}:
        return st.one_of(written, st.sampled_from(["-", "model.toml", "model.json", "."]), junk)
    if parameter.name in {"output_file", "save", "weights", "plot"}:
        return st.sampled_from(POOLS[parameter.name])
    pool = st.sampled_from(POOLS[parameter.name]) if parameter.name in POOLS else numbers
    return st.one_of(pool, pool, pool, numbers, junk)


@st.composite
def vectors(draw: DrawFn) -> list[str]:
    """Draw an argument vector: a command, its own options in any order, and now and then what is none of them."""
    command = draw(st.sampled_from(sorted(PARAMETERS)))
    taken = draw(st.lists(st.sampled_from(PARAMETERS[command]), max_size=5, unique_by=id))
    needed = [parameter for parameter in PARAMETERS[command] if parameter.required or parameter.name == "model"]
    words = [command]
    for parameter in taken if draw(st.integers(0, 9)) == 0 else {id(each): each for each in [*needed, *taken]}.values():
        flag = [draw(st.sampled_from([*parameter.opts, *parameter.secondary_opts]))] * (parameter.param_type_name == "option")
        words += flag if getattr(parameter, "is_flag", False) else [*flag, draw(value_of(parameter))]
    return words + ([draw(junk)] if draw(st.integers(0, 19)) == 0 else [])


FIELDS = sorted(
    {field for kind in KINDS.values() for field in kind.fields}
    | {"type", "layers", "input_dim", "framework", "budget", "class_name", "config"}
)
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 40),
    st.sampled_from([10**500, 10**501, 1.5, "?", "", *KINDS, *MERGES]),
    st.floats(),
    st.text(max_size=5),
)
values = st.recursive(
    plain, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4))
)
tables = st.one_of(
    st.fixed_dictionaries({"type": st.sampled_from(sorted(KINDS)), "units": st.integers(1, 9)}),
    st.dictionaries(st.sampled_from(FIELDS), values, max_size=5),
    values,
)
model_files = st.fixed_dictionaries(
    {"layers": st.lists(tables, max_size=3)},
    optional={"input_dim": plain, "framework": values | st.sampled_from(list(FRAMEWORKS)), "budget": values, "other": values},
)


@st.composite
def configs(draw: DrawFn) -> Any:
    """Draw a config of Keras of which a few values are others, or gone."""
    config = json.loads(json.dumps(draw(st.sampled_from(CONFIGS))))
    for _ in range(draw(st.integers(1, 3))):
        place: Any = config
        key: Any = None
        while isinstance(place, dict | list) and place:
            above, key = place, draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            place = above[key]
            if draw(st.integers(0, 3)) == 0:
                break
        if key is not None and draw(st.booleans()):
            del above[key]
        elif key is not None:
            above[key] = draw(values)
    return config
