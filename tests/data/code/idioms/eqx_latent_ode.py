import equinox as eqx
import jax
import jax.numpy as jnp
import jax.random as jr


class GRUEncoder(eqx.Module):
    cell: eqx.nn.GRUCell
    to_latent: eqx.nn.Linear
    latent_size: int

    def __init__(self, *, data_size, hidden_size, latent_size, key):
        k1, k2 = jr.split(key)
        self.cell = eqx.nn.GRUCell(data_size + 1, hidden_size, key=k1)
        self.to_latent = eqx.nn.Linear(hidden_size, 2 * latent_size, key=k2)
        self.latent_size = latent_size


class Func(eqx.Module):
    scale: jnp.ndarray
    mlp: eqx.nn.MLP

    def __call__(self, t, y, args):
        return self.scale * self.mlp(y)


class LatentODE(eqx.Module):
    func: Func
    encoder: GRUEncoder
    latent_to_hidden: eqx.nn.MLP
    hidden_to_data: eqx.nn.Linear
    hidden_size: int

    def __init__(self, *, data_size, hidden_size, latent_size, width_size, depth, key):
        mkey, ekey, lkey, hkey = jr.split(key, 4)
        mlp = eqx.nn.MLP(in_size=hidden_size, out_size=hidden_size, width_size=width_size, depth=depth,
                         activation=jax.nn.softplus, final_activation=jax.nn.tanh, key=mkey)
        self.func = Func(jnp.ones(()), mlp)
        self.encoder = GRUEncoder(data_size=data_size, hidden_size=hidden_size, latent_size=latent_size, key=ekey)
        self.latent_to_hidden = eqx.nn.MLP(latent_size, hidden_size, width_size=width_size, depth=depth, key=lkey)
        self.hidden_to_data = eqx.nn.Linear(hidden_size, data_size, key=hkey)
        self.hidden_size = hidden_size


def main(dataset_size=10000, hidden_size=16, latent_size=16, width_size=16, depth=2, seed=5678):
    key = jr.PRNGKey(seed)
    model = LatentODE(data_size=2, hidden_size=hidden_size, latent_size=latent_size, width_size=width_size,
                      depth=depth, key=key)
    return model


model = main(hidden_size=24)
