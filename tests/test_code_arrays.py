"""Arrays that programs of Flax linen and Haiku make on the way: what the next layer reads follows from NumPy's rules."""

from __future__ import annotations

import pytest

from lstm_calc import params
from lstm_calc.formats.code import read_code
from tests.code_running import run

COUNTS = {
    "a, b = jnp.split(x, 2, axis=-1)\nreturn nn.Dense(3)(a)": 18,
    "h = nn.Dense(20)(x)\nmu, lv = jnp.split(h, [5], axis=-1)\nreturn nn.Dense(3)(lv)": 268,
    "w = self.param('w', nn.initializers.lecun_normal(), (x.shape[-1], 7))\ny = x @ w\nreturn nn.Dense(3)(y)": 94,
    "w = self.param('w', nn.initializers.lecun_normal(), (10, 7))\ny = jnp.matmul(x, w)\nreturn nn.Dense(3)(y)": 94,
    "w = self.param('w', nn.initializers.lecun_normal(), (10, 7))\ny = jnp.dot(x, w)\nreturn nn.Dense(3)(y)": 94,
    "y = jnp.expand_dims(x, -1)\nreturn nn.Dense(3)(y)": 6,
    "y = jnp.expand_dims(x.mean(1), 1)\nreturn nn.Dense(3)(y)": 33,
    "y = x[..., None]\nreturn nn.Dense(3)(y)": 6,
    "y = x.mean(axis=1)[:, None, :]\nreturn nn.Dense(3)(y)": 33,
    "y = x[..., :4]\nreturn nn.Dense(3)(y)": 15,
    "y = x[:, :, 2:]\nreturn nn.Dense(3)(y)": 27,
    "y = x[:, -1]\nreturn nn.Dense(3)(y)": 33,
    "y = x[..., 0]\nreturn nn.Dense(3)(y)": 21,
    "s = nn.softmax(nn.Dense(1)(x), axis=1)\nreturn nn.Dense(3)((s * x).sum(1))": 44,
    "s = nn.softmax(nn.Dense(1)(x), axis=1)\nreturn nn.Dense(3)(jnp.sum(s * x, axis=1))": 44,
    "g = nn.sigmoid(nn.Dense(1)(x))\ny = g * x + (1 - g) * x\nreturn nn.Dense(3)(y)": 44,
    "m = jnp.zeros((x.shape[0], x.shape[1], 1))\ny = jnp.where(m > 0, x, 0.0)\nreturn nn.Dense(3)(y)": 33,
    "h = x[:, -1]\ny = jnp.tile(h[:, None], (1, 6, 2))\nreturn nn.Dense(3)(y)": 63,
    "y = jnp.repeat(x, 2, axis=-1)\nreturn nn.Dense(3)(y)": 63,
    "y = jnp.repeat(x[:, -1:], 4, axis=1)\nreturn nn.Dense(3)(y)": 33,
    "y = jnp.swapaxes(x, 1, 2)\nreturn nn.Dense(3)(y)": 21,
    "y = jnp.transpose(x, (0, 2, 1))\nreturn nn.Dense(3)(y)": 21,
    "y = jnp.stack([x, x], axis=-1)\nreturn nn.Dense(3)(y)": 9,
    "y = jnp.stack([x[:, 0], x[:, 1]], axis=1)\nreturn nn.Dense(3)(y)": 33,
    "y = x.reshape((x.shape[0], -1))\nreturn nn.Dense(3)(y)": 183,
    "y = x.reshape(x.shape[0], x.shape[1] * x.shape[2])\nreturn nn.Dense(3)(y)": 183,
    "y = jnp.squeeze(nn.Dense(1)(x), -1)\nreturn nn.Dense(3)(y)": 32,
    "g = jnp.broadcast_to(x.mean(1, keepdims=True), x.shape)\ny = jnp.concatenate([x, g], -1)\nreturn nn.Dense(3)(y)": 63,
    "z = x.mean(1)\ny = jnp.broadcast_to(z[:, None, :], (z.shape[0], 9, z.shape[1]))\nreturn nn.Dense(3)(y)": 33,
    "y = jax.nn.one_hot(jnp.argmax(x, -1), 6)\nreturn nn.Dense(3)(y)": 21,
    "n = jnp.linalg.norm(x, axis=-1, keepdims=True)\nreturn nn.Dense(3)(x / (n + 1e-6))": 33,
    "y = jnp.concatenate([x.mean(1), x.std(1)], -1)\nreturn nn.Dense(3)(y)": 63,
    "y = x.max(axis=-1)\nreturn nn.Dense(3)(y)": 21,
    "y = jnp.var(x, axis=-1, keepdims=True)\nreturn nn.Dense(3)(y)": 6,
    "return nn.Dense(3)(jnp.cumsum(x, axis=1))": 33,
    "return nn.Dense(3)(jnp.flip(x, 1))": 33,
    "return nn.Dense(3)(jnp.roll(x, 1, axis=1))": 33,
    "y = nn.Bidirectional(nn.RNN(nn.LSTMCell(6)), nn.RNN(nn.LSTMCell(6)))(x)\nreturn nn.Dense(3)(y)": 855,
    "c, y = nn.RNN(nn.LSTMCell(6), return_carry=True)(x)\nreturn nn.Dense(3)(c[1])": 429,
    "c, y = nn.RNN(nn.GRUCell(6), return_carry=True)(x)\nreturn nn.Dense(3)(jnp.concatenate([c, y[:, -1]], -1))": 351,
    "y = nn.Conv(12, (3,), strides=(2,))(x)\n"
    "y = nn.max_pool(y, (2,), strides=(2,))\n"
    "y = y.reshape((y.shape[0], -1))\n"
    "return nn.Dense(3)(y)": 411,
    "y = nn.relu(nn.Dense(features=9)(x))\ny = y.mean(axis=-2)\nreturn nn.Dense(3)(y)": 129,
    "a = x[:, 0]\nb = x[:, 1]\ny = a[:, :, None] * b[:, None, :]\nreturn nn.Dense(3)(y)": 33,
    "y = jnp.concatenate([x[:, :2], x[:, 2:]], axis=1)\nreturn nn.Dense(3)(y)": 33,
    "cell = nn.GRUCell(8)\n"
    "c = cell.initialize_carry(jax.random.key(0), x[:, 0].shape)\n"
    "outs = []\n"
    "for t in range(x.shape[1]):\n"
    "    c, y = cell(c, x[:, t])\n"
    "    outs.append(y)\n"
    "y = jnp.stack(outs, axis=1)\n"
    "return nn.Dense(3)(y)": 491,
    "return nn.Dense(3)(jax.vmap(jnp.ravel)(x))": 183,
    "m = x.mean(axis=(1, 2))\nreturn nn.Dense(3)(m[:, None])": 6,
    "t = self.param('t', nn.initializers.ones, (1,))\ny = x / t\nreturn nn.Dense(3)(y)": 34,
    "b, t, d = x.shape\ny = x.reshape(b, t, 2, d // 2).transpose(0, 2, 1, 3)\nreturn nn.Dense(3)(y)": 18,
}
"""What a module does with x, which is (4, 6, 10), and its parameters in flax 0.12."""


def program(body: str) -> str:
    """Return a module with this body."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return (
        "import jax\nimport jax.numpy as jnp\nfrom flax import linen as nn\n\n\nclass Net(nn.Module):\n    @nn.compact\n"
        f"    def __call__(self, x):\n{lines}\n\nmodel = Net()\n"
        "found = model.init(jax.random.key(0), jnp.zeros((4, 6, 10)))\n"
    )


@pytest.mark.parametrize("body", COUNTS)
def test_the_width_of_an_array_follows_from_what_made_it(body: str) -> None:
    assert params(read_code(program(body))).total == COUNTS[body]


@pytest.mark.oracle
@pytest.mark.parametrize("body", COUNTS)
def test_flax_counts_what_is_recorded(body: str) -> None:
    import jax

    found = run(program(body))["found"]
    assert sum(each.size for each in jax.tree.leaves(found["params"])) == COUNTS[body]


HAIKU = {
    "return hk.Linear(3)(x)": 27,
    "return hk.Linear(3, with_bias=False)(x)": 24,
    "return hk.nets.MLP([8, 3], with_bias=True)(x)": 99,
    "return hk.Conv1D(4, 3)(x)": 100,
    "y = hk.Conv1D(4, 3, stride=2, padding='VALID')(x)\nreturn hk.Linear(2)(hk.Flatten()(y))": 118,
    "return hk.Conv1D(4, 3, feature_group_count=2)(x)": 52,
    "core = hk.LSTM(5)\ny, s = hk.dynamic_unroll(core, x, core.initial_state(6), time_major=True)\nreturn hk.Linear(2)(y)": 292,
    "core = hk.GRU(5)\ny, s = hk.dynamic_unroll(core, x, core.initial_state(6))\nreturn hk.Linear(2)(s)": 222,
    "core = hk.VanillaRNN(5)\ny, s = core(x[0], core.initial_state(6))\nreturn hk.Linear(2)(y)": 87,
    "core = hk.DeepRNN([hk.Linear(7), jax.nn.relu, hk.LSTM(5), hk.GRU(4)])\n"
    "y, s = hk.dynamic_unroll(core, x, core.initial_state(6))\n"
    "return hk.Linear(2)(y)": 453,
    "return hk.Linear(2)(hk.LayerNorm(axis=-1, create_scale=True, create_offset=False)(x))": 26,
    "return hk.Linear(2)(hk.Embed(20, 6)(jnp.argmax(x, -1)))": 134,
    "return hk.Sequential([hk.Linear(4), jax.nn.relu, hk.Linear(2)])(x)": 46,
    "return hk.Linear(2)(hk.Flatten()(x))": 98,
    "return hk.Linear(2)(hk.Flatten(preserve_dims=2)(x))": 18,
    "return hk.Linear(2)(hk.Reshape((-1,))(x))": 98,
    "return hk.BatchApply(hk.Linear(2))(x)": 18,
    "w = hk.get_parameter('w', [x.shape[-1], 7], init=jnp.ones)\nreturn hk.Linear(2)(jnp.dot(x, w))": 72,
    "mu, s = jnp.split(hk.Linear(8)(x), 2, axis=-1)\nreturn hk.Linear(2)(mu)": 82,
    "y = hk.max_pool(x, (2, 1), (2, 1), 'VALID')\nreturn hk.Linear(2)(hk.Flatten()(y))": 50,
    "return hk.Linear(2)(hk.one_hot(jnp.argmax(x, -1), 5))": 12,
    "return hk.Linear(2)(hk.RMSNorm(-1)(x))": 26,
    "y = hk.Conv2D(4, [3, 3], [2, 2], padding='VALID')(x[..., None])\nreturn hk.Linear(2)(hk.Flatten()(y))": 90,
    "core = hk.LSTM(5)\ns = core.initial_state(6)\nfor t in range(3):\n    y, s = core(x[t], s)\nreturn hk.Linear(2)(y)": 292,
    "core = hk.IdentityCore()\nreturn hk.Linear(2)(x)": 18,
    "l = hk.Linear(8)\nreturn l(l(hk.Linear(8)(x)))": 144,
    "g = jax.nn.sigmoid(hk.Linear(1)(x))\nreturn hk.Linear(2)(g * x)": 27,
}
"""What a function of Haiku does with x, which is (4, 6, 8), and its parameters in Haiku 0.0.17."""


def of_haiku(body: str) -> str:
    """Return a function that Haiku transforms, with this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return (
        f"import haiku as hk\nimport jax\nimport jax.numpy as jnp\n\n\ndef forward(x):\n{lines}\n\n"
        "net = hk.transform_with_state(forward)\n"
        "found = net.init(jax.random.PRNGKey(0), jnp.zeros((4, 6, 8)))\n"
    )


@pytest.mark.parametrize("body", HAIKU)
def test_a_function_of_haiku_is_followed_on_what_it_is_initialised_with(body: str) -> None:
    assert params(read_code(of_haiku(body))).total == HAIKU[body]


@pytest.mark.oracle
@pytest.mark.parametrize("body", HAIKU)
def test_haiku_counts_what_is_recorded(body: str) -> None:
    import jax

    found, _ = run(of_haiku(body))["found"]
    assert sum(each.size for each in jax.tree.leaves(found)) == HAIKU[body]
