import flax.linen as nn
import jax.numpy as jnp
class Tagger(nn.Module):
    vocab: int
    hidden: int = 64
    n_tags: int = 5
    @nn.compact
    def __call__(self, tokens, train: bool = True):
        x = nn.Embed(num_embeddings=self.vocab, features=32)(tokens)
        x = nn.Dropout(0.1, deterministic=not train)(x)
        x = nn.Bidirectional(nn.RNN(nn.LSTMCell(self.hidden)), nn.RNN(nn.LSTMCell(self.hidden)))(x)
        x = nn.LayerNorm()(x)
        return nn.Dense(self.n_tags)(x)
