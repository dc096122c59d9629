from typing import Tuple
import flax.linen as nn
import jax
import jax.numpy as jnp


class ConvBlock(nn.Module):
    features: int
    pool: bool = True

    @nn.compact
    def __call__(self, x, training: bool):
        x = nn.Conv(self.features, (3, 3), use_bias=False)(x)
        x = nn.BatchNorm(use_running_average=not training, use_scale=True)(x)
        x = nn.relu(x)
        if self.pool:
            x = nn.max_pool(x, (2, 2), strides=(2, 2))
        return x


class VideoNet(nn.Module):
    channels: Tuple[int, ...] = (16, 32)
    hidden: int = 64
    n_classes: int = 5

    @nn.compact
    def __call__(self, x, training=False):
        b, t = x.shape[:2]
        x = x.reshape((b * t,) + x.shape[2:])
        for c in self.channels:
            x = ConvBlock(c)(x, training)
        x = x.mean(axis=(1, 2))
        x = x.reshape((b, t, -1))
        x = nn.RNN(nn.GRUCell(self.hidden))(x)
        return nn.Dense(self.n_classes)(x[:, -1])


model = VideoNet()
variables = model.init(jax.random.PRNGKey(0), jnp.ones((1, 10, 32, 32, 3)))
