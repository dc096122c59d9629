"""Every name of the notation: each alias reads to the model of the name that is written, and help shows them all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc import Model, read
from lstm_calc.errors import ModelError, NotationError
from lstm_calc.formats.notation import grammar, names
from lstm_calc.formats.notation.tokens import tokens
from lstm_calc.model import KINDS
from tests.strategies import graphs, models

KINDS_READ = list(grammar.kinds())
FILLED = {
    "embedding": "vocab 5000 > {} 64",
    "conv_lstm": "8x8x8x3 > {} 4 kernel=3x3",
    "conv_gru": "8x8x8x3 > {} 4 kernel=3x3",
    "conv": "20x8 > {} 4 kernel=3",
    "conv_transpose": "20x8 > {} 4 kernel=3",
    "multi_head_attention": "20x8 > {} 2 key_dim=4",
    "repeat_vector": "8 > dense 4 > {} 5",
    "pool": "20x8 > {} 2",
    "adaptive_pool": "20x8 > {} 2",
    "global_pool": "20x8 > {}",
    "upsample": "20x8 > {} 2",
    "crop": "20x8 > {} 1+1",
    "pad": "20x8 > {} 1+1",
    "concat": "8 > (lstm 4 | lstm 4) > {}",
    "group_norm": "20x64 > {}",
}
"""A line for each kind that needs more than a size, with the place of its name."""
PAIRS = [(each.kind, name) for each in KINDS_READ for name in each.names if " " not in name]


@pytest.mark.parametrize(("kind", "name"), PAIRS)
def test_another_name_reads_to_the_same_layer(kind: str, name: str) -> None:
    line = FILLED.get(kind, "8 > {}" if kind.endswith("norm") or kind == "dropout" else "8 > {} 4")
    usual, other = read(line.format(kind)), read(line.format(name))
    extra = names.named(name)
    assert extra is not None
    assert other.layers[-1] == usual.layers[-1].replace(**extra.values)
    for spelt in (name.upper(), name.replace("_", "-")):
        assert read(line.format(spelt)).layers == other.layers
    assert read(str(other)).layers == other.layers


@pytest.mark.parametrize("name", names.function_names())
def test_a_function_is_a_layer(name: str) -> None:
    assert read(f"8 lstm 4 {name}") == read(f"8 > lstm 4 > activation {name}")
    assert read(f"8 lstm 4 {name.replace('_', '')} dense 3") == read(f"8 > lstm 4 > activation {name} > dense 3")


ARGUMENTS = {
    "8 > lstm {}=4": ["units", "hidden_size", "hidden", "hidden_dim", "num_units", "Hidden_Size"],
    "8 > lstm 4 {}=2": ["repeat", "num_layers", "n_layers", "layers"],
    "8 > lstm 4 {}=3": ["proj", "projection", "proj_size"],
    "8 > lstm 4 {}=false": ["bias", "use_bias"],
    "8 > dense {}=4": ["units", "out_features", "features"],
    "20x8 > conv 4 {}=3": ["kernel", "kernel_size", "k"],
    "20x8 > conv {}=4 k=3": ["filters", "out_channels", "nb_filter"],
    "20x8 > conv 4 k=3 {}=2": ["strides", "stride"],
    "8 > bilstm 4 {}=sum": ["merge", "merge_mode"],
    "embed {}=50 dim=4": ["vocab_size", "num_embeddings", "input_dim", "vocab"],
    "embed {}=4 vocab=50": ["dim", "embedding_dim", "output_dim"],
    "8 > dropout {}=0.5": ["rate", "p"],
}
"""Lines, and the names that an option of each may have."""


@pytest.mark.parametrize("line", ARGUMENTS)
def test_an_option_is_read_under_all_its_names(line: str) -> None:
    first, *others = [read(line.format(name)) for name in ARGUMENTS[line]]
    assert all(each == first for each in others)


def test_help_has_every_kind_and_option() -> None:
    assert {each.kind for each in KINDS_READ} == KINDS.keys() - {"model"}
    offered = {word for each in KINDS_READ for word in each.options} | set(grammar.common_options() + grammar.recurrent_options())
    assert names.WORDS.keys() - offered == set()
    for each in KINDS_READ:
        for name in names.other_names(each.kind):
            assert names.named(name).kind == each.kind


_WORDS = "40 8x8x3 lstm gru LSTM(4) dense 7 x2 nobias > -> , ( | ) relu dropout 0.5 embed 50x4 vocab conv1d k=3 last lstm96 ?"
WORDS = st.sampled_from(_WORDS.split())


@given(st.lists(WORDS, max_size=9).map(" ".join))
def test_a_text_has_one_reading(text: str) -> None:
    """What a text is read as is what its own canonical text says, and signs and blanks that mean nothing change nothing."""
    try:
        model = read(text)
    except ModelError:  # what reads it knows the place, or what a call alone lacks
        return
    assert read(str(model)) == model
    pieces = [">" if each.text == ">" else each.text for each in tokens(text)]
    assert read(" ".join(pieces)) == model
    assert read(text.replace("->", "→")) == model
    assert read(f"  {text}  ") == model


@given(st.one_of(models(), graphs()), st.randoms(use_true_random=False))
def test_separators_and_capitals_do_not_choose_between_readings(model: Model, random: object) -> None:
    text = str(model)
    signs = [" > ", " -> ", ", ", ">", " "]
    pieces = text.split(" > ")
    mixed = pieces[0]
    for piece in pieces[1:]:
        mixed += random.choice(signs) + piece
    try:
        found = read(mixed)
    except NotationError:
        return
    assert found == model
