"""Inspect: what it finds in files of weights, what it does not invent, and how it says so."""

from __future__ import annotations

import csv
import io
import json
import shlex
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lstm_calc
from lstm_calc import Model, params, tensors
from lstm_calc.frameworks import FRAMEWORKS
from lstm_calc.model import ConvLSTM, Dense, Embedding
from lstm_calc.model.cells import CELLS
from lstm_calc.questions.inspect import inspect_file, inspected, same
from lstm_calc.weights.inference.find import found_layers
from lstm_calc.weights.readers.listed import read_listed
from lstm_calc.weights.readers.stored import Checkpoint, Stored
from tests import handmade
from tests.handmade import npz, onnx, onnx_graph, onnx_node, onnx_tensor, pickled, safetensors, state_dict
from tests.real_files import EXPECTED, KEPT, assert_found
from tests.strategies import recurrent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lstm_calc.questions.inspect import InspectedFile, InspectedLayer
    from tests.conftest import Cli

TORCH_LSTM = {"weight_ih_l0": (36, 6), "weight_hh_l0": (36, 9), "bias_ih_l0": (36,), "bias_hh_l0": (36,)}
KERAS_LSTM = {"kernel": (6, 36), "recurrent_kernel": (9, 36), "bias": (36,)}


def under(path: str, shapes: Mapping[str, tuple[int, ...]], separator: str = ".") -> dict[str, tuple[int, ...]]:
    return {f"{path}{separator}{name}": shape for name, shape in shapes.items()}


@pytest.fixture
def look(tmp_path: Path):
    """Return a function that inspects bytes as a file."""

    def call(data: bytes, name: str = "model") -> InspectedFile:
        (tmp_path / name).write_bytes(data)
        return inspect_file(str(tmp_path / name))

    return call


def told(layer: InspectedLayer) -> tuple[Any, ...]:
    return layer.cell, layer.input_dim, layer.units, layer.layers, layer.bidirectional, layer.bias_vectors


@pytest.mark.parametrize("name", [name for name in EXPECTED if (KEPT / name).exists()])
def test_files_of_the_real_frameworks(name: str) -> None:
    assert_found(KEPT / name)


def test_there_are_real_files() -> None:
    assert sum((KEPT / name).exists() for name in EXPECTED) >= 6
    assert max(path.stat().st_size for path in KEPT.iterdir()) <= 20_000


READABLE = [name for name in FRAMEWORKS if name != "openvino"]
"""OpenVINO's names are ONNX', with one bias where ONNX has two; an .xml says which it is."""


@given(data=st.data(), framework=st.sampled_from(READABLE))
def test_what_a_framework_stores_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, framework: str
) -> None:
    layer = data.draw(recurrent(12, framework)).replace(
        trainable=True, name="lstm", input_dim=None, merge="concat", repeat=1, return_state=False
    )
    if layer.kind in {"gru", "rnn"}:
        layer = layer.replace(name=layer.kind)
    model = Model([layer, Dense(3)], data.draw(st.integers(1, 12)))
    stored = tensors(model, framework)
    path = tmp_path_factory.mktemp("law") / "model"
    path.write_bytes(safetensors({tensor.name: tensor.shape for tensor in stored.tensors}))
    file = inspect_file(str(path))
    assert file.params == stored.total
    assert file.reconciled
    if layer.kind in {"lstm", "gru"} and layer.bias and not getattr(layer, "coupled", False):
        assert {(each.cell, each.input_dim, each.units) for each in file.layers} == {(layer.kind, model.input_dim, layer.units)}
        assert sum(each.layers * (1 + each.bidirectional) for each in file.layers) == len(layer.directions)
        assert sum(each.params for each in file.layers) == params(model, framework).layers[0].total


@pytest.mark.parametrize(
    ("shapes", "layer"),
    [
        (under("rnn", TORCH_LSTM), ("lstm", 6, 9, 1, False, 2)),
        ({"weight_ih": (27, 6), "weight_hh": (27, 9), "bias_ih": (27,), "bias_hh": (27,)}, ("gru", 6, 9, 1, False, 2)),
        (under("a/lstm/lstm_cell_4", KERAS_LSTM, "/"), ("lstm", 6, 9, 1, False, 1)),
        ({"gru/kernel:0": (6, 27), "gru/recurrent_kernel:0": (9, 27), "gru/bias:0": (2, 27)}, ("gru", 6, 9, 1, False, 2)),
        ({"enc_w_ih": (27, 6), "enc_w_hh": (27, 9), "enc_b_ih": (27,), "enc_b_hh": (27,)}, ("gru", 6, 9, 1, False, 2)),
        ({"lstm/cell/vars/0": (6, 36), "lstm/cell/vars/1": (9, 36), "lstm/cell/vars/2": (36,)}, ("lstm", 6, 9, 1, False, 1)),
        ({"x/vars/0": (6, 36), "x/vars/1": (9, 36), "x/vars/2": (36,)}, ("lstm", 6, 9, 1, False, 1)),
        ({"rnn_1/W": (6, 36), "rnn_1/U": (9, 36), "rnn_1/b": (36,)}, ("lstm", 6, 9, 1, False, 1)),
        ({"fnet.lstm.W": (15, 36), "fnet.lstm.b": (36,)}, ("lstm", 6, 9, 1, False, 1)),
        (
            {"l0_i2h_weight": (36, 6), "l0_h2h_weight": (36, 9), "l0_i2h_bias": (36,), "l0_h2h_bias": (36,)},
            ("lstm", 6, 9, 1, False, 2),
        ),
        ({"d.i2h.weight": (36, 6), "d.h2h.weight": (36, 9), "d.i2h.bias": (36,), "d.h2h.bias": (36,)}, ("lstm", 6, 9, 1, False, 2)),
        ({"498": (6, 36), "499": (9, 36), "500": (36,)}, ("lstm", 6, 9, 1, False, 1)),
        ({"rnn/basic_lstm_cell/kernel": (15, 36), "rnn/basic_lstm_cell/bias": (36,)}, ("lstm", 6, 9, 1, False, 1)),
        (
            {f"lstm_1_{a}_{g}": s for g in "ifco" for a, s in (("W", (6, 9)), ("U", (9, 9)), ("b", (9,)))},
            ("lstm", 6, 9, 1, False, 1),
        ),
        ({"rnn.weight_ih_l0": (9, 6), "rnn.weight_hh_l0": (9, 9)}, ("rnn", 6, 9, 1, False, 0)),
        (
            {**{f"rnn.{k}_v" if "hh" in k and "w" in k else f"rnn.{k}": s for k, s in TORCH_LSTM.items()}},
            ("lstm", 6, 9, 1, False, 2),
        ),
        (under("m.bi", TORCH_LSTM) | {f"m.bi.{k}_reverse": s for k, s in TORCH_LSTM.items()}, ("lstm", 6, 9, 1, True, 2)),
        (
            under("b/forward_lstm/lstm_cell_1", KERAS_LSTM, "/") | under("b/backward_lstm/lstm_cell_2", KERAS_LSTM, "/"),
            ("lstm", 6, 9, 1, True, 1),
        ),
        (under("LSTM_1_forward", KERAS_LSTM, "/") | under("LSTM_1_backward", KERAS_LSTM, "/"), ("lstm", 6, 9, 1, True, 1)),
        (under("b/fw/lstm", KERAS_LSTM, "/") | under("b/bw/lstm", KERAS_LSTM, "/"), ("lstm", 6, 9, 1, True, 1)),
    ],
)
def test_a_layer_under_many_names(look: Any, shapes: dict[str, tuple[int, ...]], layer: tuple[Any, ...]) -> None:
    for data in (safetensors(shapes), npz(shapes), state_dict(shapes)):
        file = look(data)
        assert [told(each) for each in file.layers] == [layer]
        assert file.reconciled


CONVOLUTION = {"W": (3, 3, 2, 16), "U": (3, 3, 4, 16), "b": (16,)}


def test_a_convolutional_layer_needs_a_name_that_says_so(look: Any) -> None:
    (layer,) = look(npz(under("convlstm_1", CONVOLUTION, "/"))).layers
    assert (*told(layer)[:3], layer.framework, layer.params) == ("conv_lstm", 2, 4, "keras", 880)
    assert look(npz(under("encoder", CONVOLUTION, "/"))).layers == ()


def test_a_layer_that_its_framework_does_not_have_is_held_against_one_that_has_it(look: Any) -> None:
    shapes = dict(zip(("weight_ih", "weight_hh", "bias"), CONVOLUTION.values(), strict=True))
    (layer,) = look(state_dict(under("convlstm", shapes))).layers
    assert (layer.framework, layer.params, layer.params_by_formula, layer.reconciled) == ("pytorch", 880, 880, True)
    square = shapes | {"weight_ih": shapes["weight_hh"]}
    value = {f"convlstm.{name}": handmade.torch_tensor(name[0], shape) for name, shape in square.items()}
    (tied,) = look(handmade.torch_zip(value, {"w": 4 * 576, "b": 64})).layers
    assert (tied.params, tied.params_by_formula, tied.reason, tied.reconciled) == (592, 1168, None, False)


def test_layers_in_a_long_numbered_list_are_found(look: Any) -> None:
    others = {str(at): (5, 7) for at in range(22)}
    layers = {"22": (6, 36), "23": (9, 36), "24": (36,), "25": (9, 20), "26": (5, 20), "27": (20,)}
    file = look(npz(others | layers))
    assert [(each.name, *told(each)) for each in file.layers] == [
        ("22", "lstm", 6, 9, 1, False, 1),
        ("25", "lstm", 9, 5, 1, False, 1),
    ]
    assert file.kinds == {"dense": 22 * 35}


def test_layers_of_keras_have_their_names_and_their_order_of_the_configuration() -> None:
    classes = {"reader": "LSTM", "head": "Dense", "writer": "LSTM", "way": "SimpleRNN"}
    paths = ("layers/lstm_1/cell/vars", "layers/simple_rnn/cell/vars", "layers/lstm/cell/vars")
    shapes = {path: [(6, 36), (9, 36), (36,)] for path in paths}
    shapes[paths[1]] = [(6, 9), (9, 9), (9,)]
    stored = tuple(Stored(f"{path}/{at}", shape, "float32") for path in paths for at, shape in enumerate(shapes[path]))
    found = found_layers(Checkpoint("keras", stored, classes=classes), stored)
    assert [each.path for each in found] == ["reader/cell/vars", "writer/cell/vars", "way/cell/vars"]
    unnamed = found_layers(Checkpoint("keras", stored), stored)
    assert [each.path for each in unnamed] == list(paths)


_ATTENTION = {f"{part}.{kind}": (32, 32)[: 1 + (kind == "weight")] for part in "qkvo" for kind in ("weight", "bias")}
NO_LAYER = {
    "attention": {f"layers.{at}.{name}": shape for at in range(3) for name, shape in _ATTENTION.items()}
    | {f"layers.{at}.cross.{name}": shape for at in range(3) for name, shape in _ATTENTION.items()},
    "packed attention": {"attn.in_proj_weight": (96, 32), "attn.in_proj_bias": (96,), "attn.out_proj.weight": (32, 32)},
    "feed-forward": {"fc1.weight": (128, 32), "fc1.bias": (128,), "fc2.weight": (32, 128), "fc2.bias": (32,)},
    "gated feed-forward": {"mlp.gate_proj.weight": (128, 32), "mlp.up_proj.weight": (128, 32), "mlp.down_proj.weight": (32, 128)},
    "square": {"0.weight": (64, 64), "0.bias": (64,), "2.weight": (64, 64), "2.bias": (64,)},
    "list of dense": {"0": (64, 64), "1": (64,), "2": (64, 256), "3": (256,), "4": (256, 64), "5": (64,)},
    "dense named lstm": {"lstm_dense/kernel": (64, 32), "lstm_dense/bias": (32,), "lstm_model.fc.weight": (32, 64)},
    "keras dense": {"dense/kernel": (64, 32), "dense/bias": (32,), "dense_1/vars/0": (32, 128), "dense_1/vars/1": (128,)},
    "two dense layers of one width": {"W1": (48, 256), "W2": (64, 256), "b1": (256,), "b2": (256,)},
    "two more": {"a.gate.weight": (256, 64), "a.cell.weight": (256, 64), "a.gate.bias": (256,), "a.cell.bias": (256,)},
    "norms": {"ln.weight": (8,), "ln.bias": (8,)},
    "embedding": {"wte": (100, 25)},
    "convolutions": {"conv.weight": (32, 8, 3, 3), "conv.bias": (32,)},
    "nothing": {},
}


@pytest.mark.parametrize("name", NO_LAYER)
def test_a_layer_is_never_invented(look: Any, cli: Cli, tmp_path: Path, name: str) -> None:
    file = look(safetensors(NO_LAYER[name]))
    assert file.layers == ()
    assert file.params == file.other == sum(file.kinds.values())
    result = cli("inspect", str(tmp_path / "model"))
    assert (result.exit_code, "no recurrent layer" in result.stdout) == (0, True)


def test_a_stack_and_parallel_layers(look: Any) -> None:
    second = {"weight_ih_l1": (36, 9), "weight_hh_l1": (36, 9), "bias_ih_l1": (36,), "bias_hh_l1": (36,)}
    file = look(state_dict(under("a", TORCH_LSTM | second) | under("b", TORCH_LSTM) | under("c", TORCH_LSTM)))
    assert [(each.name, each.layers) for each in file.layers] == [("a", 2), ("b", 1), ("c", 1)]
    wider = {"weight_ih_l1": (36, 7), "weight_hh_l1": (36, 9), "bias_ih_l1": (36,), "bias_hh_l1": (36,)}
    assert [told(each)[1:4] for each in look(state_dict(under("a", TORCH_LSTM | wider))).layers] == [(6, 9, 1), (7, 9, 1)]


def test_projection_and_peepholes(look: Any) -> None:
    projected = {"weight_ih_l0": (36, 6), "weight_hh_l0": (36, 4), "bias_ih_l0": (36,), "bias_hh_l0": (36,), "weight_hr_l0": (4, 9)}
    (layer,) = look(state_dict(projected)).layers
    assert (layer.units, layer.projection, layer.params, layer.params_by_formula) == (9, 4, 468, 468)
    cell = {"kernel": (15, 36), "bias": (36,), "w_f_diag": (9,), "w_i_diag": (9,), "w_o_diag": (9,)}
    (layer,) = look(npz(under("rnn/lstm_cell", cell, "/"))).layers
    assert (layer.cell, layer.units, layer.peephole, layer.framework) == ("lstm", 9, True, "tensorflow1")


def test_a_difference_has_its_reason(look: Any) -> None:
    summed = {name: shape for name, shape in TORCH_LSTM.items() if name != "bias_hh_l0"}
    (layer,) = look(state_dict(summed)).layers
    assert (layer.framework, layer.params, layer.params_by_formula, layer.reconciled) == ("pytorch", 576, 612, True)
    assert layer.reason == "one bias vector per gate where pytorch has 2: an exporter summed them (-36 numbers)"
    (layer,) = look(npz({"cu_dnnlstm/kernel": (6, 36), "cu_dnnlstm/recurrent_kernel": (9, 36), "cu_dnnlstm/bias": (72,)})).layers
    assert (layer.framework, layer.bias_vectors, layer.params) == ("cudnn", 2, 612)
    assert layer.reason == "a cudnn layer under keras's names: two bias vectors per gate, where keras itself would have 576"
    (layer,) = look(npz({"lstm/W": (36, 6), "lstm/U": (36, 9), "lstm/b": (2, 36)})).layers
    assert (layer.framework, layer.params, layer.params_by_formula, layer.reconciled) == ("textbook", 612, 576, True)
    assert layer.reason == "two bias vectors per gate where textbook has 1 (+36 numbers)"


def test_shared_numbers_are_counted_once(look: Any) -> None:
    value = {f"{path}.{name}": handmade.torch_tensor(name, shape) for path in ("enc", "dec") for name, shape in TORCH_LSTM.items()}
    file = look(handmade.torch_zip(value, dict.fromkeys(TORCH_LSTM, 4 * 400)))
    assert [(each.params, each.params_by_formula) for each in file.layers] == [(612, 612), (0, 612)]
    assert file.layers[1].reason == "shares its numbers with enc, where they are counted"
    assert (file.params, file.shared, file.reconciled) == (612, 612, True)


def test_numbers_that_a_layer_shares_with_itself_are_told(look: Any, cli: Cli, tmp_path: Path) -> None:
    shapes = TORCH_LSTM | {"weight_ih_l0": TORCH_LSTM["weight_hh_l0"]}
    keys = {name: "w" if name.startswith("w") else name for name in shapes}
    value = {f"rnn.{name}": handmade.torch_tensor(keys[name], shape) for name, shape in shapes.items()}
    file = look(handmade.torch_zip(value, {"w": 4 * 324, "bias_ih_l0": 144, "bias_hh_l0": 144}))
    assert [(each.params, each.params_by_formula, each.reason, each.reconciled) for each in file.layers] == [
        (396, 720, None, False)
    ]
    shown = cli("inspect", str(tmp_path / "model"))
    assert shown.exit_code == 1
    assert "rnn: not the formula's number, and nothing here says why\n" in shown.stdout
    assert "324 numbers have a second name, and are counted once\n" in shown.stdout


def test_one_storage_for_all_is_not_shared(look: Any) -> None:
    offsets = dict(zip(TORCH_LSTM, (0, 216, 540, 576), strict=True))
    value = {name: handmade.torch_tensor("0", shape, offset=offsets[name], count=612) for name, shape in TORCH_LSTM.items()}
    file = look(handmade.torch_zip(value, {"0": 2448}))
    assert (file.params, file.shared, file.layers[0].params) == (612, 0, 612)


def test_optimizer_and_buffers_are_set_apart(look: Any) -> None:
    model = under("model", TORCH_LSTM) | {"model.bn.running_mean": (5,), "model.bn.weight": (5,), "model.bn.bias": (5,)}
    adam = {
        f"optimizer.state.{at}.{slot}": shape for at, shape in enumerate(TORCH_LSTM.values()) for slot in ("exp_avg", "exp_avg_sq")
    }
    file = look(state_dict(model | adam))
    assert (file.params, file.optimizer, file.buffers, file.other, file.kinds) == (622, 1224, 5, 10, {"normalization": 10})
    slots = {f"lstm/{name}/{slot}": shape for name, shape in KERAS_LSTM.items() for slot in ("Adam", "Adam_1")}
    file = look(npz(under("lstm", KERAS_LSTM, "/") | slots | {"beta1_power": (1,)}))
    assert (file.params, file.optimizer, len(file.layers)) == (576, 1153, 1)
    counted = look(safetensors({"bn.num_batches_tracked": ()}, "I64", 8))
    assert (counted.params, counted.buffers) == (0, 1)


def test_an_ambiguity_is_told_with_its_candidates(look: Any, cli: Cli, tmp_path: Path) -> None:
    (layer,) = look(npz({"0": (4, 12), "1": (3, 12), "2": (12,)})).layers
    assert (layer.cell, layer.input_dim, layer.units, layer.candidates) == ("lstm", 4, 3, ("3 > gru 4",))
    assert layer.reason == "the shapes alone leave a choice"
    assert layer.params == layer.params_by_formula == 96
    assert "lstm: could as well be 3 > gru 4" in cli("inspect", str(tmp_path / "model")).stdout
    (layer,) = look(npz({"0": (8, 32), "1": (8, 32), "2": (32,)})).layers
    assert (layer.cell, layer.input_dim, layer.units, layer.candidates) == ("lstm", 8, 8, ())
    assert layer.reason == "input and units are equal, so that the shapes do not say which kernel is which; the order does"


@pytest.mark.parametrize(
    ("shapes", "layer"),
    [
        (((8, 24), (6, 24), (24,)), ("lstm", 8, 6, 1, False, 1)),
        (((6, 24), (8, 24), (24,)), ("gru", 6, 8, 1, False, 1)),
        (((6, 24), (8, 24), (2, 24)), ("gru", 6, 8, 1, False, 2)),
    ],
)
def test_keras_numbers_the_kernel_first_which_leaves_no_choice(look: Any, shapes: Any, layer: Any) -> None:
    path = "layers/bidirectional/forward_layer/cell/vars"
    (found,) = look(npz(under(path, {str(at): shape for at, shape in enumerate(shapes)}, "/"))).layers
    assert (told(found), found.candidates, found.reason) == (layer, (), None)


def test_names_of_a_layer_with_other_shapes_do_not_reconcile(look: Any, cli: Cli, tmp_path: Path) -> None:
    file = look(state_dict(under("lstm", TORCH_LSTM | {"weight_hh_l0": (36, 5)})))
    (layer,) = file.layers
    assert (layer.cell, layer.units, layer.params_by_formula, layer.reconciled, file.reconciled) == (
        "lstm",
        None,
        None,
        False,
        False,
    )
    assert "weight_hh_l0 (36, 5)" in layer.reason
    assert str(file.model()) == "other 468 name=lstm class_name=lstm"
    result = cli("inspect", str(tmp_path / "model"), "--format", "json")
    assert (result.exit_code, json.loads(result.stdout)["files"][0]["reconciled"]) == (1, False)


LSTM_WEIGHTS = (onnx_tensor("w", (1, 36, 6)), onnx_tensor("r", (1, 36, 9)), onnx_tensor("b", (1, 72)))
LSTM_NODE = onnx_node("LSTM", ["x", "w", "r", "b"], ["y"], "inner", hidden_size=9)


def test_onnx_nodes_inside_branches_and_functions(look: Any) -> None:
    branch = onnx_graph([LSTM_NODE])
    both = onnx_node("If", ["c"], ["y"], "if", then_branch=branch, else_branch=onnx_graph([LSTM_NODE], LSTM_WEIGHTS))
    file = look(onnx(onnx_graph([both], LSTM_WEIGHTS)))
    assert [(each.name, *told(each)) for each in file.layers] == [
        ("inner", "lstm", 6, 9, 1, False, 2),
        ("inner#2", "lstm", 6, 9, 1, False, 2),
    ]
    assert file.params == 2 * 612
    function = (
        handmade.field(1, "Mine") + handmade.field(4, "a", "k", "u") + handmade.field(7, onnx_node("LSTM", ["a", "k", "u"], ["o"]))
    )
    file = look(onnx(onnx_graph([onnx_node("Mine", ["x", "w", "r"], ["y"])], LSTM_WEIGHTS), [function]))
    assert [told(each) for each in file.layers] == [("lstm", 6, 9, 1, False, 0)]


def test_onnx_nodes_that_share_all_their_weights_are_one_layer(look: Any) -> None:
    again = onnx_node("LSTM", ["z", "w", "r", "b"], ["y2"], "again", hidden_size=9)
    file = look(onnx(onnx_graph([LSTM_NODE, again], LSTM_WEIGHTS)))
    assert [(each.name, each.params) for each in file.layers] == [("inner", 612)]
    other = onnx_node("LSTM", ["z", "w", "r"], ["y2"], "again", hidden_size=9)
    assert len(look(onnx(onnx_graph([LSTM_NODE, other], LSTM_WEIGHTS))).layers) == 2


def test_onnx_weights_through_slices_and_other_operators(look: Any) -> None:
    whole = onnx_tensor("whole", (40, 6))
    settings = [onnx_tensor(name, (1,), ints=[value]) for name, value in (("zero", 0), ("end", 18), ("mid", 18), ("last", 36))]
    nodes = [
        onnx_node("Slice", ["whole", "zero", "end", "zero"], ["s1"]),
        onnx_node("Slice", ["whole", "mid", "last", "zero"], ["s2"]),
        onnx_node("Concat", ["s1", "s2"], ["joined"], axis=0),
        onnx_node("Unsqueeze", ["joined", "zero"], ["w"]),
        onnx_node("Constant", [], ["r0"], value=onnx_tensor("", (36, 9))),
        onnx_node("Transpose", ["r0"], ["r1"], perm=[1, 0]),
        onnx_node("Transpose", ["r1"], ["r2"]),
        onnx_node("Unsqueeze", ["r2"], ["r"], axes=[0]),
        onnx_node("LSTM", ["x", "w", "r"], ["y"], hidden_size=9),
    ]
    (layer,) = look(onnx(onnx_graph(nodes, [whole, *settings]))).layers
    assert told(layer) == ("lstm", 6, 9, 1, False, 0)
    assert [tensor.name for tensor in layer.tensors] == ["whole", "r0"]


@pytest.mark.parametrize(("first", "second", "is_told"), [(b"\1", b"\0", True), (b"\1", b"\1", False), (b"\0", b"\0", False)])
def test_onnx_biases_of_which_half_is_zero(look: Any, first: bytes, second: bytes, is_told: bool) -> None:
    stored = [onnx_tensor("w", (2, 36, 6)), onnx_tensor("r", (2, 36, 9))]
    stored.append(onnx_tensor("b", (2, 72), raw=(first * 144 + second * 144) * 2))
    node = onnx_node("LSTM", ["x", "w", "r", "b"], ["y"], direction="bidirectional")
    file = look(onnx(onnx_graph([node], stored)))
    assert ("all zeros" in (file.layers[0].reason or "")) is is_told
    assert file.reconciled


def test_onnx_weights_that_are_computed(look: Any) -> None:
    nodes = [onnx_node("Sigmoid", ["q"], ["w"]), onnx_node("LSTM", ["x", "w", "r"], ["y"], hidden_size=9)]
    file = look(onnx(onnx_graph(nodes, [onnx_tensor("r", (1, 36, 9))], {"x": (5, 1, 6)})))
    (layer,) = file.layers
    assert (layer.cell, layer.input_dim, layer.units, layer.params, layer.params_by_formula) == ("lstm", 6, 9, 324, 540)
    assert layer.reason == "W is computed, or given, when the graph runs, and not stored"
    assert file.reconciled
    (layer,) = look(onnx(onnx_graph(nodes, [onnx_tensor("r", (1, 36, 9))]))).layers
    assert (layer.cell, layer.units, layer.input_dim, layer.reconciled) == ("lstm", 9, None, False)


def test_onnx_quantised_weights_lie_the_other_way_round(look: Any) -> None:
    given = ["x", "w", "r", "b", "", "", "", "", "ws", "wz", "rs", "rz"]
    stored = [onnx_tensor("w", (1, 6, 36)), onnx_tensor("r", (1, 9, 36)), onnx_tensor("b", (1, 72))]
    scales = [onnx_tensor(name, (1, 36)) for name in ("ws", "wz", "rs", "rz")]
    file = look(onnx(onnx_graph([onnx_node("DynamicQuantizeLSTM", given, ["y"], hidden_size=9)], stored + scales)))
    assert [told(each) for each in file.layers] == [("lstm", 6, 9, 1, False, 2)]
    assert (file.params, file.buffers) == (612, 144)


@pytest.mark.parametrize(
    ("settings", "shapes", "layer"),
    [
        ({"direction": "bidirectional"}, {"w": (2, 36, 6), "r": (2, 36, 9), "b": (2, 72)}, ("lstm", 6, 9, 1, True, 2)),
        ({"input_forget": 1}, {"w": (1, 36, 6), "r": (1, 36, 9)}, ("lstm", 6, 9, 1, False, 0)),
    ],
)
def test_onnx_settings(look: Any, settings: Any, shapes: Any, layer: Any) -> None:
    node = onnx_node("LSTM", ["x", *shapes], ["y"], **settings)
    assert [told(each) for each in look(onnx(onnx_graph([node], [onnx_tensor(*item) for item in shapes.items()]))).layers] == [
        layer
    ]


def test_a_size_that_contradicts_the_node_does_not_reconcile(look: Any) -> None:
    node = onnx_node("LSTM", ["x", "w", "r", "b"], ["y"], hidden_size=8)
    file = look(onnx(onnx_graph([node], LSTM_WEIGHTS)))
    assert not file.reconciled
    assert file.layers[0].reason == "no LSTM has the shapes W (1, 36, 6), R (1, 36, 9), B (1, 72) and hidden_size 8"


PROMISED = {
    *("name", "cell", "framework", "input_dim", "units", "layers", "bidirectional", "projection", "peephole", "bias_vectors"),
    *("params", "params_by_formula", "reason", "tensors"),
}


def test_json_has_the_promised_keys(cli: Cli) -> None:
    result = cli("inspect", str(KEPT / "bilstm.pt"), "--format", "json")
    data = json.loads(result.stdout)
    (file,) = data["files"]
    (layer,) = file["layers"]
    assert (data["schema"], result.exit_code, result.stderr) == ("lstm-calc/inspect/1", 0, "")
    assert {"path", "format", "layers", "params", "optimizer", "buffers", "other"} <= file.keys()
    assert "tensors" not in file
    assert layer.keys() >= PROMISED
    assert layer["tensors"][0] == {"name": "rnn.weight_ih_l0", "shape": [20, 4], "dtype": "float32", "params": 80}
    assert (
        len(json.loads(cli("inspect", str(KEPT / "bilstm.pt"), "--tensors", "--format", "json").stdout)["files"][0]["tensors"])
        == 24
    )


@pytest.mark.parametrize("form", ["table", "csv", "markdown"])
def test_every_format_shows_the_same_numbers(cli: Cli, form: str) -> None:
    result = cli("inspect", str(KEPT / "projected-adam.pt"), str(KEPT / "loop.onnx"), "--tensors", "--format", form)
    text = result.stdout.replace(",", "") if form != "csv" else result.stdout
    assert result.exit_code == 0
    for number in (195, 245, 486, 639):
        assert str(number) in text


def test_csv_counts_directions_where_json_says_bidirectional(cli: Cli) -> None:
    files = [str(KEPT / name) for name in ("bilstm.pt", "loop.onnx")]
    rows = csv.DictReader(io.StringIO(cli("inspect", *files, "--format", "csv").stdout))
    assert [(row["directions"], "bidirectional" in row) for row in rows if row["record"] == "layers"] == [
        ("2", False),
        ("1", False),
    ]


def test_csv_can_be_read_back(cli: Cli) -> None:
    rows = list(csv.DictReader(io.StringIO(cli("inspect", str(KEPT / "loop.onnx"), "--tensors", "--format", "csv").stdout)))
    (layer,) = [row for row in rows if row["name"]]
    assert (layer["name"], layer["params"], layer["params_by_formula"]) == ("inner", "639", "639")
    listed = [row for row in rows if row["tensor"]]
    assert sum(int(row["tensor_params"]) for row in listed if row["part"] != "buffers") == 639


def test_quiet_is_the_number_of_parameters(cli: Cli) -> None:
    assert cli("inspect", str(KEPT / "bilstm.pt"), str(KEPT / "loop.onnx"), "-q").stdout == "1823\n"


def test_the_model_goes_on_to_the_next_command(cli: Cli) -> None:
    for name in ("bilstm.pt", "loop.onnx", "bigru.onnx", "projected-adam.pt"):
        printed = cli("inspect", str(KEPT / name), "--as-model").stdout
        framework = "onnx" if name.endswith("onnx") else "pytorch"
        expected = inspect_file(str(KEPT / name)).params
        assert cli("params", "-", "-q", "-f", framework, stdin=printed).stdout == f"{expected}\n"
        assert f'"framework": "{framework}"' in printed
        assert cli("params", "-", "-q", stdin=printed).stdout == f"{expected}\n"


def test_a_model_names_tensors_as_its_file_does(look: Any) -> None:
    shapes = under("net.decoder.core", TORCH_LSTM) | under("net.encoder", {"weight_ih_l0": (36, 9), "weight_hh_l0": (36, 9)})
    model = look(state_dict(shapes)).model()
    assert {(tensor.name, tensor.shape) for tensor in tensors(model, "pytorch").tensors} == set(shapes.items())


def test_a_model_of_layers_side_by_side_has_their_widths(look: Any) -> None:
    other = {"weight_ih_l0": (36, 7), "weight_hh_l0": (36, 9), "bias_ih_l0": (36,), "bias_hh_l0": (36,)}
    model = look(state_dict(under("a b", TORCH_LSTM) | under("../c", other))).model()
    assert [(layer.name, layer.input_dim, placed.input_dim) for layer, placed in zip(model.layers, model.uses, strict=True)] == [
        ("a_b", None, 6),
        ("c", 7, 7),
    ]


def test_several_files_of_which_one_is_broken(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    result = cli("inspect", str(KEPT / "bilstm.pt"), str(tmp_path / "empty"), "--format", "json")
    assert result.exit_code == 2
    assert len(json.loads(result.stdout)["files"]) == 1
    assert result.stderr == f"error: {tmp_path / 'empty'}: is empty\n"


def test_same_architecture(cli: Cli, look: Any, tmp_path: Path) -> None:
    one, two = str(KEPT / "bilstm.pt"), str(KEPT / "bilstm-legacy.pt")
    result = cli("inspect", "--same", one, two)
    assert (result.exit_code, "the same architecture" in result.stdout) == (0, True)
    result = cli("inspect", "--same", one, str(KEPT / "rnn-module.pt"), "--format", "json")
    data = json.loads(result.stdout)
    assert (result.exit_code, data["same"], data["schema"]) == (1, False, "lstm-calc/inspect-same/1")
    assert "4 > bilstm 5" in data["only_first"]
    assert "4 > rnn 5" in data["only_second"]
    keras = look(npz(under("lstm", KERAS_LSTM, "/")), "keras")
    torch = look(state_dict(under("rnn", TORCH_LSTM)), "torch")
    assert same(keras, torch).same
    assert not same(keras, look(npz(under("lstm", KERAS_LSTM, "/") | {"dense/kernel": (9, 2)}), "more")).same
    assert cli("inspect", "--same", str(tmp_path / "keras"), str(tmp_path / "torch"), "--format", "csv").exit_code == 0


def test_a_layer_of_unknown_sizes_is_in_one_file_alone(look: Any) -> None:
    broken = under("lstm", TORCH_LSTM | {"weight_hh_l0": (36, 5)})
    answer = same(look(state_dict(broken | under("gru", TORCH_LSTM)), "one"), look(state_dict(under("gru", TORCH_LSTM)), "two"))
    assert (answer.only_first, answer.only_second) == (("lstm: not known",), ())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("inspect --same a", "--same compares two files; give two"),
        ("inspect --as-model a b", "--as-model prints the model of one file; give one"),
        ("inspect --as-model --same a b", "--as-model prints one file and --same compares two"),
        ("inspect nothing", "nothing: cannot be read: no such file or directory"),
        ("inspect .", ".: is a folder, not a file of weights"),
        ("inspect", "missing argument"),
    ],
)
def test_a_wrong_request(cli: Cli, call: str, message: str) -> None:
    result = cli(*shlex.split(call))
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_layer_of_unknown_sizes_has_its_count_in_the_model(look: Any) -> None:
    broken = under("lstm", TORCH_LSTM | {"weight_hh_l0": (36, 5)})
    assert str(look(state_dict(broken | under("gru", TORCH_LSTM))).model()) == (
        "other 468 name=lstm class_name=lstm > lstm 9 in=6 name=gru"
    )


def test_no_layer_is_no_model(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(safetensors({"a": (3, 4)}))
    assert json.loads(cli("inspect", "--as-model", str(tmp_path / "model")).stdout)["layers"] == [
        {"type": "dense", "units": 4, "bias": False, "name": "a"}
    ]


def test_foreign_text_does_no_harm_on_the_screen(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(safetensors(under("\x1b[31mred\n|`", TORCH_LSTM)))
    for form in ("table", "csv", "markdown"):
        assert "\x1b" not in cli("inspect", str(tmp_path / "model"), "--tensors", "--format", form).stdout


def test_the_python_function() -> None:
    answer = lstm_calc.inspect(str(KEPT / "bilstm.pt"), str(KEPT / "loop.onnx"))
    assert [file.params for file in answer.files] == [1184, 639]
    assert answer.reconciled
    with pytest.raises(lstm_calc.CheckpointError, match="no such file"):
        lstm_calc.inspect("nowhere")


def test_kinds_of_other_layers(look: Any) -> None:
    shapes = {
        "emb.weight": (10, 4),
        "fc.weight": (3, 4),
        "fc.bias": (3,),
        "conv.weight": (2, 3, 3),
        "bn.weight": (3,),
        "bn.bias": (3,),
        "s": (2,),
    }
    assert look(state_dict(shapes)).kinds == {"convolution": 18, "dense": 15, "embedding": 40, "normalization": 6, "rest": 2}


def test_a_pickle_of_arrays_in_a_list(look: Any) -> None:
    shapes = [(20, 6), (6, 36), (9, 36), (36,), (9, 2), (2,)]
    file = look(pickled([handmade.numpy_array(shape) for shape in shapes]))
    assert [(each.name, *told(each)) for each in file.layers] == [("1", "lstm", 6, 9, 1, False, 1)]
    assert (file.format, file.params) == ("pickle", 120 + 576 + 20)


def test_every_cell_has_storage_variants() -> None:
    from lstm_calc.weights.inference.storage_variants import variants

    assert {variant.kind for variant in variants()} == set(CELLS)
    assert {type(variant.layer) for variant in variants()}.isdisjoint({Dense, Embedding})
    assert any(isinstance(variant.layer, ConvLSTM) for variant in variants())


def test_spectral_norm_leaves_the_weight_and_its_vectors(look) -> None:
    renamed = {"weight_hh_l0_orig" if name == "weight_hh_l0" else name: shape for name, shape in TORCH_LSTM.items()}
    for vectors in ({"weight_hh_l0_u": (36,), "weight_hh_l0_v": (9,)}, {"weight_hh_l0_v": (9,), "weight_hh_l0_u": (36,)}):
        file = look(state_dict(under("rnn", renamed | vectors)))
        assert [told(layer) for layer in file.layers] == [("lstm", 6, 9, 1, False, 2)]
        assert file.reconciled


@pytest.mark.parametrize(
    "name",
    [
        "hyper_parameters.class_weight",
        "callbacks.ModelCheckpoint.best",
        "rnn.weight_hh_l0_mask",
        "rnn.parametrizations.weight_hh_l0.0._u",
        "rnn.parametrizations.weight_hh_l0.0.base",
        "metrics.mean.vars.0",
    ],
)
def test_what_training_keeps_beside_the_model_is_not_learned(look, name: str) -> None:
    file = look(state_dict(under("rnn", TORCH_LSTM) | {name: (7,)}))
    assert (file.params, file.other, file.buffers) == (612, 0, 7)


def test_what_only_one_file_has_is_told_in_words(look: Any) -> None:
    others = {"a/kernel": (1000, 1, 9), "b/kernel": (9, 1000), "c/bias": (7,), "d/kernel": (5, 5)}
    rich = look(npz(under("lstm", KERAS_LSTM, "/") | others), "rich")
    plain = look(state_dict(under("lstm", TORCH_LSTM)), "plain")
    broken = look(state_dict(under("lstm", TORCH_LSTM | {"weight_hh_l0": (36, 5)})), "broken")
    matrices = ("a matrix of 9 x 1,000", "a matrix of 9 x 1,000", "a matrix of 5 x 5")
    assert (same(rich, plain).only_first, same(rich, plain).only_second) == (matrices, ())
    assert (same(plain, rich).only_first, same(plain, rich).only_second) == ((), matrices)
    bare = look(state_dict(under("lstm", {name: shape for name, shape in TORCH_LSTM.items() if "bias" not in name})), "bare")
    assert same(plain, bare).same
    assert same(plain, broken).only_first == ("6 > lstm 9",)
    assert same(plain, broken).only_second == ("lstm: not known",)
    stacked = {f"{name[:-1]}{at}": shape for at in range(2) for name, shape in TORCH_LSTM.items()}
    stacked["weight_ih_l1"] = (36, 9)
    assert same(look(state_dict(stacked), "stack"), plain).only_first == ("9 > lstm 9",)


@pytest.mark.parametrize(("dtype", "width", "counts"), [("I64", 8, False), ("I32", 4, False), ("F32", 4, True)])
def test_whole_numbers_are_no_matrix(look: Any, dtype: str, width: int, counts: bool) -> None:
    file = look(safetensors({"ids": (3, 4)}, dtype, width), "ids")
    assert same(file, look(safetensors({"bias": (3,)}), "none")).only_first == (("a matrix of 3 x 4",) * counts)


def test_the_layers_of_a_file_follow_each_other_where_their_widths_meet(look: Any) -> None:
    narrow = {name: (16, *shape[1:]) for name, shape in TORCH_LSTM.items()} | {"weight_ih_l0": (16, 9), "weight_hh_l0": (16, 4)}
    model = look(state_dict(under("enc", TORCH_LSTM) | under("mid", narrow) | under("side", TORCH_LSTM))).model()
    assert [(layer.name, layer.input_dim) for layer in model.layers] == [("enc", None), ("mid", None), ("side", 6)]
    assert [placed.input_dim for placed in model.uses] == [6, 9, 6]


def test_a_layer_that_is_not_told_does_not_hide_those_after_it(look: Any) -> None:
    model = look(state_dict(under("a", TORCH_LSTM | {"weight_hh_l0": (36, 5)}) | under("b", TORCH_LSTM))).model()
    assert str(model) == "other 468 name=a class_name=recurrent > lstm 9 in=6 name=b"


def test_names_tell_equal_sizes_apart(look: Any) -> None:
    (layer,) = look(state_dict(TORCH_LSTM | {"weight_ih_l0": (36, 9)})).layers
    assert (layer.input_dim, layer.units, layer.reason) == (9, 9, None)


def test_a_layer_that_has_no_peepholes_and_no_projection_says_so(look: Any) -> None:
    stored = {"weight_ih_l0": (27, 6), "weight_hh_l0": (27, 9), "bias_ih_l0": (27,), "bias_hh_l0": (27,)}
    (layer,) = look(state_dict(stored)).layers
    assert (layer.cell, layer.units, layer.peephole, layer.projection, layer.reason) == ("gru", 9, False, None, None)


def test_a_gru_of_cudnn_has_as_many_numbers_as_that_of_keras(look: Any) -> None:
    (layer,) = look(npz({"cu_dnngru/kernel": (6, 27), "cu_dnngru/recurrent_kernel": (9, 27), "cu_dnngru/bias": (54,)})).layers
    assert (layer.framework, layer.params, layer.reason) == ("cudnn", 459, "a cudnn layer under keras's names")


def test_two_names_of_one_parameter_in_paddle_are_counted_once(look: Any) -> None:
    slots = {"weight_ih": (32, 8), "weight_hh": (32, 8), "bias_ih": (32,), "bias_hh": (32,)}
    ways = (("_l0", "cell_fw"), ("_l0_reverse", "cell_bw"))
    names = [[(f"rnn.{slot}{end}", f"rnn.0.{cell}.{slot}") for slot in slots] for end, cell in ways]
    parameters = {name: f"p_{at}" for at, pair in enumerate([pair for pairs in names for pair in pairs]) for name in pair}
    arrays = {name: handmade.numpy_array(slots[name.rpartition(".")[2].partition("_l0")[0]]) for name in parameters}
    file = look(pickled(arrays | {"head.weight": handmade.numpy_array((16, 2)), "StructuredToParameterName@@": parameters}))
    assert [(each.name, each.framework, *told(each)) for each in file.layers] == [("rnn/0", "paddle", "lstm", 8, 8, 1, True, 2)]
    assert (file.format, file.params, file.kinds, file.reconciled) == ("paddle", 1184, {"dense": 32}, True)
    odd = {
        "StructuredToParameterName@@": {"a": ["x"], "b": "b"},
        "a": handmade.numpy_array((2, 2)),
        "b": handmade.numpy_array((2, 2)),
    }
    assert look(pickled(odd)).params == 8


def view(key: str, shape: tuple[int, ...], steps: tuple[int, ...], offset: int = 0) -> Any:
    """Return a tensor that shows a storage of 24 numbers in its own way."""
    whole = handmade.torch_tensor(key, shape, offset=offset, count=24)
    return whole._replace(args=(*whole.args[:3], steps, *whole.args[4:]))


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        (((4, 6), (6, 1), 0), ((6, 4), (1, 6), 0), 24),
        (((4, 6), (6, 1), 0), ((24,), (1,), 0), 24),
        (((4, 6), (6, 1), 0), ((2, 2, 6), (12, 6, 1), 0), 24),
        (((2, 6), (6, 1), 0), ((2, 6), (6, 1), 12), 24),
        (((4, 3), (6, 1), 0), ((4, 3), (6, 1), 3), 24),
        (((4, 3), (6, 1), 0), ((4, 3), (6, 1), 0), 12),
        (((12,), (2,), 0), ((12,), (2,), 1), 24),
    ],
)
def test_tensors_that_are_the_same_numbers_are_counted_once(look: Any, first: Any, second: Any, count: int) -> None:
    value = {name: view("0", *shown) for name, shown in (("a.weight", first), ("b.weight", second))}
    file = look(handmade.torch_zip(value, {"0": 96}))
    assert (file.params, file.shared) == (count, sum(tensor.params for tensor in file.tensors) - count)


def test_a_model_has_every_layer_of_its_file(cli: Cli, tmp_path: Path) -> None:
    result = cli("inspect", str(KEPT / "bilstm.pt"), "--as-model")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [layer["type"] for layer in json.loads(result.stdout)["layers"]] == ["embedding", "lstm", "batch_norm", "dense"]
    assert cli("params", "-", "-q", stdin=result.stdout).stdout == "1184\n"
    broken = under("odd", TORCH_LSTM | {"weight_hh_l0": (36, 5)})
    (tmp_path / "model").write_bytes(safetensors(under("rnn", TORCH_LSTM) | broken))
    assert "odd is counted as it is stored" in cli("inspect", str(tmp_path / "model"), "--as-model").stderr


@pytest.mark.parametrize("command", ["params", "tensors", "cost", "report", "shapes"])
def test_a_file_of_weights_is_a_model(cli: Cli, command: str) -> None:
    result = cli(command, str(KEPT / "bilstm.pt"))
    assert (result.exit_code, "traceback" in result.stderr.lower()) == (0, False)
    assert "embedding" in result.stdout


def test_a_file_of_weights_is_held_against_a_budget(cli: Cli) -> None:
    assert cli("check", str(KEPT / "bilstm.pt"), "--max-params", "1184").exit_code == 0
    assert cli("check", str(KEPT / "bilstm.pt"), "--max-params", "1183").exit_code == 1
    assert cli("solve", str(KEPT / "bilstm.pt"), "--max-params", "2M", "-q").exit_code == 0
    assert cli("params", str(KEPT / "bilstm.pt"), "--input", "3").exit_code == 2


@pytest.mark.parametrize(
    ("asked", "layers"),
    [
        ("weight_ih_l0=240x81", {("lstm", 60, 81), ("gru", 80, 81), ("rnn", 240, 81)}),
        ("encoder.weight_hh_l1=512x128", {("lstm", 128, None)}),
        ("lstm/kernel:0=(40, 384)", {("lstm", 96, 40), ("gru", 128, 40), ("rnn", 384, 40)}),
    ],
)
def test_the_layers_that_have_a_tensor(cli: Cli, asked: str, layers: set[Any]) -> None:
    result = cli("inspect", "--tensor", asked, "--format", "json")
    found = {(each["cell"], each["units"], each["input_dim"]) for each in json.loads(result.stdout)["layers"]}
    assert layers <= found
    assert cli("inspect", "--tensor", "weight_ih_l0=7x81x3").exit_code == 1
    assert cli("inspect", "--tensor", "weight_ih_l0").exit_code == 2


LISTS = {
    "torch": "Model's state_dict:\nenc.weight_ih_l0 \t torch.Size([36, 6])\nenc.weight_hh_l0 \t torch.Size([36, 9])\n"
    "enc.bias_ih_l0 \t torch.Size([36])\nenc.bias_hh_l0 \t torch.Size([36])\nfc.weight \t torch.Size([2, 9])",
    "pairs": "[('enc.weight_ih_l0', (36, 6)), ('enc.weight_hh_l0', (36, 9)), ('enc.bias_ih_l0', (36,)), "
    "('enc.bias_hh_l0', (36,)), ('fc.weight', (2, 9))]",
    "named": "enc.weight_ih_l0: [36, 6]\nenc.weight_hh_l0: [36, 9]\nenc.bias_ih_l0: [36]\nenc.bias_hh_l0: [36]\nfc.weight: [2, 9]",
    "numbered": "0 enc.weight_ih_l0 torch.Size([36, 6]) True\n1 enc.weight_hh_l0 torch.Size([36, 9]) True\n"
    "2 enc.bias_ih_l0 torch.Size([36]) True\n3 enc.bias_hh_l0 torch.Size([36]) True\n4 fc.weight torch.Size([2, 9]) True",
    "keras": "lstm/kernel:0 (6, 36)\nlstm/recurrent_kernel:0 (9, 36)\nlstm/bias:0 (36,)\ndense/kernel:0 (9, 2)",
    "variables": "<KerasVariable shape=(6, 36), dtype=float32, path=lstm/lstm_cell/kernel>\n"
    "<KerasVariable shape=(9, 36), dtype=float32, path=lstm/lstm_cell/recurrent_kernel>\n"
    "<KerasVariable shape=(36,), dtype=float32, path=lstm/lstm_cell/bias>\n"
    "<KerasVariable shape=(9, 2), dtype=float32, path=dense/kernel>",
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_a_list_of_tensors_is_a_model(cli: Cli, tmp_path: Path, text: str) -> None:
    total = "576\n" if "kernel" in text.replace("weight_hh", "") or "Keras" in text else "630\n"
    total = f"{36 * 6 + 36 * 9 + 36 * (1 if 'kernel' in text else 2) + 18}\n"
    (tmp_path / "list.txt").write_text(text)
    assert cli("params", "-", "-q", stdin=text).stdout == total
    assert cli("params", str(tmp_path / "list.txt"), "-q").stdout == total
    assert cli("params", text, "-q", "--from", "tensors").stdout == total


@pytest.mark.parametrize(
    ("normalisation", "layers", "frozen"),
    [
        (["bn/gamma", "bn/beta", "bn/moving_mean", "bn/moving_variance"], ["batch_norm"], 18),
        (["bn/beta", "bn/moving_mean", "bn/moving_variance"], ["batch_norm"], 18),
        (["bn/moving_mean", "bn/moving_variance"], ["batch_norm"], 18),
        ([f"layers/batch_normalization/vars/{at}" for at in range(4)], ["batch_norm"], 18),
        ([f"layers/batch_normalization/vars/{at}" for at in range(3)], ["other", "other"], 18),
        ([f"layers/batch_normalization/vars/{at}" for at in range(2)], ["batch_norm"], 18),
        (["bn/gamma", "bn/beta"], ["layer_norm"], 0),
    ],
)
def test_statistics_of_keras_are_counted_as_keras_counts_them(
    cli: Cli, normalisation: list[str], layers: list[str], frozen: int
) -> None:
    text = "\n".join([*LISTS["keras"].splitlines(), *(f"{name} (9,)" for name in normalisation)])
    answer = json.loads(cli("params", "-", "--from", "tensors", "--format", "json", stdin=text).stdout)
    assert [each["type"] for each in answer["layers"]] == ["lstm", "dense", *layers]
    assert (answer["total"], answer["non_trainable"]) == (594 + 9 * len(normalisation), frozen)
    found = inspected(read_listed(text, "x"), "x", 0).data()
    assert (found["params"], found["non_trainable"], found["buffers"]) == (answer["total"], frozen, 0)
    assert found["kinds"].get("normalization", 0) + found["kinds"].get("rest", 0) == 9 * len(normalisation)


def test_statistics_of_pytorch_are_buffers() -> None:
    text = "\n".join(f"bn.{name} (9,)" for name in ("weight", "bias", "running_mean", "running_var"))
    found = inspected(read_listed(text, "x"), "x", 0).data()
    assert (found["params"], found["non_trainable"], found["buffers"]) == (18, 0, 18)


def test_a_layer_of_an_archive_of_keras_is_called_as_the_archive_does(cli: Cli) -> None:
    kernels = {"layers/conv one/vars": (3, 8, 6), "layers/inner/layers/dense/vars": (8, 3)}
    text = "\n".join(f"{path}/0 {shape}\n{path}/1 ({shape[-1]},)" for path, shape in kernels.items())
    answer = json.loads(cli("params", "-", "--from", "tensors", "--format", "json", stdin=text).stdout)
    assert [each["name"] for each in answer["layers"]] == ["conv_one", "inner/layers/dense"]


@pytest.mark.parametrize(
    ("before", "total"),
    [
        ("c.weight (9, 1, 3, 3)\nc.bias (9,)", 90),
        ("c.weight (9, 1, 3, 3)\nc.bias (9,)\nn.weight (9,)\nn.bias (9,)\nn.running_mean (9,)\nn.running_var (9,)", 108),
        ("c.weight (9, 1, 3, 3)\nfc.weight (9, 9)", 162),
        ("u.one (5, 4)\nu.two (3, 3)\nn.weight (9,)\nn.bias (9,)", 47),
        ("fc.weight (9, 2)", 18),
    ],
)
def test_a_layer_of_a_file_begins_anew_behind_what_has_other_axes(cli: Cli, before: str, total: int) -> None:
    text = f"{before}\nrnn.weight_ih_l0 (8, 9)\nrnn.weight_hh_l0 (8, 2)\nrnn.bias_ih_l0 (8,)\nrnn.bias_hh_l0 (8,)"
    assert cli("params", "-", "-q", "--from", "tensors", stdin=text).stdout == f"{total + 104}\n"


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("nn.Embedding(22, 1) > nn.Linear(1, 2, bias=False) > nn.Linear(2, 1)", 27),
        ("Embedding(22, 1) > LSTM(2, use_bias=False)", 46),
        ("bias = nn.Linear(10, 20)", 220),
        ("import torch.nn as nn\nweight = nn.Linear(10, 20)", 220),
    ],
)
def test_calls_are_no_list_of_tensors(cli: Cli, text: str, total: int) -> None:
    assert cli("params", text, "-q").stdout == f"{total}\n"
    assert cli("params", "-", "-q", stdin=text).stdout == f"{total}\n"


@pytest.mark.parametrize("size", ["1" * 23, "9" * 400])
def test_a_size_of_a_list_that_is_too_long_is_refused(cli: Cli, size: str) -> None:
    """Its digits were taken for several sizes."""
    result = cli("params", "-", "--from", "tensors", stdin=f"fc.weight ({size}, 4)\n")
    assert "line 1 has a tensor 'fc.weight' of a shape that cannot be" in result.stderr


def test_a_line_may_begin_with_what_it_lists(cli: Cli) -> None:
    text = "tensor fc.weight (3, 4)\nparam fc.bias (3,)\ntensor (5,)\n"
    assert cli("params", "-", "-q", "--from", "tensors", stdin=text).stdout == "20\n"


def test_zeros_before_a_size_are_none_of_it(cli: Cli) -> None:
    assert cli("params", "-", "-q", "--from", "tensors", stdin=f"fc.weight ({'0' * 30}4, 4)\n").stdout == "16\n"


@pytest.mark.parametrize("line", ["{} {}", "('{}', {})", "{}: float32 {}", "<KerasVariable shape={1}, dtype=float32, path={0}>"])
def test_a_name_in_a_list_may_have_blanks(cli: Cli, line: str) -> None:
    shapes = {"the model/my lstm/cell/kernel": (3, 8), "the model/my lstm/cell/recurrent_kernel": (2, 8), "a b/c d/kernel": (9, 4)}
    text = "\n".join(line.format(name, shape) for name, shape in shapes.items())
    assert cli("params", "-", "-q", "--from", "tensors", stdin=text).stdout == "76\n"
    assert {tensor.name: tensor.shape for tensor in read_listed(text, "x").tensors} == shapes


@pytest.mark.spread(1)
@pytest.mark.parametrize("line", ["<KerasVariable shape=" * 4000, "shape size " * 400, "a" * 4000, "a " + "b" * 4000, "a[" * 2000])
def test_a_line_that_is_no_tensor_is_found_so_at_once(cli: Cli, line: str) -> None:
    start = time.perf_counter()
    assert cli("params", "-", "--from", "tensors", stdin=f"{line}\n" * 20).exit_code == 2
    assert time.perf_counter() - start < 5


def test_a_list_that_contradicts_itself_is_refused(cli: Cli) -> None:
    result = cli("params", "-", "--from", "tensors", stdin="a.weight (3, 4)\na.weight (3, 5)")
    assert (result.exit_code, "line 2" in result.stderr) == (2, True)
    assert cli("params", "-", "--from", "tensors", stdin="nothing here").exit_code == 2
    assert cli("params", "40 > lstm 96", "--from", "nonsense").exit_code == 2


def test_what_flows_into_a_weight_is_learned_whatever_it_was_merged_with(look: Any) -> None:
    stored = [onnx_tensor("norm.running_mean", (4,)), onnx_tensor("norm.running_var", (4,)), onnx_tensor("fc.weight", (4, 4))]
    nodes = [
        onnx_node("Identity", ["norm.running_mean"], ["fc.bias"]),
        onnx_node("BatchNormalization", ["x", "g", "b", "norm.running_mean", "norm.running_var"], ["y"]),
        onnx_node("Gemm", ["y", "fc.weight", "fc.bias"], ["z"]),
    ]
    assert (look(onnx(onnx_graph(nodes, stored))).params, look(onnx(onnx_graph(nodes[1:2], stored))).params) == (20, 16)


def test_a_bias_that_an_exporter_merged_with_another_has_a_reason(look: Any) -> None:
    weights = [
        onnx_tensor("w", (1, 36, 6)),
        onnx_tensor("r", (1, 36, 9)),
        onnx_tensor("i", (36,)),
        onnx_tensor("axes", (1,), ints=[0]),
    ]
    nodes = [
        onnx_node("Identity", ["i"], ["h"]),
        onnx_node("Concat", ["i", "h"], ["both"], axis=0),
        onnx_node("Unsqueeze", ["both", "axes"], ["b"]),
        onnx_node("LSTM", ["x", "w", "r", "b"], ["y"], "one", hidden_size=9),
    ]
    file = look(onnx(onnx_graph(nodes, weights)))
    assert [(each.params, each.params_by_formula, each.reconciled) for each in file.layers] == [(576, 612, True)]
    assert file.layers[0].reason == "36 of its numbers equal others and are stored once with them: an exporter merged equal tensors"
