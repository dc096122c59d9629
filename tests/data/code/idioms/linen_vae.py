import jax
import jax.numpy as jnp
from flax import linen as nn


class Encoder(nn.Module):
    hidden: int
    latents: int

    @nn.compact
    def __call__(self, x):
        carry, x = nn.RNN(nn.LSTMCell(self.hidden), return_carry=True)(x)
        c, h = carry
        mean = nn.Dense(self.latents, name='fc_mean')(h)
        logvar = nn.Dense(self.latents, name='fc_logvar')(h)
        return mean, logvar


class Decoder(nn.Module):
    hidden: int
    out: int

    @nn.compact
    def __call__(self, z, steps):
        z = nn.Dense(self.hidden)(z)
        z = nn.relu(z)
        z = jnp.repeat(z[:, None, :], steps, axis=1)
        z = nn.RNN(nn.LSTMCell(self.hidden))(z)
        return nn.Dense(self.out)(z)


class VAE(nn.Module):
    hidden: int = 64
    latents: int = 8

    @nn.compact
    def __call__(self, x, rng):
        mean, logvar = Encoder(self.hidden, self.latents)(x)
        z = mean + jnp.exp(0.5 * logvar)
        return Decoder(self.hidden, x.shape[-1])(z, x.shape[1])
