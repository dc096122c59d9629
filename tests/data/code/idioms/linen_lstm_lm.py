import jax
import jax.numpy as jnp
from flax import linen as nn


class LanguageModel(nn.Module):
    vocab_size: int
    embed_dim: int = 64
    hidden: int = 128

    @nn.compact
    def __call__(self, tokens):
        x = nn.Embed(num_embeddings=self.vocab_size, features=self.embed_dim)(tokens)
        x = nn.RNN(nn.OptimizedLSTMCell(features=self.hidden))(x)
        x = nn.RNN(nn.OptimizedLSTMCell(features=self.hidden))(x)
        x = nn.LayerNorm()(x)
        return nn.Dense(self.vocab_size)(x)
