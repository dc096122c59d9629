"""Weights moved between frameworks, by NumPy alone. With the real ones, see test_port_oracles."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lstm_calc import FrameworkError, Model, WeightsError, port_plan, read, tensors
from lstm_calc.errors import NotInstalledError
from lstm_calc.frameworks import FRAMEWORKS, equation_words, framework, frameworks, layout_for, offers
from lstm_calc.model import KINDS
from lstm_calc.model.cells import CELLS
from lstm_calc.questions.port.arrays import move, port
from lstm_calc.questions.port.code import port_code
from lstm_calc.questions.port.tables import run_notes
from lstm_calc.questions.tensors import axis_order
from tests.code_running import run
from tests.strategies import models
from tests.test_imports import loaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from lstm_calc.questions.port import Port

np = pytest.importorskip("numpy", reason="NumPy is installed where weights are moved")

Array = Any
CELLS_AND_OPTIONS = (
    *("2 > lstm 3", "2 > bilstm 3", "2 > lstm 3 nobias", "2 > lstm 3 proj=2", "2 > lstm 3 peephole", "2 > bilstm 3 coupled"),
    *("2 > lstm 3 peephole coupled", "2 > gru 3", "2 > bigru 3 reset_after", "2 > gru 3 reset_before", "2 > gru 3 nobias"),
    *("2 > birnn 3", "2 > mgu 3", "2 > mgu 3 ungated", "2 > biconv_lstm 3 kernel=1x2", "2 > conv_lstm 3 kernel=2 nobias"),
    *("2 > birnn 3 nobias", "2 > bigru 3 nobias reset_after", "2 > mgu 3 nobias", "2 > bilstm 3 nobias"),
)
"""Models of one layer that between them ask for every cell and option."""


def whole_numbers(model: Model, framework: str) -> dict[str, Array]:
    """Return weights that can be added and taken off again without rounding."""
    random = np.random.default_rng(2)
    return {t.name: random.integers(-99, 99, t.shape).astype(np.float32) for t in tensors(model, framework).tensors}


@cache
def plans_from(source: str) -> tuple[Port, ...]:
    """Return every plan there is from a framework, for every cell and option."""
    plans = []
    for text in CELLS_AND_OPTIONS:
        for target in FRAMEWORKS:
            try:
                plans.append(port_plan(read(text), source, target))
            except FrameworkError:
                continue
    return tuple(plans)


def drawn(plan: Port) -> dict[str, Array]:
    """Return random weights for the source of a plan, zeros where the framework keeps zeros."""
    random = np.random.default_rng(3)
    weights = {tensor.name: random.normal(size=tensor.shape) / 2 for tensor in plan.source.tensors}
    for unused in plan.unused:
        if unused.zeros:
            weights[unused.tensor][tuple(slice(*cut) for cut in unused.slice)] = 0
    return weights


def blocks(model: Model, framework: str, weights: dict[str, Array], way: str) -> dict[tuple[str | None, str], Array]:
    """Return the blocks of one direction as the equations take them, (units, input, ...)."""
    found = {}
    for tensor in tensors(model, framework).tensors:
        for part in tensor.parts:
            if part.direction == way:
                block = weights[tensor.name][tuple(slice(*cut) for cut in part.slice)]
                order = axis_order(tensor.axes, part)
                laid = block.reshape(part.shape[::-1]) if part.row_major else block.reshape(part.shape).transpose(np.argsort(order))
                found[part.gate, part.role] = laid
    return found


def outputs(model: Model, framework: str, weights: dict[str, Array]) -> list[Array]:
    """Return h at every step, in each direction, by the equations of the framework."""
    from lstm_calc.equations.numpy_reference import unrolled

    layer = model.layers[0]
    layout = layout_for(frameworks()[framework], layer)
    equations = CELLS[layer.kind].equations_for(equation_words(layer, layout))
    x = np.random.default_rng(4).normal(size=(1, 3, *(2 for _ in layer.window), model.input_dim))
    return [
        unrolled(equations, blocks(model, framework, weights, way), x, CELLS[layer.kind].states, forget_bias=layout.forget_bias)
        for way in layer.directions
    ]


every_framework = pytest.mark.parametrize("source", list(FRAMEWORKS))


@pytest.mark.slow
@every_framework
def test_both_frameworks_compute_the_same(source: str) -> None:
    assert {plan.target for plan in plans_from(source)} == set(FRAMEWORKS)
    known: dict[str, list[Array]] = {}
    for plan in plans_from(source):
        weights = drawn(plan)
        here = known.get(str(plan.model)) or known.setdefault(str(plan.model), outputs(plan.model, source, weights))
        there = outputs(plan.ported, plan.target, move(weights, plan))
        np.testing.assert_allclose(there, here, rtol=0, atol=1e-12, err_msg=f"{plan.model} to {plan.target}")


@pytest.mark.spread(1)
@every_framework
def test_the_code_does_what_the_plan_says(source: str) -> None:
    for plan in plans_from(source):
        weights = drawn(plan)
        scope: dict[str, Any] = {}
        exec(port_code(plan), scope)  # noqa: S102  that it runs is what is tested
        by_code, by_plan = scope["port"](weights), move(weights, plan)
        assert list(by_code) == list(by_plan) == [tensor.name for tensor in tensors(plan.ported, plan.target).tensors]
        for name, array in by_plan.items():
            assert np.array_equal(by_code[name], array)
            assert by_code[name].flags.c_contiguous
            assert not any(np.shares_memory(by_code[name], weight) for weight in weights.values())


ALWAYS_BIASED = [
    (name, kind)
    for name, table in frameworks().items()
    for kind in CELLS
    if offers(table, kind, "") and not offers(table, kind, "nobias")
]


@pytest.mark.parametrize(("target", "kind"), ALWAYS_BIASED)
def test_a_layer_without_biases_gets_those_of_zero_where_the_target_always_has_them(target: str, kind: str) -> None:
    layer, layout = KINDS[kind], framework(target).layouts[kind]
    fields = {"kernel_size": (2,)} if "kernel_size" in layer.fields else {}
    fields |= {"reset_after": "reset_after" in layout.defaults} if "reset_after" in layer.fields else {}
    model = Model([layer(**{layer.size: 3, **fields}, bias=False)], 2)
    try:
        plan = port_plan(model, "textbook", target)
    except FrameworkError as error:
        assert "and no weights make them the same" in str(error)  # noqa: PT017  a pair that computes something else
        return
    assert plan.model == model
    assert plan.ported == Model([model.layers[0].replace(bias=True)], 2)
    weights = {t.name: np.ones(t.shape, np.float16) for t in tensors(model, "textbook").tensors}
    ported = move(weights, plan)
    assert [(name, array.shape) for name, array in ported.items()] == [
        (t.name, t.shape) for t in tensors(plan.ported, target).tensors
    ]
    for block in (block for filled in plan.filled for block in filled.moves if block.role in {"bias", "recurrent_bias"}):
        assert block.terms == ()
        assert block.offset in ({0, -layout.forget_bias} if block.gate == "forget" else {0})
    assert sum(block.offset for filled in plan.filled for block in filled.moves) == -layout.forget_bias
    assert {array.dtype for array in ported.values()} == {np.dtype(np.float16)}


def loses_nothing(plan: Port) -> bool:
    """Say whether no two blocks become one and none is left behind."""
    return not plan.unused and all(len(each.terms) < 2 for filled in plan.filled for each in filled.moves)


@pytest.mark.slow
@settings(max_examples=15 * settings.default.max_examples, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_there_and_back_is_where_it_was(data: st.DataObject) -> None:
    source, target = (data.draw(st.sampled_from(list(FRAMEWORKS))) for _ in range(2))
    model = data.draw(models(data.draw(st.sampled_from((source, target))), longest=3, largest=5))
    try:
        there = port_plan(model, source, target)
        back = port_plan(there.model, target, source)
    except FrameworkError:
        assume(False)  # noqa: FBT003  the pair has no such model
    assume(loses_nothing(there))
    weights = whole_numbers(there.model, source)
    returned = move(move(weights, there), back)
    assert list(returned) == list(weights)
    assert all(np.array_equal(returned[name], weight) for name, weight in weights.items())


@pytest.mark.spread(4)
@every_framework
@given(data=st.data())
def test_to_itself_nothing_changes(source: str, data: st.DataObject) -> None:
    model = data.draw(models(source, longest=3, largest=5))
    plan = port_plan(model, source, source)
    weights = drawn(plan)
    moved = move(weights, plan)
    assert all(np.array_equal(moved[name], weight) for name, weight in weights.items())
    assert all(each.sign == 1 and each.offset == 0 for filled in plan.filled for each in filled.moves)


def test_two_biases_become_one_and_one_becomes_two() -> None:
    model = read("3 > lstm 2")
    ours = whole_numbers(model, "pytorch")
    theirs = port(ours, model, source="pytorch", target="keras")
    assert np.array_equal(theirs["lstm/lstm_cell/kernel"], ours["weight_ih_l0"].T)
    assert np.array_equal(theirs["lstm/lstm_cell/bias"], ours["bias_ih_l0"] + ours["bias_hh_l0"])
    back = port(theirs, model, source="keras", target="pytorch")
    assert np.array_equal(back["bias_ih_l0"], ours["bias_ih_l0"] + ours["bias_hh_l0"])
    assert np.array_equal(back["bias_hh_l0"], np.zeros(8))


def test_gates_go_to_their_places() -> None:
    model = read("3 > lstm 2")
    ours = {name: np.arange(np.prod(weight.shape)).reshape(weight.shape) for name, weight in whole_numbers(model, "keras").items()}
    theirs = port(ours, model, source="keras", target="onnx")
    of_keras = np.split(ours["lstm/lstm_cell/kernel"].T, 4)
    assert np.array_equal(theirs["W"][0], np.concatenate([of_keras[gate] for gate in (0, 3, 1, 2)]))


def test_what_is_added_at_run_time_goes_into_the_bias_and_out_of_it() -> None:
    model = read("3 > lstm 2")
    ours = whole_numbers(model, "tensorflow1")
    in_keras = port(ours, model, source="tensorflow1", target="keras")["lstm/lstm_cell/bias"]
    bias = ours["rnn/lstm_cell/bias"]
    assert np.array_equal(in_keras, [*bias[0:2], *(bias[4:6] + 1), *bias[2:4], *bias[6:8]])


def test_a_raveled_kernel_is_what_tf_keras_makes_of_it() -> None:
    model = read("3 > lstm 2")
    kernel = np.arange(24.0).reshape(3, 8)
    ours = whole_numbers(model, "cudnn") | {"cu_dnnlstm/kernel": kernel}
    theirs = port(ours, model, source="cudnn", target="keras")["lstm/lstm_cell/kernel"]
    by_tf_keras = np.hstack([gate.T.reshape(gate.shape, order="F") for gate in np.hsplit(kernel, 4)])
    assert np.array_equal(theirs, by_tf_keras)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_a_layer_on_cudnn_in_keras_stores_what_the_framework_cudnn_stores(kind: str) -> None:
    ours = whole_numbers(read(f"3 > {kind} 2"), "cudnn")
    of_keras = port(ours, read(f"3 > {kind} 2 cudnn"), source="keras", target="pytorch")
    of_cudnn = port(ours, read(f"3 > {kind} 2"), source="cudnn", target="pytorch")
    assert list(of_keras) == list(of_cudnn)
    assert all(np.array_equal(of_keras[name], of_cudnn[name]) for name in of_keras)


def test_layers_that_are_not_recurrent_move_as_well() -> None:
    model = read("vocab 9 > embed 4 > lstm 4 > repeat_vector 2 > dense 9 tied > dense 2")
    ours = whole_numbers(model, "pytorch")
    theirs = port(ours, model, source="pytorch", target="keras")
    assert np.array_equal(theirs["sequential/embedding/embeddings"], ours["embedding.weight"])
    assert np.array_equal(theirs["sequential/dense/bias"], ours["dense.bias"])
    assert np.array_equal(theirs["sequential/dense_1/kernel"], ours["dense_1.weight"].T)
    assert "sequential/dense/kernel" not in theirs


def test_a_single_number_moves_as_well() -> None:
    model = read("5x3 > attention use_scale=true")
    (name,) = [tensor.name for tensor in tensors(model, "keras").tensors]
    assert port({name: np.float32(0.5)}, model, source="keras", target="keras") == {name: 0.5}


@pytest.mark.parametrize(
    "text",
    [
        "5x8 > multi_head_attention 2 key_dim=4",
        "9x3 > depthwise_conv 2 depth_multiplier=2 > separable_conv 4 k=3 depth_multiplier=2",
        "6x6x3 > depthwise_conv 2x3 nobias > dense 2",
        "9x3 > prelu shared_axes=1 > dense 2",
    ],
)
@pytest.mark.parametrize("target", ["pytorch", "textbook"])
def test_axes_that_are_several_here_and_one_there(text: str, target: str) -> None:
    """There and back, everything is where it was, and the function that is printed does the same."""
    model = read(text)
    ours = whole_numbers(model, "keras")
    plan = port_plan(model, "keras", target)
    there = move(ours, plan)
    assert {name: array.shape for name, array in there.items()} == {
        tensor.name: tensor.shape for tensor in tensors(model, target).tensors
    }
    printed = run(port_code(plan))["port"](ours)
    assert all(np.array_equal(printed[name], array) for name, array in there.items())
    back = port_plan(model, target, "keras")
    assert all(np.array_equal(array, ours[name]) for name, array in move(there, back).items())
    printed = run(port_code(back))["port"](there)
    assert all(np.array_equal(printed[name], array) for name, array in ours.items())


def test_the_heads_of_an_attention_follow_each_other() -> None:
    model = read("5x6 > multi_head_attention 2 key_dim=3")
    ours = whole_numbers(model, "keras")
    there = port(ours, model, source="keras", target="pytorch")
    query, out = (ours[f"multi_head_attention/{name}/kernel"] for name in ("query", "attention_output"))
    weight = there["in_proj_weight"]
    assert all(np.array_equal(weight[3 * head : 3 * head + 3], query[:, head].T) for head in (0, 1))
    assert all(np.array_equal(there["out_proj.weight"][:, 3 * head : 3 * head + 3], out[head].T) for head in (0, 1))


def test_the_steps_of_the_source_are_those_of_a_flatten() -> None:
    model = read("4x3 > lstm 2 > flatten > dense 5")
    for source, target, width in (("keras", "pytorch", 2), ("pytorch", "keras", 8)):
        plan = port_plan(model, source, target)
        kernel = next(filled.tensor for filled in plan.filled if filled.tensor.name.endswith(("dense/kernel", "dense.weight")))
        assert set(kernel.shape) == {5, width}
        steps = {"keras": "the last step alone", "pytorch": "every step"}[source]
        assert f"recurrent layers give {steps}, as in {source}, where the model leaves it open; set" in "".join(
            plan.document().notes
        )


def test_what_else_the_two_models_must_have_alike() -> None:
    model = read("9x4 > conv 3 k=2 > batch_norm > flatten > dense 2")
    (epsilon, order) = run_notes(port_plan(model, "keras", "pytorch"))
    assert epsilon == "epsilon of batch_norm is 0.001 in keras and 1e-05 in pytorch by default: set the same in both"
    assert order.startswith("flatten: the weights behind it are taken to read (positions, features) on both sides; pytorch has")
    assert order.endswith("once they are ported: w.reshape(len(w), -1, 3).swapaxes(1, 2).reshape(len(w), -1)")
    w = np.arange(2 * 24).reshape(2, 24)
    first = w.reshape(len(w), -1, 3).swapaxes(1, 2).reshape(len(w), -1)
    x = np.random.default_rng(1).normal(size=(3, 8, 3))
    assert np.allclose(x.swapaxes(1, 2).reshape(3, -1) @ first.T, x.reshape(3, -1) @ w.T)
    (*_, back) = run_notes(port_plan(model, "pytorch", "keras"))
    assert back.endswith("before they are ported: w.reshape(len(w), 3, -1).swapaxes(1, 2).reshape(len(w), -1)")
    assert "    # epsilon of batch_norm" in port_code(port_plan(model, "keras", "pytorch"))
    for text in ("9x4 > conv 3 k=2 > lstm 3 sequences > flatten > dense 2", "9x4 > conv 3 k=9 > flatten > dense 2"):
        assert not [*run_notes(port_plan(read(text), "keras", "pytorch"))]
    assert not [*run_notes(port_plan(read("9x4 > conv 3 k=2 > flatten > dense 2"), "keras", "flax-nnx"))]


def test_a_frozen_bias_is_left_behind_and_comes_back_as_zeros() -> None:
    model = read("3 > lstm 2 nobias")
    ours = whole_numbers(model, "paddle") | {f"0.cell.bias_{half}": np.zeros(8, np.float32) for half in ("ih", "hh")}
    theirs = port(ours, model, source="paddle", target="pytorch")
    assert list(theirs) == ["weight_ih_l0", "weight_hh_l0"]
    back = port(theirs, model, source="pytorch", target="paddle")
    assert all(np.array_equal(back[name], weight) for name, weight in ours.items())
    ours["0.cell.bias_hh"][3] = 1
    with pytest.raises(WeightsError, match=r"'0\.cell\.bias_hh' is not zero, and the model has no biases"):
        port(ours, model, source="paddle", target="pytorch")


def test_the_dtype_is_kept_and_two_meet_in_the_wider() -> None:
    model = read("3 > lstm 2")
    ours = {name: weight.astype(np.float16) for name, weight in whole_numbers(model, "pytorch").items()}
    assert {array.dtype for array in port(ours, model, source="pytorch", target="keras").values()} == {np.dtype(np.float16)}
    in_keras = port(ours, model, source="pytorch", target="keras")
    assert {array.dtype for array in port(in_keras, model, source="keras", target="tensorflow1").values()} == {np.dtype(np.float16)}
    assert port(in_keras, model, source="keras", target="pytorch")["bias_hh_l0"].dtype == np.float16
    ours["bias_hh_l0"] = ours["bias_hh_l0"].astype(np.float32)
    mixed = port(ours, model, source="pytorch", target="keras")
    assert [array.dtype.name for array in mixed.values()] == ["float16", "float16", "float32"]


def test_biases_are_summed_in_their_own_dtype() -> None:
    model = read("1 > rnn 1")
    ours = {name: np.ones(tensor, np.float16) for name, tensor in (("weight_ih_l0", (1, 1)), ("weight_hh_l0", (1, 1)))}
    ours |= {"bias_ih_l0": np.array([2048], np.float16), "bias_hh_l0": np.array([1], np.float16)}
    assert port(ours, model, source="pytorch", target="keras")["simple_rnn/simple_rnn_cell/bias"] == np.float16(2048)


WRONG: dict[str, tuple[Callable[[dict[str, Array]], Any], str]] = {
    "missing": (lambda w: w.pop("bias_hh_l0"), "the tensor 'bias_hh_l0' of pytorch is missing; did you mean 'bias_ih_l0'?"),
    "misnamed": (
        lambda w: w.update({"bias_hh_L0": w.pop("bias_hh_l0")}),
        "pytorch has no tensor 'bias_hh_L0' for this model; did you mean 'bias_hh_l0'?",
    ),
    "prefixed": (
        lambda w: [w.update({f"model.lstm.{name}": w.pop(name)}) for name in list(w)],
        (
            "pytorch has no tensor 'model.lstm.weight_ih_l0' for this model"
            "; those of the model begin with 'model.lstm.' here: give that as the prefix"
        ),
    ),
    "more": (lambda w: w.update({"x": 1}), "pytorch has no tensor 'x' for this model"),
    "none": (lambda w: w.clear(), "the tensor 'weight_ih_l0' of pytorch is missing"),
    "shape": (lambda w: w.update({"bias_hh_l0": np.zeros(7)}), "'bias_hh_l0' has the shape (7,), and the model wants (8,)"),
    "integers": (
        lambda w: w.update({"bias_ih_l0": np.zeros(8, np.int8)}),
        "'bias_ih_l0' holds int8, and sums and negations need floating-point numbers",
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_wrong_weights_are_refused_in_a_sentence(fault: str) -> None:
    spoil, message = WRONG[fault]
    weights = whole_numbers(read("3 > lstm 2"), "pytorch")
    spoil(weights)
    with pytest.raises(WeightsError) as refused:
        port(weights, read("3 > lstm 2"), source="pytorch", target="keras")
    assert str(refused.value) == message


def test_a_prefix_takes_its_part_and_no_other() -> None:
    model = read("3 > lstm 2")
    ours = whole_numbers(model, "pytorch")
    held = {f"model.lstm.{name}": array for name, array in ours.items()} | {"model.head": 1, "lstm.weight_ih_l0": 2}
    taken = port(held, model, source="pytorch", target="keras", prefix="model.lstm.")
    expected = port(ours, model, source="pytorch", target="keras")
    assert all(np.array_equal(taken[name], array) for name, array in expected.items())
    with pytest.raises(WeightsError, match=r"'lstm.weight_ih_l0' for this model; those .* 'model.lstm.' here"):
        port(held, model, source="pytorch", target="keras", prefix="model.")
    with pytest.raises(WeightsError, match=r"^no tensor begins with 'module.'; those of the model begin with 'model.lstm.' here"):
        port(held, model, source="pytorch", target="keras", prefix="module.")


def test_a_model_without_tensors_has_none_with_any_name() -> None:
    with pytest.raises(WeightsError, match=r"^pytorch has no tensor 'x' for this model$"):
        port({"x": 1}, read("3 > repeat_vector 2"), source="pytorch", target="keras")


def test_whole_numbers_that_only_change_places_are_moved() -> None:
    model = read("3 > lstm 2 nobias")
    ours = {name: weight.astype(np.int8) for name, weight in whole_numbers(model, "pytorch").items()}
    theirs = port(ours, model, source="pytorch", target="keras")
    assert theirs["lstm/lstm_cell/kernel"].dtype == np.int8
    assert np.array_equal(theirs["lstm/lstm_cell/kernel"], ours["weight_ih_l0"].T)


def test_lists_are_arrays_too() -> None:
    ported = port({"W": [[1.0, 2.0]], "b": [3.0]}, read("2 > dense 1"), source="textbook", target="keras")
    assert ported["dense/kernel"].tolist() == [[1.0], [2.0]]


def test_numpy_is_loaded_when_weights_are_moved() -> None:
    assert "numpy" not in loaded("import lstm_calc; lstm_calc.port")
    weights, way = {"W": [[1.0]], "b": [0.0]}, {"source": "textbook", "target": "keras"}
    assert "numpy" in loaded(f"from lstm_calc import port, read; port({weights}, read('1 > dense 1'), **{way})")


def test_without_numpy_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(NotInstalledError, match="moving weights needs NumPy; pip install numpy"):
        port({"W": [[1.0, 2.0]], "b": [3.0]}, read("2 > dense 1"), source="textbook", target="keras")
