"""Random models for the laws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from lstm_calc.errors import ModelError
from lstm_calc.frameworks import FRAMEWORKS, OPTIONS, refusals
from lstm_calc.frozen import MERGES, PADDINGS
from lstm_calc.model import GRU, LSTM, MGU, RNN, ConvLSTM, Dense, Embedding, Layer, Model, Recurrent, RepeatVector
from lstm_calc.model.cells import CELLS

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

names = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,8}", fullmatch=True)


@st.composite
def recurrent(draw: DrawFn, largest: int, framework: str | None = None) -> Layer:
    """Draw one recurrent layer with sizes up to a largest; with ``framework``, of the cells and options that it offers."""
    sizes = st.integers(1, largest)
    layouts = FRAMEWORKS[framework or "textbook"].layouts
    kind = draw(st.sampled_from([cell for cell in CELLS if cell in layouts]))
    offered = set(layouts[kind].options.split()) if framework else set(OPTIONS)

    def maybe(word: str) -> bool:
        return word in offered and draw(st.booleans())

    two_ways = maybe("bidirectional")
    fields: dict[str, Any] = {
        "bias": not maybe("nobias"),
        "bidirectional": two_ways,
        "merge": draw(st.sampled_from(MERGES[:4])) if two_ways and maybe("merge") else "concat",
        "repeat": draw(st.integers(1, 2)),
        "trainable": draw(st.booleans()),
        "input_dim": draw(st.none() | sizes),
        "return_state": draw(st.booleans()),
        "stateful": draw(st.booleans()),
        "go_backwards": not two_ways and draw(st.booleans()),
    }
    units = draw(sizes)

    def on_cudnn(others: dict[str, Any]) -> bool:
        """Draw whether a layer is of the class for cuDNN, which has none of the others and which Keras 3 cannot build."""
        return framework != "keras" and fields["bias"] and not any(others.values()) and draw(st.booleans())

    if kind == "lstm":
        fields |= {"peephole": maybe("peephole"), "coupled": maybe("coupled")}
        if maybe("projection") and units > 1:
            fields["projection"] = draw(st.integers(1, units - 1))
            fields["projection_bias"] = maybe("projection_bias") or None
        options = {name: fields.get(name) for name in ("peephole", "coupled", "projection")}
        return LSTM(units, cudnn=on_cudnn(options), **fields)
    if kind == "gru":
        forms = [None, *(form == "reset_after" for form in ("reset_after", "reset_before") if form in offered)]
        form = draw(st.sampled_from(forms))
        return GRU(units, reset_after=form, cudnn=on_cudnn({"before": not form}), **fields)
    if kind == "conv_lstm":
        window = draw(st.lists(st.integers(1, min(5, largest // 2)), min_size=1, max_size=3))
        return ConvLSTM(units, window, padding=draw(st.sampled_from([None, *PADDINGS])), **fields)
    return MGU(units, reset_gate=not maybe("ungated"), **fields) if kind == "mgu" else RNN(units, **fields)


def others(largest: int) -> SearchStrategy[Layer]:
    """Draw a layer that is not recurrent."""
    sizes = st.integers(1, largest)
    return st.one_of(
        st.builds(Dense, sizes, bias=st.booleans(), trainable=st.booleans()),
        st.builds(Embedding, sizes, sizes, trainable=st.booleans()),
        st.builds(RepeatVector, sizes),
    )


@st.composite
def models(draw: DrawFn, framework: str | None = None, longest: int = 4, largest: int = 40) -> Model:
    """Draw a model of up to ``longest`` layers, one of them recurrent; with ``framework``, one that this framework offers."""
    layers = draw(st.lists(recurrent(largest, framework) | others(largest), max_size=longest - 1))
    layers.insert(draw(st.integers(0, len(layers))), draw(recurrent(largest, framework)))
    width = draw(st.integers(1, largest))
    layers = fitting(layers, width)
    if isinstance(layers[-1], Recurrent):
        layers[-1] = layers[-1].replace(return_sequences=draw(st.none() | st.booleans()))
    if draw(st.booleans()):
        layers = [layer.replace(name=name) for layer, name in zip(layers, draw(_as_many_names(len(layers))), strict=True)]
    return Model(layers, None if isinstance(layers[0], Embedding) else width)


def fitting(layers: list[Layer], width: int) -> list[Layer]:
    """Return those of some layers that can read what the one before gives, the first a width; one of them is recurrent."""
    found: list[Layer] = []
    for layer in layers:
        try:
            found = [*Model([*found, layer], None if isinstance((found or [layer])[0], Embedding) else width).layers]
        except ModelError:
            continue
    return (
        found
        if any(isinstance(layer, Recurrent) for layer in found)
        else [layer for layer in layers if isinstance(layer, Recurrent)][:1]
    )


def _as_many_names(count: int) -> SearchStrategy[list[str]]:
    return st.lists(names, min_size=count, max_size=count, unique=True)


def supporting(model: Model) -> list[str]:
    """Return the frameworks that offer all of a model."""
    return [name for name, table in FRAMEWORKS.items() if not any(any(refusals(table, layer)) for layer in model.layers)]
