from typing import Sequence, Callable
import jax
import jax.numpy as jnp
import flax.linen as nn


class MLP(nn.Module):
    features: Sequence[int]
    act: Callable = nn.elu

    @nn.compact
    def __call__(self, x):
        for i, feat in enumerate(self.features):
            x = nn.Dense(feat, name=f'layers_{i}')(x)
            if i != len(self.features) - 1:
                x = self.act(x)
        return x


class RSSM(nn.Module):
    stoch: int = 30
    deter: int = 200

    @nn.compact
    def __call__(self, x):
        x = MLP([self.deter, self.deter])(x)
        cell = nn.GRUCell(features=self.deter)
        carry = cell.initialize_carry(jax.random.PRNGKey(0), x.shape)
        carry, x = cell(carry, x)
        stats = MLP((self.deter, 2 * self.stoch))(x)
        mean, std = jnp.split(stats, 2, axis=-1)
        return mean, nn.softplus(std)
