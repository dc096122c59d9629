import jax
import jax.numpy as jnp
from flax import nnx

WINDOW, N_FEATURES, HORIZON = 48, 5, 12


class Forecaster(nnx.Module):
    def __init__(self, hidden: int, layers: int, rngs: nnx.Rngs):
        self.cells = nnx.List(
            nnx.OptimizedLSTMCell(N_FEATURES if i == 0 else hidden, hidden, rngs=rngs) for i in range(layers)
        )
        self.w = nnx.Param(jax.random.normal(rngs.params(), (hidden, 8)))
        self.out = nnx.Linear(8, HORIZON, use_bias=False, rngs=rngs)


model = Forecaster(hidden=64, layers=3, rngs=nnx.Rngs(params=0, dropout=1))
nnx.display(model)
