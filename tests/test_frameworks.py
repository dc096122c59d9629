"""The tables: what every row must be, what is refused and in which words, and a framework of the reader's own."""

from __future__ import annotations

import re
from functools import partial
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import pytest

import lstm_calc.frameworks as package
from lstm_calc.errors import FrameworkError
from lstm_calc.formats.notation import read
from lstm_calc.frameworks import (
    FRAMEWORKS,
    OPTIONS,
    Framework,
    Layout,
    Row,
    check_run,
    equation_words,
    framework,
    frameworks,
    option_words,
    refusals,
    who_offers,
    with_default_options,
)
from lstm_calc.frameworks.counting import bias_vectors, count
from lstm_calc.model import GRU, KINDS, LSTM, MGU, ConvLSTM, Dense, Model
from lstm_calc.model.cells import CELLS
from lstm_calc.questions.frameworks import support_of
from lstm_calc.questions.params import params
from lstm_calc.questions.tensors import ROLES, tensors
from lstm_calc.weights.inference.storage_variants import variants
from tests.made_up import put_framework
from tests.strategies import EXAMPLES

if TYPE_CHECKING:
    from lstm_calc.model import Layer
    from tests.conftest import Cli

LAYOUTS = [
    pytest.param(kind, layout, id=f"{name}-{kind}")
    for name, table in frameworks().items()
    for kind, layout in (*table.layouts.items(), *(pair for layouts in table.variants.values() for pair in layouts.items()))
]
BLOCKS = {"gates", "directions", "biases"}


@pytest.mark.parametrize(("kind", "layout"), LAYOUTS)
def test_every_row_is_written_in_known_words(kind: str, layout: Layout) -> None:
    gates = CELLS[kind].gates if kind in CELLS else tuple(layout.gates.split())  # other layers name their parts as they like
    assert kind in KINDS
    assert sorted(layout.gates.split()) == sorted(gates)
    assert len(layout.letters.split()) == len(gates)
    assert set(layout.options.split()) <= OPTIONS.keys()
    assert set(layout.coupled.split()) <= set(gates)
    for row in layout.rows:
        terms = [term.split("*") for axis in row.axes.split() for term in axis.split("+")]
        blocks = BLOCKS | {f"{gate}_gate" for gate in (row.gates or layout.gates).split()} if gates else set()
        assert {word for term in terms for word in term if not word.isdigit()} <= KINDS[kind].words | blocks | {"input"}
        assert set(row.role.split()) <= set(ROLES)
        assert set(row.gates.split()) <= set(gates)


@pytest.mark.parametrize(("kind", "layout"), LAYOUTS)
def test_blocks_are_counted_outside_features(kind: str, layout: Layout) -> None:
    """A block is one slice only where the words that count blocks come before those that measure features."""
    for row in layout.rows:
        for term in (term.split("*") for axis in row.axes.split() for term in axis.split("+")):
            counting = [word in BLOCKS or word.endswith("_gate") for word in term]
            assert counting == sorted(counting, reverse=True), (kind, row)


@pytest.mark.parametrize(
    ("text", "framework", "message"),
    [
        ("8 > lstm 4 proj=2", "keras", "keras has no projection for lstm; textbook, pytorch, paddle, tflite and tensorflow1 do"),
        ("8 > lstm 4 peephole", "pytorch", "pytorch has no peephole for lstm; textbook, onnx, tflite and tensorflow1 do"),
        ("8 > lstm 4 coupled", "keras", "keras has no coupled gates for lstm; textbook, onnx and tflite do"),
        (
            "8 > lstm 4 nobias",
            "cudnn",
            "cudnn has no bias=false for lstm; textbook, keras, pytorch, paddle, onnx, equinox and mlx do",
        ),
        (
            "8 > gru 4 reset_before",
            "pytorch",
            "pytorch has no reset_after=false for gru; textbook, keras, onnx, openvino, tensorflow1 and haiku do",
        ),
        ("8 > lstm 4 proj=2 proj_bias", "pytorch", "pytorch has no projection_bias=true for lstm; tflite does"),
        ("8 > bigru 4", "mlx", "mlx has no bidirectional for gru; textbook, keras, pytorch, paddle, onnx, openvino, cudnn, "),
        ("8 > gru 4 nobias", "flax-linen", "flax-linen has no bias=false for gru; textbook, keras, "),
        ("8 > mgu 4", "keras", "keras has no mgu; textbook and flax-linen do"),
        ("8 > rnn 4", "cudnn", "cudnn has no rnn; textbook, keras, pytorch, paddle, onnx, openvino, tensorflow1, flax-linen, "),
        ("8 > conv_lstm 4 kernel=3", "onnx", "onnx has no conv_lstm; textbook, keras, pytorch, flax-linen and haiku do"),
        ("8 > lstm 4 proj=4", "pytorch", "pytorch wants projection < units; here they are 4 and 4"),
        ("8 > lstm 4 proj=5", "tflite", "tflite wants projection <= units; here they are 5 and 4"),
        ("8 > lstm 4", "kears", "'kears' is not a framework; did you mean 'keras'?"),
        ("8 > lstm 4", "", "'' is not a framework; lstm-calc help frameworks lists them"),
    ],
)
def test_what_is_refused_names_who_does(text: str, framework: str, message: str) -> None:
    for question in (params, tensors):
        with pytest.raises(FrameworkError) as caught:
            question(read(text), framework)
        assert str(caught.value).startswith(message)


def test_a_framework_is_one_block(monkeypatch: pytest.MonkeyPatch, cli: Cli) -> None:
    """A made-up framework works in every command without another line: gates o c f i, three biases' worth in two tensors."""
    made_up = Framework(
        name="made-up",
        title="Made up",
        release="0.1",
        directions=("there", "back"),
        prefix="{name}:",
        layouts={
            "lstm": Layout(
                gates="output cell forget input",
                letters="o c f i",
                options="nobias bidirectional",
                bidirectional="{direction}:",
                rows=(
                    Row("all", "gates*units input+output", "kernel recurrent_kernel"),
                    Row("shift", "biases gates*units", "bias recurrent_bias", when="bias"),
                ),
                forget_bias=1,
            ),
        },
    )
    put_framework(monkeypatch, made_up)
    assert [(t.name, t.shape) for t in tensors(read("3 > bilstm 2"), "made-up").tensors] == [
        ("there:all", (8, 5)),
        ("there:shift", (2, 8)),
        ("back:all", (8, 5)),
        ("back:shift", (2, 8)),
    ]
    forget = [part.slice for part in tensors(read("3 > lstm 2"), "made-up").tensors[0].parts if part.gate == "forget"]
    assert forget == [((4, 6), (0, 3)), ((4, 6), (3, 5))]
    assert cli("params", "3 > lstm 2", "-f", "made-up", "-q").stdout == "56\n"
    assert "made-up" in cli("frameworks").stdout
    assert "56 in pytorch, paddle, onnx, cudnn and made-up" in cli("params", "3 > lstm 2").stdout
    assert "equinox, mlx and made-up do" in cli("params", "3 > lstm 2 nobias", "-f", "cudnn").stderr


def forget_slices(text: str, framework: str) -> dict[str, list[list[tuple[int, int]]]]:
    """Return, for each tensor, the slices of the forget gate."""
    found: dict[str, list[list[tuple[int, int]]]] = {}
    for tensor in tensors(read(text), framework).tensors:
        found[tensor.name] = [list(part.slice) for part in tensor.parts if part.gate == "forget"]
    return found


def test_the_bias_vectors_that_rows_tell_are_those_of_the_parts() -> None:
    for variant in variants():
        parts = [
            part for tensor in tensors(Model([variant.layer], input_dim=1), variant.framework).tensors for part in tensor.parts
        ]
        roles = {gate: {part.role for part in parts if part.gate == gate} for gate in CELLS[variant.kind].gates}
        expected = {gate: len(found & {"bias", "recurrent_bias"}) for gate, found in roles.items() if found}
        assert bias_vectors(variant.layer, variant.framework) == expected, variant


def test_where_the_forget_gate_lies() -> None:
    assert forget_slices("8 > lstm 32", "keras") == {
        "lstm/lstm_cell/kernel": [[(0, 8), (32, 64)]],
        "lstm/lstm_cell/recurrent_kernel": [[(0, 32), (32, 64)]],
        "lstm/lstm_cell/bias": [[(32, 64)]],
    }
    assert forget_slices("8 > lstm 32", "onnx") == {
        "W": [[(0, 1), (64, 96), (0, 8)]],
        "R": [[(0, 1), (64, 96), (0, 32)]],
        "B": [[(0, 1), (64, 96)], [(0, 1), (192, 224)]],
    }
    assert forget_slices("8 > lstm 32", "textbook")["W_forget"] == [[(0, 32), (0, 8)], [(0, 32), (8, 40)]]


@pytest.mark.parametrize(
    ("framework", "transposed"), [("keras", True), ("pytorch", False), ("onnx", False), ("textbook", False), ("cudnn", False)]
)
def test_which_way_round_a_kernel_is_stored(framework: str, transposed: bool) -> None:
    parts = [part for tensor in tensors(read("8 > lstm 4"), framework).tensors for part in tensor.parts]
    assert {part.transposed for part in parts if "kernel" in part.role} == {transposed}
    assert {part.row_major for part in parts if "kernel" in part.role} == {framework == "cudnn"}
    assert not any(part.transposed for part in parts if "bias" in part.role)


@pytest.mark.parametrize(
    ("text", "framework", "convention"),
    [
        (
            "8 > lstm 4",
            "keras",
            "keras, one bias vector per gate; elsewhere 224 in pytorch, paddle, onnx and cudnn (two bias vectors per gate)",
        ),
        (
            "8 > lstm 4 nobias",
            "keras",
            "convention: keras, no bias vector per gate; elsewhere 224 in paddle (two bias vectors per gate)",
        ),
        ("8 > gru 4 > lstm 4", "keras", "two bias vectors per gate in gru; one bias vector per gate in lstm; elsewhere"),
        (
            "8 > gru 4 reset_after > gru 4 reset_before",
            "keras",
            "two bias vectors per gate in gru; one bias vector per gate in gru_1;",
        ),
        ("8 > gru 4 reset_after", "textbook", "one bias vector per gate, two for candidate; elsewhere 168 in keras"),
        (
            "8 > lstm 4 coupled",
            "textbook",
            "gate, three gates; elsewhere 224 in onnx (two bias vectors per gate, four gates)",
        ),
        ("8 > lstm 4 peephole proj=2 nobias", "textbook", "no bias vector per gate; no other framework here offers this model"),
        (
            f"8 > lstm 4{' > lstm 4 nobias' * 5}",
            "keras",
            "in lstm_1, lstm_2, lstm_3 and 2 more",
        ),
        (
            "8 > lstm 4 > batch_norm",
            "keras",
            "keras, one bias vector per gate, moving statistics counted; elsewhere 216 in textbook, flax-linen",
        ),
        ("8 > lstm 4 > batch_norm", "keras", "equinox (one bias vector per gate, moving statistics not counted); 232 in pytorch"),
        ("6x8 > lstm 4 > flatten > dense 2", "keras", "keras, one bias vector per gate, last step only by default; elsewhere 258"),
        ("8 > lstm 4 > flatten > dense 2", "keras", "; elsewhere 234 in cudnn (two bias vectors per gate, last step only"),
    ],
)
def test_the_convention_is_told_for_every_layer(cli: Cli, text: str, framework: str, convention: str) -> None:
    assert convention in cli("params", text, "-f", framework).stdout


def test_names_that_are_given_are_not_given_again() -> None:
    names = [tensor.name for tensor in tensors(read("32 > lstm 3 name=lstm_1 > lstm 3 > lstm 3"), "keras").tensors]
    assert len(set(names)) == len(names) == 9


def test_a_page_has_the_inputs_states_and_outputs() -> None:
    page = support_of("keras")
    assert page.input == "batch steps features"
    assert [row.name for row in page.shapes if row.role == "final"] == ["state_{side}{state}"]
    assert page.data()["shapes"][0] == {
        "name": "initial_state_{side}{state}",
        "axes": "batch space value",
        "role": "initial",
        "when": "",
    }


@pytest.mark.parametrize(("framework", "projection"), [("pytorch", 8), ("paddle", 8), ("tflite", 9)])
def test_a_count_keeps_to_the_limits_of_every_model_it_is_asked_for(framework: str, projection: int) -> None:
    assert count(read("4 > lstm 8 proj=7"), framework) == tensors(read("4 > lstm 8 proj=7"), framework).total
    with pytest.raises(FrameworkError, match="projection"):
        count(read(f"4 > lstm 8 proj={projection}"), framework)


def test_a_merge_that_is_not_offered_is_refused() -> None:
    with pytest.raises(FrameworkError, match=r"^paddle has no merge for lstm; textbook, keras, cudnn"):
        count(read("4 > bilstm 8 merge=sum"), "paddle")


def test_a_merge_that_the_caller_does_changes_no_count() -> None:
    assert count(read("4 > bilstm 8 merge=sum"), "pytorch") == count(read("4 > bilstm 8"), "pytorch")


IMAGE: Any = partial(ConvLSTM, 4, (3,))
STRIDED = "strides together with a dilation_rate"
ALL_BUT_KERAS = "textbook, pytorch, flax-linen and haiku do"


@pytest.mark.parametrize(
    ("name", "layer", "sentences"),
    [
        ("keras", LSTM(4), []),
        ("keras", MGU(4), ["keras has no mgu; textbook and flax-linen do"]),
        (
            "mlx",
            LSTM(4, bias=True, peephole=True, coupled=True),
            [
                "mlx has no peephole for lstm; textbook, onnx, tflite and tensorflow1 do",
                "mlx has no coupled gates for lstm; textbook, onnx and tflite do",
            ],
        ),
        ("tflite", LSTM(4000, projection=4001), ["tflite wants projection <= units; here they are 4,001 and 4,000"]),
        ("tflite", LSTM(4, projection=4), []),
        ("pytorch", LSTM(4, projection=3), []),
        ("pytorch", LSTM(4000, projection=4000), ["pytorch wants projection < units; here they are 4,000 and 4,000"]),
        ("openvino", MGU(4, bias=False), ["openvino has no mgu; textbook and flax-linen do"]),
        ("keras", IMAGE(strides=(2,), dilation_rate=(2,)), [f"keras has no {STRIDED} for conv_lstm; {ALL_BUT_KERAS}"]),
        ("textbook", IMAGE(strides=(2,), dilation_rate=(2,)), []),
    ],
)
def test_all_that_a_framework_refuses_of_a_layer(name: str, layer: Layer, sentences: list[str]) -> None:
    assert list(refusals(framework(name), layer)) == sentences


NOWHERE = "haiku has no {} for conv_lstm; textbook and keras do"


@pytest.mark.parametrize(
    ("name", "layer", "sentence"),
    [
        ("keras", IMAGE(strides=(2,), padding="same", data_format="channels_first"), None),
        ("keras", IMAGE(dilation_rate=(2,), padding="valid", stateful=True, go_backwards=True), None),
        ("haiku", IMAGE(strides=(1,), dilation_rate=(1,), padding="same", data_format="channels_last"), None),
        ("haiku", IMAGE(return_state=True, name="a"), None),
        ("haiku", IMAGE(strides=(2,)), NOWHERE.format("strides")),
        ("haiku", ConvLSTM(4, (3, 3), strides=(1, 2)), NOWHERE.format("strides")),
        ("haiku", IMAGE(dilation_rate=(2,)), NOWHERE.format("dilation_rate")),
        ("haiku", IMAGE(padding="valid"), NOWHERE.format("padding")),
        ("haiku", IMAGE(data_format="channels_first"), NOWHERE.format("data_format")),
        ("haiku", IMAGE(go_backwards=True), "haiku has no go_backwards for conv_lstm; textbook, keras and flax-linen do"),
        ("pytorch", LSTM(4, stateful=True), "pytorch has no stateful for lstm; textbook, keras and cudnn do"),
        ("onnx", LSTM(4, go_backwards=True), None),
    ],
)
def test_how_a_layer_runs_is_asked_of_the_framework(name: str, layer: Layer, sentence: str | None) -> None:
    if sentence is None:
        check_run(framework(name), layer)
    else:
        with pytest.raises(FrameworkError) as caught:
            check_run(framework(name), layer)
        assert str(caught.value) == sentence


def test_a_kind_that_no_framework_has_is_told_so() -> None:
    class Other(MGU):
        kind = "unheard_of"

    assert list(refusals(framework("keras"), Other(4))) == ["keras has no unheard_of; none here does"]


def test_a_field_that_no_framework_runs_is_told_so() -> None:
    layer = ConvLSTM(4, (3,), strides=(2,))
    with pytest.raises(FrameworkError, match=r"^flax-linen has no strides for conv_lstm; textbook and keras do$"):
        check_run(framework("flax-linen"), layer)
    assert who_offers("conv_lstm", "projection") == ()
    refused = LSTM(4, projection=2, projection_bias=True)
    assert list(refusals(framework("onnx"), refused))[1:] == ["onnx has no projection_bias=true for lstm; tflite does"]


def test_every_framework_is_found_by_the_name_that_it_has() -> None:
    assert [table.name for table in frameworks().values()] == list(frameworks()) == list(FRAMEWORKS)
    assert all(framework(name) is table for name, table in frameworks().items())


def test_no_table_of_a_framework_is_left_out() -> None:
    modules = [import_module(f"{package.__name__}.{found.name}") for found in iter_modules(package.__path__)]
    tables = {id(value) for module in modules for value in vars(module).values() if isinstance(value, Framework)}
    assert tables == set(map(id, frameworks().values()))


@pytest.mark.parametrize(
    ("name", "layer", "words"),
    [
        ("onnx", LSTM(4, coupled=True), {"coupled", "f_from_i"}),
        ("tflite", LSTM(4, coupled=True), {"coupled", "i_from_f"}),
        ("onnx", LSTM(4), {"uncoupled"}),
    ],
)
def test_which_gate_is_made_from_which(name: str, layer: Layer, words: set[str]) -> None:
    found = equation_words(layer, framework(name).layouts["lstm"])
    assert found & {"coupled", "uncoupled", "f_from_i", "i_from_f"} == words


def test_a_framework_that_is_unknown_is_told_the_nearest() -> None:
    with pytest.raises(FrameworkError) as caught:
        framework("pytroch")
    assert str(caught.value) == "'pytroch' is not a framework; did you mean 'pytorch'?"


def test_choices_are_settled_as_a_layout_says() -> None:
    assert with_default_options(LSTM(4), "projection_bias") == LSTM(4)
    assert with_default_options(LSTM(4, projection=2), "projection_bias") == LSTM(4, projection=2, projection_bias=True)
    assert with_default_options(LSTM(4, projection=2), "") == LSTM(4, projection=2, projection_bias=False)
    assert with_default_options(LSTM(4, projection=2, projection_bias=False), "projection_bias").projection_bias is False
    assert option_words(GRU(4, bidirectional=True, merge="sum"), "") == {"bias", "bidirectional", "reset_before", "merge"}
    assert option_words(Dense(4, tied=True, bias=False), "") == {"nobias", "tied"}
    assert option_words(MGU(4, reset_gate=False), "") == {"bias", "unidirectional", "ungated"}
    assert option_words(LSTM(4, projection=2), "projection_bias") >= {"projection", "projection_bias", "closed", "uncoupled"}


def test_a_kind_that_is_not_there_is_the_one_refusal() -> None:
    several = ConvLSTM(4, (3, 3), bias=False, bidirectional=True)
    assert list(refusals(framework("paddle"), several)) == [
        "paddle has no conv_lstm; textbook, keras, pytorch, flax-linen and haiku do",
    ]


@pytest.mark.parametrize(
    ("framework", "text", "paths"),
    [
        ("tensorflow1", "3 > lstm 4", ["rnn/lstm_cell/"]),
        ("tensorflow1", "3 > lstm 4 x2", ["rnn/multi_rnn_cell/cell_0/lstm_cell/", "rnn/multi_rnn_cell/cell_1/lstm_cell/"]),
        ("tensorflow1", "3 > bilstm 4", ["bidirectional_rnn/fw/lstm_cell/", "bidirectional_rnn/bw/lstm_cell/"]),
        (
            "tensorflow1",
            "3 > dense 2 > bilstm 4 > lstm 2",
            [
                "dense/",
                "layer_0/bidirectional_rnn/fw/lstm_cell/",
                "layer_0/bidirectional_rnn/bw/lstm_cell/",
                "rnn/multi_rnn_cell/cell_1/lstm_cell/",
            ],
        ),
        ("keras", "3 > lstm 4", ["lstm/lstm_cell/"]),
        ("keras", "3 > lstm 4 > dense 2", ["sequential/lstm/lstm_cell/", "sequential/dense/"]),
        ("keras", "3 > lstm 4 x2 name=a", ["sequential/a/lstm_cell/", "sequential/a_1/lstm_cell/"]),
        ("keras", "3 > conv_lstm 4 kernel=2x2", ["conv_lstm2d/conv_lstm_cell/"]),
        ("haiku", "3 > bilstm 4 > lstm 4", ["lstm/linear/", "lstm_1/linear/", "lstm_2/linear/"]),
        ("cudnn", "3 > bilstm 4", ["bidirectional/forward_cu_dnnlstm/", "bidirectional/backward_cu_dnnlstm/"]),
    ],
)
def test_the_paths_of_a_model(framework: str, text: str, paths: list[str]) -> None:
    names = [tensor.name for tensor in tensors(read(text), framework).tensors]
    assert list(dict.fromkeys(name[: name.rindex("/") + 1] for name in names)) == paths


def test_names_that_people_use_mean_frameworks_that_are_here() -> None:
    for word in ("tensorflow", "tf", "tensorflow2", "tf2", "tf.keras", "tf_keras", "flax", "torch", "Torch"):
        assert framework(word).name in FRAMEWORKS
    for word in ("jax", "tfjs", "MXNet"):
        with pytest.raises(FrameworkError, match=r"which one: '|give '") as caught:
            framework(word)
        assert set(re.findall("'([^']+)'", str(caught.value))[1:]) <= set(FRAMEWORKS)


@pytest.mark.parametrize("kind", [kind for kind, layer in KINDS.items() if layer.weighted])
def test_the_words_of_a_layer_are_the_sizes_that_it_has(kind: str) -> None:
    layer = EXAMPLES[kind]
    assert layer.input_sizes(((2,) * (layer.rank or 3),)).keys() >= KINDS[kind].words


def test_json_keeps_the_former_names_of_what_was_renamed() -> None:
    data = support_of("keras").data()
    assert [data[name] for name in ("signals", "flow_note", "others")] == [
        data[name] for name in ("shapes", "shapes_note", "other_layers")
    ]
    parts = [*data["cells"], *(row for cell in data["cells"] for row in cell["rows"])]
    parts += [part for tensor in tensors(read("3 > lstm 2"), "cudnn").data()["tensors"] for part in tensor["parts"]]
    assert all(part["raveled"] == part["row_major"] for part in parts)
    assert any(part["row_major"] for part in parts)


def test_a_column_has_its_former_name_too(cli: Cli) -> None:
    asked = ("frameworks", "keras", "--format", "csv", "--columns")
    assert cli(*asked, "signal,role").stdout == cli(*asked, "array,role").stdout
