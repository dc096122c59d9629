import haiku as hk
import jax
import jax.numpy as jnp


class SequenceEncoder(hk.Module):
    def __init__(self, hidden, latent, name="encoder"):
        super().__init__(name=name)
        self.hidden, self.latent = hidden, latent

    def __call__(self, x):
        core = hk.GRU(self.hidden)
        outs, state = hk.dynamic_unroll(core, x, core.initial_state(x.shape[1]))
        h = hk.LayerNorm(axis=-1, create_scale=True, create_offset=True)(state)
        h = hk.nets.MLP([64, 2 * self.latent], activation=jax.nn.gelu)(h)
        return jnp.split(h, 2, axis=-1)


def forward(x):
    mu, logvar = SequenceEncoder(96, 16)(x)
    z = mu + jnp.exp(0.5 * logvar)
    z = jnp.broadcast_to(z, (x.shape[0],) + z.shape)
    core = hk.LSTM(96)
    y, _ = hk.static_unroll(core, z, core.initial_state(x.shape[1]))
    w = hk.get_parameter("scale", (x.shape[-1],), init=jnp.ones)
    return hk.Linear(x.shape[-1])(y) * w


net = hk.without_apply_rng(hk.transform(forward))
params = net.init(jax.random.PRNGKey(0), jnp.zeros((12, 4, 7)))
