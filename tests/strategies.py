"""Random models for the laws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from lstm_calc.errors import ModelError
from lstm_calc.fields import MERGES
from lstm_calc.frameworks import FRAMEWORKS, supporting
from lstm_calc.model import GRU, LSTM, MGU, RNN, ConvLSTM, Dense, Embedding, Layer, Model, RepeatVector

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

sizes = st.integers(1, 40)
names = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,8}", fullmatch=True)


@st.composite
def recurrent(draw: DrawFn, largest: int) -> Layer:
    """Draw one recurrent layer of any kind with any options and sizes up to a largest."""
    sizes, window = st.integers(1, largest), st.lists(st.integers(1, min(5, largest // 2)), min_size=1, max_size=3)
    two_ways = draw(st.booleans())
    common: dict[str, Any] = {
        "bias": draw(st.booleans()),
        "bidirectional": two_ways,
        "merge": draw(st.sampled_from(MERGES[:4])) if two_ways else "concat",
        "repeat": draw(st.integers(1, 3)),
        "trainable": draw(st.booleans()),
        "input_dim": draw(st.none() | sizes),
        "return_sequences": draw(st.none() | st.booleans()),
        "return_state": draw(st.booleans()),
    }
    kind = draw(st.sampled_from(("lstm", "gru", "rnn", "mgu", "conv_lstm")))
    if kind == "lstm":
        flags = {"peephole": draw(st.booleans()), "coupled": draw(st.booleans())}
        projection = draw(st.none() | sizes)
        flags["projection_bias"] = draw(st.none() | st.booleans()) if projection else None
        return LSTM(draw(sizes), projection=projection, **flags, **common)
    if kind == "mgu":
        return MGU(draw(sizes), reset_gate=draw(st.booleans()), **common)
    if kind == "gru":
        return GRU(draw(sizes), reset_after=draw(st.none() | st.booleans()), **common)
    if kind == "rnn":
        return RNN(draw(sizes), **common)
    return ConvLSTM(draw(sizes), draw(window), **common)


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
    """Draw a model of up to ``longest`` layers of sizes up to ``largest``; with ``framework``, one that this framework offers."""
    sizes = st.integers(1, largest)
    layers = draw(st.lists(recurrent(largest) | others(largest), min_size=1, max_size=longest))
    if draw(st.booleans()):
        layers = [layer.replace(name=name) for layer, name in zip(layers, draw(_as_many_names(len(layers))), strict=True)]
    first_is_table = isinstance(layers[0], Embedding)
    try:
        model = Model(layers, None if first_is_table else draw(sizes))
    except ModelError:
        model = Model([LSTM(draw(sizes))], draw(sizes))
    if framework is not None and FRAMEWORKS[framework] not in list(supporting(model)):
        return Model([LSTM(draw(sizes)), Dense(draw(sizes))], draw(sizes))
    return model


def _as_many_names(count: int) -> SearchStrategy[list[str]]:
    return st.lists(names, min_size=count, max_size=count, unique=True)
