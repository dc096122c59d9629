"""Explanations: what stands in them is true, in every format and for every framework."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_calc.equations.parse import functions_of
from lstm_calc.formats import notation
from lstm_calc.frameworks import FRAMEWORKS
from lstm_calc.model.cells import CELLS, FUNCTIONS
from lstm_calc.questions.explain import DerivationLine, explain
from lstm_calc.questions.params import params
from lstm_calc.render import format_of
from tests.strategies import models

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lstm_calc.model import Model
    from tests.conftest import Cli

every_framework = pytest.mark.parametrize("framework", list(FRAMEWORKS))
EXAMPLES = 500 // len(FRAMEWORKS) + 1


def shown(model: Model, framework: str, form: str, *, step: bool = False) -> str:
    return format_of(form).render(explain(model, framework).document(step=step), io.StringIO())


def value(arithmetic: str, sizes: Mapping[str, int] = MappingProxyType({})) -> int:
    """Return what a side of a derivation comes to."""
    plain = arithmetic.replace(",", "").replace("×", "*")
    assert re.fullmatch(r"[a-z0-9_()+* ]+", plain)
    return int(eval(plain, {"__builtins__": {}}, dict(sizes)))  # noqa: S307  sums and products of words and numbers alone


def derivations(text: str) -> list[list[str]]:
    """Return the sides of every derivation in a text: of the lines whose last side is a number, but for equations."""
    lines = [line.split(" = ") for line in text.splitlines() if re.search(r"^    .* = [0-9,]+$", line)]
    return [sides for sides in lines if "[t]" not in sides[0]]


@pytest.mark.slow
@every_framework
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_the_arithmetic_of_the_text_comes_to_what_params_counts(framework: str, data: st.DataObject) -> None:
    model = data.draw(models(framework))
    found = derivations(shown(model, framework, "table"))
    for sides in found:
        assert len({value(side) for side in sides if not re.search("[a-z]", side)}) == 1
    answer = params(model, framework)
    if sum(layer.total > 0 for layer in answer.layers) > 1:
        assert value(found[-1][0]) == value(found[-1][-1]) == answer.total
    by_name = {layer.name: layer for layer in answer.layers}
    for layer in explain(model, framework).layers:
        for name in layer.names:
            assert by_name[name].total == layer.total == (layer.steps[-1].result if layer.steps else 0)


@pytest.mark.spread(3)
@every_framework
@given(data=st.data())
def test_the_numbers_are_the_symbols_with_the_sizes_in_their_places(framework: str, data: st.DataObject) -> None:
    for layer in explain(data.draw(models(framework)), framework).layers:
        for step in layer.steps:
            scope = {word: layer.sizes[word] for word in re.findall(r"[a-z]\w*", step.symbols)}
            assert value(step.symbols, scope) == value(step.numbers) == step.result


@pytest.mark.spread(3)
@every_framework
@given(data=st.data())
def test_the_operands_are_the_blocks_that_params_counts(framework: str, data: st.DataObject) -> None:
    model = data.draw(models(framework))
    by_name = {layer.name: layer for layer in params(model, framework).layers}
    for layer in explain(model, framework).layers:
        gates = [gate for gate in by_name[layer.names[0]].gates if gate.direction in {None, layer.layer.directions[0]}]
        stored = sorted((gate.gate or "", role, prod(shape)) for gate in gates for role, shape in gate.shapes.items())
        assert sorted((each.gate or "", each.role, prod(each.shape)) for each in layer.operands) == stored
        assert all(each.shape == layer.shape(each.axes) for each in layer.operands)


@pytest.mark.spread(3)
@every_framework
@given(data=st.data())
def test_every_operation_fits(framework: str, data: st.DataObject) -> None:
    """A matrix meets a vector of its second axis, all else meets its like, and the states keep their sizes."""
    for layer in explain(data.draw(models(framework)), framework).layers:
        for line in layer.lines:
            for operation in line.operations:
                axes = [layer.shape(term.axes) for term in operation.operands if term.axes]
                if operation.sign in {" · ", " ∗ "}:
                    matrix, vector = axes
                    assert (matrix[1], matrix[0]) == (*vector, *layer.shape(operation.gives))
                else:
                    assert {*axes} == {layer.shape(operation.gives)}
            state = line.name.removesuffix("[t]")
            assert line.axes == layer.states.get(state, line.axes)


@pytest.mark.spread(3)
@every_framework
@given(data=st.data())
def test_every_block_that_is_read_is_explained_and_the_other_way_round(framework: str, data: st.DataObject) -> None:
    for layer in explain(data.draw(models(framework)), framework).layers:
        text = " ".join(line.text for line in layer.lines)
        unread = {gate.gate for gate in layer.gates if gate.symbol is None}
        for operand in layer.operands:
            assert (re.search(rf"(?<![\w']){re.escape(operand.symbol)}(?!\w)", text) is not None) == (operand.gate not in unread)


def lines_of(text: str, framework: str = "textbook", layer: int = 0) -> list[str]:
    return [line.text for line in explain(notation.read(text), framework).layers[layer].lines]


@pytest.mark.parametrize(
    ("text", "framework", "line"),
    [
        ("8 > lstm 4", "textbook", "i[t] = σ(W_i x[t] + U_i h[t-1] + b_i)"),
        ("8 > lstm 4", "pytorch", "f[t] = σ(W_f x[t] + U_f h[t-1] + b_f + b'_f)"),
        ("8 > lstm 4", "flax-linen", "f[t] = σ(W_f x[t] + U_f h[t-1] + b_f)"),
        ("8 > lstm 4", "tensorflow1", "f[t] = σ(W_f x[t] + U_f h[t-1] + b_f + 1)"),
        ("8 > lstm 4 nobias", "keras", "g[t] = tanh(W_g x[t] + U_g h[t-1])"),
        ("8 > lstm 4 peephole", "textbook", "i[t] = σ(W_i x[t] + U_i h[t-1] + b_i + p_i ⊙ c[t-1])"),
        ("8 > lstm 4 peephole", "textbook", "o[t] = σ(W_o x[t] + U_o h[t-1] + b_o + p_o ⊙ c[t])"),
        ("8 > lstm 4 coupled", "textbook", "f[t] = 1 - i[t]"),
        ("8 > lstm 4 coupled", "tflite", "i[t] = 1 - f[t]"),
        ("8 > lstm 4 proj=2", "textbook", "h[t] = P (o[t] ⊙ tanh(c[t]))"),
        ("8 > lstm 4 proj=2 proj_bias", "tflite", "h[t] = P (o[t] ⊙ tanh(c[t])) + b_P"),
        ("8 > gru 4", "pytorch", "n[t] = tanh(W_n x[t] + b_n + r[t] ⊙ (U_n h[t-1] + b'_n))"),
        ("8 > gru 4", "textbook", "n[t] = tanh(W_n x[t] + b_n + U_n (r[t] ⊙ h[t-1]))"),
        ("8 > gru 4", "onnx", "n[t] = tanh(W_n x[t] + b_n + U_n (r[t] ⊙ h[t-1]) + b'_n)"),
        ("8 > gru 4", "haiku", "h[t] = (1 - z[t]) ⊙ h[t-1] + z[t] ⊙ n[t]"),
        ("8 > rnn 4", "haiku", "h[t] = relu(W_h x[t] + U_h h[t-1] + b_h + b'_h)"),
        ("8 > conv_lstm 4 kernel=3x3", "keras", "i[t] = σ(W_i ∗ x[t] + U_i ∗ h[t-1] + b_i)"),
        ("8 > dense 4", "keras", "y[t] = W x[t] + b"),
        ("vocab 8 > embed 4", "keras", "y[t] = W[x[t]]"),
        ("8 > repeat_vector 4", "keras", "y[t] = x"),
    ],
)
def test_the_equations_of_each_form(text: str, framework: str, line: str) -> None:
    assert line in lines_of(text, framework)


def test_a_tied_layer_reads_a_matrix_that_it_does_not_count() -> None:
    model = notation.read("vocab 9 > embed 4 > dense 9 tied")
    tied = explain(model).layers[1]
    assert (tied.lines[0].text, tied.total, tied.steps[-1].text) == ("y[t] = W x[t] + b", 9, "units = 9")
    assert "embedding's matrix" in shown(model, "textbook", "table")


@pytest.mark.parametrize(
    ("text", "framework", "step"),
    [
        ("32 > lstm 32", "textbook", "4 × (units × (input + units) + units) = 4 × (32 × (32 + 32) + 32) = 8320"),
        ("32 > lstm 32", "pytorch", "4 × (units × (input + units) + 2 × units) = 4 × (32 × (32 + 32) + 2 × 32) = 8448"),
        ("8 > bilstm 4 nobias", "textbook", "2 × 4 × units × (input + units) = 2 × 4 × 4 × (8 + 4) = 384"),
        ("8 > gru 4 reset_after", "textbook", "3 × (units × (input + units) + units) + units = 3 × (4 × (8 + 4) + 4) + 4 = 160"),
        (
            "8 > lstm 5 peephole proj=3",
            "textbook",
            (
                "4 × (units × (input + projection) + units) + 3 × units + projection × units"
                " = 4 × (5 × (8 + 3) + 5) + 3 × 5 + 3 × 5 = 270"
            ),
        ),
        (
            "2 > conv_lstm 3 kernel=3x5",
            "keras",
            "4 × (filters × (input + filters) × kernel_1 × kernel_2 + filters) = 4 × (3 × (2 + 3) × 3 × 5 + 3) = 912",
        ),
        ("8 > rnn 4", "textbook", "units × (input + units) + units = 4 × (8 + 4) + 4 = 52"),
        ("vocab 20 > embed 4", "textbook", "vocabulary × dim = 20 × 4 = 80"),
        ("8 > dense 1", "textbook", "units × input + units = 1 × 8 + 1 = 9"),
    ],
)
def test_each_form_has_its_own_line(text: str, framework: str, step: str) -> None:
    assert explain(notation.read(text), framework).layers[0].steps[-1].text == step


def test_layers_that_are_alike_are_explained_once() -> None:
    answer = explain(notation.read("8 > lstm 4 x4 > dense 2"))
    assert [layer.names for layer in answer.layers] == [("lstm",), ("lstm_1", "lstm_2", "lstm_3"), ("dense",)]
    assert answer.total.text == "208 + 3 × 144 + 10 = 650"


def test_every_gate_and_every_function_is_explained() -> None:
    called = set()
    for cell in CELLS.values():
        called |= functions_of(cell.equations)
        assert all(purpose and not purpose.endswith(".") for purpose in cell.purposes.values())
    assert called == FUNCTIONS.keys()


@pytest.mark.parametrize(
    ("text", "framework", "told"),
    [
        ("8 > lstm 4", "pytorch", "only ever added to each other: b_i + b'_i; b_f + b'_f; b_g + b'_g; b_o + b'_o."),
        ("8 > gru 4", "pytorch", "The second bias b'_n stands inside a bracket"),
        ("8 > gru 4", "onnx", "b_n + b'_n."),
        ("8 > lstm 4 nobias", "paddle", "as zeros that stay"),
        ("8 > lstm 4", "haiku", "haiku adds 1 to the forget gate"),
        ("8 > lstm 4 coupled", "onnx", "The forget gate is stored and counted by onnx"),
        ("8 > bilstm 4 merge=sum", "keras", "the two outputs are added, which gives 4 numbers"),
        ("8 > lstm 4 frozen", "keras", "The layer is frozen"),
        ("8 > lstm 4 backwards", "keras", "go_backwards: what is called the first step here is the last"),
        ("8 > repeat_vector 3", "keras", "It has no parameters of its own."),
        (
            "8 > lstm 4",
            "keras",
            "Each unit of every gate has one weight per input, one per element",
        ),
        ("8 > lstm 4", "flax-linen", "one per element of h[t-1] and a bias."),
        ("8 > lstm 4", "flax-linen", "b_i, b_f, b_g and b_o: units = 4; added, the same at every step"),
        ("8 > lstm 4", "pytorch", "one per element of h[t-1], a bias and a second bias."),
        ("8 > gru 4", "mlx", "and a bias; a unit of the candidate gate also has a second bias."),
        (
            "8 > lstm 4 peephole",
            "textbook",
            "; a unit of the input, forget or output gate also has a weight for its own cell state.",
        ),
        ("8 > dense 4", "keras", "Each unit has one weight per input and a bias."),
        ("3 > conv_lstm 2 kernel=3x3", "keras", "Each filter of every gate has one weight"),
        (
            "8 > lstm 4 coupled",
            "textbook",
            "f[t], the forget gate, decides how much of the old cell is kept; it has no weights of its own.",
        ),
        ("8 > lstm 4 coupled", "tflite", "is written into the cell; it has no weights of its own."),
        ("8 > rnn 4", "keras", "- h[t] is the new output, made from what comes in and the previous output."),
        (
            "8 > lstm 4",
            "keras",
            "(zeros at the first step): h[t-1], its output (4 numbers), and c[t-1], its cell (4 numbers).",
        ),
        ("1 > dense 4", "keras", "dense: dense layer, 1 number in, 4 out"),
        ("vocab 1 > embed 4", "keras", "embedding: embedding layer, 1 token in, 4 out"),
        ("3 > conv_lstm 2 kernel=3x3", "keras", "one per element of h[t-1] at every position of the window and a bias."),
    ],
)
def test_what_the_equations_do_not_show_is_said(text: str, framework: str, told: str) -> None:
    assert told in shown(notation.read(text), framework, "table")


def test_what_is_not_so_is_not_said() -> None:
    plain = shown(notation.read("8 > lstm 4"), "keras", "table")
    for words in ("second bias", "also has", "frozen", "twice", "adds 1", "no equation", "no weights"):
        assert words not in plain


def test_gates_are_explained_once_in_a_model() -> None:
    assert shown(notation.read("8 > lstm 4 > lstm 5 > gru 3"), "keras", "table").count("the forget gate, decides") == 1


def test_gates_have_their_heading_in_each_layer_that_explains_some() -> None:
    lines = shown(notation.read("8 > lstm 4 > lstm 5 > gru 3"), "keras", "table").splitlines()
    below = [lines[at + 1] for at, line in enumerate(lines) if line == "What each gate is for:"]
    assert [line[: line.index(",")] for line in below] == ["- i[t]", "- r[t]"]


def test_a_gate_coupled_to_another_is_no_reason_for_parameters() -> None:
    layer = explain(notation.read("8 > lstm 4 coupled"), "textbook").layers[0]
    assert [(gate.gate, gate.symbol, gate.stored) for gate in layer.gates][:2] == [("input", "i", True), ("forget", "f", False)]
    assert layer.steps[0].text == "units × (input + units) + units = 4 × (8 + 4) + 4 = 52"
    assert layer.steps[0].of == "input, cell and output gates, each"


def test_the_walk_shows_which_shapes_meet() -> None:
    text = shown(notation.read("8 > lstm 4"), "keras", "table", step=True)
    assert "    W_i x[t]:  (4, 8) · (8) → (4)\n" in text
    assert "    c[t] = f[t] ⊙ c[t-1] + i[t] ⊙ g[t]:  (4) + (4) → (4)\n" in text
    assert "(4, 8) · (8)" not in shown(notation.read("8 > lstm 4"), "keras", "table")


MODEL = "vocab 20 > embed 8 > bilstm 5 coupled peephole > gru 4 reset_after > conv_lstm 3 kernel=3x5 in=4 > dense 20"


def tex_value(formula: str) -> list[str]:
    return formula.replace("{,}", "").replace(r"\times", "×").split(" = ")


@pytest.mark.parametrize("form", ["markdown", "latex"])
def test_the_formulas_in_tex_say_the_same(form: str) -> None:
    text = shown(notation.read(MODEL), "textbook", form)
    counted = [tex_value(formula) for formula in re.findall(r"^\$(.*= [0-9{},]+)\$$", text, re.MULTILINE)]
    expected = [sides[-2:] for sides in derivations(shown(notation.read(MODEL), "textbook", "table"))]
    assert [[value(side) for side in sides[-2:]] for sides in counted] == [[value(side) for side in sides] for sides in expected]


@given(model=models("textbook"))
def test_tex_is_well_formed(model: Model) -> None:
    """Every dollar and bracket has its other one, and no backslash stands before a sign, which Markdown would eat."""
    for form in ("markdown", "latex"):
        formulas = re.findall(r"(?<!\\)\$([^$]+)(?<!\\)\$", shown(model, "textbook", form, step=True))
        assert formulas
        for formula in formulas:
            assert formula == formula.strip()
            assert formula.count("{") == formula.count("}")
            assert formula.count("(") == formula.count(")")
            assert not re.search(r"\\[^a-z]|[^\x00-\x7f]", formula)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no LaTeX here")
@pytest.mark.parametrize("arguments", [("explain", MODEL, "--step"), ("params", MODEL), ("frameworks",)])
def test_latex_compiles(cli: Cli, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "page.tex").write_text(cli(*arguments, "--format", "latex").stdout)
    subprocess.run(["pdflatex", "-halt-on-error", "page.tex"], cwd=tmp_path, check=True, capture_output=True)  # noqa: S607  the one on the path


def test_latex_parses(cli: Cli) -> None:
    walker = pytest.importorskip("pylatexenc.latexwalker", reason="pylatexenc parses LaTeX")
    for arguments in (("explain", MODEL, "--step"), ("params", MODEL), ("frameworks",)):
        text = cli(*arguments, "--format", "latex").stdout
        walker.LatexWalker(text, tolerant_parsing=False).get_latex_nodes()


def test_html_is_well_formed_and_needs_nothing_else() -> None:
    page = shown(notation.read(MODEL), "textbook", "html", step=True)
    body = page[page.index("<body>") : page.index("</html>")]
    tree = ET.fromstring(body)  # noqa: S314  our own text
    assert len(tree.findall(".//math")) > 100
    assert not re.search(r"https?:|<script|<link|src=", page)


def test_the_plain_values_of_an_explanation(cli: Cli) -> None:
    answer = json.loads(cli("explain", "8 > bilstm 4 > dense 2", "-f", "pytorch", "--format", "json").stdout)
    layer = answer["layers"][0]
    assert answer["schema"] == "lstm-calc/explain/1"
    assert (answer["total"], answer["numbers"]) == (466, "448 + 18")
    assert layer["steps"][-1]["result"] == layer["total"]
    assert layer["operands"][0] == {
        "symbol": "W_i",
        "gate": "input",
        "role": "kernel",
        "axes": ["units", "input"],
        "shape": [4, 8],
        "fixed": False,
    }
    assert layer["operations"][0] == {"for": "i[t]", "operation": "W_i x[t]", "shapes": [[4, 8], [8]], "gives": [4]}


def test_the_steps_as_csv(cli: Cli) -> None:
    lines = cli("explain", "32 > lstm 32", "--format", "csv").stdout.splitlines()
    assert lines[0] == "layers,of,symbols,numbers,params"
    assert lines[2] == "lstm,whole layer,4 × (units × (input + units) + units),4 × (32 × (32 + 32) + 32),8320"
    assert 'W_i x[t],"(32, 32) · (32)",(32)' in cli("explain", "32 > lstm 32", "--format", "csv", "--step").stdout


STEPS = {
    "3 > rnn 4": ("textbook", [("whole layer", "units × (input + units) + units", 32)]),
    "3 > dense 4": ("textbook", [("whole layer", "units × input + units", 16)]),
    "vocab 9 > embed 3": ("keras", [("whole layer", "vocabulary × dim", 27)]),
    "3 > mgu 4": (
        "textbook",
        [
            ("forget and candidate gates, each", "units × (input + units) + units", 32),
            ("whole layer", "2 × (units × (input + units) + units)", 64),
        ],
    ),
    "3 > birnn 4": (
        "textbook",
        [
            ("one direction", "units × (input + units) + units", 32),
            ("both directions", "2 × (units × (input + units) + units)", 64),
        ],
    ),
    "3 > lstm 4 peephole": (
        "textbook",
        [
            ("input, forget and output gates, each", "units × (input + units) + units + units", 36),
            ("cell gate", "units × (input + units) + units", 32),
            ("whole layer", "4 × (units × (input + units) + units) + 3 × units", 140),
        ],
    ),
    "3 > bilstm 4 projection=2": (
        "pytorch",
        [
            ("input, forget, cell and output gates, each", "units × (input + projection) + 2 × units", 28),
            ("projection", "projection × units", 8),
            ("one direction", "4 × (units × (input + projection) + 2 × units) + projection × units", 120),
            ("both directions", "2 × (4 × (units × (input + projection) + 2 × units) + projection × units)", 240),
        ],
    ),
}


@pytest.mark.parametrize("text", STEPS)
def test_the_steps_of_a_count(text: str) -> None:
    framework, steps = STEPS[text]
    layer = explain(notation.read(text), framework).layers[0]
    assert [(step.of, step.symbols, step.result) for step in layer.steps] == steps


def test_the_total_is_the_sum_of_the_layers() -> None:
    total = explain(notation.read("3 > lstm 4 x3 > dense 2")).total
    assert total == DerivationLine("all layers", "128 + 2 × 144 + 10", "128 + 2 × 144 + 10", 426)
