import equinox as eqx
import jax
import jax.numpy as jnp
import jax.random as jr
from functools import partial

CONFIG = {"n_in": 3, "n_hid": 20, "n_out": 2}


class Bi(eqx.Module):
    fwd: eqx.nn.GRUCell
    bwd: eqx.nn.GRUCell

    def __init__(self, i, h, key):
        self.fwd, self.bwd = (eqx.nn.GRUCell(i, h, key=k) for k in jr.split(key))


class Model(eqx.Module):
    bis: list
    out: eqx.nn.Linear

    def __init__(self, n_in, n_hid, n_out, depth=2, *, key=jr.PRNGKey(0)):
        *ks, ko = jr.split(key, depth + 1)
        self.bis = []
        for j, k in enumerate(ks):
            self.bis.append(Bi(n_in if j == 0 else 2 * n_hid, n_hid, k))
        self.out = eqx.nn.Linear(2 * n_hid, n_out, key=ko)

    @eqx.filter_jit
    def __call__(self, xs):
        return jax.vmap(self.out)(xs)


model = Model(**CONFIG, key=jr.PRNGKey(3))
