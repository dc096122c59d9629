"""The frameworks: one block of rows each, and the few questions that are asked of them all."""

from __future__ import annotations

import operator
from importlib import import_module
from typing import TYPE_CHECKING

from lstm_calc.errors import FrameworkError, did_you_mean, listed, quoted
from lstm_calc.frameworks.rows import (
    COMBINATIONS,
    OPTION_FIELDS,
    OPTIONS,
    RUN_FIELDS,
    Framework,
    Layout,
    Row,
    ShapeRow,
    option_words,
    with_default_options,
)
from lstm_calc.frameworks.setting import setting
from lstm_calc.model.layers import Layer, Recurrent
from lstm_calc.model.propagation import wanted_ranks
from lstm_calc.model.sizes import product

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lstm_calc.model import Model, Use
    from lstm_calc.model.sizes import Size
    from lstm_calc.model.template import Template

__all__ = [
    "DEFAULT",
    "FRAMEWORKS",
    "OPTIONS",
    "OPTION_FIELDS",
    "Framework",
    "Layout",
    "Row",
    "ShapeRow",
    "caller_notes",
    "check_limits",
    "check_run",
    "equation_words",
    "framework",
    "framework_of",
    "frameworks",
    "layout_for",
    "layout_of",
    "offers",
    "option_words",
    "other_names",
    "refusals",
    "uses_in",
    "usual_name",
    "who_offers",
    "with_default_options",
    "with_defaults",
]


_SIGNS: dict[str, Callable[[int, int], bool]] = {"<": operator.lt, "<=": operator.le, "=": operator.eq}

FRAMEWORKS = {
    "textbook": "textbook.TEXTBOOK",
    "keras": "keras.KERAS",
    "pytorch": "torch.PYTORCH",
    "paddle": "torch.PADDLE",
    "onnx": "runtime.ONNX",
    "openvino": "runtime.OPENVINO",
    "tflite": "runtime.TFLITE",
    "cudnn": "tensorflow.CUDNN",
    "tensorflow1": "tensorflow.TENSORFLOW1",
    "flax-linen": "flax.FLAX_LINEN",
    "flax-nnx": "flax.FLAX_NNX",
    "flax-nnx-optimized": "flax.FLAX_NNX_OPTIMIZED",
    "haiku": "jax.HAIKU",
    "equinox": "jax.EQUINOX",
    "mlx": "mlx.MLX",
}
"""Where the table of each framework is, in the order of every list: its module here, and its name there.

A module is imported when one of its frameworks is asked for, since a start that answers for one of them has no time for all.
"""

DEFAULT = "textbook"
"""The framework of a model that is of none, where none is asked for."""

_ALIASES = {
    **dict.fromkeys(("tensorflow", "tf", "tensorflow2", "tf2", "tf.keras", "tf_keras", "keras3"), "keras"),
    **dict.fromkeys(("tensorflow-1", "tf1"), "tensorflow1"),
    **dict.fromkeys(("flax", "nnx", "flax.nnx"), "flax-nnx"),
    **dict.fromkeys(("linen", "flax.linen"), "flax-linen"),
    **dict.fromkeys(("torch", "torch.nn", "pt"), "pytorch"),
    "paddlepaddle": "paddle",
    "onnxruntime": "onnx",
}
"""Other names of frameworks, taken for them: TensorFlow is 2, whose layers are Keras's, and Flax is NNX, its newer API."""

_PAGE = "lstm-calc help frameworks lists them"
_SEVERAL = {"jax": "flax-nnx flax-linen haiku equinox"}
"""Names that several frameworks share."""
_SAME = {"tfjs": "keras", "tensorflow.js": "keras", "tensorflowjs": "keras", "mxnet": "pytorch", "gluon": "pytorch"}
"""Frameworks that have no table, and whose table stores the same tensors."""


def usual_name(name: str) -> str:
    """Return the name that a framework has here, for its name in any case or another name of it; what is unknown as it is.

    >>> usual_name("PyTorch"), usual_name("tf.keras"), usual_name("kears")
    ('pytorch', 'keras', 'kears')
    """
    if name in FRAMEWORKS:
        return name
    lower = name.strip().lower()
    found = _ALIASES.get(lower, lower)
    return found if found in FRAMEWORKS else name


def other_names(name: str) -> list[str]:
    """Return the other names of a framework, which are taken in any case."""
    return [other for other, usual in _ALIASES.items() if usual == name]


def framework(name: str) -> Framework:
    """Return a framework by name; raise FrameworkError, with the nearest name, where there is none."""
    name = usual_name(name)
    if name not in FRAMEWORKS:
        raise FrameworkError(_unknown(name))
    module, constant = FRAMEWORKS[name].split(".")
    table: Framework = getattr(import_module(f"{__name__}.{module}"), constant)
    return table


def frameworks() -> dict[str, Framework]:
    """Return every framework by name; this imports them all."""
    return {name: framework(name) for name in FRAMEWORKS}


def _unknown(name: str) -> str:
    """Return, as a sentence, that there is no framework of a name, and which one may be meant."""
    if "," in name:
        return f"{quoted(name)} names several frameworks, where one is asked for; compare takes several"
    lower = name.strip().lower()
    if lower in _SEVERAL:
        return f"{quoted(name)} names several libraries; which one: {listed(map(repr, _SEVERAL[lower].split()), 'or')}?"
    if lower in _SAME:
        return f"{quoted(name)} has no table here; {_SAME[lower]} stores the same tensors: give {_SAME[lower]!r}"
    return f"{quoted(name)} is not a framework{did_you_mean(name, FRAMEWORKS, _PAGE)}"


def framework_of(model: Model | Template, name: str | None) -> Framework:
    """Return the framework that answers for a model: the one of a name, else the model's own, else what is set, else the default.

    Raises FrameworkError where there is none of the name.
    """
    name = model.framework if name is None else name
    if name is None:
        found = setting()
        name = DEFAULT if found is None else found.framework
    return framework(name)


_NO_WEIGHTS = Layout(rows=())
_EVERYWHERE = {
    "other": Layout(
        rows=(Row("parameters", "params", "other", when="weights"),), source="what the model says of it", path="{name}/"
    )
}
"""How layers are stored of which no framework's table says how."""


def layout_of(table: Framework, layer: Layer) -> Layout | None:
    """Return how a framework stores a layer; one without weights is stored nowhere, and None stands for a kind that it lacks."""
    if layer.kind not in table.layouts:
        return _EVERYWHERE.get(layer.kind) if layer.weighted else _NO_WEIGHTS
    return table.layout(layer)


def uses_in(model: Model, table: Framework) -> tuple[Use, ...]:
    """Return every use of a layer as a framework runs a model.

    Raises FrameworkError where the framework lacks what a layer asks for, ModelError where a layer cannot read what comes in.
    """
    for layer in model.calls:
        layout_for(table, layer)
    uses = with_defaults(model, table).uses
    for use in uses:
        check_limits(table, layout_for(table, use.layer), use.layer.input_sizes(use.inputs))
    return uses


def with_defaults(model: Model, table: Framework) -> Model:
    """Return a model with every choice made that it leaves to a framework, such as return_sequences, padding and reset_after.

    A model written in a framework whose recurrent layers give every step does so in any other: it means the same there.
    """
    every = not (table.selective and (model.framework is None or framework(model.framework).selective))
    layers = [_decided(layer, ranks, table, every) for layer, ranks in zip(model.flat, wanted_ranks(model), strict=True)]
    if all(one is other for one, other in zip(layers, model.layers, strict=False)) and len(layers) == len(model.layers):
        return model
    return model.replace(layers=layers, outputs=model.flat_outputs)


def _decided(layer: Layer, ranks: set[int], table: Framework, every: bool) -> Layer:
    """Return a layer with its open choices made; ``ranks`` are the numbers of axes that those want that read it.

    ``every``: a recurrent layer gives every step where nothing says which.
    """
    layout = layout_of(table, layer)
    layer = with_default_options(layer, layout.defaults) if layout else layer
    fields = layer.fields
    if "padding" in fields and layer.asdict()["padding"] is None:
        word = (layout and layout.padding) or table.padding
        layer = layer.replace(padding=(0,) * len(layer.window) if word == "zeros" else word)
    if isinstance(layer, Recurrent) and layer.return_sequences is None:
        wanted = {layer.rank: True, layer.rank - 1: False}.get(*ranks) if len(ranks) == 1 else None
        layer = layer.replace(return_sequences=every if wanted is None else wanted)
    return layer


def layout_for(table: Framework, layer: Layer) -> Layout:
    """Return how a framework stores a layer; raise FrameworkError, naming who does offer it, where it does not."""
    for refusal in refusals(table, layer):
        raise FrameworkError(refusal)
    return layout_of(table, layer) or _NO_WEIGHTS


def refusals(table: Framework, layer: Layer) -> Iterator[str]:
    """Yield, as sentences, what a layer asks for and a framework does not offer."""
    layout = layout_of(table, layer)
    if layout is None:
        yield f"{table.name} has no {layer.kind}; {_who_does(layer.kind, '')}"
        return
    asked = option_words(layer, layout.defaults)
    for word in OPTIONS:
        if word in asked and word not in layout.options.split() and word not in table.by_caller:
            yield f"{table.name} has no {OPTIONS[word]} for {layer.kind}; {_who_does(layer.kind, word)}"
    for word in COMBINATIONS:
        if word in layer.combinations and word in _lacking(table, layout):
            who = f"; {_who_takes(layer.kind, word)}" if layer.weighted else ""
            yield f"{table.name} has no {COMBINATIONS[word]} for {layer.kind}{who}"
    if layout.limits:
        yield from _over_limits(table, layout, layer.input_sizes((layer.input_shape(None) or (None, None),)))


def check_limits(table: Framework, layout: Layout, sizes: Mapping[str, Size]) -> None:
    """Raise FrameworkError where the sizes of a layer are not those that a framework can have."""
    if layout.limits:
        for refusal in _over_limits(table, layout, sizes):
            raise FrameworkError(refusal)


def _over_limits(table: Framework, layout: Layout, sizes: Mapping[str, Size]) -> Iterator[str]:
    """Yield, as sentences, the limits between sizes that are not kept to, as far as the sizes are known."""
    for one, sign, other in layout.limits:
        first, second = _measured(one, sizes), _measured(other, sizes)
        if first is not None and second is not None and not _SIGNS[sign](first, second):
            yield f"{table.name} wants {one} {sign} {other}; here they are {first:,} and {second:,}"


def _measured(limit: str, sizes: Mapping[str, Size]) -> Size:
    """Return one side of a limit: a number, a size, or a product of sizes."""
    if limit in sizes:
        return sizes[limit]
    return product([int(word) if word.isdigit() else sizes[word] for word in limit.split("*")])


_JOINING = {
    "sum": "adds the two halves",
    "mul": "multiplies the two halves",
    "average": "averages the two halves",
    "none": "splits them",
}
"""What code around a layer does that merges two directions, once they are concatenated."""
_PADDING = {"strided_same": "pads", "transposed_same": "cuts what is too much"}
"""What code around a layer does in the place of a combination of settings that its framework does not take."""


def caller_notes(model: Model, table: Framework) -> Iterator[str]:
    """Yield what the code around a model's layers has to do, for a framework's own do something else.

    >>> from lstm_calc import read
    >>> list(caller_notes(read("3 > bigru 4 merge=sum"), framework("pytorch")))
    ['merge=sum of gru: pytorch concatenates the two directions; the caller adds the two halves']
    """
    instead = table.by_caller
    for layer, name in zip(model.flat, model.modules, strict=True) if instead else ():
        merge = getattr(layer, "merge", "concat")
        if merge != "concat":
            yield f"merge={merge} of {name}: {table.name} {instead['merge']}; the caller {_JOINING[merge]}"
        for word in sorted(layer.combinations & instead.keys()):
            yield f"{COMBINATIONS[word]} of {name}: {table.name} {instead[word]}; the caller {_PADDING[word]}"


def check_run(table: Framework, layer: Layer) -> None:
    """Raise FrameworkError, naming who does offer it, where a framework does not run a layer as it asks."""
    layout = layout_for(table, layer)
    if not layer.weighted:
        return
    usual = {"padding": layout.padding or table.padding, "data_format": "channels_last"}
    for field, value in layer.changed().items():
        plain = value == usual.get(field) or (isinstance(value, tuple) and set(value) == {1})
        if field in RUN_FIELDS and not plain and field not in _runs(table, layout):
            others = ((name, other, other.layouts.get(layer.kind)) for name, other in frameworks().items())
            names = tuple(name for name, other, layout in others if layout and field in _runs(other, layout))
            raise FrameworkError(f"{table.name} has no {field} for {layer.kind}; {_do(names)}")


def _runs(table: Framework, layout: Layout) -> list[str]:
    """Return the fields of a layer that change what a layer gives, and that a framework has for a kind of it."""
    return (layout.runs or table.runs).split()


def _lacking(table: Framework, layout: Layout) -> list[str]:
    """Return the words of the combinations of settings that a framework refuses for a kind of layer."""
    return f"{table.lacks} {layout.lacks}".split()


def _who_takes(kind: str, word: str) -> str:
    """Say which frameworks take a combination of settings."""
    having = ((name, table, table.layouts.get(kind)) for name, table in frameworks().items())
    return _do(tuple(name for name, table, layout in having if layout and word not in _lacking(table, layout)))


def equation_words(layer: Layer, layout: Layout) -> set[str]:
    """Return the words that choose a cell's equations for a layer as a framework runs it."""
    words = option_words(layer, layout.defaults) | set(layout.quirks.split())
    if "coupled" in words:
        words.add("i_from_f" if layout.coupled and "input" not in layout.coupled.split() else "f_from_i")
    return words


def offers(table: Framework, kind: str, word: str) -> bool:
    """Say whether a framework has a kind of layer and, of it, the option that a word stands for ('': just the kind)."""
    layout = table.layouts.get(kind)
    return layout is not None and (not word or word in layout.options.split())


def who_offers(kind: str, word: str = "") -> tuple[str, ...]:
    """Return the frameworks that have a kind of layer and, of it, the option that a word stands for."""
    return tuple(name for name, table in frameworks().items() if offers(table, kind, word))


def _who_does(kind: str, word: str) -> str:
    return _do(who_offers(kind, word))


def _do(names: tuple[str, ...]) -> str:
    return f"{listed(names)} {'do' if len(names) > 1 else 'does'}" if names else "none here does"
