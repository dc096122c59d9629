"""Modules of NNX and Equinox that programs make with usual and rare arguments: their parameters in Flax 0.12 and Equinox 0.13."""

from __future__ import annotations

import pytest

from lstm_calc import params
from lstm_calc.formats.code import read_code
from tests.code_running import run

NNX = {
    "nnx.Linear(4, 5, use_bias=False, rngs=r)": 20,
    "nnx.LinearGeneral((4, 3), (5, 2), axis=(-2, -1), rngs=r)": 130,
    "nnx.LinearGeneral(4, 5, rngs=r)": 25,
    "nnx.Conv(3, 8, kernel_size=(3, 3), feature_group_count=1, rngs=r)": 224,
    "nnx.Conv(4, 8, kernel_size=(3,), feature_group_count=4, rngs=r)": 32,
    "nnx.Conv(4, 8, 3, rngs=r)": 104,
    "nnx.ConvTranspose(3, 8, kernel_size=(3,), rngs=r)": 80,
    "nnx.Embed(10, 6, rngs=r)": 60,
    "nnx.BatchNorm(6, rngs=r)": 12,
    "nnx.LayerNorm(6, use_bias=False, rngs=r)": 6,
    "nnx.RMSNorm(6, rngs=r)": 6,
    "nnx.GroupNorm(6, num_groups=2, rngs=r)": 12,
    "nnx.InstanceNorm(6, rngs=r)": 12,
    "nnx.MultiHeadAttention(num_heads=2, in_features=8, qkv_features=16, decode=False, rngs=r)": 568,
    "nnx.MultiHeadAttention(2, 8, 16, 5, use_bias=False, decode=False, rngs=r)": 464,
    "nnx.MultiHeadAttention(2, 8, normalize_qk=True, decode=False, rngs=r)": 296,
    "nnx.LSTMCell(4, 5, rngs=r)": 200,
    "nnx.OptimizedLSTMCell(4, 5, rngs=r)": 200,
    "nnx.GRUCell(4, 5, rngs=r)": 150,
    "nnx.SimpleCell(4, 5, rngs=r)": 50,
    "nnx.RNN(nnx.GRUCell(in_features=4, hidden_features=5, rngs=r))": 150,
    "nnx.Bidirectional(nnx.RNN(nnx.LSTMCell(4, 5, rngs=r)), nnx.RNN(nnx.LSTMCell(4, 5, rngs=r)))": 400,
    "nnx.Sequential(nnx.Linear(3, 4, rngs=r), nnx.relu, nnx.Linear(4, 2, rngs=r))": 26,
    "nnx.Einsum('abc,cd->abd', (4, 5), (5,), rngs=r)": 25,
    "nnx.PReLU()": 1,
    "nnx.Dropout(0.1, rngs=r)": 0,
    "nnx.Param(jnp.ones((3, 4)))": 12,
    "nnx.Param(jax.random.normal(jax.random.key(0), (3, 4)))": 12,
    "nnx.BatchStat(jnp.zeros(4))": 0,
    "nnx.Variable(jnp.zeros(4))": 0,
    "nnx.List([nnx.Linear(2, 2, rngs=r) for _ in range(3)])": 18,
    "nnx.Dict(a=nnx.Linear(2, 2, rngs=r), b=nnx.Param(jnp.zeros(3)))": 9,
}
EQUINOX = {
    "eqx.nn.Linear(4, 5, use_bias=False, key=k)": 20,
    "eqx.nn.Linear('scalar', 5, key=k)": 10,
    "eqx.nn.Linear(4, 'scalar', key=k)": 5,
    "eqx.nn.Conv2d(3, 8, kernel_size=3, groups=1, key=k)": 224,
    "eqx.nn.Conv1d(4, 8, 3, groups=2, use_bias=False, key=k)": 48,
    "eqx.nn.Embedding(10, 6, key=k)": 60,
    "eqx.nn.LayerNorm(6)": 12,
    "eqx.nn.LayerNorm((3, 6), use_bias=False)": 18,
    "eqx.nn.RMSNorm(6)": 12,
    "eqx.nn.GroupNorm(2, 6)": 12,
    "eqx.nn.MultiheadAttention(2, 8, key=k)": 256,
    "eqx.nn.MultiheadAttention(num_heads=2, query_size=8, key_size=5, value_size=6, output_size=7, "
    "use_query_bias=True, use_output_bias=True, key=k)": 223,
    "eqx.nn.LSTMCell(4, 5, use_bias=False, key=k)": 180,
    "eqx.nn.GRUCell(4, 5, key=k)": 155,
    "eqx.nn.MLP(3, 2, 16, 2, key=k)": 370,
    "eqx.nn.MLP(3, 2, 16, 0, use_final_bias=False, key=k)": 6,
    "eqx.nn.Sequential([eqx.nn.Linear(3, 4, key=k), eqx.nn.Lambda(jax.nn.relu)])": 16,
    "jnp.zeros((3, 4))": 12,
    "eqx.nn.RotaryPositionalEmbedding(8)": 0,
    "eqx.nn.Dropout(0.5)": 0,
    "[eqx.nn.Linear(2, 2, key=k), jnp.ones(3)]": 9,
    "(jnp.ones(3), 5)": 3,
    "np.ones(3)": 3,
    "0.5": 0,
    "[eqx.nn.Linear(2, 2, key=k)] * 2": 12,
}
BESIDE = 9
"""The parameters of the linear layer that stands beside each."""


def of_nnx(made: str) -> str:
    """Return a module of NNX that has this beside a linear layer."""
    return (
        "import jax\nimport jax.numpy as jnp\nfrom flax import nnx\n\n\nclass Net(nnx.Module):\n    def __init__(self, r):\n"
        f"        self.lin = nnx.Linear(2, 3, rngs=r)\n        self.made = {made}\n\n\nmodel = Net(nnx.Rngs(0))\n"
    )


def of_equinox(made: str) -> str:
    """Return a module of Equinox that has this beside a linear layer."""
    return (
        "import equinox as eqx\nimport jax\nimport jax.numpy as jnp\nimport numpy as np\n\n\nclass Net(eqx.Module):\n"
        "    lin: eqx.nn.Linear\n    made: object\n\n    def __init__(self, k):\n"
        f"        self.lin = eqx.nn.Linear(2, 3, key=k)\n        self.made = {made}\n\n\nmodel = Net(jax.random.key(0))\n"
    )


@pytest.mark.parametrize("made", NNX)
def test_a_module_of_nnx_has_as_many_parameters_as_in_flax(made: str) -> None:
    assert params(read_code(of_nnx(made))).total == NNX[made] + BESIDE


@pytest.mark.parametrize("made", EQUINOX)
def test_a_module_of_equinox_has_as_many_parameters_as_there(made: str) -> None:
    assert params(read_code(of_equinox(made))).total == EQUINOX[made] + BESIDE


@pytest.mark.oracle
@pytest.mark.parametrize("made", NNX)
def test_flax_counts_what_is_recorded(made: str) -> None:
    import jax
    from flax import nnx

    found = jax.tree.leaves(nnx.state(run(of_nnx(made))["model"], nnx.Param))
    assert sum(each.size for each in found) == NNX[made] + BESIDE


@pytest.mark.oracle
@pytest.mark.parametrize("made", EQUINOX)
def test_equinox_counts_what_is_recorded(made: str) -> None:
    import equinox as eqx
    import jax

    found = jax.tree.leaves(eqx.filter(run(of_equinox(made))["model"], eqx.is_array))
    assert sum(each.size for each in found) == EQUINOX[made] + BESIDE
