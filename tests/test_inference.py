"""Inference: layers from names, shapes and nodes, told apart from their path in a file to the last field of a match."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from lstm_calc import GRU, LSTM, RNN, ConvLSTM
from lstm_calc.frameworks import FRAMEWORKS
from lstm_calc.weights.inference import by_shape
from lstm_calc.weights.inference.by_name import matches_by_name, names_a_cell
from lstm_calc.weights.inference.by_shape import own_variants
from lstm_calc.weights.inference.find import found_layers
from lstm_calc.weights.inference.layers import FoundLayer, Match, display_name
from lstm_calc.weights.inference.sorting import kinds_of, slashed, sort
from lstm_calc.weights.inference.storage_variants import TensorSpec, solved, stores, tensor_names, variants, variants_of
from lstm_calc.weights.readers.stored import Checkpoint, Operator, Stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Shapes = dict[str, tuple[int, ...]]
TORCH: Shapes = {"weight_ih_l0": (36, 6), "weight_hh_l0": (36, 9), "bias_ih_l0": (36,), "bias_hh_l0": (36,)}
KERAS: Shapes = {"kernel": (6, 36), "recurrent_kernel": (9, 36), "bias": (36,)}
VARS: Shapes = {"vars/0": (6, 36), "vars/1": (9, 36), "vars/2": (36,)}


def under(path: str, shapes: Shapes) -> Shapes:
    return {f"{path}/{name}": shape for name, shape in shapes.items()}


def stored(shapes: Shapes) -> tuple[Stored, ...]:
    return tuple(Stored(name, shape, "float32") for name, shape in shapes.items())


def find(shapes: Shapes, file_format: str = "safetensors", classes: Mapping[str, str] | None = None) -> tuple[FoundLayer, ...]:
    tensors = stored(shapes)
    return found_layers(Checkpoint(file_format, tensors, (), dict(classes or {})), sort(tensors).learned)


def listed_layers(found: Iterable[FoundLayer]) -> list[tuple[str, Any, int | None]]:
    return [(display_name(each), each.layer, each.matches[0].input_dim) for each in found]


def test_layers_stand_in_the_order_of_the_model() -> None:
    classes = {"first": "LSTM", "norm": "BatchNormalization", "second": "LSTM", "both": "Bidirectional", "image": "ConvLSTM2D"}
    shapes = {
        **{f"layers/conv_lstm2d/cell/vars/{at}": shape for at, shape in enumerate([(3, 3, 6, 36), (3, 3, 9, 36), (36,)])},
        **under("layers/lstm_1/cell", VARS),
        **under("layers/bidirectional/forward_layer/cell", VARS),
        **under("layers/bidirectional/backward_layer/cell", VARS),
        **under("layers/lstm/cell", VARS),
    }
    found = find(shapes, "keras", classes)
    assert [(each.path, each.directions) for each in found] == [
        ("first/cell/vars", 1),
        ("second/cell/vars", 1),
        ("both/*_layer/cell/vars", 2),
        ("image/cell/vars", 1),
    ]
    assert listed_layers(found) == [
        ("first", LSTM(9), 6),
        ("second", LSTM(9), 6),
        ("both", LSTM(9, bidirectional=True), 6),
        ("image", ConvLSTM(9, (3, 3)), 6),
    ]


@pytest.mark.parametrize(
    ("cls", "path"),
    [
        ("LSTM", "lstm"),
        ("SimpleRNN", "simple_rnn"),
        ("ConvLSTM1D", "conv_lstm1d"),
        ("GRUCell", "gru_cell"),
        ("MyLSTMCell2Layer", "my_lstm_cell2_layer"),
        ("Foo_Bar", "foo__bar"),
    ],
)
def test_a_class_is_parted_into_words_as_keras_does(cls: str, path: str) -> None:
    """The paths are those that keras.src.utils.naming.to_snake_case gives."""
    (found,) = find(under(f"layers/{path}/cell", KERAS), "keras", {"mine": cls})
    assert found.path == "mine/cell"


def test_equal_classes_are_counted_up_and_a_model_within_keeps_its_paths() -> None:
    shapes = {f"layers/gru{at}/cell/{name}": shape for at in ("_2", "", "_1") for name, shape in KERAS.items()}
    assert [each.path for each in find(shapes, "keras", dict.fromkeys("abc", "GRU"))] == ["a/cell", "b/cell", "c/cell"]
    inner = find(under("layers/functional/layers/lstm/cell", VARS), "keras", {"inner": "Functional", "lstm_x": "LSTM"})
    assert [each.path for each in inner] == ["layers/functional/layers/lstm/cell/vars"]
    unknown = find(under("layers/lstm_7/cell", VARS), "keras", {"a": "LSTM"})
    assert [each.path for each in unknown] == ["layers/lstm_7/cell/vars"]


def test_files_before_keras_3_have_the_names_themselves() -> None:
    shapes = under("model_weights/second/second/lstm_cell_1", KERAS) | under("model_weights/first/first/lstm_cell", KERAS)
    found = find(shapes, "keras-hdf5", {"first": "LSTM", "second": "LSTM"})
    assert [each.path for each in found] == ["model_weights/first/first/lstm_cell", "model_weights/second/second/lstm_cell_1"]
    assert [display_name(each) for each in find(under("b", TORCH) | under("a", TORCH))] == ["b", "a"]


def test_a_node_whose_weights_are_not_in_the_file_comes_last() -> None:
    node = Operator("given", "LSTM", {"W": None, "R": None}, {"W": ("x",), "R": ("y",)}, {"hidden_size": 9})
    tensors = stored(under("lstm", TORCH))
    found = found_layers(Checkpoint("onnx", tensors, (node,)), tensors)
    assert [each.path for each in found] == ["lstm", "given"]


NOT_KNOWN = "no recurrent layer that is known here has the shapes {}"


@pytest.mark.parametrize(
    ("shapes", "framework", "kind", "place", "why"),
    [
        (
            under("enc/My_RNN", {**TORCH, "weight_hh_l0": (36, 5)}),
            "pytorch",
            "rnn",
            ("enc/My_RNN", 0, ""),
            NOT_KNOWN.format("weight_ih_l0 (36, 6), weight_hh_l0 (36, 5), bias_ih_l0 (36,), bias_hh_l0 (36,)"),
        ),
        (
            {"gru2.weight_hh_l3_reverse": (36, 5)},
            "pytorch",
            "gru",
            ("gru2", 3, "_reverse"),
            NOT_KNOWN.format("weight_hh_l3_reverse (36, 5)"),
        ),
        ({"weight_hh": (36, 5)}, "pytorch", None, ("", 0, ""), NOT_KNOWN.format("weight_hh (36, 5)")),
        (
            {"a/lstm/kernel": (3, 4), "a/lstm/recurrent_kernel": (3, 5)},
            "keras",
            "lstm",
            ("a/lstm", 0, ""),
            NOT_KNOWN.format("kernel (3, 4), recurrent_kernel (3, 5)"),
        ),
    ],
)
def test_the_names_of_a_layer_with_shapes_of_none(
    shapes: Shapes, framework: str, kind: str | None, place: tuple[str, int, str], why: str
) -> None:
    (found,) = find(shapes)
    (match,) = found.matches
    assert (match.framework, match.kind, match.why, match.layer, match.variant, match.units) == (
        framework,
        kind,
        why,
        None,
        None,
        None,
    )
    assert (match.path, match.depth, match.direction) == place
    assert [tensor.name for tensor in match.tensors] == list(shapes)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("model_weights/lstm/lstm/lstm_cell", "lstm"),
        ("state_dict/enc/rnn", "enc/rnn"),
        ("model_state_dict/a", "a"),
        ("params/OptimizedLSTMCell_0", "OptimizedLSTMCell_0"),
        ("model_state/x", "x"),
        ("layers/lstm/cell", "lstm"),
        ("layers/0", "layers/0"),
        ("a/params/b", "a/params/b"),
        ("bidirectional/*_lstm/lstm_cell", "bidirectional"),
        ("fw_*/x", "fw_/x"),
        ("x/*_", "x"),
        ("b/*/lstm", "b/lstm"),
        ("*/lstm", "lstm"),
        ("*_lstm", "lstm"),
        ("LSTM_1_*", "LSTM_1"),
        ("*_", "gru"),
        ("rnn/*/basic_lstm_cell", "rnn"),
        ("a/b/a", "a"),
        ("a/a", "a"),
        ("a/b/b", "a/b"),
        ("_a_", "_a_"),
        ("cell", "cell"),
        ("lstm/cell/vars", "lstm"),
        ("lstm/vars", "lstm"),
        ("linear", "linear"),
        ("a/linear", "a"),
        ("a/my_gru_cell_12", "a"),
        ("a/Cell", "a/Cell"),
        ("", "gru"),
    ],
)
def test_the_name_by_which_a_person_calls_a_layer(path: str, name: str) -> None:
    variant = next(variant for variant in variants() if variant.kind == "gru")
    assert display_name(FoundLayer(path, (Match("keras", variant, None, None, (), path),), 1, 1)) == name
    if name == "gru":
        assert display_name(FoundLayer(path, (Match("keras", None, None, None, (), path),), 1, 1)) == "layer"


@pytest.mark.parametrize(
    ("kind", "path", "named"),
    [
        *[
            ("lstm", "lstm", True),
            ("lstm", "a/LSTM_cell_1", True),
            ("lstm", "gru", False),
            ("gru", "gru2", True),
            ("rnn", "rnn", True),
        ],
        *[
            ("lstm", "lstm_dense", False),
            ("lstm", "basic_lstm_cell", True),
            ("lstm", "bilstm", True),
            ("rnn", "vanilla_rnn_cell", True),
        ],
        *[("lstm", "lstm/linear", True), ("lstm", "lstm/gates", True), ("lstm", "lstm/fc", False), ("lstm", "fw/lstm/bw", True)],
        *[("conv_lstm", "lstm", True), ("lstm", "rnn/linear", True), ("lstm", "rnn", False), ("gru", "rnn/cell", True)],
        *[("lstm", "linear", False), ("lstm", "cell", False), ("lstm", "", False), ("rnn", "cell", False), ("lstm", "fw", False)],
        *[("lstm", "rnn/lstm", True), ("gru", "rnn/lstm", False), ("lstm", "gru/cell", False)],
    ],
)
def test_a_path_that_names_a_cell(kind: str, path: str, named: bool) -> None:
    assert names_a_cell(kind, path) is named


@pytest.mark.parametrize(
    ("shapes", "kinds"),
    [
        ({"emb/weight": (10, 4)}, {"embedding": 40}),
        ({"wte": (10, 4)}, {"embedding": 40}),
        ({"a/b/LookUp_table": (3, 4)}, {"embedding": 12}),
        ({"emb/w": (3,)}, {"rest": 3}),
        ({"vocab/w": (2, 3, 4)}, {"convolution": 24}),
        ({"ln_1/g": (4,)}, {"normalization": 4}),
        ({"n/weight": (4,), "n/bias": (5,)}, {"normalization": 9}),
        ({"scale": (4,)}, {"rest": 4}),
        ({"fc/kernel": (3, 4), "fc/bias": (4,)}, {"dense": 16}),
        ({"fc_w": (3, 4), "fc_b": (4,)}, {"dense": 16}),
        ({"fc_w": (3, 4), "ln_b": (4,)}, {"dense": 12, "normalization": 4}),
        ({"a/fc_w": (3, 4), "b/fc_b": (4,)}, {"dense": 12, "rest": 4}),
        ({"x/y/w": (3, 4), "x/z/w": (2,)}, {"dense": 12, "rest": 2}),
        *[({"c/w": (2,) * rank}, {"convolution": 2**rank}) for rank in (3, 4, 5)],
        ({"c/w": (2,) * 6, "t": ()}, {"rest": 65}),
        ({"d/k": (0, 3)}, {}),
        ({"z": (1, 1), "c/w": (1, 1, 1), "a": (2, 2)}, {"convolution": 1, "dense": 5}),
        ({"layers/multi_head_attention/key_dense/vars/0": (2, 2, 3), "self_attn/q/w": (2, 2)}, {"attention": 16}),
        ({"attn/norm/g": (4,), "attention/conv/w": (2, 2, 2)}, {"convolution": 8, "normalization": 4}),
        ({"einsum_dense/vars/0": (2, 2, 3)}, {"dense": 12}),
    ],
)
def test_what_is_beside_the_recurrent_layers(shapes: Shapes, kinds: dict[str, int]) -> None:
    tensors = stored(shapes)
    assert kinds_of(tensors, tensors, {}) == kinds
    assert list(kinds_of(tensors, tensors, {})) == sorted(kinds)
    assert kinds_of(tensors, (), {}) == {}


def test_only_some_tensors_of_a_kind_count() -> None:
    tensors = stored({"fc/kernel": (3, 4), "fc/bias": (4,), "emb/w": (5, 2)})
    assert kinds_of(tensors, tensors[1:2], {}) == {"dense": 4}


SORTED = {
    "": ["lstm/kernel", "optimal/w", "w_orig", "x_u", "n_v", "masked", "momentum/w", "momentum", "epochs", "vars/2"],
    "optimizer": [
        *["optimizer/step", "a/opt_state/0", "Adam_Optimizer/x", "state/3/exp_avg", "x/exp_avg_sq", "x/momentum_buffer", "opt/x"],
        *["lstm/kernel/Adam", "lstm/kernel/adam_1", "lstm/kernel/RMSProp", "beta1_power", "x/beta2_power", "optims/0"],
        *["state/3/step", "trainer_state/x"],
    ],
    "buffer": [
        *["bn/running_mean", "bn_running_var", "num_batches_tracked", "bn/moving_mean", "batch_stats/x", "x_buffer", "global_step"],
        *["epoch", "metrics/acc/vars/0", "hyper_parameters/lr", "callbacks/x", "attn_mask", "position_ids", "rope/inv_freq"],
        *["loops/x", "lr_schedulers/0"],
        *["a/parametrizations/weight/0/_u", "batch_normalization_1/vars/2", "w_u", "w_v"],
    ],
}


def test_what_is_learned_remembered_and_kept() -> None:
    names = [name for part in SORTED.values() for name in part]
    found = sort(stored(dict.fromkeys(names, (2,))))
    assert [tensor.name for tensor in found.learned] == SORTED[""]
    assert [tensor.name for tensor in found.optimizer] == SORTED["optimizer"]
    assert [tensor.name for tensor in found.buffers] == SORTED["buffer"]


@pytest.mark.parametrize(
    ("tensor", "part"),
    [
        (Stored("w", (2,), "float32"), "learned"),
        (Stored("w", (2,), None), "learned"),
        (Stored("w", (2,), "int8"), "learned"),
        *((Stored("w", (2,), dtype), "buffers") for dtype in ["int16", "int32", "int64", "uint16", "uint32", "uint64", "bool"]),
        *((Stored("w", (2,), dtype), "buffers") for dtype in ["str", "bytes", "string", "object", "time", "void", "void4"]),
        (Stored("w", (2,), "float32", kind="buffer"), "buffers"),
        (Stored("w", (2,), "float32", kind="optimizer"), "optimizer"),
        (Stored("w", (2,), "int64", kind="optimizer"), "optimizer"),
    ],
)
def test_what_a_file_says_of_a_tensor(tensor: Stored, part: str) -> None:
    found = sort([tensor])
    assert found.asdict()[part] == (tensor,)
    assert sum(map(len, found.asdict().values())) == 1


def test_a_colon_before_a_number_alone_is_taken_off_a_name() -> None:
    assert slashed("a/kernel:12") == "a/kernel"
    assert slashed("a/kernel:x") == "a/kernel:x"
    assert slashed("kernel:") == "kernel:"
    assert slashed("a::b::[kernel]") == "a/b/kernel"


def test_the_forms_have_the_names_of_their_frameworks() -> None:
    known = {(variant.framework, variant.kind, tuple(variant.specs)) for variant in variants()}
    for framework, kind, names in (
        ("pytorch", "lstm", "weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0"),
        ("pytorch", "lstm", "weight_ih_l0 weight_hh_l0 weight_hr_l0"),
        ("keras", "gru", "kernel recurrent_kernel bias"),
        ("tflite", "lstm", TFLITE),
        ("flax-linen", "gru", "ir/kernel iz/kernel in/kernel ir/bias iz/bias in/bias hr/kernel hz/kernel hn/kernel hn/bias"),
        ("onnx", "rnn", "W R B"),
        ("flax-nnx", "rnn", "dense_i/kernel dense_i/bias dense_h/kernel"),
    ):
        assert (framework, kind, tuple(names.split())) in known
    assert {variant.framework for variant in variants()} == set(FRAMEWORKS)


def test_variants_of_the_same_names_are_told_apart_by_the_axes() -> None:
    shapes = {"c/kernel": (3, 3, 6, 36), "c/recurrent_kernel": (3, 3, 9, 36), "c/bias": (36,)}
    (match,) = matches_by_name(stored(shapes), ("keras",))
    assert (match.framework, match.layer, match.input_dim) == ("keras", ConvLSTM(9, (3, 3)), 6)


def test_a_joined_matrix_with_four_tensors_beside_needs_no_name_of_a_cell() -> None:
    peepholes = {f"c/w_{gate}_diag": (4,) for gate in "ifo"}
    (match,) = matches_by_name(stored({"c/kernel": (7, 16), "c/bias": (16,), **peepholes}), ())
    assert (match.framework, match.layer, match.input_dim) == ("tensorflow1", LSTM(4, peephole=True), 3)


@pytest.mark.parametrize("place", list(stores()), ids="-".join)
def test_the_names_that_rows_say_are_those_of_the_variants(place: tuple[str, str]) -> None:
    variants = variants_of(*place)
    assert {name for name, _ in tensor_names(*place)} == {name for variant in variants for name in variant.specs}
    assert {name for name, recurrent in tensor_names(*place) if recurrent} == {
        name for variant in variants for name, spec in variant.specs.items() if "recurrent_kernel" in spec.role
    }


def test_only_the_forms_that_a_file_may_have_are_made() -> None:
    code = (
        "from lstm_calc.questions.inspect import inspect_file; inspect_file('tests/data/checkpoints/bilstm.pt');"
        "from lstm_calc.weights.inference.storage_variants import variants_of, stores;"
        "print(variants_of.cache_info().currsize, len(list(stores())))"
    )
    made, stored = map(int, subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.split())
    assert made < stored / 2


TFLITE = (
    "input_to_input_weights input_to_forget_weights input_to_cell_weights input_to_output_weights "
    "recurrent_to_input_weights recurrent_to_forget_weights recurrent_to_cell_weights recurrent_to_output_weights "
    "input_gate_bias forget_gate_bias cell_gate_bias output_gate_bias"
)


def variant_of(framework: str, layer: Any) -> Any:
    """Return the variant of the options of a layer."""
    wanted = {name: value for name, value in layer.changed().items() if name not in {"units", "filters"}}
    return next(
        variant
        for variant in variants()
        if variant.framework == framework
        and variant.kind == layer.kind
        and {name: value for name, value in variant.layer.changed().items() if name not in {"units", "filters"}} == wanted
    )


@pytest.mark.parametrize(
    ("framework", "options", "shapes", "found"),
    [
        ("keras", LSTM(1), {"kernel": (6, 36), "recurrent_kernel": (9, 36), "bias": (36,)}, (LSTM(9), 6)),
        ("keras", LSTM(1), {"kernel": (6, 36), "recurrent_kernel": (9, 36), "bias": (35,)}, None),
        ("keras", LSTM(1), {"kernel": (6, 36), "recurrent_kernel": (8, 36), "bias": (36,)}, None),
        ("keras", LSTM(1), {"kernel": (6, 35), "recurrent_kernel": (9, 35), "bias": (35,)}, None),
        ("keras", LSTM(1), {"kernel": (0, 36), "recurrent_kernel": (9, 36), "bias": (36,)}, None),
        ("keras", LSTM(1), {"kernel": (6, 0), "recurrent_kernel": (0, 0), "bias": (0,)}, None),
        (
            "keras",
            ConvLSTM(1, (1, 1)),
            {"kernel": (3, 5, 6, 36), "recurrent_kernel": (3, 5, 9, 36), "bias": (36,)},
            (ConvLSTM(9, (3, 5)), 6),
        ),
        ("keras", ConvLSTM(1, (1, 1)), {"kernel": (3, 5, 6, 36), "recurrent_kernel": (3, 4, 9, 36), "bias": (36,)}, None),
        (
            "pytorch",
            LSTM(1, projection=1, bias=False),
            {"weight_ih_l0": (36, 6), "weight_hh_l0": (36, 4), "weight_hr_l0": (4, 9)},
            (LSTM(9, projection=4, bias=False), 6),
        ),
        (
            "pytorch",
            LSTM(1, projection=1, bias=False),
            {"weight_ih_l0": (36, 6), "weight_hh_l0": (36, 4), "weight_hr_l0": (5, 9)},
            None,
        ),
        ("onnx", LSTM(1), {"W": (1, 36, 6), "R": (1, 36, 9), "B": (1, 72)}, (LSTM(9), 6)),
        ("onnx", LSTM(1), {"W": (2, 36, 6), "R": (2, 36, 9), "B": (2, 72)}, (LSTM(9, bidirectional=True), 6)),
        ("onnx", LSTM(1), {"W": (2, 36, 6), "R": (1, 36, 9), "B": (1, 72)}, None),
        ("mlx", GRU(1), {"Wx": (27, 6), "Wh": (27, 9), "b": (27,), "bhn": (9,)}, (GRU(9), 6)),
        ("mlx", GRU(1), {"Wx": (27, 6), "Wh": (27, 9), "b": (27,), "bhn": (18,)}, None),
        ("tensorflow1", LSTM(1), {"kernel": (15, 36), "bias": (36,)}, (LSTM(9), 6)),
        ("tensorflow1", LSTM(1), {"kernel": (9, 36), "bias": (36,)}, None),
        ("tensorflow1", LSTM(1), {"kernel": (5, 36), "bias": (36,)}, None),
    ],
)
def test_the_sizes_that_shapes_give(framework: str, options: Any, shapes: Shapes, found: Any) -> None:
    assert solved(variant_of(framework, options), shapes) == found


def test_a_slot_says_its_axes_gates_and_role() -> None:
    variant = variant_of("keras", GRU(1))
    assert variant.specs == {
        "kernel": TensorSpec("input gates*units", 3, "kernel"),
        "recurrent_kernel": TensorSpec("output gates*units", 3, "recurrent_kernel"),
        "bias": TensorSpec("biases gates*units", 3, "bias recurrent_bias"),
    }
    assert (variant.bias_vectors, variant.joined, variant.specs["bias"].rank) == (2, False, 2)
    assert variant_of("keras", GRU(1, reset_after=False)).bias_vectors == 1
    assert variant_of("mlx", GRU(1)).bias_vectors == 1
    assert variant_of("tensorflow1", LSTM(1)).joined
    assert variant_of("tflite", LSTM(1)).joined


def node(kind: str, shapes: dict[str, Any], *, sources: dict[str, tuple[str, ...]] | None = None, **settings: Any) -> Operator:
    transposed, zero_half = settings.pop("transposed", False), settings.pop("zero_half", False)
    named = {part: (part.lower(),) for part in shapes if part != "X"} if sources is None else sources
    return Operator("top.node", kind, shapes, named, settings, transposed, zero_half)


COMPUTED = "{} is computed, or given, when the graph runs, and not stored"
W, R, B = (1, 36, 6), (1, 36, 9), (1, 72)
NODES: dict[str, tuple[Operator, tuple[Any, ...]]] = {
    "plain": (node("LSTM", {"W": W, "R": R, "B": B}), (LSTM(9), 6, "", None, None)),
    "said": (node("LSTM", {"W": W, "R": R, "B": B}, hidden_size=9), (LSTM(9), 6, "", None, None)),
    "zero half": (
        node("LSTM", {"W": W, "R": R, "B": B}, zero_half=True),
        (LSTM(9), 6, "the second bias vector of each gate is all zeros: the layer had one before it was exported", None, None),
    ),
    "turned": (node("LSTM", {"W": (1, 6, 36), "R": (1, 9, 36), "B": B}, transposed=True), (LSTM(9), 6, "", None, None)),
    "peephole": (node("LSTM", {"W": W, "R": R, "B": B, "P": (1, 27)}), (LSTM(9, peephole=True), 6, "", None, None)),
    "coupled": (node("LSTM", {"W": W, "R": R}, input_forget=1), (LSTM(9, coupled=True, bias=False), 6, "", None, None)),
    "gru": (node("GRU", {"W": (1, 27, 6), "R": (1, 27, 9)}), (GRU(9, bias=False, reset_after=False), 6, "", None, None)),
    "gru after": (
        node("GRU", {"W": (1, 27, 6), "R": (1, 27, 9)}, linear_before_reset=1),
        (GRU(9, bias=False, reset_after=True), 6, "", None, None),
    ),
    "rnn": (node("RNN", {"W": (1, 9, 6), "R": (1, 9, 9)}), (RNN(9, bias=False), 6, "", None, None)),
    "two ways": (
        node("LSTM", {"W": (2, 36, 6), "R": (2, 36, 9)}, direction="bidirectional"),
        (LSTM(9, bias=False, bidirectional=True), 6, "", None, None),
    ),
    "computed": (
        node("LSTM", {"X": (5, 1, 6), "W": None, "R": R, "B": B}, hidden_size=9),
        (LSTM(9), 6, COMPUTED.format("W"), None, None),
    ),
    "all computed": (
        node("LSTM", {"X": (5, 1, 6), "W": None, "R": None, "B": None, "P": None}, hidden_size=9, direction="bidirectional"),
        (LSTM(9, peephole=True, bidirectional=True), 6, COMPUTED.format("W, R, B and P"), None, None),
    ),
    "all of a GRU computed": (
        node("GRU", {"X": (5, 1, 6), "W": None, "R": None, "B": None}, hidden_size=9, direction="forward"),
        (GRU(9, reset_after=False), 6, COMPUTED.format("W, R and B"), None, None),
    ),
    "given": (
        node("LSTM", {"W": W, "R": R}, sources={"W": (), "R": ("r",)}),
        (LSTM(9, bias=False), 6, COMPUTED.format("W"), None, None),
    ),
    "nothing told": (node("LSTM", {"W": None, "R": None}, hidden_size=9), (None, None, COMPUTED.format("W and R"), "lstm", 9)),
    "no size": (node("LSTM", {"X": (5, 1, 6), "W": None, "R": R}), (None, None, COMPUTED.format("W"), "lstm", None)),
    "another size": (
        node("LSTM", {"W": W, "R": R, "B": B}, hidden_size=8),
        (None, None, "no LSTM has the shapes W (1, 36, 6), R (1, 36, 9), B (1, 72) and hidden_size 8", "lstm", 8),
    ),
    "a large size": (
        node("GRU", {"W": W, "R": R}, hidden_size=8000),
        (None, None, "no GRU has the shapes W (1, 36, 6), R (1, 36, 9) and hidden_size 8,000", "gru", 8000),
    ),
    "the bias of another format": (
        node("LSTM", {"W": W, "R": R, "B": (1, 36)}),
        (None, None, "no LSTM has the shapes W (1, 36, 6), R (1, 36, 9), B (1, 36)", "lstm", None),
    ),
    "no such shapes": (
        node("LSTM", {"W": (36, 6), "R": (36, 9)}),
        (None, None, "no LSTM has the shapes W (36, 6), R (36, 9)", "lstm", None),
    ),
}


@pytest.mark.parametrize("name", NODES)
def test_a_node_of_a_graph(name: str) -> None:
    operator, expected = NODES[name]
    tensors = stored({part.lower(): shape for part, shape in operator.shapes.items() if shape and part != "X"})
    (found,) = found_layers(Checkpoint("onnx", tensors, (operator,)), tensors)
    (match,) = found.matches
    assert (match.layer, match.input_dim, match.why, match.kind, match.units) == expected
    assert (match.framework, match.path, match.depth, match.direction, match.guessed) == ("onnx", "top/node", 0, "", False)
    assert [tensor.name for tensor in match.tensors] == [
        one for part in operator.sources.values() for one in part if one in named(tensors)
    ]


def named(tensors: Iterable[Stored]) -> set[str]:
    return {tensor.name for tensor in tensors}


def test_nodes_that_share_all_their_weights_are_one_layer() -> None:
    tensors = stored({"w": W, "r": R, "r2": R})
    both = [node("LSTM", {"W": W, "R": R}).replace(name=name) for name in ("a", "b")]
    other = node("LSTM", {"W": W, "R": R}, sources={"W": ("w",), "R": ("r2",)}).replace(name="c")
    bare = [node("LSTM", {"W": None, "R": None}, sources={"W": (), "R": ()}).replace(name=name) for name in ("d", "e")]
    found = found_layers(Checkpoint("onnx", tensors, (*both, other, *bare)), tensors)
    assert sorted(each.path for each in found) == ["a", "c", "d", "e"]
    buffer = (*stored({"w": W}), Stored("r", R, "float32", kind="buffer"))
    (found_one,) = found_layers(Checkpoint("onnx", buffer, (both[0],)), ())
    assert named(found_one.tensors) == {"w"}


WORDS: Shapes = {"w_ih": (36, 6), "w_hh": (36, 9), "b_ih": (36,), "b_hh": (36,)}
ENC_DEC = [("enc", LSTM(9), 6), ("dec", LSTM(9), 6)]
LAYERS: dict[str, tuple[Shapes, list[tuple[str, Any, int]]]] = {
    "names before the last part": ({"gru/ir/kernel": (6, 9), "gru/x": (3,)}, []),
    "stack": (
        under("a", {**TORCH, "weight_ih_l1": (36, 9), "weight_hh_l1": (36, 9), "bias_ih_l1": (36,), "bias_hh_l1": (36,)}),
        [("a", LSTM(9, repeat=2), 6)],
    ),
    "stack as wide as its input": (
        under("a", {f"{name[:-1]}{at}": (36, 9) if "w" in name else (36,) for name in TORCH for at in range(3)}),
        [("a", LSTM(9, repeat=3), 9)],
    ),
    "directions counted as layers": (
        under(
            "a",
            {
                name.replace("l0", f"l{at}"): (36, 6 if at < 2 else 18) if "ih" in name and "w" in name else shape
                for name, shape in TORCH.items()
                for at in range(4)
            },
        ),
        [("a", LSTM(9, bidirectional=True, repeat=2), 6)],
    ),
    "an odd number of them": (
        under("a", {name.replace("l0", f"l{at}"): shape for name, shape in TORCH.items() for at in range(3)}),
        [("a", LSTM(9), 6)] * 3,
    ),
    "a projection": (
        {"lstm/w_ih": (36, 6), "lstm/w_hh": (36, 4), "lstm/b_ih": (36,), "lstm/b_hh": (36,), "lstm/w_hr": (4, 9)},
        [("lstm", LSTM(9, projection=4), 6)],
    ),
    "two by their stems": ({f"{stem}_{name}": shape for stem in ("enc", "dec") for name, shape in WORDS.items()}, ENC_DEC),
    "two by their stems in a model": (
        {f"m/{stem}_{name}": shape for stem in ("enc", "dec") for name, shape in WORDS.items()},
        [("m/enc", LSTM(9), 6), ("m/dec", LSTM(9), 6)],
    ),
    "two by their numbers": (
        {f"{name}{at}": shape for at in (1, 2) for name, shape in WORDS.items()},
        [("1", LSTM(9), 6), ("2", LSTM(9), 6)],
    ),
    "deep parts of two words": (
        {"m/d/h2h/weight": (36, 9), "m/d/i2h/weight": (36, 6), "m/d/i2h/bias": (36,), "m/d/h2h/bias": (36,)},
        [("m/d", LSTM(9), 6)],
    ),
    "stack of another width": (
        under("a", {**TORCH, "weight_ih_l1": (36, 7), "weight_hh_l1": (36, 9), "bias_ih_l1": (36,), "bias_hh_l1": (36,)}),
        [("a", LSTM(9), 6), ("a", LSTM(9), 7)],
    ),
    "stack that begins late": (
        under("a", {name.replace("l0", "l1"): shape for name, shape in TORCH.items()}),
        [("a", LSTM(9), 6)],
    ),
    "two ways": (
        under("a", TORCH) | under("a", {f"{name}_reverse": shape for name, shape in TORCH.items()}),
        [("a", LSTM(9, bidirectional=True), 6)],
    ),
    "cell": (under("x", {name.removesuffix("_l0"): shape for name, shape in TORCH.items()}), [("x", LSTM(9), 6)]),
    "weight norm": (
        under("a", {name.replace("hh_l0", "hh_l0_v") if "weight" in name else name: shape for name, shape in TORCH.items()}),
        [("a", LSTM(9), 6)],
    ),
    "parametrized": (
        {f"a/parametrizations/{name}/original1" if name == "weight_hh_l0" else f"a/{name}": TORCH[name] for name in TORCH},
        [("a", LSTM(9), 6)],
    ),
    "in two directions by name": (
        under("b/fw/lstm", KERAS) | under("b/bw/lstm", KERAS),
        [("b/lstm", LSTM(9, bidirectional=True), 6)],
    ),
    "two that are alike": (
        under("b/one/lstm", KERAS) | under("b/two/lstm", KERAS),
        [("b/one/lstm", LSTM(9), 6), ("b/two/lstm", LSTM(9), 6)],
    ),
    "a numbered list": (
        {"v/0": (6, 36), "v/1": (9, 36), "v/2": (36,), "v/3": (9, 36), "v/4": (9, 36), "v/5": (36,), "v/10": (9, 2), "v/11": (2,)},
        [("v/0", LSTM(9), 6), ("v/3", LSTM(9), 9)],
    ),
    "a numbered list and a dense layer": (
        {"0": (6, 36), "1": (9, 36), "2": (36,), "3": (9, 5), "4": (5,)},
        [("0", LSTM(9), 6)],
    ),
    "numbered kernels alone": ({"m/0": (6, 36), "m/1": (9, 36)}, []),
    "numbered kernels of an lstm": ({"lstm/0": (6, 36), "lstm/1": (9, 36)}, [("lstm", LSTM(9, bias=False), 6)]),
    "in another order": ({"x/wh": (9, 36), "x/wx": (6, 36), "x/b": (36,)}, [("x", LSTM(9), 6)]),
    "a convolution by name": (
        {"My_Conv_LSTM/a": (3, 3, 6, 36), "My_Conv_LSTM/b": (3, 3, 9, 36), "My_Conv_LSTM/c": (36,)},
        [("My_Conv_LSTM", ConvLSTM(9, (3, 3)), 6)],
    ),
    "convolutions": ({"my/a": (3, 3, 6, 36), "my/b": (3, 3, 9, 36), "my/c": (36,)}, []),
    "an rnn by name": ({"my_rnn/a": (9, 6), "my_rnn/b": (9, 9), "my_rnn/c": (9,)}, [("my_rnn", RNN(9), 6)]),
    "an rnn by its parts": ({"x/W_IH": (9, 6), "x/W_HH": (9, 9), "x/B": (9,)}, [("x", RNN(9), 6)]),
    "two square layers": ({"my/a": (9, 6), "my/b": (9, 9), "my/c": (9,)}, []),
    "one matrix": ({"lstm_1/gates/weight": (36, 15), "lstm_1/gates/bias": (36,)}, [("lstm_1/gates", LSTM(9), 6)]),
    "parts of two words": (
        {"h2h/weight": (36, 9), "i2h/weight": (36, 6), "i2h/bias": (36,), "h2h/bias": (36,)},
        [("lstm", LSTM(9), 6)],
    ),
    "a module": (
        {"encoder/gru/x2/one": (27, 6), "encoder/gru/x3/two": (27, 9), "encoder/gru/x4/three": (27,)},
        [("encoder/gru", GRU(9), 6)],
    ),
    "biases that are told": ({"x/one": (36, 6), "x/rec": (36, 9), "x/b1": (36,), "x/b2": (36,)}, [("x", LSTM(9), 6)]),
    "biases that are not": ({"x/one": (36, 6), "x/two": (36, 9), "x/b1": (36,), "x/b2": (36,)}, []),
    "a gru by name": ({"gru/a": (4, 12), "gru/b": (3, 12), "gru/c": (12,)}, [("gru", GRU(4, reset_after=False), 3)]),
    "an lstm by name": ({"lstm/a": (3, 12), "lstm/b": (4, 12), "lstm/c": (12,)}, [("lstm", LSTM(3), 4)]),
    "an lstm by its order": ({"x/wa": (4, 12), "x/wb": (3, 12), "x/b": (12,)}, [("x", LSTM(3), 4)]),
    "a gru by its order": ({"x/wa": (3, 12), "x/wb": (4, 12), "x/b": (12,)}, [("x", GRU(4, reset_after=False), 3)]),
    "a matrix after a bias": ({"m/0": (6, 36), "m/1": (36,), "m/2": (9, 36)}, []),
    "an lstm behind its bias": ({"x/b": (12,), "x/wa": (4, 12), "x/wb": (3, 12)}, [("x", LSTM(3), 4)]),
    "a gru behind its bias": ({"x/b": (12,), "x/wa": (3, 12), "x/wb": (4, 12)}, [("x", GRU(4, reset_after=False), 3)]),
    "no bias": ({"x/W": (36, 6), "x/U": (36, 9)}, []),
}


@pytest.mark.parametrize("name", LAYERS)
def test_the_layers_of_a_file(name: str) -> None:
    shapes, expected = LAYERS[name]
    assert listed_layers(find(shapes)) == expected


def test_a_layer_of_a_numbered_list_stands_at_its_first_number() -> None:
    assert [each.path for each in find(LAYERS["a numbered list"][0])] == ["v/0", "v/3"]
    assert [each.path for each in find(LAYERS["a numbered list and a dense layer"][0])] == ["0"]


def test_whose_layer_it_is() -> None:
    wrapped = {f"enc_{name}": shape for name, shape in {"w_ih": (36, 6), "w_hh": (36, 9), "b_ih": (36,), "b_hh": (36,)}.items()}
    assert [each.matches[0].framework for each in find(wrapped)] == ["pytorch"]
    rnn = LAYERS["an rnn by name"][0]
    assert [each.matches[0].framework for file_format in ("keras", "npz") for each in find(rnn, file_format)] == ["textbook", "mlx"]
    module = LAYERS["a module"][0]
    assert [each.matches[0].framework for each in find(module)] == ["textbook"]
    keras = {"enc/Wx": (6, 27), "enc/Wh": (9, 27), "enc/bb": (27,)}
    (found,) = find(keras, "keras")
    assert (found.matches[0].framework, found.layer) == ("keras", GRU(9, reset_after=False))


def test_only_a_number_that_tells_nothing_is_a_guess() -> None:
    guessed = {name: [each.matches[0].guessed for each in find(LAYERS[name][0])] for name in LAYERS}
    assert guessed["a numbered list"] == [True, True]
    assert guessed["numbered kernels of an lstm"] == guessed["in another order"] == guessed["stack"] == [False]


def test_only_what_has_two_matrices_of_a_common_size_or_a_name_is_searched_by_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[list[str]] = []
    monkeypatch.setattr(by_shape, "matches_by_shape", lambda left, _: searched.append([tensor.name for tensor in left]) or ())

    def search(**shapes: tuple[int, ...]) -> list[list[str]]:
        searched.clear()
        find(shapes)
        return list(searched)

    assert search(embedding=(7, 3), head=(2, 10), bias=(3,), square=(5, 5)) == []
    assert search(first=(7, 3), second=(2, 7)) == [["first", "second"]]
    assert search(my_GRU=(7, 30)) == [["my_GRU"]]


def test_both_kernels_of_a_form_have_a_size_in_common() -> None:
    """What is left out of the search by shapes could not be found by it."""
    found = [variant for variant in (*variants(), *own_variants()) if not variant.joined]
    assert len(found) > 90
    for variant in found:
        axes = [set(spec.axes.split()) for spec in variant.specs.values() if spec.rank > 1]
        assert sum(map(len, axes)) > len(set().union(*axes)), variant


GATES = {
    "lstm": (("i", "input"), ("f", "forget"), ("g", "cell"), ("o", "output")),
    "lstm with candidate": (("i", "input"), ("f", "forget"), ("c", "candidate"), ("o", "output")),
    "gru": (("r", "reset"), ("z", "update"), ("n", "new")),
    "gru with candidate": (("r", "reset"), ("z", "update"), ("h", "candidate")),
}
BY_GATE = {
    "W_i{0} W_h{0} b_{0}": "one name",
    "W_{0}x W_{0}h b_{0}": "the letter first",
    "w{0}x w{0}h b{0}": "without a line",
    "weight_ih_{0} weight_hh_{0} bias_{0}": "the letter behind",
    "w_ih_{1} w_hh_{1} b_{1}": "the word behind",
    "{1}_kernel {1}_recurrent_kernel {1}_bias": "the word before",
    "i{0}.weight h{0}.weight h{0}.bias": "layers by side and gate",
    "{0}x.weight {0}h.weight {0}h.bias": "layers by gate and side",
    "{1}_gate.ih.weight {1}_gate.hh.weight {1}_gate.hh.bias": "a module a gate",
    "{1}_gate.weight_ih {1}_gate.weight_hh {1}_gate.bias": "a cell a gate",
    "{1}_gate.weight_ih_l0 {1}_gate.weight_hh_l0 {1}_gate.bias_ih_l0 {1}_gate.bias_hh_l0": "an RNN a gate",
    "gates.{0}.weight_ih gates.{0}.weight_hh gates.{0}.bias": "a list of gates",
    "{0}.W_ih {0}.W_hh {0}.b": "a letter",
    "{1}_gate/kernel {1}_gate/recurrent_kernel {1}_gate/bias": "as Keras names them",
    "{1}_gate.i2h.weight {1}_gate.h2h.weight {1}_gate.h2h.bias": "two modules a gate",
    "i2h_{0}.weight h2h_{0}.weight h2h_{0}.bias": "two modules and a letter",
    "{1}_xh.weight {1}_hh.weight {1}_hh.bias": "the word and the side",
}


@pytest.mark.spread(60)
@pytest.mark.parametrize("parent", ["", "rnn.", "model.cell.", "encoder.rnn_cell.", "recurrent."])
@pytest.mark.parametrize("names", BY_GATE)
@pytest.mark.parametrize("gates", GATES)
def test_one_gate_is_no_simple_recurrent_layer(gates: str, names: str, parent: str) -> None:
    for turned in (False, True):
        shapes: Shapes = {"fc.weight": (2, 5)}
        for letter, word in GATES[gates]:
            for at, name in enumerate(names.split()):
                shape = ((5, 3), (5, 5), (5,), (5,))[at]
                shapes[parent + name.format(letter, word)] = shape[::-1] if turned else shape
        kinds = [each.layer.kind for each in find(shapes, "pytorch") if each.layer]
        assert kinds in ([], [gates[:4].strip()])


def test_simple_recurrent_layers_side_by_side_are_still_found() -> None:
    layer = {"weight_ih_l0": (5, 5), "weight_hh_l0": (5, 5), "bias_ih_l0": (5,), "bias_hh_l0": (5,)}
    for parents in (("enc", "dec", "att"), ("rnn1", "rnn2", "rnn3"), ("input_rnn", "output_rnn"), ("0", "1", "2", "3")):
        found = find({f"{parent}/{name}": shape for parent in parents for name, shape in layer.items()}, "pytorch")
        assert [each.layer.kind for each in found] == ["rnn"] * len(parents)


BUFFERS = """
spectrogram.window mel_scale.fb MFCC.dct_mat stretch.phase_advance stft.wsin stft.wcos mel.mel_basis cqt.cqt_kernels_real
cqt.cqt_kernels_imag_3 gamma.gammatone_basis spectrogram_extractor.stft.conv_real.weight istft.conv_imag.weight
logmel_extractor.melW istft.ola_window bn_running_mean rnn.bn.running_var_12 metrics\\mean\\vars\\0 metrics\\mean/vars/1 fc.scale
"""


def test_what_is_computed_or_counted_is_no_parameter() -> None:
    others: Shapes = {"conv.weight": (5, 3, 3), "window.weight": (5,), "stft.weight": (5,), "scale": (5,), "fb.bias": (5,)}
    tensors = stored(dict.fromkeys(BUFFERS.split(), (5, 5)) | others)
    parts = sort((*tensors, Stored("fc.zero_point", (), "int64")))
    assert [tensor.name for tensor in parts.learned] == list(others)


def test_what_a_weight_drop_makes_stands_beside_the_raw_weight() -> None:
    for raw, made in (("a.module.w_raw", "a.module.w"), ("a.w_raw", "a.module.w"), ("a.weight_hh_l0_raw", "a.module.weight_hh_l0")):
        parts = sort(stored({raw: (5, 5), made: (5, 5), "b.w": (5, 5)}))
        assert [tensor.name for tensor in parts.learned] == [raw, "b.w"]
        assert [tensor.name for tensor in parts.buffers] == [made]
    assert len(sort(stored({"a.w_raw": (5, 5), "b.w": (5, 5)})).learned) == 2
