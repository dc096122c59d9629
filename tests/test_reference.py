"""The plain reference, held against numbers worked out by hand."""

from __future__ import annotations

from math import exp, tanh

import pytest

from lstm_calc.cells import CELLS, Equation

np = pytest.importorskip("numpy", reason="the reference needs NumPy")
reference = pytest.importorskip("lstm_calc.reference")


def sigmoid(v: float) -> float:
    return 1 / (1 + exp(-v))


def test_functions_are_what_their_names_say() -> None:
    for name, expected in (("sigmoid", sigmoid), ("tanh", tanh), ("relu", lambda v: max(v, 0))):
        weights = {("candidate", "kernel"): np.eye(1), ("candidate", "recurrent_kernel"): np.zeros((1, 1))}
        equations = (Equation("h", f"{name}(into(candidate))"),)
        found = reference.unrolled(equations, weights, np.array([[[-2.0], [0], [3]]]), ("h",), forget_bias=0)
        np.testing.assert_allclose(found.ravel(), [expected(v) for v in (-2, 0, 3)], rtol=1e-12)


@pytest.mark.parametrize(("expression", "value"), [("a + b * c", 23), ("a - b - c", -6), ("relu(a - b) + c", 5)])
def test_an_expression_is_evaluated(expression: str, value: int) -> None:
    assert reference.evaluate(expression, {"a": 3, "b": 4, "c": 5, "relu": lambda v: max(v, 0)}) == value


def test_two_steps_of_an_lstm_of_one_unit_with_peepholes() -> None:
    equations = CELLS["lstm"].equations_for(set())
    kernel, back, bias, peephole = (
        dict(zip(("input", "forget", "cell", "output"), numbers, strict=True))
        for numbers in ((0.5, -1.0, 2.0, 0.25), (1.5, 0.5, -0.5, 1.0), (0.1, 0.2, 0.3, 0.4), (0.7, -0.3, 0.0, 0.9))
    )
    weights = {}
    for gate in kernel:
        weights[gate, "kernel"] = np.array([[kernel[gate]]])
        weights[gate, "recurrent_kernel"] = np.array([[back[gate]]])
        weights[gate, "bias"] = np.array([bias[gate]])
        weights[gate, "recurrent_bias"] = np.array([0.05])
        if gate != "cell":
            weights[gate, "peephole"] = np.array([peephole[gate]])
    h = c = 0.0
    expected = []
    for x in (2.0, -1.0):
        before = {gate: kernel[gate] * x + back[gate] * h + bias[gate] + 0.05 for gate in kernel}
        before["forget"] += 1
        i, f = (sigmoid(before[gate] + peephole[gate] * c) for gate in ("input", "forget"))
        c = f * c + i * tanh(before["cell"])
        h = sigmoid(before["output"] + peephole["output"] * c) * tanh(c)
        expected.append(h)
    found = reference.unrolled(equations, weights, np.array([[[2.0], [-1.0]]]), ("h", "c"), forget_bias=1)
    assert found.shape == (1, 2, 1)
    np.testing.assert_allclose(found.ravel(), expected, rtol=1e-12)


def test_matrices_meet_what_flows_in_and_back() -> None:
    equations = (Equation("v", "into(candidate) + back(candidate, h)"), Equation("h", "project(v)"))
    weights = {
        ("candidate", "kernel"): np.array([[1, 2], [3, 4], [5, 6]]),
        ("candidate", "recurrent_kernel"): np.array([[1], [10], [100]]),
        ("candidate", "recurrent_bias"): np.array([1, 1, 1]),
        (None, "projection"): np.array([[1, -1, 1]]),
        (None, "bias"): np.array([7]),
    }
    found = reference.unrolled(equations, weights, np.array([[[1, 10], [0, 1]]]), ("h",), forget_bias=0)
    first = (21 + 1) - (43 + 1) + (65 + 1) + 7
    assert found.tolist() == [[[first], [(2 + first + 1) - (4 + 10 * first + 1) + (6 + 100 * first + 1) + 7]]]


@pytest.mark.parametrize(
    ("kernel", "image", "expected"),
    [
        ([1, 10, 100], [1, 2, 3, 4], [210, 321, 432, 43]),
        ([1, 10], [1, 2, 3, 4], [21, 32, 43, 4]),
        ([[1, 10], [100, 1000]], [[1, 2], [3, 4]], [[4321, 402], [43, 4]]),
        ([[1, 10, 100]], [[1, 2, 3]], [[210, 321, 32]]),
    ],
)
def test_a_convolution_keeps_the_size_of_its_image(kernel: list[int], image: list[int], expected: list[int]) -> None:
    equations = (Equation("h", "into(candidate)"),)
    window = np.array(kernel)
    weights = {
        ("candidate", "kernel"): window[None, None],
        ("candidate", "recurrent_kernel"): np.zeros((1, 1, *window.shape)),
    }
    found = reference.unrolled(equations, weights, np.array(image)[None, None, ..., None], ("h",), forget_bias=0)
    assert found[0, 0, ..., 0].tolist() == expected
