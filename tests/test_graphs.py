"""Graphs: what each layer reads, in the notation, in model files and in Python; and what every question answers for them."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_calc import cost, explain, params, read, shapes, tensors
from lstm_calc.errors import ModelError, NotationError
from lstm_calc.formats.modelfile import dumps, loads, table_of
from lstm_calc.formats.notation import write
from lstm_calc.frameworks import caller_notes, framework, uses_in
from lstm_calc.frameworks.counting import count
from lstm_calc.model import (
    GRU,
    LSTM,
    Add,
    Average,
    Concat,
    Dense,
    Dot,
    Embedding,
    ExpandDims,
    Index,
    Input,
    Layer,
    MatMul,
    Maximum,
    Minimum,
    Model,
    Multiply,
    Nested,
    Reduce,
    Shared,
    Split,
    Stack,
    Subtract,
    Transpose,
)
from lstm_calc.questions.port import port_plan

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

    from tests.conftest import Cli

PARALLEL = "32 > (lstm 64 | gru 64) > concat > dense 10"
SEQ2SEQ = (
    "vocab 100 > embed 8 > lstm 16 name=encoder > input _ name=target > vocab 90 > embed 8 > "
    "lstm 16 name=decoder inputs=embedding_1,encoder.h,encoder.c > dense 90"
)
TOWERS = Model(
    [
        Input((10, 4), name="left"),
        Input((10, 4), name="right"),
        Nested([LSTM(8, return_sequences=False), Dense(5)], name="tower", inputs=["left"]),
        Shared("tower", name="again", inputs=["right"]),
        Dot(inputs=["tower", "again"]),
        Dense(1, name="score"),
    ]
)

LINES = {
    PARALLEL: 44_746,
    "32 > (lstm 32 | ) > add > dense 4": 8_452,
    "32 > ( | lstm 32) > add": 8_320,
    "32 > dense 8 > (dense 4 | (dense 2 | dense 3 > dense 5) > concat | ) > concat > dense 1": 264 + 36 + 18 + 27 + 20 + 20,
    "32 > lstm 8 last > (dense 10 | dense 2)": 1_312 + 90 + 18,
    "(input 10 > dense 4 | input 20 > dense 4) > concat > dense 1": 44 + 84 + 9,
    "(vocab 10 > embed 4 > lstm 3 | vocab 10 > embed 4 > gru 3) > concat": 40 + 96 + 40 + 72,
    "32 > bilstm 8 merge=none > concat > dense 3": 2 * 1_312 + 51,
    "10x4 > split 2 > concat > index :,-1 > expand_dims 1": 0,
    "12 > split 4x8 > multiply inputs=split,split": 0,
    "6 > dense 8 name=e > ( | dense 6 > shared e) > concat > dense 2": 56 + 54 + 34,
    SEQ2SEQ: 6_250,
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_read_counted_and_written(line: str) -> None:
    model = read(line)
    assert (count(model), params(model).total, tensors(model).total, explain(model).total.result) == (LINES[line],) * 4
    assert write(model) == line == str(model)
    assert loads(dumps(model)) == model


@pytest.mark.parametrize(
    ("line", "sentence", "place"),
    [
        ("8 > (lstm 4", "this parenthesis is not closed", "("),
        ("8 > lstm 4) > dense 3", "nothing is open here", ")"),
        ("8 > lstm 4 | gru 3", "| stands between branches, in parentheses", "|"),
        ("8 > (lstm 4 | gru 3) 5", "a layer begins with its kind", "5"),
        ("8 > lstm 4 (gru 3)", "a > is missing before this", "("),
        ("8 > (lstm 4 > | gru 3) > add", "a layer is missing here", "|"),
        ("8 > (lstm 4 | gru 3) > dense 2", "dense reads one input, and 2 come in", "dense 2"),
        ("8 > (dense 4 | dense 3) > add", "add reads (None, 4) and (None, 3), which are not of one shape", "add"),
        ("8 > dense 4 inputs=nope", "dense reads 'nope', which nothing before it gives", "dense 4 inputs=nope"),
        ("8 > dense 4 > dense 3 in=5 inputs=input", "input_dim is 5, and (None, 8) comes in", "dense 3 in=5 inputs=input"),
        ("8 > dense 4 name=d > dense 6 > shared d", "d_1 reads 6 features, and d, whose weights it uses, reads 8", "shared d"),
        ("8 > lstm 4 > gru 3 inputs=lstm,lstm.h", "starts from a state h of (None, 3)", "gru 3 inputs=lstm,lstm.h"),
        ("8 > lstm 4 > lstm 4 inputs=lstm,lstm.h", "the initial states h and c, and 1 of these comes in", None),
        ("8 > bilstm 4 merge=none > lstm 2", "merge=none gives two outputs, and the next layer reads one", "bilstm 4 merge=none"),
        ("8 > split 2 > lstm 2", "lstm reads one input, and 2 come in", "lstm 2"),
        ("8 > model", "a model within a model can be said in a model file alone", "model"),
        ("(8 > lstm 3 | gru 3) > add", "what the model reads stands before its branches", "8"),
        ("8 > " + "(" * 51, "nested too deeply", None),
        ("8 > dense 3 > dense 3 name=input > dense 4 inputs=input", "is that of the model's input", None),
    ],
)
def test_a_fault_is_shown_in_its_place(line: str, sentence: str, place: str | None) -> None:
    with pytest.raises(NotationError) as caught:
        read(line)
    assert sentence in str(caught.value)
    if place is not None:
        _, text, carets = str(caught.value).splitlines()
        assert text[carets.index("^") : carets.rindex("^") + 1] == place


UNKNOWN = (None, None, 4)


@pytest.mark.parametrize(
    ("layer", "reads", "gives"),
    [
        (Concat(), [(None, 3, 4), (2, 3, 5)], [(2, 3, 9)]),
        (Concat(1), [(2, 3, 4), (2, None, 4)], [(2, None, 4)]),
        (Add(), [(2, 3, 4), (2, 1, 4), (2, 4)], [(2, 3, 4)]),
        (Average(), [UNKNOWN, (2, 7, 4)], [(2, 7, 4)]),
        (Maximum(), [UNKNOWN, UNKNOWN], [UNKNOWN]),
        (Minimum(), [(2, 4), (2, 4)], [(2, 4)]),
        (Multiply(), [(2, 3, 1), (2, 3, 4)], [(2, 3, 4)]),
        (Subtract(), [(2, 4), (2, 4)], [(2, 4)]),
        (Dot(), [(2, 4), (2, 4)], [(2, 1)]),
        (Dot((2, 1)), [(2, 3, 4), (2, 4, 6)], [(2, 3, 6)]),
        (MatMul(), [(2, 3, 4), (2, 4, 6)], [(2, 3, 6)]),
        (Stack(), [(2, 4), (2, 4)], [(2, 2, 4)]),
        (Stack(-1), [(2, 4), (2, 4)], [(2, 4, 2)]),
        (Split(2), [(2, 3, 4)], [(2, 3, 2), (2, 3, 2)]),
        (Split((1, 2), axis=1), [(2, 3, 4)], [(2, 1, 4), (2, 2, 4)]),
        (ExpandDims(), [(2, 3)], [(2, 3, 1)]),
        (ExpandDims(1), [(2, 3)], [(2, 1, 3)]),
        (Index(":,-1"), [(2, 3, 4)], [(2, 4)]),
        (Index("...,0"), [(2, 3, 4)], [(2, 3)]),
        (Index(":,None,1:3"), [(2, 3, 4)], [(2, 1, 2, 4)]),
        (Index(":,::2"), [(2, None, 4)], [(2, None, 4)]),
        (Reduce(), [(2, 3, 4)], [(2, 4)]),
        (Reduce("sum", axis=(1, -1)), [(2, 3, 4)], [(2,)]),
        (Reduce("max", axis=-1, keepdims=True), [(2, 3, 4)], [(2, 3, 1)]),
        (Transpose(), [(2, 3, 4)], [(2, 4, 3)]),
        (Transpose((1, 3)), [(2, 3, 4, 5)], [(2, 5, 4, 3)]),
        (LSTM(4), [(2, 3, 5), (2, 4), (2, 4)], [(2, 3, 4)]),
    ],
)
def test_what_a_layer_gives(layer: Layer, reads: list[Any], gives: list[Any]) -> None:
    assert list(layer.give(tuple(reads))) == gives


@pytest.mark.parametrize(
    ("layer", "reads"),
    [
        (Concat(), [(2, 3, 4), (2, 4)]),
        (Concat(), [(2, 3, 4), (2, 5, 4)]),
        (Concat(5), [(2, 4), (2, 4)]),
        (Add(), [(2, 4), (2, 5)]),
        (Add(), [(2, 4)]),
        (Subtract(), [(2, 4)] * 3),
        (Dot(), [(2, 4), (2, 5)]),
        (MatMul(), [(2, 4), (2, 4)]),
        (Stack(), [(2, 4), (2, 5)]),
        (Split(3), [(2, 4)]),
        (Index(":,9"), [(2, 4)]),
        (Index(":,0,0"), [(2, 4)]),
        (Index(":,4:"), [(2, 4)]),
        (GRU(4), [(2, 3, 5), (2, 5)]),
        (Dense(3), [(2, 4), (2, 4)]),
    ],
)
def test_what_a_layer_cannot_read(layer: Layer, reads: list[Any]) -> None:
    with pytest.raises(ModelError):
        layer.give(tuple(reads))


@pytest.mark.parametrize("value", ["", "0", "-1,:", "x", ":,1.5", ":,::0", "...,...", 3])
def test_what_is_no_index(value: Any) -> None:
    with pytest.raises(ModelError):
        Index(value)


def test_a_nested_model_is_counted_once_and_runs_at_each_use() -> None:
    (lstm, dense), answer = (416, 45), params(TOWERS, "keras")
    assert answer.total == lstm + dense + 2 == count(TOWERS, "keras") == tensors(TOWERS, "keras").total
    assert {each.name: each.total for each in answer.layers if each.total} == {"tower/lstm": lstm, "tower/dense": dense, "score": 2}
    once = cost(read("10x4 > lstm 8 last > dense 5"), "keras").macs
    assert cost(TOWERS, "keras").macs == 2 * once + 5 + 1
    assert loads(dumps(TOWERS)) == TOWERS
    assert str(TOWERS) == "a graph of 8 layers, which only a model file can say"


def test_a_nested_model_may_nest_and_have_inputs_and_outputs() -> None:
    inner = Nested([Dense(3), Add(inputs=["dense", "input"])], name="residual")
    outer = Nested(
        [Input((3,), name="a"), Input((3,), name="b"), inner.replace(inputs=["a"]), Concat(inputs=["residual", "b"])],
        name="pair",
        inputs=["input", "input"],
    )
    model = Model([outer, Dense(2)], 3)
    assert [use.name for use in model.uses] == ["pair/residual/dense", "pair/residual/add", "pair/concat", "dense"]
    assert (count(model), model.uses[-1].input) == (12 + 14, (None, 6))
    frozen = Model([outer.replace(trainable=False), Dense(2)], 3)
    assert params(frozen).trainable == 14


def test_the_outputs_are_what_nothing_reads_or_what_is_named() -> None:
    model = read("8 > lstm 4 last > (dense 3 | dense 2)")
    assert [model.modules[position] for position, _ in model.gives] == ["dense", "dense_1"]
    named = model.replace(outputs=["lstm.h", "dense"])
    assert named.gives == ((0, 1), (1, 0))
    assert loads(dumps(named)) == named
    with pytest.raises(ModelError, match="outputs are named"):
        write(named)
    with pytest.raises(ModelError, match="outputs have 'nope'"):
        model.replace(outputs=["nope"])


def test_a_layer_gives_what_its_merge_needs() -> None:
    """A vector beside an LSTM that leaves it open asks for the last step, a sequence for every one; whatever the framework."""
    for name in ("keras", "pytorch"):
        vector, sequence = read("vocab 9 > (embed 4 > lstm 8 | input 20 > dense 8) > add"), read("8 > (lstm 8 | ) > add")
        assert uses_in(vector, framework(name))[1].output == (None, 8)
        assert uses_in(sequence, framework(name))[0].output == (None, None, 8)


def test_initial_states_change_no_count() -> None:
    model = read(SEQ2SEQ)
    assert count(model, "keras") == count(read("vocab 100 > embed 8 > lstm 16"), "keras") + 90 * 8 + 1_600 + 1_530
    run = shapes(model, "keras", batch=3, steps=7)
    assert {flow.name: flow.shape for flow in run.tensors if flow.role == "input"} == {"input": (3, 7), "target": (3, 7)}
    assert [(link.source, link.output) for link in run.links if link.target == "decoder"] == [
        ("embedding_1", ""),
        ("encoder", "h"),
        ("encoder", "c"),
    ]


@pytest.mark.spread(20)
@pytest.mark.parametrize("model", [PARALLEL, SEQ2SEQ, "towers", "16 > (lstm 16 last | index :,-1) > add > dense 4"])
@pytest.mark.parametrize(
    "question",
    [
        "params",
        "tensors -f keras",
        "shapes -f keras --batch 2 --steps 10",
        "cost -f pytorch --steps 10",
        "cost --steps 10 --optimizer adam",
        "check --max-params 1M",
        "sweep --vary units=16,32 --columns params",
        "sweep --vary cell=lstm,rnn --columns params",
        "solve --max-params 100k",
        "explain",
        "explain --step",
        "compare -f keras,pytorch",
        "diagram -f keras",
        "report --steps 10",
        "port --from pytorch --to keras",
    ],
)
def test_every_question_takes_graphs(cli: Cli, tmp_path: Any, model: str, question: str) -> None:
    if model == "towers":
        (tmp_path / "towers.json").write_text(dumps(TOWERS))
        model = str(tmp_path / "towers.json")
    command, *options = question.split()
    assert cli(command, model, *options).exit_code in ({0, 1} if command == "solve" else {0, 2} if "cell=" in question else {0})


def test_a_diagram_draws_the_branches(cli: Cli) -> None:
    drawn = cli("diagram", "8 > (lstm 4 | gru 4) > concat > dense 2", "-f", "keras").stdout
    stack = drawn[: drawn.index("subgraph g1")]
    arrows = [line.split() for line in stack.splitlines() if "--" in line and '"' in line]
    assert [(arrow[0], arrow[-1]) for arrow in arrows] == [
        ("g0n0", "g0n1"),
        ("g0n0", "g0n2"),
        ("g0n1", "g0n3"),
        ("g0n2", "g0n3"),
        ("g0n3", "g0n4"),
        ("g0n4", "g0n5"),
    ]


def test_each_tensor_is_saved_once() -> None:
    """Two dense layers that read one tensor need it once, as autograd keeps one; an addition needs nothing."""
    one, two = (cost(read(line), steps=1, optimizer="sgd") for line in ("8 > dense 4", "8 > (dense 4 | dense 4) > add"))
    assert [part.bytes.training.saved_activations for part in two.layers if part.bytes.training] == [32, 0, 0]
    training = one.layers[0].bytes.training
    assert training is not None
    assert training.saved_activations == 32


def test_a_port_moves_shared_weights_once() -> None:
    assert len(port_plan(TOWERS, "pytorch", "keras").filled) == 3 + 2 + 2


@pytest.mark.parametrize(
    ("layer", "note"),
    [
        ("conv 8 kernel=3 strides=2 padding=same", "padding=same with strides of conv: pytorch has none; the caller pads"),
        (
            "conv_transpose 8 kernel=3 padding=same",
            "padding=same of conv_transpose: pytorch has none; the caller cuts what is too much",
        ),
        ("conv 8 kernel=3 padding=same", None),
    ],
)
def test_what_pytorch_does_not_pad_is_a_note(layer: str, note: str | None) -> None:
    """The weights are there all the same, and the code around the layer can do it."""
    model = read(f"4 > {layer}")
    assert list(caller_notes(model, framework("pytorch"))) == [note] * (note is not None)
    assert list(caller_notes(model, framework("keras"))) == []
    assert count(model, "pytorch") == 104


def test_two_directions_may_be_merged_around_pytorch(cli: Cli) -> None:
    line = "3 > bigru 4 merge=sum > dense 2"
    assert cli("params", line, "-f", "pytorch", "-q").stdout.strip() == "226"
    sentence = "merge=sum of gru: pytorch concatenates the two directions; the caller adds the two halves"
    assert all(
        sentence in " ".join(cli(question, line, "-f", "pytorch").stdout.split()) for question in ("params", "shapes", "cost")
    )


@pytest.mark.parametrize(
    ("line", "table", "shape", "h0", "sentence"),
    [
        ("57 > lstm 8 x2", "pytorch", (5, 3, 700), None, "input.size(-1) must be equal to input_size. Expected 57, got 700"),
        ("57 > lstm 8 x2", "pytorch", (5, 3, 57), (1, 3, 8), "Expected hidden[0] size (2, 3, 8), got [1, 3, 8]"),
        ("57 > gru 8", "pytorch", (5, 3, 57), (2, 3, 8), "Expected hidden size (1, 3, 8), got [2, 3, 8]"),
        ("57 > gru 8", "keras", (5, 3, 57), (5, 9), "initial_state_h of gru is (5, 8), (batch, output), not (5, 9)"),
        ("57 > dense 8", "keras", (5, 57), (5, 9), "no state is given to a layer of this model in keras"),
    ],
)
def test_an_error_is_that_which_people_meet(line: str, table: str, shape: Any, h0: Any, sentence: str) -> None:
    with pytest.raises(ModelError) as caught:
        shapes(read(line), table, shape=shape, h0=h0)
    assert sentence in str(caught.value)


def test_a_shape_without_its_batch_is_read_and_said() -> None:
    answer = shapes(read("57 > lstm 8"), "keras", shape=(700, 57), h0=(None, 8))
    assert answer.tensors[0].shape == (None, 700, 57)
    (warning,) = answer.warnings
    assert "'expected ndim=3, found ndim=2'" in warning
    assert "read as Nonex700x57" in warning
    assert shapes(read("57 > lstm 8"), "pytorch", shape=(700, 57)).warnings == ()


@pytest.mark.slow
def test_a_graph_of_two_thousand_layers_takes_less_than_two_seconds() -> None:
    line = " > ".join(["16", *["(dense 16 > dense 16 | ) > add"] * 666, "dense 4"])
    start = time.process_time()
    model = read(line)
    assert (len(model.calls), params(model).total, cost(model).macs) == (1_999, 666 * 544 + 68, 666 * 512 + 64)
    assert time.process_time() - start < 2


@st.composite
def graphs(draw: DrawFn, *, nested: bool = True) -> Model:
    """Draw a graph: layers that read anything before them, as far as they can."""
    layers: list[Layer] = [draw(st.sampled_from([LSTM(4), Dense(4), Input((3, 4)), Embedding(9, 4)]))]
    source = None if isinstance(layers[0], (Input, Embedding)) else draw(st.sampled_from([4, 6]))
    for _ in range(draw(st.integers(0, 9))):
        kinds: list[Any] = [Dense(4), Dense(6), LSTM(4), GRU(4, bidirectional=True, merge="none"), Split(2), Concat(), Add(), Dot()]
        kinds += [Multiply(), Subtract(), Input((4,)), Index(":,-1"), Reduce(), ExpandDims(1), Transpose()]
        layer = draw(st.sampled_from(kinds + [Nested([Dense(4), Add(inputs=["dense", "input"])])] * nested))
        model = Model(layers, source)
        known = [*model.modules, *([] if isinstance(layers[0], Input) else ["input"])]
        known += [f"{name}.{more}" for name in model.modules for more in ("1", "h", "c")]
        inputs = draw(st.lists(st.sampled_from(known), max_size=3))
        if draw(st.booleans()):
            shared = [each.name for each in layers if each.name and not isinstance(each, (Shared, Input, Nested))]
            layer = (
                Shared(draw(st.sampled_from(shared))) if shared and draw(st.booleans()) else layer.replace(name=f"n{len(layers)}")
            )
        for reads in (inputs, ()):
            try:
                layers = [*Model([*layers, layer.replace(inputs=() if isinstance(layer, Input) else reads)], source).layers]
            except ModelError:
                continue
            break
    return Model(layers, source)


def _toml(value: Any) -> str:
    """Return a value as TOML has it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps("_" if value is None else value)


@given(graphs())
def test_a_graph_survives_model_files(model: Model) -> None:
    assert loads(dumps(model)) == model
    assert loads("\n".join(f"{key} = {_toml(value)}" for key, value in table_of(model).items())) == model


@given(graphs(nested=False))
def test_a_graph_survives_the_notation(model: Model) -> None:
    assert read(write(model)) == model


@given(graphs())
def test_the_counts_of_a_graph_agree(model: Model) -> None:
    for name in ("textbook", "keras", "pytorch"):
        with suppress(ModelError):  # a width that depends on the steps
            assert count(model, name) == params(model, name).total == tensors(model, name).total
