"""The equations written out: every line, and the operations it takes in order."""

from __future__ import annotations

import pytest

from lstm_calc.equations.text import Axes, Blocks, Fragment, Operation, formulas, readers, symbols
from lstm_calc.model.cells import CELLS, MAPS, Equation

AXES: dict[str, Axes] = {
    "kernel": ("units", "input"),
    "recurrent_kernel": ("units", "output"),
    "bias": ("units",),
    "recurrent_bias": ("units",),
    "peephole": ("units",),
}
STATES: dict[str, Axes] = {"h": ("output",), "c": ("units",)}
MATRICES = ("kernel", "recurrent_kernel")


def blocks(kind: str, *roles: str) -> Blocks:
    return {(gate, role): AXES[role] for gate in CELLS[kind].gates for role in roles}


def texts(equations: tuple[Equation, ...], of: Blocks, forget_bias: int = 0) -> list[str]:
    return [line.text for line in formulas(equations, of, STATES, forget_bias=forget_bias)]


PROJECTED: Blocks = {
    **blocks("lstm", *MATRICES, "bias"),
    **{(gate, "peephole"): ("units",) for gate in ("input", "forget", "output")},
    (None, "projection"): ("projection", "units"),
    (None, "bias"): ("projection",),
}
LINES = {
    "gru before": (
        CELLS["gru"].equations_for({"reset_before"}),
        blocks("gru", *MATRICES, "bias", "recurrent_bias"),
        [
            "r[t] = σ(W_r x[t] + U_r h[t-1] + b_r + b'_r)",
            "z[t] = σ(W_z x[t] + U_z h[t-1] + b_z + b'_z)",
            "n[t] = tanh(W_n x[t] + b_n + U_n (r[t] ⊙ h[t-1]) + b'_n)",
            "h[t] = z[t] ⊙ h[t-1] + (1 - z[t]) ⊙ n[t]",
        ],
    ),
    "gru after": (
        CELLS["gru"].equations_for({"reset_after", "update_takes_new"}),
        blocks("gru", *MATRICES, "bias", "recurrent_bias"),
        [
            "r[t] = σ(W_r x[t] + U_r h[t-1] + b_r + b'_r)",
            "z[t] = σ(W_z x[t] + U_z h[t-1] + b_z + b'_z)",
            "n[t] = tanh(W_n x[t] + b_n + r[t] ⊙ (U_n h[t-1] + b'_n))",
            "h[t] = (1 - z[t]) ⊙ h[t-1] + z[t] ⊙ n[t]",
        ],
    ),
    "lstm": (
        CELLS["lstm"].equations_for({"projection"}),
        PROJECTED,
        [
            "i[t] = σ(W_i x[t] + U_i h[t-1] + b_i + p_i ⊙ c[t-1])",
            "f[t] = σ(W_f x[t] + U_f h[t-1] + b_f + p_f ⊙ c[t-1] + 1)",
            "g[t] = tanh(W_g x[t] + U_g h[t-1] + b_g)",
            "c[t] = f[t] ⊙ c[t-1] + i[t] ⊙ g[t]",
            "o[t] = σ(W_o x[t] + U_o h[t-1] + b_o + p_o ⊙ c[t])",
            "h[t] = P (o[t] ⊙ tanh(c[t])) + b_P",
        ],
    ),
    "lstm of one bias that is the recurrent one": (
        CELLS["lstm"].equations_for({"f_from_i"}),
        blocks("lstm", *MATRICES, "recurrent_bias"),
        [
            "i[t] = σ(W_i x[t] + U_i h[t-1] + b_i)",
            "f[t] = 1 - i[t]",
            "g[t] = tanh(W_g x[t] + U_g h[t-1] + b_g)",
            "c[t] = f[t] ⊙ c[t-1] + i[t] ⊙ g[t]",
            "o[t] = σ(W_o x[t] + U_o h[t-1] + b_o)",
            "h[t] = o[t] ⊙ tanh(c[t])",
        ],
    ),
    "rnn": (CELLS["rnn"].equations_for({"relu"}), blocks("rnn", *MATRICES), ["h[t] = relu(W_h x[t] + U_h h[t-1])"]),
    "mgu": (
        CELLS["mgu"].equations_for({"ungated"}),
        blocks("mgu", *MATRICES, "bias"),
        [
            "f[t] = σ(W_f x[t] + U_f h[t-1] + b_f + 1)",
            "n[t] = tanh(W_n x[t] + U_n h[t-1] + b_n)",
            "h[t] = (1 - f[t]) ⊙ h[t-1] + f[t] ⊙ n[t]",
        ],
    ),
    "dense": (
        MAPS["dense"],
        {(None, "kernel"): ("units", "input"), (None, "bias"): ("units",)},
        ["y[t] = W x[t] + b"],
    ),
    "dense without bias": (MAPS["dense"], {(None, "kernel"): ("units", "input")}, ["y[t] = W x[t]"]),
}


@pytest.mark.parametrize("name", LINES)
def test_every_line_of_a_layer(name: str) -> None:
    equations, of, lines = LINES[name]
    assert texts(equations, of, forget_bias=1) == lines
    assert texts(equations, of) == [line.replace(" + 1)", ")") for line in lines]


def test_the_operations_of_a_sum_of_halves() -> None:
    equations = CELLS["gru"].equations_for({"reset_before"})
    line = formulas(equations, blocks("gru", *MATRICES, "bias", "recurrent_bias"), STATES)[2]
    assert [(each.text, each.sign, len(each.operands), each.gives) for each in line.operations] == [
        ("W_n x[t]", " · ", 2, ("units",)),
        ("r[t] ⊙ h[t-1]", " ⊙ ", 2, ("units",)),
        ("U_n (r[t] ⊙ h[t-1])", " · ", 2, ("units",)),
        ("W_n x[t] + b_n + U_n (r[t] ⊙ h[t-1]) + b'_n", " + ", 4, ("units",)),
        ("tanh(W_n x[t] + b_n + U_n (r[t] ⊙ h[t-1]) + b'_n)", "tanh", 1, ("units",)),
    ]


def test_the_operations_of_a_gate_with_a_peephole_and_of_a_projection() -> None:
    lines = formulas(CELLS["lstm"].equations_for({"projection"}), PROJECTED, STATES, forget_bias=1)
    assert [(each.text, each.sign, each.gives) for each in lines[1].operations] == [
        ("W_f x[t]", " · ", ("units",)),
        ("U_f h[t-1]", " · ", ("units",)),
        ("p_f ⊙ c[t-1]", " ⊙ ", ("units",)),
        ("W_f x[t] + U_f h[t-1] + b_f + p_f ⊙ c[t-1] + 1", " + ", ("units",)),
        ("σ(W_f x[t] + U_f h[t-1] + b_f + p_f ⊙ c[t-1] + 1)", "σ", ("units",)),
    ]
    assert [(each.text, each.sign, each.gives) for each in lines[-1].operations] == [
        ("tanh(c[t])", "tanh", ("units",)),
        ("o[t] ⊙ tanh(c[t])", " ⊙ ", ("units",)),
        ("P (o[t] ⊙ tanh(c[t]))", " · ", ("projection",)),
        ("P (o[t] ⊙ tanh(c[t])) + b_P", " + ", ("projection",)),
    ]
    assert (lines[-1].name, lines[-1].axes) == ("h[t]", ("projection",))
    assert lines[1].operations[0].operands == (Fragment("W_f", ("units", "input")), Fragment("x[t]", ("input",)))
    assert lines[1].operations[1].operands[1] == Fragment("h[t-1]", ("output",))


def test_a_kernel_with_a_window_convolves() -> None:
    of = {key: (*axes, "kernel_1") if len(axes) > 1 else axes for key, axes in blocks("conv_lstm", *MATRICES).items()}
    line = formulas(CELLS["conv_lstm"].equations_for(set()), of, STATES)[0]
    assert line.text == "i[t] = σ(W_i ∗ x[t] + U_i ∗ h[t-1])"
    assert [(each.sign, each.gives) for each in line.operations[:2]] == [(" ∗ ", ("units",))] * 2


def test_a_dense_layer_multiplies_its_input_and_a_table_is_looked_up() -> None:
    (line,) = formulas(MAPS["dense"], {(None, "kernel"): ("units", "input")}, {})
    matrix, value = Fragment("W", ("units", "input")), Fragment("x[t]", ("input",))
    assert line.operations == (Operation("W x[t]", " · ", (matrix, value), ("units",)),)
    (row,) = formulas(MAPS["embedding"], {(None, "kernel"): ("vocab_size", "dim")}, {}, reads=Fragment("x[t]", ()))
    assert (row.text, row.axes, row.operations) == ("y[t] = W[x[t]]", ("dim",), ())


def test_a_layer_without_weights_gives_what_it_reads() -> None:
    (line,) = formulas(MAPS["repeat_vector"], {}, {}, reads=Fragment("x", ("input",)))
    assert (line.text, line.axes, line.operations) == ("y[t] = x", ("input",), ())


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("h - (c + h)", "h[t-1] - (c[t-1] + h[t-1])"),
        ("h - (c - h)", "h[t-1] - (c[t-1] - h[t-1])"),
        ("h + (c - h) - h * c", "h[t-1] + c[t-1] - h[t-1] - h[t-1] ⊙ c[t-1]"),
        ("(h - c) * (h + c)", "(h[t-1] - c[t-1]) ⊙ (h[t-1] + c[t-1])"),
    ],
)
def test_brackets_stand_where_the_order_needs_them(expression: str, text: str) -> None:
    assert texts((Equation("h", expression),), {}) == [f"h[t] = {text}"]


def test_a_gate_that_no_equation_reads_goes_by_its_name() -> None:
    equations = CELLS["lstm"].equations_for({"f_from_i"})
    assert readers(equations) == {"input": "i", "cell": "g", "output": "o"}
    named = symbols(
        equations, {**blocks("lstm", "kernel", "bias", "recurrent_bias"), (None, "projection"): ("projection", "units")}
    )
    assert named["forget", "kernel"] == "W_forget"
    assert named["forget", "recurrent_bias"] == "b'_forget"
    assert named["input", "bias"] == "b_i"
    assert named[None, "projection"] == "P"
