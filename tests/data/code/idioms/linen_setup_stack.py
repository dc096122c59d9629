from typing import Sequence
import flax.linen as nn
import jax
import jax.numpy as jnp


class StackedGRU(nn.Module):
    sizes: Sequence[int] = (32, 16)
    n_out: int = 2

    def setup(self):
        self.layers = [nn.RNN(nn.GRUCell(features=s)) for s in self.sizes]
        self.norms = [nn.LayerNorm() for _ in self.sizes]
        self.out = nn.Dense(features=self.n_out)

    def __call__(self, x):
        for layer, norm in zip(self.layers, self.norms):
            x = norm(layer(x))
        return self.out(x[:, -1, :])
