import equinox as eqx
import jax
import jax.numpy as jnp


class Net(eqx.Module):
    cell: eqx.nn.LSTMCell
    proj: eqx.nn.Linear
    scale: jax.Array
    dropout: eqx.nn.Dropout
    act: callable = eqx.field(static=True)

    def __init__(self, size, *, key):
        k = iter(jax.random.split(key, 8))
        self.cell = eqx.nn.LSTMCell(size, size * 4, key=next(k))
        self.proj = eqx.nn.Linear(size * 4, "scalar", key=next(k))
        self.scale = jnp.ones((1, size * 4))
        self.dropout = eqx.nn.Dropout(0.1)
        self.act = jax.nn.relu
